//! Loops over the elements of operands, in a form for elements that are adjacent and one for any strides.

use super::broadcast::equal;
use super::elementwise::{Array, Operand};
use super::function::Lowering;
use crate::ir::construct::{and, binary, boolean, int, locals, select, truth};
use crate::ir::{self, Axis, BinaryOp, LocalId, Scalar, ViewType, elements};
use crate::source::Span;
use crate::typed::Expr;
use crate::types::{ArrayType, Layout, Type};

/// What is done at an index of the operands at hand.
type Visit<'v, L> = &'v mut dyn FnMut(&mut L, Vec<ir::Expr>);

impl Lowering<'_> {
    /// Does something at each index of a shape that the operands at hand are broadcast to. Where the
    /// elements of all are adjacent along the last dimension, the operands are one row after the other;
    /// where they are in all dimensions, one row with all elements.
    pub(super) fn each_of_operands(&mut self, shape: &[ir::Expr], span: Span, visit: Visit<'_, Self>) {
        let arrays: Vec<Array> = self.operands.operands.iter().filter_map(array).cloned().collect();
        let has_core = arrays.iter().any(|array| !array.core.is_empty());
        if has_core || shape.is_empty() || elements::few(shape).is_some() {
            return self.each(shape, span, visit);
        }
        let lines = arrays.iter().flat_map(|array| self.lines(array));
        let are_adjacent = lines.map(|(view, axis)| self.is_adjacent(view, axis)).fold(boolean(true), and);
        match truth(&are_adjacent) {
            Some(true) => self.each_of_rows(&arrays, shape, span, visit),
            Some(false) => self.each(shape, span, visit),
            None => {
                let adjacent = self.block(|lowering| lowering.each_of_rows(&arrays, shape, span, visit));
                let strided = self.block(|lowering| lowering.each(shape, span, visit));
                self.branch(are_adjacent, adjacent, strided, span);
            }
        }
    }

    /// Whether elements along a dimension are adjacent.
    fn is_adjacent(&self, view: LocalId, axis: Option<usize>) -> ir::Expr {
        let ViewType { rank, layout, .. } = self.view_type(view);
        match axis {
            None => boolean(false),
            Some(axis) if layout == Layout::C && axis + 1 == rank => boolean(true),
            Some(axis) => equal(&ir::Expr::Stride { view, axis }, &int(self.size_of(view))),
        }
    }

    /// All elements as an array of one dimension, and its owner.
    pub(super) fn flat(&mut self, array: &Expr, span: Span) -> Vec<ir::Expr> {
        let (view, owner) = self.view_and_owner(array);
        let is_flat = self.is_flat(view);
        if truth(&is_flat) == Some(true) {
            return vec![self.in_a_row(view, span), owner];
        }
        let ViewType { element, rank, .. } = self.view_type(view);
        let ty = ArrayType::of(element, 1, Layout::C);
        let results = self.temporaries(&Type::Array(ty));
        let shared = self.block(|lowering| {
            let row = lowering.in_a_row(view, span);
            lowering.set_all(&results, vec![row, owner], span);
        });
        let copied = self.block(|lowering| {
            let shape = lowering.extents(view);
            let (copy, owner) = lowering.copy_in_order(view, &shape, ArrayType { rank, ..ty }, span);
            let row = lowering.in_a_row(copy, span);
            lowering.set_all(&results, vec![row, owner], span);
        });
        self.branch(is_flat, shared, copied, span);
        locals(&results)
    }

    /// A copy in C's order: its view and its owner.
    fn copy_in_order(
        &mut self,
        view: LocalId,
        shape: &[ir::Expr],
        ty: ArrayType,
        span: Span,
    ) -> (LocalId, ir::Expr) {
        let copy = self.copy(view, shape, ty, span);
        match <[ir::Expr; 2]>::try_from(copy) {
            Ok([ir::Expr::Local(copy), owner]) => (copy, owner),
            copy => unreachable!("bug in pykernel: {copy:?} is no new array"),
        }
    }

    /// Adjacent elements, in C's order, as an array of one dimension.
    fn in_a_row(&mut self, view: LocalId, span: Span) -> ir::Expr {
        let extents = self.extents(view);
        let n_elements = extents.iter().cloned().reduce(|n, extent| binary(BinaryOp::Mul, n, extent));
        let length = self.save(n_elements.unwrap_or(int(1)), Scalar::I64, span);
        ir::Expr::Local(self.row(view, &vec![int(0); extents.len() - 1], &length, span))
    }

    /// Whether all elements are adjacent, in C's order.
    fn is_flat(&self, view: LocalId) -> ir::Expr {
        let ViewType { rank, layout, .. } = self.view_type(view);
        if layout == Layout::C {
            return boolean(true);
        }
        let mut flat = self.is_adjacent(view, Some(rank - 1));
        for axis in 0..rank - 1 {
            let [stride, inner] = [axis, axis + 1].map(|axis| ir::Expr::Stride { view, axis });
            let extent = ir::Expr::Dim { view, axis: axis + 1 };
            flat = and(flat, equal(&stride, &binary(BinaryOp::Mul, inner, extent)));
        }
        flat
    }

    /// The bytes of an element.
    fn size_of(&self, view: LocalId) -> i64 {
        self.view_type(view).element.size() as i64
    }

    fn each_of_rows(&mut self, arrays: &[Array], shape: &[ir::Expr], span: Span, visit: Visit<'_, Self>) {
        let [outer @ .., length] = shape else { return };
        let (mut outer, mut length) = (outer.to_vec(), length.clone());
        if !outer.is_empty() {
            let runs: Option<Vec<_>> = arrays.iter().map(|array| self.run_of(array, shape.len())).collect();
            let flat = match runs {
                Some(views) => {
                    views.into_iter().flatten().map(|view| self.is_flat(view)).fold(boolean(true), and)
                }
                None => boolean(false),
            };
            let flat = self.save(flat, Scalar::Bool, span);
            let n_elements = shape.iter().cloned().reduce(|n, extent| binary(BinaryOp::Mul, n, extent));
            length = self.save(select(flat.clone(), n_elements.unwrap_or(int(1)), length), Scalar::I64, span);
            for extent in &mut outer {
                *extent = self.save(select(flat.clone(), int(1), extent.clone()), Scalar::I64, span);
            }
        }
        self.each(&outer, span, &mut |lowering, index| {
            let around = lowering.operands.operands.clone();
            for (place, operand) in around.iter().enumerate() {
                if let Some(array) = array(operand) {
                    let row = match array.is_indexed() {
                        true => lowering.indexed_row(array, &index, &length, span),
                        false => Array::plain(lowering.row(array.view, &index, &length, span)),
                    };
                    lowering.operands.operands[place] = Operand::Array(row);
                }
            }
            lowering.each(std::slice::from_ref(&length), span, visit);
            lowering.operands.operands = around;
        });
    }

    /// The row of adjacent elements that begins at an index of the dimensions but the last.
    pub(super) fn row(
        &mut self,
        view: LocalId,
        index: &[ir::Expr],
        length: &ir::Expr,
        span: Span,
    ) -> LocalId {
        let ViewType { rank, layout, .. } = self.view_type(view);
        let part = match rank {
            1 => view,
            _ => {
                let index = index[index.len() + 1 - rank..].iter().cloned();
                let mut axes: Vec<Axis> = index.map(Axis::Index).collect();
                axes.push(Axis::Slice { start: int(0), extent: length.clone(), step: int(1) });
                self.part_of(view, axes, span)
            }
        };
        if rank == 1 && layout == Layout::C {
            return part;
        }
        self.adjacent(part, span)
    }

    /// A view of one dimension whose elements are known to be adjacent.
    pub(super) fn adjacent(&mut self, part: LocalId, span: Span) -> LocalId {
        let ty = ViewType { layout: Layout::C, ..self.view_type(part) };
        let row = self.function.add_local("row", ir::Type::View(ty));
        self.set(row, ir::Expr::OfLayout { view: part, layout: Layout::C }, span);
        row
    }
}

const fn array(operand: &Operand) -> Option<&Array> {
    match operand {
        Operand::Number(_) => None,
        Operand::Array(array) => Some(array),
    }
}
