//! Division of integer lanes, for which no machine has instructions: by shifts where the divisor is a known
//! power of two, as floats where these hold all numbers.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};

use super::{FunctionCx, Vectors};
use crate::ir::{BinaryOp, Scalar};

/// Integers of at least minus this and less than this are the low bits of their sum with [`BASE`], as are
/// whole floats.
pub(super) const SMALL: u64 = 1 << 51;

/// 1.5 · 2⁵².
pub(super) const BASE: u64 = 0x4338_0000_0000_0000;

impl FunctionCx<'_, '_> {
    /// The quotients of `Div`, or the remainders of `Rem`.
    pub(super) fn divide_lanes(&mut self, op: BinaryOp, left: &Vectors, right: &Vectors) -> Vectors {
        let scalar = left.scalar;
        if let Some(power) = self.power_of_two(right) {
            return self.divide_by_power(op, left, power);
        }
        match scalar.bits() {
            64 => self.divide_long(op, left, right),
            32 => self.divide_as(Scalar::F64, op, left, right),
            _ => {
                let [left, right] = [left, right].map(|lanes| self.resize_lanes(lanes, Scalar::I32));
                let divided = self.divide_as(Scalar::F32, op, &left, &right);
                self.resize_lanes(&divided, scalar)
            }
        }
    }

    /// Of what power of two a positive divisor is, where it is the same known one in all lanes.
    fn power_of_two(&self, divisor: &Vectors) -> Option<u32> {
        let bits = self.known(divisor.uniform?)?;
        let positive = !divisor.scalar.is_signed() || bits >> (divisor.bits - 1) == 0;
        (bits.is_power_of_two() && positive).then(|| bits.trailing_zeros())
    }

    /// Shifts round down, division towards zero: what is negative is first raised by the divisor less one.
    fn divide_by_power(&mut self, op: BinaryOp, left: &Vectors, power: u32) -> Vectors {
        let scalar = left.scalar;
        let low_bits = self.splat_bits(scalar, (1 << power) - 1);
        let zero = self.splat_bits(scalar, 0);
        let raise = self.registers([left], |cx, [value]| match scalar.is_signed() {
            true => {
                let negative = cx.builder.ins().icmp(IntCC::SignedLessThan, value, zero);
                cx.builder.ins().band(negative, low_bits)
            }
            false => zero,
        });
        let raise = left.with(raise);
        let raised = self.binary_lanes(BinaryOp::Add, left, &raise);
        if op == BinaryOp::Div {
            let count = self.integer(scalar, power.into());
            let registers = self.registers([&raised], |cx, [value]| match scalar.is_signed() {
                true => cx.shift_signed(scalar.bits(), value, count),
                false => cx.builder.ins().ushr(value, count),
            });
            return left.with(registers);
        }
        let registers = self.registers([&raised, &raise], |cx, [raised, raise]| {
            let low = cx.builder.ins().band(raised, low_bits);
            cx.builder.ins().isub(low, raise)
        });
        left.with(registers)
    }

    /// In floats that hold all numbers of half of their bits: between a quotient and the next whole number
    /// lies more than the quotient's rounding.
    fn divide_as(&mut self, float: Scalar, op: BinaryOp, left: &Vectors, right: &Vectors) -> Vectors {
        let scalar = left.scalar;
        let [dividend, divisor] = [left, right].map(|lanes| self.integer_to_float_lanes(float, lanes));
        let quotient = self.binary_lanes(BinaryOp::Div, &dividend, &divisor);
        let quotient = self.float_to_half(scalar, &quotient);
        let [zero, one] = [0, 1].map(|number| self.splat_bits(scalar, number));
        let registers = self.registers([left, right, &quotient], |cx, [left, right, quotient]| {
            // Where the divisor is 0 or -1 (of unsigned types: 0), the quotient is the product.
            let special = match scalar.is_signed() {
                true => {
                    let above = cx.builder.ins().iadd(right, one);
                    cx.builder.ins().icmp(IntCC::UnsignedLessThanOrEqual, above, one)
                }
                false => cx.builder.ins().icmp(IntCC::Equal, right, zero),
            };
            let factor = if op == BinaryOp::Div { left } else { quotient };
            let product = cx.builder.ins().imul(factor, right);
            if op == BinaryOp::Div {
                return cx.choose(special, product, quotient);
            }
            let rest = cx.builder.ins().isub(left, product);
            cx.builder.ins().band_not(rest, special)
        });
        left.with(registers)
    }

    /// Small numbers of 64 bits go as `F64`s, which hold their products and quotients. Where a lane has
    /// another, or a zero to divide by, all go one by one.
    fn divide_long(&mut self, op: BinaryOp, left: &Vectors, right: &Vectors) -> Vectors {
        let small = self.small([left, right]);
        let zero = self.splat_bits(Scalar::I64, 0);
        let small = self.registers([&small, right], |cx, [small, divisor]| {
            let by_zero = cx.builder.ins().icmp(IntCC::Equal, divisor, zero);
            cx.builder.ins().band_not(small, by_zero)
        });
        let small = Vectors::new(Scalar::Bool, left.count, 64, small);
        let base = self.splat_bits(Scalar::F64, BASE);
        let registers = self.if_all(
            (&small, true),
            |cx| {
                cx.registers([left, right], |cx, operands| {
                    let [left, right] = operands.map(|number| cx.small_to_float(number, base));
                    let quotient = cx.builder.ins().fdiv(left, right);
                    let whole = cx.truncate_small(quotient);
                    if op == BinaryOp::Div {
                        return cx.small_to_integer(whole, base);
                    }
                    let product = cx.builder.ins().fmul(whole, right);
                    let rest = cx.builder.ins().fsub(left, product);
                    cx.small_to_integer(rest, base)
                })
            },
            |cx| {
                let one_by_one = cx.lane_by_lane(left.scalar, &[left, right], &mut |cx, operands| {
                    cx.binary(op, operands[0], operands[1])
                });
                one_by_one.registers
            },
        );
        left.with(registers)
    }

    /// Where all of some numbers are small.
    pub(super) fn small<const N: usize>(&mut self, numbers: [&Vectors; N]) -> Vectors {
        let (lift, most) = if numbers[0].scalar.is_signed() { (SMALL, 2 * SMALL) } else { (0, SMALL) };
        let [lift, high, zero] = [lift, !(most - 1), 0].map(|bits| self.splat_bits(Scalar::I64, bits));
        let registers = self.registers(numbers, |cx, numbers| {
            let lifted = numbers.map(|number| cx.builder.ins().iadd(number, lift));
            let any = lifted[1..].iter().fold(lifted[0], |any, number| cx.builder.ins().bor(any, *number));
            let outside = cx.builder.ins().band(any, high);
            cx.builder.ins().icmp(IntCC::Equal, outside, zero)
        });
        Vectors::new(Scalar::Bool, numbers[0].count, 64, registers)
    }

    /// A small integer as a float.
    pub(super) fn small_to_float(&mut self, number: Value, base: Value) -> Value {
        let base_bits = self.cast(self.register_type(Scalar::I64, 64), base);
        let sum = self.builder.ins().iadd(number, base_bits);
        let sum = self.cast(self.register_type(Scalar::F64, 64), sum);
        self.builder.ins().fsub(sum, base)
    }

    /// A small whole float as an integer.
    pub(super) fn small_to_integer(&mut self, whole: Value, base: Value) -> Value {
        let long = self.register_type(Scalar::I64, 64);
        let base_bits = self.cast(long, base);
        let sum = self.builder.ins().fadd(whole, base);
        let sum = self.cast(long, sum);
        self.builder.ins().isub(sum, base_bits)
    }
}
