//! Branches on conditions.

use cranelift_codegen::ir::condcodes::{CondCode, IntCC};
use cranelift_codegen::ir::{Block, InstBuilder, InstructionData, Value, ValueDef};

use super::function::FunctionCx;
use crate::ir::{BinaryOp, Const, Expr, UnaryOp};

/// Where a branch goes.
#[derive(Clone, Copy)]
pub(super) struct Targets {
    pub(super) on_true: Block,
    pub(super) on_false: Block,
    /// Which of the two leaves a loop, if one does. It becomes the branch's first successor, which
    /// Cranelift visits last: what it visits after the first block outside of a loop it no longer
    /// hoists out of the loop.
    pub(super) leaving: Option<Block>,
}

impl Targets {
    /// The targets of the opposite condition.
    pub(super) fn swapped(self) -> Targets {
        Targets { on_true: self.on_false, on_false: self.on_true, ..self }
    }
}

impl FunctionCx<'_, '_> {
    /// Branches on a condition, comparison by comparison where it is made of several.
    pub(super) fn branch(&mut self, cond: &Expr, targets: Targets) {
        match cond {
            Expr::Unary { op: UnaryOp::Not, operand } => self.branch(operand, targets.swapped()),
            Expr::Binary { op: BinaryOp::And, left, right } => self.branch_and(left, right, targets),
            Expr::Binary { op: BinaryOp::Or, left, right } => self.branch_or(left, right, targets),
            Expr::Select { cond, then, otherwise } => match (&**then, &**otherwise) {
                (then, Expr::Const(Const::Bool(false))) => self.branch_and(cond, then, targets),
                (Expr::Const(Const::Bool(true)), otherwise) => self.branch_or(cond, otherwise, targets),
                (then, otherwise) => self.branch_either(cond, [then, otherwise], targets),
            },
            _ => {
                let value = self.expression(cond).value;
                self.branch_on(value, targets);
            }
        }
    }

    fn branch_on(&mut self, value: Value, targets: Targets) {
        let Targets { on_true, on_false, leaving } = targets;
        if leaving == Some(on_false) {
            let opposite = self.opposite(value);
            self.builder.ins().brif(opposite, on_false, &[], on_true, &[]);
        } else {
            self.builder.ins().brif(value, on_true, &[], on_false, &[]);
        }
    }

    /// The opposite of a truth value; of a comparison, the opposite comparison.
    fn opposite(&mut self, value: Value) -> Value {
        if let ValueDef::Result(inst, _) = self.builder.func.dfg.value_def(value) {
            match self.builder.func.dfg.insts[inst] {
                InstructionData::IntCompare { cond, args: [left, right], .. } => {
                    return self.builder.ins().icmp(cond.complement(), left, right);
                }
                InstructionData::FloatCompare { cond, args: [left, right], .. } => {
                    return self.builder.ins().fcmp(cond.complement(), left, right);
                }
                _ => {}
            }
        }
        self.builder.ins().icmp_imm_s(IntCC::Equal, value, 0)
    }

    fn branch_and(&mut self, left: &Expr, right: &Expr, targets: Targets) {
        let next = self.builder.create_block();
        self.branch(left, Targets { on_true: next, ..targets });
        self.continue_in(next);
        self.branch(right, targets);
    }

    fn branch_or(&mut self, left: &Expr, right: &Expr, targets: Targets) {
        let next = self.builder.create_block();
        self.branch(left, Targets { on_false: next, ..targets });
        self.continue_in(next);
        self.branch(right, targets);
    }

    fn branch_either(&mut self, cond: &Expr, sides: [&Expr; 2], targets: Targets) {
        let [on_true, on_false] = [self.builder.create_block(), self.builder.create_block()];
        self.branch(cond, Targets { on_true, on_false, leaving: None });
        for (block, side) in [on_true, on_false].into_iter().zip(sides) {
            self.continue_in(block);
            self.branch(side, targets);
        }
    }
}
