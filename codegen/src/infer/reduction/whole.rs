//! Sums of whole arrays that lie in memory as one run: those that `summation` knows.

use super::super::{Body, Typed};
use super::Reducing;
use crate::source::Span;
use crate::typed::{Expr, ExprKind};
use crate::types::{ArrayType, Kind, Layout, Type};

impl Body<'_, '_> {
    /// A sum.
    pub(super) fn sum_along(&mut self, reducing: &Reducing) -> Typed {
        let element = reducing.ty.element;
        let is_float = matches!(element.kind(), Kind::Float | Kind::Complex);
        let is_plain = reducing.initial.is_none() && reducing.dtype.is_none_or(|dtype| dtype == element);
        let is_all = reducing.axes.leave_nothing(reducing.ty.rank) && reducing.out.is_none();
        let is_run = reducing.ty.rank < 2 || reducing.ty.layout != Layout::Any;
        if is_float && is_plain && is_all && is_run {
            return self.sum_of_run(reducing.array.clone(), reducing.span);
        }
        self.fold_of(reducing)
    }

    /// The sum of the floats or complex numbers of an array that is one run.
    pub(super) fn sum_of_run(&mut self, array: Expr, span: Span) -> Typed {
        let array = match array.ty {
            Type::Array(ty) if ty.rank > 1 && ty.layout == Layout::F => {
                let ty = Type::Array(ty.transposed());
                Expr::new(ExprKind::Transpose(Box::new(array)), ty, span)
            }
            _ => self.with_dimension(array, span),
        };
        let run = match array.ty {
            Type::Array(ty) if ty.rank > 1 => {
                let ty = Type::Array(ArrayType { rank: 1, layout: Layout::C, ..ty });
                Expr::new(ExprKind::Flat(Box::new(array)), ty, span)
            }
            _ => array,
        };
        let sum = self.library_call("sum_run", vec![run], false, span)?;
        // For `summation`, if the array is what an operation gives.
        let n = Expr::new(ExprKind::Int(0), Type::INT, span);
        let zero = self.coerce(n.clone(), &sum.ty)?;
        self.library_call("sum_filled", vec![n, zero], false, span)?;
        Ok(sum)
    }
}
