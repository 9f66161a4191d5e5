//! Masks: which values are, and what is done with them in registers of their own.
//!
//! A mask is a value whose lanes are all bits or none. Where masks have registers, bits behind those of its
//! lanes may be any where a register has fewer than 8 lanes of a type, and so may lanes be behind those of a
//! type that does not fill 128 bits. What these decide, [`Select::any`] and memory, looks at a type's lanes alone.

use std::collections::BTreeMap;

use cranelift_codegen::dominator_tree::DominatorTree;
use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{self, InstructionData, Opcode as Op, Type, Value, ValueDef};
use iced_x86::Code;
use regalloc2::VReg;

use super::value::Source;
use super::{Select, Selected, unsupported};
use crate::backend::operation::Operation;
use crate::backend::wide::instruction::{Constant, Kind, Making, Size};
use crate::backend::wide::opcode::Opcode;
use crate::backend::wide::registers::{LANES, MASK};

/// The values that are masks: the most for which every one is made of masks alone.
pub(super) fn masks(function: &ir::Function) -> SecondaryMap<Value, bool> {
    let dfg = &function.dfg;
    let mut masks: SecondaryMap<Value, bool> = SecondaryMap::new();
    let is_candidate = |value: Value| {
        let ty = dfg.value_type(value);
        ty.is_vector() && ty.lane_type().is_int()
    };
    dfg.values().filter(|value| is_candidate(*value)).for_each(|value| masks[value] = true);
    loop {
        let mut changed = false;
        for value in dfg.values().filter(|value| is_candidate(*value)) {
            if masks[value]
                && matches!(dfg.value_def(value), ValueDef::Result(..))
                && !is_mask(function, &masks, value)
            {
                (masks[value], changed) = (false, true);
            }
        }
        for block in function.layout.blocks() {
            for inst in function.layout.block_insts(block) {
                let destinations =
                    dfg.insts[inst].branch_destination(&dfg.jump_tables, &dfg.exception_tables);
                for destination in destinations {
                    let params = dfg.block_params(destination.block(&dfg.value_lists));
                    for (param, arg) in params.iter().zip(destination.args(&dfg.value_lists)) {
                        let arg = arg.as_value().map(|arg| dfg.resolve_aliases(arg));
                        if masks[*param] && !arg.is_some_and(|arg| masks[arg]) {
                            (masks[*param], changed) = (false, true);
                        }
                    }
                }
            }
        }
        if !changed {
            let entry = function.layout.entry_block();
            entry
                .into_iter()
                .flat_map(|entry| dfg.block_params(entry))
                .for_each(|param| masks[*param] = false);
            return masks;
        }
    }
}

/// Whether a value is a mask, if those are that are believed to be.
fn is_mask(function: &ir::Function, masks: &SecondaryMap<Value, bool>, value: Value) -> bool {
    let dfg = &function.dfg;
    let ValueDef::Result(inst, _) = dfg.value_def(value) else { return masks[value] };
    let args = dfg.inst_args(inst);
    let all = || args.iter().all(|arg| masks[dfg.resolve_aliases(*arg)]);
    match dfg.insts[inst].opcode() {
        Op::Icmp | Op::Fcmp => true,
        Op::Splat => {
            let arg = dfg.resolve_aliases(args[0]);
            let ValueDef::Result(inst, _) = dfg.value_def(arg) else { return false };
            let InstructionData::UnaryImm { opcode: Op::Iconst, imm } = dfg.insts[inst] else { return false };
            let all = u64::MAX >> (64 - dfg.value_type(arg).bits());
            imm.bits() as u64 & all == 0 || imm.bits() as u64 & all == all
        }
        Op::Band | Op::Bor | Op::Bxor | Op::Bnot | Op::Bitselect => all(),
        Op::Call => operation(function, inst) == Some(Operation::ResizeMask) && all(),
        Op::Vconst => {
            let InstructionData::UnaryConst { constant_handle, .. } = dfg.insts[inst] else { return false };
            let bytes = dfg.constants.get(constant_handle).as_slice();
            [0, u8::MAX].iter().any(|byte| bytes.iter().all(|other| other == byte))
        }
        _ => false,
    }
}

/// The operation that a call stands for.
pub(super) fn operation(function: &ir::Function, inst: ir::Inst) -> Option<Operation> {
    let InstructionData::Call { func_ref, .. } = function.dfg.insts[inst] else { return None };
    let ir::ExternalName::User(name) = function.dfg.ext_funcs[func_ref].name else { return None };
    Operation::named(&function.params.user_named_funcs()[name])
}

/// What becomes part of the instruction that reads it.
pub(super) struct Folded {
    /// The masks that an `and` makes part of itself: a comparison, which is masked then, or a `not`. Nothing
    /// else reads them.
    pub(super) folded: SecondaryMap<Value, bool>,
    /// For `x and not c`, where `x and c` is known: that. So a comparison `c` need not be kept.
    pub(super) complements: BTreeMap<Value, Value>,
}

/// Finds them.
pub(super) fn folded(
    function: &ir::Function,
    dominators: &DominatorTree,
    masks: &SecondaryMap<Value, bool>,
    uses: &SecondaryMap<Value, u32>,
) -> Folded {
    let dfg = &function.dfg;
    let mut uses = uses.clone();
    let (mut folded, mut complements) = (SecondaryMap::new(), BTreeMap::new());
    let insts = || function.layout.blocks().flat_map(|block| function.layout.block_insts(block));
    let of = |value: Value, opcode: Op| match dfg.value_def(value) {
        ValueDef::Result(inst, _) if dfg.insts[inst].opcode() == opcode => Some(inst),
        _ => None,
    };
    let args =
        |inst: ir::Inst| dfg.inst_args(inst).iter().map(|arg| dfg.resolve_aliases(*arg)).collect::<Vec<_>>();
    let is_and = |inst: &ir::Inst| dfg.insts[*inst].opcode() == Op::Band && masks[dfg.first_result(*inst)];
    let mut both: BTreeMap<[Value; 2], ir::Inst> = BTreeMap::new();
    for inst in insts().filter(is_and) {
        let operands = args(inst);
        both.entry([operands[0], operands[1]]).or_insert(inst);
        both.entry([operands[1], operands[0]]).or_insert(inst);
    }
    for inst in insts().filter(is_and) {
        let operands = args(inst);
        for [mask, negated] in [[operands[0], operands[1]], [operands[1], operands[0]]] {
            let Some(cond) = of(negated, Op::Bnot).map(|not| args(not)[0]).filter(|_| uses[negated] == 1)
            else {
                continue;
            };
            if let Some(known) = both.get(&[mask, cond])
                && dominators.dominates(*known, inst, &function.layout)
            {
                complements.insert(dfg.first_result(inst), dfg.first_result(*known));
                folded[negated] = true;
                uses[cond] -= 1;
            }
        }
    }
    for inst in insts().filter(is_and) {
        if complements.contains_key(&dfg.first_result(inst)) {
            continue;
        }
        let can_fold = |value: &Value| {
            let ValueDef::Result(inst, _) = dfg.value_def(*value) else { return false };
            uses[*value] == 1 && matches!(dfg.insts[inst].opcode(), Op::Icmp | Op::Fcmp | Op::Bnot)
        };
        if let Some(value) = args(inst).into_iter().rev().find(can_fold) {
            folded[value] = true;
        }
    }
    Folded { folded, complements }
}

/// An operation on masks, for some number of lanes.
#[derive(Clone, Copy)]
enum MaskOp {
    And,
    AndNot,
    Or,
    Xor,
    Not,
    Test,
    ShiftRight,
}

impl MaskOp {
    const fn code(self, lanes: u32) -> Code {
        let codes = match self {
            MaskOp::And => [
                Code::VEX_Kandb_kr_kr_kr,
                Code::VEX_Kandw_kr_kr_kr,
                Code::VEX_Kandd_kr_kr_kr,
                Code::VEX_Kandq_kr_kr_kr,
            ],
            MaskOp::AndNot => [
                Code::VEX_Kandnb_kr_kr_kr,
                Code::VEX_Kandnw_kr_kr_kr,
                Code::VEX_Kandnd_kr_kr_kr,
                Code::VEX_Kandnq_kr_kr_kr,
            ],
            MaskOp::Or => [
                Code::VEX_Korb_kr_kr_kr,
                Code::VEX_Korw_kr_kr_kr,
                Code::VEX_Kord_kr_kr_kr,
                Code::VEX_Korq_kr_kr_kr,
            ],
            MaskOp::Xor => [
                Code::VEX_Kxorb_kr_kr_kr,
                Code::VEX_Kxorw_kr_kr_kr,
                Code::VEX_Kxord_kr_kr_kr,
                Code::VEX_Kxorq_kr_kr_kr,
            ],
            MaskOp::Not => {
                [Code::VEX_Knotb_kr_kr, Code::VEX_Knotw_kr_kr, Code::VEX_Knotd_kr_kr, Code::VEX_Knotq_kr_kr]
            }
            MaskOp::Test => [
                Code::VEX_Kortestb_kr_kr,
                Code::VEX_Kortestw_kr_kr,
                Code::VEX_Kortestd_kr_kr,
                Code::VEX_Kortestq_kr_kr,
            ],
            MaskOp::ShiftRight => [
                Code::VEX_Kshiftrb_kr_kr_imm8,
                Code::VEX_Kshiftrw_kr_kr_imm8,
                Code::VEX_Kshiftrd_kr_kr_imm8,
                Code::VEX_Kshiftrq_kr_kr_imm8,
            ],
        };
        codes[match lanes {
            ..=8 => 0,
            9..=16 => 1,
            17..=32 => 2,
            _ => 3,
        }]
    }
}

impl Select<'_> {
    /// A value without the casts around it that leave its lanes as wide as they are.
    pub(super) fn uncast(&self, value: Value) -> Value {
        let value = self.function.dfg.resolve_aliases(value);
        match self.definition(value) {
            Some(
                InstructionData::Unary { opcode: Op::Bitcast, arg }
                | InstructionData::LoadNoOffset { opcode: Op::Bitcast, arg, .. },
            ) if self.type_of(*arg).is_vector()
                && self.type_of(*arg).lane_bits() == self.type_of(value).lane_bits() =>
            {
                self.uncast(*arg)
            }
            _ => value,
        }
    }

    fn mask_op(&mut self, op: MaskOp, lanes: u32, operands: &[VReg]) -> VReg {
        let result = self.program.add_register(MASK);
        let mut making = self.making(Kind::Machine(op.code(lanes))).sets(result, Size::Mask);
        for operand in operands {
            making = making.reads(*operand, Size::Mask);
        }
        self.push(making);
        result
    }

    /// A part of a mask in its register.
    pub(super) fn mask_register(&mut self, value: Value, part: usize) -> Selected<VReg> {
        let value = self.function.dfg.resolve_aliases(value);
        if let Some(bits) = self.constant_bits(value) {
            let lanes = self.lanes_in_part(self.type_of(value));
            let bits = if bits == 0 { 0 } else { u64::MAX >> (64 - lanes) };
            return Ok(self.known_mask(bits));
        }
        match self.values[value].get(part) {
            Some(register) if self.masks[value] => Ok(*register),
            _ => unsupported(format_args!("{value} as a mask")),
        }
    }

    fn known_mask(&mut self, bits: u64) -> VReg {
        let number = self.number_of(bits as i64);
        let result = self.program.add_register(MASK);
        let making = self
            .making(Kind::Machine(Code::VEX_Kmovq_kr_r64))
            .sets(result, Size::Mask)
            .reads(number, Size::Long);
        self.push(making);
        result
    }

    /// A mask as lanes of all bits or none.
    pub(super) fn mask_as_lanes(&mut self, ty: Type, mask: VReg) -> VReg {
        let (_, size) = self.shape(ty);
        let opcode = match ty.lane_bits() {
            8 => Opcode::Pmovm2b,
            16 => Opcode::Pmovm2w,
            32 => Opcode::Pmovm2d,
            _ => Opcode::Pmovm2q,
        };
        let result = self.program.add_register(LANES);
        let making = self.op(opcode, size).sets(result, size).reads(mask, Size::Mask);
        self.push(making);
        result
    }

    /// An operation that gives a mask in its own register.
    pub(super) fn mask_inst(&mut self, result: Value, opcode: Op, args: &[Value]) -> Selected {
        if self.constant_bits(result).is_some() {
            return Ok(());
        }
        let ty = self.type_of(result);
        let (count, lanes) = (self.shape(ty).0, self.lanes_in_part(ty));
        let args: Vec<Value> = args.iter().map(|arg| self.function.dfg.resolve_aliases(*arg)).collect();
        let mut parts = Vec::new();
        for part in 0..count {
            parts.push(match opcode {
                Op::Band if let Some(known) = self.complements.get(&result).copied() => {
                    let whole = if self.folded[args[0]] { args[1] } else { args[0] };
                    let [known, whole] = [self.mask_register(known, part)?, self.mask_register(whole, part)?];
                    self.mask_op(MaskOp::AndNot, lanes, &[known, whole])
                }
                Op::Band if self.folded[args[0]] => self.folded_mask(args[0], args[1], part)?,
                Op::Band if self.folded[args[1]] => self.folded_mask(args[1], args[0], part)?,
                _ => {
                    let mut operands = Vec::new();
                    for arg in &args {
                        operands.push(self.mask_register(*arg, part)?);
                    }
                    self.combined_mask(opcode, lanes, &operands)?
                }
            });
        }
        self.values[result] = parts;
        Ok(())
    }

    /// A comparison or a `not`, of the lanes of a mask.
    fn folded_mask(&mut self, folded: Value, mask: Value, part: usize) -> Selected<VReg> {
        let lanes = self.lanes_in_part(self.type_of(folded));
        let mask = self.mask_register(mask, part)?;
        let result = self.program.add_register(MASK);
        match self.definition(folded).copied() {
            Some(InstructionData::FloatCompare { args, cond, .. }) => {
                self.compare_floats(result, part, (args, cond), Some(mask))?;
            }
            Some(InstructionData::IntCompare { args, cond, .. }) => {
                self.compare_to_mask(result, part, (args, cond), Some(mask))?;
            }
            Some(InstructionData::Unary { arg, .. }) => {
                let negated = self.mask_register(arg, part)?;
                return Ok(self.mask_op(MaskOp::AndNot, lanes, &[negated, mask]));
            }
            _ => return unsupported("a folded mask of another form"),
        }
        Ok(result)
    }

    fn combined_mask(&mut self, opcode: Op, lanes: u32, operands: &[VReg]) -> Selected<VReg> {
        Ok(match (opcode, operands) {
            (Op::Band, operands) => self.mask_op(MaskOp::And, lanes, operands),
            (Op::Bor, operands) => self.mask_op(MaskOp::Or, lanes, operands),
            (Op::Bxor, operands) => self.mask_op(MaskOp::Xor, lanes, operands),
            (Op::Bnot, [operand]) => {
                let negated = self.mask_op(MaskOp::Not, lanes, &[*operand]);
                if lanes >= 8 {
                    return Ok(negated);
                }
                let there = self.known_mask(u64::MAX >> (64 - lanes));
                self.mask_op(MaskOp::And, lanes, &[negated, there])
            }
            (Op::Bitselect, [cond, then, otherwise]) => {
                let then = self.mask_op(MaskOp::And, lanes, &[*cond, *then]);
                let otherwise = self.mask_op(MaskOp::AndNot, lanes, &[*cond, *otherwise]);
                self.mask_op(MaskOp::Or, lanes, &[then, otherwise])
            }
            _ => return unsupported(format_args!("{opcode} of masks")),
        })
    }

    /// A part of a mask whose lanes were of another width: the same lanes in more or fewer registers.
    pub(super) fn resized_mask(&mut self, to: Type, from: Value, part: usize) -> Selected<VReg> {
        let lanes = self.lanes_in_part(to);
        let mut given = self.lanes_in_part(self.type_of(from));
        if given >= lanes {
            let each = (given / lanes) as usize;
            let register = self.mask_register(from, part / each)?;
            let shift = (part % each) as u32 * lanes;
            if shift == 0 {
                return Ok(register);
            }
            let result = self.program.add_register(MASK);
            let making = self
                .making(Kind::Machine(MaskOp::ShiftRight.code(given)))
                .sets(result, Size::Mask)
                .reads(register, Size::Mask)
                .immediate(shift.into());
            self.push(making);
            return Ok(result);
        }
        let each = (lanes / given) as usize;
        let mut registers = Vec::new();
        for index in 0..each {
            registers.push(self.mask_register(from, part * each + index)?);
        }
        while registers.len() > 1 {
            let code = match given {
                8 => Code::VEX_Kunpckbw_kr_kr_kr,
                16 => Code::VEX_Kunpckwd_kr_kr_kr,
                32 => Code::VEX_Kunpckdq_kr_kr_kr,
                lanes => return unsupported(format_args!("masks of {lanes} lanes side by side")),
            };
            let mut joined = Vec::new();
            for pair in registers.chunks(2) {
                let result = self.program.add_register(MASK);
                let making = self
                    .making(Kind::Machine(code))
                    .sets(result, Size::Mask)
                    .reads(pair[1], Size::Mask)
                    .reads(pair[0], Size::Mask);
                self.push(making);
                joined.push(result);
            }
            (registers, given) = (joined, 2 * given);
        }
        Ok(registers[0])
    }

    /// Whether a lane is true: sets the flags; the code of the jump that is taken if so.
    pub(super) fn any(&mut self, mask: Value) -> Selected<Code> {
        let mask = self.uncast(mask);
        let ty = self.type_of(mask);
        let (count, size) = self.shape(ty);
        if self.masks[mask] {
            let lanes = self.lanes_in_part(ty);
            let mut any = self.mask_register(mask, 0)?;
            for part in 1..count {
                let next = self.mask_register(mask, part)?;
                any = self.mask_op(MaskOp::Or, lanes, &[any, next]);
            }
            if lanes < 8 || lanes * ty.lane_bits() < 128 {
                let there = self.known_mask(u64::MAX >> (64 - lanes));
                any = self.mask_op(MaskOp::And, lanes.max(8), &[any, there]);
            }
            self.test_mask(any, lanes);
            return Ok(Code::Jne_rel32_64);
        }
        let mut any = self.register(mask, 0)?;
        for part in 1..count {
            let next = self.source(mask, part)?;
            any = self.lanes_of(Opcode::Or, size, any, next);
        }
        let any = self.without_lanes_behind(ty, any);
        if self.has_masks() {
            let bits = self.program.add_register(MASK);
            let making =
                self.op(Opcode::Ptestmd, size).sets(bits, Size::Mask).reads(any, size).reads(any, size);
            self.push(making);
            self.test_mask(bits, 16);
        } else {
            let making = self.op(Opcode::Ptest, size).reads(any, size).reads(any, size);
            self.push(making);
        }
        Ok(Code::Jne_rel32_64)
    }

    /// Lanes of which those are none that stand behind a type's.
    fn without_lanes_behind(&mut self, ty: Type, register: VReg) -> VReg {
        let filled = self.lanes * ty.lane_bits();
        if filled >= 128 {
            return register;
        }
        let there = (u128::MAX >> (128 - filled)).to_le_bytes();
        let there = Constant { offset: self.program.constant(&there), broadcast: false };
        self.lanes_of(Opcode::And, Size::X, register, Source::Constant(there))
    }

    /// A part of a mask as instructions take it that load and store lanes of a type: none are true but its own.
    pub(super) fn mask_of_memory(&mut self, ty: Type, mask: Value, part: usize) -> Selected<VReg> {
        if !self.has_masks() {
            let register = self.register(mask, part)?;
            return Ok(self.without_lanes_behind(ty, register));
        }
        let register = self.mask_register(mask, part)?;
        let lanes = self.lanes_in_part(ty);
        if lanes * ty.lane_bits() >= 128 {
            return Ok(register);
        }
        let there = self.known_mask(u64::MAX >> (64 - lanes));
        Ok(self.mask_op(MaskOp::And, lanes.max(8), &[register, there]))
    }

    fn test_mask(&mut self, mask: VReg, lanes: u32) {
        let code = MaskOp::Test.code(lanes);
        let making = self.making(Kind::Machine(code)).reads(mask, Size::Mask).reads(mask, Size::Mask);
        self.push(making);
    }

    /// A comparison of lanes.
    pub(super) fn comparison(&mut self, result: Value, data: &InstructionData) -> Selected {
        let parts = self.define(result)?;
        for (part, register) in parts.into_iter().enumerate() {
            match *data {
                InstructionData::FloatCompare { args, cond, .. } => {
                    self.compare_floats(register, part, (args, cond), None)?;
                }
                InstructionData::IntCompare { args, cond, .. } if self.has_masks() => {
                    self.compare_to_mask(register, part, (args, cond), None)?;
                }
                InstructionData::IntCompare { args, cond, .. } => {
                    self.compare_to_lanes(register, part, args, cond)?
                }
                _ => return unsupported("a comparison of another form"),
            }
        }
        Ok(())
    }

    fn compare_floats(
        &mut self,
        result: VReg,
        part: usize,
        ([left, right], cond): ([Value; 2], FloatCC),
        mask: Option<VReg>,
    ) -> Selected {
        let ty = self.type_of(left);
        let (_, size) = self.shape(ty);
        let opcode = if ty.lane_bits() == 64 { Opcode::Cmppd } else { Opcode::Cmpps };
        let (left, right) = (self.register(left, part)?, self.source(right, part)?);
        let to = if self.has_masks() { Size::Mask } else { size };
        let making = self.op(opcode, size).sets(result, to).reads(left, size);
        let making = with_source(making, right, size).immediate(predicate(cond));
        self.push(of_lanes(making, mask));
        Ok(())
    }

    fn compare_to_mask(
        &mut self,
        result: VReg,
        part: usize,
        ([left, right], cond): ([Value; 2], IntCC),
        mask: Option<VReg>,
    ) -> Selected {
        let ty = self.type_of(left);
        let (_, size) = self.shape(ty);
        let signed = [Opcode::Pcmpb, Opcode::Pcmpw, Opcode::Pcmpd, Opcode::Pcmpq];
        let unsigned = [Opcode::Pcmpub, Opcode::Pcmpuw, Opcode::Pcmpud, Opcode::Pcmpuq];
        let opcodes =
            if cond.unsigned() == cond && cond.to_static_str().starts_with('u') { unsigned } else { signed };
        let opcode = opcodes[ty.lane_bits().trailing_zeros() as usize - 3];
        let predicate = match cond.unsigned() {
            IntCC::Equal => 0,
            IntCC::UnsignedLessThan => 1,
            IntCC::UnsignedLessThanOrEqual => 2,
            IntCC::NotEqual => 4,
            IntCC::UnsignedGreaterThanOrEqual => 5,
            _ => 6,
        };
        let (left, right) = (self.register(left, part)?, self.source(right, part)?);
        let making = self.op(opcode, size).sets(result, Size::Mask).reads(left, size);
        let making = with_source(making, right, size).immediate(predicate);
        self.push(of_lanes(making, mask));
        Ok(())
    }

    /// AVX2 has equal and signed greater.
    fn compare_to_lanes(
        &mut self,
        result: VReg,
        part: usize,
        [left, right]: [Value; 2],
        cond: IntCC,
    ) -> Selected {
        let ty = self.type_of(left);
        let (_, size) = self.shape(ty);
        let width = ty.lane_bits().trailing_zeros() as usize - 3;
        let (mut left, mut right) = (self.register(left, part)?, self.register(right, part)?);
        if cond.unsigned() == cond && !matches!(cond, IntCC::Equal | IntCC::NotEqual) {
            let sign = self.known_lanes(ty, 1 << (ty.lane_bits() - 1));
            left = self.lanes_of(Opcode::Xor, size, left, sign);
            right = self.lanes_of(Opcode::Xor, size, right, sign);
        }
        let equal = [Opcode::Pcmpeqb, Opcode::Pcmpeqw, Opcode::Pcmpeqd, Opcode::Pcmpeqq][width];
        let greater = [Opcode::Pcmpgtb, Opcode::Pcmpgtw, Opcode::Pcmpgtd, Opcode::Pcmpgtq][width];
        let (opcode, [left, right], negated) = match cond.unsigned() {
            IntCC::Equal => (equal, [left, right], false),
            IntCC::NotEqual => (equal, [left, right], true),
            IntCC::UnsignedGreaterThan => (greater, [left, right], false),
            IntCC::UnsignedLessThan => (greater, [right, left], false),
            IntCC::UnsignedGreaterThanOrEqual => (greater, [right, left], true),
            _ => (greater, [left, right], true),
        };
        if !negated {
            let making = self.op(opcode, size).sets(result, size).reads(left, size).reads(right, size);
            self.push(making);
            return Ok(());
        }
        let opposite = self.lanes_of(opcode, size, left, Source::Register(right));
        let all = self.known_lanes(ty, u64::MAX);
        let making = self.op(Opcode::Xor, size).sets(result, size).reads(opposite, size);
        let making = with_source(making, all, size);
        self.push(making);
        Ok(())
    }
}

/// Masks an instruction that gives a mask: no other lanes are true.
fn of_lanes(making: Making, mask: Option<VReg>) -> Making {
    match mask {
        Some(mask) => making.masked(mask, false),
        None => making,
    }
}

/// Adds what is read where memory may be.
pub(super) fn with_source(making: Making, source: Source, size: Size) -> Making {
    match source {
        Source::Register(register) => making.reads(register, size),
        Source::Constant(constant) => making.constant(constant),
    }
}

/// The predicate of a comparison of floats; quiet ones.
pub(super) const fn predicate(cond: FloatCC) -> i64 {
    match cond {
        FloatCC::Equal => 0x00,
        FloatCC::Unordered => 0x03,
        FloatCC::NotEqual => 0x04,
        FloatCC::Ordered => 0x07,
        FloatCC::UnorderedOrEqual => 0x08,
        FloatCC::OrderedNotEqual => 0x0c,
        FloatCC::LessThan => 0x11,
        FloatCC::LessThanOrEqual => 0x12,
        FloatCC::UnorderedOrGreaterThanOrEqual => 0x15,
        FloatCC::UnorderedOrGreaterThan => 0x16,
        FloatCC::UnorderedOrLessThan => 0x19,
        FloatCC::UnorderedOrLessThanOrEqual => 0x1a,
        FloatCC::GreaterThanOrEqual => 0x1d,
        FloatCC::GreaterThan => 0x1e,
    }
}
