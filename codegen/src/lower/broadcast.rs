//! Broadcasting: the shape that operands have together, and arrays as views of it.

use super::elementwise::{Array, Operand, Target};
use super::function::Lowering;
use super::shapes::{Role, Shape, Shapes};
use crate::ir::construct::{and, boolean, compare, int, or, select, truth};
use crate::ir::{self, Axis, CompareOp, Const, LocalId, Scalar};
use crate::source::Span;
use crate::typed::{Elementwise, Rules, Shaped};

impl Lowering<'_> {
    /// The extents of the loop over the elements of inputs and outputs, which are checked to fit, after the
    /// shapes of what was absorbed.
    pub(super) fn loop_shape(
        &mut self,
        elementwise: &Elementwise,
        inputs: &[Operand],
        outputs: &[Target],
        span: Span,
    ) -> Vec<ir::Expr> {
        let rules = elementwise.rules;
        if let (Rules::Fold, Some(last)) = (rules, inputs.last()) {
            return self.shape_of(last).extents;
        }
        if let (Rules::Alike, Some(written)) = (rules, outputs.first().and_then(Target::given)) {
            return self.array_shape(&written.array).extents;
        }
        let mut absorbed = Vec::new();
        for operation in &elementwise.absorbed {
            let operands = self.shapes_of(&operation.operands, inputs, &absorbed, operation.span);
            absorbed.push(self.checked_together(operands, Vec::new(), operation.span).together);
        }
        let mut shapes = self.shapes_of(&elementwise.operands, inputs, &absorbed, span);
        let mut core = Vec::new();
        for (place, output) in outputs.iter().enumerate() {
            let (shape, is_input) = match output {
                Target::New { core: extents, .. } => {
                    core.push(extents.clone());
                    continue;
                }
                Target::Given { written, is_input } => (self.written_shape(&written.array, span), *is_input),
            };
            if !is_input {
                core.push(shape.core.clone());
            }
            shapes.push(Shape { role: if is_input { Role::Written } else { Role::Output(place) }, ..shape });
        }
        let indexed =
            outputs.iter().filter_map(Target::given).find(|written| !written.array.sites.is_empty());
        match (rules, &shapes[..]) {
            (Rules::Assignment, [read @ .., written]) => {
                for read in read {
                    match indexed {
                        Some(_) => self.check_value(&read.extents, &written.extents, span),
                        None => self.check_assignment(&read.extents, &written.extents, span),
                    }
                }
                indexed.into_iter().for_each(|written| self.check_listed(&written.array, span));
                return written.extents.clone();
            }
            (Rules::At, [read @ .., written]) => {
                read.iter().for_each(|read| self.check_at(&read.extents, &written.extents, span));
                indexed.into_iter().for_each(|written| self.check_listed(&written.array, span));
                return written.extents.clone();
            }
            (Rules::Masked, [read @ .., written]) => {
                read.iter().for_each(|read| self.check_mask(&read.extents, &written.extents, span));
                return written.extents.clone();
            }
            _ => {}
        }
        let shapes = self.checked_together(shapes, core, span);
        self.check_written(&shapes, span);
        let Shapes { operands, together, .. } = shapes;
        let written = operands.into_iter().filter(|shape| shape.role != Role::Input);
        let mut written = written.map(|shape| shape.extents);
        written.find(|written| written.len() == together.len()).unwrap_or(together)
    }

    /// The shapes of an operation's operands.
    fn shapes_of(
        &mut self,
        operands: &[Shaped],
        inputs: &[Operand],
        absorbed: &[Vec<ir::Expr>],
        span: Span,
    ) -> Vec<Shape> {
        let whole = |extents| Shape { extents, core: Vec::new(), role: Role::Input };
        let mut shape = |operand: &Shaped| match operand {
            Shaped::Input(place) => match &inputs[*place] {
                Operand::Array(array) if !array.sites.is_empty() => {
                    let extents = self.indexed_extents(array, span);
                    self.check_listed(array, span);
                    whole(extents)
                }
                input => self.shape_of(input),
            },
            Shaped::Absorbed(place) => whole(absorbed[*place].clone()),
        };
        operands.iter().map(&mut shape).collect()
    }

    fn written_shape(&mut self, array: &Array, span: Span) -> Shape {
        match array.sites.is_empty() {
            true => self.array_shape(array),
            false => {
                Shape { extents: self.indexed_extents(array, span), core: Vec::new(), role: Role::Input }
            }
        }
    }

    /// Shapes that are checked to be broadcast together.
    fn checked_together(&mut self, operands: Vec<Shape>, core: Vec<Vec<ir::Expr>>, span: Span) -> Shapes {
        let extents: Vec<&[ir::Expr]> = operands.iter().map(|shape| shape.extents.as_slice()).collect();
        let (together, fits) = self.together(&extents, span);
        let shapes = Shapes { operands, core, together };
        self.check_together(fits, &shapes, span);
        shapes
    }

    fn shape_of(&self, operand: &Operand) -> Shape {
        match operand {
            Operand::Number(_) => Shape { extents: Vec::new(), core: Vec::new(), role: Role::Input },
            Operand::Array(array) => self.array_shape(array),
        }
    }

    fn array_shape(&self, array: &Array) -> Shape {
        let mut extents = self.extents(array.view);
        let core = extents.split_off(extents.len() - array.core.len());
        Shape { extents, core, role: Role::Input }
    }

    /// The extents of all dimensions.
    pub(super) fn extents(&self, view: LocalId) -> Vec<ir::Expr> {
        (0..self.view_type(view).rank).map(|axis| ir::Expr::Dim { view, axis }).collect()
    }

    /// The shape that some shapes are broadcast to together, and whether they can be.
    pub(super) fn together(&mut self, shapes: &[&[ir::Expr]], span: Span) -> (Vec<ir::Expr>, ir::Expr) {
        let rank = shapes.iter().map(|shape| shape.len()).max().unwrap_or(0);
        let (mut together, mut fits) = (Vec::new(), boolean(true));
        for axis in (1..=rank).rev() {
            let has_axis = shapes.iter().filter(|shape| shape.len() >= axis);
            let mut extents = has_axis.map(|shape| &shape[shape.len() - axis]);
            let Some(mut extent) = extents.next().cloned() else { continue };
            for other in extents {
                if truth(&is_one(&extent)) == Some(true) {
                    extent = other.clone();
                } else if *other != extent && truth(&is_one(other)) != Some(true) {
                    let meet = or(equal(other, &extent), or(is_one(other), is_one(&extent)));
                    fits = and(fits, meet);
                    extent = self.save(select(is_one(&extent), other.clone(), extent), Scalar::I64, span);
                }
            }
            together.push(extent);
        }
        (together, fits)
    }

    /// An array as a view of a shape, of whose leading dimensions it may lack some, or have some more,
    /// of extent 1.
    pub(super) fn broadcast(&mut self, read: LocalId, to: &[ir::Expr], span: Span) -> LocalId {
        let from = self.extents(read);
        let dropped = from.len().saturating_sub(to.len());
        let mut axes = vec![Axis::Index(int(0)); dropped];
        for (to, from) in aligned(to, &from) {
            axes.push(self.broadcast_axis(from, to, span));
        }
        self.part_or_all(read, axes, span)
    }

    /// A dimension of one extent, broadcast to another.
    pub(super) fn broadcast_axis(&mut self, from: &ir::Expr, to: &ir::Expr, span: Span) -> Axis {
        if to == from {
            return Axis::Whole;
        }
        let step = self.save(select(equal(from, to), int(1), int(0)), Scalar::I64, span);
        Axis::Slice { start: int(0), extent: to.clone(), step }
    }

    /// A part of an array as a local.
    pub(super) fn part_of(&mut self, view: LocalId, axes: Vec<Axis>, span: Span) -> LocalId {
        let ty = self.view_type(view).part(&axes);
        let part = self.function.add_local("t", ir::Type::View(ty));
        self.set(part, ir::Expr::SubView { view, axes }, span);
        part
    }
}

/// Whether two numbers are equal.
pub(super) fn equal(left: &ir::Expr, right: &ir::Expr) -> ir::Expr {
    match (left, right) {
        _ if left == right => boolean(true),
        (ir::Expr::Const(Const::Int(_, left)), ir::Expr::Const(Const::Int(_, right))) => {
            boolean(left == right)
        }
        _ => compare(CompareOp::Eq, left.clone(), right.clone()),
    }
}

fn is_one(extent: &ir::Expr) -> ir::Expr {
    equal(extent, &int(1))
}

/// The extents of the dimensions that stand at the same place from the end.
pub(super) fn aligned<'e>(
    written: &'e [ir::Expr],
    read: &'e [ir::Expr],
) -> impl Iterator<Item = (&'e ir::Expr, &'e ir::Expr)> {
    let both = written.len().min(read.len());
    written[written.len() - both..].iter().zip(&read[read.len() - both..])
}
