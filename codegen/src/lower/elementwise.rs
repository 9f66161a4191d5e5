//! Assignments to all elements of a view: the other array broadcast, and set aside where writing
//! would change what is still to be read.

use super::construct::{and, binary, boolean, compare, int, or, select, unary};
use super::element::Place;
use super::function::Lowering;
use crate::ir::{self, Axis, BinaryOp, CompareOp, LocalId, Purpose, Scalar, UnaryOp, ViewType};
use crate::source::Span;
use crate::typed::Elementwise;
use crate::types::{ArrayType, Layout, Type};

/// Two views of which one is written and the other is read.
struct Pair {
    written: LocalId,
    read: LocalId,
}

impl Lowering<'_> {
    /// Sets every element of a view.
    pub(super) fn elementwise(&mut self, stmt: &Elementwise, span: Span) {
        let mut target = self.view(&stmt.target);
        let ty = self.view_type(target);
        let mut source = None;
        if let Some(array) = &stmt.source {
            let array = self.view(array);
            self.check_shapes(&Pair { written: target, read: array }, stmt.in_place, span);
            let mut pair = Pair { written: target, read: self.broadcast(array, target, span) };
            if self.view_type(array).element == ty.element {
                pair = self.without_overlap(pair, span);
            }
            target = pair.written;
            source = Some(pair.read);
        }
        let shape: Vec<ir::Expr> = (0..ty.rank).map(|axis| ir::Expr::Dim { view: target, axis }).collect();
        self.each(&shape, span, &mut |lowering, index| {
            let place = Place { view: target, index, dtype: ty.element };
            lowering.set_element(place, source, stmt, span);
        });
    }

    fn set_element(&mut self, place: Place, source: Option<LocalId>, stmt: &Elementwise, span: Span) {
        if stmt.in_place {
            self.current = self.load_from(&place, span);
        }
        if let Some(view) = source {
            let ViewType { rank, element: dtype, .. } = self.view_type(view);
            let index = place.index[place.index.len() - rank..].to_vec();
            self.operand = self.load_from(&Place { view, index, dtype }, span);
        }
        let value = self.parts(&stmt.value);
        self.store_to(place, value, span);
    }

    fn view_type(&self, view: LocalId) -> ViewType {
        match self.function.ty(view) {
            ir::Type::View(ty) => ty,
            other => unreachable!("bug in pykernel: a {other} is written element by element"),
        }
    }

    fn extents(&self, view: LocalId) -> Vec<ir::Expr> {
        (0..self.view_type(view).rank).map(|axis| ir::Expr::Dim { view, axis }).collect()
    }

    /// Checks that the array that is read broadcasts to the shape of the one that is written.
    fn check_shapes(&mut self, pair: &Pair, in_place: bool, span: Span) {
        let (written, read) = (self.extents(pair.written), self.extents(pair.read));
        if in_place {
            return self.check_operands(&written, &read, span);
        }
        let (mut read, is_one) = (read.as_slice(), |extent: &ir::Expr| equal(extent, &int(1)));
        // NumPy strips leading dimensions of extent 1 before it compares.
        while let [first, rest @ ..] = read
            && read.len() > written.len()
        {
            self.check_input(is_one(first), read, &written, span);
            read = rest;
        }
        let fits = aligned(&written, read).map(|(to, from)| or(equal(from, to), is_one(from)));
        self.check_input(fits.reduce(and).unwrap_or(boolean(true)), read, &written, span);
    }

    fn check_input(&mut self, fits: ir::Expr, read: &[ir::Expr], written: &[ir::Expr], span: Span) {
        let [from, to] = shapes([read, written]);
        let message = format!("could not broadcast input array from shape {from} into shape {to}");
        self.check_shape_error(fits, message, &[read, written], span);
    }

    /// Checks the operands of an update as NumPy checks those of a ufunc with `out`.
    fn check_operands(&mut self, written: &[ir::Expr], read: &[ir::Expr], span: Span) {
        let is_one = |extent: &ir::Expr| equal(extent, &int(1));
        let pairs = || aligned(written, read);
        let meet = pairs().map(|(to, from)| or(or(equal(from, to), is_one(from)), is_one(to)));
        let [to, from] = shapes([written, read]);
        let message = format!("operands could not be broadcast together with shapes {to} {from} {to} ");
        let meet = meet.reduce(and).unwrap_or(boolean(true));
        self.check_shape_error(meet, message, &[written, read, written], span);
        let fits = pairs().map(|(to, from)| or(equal(from, to), is_one(from)));
        let fits = [boolean(read.len() <= written.len())].into_iter().chain(fits).reduce(and);
        let n_leading = read.len().saturating_sub(written.len());
        let mut together = read[..n_leading].to_vec();
        together.extend_from_slice(&written[..written.len().saturating_sub(read.len())]);
        together.extend(pairs().map(|(to, from)| select(is_one(from), to.clone(), from.clone())));
        let [to, both] = shapes([written, &together]);
        let message = format!(
            "non-broadcastable output operand with shape {to} doesn't match the broadcast shape {both}"
        );
        self.check_shape_error(fits.unwrap_or(boolean(true)), message, &[written, &together], span);
    }

    /// Extents beyond those that an exception holds are left blank.
    fn check_shape_error(&mut self, fits: ir::Expr, message: String, shown: &[&[ir::Expr]], span: Span) {
        let operands: Vec<ir::Expr> = shown.iter().flat_map(|extents| extents.iter().cloned()).collect();
        let (message, operands) = match operands.len() <= pykernel_abi::MAX_OPERANDS {
            true => (message, operands),
            false => (message.replace("{i}", "_"), Vec::new()),
        };
        let raise = self.exception("ValueError", message, operands, span);
        self.check(fits, raise, Purpose::Semantics, span);
    }

    /// An array as a view of the shape of another one, of whose leading dimensions it may lack some.
    fn broadcast(&mut self, read: LocalId, written: LocalId, span: Span) -> LocalId {
        let (from, to) = (self.extents(read), self.extents(written));
        let dropped = from.len().saturating_sub(to.len());
        let mut axes = vec![Axis::Index(int(0)); dropped];
        for (to, from) in aligned(&to, &from) {
            let step = select(equal(from, to), int(1), int(0));
            let step = self.save(step, Scalar::I64, span);
            axes.push(Axis::Slice { start: int(0), extent: to.clone(), step });
        }
        self.part_of(read, axes, span)
    }

    fn part_of(&mut self, view: LocalId, axes: Vec<Axis>, span: Span) -> LocalId {
        let ty = self.view_type(view).part(&axes);
        let part = self.function.add_local("t", ir::Type::View(ty));
        self.set(part, ir::Expr::SubView { view, axes }, span);
        part
    }

    /// The two views, so that going through both in the order of their indices reads every element
    /// before it is written. In one dimension with equal strides it suffices to go backward; else
    /// what is read is copied first.
    fn without_overlap(&mut self, pair: Pair, span: Span) -> Pair {
        let Pair { written, read } = pair;
        let rank = self.view_type(written).rank;
        let overlap = self.save(ir::Expr::Overlap { written, read }, Scalar::Bool, span);
        let same = self.same_strides(&pair);
        let address = |view| ir::Expr::Address { view };
        let ahead = binary(BinaryOp::Sub, address(written), address(read));
        if rank != 1 {
            let same_element = compare(CompareOp::Eq, ahead, int(0));
            let is_safe = and(same, same_element);
            let read = self.copied_if(and(overlap, unary(UnaryOp::Not, is_safe)), read, span);
            return Pair { written, read };
        }
        let same = self.save(same, Scalar::Bool, span);
        let stride = ir::Expr::Stride { view: written, axis: 0 };
        let [up, down] = [CompareOp::Gt, CompareOp::Lt].map(|op| compare(op, ahead.clone(), int(0)));
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

    /// Whether both have the same dimensions and the same strides.
    fn same_strides(&self, pair: &Pair) -> ir::Expr {
        let [written, read] = [pair.written, pair.read].map(|view| self.view_type(view).rank);
        let stride = |view, axis| ir::Expr::Stride { view, axis };
        let same =
            (0..read).map(|axis| equal(&stride(pair.written, axis), &stride(pair.read, axis))).reduce(and);
        if written == read { same.unwrap_or(boolean(true)) } else { boolean(false) }
    }

    /// A view, or a copy of it where the condition holds.
    fn copied_if(&mut self, cond: ir::Expr, view: LocalId, span: Span) -> LocalId {
        let ViewType { element, rank, .. } = self.view_type(view);
        let ty = ArrayType { element, rank, layout: Layout::Any, readonly: false };
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

fn equal(left: &ir::Expr, right: &ir::Expr) -> ir::Expr {
    compare(CompareOp::Eq, left.clone(), right.clone())
}

/// The extents of the dimensions that stand at the same place from the end.
fn aligned<'e>(
    written: &'e [ir::Expr],
    read: &'e [ir::Expr],
) -> impl Iterator<Item = (&'e ir::Expr, &'e ir::Expr)> {
    let both = written.len().min(read.len());
    written[written.len() - both..].iter().zip(&read[read.len() - both..])
}

/// The templates of shapes, as NumPy writes them.
fn shapes<const N: usize>(shown: [&[ir::Expr]; N]) -> [String; N] {
    shown.map(|extents| match extents.len() {
        1 => "({i},)".to_owned(),
        n => format!("({})", vec!["{i}"; n].join(",")),
    })
}
