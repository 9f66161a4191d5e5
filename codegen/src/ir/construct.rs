//! Constructors of IR expressions. Those on truth values fold constants, so that what an error
//! model rules out leaves no check behind.

use super::elements::zero_of;
use super::{BinaryOp, CompareOp, Const, Expr, LocalId, Scalar, UnaryOp};

/// An `I64`.
pub fn int(value: i64) -> Expr {
    Expr::Const(Const::Int(Scalar::I64, value.into()))
}

/// A bool.
pub fn boolean(value: bool) -> Expr {
    Expr::Const(Const::Bool(value))
}

/// An integer of a type; what does not fit loses its high bits.
pub fn integer(scalar: Scalar, value: i128) -> Expr {
    Expr::Const(Const::Int(
        scalar,
        match scalar {
            Scalar::I8 => (value as i8).into(),
            Scalar::I16 => (value as i16).into(),
            Scalar::I32 => (value as i32).into(),
            Scalar::U8 => (value as u8).into(),
            Scalar::U16 => (value as u16).into(),
            Scalar::U32 => (value as u32).into(),
            Scalar::U64 => (value as u64).into(),
            Scalar::I64 => (value as i64).into(),
            Scalar::Bool | Scalar::F32 | Scalar::F64 => {
                unreachable!("bug in pykernel: an integer constant of type {scalar}")
            }
        },
    ))
}

/// A float of a type.
pub fn float(scalar: Scalar, value: f64) -> Expr {
    match scalar {
        Scalar::F32 => Expr::Const(Const::F32((value as f32).to_bits())),
        _ => Expr::Const(Const::F64(value.to_bits())),
    }
}

/// The zero of a type; of a bool, false.
pub fn zero(scalar: Scalar) -> Expr {
    Expr::Const(zero_of(scalar))
}

/// Some locals.
pub fn locals(locals: &[LocalId]) -> Vec<Expr> {
    locals.iter().copied().map(Expr::Local).collect()
}

/// An operation on two operands.
pub fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    Expr::Binary { op, left: Box::new(left), right: Box::new(right) }
}

/// A comparison.
pub fn compare(op: CompareOp, left: Expr, right: Expr) -> Expr {
    Expr::Compare { op, left: Box::new(left), right: Box::new(right) }
}

/// An operation on one operand.
pub fn unary(op: UnaryOp, operand: Expr) -> Expr {
    match (op, operand) {
        (UnaryOp::Not, Expr::Const(Const::Bool(value))) => boolean(!value),
        (op, operand) => Expr::Unary { op, operand: Box::new(operand) },
    }
}

/// One of two values.
pub fn select(cond: Expr, then: Expr, otherwise: Expr) -> Expr {
    match truth(&cond) {
        Some(true) => then,
        Some(false) => otherwise,
        None => Expr::Select { cond: Box::new(cond), then: Box::new(then), otherwise: Box::new(otherwise) },
    }
}

/// Whether both bools are true.
pub fn and(left: Expr, right: Expr) -> Expr {
    match (truth(&left), truth(&right)) {
        (Some(true), _) => right,
        (_, Some(true)) | (Some(false), _) => left,
        (_, Some(false)) => right,
        (None, None) => binary(BinaryOp::And, left, right),
    }
}

/// Whether one of two bools is true.
pub fn or(left: Expr, right: Expr) -> Expr {
    match (truth(&left), truth(&right)) {
        (Some(false), _) => right,
        (_, Some(false)) | (Some(true), _) => left,
        (_, Some(true)) => right,
        (None, None) => binary(BinaryOp::Or, left, right),
    }
}

/// The value of a constant bool.
pub fn truth(cond: &Expr) -> Option<bool> {
    match cond {
        Expr::Const(Const::Bool(value)) => Some(*value),
        _ => None,
    }
}
