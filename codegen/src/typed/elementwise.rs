//! Loops over the elements of arrays that are broadcast together: what assignments to parts of
//! arrays and calls of ufuncs share.

use super::Expr;
use crate::types::DType;

/// Something done for each element of operands that are broadcast together, in C's order, as if all
/// that an output shares with an input were read first (but of a [`Rules::Fold`]). Its value are the outputs: an array, or a
/// tuple of several; `None` where they are not asked for.
#[derive(Clone, Debug)]
pub struct Elementwise {
    /// What is read, evaluated before.
    pub inputs: Vec<Input>,
    /// What is written.
    pub outputs: Vec<Output>,
    /// What is done. [`super::ExprKind::Operand`] in it is an operand, of the inputs and then the
    /// outputs. Its value is the outputs' new elements, one of each or a tuple, of their types; or
    /// `None`, if it writes them itself.
    pub body: Expr,
    /// How the shapes must fit.
    pub rules: Rules,
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
    /// The call of a ufunc: inputs are broadcast together, with outputs that there are.
    Call,
}

impl Input {
    /// An array or a number without core dimensions.
    pub const fn plain(value: Expr) -> Input {
        Input { value, core: Vec::new() }
    }
}
