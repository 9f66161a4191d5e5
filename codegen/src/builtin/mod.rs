//! The table of builtins: Python name → typing rule → library function or operation.
//!
//! A new builtin is one row here, its function in `library/*.py` if it needs one, and its tests.
//! `syntax` reads the names, `infer` the rest.

mod constant;
mod device;
mod intrinsics;
mod numpy;
mod python;
mod random;
mod reduction;
mod time;
mod ufunc;
mod written;

use std::ops::RangeInclusive;

use pykernel_abi::routine::Routine;

pub use constant::{Constant, constant};
pub use intrinsics::Form;
pub use random::generator_methods;
pub use reduction::{Reduction, What};
pub use time::{Given, Nat, Times, times};
pub use written::Takes;

use crate::hir;
use crate::ir;
use crate::ir::threads::{Atomic, Together};
use crate::typed::Operation;
use crate::types::{Counted, Type};

/// How a call of a builtin is typed; `infer::builtin` has a function for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A function of `math` on floats.
    MathFloats,
    /// A function of `math` on integers.
    MathInts,
    /// A function of `cmath` on complex numbers.
    MathComplex,
    /// `math.isclose`.
    IsClose,
    /// `math.floor`, `math.ceil`, `math.trunc`.
    MathRound,
    /// A conversion to a number type.
    Construct,
    /// An operation of the library on operands of one type.
    Operate,
    /// `abs`.
    Abs,
    /// `complex`.
    Complex,
    /// `len`.
    Len,
    /// `min`, `max`.
    Extremum,
    /// `range`, `enumerate`, `zip`, `reversed`, which only `for` can take.
    Iterator,
    /// `any`, `all`.
    AnyAll,
    /// `divmod`.
    DivMod,
    /// `print`, which is a statement.
    Print,
    /// `sum`.
    Sum,
    /// `reveal_type`.
    RevealType,
    /// `round`.
    Round,
    /// `math.ldexp`.
    Ldexp,
    /// `math.log`.
    Log,
    /// `pow`.
    Power,
    /// `math.perm`.
    Perm,
    /// `intrinsics.like`.
    Like,
    /// `intrinsics.complex`.
    ComplexOfParts,
    /// `intrinsics.bits`, `intrinsics.float_of_bits`.
    Bits,
    /// `intrinsics.select`.
    Select,
    /// A condition on types, which is known where a function of the library is specialised.
    AboutTypes,
    /// A reduction of an array.
    Reduce(Reduction),
    /// A ufunc of NumPy's, or `np.where`.
    Ufunc,
    /// A conversion that never raises.
    Cast,
    /// What makes an array.
    Make(Maker),
    /// A number that a thread of a GPU has.
    Special,
    /// Where a thread stands in the grid.
    Grid,
    /// How many threads the grid has.
    GridSize,
    /// `cuda.lanemask_lt`.
    LanesBefore,
    /// What threads of a GPU do together.
    Together,
    /// A step on an element that no other thread comes between.
    Atomic,
    /// `cuda.shared.array`, `cuda.local.array`.
    Reserve(Memory),
    /// `cuda.const.array_like`.
    ConstantMemory,
    /// `np.array`, `np.asarray`.
    Array,
    /// A function of `numba.cuda.random`.
    Random,
    /// What `numba.cuda` has of instructions on numbers.
    Instruction(Instruction),
    /// What indexes arrays, or says where they are true.
    Index(Indexing),
    /// `np.einsum`.
    Einsum,
    /// `np.tensordot`.
    Tensordot,
    /// `np.result_type`.
    ResultType,
    /// `x.view`.
    View,
    /// `np.datetime64`, `np.timedelta64`.
    Time(Counted),
    /// A function that the library writes in Python.
    Written,
    /// What the library says of arrays and tuples.
    Form(Form),
}

/// An instruction on numbers, by PTX's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instruction {
    /// How many bits are 1.
    Popc,
    /// How many bits stand above the highest 1.
    Clz,
    /// The place of the lowest 1, counted from 1; of 0 it is 0.
    Ffs,
    /// The bits from the other end.
    Brev,
    /// `a * b + c`, rounded once.
    Fma,
    /// One of two numbers.
    Selp,
    /// The cube root.
    Cbrt,
}

/// A function that indexes an array, or says where its elements are true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indexing {
    /// `np.nonzero`, and `np.where` of one argument.
    Nonzero,
    /// `np.flatnonzero`.
    FlatNonzero,
    /// `np.argwhere`.
    Argwhere,
    /// `np.take`.
    Take,
    /// `np.take_along_axis`.
    TakeAlongAxis,
    /// `np.extract`.
    Extract,
    /// `np.compress`.
    Compress,
    /// `np.ix_`.
    Ix,
}

/// Where an array lies that a kernel for GPUs sets aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// The threads of a block share it.
    Shared,
    /// Each thread has its own.
    Local,
}

/// A function that makes an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// `np.zeros`, and `np.empty`, whose elements are zero too.
    Zeros,
    /// `np.ones`.
    Ones,
    /// `np.full`.
    Full,
    /// `np.zeros_like`, `np.empty_like`.
    ZerosLike,
    /// `np.ones_like`.
    OnesLike,
    /// `np.full_like`.
    FullLike,
    /// `np.arange`.
    Arange,
    /// `np.copy`.
    Copy,
}

impl Maker {
    /// Its parameters but `dtype` and `order`.
    pub const fn params(self) -> &'static [&'static str] {
        match self {
            Maker::Zeros | Maker::Ones => &["shape"],
            Maker::Full => &["shape", "fill_value"],
            Maker::ZerosLike | Maker::OnesLike | Maker::Copy => &["a"],
            Maker::FullLike => &["a", "fill_value"],
            Maker::Arange => &["start", "stop", "step"],
        }
    }

    /// Whether it takes a `dtype`.
    pub const fn has_dtype(self) -> bool {
        !matches!(self, Maker::Copy)
    }
}

/// One builtin.
#[derive(Debug)]
pub struct Row {
    /// Its full name.
    pub name: &'static str,
    /// How many arguments it takes.
    pub arity: RangeInclusive<usize>,
    /// How a call is typed.
    pub rule: Rule,
    /// What the rule makes of it.
    pub target: Target,
}

/// What a rule makes of a call.
#[derive(Debug)]
pub enum Target {
    /// The rule knows.
    Nothing,
    /// A function of the library.
    Library(&'static str),
    /// An operation.
    Operation(Operation),
    /// A conversion.
    Type(Type),
    /// What a ufunc does with numbers.
    Ufunc(Ufunc),
    /// What threads do together.
    Together(Together),
    /// A step on an element.
    Atomic(Atomic),
    /// A function of the library, and what its parameters take.
    Written(&'static str, &'static [Takes]),
}

/// What a ufunc of NumPy's does with numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ufunc {
    /// Python's operator.
    Unary(hir::UnaryOp),
    /// Python's operator.
    Binary(hir::BinaryOp),
    /// Python's comparison.
    Compare(hir::CompareOp),
    /// An operation on truth values.
    Logical(ir::BinaryOp),
    /// `not`.
    Not,
    /// `abs`.
    Abs,
    /// The product with itself.
    Square,
    /// `np.conjugate`.
    Conjugate,
    /// `np.where`.
    Where,
    /// A function of the library on real numbers of one type.
    Same(&'static str),
    /// A function on floats that gives whole numbers, and integers as they are.
    Whole(&'static str),
    /// A function on floats that gives a bool, and one on complex numbers if there is one.
    Test(&'static str, Option<&'static str>),
    /// A function on integers of one type, and one on floats if there is one.
    Integers(&'static str, Option<&'static str>),
    /// `np.isnat`, of times alone.
    IsNat,
    /// `np.ldexp`.
    Ldexp,
    /// `np.float_power`.
    FloatPower,
    /// A function on floats, and on complex numbers if it has one.
    Float(&'static str, Option<&'static str>),
}

/// All rows, each table in a file of its own.
static TABLES: [&[Row]; 9] = [
    python::TABLE,
    numpy::TABLE,
    random::TABLE,
    random::BOTH,
    ufunc::TABLE,
    device::TABLE,
    intrinsics::TABLE,
    reduction::TABLE,
    written::TABLE,
];

/// The row of a builtin function, by its full name.
pub fn find(name: &str) -> Option<&'static Row> {
    rows().find(|row| row.name == name)
}

/// All rows.
fn rows() -> impl Iterator<Item = &'static Row> {
    TABLES.iter().copied().flatten()
}

/// The functions that the library writes in Python, with what their parameters take.
pub fn all_written() -> impl Iterator<Item = (&'static str, &'static str, &'static [Takes])> {
    let tables = [written::TABLE, random::TABLE, random::BOTH];
    tables.into_iter().flatten().filter_map(|row| match row.target {
        Target::Written(function, takes) => Some((row.name, function, takes)),
        _ => None,
    })
}

/// Whether programs have a routine, as the features say that this was built with.
pub fn has_routine(routine: Routine) -> bool {
    match routine.feature() {
        "fft" => cfg!(feature = "fft"),
        _ => cfg!(feature = "linalg"),
    }
}

/// The names of a module's functions and constants, for suggestions; of Python's own if the
/// module has no name.
pub fn members(module: &str) -> impl Iterator<Item = &'static str> {
    let names = rows().map(|row| row.name).chain(constant::TABLE.iter().map(|(name, _)| *name));
    names.filter_map(move |name| match name.rsplit_once('.') {
        Some((home, member)) => (home == module).then_some(member),
        None => module.is_empty().then_some(name),
    })
}

/// The names of the parameters of a builtin that takes keyword arguments, each with its default
/// value if that is needed where a later one is given.
pub fn keywords(name: &str) -> &'static [(&'static str, Option<f64>)] {
    KEYWORDS.iter().find(|(builtin, _)| *builtin == name).map_or(&[], |(_, names)| names)
}

/// The function that is a method of arrays too.
pub fn method(name: &str) -> Option<&'static str> {
    all_methods().find(|function| function.rsplit('.').next() == Some(name))
}

/// The methods of arrays, as messages name them.
pub fn methods() -> Vec<String> {
    let mut names: Vec<&str> = all_methods().filter_map(|function| function.rsplit('.').next()).collect();
    names.sort_unstable();
    names.into_iter().map(|name| format!("`{name}`")).collect()
}

/// The functions that are methods: those that are nothing else come first.
fn all_methods() -> impl Iterator<Item = &'static str> {
    let own = rows().map(|row| row.name).filter(|name| name.starts_with("ndarray."));
    own.chain(METHODS.iter().copied()).chain(written::METHODS.iter().copied())
}

/// The functions that are methods of arrays too.
const METHODS: &[&str] = &[
    "numpy.all",
    "numpy.any",
    "numpy.argmax",
    "numpy.argmin",
    "numpy.copy",
    "numpy.cumprod",
    "numpy.cumsum",
    "numpy.max",
    "numpy.mean",
    "numpy.min",
    "numpy.nonzero",
    "numpy.prod",
    "numpy.std",
    "numpy.sum",
    "numpy.take",
    "numpy.var",
];

type Parameters = &'static [(&'static str, Option<f64>)];

const KEYWORDS: &[(&str, Parameters)] = &[
    ("complex", &[("real", Some(0.0)), ("imag", None)]),
    ("ndarray.view", &[("self", None), ("dtype", None)]),
    ("math.isclose", &[("a", None), ("b", None), ("rel_tol", Some(1e-9)), ("abs_tol", Some(0.0))]),
    ("numpy.compress", &[("condition", None), ("a", None), ("axis", None)]),
    ("numpy.tensordot", &[("a", None), ("b", None), ("axes", None)]),
    ("numpy.take", &[("a", None), ("indices", None), ("axis", None)]),
    ("numpy.take_along_axis", &[("arr", None), ("indices", None), ("axis", None)]),
    ("numpy.array", &[("object", None), ("dtype", None)]),
    ("numpy.asarray", &[("a", None), ("dtype", None)]),
    ("pow", &[("base", None), ("exp", None), ("mod", None)]),
    ("round", &[("number", None), ("ndigits", None)]),
    ("sum", &[("iterable", None), ("start", None)]),
];

/// A full name as Python's users write it.
pub fn python_name(name: &str) -> String {
    name.replacen("numpy.", "np.", 1).replacen("numba.cuda.", "cuda.", 1)
}

const fn row(name: &'static str, arity: RangeInclusive<usize>, rule: Rule, target: Target) -> Row {
    Row { name, arity, rule, target }
}

impl Row {
    /// The library function of a row that has one.
    pub fn library(&self) -> &'static str {
        match self.target {
            Target::Library(name) => name,
            _ => unreachable!("bug in pykernel: `{}` has no library function", self.name),
        }
    }

    /// The type of a row that converts to one.
    pub fn ty(&self) -> Type {
        match &self.target {
            Target::Type(ty) => ty.clone(),
            _ => unreachable!("bug in pykernel: `{}` has no type", self.name),
        }
    }
}
