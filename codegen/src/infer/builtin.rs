//! Typing calls of builtins: a function for each rule of the table in [`crate::builtin`].

use super::array_operation::any_array;
use super::call::NO_INTEGER;
use super::convert::real_number_of;
use super::none::{present, unsupported_operands};
use super::tuple::after;
use super::{
    Body, Typed, array_literal, device, forms, indexing, instruction, promote, random, reduce, time,
};
use crate::builtin::{self, Row, Rule, Target, python_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{BinaryOp, CompareOp, ErrorModel};
use crate::ir;
use crate::source::Span;
use crate::typed::{Expr, ExprKind, Operation};
use crate::types::{DType, Kind, Type};

impl Body<'_, '_> {
    pub(super) fn call_row(&mut self, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
        let args = self.present_arguments(row, args)?;
        if let Some(result) = self.call_with_times(row, &args, (&[], &[]), span) {
            return result;
        }
        match row.rule {
            Rule::Len | Rule::RevealType | Rule::Iterator | Rule::ResultType => {}
            Rule::Time(_) | Rule::View | Rule::Array | Rule::Abs | Rule::DivMod | Rule::Form(_) => {
                self.check_no_records(&args, &format!("`{}`", python_name(row.name)))?;
            }
            _ => self.check_numbers(&args, &format!("`{}`", python_name(row.name)))?,
        }
        if let Rule::Index(what) = row.rule {
            return indexing::index(self, row, what, args, span);
        }
        if row.rule == Rule::Tensordot {
            return self.tensordot(row, args, span);
        }
        let rule = match row.rule {
            Rule::MathFloats => math_floats,
            Rule::MathInts => math_ints,
            Rule::MathComplex => math_complex,
            Rule::IsClose => is_close,
            Rule::MathRound => math_round,
            Rule::Construct => construct,
            Rule::Operate => operate,
            Rule::Abs => abs,
            Rule::Complex => complex,
            Rule::Len => len,
            Rule::Extremum => extremum,
            Rule::Iterator => iterator_outside_for,
            Rule::Print => print_inside,
            Rule::AnyAll => reduce::any_all,
            Rule::DivMod => divmod,
            Rule::Sum => reduce::sum,
            Rule::RevealType => reveal_type,
            Rule::Round => round,
            Rule::Ldexp => ldexp,
            Rule::Log => log,
            Rule::Perm => perm,
            Rule::Power => power,
            Rule::Like => like,
            Rule::ComplexOfParts => complex_of_parts,
            Rule::Bits => bits,
            Rule::Select => select,
            Rule::AboutTypes => about_types,
            Rule::Cast => cast,
            Rule::Special => device::special,
            Rule::Grid => device::grid,
            Rule::GridSize => device::grid_size,
            Rule::LanesBefore => device::lanes_before,
            Rule::Together => device::together,
            Rule::ConstantMemory => device::constant_memory,
            Rule::Array => array_literal::array,
            Rule::Random => random::random,
            Rule::Instruction(_) => instruction::instruction,
            Rule::ResultType => forms::result_type,
            Rule::View => forms::view,
            Rule::Time(_) => time::time,
            Rule::Form(_) => forms::form,
            Rule::Written
            | Rule::Einsum
            | Rule::Tensordot
            | Rule::Make(_)
            | Rule::Reduce(_)
            | Rule::Ufunc
            | Rule::Atomic
            | Rule::Reserve(_)
            | Rule::Index(_) => {
                unreachable!("bug in pykernel: it reads its own arguments")
            }
        };
        rule(self, row, args, span)
    }
}

/// What CPython says of `None` in the place of an integer that `int()` makes.
pub(super) const NO_INT: &str =
    "int() argument must be a string, a bytes-like object or a real number, not 'NoneType'";

/// What `math` says of `None` in the place of a real number.
const NO_REAL: &str = "must be real number, not NoneType";

/// The message of the `TypeError` that CPython raises for `None` as an argument; nothing where the
/// rule itself looks at it.
fn none_message(row: &Row, index: usize) -> Option<&'static str> {
    Some(match (row.rule, index) {
        (Rule::MathRound, _) if row.name == "math.trunc" => "type NoneType doesn't define __trunc__ method",
        (Rule::MathFloats | Rule::MathComplex | Rule::IsClose | Rule::MathRound | Rule::Log, _) => NO_REAL,
        (Rule::Ldexp, 0) => NO_REAL,
        (Rule::Ldexp, _) => "Expected an int as second argument to ldexp.",
        (Rule::MathInts | Rule::Perm, _) => NO_INTEGER,
        (Rule::Abs, _) => "bad operand type for abs(): 'NoneType'",
        (Rule::Complex, 0) => "complex() first argument must be a string or a number, not 'NoneType'",
        (Rule::Complex, _) => "complex() second argument must be a number, not 'NoneType'",
        (Rule::Len, _) => "object of type 'NoneType' has no len()",
        (Rule::Round, 0) => "type NoneType doesn't define __round__ method",
        (Rule::Construct, _) if row.ty() == Type::INT => NO_INT,
        (Rule::Construct, _) if row.ty() == Type::FLOAT => {
            "float() argument must be a string or a real number, not 'NoneType'"
        }
        (Rule::Construct | Rule::DivMod | Rule::Power | Rule::Extremum | Rule::RevealType, _) => return None,
        (Rule::Round | Rule::Iterator | Rule::Print | Rule::AnyAll | Rule::Sum, _) => return None,
        (Rule::Make(_) | Rule::Operate | Rule::Like | Rule::ComplexOfParts, _) => return None,
        (Rule::Bits | Rule::Select | Rule::AboutTypes | Rule::Cast, _) => return None,
        (Rule::Reduce(_) | Rule::Ufunc | Rule::Index(_), _) => return None,
        (Rule::Special | Rule::Grid | Rule::GridSize | Rule::LanesBefore | Rule::Together, _) => return None,
        (Rule::Atomic | Rule::Reserve(_) | Rule::ConstantMemory | Rule::Array, _) => return None,
        (Rule::Random | Rule::Instruction(_), _) => return None,
        (Rule::Einsum | Rule::Tensordot, _) => return None,
        (Rule::ResultType | Rule::View | Rule::Written | Rule::Form(_) | Rule::Time(_), _) => return None,
    })
}

impl Body<'_, '_> {
    /// The arguments of a builtin, where it wants what is in those that may be `None`.
    fn present_arguments(&mut self, row: &Row, args: Vec<Expr>) -> Typed<Vec<Expr>> {
        let takes_none =
            matches!(row.rule, Rule::RevealType | Rule::Construct | Rule::Array | Rule::Index(_));
        if let Some(none) = args.iter().find(|arg| arg.ty == Type::None && !takes_none) {
            return self.never_a_value(&none.clone());
        }
        let messages: Vec<Option<&str>> = (0..args.len()).map(|index| none_message(row, index)).collect();
        let wanted = |(arg, message): (&Expr, &Option<&str>)| arg.ty.may_be_none() && message.is_some();
        if !args.iter().zip(&messages).any(wanted) {
            return Ok(args);
        }
        Ok(self.all_required(args, |args| {
            let demand = |(arg, message): (&Expr, Option<&str>)| {
                (arg.ty.may_be_none()).then_some((present(arg), message?.to_owned()))
            };
            args.iter().zip(messages).filter_map(demand).collect()
        }))
    }

    /// Reports an argument that a builtin does not take.
    pub(super) fn wrong_argument<T>(&mut self, row: &Row, arg: &Expr, wanted: &str) -> Typed<T> {
        let message = format!("`{}` takes {wanted}, and this is `{}`", python_name(row.name), arg.ty);
        let help = real_number_of(&arg.ty);
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
        self.int_argument_for(row, arg, "integers")
    }

    fn int_argument_for(&mut self, row: &Row, arg: Expr, wanted: &str) -> Typed {
        let strong_bool = arg.ty == Type::Strong(DType::Bool);
        match arg.ty.dtype().map(DType::kind) {
            Some(Kind::Bool | Kind::Int) if !strong_bool => self.coerce(arg, &Type::INT),
            _ => self.wrong_argument(row, &arg, wanted),
        }
    }

    /// The type that arguments have in common.
    pub(super) fn type_of_arguments(&mut self, row: &Row, args: &[Expr], span: Span) -> Typed<Type> {
        let definitions: Vec<_> = args.iter().map(|arg| (arg.ty.clone(), arg.int_literal())).collect();
        promote::join(&definitions).or_else(|(a, b)| {
            let message = format!("`{}` of `{a}` and `{b}` has no common type", python_name(row.name));
            self.report(
                Diagnostic::new(Code::TypeMismatch, span, message)
                    .help("convert one of them to the other's type, with `int64()` for example"),
            )
        })
    }

    fn call_library(&mut self, row: &Row, args: Vec<Expr>, span: Span) -> Typed {
        let raises = self.model() != ErrorModel::NumPy;
        self.library_call(row.library(), args, raises, span)
    }
}

fn math_floats(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let given = args.clone();
    let args: Vec<Typed> = args.into_iter().map(|arg| body.float_argument(row, arg)).collect();
    let result = body.call_library(row, args.into_iter().collect::<Typed<_>>()?, span)?;
    if result.ty == Type::FLOAT {
        body.warn_of_wide_math(row, &given, span);
    }
    Ok(result)
}

/// A function of `cmath`, which takes every number as Python's `complex`.
fn math_complex(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    if let Some(bad) = args.iter().find(|arg| arg.ty.dtype().is_none()) {
        let bad = bad.clone();
        return body.wrong_argument(row, &bad, "numbers");
    }
    let args: Vec<Typed> = args.into_iter().map(|arg| body.coerce(arg, &Type::COMPLEX)).collect();
    let args = args.into_iter().collect::<Typed<Vec<_>>>()?;
    let raises = body.model() != ErrorModel::NumPy;
    let function = if args.len() == 2 { "cmath_log_base" } else { row.library() };
    body.library_call(function, args, raises, span)
}

/// `math.isclose`, with the tolerances that are left out.
fn is_close(body: &mut Body<'_, '_>, row: &'static Row, mut args: Vec<Expr>, span: Span) -> Typed {
    let left_out = builtin::keywords(row.name).iter().skip(args.len()).filter_map(|(_, default)| *default);
    args.extend(left_out.map(|default| Expr::new(ExprKind::Float(default), Type::FLOAT, span)));
    math_floats(body, row, args, span)
}

/// `pow(x, y)`.
fn power(body: &mut Body<'_, '_>, _: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let mut args = args.into_iter();
    let (Some(base), Some(exponent), modulus) = (args.next(), args.next(), args.next()) else {
        unreachable!("bug in pykernel: the arity was checked")
    };
    if let Some(modulus) = modulus {
        return body.report(
            Diagnostic::new(
                Code::UnsupportedSyntax,
                modulus.span,
                "`pow` with a modulus is not supported in this version",
            )
            .help("write a loop that squares and multiplies, each time `% m`"),
        );
    }
    body.binary(BinaryOp::Pow, base, exponent, span)
}

/// `divmod(x, y)` is `(x // y, x % y)`, with messages of its own.
fn divmod(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let [left, right] = <[Expr; 2]>::try_from(args)
        .unwrap_or_else(|_| unreachable!("bug in pykernel: the arity was checked"));
    let message = |names| unsupported_operands("divmod()", names);
    let [left, right] = body.both_required([left, right], message)?;
    for arg in [&left, &right] {
        let is_time = time::time_of(&arg.ty).is_some();
        if matches!(arg.ty.element().map(DType::kind), Some(Kind::Complex) | None) && !is_time {
            return body.wrong_argument(row, arg, "real numbers");
        }
    }
    if any_array([&left, &right]) {
        return body
            .each_element(vec![left, right], span, &mut |body, elements| divmod(body, row, elements, span));
    }
    body.divide_with_remainder(left, right, span)
}

fn math_ints(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let args: Vec<Typed> = args.into_iter().map(|arg| body.int_argument(row, arg)).collect();
    body.call_library(row, args.into_iter().collect::<Typed<_>>()?, span)
}

/// `math.perm(n)` is `math.factorial(n)`.
fn perm(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let args: Vec<Typed> = args.into_iter().map(|arg| body.int_argument(row, arg)).collect();
    let args = args.into_iter().collect::<Typed<Vec<_>>>()?;
    let function = if args.len() == 1 { "math_factorial" } else { row.library() };
    body.library_call(function, args, body.model() != ErrorModel::NumPy, span)
}

fn log(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    body.warn_of_wide_math(row, &args, span);
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
    body.call_library(row, vec![x?, exponent?], span)
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
    if arg.ty.may_be_none() {
        let value = match row.ty() {
            Type::BOOL => body.truth(arg),
            ty => body.numpy_scalar(arg, &ty),
        }?;
        return Ok(Expr { span, ..value });
    }
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

pub(super) fn abs(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    if any_array(&args) {
        return body.each_element(args, span, &mut |body, element| abs(body, row, element, span));
    }
    let [arg] = one(args);
    if let Some(time) = body.absolute_time(arg.clone(), span) {
        return time;
    }
    let ty = arg.ty.clone();
    match (ty.dtype().map(DType::kind), &ty) {
        (None, _) => body.wrong_argument(row, &arg, "a number or an array"),
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

fn len(body: &mut Body<'_, '_>, _: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let [arg] = one(args);
    match arg.ty.clone() {
        Type::Array(array) if array.rank > 0 => {
            Ok(Expr::new(ExprKind::Extent(Box::new(arg), 0), Type::INT, span))
        }
        Type::Tuple(_) => Ok(body.tuple_len(arg, span)),
        Type::Array(_) => body.report(
            Diagnostic::new(Code::ArgumentMismatch, arg.span, "`len` of an array without dimensions")
                .help("its one element is `x[()]`"),
        ),
        ty => {
            let message = format!("`len` takes an array, and this is `{ty}`");
            body.report(
                Diagnostic::new(Code::ArgumentMismatch, arg.span, message)
                    .help("in kernels arrays and tuples have a length"),
            )
        }
    }
}

/// `min`, `max`: the first of the arguments, or of a tuple's items, that no other beats, in their
/// common type.
fn extremum(body: &mut Body<'_, '_>, row: &'static Row, mut args: Vec<Expr>, span: Span) -> Typed {
    if let [one] = args.as_slice() {
        let is_real = reduce::elements(one).map(|element| element.kind() != Kind::Complex);
        match (&one.ty, is_real) {
            (_, Some(true)) => return body.library_call(&format!("array_{}", row.name), args, true, span),
            (Type::Tuple(_), _) => {}
            _ => {
                let one = one.clone();
                let wanted = "a tuple, an array of real numbers with one dimension, or two numbers or more";
                return body.wrong_argument(row, &one, wanted);
            }
        }
        args = args.into_iter().flat_map(|tuple| body.items(tuple)).collect();
    }
    if args.iter().any(|arg| arg.ty.may_be_none()) {
        return extremum_of_two(body, row, args, span);
    }
    let bad = args.iter().find(|arg| matches!(arg.ty.dtype().map(DType::kind), None | Some(Kind::Complex)));
    if let Some(bad) = bad.cloned() {
        return body.wrong_argument(row, &bad, "real numbers");
    }
    let ty = body.type_of_arguments(row, &args, span)?;
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

/// `min` or `max` of two arguments that may be `None`; the second one is compared with the first.
fn extremum_of_two(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let Ok([best, other]) = <[Expr; 2]>::try_from(args) else {
        let message = format!("`{}` of more than two arguments that may be `None`", row.name);
        return body
            .report(Diagnostic::new(Code::ArgumentMismatch, span, message).help("compare two at a time"));
    };
    let op = if row.name == "min" { CompareOp::Lt } else { CompareOp::Gt };
    let [(best_first, best), (other_first, other)] = [body.twice(best), body.twice(other)];
    let [other, best] = body.comparable(op, [other, best])?;
    let (check, other) = body.twice(other);
    extremum(body, row, vec![after(vec![best_first, other_first, check], best), other], span)
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
    let digits = body.int_argument_for(row, digits, "an integer number of digits")?;
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

fn iterator_outside_for(body: &mut Body<'_, '_>, row: &'static Row, _: Vec<Expr>, span: Span) -> Typed {
    body.report(
        Diagnostic::new(
            Code::UnsupportedSyntax,
            span,
            format!("`{}(...)` can only be iterated by `for`", row.name),
        )
        .help(format!("write `for x in {}(...)`", row.name)),
    )
}

fn print_inside(body: &mut Body<'_, '_>, _: &'static Row, _: Vec<Expr>, span: Span) -> Typed {
    body.report(
        Diagnostic::new(Code::UnsupportedSyntax, span, "`print(...)` is used as a value")
            .help("call it in a statement of its own"),
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
    let ty = promote::join(&definitions).map_err(|_| super::Stop)?;
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

/// A float's bits as an unsigned integer of its width, and back.
fn bits(_: &mut Body<'_, '_>, _: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let ty = match args[0].ty.dtype() {
        Some(DType::Float32) => Type::Strong(DType::UInt32),
        Some(DType::UInt32) => Type::Strong(DType::Float32),
        dtype if dtype.map(DType::kind) == Some(Kind::Float) => Type::Strong(DType::UInt64),
        _ => Type::FLOAT,
    };
    Ok(Body::operation(Operation::Bits, args, ty, span))
}

/// One of two values, both of which are computed.
fn select(body: &mut Body<'_, '_>, _: &'static Row, mut args: Vec<Expr>, span: Span) -> Typed {
    let values = args.split_off(1);
    let definitions: Vec<_> = values.iter().map(|arg| (arg.ty.clone(), arg.int_literal())).collect();
    let ty = promote::join(&definitions).map_err(|_| super::Stop)?;
    let values = values.into_iter().map(|value| body.coerce(value, &ty)).collect::<Typed<Vec<_>>>()?;
    args.extend(values);
    Ok(Body::operation(Operation::Select, args, ty, span))
}

/// A condition on the types of numbers and of arrays' elements: the branch that is not taken is not typed.
fn about_types(_: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let elements: Vec<Option<DType>> = args.iter().map(|arg| arg.ty.element()).collect();
    let kind = elements[0].map(DType::kind);
    let holds = match row.name {
        "intrinsics.is_float32" => args[0].ty == Type::Strong(DType::Float32),
        "intrinsics.is_complex" => kind == Some(Kind::Complex),
        "intrinsics.is_exact" => matches!(kind, Some(Kind::Bool | Kind::Int)),
        "intrinsics.is_pcg" => elements[0] == Some(DType::UInt64),
        "intrinsics.is_cast" => elements[0] != elements[1],
        name => unreachable!("bug in pykernel: `{name}` is no condition on types"),
    };
    Ok(Expr::new(ExprKind::Bool(holds), Type::BOOL, span))
}

/// A conversion that neither checks nor raises.
fn cast(_: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    Ok(Body::operation(Operation::Cast, args, row.ty(), span))
}

impl Body<'_, '_> {
    /// `intrinsics.overflow_unless(cond)`, a statement of the library.
    pub(super) fn check_overflow(&mut self, value: &crate::hir::Expr) -> Option<Typed> {
        let crate::hir::ExprKind::Call { callee, args, .. } = &value.kind else { return None };
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
