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
        BinaryOp::Add | BinaryOp::AddFree => left + right,
        BinaryOp::Sub => left - right,
        BinaryOp::Mul | BinaryOp::MulFree => left.wrapping_mul(right),
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
        BinaryOp::Add | BinaryOp::AddFree => Some(left + right),
        BinaryOp::Sub => Some(left - right),
        BinaryOp::Mul | BinaryOp::MulFree => Some(left * right),
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
        (Intrinsic::StackExhausted | Intrinsic::Special(_), _) => None,
        (op, &[Const::F32(x)]) => rounding(op, f64::from(f32::from_bits(x))).map(|value| f32(value as f32)),
        (op, &[Const::F64(x)]) => rounding(op, f64::from_bits(x)).map(f64),
        (op, &[Const::Int(scalar, value)]) => of_bits(op, scalar, value).map(|value| int(scalar, value)),
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

/// An intrinsic on the bits of an integer.
fn of_bits(op: Intrinsic, scalar: Scalar, value: i128) -> Option<i128> {
    let others = 64 - scalar.bits();
    let bits = (value as u64) << others;
    match op {
        Intrinsic::CountOnes => Some(bits.count_ones().into()),
        // Below stand zeros.
        Intrinsic::LeadingZeros => Some(bits.leading_zeros().min(scalar.bits()).into()),
        Intrinsic::ReverseBits => Some(bits.reverse_bits().into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn i8(value: i128) -> Const {
        Const::Int(Scalar::I8, value)
    }

    #[test]
    fn integers_wrap_and_divide_as_the_ir_says() {
        let results = [
            (BinaryOp::Add, 127, 1, -128),
            (BinaryOp::Mul, -128, -1, -128),
            (BinaryOp::Div, -7, 2, -3),
            (BinaryOp::Div, 7, 0, 0),
            (BinaryOp::Div, -128, -1, -128),
            (BinaryOp::Rem, -7, 2, -1),
            (BinaryOp::Rem, 7, 0, 0),
            (BinaryOp::Rem, -128, -1, 0),
            (BinaryOp::Shl, 1, 7, -128),
            (BinaryOp::Shl, 1, 8, 0),
            (BinaryOp::Shr, -2, 1, -1),
            (BinaryOp::Shr, -2, -1, -1),
            (BinaryOp::Shr, 2, -1, 0),
        ];
        for (op, left, right, result) in results {
            assert_eq!(binary(op, i8(left), i8(right)), Some(i8(result)), "{left} {op:?} {right}");
        }
        let most = Const::Int(Scalar::U64, u64::MAX.into());
        assert_eq!(binary(BinaryOp::Mul, most, most), Some(Const::Int(Scalar::U64, 1)));
        assert_eq!(unary(UnaryOp::Not, Const::Int(Scalar::U8, 1)), Some(Const::Int(Scalar::U8, 254)));
        assert_eq!(unary(UnaryOp::Abs, i8(-128)), Some(i8(-128)));
    }

    #[test]
    fn bits_are_those_of_the_width() {
        let int = |scalar, value| Const::Int(scalar, value);
        let results = [
            (Intrinsic::CountOnes, int(Scalar::I32, -1), 32),
            (Intrinsic::CountOnes, int(Scalar::I64, i64::MIN.into()), 1),
            (Intrinsic::LeadingZeros, int(Scalar::U32, 0), 32),
            (Intrinsic::LeadingZeros, int(Scalar::U32, 1), 31),
            (Intrinsic::LeadingZeros, int(Scalar::I64, -1), 0),
            (Intrinsic::ReverseBits, int(Scalar::U32, 1), 1 << 31),
            (Intrinsic::ReverseBits, int(Scalar::I32, 1), i32::MIN.into()),
            (Intrinsic::ReverseBits, int(Scalar::U64, 6), 3 << 61),
        ];
        for (op, value, result) in results {
            let Const::Int(scalar, _) = value else { unreachable!("bug in pykernel: an integer") };
            assert_eq!(intrinsic(op, &[value]), Some(int(scalar, result)), "{op:?} of {value:?}");
        }
    }

    #[test]
    fn conversions_round_wrap_and_saturate() {
        let f64 = |value: f64| Const::F64(value.to_bits());
        let cases = [
            (Scalar::I8, Conversion::Saturate, f64(-1e9), i8(-128)),
            (Scalar::I8, Conversion::Saturate, f64(f64::NAN), i8(0)),
            (Scalar::U64, Conversion::Saturate, f64(1e300), Const::Int(Scalar::U64, u64::MAX.into())),
            (Scalar::I8, Conversion::Saturate, f64(-2.9), i8(-2)),
            (Scalar::U8, Conversion::Wrap, i8(-1), Const::Int(Scalar::U8, 255)),
            (Scalar::I8, Conversion::Round, Const::Bool(true), i8(1)),
            (Scalar::F64, Conversion::Round, Const::Int(Scalar::I64, (1 << 53) + 1), f64(9007199254740992.0)),
            (Scalar::F32, Conversion::Round, Const::Int(Scalar::I64, (1 << 24) + 3), Const::F32(0x4b80_0002)),
            (Scalar::I64, Conversion::Bits, f64(-0.0), Const::Int(Scalar::I64, i64::MIN.into())),
        ];
        for (to, how, value, result) in cases {
            assert_eq!(convert(to, how, value), Some(result), "{how:?} of {value:?}");
        }
    }

    #[test]
    fn floats_compare_with_nan_and_keep_the_sign_of_zero() {
        let f64 = |value: f64| Const::F64(value.to_bits());
        let nan = f64(f64::NAN);
        assert!(!compare(CompareOp::Eq, nan, nan) && !compare(CompareOp::Ge, nan, nan));
        assert!(compare(CompareOp::Ne, nan, nan));
        assert_eq!(unary(UnaryOp::Neg, f64(0.0)), Some(f64(-0.0)));
        assert_eq!(intrinsic(Intrinsic::RoundEven, &[f64(2.5)]), Some(f64(2.0)));
        assert_eq!(intrinsic(Intrinsic::CopySign, &[f64(2.5), f64(-0.0)]), Some(f64(-2.5)));
        let largest = Const::Int(Scalar::I64, i64::MAX.into());
        let one = Const::Int(Scalar::I64, 1);
        assert_eq!(intrinsic(Intrinsic::AddOverflows, &[largest, one]), Some(Const::Bool(true)));
    }
}
