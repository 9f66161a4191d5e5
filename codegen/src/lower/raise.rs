//! Exceptions, their places, and checks.

use super::function::Lowering;
use crate::ir::construct::{boolean, truth};
use crate::ir::{self, Purpose};
use crate::source::{LIBRARY, Span};
use crate::typed::{Expr, Raise};

impl Lowering<'_> {
    /// Where something stands, for a traceback. In the library that is only a stand-in: the
    /// inliner gives what library code raises the place of its caller.
    pub(super) fn place(&self, span: Span) -> ir::Place {
        let function = self.instance.name.clone();
        match self.instance.library {
            true => ir::Place { file: LIBRARY.into(), line: 1, function },
            false => {
                ir::Place { file: self.source.file.clone(), line: self.source.line(span.start), function }
            }
        }
    }

    /// An exception of the compiler's own, whose message is a template.
    pub(super) fn exception(
        &self,
        class: &str,
        template: impl Into<std::sync::Arc<str>>,
        operands: Vec<ir::Expr>,
        span: Span,
    ) -> ir::Raise {
        ir::Raise { class: class.into(), message: template.into(), operands, place: self.place(span) }
    }

    /// Raises unless the condition holds.
    pub(super) fn check(&mut self, cond: ir::Expr, raise: ir::Raise, purpose: Purpose, span: Span) {
        if truth(&cond) != Some(true) {
            self.emit(ir::StmtKind::Check { cond, raise, purpose }, span);
        }
    }

    /// A program's exception, its values evaluated.
    pub(super) fn raise(&mut self, raise: &Raise, span: Span) -> ir::Raise {
        let (template, operands) = self.template(&raise.message);
        self.exception(&raise.class, template, operands, span)
    }

    /// `assert`: the message is evaluated only if the condition is false.
    pub(super) fn assert(&mut self, cond: &Expr, raise: &Raise, span: Span) {
        let cond = self.scalar(cond);
        let mut raised = None;
        let mut failing = self.block(|lowering| raised = Some(lowering.raise(raise, span)));
        let Some(raised) = raised else { return };
        if failing.is_empty() {
            return self.check(cond, raised, Purpose::Semantics, span);
        }
        failing.push(ir::Stmt { kind: ir::StmtKind::Raise(raised), span });
        self.branch(cond, Vec::new(), failing, span);
    }

    /// Raises `OverflowError` if the condition is false, in builds that check for overflow.
    pub(super) fn check_overflow(&mut self, fits: ir::Expr, span: Span) {
        let raise = self.exception(
            "OverflowError",
            "integer overflow: result does not fit 64 bits",
            Vec::new(),
            span,
        );
        self.check(fits, raise, Purpose::Overflow, span);
    }

    /// Raises if a variable is not assigned.
    pub(super) fn check_bound(&mut self, name: &str, bound: Option<ir::LocalId>, span: Span) {
        let template =
            format!("cannot access local variable '{name}' where it is not associated with a value");
        let raise = self.exception("UnboundLocalError", template, Vec::new(), span);
        let bound = bound.map_or(boolean(true), ir::Expr::Local);
        self.check(bound, raise, Purpose::Semantics, span);
    }
}
