//! Values: their registers, and constants, which have none.

use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir::{self, InstructionData, Opcode as Op, Type, Value, ValueDef, types};
use iced_x86::Code;
use regalloc2::VReg;

use super::{Select, Selected, unsupported};
use crate::backend::wide::instruction::{Address, Base, Constant, Kind, Size};
use crate::backend::wide::opcode::{Extension, Opcode};
use crate::backend::wide::registers::{LANES, MASK, NUMBER};

/// What an instruction reads in the place where it can read memory.
#[derive(Clone, Copy)]
pub(super) enum Source {
    Register(VReg),
    Constant(Constant),
}

/// How often each value is read.
pub(super) fn uses(function: &ir::Function) -> SecondaryMap<Value, u32> {
    let mut uses = SecondaryMap::new();
    for block in function.layout.blocks() {
        for inst in function.layout.block_insts(block) {
            for value in function.dfg.inst_values(inst) {
                uses[function.dfg.resolve_aliases(value)] += 1;
            }
        }
    }
    uses
}

impl Select<'_> {
    pub(super) fn type_of(&self, value: Value) -> Type {
        self.function.dfg.value_type(value)
    }

    /// What defines a value, if an instruction does.
    pub(super) fn definition(&self, value: Value) -> Option<&InstructionData> {
        let value = self.function.dfg.resolve_aliases(value);
        match self.function.dfg.value_def(value) {
            ValueDef::Result(inst, 0) => Some(&self.function.dfg.insts[inst]),
            _ => None,
        }
    }

    /// How wide a register of lanes is at most.
    pub(super) const fn widest(&self) -> Size {
        match self.extension {
            Extension::Avx2 => Size::Y,
            Extension::Avx512 => Size::Z,
        }
    }

    pub(super) const fn widest_bits(&self) -> u32 {
        match self.extension {
            Extension::Avx2 => 256,
            Extension::Avx512 => 512,
        }
    }

    /// How many registers lanes of a type fill, and how wide these are.
    pub(super) fn shape(&self, ty: Type) -> (usize, Size) {
        let lanes = if ty.is_vector() { self.lanes } else { 1 };
        match lanes * ty.lane_bits() {
            bits if bits > self.widest_bits() => ((bits / self.widest_bits()) as usize, self.widest()),
            bits => (1, Size::of_bits(bits)),
        }
    }

    /// How many lanes a register of a type's has.
    pub(super) fn lanes_in_part(&self, ty: Type) -> u32 {
        self.lanes / self.shape(ty).0 as u32
    }

    /// New registers for a value.
    pub(super) fn new_parts(&mut self, value: Value) -> Selected<Vec<VReg>> {
        let ty = self.type_of(value);
        let (count, class) = match ty {
            ty if ty.is_vector() && self.masks[value] => (self.shape(ty).0, MASK),
            ty if ty.is_vector() => (self.shape(ty).0, LANES),
            types::F32 | types::F64 => (1, LANES),
            ty if ty.is_int() && ty.bits() <= 64 => (1, NUMBER),
            ty => return unsupported(format_args!("a value of type {ty}")),
        };
        Ok((0..count).map(|_| self.program.add_register(class)).collect())
    }

    /// New registers for a value that is defined here.
    pub(super) fn define(&mut self, value: Value) -> Selected<Vec<VReg>> {
        let parts = self.new_parts(value)?;
        self.values[value] = parts.clone();
        Ok(parts)
    }

    /// The bits of each lane, or of the number, where it is a constant.
    pub(super) fn constant_bits(&self, value: Value) -> Option<u64> {
        match self.definition(value)? {
            InstructionData::UnaryImm { opcode: Op::Iconst, imm } => Some(imm.bits() as u64),
            InstructionData::UnaryIeee64 { opcode: Op::F64const, imm } => Some(imm.bits()),
            InstructionData::UnaryIeee32 { opcode: Op::F32const, imm } => Some(imm.bits().into()),
            InstructionData::Unary { opcode: Op::Splat, arg } => self.constant_bits(*arg),
            // Lanes differ in no constant.
            InstructionData::UnaryConst { opcode: Op::Vconst, constant_handle } => {
                let bytes = self.function.dfg.constants.get(*constant_handle).as_slice();
                let lane = &bytes[..self.type_of(value).lane_bits() as usize / 8];
                let mut bits = [0; 8];
                bits[..lane.len()].copy_from_slice(lane);
                bytes.chunks(lane.len()).all(|other| other == lane).then(|| u64::from_le_bytes(bits))
            }
            InstructionData::Unary { opcode: Op::Bitcast, arg }
            | InstructionData::LoadNoOffset { opcode: Op::Bitcast, arg, .. }
                if self.type_of(*arg).lane_bits() == self.type_of(value).lane_bits() =>
            {
                self.constant_bits(*arg)
            }
            _ => None,
        }
    }

    /// Where a constant stands in the pool; none if the value is not a constant.
    pub(super) fn constant(&mut self, value: Value) -> Option<Constant> {
        let ty = self.type_of(value);
        let (_, size) = self.shape(ty);
        let bytes = match size {
            Size::Z => 64,
            Size::Y => 32,
            _ => 16,
        };
        let bits = self.constant_bits(value)?;
        let lane = &bits.to_le_bytes()[..ty.lane_bits() as usize / 8];
        if !ty.is_vector() {
            return Some(Constant { offset: self.program.constant(lane), broadcast: false });
        }
        if self.has_masks() && lane.len() >= 4 {
            return Some(Constant { offset: self.program.constant(lane), broadcast: true });
        }
        let offset = self.program.constant(&lane.repeat(bytes / lane.len()));
        Some(Constant { offset, broadcast: false })
    }

    /// A part of lanes, or a single float, in a register.
    pub(super) fn register(&mut self, value: Value, part: usize) -> Selected<VReg> {
        let value = self.function.dfg.resolve_aliases(value);
        let ty = self.type_of(value);
        if let Some(constant) = self.constant(value) {
            return Ok(self.loaded(ty, constant));
        }
        if ty.is_vector() && self.masks[value] {
            let mask = self.values[value][part];
            return Ok(self.mask_as_lanes(ty, mask));
        }
        match self.values[value].get(part) {
            Some(register) => Ok(*register),
            None if self.uncast(value) != value => self.register(self.uncast(value), part),
            None => match self.cast_from(value) {
                Some(from) => self.register(from, part),
                None => unsupported(format_args!("{value} before it is defined")),
            },
        }
    }

    /// What lanes of another type a cast is made of.
    fn cast_from(&self, value: Value) -> Option<Value> {
        match self.definition(value)? {
            InstructionData::Unary { opcode: Op::Bitcast, arg }
            | InstructionData::LoadNoOffset { opcode: Op::Bitcast, arg, .. } => Some(*arg),
            _ => None,
        }
    }

    /// A part as what an instruction reads.
    pub(super) fn source(&mut self, value: Value, part: usize) -> Selected<Source> {
        let value = self.function.dfg.resolve_aliases(value);
        Ok(match self.constant(value) {
            Some(constant) => Source::Constant(constant),
            None => Source::Register(self.register(value, part)?),
        })
    }

    /// A constant in a register.
    pub(super) fn loaded(&mut self, ty: Type, constant: Constant) -> VReg {
        let register = self.program.add_register(LANES);
        let (_, size) = self.shape(ty);
        let making = match (ty.is_vector(), constant.broadcast, ty.lane_bits()) {
            (false, _, 32) => self.op(Opcode::LoadSs, Size::X).sets(register, Size::X),
            (false, ..) => self.op(Opcode::LoadSd, Size::X).sets(register, Size::X),
            (true, true, 32) => self.op(Opcode::Pbroadcastd, size).sets(register, size),
            (true, true, _) => self.op(Opcode::Pbroadcastq, size).sets(register, size),
            (true, false, _) => self.op(Opcode::Load, size).sets(register, size),
        };
        // What loads one number for all lanes is told so by its code.
        let making = making.constant(Constant { broadcast: false, ..constant });
        self.push(making);
        register
    }

    /// A number in a register, whose bits above the type's are any.
    pub(super) fn number(&mut self, value: Value) -> Selected<VReg> {
        let value = self.function.dfg.resolve_aliases(value);
        if let Some(bits) = self.constant_bits(value) {
            return Ok(self.number_of(bits as i64));
        }
        let definition = self.definition(value).map(InstructionData::opcode);
        match self.values[value].first() {
            Some(register) => Ok(*register),
            None if matches!(definition, Some(Op::Icmp | Op::VanyTrue)) => {
                let jump = self.condition(value)?;
                self.flag(jump)
            }
            None => unsupported(format_args!("{value} before it is defined")),
        }
    }

    /// A number that is known.
    pub(super) fn number_of(&mut self, value: i64) -> VReg {
        let register = self.program.add_register(NUMBER);
        let making = match u32::try_from(value) {
            Ok(_) => self.making(Kind::Machine(Code::Mov_r32_imm32)).sets(register, Size::Half),
            Err(_) => self.making(Kind::Machine(Code::Mov_r64_imm64)).sets(register, Size::Long),
        };
        self.push(making.immediate(value));
        register
    }

    /// A known number of as many bits as an instruction holds, extended by its sign.
    pub(super) fn immediate(&self, value: Value) -> Option<i64> {
        let bits = self.type_of(value).bits();
        let known = self.constant_bits(value)? as i64;
        let known = (known << (64 - bits)) >> (64 - bits);
        i32::try_from(known).ok().map(i64::from)
    }

    /// The bytes of the frame that hold a register of lanes until its numbers have been read.
    pub(super) fn scratch(&mut self) -> Address<VReg> {
        let offset = match self.scratch {
            Some(offset) => offset,
            None => {
                let offset = self.program.frame.next_multiple_of(64);
                self.program.frame = offset + 64;
                *self.scratch.insert(offset)
            }
        };
        Address::at(Base::Frame(offset), 0)
    }
}
