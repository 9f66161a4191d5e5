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
    /// `None`, if it writes them itself.
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
    /// A fold: what is written is broadcast to the last input, to which the other inputs are too. Unlike
    /// elsewhere, an element is read after it was written, if the order of the loop says so.
    Fold,
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
            let same = inputs.iter().position(|other| web.is_some() && variable_of(other) == web);
            places.push(match same {
                _ if web == Some(read) => None,
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
        Input { value, core: Vec::new() }
    }
}
