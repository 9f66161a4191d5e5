//! The table of builtins: Python name → typing rule → library function or operation.
//!
//! A new builtin is one row here, its function in `library/*.py` if it needs one, and its tests.
//! `syntax` reads the names, `infer` the rest.

mod intrinsics;
mod reduction;
mod written;

use std::ops::RangeInclusive;

pub use intrinsics::Form;
pub use reduction::{Reduction, What};
pub use written::Takes;

use crate::hir;
use crate::ir::threads::{Atomic, Direction, Scope, Source, Special, Together};
use crate::ir::{self, Intrinsic};
use crate::typed::Operation;
use crate::types::{DType, Type};

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
    /// `np.result_type`.
    ResultType,
    /// `x.view`.
    View,
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
    /// `np.ldexp`.
    Ldexp,
    /// `np.float_power`.
    FloatPower,
    /// A function on floats, and on complex numbers if it has one.
    Float(&'static str, Option<&'static str>),
}

/// The row of a builtin function, by its full name.
pub fn find(name: &str) -> Option<&'static Row> {
    rows().find(|row| row.name == name)
}

/// All rows.
fn rows() -> impl Iterator<Item = &'static Row> {
    TABLE.iter().chain(intrinsics::TABLE).chain(reduction::TABLE).chain(written::TABLE)
}

/// The functions that the library writes in Python, with what their parameters take.
pub fn all_written() -> impl Iterator<Item = (&'static str, &'static str, &'static [Takes])> {
    written::TABLE.iter().filter_map(|row| match row.target {
        Target::Written(function, takes) => Some((row.name, function, takes)),
        _ => None,
    })
}

/// The names of a module's functions and constants, for suggestions; of Python's own if the
/// module has no name.
pub fn members(module: &str) -> impl Iterator<Item = &'static str> {
    let names = rows().map(|row| row.name).chain(CONSTANTS.iter().map(|(name, _)| *name));
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

/// The value of a named constant.
#[derive(Clone, Copy, Debug)]
pub enum Constant {
    /// A float.
    Float(f64),
    /// An imaginary number.
    Imaginary(f64),
    /// Python's `int`.
    Int(i128),
}

/// The value of a named constant.
pub fn constant(name: &str) -> Option<Constant> {
    CONSTANTS.iter().find(|(constant, _)| *constant == name).map(|(_, value)| *value)
}

const CONSTANTS: &[(&str, Constant)] = &[
    ("cmath.e", Constant::Float(std::f64::consts::E)),
    ("cmath.inf", Constant::Float(f64::INFINITY)),
    ("cmath.infj", Constant::Imaginary(f64::INFINITY)),
    ("cmath.nan", Constant::Float(f64::NAN)),
    ("cmath.nanj", Constant::Imaginary(f64::NAN)),
    ("cmath.pi", Constant::Float(std::f64::consts::PI)),
    ("cmath.tau", Constant::Float(std::f64::consts::TAU)),
    ("math.e", Constant::Float(std::f64::consts::E)),
    ("math.inf", Constant::Float(f64::INFINITY)),
    ("math.nan", Constant::Float(f64::NAN)),
    ("math.pi", Constant::Float(std::f64::consts::PI)),
    ("math.tau", Constant::Float(std::f64::consts::TAU)),
    ("numba.cuda.warpsize", Constant::Int(32)),
    ("numpy.e", Constant::Float(std::f64::consts::E)),
    ("numpy.inf", Constant::Float(f64::INFINITY)),
    ("numpy.nan", Constant::Float(f64::NAN)),
    ("numpy.pi", Constant::Float(std::f64::consts::PI)),
];

const fn row(name: &'static str, arity: RangeInclusive<usize>, rule: Rule, target: Target) -> Row {
    Row { name, arity, rule, target }
}

/// A function of `math` on floats.
const fn floats(name: &'static str, arity: usize, function: &'static str) -> Row {
    row(name, arity..=arity, Rule::MathFloats, Target::Library(function))
}

/// A function of `math` on integers.
const fn ints(name: &'static str, arity: usize, function: &'static str) -> Row {
    row(name, arity..=arity, Rule::MathInts, Target::Library(function))
}

/// A function of `cmath`.
const fn complexes(name: &'static str, function: &'static str) -> Row {
    row(name, 1..=1, Rule::MathComplex, Target::Library(function))
}

/// A conversion to a NumPy scalar.
const fn scalar(name: &'static str, dtype: DType) -> Row {
    row(name, 0..=1, Rule::Construct, Target::Type(Type::Strong(dtype)))
}

/// A function that makes an array.
const fn make(name: &'static str, maker: Maker) -> Row {
    row(name, 1..=usize::MAX, Rule::Make(maker), Target::Nothing)
}

/// A ufunc of NumPy's.
const fn ufunc(name: &'static str, arity: usize, ufunc: Ufunc) -> Row {
    row(name, arity..=arity, Rule::Ufunc, Target::Ufunc(ufunc))
}

/// A ufunc that computes in floats.
const fn float(name: &'static str, function: &'static str) -> Row {
    ufunc(name, 1, Ufunc::Float(function, None))
}

/// A ufunc that computes in floats or in complex numbers.
const fn number(name: &'static str, function: &'static str, complex: &'static str) -> Row {
    ufunc(name, 1, Ufunc::Float(function, Some(complex)))
}

/// What indexes an array.
const fn index(name: &'static str, arity: RangeInclusive<usize>, what: Indexing) -> Row {
    row(name, arity, Rule::Index(what), Target::Nothing)
}

/// A number that a thread of a GPU has.
const fn special(name: &'static str, special: Special) -> Row {
    let target = Target::Operation(Operation::Intrinsic(Intrinsic::Special(special)));
    row(name, 0..=0, Rule::Special, target)
}

/// Something that threads of a GPU do together.
const fn together(name: &'static str, arity: usize, op: Together) -> Row {
    row(name, arity..=arity, Rule::Together, Target::Together(op))
}

/// A step on an element that no other thread of a GPU comes between: an array, an index and numbers.
const fn atomic(name: &'static str, op: Atomic) -> Row {
    let arity = 2 + op.operands();
    row(name, arity..=arity, Rule::Atomic, Target::Atomic(op))
}

/// A function of `numba.cuda.random`: states, an index and, to set one, a seed.
const fn random(name: &'static str, arity: usize, function: &'static str) -> Row {
    row(name, arity..=arity, Rule::Random, Target::Library(function))
}

/// An instruction on numbers.
const fn instruction(name: &'static str, arity: usize, instruction: Instruction) -> Row {
    row(name, arity..=arity, Rule::Instruction(instruction), Target::Nothing)
}

static TABLE: &[Row] = &[
    row("abs", 1..=1, Rule::Abs, Target::Nothing),
    row("all", 1..=1, Rule::AnyAll, Target::Nothing),
    row("any", 1..=1, Rule::AnyAll, Target::Nothing),
    row("bool", 0..=1, Rule::Construct, Target::Type(Type::BOOL)),
    row("complex", 0..=2, Rule::Complex, Target::Nothing),
    row("divmod", 2..=2, Rule::DivMod, Target::Nothing),
    row("enumerate", 1..=2, Rule::Iterator, Target::Nothing),
    row("float", 0..=1, Rule::Construct, Target::Type(Type::FLOAT)),
    row("int", 0..=1, Rule::Construct, Target::Type(Type::INT)),
    row("len", 1..=1, Rule::Len, Target::Nothing),
    row("max", 1..=usize::MAX, Rule::Extremum, Target::Library("maximum")),
    row("min", 1..=usize::MAX, Rule::Extremum, Target::Library("minimum")),
    row("pow", 2..=3, Rule::Power, Target::Nothing),
    row("print", 0..=usize::MAX, Rule::Print, Target::Nothing),
    row("range", 1..=3, Rule::Iterator, Target::Nothing),
    row("reveal_type", 1..=1, Rule::RevealType, Target::Nothing),
    row("reversed", 1..=1, Rule::Iterator, Target::Nothing),
    row("round", 1..=2, Rule::Round, Target::Nothing),
    row("sum", 1..=2, Rule::Sum, Target::Nothing),
    row("zip", 1..=usize::MAX, Rule::Iterator, Target::Nothing),
    complexes("cmath.acos", "cmath_acos"),
    complexes("cmath.acosh", "cmath_acosh"),
    complexes("cmath.asin", "cmath_asin"),
    complexes("cmath.asinh", "cmath_asinh"),
    complexes("cmath.atan", "cmath_atan"),
    complexes("cmath.atanh", "cmath_atanh"),
    complexes("cmath.cos", "cmath_cos"),
    complexes("cmath.cosh", "cmath_cosh"),
    complexes("cmath.exp", "cmath_exp"),
    complexes("cmath.isfinite", "cmath_isfinite"),
    complexes("cmath.isinf", "cmath_isinf"),
    complexes("cmath.isnan", "cmath_isnan"),
    row("cmath.log", 1..=2, Rule::MathComplex, Target::Library("cmath_log")),
    complexes("cmath.log10", "cmath_log10"),
    complexes("cmath.phase", "cmath_phase"),
    complexes("cmath.polar", "cmath_polar"),
    floats("cmath.rect", 2, "cmath_rect"),
    complexes("cmath.sin", "cmath_sin"),
    complexes("cmath.sinh", "cmath_sinh"),
    complexes("cmath.sqrt", "cmath_sqrt"),
    complexes("cmath.tan", "cmath_tan"),
    complexes("cmath.tanh", "cmath_tanh"),
    floats("math.acos", 1, "math_acos"),
    floats("math.acosh", 1, "math_acosh"),
    floats("math.asin", 1, "math_asin"),
    floats("math.asinh", 1, "math_asinh"),
    floats("math.atan", 1, "math_atan"),
    floats("math.atan2", 2, "math_atan2"),
    floats("math.atanh", 1, "math_atanh"),
    floats("math.cbrt", 1, "math_cbrt"),
    row("math.ceil", 1..=1, Rule::MathRound, Target::Library("int_of_ceil")),
    ints("math.comb", 2, "math_comb"),
    floats("math.copysign", 2, "math_copysign"),
    floats("math.cos", 1, "math_cos"),
    floats("math.cosh", 1, "math_cosh"),
    floats("math.degrees", 1, "math_degrees"),
    floats("math.erf", 1, "math_erf"),
    floats("math.erfc", 1, "math_erfc"),
    floats("math.exp", 1, "math_exp"),
    floats("math.exp2", 1, "math_exp2"),
    floats("math.expm1", 1, "math_expm1"),
    floats("math.fabs", 1, "math_fabs"),
    ints("math.factorial", 1, "math_factorial"),
    row("math.floor", 1..=1, Rule::MathRound, Target::Library("int_of_floor")),
    floats("math.fmod", 2, "math_fmod"),
    floats("math.frexp", 1, "fraction_and_exponent"),
    floats("math.gamma", 1, "math_gamma"),
    ints("math.gcd", 2, "math_gcd"),
    floats("math.hypot", 2, "math_hypot"),
    row("math.isclose", 2..=2, Rule::IsClose, Target::Library("math_isclose")),
    floats("math.isfinite", 1, "math_isfinite"),
    floats("math.isinf", 1, "math_isinf"),
    floats("math.isnan", 1, "math_isnan"),
    ints("math.isqrt", 1, "math_isqrt"),
    ints("math.lcm", 2, "math_lcm"),
    row("math.ldexp", 2..=2, Rule::Ldexp, Target::Library("math_ldexp")),
    floats("math.lgamma", 1, "math_lgamma"),
    row("math.log", 1..=2, Rule::Log, Target::Library("math_log")),
    floats("math.log10", 1, "math_log10"),
    floats("math.log1p", 1, "math_log1p"),
    floats("math.log2", 1, "math_log2"),
    floats("math.modf", 1, "fraction_and_whole"),
    floats("math.nextafter", 2, "math_nextafter"),
    row("math.perm", 1..=2, Rule::Perm, Target::Library("math_perm")),
    floats("math.pow", 2, "math_pow"),
    floats("math.radians", 1, "math_radians"),
    floats("math.remainder", 2, "math_remainder"),
    floats("math.sin", 1, "math_sin"),
    floats("math.sinh", 1, "math_sinh"),
    floats("math.sqrt", 1, "math_sqrt"),
    floats("math.tan", 1, "math_tan"),
    floats("math.tanh", 1, "math_tanh"),
    row("math.trunc", 1..=1, Rule::MathRound, Target::Library("int_of_float")),
    floats("math.ulp", 1, "math_ulp"),
    together("numba.cuda.activemask", 0, Together::ActiveMask),
    together("numba.cuda.all_sync", 2, Together::All),
    together("numba.cuda.any_sync", 2, Together::Any),
    atomic("numba.cuda.atomic.add", Atomic::Add),
    atomic("numba.cuda.atomic.and_", Atomic::And),
    atomic("numba.cuda.atomic.cas", Atomic::CompareAndSwap),
    row("numba.cuda.atomic.compare_and_swap", 3..=3, Rule::Atomic, Target::Atomic(Atomic::CompareAndSwap)),
    atomic("numba.cuda.atomic.dec", Atomic::Decrement),
    atomic("numba.cuda.atomic.exch", Atomic::Exchange),
    atomic("numba.cuda.atomic.inc", Atomic::Increment),
    atomic("numba.cuda.atomic.max", Atomic::Max),
    atomic("numba.cuda.atomic.min", Atomic::Min),
    atomic("numba.cuda.atomic.nanmax", Atomic::MaxNumber),
    atomic("numba.cuda.atomic.nanmin", Atomic::MinNumber),
    atomic("numba.cuda.atomic.or_", Atomic::Or),
    atomic("numba.cuda.atomic.sub", Atomic::Sub),
    atomic("numba.cuda.atomic.xor", Atomic::Xor),
    together("numba.cuda.ballot_sync", 2, Together::Ballot),
    special("numba.cuda.blockDim.x", Special::BlockSize(Direction::X)),
    special("numba.cuda.blockDim.y", Special::BlockSize(Direction::Y)),
    special("numba.cuda.blockDim.z", Special::BlockSize(Direction::Z)),
    special("numba.cuda.blockIdx.x", Special::BlockIndex(Direction::X)),
    special("numba.cuda.blockIdx.y", Special::BlockIndex(Direction::Y)),
    special("numba.cuda.blockIdx.z", Special::BlockIndex(Direction::Z)),
    instruction("numba.cuda.brev", 1, Instruction::Brev),
    instruction("numba.cuda.cbrt", 1, Instruction::Cbrt),
    instruction("numba.cuda.clz", 1, Instruction::Clz),
    together("numba.cuda.eq_sync", 2, Together::Same),
    row("numba.cuda.const.array_like", 1..=1, Rule::ConstantMemory, Target::Nothing),
    instruction("numba.cuda.ffs", 1, Instruction::Ffs),
    instruction("numba.cuda.fma", 3, Instruction::Fma),
    row("numba.cuda.grid", 1..=1, Rule::Grid, Target::Nothing),
    special("numba.cuda.gridDim.x", Special::GridSize(Direction::X)),
    special("numba.cuda.gridDim.y", Special::GridSize(Direction::Y)),
    special("numba.cuda.gridDim.z", Special::GridSize(Direction::Z)),
    row("numba.cuda.gridsize", 1..=1, Rule::GridSize, Target::Nothing),
    special("numba.cuda.laneid", Special::Lane),
    row("numba.cuda.lanemask_lt", 0..=0, Rule::LanesBefore, Target::Nothing),
    row("numba.cuda.local.array", 2..=2, Rule::Reserve(Memory::Local), Target::Nothing),
    together("numba.cuda.match_all_sync", 2, Together::MatchAll),
    together("numba.cuda.match_any_sync", 2, Together::MatchAny),
    instruction("numba.cuda.popc", 1, Instruction::Popc),
    random("numba.cuda.random.init_xoroshiro128p_state", 3, "xoroshiro_init"),
    random("numba.cuda.random.xoroshiro128p_jump", 2, "xoroshiro_jump"),
    random("numba.cuda.random.xoroshiro128p_next", 2, "xoroshiro_next"),
    random("numba.cuda.random.xoroshiro128p_normal_float32", 2, "xoroshiro_normal_float32"),
    random("numba.cuda.random.xoroshiro128p_normal_float64", 2, "xoroshiro_normal_float64"),
    random("numba.cuda.random.xoroshiro128p_uniform_float32", 2, "xoroshiro_uniform_float32"),
    random("numba.cuda.random.xoroshiro128p_uniform_float64", 2, "xoroshiro_uniform_float64"),
    instruction("numba.cuda.selp", 3, Instruction::Selp),
    row("numba.cuda.shared.array", 2..=2, Rule::Reserve(Memory::Shared), Target::Nothing),
    together("numba.cuda.shfl_down_sync", 3, Together::Shuffle(Source::Behind)),
    together("numba.cuda.shfl_sync", 3, Together::Shuffle(Source::Lane)),
    together("numba.cuda.shfl_up_sync", 3, Together::Shuffle(Source::Before)),
    together("numba.cuda.shfl_xor_sync", 3, Together::Shuffle(Source::Xor)),
    together("numba.cuda.syncthreads", 0, Together::Barrier),
    together("numba.cuda.syncthreads_and", 1, Together::BarrierAll),
    together("numba.cuda.syncthreads_count", 1, Together::BarrierCount),
    together("numba.cuda.syncthreads_or", 1, Together::BarrierAny),
    row("numba.cuda.syncwarp", 0..=1, Rule::Together, Target::Together(Together::WarpBarrier)),
    special("numba.cuda.threadIdx.x", Special::ThreadIndex(Direction::X)),
    special("numba.cuda.threadIdx.y", Special::ThreadIndex(Direction::Y)),
    special("numba.cuda.threadIdx.z", Special::ThreadIndex(Direction::Z)),
    together("numba.cuda.threadfence", 0, Together::Fence(Scope::Device)),
    together("numba.cuda.threadfence_block", 0, Together::Fence(Scope::Block)),
    together("numba.cuda.threadfence_system", 0, Together::Fence(Scope::System)),
    row("numba.prange", 1..=3, Rule::Iterator, Target::Nothing),
    make("numpy.arange", Maker::Arange),
    row("numpy.array", 1..=2, Rule::Array, Target::Nothing),
    row("numpy.asarray", 1..=2, Rule::Array, Target::Nothing),
    row("ndarray.view", 1..=2, Rule::View, Target::Nothing),
    row("numpy.result_type", 1..=usize::MAX, Rule::ResultType, Target::Nothing),
    make("numpy.copy", Maker::Copy),
    make("numpy.empty", Maker::Zeros),
    make("numpy.empty_like", Maker::ZerosLike),
    make("numpy.full", Maker::Full),
    make("numpy.full_like", Maker::FullLike),
    make("numpy.ones", Maker::Ones),
    make("numpy.ones_like", Maker::OnesLike),
    make("numpy.zeros", Maker::Zeros),
    make("numpy.zeros_like", Maker::ZerosLike),
    ufunc("numpy.abs", 1, Ufunc::Abs),
    ufunc("numpy.absolute", 1, Ufunc::Abs),
    ufunc("numpy.add", 2, Ufunc::Binary(hir::BinaryOp::Add)),
    number("numpy.arccos", "math_acos", "cmath_acos"),
    number("numpy.arccosh", "math_acosh", "cmath_acosh"),
    number("numpy.arcsin", "math_asin", "cmath_asin"),
    number("numpy.arcsinh", "math_asinh", "cmath_asinh"),
    number("numpy.arctan", "math_atan", "cmath_atan"),
    ufunc("numpy.arctan2", 2, Ufunc::Float("math_atan2", None)),
    number("numpy.arctanh", "math_atanh", "cmath_atanh"),
    ufunc("numpy.bitwise_and", 2, Ufunc::Binary(hir::BinaryOp::BitAnd)),
    ufunc("numpy.bitwise_not", 1, Ufunc::Unary(hir::UnaryOp::Invert)),
    ufunc("numpy.bitwise_or", 2, Ufunc::Binary(hir::BinaryOp::BitOr)),
    ufunc("numpy.bitwise_xor", 2, Ufunc::Binary(hir::BinaryOp::BitXor)),
    float("numpy.cbrt", "math_cbrt"),
    ufunc("numpy.ceil", 1, Ufunc::Whole("whole_ceil")),
    ufunc("numpy.conj", 1, Ufunc::Conjugate),
    ufunc("numpy.conjugate", 1, Ufunc::Conjugate),
    ufunc("numpy.copysign", 2, Ufunc::Float("math_copysign", None)),
    number("numpy.cos", "math_cos", "cmath_cos"),
    number("numpy.cosh", "math_cosh", "cmath_cosh"),
    float("numpy.deg2rad", "math_radians"),
    float("numpy.degrees", "math_degrees"),
    ufunc("numpy.divide", 2, Ufunc::Binary(hir::BinaryOp::Div)),
    ufunc("numpy.equal", 2, Ufunc::Compare(hir::CompareOp::Eq)),
    number("numpy.exp", "math_exp", "cmath_exp"),
    float("numpy.exp2", "math_exp2"),
    float("numpy.expm1", "math_expm1"),
    float("numpy.fabs", "math_fabs"),
    ufunc("numpy.float_power", 2, Ufunc::FloatPower),
    ufunc("numpy.floor", 1, Ufunc::Whole("whole_floor")),
    ufunc("numpy.floor_divide", 2, Ufunc::Binary(hir::BinaryOp::FloorDiv)),
    ufunc("numpy.fmax", 2, Ufunc::Same("numpy_fmax")),
    ufunc("numpy.fmin", 2, Ufunc::Same("numpy_fmin")),
    ufunc("numpy.fmod", 2, Ufunc::Integers("numpy_int_fmod", Some("math_fmod"))),
    float("numpy.frexp", "numpy_frexp"),
    ufunc("numpy.gcd", 2, Ufunc::Integers("numpy_gcd", None)),
    ufunc("numpy.greater", 2, Ufunc::Compare(hir::CompareOp::Gt)),
    ufunc("numpy.greater_equal", 2, Ufunc::Compare(hir::CompareOp::Ge)),
    ufunc("numpy.heaviside", 2, Ufunc::Float("numpy_heaviside", None)),
    ufunc("numpy.hypot", 2, Ufunc::Float("math_hypot", None)),
    ufunc("numpy.invert", 1, Ufunc::Unary(hir::UnaryOp::Invert)),
    ufunc("numpy.isfinite", 1, Ufunc::Test("math_isfinite", Some("cmath_isfinite"))),
    ufunc("numpy.isinf", 1, Ufunc::Test("math_isinf", Some("cmath_isinf"))),
    ufunc("numpy.isnan", 1, Ufunc::Test("math_isnan", Some("cmath_isnan"))),
    ufunc("numpy.lcm", 2, Ufunc::Integers("numpy_lcm", None)),
    ufunc("numpy.ldexp", 2, Ufunc::Ldexp),
    ufunc("numpy.left_shift", 2, Ufunc::Binary(hir::BinaryOp::LeftShift)),
    ufunc("numpy.less", 2, Ufunc::Compare(hir::CompareOp::Lt)),
    ufunc("numpy.less_equal", 2, Ufunc::Compare(hir::CompareOp::Le)),
    number("numpy.log", "math_log", "cmath_log"),
    number("numpy.log10", "math_log10", "cmath_log10"),
    float("numpy.log1p", "math_log1p"),
    float("numpy.log2", "math_log2"),
    ufunc("numpy.logaddexp", 2, Ufunc::Float("numpy_logaddexp", None)),
    ufunc("numpy.logaddexp2", 2, Ufunc::Float("numpy_logaddexp2", None)),
    ufunc("numpy.logical_and", 2, Ufunc::Logical(ir::BinaryOp::And)),
    ufunc("numpy.logical_not", 1, Ufunc::Not),
    ufunc("numpy.logical_or", 2, Ufunc::Logical(ir::BinaryOp::Or)),
    ufunc("numpy.logical_xor", 2, Ufunc::Logical(ir::BinaryOp::Xor)),
    ufunc("numpy.maximum", 2, Ufunc::Same("numpy_maximum")),
    ufunc("numpy.minimum", 2, Ufunc::Same("numpy_minimum")),
    ufunc("numpy.mod", 2, Ufunc::Binary(hir::BinaryOp::Mod)),
    float("numpy.modf", "fraction_and_whole"),
    ufunc("numpy.multiply", 2, Ufunc::Binary(hir::BinaryOp::Mul)),
    ufunc("numpy.negative", 1, Ufunc::Unary(hir::UnaryOp::Negate)),
    ufunc("numpy.nextafter", 2, Ufunc::Float("math_nextafter", None)),
    ufunc("numpy.not_equal", 2, Ufunc::Compare(hir::CompareOp::Ne)),
    ufunc("numpy.positive", 1, Ufunc::Unary(hir::UnaryOp::Plus)),
    ufunc("numpy.power", 2, Ufunc::Binary(hir::BinaryOp::Pow)),
    float("numpy.rad2deg", "math_degrees"),
    float("numpy.radians", "math_radians"),
    ufunc("numpy.remainder", 2, Ufunc::Binary(hir::BinaryOp::Mod)),
    ufunc("numpy.right_shift", 2, Ufunc::Binary(hir::BinaryOp::RightShift)),
    float("numpy.rint", "whole_rint"),
    ufunc("numpy.sign", 1, Ufunc::Same("sign_of")),
    ufunc("numpy.signbit", 1, Ufunc::Test("numpy_signbit", None)),
    number("numpy.sin", "math_sin", "cmath_sin"),
    number("numpy.sinh", "math_sinh", "cmath_sinh"),
    float("numpy.spacing", "numpy_spacing"),
    number("numpy.sqrt", "math_sqrt", "cmath_sqrt"),
    ufunc("numpy.square", 1, Ufunc::Square),
    ufunc("numpy.subtract", 2, Ufunc::Binary(hir::BinaryOp::Sub)),
    number("numpy.tan", "math_tan", "cmath_tan"),
    number("numpy.tanh", "math_tanh", "cmath_tanh"),
    ufunc("numpy.true_divide", 2, Ufunc::Binary(hir::BinaryOp::Div)),
    ufunc("numpy.trunc", 1, Ufunc::Whole("whole_trunc")),
    ufunc("numpy.where", 3, Ufunc::Where),
    index("numpy.argwhere", 1..=1, Indexing::Argwhere),
    index("numpy.compress", 2..=3, Indexing::Compress),
    index("numpy.extract", 2..=2, Indexing::Extract),
    index("numpy.flatnonzero", 1..=1, Indexing::FlatNonzero),
    index("numpy.ix_", 1..=usize::MAX, Indexing::Ix),
    row("numpy.ndenumerate", 1..=1, Rule::Iterator, Target::Nothing),
    row("numpy.ndindex", 1..=usize::MAX, Rule::Iterator, Target::Nothing),
    index("numpy.nonzero", 1..=1, Indexing::Nonzero),
    index("numpy.take", 2..=3, Indexing::Take),
    index("numpy.take_along_axis", 2..=3, Indexing::TakeAlongAxis),
    scalar("numpy.bool_", DType::Bool),
    scalar("numpy.int8", DType::Int8),
    scalar("numpy.int16", DType::Int16),
    scalar("numpy.int32", DType::Int32),
    scalar("numpy.int64", DType::Int64),
    scalar("numpy.uint8", DType::UInt8),
    scalar("numpy.uint16", DType::UInt16),
    scalar("numpy.uint32", DType::UInt32),
    scalar("numpy.uint64", DType::UInt64),
    scalar("numpy.float32", DType::Float32),
    scalar("numpy.float64", DType::Float64),
    scalar("numpy.complex64", DType::Complex64),
    scalar("numpy.complex128", DType::Complex128),
];

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
