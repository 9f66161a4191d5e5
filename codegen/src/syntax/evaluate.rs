//! The values of constant expressions, where they are needed when a file is read.
//!
//! Only what is exact or rounded once is computed here, so that the value is Python's to the bit.

use crate::builtin;
use crate::hir::{BinaryOp, Expr, ExprKind, UnaryOp};
use crate::types::{DType, Kind};

/// A number of Python's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Bool(bool),
    Int(i128),
    Float(f64),
    Complex(f64, f64),
}

impl Number {
    /// The type that NumPy gives an array of it; `None` of an integer that 64 bits do not hold.
    pub(super) fn dtype(self) -> Option<DType> {
        match self {
            Number::Bool(_) => Some(DType::Bool),
            Number::Int(value) => {
                [DType::Int64, DType::UInt64].into_iter().find(|dtype| holds(*dtype, value))
            }
            Number::Float(_) => Some(DType::Float64),
            Number::Complex(..) => Some(DType::Complex128),
        }
    }

    fn float(self) -> Option<f64> {
        match self {
            Number::Bool(value) => Some(f64::from(u8::from(value))),
            // The nearest, as Python's `float()`.
            Number::Int(value) => Some(value as f64),
            Number::Float(value) => Some(value),
            Number::Complex(..) => None,
        }
    }

    fn int(self) -> Option<i128> {
        match self {
            Number::Bool(value) => Some(i128::from(value)),
            Number::Int(value) => Some(value),
            Number::Float(_) | Number::Complex(..) => None,
        }
    }

    /// The bits of an element of this type that NumPy makes of it, in one part or two; why not, where it makes none.
    pub(super) fn element(self, dtype: DType) -> Result<Vec<u64>, String> {
        let float = |value: f64| match dtype {
            DType::Float32 | DType::Complex64 => u64::from((value as f32).to_bits()),
            _ => value.to_bits(),
        };
        match (dtype.kind(), self) {
            (Kind::Bool, Number::Complex(real, imaginary)) => {
                Ok(vec![u64::from(real != 0.0 || imaginary != 0.0)])
            }
            (Kind::Bool, value) => Ok(vec![u64::from(value.float() != Some(0.0))]),
            (Kind::Int, Number::Float(value)) if value.is_nan() => Err(format!("`nan` is no `{dtype}`")),
            (Kind::Int, Number::Float(value)) => integer(dtype, value.trunc() as i128),
            (Kind::Int, Number::Bool(_) | Number::Int(_)) => integer(dtype, self.int().unwrap_or_default()),
            (Kind::Int | Kind::Float, Number::Complex(..)) => {
                Err(format!("a complex number is no `{dtype}`"))
            }
            (Kind::Float, value) => Ok(vec![float(value.float().unwrap_or_default())]),
            (Kind::Complex, Number::Complex(real, imaginary)) => Ok(vec![float(real), float(imaginary)]),
            (Kind::Complex, value) => Ok(vec![float(value.float().unwrap_or_default()), 0]),
        }
    }
}

fn holds(dtype: DType, value: i128) -> bool {
    dtype.int_range().is_some_and(|(least, greatest)| (least..=greatest).contains(&value))
}

fn integer(dtype: DType, value: i128) -> Result<Vec<u64>, String> {
    match holds(dtype, value) {
        true => Ok(vec![value as u64]),
        false => Err(format!("{value} is out of bounds for `{dtype}`")),
    }
}

/// The number that an expression is; `None` if it is none, or one that only a kernel computes.
pub(super) fn number(expr: &Expr) -> Option<Number> {
    match &expr.kind {
        ExprKind::Bool(value) => Some(Number::Bool(*value)),
        ExprKind::Int(value) => Some(Number::Int(*value)),
        ExprKind::Float(value) => Some(Number::Float(*value)),
        ExprKind::Imaginary(value) => Some(Number::Complex(0.0, *value)),
        ExprKind::Builtin(name) => builtin::constant(name).map(|constant| match constant {
            builtin::Constant::Int(value) => Number::Int(value),
            builtin::Constant::Float(value) => Number::Float(value),
            builtin::Constant::Imaginary(value) => Number::Complex(0.0, value),
        }),
        ExprKind::Unary { op, operand } => unary(*op, number(operand)?),
        ExprKind::Binary { op, left, right } => binary(*op, number(left)?, number(right)?),
        _ => None,
    }
}

fn unary(op: UnaryOp, operand: Number) -> Option<Number> {
    match (op, operand) {
        (UnaryOp::Plus, Number::Bool(value)) => Some(Number::Int(value.into())),
        (UnaryOp::Plus, value) => Some(value),
        (UnaryOp::Negate, Number::Float(value)) => Some(Number::Float(-value)),
        (UnaryOp::Negate, Number::Complex(real, imaginary)) => Some(Number::Complex(-real, -imaginary)),
        (UnaryOp::Negate, value) => value.int()?.checked_neg().map(Number::Int),
        (UnaryOp::Invert, value) => value.int().map(|value| Number::Int(!value)),
        (UnaryOp::Not, _) => None,
    }
}

fn binary(op: BinaryOp, left: Number, right: Number) -> Option<Number> {
    match (left, right) {
        (Number::Complex(..), _) | (_, Number::Complex(..)) => complex(op, left, right),
        (Number::Float(_), _) | (_, Number::Float(_)) => float(op, left.float()?, right.float()?),
        _ => int(op, left.int()?, right.int()?),
    }
}

fn complex(op: BinaryOp, left: Number, right: Number) -> Option<Number> {
    let parts = |number| match number {
        Number::Complex(real, imaginary) => Some((real, imaginary)),
        other => other.float().map(|real| (real, 0.0)),
    };
    let ((a, b), (c, d)) = (parts(left)?, parts(right)?);
    match op {
        BinaryOp::Add => Some(Number::Complex(a + c, b + d)),
        BinaryOp::Sub => Some(Number::Complex(a - c, b - d)),
        BinaryOp::Mul => Some(Number::Complex(a * c - b * d, a * d + b * c)),
        _ => None,
    }
}

fn float(op: BinaryOp, left: f64, right: f64) -> Option<Number> {
    match op {
        BinaryOp::Add => Some(Number::Float(left + right)),
        BinaryOp::Sub => Some(Number::Float(left - right)),
        BinaryOp::Mul => Some(Number::Float(left * right)),
        BinaryOp::Div if right != 0.0 => Some(Number::Float(left / right)),
        _ => None,
    }
}

/// The integers that floats hold, whose quotient is rounded once.
const EXACT: i128 = 1 << 53;

fn int(op: BinaryOp, left: i128, right: i128) -> Option<Number> {
    match op {
        BinaryOp::Div => {
            let exact = left.abs() <= EXACT && right.abs() <= EXACT && right != 0;
            exact.then(|| Number::Float(left as f64 / right as f64))
        }
        _ => op.of_ints(left, right).map(Number::Int),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_quotients_go_down() {
        for (left, right, quotient) in [(7, 2, 3), (-7, 2, -4), (7, -2, -4), (-7, -2, 3), (6, -3, -2)] {
            assert_eq!(
                int(BinaryOp::FloorDiv, left, right),
                Some(Number::Int(quotient)),
                "{left} // {right}"
            );
        }
        assert_eq!(int(BinaryOp::Mod, -7, 2), Some(Number::Int(1)));
        assert_eq!(int(BinaryOp::FloorDiv, 1, 0), None);
    }

    #[test]
    fn elements_are_numpys() {
        let bits = |value: Number, dtype| value.element(dtype).ok();
        assert_eq!(bits(Number::Float(-1.9), DType::Int8), Some(vec![-1_i64 as u64]));
        assert_eq!(bits(Number::Int(200), DType::Int8), None);
        assert_eq!(bits(Number::Float(f64::INFINITY), DType::Int64), None);
        assert_eq!(bits(Number::Float(f64::NAN), DType::Bool), Some(vec![1]));
        assert_eq!(bits(Number::Float(0.1), DType::Float32), Some(vec![0x3dcc_cccd]));
        assert_eq!(bits(Number::Bool(true), DType::Complex128), Some(vec![1.0_f64.to_bits(), 0]));
    }
}
