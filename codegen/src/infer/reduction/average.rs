//! `np.average`: a mean with weights.

use super::super::promote::promote_dtypes;
use super::super::tuple::after;
use super::super::{Body, Stop, Typed};
use super::axes::{Axes, Reduced};
use super::quantile::checked;
use super::{Call, Reducing};
use crate::builtin::{Reduction, What};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, BinaryOp};
use crate::ir::CompareOp;
use crate::typed::{Axis, Expr, ExprKind, Operation};
use crate::types::{ArrayType, DType, Kind, Type};

/// What NumPy says of weights that are neither like the array nor like the dimension.
const SHAPE: &str = "Shape of weights must be consistent with shape of a along specified axis.";

impl Body<'_, '_> {
    /// The mean, weighted if there are weights.
    pub(super) fn average(&mut self, call: &Call<'_>, reducing: &Reducing) -> Typed {
        let span = reducing.span;
        if let Some(returned) = call.get("returned")
            && !matches!(returned.kind, hir::ExprKind::Bool(false))
        {
            return self.report(
                Diagnostic::new(
                    Code::ArgumentMismatch,
                    returned.span,
                    "`returned` is not supported in this version",
                )
                .help("sum up the weights by `np.sum`"),
            );
        }
        let Some(weights) = call.get("weights") else { return self.mean(reducing) };
        let weights = self.expr(weights)?;
        self.check_numbers(std::slice::from_ref(&weights), "`weights`")?;
        let Type::Array(given) = weights.ty else {
            return self.wrong_argument(reducing.row, &weights, "as `weights` an array");
        };
        let mut evaluated = Vec::new();
        let weights = self.set_before(weights, &mut evaluated);
        let (factor, along) = self.weights_along(reducing, weights, given, &mut evaluated)?;
        let element = reducing.ty.dtype();
        let mut to = promote_dtypes(element, given.dtype());
        if matches!(element.kind(), Kind::Bool | Kind::Int) {
            to = promote_dtypes(to, DType::Float64);
        }
        let mut scale = along;
        (scale.reduction, scale.dtype) = (Reduction::of(What::Sum), Some(to));
        let scale = self.sum_along(&scale)?;
        let scale = self.set_before(scale, &mut evaluated);
        evaluated.push(self.no_zero(reducing, &scale)?);
        let ty = Type::Strong(to);
        let products = self.laid_out(reducing, (vec![factor], false), &mut |body, mut items| {
            let (weight, element) = (items.pop().ok_or(Stop)?, items.pop().ok_or(Stop)?);
            let (element, weight) = (body.convert(element, &ty)?, body.convert(weight, &ty)?);
            body.binary(BinaryOp::Mul, element, weight, span)
        })?;
        let sum = self.sum_of_new(reducing, products, None)?;
        let average = self.elementwise(vec![sum, scale], span, &mut |body, mut items| {
            let (scale, sum) = (items.pop().ok_or(Stop)?, items.pop().ok_or(Stop)?);
            body.binary(BinaryOp::Div, sum, scale, span)
        })?;
        Ok(after(evaluated, average))
    }

    /// The weights as elements are multiplied by them, and as they are summed up.
    fn weights_along(
        &mut self,
        reducing: &Reducing,
        weights: Expr,
        given: ArrayType,
        evaluated: &mut Vec<Expr>,
    ) -> Typed<(Expr, Reducing)> {
        let span = reducing.span;
        let rank = reducing.ty.rank;
        let equal = |left: Expr, right: Expr| {
            Self::operation(Operation::Compare(CompareOp::Eq), vec![left, right], Type::BOOL, span)
        };
        let extent = |axis| Expr::new(ExprKind::Extent(Box::new(weights.clone()), axis), Type::INT, span);
        if given.rank == rank {
            for axis in 0..rank {
                let (class, message) = match reducing.axes.is_all {
                    true => ("TypeError", "Axis must be specified when shapes of a and weights differ."),
                    false => ("ValueError", SHAPE),
                };
                evaluated.push(checked(equal(extent(axis), reducing.extent(axis)), class, message));
            }
            let along = reducing.with_array(weights.clone())?;
            return Ok((weights, along));
        }
        let place = match (&reducing.axes.reduced, &reducing.axes.named) {
            (Reduced::These(reduced), Some(_)) if given.rank == 1 => {
                reduced.iter().position(|reduced| *reduced)
            }
            _ => None,
        };
        let Some(place) = place else {
            return self.report(
                Diagnostic::new(
                    Code::WrongRank,
                    span,
                    "`weights` has neither the shape of the array nor one dimension",
                )
                .note(SHAPE)
                .help("give weights for each element, or along one `axis` that is a literal"),
            );
        };
        evaluated.push(checked(equal(extent(0), reducing.extent(place)), "ValueError", SHAPE));
        let axes: Vec<Axis> =
            (0..rank).map(|axis| if axis == place { Axis::Whole } else { Axis::New }).collect();
        let kept: Vec<_> = axes.iter().map(Axis::kept).collect();
        let ty = Type::Array(given.part(&kept));
        let factor = Expr::new(ExprKind::Part(Box::new(weights.clone()), axes), ty, span);
        let mut along = reducing.with_array(weights)?;
        along.axes = Axes { reduced: Reduced::These(vec![true]), keepdims: false, ..reducing.axes.clone() };
        Ok((factor, along))
    }

    /// Raises where a sum of weights is zero.
    fn no_zero(&mut self, reducing: &Reducing, scale: &Expr) -> Typed {
        let message = "Weights sum to zero, can't be normalized";
        let all = match scale.ty {
            Type::Array(ty) => {
                let mut all = reducing.with_array(scale.clone())?;
                all.reduction = Reduction::of(What::All);
                all.axes = Axes {
                    reduced: Reduced::These(vec![true; ty.rank]),
                    keepdims: false,
                    ..reducing.axes.clone()
                };
                self.fold_of(&all)?
            }
            _ => scale.clone(),
        };
        let truth = self.truth(all)?;
        Ok(checked(truth, "ZeroDivisionError", message))
    }
}
