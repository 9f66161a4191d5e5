//! Conversions of lanes.

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{InstBuilder, Type as ClifType, Value, types};

use super::divide::{BASE, SMALL};
use super::{FunctionCx, Vectors};
use crate::backend::operation::Operation;
use crate::ir::{Conversion, Scalar};

impl FunctionCx<'_, '_> {
    pub(super) fn convert_lanes(&mut self, to: Scalar, how: Conversion, from: &Vectors) -> Vectors {
        if from.uniform.is_some() {
            let number = self.extract(from, 0);
            let number = self.convert(to, how, number);
            return self.splat(from.count, number);
        }
        match how {
            Conversion::Round if from.scalar == Scalar::Bool => self.bool_to_number(to, from),
            Conversion::Round if from.scalar.is_float() => self.resize_float_lanes(to, from),
            Conversion::Round => self.integer_to_float_lanes(to, from),
            Conversion::Wrap => self.resize_lanes(from, to),
            Conversion::Saturate => self.float_to_integer_lanes(to, from),
            Conversion::Bits => self.same_bits_lanes(to, from),
        }
    }

    fn same_bits_lanes(&mut self, to: Scalar, from: &Vectors) -> Vectors {
        let ty = self.register_type(to, to.bits());
        let registers = self.registers([from], |cx, [register]| cx.cast(ty, register));
        Vectors::new(to, from.count, to.bits(), registers)
    }

    /// The bits of 1 where a mask is true.
    fn bool_to_number(&mut self, to: Scalar, from: &Vectors) -> Vectors {
        let one = match to {
            Scalar::F32 => 1f32.to_bits().into(),
            Scalar::F64 => 1f64.to_bits(),
            _ => 1,
        };
        let mask = self.mask_of_width(from, to.bits());
        let one = self.splat_bits(to, one);
        let ty = self.register_type(to, to.bits());
        let registers = self.registers([&mask], |cx, [mask]| {
            let mask = cx.cast(ty, mask);
            cx.builder.ins().band(mask, one)
        });
        Vectors::new(to, from.count, to.bits(), registers)
    }

    fn resize_float_lanes(&mut self, to: Scalar, from: &Vectors) -> Vectors {
        if self.machine().whole.is_some() {
            let operation = match (from.scalar, to) {
                (Scalar::F32, Scalar::F64) => Operation::Promote,
                (Scalar::F64, Scalar::F32) => Operation::Demote,
                _ => return from.clone(),
            };
            let resized = self.operated(operation, to, to.bits(), from.registers[0]);
            return Vectors::new(to, from.count, to.bits(), vec![resized]);
        }
        let registers = match (from.scalar, to) {
            (Scalar::F32, Scalar::F64) => {
                self.each_half(32, from.count, &from.registers, |cx, register, high| {
                    let low = if high { cx.high_half(Scalar::F32, register) } else { register };
                    cx.builder.ins().fvpromote_low(low)
                })
            }
            (Scalar::F64, Scalar::F32) => self.each_pair(&from.registers, |cx, low, high| {
                let [low, high] = [low, high].map(|register| cx.builder.ins().fvdemote(register));
                cx.low_halves(types::F32X4, low, high)
            }),
            _ => return from.clone(),
        };
        Vectors::new(to, from.count, to.bits(), registers)
    }

    /// The low halves of two registers.
    fn low_halves(&mut self, ty: ClifType, low: Value, high: Value) -> Value {
        let halves = self.interleaved(64, false, low, high);
        self.cast(ty, halves)
    }

    /// Integers of fewer than 32 bits are `I32`s; what has more than the machine's instructions hold goes
    /// in parts that are added with one rounding.
    pub(super) fn integer_to_float_lanes(&mut self, to: Scalar, from: &Vectors) -> Vectors {
        let ty = self.register_type(to, to.bits());
        let registers = match (from.scalar, to) {
            (Scalar::I64 | Scalar::U64, Scalar::F32) => {
                return self.long_to_f32(from);
            }
            (Scalar::I64, _) => self.registers([from], |cx, [register]| cx.i64_to_f64(register)),
            (Scalar::U64, _) | (Scalar::U32, Scalar::F32) => {
                self.registers([from], |cx, [register]| cx.builder.ins().fcvt_from_uint(ty, register))
            }
            (Scalar::I32, Scalar::F32) => {
                self.registers([from], |cx, [register]| cx.builder.ins().fcvt_from_sint(ty, register))
            }
            (Scalar::I32 | Scalar::U32, _) => return self.half_to_f64(from),
            _ => {
                let wide = self.resize_lanes(from, Scalar::I32);
                return self.integer_to_float_lanes(to, &wide);
            }
        };
        Vectors::new(to, from.count, to.bits(), registers)
    }

    /// Small numbers are `F64`s, and round once. Where a lane has another, all go one by one.
    fn long_to_f32(&mut self, from: &Vectors) -> Vectors {
        let small = self.small([from]);
        let base = self.splat_bits(Scalar::F64, BASE);
        let registers = self.if_all(
            (&small, true),
            |cx| {
                let floats = cx.registers([from], |cx, [number]| cx.small_to_float(number, base));
                let floats = Vectors::new(Scalar::F64, from.count, 64, floats);
                cx.resize_float_lanes(Scalar::F32, &floats).registers
            },
            |cx| {
                let one_by_one = cx.lane_by_lane(Scalar::F32, &[from], &mut |cx, operands| {
                    cx.convert(Scalar::F32, Conversion::Round, operands[0])
                });
                one_by_one.registers
            },
        );
        Vectors::new(Scalar::F32, from.count, 32, registers)
    }

    fn half_to_f64(&mut self, from: &Vectors) -> Vectors {
        let signed = from.scalar.is_signed();
        if self.machine().whole.is_some() {
            let register = match signed {
                true => self.operated(Operation::ToFloat, Scalar::F64, 64, from.registers[0]),
                false => {
                    let wide = self.operated(Operation::ZeroExtend, Scalar::U64, 64, from.registers[0]);
                    let base = self.splat_bits(Scalar::F64, BASE);
                    self.small_to_float(wide, base)
                }
            };
            return Vectors::new(Scalar::F64, from.count, 64, vec![register]);
        }
        let registers = self.each_half(32, from.count, &from.registers, |cx, register, high| {
            let low = if high { cx.high_half(from.scalar, register) } else { register };
            if signed {
                let wide = cx.builder.ins().swiden_low(low);
                return cx.builder.ins().fcvt_from_sint(types::F64X2, wide);
            }
            let wide = cx.builder.ins().uwiden_low(low);
            cx.builder.ins().fcvt_from_uint(types::F64X2, wide)
        });
        Vectors::new(Scalar::F64, from.count, 64, registers)
    }

    /// Makes the halves of a number the low bits of 2⁵² and, from the smallest number on, of 2⁸⁴. What the
    /// second has too much is taken off exactly, and the sum of both rounds once.
    fn i64_to_f64(&mut self, register: Value) -> Value {
        let float = self.register_type(Scalar::F64, 64);
        if self.machine().longs {
            return self.builder.ins().fcvt_from_sint(float, register);
        }
        let [two_52, two_84] = [52, 84].map(|power| f64::from_bits((1023 + power) << 52));
        let excess = two_84 + f64::from_bits((1023 + 63) << 52) + two_52;
        let low_half = self.splat_bits(Scalar::I64, u32::MAX.into());
        let smallest = self.splat_bits(Scalar::I64, 1 << 63);
        let [low_bits, high_bits] =
            [two_52, two_84].map(|power| self.splat_bits(Scalar::I64, power.to_bits()));
        let excess = self.splat_bits(Scalar::F64, excess.to_bits());
        let count = self.builder.ins().iconst(types::I32, 32);

        let low = self.builder.ins().band(register, low_half);
        let low = self.builder.ins().bor(low, low_bits);
        let high = self.builder.ins().bxor(register, smallest);
        let high = self.builder.ins().ushr(high, count);
        let high = self.builder.ins().bor(high, high_bits);
        let [low, high] = [low, high].map(|register| self.cast(float, register));
        let high = self.builder.ins().fsub(high, excess);
        self.builder.ins().fadd(high, low)
    }

    fn float_to_integer_lanes(&mut self, to: Scalar, from: &Vectors) -> Vectors {
        match (from.scalar, to) {
            (Scalar::F32, Scalar::I64 | Scalar::U64) => {
                let wide = self.resize_float_lanes(Scalar::F64, from);
                self.f64_to_whole(to, &wide)
            }
            (_, Scalar::I64 | Scalar::U64) => self.f64_to_whole(to, from),
            (_, Scalar::I32 | Scalar::U32) => self.float_to_half(to, from),
            (_, to) => {
                let wide = self.float_to_half(Scalar::I32, from);
                let [low, high] = match to {
                    Scalar::I8 => [i8::MIN.into(), i8::MAX.into()],
                    Scalar::I16 => [i16::MIN.into(), i16::MAX.into()],
                    Scalar::U8 => [0, u8::MAX.into()],
                    _ => [0, i32::from(u16::MAX)],
                };
                let [low, high] =
                    [low, high].map(|bound| self.splat_bits(Scalar::I32, u64::from(bound as u32)));
                let registers = self.registers([&wide], |cx, [register]| {
                    let above = cx.builder.ins().smax(register, low);
                    cx.builder.ins().smin(above, high)
                });
                self.resize_lanes(&wide.with(registers), to)
            }
        }
    }

    /// To integers of 64 bits, which what is small is at once. Where a lane is not, all go one by one.
    fn f64_to_whole(&mut self, to: Scalar, from: &Vectors) -> Vectors {
        if self.machine().longs {
            let ty = self.register_type(to, 64);
            let registers = self.registers([from], |cx, [register]| match to.is_signed() {
                true => cx.builder.ins().fcvt_to_sint_sat(ty, register),
                false => cx.builder.ins().fcvt_to_uint_sat(ty, register),
            });
            return Vectors::new(to, from.count, 64, registers);
        }
        let [bound, above] = [SMALL as f64, -1.0].map(|x| self.splat_bits(Scalar::F64, x.to_bits()));
        let base = self.splat_bits(Scalar::F64, BASE);
        let small = self.registers([from], |cx, [value]| {
            let size = cx.builder.ins().fabs(value);
            let small = cx.builder.ins().fcmp(FloatCC::LessThan, size, bound);
            if to.is_signed() {
                return small;
            }
            let not_negative = cx.builder.ins().fcmp(FloatCC::GreaterThan, value, above);
            cx.builder.ins().band(small, not_negative)
        });
        let small = Vectors::new(Scalar::Bool, from.count, 64, small);
        let registers = self.if_all(
            (&small, true),
            |cx| {
                cx.registers([from], |cx, [value]| {
                    let whole = cx.truncate_small(value);
                    cx.small_to_integer(whole, base)
                })
            },
            |cx| {
                let one_by_one = cx.lane_by_lane(to, &[from], &mut |cx, operands| {
                    cx.convert(to, Conversion::Saturate, operands[0])
                });
                one_by_one.registers
            },
        );
        Vectors::new(to, from.count, 64, registers)
    }

    /// To integers of 32 bits.
    pub(super) fn float_to_half(&mut self, to: Scalar, from: &Vectors) -> Vectors {
        let ty = self.register_type(to, 32);
        let registers = match (from.scalar, to.is_signed()) {
            (Scalar::F32, true) => {
                self.registers([from], |cx, [register]| cx.builder.ins().fcvt_to_sint_sat(ty, register))
            }
            (Scalar::F32, false) => {
                self.registers([from], |cx, [register]| cx.builder.ins().fcvt_to_uint_sat(ty, register))
            }
            (_, true) if self.machine().whole.is_some() => {
                vec![self.operated(Operation::ToInteger, to, 32, from.registers[0])]
            }
            (_, true) => self.f64_to_i32(from),
            (_, false) => self.f64_to_u32(from),
        };
        Vectors::new(to, from.count, to.bits(), registers)
    }

    /// Cranelift knows the conversion together with the narrowing of what it gives.
    fn f64_to_i32(&mut self, from: &Vectors) -> Vec<Value> {
        let zero = self.splat_bits(Scalar::I64, 0);
        self.each_pair(&from.registers, |cx, low, high| {
            let [low, high] = [low, high].map(|register| {
                let wide = cx.builder.ins().fcvt_to_sint_sat(types::I64X2, register);
                cx.builder.ins().snarrow(wide, zero)
            });
            cx.low_halves(types::I32X4, low, high)
        })
    }

    /// Whole numbers in range are the low bits of their sum with 2⁵². NaN is not above 0.
    fn f64_to_u32(&mut self, from: &Vectors) -> Vec<Value> {
        let two_52 = (1023 + 52) << 52;
        let [zero, most, base] =
            [0, f64::from(u32::MAX).to_bits(), two_52].map(|x| self.splat_bits(Scalar::F64, x));
        let sums = self.registers([from], |cx, [register]| {
            let positive = cx.builder.ins().fcmp(FloatCC::LessThan, zero, register);
            let register = cx.choose(positive, register, zero);
            let below = cx.builder.ins().fcmp(FloatCC::LessThan, register, most);
            let register = cx.choose(below, register, most);
            let whole = cx.truncate_small(register);
            cx.builder.ins().fadd(whole, base)
        });
        if self.machine().whole.is_some() {
            let bits = self.cast(self.register_type(Scalar::U64, 64), sums[0]);
            return vec![self.operated(Operation::Truncate, Scalar::U32, 32, bits)];
        }
        self.each_pair(&sums, |cx, low, high| cx.every_other(Scalar::U32, false, low, high))
    }
}
