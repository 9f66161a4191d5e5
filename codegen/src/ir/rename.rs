//! Gives a copied body names of its own.

use crate::ir::{Expr, Label, LocalId, Stmt, visit};

/// What stands in a copy for the names of the original.
pub trait Names {
    /// What stands for a local: another one, or a value where the body only reads it.
    fn value(&mut self, local: LocalId) -> Expr;

    /// The label that stands for one that the body has or leaves.
    fn label(&mut self, label: Label) -> Label;
}

/// Renames every local and label of a body.
pub fn rename(body: &mut [Stmt], names: &mut impl Names) {
    visit::walk_mut(body, &mut |stmt| {
        stmt.kind.exprs_mut(&mut |operand| expr(operand, names));
        stmt.kind.assigned_mut(&mut |assigned| *assigned = local(*assigned, names));
        if let Some(view) = stmt.kind.used_mut() {
            *view = local(*view, names);
        }
        if let Some(label) = stmt.kind.label_mut() {
            *label = names.label(*label);
        }
    });
}

/// What stands for a local that the body assigns, or for a view.
pub fn local(local: LocalId, names: &mut impl Names) -> LocalId {
    match names.value(local) {
        Expr::Local(local) => local,
        value => unreachable!("bug in pykernel: {value:?} stands for a local that is assigned"),
    }
}

fn expr(expr: &mut Expr, names: &mut impl Names) {
    if let Expr::Local(local) = expr {
        *expr = names.value(*local);
        return;
    }
    for view in expr.views_mut() {
        *view = local(*view, names);
    }
    expr.operands_mut(&mut |operand| self::expr(operand, names));
}
