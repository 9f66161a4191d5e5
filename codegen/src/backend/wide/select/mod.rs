//! Instructions for a function of Cranelift's IR.
//!
//! Blocks are selected in their order, values where they stand. Constants, and comparisons that only
//! branches and choices read, are selected where they are used. A value is the registers that it fills, its
//! parts, of which each operation makes an instruction.

mod arithmetic;
mod convert;
mod flow;
mod gather;
mod logic;
mod masks;
mod memory;
mod number;
mod value;

use std::collections::BTreeMap;

use cranelift_codegen::dominator_tree::DominatorTree;
use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir::{self, Inst, InstructionData, Opcode as Op, SourceLoc, Value};
use regalloc2::{Block, InstRange, VReg};

use super::instruction::{Kind, Making, Program, Size};
use super::opcode::{Extension, Opcode};
use super::{Callee, Unsupported};

type Selected<T = ()> = Result<T, Unsupported>;

/// Selects the instructions of a function.
pub(super) fn select(
    function: &ir::Function,
    dominators: &DominatorTree,
    extension: Extension,
    lanes: u32,
) -> Result<(Program, Vec<Callee>), Unsupported> {
    let masks = match extension {
        Extension::Avx512 => masks::masks(function),
        Extension::Avx2 => SecondaryMap::new(),
    };
    let uses = value::uses(function);
    let masks::Folded { folded, complements } = masks::folded(function, dominators, &masks, &uses);
    let mut select = Select {
        function,
        extension,
        lanes,
        program: Program::default(),
        values: SecondaryMap::new(),
        uses,
        masks,
        folded,
        complements,
        blocks: BTreeMap::new(),
        slots: BTreeMap::new(),
        scratch: None,
        block: Block::new(0),
        begun: 0,
        place: SourceLoc::default(),
        callees: Vec::new(),
    };
    select.function()?;
    select.program.number_blocks();
    Ok((select.program, select.callees))
}

struct Select<'a> {
    function: &'a ir::Function,
    extension: Extension,
    /// How many lanes a vector stands for.
    lanes: u32,
    program: Program,
    /// The parts of each value that has some.
    values: SecondaryMap<Value, Vec<VReg>>,
    /// How often each value is read.
    uses: SecondaryMap<Value, u32>,
    /// The values that are in registers of masks.
    masks: SecondaryMap<Value, bool>,
    /// Those of them that are part of the one instruction that reads them.
    folded: SecondaryMap<Value, bool>,
    /// The lanes of a mask for which a comparison does not hold, and those for which it does.
    complements: BTreeMap<Value, Value>,
    blocks: BTreeMap<ir::Block, Block>,
    /// Where the function's own arrays stand in the frame.
    slots: BTreeMap<ir::StackSlot, u32>,
    /// Where lanes stand in it whose numbers are read.
    scratch: Option<u32>,
    /// The block that is being filled, and its first instruction.
    block: Block,
    begun: usize,
    place: SourceLoc,
    callees: Vec<Callee>,
}

fn unsupported<T>(what: impl std::fmt::Display) -> Selected<T> {
    Err(Unsupported(what.to_string()))
}

impl Select<'_> {
    fn function(&mut self) -> Selected {
        let mut offset = 0u32;
        for (slot, data) in self.function.sized_stack_slots.iter() {
            let align = 1u32 << data.align_shift;
            offset = offset.next_multiple_of(align.clamp(8, 64));
            self.slots.insert(slot, offset);
            offset += data.size;
        }
        self.program.frame = offset;
        let layout: Vec<ir::Block> = self.function.layout.blocks().collect();
        for block in &layout {
            let cold = self.function.layout.is_cold(*block);
            let new = self.program.add_block(cold);
            self.blocks.insert(*block, new);
        }
        for (index, block) in layout.iter().enumerate() {
            if index > 0 {
                for param in self.function.dfg.block_params(*block) {
                    let parts = self.new_parts(*param)?;
                    self.program.blocks[index].params.extend(&parts);
                    self.values[*param] = parts;
                }
            }
        }
        for (index, block) in layout.iter().enumerate() {
            self.begin(Block::new(index));
            if index == 0 {
                self.arguments(*block)?;
            }
            for inst in self.function.layout.block_insts(*block) {
                self.place = self.function.srcloc(inst);
                self.inst(inst)?;
            }
        }
        Ok(())
    }

    /// Begins to fill a block.
    fn begin(&mut self, block: Block) {
        (self.block, self.begun) = (block, self.program.insts.len());
    }

    /// Ends the block with its last instruction.
    fn end(&mut self, last: Making) {
        self.push(last);
        let range =
            InstRange::new(regalloc2::Inst::new(self.begun), regalloc2::Inst::new(self.program.insts.len()));
        self.program.blocks[self.block.index()].insts = Some(range);
    }

    fn push(&mut self, making: Making) {
        self.program.insts.push(making.finish());
    }

    fn making(&self, kind: Kind) -> Making {
        Making::new(kind, self.place)
    }

    /// An instruction on lanes.
    fn op(&self, opcode: Opcode, size: Size) -> Making {
        self.making(Kind::Machine(opcode.code(self.extension, size)))
    }

    fn has_masks(&self) -> bool {
        self.extension == Extension::Avx512
    }

    fn inst(&mut self, inst: Inst) -> Selected {
        let data = self.function.dfg.insts[inst];
        let opcode = data.opcode();
        let results = self.function.dfg.inst_results(inst);
        let unread = !results.is_empty() && results.iter().all(|result| self.uses[*result] == 0);
        if unread && !opcode.is_call() && !opcode.can_load() {
            return Ok(());
        }
        match opcode {
            // These are selected where they are used.
            Op::Iconst | Op::F32const | Op::F64const | Op::Vconst => Ok(()),
            Op::Jump | Op::Brif | Op::Return | Op::Call => self.control(inst, &data),
            Op::Load | Op::Store | Op::StackAddr => self.memory(inst, &data),
            _ => {
                let &[result] = results else { return unsupported(opcode) };
                if self.function.dfg.value_type(result).is_vector() {
                    self.lanes_inst(result, &data)
                } else {
                    self.number_inst(result, &data)
                }
            }
        }
    }

    /// An operation that gives lanes.
    fn lanes_inst(&mut self, result: Value, data: &InstructionData) -> Selected {
        let args = data.arguments(&self.function.dfg.value_lists).to_vec();
        let opcode = data.opcode();
        match opcode {
            _ if self.folded[result] => Ok(()),
            Op::Splat if self.constant_bits(result).is_some() => Ok(()),
            Op::Icmp | Op::Fcmp => self.comparison(result, data),
            _ if self.masks[result] => self.mask_inst(result, opcode, &args),
            Op::Splat => self.splat(result, args[0]),
            Op::Fadd
            | Op::Fsub
            | Op::Fmul
            | Op::Fdiv
            | Op::Iadd
            | Op::Isub
            | Op::Imul
            | Op::Band
            | Op::Bor
            | Op::Bxor
            | Op::Smin
            | Op::Smax
            | Op::Umin
            | Op::Umax => self.binary(result, opcode, args[0], args[1]),
            Op::Ishl | Op::Ushr | Op::Sshr => self.shift(result, opcode, args[0], args[1]),
            Op::Fma => self.fused(result, [args[0], args[1], args[2]]),
            Op::Bitselect | Op::Blendv => self.choice(result, opcode, [args[0], args[1], args[2]]),
            Op::Sqrt
            | Op::Floor
            | Op::Ceil
            | Op::Trunc
            | Op::Nearest
            | Op::Fabs
            | Op::Fneg
            | Op::Ineg
            | Op::Iabs
            | Op::Bnot => self.unary(result, opcode, args[0]),
            Op::Bitcast => self.cast(result, args[0]),
            Op::FcvtFromSint | Op::FcvtFromUint | Op::FcvtToSintSat | Op::FcvtToUintSat => {
                self.converted(result, opcode, args[0])
            }
            _ => unsupported(opcode),
        }
    }
}
