//! Reductions along one dimension, or along all elements in C's order: where an extremum stands, and what a fold has come
//! to at each element.

use super::super::tuple::{int, packed};
use super::super::{Body, Stop, Typed};
use super::Reducing;
use super::axes::{Axes, Reduced, name_of};
use super::fold::some_elements;
use crate::builtin::What;
use crate::diagnostic::{Code, Diagnostic};
use crate::typed::{Expr, ExprKind, Fill, Piece, Raise};
use crate::types::{ArrayType, DType, Kind, Layout, Type};

impl Body<'_, '_> {
    /// Where the least or the greatest element stands.
    pub(super) fn place_of(&mut self, reducing: &Reducing) -> Typed {
        let span = reducing.span;
        let (name, wanted) = match (reducing.reduction.what, reducing.reduction.skips_nan) {
            (What::ArgMinimum, false) => ("minimum", "argmin"),
            (What::ArgMinimum, true) => ("fmin", "argmin"),
            (_, false) => ("maximum", "argmax"),
            (_, true) => ("fmax", "argmax"),
        };
        let is_exact = matches!(reducing.ty.dtype().kind(), Kind::Bool | Kind::Int);
        let name = match name {
            "fmin" if is_exact => "minimum",
            "fmax" if is_exact => "maximum",
            name => name,
        };
        let message = format!("attempt to get {wanted} of an empty sequence");
        let mut evaluated = Vec::new();
        // Where elements need not be one run in C's order, it is known for each as which it comes there.
        let is_scattered = reducing.ty.rank > 1 && reducing.ty.layout != Layout::C;
        let is_scattered = is_scattered && reducing.axes.named.is_none();
        let (whole, axis) = match is_scattered {
            true => (reducing.with_array(reducing.array.clone())?, None),
            false => {
                let (whole, axis) = self.one_axis(reducing, &mut evaluated)?;
                (whole, Some(axis))
            }
        };
        evaluated.push(some_elements(self.n_reduced(&whole), message, span));
        let results = self.results(reducing, DType::Int64, Fill::Zero);
        evaluated.push(results.made.clone());
        let (results_run, array) = (results.run.clone(), whole.array.clone());
        let moves = match whole.ty.rank == reducing.ty.rank && !is_scattered {
            true => results.moves.clone(),
            false => packed(vec![int(0, span); whole.ty.rank], span),
        };
        let found = match axis {
            Some(axis) => {
                let args = vec![results_run, array, axis, moves];
                self.library_call(&format!("{name}_place_axes"), args, false, span)?
            }
            None => {
                self.library_call(&format!("{name}_place_all"), vec![results_run, array, moves], false, span)?
            }
        };
        let message = vec![Piece::Text("All-NaN slice encountered".to_owned())];
        let raise = Raise { class: "ValueError".into(), message };
        let value = Box::new(Expr::new(ExprKind::Bool(true), Type::BOOL, span));
        let found = ExprKind::Checked { cond: Box::new(found), raise, value };
        evaluated.push(Expr::new(found, Type::BOOL, span));
        Ok(results.after(evaluated))
    }

    /// What a sum or a product has come to at each element.
    pub(super) fn accumulated(&mut self, reducing: &Reducing) -> Typed {
        let span = reducing.span;
        let mut evaluated = Vec::new();
        let (whole, axis) = self.one_axis(reducing, &mut evaluated)?;
        let is_float = matches!(reducing.ty.dtype().kind(), Kind::Float | Kind::Complex);
        let name = match (reducing.reduction.what, reducing.reduction.skips_nan && is_float) {
            (What::CumulativeSum, false) => "add",
            (What::CumulativeSum, true) => "add_numbers",
            (_, false) => "multiply",
            (_, true) => "multiply_numbers",
        };
        let shape = (0..whole.ty.rank).map(|axis| whole.extent(axis)).collect();
        let (made, result) = self.made(self.wide(reducing), shape, Fill::Zero, span);
        evaluated.push(made);
        let stride = |axis| Expr::new(ExprKind::Stride(Box::new(result.clone()), axis), Type::INT, span);
        let moves = packed((0..whole.ty.rank).map(stride).collect(), span);
        let args = vec![result.clone(), whole.array.clone(), axis, moves];
        evaluated.push(self.library_call(&format!("{name}_accumulate"), args, false, span)?);
        Ok(super::axes::behind(evaluated, result))
    }

    /// The array and the dimension that one goes along: where none is named, all elements in C's order.
    pub(super) fn one_axis(
        &mut self,
        reducing: &Reducing,
        evaluated: &mut Vec<Expr>,
    ) -> Typed<(Reducing, Expr)> {
        let span = reducing.span;
        if let Some(axis) = reducing.axes.named.clone() {
            return Ok((reducing.with_array(reducing.array.clone())?, axis));
        }
        let array = self.in_one_run(reducing.array.clone(), span)?;
        let array = self.set_before(array, evaluated);
        let mut whole = reducing.with_array(array)?;
        whole.axes = Axes { reduced: Reduced::These(vec![true]), keepdims: false, named: None, is_all: true };
        Ok((whole, int(0, span)))
    }

    /// Refuses several dimensions.
    pub(super) fn check_one_axis(&mut self, reducing: &Reducing) -> Typed<()> {
        let Reduced::These(reduced) = &reducing.axes.reduced else { return Ok(()) };
        if reducing.axes.named.is_some() || reduced.iter().all(|reduced| *reduced) {
            return Ok(());
        }
        let message = format!("`{}` goes along one dimension", name_of(reducing));
        self.report(
            Diagnostic::new(Code::ArgumentMismatch, reducing.span, message)
                .help("give an integer as `axis`, or leave it out"),
        )
    }

    /// All elements of an array as an array of one dimension: of a view that has them, or of a copy.
    pub(in crate::infer) fn in_one_run(&mut self, array: Expr, span: crate::source::Span) -> Typed {
        let array = self.with_dimension(array, span);
        let Type::Array(ty) = array.ty else { return Err(Stop) };
        if ty.rank == 1 {
            return Ok(array);
        }
        let ty = Type::Array(ArrayType { rank: 1, layout: Layout::C, ..ty });
        Ok(Expr::new(ExprKind::Flat(Box::new(array)), ty, span))
    }
}
