//! Ends of ranges that are known to lie within others.

use super::{Expr, ExprKind, Operation};
use crate::ir::CompareOp;
use crate::types::Type;

/// The ends of a part of `0..count`: as they are, written so that the passes see that they are within. All
/// three may be evaluated again.
pub fn within(start: Expr, stop: Expr, count: Expr) -> [Expr; 2] {
    let span = start.span;
    let zero = Expr::new(ExprKind::Int(0), Type::INT, span);
    let either = |[left, right]: [&Expr; 2], then: &Expr, otherwise: &Expr| {
        let operation = Operation::Compare(CompareOp::Lt);
        let kind = ExprKind::Operation(operation, vec![left.clone(), right.clone()]);
        let cond = Box::new(Expr::new(kind, Type::BOOL, span));
        let (then, otherwise) = (Box::new(then.clone()), Box::new(otherwise.clone()));
        Expr::new(ExprKind::Conditional { cond, then, otherwise }, Type::INT, span)
    };
    [either([&start, &zero], &zero, &start), either([&stop, &count], &stop, &count)]
}
