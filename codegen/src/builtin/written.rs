//! The functions that the library writes in Python: their names, and what their parameters take.
//!
//! The names and defaults of the parameters stand in the library's text. Methods that are no functions are `ndarray.x`.

use super::{Row, Rule, Target};
use crate::types::Kind;

/// What a parameter takes.
#[derive(Clone, Copy, Debug)]
pub enum Takes {
    /// An array, and what `np.array` makes one of.
    Array {
        /// The least and the largest number of dimensions.
        ranks: (usize, usize),
        /// The highest kind of numbers.
        highest: Kind,
    },
    /// An array that is written.
    Written,
    /// A number or an array, as it is.
    Operand,
    /// A number.
    Number,
    /// An integer.
    Int,
    /// An integer or a tuple of integers, as a tuple.
    Ints,
    /// An integer, a tuple of integers or an array of them, as it is.
    IntOrInts,
    /// A truth value.
    Flag,
    /// A truth value that is written out: `None` is false.
    Switch,
    /// One of these texts, as its number.
    Choice(&'static [&'static str]),
    /// An element type or `None`.
    DType,
    /// A tuple, or a list that is written out, of these.
    Items(&'static Takes),
    /// All arguments that are left, or one tuple with them.
    Rest(&'static Takes),
    /// `None`, or this.
    OrNone(&'static Takes),
}

const ARRAY: Takes = Takes::Array { ranks: (0, usize::MAX), highest: Kind::Complex };
const REAL: Takes = Takes::Array { ranks: (0, usize::MAX), highest: Kind::Float };
const AXES: Takes = Takes::Array { ranks: (1, usize::MAX), highest: Kind::Complex };
const VECTOR: Takes = Takes::Array { ranks: (1, 1), highest: Kind::Complex };
const MATRIX: Takes = Takes::Array { ranks: (2, usize::MAX), highest: Kind::Complex };
const INT: Takes = Takes::Int;
const FLAG: Takes = Takes::Flag;
const SWITCH: Takes = Takes::Switch;
const DTYPE: Takes = Takes::DType;
const MAYBE_INT: Takes = Takes::OrNone(&Takes::Int);
const MAYBE_INTS: Takes = Takes::OrNone(&Takes::Ints);

const fn written(name: &'static str, function: &'static str, takes: &'static [Takes]) -> Row {
    Row { name, arity: 0..=usize::MAX, rule: Rule::Written, target: Target::Written(function, takes) }
}

/// The functions below that are methods of arrays too, with the array first.
pub(super) const METHODS: &[&str] =
    &["numpy.conj", "numpy.conjugate", "numpy.ravel", "numpy.squeeze", "numpy.swapaxes"];

/// The functions.
pub(super) static TABLE: &[Row] = &[
    written("ndarray.astype", "numpy_astype", &[ARRAY, DTYPE, SWITCH]),
    written("ndarray.fill", "array_fill", &[Takes::Written, Takes::Number]),
    written("ndarray.flatten", "array_flatten", &[ARRAY]),
    written("ndarray.reshape", "numpy_reshape", &[ARRAY, Takes::Rest(&INT)]),
    written("ndarray.transpose", "numpy_transpose", &[ARRAY, Takes::Rest(&INT)]),
    written("numpy.atleast_1d", "numpy_atleast_1d", &[ARRAY]),
    written("numpy.atleast_2d", "numpy_atleast_2d", &[ARRAY]),
    written("numpy.atleast_3d", "numpy_atleast_3d", &[ARRAY]),
    written("numpy.broadcast_arrays", "numpy_broadcast_arrays", &[Takes::Rest(&ARRAY)]),
    written("numpy.broadcast_shapes", "numpy_broadcast_shapes", &[Takes::Rest(&Takes::Ints)]),
    written("numpy.broadcast_to", "numpy_broadcast_to", &[ARRAY, Takes::Ints]),
    written("numpy.copyto", "numpy_copyto", &[Takes::Written, Takes::Operand]),
    written("numpy.expand_dims", "numpy_expand_dims", &[ARRAY, Takes::Ints]),
    written("numpy.flip", "numpy_flip", &[ARRAY, MAYBE_INTS]),
    written("numpy.fliplr", "numpy_fliplr", &[MATRIX]),
    written("numpy.flipud", "numpy_flipud", &[AXES]),
    written("numpy.moveaxis", "numpy_moveaxis", &[ARRAY, Takes::Ints, Takes::Ints]),
    written("numpy.ravel", "numpy_ravel", &[ARRAY]),
    written("numpy.reshape", "numpy_reshape", &[ARRAY, Takes::Ints]),
    written("numpy.rollaxis", "numpy_rollaxis", &[AXES, INT, INT]),
    written("numpy.rot90", "numpy_rot90", &[MATRIX, INT]),
    written("numpy.squeeze", "numpy_squeeze", &[ARRAY, Takes::Ints]),
    written("numpy.swapaxes", "numpy_swapaxes", &[ARRAY, INT, INT]),
    written("numpy.transpose", "numpy_transpose", &[ARRAY, MAYBE_INTS]),
];
