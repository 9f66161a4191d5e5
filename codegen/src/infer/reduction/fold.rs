//! Folds along dimensions: sums, products, extrema, truth values, counts.

use super::super::fold::Fold;
use super::super::promote::promote_dtypes;
use super::super::tuple::{int, packed};
use super::super::{Body, Typed};
use super::Reducing;
use crate::builtin::What;
use crate::hir::BinaryOp;
use crate::ir::CompareOp;
use crate::source::Span;
use crate::typed::{Axis, Expr, ExprKind, Fill, Operation, Piece, Raise};
use crate::types::{DType, Kind, Type};

/// A fold of the library, and what it begins with.
pub(super) struct Folding {
    pub(super) name: &'static str,
    /// The type of the result.
    pub(super) to: DType,
    pub(super) first: Expr,
    /// What NumPy calls it where there is nothing to fold and nothing to begin with.
    pub(super) has_no_identity: Option<&'static str>,
}

impl Body<'_, '_> {
    /// A reduction that is a fold, but for sums of floats.
    pub(super) fn fold_of(&mut self, reducing: &Reducing) -> Typed {
        let folding = self.folding(reducing)?;
        self.fold_along(reducing, folding)
    }

    /// The fold that a reduction is.
    pub(super) fn folding(&mut self, reducing: &Reducing) -> Typed<Folding> {
        let (element, span) = (reducing.ty.dtype(), reducing.span);
        let skips = reducing.reduction.skips_nan && matches!(element.kind(), Kind::Float | Kind::Complex);
        let is_float = skips && element.kind() == Kind::Float;
        let (name, to, fold, missing) = match reducing.reduction.what {
            What::Sum => ("add", self.wide(reducing), Some(BinaryOp::Add), None),
            What::Product if skips => ("multiply_numbers", self.wide(reducing), Some(BinaryOp::Mul), None),
            What::Product => ("multiply", self.wide(reducing), Some(BinaryOp::Mul), None),
            What::Minimum if is_float => ("fmin", element, None, Some("fmin")),
            What::Maximum if is_float => ("fmax", element, None, Some("fmax")),
            What::Minimum if reducing.reduction.skips_nan => ("minimum", element, None, Some("fmin")),
            What::Maximum if reducing.reduction.skips_nan => ("maximum", element, None, Some("fmax")),
            What::Minimum => ("minimum", element, None, Some("minimum")),
            What::Maximum => ("maximum", element, None, Some("maximum")),
            What::Any => ("any", DType::Bool, Some(BinaryOp::BitOr), None),
            What::All => ("all", DType::Bool, Some(BinaryOp::BitAnd), None),
            What::Count if reducing.reduction.skips_nan => {
                ("count_numbers", DType::Int64, Some(BinaryOp::Add), None)
            }
            What::Count => ("count", DType::Int64, Some(BinaryOp::Add), None),
            What::Everything => ("count_all", DType::Int64, Some(BinaryOp::Add), None),
            What::Mean
            | What::Variance
            | What::Deviation
            | What::Spread
            | What::ArgMinimum
            | What::ArgMaximum
            | What::Average
            | What::Median
            | What::Quantile
            | What::Percentile
            | What::CumulativeSum
            | What::CumulativeProduct
            | What::Fold
            | What::Accumulation => {
                unreachable!("bug in pykernel: `{}` is no fold", reducing.row.name)
            }
        };
        let ty = Type::Strong(to);
        let first = match (&reducing.initial, fold) {
            (Some(initial), _) => self.first_of(initial.clone(), &ty)?,
            (None, Some(BinaryOp::Mul)) => self.convert(int(1, span), &ty)?,
            (None, Some(BinaryOp::BitAnd)) => Expr::new(ExprKind::Bool(true), ty, span),
            (None, Some(BinaryOp::BitOr)) => Expr::new(ExprKind::Bool(false), ty, span),
            (None, Some(_)) => self.convert(int(0, span), &ty)?,
            (None, None) if is_float => Expr::new(ExprKind::Float(f64::NAN), ty, span),
            (None, None) if name == "minimum" => Fold::Min.identity(&ty, span),
            (None, None) => Fold::Max.identity(&ty, span),
        };
        let has_no_identity = missing.filter(|_| reducing.initial.is_none());
        Ok(Folding { name, to, first, has_no_identity })
    }

    /// What a fold begins with. Integers must fit, whatever their type.
    pub(super) fn first_of(&mut self, initial: Expr, ty: &Type) -> Typed {
        let initial = match initial.ty.dtype() {
            Some(dtype) if dtype.kind() == Kind::Int && dtype != DType::UInt64 => {
                self.coerce(initial, &Type::INT)?
            }
            _ => initial,
        };
        self.convert(initial, ty)
    }

    /// The type in which NumPy sums up and multiplies.
    pub(super) fn wide(&self, reducing: &Reducing) -> DType {
        let element = reducing.ty.dtype();
        match (reducing.dtype, element.kind()) {
            (Some(dtype), _) => dtype,
            (None, _) if reducing.out.is_some() => promote_dtypes(element, reducing.out.unwrap_or(element)),
            (None, Kind::Bool | Kind::Int) if element.is_unsigned_int() => DType::UInt64,
            (None, Kind::Bool | Kind::Int) => DType::Int64,
            (None, Kind::Float | Kind::Complex) => element,
        }
    }

    /// A fold along the dimensions of a reduction: an array, or a number where none is left.
    pub(super) fn fold_along(&mut self, reducing: &Reducing, folding: Folding) -> Typed {
        let span = reducing.span;
        let results = self.results(reducing, folding.to, Fill::Value(folding.first.clone()));
        let mut evaluated = vec![results.made.clone()];
        if let Some(name) = folding.has_no_identity.filter(|_| reducing.mask.is_none()) {
            let message = format!("zero-size array to reduction operation {name} which has no identity");
            evaluated.push(some_elements(self.n_reduced(reducing), message, span));
        }
        let array = self.with_dimension(reducing.array.clone(), span);
        let none = packed(vec![int(0, span); reducing.ty.rank.max(1)], span);
        let keys = reducing.keys.clone().filter(|_| reducing.ty.rank > 0).unwrap_or(none);
        let args = vec![results.run.clone(), array, results.moves.clone(), keys];
        evaluated.push(match &reducing.mask {
            Some(mask) => self.fold_where(reducing, &folding, mask.clone(), args)?,
            None => self.library_call(&format!("{}_axes", folding.name), args, false, span)?,
        });
        Ok(results.after(evaluated))
    }

    /// An array that has a dimension.
    pub(super) fn with_dimension(&mut self, array: Expr, span: Span) -> Expr {
        match array.ty {
            Type::Array(ty) if ty.rank == 0 => {
                let ty = ty.part(&[Axis::New.kept()]);
                Expr::new(ExprKind::Part(Box::new(array), vec![Axis::New]), Type::Array(ty), span)
            }
            _ => array,
        }
    }
}

/// Raises where there is nothing that a result could be.
pub(super) fn some_elements(n: Expr, message: String, span: Span) -> Expr {
    let cond =
        Box::new(Body::operation(Operation::Compare(CompareOp::Ne), vec![n, int(0, span)], Type::BOOL, span));
    let raise = Raise { class: "ValueError".into(), message: vec![Piece::Text(message)] };
    let value = Box::new(Expr::new(ExprKind::Bool(true), Type::BOOL, span));
    Expr::new(ExprKind::Checked { cond, raise, value }, Type::BOOL, span)
}
