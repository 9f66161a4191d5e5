//! Typing NumPy's reductions of whole arrays: `np.sum` and its kin.

use super::tuple::after;
use super::{Body, Stop, Typed};
use crate::builtin::Row;
use crate::source::Span;
use crate::typed::{Axis, Expr, ExprKind};
use crate::types::{ArrayType, DType, Kind, Layout, Type};

/// How many numbers NumPy's buffer holds.
const BUFFER: i128 = 8192;

/// A reduction of a whole array.
pub(super) fn reduce(body: &mut Body<'_, '_>, row: &'static Row, args: Vec<Expr>, span: Span) -> Typed {
    let Some(array) = args.into_iter().next() else { unreachable!("bug in pykernel: the arity was checked") };
    let Type::Array(ty) = array.ty else {
        return body.wrong_argument(row, &array, "an array");
    };
    match (row.library(), ty.element.kind()) {
        ("sum", Kind::Bool | Kind::Int) => body.fold_integers("sum_integers", 0, array, span),
        ("sum", _) => body.sum(array, span),
        ("mean", kind) => body.mean(array, kind, span),
        ("product", Kind::Bool | Kind::Int) => body.fold_integers("product_of", 1, array, span),
        ("product", _) => body.product(array, span),
        ("array_any" | "array_all", _) => {
            let array = body.in_one_run(array, span)?;
            let truth = body.library_call(row.library(), vec![array], false, span)?;
            body.coerce(truth, &Type::Strong(DType::Bool))
        }
        (_, Kind::Complex) => body.wrong_argument(row, &array, "an array of real numbers"),
        (function, _) => {
            let array = body.in_one_run(array, span)?;
            body.library_call(function, vec![array], true, span)
        }
    }
}

impl Body<'_, '_> {
    /// A fold of bools or integers, which are widened first.
    fn fold_integers(&mut self, function: &str, first: i128, array: Expr, span: Span) -> Typed {
        let element = array.ty.element().ok_or(Stop)?;
        let wide = if element.is_unsigned_int() { DType::UInt64 } else { DType::Int64 };
        let first = Expr::new(ExprKind::Int(first), Type::Strong(wide), span);
        let array = self.in_one_run(array, span)?;
        self.library_call(function, vec![array, first], false, span)
    }

    fn product(&mut self, array: Expr, span: Span) -> Typed {
        let element = Type::Strong(array.ty.element().ok_or(Stop)?);
        let one = self.coerce(Expr::new(ExprKind::Int(1), Type::INT, span), &element)?;
        let array = self.in_one_run(array, span)?;
        self.library_call("product_of", vec![array, one], false, span)
    }

    /// The sum of floats or complex numbers, in NumPy's order.
    fn sum(&mut self, array: Expr, span: Span) -> Typed {
        match array.ty {
            Type::Array(ArrayType { rank: 0 | 1, .. } | ArrayType { layout: Layout::C, .. }) => {
                let run = self.in_one_run(array, span)?;
                let sum = self.library_call("sum_run", vec![run], false, span)?;
                // For `summation`, if the array is what an operation gives.
                let n = Expr::new(ExprKind::Int(0), Type::INT, span);
                let zero = self.coerce(n.clone(), &sum.ty)?;
                self.library_call("sum_filled", vec![n, zero], false, span)?;
                Ok(sum)
            }
            Type::Array(ty) if ty.layout == Layout::F => {
                let turned = ExprKind::Transpose(Box::new(array));
                self.sum(Expr::new(turned, Type::Array(ty.transposed()), span), span)
            }
            _ => self.sum_in_chunks(array, None, span),
        }
    }

    /// The sum of an array that NumPy may go through in several runs; of its elements converted, if to another
    /// type, for which NumPy needs its buffer.
    fn sum_in_chunks(&mut self, array: Expr, to: Option<DType>, span: Span) -> Typed {
        let int = |value| Expr::new(ExprKind::Int(value), Type::INT, span);
        let (first, array) = self.twice(array);
        let Type::Array(ArrayType { rank, .. }) = array.ty else { return Err(Stop) };
        let shape = self.for_each_axis(ExprKind::Extent, rank, array.clone(), span);
        let strides = self.for_each_axis(ExprKind::Stride, rank, array.clone(), span);
        let turned = self.library_call("is_turned", vec![shape.clone(), strides.clone()], false, span)?;
        let (set_turned, turned) = self.twice(turned);
        let most = int(if to.is_some() { BUFFER } else { i128::from(pykernel_abi::MAX_EXTENT) });
        let chunk = self.library_call("chunk_of", vec![shape, strides, turned.clone(), most], false, span)?;
        let (set_chunk, chunk) = self.twice(chunk);
        let array = self.turned_if(turned, array, span);
        let array = match to {
            Some(element) => self.each_element(vec![array], span, &mut |body, mut values| {
                body.convert(values.swap_remove(0), &Type::Strong(element))
            })?,
            None => array,
        };
        let run = self.in_one_run(array, span)?;
        let sum = self.library_call("sum_chunks", vec![run, chunk], false, span)?;
        Ok(after(vec![first, set_turned, set_chunk], sum))
    }

    /// An array, transposed if a condition holds.
    fn turned_if(&mut self, cond: Expr, array: Expr, span: Span) -> Expr {
        let Type::Array(given) = array.ty else { return array };
        let ty = Type::Array(ArrayType { layout: Layout::Any, ..given });
        let turned = ExprKind::Transpose(Box::new(array.clone()));
        let then = Box::new(Expr::new(turned, ty.clone(), span));
        let otherwise = Box::new(Expr { ty: ty.clone(), ..array });
        Expr::new(ExprKind::Conditional { cond: Box::new(cond), then, otherwise }, ty, span)
    }

    /// The mean: the sum by the number of elements. That of integers is one of floats.
    fn mean(&mut self, array: Expr, kind: Kind, span: Span) -> Typed {
        let (first, array) = self.twice(array);
        let n = Expr::new(ExprKind::Size(Box::new(array.clone())), Type::INT, span);
        let total = match kind {
            Kind::Bool | Kind::Int => {
                let array = self.with_dimension(array, span);
                self.sum_in_chunks(array, Some(DType::Float64), span)
            }
            Kind::Float | Kind::Complex => self.sum(array, span),
        }?;
        let mean = self.library_call("mean_of", vec![total, n], false, span)?;
        Ok(after(vec![first], mean))
    }

    /// All elements of an array as an array of one dimension: of a view that has them, or of a copy.
    fn in_one_run(&mut self, array: Expr, span: Span) -> Typed {
        let array = self.with_dimension(array, span);
        let Type::Array(ty) = array.ty else { return Err(Stop) };
        if ty.rank == 1 {
            return Ok(array);
        }
        let ty = Type::Array(ArrayType { rank: 1, layout: Layout::C, ..ty });
        Ok(Expr::new(ExprKind::Flat(Box::new(array)), ty, span))
    }

    /// An array that has a dimension.
    fn with_dimension(&mut self, array: Expr, span: Span) -> Expr {
        match array.ty {
            Type::Array(ty) if ty.rank == 0 => {
                let ty = ty.part(&[Axis::New.kept()]);
                Expr::new(ExprKind::Part(Box::new(array), vec![Axis::New]), Type::Array(ty), span)
            }
            _ => array,
        }
    }
}
