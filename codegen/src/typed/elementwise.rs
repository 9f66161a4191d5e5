//! Loops over the elements of arrays that are broadcast together: what assignments to parts of
//! arrays and calls of ufuncs share.

use super::{Expr, ExprKind, WebId};
use crate::source::Span;
use crate::types::{DType, Type};

/// Something done for each element of operands that are broadcast together, in C's order, as if all
/// that an output shares with an input were read first (but of a [`Rules::Fold`]). Its value are the outputs: an array, or a
/// tuple of several; `None` where they are not asked for.
#[derive(Clone, Debug)]
pub struct Elementwise {
    /// What is read, evaluated before.
    pub inputs: Vec<Input>,
    /// Operations whose results were inputs and never come to be: their inputs are among the inputs here,
    /// and the body computes their elements too. Their shapes are checked in their order.
    pub absorbed: Vec<Absorbed>,
    /// What is broadcast together here, with the outputs that there are.
    pub operands: Vec<Shaped>,
    /// What is written.
    pub outputs: Vec<Output>,
    /// What is done. [`super::ExprKind::Operand`] in it is an operand, of the inputs and then the
    /// outputs. Its value is the outputs' new elements, one of each or a tuple, of their types; or
    /// `None`, if it writes them itself. One that is optional is not written where it is absent.
    pub body: Expr,
    /// How the shapes must fit.
    pub rules: Rules,
}

/// An operation that was absorbed.
#[derive(Clone, Debug)]
pub struct Absorbed {
    /// What it broadcasts together.
    pub operands: Vec<Shaped>,
    /// Where it stands.
    pub span: Span,
}

/// What has a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shaped {
    /// The input at this place.
    Input(usize),
    /// The operation at this place among those that were absorbed.
    Absorbed(usize),
}

/// What is read.
#[derive(Clone, Debug)]
pub struct Input {
    /// A variable: an array, or a number, which is the same for all elements.
    pub value: Expr,
    /// For each of its last dimensions that are core dimensions: to which extent it is broadcast, if
    /// it is.
    pub core: Vec<Option<Expr>>,
    /// Where its elements lie along each of its dimensions, if it is indexed with arrays.
    pub sites: Vec<Site>,
}

/// Where the elements of an operand lie along a dimension of an array that is indexed with arrays: NumPy's
/// advanced indexing. The shape of the operand is what all sites have together.
#[derive(Clone, Debug)]
pub enum Site {
    /// Where an array of integers says.
    Listed {
        /// A variable.
        index: Expr,
        /// How many dimensions of the operand stand behind those of the index.
        after: usize,
        /// The dimension that messages name.
        axis: usize,
    },
    /// Along a dimension of the operand, behind which so many stand.
    Along(usize),
}

/// What is written.
#[derive(Clone, Debug)]
pub enum Output {
    /// An array that there is.
    Given {
        /// A variable.
        array: Expr,
        /// How many of its last dimensions are core dimensions.
        n_core: usize,
        /// Whether it is an input that the body writes. Such are the last outputs.
        is_input: bool,
        /// As those of an [`Input`].
        sites: Vec<Site>,
    },
    /// A new array.
    New {
        /// The type of its elements.
        element: DType,
        /// The extents of its core dimensions, each Python's `int`.
        core: Vec<Expr>,
    },
}

/// How the shapes of operands must fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// `x[...] = y`: what is read is broadcast to what is written.
    Assignment,
    /// `x[...] += y`: as a ufunc, the first input of which is what is written.
    Update,
    /// `x[mask] = y` of a number: the one array that is broadcast here is the mask, which has the shape of what is written.
    Masked,
    /// A fold: what is written is broadcast to the last input, to which the other inputs are too. Unlike
    /// elsewhere, an element is read after it was written, if the order of the loop says so.
    Fold,
    /// `f.at(x, i, y)`: as an assignment, but in which the body reads what is written, one element after the other.
    At,
    /// All operands have the shape of what is written, which shares memory with none of them.
    Alike,
    /// The call of a ufunc: inputs are broadcast together, with outputs that there are.
    Call,
}

impl Elementwise {
    /// Something done for each element of the inputs, into which nothing was absorbed.
    pub fn new(inputs: Vec<Input>, outputs: Vec<Output>, body: Expr, rules: Rules) -> Elementwise {
        let operands = (0..inputs.len()).map(Shaped::Input).collect();
        Elementwise { inputs, absorbed: Vec::new(), operands, outputs, body, rules }
    }
}

impl Elementwise {
    /// Absorbs the operation that gives the array in the variable `read`: `element` takes its elements. Gives the
    /// variables that were inputs of both, once for each time that they are read less.
    pub fn absorb(&mut self, read: WebId, operation: Elementwise, element: WebId, span: Span) -> Vec<WebId> {
        let (at, mut inputs, mut shared) = (operation.absorbed.len(), operation.inputs, Vec::new());
        let mut places = Vec::new();
        for input in std::mem::take(&mut self.inputs) {
            let web = variable_of(&input);
            let is_same = |other: &Input| {
                web.is_some() && variable_of(other) == web && other.sites.is_empty() && input.sites.is_empty()
            };
            let same = inputs.iter().position(is_same);
            places.push(match same {
                _ if web == Some(read) && input.sites.is_empty() => None,
                Some(place) => {
                    shared.extend(web);
                    Some(place)
                }
                None => {
                    inputs.push(input);
                    Some(inputs.len() - 1)
                }
            });
        }
        let moved = |operand: &Shaped| match operand {
            Shaped::Input(place) => places[*place].map_or(Shaped::Absorbed(at), Shaped::Input),
            Shaped::Absorbed(place) => Shaped::Absorbed(at + 1 + place),
        };
        let mut absorbed = operation.absorbed;
        absorbed.push(Absorbed { operands: operation.operands, span });
        absorbed.extend(self.absorbed.iter().map(|absorbed| Absorbed {
            operands: absorbed.operands.iter().map(moved).collect(),
            span: absorbed.span,
        }));
        self.operands = self.operands.iter().map(moved).collect();
        renumber(&mut self.body, &places, inputs.len(), element);
        let body = std::mem::replace(&mut self.body, Expr::new(ExprKind::None, Type::None, span));
        self.body = first(element, operation.body, body);
        (self.inputs, self.absorbed) = (inputs, absorbed);
        shared
    }
}

/// The variable that an input is.
fn variable_of(input: &Input) -> Option<WebId> {
    match input.value.kind {
        ExprKind::Variable { web, .. } => Some(web),
        _ => None,
    }
}

/// Gives operands their new places; those that have none are in a variable.
fn renumber(body: &mut Expr, places: &[Option<usize>], n_inputs: usize, element: WebId) {
    if let ExprKind::Operand(place) = body.kind {
        body.kind = match places.get(place) {
            Some(Some(place)) => ExprKind::Operand(*place),
            Some(None) => ExprKind::Variable { web: element, check: false },
            None => ExprKind::Operand(place - places.len() + n_inputs),
        };
    }
    body.operands_mut(&mut |operand| renumber(operand, places, n_inputs, element));
}

/// A value, after a variable is set that it reads.
fn first(web: WebId, value: Expr, mut body: Expr) -> Expr {
    let (ty, span) = (body.ty.clone(), body.span);
    let set = Expr { ty: value.ty.clone(), span: value.span, kind: ExprKind::Bind(web, Box::new(value)) };
    let mut items = match &mut body.kind {
        ExprKind::Item(tuple, index) => match &mut tuple.kind {
            ExprKind::Tuple(items) if items.len() == *index + 1 => std::mem::take(items),
            _ => vec![body],
        },
        _ => vec![body],
    };
    items.insert(0, set);
    let types = items.iter().map(|item| item.ty.clone()).collect();
    let index = items.len() - 1;
    let tuple = Expr::new(ExprKind::Tuple(items), Type::Tuple(types), span);
    Expr::new(ExprKind::Item(Box::new(tuple), index), ty, span)
}

impl Input {
    /// An array or a number without core dimensions.
    pub const fn plain(value: Expr) -> Input {
        Input { value, core: Vec::new(), sites: Vec::new() }
    }

    /// Visits the expressions in it.
    pub fn operands<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        visit(&self.value);
        self.core.iter().flatten().for_each(&mut *visit);
        self.sites.iter().filter_map(Site::index).for_each(visit);
    }

    pub(super) fn operands_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        visit(&mut self.value);
        self.core.iter_mut().flatten().for_each(&mut *visit);
        self.sites.iter_mut().filter_map(Site::index_mut).for_each(visit);
    }
}

impl Output {
    /// An array that there is, without core dimensions.
    pub const fn given(array: Expr) -> Output {
        Output::Given { array, n_core: 0, is_input: false, sites: Vec::new() }
    }

    /// Visits the expressions in it.
    pub fn operands<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        match self {
            Output::Given { array, sites, .. } => {
                visit(array);
                sites.iter().filter_map(Site::index).for_each(visit);
            }
            Output::New { core, .. } => core.iter().for_each(visit),
        }
    }

    pub(super) fn operands_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        match self {
            Output::Given { array, sites, .. } => {
                visit(array);
                sites.iter_mut().filter_map(Site::index_mut).for_each(visit);
            }
            Output::New { core, .. } => core.iter_mut().for_each(visit),
        }
    }
}

impl Site {
    /// The array of integers.
    pub const fn index(&self) -> Option<&Expr> {
        match self {
            Site::Listed { index, .. } => Some(index),
            Site::Along(_) => None,
        }
    }

    const fn index_mut(&mut self) -> Option<&mut Expr> {
        match self {
            Site::Listed { index, .. } => Some(index),
            Site::Along(_) => None,
        }
    }

    /// How many dimensions an operand with these sites has.
    pub fn rank(sites: &[Site]) -> usize {
        let rank = |site: &Site| match site {
            Site::Listed { index, after, .. } => after + index_rank(index),
            Site::Along(after) => after + 1,
        };
        sites.iter().map(rank).max().unwrap_or(0)
    }
}

const fn index_rank(index: &Expr) -> usize {
    match index.ty {
        Type::Array(array) => array.rank,
        _ => 0,
    }
}
