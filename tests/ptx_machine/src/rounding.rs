//! Exact arithmetic, rounded once, in each of PTX's four directions (IEEE 754-2019, 4.3).

/// The direction in which a result that is not representable is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rounding {
    /// `.rn`: to the nearest, ties to even.
    Nearest,
    /// `.rz`: to zero.
    Zero,
    /// `.rm`: to minus infinity.
    Down,
    /// `.rp`: to plus infinity.
    Up,
}

/// A binary format of IEEE 754.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Format {
    /// Bits of the significand, the hidden one included.
    precision: i32,
    /// The exponent of the smallest normal number.
    smallest: i32,
    /// Bits of the whole.
    bits: i32,
}

/// `.f16`
pub(crate) const HALF: Format = Format { precision: 11, smallest: -14, bits: 16 };
/// `.f32`
pub(crate) const SINGLE: Format = Format { precision: 24, smallest: -126, bits: 32 };
/// `.f64`
pub(crate) const DOUBLE: Format = Format { precision: 53, smallest: -1022, bits: 64 };

/// The number `±significand × 2^exponent`. Where bits were lost below, the lowest bit is one (a "sticky" bit).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exact {
    pub negative: bool,
    pub significand: u128,
    pub exponent: i32,
}

/// Where a significand's highest bit is put before two are added: two bits are left for the sum and its carry.
const TOP: i32 = 125;

impl Exact {
    /// A finite number's exact value.
    pub fn of(value: f64) -> Exact {
        let bits = value.to_bits();
        let (stored, fraction) = ((bits >> 52 & 0x7ff) as i32, bits & ((1 << 52) - 1));
        let significand = u128::from(if stored == 0 { fraction } else { fraction | 1 << 52 });
        Exact { negative: value.is_sign_negative(), significand, exponent: stored.max(1) - 1075 }
    }

    /// An integer's exact value.
    pub fn integer(value: i128) -> Exact {
        Exact { negative: value < 0, significand: value.unsigned_abs(), exponent: 0 }
    }

    fn highest(self) -> i32 {
        127 - self.significand.leading_zeros() as i32
    }

    /// The same number with its highest bit at `TOP`.
    fn raised(self) -> Exact {
        let shift = TOP - self.highest();
        Exact { significand: self.significand << shift, exponent: self.exponent - shift, ..self }
    }

    fn times(self, other: Exact) -> Exact {
        Exact {
            negative: self.negative != other.negative,
            significand: self.significand * other.significand,
            exponent: self.exponent + other.exponent,
        }
    }

    /// The sum of two numbers. Bits far below the larger one's are one sticky bit: both have at least twenty
    /// bits to spare there, so it never decides more than a rounding.
    fn plus(self, other: Exact) -> Exact {
        if self.significand == 0 || other.significand == 0 {
            return if self.significand == 0 { other } else { self };
        }
        let (a, b) = (self.raised(), other.raised());
        let (large, small) = if a.exponent >= b.exponent { (a, b) } else { (b, a) };
        let below = shift_right(small.significand, large.exponent - small.exponent);
        if large.negative == small.negative {
            return Exact { significand: large.significand + below, ..large };
        }
        let negative = if large.significand >= below { large.negative } else { small.negative };
        Exact { negative, significand: large.significand.abs_diff(below), exponent: large.exponent }
    }
}

/// `value >> by`, the lowest bit one if any lost bit was.
fn shift_right(value: u128, by: i32) -> u128 {
    match by {
        ..=0 => value,
        1..=127 => value >> by | u128::from(value & ((1 << by) - 1) != 0),
        _ => u128::from(value != 0),
    }
}

/// Whether `quotient` has to be made one larger, `lost` being what is below it and `half` half of its unit.
fn rounds_up(rounding: Rounding, negative: bool, odd: bool, lost: u128, half: u128) -> bool {
    match rounding {
        Rounding::Nearest => lost > half || lost == half && odd,
        Rounding::Zero => false,
        Rounding::Down => lost != 0 && negative,
        Rounding::Up => lost != 0 && !negative,
    }
}

/// The bits of the format's number next to `exact`.
pub(crate) fn round(exact: Exact, format: Format, rounding: Rounding) -> u64 {
    let sign = u64::from(exact.negative) << (format.bits - 1);
    if exact.significand == 0 {
        return sign;
    }
    let exact = if exact.highest() > TOP {
        let by = exact.highest() - TOP;
        Exact { significand: shift_right(exact.significand, by), exponent: exact.exponent + by, ..exact }
    } else {
        exact.raised()
    };
    let fraction_bits = format.precision - 1;
    // Numbers below the normal ones have the smallest one's unit.
    let exponent = (exact.exponent + TOP).max(format.smallest);
    let drop = exponent - fraction_bits - exact.exponent;
    let (kept, lost, half) = match drop {
        ..=126 => (exact.significand >> drop, exact.significand & ((1 << drop) - 1), 1 << (drop - 1)),
        // All of it is below half of the smallest number.
        _ => (0, 1, 2),
    };
    let kept = kept as u64 + u64::from(rounds_up(rounding, exact.negative, kept & 1 == 1, lost, half));
    // The hidden bit adds one to the exponent, and so does a carry out of the fraction.
    let stored = (exponent - format.smallest) as u64;
    let magnitude = (stored << fraction_bits) + kept;
    let infinity = ((1 << (format.bits - format.precision)) - 1) << fraction_bits;
    if magnitude < infinity {
        return sign | magnitude;
    }
    let overflows = rounds_up(rounding, exact.negative, true, 3, 2);
    sign | if overflows { infinity } else { infinity - 1 }
}

/// `a × b + c` of finite numbers, rounded once.
pub(crate) fn multiply_add(a: f64, b: f64, c: f64, format: Format, rounding: Rounding) -> u64 {
    let (product, addend) = (Exact::of(a).times(Exact::of(b)), Exact::of(c));
    let mut sum = product.plus(addend);
    if sum.significand == 0 {
        // IEEE 754, 6.3: an exact zero of unlike signs is negative only when rounding down.
        let equal = product.negative == addend.negative;
        sum.negative = if equal { product.negative } else { rounding == Rounding::Down };
    }
    round(sum, format, rounding)
}

/// `a × b` of finite numbers.
pub(crate) fn multiply(a: f64, b: f64, format: Format, rounding: Rounding) -> u64 {
    round(Exact::of(a).times(Exact::of(b)), format, rounding)
}

/// `a / b` of finite numbers, neither of them zero.
pub(crate) fn divide(a: f64, b: f64, format: Format, rounding: Rounding) -> u64 {
    let (a, b) = (Exact::of(a).raised(), Exact::of(b));
    let (quotient, rest) = (a.significand / b.significand, a.significand % b.significand);
    let significand = quotient << 1 | u128::from(rest != 0);
    let exponent = a.exponent - b.exponent - 1;
    round(Exact { negative: a.negative != b.negative, significand, exponent }, format, rounding)
}

/// The square root of a finite number above zero.
pub(crate) fn square_root(a: f64, format: Format, rounding: Rounding) -> u64 {
    let mut a = Exact::of(a).raised();
    if a.exponent % 2 != 0 {
        a.significand <<= 1;
        a.exponent -= 1;
    }
    let root = a.significand.isqrt();
    let significand = root << 1 | u128::from(root * root != a.significand);
    round(Exact { negative: false, significand, exponent: a.exponent / 2 - 1 }, format, rounding)
}

/// A number of half precision as one of double precision.
pub(crate) fn from_half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 0x3ff));
    let magnitude = match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (fraction + 1024.0) * 2f64.powi(exponent - 25),
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}

/// A number rounded to an integer, which is still a floating-point number.
pub(crate) fn to_integral(value: f64, rounding: Rounding) -> f64 {
    match rounding {
        Rounding::Nearest => value.round_ties_even(),
        Rounding::Zero => value.trunc(),
        Rounding::Down => value.floor(),
        Rounding::Up => value.ceil(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> Vec<f64> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut values =
            vec![0.0, -0.0, 1.0, -1.5, 5e-324, -5e-324, f64::MAX, f64::MIN_POSITIVE, 1.0 + f64::EPSILON];
        for _ in 0..120 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let exponent = state >> 40 & 0x3f | 0x3e0;
            values.push(f64::from_bits(state & 0x800f_ffff_ffff_ffff | exponent << 52));
            let value = f64::from_bits(state);
            values.push(if value.is_finite() { value } else { 3.0 });
        }
        values
    }

    #[test]
    fn nearest_is_what_the_processor_computes() {
        let values = samples();
        for &a in &values {
            for &b in &values {
                let near = Rounding::Nearest;
                assert_eq!(multiply(a, b, DOUBLE, near), (a * b).to_bits(), "{a:e} * {b:e}");
                assert_eq!(multiply_add(a, 1.0, b, DOUBLE, near), (a + b).to_bits(), "{a:e} + {b:e}");
                if a != 0.0 && b != 0.0 {
                    assert_eq!(divide(a, b, DOUBLE, near), (a / b).to_bits(), "{a:e} / {b:e}");
                }
                for &c in values.iter().step_by(7) {
                    let expected = a.mul_add(b, c).to_bits();
                    assert_eq!(multiply_add(a, b, c, DOUBLE, near), expected, "{a:e} * {b:e} + {c:e}");
                }
            }
            if a > 0.0 {
                assert_eq!(square_root(a, DOUBLE, Rounding::Nearest), a.sqrt().to_bits(), "sqrt {a:e}");
            }
            assert_eq!(round(Exact::of(a), SINGLE, Rounding::Nearest) as u32, (a as f32).to_bits(), "{a:e}");
        }
    }

    #[test]
    fn directed_results_enclose_the_nearest() {
        let values = samples();
        for &a in &values {
            for &b in &values {
                let of = |rounding| f64::from_bits(multiply_add(a, 1.0, b, DOUBLE, rounding));
                let (down, near, up) = (of(Rounding::Down), of(Rounding::Nearest), of(Rounding::Up));
                assert!(down <= near && near <= up, "{a:e} + {b:e}");
                assert!(up == down || up == down.next_up(), "{a:e} + {b:e}: {down:e} {up:e}");
                assert_eq!(of(Rounding::Zero), if near.is_sign_positive() { down } else { up });
            }
        }
    }

    #[test]
    fn halves_return() {
        for bits in 0..=u16::MAX {
            let value = from_half(bits);
            if value.is_finite() {
                assert_eq!(round(Exact::of(value), HALF, Rounding::Nearest), u64::from(bits));
            }
        }
    }
}
