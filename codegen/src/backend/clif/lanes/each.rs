//! Lane after lane, by the code of single numbers: for what no instruction does on registers.
//!
//! Lanes in registers of 128 bits are few, and are taken out and put in one by one. Where a vector stands for all
//! lanes of a function, they become numbers in the frame, and there is a loop.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, StackSlot, StackSlotData, StackSlotKind, Value, types};

use super::{FunctionCx, REGISTER, Vectors, integer_type};
use crate::backend::clif::clif_type;
use crate::backend::clif::expression::Operand;
use crate::backend::clif::view::ELEMENTS;
use crate::ir::Scalar;

/// Computes the numbers of a lane, which is counted from 0, from those of operands.
type Compute<'a, Cx> = &'a mut dyn FnMut(&mut Cx, Value, &[Operand]) -> Vec<Value>;

/// Lanes as numbers in the frame.
struct Row {
    slot: StackSlot,
    scalar: Scalar,
    /// The width of each, which of a mask depends on where it comes from.
    bits: u32,
}

/// What a loop over lanes reads.
enum Input {
    Row(Row),
    /// The number that all lanes are.
    Number(Operand),
}

impl FunctionCx<'_, '_> {
    /// Lanes of some types, of which the numbers of one lane after the other are computed.
    pub(super) fn each_lane(
        &mut self,
        count: u32,
        operands: &[&Vectors],
        results: &[Scalar],
        compute: Compute<'_, Self>,
    ) -> Vec<Vectors> {
        match self.machine().whole {
            Some(_) => self.in_a_loop(count, operands, results, compute),
            None => self.in_turn(count, operands, results, compute),
        }
    }

    /// Lanes of one type, which are computed from operands alone.
    pub(super) fn lane_by_lane(
        &mut self,
        to: Scalar,
        operands: &[&Vectors],
        compute: &mut dyn FnMut(&mut Self, Vec<Operand>) -> Operand,
    ) -> Vectors {
        let mut lanes = self.each_lane(operands[0].count, operands, &[to], &mut |cx, _, numbers| {
            vec![compute(cx, numbers.to_vec()).value]
        });
        lanes.swap_remove(0)
    }

    /// Each number is put in its place before the next lane is begun, so that loads become operands.
    fn in_turn(
        &mut self,
        count: u32,
        operands: &[&Vectors],
        results: &[Scalar],
        compute: Compute<'_, Self>,
    ) -> Vec<Vectors> {
        let new = |scalar: &Scalar| Vectors::new(*scalar, count, scalar.bits(), Vec::new());
        let mut given: Vec<Vectors> = results.iter().map(new).collect();
        for lane in 0..count {
            let numbers: Vec<Operand> = operands.iter().map(|lanes| self.extract(lanes, lane)).collect();
            let at = self.i64(lane.into());
            for (lanes, number) in given.iter_mut().zip(compute(self, at, &numbers)) {
                self.put(lanes, lane, number);
            }
        }
        given
    }

    /// Puts a number behind those that lanes have.
    fn put(&mut self, lanes: &mut Vectors, lane: u32, number: Value) {
        let number = self.lane_form(lanes.scalar, number);
        let ty = self.register_type(lanes.scalar, lanes.bits);
        let place = lane % (REGISTER / lanes.bits);
        let register = match lanes.registers.pop_if(|_| place > 0) {
            Some(register) => self.builder.ins().insertlane(register, number, place as u8),
            None => self.builder.ins().splat(ty, number),
        };
        lanes.registers.push(register);
    }

    /// The lanes' numbers are in the frame while the loop runs. Where it is rarely come to, it is cold.
    fn in_a_loop(
        &mut self,
        count: u32,
        operands: &[&Vectors],
        results: &[Scalar],
        compute: Compute<'_, Self>,
    ) -> Vec<Vectors> {
        let inputs: Vec<Input> =
            operands.iter().enumerate().map(|(at, lanes)| self.input(at, count, lanes)).collect();
        let result_rows: Vec<Row> = (operands.len()..)
            .zip(results)
            .map(|(at, scalar)| self.row(at, count, *scalar, scalar.bits()))
            .collect();
        let [round, after] = std::array::from_fn(|_| self.new_block_here());
        let lane = self.builder.append_block_param(round, types::I64);
        let first = self.i64(0);
        self.jump_with(round, &[first]);
        self.builder.switch_to_block(round);
        let numbers: Vec<Operand> = inputs.iter().map(|input| self.number_of(input, lane)).collect();
        for (row, number) in result_rows.iter().zip(compute(self, lane, &numbers)) {
            let number = self.lane_form(row.scalar, number);
            let address = self.address_in(row, lane);
            self.builder.ins().store(ELEMENTS, number, address, 0);
        }
        let next = self.builder.ins().iadd_imm_s(lane, 1);
        let more = self.builder.ins().icmp_imm_u(IntCC::UnsignedLessThan, next, i64::from(count));
        self.builder.ins().brif(more, round, &[next.into()], after, &[]);
        self.builder.seal_block(round);
        self.continue_in(after);
        let load = |row: &Row| {
            let ty = self.register_type(row.scalar, row.bits);
            let register = self.builder.ins().stack_load(self.pointer, ty, row.slot, 0);
            Vectors::new(row.scalar, count, row.bits, vec![register])
        };
        result_rows.iter().map(load).collect()
    }

    /// Room for lanes: all loops have the same, as they do not stand in each other.
    fn row(&mut self, at: usize, count: u32, scalar: Scalar, bits: u32) -> Row {
        while self.rows.len() <= at {
            let data = StackSlotData::new(StackSlotKind::ExplicitSlot, count.max(8) * u64::BITS / 8, 6);
            self.rows.push(self.builder.create_sized_stack_slot(data));
        }
        Row { slot: self.rows[at], scalar, bits }
    }

    fn input(&mut self, at: usize, count: u32, lanes: &Vectors) -> Input {
        if let Some(value) = lanes.uniform {
            return Input::Number(Operand { value, scalar: lanes.scalar });
        }
        let row = self.row(at, count, lanes.scalar, lanes.bits);
        self.builder.ins().stack_store(self.pointer, lanes.registers[0], row.slot, 0);
        Input::Row(row)
    }

    fn address_in(&mut self, row: &Row, lane: Value) -> Value {
        let first = self.builder.ins().stack_addr(self.pointer, row.slot, 0);
        let offset = self.builder.ins().ishl_imm_u(lane, i64::from((row.bits / 8).trailing_zeros()));
        self.builder.ins().iadd(first, offset)
    }

    fn number_of(&mut self, input: &Input, lane: Value) -> Operand {
        let row = match input {
            Input::Row(row) => row,
            Input::Number(number) => return *number,
        };
        let ty = if row.scalar == Scalar::Bool { integer_type(row.bits) } else { clif_type(row.scalar) };
        let address = self.address_in(row, lane);
        let value = self.builder.ins().load(ty, ELEMENTS, address, 0);
        self.number_form(row.scalar, row.bits, value)
    }

    /// A number as a lane has it: true is all bits.
    fn lane_form(&mut self, scalar: Scalar, number: Value) -> Value {
        match scalar {
            Scalar::Bool => self.builder.ins().ineg(number),
            _ => number,
        }
    }

    /// A lane as a number: true is 1.
    pub(super) fn number_form(&mut self, scalar: Scalar, bits: u32, mut value: Value) -> Operand {
        if scalar == Scalar::Bool {
            if bits > 8 {
                value = self.builder.ins().ireduce(types::I8, value);
            }
            value = self.builder.ins().band_imm_u(value, 1);
        }
        Operand { value, scalar }
    }
}
