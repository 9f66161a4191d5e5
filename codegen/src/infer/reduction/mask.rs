//! `where`: which elements a reduction goes over.

use super::super::tuple::{int, packed};
use super::super::{Body, Typed};
use super::axes::name_of;
use super::fold::Folding;
use super::out::in_parentheses;
use super::{Call, Reducing};
use crate::builtin::{Reduction, What};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::ir::CompareOp;
use crate::typed::{Expr, ExprKind, Operation, Piece, Raise, Strided};
use crate::types::Element::Number;
use crate::types::{ArrayType, DType, Layout, Type};

impl Body<'_, '_> {
    /// The mask as an array of the shape of what is reduced, if there is one.
    pub(super) fn mask_of(
        &mut self,
        call: &Call<'_>,
        (array, ty): (&Expr, ArrayType),
        evaluated: &mut Vec<Expr>,
    ) -> Typed<Option<Expr>> {
        let mask = match call.get("where") {
            None | Some(hir::Expr { kind: hir::ExprKind::Bool(true), .. }) => return Ok(None),
            Some(mask) => self.argument(mask)?,
        };
        let span = mask.span;
        let Type::Array(ArrayType { element: Number(DType::Bool), rank, .. }) = mask.ty else {
            return self.wrong_argument(call.row, &mask, "as `where` an array of `bool_`");
        };
        if rank > ty.rank {
            let message = "input operand has more dimensions than allowed by the axis remapping";
            return self.report(
                Diagnostic::new(Code::WrongRank, span, message)
                    .help("give a mask that is broadcast to the array's shape"),
            );
        }
        let mask = self.set_before(mask, evaluated);
        let extent =
            |array: &Expr, axis| Expr::new(ExprKind::Extent(Box::new(array.clone()), axis), Type::INT, span);
        let is = |left: Expr, right: Expr| {
            Self::operation(Operation::Compare(CompareOp::Eq), vec![left, right], Type::BOOL, span)
        };
        let missing = ty.rank - rank;
        let mut strides = vec![int(0, span); missing];
        for axis in 0..rank {
            let (own, whole) = (extent(&mask, axis), extent(array, missing + axis));
            let is_one = is(own.clone(), int(1, span));
            let (left, right) = (Box::new(is(own, whole)), Box::new(is_one.clone()));
            let fits = Expr::new(ExprKind::Logical { and: false, left, right }, Type::BOOL, span);
            let raise =
                Raise { class: "ValueError".into(), message: wrong_shape(call, array, ty.rank, &mask, rank) };
            let value = Box::new(Expr::new(ExprKind::Bool(true), Type::BOOL, span));
            evaluated.push(Expr::new(
                ExprKind::Checked { cond: Box::new(fits), raise, value },
                Type::BOOL,
                span,
            ));
            let stride = Expr::new(ExprKind::Stride(Box::new(mask.clone()), axis), Type::INT, span);
            let (cond, then, otherwise) = (Box::new(is_one), Box::new(int(0, span)), Box::new(stride));
            strides.push(Expr::new(ExprKind::Conditional { cond, then, otherwise }, Type::INT, span));
        }
        let shape = (0..ty.rank).map(|axis| extent(array, axis)).collect();
        let view = Strided { array: mask, offset: int(0, span), shape, strides };
        let ty = ArrayType { readonly: true, ..ArrayType::of(DType::Bool, ty.rank, Layout::Any) };
        let view = Expr::new(ExprKind::Strided(Box::new(view)), Type::Array(ty), span);
        Ok(Some(self.set_before(view, evaluated)))
    }

    /// A fold of the elements where the mask is true.
    pub(super) fn fold_where(
        &mut self,
        reducing: &Reducing,
        folding: &Folding,
        mask: Expr,
        args: Vec<Expr>,
    ) -> Typed {
        let span = reducing.span;
        if let Some(name) = folding.has_no_identity {
            let message = format!(
                "reduction operation '{name}' does not have an identity, so to use a where mask one has to \
                 specify 'initial'"
            );
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, span, message)
                    .help("say what to begin with: `initial=0`"),
            );
        }
        let mask = self.with_dimension(mask, span);
        let numbers =
            packed((0..reducing.ty.rank.max(1)).map(|axis| int(axis as i128, span)).collect(), span);
        let args = args.into_iter().chain([mask, numbers]).collect();
        self.library_call(&format!("{}_where_axes", folding.name), args, false, span)
    }

    /// How many elements become one: a number, or for each result one where there is a mask.
    pub(super) fn n_of_each(&mut self, reducing: &Reducing, keepdims: bool) -> Typed {
        if reducing.mask.is_none() {
            return Ok(self.n_reduced(reducing));
        }
        let mut count = reducing.with_array(reducing.array.clone())?;
        (count.reduction, count.dtype) = (Reduction::of(What::Everything), None);
        if keepdims {
            count.axes = reducing.axes.kept();
        }
        (count.out, count.keys) = (None, None);
        self.fold_of(&count)
    }

    /// Refuses masks of reductions that NumPy has none for.
    pub(super) fn check_mask(&mut self, call: &Call<'_>, reducing: &Reducing) -> Typed<()> {
        match (&reducing.mask, reducing.reduction.what) {
            (Some(mask), What::Average | What::Median | What::Quantile | What::Percentile) => {
                let message = format!("`where` of `{}` is not supported in this version", name_of(reducing));
                let span = call.get("where").map_or(mask.span, |mask| mask.span);
                self.report(Diagnostic::new(Code::ArgumentMismatch, span, message).help("leave it out"))
            }
            _ => Ok(()),
        }
    }
}

/// NumPy's words: means and variances broadcast their masks first.
fn wrong_shape(call: &Call<'_>, array: &Expr, rank: usize, mask: &Expr, mask_rank: usize) -> Vec<Piece> {
    let text = |text: &str| Piece::Text(text.to_owned());
    let shape = |array: &Expr, rank: usize| {
        let extent = |axis| Expr::new(ExprKind::Extent(Box::new(array.clone()), axis), Type::INT, mask.span);
        in_parentheses((0..rank).map(|axis| Piece::Value(extent(axis))).collect(), true)
    };
    let mut pieces = vec![text("operands could not be broadcast together with remapped shapes")];
    if rank + mask_rank > pykernel_abi::MAX_OPERANDS {
        return pieces;
    }
    pieces.push(text(" [original->remapped]: "));
    if call.reduction.is_ufunc() {
        pieces.extend(shape(array, rank));
        pieces.push(text(" "));
        pieces.extend(shape(mask, mask_rank));
        pieces.push(text(" "));
    } else {
        pieces.extend(shape(mask, mask_rank));
        pieces.push(text("  and requested shape "));
        pieces.extend(shape(array, rank));
    }
    pieces
}
