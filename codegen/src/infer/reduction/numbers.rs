//! Sums, means and variances of the elements that are numbers.

use super::super::{Body, Stop, Typed};
use super::axes::name_of;
use super::{Call, Reducing};
use crate::builtin::{Reduction, What};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::BinaryOp;
use crate::ir::Intrinsic;
use crate::typed::{Expr, ExprKind, Operation};
use crate::types::Type;

impl Body<'_, '_> {
    /// The sum, in which zero stands for what is not a number.
    pub(super) fn sum_of_numbers(&mut self, reducing: &Reducing) -> Typed {
        let numbers = self.numbers(reducing)?;
        if reducing.initial.is_none() {
            return self.sum_of_new(reducing, numbers, reducing.dtype);
        }
        let (numbers, again) = self.bind(numbers);
        let mut sum = reducing.with_array(again)?;
        (sum.reduction, sum.initial) = (Reduction::of(What::Sum), reducing.initial.clone());
        let total = self.sum_along(&sum)?;
        Ok(super::axes::behind(vec![numbers], total))
    }

    /// The elements, each zero that is not a number.
    fn numbers(&mut self, reducing: &Reducing) -> Typed {
        let span = reducing.span;
        self.laid_out(reducing, (Vec::new(), true), &mut |body, element| {
            let zero = Expr::new(ExprKind::Int(0), Type::INT, span);
            let args = element.into_iter().chain([zero]).collect();
            body.library_call("number_or", args, false, span)
        })
    }

    /// How many elements are numbers.
    fn n_numbers(&mut self, reducing: &Reducing) -> Typed {
        let mut count = reducing.with_array(reducing.array.clone())?;
        (count.reduction, count.axes) = (Reduction::of_numbers(What::Count), reducing.axes.clone());
        (count.out, count.keys) = (None, None);
        self.fold_of(&count)
    }

    /// The mean: the sum by how many there are.
    pub(super) fn mean_of_numbers(&mut self, reducing: &Reducing) -> Typed {
        let n = self.n_numbers(reducing)?;
        let sum = self.sum_of_numbers(reducing)?;
        self.quotients(sum, n, reducing.span)
    }

    /// Sums by numbers of elements.
    pub(super) fn quotients(&mut self, sums: Expr, n: Expr, span: crate::source::Span) -> Typed {
        self.elementwise(vec![sums, n], span, &mut |body, args| {
            body.library_call("mean_of", args, false, span)
        })
    }

    /// The variance, in two passes, and the standard deviation.
    pub(super) fn variance_of_numbers(&mut self, call: &Call<'_>, reducing: &Reducing) -> Typed {
        let span = reducing.span;
        if call.get("mean").is_some() || reducing.dtype.is_some_and(|dtype| dtype != reducing.ty.dtype()) {
            let message =
                format!("`{}` takes no `mean`, and no other `dtype`, in this version", name_of(reducing));
            return self
                .report(Diagnostic::new(Code::ArgumentMismatch, span, message).help("leave them out"));
        }
        let ddof = self.ddof(call, reducing)?;
        let mut evaluated = Vec::new();
        let ddof = self.set_before(ddof, &mut evaluated);
        let mut kept = reducing.with_array(reducing.array.clone())?;
        if !reducing.axes.leave_nothing(reducing.ty.rank) {
            kept.axes = reducing.axes.kept();
        }
        (kept.out, kept.keys) = (None, None);
        let mean = self.mean_of_numbers(&kept)?;
        let squares = self.laid_out(reducing, (vec![mean], true), &mut |body, mut items| {
            let (mean, element) = (items.pop().ok_or(Stop)?, items.pop().ok_or(Stop)?);
            let (element, again) = body.twice(element);
            let apart = body.binary(BinaryOp::Sub, again.clone(), mean, span)?;
            let square = body.library_call("square_of", vec![apart], false, span)?;
            let square = body.library_call("where_number", vec![again, square], false, span)?;
            Ok(super::axes::behind(vec![element], square))
        })?;
        let sum = self.sum_of_new(reducing, squares, None)?;
        let n = self.n_numbers(reducing)?;
        let is_deviation = reducing.reduction.what == What::Deviation;
        let variance = self.elementwise(vec![sum, n], span, &mut |body, args| {
            let args = args.into_iter().chain([ddof.clone()]).collect();
            let variance = body.library_call("variance_of_numbers", args, false, span)?;
            let ty = variance.ty.clone();
            Ok(match is_deviation {
                true => Body::operation(Operation::Intrinsic(Intrinsic::Sqrt), vec![variance], ty, span),
                false => variance,
            })
        })?;
        Ok(super::axes::behind(evaluated, variance))
    }
}
