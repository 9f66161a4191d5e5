//! Floating point (PTX ISA 9.7.3). Numbers of single precision are computed on as doubles, which hold them
//! exactly, and rounded once: twice the bits and two more make that the correctly rounded result of all but
//! `fma`.

use crate::instruction::{Comparison, Compute, Modifiers, Property};
use crate::rounding::{self, DOUBLE, Rounding, SINGLE};
use crate::types::{F32, Type};

/// The NaN that operations of single precision give (PTX ISA 9.7.3).
const SINGLE_NAN: u32 = 0x7fff_ffff;

/// The number that a register holds.
pub(crate) fn number(bits: u64, t: Type, ftz: bool) -> f64 {
    if t != F32 {
        return f64::from_bits(bits);
    }
    let value = f32::from_bits(bits as u32);
    f64::from(if ftz { flushed(value) } else { value })
}

/// A subnormal number as the zero of its sign.
pub(crate) fn flushed(value: f32) -> f32 {
    if value.is_subnormal() { 0f32.copysign(value) } else { value }
}

/// The bits of a number that `t` can represent.
pub(crate) fn encoded(value: f64, t: Type, modifiers: Modifiers) -> u64 {
    let value = match modifiers.sat {
        true if value.is_nan() || value <= 0.0 => 0.0,
        true => value.min(1.0),
        false => value,
    };
    if t != F32 {
        return value.to_bits();
    }
    let single = value as f32;
    let single = if modifiers.ftz { flushed(single) } else { single };
    u64::from(if single.is_nan() { SINGLE_NAN } else { single.to_bits() })
}

/// Computes on floats of type `t`.
pub(crate) fn compute(compute: Compute, t: Type, modifiers: Modifiers, s: [u64; 4]) -> u64 {
    let sign = 1 << (t.bits - 1);
    let flush = |bits: u64| {
        if modifiers.ftz { u64::from(flushed(f32::from_bits(bits as u32)).to_bits()) } else { bits }
    };
    match compute {
        // These change bits, of NaNs too.
        Compute::Neg => return flush(s[0]) ^ sign,
        Compute::Abs => return flush(s[0]) & !sign,
        Compute::Copysign => return s[1] & !sign | s[0] & sign,
        Compute::Selp => return s[if s[2] != 0 { 0 } else { 1 }],
        Compute::Testp(property) => return u64::from(has(property, s[0], t)),
        _ => {}
    }
    let [a, b, c] = [s[0], s[1], s[2]].map(|bits| number(bits, t, modifiers.ftz));
    let rounding = modifiers.rounding.unwrap_or(Rounding::Nearest);
    let value = match compute {
        Compute::Min => smaller(a, b, modifiers.nan),
        Compute::Max => -smaller(-a, -b, modifiers.nan),
        Compute::Rsqrt => 1.0 / a.sqrt(),
        Compute::Ex2 => a.exp2(),
        Compute::Lg2 => a.log2(),
        Compute::Sin => a.sin(),
        Compute::Cos => a.cos(),
        Compute::Tanh => a.tanh(),
        _ if rounding == Rounding::Nearest => nearest(compute, t, a, b, c),
        _ => directed(compute, t, a, b, c, rounding),
    };
    encoded(value, t, modifiers)
}

fn nearest(compute: Compute, t: Type, a: f64, b: f64, c: f64) -> f64 {
    match compute {
        Compute::Add => a + b,
        Compute::Sub => a - b,
        Compute::Mul => a * b,
        Compute::Fma if t == F32 => f64::from((a as f32).mul_add(b as f32, c as f32)),
        Compute::Fma => a.mul_add(b, c),
        Compute::Div => a / b,
        Compute::Sqrt => a.sqrt(),
        Compute::Rcp => 1.0 / a,
        _ => unreachable!("bug in ptx_machine: {compute:?} is not for floats"),
    }
}

/// Rounds to a given direction. Infinities, NaNs and divisions by zero are exact: there the direction says nothing.
fn directed(compute: Compute, t: Type, a: f64, b: f64, c: f64, rounding: Rounding) -> f64 {
    let format = if t == F32 { SINGLE } else { DOUBLE };
    let finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
    let bits = match compute {
        Compute::Add if finite(&[a, b]) => rounding::multiply_add(a, 1.0, b, format, rounding),
        Compute::Sub if finite(&[a, b]) => rounding::multiply_add(a, 1.0, -b, format, rounding),
        Compute::Mul if finite(&[a, b]) => rounding::multiply(a, b, format, rounding),
        Compute::Fma if finite(&[a, b, c]) => rounding::multiply_add(a, b, c, format, rounding),
        Compute::Div if finite(&[a, b]) && a != 0.0 && b != 0.0 => rounding::divide(a, b, format, rounding),
        Compute::Rcp if finite(&[a]) && a != 0.0 => rounding::divide(1.0, a, format, rounding),
        Compute::Sqrt if finite(&[a]) && a > 0.0 => rounding::square_root(a, format, rounding),
        _ => return nearest(compute, t, a, b, c),
    };
    number(bits, t, false)
}

/// The smaller number, minus zero below zero. A NaN loses, or wins with `.NaN` (PTX ISA 9.7.3.12).
fn smaller(a: f64, b: f64, nan_wins: bool) -> f64 {
    if a.is_nan() || b.is_nan() {
        return match () {
            () if nan_wins => f64::NAN,
            () if a.is_nan() => b,
            () => a,
        };
    }
    if a < b || a == b && a.is_sign_negative() { a } else { b }
}

fn has(property: Property, bits: u64, t: Type) -> bool {
    let value = number(bits, t, false);
    let subnormal = if t == F32 { f32::from_bits(bits as u32).is_subnormal() } else { value.is_subnormal() };
    match property {
        Property::Finite => value.is_finite(),
        Property::Infinite => value.is_infinite(),
        Property::Number => !value.is_nan(),
        Property::NotANumber => value.is_nan(),
        Property::Normal => value.is_finite() && value != 0.0 && !subnormal,
        Property::Subnormal => subnormal,
    }
}

/// Whether two values, of any type, compare so.
pub(crate) fn compare(comparison: Comparison, t: Type, ftz: bool, a: u64, b: u64) -> bool {
    let ordering =
        if t.is_float() { number(a, t, ftz).partial_cmp(&number(b, t, ftz)) } else { Some(t.compare(a, b)) };
    match ordering {
        None => comparison.unordered,
        Some(std::cmp::Ordering::Less) => comparison.less,
        Some(std::cmp::Ordering::Equal) => comparison.equal,
        Some(std::cmp::Ordering::Greater) => comparison.greater,
    }
}
