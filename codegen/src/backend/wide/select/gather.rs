//! Lanes that do not lie next to each other.
//!
//! An instruction takes as many lanes as a register has of 64 bits, whose distances from an address are in one; with
//! lanes of 32 bits it fills half of a register. It ends with its mask empty.

use cranelift_codegen::ir::{Opcode as Op, Value, types};
use iced_x86::Code;
use regalloc2::VReg;

use super::arithmetic::binary_opcode;
use super::value::Source;
use super::{Select, Selected, unsupported};
use crate::backend::wide::instruction::{Address, Base, Constant, Kind, Size};
use crate::backend::wide::opcode::Opcode;
use crate::backend::wide::registers::{LANES, MASK, NUMBER};

impl Select<'_> {
    pub(super) fn gather(&mut self, result: Value, [address, distance, mask]: [Value; 3]) -> Selected {
        let ty = self.type_of(result);
        let opcode = match ty.lane_bits() {
            64 => Opcode::Gatherqpd,
            32 => Opcode::Gatherqps,
            _ => return unsupported(format_args!("{ty} from anywhere")),
        };
        let addresses = self.addresses(address, distance)?;
        let bits = self.lanes_in_part(types::I64X2) * ty.lane_bits();
        let size = Size::of_bits(bits);
        let mut pieces = Vec::with_capacity(addresses.len());
        for (piece, address) in addresses.into_iter().enumerate() {
            let nothing = Constant { offset: self.program.constant(&[0; 64]), broadcast: false };
            let nothing = self.lanes_by(Opcode::Load, size, Source::Constant(nothing));
            let (mask, class) = match self.has_masks() {
                true => (self.resized_mask(types::I64X2, mask, piece)?, MASK),
                false => (self.block(mask, types::I64X2, piece)?, LANES),
            };
            let [register, empty] = [LANES, class].map(|class| self.program.add_register(class));
            let (_, index) = self.shape(types::I64X2);
            let making = self.op(opcode, index).changes(nothing, register, size).memory(address);
            let making = match self.has_masks() {
                true => making.masked_until_empty(mask, empty),
                false => making.changes(mask, empty, size),
            };
            self.push(making);
            pieces.push(register);
        }
        let (count, _) = self.shape(ty);
        let each = pieces.len() / count;
        let parts = pieces.chunks(each).map(|pieces| self.joined(pieces.to_vec(), bits));
        self.values[result] = parts.collect::<Selected<_>>()?;
        Ok(())
    }

    /// Lanes that meet are written in their order: so the manual says of an instruction, and these stand in it.
    pub(super) fn scatter(&mut self, value: Value, [address, distance, mask]: [Value; 3]) -> Selected {
        let ty = self.type_of(value);
        let opcode = match ty.lane_bits() {
            64 if self.has_masks() => Opcode::Scatterqpd,
            32 if self.has_masks() => Opcode::Scatterqps,
            _ => return unsupported(format_args!("{ty} to anywhere")),
        };
        let size = Size::of_bits(self.lanes_in_part(types::I64X2) * ty.lane_bits());
        for (piece, address) in self.addresses(address, distance)?.into_iter().enumerate() {
            let mask = self.resized_mask(types::I64X2, mask, piece)?;
            let empty = self.program.add_register(MASK);
            let register = self.block(value, types::I64X2, piece)?;
            let (_, index) = self.shape(types::I64X2);
            let making = self.op(opcode, index).memory(address).reads(register, size);
            self.push(making.masked_until_empty(mask, empty));
        }
        Ok(())
    }

    /// The addresses of as many lanes each as a register has of 64 bits.
    fn addresses(&mut self, address: Value, distance: Value) -> Selected<Vec<Address<VReg>>> {
        let (count, size) = self.shape(types::I64X2);
        let mut base = self.number(address)?;
        let at = |base, distances| Address {
            base: Base::Register(base),
            index: Some((distances, size)),
            scale: 1,
            offset: 0,
        };
        if self.type_of(distance).is_vector() {
            return (0..count).map(|part| Ok(at(base, self.register(distance, part)?))).collect();
        }
        let distances = self.multiples(distance)?;
        let step = self.number(distance)?;
        let each = self.lanes_in_part(types::I64X2).trailing_zeros();
        let step = self.with_immediate(Code::Shl_rm64_imm8, step, each.into());
        let mut addresses = vec![at(base, distances)];
        for _ in 1..count {
            let next = self.program.add_register(NUMBER);
            let making = self.making(Kind::Machine(Code::Add_r64_rm64)).changes(base, next, Size::Long);
            self.push(making.reads(step, Size::Long));
            base = next;
            addresses.push(at(base, distances));
        }
        Ok(addresses)
    }

    /// A register of 0, 1, 2, … times a number.
    fn multiples(&mut self, number: Value) -> Selected<VReg> {
        let (_, size) = self.shape(types::I64X2);
        let lanes = 0..u64::from(self.lanes_in_part(types::I64X2)).max(2);
        if let Some(known) = self.constant_bits(number) {
            let bytes: Vec<u8> = lanes.flat_map(|lane| lane.wrapping_mul(known).to_le_bytes()).collect();
            let constant = Constant { offset: self.program.constant(&bytes), broadcast: false };
            return Ok(self.lanes_by(Opcode::Load, size, Source::Constant(constant)));
        }
        let bytes: Vec<u8> = lanes.flat_map(u64::to_le_bytes).collect();
        let lanes = Constant { offset: self.program.constant(&bytes), broadcast: false };
        let number = self.number(number)?;
        let number = self.number_in_lanes(number, types::I64);
        let all = self.program.add_register(LANES);
        let making = self.op(Opcode::Pbroadcastq, size).sets(all, size).reads(number, Size::X);
        self.push(making);
        match binary_opcode(Op::Imul, types::I64X2, self.has_masks()) {
            Some(opcode) => Ok(self.lanes_of(opcode, size, all, Source::Constant(lanes))),
            None => self.composed(Op::Imul, types::I64X2, all, Source::Constant(lanes)),
        }
    }
}
