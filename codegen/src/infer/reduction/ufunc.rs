//! `reduce` and `accumulate` of NumPy's ufuncs that no fold of the library is for.

use super::super::ufunc_method::{Fold, Function};
use super::super::{Body, Stop, Typed};
use super::Reducing;
use super::axes::Reduced;
use crate::builtin::{Reduction, Target};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::typed::Expr;
use crate::types::{DType, Type};

impl Body<'_, '_> {
    /// What a ufunc makes of all elements, from left to right.
    pub(super) fn ufunc_fold(&mut self, reducing: &Reducing) -> Typed {
        let mut fold = self.fold_by(reducing, "reduce")?;
        fold.initial = match &reducing.initial {
            Some(initial) => Some(self.first_of(initial.clone(), &Type::Strong(fold.natural))?),
            None => self.identity(&fold)?,
        };
        self.reduce_by(fold)
    }

    /// What it has made of them so far, at each element.
    pub(super) fn ufunc_accumulation(&mut self, reducing: &Reducing) -> Typed {
        let fold = self.fold_by(reducing, "accumulate")?;
        self.accumulate_by(fold)
    }

    fn fold_by<'a>(&mut self, reducing: &Reducing, method: &str) -> Typed<Fold<'a>> {
        let (row, span) = (reducing.row, reducing.span);
        let Target::Ufunc(ufunc) = row.target else {
            unreachable!("bug in pykernel: `{}` is no ufunc", row.name)
        };
        let function = Function::NumPy(row, ufunc, span);
        let Reduced::These(reduced) = &reducing.axes.reduced else {
            let axis = reducing.axes.named.as_ref().map_or(span, |axis| axis.span);
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, axis, "an axis must be a literal here")
                    .help("write the number of the dimension: `axis=0`, or `axis=None` for all"),
            );
        };
        let axes = (0..reduced.len()).filter(|axis| reduced[*axis]).collect();
        let natural = self.folds_in(function, method, &reducing.array, reducing.dtype)?;
        let (array, ty, keepdims) = (reducing.array.clone(), reducing.ty, reducing.axes.keepdims);
        let (initial, mask) = (None, reducing.mask.clone());
        Ok(Fold { function, array, ty, axes, keepdims, natural, initial, mask, evaluated: Vec::new() })
    }

    /// The array of a method of a ufunc as its `dtype` says, where the reduction itself has none.
    pub(super) fn in_dtype(&mut self, reducing: &mut Reducing, evaluated: &mut Vec<Expr>) -> Typed<()> {
        let Some(dtype) = reducing.dtype.take_if(|_| !reducing.reduction.has_dtype()) else { return Ok(()) };
        if !reducing.reduction.gives_elements() {
            if dtype == DType::Bool {
                return Ok(());
            }
            let message = "No loop matching the specified signature and casting was found for this ufunc";
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, reducing.span, message)
                    .help("it gives truth values: leave `dtype` out"),
            );
        }
        if reducing.ty.rank == 0 || dtype == reducing.ty.dtype() {
            return Ok(());
        }
        let converted = self.laid_out(reducing, (Vec::new(), true), &mut |body, mut element| {
            let element = element.pop().ok_or(Stop)?;
            body.convert(element, &Type::Strong(dtype))
        })?;
        let Type::Array(ty) = converted.ty else { return Err(Stop) };
        (reducing.array, reducing.ty) = (self.set_before(converted, evaluated), ty);
        Ok(())
    }

    /// An array that a ufunc accumulates has dimensions.
    pub(super) fn check_accumulated(&mut self, reduction: Reduction, rank: usize, span: Span) -> Typed<()> {
        if !reduction.is_method || !reduction.keeps_shape() || rank > 0 {
            return Ok(());
        }
        self.report(
            Diagnostic::new(Code::WrongRank, span, "cannot accumulate on a scalar")
                .help("give an array with dimensions"),
        )
    }

    /// It does so along one of them.
    pub(super) fn check_along_one(&mut self, reducing: &Reducing) -> Typed<()> {
        let is_one = reducing.axes.named.is_some() || reducing.ty.rank == 1;
        if !reducing.reduction.is_method || !reducing.reduction.keeps_shape() || is_one {
            return Ok(());
        }
        self.report(
            Diagnostic::new(Code::WrongRank, reducing.span, "accumulate does not allow multiple axes")
                .help("give one axis"),
        )
    }
}
