//! Lane after lane, by the code of single numbers: for what no instruction does on registers.
//!
//! Lanes in registers of 128 bits are few, and are taken out and put in one by one. Where a vector stands for all
//! lanes of a function, they become numbers in the frame, and there is a loop.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, StackSlot, StackSlotData, StackSlotKind, Value, types};

use super::memory::ELEMENTS;
use super::{FunctionCx, REGISTER, Vectors, integer_type};
use crate::backend::clif::clif_type;
use crate::backend::clif::expression::Operand;
use crate::ir::{Lanes, Scalar};

/// Computes the numbers of a lane, which is counted from 0, from those of operands.
type Compute<'a, Cx> = &'a mut dyn FnMut(&mut Cx, Value, &[Operand]) -> Vec<Value>;

/// Lanes as numbers in the frame.
struct Row {
    slot: StackSlot,
    scalar: Scalar,
    /// The width of each, which of a mask depends on where it comes from.
    bits: u32,
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
        let (mut rows, mut n_rows) = (Vec::new(), 0);
        for lanes in operands {
            rows.push(match lanes.uniform {
                Some(value) => Err(Operand { value, scalar: lanes.scalar }),
                None => Ok(self.row_of(&mut n_rows, lanes)),
            });
        }
        let result_rows: Vec<Row> =
            results.iter().map(|scalar| self.row(&mut n_rows, *scalar, scalar.bits())).collect();
        let [round, after] = [(); 2].map(|()| self.new_block_here());
        let lane = self.builder.append_block_param(round, types::I64);
        let first = self.i64(0);
        self.jump_with(round, &[first]);
        self.builder.switch_to_block(round);
        let numbers: Vec<Operand> = rows
            .iter()
            .map(|row| match row {
                Ok(row) => self.number_in(row, lane),
                Err(number) => *number,
            })
            .collect();
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

    /// A block for what belongs to the one at hand: cold if that is.
    pub(super) fn new_block_here(&mut self) -> Block {
        let block = self.builder.create_block();
        let here = self.builder.current_block();
        if here.is_some_and(|here| self.builder.func.layout.is_cold(here)) {
            self.builder.set_cold_block(block);
        }
        block
    }

    /// Room for lanes. Loops do not stand in each other: all have the same.
    fn row(&mut self, n_rows: &mut usize, scalar: Scalar, bits: u32) -> Row {
        if *n_rows == self.rows.len() {
            let bytes = Lanes::MOST * u64::BITS / 8;
            let data = StackSlotData::new(StackSlotKind::ExplicitSlot, bytes, 6);
            self.rows.push(self.builder.create_sized_stack_slot(data));
        }
        *n_rows += 1;
        Row { slot: self.rows[*n_rows - 1], scalar, bits }
    }

    fn row_of(&mut self, n_rows: &mut usize, lanes: &Vectors) -> Row {
        let row = self.row(n_rows, lanes.scalar, lanes.bits);
        self.builder.ins().stack_store(self.pointer, lanes.registers[0], row.slot, 0);
        row
    }

    fn address_in(&mut self, row: &Row, lane: Value) -> Value {
        let first = self.builder.ins().stack_addr(self.pointer, row.slot, 0);
        let offset = self.builder.ins().ishl_imm_u(lane, i64::from((row.bits / 8).trailing_zeros()));
        self.builder.ins().iadd(first, offset)
    }

    fn number_in(&mut self, row: &Row, lane: Value) -> Operand {
        let scalar = row.scalar;
        let ty = if scalar == Scalar::Bool { integer_type(row.bits) } else { clif_type(scalar) };
        let address = self.address_in(row, lane);
        let value = self.builder.ins().load(ty, ELEMENTS, address, 0);
        self.number_form(scalar, row.bits, value)
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
