//! Arithmetic of lanes.

use cranelift_codegen::ir::{InstructionData, Opcode as Op, Type, Value, ValueDef, types};
use regalloc2::VReg;

use super::masks::with_source;
use super::value::Source;
use super::{Select, Selected, unsupported};
use crate::backend::wide::instruction::{Constant, Size};
use crate::backend::wide::opcode::Opcode;
use crate::backend::wide::registers::LANES;

impl Select<'_> {
    /// An operation of two operands on a register of lanes.
    pub(super) fn lanes_of(&mut self, opcode: Opcode, size: Size, left: VReg, right: Source) -> VReg {
        let result = self.program.add_register(LANES);
        let making = self.op(opcode, size).sets(result, size).reads(left, size);
        self.push(with_source(making, right, size));
        result
    }

    /// One of one operand, and of an immediate.
    pub(super) fn lanes_and_immediate(
        &mut self,
        opcode: Opcode,
        size: Size,
        operand: VReg,
        value: i64,
    ) -> VReg {
        let result = self.program.add_register(LANES);
        let making = self.op(opcode, size).sets(result, size).reads(operand, size).immediate(value);
        self.push(making);
        result
    }

    /// One of one operand.
    pub(super) fn lanes_by(&mut self, opcode: Opcode, size: Size, operand: Source) -> VReg {
        let result = self.program.add_register(LANES);
        let making = self.op(opcode, size).sets(result, size);
        self.push(with_source(making, operand, size));
        result
    }

    /// Lanes that are all a known number, as an operand.
    pub(super) fn known_lanes(&mut self, ty: Type, bits: u64) -> Source {
        let (_, size) = self.shape(ty);
        self.known_lanes_of(ty, size, bits)
    }

    /// The same for a register of some size.
    pub(super) fn known_lanes_of(&mut self, ty: Type, size: Size, bits: u64) -> Source {
        let lane = &bits.to_le_bytes()[..ty.lane_bits() as usize / 8];
        let bytes = match size {
            Size::Z => 64,
            Size::Y => 32,
            _ => 16,
        };
        let broadcast = self.has_masks() && lane.len() >= 4;
        let offset = match broadcast {
            true => self.program.constant(lane),
            false => self.program.constant(&lane.repeat(bytes / lane.len())),
        };
        Source::Constant(Constant { offset, broadcast })
    }

    /// A register of lanes that are all a known number.
    pub(super) fn known_register(&mut self, ty: Type, bits: u64) -> VReg {
        match self.known_lanes(ty, bits) {
            Source::Constant(constant) => self.loaded(ty, constant),
            Source::Register(register) => register,
        }
    }

    /// Computes each part of a value.
    pub(super) fn each_part(
        &mut self,
        result: Value,
        mut compute: impl FnMut(&mut Self, usize, Size) -> Selected<VReg>,
    ) -> Selected {
        let (count, size) = self.shape(self.type_of(result));
        let mut parts = Vec::with_capacity(count);
        for part in 0..count {
            parts.push(compute(self, part, size)?);
        }
        self.values[result] = parts;
        Ok(())
    }

    pub(super) fn binary(&mut self, result: Value, opcode: Op, left: Value, right: Value) -> Selected {
        let ty = self.type_of(result);
        let commutes = !matches!(opcode, Op::Fsub | Op::Fdiv | Op::Isub);
        let swapped = commutes && self.is_constant(left);
        let [left, right] = if swapped { [right, left] } else { [left, right] };
        if let Some((operands, table)) = self.of_three(opcode, left, right) {
            return self.logic_of_three(result, operands, table);
        }
        self.each_part(result, |select, part, size| {
            if let (Op::Band, Some(chosen)) = (opcode, select.chosen_or_zero(ty, [left, right], part, size)?)
            {
                return Ok(chosen);
            }
            let left = select.register(left, part)?;
            if let (Op::Imul, Some(factor)) = (opcode, select.constant_bits(right))
                && let Some(product) = select.times(ty, left, factor)
            {
                return Ok(product);
            }
            let right = select.source(right, part)?;
            match binary_opcode(opcode, ty, select.has_masks()) {
                Some(opcode) => Ok(select.lanes_of(opcode, size, left, right)),
                None => select.composed(opcode, ty, left, right),
            }
        })
    }

    /// Integers times a power of two, or its neighbour: products of 32 and 64 bits take ten cycles and more.
    fn times(&mut self, ty: Type, number: VReg, factor: u64) -> Option<VReg> {
        let (shift, add, subtract) = match ty.lane_bits() {
            32 => (Opcode::PslldImm, Opcode::Paddd, Opcode::Psubd),
            64 => (Opcode::PsllqImm, Opcode::Paddq, Opcode::Psubq),
            _ => return None,
        };
        let (_, size) = self.shape(ty);
        let mut shifted =
            |power: u64| self.lanes_and_immediate(shift, size, number, power.trailing_zeros().into());
        match factor {
            1 => Some(number),
            2.. if factor.is_power_of_two() => Some(shifted(factor)),
            3.. if (factor - 1).is_power_of_two() => {
                let shifted = shifted(factor - 1);
                Some(self.lanes_of(add, size, shifted, Source::Register(number)))
            }
            3..u64::MAX if (factor + 1).is_power_of_two() => {
                let shifted = shifted(factor + 1);
                Some(self.lanes_of(subtract, size, shifted, Source::Register(number)))
            }
            _ => None,
        }
    }

    pub(super) fn is_constant(&self, value: Value) -> bool {
        self.constant_bits(value).is_some()
    }

    /// Lanes where a mask is true, and 0 elsewhere, if one of two operands is a mask in its own register.
    fn chosen_or_zero(
        &mut self,
        ty: Type,
        operands: [Value; 2],
        part: usize,
        size: Size,
    ) -> Selected<Option<VReg>> {
        let [left, right] = operands.map(|operand| self.uncast(operand));
        let (mask, other) = match (self.masks[left], self.masks[right]) {
            (true, false) => (left, operands[1]),
            (false, true) => (right, operands[0]),
            _ => return Ok(None),
        };
        if self.constant_bits(mask).is_some() {
            return Ok(None);
        }
        let mask = self.mask_register(mask, part)?;
        let other = self.register(other, part)?;
        let opcode = match ty.lane_bits() {
            8 => Opcode::LoadMaskedb,
            16 => Opcode::LoadMaskedw,
            32 => Opcode::LoadMaskedd,
            _ => Opcode::LoadMaskedq,
        };
        let result = self.program.add_register(LANES);
        let making = self.op(opcode, size).sets(result, size).reads(other, size).masked(mask, true);
        self.push(making);
        Ok(Some(result))
    }

    /// What is no one instruction.
    pub(super) fn composed(&mut self, opcode: Op, ty: Type, left: VReg, right: Source) -> Selected<VReg> {
        let (_, size) = self.shape(ty);
        let right = match right {
            Source::Register(register) => register,
            Source::Constant(constant) => self.loaded(ty, constant),
        };
        match (opcode, ty.lane_bits()) {
            (Op::Imul, 64) => {
                // The low half of the product of two numbers of two halves.
                let [left_high, right_high] =
                    [left, right].map(|number| self.lanes_and_immediate(Opcode::PsrlqImm, size, number, 32));
                let first = self.lanes_of(Opcode::Pmuludq, size, left_high, Source::Register(right));
                let second = self.lanes_of(Opcode::Pmuludq, size, left, Source::Register(right_high));
                let middle = self.lanes_of(Opcode::Paddq, size, first, Source::Register(second));
                let middle = self.lanes_and_immediate(Opcode::PsllqImm, size, middle, 32);
                let low = self.lanes_of(Opcode::Pmuludq, size, left, Source::Register(right));
                Ok(self.lanes_of(Opcode::Paddq, size, low, Source::Register(middle)))
            }
            (Op::Smin | Op::Smax | Op::Umin | Op::Umax, 64) => {
                let [mut first, mut second] = [left, right];
                if matches!(opcode, Op::Umin | Op::Umax) {
                    let sign = self.known_lanes(ty, 1 << 63);
                    [first, second] =
                        [first, second].map(|number| self.lanes_of(Opcode::Xor, size, number, sign));
                }
                let greater = self.lanes_of(Opcode::Pcmpgtq, size, first, Source::Register(second));
                let [then, otherwise] = match opcode {
                    Op::Smax | Op::Umax => [left, right],
                    _ => [right, left],
                };
                Ok(self.blended(Opcode::Blendvb, size, [greater, then, otherwise]))
            }
            _ => unsupported(format_args!("{opcode} of {ty}")),
        }
    }

    pub(super) fn blended(&mut self, opcode: Opcode, size: Size, [mask, then, otherwise]: [VReg; 3]) -> VReg {
        let result = self.program.add_register(LANES);
        let making = self
            .op(opcode, size)
            .sets(result, size)
            .reads(otherwise, size)
            .reads(then, size)
            .reads(mask, size);
        self.push(making);
        result
    }

    /// All lanes are shifted by one count, of which the bits below the width count.
    pub(super) fn shift(&mut self, result: Value, opcode: Op, value: Value, count: Value) -> Selected {
        let ty = self.type_of(result);
        let bits = ty.lane_bits();
        let [immediate, by_register] = match (opcode, bits) {
            (Op::Ishl, 16) => [Opcode::PsllwImm, Opcode::Psllw],
            (Op::Ishl, 32) => [Opcode::PslldImm, Opcode::Pslld],
            (Op::Ishl, 64) => [Opcode::PsllqImm, Opcode::Psllq],
            (Op::Ushr, 16) => [Opcode::PsrlwImm, Opcode::Psrlw],
            (Op::Ushr, 32) => [Opcode::PsrldImm, Opcode::Psrld],
            (Op::Ushr, 64) => [Opcode::PsrlqImm, Opcode::Psrlq],
            (Op::Sshr, 16) => [Opcode::PsrawImm, Opcode::Psraw],
            (Op::Sshr, 32) => [Opcode::PsradImm, Opcode::Psrad],
            (Op::Sshr, 64) if self.has_masks() => [Opcode::PsraqImm, Opcode::Psraq],
            _ => return unsupported(format_args!("{opcode} of {ty}")),
        };
        if let Some(count) = self.constant_bits(count) {
            let count = count & u64::from(bits - 1);
            return self.each_part(result, |select, part, size| {
                let value = select.register(value, part)?;
                Ok(select.lanes_and_immediate(immediate, size, value, count as i64))
            });
        }
        let count = self.number(count)?;
        let count = self.masked_number(count, i64::from(bits - 1));
        let count = self.number_in_lanes(count, types::I64);
        self.each_part(result, |select, part, size| {
            let value = select.register(value, part)?;
            let shifted = select.program.add_register(LANES);
            let making =
                select.op(by_register, size).sets(shifted, size).reads(value, size).reads(count, Size::X);
            select.push(making);
            Ok(shifted)
        })
    }

    /// `a * b + c`, rounded once.
    pub(super) fn fused(&mut self, result: Value, operands: [Value; 3]) -> Selected {
        let form = self.fused_form(operands);
        let ty = self.type_of(result);
        self.each_part(result, |select, part, size| select.fused_part(&form, ty, part, size))
    }

    /// Chooses the form of a fused multiplication: signs, and which operand is overwritten.
    pub(super) fn fused_form(&self, [a, b, c]: [Value; 3]) -> Fused {
        let negated = |value: Value| match self.definition(value) {
            Some(InstructionData::Unary { opcode: Op::Fneg, arg }) => Some(*arg),
            _ => None,
        };
        let (sign, [a, b, c]) = match (negated(a), negated(b), negated(c)) {
            (Some(a), None, None) => (Sign::Product, [a, b, c]),
            (None, Some(b), None) => (Sign::Product, [a, b, c]),
            (None, None, Some(c)) => (Sign::Addend, [a, b, c]),
            _ => (Sign::None, [a, b, c]),
        };
        // A constant stands in the place for memory; of the factors the second.
        let [a, b] = if self.is_constant(a) { [b, a] } else { [a, b] };
        let order = match (self.is_constant(b), self.is_constant(c)) {
            (false, true) if self.dies(b) && !self.dies(a) => Order::Factor([b, a, c]),
            // Where the factor is read again, the constant's own register is overwritten.
            (true, true) if !self.dies(a) => Order::Factor([b, a, c]),
            (_, true) => Order::Factor([a, b, c]),
            (true, false) if self.dies(c) || !self.dies(a) => Order::Addend([c, a, b]),
            (true, false) => Order::FactorByMemory([a, c, b]),
            (false, false) if self.dies(c) => Order::Addend([c, a, b]),
            (false, false) if self.dies(a) => Order::Factor([a, b, c]),
            (false, false) if self.dies(b) => Order::Factor([b, a, c]),
            (false, false) => Order::Addend([c, a, b]),
        };
        Fused { sign, order }
    }

    /// Whether a value is not read again: here alone, and where it is defined.
    pub(super) fn dies(&self, value: Value) -> bool {
        let value = self.function.dfg.resolve_aliases(value);
        let here = |block| self.blocks.get(&block) == Some(&self.block);
        let block = match self.function.dfg.value_def(value) {
            ValueDef::Result(inst, _) => self.function.layout.inst_block(inst),
            ValueDef::Param(block, _) => Some(block),
            ValueDef::Union(..) => None,
        };
        self.uses[value] == 1 && block.is_some_and(here)
    }

    pub(super) fn fused_part(&mut self, form: &Fused, ty: Type, part: usize, size: Size) -> Selected<VReg> {
        let [first, second, third] = form.operands();
        let opcode = fused_opcode(form, ty);
        let first = self.register(first, part)?;
        let second = self.register(second, part)?;
        let third = self.source(third, part)?;
        let result = self.program.add_register(LANES);
        let making = self.op(opcode, size).changes(first, result, size).reads(second, size);
        self.push(with_source(making, third, size));
        Ok(result)
    }

    pub(super) fn unary(&mut self, result: Value, opcode: Op, operand: Value) -> Selected {
        let ty = self.type_of(result);
        self.each_part(result, |select, part, size| {
            let sign = 1 << (ty.lane_bits() - 1);
            match opcode {
                Op::Sqrt => {
                    let opcode = if ty.lane_bits() == 64 { Opcode::Sqrtpd } else { Opcode::Sqrtps };
                    let operand = select.source(operand, part)?;
                    Ok(select.lanes_by(opcode, size, operand))
                }
                Op::Floor | Op::Ceil | Op::Trunc | Op::Nearest => {
                    let opcode = if ty.lane_bits() == 64 { Opcode::Roundpd } else { Opcode::Roundps };
                    let operand = select.register(operand, part)?;
                    Ok(select.lanes_and_immediate(opcode, size, operand, rounding(opcode_of(result, select))))
                }
                Op::Fabs => select.with_known(Opcode::And, (ty, sign - 1), operand, part),
                Op::Fneg => select.with_known(Opcode::Xor, (ty, sign), operand, part),
                Op::Bnot => select.with_known(Opcode::Xor, (ty, u64::MAX), operand, part),
                Op::Ineg => {
                    let zero = select.known_register(ty, 0);
                    let operand = select.source(operand, part)?;
                    match binary_opcode(Op::Isub, ty, select.has_masks()) {
                        Some(opcode) => Ok(select.lanes_of(opcode, size, zero, operand)),
                        None => unsupported(format_args!("a negated {ty}")),
                    }
                }
                _ => select.absolute(ty, operand, part),
            }
        })
    }

    fn with_known(
        &mut self,
        opcode: Opcode,
        (ty, bits): (Type, u64),
        operand: Value,
        part: usize,
    ) -> Selected<VReg> {
        let (_, size) = self.shape(ty);
        let operand = self.register(operand, part)?;
        let known = self.known_lanes(ty, bits);
        Ok(self.lanes_of(logic(opcode, ty), size, operand, known))
    }

    fn absolute(&mut self, ty: Type, operand: Value, part: usize) -> Selected<VReg> {
        let (_, size) = self.shape(ty);
        let opcode = match ty.lane_bits() {
            8 => Opcode::Pabsb,
            16 => Opcode::Pabsw,
            32 => Opcode::Pabsd,
            _ if self.has_masks() => Opcode::Pabsq,
            _ => {
                let operand = self.register(operand, part)?;
                let zero = self.known_register(ty, 0);
                let negative = self.lanes_of(Opcode::Pcmpgtq, size, zero, Source::Register(operand));
                let flipped = self.lanes_of(Opcode::Xor, size, operand, Source::Register(negative));
                return Ok(self.lanes_of(Opcode::Psubq, size, flipped, Source::Register(negative)));
            }
        };
        let operand = self.source(operand, part)?;
        Ok(self.lanes_by(opcode, size, operand))
    }

    /// Lanes that are all a number.
    pub(super) fn splat(&mut self, result: Value, number: Value) -> Selected {
        let ty = self.type_of(result);
        let (count, size) = self.shape(ty);
        let width = ty.lane_bits().trailing_zeros() as usize - 3;
        let splat = self.program.add_register(LANES);
        if ty.lane_type().is_int() && self.has_masks() {
            let opcodes = [
                Opcode::PbroadcastbNumber,
                Opcode::PbroadcastwNumber,
                Opcode::PbroadcastdNumber,
                Opcode::PbroadcastqNumber,
            ];
            let from = if width == 3 { Size::Long } else { Size::Half };
            let number = self.number(number)?;
            let making = self.op(opcodes[width], size).sets(splat, size).reads(number, from);
            self.push(making);
        } else {
            let number = match ty.lane_type().is_int() {
                true => {
                    let number = self.number(number)?;
                    self.number_in_lanes(number, types::I64)
                }
                false => self.register(number, 0)?,
            };
            let opcodes =
                [Opcode::Pbroadcastb, Opcode::Pbroadcastw, Opcode::Pbroadcastd, Opcode::Pbroadcastq];
            let making = self.op(opcodes[width], size).sets(splat, size).reads(number, Size::X);
            self.push(making);
        }
        self.values[result] = vec![splat; count];
        Ok(())
    }

    /// The same bits as lanes of another type: the same registers.
    pub(super) fn cast(&mut self, result: Value, from: Value) -> Selected {
        if self.type_of(from).is_vector() {
            // What reads it reads what it is made of.
            return Ok(());
        }
        unsupported(format_args!("a cast from {} to {}", self.type_of(from), self.type_of(result)))
    }
}

/// A fused multiplication.
pub(super) struct Fused {
    sign: Sign,
    order: Order,
}

/// What of a fused multiplication is negated.
#[derive(Clone, Copy)]
enum Sign {
    None,
    Product,
    Addend,
}

/// Which operand is overwritten, and what may be in memory: the last one.
enum Order {
    /// A factor; the other factor, the addend.
    Factor([Value; 3]),
    /// A factor; the addend, the other factor.
    FactorByMemory([Value; 3]),
    /// The addend; the factors.
    Addend([Value; 3]),
}

impl Fused {
    pub(super) const fn operands(&self) -> [Value; 3] {
        match self.order {
            Order::Factor(operands) | Order::FactorByMemory(operands) | Order::Addend(operands) => operands,
        }
    }
}

/// The instruction of a fused multiplication of lanes or of single floats.
fn fused_opcode(form: &Fused, ty: Type) -> Opcode {
    let opcodes = match (form.sign, &form.order) {
        (Sign::None, Order::FactorByMemory(_)) => {
            [Opcode::Fmadd132pd, Opcode::Fmadd132ps, Opcode::Fmadd132sd, Opcode::Fmadd132ss]
        }
        (Sign::None, Order::Factor(_)) => {
            [Opcode::Fmadd213pd, Opcode::Fmadd213ps, Opcode::Fmadd213sd, Opcode::Fmadd213ss]
        }
        (Sign::None, Order::Addend(_)) => {
            [Opcode::Fmadd231pd, Opcode::Fmadd231ps, Opcode::Fmadd231sd, Opcode::Fmadd231ss]
        }
        (Sign::Addend, Order::FactorByMemory(_)) => {
            [Opcode::Fmsub132pd, Opcode::Fmsub132ps, Opcode::Fmsub132sd, Opcode::Fmsub132ss]
        }
        (Sign::Addend, Order::Factor(_)) => {
            [Opcode::Fmsub213pd, Opcode::Fmsub213ps, Opcode::Fmsub213sd, Opcode::Fmsub213ss]
        }
        (Sign::Addend, Order::Addend(_)) => {
            [Opcode::Fmsub231pd, Opcode::Fmsub231ps, Opcode::Fmsub231sd, Opcode::Fmsub231ss]
        }
        (Sign::Product, Order::FactorByMemory(_)) => {
            [Opcode::Fnmadd132pd, Opcode::Fnmadd132ps, Opcode::Fnmadd132sd, Opcode::Fnmadd132ss]
        }
        (Sign::Product, Order::Factor(_)) => {
            [Opcode::Fnmadd213pd, Opcode::Fnmadd213ps, Opcode::Fnmadd213sd, Opcode::Fnmadd213ss]
        }
        (Sign::Product, Order::Addend(_)) => {
            [Opcode::Fnmadd231pd, Opcode::Fnmadd231ps, Opcode::Fnmadd231sd, Opcode::Fnmadd231ss]
        }
    };
    let narrow = (ty.lane_bits() == 32) as usize;
    opcodes[narrow + if ty.is_vector() { 0 } else { 2 }]
}

/// How a rounding instruction rounds, without telling that it did.
pub(super) const fn rounding(opcode: Op) -> i64 {
    8 + match opcode {
        Op::Floor => 1,
        Op::Ceil => 2,
        Op::Trunc => 3,
        _ => 0,
    }
}

fn opcode_of(value: Value, select: &Select<'_>) -> Op {
    select.definition(value).map_or(Op::Nop, InstructionData::opcode)
}

/// The instruction of an operation on bits whose constants are as wide as a type's lanes.
pub(super) fn logic(opcode: Opcode, ty: Type) -> Opcode {
    match (opcode, ty.lane_bits()) {
        (Opcode::And, 32) => Opcode::And32,
        (Opcode::Andn, 32) => Opcode::Andn32,
        (Opcode::Or, 32) => Opcode::Or32,
        (Opcode::Xor, 32) => Opcode::Xor32,
        _ => opcode,
    }
}

/// The instruction of an operation on lanes, if there is one.
pub(super) fn binary_opcode(opcode: Op, ty: Type, avx512: bool) -> Option<Opcode> {
    let by_width = |opcodes: [Option<Opcode>; 4]| opcodes[ty.lane_bits().trailing_zeros() as usize - 3];
    let narrow = ty.lane_bits() == 32;
    let float = |wide, single| Some(if narrow { single } else { wide });
    let only_512 = |opcode| avx512.then_some(opcode);
    match opcode {
        Op::Fadd => float(Opcode::Addpd, Opcode::Addps),
        Op::Fsub => float(Opcode::Subpd, Opcode::Subps),
        Op::Fmul => float(Opcode::Mulpd, Opcode::Mulps),
        Op::Fdiv => float(Opcode::Divpd, Opcode::Divps),
        Op::Iadd => by_width([Opcode::Paddb, Opcode::Paddw, Opcode::Paddd, Opcode::Paddq].map(Some)),
        Op::Isub => by_width([Opcode::Psubb, Opcode::Psubw, Opcode::Psubd, Opcode::Psubq].map(Some)),
        Op::Imul => by_width([None, Some(Opcode::Pmullw), Some(Opcode::Pmulld), only_512(Opcode::Pmullq)]),
        Op::Band => Some(logic(Opcode::And, ty)),
        Op::Bor => Some(logic(Opcode::Or, ty)),
        Op::Bxor => Some(logic(Opcode::Xor, ty)),
        Op::Smin => by_width([
            Some(Opcode::Pminsb),
            Some(Opcode::Pminsw),
            Some(Opcode::Pminsd),
            only_512(Opcode::Pminsq),
        ]),
        Op::Smax => by_width([
            Some(Opcode::Pmaxsb),
            Some(Opcode::Pmaxsw),
            Some(Opcode::Pmaxsd),
            only_512(Opcode::Pmaxsq),
        ]),
        Op::Umin => by_width([
            Some(Opcode::Pminub),
            Some(Opcode::Pminuw),
            Some(Opcode::Pminud),
            only_512(Opcode::Pminuq),
        ]),
        Op::Umax => by_width([
            Some(Opcode::Pmaxub),
            Some(Opcode::Pmaxuw),
            Some(Opcode::Pmaxud),
            only_512(Opcode::Pmaxuq),
        ]),
        _ => None,
    }
}
