//! What the outcome of a condition says of variables: that they are `None`, or that they are not.

use crate::hir::{CompareOp, Expr, ExprKind, LogicalOp, Relation, UnaryOp, VariableId};

/// What is known of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The variable.
    pub variable: VariableId,
    /// Whether it is known to be `None`, or known not to be.
    pub is_none: bool,
    /// Whether a test for `None` says so, and not only the variable's truth value.
    pub by_test: bool,
}

/// What is known where a condition has come out true, or false.
pub fn facts(cond: &Expr, truth: bool) -> Vec<Fact> {
    let mut found = Vec::new();
    collect(cond, truth, &mut found);
    found
}

fn collect(cond: &Expr, truth: bool, found: &mut Vec<Fact>) {
    match (&cond.kind, none_test(cond)) {
        (_, Some((value, not))) => {
            if let ExprKind::Variable(variable) = value.kind {
                found.push(Fact { variable, is_none: truth != not, by_test: true });
            }
        }
        (ExprKind::Variable(variable), _) if truth => {
            found.push(Fact { variable: *variable, is_none: false, by_test: false });
        }
        (ExprKind::Unary { op: UnaryOp::Not, operand }, _) => collect(operand, !truth, found),
        (ExprKind::Logical { op, left, right }, _) if (*op == LogicalOp::And) == truth => {
            collect(left, truth, found);
            collect(right, truth, found);
        }
        _ => {}
    }
}

/// The value that a comparison tests for `None`, and whether it must not be that.
pub fn none_test(cond: &Expr) -> Option<(&Expr, bool)> {
    match &cond.kind {
        ExprKind::IsNone { value, not } => Some((value, *not)),
        ExprKind::Compare { op: Relation::Compare(op @ (CompareOp::Eq | CompareOp::Ne)), left, right } => {
            let not = *op == CompareOp::Ne;
            match (&left.kind, &right.kind) {
                (_, ExprKind::None) => Some((left, not)),
                (ExprKind::None, _) => Some((right, not)),
                _ => None,
            }
        }
        _ => None,
    }
}
