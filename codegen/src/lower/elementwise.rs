//! Loops over the elements of operands that are broadcast together.

use super::advanced::Site;
use super::element::Place;
use super::function::Lowering;
use crate::ir::construct::boolean;
use crate::ir::{self, Axis, LocalId, Scalar, ViewType, elements};
use crate::source::Span;
use crate::typed::{Elementwise, Expr, ExprKind, Input, Output, Rules};
use crate::types::{ArrayType, DType, Layout, Type};

/// An operand of a loop over elements.
#[derive(Clone)]
pub(super) enum Operand {
    /// A number, the same for all elements.
    Number(Vec<ir::Expr>),
    /// An array.
    Array(Array),
}

/// An array that is an operand.
#[derive(Clone)]
pub(super) struct Array {
    pub(super) view: LocalId,
    /// For each of its core dimensions the extent that it is broadcast to, if it is.
    pub(super) core: Vec<Option<ir::Expr>>,
    /// Where its elements lie along each of its dimensions, if it is indexed with arrays.
    pub(super) sites: Vec<Site>,
}

impl Array {
    /// An array without core dimensions.
    pub(super) const fn plain(view: LocalId) -> Array {
        Array { view, core: Vec::new(), sites: Vec::new() }
    }

    /// Whether it is indexed with arrays.
    pub(super) const fn is_indexed(&self) -> bool {
        !self.sites.is_empty()
    }
}

/// An array that is written, and the owner of its memory.
pub(super) struct Written {
    pub(super) array: Array,
    owner: ir::Expr,
}

/// What is to be written.
pub(super) enum Target {
    Given {
        written: Written,
        /// Whether it is an input too.
        is_input: bool,
    },
    /// A new array, once its loop dimensions are known: the type of its elements, and the extents of
    /// its core dimensions.
    New { element: DType, core: Vec<ir::Expr> },
}

/// The operands of the loop at hand, and the index of the element at hand.
#[derive(Default)]
pub(super) struct Operands {
    pub(super) operands: Vec<Operand>,
    index: Vec<ir::Expr>,
}

impl Target {
    pub(super) const fn given(&self) -> Option<&Written> {
        match self {
            Target::Given { written, .. } => Some(written),
            Target::New { .. } => None,
        }
    }
}

impl Lowering<'_> {
    /// A loop over elements; its value are the outputs.
    pub(super) fn elementwise(&mut self, elementwise: &Elementwise, expr: &Expr) -> Vec<ir::Expr> {
        let (span, rules) = (expr.span, elementwise.rules);
        let mut inputs: Vec<Operand> = elementwise.inputs.iter().map(|input| self.input(input)).collect();
        let targets: Vec<Target> = elementwise.outputs.iter().map(|output| self.target(output)).collect();
        let shape = self.loop_shape(elementwise, &inputs, &targets, span);
        let given = targets.iter().filter_map(Target::given);
        let mut laid_out: Vec<Array> = given.map(|written| written.array.clone()).collect();
        self.lay_out(rules, &mut inputs, &mut laid_out, &shape, span);
        let mut laid_out = laid_out.into_iter();
        let (mut outputs, mut values) = (Vec::new(), Vec::new());
        for target in targets {
            let given = target.given().and(laid_out.next());
            let Written { array, owner } =
                self.array_of(target, &shape, elementwise.body.ty == Type::None, span);
            values.extend([ir::Expr::Local(array.view), owner]);
            outputs.push(given.unwrap_or(array));
        }
        self.for_each_element(inputs, &outputs, &shape, elementwise, span);
        if expr.ty == Type::None { Vec::new() } else { values }
    }

    fn input(&mut self, input: &Input) -> Operand {
        let Type::Array(_) = input.value.ty else { return Operand::Number(self.parts(&input.value)) };
        let view = self.view(&input.value);
        let core = input.core.iter().map(|extent| extent.as_ref().map(|extent| self.extent(extent)));
        Operand::Array(Array { view, core: core.collect(), sites: self.sites(&input.sites) })
    }

    /// An extent, for more than one use.
    fn extent(&mut self, extent: &Expr) -> ir::Expr {
        let value = self.scalar(extent);
        self.save(value, Scalar::I64, extent.span)
    }

    fn target(&mut self, output: &Output) -> Target {
        match output {
            Output::Given { array, n_core, is_input, sites } => {
                let (view, owner) = self.view_and_owner(array);
                let array = Array { view, core: vec![None; *n_core], sites: self.sites(sites) };
                let written = Written { array, owner };
                Target::Given { written, is_input: *is_input }
            }
            Output::New { element, core } => {
                let core = core.iter().map(|extent| self.extent(extent)).collect();
                Target::New { element: *element, core }
            }
        }
    }

    /// The array to be written. The body may see the elements of a new one if they are zeroed.
    fn array_of(&mut self, target: Target, shape: &[ir::Expr], zeroed: bool, span: Span) -> Written {
        let (element, core) = match target {
            Target::Given { written, .. } => return written,
            Target::New { element, core } => (element, core),
        };
        let n_core = core.len();
        let extents: Vec<ir::Expr> = shape.iter().cloned().chain(core).collect();
        let ty = ArrayType::of(element, extents.len(), Layout::C);
        let [view, owner] = self.unfilled(&extents, ty, zeroed, span);
        let array = Array { view, core: vec![None; n_core], sites: Vec::new() };
        Written { array, owner: ir::Expr::Local(owner) }
    }

    fn for_each_element(
        &mut self,
        inputs: Vec<Operand>,
        outputs: &[Array],
        shape: &[ir::Expr],
        elementwise: &Elementwise,
        span: Span,
    ) {
        let operands = inputs.into_iter().chain(outputs.iter().cloned().map(Operand::Array)).collect();
        let around = std::mem::replace(&mut self.operands, Operands { operands, index: Vec::new() });
        let body = &elementwise.body;
        let n_outputs = outputs.len();
        if let Rules::Fold | Rules::At = elementwise.rules {
            self.each(shape, span, &mut |lowering, index| lowering.at_index(index, n_outputs, body, span));
        } else {
            let visit = &mut |lowering: &mut Self, index| lowering.at_index(index, n_outputs, body, span);
            self.each_of_operands(shape, span, visit);
        }
        self.operands = around;
    }

    /// What is done at an index: the body, and the stores of what it gives to the last operands.
    fn at_index(&mut self, index: Vec<ir::Expr>, n_outputs: usize, body: &Expr, span: Span) {
        self.operands.index = index;
        let operands = self.operands.operands.clone();
        self.load_once(body, span);
        let mut values = self.parts(body).into_iter();
        self.operands.operands = operands;
        match body.ty {
            Type::None => {}
            Type::Optional(_) => {
                let present = values.next().unwrap_or(boolean(true));
                let store = self.block(|lowering| lowering.store_outputs(values, n_outputs, span));
                self.branch(present, store, Vec::new(), span);
            }
            _ => self.store_outputs(values, n_outputs, span),
        }
    }

    /// Sets the elements at hand of the last operands.
    fn store_outputs(&mut self, mut values: impl Iterator<Item = ir::Expr>, n_outputs: usize, span: Span) {
        for place in self.operands.operands.len() - n_outputs..self.operands.operands.len() {
            let Operand::Array(output) = &self.operands.operands[place] else { continue };
            let place = self.place_in(&output.clone(), span);
            let value = values.by_ref().take(elements::parts(place.dtype).len()).collect();
            self.store_to(place, value, span);
        }
    }

    /// Loads the elements that a body reads several times. What it sets is its own in each form of the loop.
    fn load_once(&mut self, body: &Expr, span: Span) {
        let (mut reads, mut set) = (vec![0; self.operands.operands.len()], Vec::new());
        body.walk(&mut |part| match part.kind {
            ExprKind::Operand(place) => reads[place] += 1,
            ExprKind::Bind(web, _) => set.push(web),
            _ => {}
        });
        set.into_iter().for_each(|web| self.renew(web));
        for (operand, _) in reads.into_iter().enumerate().filter(|(_, reads)| *reads > 1) {
            if let Operand::Array(array) = self.operands.operands[operand].clone()
                && array.core.is_empty()
            {
                let place = self.place_in(&array, span);
                let loaded = self.load_from(&place, span);
                self.operands.operands[operand] = Operand::Number(loaded);
            }
        }
    }

    /// The element at hand of an array without core dimensions.
    fn place_in(&mut self, array: &Array, span: Span) -> Place {
        let ty = self.view_type(array.view);
        let index = match array.sites.is_empty() {
            true => self.index_in(array),
            false => self.site_index(array, &self.operands.index.clone(), span),
        };
        Place { view: array.view, index, dtype: ty.element }
    }

    /// The index at hand of the dimensions that are not core dimensions; it may lack the first ones.
    fn index_in(&self, array: &Array) -> Vec<ir::Expr> {
        let index = &self.operands.index;
        let n_loop = self.view_type(array.view).rank - array.core.len();
        index[index.len() - n_loop..].to_vec()
    }

    /// An operand of the element at hand: its element, or a view of its core dimensions.
    pub(super) fn operand(&mut self, place: usize, expr: &Expr) -> Vec<ir::Expr> {
        let array = match self.operands.operands[place].clone() {
            Operand::Number(parts) => return parts,
            Operand::Array(array) => array,
        };
        match expr.ty {
            Type::Array(_) => {
                let mut axes: Vec<Axis> = self.index_in(&array).into_iter().map(Axis::Index).collect();
                axes.resize(axes.len() + array.core.len(), Axis::Whole);
                vec![ir::Expr::SubView { view: array.view, axes }, ir::Expr::Unowned]
            }
            _ => {
                let place = self.place_in(&array, expr.span);
                self.load_from(&place, expr.span)
            }
        }
    }

    /// The type of a local that is an array.
    pub(super) fn view_type(&self, view: LocalId) -> ViewType {
        match self.function.ty(view) {
            ir::Type::View(ty) => ty,
            other => unreachable!("bug in pykernel: a {other} is no array"),
        }
    }
}
