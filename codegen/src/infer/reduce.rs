//! Typing the builtins that make one value of a tuple's items: `sum`, `any`, `all`.

use super::tuple::after;
use super::{Body, Typed};
use crate::builtin::Row;
use crate::hir::BinaryOp;
use crate::source::Span;
use crate::typed::{Expr, ExprKind};
use crate::types::Type;

/// `sum(t, start)`: a left fold that begins with `start`, else with 0.
pub(super) fn sum(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let mut args = args.into_iter();
    let (Some(tuple), start) = (args.next(), args.next()) else {
        unreachable!("bug in pykernel: the arity was checked")
    };
    if !matches!(tuple.ty, Type::Tuple(_)) {
        return body.wrong_argument(row, &tuple, "a tuple");
    }
    let zero = Expr::new(ExprKind::Int(0), Type::INT, span);
    let (evaluated, [items]) = body.for_any_use([tuple]);
    let start = start.unwrap_or(zero);
    let (start, again) = body.twice(start);
    let total =
        items.into_iter().try_fold(again, |total, item| body.binary(BinaryOp::Add, total, item, span))?;
    Ok(after(evaluated.into_iter().chain([start]).collect(), total))
}

/// `any(t)`, `all(t)`.
pub(super) fn any_all(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let Some(tuple) = args.into_iter().next() else { unreachable!("bug in pykernel: the arity was checked") };
    if !matches!(tuple.ty, Type::Tuple(_)) {
        return body.wrong_argument(row, &tuple, "a tuple");
    }
    let and = row.name == "all";
    let (evaluated, [items]) = body.for_any_use([tuple]);
    let mut truth = Expr::new(ExprKind::Bool(and), Type::BOOL, span);
    for item in items.into_iter().rev() {
        let left = Box::new(body.truth(item)?);
        let kind = ExprKind::Logical { and, left, right: Box::new(truth) };
        truth = Expr::new(kind, Type::BOOL, span);
    }
    Ok(after(evaluated, truth))
}
