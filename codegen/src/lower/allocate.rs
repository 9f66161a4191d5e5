//! Arrays that a kernel makes: their extents checked, their memory taken, their elements filled.

use super::convert::number;
use super::element::Place;
use super::expression::scalar_of;
use super::function::Lowering;
use crate::ir::construct::{and, binary, boolean, compare, int, locals, select, unary};
use crate::ir::{self, BinaryOp, CompareOp, Intrinsic, LocalId, Purpose, Scalar, UnaryOp, elements};
use crate::source::Span;
use crate::typed::{Allocation, Expr, Fill};
use crate::types::{ArrayType, Layout, Type};

/// More bytes than these nobody has, and fewer can be counted with what belongs to them.
const MAX_BYTES: i64 = 1 << 62;

/// NumPy's words.
const TOO_BIG: &str =
    "array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum possible size.";

/// What a new array is filled with, evaluated.
enum Filling {
    Zero,
    Value(Vec<ir::Expr>),
    Range { start: ir::Expr, next: ir::Expr, scalar: Scalar },
    Copy(LocalId),
    Items(Vec<Vec<ir::Expr>>),
}

impl Lowering<'_> {
    /// A new array: its view and its owner.
    pub(super) fn allocate(&mut self, allocation: &Allocation, expr: &Expr) -> Vec<ir::Expr> {
        let Type::Array(ty) = expr.ty else { unreachable!("bug in pykernel: a `{}` is allocated", expr.ty) };
        // Where it is to go any layout may do.
        let ty = ArrayType { layout: Layout::C, ..ty };
        let span = expr.span;
        let mut shape = Vec::new();
        for extent in &allocation.shape {
            let value = self.scalar(extent);
            shape.push(self.save(value, Scalar::I64, span));
        }
        let filling = self.filling(&allocation.fill, span);
        self.filled(&shape, ty, &filling, span)
    }

    /// A copy of an array of this shape.
    pub(super) fn copy(
        &mut self,
        array: LocalId,
        shape: &[ir::Expr],
        ty: ArrayType,
        span: Span,
    ) -> Vec<ir::Expr> {
        self.filled(shape, ty, &Filling::Copy(array), span)
    }

    fn filled(&mut self, shape: &[ir::Expr], ty: ArrayType, filling: &Filling, span: Span) -> Vec<ir::Expr> {
        let results = self.unfilled(shape, ty, matches!(filling, Filling::Zero), span);
        self.fill(results[0], shape, ty, filling, span);
        locals(&results)
    }

    /// A new array: its view and its owner. Unless they are zeroed, its elements are to be written
    /// before they are read.
    pub(super) fn unfilled(
        &mut self,
        shape: &[ir::Expr],
        ty: ArrayType,
        zeroed: bool,
        span: Span,
    ) -> [LocalId; 2] {
        self.check_shape(shape, ty, span);
        let found = self.function.add_local("found", ir::Type::Scalar(Scalar::Bool));
        let results = self.temporaries(&Type::Array(ty));
        let [view, owner] = results[..] else {
            unreachable!("bug in pykernel: an array has {} parts", results.len())
        };
        self.emit(
            ir::StmtKind::Allocate { found, owner, view, shape: shape.to_vec(), zeroed, most: None },
            span,
        );
        let raise = self.no_memory(shape, ty, span);
        self.check(ir::Expr::Local(found), raise, Purpose::Semantics, span);
        [view, owner]
    }

    fn filling(&mut self, fill: &Fill, span: Span) -> Filling {
        match fill {
            Fill::Zero => Filling::Zero,
            Fill::Value(value) => Filling::Value(self.saved(value, span)),
            Fill::Range { start, next } => {
                let scalar = scalar_of(&start.ty);
                let [start, next] = [start, next].map(|value| {
                    let value = self.scalar(value);
                    self.save(value, scalar, span)
                });
                Filling::Range { start, next, scalar }
            }
            Fill::Copy(array) => Filling::Copy(self.view(array)),
            Fill::Items(items) => Filling::Items(items.iter().map(|item| self.saved(item, span)).collect()),
        }
    }

    /// The parts of a number, each to be used more than once.
    fn saved(&mut self, value: &Expr, span: Span) -> Vec<ir::Expr> {
        let scalar = scalar_of(&value.ty);
        self.parts(value).into_iter().map(|part| self.save(part, scalar, span)).collect()
    }

    /// Checks extents in NumPy's order: none is negative, the bytes can be counted, and there may
    /// be so many.
    fn check_shape(&mut self, shape: &[ir::Expr], ty: ArrayType, span: Span) {
        let size = int(ty.element.size() as i64);
        if let [extent] = shape {
            self.check_natural(extent, span);
            // What kernels can index, an `I64` can count.
            let large = self.block(|lowering| {
                lowering.counted(size, extent, span);
                let raise = lowering.no_memory(shape, ty, span);
                lowering.emit(ir::StmtKind::Raise(raise), span);
            });
            return self.branch(compare(CompareOp::Gt, extent.clone(), most()), large, Vec::new(), span);
        }
        let mut bytes = size;
        for extent in shape {
            self.check_natural(extent, span);
            bytes = self.counted(bytes, extent, span);
        }
        let fits = shape.iter().map(|extent| compare(CompareOp::Le, extent.clone(), most()));
        let fits = fits.chain([compare(CompareOp::Le, bytes, int(MAX_BYTES))]).reduce(and);
        let raise = self.no_memory(shape, ty, span);
        self.check(fits.unwrap_or(boolean(true)), raise, Purpose::Semantics, span);
    }

    fn check_natural(&mut self, extent: &ir::Expr, span: Span) {
        let raise = self.exception("ValueError", "negative dimensions are not allowed", Vec::new(), span);
        self.check(compare(CompareOp::Ge, extent.clone(), int(0)), raise, Purpose::Semantics, span);
    }

    /// The bytes of so many times some bytes; an extent of 0 does not count, as in NumPy.
    fn counted(&mut self, bytes: ir::Expr, extent: &ir::Expr, span: Span) -> ir::Expr {
        let empty = compare(CompareOp::Eq, extent.clone(), int(0));
        let factor = self.save(select(empty, int(1), extent.clone()), Scalar::I64, span);
        let args = vec![bytes.clone(), factor.clone()];
        let overflows = ir::Expr::Intrinsic { op: Intrinsic::MulOverflows, args };
        let raise = self.exception("ValueError", TOO_BIG, Vec::new(), span);
        self.check(unary(UnaryOp::Not, overflows), raise, Purpose::Semantics, span);
        self.save(binary(BinaryOp::Mul, bytes, factor), Scalar::I64, span)
    }

    fn no_memory(&self, shape: &[ir::Expr], ty: ArrayType, span: Span) -> ir::Raise {
        let shown = match shape.len() <= pykernel_abi::MAX_OPERANDS {
            true => shape.to_vec(),
            false => Vec::new(),
        };
        let extents = match shown.len() {
            1 => "with shape ({i},)".to_owned(),
            n if n == shape.len() => format!("with shape ({})", vec!["{i}"; n].join(", ")),
            _ => format!("of {} dimensions", shape.len()),
        };
        let template = format!("Unable to allocate an array {extents} and data type {}", ty.element);
        self.exception("MemoryError", template, shown, span)
    }

    fn fill(&mut self, view: LocalId, shape: &[ir::Expr], ty: ArrayType, filling: &Filling, span: Span) {
        let dtype = ty.dtype();
        match filling {
            Filling::Zero => {}
            Filling::Value(value) => self.each(shape, span, &mut |lowering, index| {
                lowering.store_to(Place { view, index, dtype }, value.clone(), span);
            }),
            Filling::Copy(from) => self.each(shape, span, &mut |lowering, index| {
                let value = lowering.load_from(&Place { view: *from, index: index.clone(), dtype }, span);
                lowering.store_to(Place { view, index, dtype }, value, span);
            }),
            Filling::Items(items) => {
                let mut index = vec![0; shape.len()];
                for item in items {
                    let place = index.iter().map(|place| int(*place)).collect();
                    self.store_to(Place { view, index: place, dtype }, item.clone(), span);
                    advance(&mut index, shape);
                }
            }
            Filling::Range { start, next, scalar } => {
                let delta = binary(BinaryOp::Sub, next.clone(), start.clone());
                let delta = self.save(delta, *scalar, span);
                self.each(shape, span, &mut |lowering, index| {
                    let count = number(index[0].clone(), Scalar::I64, *scalar);
                    let far = binary(BinaryOp::Mul, count, delta.clone());
                    let value = binary(BinaryOp::Add, start.clone(), far);
                    lowering.store_to(Place { view, index, dtype }, vec![value], span);
                });
                self.second(Place { view, index: vec![int(1)], dtype }, &shape[0], next.clone(), span);
            }
        }
    }

    /// The second element of a range is the number that it was made from.
    fn second(&mut self, place: Place, length: &ir::Expr, next: ir::Expr, span: Span) {
        let store = self.block(|lowering| lowering.store_to(place, vec![next], span));
        self.branch(compare(CompareOp::Gt, length.clone(), int(1)), store, Vec::new(), span);
    }

    /// Does something at each index of a shape.
    pub(super) fn each(
        &mut self,
        shape: &[ir::Expr],
        span: Span,
        visit: &mut dyn FnMut(&mut Self, Vec<ir::Expr>),
    ) {
        let body = elements::each(self, shape, span, &mut |lowering, index| {
            lowering.block(|lowering| visit(lowering, index.to_vec()))
        });
        self.append(body);
    }
}

/// Makes an index the next one in C's order.
fn advance(index: &mut [i64], shape: &[ir::Expr]) {
    for (place, extent) in index.iter_mut().zip(shape).rev() {
        *place += 1;
        if int(*place) != *extent {
            return;
        }
        *place = 0;
    }
}

/// The largest extent.
fn most() -> ir::Expr {
    int(pykernel_abi::MAX_EXTENT)
}
