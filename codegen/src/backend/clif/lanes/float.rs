//! Intrinsics of lanes.

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{InstBuilder, Value};

use super::{FunctionCx, Vectors};
use crate::backend::clif::expression::Operand;
use crate::ir::{Intrinsic, Scalar};

impl FunctionCx<'_, '_> {
    pub(super) fn intrinsic_lanes(&mut self, op: Intrinsic, args: &[Vectors]) -> Vectors {
        let machine = self.machine();
        let operands: Vec<&Vectors> = args.iter().collect();
        match (op, &operands[..]) {
            (Intrinsic::AddOverflows, &[left, right]) => {
                self.overflows([left, right], Self::sum_changes_sign)
            }
            (Intrinsic::SubOverflows, &[left, right]) => {
                self.overflows([left, right], Self::difference_changes_sign)
            }
            (Intrinsic::Sqrt, &[value]) => self.in_registers(op, value),
            (Intrinsic::Floor | Intrinsic::Ceil | Intrinsic::Trunc | Intrinsic::RoundEven, &[value]) => {
                if machine.rounds {
                    return self.in_registers(op, value);
                }
                let scalar = value.scalar;
                let registers = self.registers([value], |cx, [value]| cx.rounded(op, scalar, value));
                value.with(registers)
            }
            (Intrinsic::CopySign, &[value, sign]) => {
                let scalar = value.scalar;
                let registers =
                    self.registers([value, sign], |cx, [value, sign]| cx.with_sign(scalar, value, sign));
                value.with(registers)
            }
            (Intrinsic::MultiplyAdd, &[left, right, addend]) => {
                let registers = self.registers([left, right, addend], |cx, [left, right, addend]| {
                    cx.multiply_add(left, right, addend)
                });
                left.with(registers)
            }
            (Intrinsic::ProductError, &[left, right]) => {
                let registers =
                    self.registers([left, right], |cx, [left, right]| cx.product_error(left, right));
                left.with(registers)
            }
            (Intrinsic::FusedMultiplyAdd, &[left, right, addend]) if machine.fuses => {
                let registers = self.registers([left, right, addend], |cx, [left, right, addend]| {
                    cx.builder.ins().fma(left, right, addend)
                });
                left.with(registers)
            }
            (Intrinsic::MulOverflows, &[left, right]) => self.product_overflows_lanes(left, right),
            _ => {
                let to = operands[0].scalar;
                self.lane_by_lane(to, &operands, &mut |cx, operands| cx.intrinsic(op, operands))
            }
        }
    }

    /// An operation that Cranelift has for registers as for numbers.
    fn in_registers(&mut self, op: Intrinsic, value: &Vectors) -> Vectors {
        let scalar = value.scalar;
        let registers =
            self.registers([value], |cx, [value]| cx.intrinsic(op, vec![Operand { value, scalar }]).value);
        value.with(registers)
    }

    fn with_sign(&mut self, scalar: Scalar, value: Value, sign: Value) -> Value {
        let mask = self.splat_bits(scalar, 1 << (scalar.bits() - 1));
        self.builder.ins().bitselect(mask, sign, value)
    }

    /// Rounds to whole numbers where the machine cannot: adding 2⁵² (of `F32`: 2²³) and taking it off again
    /// rounds what is smaller to nearest, and what is not is whole. From there it may be one step.
    fn rounded(&mut self, op: Intrinsic, scalar: Scalar, value: Value) -> Value {
        let (large, one) = match scalar {
            Scalar::F32 => (u64::from(8388608f32.to_bits()), u64::from(1f32.to_bits())),
            _ => (4503599627370496f64.to_bits(), 1f64.to_bits()),
        };
        let [large, one] = [large, one].map(|bits| self.splat_bits(scalar, bits));
        let size = self.builder.ins().fabs(value);
        let sum = self.builder.ins().fadd(size, large);
        let nearest = self.builder.ins().fsub(sum, large);
        let whole = match op {
            Intrinsic::Trunc => self.stepped(FloatCC::GreaterThan, nearest, size, one),
            Intrinsic::Floor | Intrinsic::Ceil => {
                let nearest = self.with_sign(scalar, nearest, value);
                match op {
                    Intrinsic::Floor => self.stepped(FloatCC::GreaterThan, nearest, value, one),
                    _ => self.stepped(FloatCC::LessThan, nearest, value, one),
                }
            }
            _ => nearest,
        };
        let small = self.builder.ins().fcmp(FloatCC::LessThan, size, large);
        let rounded = self.choose(small, whole, value);
        self.with_sign(scalar, rounded, value)
    }

    /// The same of one number, which for this is the first of a register. Cranelift would call libm.
    pub(in crate::backend::clif) fn rounded_number(&mut self, op: Intrinsic, number: Operand) -> Value {
        let ty = self.register_type(number.scalar, number.scalar.bits());
        let register = self.builder.ins().scalar_to_vector(ty, number.value);
        let rounded = self.rounded(op, number.scalar, register);
        self.builder.ins().extractlane(rounded, 0)
    }

    /// Small `F64`s without what stands behind the point.
    pub(super) fn truncate_small(&mut self, value: Value) -> Value {
        if self.machine().rounds {
            return self.builder.ins().trunc(value);
        }
        let [large, one] = [4503599627370496f64, 1.0].map(|x| self.splat_bits(Scalar::F64, x.to_bits()));
        let size = self.builder.ins().fabs(value);
        let sign = self.builder.ins().bxor(value, size);
        let sum = self.builder.ins().fadd(size, large);
        let nearest = self.builder.ins().fsub(sum, large);
        let whole = self.stepped(FloatCC::GreaterThan, nearest, size, one);
        self.builder.ins().bor(whole, sign)
    }

    /// A number, or the next one back towards a value if it lies beyond it.
    fn stepped(&mut self, beyond: FloatCC, number: Value, value: Value, one: Value) -> Value {
        let ty = self.builder.func.dfg.value_type(number);
        let is_beyond = self.builder.ins().fcmp(beyond, number, value);
        let is_beyond = self.cast(ty, is_beyond);
        let step = self.builder.ins().band(is_beyond, one);
        match beyond {
            FloatCC::GreaterThan => self.builder.ins().fsub(number, step),
            _ => self.builder.ins().fadd(number, step),
        }
    }
}
