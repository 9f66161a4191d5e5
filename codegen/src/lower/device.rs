//! Lowering what only threads of a GPU have.

use super::function::Lowering;
use crate::ir::construct::{binary, compare, int, locals};
use crate::ir::threads::{Atomic, Space, Special, Together};
use crate::ir::{self, BinaryOp, CompareOp, Intrinsic, elements};
use crate::source::Span;
use crate::typed::{Element, Expr, Room};
use crate::types::{ArrayType, Type};

/// The number of shared memory that has none of its own yet.
const UNNUMBERED: u32 = u32::MAX;

/// Gives each place that sets shared memory aside a number of its own.
pub(super) fn number_shared(module: &mut ir::Module) {
    let mut next = 0;
    for function in &mut module.functions {
        ir::visit::walk_mut(&mut function.body, &mut |stmt| {
            if let ir::StmtKind::Reserve { space: Space::Shared(number), .. } = &mut stmt.kind {
                *number = next;
                next += 1;
            }
        });
    }
}

impl Lowering<'_> {
    pub(super) fn with_others(&mut self, op: Together, args: &[Expr], expr: &Expr) -> Vec<ir::Expr> {
        let args = args.iter().map(|arg| self.scalar(arg)).collect();
        let results = self.temporaries(&expr.ty);
        let values = locals(&results);
        self.emit(ir::StmtKind::Together { op, results, args }, expr.span);
        values
    }

    pub(super) fn atomic(
        &mut self,
        op: Atomic,
        element: &Element,
        args: &[Expr],
        span: Span,
    ) -> Vec<ir::Expr> {
        let place = self.element(element, span);
        let args: Vec<ir::Expr> = args.iter().map(|arg| self.scalar(arg)).collect();
        let results = self.temporaries(&Type::Strong(place.dtype));
        let old = results[0];
        self.emit(ir::StmtKind::Atomic { op, old, view: place.view, index: place.index, args }, span);
        locals(&results)
    }

    /// An array that is set aside: its view, and an owner of nothing. That of a thread is zero each time, so that no thread
    /// reads what another has left there.
    pub(super) fn reserve(&mut self, room: &Room, expr: &Expr) -> Vec<ir::Expr> {
        let Type::Array(ty) = expr.ty else { unreachable!("bug in pykernel: a `{}` is set aside", expr.ty) };
        let known = |extents: &[i64]| extents.iter().map(|extent| int(*extent)).collect();
        let (shape, room, space): (Vec<ir::Expr>, i64, Space) = match room {
            Room::Local(extents) => (known(extents), extents.iter().product(), Space::Frame),
            Room::Shared(extents) => (known(extents), extents.iter().product(), Space::Shared(UNNUMBERED)),
            Room::Launch => (vec![launch_extent(ty)], 0, Space::Launch),
            Room::Random(state) => (vec![int(state.words() as i64)], 0, Space::Random(*state)),
        };
        let view = self.function.add_local("reserved", ir::Type::View(ty.into()));
        self.emit(ir::StmtKind::Reserve { view, shape: shape.clone(), room, space }, expr.span);
        if space == Space::Frame {
            let zeros = elements::each(self, &shape, expr.span, &mut |_, index| {
                elements::zero_at(view, ty.dtype(), index, expr.span)
            });
            self.append(zeros);
        }
        if let Space::Random(_) = space {
            self.check_random(view, expr.span);
        }
        vec![ir::Expr::Local(view), ir::Expr::Unowned]
    }

    /// Raises where the program keeps nothing of random numbers.
    fn check_random(&mut self, view: ir::LocalId, span: Span) {
        let cond = compare(CompareOp::Ne, ir::Expr::Address { view }, int(0));
        let raise = ir::Raise {
            class: "RuntimeError".into(),
            message: "the program that runs this kernel keeps no state of random numbers".into(),
            operands: Vec::new(),
            place: self.place(span),
        };
        self.emit(ir::StmtKind::Check { cond, raise, purpose: ir::Purpose::Semantics }, span);
    }
}

/// How many elements the shared memory holds that a launch gives.
fn launch_extent(ty: ArrayType) -> ir::Expr {
    let bytes = ir::Expr::Intrinsic { op: Intrinsic::Special(Special::SharedBytes), args: Vec::new() };
    binary(BinaryOp::Div, bytes, int(ty.element.size() as i64))
}
