//! The core dimensions of a gufunc's call: which operands have which, and their sizes.

use super::ufunc_call::Callee;
use super::{Body, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{self, CompareOp};
use crate::source::Span;
use crate::typed::{Expr, ExprKind, Operation, Piece, Raise};
use crate::types::Type;
use crate::ufunc::{CoreLayout, CoreSize};

use super::tuple::{arithmetic, int};

/// An operand that there is.
#[derive(Clone)]
pub(super) struct Cored {
    /// A number or an array.
    pub(super) value: Expr,
    /// Its place among the layout's inputs and then outputs.
    pub(super) place: usize,
}

/// What a call makes of the layout's core dimensions.
pub(super) struct CoreSizes {
    /// Whether the operands lack it.
    pub(super) missing: Vec<bool>,
    /// Its size, Python's `int`; of one that only outputs have that are not there, none.
    pub(super) sizes: Vec<Option<Expr>>,
}

impl CoreSizes {
    /// How many core dimensions an operand has.
    pub(super) fn count(&self, dimensions: &[usize]) -> usize {
        dimensions.iter().filter(|dimension| !self.missing[**dimension]).count()
    }
}

/// The core dimensions of an operand.
pub(super) fn dimensions_of(layout: &CoreLayout, place: usize) -> &[usize] {
    let n_inputs = layout.inputs.len();
    if place < n_inputs { &layout.inputs[place] } else { &layout.outputs[place - n_inputs] }
}

/// The number of dimensions of a number or an array.
pub(super) fn rank(value: &Expr) -> usize {
    match value.ty {
        Type::Array(array) => array.rank,
        _ => 0,
    }
}

impl Body<'_, '_> {
    /// Finds the sizes of the core dimensions of operands, and checks that they agree.
    pub(super) fn core_sizes(
        &mut self,
        callee: &Callee<'_>,
        operands: &[Cored],
        evaluated: &mut Vec<Expr>,
    ) -> Typed<CoreSizes> {
        let layout = &callee.ufunc.layout;
        let missing = self.missing_dimensions(callee, operands)?;
        let mut core = CoreSizes { missing, sizes: vec![None; layout.dimensions.len()] };
        for (size, dimension) in core.sizes.iter_mut().zip(&layout.dimensions) {
            if let CoreSize::Fixed(fixed) = dimension.size {
                *size = Some(int(fixed.into(), callee.span));
            }
        }
        let (inputs, outputs) = operands.split_at(layout.inputs.len());
        for input in inputs {
            self.agree(callee, input, &mut core, evaluated);
        }
        self.sizes_by_rule(callee, &mut core, evaluated);
        for output in outputs {
            self.agree(callee, output, &mut core, evaluated);
        }
        Ok(core)
    }

    /// Which optional dimensions are left out, because an operand has too few.
    fn missing_dimensions(&mut self, callee: &Callee<'_>, operands: &[Cored]) -> Typed<Vec<bool>> {
        let layout = &callee.ufunc.layout;
        let mut missing = vec![false; layout.dimensions.len()];
        for Cored { value, place } in operands {
            let dimensions = dimensions_of(layout, *place);
            let mut n_core = dimensions.iter().filter(|dimension| !missing[**dimension]).count();
            for dimension in dimensions {
                if rank(value) < n_core && layout.dimensions[*dimension].optional && !missing[*dimension] {
                    missing[*dimension] = true;
                    n_core -= 1;
                }
            }
            if rank(value) < n_core {
                return self.too_few_dimensions(callee, value, *place, n_core);
            }
        }
        Ok(missing)
    }

    fn too_few_dimensions<T>(
        &mut self,
        callee: &Callee<'_>,
        value: &Expr,
        place: usize,
        n_core: usize,
    ) -> Typed<T> {
        let message = format!(
            "{}: {} does not have enough dimensions (has {}, gufunc core with signature {} requires {n_core})",
            callee.function.name,
            operand_name(&callee.ufunc.layout, place),
            rank(value),
            callee.ufunc.layout,
        );
        self.report(
            Diagnostic::new(Code::ArgumentMismatch, value.span, message)
                .help("give an array with at least the core dimensions"),
        )
    }

    /// Takes the sizes of an operand's core dimensions, or checks those that are known.
    fn agree(
        &mut self,
        callee: &Callee<'_>,
        operand: &Cored,
        core: &mut CoreSizes,
        evaluated: &mut Vec<Expr>,
    ) {
        let layout = &callee.ufunc.layout;
        let dimensions = dimensions_of(layout, operand.place);
        let mut axis = rank(&operand.value) - core.count(dimensions);
        for (index, dimension) in dimensions.iter().enumerate() {
            let extent = if core.missing[*dimension] {
                int(1, callee.span)
            } else {
                axis += 1;
                let array = Box::new(operand.value.clone());
                Expr::new(ExprKind::Extent(array, axis - 1), Type::INT, callee.span)
            };
            let Some(size) = core.sizes[*dimension].clone() else {
                core.sizes[*dimension] = Some(self.set_before(extent, evaluated));
                continue;
            };
            let is = |op, left: &Expr, right: &Expr| compare(op, left, right, callee.span);
            let mut fits = is(CompareOp::Eq, &extent, &size);
            if layout.dimensions[*dimension].broadcastable {
                let one = int(1, callee.span);
                let (is_one, takes_it) = (is(CompareOp::Eq, &extent, &one), is(CompareOp::Eq, &size, &one));
                let larger = choose(takes_it.clone(), extent.clone(), size.clone());
                core.sizes[*dimension] = Some(self.set_before(larger, evaluated));
                fits = either(fits, either(is_one, takes_it));
            }
            let raise = mismatch(callee, operand.place, index, [extent, size]);
            evaluated.push(checked(fits, raise, callee.span));
        }
    }

    /// The sizes that follow from others.
    fn sizes_by_rule(&mut self, callee: &Callee<'_>, core: &mut CoreSizes, evaluated: &mut Vec<Expr>) {
        let span = callee.span;
        for (place, dimension) in callee.ufunc.layout.dimensions.iter().enumerate() {
            let CoreSize::Rule { constant, terms } = &dimension.size else { continue };
            let mut size = int((*constant).into(), span);
            for (factor, of) in terms {
                let Some(of) = core.sizes[*of].clone() else { continue };
                let term = arithmetic(ir::BinaryOp::Mul, int((*factor).into(), span), of, span);
                size = arithmetic(ir::BinaryOp::Add, size, term, span);
            }
            core.sizes[place] = Some(self.set_before(size, evaluated));
        }
    }

    /// The extents of an output's core dimensions, of an array that is to be made.
    pub(super) fn new_core(
        &mut self,
        callee: &Callee<'_>,
        output: usize,
        core: &CoreSizes,
    ) -> Typed<Vec<Expr>> {
        let layout = &callee.ufunc.layout;
        let mut extents = Vec::new();
        for (index, dimension) in layout.outputs[output].iter().enumerate() {
            match &core.sizes[*dimension] {
                _ if core.missing[*dimension] => {}
                Some(size) => extents.push(size.clone()),
                None => {
                    let message = format!(
                        "{}: Output operand {output} has core dimension {index} unspecified, with gufunc \
                         signature {layout}",
                        callee.function.name
                    );
                    return self.report(
                        Diagnostic::new(Code::ArgumentMismatch, callee.span, message)
                            .help("no input has this dimension: give an array of the size as `out`"),
                    );
                }
            }
        }
        Ok(extents)
    }
}

/// What NumPy says where an operand's core dimension is not of the size that it has in others.
fn mismatch(callee: &Callee<'_>, place: usize, index: usize, sizes: [Expr; 2]) -> Raise {
    let layout = &callee.ufunc.layout;
    let text = format!(
        "{}: {} has a mismatch in its core dimension {index}, with gufunc signature {layout} (size ",
        callee.function.name,
        operand_name(layout, place),
    );
    let [given, wanted] = sizes;
    let different = Piece::Text(" is different from ".to_owned());
    let message = vec![
        Piece::Text(text),
        Piece::Value(given),
        different,
        Piece::Value(wanted),
        Piece::Text(")".to_owned()),
    ];
    Raise { class: "ValueError".into(), message }
}

fn operand_name(layout: &CoreLayout, place: usize) -> String {
    match place.checked_sub(layout.inputs.len()) {
        Some(output) => format!("Output operand {output}"),
        None => format!("Input operand {place}"),
    }
}

fn compare(op: CompareOp, left: &Expr, right: &Expr, span: Span) -> Expr {
    let operands = vec![left.clone(), right.clone()];
    Expr::new(ExprKind::Operation(Operation::Compare(op), operands), Type::BOOL, span)
}

fn either(left: Expr, right: Expr) -> Expr {
    let span = left.span;
    Expr::new(ExprKind::Operation(Operation::Binary(ir::BinaryOp::Or), vec![left, right]), Type::BOOL, span)
}

fn choose(cond: Expr, then: Expr, otherwise: Expr) -> Expr {
    let span = cond.span;
    let [cond, then, otherwise] = [cond, then, otherwise].map(Box::new);
    Expr::new(ExprKind::Conditional { cond, then, otherwise }, Type::INT, span)
}

/// A check for its effect.
fn checked(cond: Expr, raise: Raise, span: Span) -> Expr {
    let value = Box::new(int(0, span));
    Expr::new(ExprKind::Checked { cond: Box::new(cond), raise, value }, Type::INT, span)
}
