//! Means and variances, as NumPy computes them of sums.

use super::super::tuple::int;
use super::super::{Body, Stop, Typed};
use super::axes::{Axes, name_of};
use super::{Call, Reducing};
use crate::builtin::{Reduction, What};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::BinaryOp;
use crate::ir::Intrinsic;
use crate::source::Span;
use crate::typed::{Expr, Operation};
use crate::types::{DType, Kind, Type};

impl Body<'_, '_> {
    /// The mean: the sum by the number of elements.
    pub(super) fn mean(&mut self, reducing: &Reducing) -> Typed {
        let n = self.n_of_each(reducing, false)?;
        let sum = self.sum_in_floats(reducing, reducing.axes.clone())?;
        self.divided(sum, n, reducing.span)
    }

    /// The sum along some dimensions; that of integers is one of floats.
    pub(super) fn sum_in_floats(&mut self, reducing: &Reducing, axes: Axes) -> Typed {
        let is_exact = matches!(reducing.ty.dtype().kind(), Kind::Bool | Kind::Int);
        let mut sum = reducing.with_array(reducing.array.clone())?;
        (sum.reduction, sum.axes) = (Reduction::of(What::Sum), axes);
        if sum.dtype.is_none() && is_exact {
            sum.dtype = Some(DType::Float64);
        }
        self.sum_along(&sum)
    }

    /// Sums by a number.
    pub(super) fn divided(&mut self, sum: Expr, n: Expr, span: Span) -> Typed {
        if let Type::Array(_) = n.ty {
            return self.quotients(sum, n, span);
        }
        let (n, again) = self.twice(n);
        let quotient = self.elementwise(vec![sum], span, &mut |body, sum| {
            let args = sum.into_iter().chain([again.clone()]).collect();
            body.library_call("mean_of", args, false, span)
        })?;
        Ok(super::axes::behind(vec![n], quotient))
    }

    /// The variance, in two passes, and the standard deviation.
    pub(super) fn variance(&mut self, call: &Call<'_>, reducing: &Reducing) -> Typed {
        let span = reducing.span;
        let complex = reducing.ty.dtype().kind() == Kind::Complex;
        if complex && reducing.dtype.is_some() {
            let message =
                format!("`{}` of complex numbers takes no `dtype` in this version", name_of(reducing));
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, span, message)
                    .help("convert the array, or the result"),
            );
        }
        let ddof = self.ddof(call, reducing)?;
        let (ddof, n) = (self.twice(ddof), self.n_of_each(reducing, false)?);
        let mean = match call.get("mean") {
            Some(mean) => self.expr(mean)?,
            None => {
                let is_number = reducing.axes.leave_nothing(reducing.ty.rank);
                let axes = if is_number { reducing.axes.clone() } else { reducing.axes.kept() };
                let mut alone = reducing.with_array(reducing.array.clone())?;
                (alone.out, alone.keys) = (None, None);
                let keepdims = axes.keepdims;
                let sum = self.sum_in_floats(&alone, axes)?;
                let n = self.n_of_each(reducing, keepdims)?;
                self.divided(sum, n, span)?
            }
        };
        let squares = self.squares(reducing, (vec![mean], call.get("mean").is_none()))?;
        let is_exact = matches!(reducing.ty.dtype().kind(), Kind::Bool | Kind::Int);
        let dtype = reducing.dtype.or(is_exact.then_some(DType::Float64));
        let sum = self.sum_of_new(reducing, squares, dtype)?;
        let freedom = self.elementwise(vec![n], span, &mut |body, n| {
            let args = n.into_iter().chain([ddof.1.clone()]).collect();
            body.library_call("degrees_of_freedom", args, false, span)
        })?;
        let is_deviation = reducing.reduction.what == What::Deviation;
        let (freedom, n) = self.twice(freedom);
        let variance = self.elementwise(vec![sum, n], span, &mut |body, args| {
            let variance = body.library_call("mean_of", args, false, span)?;
            let ty = variance.ty.clone();
            Ok(match is_deviation {
                true => Body::operation(Operation::Intrinsic(Intrinsic::Sqrt), vec![variance], ty, span),
                false => variance,
            })
        })?;
        Ok(super::axes::behind(vec![ddof.0, freedom], variance))
    }

    /// What is taken from the number of elements: `ddof`, or `correction`, which is another name for it.
    pub(super) fn ddof(&mut self, call: &Call<'_>, reducing: &Reducing) -> Typed {
        let ddof = match (call.get("ddof"), call.get("correction")) {
            (Some(_), Some(correction)) => {
                let message = "ddof and correction can't be provided simultaneously.";
                return self.report(
                    Diagnostic::new(Code::ArgumentMismatch, correction.span, message)
                        .help("they are the same: give one of them"),
                );
            }
            (Some(ddof), None) | (None, Some(ddof)) => self.expr(ddof)?,
            (None, None) => int(0, reducing.span),
        };
        match ddof.ty.dtype().map(DType::kind) {
            Some(Kind::Int | Kind::Float) => self.coerce(ddof, &Type::FLOAT),
            _ => self.wrong_argument(reducing.row, &ddof, "as `ddof` a real number"),
        }
    }

    /// The squares of how far elements are from a mean.
    fn squares(&mut self, reducing: &Reducing, mean: (Vec<Expr>, bool)) -> Typed {
        let span = reducing.span;
        self.laid_out(reducing, mean, &mut |body, mut items| {
            let (mean, element) = (items.pop().ok_or(Stop)?, items.pop().ok_or(Stop)?);
            let apart = body.binary(BinaryOp::Sub, element, mean, span)?;
            body.library_call("square_of", vec![apart], false, span)
        })
    }
}
