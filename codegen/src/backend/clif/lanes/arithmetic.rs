//! Arithmetic of lanes.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, InstructionData, Opcode, Value, types};

use super::{FunctionCx, Vectors};
use crate::backend::clif::expression::Operand;
use crate::ir::{BinaryOp, Intrinsic, Scalar, UnaryOp};

impl FunctionCx<'_, '_> {
    pub(super) fn unary_lanes(&mut self, op: UnaryOp, operand: &Vectors) -> Vectors {
        let scalar = operand.scalar;
        let registers = self.registers([operand], |cx, [value]| match scalar {
            Scalar::Bool => cx.builder.ins().bnot(value),
            _ => cx.unary(op, Operand { value, scalar }).value,
        });
        operand.with(registers)
    }

    pub(super) fn binary_lanes(&mut self, op: BinaryOp, left: &Vectors, right: &Vectors) -> Vectors {
        let scalar = left.scalar;
        match op {
            BinaryOp::Mul if scalar.bits() == 8 => self.multiply_bytes(left, right),
            BinaryOp::Div | BinaryOp::Rem if scalar.is_int() => self.divide_lanes(op, left, right),
            BinaryOp::Shl | BinaryOp::Shr => self.shift_lanes(op, left, right),
            BinaryOp::Add
            | BinaryOp::Sub
            | BinaryOp::Mul
            | BinaryOp::AddFree
            | BinaryOp::MulFree
            | BinaryOp::Div
            | BinaryOp::Rem
            | BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::Xor => {
                let (left, right) = self.of_one_width(left, right);
                let registers = self.registers([&left, &right], |cx, [left, right]| {
                    let [left, right] = [left, right].map(|value| Operand { value, scalar });
                    cx.binary(op, left, right).value
                });
                left.with(registers)
            }
        }
    }

    /// Bytes are multiplied as 16 bits, of which the low byte is kept.
    fn multiply_bytes(&mut self, left: &Vectors, right: &Vectors) -> Vectors {
        if self.machine().whole.is_some() {
            let [wide, other] = [left, right].map(|bytes| self.resize_lanes(bytes, Scalar::U16));
            let product = self.binary_lanes(BinaryOp::Mul, &wide, &other);
            return self.resize_lanes(&product, left.scalar);
        }
        let registers = self.registers([left, right], |cx, [left, right]| {
            let [low, high] = [false, true].map(|high| {
                let [left, right] = [left, right].map(|bytes| match high {
                    false => cx.builder.ins().uwiden_low(bytes),
                    true => cx.builder.ins().uwiden_high(bytes),
                });
                cx.builder.ins().imul(left, right)
            });
            cx.narrow_pair(16, low, high)
        });
        left.with(registers)
    }

    /// Registers are shifted by one count; counts that differ go lane by lane.
    fn shift_lanes(&mut self, op: BinaryOp, left: &Vectors, right: &Vectors) -> Vectors {
        let scalar = left.scalar;
        let Some(count) = right.uniform else {
            return self.lane_by_lane(scalar, &[left, right], &mut |cx, operands| {
                cx.binary(op, operands[0], operands[1])
            });
        };
        if scalar.bits() == 8 && self.machine().whole.is_some() {
            return self.shift_bytes(op, left, count);
        }
        if op == BinaryOp::Shr && scalar.is_signed() {
            let most = self.integer(scalar, i128::from(scalar.bits()) - 1);
            let count = self.builder.ins().umin(count, most);
            let registers =
                self.registers([left], |cx, [value]| cx.shift_signed(scalar.bits(), value, count));
            return left.with(registers);
        }
        let kept = self.kept_by_shift(scalar, count);
        let registers = self.registers([left], |cx, [value]| {
            let shifted = match op {
                BinaryOp::Shl => cx.builder.ins().ishl(value, count),
                _ => cx.builder.ins().ushr(value, count),
            };
            kept.map_or(shifted, |kept| cx.builder.ins().band(shifted, kept))
        });
        left.with(registers)
    }

    /// x86-64 has no shifts of bytes: they are shifted as numbers of 16 bits, whose low halves are the answer.
    fn shift_bytes(&mut self, op: BinaryOp, left: &Vectors, count: Value) -> Vectors {
        let scalar = if left.scalar.is_signed() { Scalar::I16 } else { Scalar::U16 };
        let value = self.builder.ins().uextend(types::I16, count);
        let count = self.splat(left.count, Operand { value, scalar });
        let wide = self.resize_lanes(left, scalar);
        let shifted = self.shift_lanes(op, &wide, &count);
        self.resize_lanes(&shifted, left.scalar)
    }

    /// Shifts a register right by less than its lanes' width, by their sign. Without an instruction for long
    /// lanes the sign bit, where the shift has brought it, is made the sign.
    pub(super) fn shift_signed(&mut self, bits: u32, value: Value, count: Value) -> Value {
        if bits < 64 || self.machine().longs {
            return self.builder.ins().sshr(value, count);
        }
        let sign = self.splat_bits(Scalar::I64, 1 << 63);
        let [shifted, sign] = [value, sign].map(|register| self.builder.ins().ushr(register, count));
        let flipped = self.builder.ins().bxor(shifted, sign);
        self.builder.ins().isub(flipped, sign)
    }

    /// A register of all ones, or of zeros where a count is not below the width; None where it is known to be.
    fn kept_by_shift(&mut self, scalar: Scalar, count: Value) -> Option<Value> {
        if self.known_integer(count).is_some_and(|count| count < scalar.bits().into()) {
            return None;
        }
        let width = self.integer(scalar, scalar.bits().into());
        let fits = self.builder.ins().icmp(IntCC::UnsignedLessThan, count, width);
        let fits = match scalar.bits() {
            8 => fits,
            bits => self.builder.ins().uextend(super::integer_type(bits), fits),
        };
        let kept = self.builder.ins().ineg(fits);
        let ty = self.register_type(scalar, scalar.bits());
        Some(self.builder.ins().splat(ty, kept))
    }

    /// A number that is a constant.
    fn known_integer(&self, number: Value) -> Option<u64> {
        let dfg = &self.builder.func.dfg;
        match dfg.insts[dfg.value_def(number).inst()?] {
            InstructionData::UnaryImm { opcode: Opcode::Iconst, imm } => Some(imm.bits().cast_unsigned()),
            _ => None,
        }
    }

    /// Products of factors of 32 bits fit. Where a lane has another, all are looked at one by one.
    pub(super) fn product_overflows_lanes(&mut self, left: &Vectors, right: &Vectors) -> Vectors {
        let [half, high] = [1 << 31, u64::MAX << 32].map(|bits| self.splat_bits(Scalar::I64, bits));
        let no = self.splat_bits(Scalar::I64, 0);
        let small = self.registers([left, right], |cx, [left, right]| {
            let [left, right] = [left, right].map(|factor| cx.builder.ins().iadd(factor, half));
            let both = cx.builder.ins().bor(left, right);
            let outside = cx.builder.ins().band(both, high);
            cx.builder.ins().icmp(IntCC::Equal, outside, no)
        });
        let small = Vectors::new(Scalar::Bool, left.count, 64, small);
        let registers = self.if_all(
            (&small, true),
            |_| vec![no; left.registers.len()],
            |cx| {
                let op = Intrinsic::MulOverflows;
                let overflows = cx.lane_by_lane(Scalar::Bool, &[left, right], &mut |cx, operands| {
                    cx.intrinsic(op, operands)
                });
                cx.mask_of_width(&overflows, 64).registers
            },
        );
        small.with(registers)
    }

    /// Whether sums overflow, or differences.
    pub(super) fn overflows(
        &mut self,
        [left, right]: [&Vectors; 2],
        changed: fn(&mut Self, Value, Value) -> Value,
    ) -> Vectors {
        let zero = self.splat_bits(Scalar::I64, 0);
        let registers = self.registers([left, right], |cx, [left, right]| {
            let changed = changed(cx, left, right);
            cx.builder.ins().icmp(IntCC::SignedLessThan, changed, zero)
        });
        Vectors::new(Scalar::Bool, left.count, types::I64.bits(), registers)
    }
}
