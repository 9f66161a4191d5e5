//! From a program whose registers are allocated to bytes.
//!
//! The frame, from above: the return address, `rbp`, the registers that are left as they were, the
//! function's own arrays, spilled registers down to `rsp`, which is a multiple of 64. Behind the code
//! stand the thunks for calls, then the pool.

use std::collections::BTreeMap;

use iced_x86::{Code, Encoder, Instruction, OpKind, Register};
use regalloc2::{Allocation, Edit, Inst as InstIndex, Output, PReg, ProgPoint};

use super::instruction::{Address, Arg, Base, Constant, Inst, Kind, Program, Size};
use super::listing::Line;
use super::opcode::{Extension, Opcode};
use super::registers::{LANES, MASK, NUMBER, SAVED, named};
use super::{Bytes, Callee, thunk};

/// Where instructions are encoded as if they stood there; nothing depends on it.
const ORIGIN: u64 = 1 << 32;

/// From what number of bytes the frame's end and the pool are multiples.
const ALIGNMENT: u32 = 64;

/// How many bytes of the stack a page has at least.
const PAGE: u32 = 4096;

/// Encodes a program.
pub(super) fn encode(
    program: &Program,
    output: &Output,
    (extension, widest): (Extension, Size),
    callees: &[Callee],
) -> Bytes {
    let used = used_registers(output);
    let saved: Vec<PReg> = SAVED.into_iter().filter(|register| used.contains(register)).collect();
    let spilled = (8 * output.num_spillslots as u32).next_multiple_of(ALIGNMENT);
    let assembler = Assembler::new(extension, widest);
    let mut encode =
        Encode { program, output, assembler, spilled, saved, blocks: vec![None; program.blocks.len()] };
    encode.prologue();
    let order = encode.order();
    let mut edits = output.edits.as_slice();
    let mut in_block = BTreeMap::new();
    for index in 0..program.blocks.len() {
        let range = insts(program, index);
        let end = ProgPoint::after(range.last());
        let n = edits.iter().take_while(|(point, _)| *point <= end).count();
        in_block.insert(index, &edits[..n]);
        edits = &edits[n..];
    }
    for (place, index) in order.iter().enumerate() {
        encode.block(*index, in_block[index], order.get(place + 1).copied());
    }
    let mut thunks = BTreeMap::new();
    for call in std::mem::take(&mut encode.assembler.calls) {
        let at = *thunks
            .entry(call.1)
            .or_insert_with(|| thunk::write(&mut encode.assembler, &callees[call.1 as usize], call.1, &used));
        encode.assembler.patch(call.0, at);
    }
    let Encode { mut assembler, blocks, saved, .. } = encode;
    for (at, block) in std::mem::take(&mut assembler.jumps) {
        let to = blocks[block].unwrap_or_default();
        assembler.patch(at, to);
    }
    assembler.finish(program, saved)
}

/// The registers that hold something somewhere.
fn used_registers(output: &Output) -> Vec<PReg> {
    let mut used: Vec<PReg> = Vec::new();
    let mut note = |allocation: &Allocation| used.extend(allocation.as_reg());
    output.allocs.iter().for_each(&mut note);
    for (_, Edit::Move { from, to }) in &output.edits {
        [from, to].into_iter().for_each(&mut note);
    }
    used.sort_unstable();
    used.dedup();
    used
}

fn insts(program: &Program, block: usize) -> regalloc2::InstRange {
    match program.blocks[block].insts {
        Some(insts) => insts,
        None => unreachable!("bug in pykernel: a block was never filled"),
    }
}

struct Encode<'a> {
    program: &'a Program,
    output: &'a Output,
    assembler: Assembler,
    /// How many bytes of the frame spilled registers take.
    spilled: u32,
    saved: Vec<PReg>,
    /// Where each block begins.
    blocks: Vec<Option<u32>>,
}

impl Encode<'_> {
    fn prologue(&mut self) {
        let asm = &mut self.assembler;
        asm.registers(Code::Push_r64, &[Register::RBP]);
        asm.registers(Code::Mov_r64_rm64, &[Register::RBP, Register::RSP]);
        for register in &self.saved {
            asm.registers(Code::Push_r64, &[named(*register, Size::Long)]);
        }
        let size = self.spilled + self.program.frame.next_multiple_of(ALIGNMENT);
        if size > 0 || self.program.insts.iter().any(|inst| matches!(inst.kind, Kind::Call(_))) {
            // Each page of the stack is touched in turn, so that the one that guards its end is met: here
            // down to less than a page above what the next call pushes behind the aligned frame.
            for page in 1..=(size + ALIGNMENT + 8) / PAGE {
                let address = Address::at(Base::Register(Register::RSP), -((page * PAGE) as i32));
                asm.with_memory(Code::Test_rm64_r64, Register::RSP, address, true);
            }
            asm.with_immediate(Code::Sub_rm64_imm32, Register::RSP, size.into());
            asm.with_immediate(Code::And_rm64_imm32, Register::RSP, -i64::from(ALIGNMENT));
        }
    }

    fn epilogue(&mut self) {
        let asm = &mut self.assembler;
        asm.registers(Code::VEX_Vzeroupper, &[]);
        let below = -8 * self.saved.len() as i32;
        let address = Address::at(Base::Register(Register::RBP), below);
        asm.with_memory(Code::Lea_r64_m, Register::RSP, address, false);
        for register in self.saved.iter().rev() {
            asm.registers(Code::Pop_r64, &[named(*register, Size::Long)]);
        }
        asm.registers(Code::Pop_r64, &[Register::RBP]);
        asm.registers(Code::Retnq, &[]);
    }

    /// The blocks in the order in which they are written: those that are seldom reached last.
    fn order(&self) -> Vec<usize> {
        let blocks = &self.program.blocks;
        let (hot, cold): (Vec<_>, Vec<_>) = (0..blocks.len())
            .filter(|block| self.forwarded(*block) == *block)
            .partition(|block| !blocks[*block].cold);
        [hot, cold].concat()
    }

    /// Where control goes that comes to a block: behind all that only jump.
    fn forwarded(&self, mut block: usize) -> usize {
        // An endless loop of nothing would go round; there is none longer than the blocks.
        for _ in 0..self.program.blocks.len() {
            let range = insts(self.program, block);
            let (first, end) = (ProgPoint::before(range.first()), ProgPoint::after(range.last()));
            let moved = self.output.edits.partition_point(|(point, _)| *point < first);
            let moves = self.output.edits.get(moved).is_some_and(|(point, _)| *point <= end);
            let jumps = range.len() == 1 && self.program.insts[range.first().index()].kind == Kind::Jump;
            if moves || !jumps || block == 0 {
                return block;
            }
            block = self.program.blocks[block].succs[0].index();
        }
        block
    }

    fn block(&mut self, index: usize, edits: &[(ProgPoint, Edit)], next: Option<usize>) {
        self.blocks[index] = Some(self.assembler.at());
        self.assembler.listing.push(Line::Block(index));
        let mut edits = edits.iter().peekable();
        for inst in insts(self.program, index).iter() {
            while let Some((_, edit)) = edits.next_if(|(point, _)| *point <= ProgPoint::before(inst)) {
                let Edit::Move { from, to } = edit;
                self.moved(*from, *to);
            }
            self.inst(index, inst, next);
        }
    }

    fn inst(&mut self, block: usize, index: InstIndex, next: Option<usize>) {
        let inst = &self.program.insts[index.index()];
        self.assembler.line(inst.place);
        match inst.kind {
            Kind::Begin => {}
            Kind::Return => self.epilogue(),
            Kind::Jump => {
                let to = self.successor(block, 0);
                if next != Some(to) {
                    self.assembler.jump(Code::Jmp_rel32_64, to);
                }
            }
            Kind::Branch(taken) => {
                let [yes, no] = [0, 1].map(|which| self.successor(block, which));
                if next == Some(yes) {
                    self.assembler.jump(taken.negate_condition_code(), no);
                } else {
                    self.assembler.jump(taken, yes);
                    if next != Some(no) {
                        self.assembler.jump(Code::Jmp_rel32_64, no);
                    }
                }
            }
            Kind::Call(callee) => self.assembler.call(callee),
            Kind::Machine(code) => {
                let instruction = self.instruction(code, inst, self.output.inst_allocs(index));
                let constant = inst.args.iter().find_map(|arg| match arg {
                    Arg::Constant(constant) => Some(*constant),
                    _ => None,
                });
                self.assembler.write(&instruction, constant);
            }
        }
    }

    fn successor(&self, block: usize, which: usize) -> usize {
        self.forwarded(self.program.blocks[block].succs[which].index())
    }

    fn instruction(&self, code: Code, inst: &Inst, allocations: &[Allocation]) -> Instruction {
        let register = |operand: u8| match allocations[operand as usize].as_reg() {
            Some(register) => register,
            None => unreachable!("bug in pykernel: an operand is in no register"),
        };
        let mut instruction = Instruction::new();
        instruction.set_code(code);
        for (place, arg) in (0..).zip(&inst.args) {
            match arg {
                Arg::Register(operand, size) => {
                    instruction.set_op_kind(place, OpKind::Register);
                    instruction.set_op_register(place, named(register(*operand), *size));
                }
                Arg::Memory(address) => {
                    let named = |operand: u8, size| named(register(operand), size);
                    let base = match address.base {
                        Base::Register(operand) => Base::Register(named(operand, Size::Long)),
                        Base::Frame(offset) => Base::Frame(offset),
                        Base::Incoming(offset) => Base::Incoming(offset),
                    };
                    let index = address.index.map(|(operand, size)| (named(operand, size), size));
                    let address = Address { base, index, scale: address.scale, offset: address.offset };
                    set_memory(&mut instruction, place, self.resolved(address));
                }
                Arg::Constant(constant) => {
                    set_memory(&mut instruction, place, Address::at(Base::Register(Register::RIP), 0));
                    instruction.set_is_broadcast(constant.broadcast && has_broadcast(code));
                }
                Arg::Immediate(value) => set_immediate(&mut instruction, place, *value),
            }
        }
        if let Some(mask) = inst.mask {
            let mask = register(mask);
            instruction.set_op_mask(named(mask, Size::Mask));
            instruction.set_zeroing_masking(inst.zeroing);
        }
        instruction
    }

    /// An address with places of the frame as distances from registers.
    fn resolved(&self, address: Address<Register>) -> Address<Register> {
        let (base, offset) = match address.base {
            Base::Frame(offset) => (Register::RSP, self.spilled + offset),
            // Above `rbp` stand its caller's value and the return address.
            Base::Incoming(offset) => (Register::RBP, 16 + offset),
            Base::Register(_) => return address,
        };
        Address { base: Base::Register(base), offset: address.offset + offset as i32, ..address }
    }

    /// What the allocator moves.
    fn moved(&mut self, from: Allocation, to: Allocation) {
        let class = from.as_reg().or(to.as_reg()).map_or(NUMBER, PReg::class);
        let asm = &mut self.assembler;
        let size = match class {
            LANES => asm.widest,
            MASK => Size::Mask,
            _ => Size::Long,
        };
        match (from.as_reg(), to.as_reg()) {
            (Some(from), Some(to)) => asm.copy([to, from].map(|register| named(register, size)), size),
            (Some(from), None) => asm.spill(slot(to), named(from, size), size),
            (None, Some(to)) => asm.reload(named(to, size), slot(from), size),
            (None, None) => unreachable!("bug in pykernel: a move from memory to memory"),
        }
    }
}

/// Where a slot of the frame is.
fn slot(allocation: Allocation) -> Address<Register> {
    let slot = allocation.as_stack().map_or(0, |slot| slot.index());
    Address::at(Base::Register(Register::RSP), 8 * slot as i32)
}

/// Whether the constant of an instruction may be one number for all lanes.
fn has_broadcast(code: Code) -> bool {
    // What loads one number says so by itself.
    !matches!(code, Code::EVEX_Vbroadcastsd_zmm_k1z_xmmm64 | Code::EVEX_Vbroadcastss_zmm_k1z_xmmm32)
}

fn set_memory(instruction: &mut Instruction, place: u32, address: Address<Register>) {
    instruction.set_op_kind(place, OpKind::Memory);
    let needs_offset = match address.base {
        Base::Register(base) => {
            instruction.set_memory_base(base);
            matches!(base, Register::RBP | Register::R13)
        }
        Base::Frame(_) | Base::Incoming(_) => false,
    };
    if let Some((index, _)) = address.index {
        instruction.set_memory_index(index);
        instruction.set_memory_index_scale(address.scale);
    }
    instruction.set_memory_displacement64(i64::from(address.offset) as u64);
    instruction.set_memory_displ_size(match address.base {
        Base::Register(Register::RIP) => 8,
        _ if address.offset != 0 || needs_offset => 1,
        _ => 0,
    });
    if address.base == Base::Register(Register::RIP) {
        instruction.set_memory_displacement64(ORIGIN);
    }
}

fn set_immediate(instruction: &mut Instruction, place: u32, value: i64) {
    let kind = match instruction.code() {
        Code::Mov_r64_imm64 => OpKind::Immediate64,
        Code::Mov_r32_imm32 | Code::Add_rm32_imm32 | Code::And_rm32_imm32 | Code::Xor_rm32_imm32 => {
            OpKind::Immediate32
        }
        Code::Add_rm64_imm32
        | Code::Sub_rm64_imm32
        | Code::And_rm64_imm32
        | Code::Or_rm64_imm32
        | Code::Xor_rm64_imm32
        | Code::Cmp_rm64_imm32
        | Code::Imul_r64_rm64_imm32
        | Code::Mov_rm64_imm32 => OpKind::Immediate32to64,
        _ => OpKind::Immediate8,
    };
    instruction.set_op_kind(place, kind);
    match kind {
        OpKind::Immediate64 => instruction.set_immediate64(value as u64),
        OpKind::Immediate32to64 => instruction.set_immediate32to64(value),
        OpKind::Immediate32 => instruction.set_immediate32(value as u32),
        _ => instruction.set_immediate8(value as u8),
    }
}

/// Bytes, as far as they are written.
pub(super) struct Assembler {
    extension: Extension,
    widest: Size,
    encoder: Encoder,
    /// How many bytes there are.
    length: u32,
    bytes: Vec<u8>,
    /// Jumps with the blocks that they go to.
    jumps: Vec<(u32, usize)>,
    /// Calls of thunks, with the callees.
    calls: Vec<(u32, u32)>,
    /// Where constants are named, with where the instruction ends and what of the pool it is.
    constants: Vec<(u32, u32, u32)>,
    /// Calls that leave the function, with the callees.
    pub(super) relocations: Vec<(u32, u32)>,
    lines: Vec<(u32, cranelift_codegen::ir::SourceLoc)>,
    listing: Vec<Line>,
}

impl Assembler {
    fn new(extension: Extension, widest: Size) -> Assembler {
        Assembler {
            extension,
            widest,
            encoder: Encoder::new(64),
            length: 0,
            bytes: Vec::new(),
            jumps: Vec::new(),
            calls: Vec::new(),
            constants: Vec::new(),
            relocations: Vec::new(),
            lines: Vec::new(),
            listing: Vec::new(),
        }
    }

    /// Where the next instruction will stand.
    fn at(&self) -> u32 {
        self.length
    }

    fn line(&mut self, place: cranelift_codegen::ir::SourceLoc) {
        if self.lines.last().is_none_or(|(_, last)| *last != place) {
            self.lines.push((self.length, place));
            self.listing.push(Line::Place(place));
        }
    }

    fn write(&mut self, instruction: &Instruction, constant: Option<Constant>) {
        self.listing.push(match constant {
            Some(constant) => Line::WithConstant(*instruction, constant.offset),
            None => Line::Instruction(*instruction),
        });
        self.encoded(instruction, constant);
    }

    fn encoded(&mut self, instruction: &Instruction, constant: Option<Constant>) {
        let at = self.length;
        match self.encoder.encode(instruction, ORIGIN + u64::from(at)) {
            Ok(size) => self.length += size as u32,
            Err(error) => unreachable!("bug in pykernel: {:?}: {error}", instruction.code()),
        }
        if let Some(constant) = constant {
            let place = self.encoder.get_constant_offsets().displacement_offset() as u32;
            self.constants.push((at + place, self.length, constant.offset));
        }
    }

    /// An instruction whose arguments are registers.
    pub(super) fn registers(&mut self, code: Code, registers: &[Register]) {
        let mut instruction = Instruction::new();
        instruction.set_code(code);
        for (place, register) in (0..).zip(registers) {
            instruction.set_op_kind(place, OpKind::Register);
            instruction.set_op_register(place, *register);
        }
        self.write(&instruction, None);
    }

    /// One with a register and an immediate.
    pub(super) fn with_immediate(&mut self, code: Code, register: Register, value: i64) {
        let mut instruction = Instruction::new();
        instruction.set_code(code);
        instruction.set_op_kind(0, OpKind::Register);
        instruction.set_op_register(0, register);
        set_immediate(&mut instruction, 1, value);
        self.write(&instruction, None);
    }

    /// One with a register and memory, which may come first.
    fn with_memory(&mut self, code: Code, register: Register, address: Address<Register>, first: bool) {
        let (memory, other) = if first { (0, 1) } else { (1, 0) };
        let mut instruction = Instruction::new();
        instruction.set_code(code);
        set_memory(&mut instruction, memory, address);
        instruction.set_op_kind(other, OpKind::Register);
        instruction.set_op_register(other, register);
        self.write(&instruction, None);
    }

    fn copy(&mut self, registers: [Register; 2], size: Size) {
        let code = match size {
            Size::Long => Code::Mov_r64_rm64,
            Size::Mask => Code::VEX_Kmovq_kr_km64,
            _ => Opcode::Load.code(self.extension, size),
        };
        self.registers(code, &registers);
    }

    /// A register to memory.
    pub(super) fn spill(&mut self, to: Address<Register>, register: Register, size: Size) {
        let code = match size {
            Size::Long => Code::Mov_rm64_r64,
            Size::Mask => Code::VEX_Kmovq_m64_kr,
            _ => Opcode::Store.code(self.extension, size),
        };
        self.with_memory(code, register, to, true);
    }

    /// Memory to a register.
    pub(super) fn reload(&mut self, register: Register, from: Address<Register>, size: Size) {
        let code = match size {
            Size::Long => Code::Mov_r64_rm64,
            Size::Mask => Code::VEX_Kmovq_kr_km64,
            _ => Opcode::Load.code(self.extension, size),
        };
        self.with_memory(code, register, from, false);
    }

    pub(super) const fn widest(&self) -> Size {
        self.widest
    }

    /// A jump of some code, whose distance is filled in later; gives where that stands.
    fn branch(&mut self, code: Code) -> u32 {
        let mut instruction = Instruction::new();
        instruction.set_code(code);
        instruction.set_op_kind(0, OpKind::NearBranch64);
        instruction.set_near_branch64(ORIGIN);
        self.encoded(&instruction, None);
        self.length - 4
    }

    fn jump(&mut self, code: Code, to: usize) {
        self.listing.push(Line::Jump(code, to));
        let at = self.branch(code);
        self.jumps.push((at, to));
    }

    fn call(&mut self, callee: u32) {
        self.listing.push(Line::Call(callee));
        let at = self.branch(Code::Call_rel32_64);
        self.calls.push((at, callee));
    }

    /// Begins a thunk; gives where.
    pub(super) fn begin_thunk(&mut self, callee: u32) -> u32 {
        self.listing.push(Line::Thunk(callee));
        self.length
    }

    /// A call of a function outside of this one.
    pub(super) fn call_out(&mut self, callee: u32) {
        let at = self.branch(Code::Call_rel32_64);
        self.relocations.push((at, callee));
    }

    fn take(&mut self) {
        let bytes = self.encoder.take_buffer();
        self.bytes.extend(bytes);
    }

    /// Fills in a distance, which counts from behind its four bytes.
    fn patch(&mut self, at: u32, to: u32) {
        self.take();
        let distance = to.wrapping_sub(at + 4);
        self.bytes[at as usize..at as usize + 4].copy_from_slice(&distance.to_le_bytes());
    }

    fn finish(mut self, program: &Program, saved: Vec<PReg>) -> Bytes {
        self.take();
        let code_size = self.length;
        let pool = code_size.next_multiple_of(ALIGNMENT);
        if !program.pool.is_empty() {
            self.bytes.resize(pool as usize, 0xcc);
            self.bytes.extend(&program.pool);
        }
        for (at, end, offset) in std::mem::take(&mut self.constants) {
            let distance = (pool + offset).wrapping_sub(end);
            self.bytes[at as usize..at as usize + 4].copy_from_slice(&distance.to_le_bytes());
        }
        Bytes {
            code: self.bytes,
            code_size,
            relocations: self.relocations,
            lines: self.lines,
            listing: self.listing,
            saved: saved.iter().map(|register| register.hw_enc() as u16).collect(),
        }
    }
}
