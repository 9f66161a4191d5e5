//! Integers, bits and predicates (PTX ISA 9.7.1, 9.7.8).

use crate::fault::{FaultKind, Problem};
use crate::instruction::{Atomic, Carry, Compute, Modifiers};
use crate::types::{Type, U32};

/// Computes on integers, bits or predicates of type `t`. Registers hold zeros above their type's bits.
pub(crate) fn compute(compute: Compute, t: Type, modifiers: Modifiers, s: [u64; 4]) -> Result<u64, Problem> {
    let widened = s.map(|value| t.widen(value));
    let [a, b, c] = [s[0], s[1], s[2]].map(|value| t.extend(value));
    // The lowest bits of a product are the same with and without signs.
    let product = widened[0].wrapping_mul(widened[1]);
    let saturated = |value: i128| if modifiers.sat { value.clamp(t.range().0, t.range().1) } else { value };
    let bits = u32::from(t.bits);
    Ok(t.truncate(match compute {
        Compute::Add if modifiers.sat => saturated(a + b) as u64,
        Compute::Sub if modifiers.sat => saturated(a - b) as u64,
        Compute::Add => s[0].wrapping_add(s[1]),
        Compute::Sub => s[0].wrapping_sub(s[1]),
        Compute::Mul => product,
        Compute::MulHi => high(t, s) as u64,
        Compute::MulWide => return Ok(t.doubled().truncate(product)),
        Compute::Mad => product.wrapping_add(s[2]),
        Compute::MadHi => saturated(high(t, s) + c) as u64,
        Compute::MadWide => return Ok(t.doubled().truncate(product.wrapping_add(s[2]))),
        Compute::Mul24Lo => product24(t, s) as u64,
        Compute::Mul24Hi => (product24(t, s) >> 16) as u64,
        Compute::Div | Compute::Rem if b == 0 => {
            let detail = format!("integer division of {a} by zero");
            return Err(Problem::new(FaultKind::DivisionByZero, detail));
        }
        Compute::Div => (a / b) as u64,
        Compute::Rem => (a % b) as u64,
        Compute::Neg => -a as u64,
        Compute::Abs => a.unsigned_abs() as u64,
        Compute::Min => a.min(b) as u64,
        Compute::Max => a.max(b) as u64,
        Compute::And => s[0] & s[1],
        Compute::Or => s[0] | s[1],
        Compute::Xor => s[0] ^ s[1],
        Compute::Not => !s[0],
        Compute::Cnot => u64::from(s[0] == 0),
        Compute::Lop3 => lookup(s),
        Compute::Shl => s[0].checked_shl(s[1] as u32).filter(|_| s[1] < u64::from(bits)).unwrap_or(0),
        // The count is clamped: what is shifted in is the sign or zero.
        Compute::Shr => (a >> s[1].min(64)) as u64,
        Compute::ShfLeft => (wide(s) << funnel(s[2], modifiers)) >> 32,
        Compute::ShfRight => wide(s) >> funnel(s[2], modifiers),
        Compute::Popc => u64::from(s[0].count_ones()),
        Compute::Clz => u64::from(s[0].leading_zeros() - (64 - bits)),
        Compute::Bfind => return Ok(find(a, t, modifiers.shiftamt)),
        Compute::Brev => s[0].reverse_bits() >> (64 - bits),
        Compute::Bfe => extract(t, s),
        Compute::Bfi => insert(t, s),
        Compute::Prmt => permute(s),
        Compute::Sad => (c + (a - b).abs()) as u64,
        Compute::Selp => s[if s[2] != 0 { 0 } else { 1 }],
        _ => unreachable!("bug in ptx_machine: {compute:?} is not for integers"),
    }))
}

fn high(t: Type, s: [u64; 4]) -> i128 {
    if t.bits == 64 && !t.is_signed() {
        return ((u128::from(s[0]) * u128::from(s[1])) >> 64) as i128;
    }
    (t.extend(s[0]) * t.extend(s[1])) >> t.bits
}

/// The 48 bits of a product of 24-bit integers (PTX ISA 9.7.1.5).
fn product24(t: Type, s: [u64; 4]) -> i128 {
    let narrow = |value: u64| Type { kind: t.kind, bits: 24 }.extend(value & 0xff_ffff);
    narrow(s[0]) * narrow(s[1])
}

/// `lop3`: for each bit, the bit of the table that the three operands' bits choose.
fn lookup(s: [u64; 4]) -> u64 {
    let [a, b, c, table] = s;
    (0..8).filter(|row| table >> row & 1 == 1).fold(0, |result, row| {
        let pick = |value: u64, bit: u32| if row >> bit & 1 == 1 { value } else { !value };
        result | pick(a, 2) & pick(b, 1) & pick(c, 0)
    })
}

/// The two words that `shf` shifts.
fn wide(s: [u64; 4]) -> u64 {
    s[1] << 32 | s[0] & 0xffff_ffff
}

fn funnel(count: u64, modifiers: Modifiers) -> u64 {
    if modifiers.wrap { count & 31 } else { count.min(32) }
}

/// `bfind`: the highest bit that differs from the sign (PTX ISA 9.7.1.17).
fn find(value: i128, t: Type, shiftamt: bool) -> u64 {
    let bits = (if value < 0 { !value } else { value }) as u64;
    match bits.checked_ilog2() {
        None => 0xffff_ffff,
        Some(highest) if shiftamt => u64::from(t.bits) - 1 - u64::from(highest),
        Some(highest) => u64::from(highest),
    }
}

/// `bfe` (PTX ISA 9.7.1.19): bits past the value are zero or its sign.
fn extract(t: Type, s: [u64; 4]) -> u64 {
    let (position, length) = (s[1] & 0xff, s[2] & 0xff);
    let highest = u64::from(t.bits) - 1;
    if length == 0 {
        return 0;
    }
    let sign = t.is_signed() && s[0] >> (position + length - 1).min(highest) & 1 == 1;
    (0..u64::from(t.bits)).fold(0, |result, bit| {
        let inside = bit < length && position + bit <= highest;
        let set = if inside { s[0] >> (position + bit) & 1 == 1 } else { sign };
        result | u64::from(set) << bit
    })
}

/// `bfi` (PTX ISA 9.7.1.20)
fn insert(t: Type, s: [u64; 4]) -> u64 {
    let (position, length) = (s[2] & 0xff, s[3] & 0xff);
    let places = (0..length).filter(|bit| position + bit < u64::from(t.bits));
    places.fold(s[1], |result, bit| {
        let place = position + bit;
        result & !(1 << place) | (s[0] >> bit & 1) << place
    })
}

/// `prmt` without a mode (PTX ISA 9.7.9.7): each nibble chooses a byte, or its sign eight times.
fn permute(s: [u64; 4]) -> u64 {
    let bytes = wide(s).to_le_bytes();
    let chosen: [u8; 4] = std::array::from_fn(|index| {
        let nibble = s[2] >> (4 * index) & 15;
        let byte = bytes[nibble as usize & 7];
        if nibble & 8 == 0 { byte } else { ((byte as i8) >> 7) as u8 }
    });
    u64::from(u32::from_le_bytes(chosen))
}

/// Arithmetic with the carry flag (PTX ISA 9.7.2); the result and the new flag.
pub(crate) fn carry(carry: Carry, t: Type, s: [u64; 3], flag: bool) -> (u64, bool) {
    let unsigned = |value: u64| i128::from(t.truncate(value));
    let flag = i128::from(flag);
    let product = || {
        let whole = [s[0], s[1], 0, 0];
        if carry == Carry::MadHi {
            t.truncate(high(t, whole) as u64)
        } else {
            t.truncate(s[0].wrapping_mul(s[1]))
        }
    };
    let result = match carry {
        Carry::Add => unsigned(s[0]) + unsigned(s[1]) + flag,
        // The flag is a borrow.
        Carry::Sub => unsigned(s[0]) - unsigned(s[1]) - flag,
        Carry::MadLo | Carry::MadHi => unsigned(product()) + unsigned(s[2]) + flag,
    };
    (t.truncate(result as u64), result < 0 || result > unsigned(u64::MAX))
}

/// What `atom` and `redux` leave in place of `old` (PTX ISA 9.7.13.5); `b` is the comparand of `cas`, then
/// `c` its value.
pub(crate) fn atomic(atomic: Atomic, t: Type, old: u64, b: u64, c: u64) -> u64 {
    let (x, y) = (t.extend(old), t.extend(b));
    t.truncate(match atomic {
        Atomic::Add => (x + y) as u64,
        Atomic::Min => x.min(y) as u64,
        Atomic::Max => x.max(y) as u64,
        Atomic::Inc => u64::from(U32.truncate(if old >= b { 0 } else { old + 1 }) as u32),
        Atomic::Dec => {
            if old == 0 || old > b {
                b
            } else {
                old - 1
            }
        }
        Atomic::And => old & b,
        Atomic::Or => old | b,
        Atomic::Xor => old ^ b,
        Atomic::Exch => b,
        Atomic::Cas => {
            if old == b {
                c
            } else {
                old
            }
        }
    })
}
