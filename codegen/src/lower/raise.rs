//! Exceptions: their messages as templates, their places, and checks.

use super::construct::{boolean, truth};
use super::convert::number;
use super::function::Lowering;
use crate::ir::{self, Purpose, Scalar};
use crate::source::{LIBRARY, Span};
use crate::typed::{Expr, Piece, Raise};

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
        let mut template = String::new();
        let mut operands = Vec::new();
        for piece in &raise.message {
            match piece {
                Piece::Text(text) => template.push_str(&text.replace('{', "{{").replace('}', "}}")),
                Piece::Value(value) => {
                    let (placeholder, operand) = self.operand(value);
                    template.push_str(placeholder);
                    operands.push(operand);
                }
            }
        }
        self.exception(&raise.class, template, operands, span)
    }

    /// A value of a message, and the placeholder that prints it as Python's `str` does.
    fn operand(&mut self, value: &Expr) -> (&'static str, ir::Expr) {
        let scalar = super::expression::scalar_of(&value.ty);
        let (placeholder, widest) = match scalar {
            Scalar::Bool => ("{b}", Scalar::Bool),
            Scalar::F32 => ("{g}", Scalar::F64),
            Scalar::F64 => ("{f}", Scalar::F64),
            Scalar::I8 | Scalar::I16 | Scalar::I32 | Scalar::I64 => ("{i}", Scalar::I64),
            Scalar::U8 | Scalar::U16 | Scalar::U32 | Scalar::U64 => ("{u}", Scalar::U64),
        };
        (placeholder, number(self.scalar(value), scalar, widest))
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
