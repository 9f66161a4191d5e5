//! Removes what nobody reads: addresses that have become part of instructions, parameters of blocks that are
//! only handed on.

use regalloc2::{InstRange, OperandKind, VReg};

use super::instruction::{Arg, Inst, Kind, Program};

/// Where a register is set.
#[derive(Clone, Copy)]
enum Setter {
    Inst(usize),
    Param { block: usize, index: usize },
}

/// Removes them.
pub(super) fn remove(program: &mut Program) {
    let mut setters = vec![None; program.n_registers];
    let mut live = vec![false; program.n_registers];
    let mut pending: Vec<VReg> = Vec::new();
    for (index, inst) in program.insts.iter().enumerate() {
        set(inst).for_each(|register| setters[register.vreg()] = Some(Setter::Inst(index)));
        if is_needed(inst) {
            pending.extend(read(inst));
        }
    }
    for (block, data) in program.blocks.iter().enumerate() {
        for (index, param) in data.params.iter().enumerate() {
            setters[param.vreg()] = Some(Setter::Param { block, index });
        }
    }
    while let Some(register) = pending.pop() {
        if std::mem::replace(&mut live[register.vreg()], true) {
            continue;
        }
        match setters[register.vreg()] {
            Some(Setter::Inst(index)) => pending.extend(read(&program.insts[index])),
            Some(Setter::Param { block, index }) => {
                let preds = &program.blocks[block].preds;
                pending.extend(preds.iter().map(|pred| program.blocks[pred.index()].passed[index]));
            }
            None => unreachable!("bug in pykernel: a register is read and never set"),
        }
    }
    let is_live = |register: &VReg| live[register.vreg()];
    for block in 0..program.blocks.len() {
        let kept: Vec<bool> = program.blocks[block].params.iter().map(is_live).collect();
        let keep = |registers: &mut Vec<VReg>| {
            let mut kept = kept.iter();
            registers.retain(|_| kept.next().is_some_and(|kept| *kept));
        };
        keep(&mut program.blocks[block].params);
        for pred in program.blocks[block].preds.clone() {
            keep(&mut program.blocks[pred.index()].passed);
        }
    }
    let mut insts = Vec::with_capacity(program.insts.len());
    for data in &mut program.blocks {
        let Some(range) = data.insts else { continue };
        let first = insts.len();
        for index in range.iter() {
            let inst = &program.insts[index.index()];
            if is_needed(inst) || set(inst).any(|register| is_live(&register)) {
                insts.push(inst.clone());
            }
        }
        data.insts = Some(InstRange::new(regalloc2::Inst::new(first), regalloc2::Inst::new(insts.len())));
    }
    program.insts = insts;
}

/// Whether an instruction does something beyond setting registers: what sets none does, to memory or to the
/// flags.
fn is_needed(inst: &Inst) -> bool {
    let writes = matches!(inst.args.first(), Some(Arg::Memory(_)));
    !matches!(inst.kind, Kind::Machine(_)) || writes || set(inst).next().is_none()
}

fn set(inst: &Inst) -> impl Iterator<Item = VReg> {
    inst.operands.iter().filter(|operand| operand.kind() == OperandKind::Def).map(|operand| operand.vreg())
}

fn read(inst: &Inst) -> impl Iterator<Item = VReg> {
    inst.operands.iter().filter(|operand| operand.kind() == OperandKind::Use).map(|operand| operand.vreg())
}
