//! What `regalloc2` is told of a program.

use regalloc2::{
    Algorithm, Block, Function, Inst, InstRange, MachineEnv, Operand, Output, PRegSet, RegAllocError,
    RegClass, RegallocOptions, VReg,
};

use super::instruction::{Kind, Program, Size, spilled_slots};

/// A program with the width of the registers that its lanes are spilled from.
struct Allocated<'a> {
    program: &'a Program,
    widest: Size,
}

/// Gives each virtual register a place at each instruction. In debug builds the result is checked.
pub(super) fn run(
    program: &Program,
    environment: &MachineEnv,
    widest: Size,
) -> Result<Output, RegAllocError> {
    let function = Allocated { program, widest };
    let options = RegallocOptions {
        verbose_log: false,
        validate_ssa: cfg!(debug_assertions),
        algorithm: Algorithm::Ion,
    };
    let output = regalloc2::run(&function, environment, &options)?;
    if cfg!(debug_assertions) {
        let mut checker = regalloc2::checker::Checker::new(&function, environment);
        checker.prepare(&output);
        if let Err(errors) = checker.run() {
            unreachable!("bug in pykernel: registers were allocated wrongly: {errors:?}");
        }
    }
    Ok(output)
}

impl Function for Allocated<'_> {
    fn num_insts(&self) -> usize {
        self.program.insts.len()
    }

    fn num_blocks(&self) -> usize {
        self.program.blocks.len()
    }

    fn entry_block(&self) -> Block {
        Block::new(0)
    }

    fn block_insns(&self, block: Block) -> InstRange {
        match self.program.blocks[block.index()].insts {
            Some(insts) => insts,
            None => unreachable!("bug in pykernel: a block was never filled"),
        }
    }

    fn block_succs(&self, block: Block) -> &[Block] {
        &self.program.blocks[block.index()].succs
    }

    fn block_preds(&self, block: Block) -> &[Block] {
        &self.program.blocks[block.index()].preds
    }

    fn block_params(&self, block: Block) -> &[VReg] {
        &self.program.blocks[block.index()].params
    }

    fn is_ret(&self, inst: Inst) -> bool {
        self.program.insts[inst.index()].kind == Kind::Return
    }

    fn is_branch(&self, inst: Inst) -> bool {
        matches!(self.program.insts[inst.index()].kind, Kind::Jump | Kind::Branch(_))
    }

    fn branch_blockparams(&self, block: Block, _: Inst, _: usize) -> &[VReg] {
        &self.program.blocks[block.index()].passed
    }

    fn inst_operands(&self, inst: Inst) -> &[Operand] {
        &self.program.insts[inst.index()].operands
    }

    fn inst_clobbers(&self, _: Inst) -> PRegSet {
        PRegSet::empty()
    }

    fn num_vregs(&self) -> usize {
        self.program.n_registers
    }

    fn spillslot_size(&self, class: RegClass) -> usize {
        spilled_slots(class, self.widest)
    }
}
