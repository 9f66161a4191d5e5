//! Conversions of lanes. Those to lanes of another width read or make parts of registers.

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{Opcode as Op, Type, Value, types};
use regalloc2::VReg;

use super::arithmetic::logic;
use super::masks::{predicate, with_source};
use super::value::Source;
use super::{Select, Selected, unsupported};
use crate::backend::operation::Operation;
use crate::backend::wide::instruction::Size;
use crate::backend::wide::opcode::Opcode;
use crate::backend::wide::registers::{LANES, MASK};

impl Select<'_> {
    /// Lanes of another width.
    pub(super) fn resized(&mut self, result: Value, operation: Operation, from: Value) -> Selected {
        match self.type_of(result).lane_bits() > self.type_of(from).lane_bits() {
            true => self.widened(result, operation, from),
            false => self.narrowed(result, operation, from),
        }
    }

    /// Wider lanes: each register is made of a part of one.
    fn widened(&mut self, result: Value, operation: Operation, from: Value) -> Selected {
        let (to, ty) = (self.type_of(result), self.type_of(from));
        let Some(instruction) = widening(operation, ty, to) else {
            return unsupported(format_args!("{operation:?} from {ty} to {to}"));
        };
        let source = Size::of_bits(self.lanes_in_part(to) * ty.lane_bits());
        self.each_part(result, |select, part, size| {
            let block = select.block(from, to, part)?;
            let register = select.program.add_register(LANES);
            let making = select.op(instruction, size).sets(register, size).reads(block, source);
            select.push(making);
            Ok(register)
        })
    }

    /// The lanes of which a part of a wider type is made, at the beginning of a register.
    pub(super) fn block(&mut self, from: Value, to: Type, part: usize) -> Selected<VReg> {
        let ty = self.type_of(from);
        let (lanes, given) = (self.lanes_in_part(to), self.lanes_in_part(ty));
        let each = (given / lanes).max(1) as usize;
        let register = self.register(from, part / each)?;
        let (bits, index) = (lanes * ty.lane_bits(), (part % each) as u32);
        if index == 0 {
            return Ok(register);
        }
        let (_, size) = self.shape(ty);
        if bits == 256 {
            return Ok(self.extracted(Opcode::Extract256, size, register, index));
        }
        let offset = bits * index;
        let quarter = match offset / 128 {
            0 => register,
            quarter => self.extracted(Opcode::Extract128, size, register, quarter),
        };
        let eighth = match offset % 128 / 64 {
            0 => quarter,
            _ => self.lanes_of(Opcode::Unpackhqdq, Size::X, quarter, Source::Register(quarter)),
        };
        Ok(match offset % 64 {
            0 => eighth,
            shift => self.lanes_and_immediate(Opcode::PsrlqImm, Size::X, eighth, shift.into()),
        })
    }

    fn extracted(&mut self, opcode: Opcode, size: Size, from: VReg, index: u32) -> VReg {
        let to = if opcode == Opcode::Extract256 { Size::Y } else { Size::X };
        let result = self.program.add_register(LANES);
        let making = self.op(opcode, size).sets(result, to).reads(from, size).immediate(index.into());
        self.push(making);
        result
    }

    /// Narrower lanes: each register is put together from several.
    fn narrowed(&mut self, result: Value, operation: Operation, from: Value) -> Selected {
        let (to, ty) = (self.type_of(result), self.type_of(from));
        let (count, _) = self.shape(to);
        let (lanes, given) = (self.lanes_in_part(to), self.lanes_in_part(ty));
        let each = (lanes / given).max(1) as usize;
        let mut parts = Vec::new();
        for part in 0..count {
            let mut pieces = Vec::new();
            for index in 0..each {
                let register = self.register(from, part * each + index)?;
                pieces.push(self.narrow(operation, (ty, to), register)?);
            }
            parts.push(self.joined(pieces, given * to.lane_bits())?);
        }
        self.values[result] = parts;
        Ok(())
    }

    /// A register with its lanes narrower, at the beginning of one.
    fn narrow(&mut self, operation: Operation, (from, to): (Type, Type), register: VReg) -> Selected<VReg> {
        let (_, size) = self.shape(from);
        let half = Size::of_bits(self.lanes_in_part(from) * to.lane_bits());
        let instruction = match (operation, from.lane_bits(), to.lane_bits()) {
            (Operation::Demote, ..) => Opcode::Cvtpd2ps,
            (Operation::ToInteger, ..) => return self.saturated(true, (from, to), register),
            (Operation::Truncate, from_bits, to_bits) if !self.has_masks() => {
                return self.reduced(size, register, (from_bits, to_bits));
            }
            (Operation::Truncate, 16, _) => Opcode::Pmovwb,
            (Operation::Truncate, 32, 16) => Opcode::Pmovdw,
            (Operation::Truncate, 32, _) => Opcode::Pmovdb,
            (Operation::Truncate, 64, 32) => Opcode::Pmovqd,
            (Operation::Truncate, 64, 16) => Opcode::Pmovqw,
            (Operation::Truncate, 64, _) => Opcode::Pmovqb,
            _ => return unsupported(format_args!("{operation:?} from {from} to {to}")),
        };
        let result = self.program.add_register(LANES);
        let making = self.op(instruction, size).sets(result, half).reads(register, size);
        self.push(making);
        Ok(result)
    }

    /// The low bits of integers, where there is no instruction for that.
    fn reduced(&mut self, size: Size, register: VReg, (from, to): (u32, u32)) -> Selected<VReg> {
        let high = match size {
            Size::Y => self.extracted(Opcode::Extract128, size, register, 1),
            _ => register,
        };
        let half = match from {
            64 => {
                let result = self.program.add_register(LANES);
                let making = self
                    .op(Opcode::Shufps, Size::X)
                    .sets(result, Size::X)
                    .reads(register, Size::X)
                    .reads(high, Size::X)
                    .immediate(0b10_00_10_00);
                self.push(making);
                result
            }
            _ => {
                let (opcode, ty) = match from {
                    32 => (Opcode::Packusdw, types::I32X4),
                    _ => (Opcode::Packuswb, types::I16X8),
                };
                let low_bits = self.known_lanes_of(ty, Size::X, u64::MAX >> (64 - from / 2));
                let [low, high] = [register, high]
                    .map(|part| self.lanes_of(logic(Opcode::And, ty), Size::X, part, low_bits));
                self.lanes_of(opcode, Size::X, low, Source::Register(high))
            }
        };
        if from / 2 == to {
            return Ok(half);
        }
        self.reduced(Size::X, half, (from / 2, to))
    }

    /// One register of several that hold so many bits each.
    pub(super) fn joined(&mut self, mut pieces: Vec<VReg>, mut bits: u32) -> Selected<VReg> {
        while pieces.len() > 1 {
            let mut joined = Vec::new();
            for pair in pieces.chunks(2) {
                joined.push(match bits {
                    ..32 => return unsupported(format_args!("pieces of {bits} bits")),
                    32 => self.lanes_of(Opcode::Unpackldq, Size::X, pair[0], Source::Register(pair[1])),
                    64 => self.lanes_of(Opcode::Unpacklqdq, Size::X, pair[0], Source::Register(pair[1])),
                    128 => self.inserted(Opcode::Insert128, (Size::Y, Size::X), pair),
                    _ => self.inserted(Opcode::Insert256, (Size::Z, Size::Y), pair),
                });
            }
            (pieces, bits) = (joined, 2 * bits);
        }
        Ok(pieces[0])
    }

    fn inserted(&mut self, opcode: Opcode, (size, piece): (Size, Size), pair: &[VReg]) -> VReg {
        let result = self.program.add_register(LANES);
        let making =
            self.op(opcode, size).sets(result, size).reads(pair[0], size).reads(pair[1], piece).immediate(1);
        self.push(making);
        result
    }

    /// Lanes as wide as they were.
    pub(super) fn converted(&mut self, result: Value, opcode: Op, from: Value) -> Selected {
        let (to, ty) = (self.type_of(result), self.type_of(from));
        let instruction = match (opcode, ty.lane_bits()) {
            (Op::FcvtFromSint, 32) => Opcode::Cvtdq2ps,
            (Op::FcvtFromSint, 64) if self.has_masks() => Opcode::Cvtqq2pd,
            (Op::FcvtFromUint, 32) if self.has_masks() => Opcode::Cvtudq2ps,
            (Op::FcvtFromUint, 64) if self.has_masks() => Opcode::Cvtuqq2pd,
            (Op::FcvtToSintSat | Op::FcvtToUintSat, _) => {
                return self.each_part(result, |select, part, _| {
                    let register = select.register(from, part)?;
                    select.saturated(opcode == Op::FcvtToSintSat, (ty, to), register)
                });
            }
            _ => return unsupported(format_args!("{opcode} from {ty} to {to}")),
        };
        self.each_part(result, |select, part, size| {
            let register = select.source(from, part)?;
            Ok(select.lanes_by(instruction, size, register))
        })
    }

    /// Floats as integers: NaN is 0, what does not fit the nearest that does. Instructions give the smallest
    /// integer for both, of unsigned ones the greatest.
    fn saturated(&mut self, signed: bool, (from, to): (Type, Type), register: VReg) -> Selected<VReg> {
        let (_, size) = self.shape(from);
        let half = Size::of_bits(self.lanes_in_part(from) * to.lane_bits());
        if !(self.has_masks() || signed && to.lane_bits() == 32) {
            return unsupported(format_args!("{from} as {to}, saturated"));
        }
        let instruction = match (from.lane_bits(), to.lane_bits(), signed) {
            (32, 32, true) => Opcode::Cvttps2dq,
            (32, 32, false) => Opcode::Cvttps2udq,
            (64, 32, true) => Opcode::Cvttpd2dq,
            (64, 32, false) => Opcode::Cvttpd2udq,
            (64, 64, true) => Opcode::Cvttpd2qq,
            (64, 64, false) => Opcode::Cvttpd2uqq,
            _ => return unsupported(format_args!("{from} as {to}, saturated")),
        };
        let bound = power_of_two(from, to.lane_bits() - 1);
        if !self.has_masks() {
            return Ok(self.saturated_in_lanes(instruction, (from, to), register, bound));
        }
        let truncated = self.program.add_register(LANES);
        let making = self.op(instruction, size).sets(truncated, half).reads(register, size);
        self.push(making);
        if !signed {
            return Ok(self.kept_where(FloatCC::GreaterThanOrEqual, from, (register, 0), (truncated, to)));
        }
        let above = self.float_mask(FloatCC::GreaterThanOrEqual, from, register, bound);
        let most = self.known_lanes_of(to, half, (1 << (to.lane_bits() - 1)) - 1);
        let blend = if to.lane_bits() == 32 { Opcode::Blendmd } else { Opcode::Blendmq };
        let bounded = self.program.add_register(LANES);
        let making = self.op(blend, half).sets(bounded, half).reads(truncated, half);
        self.push(with_source(making, most, half).masked(above, false));
        let opcode = if to.lane_bits() == 32 { Opcode::LoadMaskedd } else { Opcode::LoadMaskedq };
        let ordered = self.program.add_register(MASK);
        let compare = if from.lane_bits() == 64 { Opcode::Cmppd } else { Opcode::Cmpps };
        let making = self
            .op(compare, size)
            .sets(ordered, Size::Mask)
            .reads(register, size)
            .reads(register, size)
            .immediate(predicate(FloatCC::Ordered));
        self.push(making);
        let result = self.program.add_register(LANES);
        let making = self.op(opcode, half).sets(result, half).reads(bounded, half).masked(ordered, true);
        self.push(making);
        Ok(result)
    }

    fn float_mask(&mut self, cond: FloatCC, ty: Type, register: VReg, bits: u64) -> VReg {
        let (_, size) = self.shape(ty);
        let mask = self.program.add_register(MASK);
        let opcode = if ty.lane_bits() == 64 { Opcode::Cmppd } else { Opcode::Cmpps };
        let known = self.known_lanes(ty, bits);
        let making = self.op(opcode, size).sets(mask, Size::Mask).reads(register, size);
        self.push(with_source(making, known, size).immediate(predicate(cond)));
        mask
    }

    fn kept_where(
        &mut self,
        cond: FloatCC,
        from: Type,
        (register, bits): (VReg, u64),
        (value, to): (VReg, Type),
    ) -> VReg {
        let mask = self.float_mask(cond, from, register, bits);
        let half = Size::of_bits(self.lanes_in_part(from) * to.lane_bits());
        let opcode = if to.lane_bits() == 32 { Opcode::LoadMaskedd } else { Opcode::LoadMaskedq };
        let result = self.program.add_register(LANES);
        let making = self.op(opcode, half).sets(result, half).reads(value, half).masked(mask, true);
        self.push(making);
        result
    }

    /// To `I32` without masks: what is too great is flipped from the smallest integer to the greatest, and NaN
    /// made 0 before.
    fn saturated_in_lanes(
        &mut self,
        instruction: Opcode,
        (from, to): (Type, Type),
        register: VReg,
        bound: u64,
    ) -> VReg {
        let (_, size) = self.shape(from);
        let half = Size::of_bits(self.lanes_in_part(from) * to.lane_bits());
        let compare = if from.lane_bits() == 64 { Opcode::Cmppd } else { Opcode::Cmpps };
        let comparison = |select: &mut Self, right: Source, cond| {
            let mask = select.program.add_register(LANES);
            let making = select.op(compare, size).sets(mask, size).reads(register, size);
            select.push(with_source(making, right, size).immediate(predicate(cond)));
            mask
        };
        let ordered = comparison(self, Source::Register(register), FloatCC::Ordered);
        let number = self.lanes_of(Opcode::And, size, register, Source::Register(ordered));
        let bound = self.known_lanes(from, bound);
        let above = comparison(self, bound, FloatCC::GreaterThanOrEqual);
        let truncated = self.program.add_register(LANES);
        let making = self.op(instruction, size).sets(truncated, half).reads(number, size);
        self.push(making);
        let above = match from.lane_bits() {
            64 => self.reduced(size, above, (64, 32)).unwrap_or(above),
            _ => above,
        };
        self.lanes_of(Opcode::Xor, half, truncated, Source::Register(above))
    }
}

/// The bits of a power of two as a float.
fn power_of_two(ty: Type, power: u32) -> u64 {
    match ty.lane_bits() {
        32 => ((127 + power) as u64) << 23,
        _ => ((1023 + power) as u64) << 52,
    }
}

/// The instruction that widens lanes.
fn widening(operation: Operation, from: Type, to: Type) -> Option<Opcode> {
    Some(match (operation, from.lane_bits(), to.lane_bits()) {
        (Operation::SignExtend, 8, 16) => Opcode::Pmovsxbw,
        (Operation::SignExtend, 8, 32) => Opcode::Pmovsxbd,
        (Operation::SignExtend, 8, 64) => Opcode::Pmovsxbq,
        (Operation::SignExtend, 16, 32) => Opcode::Pmovsxwd,
        (Operation::SignExtend, 16, 64) => Opcode::Pmovsxwq,
        (Operation::SignExtend, 32, 64) => Opcode::Pmovsxdq,
        (Operation::ZeroExtend, 8, 16) => Opcode::Pmovzxbw,
        (Operation::ZeroExtend, 8, 32) => Opcode::Pmovzxbd,
        (Operation::ZeroExtend, 8, 64) => Opcode::Pmovzxbq,
        (Operation::ZeroExtend, 16, 32) => Opcode::Pmovzxwd,
        (Operation::ZeroExtend, 16, 64) => Opcode::Pmovzxwq,
        (Operation::ZeroExtend, 32, 64) => Opcode::Pmovzxdq,
        (Operation::Promote, ..) => Opcode::Cvtps2pd,
        (Operation::ToFloat, 32, 64) => Opcode::Cvtdq2pd,
        _ => return None,
    })
}
