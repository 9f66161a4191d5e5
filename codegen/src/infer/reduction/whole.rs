//! Sums of whole arrays that lie in memory as one run: those that `summation` knows.

use super::super::{Body, Typed};
use super::Reducing;
use crate::source::Span;
use crate::typed::{Expr, ExprKind};
use crate::types::{Kind, Type};

impl Body<'_, '_> {
    /// A sum.
    pub(super) fn sum_along(&mut self, reducing: &Reducing) -> Typed {
        let element = reducing.ty.dtype();
        let is_float = matches!(element.kind(), Kind::Float | Kind::Complex);
        let is_plain = reducing.initial.is_none()
            && reducing.mask.is_none()
            && reducing.dtype.is_none_or(|dtype| dtype == element);
        let is_all = reducing.axes.leave_nothing(reducing.ty.rank) && reducing.out.is_none();
        if is_float && is_plain && is_all && reducing.ty.rank < 2 {
            return self.sum_of_run(reducing.array.clone(), reducing.span);
        }
        self.fold_of(reducing)
    }

    /// The sum of the floats or complex numbers of an array of one dimension at most.
    pub(super) fn sum_of_run(&mut self, array: Expr, span: Span) -> Typed {
        let run = self.with_dimension(array, span);
        let sum = self.library_call("sum_run", vec![run], false, span)?;
        // For `summation`, if the array is what an operation gives.
        let n = Expr::new(ExprKind::Int(0), Type::INT, span);
        let zero = self.coerce(n.clone(), &sum.ty)?;
        self.library_call("sum_filled", vec![n, zero], false, span)?;
        Ok(sum)
    }
}
