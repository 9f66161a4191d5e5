//! Typing the builtins that make one value of the items of a tuple, or of an array with one
//! dimension: `sum`, `any`, `all`, `min`, `max`.

use super::promote::promote;
use super::tuple::after;
use super::{Body, Typed};
use crate::builtin::Row;
use crate::hir::BinaryOp;
use crate::source::Span;
use crate::typed::{Expr, ExprKind};
use crate::types::{DType, Type};

/// `sum(t, start)`: a left fold that begins with `start`, else with 0.
pub(super) fn sum(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let mut args = args.into_iter();
    let (Some(items), start) = (args.next(), args.next()) else {
        unreachable!("bug in pykernel: the arity was checked")
    };
    let start = start.unwrap_or(Expr::new(ExprKind::Int(0), Type::INT, span));
    if let Some(element) = elements(&items) {
        let ty = promote(&start.ty, &Type::Strong(element));
        let Some(ty) = ty else { return body.wrong_argument(row, &start, "a number to begin with") };
        let start = body.coerce(start, &ty)?;
        return body.library_call("array_sum", vec![items, start], false, span);
    }
    let (evaluated, [items]) = body.items_for(row, items)?;
    let (start, again) = body.twice(start);
    let total =
        items.into_iter().try_fold(again, |total, item| body.binary(BinaryOp::Add, total, item, span))?;
    Ok(after(evaluated.into_iter().chain([start]).collect(), total))
}

/// `any(t)`, `all(t)`.
pub(super) fn any_all(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let Some(items) = args.into_iter().next() else { unreachable!("bug in pykernel: the arity was checked") };
    if elements(&items).is_some() {
        return body.library_call(&format!("array_{}", row.name), vec![items], false, span);
    }
    let and = row.name == "all";
    let (evaluated, [items]) = body.items_for(row, items)?;
    let mut truth = Expr::new(ExprKind::Bool(and), Type::BOOL, span);
    for item in items.into_iter().rev() {
        let left = Box::new(body.truth(item)?);
        let kind = ExprKind::Logical { and, left, right: Box::new(truth) };
        truth = Expr::new(kind, Type::BOOL, span);
    }
    Ok(after(evaluated, truth))
}

impl Body<'_, '_> {
    /// The items of the tuple that a builtin takes, for any use, and what evaluates them before.
    fn items_for(&mut self, row: &Row, tuple: Expr) -> Typed<(Vec<Expr>, [Vec<Expr>; 1])> {
        match &tuple.ty {
            Type::Tuple(_) => Ok(self.for_any_use([tuple])),
            _ => self.wrong_argument(row, &tuple, "a tuple, or an array with one dimension"),
        }
    }
}

/// The type of an array's elements, if they are what iterating over it gives.
pub(super) fn elements(value: &Expr) -> Option<DType> {
    match value.ty {
        Type::Array(array) if array.rank == 1 => Some(array.dtype()),
        _ => None,
    }
}
