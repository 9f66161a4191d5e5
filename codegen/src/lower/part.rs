//! Parts of arrays: slices as CPython reads them, rows, new dimensions.

use super::expression::scalar_of;
use super::function::Lowering;
use crate::ir::construct::{binary, compare, int, select};
use crate::ir::{self, BinaryOp, CompareOp, Const, Purpose, Scalar};
use crate::source::Span;
use crate::typed::{Axis, Expr, Strides};
use crate::types::{ArrayType, Layout, Type};

/// A typed subscript's item with its numbers evaluated.
enum Written {
    Index(ir::Expr, Scalar),
    Whole,
    Slice([Option<ir::Expr>; 3]),
    New,
}

/// The direction of a slice.
enum Direction {
    Forward,
    Backward,
    /// It is backward if this bool holds.
    Unknown(ir::Expr),
}

impl Direction {
    /// One of two values.
    fn choose(&self, forward: ir::Expr, backward: ir::Expr) -> ir::Expr {
        match self {
            Direction::Forward => forward,
            Direction::Backward => backward,
            Direction::Unknown(is_backward) => select(is_backward.clone(), backward, forward),
        }
    }
}

impl Lowering<'_> {
    /// A view of a part of an array, and its owner. Evaluates the array and all indices, then looks
    /// at them axis by axis.
    pub(super) fn part(&mut self, array: &Expr, axes: &[Axis], span: Span) -> [ir::Expr; 2] {
        let (view, owner) = self.view_and_owner(array);
        let written: Vec<Written> = axes.iter().map(|axis| self.written(axis, span)).collect();
        let mut place = 0;
        let mut parts = Vec::new();
        for written in written {
            let extent = ir::Expr::Dim { view, axis: place };
            place += usize::from(!matches!(written, Written::New));
            parts.push(match written {
                Written::Index(index, scalar) => {
                    ir::Axis::Index(self.in_bounds(index, scalar, extent, place - 1, span))
                }
                Written::Whole => ir::Axis::Whole,
                Written::Slice(bounds) => self.slice(bounds, extent, span),
                Written::New => ir::Axis::New,
            });
        }
        [ir::Expr::SubView { view, axes: parts }, owner]
    }

    /// A view of elements of an array, and its owner.
    pub(super) fn strided(&mut self, array: &Expr, strides: &Strides, expr: &Expr) -> Vec<ir::Expr> {
        let (view, owner) = self.view_and_owner(array);
        let (offset, rank) = (Box::new(self.scalar(&strides.offset)), strides.extents.len());
        let [extents, strides] = [&strides.extents, &strides.strides]
            .map(|numbers| numbers.iter().map(|number| self.scalar(number)).collect());
        let strided = ir::Expr::Strided { view, offset, extents, strides };
        match expr.ty {
            Type::Array(ArrayType { layout: layout @ Layout::C, .. }) => {
                let view = self.function.add_local("t", ir::Type::View(self.view_type(view).strided(rank)));
                self.set(view, strided, expr.span);
                vec![ir::Expr::OfLayout { view, layout }, owner]
            }
            _ => vec![strided, owner],
        }
    }

    fn written(&mut self, axis: &Axis, span: Span) -> Written {
        match axis {
            Axis::Index(index) => {
                let scalar = scalar_of(&index.ty);
                let value = self.scalar(index);
                let value = self.save(value, scalar, span);
                Written::Index(self.pointer_sized(value, scalar, span), scalar)
            }
            Axis::Whole => Written::Whole,
            Axis::Slice(bounds) => {
                let bounds = bounds.each_ref();
                Written::Slice(bounds.map(|bound| bound.as_ref().map(|bound| self.slice_bound(bound, span))))
            }
            Axis::New => Written::New,
        }
    }

    /// A bound of a slice, as an `I64`. What is larger is as good as the largest.
    fn slice_bound(&mut self, bound: &Expr, span: Span) -> ir::Expr {
        let scalar = scalar_of(&bound.ty);
        let value = self.scalar(bound);
        let wide = super::convert::number(value, scalar, Scalar::I64);
        let wide = self.save(wide, Scalar::I64, span);
        if scalar != Scalar::U64 {
            return wide;
        }
        let too_large = compare(CompareOp::Lt, wide.clone(), int(0));
        self.save(select(too_large, int(i64::MAX), wide), Scalar::I64, span)
    }

    /// `start:stop:step` of a dimension, as `PySlice_AdjustIndices` of CPython reads it.
    fn slice(&mut self, bounds: [Option<ir::Expr>; 3], extent: ir::Expr, span: Span) -> ir::Axis {
        let [start, stop, step] = bounds;
        let step = step.unwrap_or(int(1));
        let direction = self.direction(&step, span);
        // The first index and the one before which all end, for a slice that takes everything.
        let last = binary(BinaryOp::Sub, extent.clone(), int(1));
        let (low, high) = (direction.choose(int(0), int(-1)), direction.choose(extent.clone(), last));
        let (low, high) = (self.save(low, Scalar::I64, span), self.save(high, Scalar::I64, span));
        let is_open = start.is_none() || stop.is_none();
        let mut clamp = |bound: Option<ir::Expr>, default: ir::Expr| match bound {
            Some(bound) => {
                let bound = clamped(bound, &extent, &low, &high);
                self.save(bound, Scalar::I64, span)
            }
            None => self.save(default, Scalar::I64, span),
        };
        let start = clamp(start, direction.choose(low.clone(), high.clone()));
        let stop = clamp(stop, direction.choose(high.clone(), low.clone()));
        let apart = |from: &ir::Expr, to: &ir::Expr| binary(BinaryOp::Sub, to.clone(), from.clone());
        let distance = direction.choose(apart(&start, &stop), apart(&stop, &start));
        let extent = self.n_steps(distance, &step, &direction, is_open, span);
        ir::Axis::Slice { start, extent, step }
    }

    fn direction(&mut self, step: &ir::Expr, span: Span) -> Direction {
        match step {
            ir::Expr::Const(Const::Int(_, 1..)) => Direction::Forward,
            ir::Expr::Const(Const::Int(_, ..=-1)) => Direction::Backward,
            step => {
                let raise = self.exception("ValueError", "slice step cannot be zero", Vec::new(), span);
                self.check(compare(CompareOp::Ne, step.clone(), int(0)), raise, Purpose::Semantics, span);
                let is_backward = compare(CompareOp::Lt, step.clone(), int(0));
                Direction::Unknown(self.save(is_backward, Scalar::Bool, span))
            }
        }
    }

    /// How many steps a distance has; `is_natural` says that the distance is at least 0.
    fn n_steps(
        &mut self,
        distance: ir::Expr,
        step: &ir::Expr,
        direction: &Direction,
        is_natural: bool,
        span: Span,
    ) -> ir::Expr {
        let distance = self.save(distance, Scalar::I64, span);
        let is_any = compare(CompareOp::Gt, distance.clone(), int(0));
        let n = match step {
            ir::Expr::Const(Const::Int(_, 1 | -1)) if is_natural => return distance,
            ir::Expr::Const(Const::Int(_, 1 | -1)) => distance,
            _ => {
                let length = direction.choose(step.clone(), negated(step));
                let before = binary(BinaryOp::Sub, distance, int(1));
                binary(BinaryOp::Add, binary(BinaryOp::Div, before, length), int(1))
            }
        };
        self.save(select(is_any, n, int(0)), Scalar::I64, span)
    }
}

/// The opposite of a negative step; of the smallest, the largest number.
fn negated(step: &ir::Expr) -> ir::Expr {
    match step {
        ir::Expr::Const(Const::Int(_, step)) => int((*step as i64).saturating_neg()),
        step => {
            let largest = compare(CompareOp::Lt, step.clone(), int(-i64::MAX));
            select(largest, int(i64::MAX), binary(BinaryOp::Sub, int(0), step.clone()))
        }
    }
}

/// A bound, counted from the end if it is negative, and not outside of `low` to `high`.
fn clamped(bound: ir::Expr, extent: &ir::Expr, low: &ir::Expr, high: &ir::Expr) -> ir::Expr {
    let at_most = |bound: &ir::Expr| {
        let beyond = compare(CompareOp::Gt, bound.clone(), high.clone());
        select(beyond, high.clone(), bound.clone())
    };
    let from_end = |bound: &ir::Expr| {
        let place = binary(BinaryOp::Add, bound.clone(), extent.clone());
        let before = compare(CompareOp::Lt, place.clone(), low.clone());
        select(before, low.clone(), place)
    };
    match &bound {
        ir::Expr::Const(Const::Int(_, 0..)) => at_most(&bound),
        ir::Expr::Const(_) => from_end(&bound),
        bound => {
            let negative = compare(CompareOp::Lt, bound.clone(), int(0));
            select(negative, from_end(bound), at_most(bound))
        }
    }
}
