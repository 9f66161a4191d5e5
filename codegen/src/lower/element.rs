//! Elements of arrays: indices counted from the end, checked against the extents, reads and writes.

use super::convert::number;
use super::expression::scalar_of;
use super::function::Lowering;
use crate::ir::construct::{binary, compare, int, locals, select};
use crate::ir::{self, BinaryOp, CompareOp, Const, LocalId, Part, Purpose, Scalar};
use crate::source::Span;
use crate::typed::{Element, Expr, ExprKind};
use crate::types::{DType, Type};

/// An element that is known to exist.
pub(super) struct Place {
    pub(super) view: LocalId,
    pub(super) index: Vec<ir::Expr>,
    pub(super) dtype: DType,
}

/// The parts of an element, in their order.
const PARTS: [Part; 2] = [Part::First, Part::Imaginary];

impl Lowering<'_> {
    /// `array[indices]` as a value.
    pub(super) fn load(&mut self, element: &Element, span: Span) -> Vec<ir::Expr> {
        let place = self.element(element, span);
        self.load_from(&place, span)
    }

    /// `array[indices] = value`. The index is checked after the value is evaluated and before it is
    /// converted to the element's type, as NumPy does.
    pub(super) fn store(&mut self, element: &Element, value: &Expr, span: Span) {
        let given = match &value.kind {
            ExprKind::Convert(given) => given,
            _ => value,
        };
        let parts = self.parts(given);
        let place = self.element(element, span);
        let parts = self.converted(parts, &given.ty, &value.ty, value.span);
        self.store_to(place, parts, span);
    }

    /// `array[indices] = value`, in which `Current` is the old element.
    pub(super) fn update(&mut self, element: &Element, value: &Expr, span: Span) {
        let place = self.element(element, span);
        self.current = self.load_from(&place, span);
        let value = self.parts(value);
        self.store_to(place, value, span);
    }

    pub(super) fn load_from(&mut self, place: &Place, span: Span) -> Vec<ir::Expr> {
        let results = self.temporaries(&Type::Strong(place.dtype));
        for (local, part) in results.iter().zip(PARTS) {
            let (local, index) = (*local, place.index.clone());
            self.emit(ir::StmtKind::Load { local, view: place.view, index, part }, span);
        }
        locals(&results)
    }

    pub(super) fn store_to(&mut self, place: Place, value: Vec<ir::Expr>, span: Span) {
        for (value, part) in value.into_iter().zip(PARTS) {
            let index = place.index.clone();
            self.emit(ir::StmtKind::Store { view: place.view, index, part, value }, span);
        }
    }

    /// Evaluates the array and all indices, then checks these axis by axis.
    pub(super) fn element(&mut self, element: &Element, span: Span) -> Place {
        let view = self.view(&element.array);
        let Type::Array(array) = &element.array.ty else {
            unreachable!("bug in pykernel: `{}` is indexed", element.array.ty)
        };
        let mut written = Vec::new();
        for index in &element.indices {
            let scalar = scalar_of(&index.ty);
            let value = self.scalar(index);
            let value = self.save(value, scalar, index.span);
            written.push((self.pointer_sized(value, scalar, span), scalar));
        }
        let mut index = Vec::new();
        for (axis, (value, scalar)) in written.into_iter().enumerate() {
            index.push(self.in_bounds(value, scalar, ir::Expr::Dim { view, axis }, axis, span));
        }
        Place { view, index, dtype: array.dtype() }
    }

    /// An index as an `I64`, checked to be one unless indices are trusted.
    pub(super) fn pointer_sized(&mut self, value: ir::Expr, scalar: Scalar, span: Span) -> ir::Expr {
        let wide = self.save(number(value, scalar, Scalar::I64), Scalar::I64, span);
        if scalar == Scalar::U64 && self.instance.boundscheck {
            let text = "Python int too large to convert to C long";
            let raise = self.exception("OverflowError", text, Vec::new(), span);
            self.check(compare(CompareOp::Ge, wide.clone(), int(0)), raise, Purpose::Semantics, span);
        }
        wide
    }

    /// An index counted from the start, and checked against the extent unless indices are trusted.
    pub(super) fn in_bounds(
        &mut self,
        written: ir::Expr,
        scalar: Scalar,
        extent: ir::Expr,
        axis: usize,
        span: Span,
    ) -> ir::Expr {
        let index = match (&written, scalar.is_signed()) {
            (_, false) | (ir::Expr::Const(Const::Int(_, 0..)), true) => written.clone(),
            (ir::Expr::Const(_), true) => binary(BinaryOp::Add, written.clone(), extent.clone()),
            (_, true) => {
                let negative = compare(CompareOp::Lt, written.clone(), int(0));
                select(negative, binary(BinaryOp::Add, written.clone(), extent.clone()), written.clone())
            }
        };
        let index = self.save(index, Scalar::I64, span);
        if !self.instance.boundscheck {
            return index;
        }
        let template = format!("index {{i}} is out of bounds for axis {axis} with size {{i}}");
        let raise = self.exception("IndexError", template, vec![written, extent.clone()], span);
        let inside = ir::Expr::InBounds { index: Box::new(index.clone()), extent: Box::new(extent) };
        self.check(inside, raise, Purpose::Bounds, span);
        index
    }
}
