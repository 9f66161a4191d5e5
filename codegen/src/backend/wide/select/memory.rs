//! Loads, stores and addresses.

use cranelift_codegen::ir::{Inst, InstructionData, Opcode as Op, Type, Value, types};
use iced_x86::Code;
use regalloc2::VReg;

use super::{Select, Selected, unsupported};
use crate::backend::operation::Operation;
use crate::backend::wide::instruction::{Address, Base, Constant, Kind, Size};
use crate::backend::wide::opcode::Opcode;
use crate::backend::wide::registers::{LANES, NUMBER};

impl Select<'_> {
    pub(super) fn memory(&mut self, inst: Inst, data: &InstructionData) -> Selected {
        match *data {
            InstructionData::Load { opcode: Op::Load, arg, offset, .. } => {
                let [result] = self.function.dfg.inst_results(inst) else { return unsupported("a load") };
                let address = self.address(arg, offset.into())?;
                self.load(*result, address)
            }
            InstructionData::Store { opcode: Op::Store, args: [value, pointer], offset, .. } => {
                let address = self.address(pointer, offset.into())?;
                self.store(value, address)
            }
            InstructionData::StackAddr { stack_slot, offset, .. } => {
                let [result] = self.function.dfg.inst_results(inst) else { return unsupported("an address") };
                let register = self.define(*result)?[0];
                let address = Address::at(Base::Frame(self.slots[&stack_slot]), offset.into());
                let making =
                    self.making(Kind::Machine(Code::Lea_r64_m)).sets(register, Size::Long).memory(address);
                self.push(making);
                Ok(())
            }
            _ => unsupported(data.opcode()),
        }
    }

    /// An address, with what is added for it as far as an instruction adds it.
    pub(super) fn address(&mut self, pointer: Value, offset: i32) -> Selected<Address<VReg>> {
        if let Some(InstructionData::Binary { opcode: Op::Iadd, args: [left, right] }) =
            self.definition(pointer).copied()
        {
            if let Some(more) =
                self.immediate(right).and_then(|more| i32::try_from(i64::from(offset) + more).ok())
            {
                return self.address(left, more);
            }
            for [base, index] in [[left, right], [right, left]] {
                if let Some((index, scale)) = self.scaled(index) {
                    let (base, index) = (self.number(base)?, self.number(index)?);
                    let index = Some((index, Size::Long));
                    return Ok(Address { base: Base::Register(base), index, scale, offset });
                }
            }
            let (base, index) = (self.number(left)?, self.number(right)?);
            let index = Some((index, Size::Long));
            return Ok(Address { base: Base::Register(base), index, scale: 1, offset });
        }
        let base = self.number(pointer)?;
        Ok(Address::at(Base::Register(base), offset))
    }

    /// What a number is 2, 4 or 8 times of.
    fn scaled(&self, value: Value) -> Option<(Value, u32)> {
        let InstructionData::Binary { opcode: Op::Ishl, args: [number, count] } = self.definition(value)?
        else {
            return None;
        };
        match self.constant_bits(*count)? {
            count @ 1..=3 => Some((*number, 1 << count)),
            _ => None,
        }
    }

    /// The addresses of the registers of lanes that lie one after the other.
    fn part_address(&self, ty: Type, address: Address<VReg>, part: usize) -> Address<VReg> {
        let bytes = self.lanes_in_part(ty) * ty.lane_bits() / 8;
        Address { offset: address.offset + (part as u32 * bytes) as i32, ..address }
    }

    fn load(&mut self, result: Value, address: Address<VReg>) -> Selected {
        let ty = self.type_of(result);
        if ty.is_vector() && !self.masks[result] {
            return self.each_part(result, |select, part, size| {
                let register = select.program.add_register(LANES);
                let opcode = moves(select.lanes_in_part(ty) * ty.lane_bits())?[0];
                let address = select.part_address(ty, address, part);
                let making = select.op(opcode, size).sets(register, size).memory(address);
                select.push(making);
                Ok(register)
            });
        }
        let register = self.define(result)?[0];
        let making = match ty {
            types::F64 | types::F32 => self.op(moves(ty.bits())?[0], Size::X).sets(register, Size::X),
            types::I64 => self.making(Kind::Machine(Code::Mov_r64_rm64)).sets(register, Size::Long),
            types::I32 => self.making(Kind::Machine(Code::Mov_r32_rm32)).sets(register, Size::Half),
            types::I16 => self.making(Kind::Machine(Code::Movzx_r32_rm16)).sets(register, Size::Half),
            types::I8 => self.making(Kind::Machine(Code::Movzx_r32_rm8)).sets(register, Size::Half),
            _ => return unsupported(format_args!("a load of {ty}")),
        };
        self.push(making.memory(address));
        Ok(())
    }

    fn store(&mut self, value: Value, address: Address<VReg>) -> Selected {
        let ty = self.type_of(value);
        if ty.is_vector() {
            let (count, size) = self.shape(ty);
            for part in 0..count {
                let register = self.register(value, part)?;
                let address = self.part_address(ty, address, part);
                let opcode = moves(self.lanes_in_part(ty) * ty.lane_bits())?[1];
                let making = self.op(opcode, size).memory(address).reads(register, size);
                self.push(making);
            }
            return Ok(());
        }
        let (kind, size) = match ty {
            types::F64 | types::F32 => {
                let register = self.register(value, 0)?;
                let making = self.op(moves(ty.bits())?[1], Size::X).memory(address).reads(register, Size::X);
                self.push(making);
                return Ok(());
            }
            types::I64 => (Code::Mov_rm64_r64, Size::Long),
            types::I32 => (Code::Mov_rm32_r32, Size::Half),
            types::I16 => (Code::Mov_rm16_r16, Size::Word),
            types::I8 => (Code::Mov_rm8_r8, Size::Byte),
            _ => return unsupported(format_args!("a store of {ty}")),
        };
        let register = self.number(value)?;
        let making = self.making(Kind::Machine(kind)).memory(address).reads(register, size);
        self.push(making);
        Ok(())
    }

    /// An operation that Cranelift's IR lacks.
    pub(super) fn operation(&mut self, inst: Inst, operation: Operation) -> Selected {
        let args = self.function.dfg.inst_args(inst).to_vec();
        let result = self.function.dfg.inst_results(inst).first().copied();
        match (operation, &args[..], result) {
            (Operation::Here, &[value], Some(result)) => {
                let parts = 0..self.shape(self.type_of(value)).0;
                self.values[result] =
                    parts.map(|part| self.register(value, part)).collect::<Selected<_>>()?;
                Ok(())
            }
            (Operation::LaneNumbers, [], Some(result)) => self.lane_numbers(result),
            (Operation::ResizeMask, &[mask], Some(result)) if self.masks[result] => {
                let ty = self.type_of(result);
                let mut parts = Vec::new();
                for part in 0..self.shape(ty).0 {
                    parts.push(self.resized_mask(ty, mask, part)?);
                }
                self.values[result] = parts;
                Ok(())
            }
            (Operation::ResizeMask, &[mask], Some(result)) => {
                let widens = self.type_of(result).lane_bits() > self.type_of(mask).lane_bits();
                let operation = if widens { Operation::SignExtend } else { Operation::Truncate };
                self.resized(result, operation, mask)
            }
            (Operation::LoadMasked, &[pointer, mask], Some(result)) => {
                let address = self.address(pointer, 0)?;
                self.load_masked(result, address, mask)
            }
            (Operation::StoreMasked, &[pointer, mask, value], None) => {
                let address = self.address(pointer, 0)?;
                self.store_masked(value, address, mask)
            }
            (Operation::Gather, &[address, distance, mask], Some(result)) => {
                self.gather(result, [address, distance, mask])
            }
            (Operation::Scatter, &[address, distance, mask, value], None) => {
                self.scatter(value, [address, distance, mask])
            }
            (_, &[from], Some(result)) => self.resized(result, operation, from),
            _ => unsupported(format_args!("{operation:?}")),
        }
    }

    fn lane_numbers(&mut self, result: Value) -> Selected {
        let ty = self.type_of(result);
        let each = u64::from(self.lanes_in_part(ty));
        let bytes = ty.lane_bits() as usize / 8;
        self.each_part(result, |select, part, size| {
            let first = part as u64 * each;
            let numbers =
                (first..first + each).flat_map(|number| number.to_le_bytes().into_iter().take(bytes));
            let mut numbers: Vec<u8> = numbers.collect();
            numbers.resize(numbers.len().max(16), 0);
            let constant = Constant { offset: select.program.constant(&numbers), broadcast: false };
            let register = select.program.add_register(LANES);
            let making = select.op(Opcode::Load, size).sets(register, size).constant(constant);
            select.push(making);
            Ok(register)
        })
    }

    fn load_masked(&mut self, result: Value, address: Address<VReg>, mask: Value) -> Selected {
        let ty = self.type_of(result);
        let [opcode, _] = masked_moves(ty, self.has_masks())?;
        self.each_part(result, |select, part, size| {
            let address = select.part_address(ty, address, part);
            let register = select.program.add_register(LANES);
            let making = select.op(opcode, size).sets(register, size);
            let mask = select.mask_of_memory(ty, mask, part)?;
            let making = if select.has_masks() {
                making.memory(address).masked(mask, true)
            } else {
                making.reads(mask, size).memory(address)
            };
            select.push(making);
            Ok(register)
        })
    }

    fn store_masked(&mut self, value: Value, address: Address<VReg>, mask: Value) -> Selected {
        let ty = self.type_of(value);
        let [_, opcode] = masked_moves(ty, self.has_masks())?;
        let (count, size) = self.shape(ty);
        for part in 0..count {
            let address = self.part_address(ty, address, part);
            let register = self.register(value, part)?;
            let mask = self.mask_of_memory(ty, mask, part)?;
            let making = if self.has_masks() {
                self.op(opcode, size).memory(address).reads(register, size).masked(mask, false)
            } else {
                self.op(opcode, size).memory(address).reads(mask, size).reads(register, size)
            };
            self.push(making);
        }
        Ok(())
    }

    /// A number of one lane: through memory, which is where what asks for it has time.
    pub(super) fn extracted_lane(&mut self, result: Value, from: Value, lane: u8) -> Selected {
        let ty = self.type_of(from);
        let (_, size) = self.shape(ty);
        let each = self.lanes_in_part(ty);
        let register = self.register(from, usize::from(lane) / each as usize)?;
        let scratch = self.scratch();
        let making = self.op(Opcode::Store, size).memory(scratch).reads(register, size);
        self.push(making);
        let offset = (u32::from(lane) % each * ty.lane_bits() / 8) as i32;
        self.load(result, Address { offset, ..scratch })
    }

    /// A number in the low lane of a register.
    pub(super) fn number_in_lanes(&mut self, number: VReg, ty: Type) -> VReg {
        let register = self.program.add_register(LANES);
        let (opcode, size) = match ty {
            types::I32 => (Opcode::ToVectord, Size::Half),
            _ => (Opcode::ToVectorq, Size::Long),
        };
        let making = self.op(opcode, Size::X).sets(register, Size::X).reads(number, size);
        self.push(making);
        register
    }

    /// The low lane of a register as a number.
    pub(super) fn number_of_lane(&mut self, register: VReg, ty: Type) -> VReg {
        let number = self.program.add_register(NUMBER);
        let (opcode, size) = match ty {
            types::I32 => (Opcode::ToNumberd, Size::Half),
            _ => (Opcode::ToNumberq, Size::Long),
        };
        let making = self.op(opcode, Size::X).sets(number, size).reads(register, Size::X);
        self.push(making);
        number
    }
}

/// The instructions that load and store the lanes of a mask.
fn masked_moves(ty: Type, avx512: bool) -> Selected<[Opcode; 2]> {
    match (ty.lane_bits(), avx512) {
        (8, true) => Ok([Opcode::LoadMaskedb, Opcode::StoreMaskedb]),
        (16, true) => Ok([Opcode::LoadMaskedw, Opcode::StoreMaskedw]),
        (32, true) => Ok([Opcode::LoadMaskedd, Opcode::StoreMaskedd]),
        (64, true) => Ok([Opcode::LoadMaskedq, Opcode::StoreMaskedq]),
        (32, false) => Ok([Opcode::MaskmovLoadd, Opcode::MaskmovStored]),
        (64, false) => Ok([Opcode::MaskmovLoadq, Opcode::MaskmovStoreq]),
        _ => unsupported(format_args!("{ty} in memory, by a mask")),
    }
}

/// The instructions that load and store a register of lanes, or a float, and no more than it holds.
fn moves(bits: u32) -> Selected<[Opcode; 2]> {
    match bits {
        32 => Ok([Opcode::LoadSs, Opcode::StoreSs]),
        64 => Ok([Opcode::LoadSd, Opcode::StoreSd]),
        128.. => Ok([Opcode::Load, Opcode::Store]),
        _ => unsupported(format_args!("{bits} bits in memory")),
    }
}
