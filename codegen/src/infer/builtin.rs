//! The table of builtins: Python name → typing rule → library function or operation.
//!
//! A new builtin is one row here, its function in `library/*.py` if it needs one, and its tests.

use std::ops::RangeInclusive;

use super::{Body, Typed, promote};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::ErrorModel;
use crate::ir::{self, CFunction, Intrinsic};
use crate::source::Span;
use crate::typed::{Expr, ExprKind, Operation};
use crate::types::{DType, Kind, Type};

/// How a call of a builtin is typed and expanded.
type Rule = fn(&mut Body<'_, '_>, &'static Row, Vec<Expr>, Span) -> Typed;

/// One builtin.
pub(super) struct Row {
    /// Its full name.
    name: &'static str,
    /// How many arguments it takes.
    pub(super) arity: RangeInclusive<usize>,
    /// How a call is typed.
    pub(super) rule: Rule,
    /// What the rule makes of it.
    target: Target,
}

/// What a rule makes of a call.
enum Target {
    /// The rule knows.
    Nothing,
    /// A function of the library.
    Library(&'static str),
    /// An operation.
    Operation(Operation),
    /// A conversion.
    Type(Type),
}

/// The row of a builtin function, by its full name.
pub(super) fn find(name: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.name == name)
}

/// Whether a full name is that of a function or a constant.
pub fn exists(name: &str) -> bool {
    find(name).is_some() || constant(name).is_some()
}

/// The names of a module's functions and constants, for suggestions.
pub fn members(module: &str) -> impl Iterator<Item = &'static str> {
    let prefix = format!("{module}.");
    let rows = TABLE.iter().map(|row| row.name);
    rows.chain(CONSTANTS.iter().map(|(name, _)| *name)).filter_map(move |name| name.strip_prefix(&prefix))
}

/// A full name as Python's users write it.
pub(super) fn python_name(name: &str) -> String {
    name.replacen("numpy.", "np.", 1)
}

/// The value of a named constant.
pub fn constant(name: &str) -> Option<f64> {
    CONSTANTS.iter().find(|(constant, _)| *constant == name).map(|(_, value)| *value)
}

const CONSTANTS: &[(&str, f64)] = &[
    ("math.pi", std::f64::consts::PI),
    ("math.e", std::f64::consts::E),
    ("math.tau", std::f64::consts::TAU),
    ("math.inf", f64::INFINITY),
    ("math.nan", f64::NAN),
    ("numpy.pi", std::f64::consts::PI),
    ("numpy.e", std::f64::consts::E),
    ("numpy.inf", f64::INFINITY),
    ("numpy.nan", f64::NAN),
];

const fn row(name: &'static str, arity: RangeInclusive<usize>, rule: Rule, target: Target) -> Row {
    Row { name, arity, rule, target }
}

/// A function of `math` on floats.
const fn floats(name: &'static str, arity: usize, function: &'static str) -> Row {
    row(name, arity..=arity, math_floats, Target::Library(function))
}

/// A function of `math` on integers.
const fn ints(name: &'static str, arity: usize, function: &'static str) -> Row {
    row(name, arity..=arity, math_ints, Target::Library(function))
}

/// A conversion to a NumPy scalar.
const fn scalar(name: &'static str, dtype: DType) -> Row {
    row(name, 0..=1, construct, Target::Type(Type::Strong(dtype)))
}

/// An operation that only the library uses.
const fn intrinsic(name: &'static str, arity: usize, op: Intrinsic) -> Row {
    row(name, arity..=arity, operate, Target::Operation(Operation::Intrinsic(op)))
}

/// A C function that only the library uses.
const fn c(name: &'static str, function: CFunction) -> Row {
    intrinsic(name, function.arity(), Intrinsic::C(function))
}

static TABLE: &[Row] = &[
    row("abs", 1..=1, abs, Target::Nothing),
    row("bool", 0..=1, construct, Target::Type(Type::BOOL)),
    row("complex", 0..=2, complex, Target::Nothing),
    row("float", 0..=1, construct, Target::Type(Type::FLOAT)),
    row("int", 0..=1, construct, Target::Type(Type::INT)),
    row("len", 1..=1, len, Target::Nothing),
    row("max", 2..=usize::MAX, extremum, Target::Library("maximum")),
    row("min", 2..=usize::MAX, extremum, Target::Library("minimum")),
    row("range", 1..=3, range_outside_for, Target::Nothing),
    row("reveal_type", 1..=1, reveal_type, Target::Nothing),
    row("round", 1..=2, round, Target::Nothing),
    floats("math.acos", 1, "math_acos"),
    floats("math.acosh", 1, "math_acosh"),
    floats("math.asin", 1, "math_asin"),
    floats("math.asinh", 1, "math_asinh"),
    floats("math.atan", 1, "math_atan"),
    floats("math.atan2", 2, "math_atan2"),
    floats("math.atanh", 1, "math_atanh"),
    floats("math.cbrt", 1, "math_cbrt"),
    row("math.ceil", 1..=1, math_round, Target::Library("int_of_ceil")),
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
    row("math.floor", 1..=1, math_round, Target::Library("int_of_floor")),
    floats("math.fmod", 2, "math_fmod"),
    floats("math.gamma", 1, "math_gamma"),
    ints("math.gcd", 2, "math_gcd"),
    floats("math.hypot", 2, "math_hypot"),
    floats("math.isclose", 2, "math_isclose"),
    floats("math.isfinite", 1, "math_isfinite"),
    floats("math.isinf", 1, "math_isinf"),
    floats("math.isnan", 1, "math_isnan"),
    ints("math.isqrt", 1, "math_isqrt"),
    ints("math.lcm", 2, "math_lcm"),
    row("math.ldexp", 2..=2, ldexp, Target::Library("math_ldexp")),
    floats("math.lgamma", 1, "math_lgamma"),
    row("math.log", 1..=2, log, Target::Library("math_log")),
    floats("math.log10", 1, "math_log10"),
    floats("math.log1p", 1, "math_log1p"),
    floats("math.log2", 1, "math_log2"),
    floats("math.nextafter", 2, "math_nextafter"),
    row("math.perm", 1..=2, perm, Target::Library("math_perm")),
    floats("math.pow", 2, "math_pow"),
    floats("math.radians", 1, "math_radians"),
    floats("math.remainder", 2, "math_remainder"),
    floats("math.sin", 1, "math_sin"),
    floats("math.sinh", 1, "math_sinh"),
    floats("math.sqrt", 1, "math_sqrt"),
    floats("math.tan", 1, "math_tan"),
    floats("math.tanh", 1, "math_tanh"),
    row("math.trunc", 1..=1, math_round, Target::Library("int_of_float")),
    floats("math.ulp", 1, "math_ulp"),
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
    intrinsic("intrinsics.sqrt", 1, Intrinsic::Sqrt),
    intrinsic("intrinsics.floor", 1, Intrinsic::Floor),
    intrinsic("intrinsics.ceil", 1, Intrinsic::Ceil),
    intrinsic("intrinsics.trunc", 1, Intrinsic::Trunc),
    intrinsic("intrinsics.round_even", 1, Intrinsic::RoundEven),
    intrinsic("intrinsics.copysign", 2, Intrinsic::CopySign),
    intrinsic("intrinsics.fma", 3, Intrinsic::FusedMultiplyAdd),
    row("intrinsics.fabs", 1..=1, operate, Target::Operation(Operation::Unary(ir::UnaryOp::Abs))),
    row("intrinsics.wrapping_add", 2..=2, operate, Target::Operation(Operation::Binary(ir::BinaryOp::Add))),
    row("intrinsics.wrapping_sub", 2..=2, operate, Target::Operation(Operation::Binary(ir::BinaryOp::Sub))),
    row("intrinsics.wrapping_mul", 2..=2, operate, Target::Operation(Operation::Binary(ir::BinaryOp::Mul))),
    row("intrinsics.trunc_div", 2..=2, operate, Target::Operation(Operation::Binary(ir::BinaryOp::Div))),
    row("intrinsics.trunc_rem", 2..=2, operate, Target::Operation(Operation::Binary(ir::BinaryOp::Rem))),
    row("intrinsics.like", 2..=2, like, Target::Nothing),
    row("intrinsics.complex", 2..=2, complex_of_parts, Target::Nothing),
    row("intrinsics.bits", 1..=1, bits, Target::Nothing),
    row("intrinsics.float_of_bits", 1..=1, bits, Target::Nothing),
    row("intrinsics.wrap_int", 1..=1, cast, Target::Type(Type::INT)),
    row("intrinsics.wrap_uint64", 1..=1, cast, Target::Type(Type::Strong(DType::UInt64))),
    c("intrinsics.c_acos", CFunction::Acos),
    c("intrinsics.c_acosh", CFunction::Acosh),
    c("intrinsics.c_asin", CFunction::Asin),
    c("intrinsics.c_asinh", CFunction::Asinh),
    c("intrinsics.c_atan", CFunction::Atan),
    c("intrinsics.c_atan2", CFunction::Atan2),
    c("intrinsics.c_atanh", CFunction::Atanh),
    c("intrinsics.c_cbrt", CFunction::Cbrt),
    c("intrinsics.c_cos", CFunction::Cos),
    c("intrinsics.c_cosh", CFunction::Cosh),
    c("intrinsics.c_erf", CFunction::Erf),
    c("intrinsics.c_erfc", CFunction::Erfc),
    c("intrinsics.c_exp", CFunction::Exp),
    c("intrinsics.c_exp2", CFunction::Exp2),
    c("intrinsics.c_expm1", CFunction::Expm1),
    c("intrinsics.c_fmod", CFunction::Fmod),
    c("intrinsics.c_hypot", CFunction::Hypot),
    c("intrinsics.c_lgamma", CFunction::Lgamma),
    c("intrinsics.c_log", CFunction::Log),
    c("intrinsics.c_log10", CFunction::Log10),
    c("intrinsics.c_log1p", CFunction::Log1p),
    c("intrinsics.c_log2", CFunction::Log2),
    c("intrinsics.c_nextafter", CFunction::Nextafter),
    c("intrinsics.c_pow", CFunction::Pow),
    c("intrinsics.c_remainder", CFunction::Remainder),
    c("intrinsics.c_sin", CFunction::Sin),
    c("intrinsics.c_sinh", CFunction::Sinh),
    c("intrinsics.c_tan", CFunction::Tan),
    c("intrinsics.c_tanh", CFunction::Tanh),
    c("intrinsics.c_tgamma", CFunction::Tgamma),
];

impl Row {
    fn library(&self) -> &'static str {
        match self.target {
            Target::Library(name) => name,
            _ => unreachable!("bug in pykernel: `{}` has no library function", self.name),
        }
    }

    fn ty(&self) -> Type {
        match &self.target {
            Target::Type(ty) => ty.clone(),
            _ => unreachable!("bug in pykernel: `{}` has no type", self.name),
        }
    }
}

impl Body<'_, '_> {
    /// Reports an argument that a builtin does not take.
    fn wrong_argument<T>(&mut self, row: &Row, arg: &Expr, wanted: &str) -> Typed<T> {
        let message = format!("`{}` takes {wanted}, and this is `{}`", python_name(row.name), arg.ty);
        let help = match arg.ty.dtype().map(DType::kind) {
            Some(Kind::Complex) => "take `.real`, `.imag` or `abs()` of the complex number",
            Some(Kind::Float) => "convert it with `int()`",
            Some(Kind::Bool | Kind::Int) => "convert it first",
            None => "give it a number",
        };
        self.report(Diagnostic::new(Code::ArgumentMismatch, arg.span, message).help(help))
    }

    /// An argument as Python's `float`, as the functions of `math` take it.
    fn float_argument(&mut self, row: &Row, arg: Expr) -> Typed {
        match arg.ty.dtype().map(DType::kind) {
            Some(Kind::Complex) | None => self.wrong_argument(row, &arg, "real numbers"),
            Some(Kind::Bool | Kind::Int | Kind::Float) => self.coerce(arg, &Type::FLOAT),
        }
    }

    /// An argument as Python's `int`, as functions take it that ask for `__index__`.
    fn int_argument(&mut self, row: &Row, arg: Expr) -> Typed {
        let strong_bool = arg.ty == Type::Strong(DType::Bool);
        match arg.ty.dtype().map(DType::kind) {
            Some(Kind::Bool | Kind::Int) if !strong_bool => self.coerce(arg, &Type::INT),
            _ => self.wrong_argument(row, &arg, "integers"),
        }
    }

    fn call_row(&mut self, row: &Row, args: Vec<Expr>, span: Span) -> Typed {
        let raises = self.model() != ErrorModel::NumPy;
        self.library_call(row.library(), args, raises, span)
    }
}

fn math_floats(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let args: Vec<Typed> = args.into_iter().map(|arg| body.float_argument(row, arg)).collect();
    body.call_row(row, args.into_iter().collect::<Typed<_>>()?, span)
}

fn math_ints(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let args: Vec<Typed> = args.into_iter().map(|arg| body.int_argument(row, arg)).collect();
    body.call_row(row, args.into_iter().collect::<Typed<_>>()?, span)
}

/// `math.perm(n)` is `math.factorial(n)`.
fn perm(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    match find("math.factorial") {
        Some(factorial) if args.len() == 1 => math_ints(body, factorial, args, span),
        _ => math_ints(body, row, args, span),
    }
}

fn log(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let args: Vec<Typed> = args.into_iter().map(|arg| body.float_argument(row, arg)).collect();
    let args = args.into_iter().collect::<Typed<Vec<_>>>()?;
    let raises = body.model() != ErrorModel::NumPy;
    let function = if args.len() == 2 { "math_log_base" } else { row.library() };
    body.library_call(function, args, raises, span)
}

fn ldexp(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let mut args = args.into_iter();
    let (Some(x), Some(exponent)) = (args.next(), args.next()) else {
        unreachable!("bug in pykernel: the arity was checked")
    };
    let (x, exponent) = (body.float_argument(row, x), body.int_argument(row, exponent));
    body.call_row(row, vec![x?, exponent?], span)
}

/// `math.floor`, `math.ceil`, `math.trunc`: Python's `int`.
fn math_round(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let [arg] = one(args);
    match arg.ty.dtype().map(DType::kind) {
        Some(Kind::Bool | Kind::Int) => {
            let int = body.coerce(arg, &Type::INT)?;
            Ok(Expr { span, ..int })
        }
        Some(Kind::Float) => body.round_to_int(row.library(), Expr { span, ..arg }),
        Some(Kind::Complex) | None => body.wrong_argument(row, &arg, "real numbers"),
    }
}

/// `int(x)`, `np.float32(x)`; without an argument zero.
fn construct(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let zero = Expr::new(ExprKind::Int(0), Type::INT, span);
    let arg = args.into_iter().next().unwrap_or(zero);
    if arg.ty.dtype().is_none() {
        return body.wrong_argument(row, &arg, "a number");
    }
    let value = body.convert(arg, &row.ty())?;
    Ok(Expr { span, ..value })
}

/// `complex(re, im)`, `complex(z)`.
fn complex(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    if let Some(bad) = args.iter().find(|arg| arg.ty.dtype().is_none()) {
        let bad = bad.clone();
        return body.wrong_argument(row, &bad, "numbers");
    }
    let is_complex = |arg: &Expr| arg.ty.dtype().map(DType::kind) == Some(Kind::Complex);
    let any_complex = args.iter().any(is_complex);
    let mut args = args.into_iter();
    match (args.next(), args.next()) {
        (None, _) => Ok(Expr::new(ExprKind::Complex(0.0, 0.0), Type::COMPLEX, span)),
        (Some(value), None) => {
            let value = body.coerce(value, &Type::COMPLEX)?;
            Ok(Expr { span, ..value })
        }
        (Some(re), Some(im)) if any_complex => {
            let (re, im) = (body.coerce(re, &Type::COMPLEX)?, body.coerce(im, &Type::COMPLEX)?);
            body.library_call("complex_of_complexes", vec![re, im], false, span)
        }
        (Some(re), Some(im)) => {
            let parts = vec![body.coerce(re, &Type::FLOAT)?, body.coerce(im, &Type::FLOAT)?];
            Ok(Body::operation(Operation::Complex, parts, Type::COMPLEX, span))
        }
    }
}

fn abs(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let [arg] = one(args);
    let ty = arg.ty.clone();
    match (ty.dtype().map(DType::kind), &ty) {
        (None, _) => body.wrong_argument(row, &arg, "a number"),
        (Some(Kind::Bool), Type::Weak(_)) => body.coerce(arg, &Type::INT),
        (Some(Kind::Bool), _) => Ok(arg),
        (Some(Kind::Int), &Type::INT) => {
            let arg = body.coerce(arg, &Type::INT)?;
            body.library_call("int_abs", vec![arg], false, span)
        }
        (Some(Kind::Int), _) if !ty.dtype().is_some_and(DType::is_signed_int) => Ok(arg),
        (Some(Kind::Int | Kind::Float), _) => {
            Ok(Body::operation(Operation::Unary(ir::UnaryOp::Abs), vec![arg], ty, span))
        }
        (Some(Kind::Complex), _) => {
            let function = if ty == Type::Strong(DType::Complex64) { "complex64_abs" } else { "complex_abs" };
            let raises = ty == Type::COMPLEX && body.model() != ErrorModel::NumPy;
            body.library_call(function, vec![arg], raises, span)
        }
    }
}

fn len(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let [arg] = one(args);
    match arg.ty.clone() {
        Type::Array(array) if array.rank > 0 => {
            Ok(Expr::new(ExprKind::Extent(Box::new(arg), 0), Type::INT, span))
        }
        Type::Tuple(items) => Ok(Expr::new(ExprKind::Int(items.len() as i128), Type::INT, span)),
        Type::Array(_) => body.report(
            Diagnostic::new(Code::ArgumentMismatch, arg.span, "`len` of an array without dimensions")
                .help("an array of 0 dimensions has one element and no length"),
        ),
        _ => body.wrong_argument(row, &arg, "an array"),
    }
}

/// `min`, `max`: the first of the arguments that no other beats, in their common type.
fn extremum(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let bad = args.iter().find(|arg| matches!(arg.ty.dtype().map(DType::kind), None | Some(Kind::Complex)));
    if let Some(bad) = bad.cloned() {
        return body.wrong_argument(row, &bad, "real numbers");
    }
    let definitions: Vec<_> = args.iter().map(|arg| (arg.ty.clone(), arg.int_literal())).collect();
    let ty = match promote::join(&definitions) {
        Ok(ty) => ty,
        Err((a, b)) => {
            let message = format!("`{}` of `{a}` and `{b}` has no one type", row.name);
            return body.report(
                Diagnostic::new(Code::TypeMismatch, span, message).help("convert one of them to the other's type"),
            );
        }
    };
    let mut best: Option<Expr> = None;
    for arg in args {
        let arg = body.coerce(arg, &ty)?;
        best = Some(match best {
            None => arg,
            Some(best) => body.library_call(row.library(), vec![best, arg], false, span)?,
        });
    }
    Ok(best.unwrap_or_else(|| unreachable!("bug in pykernel: the arity was checked")))
}

/// `round(x)` gives an int; `round(x, n)` keeps the type.
fn round(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let mut args = args.into_iter();
    let (first, digits) = (args.next(), args.next());
    let Some(arg) = first else { unreachable!("bug in pykernel: the arity was checked") };
    let kind = arg.ty.dtype().map(DType::kind);
    if matches!(kind, Some(Kind::Complex) | None) || arg.ty == Type::Strong(DType::Bool) {
        return body.wrong_argument(row, &arg, "integers and floats");
    }
    let Some(digits) = digits else {
        return match kind {
            Some(Kind::Float) => body.round_to_int("int_of_round", Expr { span, ..arg }),
            _ => body.coerce(arg, &Type::INT),
        };
    };
    let digits = body.int_argument(row, digits)?;
    let ty = if arg.ty == Type::BOOL { Type::INT } else { arg.ty.clone() };
    let arg = body.coerce(arg, &ty)?;
    let function = match (kind, &ty) {
        (Some(Kind::Float), Type::Weak(_)) => "float_round",
        (Some(Kind::Float), _) => "float_round_numpy",
        (_, Type::Weak(_)) => "int_round",
        _ => "int_round_numpy",
    };
    body.library_call(function, vec![arg, digits], true, span)
}

fn range_outside_for(body: &mut Body<'_, '_>, _: &'static Row, _: Vec<Expr>, span: Span) -> Typed {
    body.report(
        Diagnostic::new(Code::UnsupportedSyntax, span, "a `range` can only be iterated by `for`")
            .help("write `for i in range(...)`"),
    )
}

fn reveal_type(body: &mut Body<'_, '_>, _: &'static Row, args: Vec<Expr>, _: Span) -> Typed {
    let [arg] = one(args);
    Ok(body.reveal(arg))
}

/// An operation of the library on operands of one type, which its result has too.
fn operate(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let Target::Operation(op) = row.target else {
        unreachable!("bug in pykernel: `{}` has no operation", row.name)
    };
    let definitions: Vec<_> = args.iter().map(|arg| (arg.ty.clone(), arg.int_literal())).collect();
    let ty = match op {
        Operation::Intrinsic(Intrinsic::C(_)) => Type::FLOAT,
        _ => promote::join(&definitions).map_err(|_| super::Stop)?,
    };
    let args: Vec<Typed> = args.into_iter().map(|arg| body.coerce(arg, &ty)).collect();
    Ok(Body::operation(op, args.into_iter().collect::<Typed<_>>()?, ty, span))
}

/// The first argument as a number of the second one's type; never raises.
fn like(_: &mut Body<'_, '_>, _: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let mut args = args.into_iter();
    let (Some(value), Some(model)) = (args.next(), args.next()) else {
        unreachable!("bug in pykernel: the arity was checked")
    };
    Ok(Body::operation(Operation::Cast, vec![value], model.ty, span))
}

/// A complex number whose parts keep their width.
fn complex_of_parts(_: &mut Body<'_, '_>, _: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let ty = match args[0].ty {
        Type::Weak(_) => Type::COMPLEX,
        Type::Strong(DType::Float32) => Type::Strong(DType::Complex64),
        _ => Type::Strong(DType::Complex128),
    };
    Ok(Body::operation(Operation::Complex, args, ty, span))
}

/// A float's bits as a `uint64`, and back.
fn bits(_: &mut Body<'_, '_>, _: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let ty = match args[0].ty.dtype().map(DType::kind) {
        Some(Kind::Float) => Type::Strong(DType::UInt64),
        _ => Type::FLOAT,
    };
    Ok(Body::operation(Operation::Bits, args, ty, span))
}

/// A conversion that neither checks nor raises.
fn cast(_: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    Ok(Body::operation(Operation::Cast, args, row.ty(), span))
}

impl Body<'_, '_> {
    /// `intrinsics.overflow_unless(cond)`, a statement of the library.
    pub(super) fn check_overflow(&mut self, value: &crate::hir::Expr) -> Option<Typed> {
        let crate::hir::ExprKind::Call { callee, args } = &value.kind else { return None };
        match (&callee.kind, args.as_slice()) {
            (crate::hir::ExprKind::Builtin(name), [cond]) if name == "intrinsics.overflow_unless" => {
                Some(self.truth_of(cond))
            }
            _ => None,
        }
    }
}

fn one(args: Vec<Expr>) -> [Expr; 1] {
    <[Expr; 1]>::try_from(args).unwrap_or_else(|_| unreachable!("bug in pykernel: the arity was checked"))
}

