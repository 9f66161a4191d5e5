//! The IR's operations on constants. A NaN result is the one canonical NaN, so that the machine
//! that compiles leaves no trace.

use crate::ir::{BinaryOp, CompareOp, Const, Conversion, Intrinsic, Scalar, UnaryOp};

/// The value of an integer type that has the low bits of a number.
pub fn wrap(scalar: Scalar, value: i128) -> i128 {
    let unused = 128 - scalar.bits();
    match scalar.is_signed() {
        true => value << unused >> unused,
        false => ((value as u128) << unused >> unused) as i128,
    }
}

/// The smallest and the largest value of an integer type (of a bool: 0 and 1).
pub fn range(scalar: Scalar) -> (i128, i128) {
    let bits = scalar.bits();
    match scalar {
        Scalar::Bool => (0, 1),
        _ if scalar.is_signed() => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
        _ => (0, (1 << bits) - 1),
    }
}

fn int(scalar: Scalar, value: i128) -> Const {
    Const::Int(scalar, wrap(scalar, value))
}

fn f32(value: f32) -> Const {
    Const::F32(if value.is_nan() { f32::NAN.to_bits() } else { value.to_bits() })
}

fn f64(value: f64) -> Const {
    Const::F64(if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() })
}

/// An operation on one constant; `None` where the IR has no such operation.
pub fn unary(op: UnaryOp, value: Const) -> Option<Const> {
    match (op, value) {
        (UnaryOp::Neg, Const::Int(scalar, value)) => Some(int(scalar, -value)),
        (UnaryOp::Neg, Const::F32(bits)) => Some(Const::F32(bits ^ 1 << 31)),
        (UnaryOp::Neg, Const::F64(bits)) => Some(Const::F64(bits ^ 1 << 63)),
        (UnaryOp::Abs, Const::Int(scalar, value)) => Some(int(scalar, value.abs())),
        (UnaryOp::Abs, Const::F32(bits)) => Some(Const::F32(bits & !(1 << 31))),
        (UnaryOp::Abs, Const::F64(bits)) => Some(Const::F64(bits & !(1 << 63))),
        (UnaryOp::Not, Const::Bool(value)) => Some(Const::Bool(!value)),
        (UnaryOp::Not, Const::Int(scalar, value)) => Some(int(scalar, !value)),
        (UnaryOp::Neg | UnaryOp::Abs, Const::Bool(_)) | (UnaryOp::Not, Const::F32(_) | Const::F64(_)) => None,
    }
}

/// An operation on two constants; `None` where the IR has no such operation.
pub fn binary(op: BinaryOp, left: Const, right: Const) -> Option<Const> {
    match (left, right) {
        (Const::Int(scalar, left), Const::Int(_, right)) => Some(binary_int(op, scalar, left, right)),
        (Const::F32(left), Const::F32(right)) => {
            binary_float(op, f32::from_bits(left), f32::from_bits(right)).map(f32)
        }
        (Const::F64(left), Const::F64(right)) => {
            binary_float(op, f64::from_bits(left), f64::from_bits(right)).map(f64)
        }
        (Const::Bool(left), Const::Bool(right)) => match op {
            BinaryOp::And => Some(Const::Bool(left & right)),
            BinaryOp::Or => Some(Const::Bool(left | right)),
            BinaryOp::Xor => Some(Const::Bool(left ^ right)),
            _ => None,
        },
        _ => None,
    }
}

fn binary_int(op: BinaryOp, scalar: Scalar, left: i128, right: i128) -> Const {
    // Of a product of two `u64` 128 bits lose the upper ones, which nobody asks for.
    let value = match op {
        BinaryOp::Add => left + right,
        BinaryOp::Sub => left - right,
        BinaryOp::Mul => left.wrapping_mul(right),
        BinaryOp::Div => left.checked_div(right).unwrap_or(0),
        BinaryOp::Rem => left.checked_rem(right).unwrap_or(0),
        BinaryOp::And => left & right,
        BinaryOp::Or => left | right,
        BinaryOp::Xor => left ^ right,
        BinaryOp::Shl | BinaryOp::Shr => shift(op == BinaryOp::Shl, scalar, left, right),
    };
    int(scalar, value)
}

/// The count is taken as unsigned; one of at least the width shifts everything out.
fn shift(to_the_left: bool, scalar: Scalar, left: i128, count: i128) -> i128 {
    let fits = (0..i128::from(scalar.bits())).contains(&count);
    match (to_the_left, fits) {
        (true, true) => left << count,
        (true, false) => 0,
        (false, true) => left >> count,
        (false, false) => left >> 127,
    }
}

fn binary_float<F>(op: BinaryOp, left: F, right: F) -> Option<F>
where
    F: std::ops::Add<Output = F>
        + std::ops::Sub<Output = F>
        + std::ops::Mul<Output = F>
        + std::ops::Div<Output = F>,
{
    match op {
        BinaryOp::Add => Some(left + right),
        BinaryOp::Sub => Some(left - right),
        BinaryOp::Mul => Some(left * right),
        BinaryOp::Div => Some(left / right),
        BinaryOp::Rem | BinaryOp::And | BinaryOp::Or | BinaryOp::Xor | BinaryOp::Shl | BinaryOp::Shr => None,
    }
}

/// A comparison of two constants of one type.
pub fn compare(op: CompareOp, left: Const, right: Const) -> bool {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let order = match (left, right) {
        (Const::Int(_, left), Const::Int(_, right)) => Some(left.cmp(&right)),
        (Const::F32(left), Const::F32(right)) => f32::from_bits(left).partial_cmp(&f32::from_bits(right)),
        (Const::F64(left), Const::F64(right)) => f64::from_bits(left).partial_cmp(&f64::from_bits(right)),
        (Const::Bool(left), Const::Bool(right)) => Some(left.cmp(&right)),
        _ => unreachable!("bug in pykernel: a comparison of {left:?} with {right:?}"),
    };
    match op {
        CompareOp::Eq => order == Some(Equal),
        CompareOp::Ne => order != Some(Equal),
        CompareOp::Lt => order == Some(Less),
        CompareOp::Le => matches!(order, Some(Less | Equal)),
        CompareOp::Gt => order == Some(Greater),
        CompareOp::Ge => matches!(order, Some(Greater | Equal)),
    }
}

/// A conversion of a constant; `None` where the IR has no such conversion.
pub fn convert(to: Scalar, how: Conversion, value: Const) -> Option<Const> {
    match how {
        Conversion::Round => match (to, value) {
            (Scalar::F32, Const::F32(_)) | (Scalar::F64, Const::F64(_)) => Some(value),
            (Scalar::F32, Const::F64(bits)) => Some(f32(f64::from_bits(bits) as f32)),
            (Scalar::F64, Const::F32(bits)) => Some(f64(f64::from(f32::from_bits(bits)))),
            (Scalar::F32, value) => Some(f32(integer(value)? as f32)),
            (Scalar::F64, value) => Some(f64(integer(value)? as f64)),
            (_, Const::Bool(value)) => Some(int(to, i128::from(value))),
            _ => None,
        },
        Conversion::Wrap => integer(value).filter(|_| to.is_int()).map(|value| int(to, value)),
        Conversion::Saturate => {
            // Rust's own conversion truncates, saturates, and turns NaN into 0.
            let whole = match value {
                Const::F32(bits) => f32::from_bits(bits) as i128,
                Const::F64(bits) => f64::from_bits(bits) as i128,
                Const::Bool(_) | Const::Int(..) => return None,
            };
            let (lowest, highest) = range(to);
            to.is_int().then(|| Const::Int(to, whole.clamp(lowest, highest)))
        }
        Conversion::Bits => match (to, value) {
            (Scalar::F32, Const::Int(_, value)) => Some(Const::F32(value as u32)),
            (Scalar::F64, Const::Int(_, value)) => Some(Const::F64(value as u64)),
            (to, Const::F32(bits)) if to.is_int() => Some(int(to, i128::from(bits))),
            (to, Const::F64(bits)) if to.is_int() => Some(int(to, i128::from(bits))),
            _ => None,
        },
    }
}

/// The value of an integer or a bool.
fn integer(value: Const) -> Option<i128> {
    match value {
        Const::Bool(value) => Some(i128::from(value)),
        Const::Int(_, value) => Some(value),
        Const::F32(_) | Const::F64(_) => None,
    }
}

/// An intrinsic on constants; `None` where only the machine that runs the kernel knows.
pub fn intrinsic(op: Intrinsic, args: &[Const]) -> Option<Const> {
    let (lowest, highest) = range(Scalar::I64);
    let overflows = |value: i128| Some(Const::Bool(value < lowest || value > highest));
    match (op, args) {
        (Intrinsic::AddOverflows, &[Const::Int(_, left), Const::Int(_, right)]) => overflows(left + right),
        (Intrinsic::SubOverflows, &[Const::Int(_, left), Const::Int(_, right)]) => overflows(left - right),
        (Intrinsic::MulOverflows, &[Const::Int(_, left), Const::Int(_, right)]) => overflows(left * right),
        (Intrinsic::C(_) | Intrinsic::StackExhausted, _) => None,
        (op, &[Const::F32(x)]) => rounding(op, f64::from(f32::from_bits(x))).map(|value| f32(value as f32)),
        (op, &[Const::F64(x)]) => rounding(op, f64::from_bits(x)).map(f64),
        (Intrinsic::CopySign, &[Const::F32(x), Const::F32(y)]) => {
            Some(Const::F32(x & !(1 << 31) | y & 1 << 31))
        }
        (Intrinsic::CopySign, &[Const::F64(x), Const::F64(y)]) => {
            Some(Const::F64(x & !(1 << 63) | y & 1 << 63))
        }
        _ => None,
    }
}

/// An intrinsic with one operand. Computed on an `f32` in `f64` each of them is exact, or rounds
/// (the square root) to the same `f32` in the end, because `f64` has more than twice its bits.
fn rounding(op: Intrinsic, x: f64) -> Option<f64> {
    match op {
        Intrinsic::Sqrt => Some(x.sqrt()),
        Intrinsic::Floor => Some(x.floor()),
        Intrinsic::Ceil => Some(x.ceil()),
        Intrinsic::Trunc => Some(x.trunc()),
        Intrinsic::RoundEven => Some(x.round_ties_even()),
        _ => None,
    }
}
