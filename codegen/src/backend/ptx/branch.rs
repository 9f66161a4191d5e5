//! Conditions of branches.

use super::function::FunctionCx;
use super::instruction::Label;
use crate::ir::{Expr, UnaryOp};

impl FunctionCx<'_, '_> {
    /// Goes to a label if a condition does not hold.
    pub(super) fn branch_unless(&mut self, cond: &Expr, to: Label) {
        self.branch(cond, false, to);
    }

    /// Goes to a label if a condition is `holds`.
    pub(super) fn branch(&mut self, cond: &Expr, holds: bool, to: Label) {
        if let Expr::Unary { op: UnaryOp::Not, operand } = cond {
            return self.branch(operand, !holds, to);
        }
        let cond = self.register_of(cond);
        self.branch_if(Some((cond, holds)), to);
    }
}
