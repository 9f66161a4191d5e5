//! Logic of lanes: choices, and bitwise operations of three operands.

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{InstructionData, Opcode as Op, Value};

use super::masks::with_source;
use super::value::Source;
use super::{Select, Selected, unsupported};
use crate::backend::wide::opcode::Opcode;
use crate::backend::wide::registers::LANES;

/// The bits of three operands in all their combinations, as the tables of `vpternlog` count these.
const FIRST: u8 = 0xF0;
const SECOND: u8 = 0xCC;
const THIRD: u8 = 0xAA;

/// The second operand where the third has ones, the first elsewhere.
const CHOICE: u8 = (SECOND & THIRD) | (FIRST & !THIRD);

/// What a bitwise operation makes of bits.
fn logic(opcode: Op, left: u8, right: u8) -> Option<u8> {
    match opcode {
        Op::Band => Some(left & right),
        Op::Bor => Some(left | right),
        Op::Bxor => Some(left ^ right),
        _ => None,
    }
}

impl Select<'_> {
    /// A bitwise operation on a value and on what another one gives, which is read here alone: the three operands
    /// and their table, where the machine does both at once. A constant is the last operand.
    pub(super) fn of_three(&self, opcode: Op, left: Value, right: Value) -> Option<([Value; 3], u8)> {
        logic(opcode, 0, 0).filter(|_| self.has_masks())?;
        [[left, right], [right, left]].into_iter().find_map(|[outer, inner]| {
            let Some(InstructionData::Binary { opcode: within, args: [second, third] }) =
                self.definition(inner)
            else {
                return None;
            };
            let table = logic(opcode, FIRST, logic(*within, SECOND, THIRD)?)?;
            let is_lanes = |value: Value| !self.masks[self.function.dfg.resolve_aliases(value)];
            let operands = match self.is_constant(*second) {
                true => [outer, *third, *second],
                false => [outer, *second, *third],
            };
            let fits = self.dies(inner) && !self.is_constant(outer) && operands.into_iter().all(is_lanes);
            fits.then_some((operands, table))
        })
    }

    /// A bitwise operation of three operands, by its table.
    pub(super) fn logic_of_three(
        &mut self,
        result: Value,
        [first, second, third]: [Value; 3],
        table: u8,
    ) -> Selected {
        let opcode = match self.type_of(result).lane_bits() {
            32 => Opcode::Pternlogd,
            _ => Opcode::Pternlogq,
        };
        self.each_part(result, |select, part, size| {
            let first = select.register(first, part)?;
            let second = select.register(second, part)?;
            let third = select.source(third, part)?;
            let result = select.program.add_register(LANES);
            let making = select.op(opcode, size).changes(first, result, size).reads(second, size);
            let making = with_source(making, third, size).immediate(table.into());
            select.push(making);
            Ok(result)
        })
    }

    /// One of two, by bits or by a mask.
    pub(super) fn choice(
        &mut self,
        result: Value,
        opcode: Op,
        [cond, then, otherwise]: [Value; 3],
    ) -> Selected {
        let ty = self.type_of(result);
        let mask = self.uncast(cond);
        if let Some(opcode) = self.extreme(mask, then, otherwise) {
            return self.each_part(result, |select, part, size| {
                let then = select.register(then, part)?;
                let otherwise = select.source(otherwise, part)?;
                Ok(select.lanes_of(opcode, size, then, otherwise))
            });
        }
        if self.masks[mask] && self.type_of(mask).lane_bits() == ty.lane_bits() {
            let opcode = match ty.lane_bits() {
                8 => Opcode::Blendmb,
                16 => Opcode::Blendmw,
                32 => Opcode::Blendmd,
                _ => Opcode::Blendmq,
            };
            return self.each_part(result, |select, part, size| {
                let mask = select.mask_register(mask, part)?;
                let otherwise = select.register(otherwise, part)?;
                let then = select.source(then, part)?;
                let chosen = select.program.add_register(LANES);
                let making = select.op(opcode, size).sets(chosen, size).reads(otherwise, size);
                let making = with_source(making, then, size).masked(mask, false);
                select.push(making);
                Ok(chosen)
            });
        }
        if opcode != Op::Bitselect {
            return unsupported(opcode);
        }
        if self.has_masks() {
            return self.logic_of_three(result, [otherwise, then, cond], CHOICE);
        }
        self.each_part(result, |select, part, size| {
            let cond = select.register(cond, part)?;
            let then = select.register(then, part)?;
            let otherwise = select.register(otherwise, part)?;
            if select.is_comparison(mask) {
                return Ok(select.blended(Opcode::Blendvb, size, [cond, then, otherwise]));
            }
            let then = select.lanes_of(Opcode::And, size, then, Source::Register(cond));
            let otherwise = select.lanes_of(Opcode::Andn, size, cond, Source::Register(otherwise));
            Ok(select.lanes_of(Opcode::Or, size, then, Source::Register(otherwise)))
        })
    }

    /// The minimum or maximum that a choice between the operands of its comparison is: like that, it gives the second
    /// of two that are equal, and where one is NaN.
    fn extreme(&self, cond: Value, then: Value, otherwise: Value) -> Option<Opcode> {
        let Some(InstructionData::FloatCompare { args, cond, .. }) = self.definition(cond).copied() else {
            return None;
        };
        let less = match cond {
            FloatCC::LessThan => true,
            FloatCC::GreaterThan => false,
            _ => return None,
        };
        let [left, right] = args.map(|arg| self.uncast(arg));
        let least = match [self.uncast(then), self.uncast(otherwise)] {
            chosen if chosen == [left, right] => less,
            chosen if chosen == [right, left] => !less,
            _ => return None,
        };
        Some(match (least, self.type_of(left).lane_bits()) {
            (true, 64) => Opcode::Minpd,
            (true, _) => Opcode::Minps,
            (false, 64) => Opcode::Maxpd,
            (false, _) => Opcode::Maxps,
        })
    }

    fn is_comparison(&self, value: Value) -> bool {
        matches!(
            self.definition(value),
            Some(InstructionData::IntCompare { .. } | InstructionData::FloatCompare { .. })
        )
    }
}
