//! Lanes of another width: registers become twice as many, or half.

use cranelift_codegen::ir::{InstBuilder, Value, types};

use super::{FunctionCx, REGISTER, Vectors};
use crate::backend::operation::Operation;
use crate::ir::Scalar;

impl FunctionCx<'_, '_> {
    /// Integers of another width: extended by their own signedness, or their low bits.
    pub(super) fn resize_lanes(&mut self, from: &Vectors, to: Scalar) -> Vectors {
        let (mut width, signed) = (from.bits, from.scalar.is_signed());
        if self.machine().whole.is_some() {
            return self.resize_whole(from, to);
        }
        let mut registers = from.registers.clone();
        while width < to.bits() {
            registers = self.each_half(width, from.count, &registers, |cx, register, high| {
                let ins = cx.builder.ins();
                match (signed, high) {
                    (true, false) => ins.swiden_low(register),
                    (true, true) => ins.swiden_high(register),
                    (false, false) => ins.uwiden_low(register),
                    (false, true) => ins.uwiden_high(register),
                }
            });
            width *= 2;
        }
        while width > to.bits() {
            registers = self.each_pair(&registers, |cx, low, high| cx.narrow_pair(width, low, high));
            width /= 2;
        }
        Vectors::new(to, from.count, to.bits(), registers)
    }

    fn resize_whole(&mut self, from: &Vectors, to: Scalar) -> Vectors {
        let operation = match to.bits().cmp(&from.bits) {
            std::cmp::Ordering::Greater if from.scalar.is_signed() => Operation::SignExtend,
            std::cmp::Ordering::Greater => Operation::ZeroExtend,
            std::cmp::Ordering::Less => Operation::Truncate,
            std::cmp::Ordering::Equal => return Vectors { scalar: to, ..from.clone() },
        };
        let resized = self.operated(operation, to, to.bits(), from.registers[0]);
        Vectors::new(to, from.count, to.bits(), vec![resized])
    }

    /// Computes a register from each half of registers; the high half of the last may hold no lane.
    pub(super) fn each_half(
        &mut self,
        bits: u32,
        count: u32,
        registers: &[Value],
        mut compute: impl FnMut(&mut Self, Value, bool) -> Value,
    ) -> Vec<Value> {
        let halves: &[bool] = if count * bits * 2 <= REGISTER { &[false] } else { &[false, true] };
        let all = registers.iter().flat_map(|register| halves.iter().map(|high| (*register, *high)));
        all.map(|(register, high)| compute(self, register, high)).collect()
    }

    /// Computes a register from each two; one alone is both.
    pub(super) fn each_pair(
        &mut self,
        registers: &[Value],
        mut compute: impl FnMut(&mut Self, Value, Value) -> Value,
    ) -> Vec<Value> {
        registers.chunks(2).map(|pair| compute(self, pair[0], pair[pair.len() - 1])).collect()
    }

    /// The low halves of the lanes of two registers.
    pub(super) fn narrow_pair(&mut self, bits: u32, low: Value, high: Value) -> Value {
        match bits {
            64 => self.every_other(Scalar::U32, false, low, high),
            32 => {
                // What is narrowed with saturation is extended from the low half first.
                let [low, high] = [low, high].map(|register| {
                    let count = self.builder.ins().iconst(types::I32, 16);
                    let raised = self.builder.ins().ishl(register, count);
                    self.builder.ins().sshr(raised, count)
                });
                self.builder.ins().snarrow(low, high)
            }
            _ => {
                let low_byte = self.splat_bits(Scalar::U16, 0xff);
                let [low, high] = [low, high].map(|register| self.builder.ins().band(register, low_byte));
                self.builder.ins().unarrow(low, high)
            }
        }
    }

    /// The lanes of even places of two registers, or of odd ones.
    pub(super) fn every_other(&mut self, scalar: Scalar, odd: bool, low: Value, high: Value) -> Value {
        let size = (scalar.bits() / 8) as u8;
        let byte = |byte: u8| byte / size * 2 * size + byte % size + if odd { size } else { 0 };
        let shuffled = self.shuffle(std::array::from_fn(|place| byte(place as u8)), low, high);
        self.cast(self.register_type(scalar, scalar.bits()), shuffled)
    }

    /// The low or the high halves of two registers, lanes of the one between those of the other.
    pub(super) fn interleaved(&mut self, bits: u32, high: bool, left: Value, right: Value) -> Value {
        let bytes = (bits / 8) as u8;
        let lane = |byte: u8| {
            let (lane, within) = (byte / bytes, byte % bytes);
            let from = lane / 2 * bytes + within + if high { 8 } else { 0 };
            from + 16 * (lane % 2)
        };
        self.shuffle(std::array::from_fn(|byte| lane(byte as u8)), left, right)
    }

    /// Chooses bytes of two registers: `0..16` of the first, `16..32` of the second. Only what x86 does
    /// in one instruction without a table: others would become calls on processors without SSSE3.
    pub(super) fn shuffle(&mut self, bytes: [u8; 16], left: Value, right: Value) -> Value {
        let [left, right] = [left, right].map(|register| self.cast(types::I8X16, register));
        let immediate = self.builder.func.dfg.immediates.push(bytes.as_slice().into());
        self.builder.ins().shuffle(left, right, immediate)
    }

    /// The high half of a register, in the low one.
    pub(super) fn high_half(&mut self, scalar: Scalar, register: Value) -> Value {
        let bytes = std::array::from_fn(|byte| 8 + byte as u8 % 8);
        let shuffled = self.shuffle(bytes, register, register);
        self.cast(self.register_type(scalar, scalar.bits()), shuffled)
    }
}
