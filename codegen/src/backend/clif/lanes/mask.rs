//! Masks: comparisons, what chooses by them, and their width.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, InstructionData, Value, ValueDef};

use super::{FunctionCx, REGISTER, Vectors, integer_type};
use crate::backend::clif::expression::Operand;
use crate::backend::operation::Operation;
use crate::ir::{CompareOp, Expr, Scalar, UnaryOp};

impl FunctionCx<'_, '_> {
    pub(super) fn compare_lanes(&mut self, op: CompareOp, left: &Vectors, right: &Vectors) -> Vectors {
        let scalar = left.scalar;
        let (left, right) = self.of_one_width(left, right);
        let registers = self.registers([&left, &right], |cx, [left, right]| {
            let [left, right] = [left, right].map(|value| Operand { value, scalar });
            cx.compare(op, left, right).value
        });
        Vectors::new(Scalar::Bool, left.count, left.bits, registers)
    }

    pub(super) fn in_bounds_lanes(&mut self, index: &Vectors, extent: &Vectors) -> Vectors {
        let registers = self.registers([index, extent], |cx, [index, extent]| {
            cx.builder.ins().icmp(IntCC::UnsignedLessThan, index, extent)
        });
        Vectors::new(Scalar::Bool, index.count, index.bits, registers)
    }

    pub(super) fn select_lanes(&mut self, cond: &Vectors, then: &Vectors, otherwise: &Vectors) -> Vectors {
        let (then, otherwise) = self.of_one_width(then, otherwise);
        let cond = self.mask_of_width(cond, then.bits);
        let registers = self.registers([&cond, &then, &otherwise], |cx, [cond, then, otherwise]| {
            cx.choose(cond, then, otherwise)
        });
        then.with(registers)
    }

    /// Chooses from two registers by a mask of their width.
    pub(super) fn choose(&mut self, mask: Value, then: Value, otherwise: Value) -> Value {
        let ty = self.builder.func.dfg.value_type(then);
        // Cranelift makes a minimum or a maximum of it where it sees the comparison.
        if self.machine().blends && !self.is_comparison(mask) {
            let bits = if ty.lane_bits() == 16 { 8 } else { ty.lane_bits() };
            let [mask, then, otherwise] = [mask, then, otherwise]
                .map(|register| self.cast(self.register_type(Scalar::U64, bits), register));
            let chosen = self.builder.ins().blendv(mask, then, otherwise);
            return self.cast(ty, chosen);
        }
        let mask = self.cast(ty, mask);
        self.builder.ins().bitselect(mask, then, otherwise)
    }

    fn is_comparison(&self, value: Value) -> bool {
        let ValueDef::Result(inst, _) = self.builder.func.dfg.value_def(value) else { return false };
        let data = self.builder.func.dfg.insts[inst];
        matches!(data, InstructionData::IntCompare { .. } | InstructionData::FloatCompare { .. })
    }

    /// Whether a lane is true.
    pub(in super::super) fn any_lane(&mut self, mask: &Expr) -> Value {
        let mask = self.lanes(mask);
        self.any(&mask)
    }

    pub(super) fn any(&mut self, mask: &Vectors) -> Value {
        if let Some(value) = mask.uniform {
            return value;
        }
        let mut all = mask.registers[0];
        for register in &mask.registers[1..] {
            all = self.builder.ins().bor(all, *register);
        }
        let filled = mask.count * mask.bits;
        if filled < REGISTER && self.machine().whole.is_none() {
            let bytes = (0..REGISTER).step_by(8).map(|bit| if bit < filled { u8::MAX } else { 0 }).collect();
            let there = self.constant_register(mask.bits, bytes);
            all = self.builder.ins().band(all, there);
        }
        self.builder.ins().vany_true(all)
    }

    /// Runs one of two codes, if all lanes are true, which is usual or not, and if one is not; gives the
    /// registers that it gives.
    pub(super) fn if_all(
        &mut self,
        (mask, usual): (&Vectors, bool),
        all: impl FnOnce(&mut Self) -> Vec<Value>,
        some: impl FnOnce(&mut Self) -> Vec<Value>,
    ) -> Vec<Value> {
        let absent = self.unary_lanes(UnaryOp::Not, mask);
        let any_absent = self.any(&absent);
        let [on_some, on_all, after] = std::array::from_fn(|_| self.builder.create_block());
        if usual {
            self.builder.set_cold_block(on_some);
        }
        self.builder.ins().brif(any_absent, on_some, &[], on_all, &[]);
        self.continue_in(on_all);
        let given = all(self);
        let params = given.iter().map(|register| {
            let ty = self.builder.func.dfg.value_type(*register);
            self.builder.append_block_param(after, ty)
        });
        let params = params.collect();
        self.jump_with(after, &given);
        self.continue_in(on_some);
        let given = some(self);
        self.jump_with(after, &given);
        self.continue_in(after);
        params
    }

    /// Goes to a block with values for its parameters.
    pub(super) fn jump_with(&mut self, block: Block, values: &[Value]) {
        let values: Vec<BlockArg> = values.iter().map(|value| (*value).into()).collect();
        self.builder.ins().jump(block, &values);
    }

    /// Two masks, both as wide as the wider; other lanes unchanged.
    pub(super) fn of_one_width(&mut self, left: &Vectors, right: &Vectors) -> (Vectors, Vectors) {
        let bits = match (left.uniform, right.uniform) {
            (Some(_), None) => right.bits,
            (None, Some(_)) => left.bits,
            _ => left.bits.max(right.bits),
        };
        match left.scalar {
            Scalar::Bool => (self.mask_of_width(left, bits), self.mask_of_width(right, bits)),
            _ => (left.clone(), right.clone()),
        }
    }

    /// A mask with lanes of so many bits.
    pub(super) fn mask_of_width(&mut self, mask: &Vectors, bits: u32) -> Vectors {
        if mask.bits == bits {
            return mask.clone();
        }
        let registers = match mask.uniform {
            Some(value) => {
                let lane = self.mask_lane(value, bits);
                let ty = self.register_type(Scalar::Bool, bits);
                let register = self.builder.ins().splat(ty, lane);
                vec![register; self.machine().registers(mask.count, bits) as usize]
            }
            None => self.resize_mask(mask, bits),
        };
        Vectors { bits, registers, ..mask.clone() }
    }

    /// All bits of a lane, or none, as a number of 0 or 1 says.
    pub(super) fn mask_lane(&mut self, value: Value, bits: u32) -> Value {
        let ty = integer_type(bits);
        if let Some(known) = self.known(value) {
            let all = if known == 0 { 0 } else { u64::MAX >> (64 - bits) };
            return self.builder.ins().iconst(ty, all as i64);
        }
        let wide = if bits == 8 { value } else { self.builder.ins().uextend(ty, value) };
        self.builder.ins().ineg(wide)
    }

    fn resize_mask(&mut self, mask: &Vectors, bits: u32) -> Vec<Value> {
        let mut registers = mask.registers.clone();
        let mut width = mask.bits;
        if self.machine().whole.is_some() {
            return vec![self.operated(Operation::ResizeMask, Scalar::Bool, bits, registers[0])];
        }
        while width < bits {
            registers = self.each_half(width, mask.count, &registers, |cx, register, high| {
                let doubled = cx.interleaved(width, high, register, register);
                cx.cast(cx.register_type(Scalar::Bool, 2 * width), doubled)
            });
            width *= 2;
        }
        while width > bits {
            registers = self.each_pair(&registers, |cx, low, high| match width {
                64 => cx.narrow_pair(64, low, high),
                _ => cx.builder.ins().snarrow(low, high),
            });
            width /= 2;
        }
        registers
    }
}
