//! `cvt` (PTX ISA 9.7.9.21).

use super::float::{encoded, flushed, number};
use crate::fault::{FaultKind, Problem};
use crate::instruction::Modifiers;
use crate::launch::NanToInteger;
use crate::rounding::{DOUBLE, Exact, Format, HALF, Rounding, SINGLE, from_half, round, to_integral};
use crate::types::{F32, Type};

fn format(t: Type) -> Format {
    match t.bits {
        16 => HALF,
        32 => SINGLE,
        _ => DOUBLE,
    }
}

/// Converts the lowest bits of a register. The result fills a register of `width` bits.
pub(crate) fn convert(
    to: Type,
    from: Type,
    modifiers: Modifiers,
    width: u8,
    bits: u64,
    nan: NanToInteger,
) -> Result<u64, Problem> {
    let bits = from.truncate(bits);
    if to.is_float() {
        return Ok(if from.is_float() {
            float_to_float(to, from, modifiers, bits)
        } else {
            to_float(to, from, modifiers, bits)
        });
    }
    let integer = if from.is_float() {
        to_integer(to, from, modifiers, bits, nan)?
    } else {
        let value = from.extend(bits);
        if modifiers.sat { value.clamp(to.range().0, to.range().1) } else { value }
    };
    let value = to.extend(to.truncate(integer as u64));
    Ok(Type { kind: to.kind, bits: width.max(to.bits) }.truncate(value as u64))
}

fn to_float(to: Type, from: Type, modifiers: Modifiers, bits: u64) -> u64 {
    let rounding = modifiers.rounding.unwrap_or(Rounding::Nearest);
    let result = round(Exact::integer(from.extend(bits)), format(to), rounding);
    if modifiers.sat { saturate(result, to) } else { result }
}

fn saturate(bits: u64, t: Type) -> u64 {
    let value = decode(bits, t, false);
    let clamped = if value.is_nan() || value <= 0.0 { 0.0 } else { value.min(1.0) };
    round(Exact::of(clamped), format(t), Rounding::Nearest)
}

fn decode(bits: u64, t: Type, ftz: bool) -> f64 {
    if t.bits == 16 { from_half(bits as u16) } else { number(bits, t, ftz) }
}

fn float_to_float(to: Type, from: Type, modifiers: Modifiers, bits: u64) -> u64 {
    let mut value = decode(bits, from, modifiers.ftz);
    if let Some(rounding) = modifiers.integral {
        value = to_integral(value, rounding);
    }
    if to.bits >= from.bits && to.bits > 16 {
        return encoded(value, to, modifiers);
    }
    let rounding = modifiers.rounding.unwrap_or(Rounding::Nearest);
    let result = match value {
        _ if value.is_nan() && to.bits == 16 => 0x7fff,
        _ if value.is_nan() => return encoded(value, to, modifiers),
        _ if value.is_infinite() => infinity(value, to),
        _ => round(Exact::of(value), format(to), rounding),
    };
    let result = if modifiers.sat { saturate(result, to) } else { result };
    if modifiers.ftz && to == F32 {
        u64::from(flushed(f32::from_bits(result as u32)).to_bits())
    } else {
        result
    }
}

fn infinity(value: f64, t: Type) -> u64 {
    let sign = u64::from(value.is_sign_negative()) << (t.bits - 1);
    sign | if t.bits == 16 { 0x7c00 } else { u64::from(f32::INFINITY.to_bits()) }
}

/// A float as an integer: values past the range become its ends.
fn to_integer(
    to: Type,
    from: Type,
    modifiers: Modifiers,
    bits: u64,
    nan: NanToInteger,
) -> Result<i128, Problem> {
    let value = decode(bits, from, modifiers.ftz);
    if value.is_nan() {
        if nan == NanToInteger::Fault {
            let detail = format!("a NaN of type {from} is converted to {to}");
            return Err(Problem::new(FaultKind::NanToInteger, detail));
        }
        // Zero, or the value of the highest bit alone where 64 bits take part.
        let wide = from.bits == 64 || to.bits == 64;
        return Ok(if wide { 1 << (to.bits - 1) } else { 0 });
    }
    let rounded = to_integral(value, modifiers.integral.unwrap_or(Rounding::Zero));
    Ok((rounded as i128).clamp(to.range().0, to.range().1))
}
