//! Operands that share memory: what is read is set aside where writing would change it before.

use super::advanced::Site;
use super::broadcast::equal;
use super::elementwise::{Array, Operand};
use super::function::Lowering;
use crate::ir::construct::{and, binary, boolean, compare, int, or, select, truth, unary};
use crate::ir::{self, Axis, BinaryOp, CompareOp, LocalId, Scalar, UnaryOp, ViewType};
use crate::source::Span;
use crate::typed::Rules;
use crate::types::{ArrayType, Layout, Type};

/// Two views of which one is written and the other is read.
struct Pair {
    written: LocalId,
    read: LocalId,
}

impl Lowering<'_> {
    /// Broadcasts inputs to the shape of a loop, so that going through all operands in the order of
    /// their indices reads every element before it is written.
    pub(super) fn lay_out(
        &mut self,
        rules: Rules,
        inputs: &mut [Operand],
        outputs: &mut [Array],
        shape: &[ir::Expr],
        span: Span,
    ) {
        match (rules, &mut *outputs) {
            (Rules::Assignment | Rules::Update, [output])
                if is_simple(inputs, output)
                    && !arrays(inputs).any(|array| array.is_indexed())
                    && !output.is_indexed() =>
            {
                self.lay_out_assignment(inputs, output, span);
            }
            (Rules::Alike, _) => {}
            (Rules::Fold, _) => {
                for array in arrays(inputs).chain(outputs) {
                    array.view = self.broadcast(array.view, shape, span);
                }
            }
            _ => {
                arrays(inputs).for_each(|array| *array = self.apart(array, outputs, shape, span));
                for place in
                    (0..outputs.len()).filter(|place| outputs[*place].is_indexed()).collect::<Vec<_>>()
                {
                    let apart = self.indices_apart(&outputs[place], outputs, span);
                    outputs[place] = self.broadcast_sites(&apart, shape, span);
                }
            }
        }
    }

    /// An assignment with at most one input that is not the output itself.
    fn lay_out_assignment(&mut self, inputs: &mut [Operand], output: &mut Array, span: Span) {
        let written = output.view;
        for array in arrays(inputs).filter(|array| array.view != written) {
            let to = self.extents(written);
            let pair = Pair { written, read: self.broadcast(array.view, &to, span) };
            let pair = self.without_overlap(pair, span);
            (output.view, array.view) = (pair.written, pair.read);
        }
        for array in arrays(inputs).filter(|array| array.view == written) {
            array.view = output.view;
        }
    }

    /// An input of a ufunc, broadcast. It is copied first if it shares memory with an output, unless
    /// each of its elements is read just before it is written.
    fn apart(&mut self, input: &Array, outputs: &[Array], shape: &[ir::Expr], span: Span) -> Array {
        if input.is_indexed() {
            let view = self.unshared(input.view, outputs, span);
            let input = self.indices_apart(&Array { view, ..input.clone() }, outputs, span);
            return self.broadcast_sites(&input, shape, span);
        }
        let view = self.view_apart(input, outputs, shape, span);
        Array { view, ..input.clone() }
    }

    /// An operand whose indices share no memory with what is written.
    fn indices_apart(&mut self, array: &Array, outputs: &[Array], span: Span) -> Array {
        let mut apart = array.clone();
        for site in &mut apart.sites {
            if let Site::Listed { index, .. } = site {
                *index = self.unshared(*index, outputs, span);
            }
        }
        apart
    }

    /// A view, or a copy of it where it shares memory with what is written.
    fn unshared(&mut self, view: LocalId, outputs: &[Array], span: Span) -> LocalId {
        let shared = outputs.iter().map(|output| ir::Expr::Overlap { written: output.view, read: view });
        match shared.reduce(or) {
            None => view,
            Some(shared) => self.copied_if(shared, view, span),
        }
    }

    fn view_apart(&mut self, input: &Array, outputs: &[Array], shape: &[ir::Expr], span: Span) -> LocalId {
        let mut shared = boolean(false);
        let read = self.broadcast_input(input.view, input, shape, span);
        for output in outputs.iter() {
            let written = output.view;
            let overlap = ir::Expr::Overlap { written, read };
            let is_safe = match input.core.is_empty() && output.core.is_empty() && !output.is_indexed() {
                true => self.same_elements(&Pair { written, read }),
                false => boolean(false),
            };
            let is_shared = and(overlap, unary(UnaryOp::Not, is_safe));
            shared = or(shared, is_shared);
        }
        if truth(&shared) == Some(false) {
            return read;
        }
        let copy = self.copied_if(shared, input.view, span);
        self.broadcast_input(copy, input, shape, span)
    }

    fn broadcast_input(&mut self, view: LocalId, input: &Array, shape: &[ir::Expr], span: Span) -> LocalId {
        let extents = self.extents(view);
        let n_loop = extents.len() - input.core.len();
        let mut to = shape[shape.len().saturating_sub(n_loop)..].to_vec();
        let core = input.core.iter().zip(&extents[n_loop..]);
        to.extend(core.map(|(to, own)| to.as_ref().unwrap_or(own).clone()));
        self.broadcast(view, &to, span)
    }

    /// The two views, so that going through both in the order of their indices reads every element
    /// before it is written. In one dimension with equal strides it suffices to go backward; else
    /// what is read is copied first.
    fn without_overlap(&mut self, pair: Pair, span: Span) -> Pair {
        let Pair { written, read } = pair;
        let rank = self.view_type(written).rank;
        let overlap = self.save(ir::Expr::Overlap { written, read }, Scalar::Bool, span);
        if rank != 1 || self.view_type(read).rank != 1 {
            let is_safe = self.same_elements(&pair);
            let read = self.copied_if(and(overlap, unary(UnaryOp::Not, is_safe)), read, span);
            return Pair { written, read };
        }
        let same = self.same_strides(&pair);
        let same = self.save(same, Scalar::Bool, span);
        let stride = ir::Expr::Stride { view: written, axis: 0 };
        let [up, down] = [CompareOp::Gt, CompareOp::Lt].map(|op| compare(op, ahead(&pair), int(0)));
        let is_ahead = select(compare(CompareOp::Gt, stride, int(0)), up, down);
        let backward = and(and(overlap.clone(), same.clone()), is_ahead);
        let backward = self.save(backward, Scalar::Bool, span);
        let read = self.copied_if(and(overlap, unary(UnaryOp::Not, same)), read, span);
        let extent = ir::Expr::Dim { view: written, axis: 0 };
        let last = binary(BinaryOp::Sub, extent.clone(), int(1));
        let start = self.save(select(backward.clone(), last, int(0)), Scalar::I64, span);
        let step = self.save(select(backward, int(-1), int(1)), Scalar::I64, span);
        let axes = vec![Axis::Slice { start, extent, step }];
        let [written, read] = [written, read].map(|view| self.part_of(view, axes.clone(), span));
        Pair { written, read }
    }

    /// Whether both views of one shape have the same element at each index.
    fn same_elements(&self, pair: &Pair) -> ir::Expr {
        if pair.written == pair.read {
            return boolean(true);
        }
        and(self.same_strides(pair), compare(CompareOp::Eq, ahead(pair), int(0)))
    }

    /// Whether both have the same dimensions and the same strides, and elements of one size.
    fn same_strides(&self, pair: &Pair) -> ir::Expr {
        let [size, other] = [pair.written, pair.read].map(|view| self.view_type(view).element.size());
        if size != other {
            return boolean(false);
        }
        let [written, read] = [pair.written, pair.read].map(|view| self.view_type(view).rank);
        let stride = |view, axis| ir::Expr::Stride { view, axis };
        let same =
            (0..read).map(|axis| equal(&stride(pair.written, axis), &stride(pair.read, axis))).reduce(and);
        if written == read { same.unwrap_or(boolean(true)) } else { boolean(false) }
    }

    /// A view, or a copy of it where the condition holds.
    fn copied_if(&mut self, cond: ir::Expr, view: LocalId, span: Span) -> LocalId {
        let ViewType { element, rank, .. } = self.view_type(view);
        let ty = ArrayType::of(element, rank, Layout::Any);
        let results = self.temporaries(&Type::Array(ty));
        let shape = self.extents(view);
        let copied = self.block(|lowering| {
            let copy = lowering.copy(view, &shape, ArrayType { layout: Layout::C, ..ty }, span);
            lowering.set_all(&results, copy, span);
        });
        let shared = self.block(|lowering| {
            lowering.set_all(&results, vec![ir::Expr::Local(view), ir::Expr::Unowned], span);
        });
        self.branch(cond, copied, shared, span);
        results[0]
    }
}

/// Whether there is at most one input that is not the output itself.
fn is_simple(inputs: &mut [Operand], output: &Array) -> bool {
    arrays(inputs).filter(|array| array.view != output.view).count() <= 1
}

/// The arrays among operands.
fn arrays(operands: &mut [Operand]) -> impl Iterator<Item = &mut Array> {
    operands.iter_mut().filter_map(|operand| match operand {
        Operand::Number(_) => None,
        Operand::Array(array) => Some(array),
    })
}

/// How far what is written lies behind what is read in memory.
fn ahead(pair: &Pair) -> ir::Expr {
    let [written, read] = [pair.written, pair.read].map(|view| ir::Expr::Address { view });
    binary(BinaryOp::Sub, written, read)
}
