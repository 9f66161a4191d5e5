//! Arithmetic in examples: `2**63 - 1`, `-np.float32(0.0)`, `np.arange(6.0) * 0.5`.

use pykernel_codegen::infer::promote;
use pykernel_codegen::interface;
use pykernel_codegen::types::{Kind, Type};

use super::array::Array;
use super::expression::Operator;
use super::number::{Datum, Number};
use super::value::{Failure, Value};

/// `-x`
pub fn negate(value: Value) -> Result<Value, Failure> {
    let negated = |datum| match datum {
        Datum::Bool(value) => Datum::Int(-i128::from(value)),
        Datum::Int(value) => Datum::Int(-value),
        Datum::Float(value) => Datum::Float(-value),
        Datum::Complex(re, im) => Datum::Complex(-re, -im),
    };
    match value {
        Value::Number(Number { ty: interface::Number::Weak(_), datum }) => Ok(Value::weak(negated(datum))),
        Value::Number(Number { ty, datum }) => Ok(Value::Number(fitted(ty, negated(datum))?)),
        Value::Array(array) => {
            let elements: Vec<Datum> = array.elements().into_iter().map(negated).collect();
            Ok(Value::Array(Array::new(array.dtype, &array.shape, &elements)))
        }
        other => Err(format!("{} cannot be negated", other.noun()).into()),
    }
}

/// `x op y`, for two numbers, or an array and a number.
pub fn binary(op: Operator, left: Value, right: Value) -> Result<Value, Failure> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            let ty = common(op, left.ty, right.ty)?;
            Ok(Value::Number(fitted(ty, apply(op, ty, left.datum, right.datum)?)?))
        }
        (Value::Array(array), Value::Number(number)) => map(op, &array, number, apply),
        (Value::Number(number), Value::Array(array)) => {
            map(op, &array, number, |op, ty, element, other| apply(op, ty, other, element))
        }
        (left, right) => Err(format!("no arithmetic on {} and {}", left.noun(), right.noun()).into()),
    }
}

fn map(
    op: Operator,
    array: &Array,
    number: Number,
    apply: fn(Operator, interface::Number, Datum, Datum) -> Result<Datum, Failure>,
) -> Result<Value, Failure> {
    let ty = common(op, interface::Number::Strong(array.dtype), number.ty)?;
    let elements = array.elements().into_iter();
    let elements: Result<Vec<Datum>, Failure> =
        elements.map(|element| Ok(fitted(ty, apply(op, ty, element, number.datum)?)?.datum)).collect();
    Ok(Value::Array(Array::new(ty.dtype(), &array.shape, &elements?)))
}

fn common(
    op: Operator,
    left: interface::Number,
    right: interface::Number,
) -> Result<interface::Number, Failure> {
    let number = match promote::promote(&left.into(), &right.into()) {
        Some(Type::Weak(weak)) => interface::Number::Weak(weak),
        Some(Type::Strong(dtype)) => interface::Number::Strong(dtype),
        _ => unreachable!("bug in pykernel: two numbers have a common type"),
    };
    match (number.dtype().kind(), op) {
        (Kind::Bool, _) => Err("no arithmetic on bools in a transcript".into()),
        (Kind::Int, Operator::Div) => Err("write a float instead of a quotient of integers".into()),
        _ => Ok(number),
    }
}

/// The result as a number of its type; strong integers wrap.
fn fitted(ty: interface::Number, datum: Datum) -> Result<Number, Failure> {
    let number = Number { ty, datum };
    match ty {
        interface::Number::Weak(_) => Ok(number),
        interface::Number::Strong(_) | interface::Number::Time(_) => {
            number.convert(ty).map_err(|refused| Failure::raised(refused.class, refused.message))
        }
    }
}

fn apply(op: Operator, ty: interface::Number, left: Datum, right: Datum) -> Result<Datum, Failure> {
    match (ty.dtype().kind(), left, right) {
        (Kind::Bool | Kind::Int, left, right) => ints(op, left, right).map(Datum::Int),
        (Kind::Float, left, right) => Ok(Datum::Float(floats(op, left.parts().0, right.parts().0))),
        (Kind::Complex, left, right) => complexes(op, left.parts(), right.parts()),
    }
}

fn ints(op: Operator, left: Datum, right: Datum) -> Result<i128, Failure> {
    let value = |datum| match datum {
        Datum::Int(value) => value,
        other => i128::from(Datum::is_true(other)),
    };
    let (left, right) = (value(left), value(right));
    let result = match op {
        Operator::Add => left.checked_add(right),
        Operator::Sub => left.checked_sub(right),
        Operator::Mul => left.checked_mul(right),
        Operator::Pow => u32::try_from(right).ok().and_then(|exponent| left.checked_pow(exponent)),
        Operator::Div => None,
    };
    result.ok_or_else(|| "the arithmetic gives an integer that transcripts cannot hold".into())
}

fn floats(op: Operator, left: f64, right: f64) -> f64 {
    match op {
        Operator::Add => left + right,
        Operator::Sub => left - right,
        Operator::Mul => left * right,
        Operator::Div => left / right,
        Operator::Pow => left.powf(right),
    }
}

fn complexes(op: Operator, (a, b): (f64, f64), (c, d): (f64, f64)) -> Result<Datum, Failure> {
    match op {
        Operator::Add => Ok(Datum::Complex(a + c, b + d)),
        Operator::Sub => Ok(Datum::Complex(a - c, b - d)),
        Operator::Mul => Ok(Datum::Complex(a * c - b * d, a * d + b * c)),
        Operator::Div | Operator::Pow => Err("only + - * on complex numbers in a transcript".into()),
    }
}
