//! The functions that the library writes in Python: their names, and what their parameters take.
//!
//! The names and defaults of the parameters stand in the library's text. Methods that are no functions are `ndarray.x`.

use super::{Row, Rule, Target};
use crate::ir::threads::RandomState;
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
    Operand {
        /// The highest kind of numbers.
        highest: Kind,
    },
    /// A number.
    Number {
        /// The highest kind of numbers.
        highest: Kind,
    },
    /// An integer.
    Int,
    /// An integer or a tuple of integers, as a tuple.
    Ints,
    /// An integer, or this.
    IntOr(&'static Takes),
    /// A number of sections that is written out, as a tuple with `False` for each, or a tuple of indices.
    Sections,
    /// A truth value.
    Flag,
    /// A truth value that is written out: `None` is false.
    Switch,
    /// One of these texts, as its number.
    Choice(&'static [&'static str]),
    /// One of these texts, on which the types of results depend: as a tuple with as many `False` as its number.
    Case(&'static [&'static str]),
    /// The same, or this.
    CaseOr(&'static [&'static str], &'static Takes),
    /// An element type or `None`.
    DType,
    /// A tuple, or a list that is written out, of these.
    Items(&'static Takes),
    /// All arguments that are left, or one tuple with them.
    Rest(&'static Takes),
    /// `None`, or this.
    OrNone(&'static Takes),
    /// A generator of random numbers, as its state.
    Generator,
    /// Nothing: it is the state of a global generator.
    State(RandomState),
    /// The size of what is drawn: an integer or a tuple of integers, as a tuple, or `None`.
    Size,
    /// An integer that a generator begins with.
    Seed,
    /// An element type of a kind, for `Int` also bools; or `None`.
    DTypeOf(Kind),
}

impl Takes {
    /// Whether a call that is no method's does not say it.
    pub const fn is_implied(&self) -> bool {
        matches!(self, Takes::Generator | Takes::State(_))
    }
}

const ARRAY: Takes = Takes::Array { ranks: (0, usize::MAX), highest: Kind::Complex };
const AXES: Takes = Takes::Array { ranks: (1, usize::MAX), highest: Kind::Complex };
const VECTOR: Takes = Takes::Array { ranks: (1, 1), highest: Kind::Complex };
const MATRIX: Takes = Takes::Array { ranks: (2, usize::MAX), highest: Kind::Complex };
const INT: Takes = Takes::Int;
const FLAG: Takes = Takes::Flag;
const SWITCH: Takes = Takes::Switch;
const DTYPE: Takes = Takes::DType;
const MAYBE_INT: Takes = Takes::OrNone(&Takes::Int);
const MAYBE_INTS: Takes = Takes::OrNone(&Takes::Ints);
const ARRAYS: Takes = Takes::Items(&ARRAY);
const OPERAND: Takes = Takes::Operand { highest: Kind::Complex };
const REAL_OPERAND: Takes = Takes::Operand { highest: Kind::Float };
const BOUND: Takes = Takes::OrNone(&REAL_OPERAND);
const BOUND_NUMBER: Takes = Takes::OrNone(&REAL_NUMBER);
const REAL_VECTOR: Takes = Takes::Array { ranks: (1, 1), highest: Kind::Float };
const REAL_ARRAY: Takes = Takes::Array { ranks: (0, usize::MAX), highest: Kind::Float };
const COUNTS: Takes = Takes::Array { ranks: (1, 1), highest: Kind::Int };
const FLAT: Takes = Takes::Array { ranks: (1, 2), highest: Kind::Complex };
const FLAT_MATRIX: Takes = Takes::Array { ranks: (2, 2), highest: Kind::Complex };
const KIND: Takes = Takes::OrNone(&Takes::Choice(&["quicksort", "mergesort", "heapsort", "stable"]));
const MODES: &[&str] = &["full", "same", "valid"];
const NUMBER: Takes = Takes::Number { highest: Kind::Complex };
const REAL_NUMBER: Takes = Takes::Number { highest: Kind::Float };
const INTEGER_OPERAND: Takes = Takes::Operand { highest: Kind::Int };
const INTEGERS: Takes = Takes::Array { ranks: (0, usize::MAX), highest: Kind::Int };
const INDEX_MODES: &[&str] = &["raise", "wrap", "clip"];
const ORDERS: &[&str] = &["C", "F"];
/// The modes of `np.pad`, by their numbers in the library.
const PADDINGS: &[&str] =
    &["constant", "edge", "reflect", "symmetric", "wrap", "maximum", "minimum", "mean", "empty"];
const LINE: Takes = Takes::Array { ranks: (0, 1), highest: Kind::Complex };

const SCALING: Takes = Takes::OrNone(&Takes::Choice(&["backward", "ortho", "forward"]));
const REAL_AXES: Takes = Takes::Array { ranks: (1, usize::MAX), highest: Kind::Float };
const TRIANGLE: Takes = Takes::Choice(&["L", "U", "l", "u"]);
const ORDER: Takes = Takes::OrNone(&Takes::CaseOr(&["fro", "f", "nuc"], &REAL_NUMBER));

pub(super) const fn written(name: &'static str, function: &'static str, takes: &'static [Takes]) -> Row {
    Row { name, arity: 0..=usize::MAX, rule: Rule::Written, target: Target::Written(function, takes) }
}

/// The functions below that are methods of arrays too, with the array first.
pub(super) const METHODS: &[&str] = &[
    "numpy.argpartition",
    "numpy.argsort",
    "numpy.clip",
    "numpy.conj",
    "numpy.conjugate",
    "numpy.diagonal",
    "numpy.dot",
    "numpy.ravel",
    "numpy.repeat",
    "numpy.round",
    "numpy.searchsorted",
    "numpy.squeeze",
    "numpy.swapaxes",
    "numpy.trace",
];

/// The functions.
pub(super) static TABLE: &[Row] = &[
    written("ndarray.astype", "numpy_astype", &[ARRAY, DTYPE, SWITCH]),
    written("ndarray.fill", "array_fill", &[Takes::Written, NUMBER]),
    written("ndarray.flatten", "array_flatten", &[ARRAY]),
    written("ndarray.reshape", "numpy_reshape", &[ARRAY, Takes::Rest(&INT)]),
    written("ndarray.sort", "array_sort", &[Takes::Written, INT, KIND]),
    written("ndarray.transpose", "numpy_transpose", &[ARRAY, Takes::Rest(&INT)]),
    written("numpy.allclose", "numpy_allclose", &[OPERAND, OPERAND, NUMBER, NUMBER, FLAG]),
    written("numpy.angle", "numpy_angle", &[OPERAND, FLAG]),
    written("numpy.append", "numpy_append", &[ARRAY, ARRAY, MAYBE_INT]),
    written("numpy.argpartition", "numpy_argpartition", &[AXES, INT, INT]),
    written("numpy.argsort", "numpy_argsort", &[ARRAY, MAYBE_INT, KIND]),
    written("numpy.around", "numpy_round", &[REAL_OPERAND, INT]),
    written("numpy.array_equal", "numpy_array_equal", &[ARRAY, ARRAY, FLAG]),
    written("numpy.array_equiv", "numpy_array_equiv", &[ARRAY, ARRAY]),
    written("numpy.array_split", "numpy_array_split", &[AXES, Takes::Sections, INT]),
    written("numpy.ascontiguousarray", "numpy_ascontiguousarray", &[ARRAY, DTYPE]),
    written("numpy.asfortranarray", "numpy_asfortranarray", &[ARRAY, DTYPE]),
    written("numpy.atleast_1d", "numpy_atleast_1d", &[ARRAY]),
    written("numpy.atleast_2d", "numpy_atleast_2d", &[ARRAY]),
    written("numpy.atleast_3d", "numpy_atleast_3d", &[ARRAY]),
    written("numpy.bartlett", "numpy_bartlett", &[INT]),
    written("numpy.bincount", "numpy_bincount", &[COUNTS, Takes::OrNone(&REAL_VECTOR), INT]),
    written("numpy.blackman", "numpy_blackman", &[INT]),
    written("numpy.broadcast_arrays", "numpy_broadcast_arrays", &[Takes::Rest(&ARRAY)]),
    written("numpy.broadcast_shapes", "numpy_broadcast_shapes", &[Takes::Rest(&Takes::Ints)]),
    written("numpy.broadcast_to", "numpy_broadcast_to", &[ARRAY, Takes::Ints]),
    written("numpy.clip", "numpy_clip", &[REAL_OPERAND, BOUND, BOUND, BOUND, BOUND]),
    written("numpy.column_stack", "numpy_column_stack", &[ARRAYS]),
    written("numpy.concatenate", "numpy_concatenate", &[ARRAYS, MAYBE_INT, DTYPE]),
    written("numpy.convolve", "numpy_convolve", &[VECTOR, VECTOR, Takes::Choice(MODES)]),
    written(
        "numpy.copyto",
        "numpy_copyto",
        &[Takes::Written, OPERAND, Takes::Choice(&["same_kind", "unsafe"]), Takes::OrNone(&ARRAY)],
    ),
    written("numpy.corrcoef", "numpy_corrcoef", &[FLAT, Takes::OrNone(&FLAT), FLAG]),
    written("numpy.correlate", "numpy_correlate", &[VECTOR, VECTOR, Takes::Choice(MODES)]),
    written("numpy.cov", "numpy_cov", &[FLAT, Takes::OrNone(&FLAT), FLAG, FLAG, MAYBE_INT]),
    written("numpy.cross", "numpy_cross", &[AXES, AXES]),
    written("numpy.delete", "numpy_delete", &[AXES, INT, MAYBE_INT]),
    written("numpy.diag", "numpy_diag", &[Takes::Array { ranks: (1, 2), highest: Kind::Complex }, INT]),
    written("numpy.diagflat", "numpy_diagflat", &[ARRAY, INT]),
    written("numpy.diagonal", "numpy_diagonal", &[MATRIX, INT, INT, INT]),
    written("numpy.diff", "numpy_diff", &[AXES, INT, INT]),
    written("numpy.digitize", "numpy_digitize", &[REAL_OPERAND, REAL_VECTOR, FLAG]),
    written("numpy.dot", "numpy_dot", &[ARRAY, ARRAY, Takes::OrNone(&Takes::Written)]),
    written(
        "numpy.dsplit",
        "numpy_dsplit",
        &[Takes::Array { ranks: (3, usize::MAX), highest: Kind::Complex }, Takes::Sections],
    ),
    written("numpy.dstack", "numpy_dstack", &[ARRAYS]),
    written("numpy.ediff1d", "numpy_ediff1d", &[ARRAY, Takes::OrNone(&ARRAY), Takes::OrNone(&ARRAY)]),
    written("numpy.expand_dims", "numpy_expand_dims", &[ARRAY, Takes::Ints]),
    written("numpy.eye", "numpy_eye", &[INT, MAYBE_INT, INT, DTYPE]),
    written("numpy.fft.fft", "fft_fft", &[AXES, MAYBE_INT, INT, SCALING]),
    written("numpy.fft.fft2", "fft_fft2", &[MATRIX, MAYBE_INTS, MAYBE_INTS, SCALING]),
    written("numpy.fft.fftfreq", "fft_fftfreq", &[INT, REAL_NUMBER]),
    written("numpy.fft.fftn", "fft_fftn", &[AXES, MAYBE_INTS, MAYBE_INTS, SCALING]),
    written("numpy.fft.fftshift", "fft_fftshift", &[ARRAY, MAYBE_INTS]),
    written("numpy.fft.ifft", "fft_ifft", &[AXES, MAYBE_INT, INT, SCALING]),
    written("numpy.fft.ifft2", "fft_ifft2", &[MATRIX, MAYBE_INTS, MAYBE_INTS, SCALING]),
    written("numpy.fft.ifftn", "fft_ifftn", &[AXES, MAYBE_INTS, MAYBE_INTS, SCALING]),
    written("numpy.fft.ifftshift", "fft_ifftshift", &[ARRAY, MAYBE_INTS]),
    written("numpy.fft.irfft", "fft_irfft", &[AXES, MAYBE_INT, INT, SCALING]),
    written("numpy.fft.rfft", "fft_rfft", &[REAL_AXES, MAYBE_INT, INT, SCALING]),
    written("numpy.fft.rfftfreq", "fft_rfftfreq", &[INT, REAL_NUMBER]),
    written("numpy.flip", "numpy_flip", &[ARRAY, MAYBE_INTS]),
    written("numpy.fliplr", "numpy_fliplr", &[MATRIX]),
    written("numpy.flipud", "numpy_flipud", &[AXES]),
    written("numpy.geomspace", "numpy_geomspace", &[REAL_NUMBER, REAL_NUMBER, INT, FLAG, DTYPE]),
    written("numpy.gradient", "numpy_gradient", &[VECTOR, NUMBER]),
    written("numpy.hamming", "numpy_hamming", &[INT]),
    written("numpy.hanning", "numpy_hanning", &[INT]),
    written(
        "numpy.histogram",
        "numpy_histogram",
        &[REAL_ARRAY, Takes::IntOr(&REAL_VECTOR), Takes::OrNone(&Takes::Items(&REAL_NUMBER)), SWITCH],
    ),
    written("numpy.histogram2d", "numpy_histogram2d", &[REAL_VECTOR, REAL_VECTOR, INT]),
    written("numpy.hsplit", "numpy_hsplit", &[AXES, Takes::Sections]),
    written("numpy.hstack", "numpy_hstack", &[ARRAYS, DTYPE]),
    written("numpy.identity", "numpy_identity", &[INT, DTYPE]),
    written("numpy.imag", "numpy_imag", &[OPERAND]),
    written("numpy.indices", "numpy_indices", &[Takes::Ints, DTYPE]),
    written("numpy.inner", "numpy_inner", &[ARRAY, ARRAY]),
    written("numpy.insert", "numpy_insert", &[AXES, INT, ARRAY, MAYBE_INT]),
    written(
        "numpy.interp",
        "numpy_interp",
        &[REAL_OPERAND, REAL_VECTOR, REAL_VECTOR, BOUND_NUMBER, BOUND_NUMBER],
    ),
    written("numpy.intersect1d", "numpy_intersect1d", &[ARRAY, ARRAY]),
    written("numpy.isclose", "numpy_isclose", &[OPERAND, OPERAND, NUMBER, NUMBER, FLAG]),
    written("numpy.isin", "numpy_isin", &[ARRAY, ARRAY, FLAG]),
    written("numpy.kron", "numpy_kron", &[FLAT, FLAT]),
    written("numpy.lexsort", "numpy_lexsort", &[Takes::Items(&VECTOR)]),
    written("numpy.linalg.cholesky", "linalg_cholesky", &[MATRIX, FLAG]),
    written("numpy.linalg.cond", "linalg_cond", &[MATRIX, ORDER]),
    written("numpy.linalg.det", "linalg_det", &[MATRIX]),
    written("numpy.linalg.eig", "linalg_eig", &[MATRIX]),
    written("numpy.linalg.eigh", "linalg_eigh", &[MATRIX, TRIANGLE]),
    written("numpy.linalg.eigvals", "linalg_eigvals", &[MATRIX]),
    written("numpy.linalg.eigvalsh", "linalg_eigvalsh", &[MATRIX, TRIANGLE]),
    written("numpy.linalg.inv", "linalg_inv", &[MATRIX]),
    written("numpy.linalg.lstsq", "linalg_lstsq", &[FLAT_MATRIX, FLAT, BOUND_NUMBER]),
    written("numpy.linalg.matrix_power", "linalg_matrix_power", &[MATRIX, INT]),
    written("numpy.linalg.matrix_rank", "linalg_matrix_rank", &[ARRAY, BOUND_NUMBER, BOUND_NUMBER]),
    written("numpy.linalg.multi_dot", "linalg_multi_dot", &[Takes::Items(&FLAT)]),
    written("numpy.linalg.norm", "linalg_norm", &[ARRAY, ORDER, MAYBE_INTS, SWITCH]),
    written("numpy.linalg.pinv", "linalg_pinv", &[MATRIX, BOUND_NUMBER, BOUND_NUMBER]),
    written(
        "numpy.linalg.qr",
        "linalg_qr",
        &[MATRIX, Takes::OrNone(&Takes::Case(&["reduced", "complete", "r"]))],
    ),
    written("numpy.linalg.slogdet", "linalg_slogdet", &[MATRIX]),
    written("numpy.linalg.solve", "linalg_solve", &[MATRIX, AXES]),
    written("numpy.linalg.svd", "linalg_svd", &[MATRIX, FLAG, SWITCH]),
    written("numpy.linspace", "numpy_linspace", &[NUMBER, NUMBER, INT, FLAG, SWITCH, DTYPE]),
    written("numpy.logspace", "numpy_logspace", &[NUMBER, NUMBER, INT, FLAG, NUMBER, DTYPE]),
    written("numpy.matmul", "numpy_matmul", &[AXES, AXES]),
    written(
        "numpy.meshgrid",
        "numpy_meshgrid",
        &[Takes::Rest(&LINE), SWITCH, SWITCH, Takes::Choice(&["xy", "ij"])],
    ),
    written("numpy.moveaxis", "numpy_moveaxis", &[ARRAY, Takes::Ints, Takes::Ints]),
    written(
        "numpy.nan_to_num",
        "numpy_nan_to_num",
        &[ARRAY, SWITCH, REAL_NUMBER, BOUND_NUMBER, BOUND_NUMBER],
    ),
    written("numpy.outer", "numpy_outer", &[ARRAY, ARRAY]),
    written(
        "numpy.pad",
        "numpy_pad",
        &[ARRAY, Takes::Operand { highest: Kind::Int }, Takes::Choice(PADDINGS), REAL_OPERAND],
    ),
    written("numpy.partition", "numpy_partition", &[AXES, INT, INT]),
    written("numpy.place", "numpy_place", &[Takes::Written, ARRAY, ARRAY]),
    written("numpy.polyadd", "numpy_polyadd", &[VECTOR, VECTOR]),
    written("numpy.polyder", "numpy_polyder", &[VECTOR, INT]),
    written("numpy.polyint", "numpy_polyint", &[VECTOR, INT]),
    written("numpy.polymul", "numpy_polymul", &[VECTOR, VECTOR]),
    written("numpy.polysub", "numpy_polysub", &[VECTOR, VECTOR]),
    written("numpy.polyval", "numpy_polyval", &[VECTOR, OPERAND]),
    written("numpy.put", "numpy_put", &[Takes::Written, INTEGERS, ARRAY, Takes::Choice(INDEX_MODES)]),
    written("numpy.putmask", "numpy_putmask", &[Takes::Written, ARRAY, ARRAY]),
    written("numpy.ravel", "numpy_ravel", &[ARRAY]),
    written(
        "numpy.ravel_multi_index",
        "numpy_ravel_multi_index",
        &[Takes::Items(&INTEGER_OPERAND), Takes::Ints, Takes::Choice(INDEX_MODES), Takes::Choice(ORDERS)],
    ),
    written("numpy.real", "numpy_real", &[OPERAND]),
    written("numpy.repeat", "numpy_repeat", &[ARRAY, Takes::IntOr(&COUNTS), MAYBE_INT]),
    written("numpy.reshape", "numpy_reshape", &[ARRAY, Takes::Ints]),
    written("numpy.resize", "numpy_resize", &[ARRAY, Takes::Ints]),
    written("numpy.roll", "numpy_roll", &[ARRAY, INT, MAYBE_INT]),
    written("numpy.rollaxis", "numpy_rollaxis", &[AXES, INT, INT]),
    written("numpy.rot90", "numpy_rot90", &[MATRIX, INT]),
    written("numpy.round", "numpy_round", &[REAL_OPERAND, INT]),
    written(
        "numpy.searchsorted",
        "numpy_searchsorted",
        &[VECTOR, OPERAND, Takes::Choice(&["left", "right"])],
    ),
    written("numpy.select", "numpy_select", &[Takes::Items(&OPERAND), Takes::Items(&OPERAND), NUMBER]),
    written("numpy.setdiff1d", "numpy_setdiff1d", &[ARRAY, ARRAY]),
    written("numpy.setxor1d", "numpy_setxor1d", &[ARRAY, ARRAY]),
    written("numpy.sinc", "numpy_sinc", &[OPERAND]),
    written("numpy.sort", "numpy_sort", &[ARRAY, MAYBE_INT, KIND]),
    written("numpy.split", "numpy_split", &[AXES, Takes::Sections, INT]),
    written("numpy.squeeze", "numpy_squeeze", &[AXES, Takes::Ints]),
    written("numpy.stack", "numpy_stack", &[ARRAYS, INT, DTYPE]),
    written("numpy.swapaxes", "numpy_swapaxes", &[ARRAY, INT, INT]),
    written("numpy.tile", "numpy_tile", &[ARRAY, Takes::Ints]),
    written("numpy.trace", "numpy_trace", &[FLAT_MATRIX, INT]),
    written("numpy.transpose", "numpy_transpose", &[ARRAY, MAYBE_INTS]),
    written("numpy.trapezoid", "numpy_trapezoid", &[VECTOR, Takes::OrNone(&VECTOR), NUMBER]),
    written("numpy.tri", "numpy_tri", &[INT, MAYBE_INT, INT, DTYPE]),
    written("numpy.tril", "numpy_tril", &[MATRIX, INT]),
    written("numpy.tril_indices", "numpy_tril_indices", &[INT, INT, MAYBE_INT]),
    written("numpy.tril_indices_from", "numpy_tril_indices_from", &[FLAT_MATRIX, INT]),
    written("numpy.trim_zeros", "numpy_trim_zeros", &[VECTOR, Takes::Choice(&["fb", "f", "b"])]),
    written("numpy.triu", "numpy_triu", &[MATRIX, INT]),
    written("numpy.triu_indices", "numpy_triu_indices", &[INT, INT, MAYBE_INT]),
    written("numpy.triu_indices_from", "numpy_triu_indices_from", &[FLAT_MATRIX, INT]),
    written("numpy.union1d", "numpy_union1d", &[ARRAY, ARRAY]),
    written("numpy.unique", "numpy_unique", &[ARRAY, SWITCH, SWITCH, SWITCH]),
    written(
        "numpy.unravel_index",
        "numpy_unravel_index",
        &[INTEGER_OPERAND, Takes::Ints, Takes::Choice(ORDERS)],
    ),
    written("numpy.unwrap", "numpy_unwrap", &[REAL_VECTOR, BOUND_NUMBER, NUMBER]),
    written("numpy.vander", "numpy_vander", &[VECTOR, MAYBE_INT, FLAG]),
    written("numpy.vdot", "numpy_vdot", &[ARRAY, ARRAY]),
    written("numpy.vsplit", "numpy_vsplit", &[MATRIX, Takes::Sections]),
    written("numpy.vstack", "numpy_vstack", &[ARRAYS, DTYPE]),
];
