//! Warnings: what is right, and perhaps not meant.

use super::{Body, Use};
use crate::builtin::{Row, python_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, BinaryOp, ExprKind, VariableId};
use crate::source::Span;
use crate::typed::Expr;
use crate::types::{DType, Kind, Type};

impl Body<'_, '_> {
    /// Notes a warning; only those of the last round are seen, and none about the library.
    fn warn(&mut self, diagnostic: Diagnostic) {
        if self.reporting && !self.in_library() {
            self.diagnostics.report(diagnostic);
        }
    }

    /// `s = s + x`: warns as of `s += x`.
    pub(super) fn warn_of_sum(&mut self, target: &hir::Target, value: &hir::Expr) {
        let (hir::Target::Variable(variable, place), ExprKind::Binary { op, left, right }) =
            (target, &value.kind)
        else {
            return;
        };
        let is_read =
            |operand: &&hir::Expr| matches!(operand.kind, ExprKind::Variable(read) if read == *variable);
        let read = [&**left, &**right].into_iter().find(is_read);
        if let Some(read) = read {
            self.warn_of_accumulator(*op, *variable, [read.span, *place], place.to(value.span));
        }
    }

    /// `s += x` in a loop, where `s` began as a literal and has the narrow type of `x` because of
    /// that. `places` are those where `s` is read and written.
    pub(super) fn warn_of_accumulator(
        &mut self,
        op: BinaryOp,
        variable: VariableId,
        places: [Span; 2],
        span: Span,
    ) {
        if self.loops.is_empty() || !matches!(op, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul) {
            return;
        }
        let [read, written] = places;
        let read = match self.flow.uses.get(&read) {
            Some(Use::Bound(web) | Use::MaybeUnbound(web)) => Some(*web),
            Some(Use::NeverBound) | None => None,
        };
        let written = self.flow.definitions.get(&written).map(|definition| definition.web);
        let Some(web) = written.filter(|written| read == Some(*written)).map(|web| &self.webs[web]) else {
            return;
        };
        let (Some((literal, start)), Some(dtype)) = (web.literal(), web.ty.as_ref().and_then(narrow)) else {
            return;
        };
        let name = &self.function.variables[variable.0 as usize].name;
        let (_, max) = dtype.int_range().unwrap_or_default();
        let diagnostic = Diagnostic::new(
            Code::NarrowAccumulator,
            span,
            format!("`{name}` accumulates in `{dtype}`, which wraps beyond {max}"),
        )
        .label(format!("`{dtype}` here"))
        .note_at(start, format!("`{literal}` takes the type of what it meets"))
        .help(format!(
            "begin with `np.int64({literal})` for a wide result, or with `np.{dtype}({literal})` if this is meant"
        ));
        self.warn(diagnostic);
    }

    /// A function of `math` that takes a float32 and gives a Python `float`.
    pub(super) fn warn_of_wide_math(&mut self, row: &Row, args: &[Expr], span: Span) {
        let Some(arg) = args.iter().find(|arg| arg.ty == Type::Strong(DType::Float32)) else { return };
        let name = python_name(row.name);
        let diagnostic = Diagnostic::new(
            Code::WideMath,
            span,
            format!("`{name}` computes this `float32` in double precision"),
        )
        .label("a Python `float`")
        .note_at(arg.span, "`float32`")
        .help("write `float(…)` around the argument if this is meant");
        self.warn(diagnostic);
    }
}

/// The integer type, if it is narrower than Python's.
fn narrow(ty: &Type) -> Option<DType> {
    match ty {
        Type::Strong(dtype) if dtype.kind() == Kind::Int && dtype.size() < 8 => Some(*dtype),
        _ => None,
    }
}
