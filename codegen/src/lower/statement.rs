//! Lowering statements.

use super::function::{Loop, Lowering, part_types};
use crate::ir::construct::truth;
use crate::ir::{self, Function, Label};
use crate::source::Span;
use crate::typed::{Expr, InstanceId, Stmt, StmtKind};

impl Lowering<'_> {
    pub(super) fn stmts(&mut self, stmts: &[Stmt]) {
        stmts.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let span = stmt.span;
        match &stmt.kind {
            StmtKind::Assign(web, value) => {
                let parts = self.parts(value);
                self.assign_web(*web, parts, span);
            }
            StmtKind::Store(element, value) => self.store(element, value, span),
            StmtKind::Update(element, value) => self.update(element, value, span),
            StmtKind::Evaluate(value) => {
                self.parts(value);
            }
            StmtKind::If(cond, then, otherwise) => self.if_(cond, then, otherwise, span),
            StmtKind::While(cond, body, otherwise) => {
                self.before_else(otherwise, span, |lowering, exit| lowering.while_(cond, body, exit, span));
            }
            StmtKind::ForRange { variable, start, stop, step, body, otherwise } => {
                self.before_else(otherwise, span, |lowering, exit| {
                    lowering.for_range(*variable, [start, stop, step], body, exit, span);
                });
            }
            StmtKind::Parallel(_) => unreachable!("bug in pykernel: a parallel loop has no function"),
            StmtKind::Fork { body, count, cost, args } => self.fork(*body, [count, cost], args, span),
            StmtKind::Sequence(stmts) => self.stmts(stmts),
            StmtKind::Break => {
                let exit = self.innermost().exit;
                self.emit(ir::StmtKind::Exit(exit), span);
            }
            StmtKind::Continue => self.continue_(span),
            StmtKind::Return(value) => self.return_(value.as_ref(), span),
            StmtKind::Raise(raise) => {
                let raise = self.raise(raise, span);
                self.emit(ir::StmtKind::Raise(raise), span);
            }
            StmtKind::Print(pieces) => self.print(pieces, span),
            StmtKind::Assert(cond, raise) => self.assert(cond, raise, span),
            StmtKind::CheckOverflow(cond) => {
                let cond = self.scalar(cond);
                self.check_overflow(cond, span);
            }
        }
    }

    /// Runs an instance in parallel. It counts no owner that it was lent: its parts would count at the
    /// same time.
    fn fork(&mut self, body: InstanceId, [count, cost]: [&Expr; 2], args: &[Expr], span: Span) {
        let mut lent = Vec::new();
        for arg in args {
            let parts = self.parts(arg).into_iter().zip(part_types(&arg.ty));
            lent.extend(parts.map(|(part, ty)| if ty == ir::Type::Owner { ir::Expr::Unowned } else { part }));
        }
        let [count, cost] = [count, cost].map(|expr| self.scalar(expr));
        let (function, place) = (ir::FunctionId(body.0), self.place(span));
        let kind = ir::StmtKind::Parallel { function, count, cost, args: lent, status: None, place };
        self.emit(kind, span);
    }

    fn if_(&mut self, cond: &Expr, then: &[Stmt], otherwise: &[Stmt], span: Span) {
        let cond = self.scalar(cond);
        let known = truth(&cond);
        let mut lower = |stmts: &[Stmt], taken: bool| match known == Some(!taken) {
            true => Vec::new(),
            false => self.block(|lowering| lowering.stmts(stmts)),
        };
        let then = lower(then, true);
        let otherwise = lower(otherwise, false);
        self.branch(cond, then, otherwise, span);
    }

    /// An `If`, or only the body that a constant condition takes.
    pub(super) fn branch(
        &mut self,
        cond: ir::Expr,
        then: Vec<ir::Stmt>,
        otherwise: Vec<ir::Stmt>,
        span: Span,
    ) {
        match truth(&cond) {
            Some(true) => self.append(then),
            Some(false) => self.append(otherwise),
            None => self.emit(ir::StmtKind::If { cond, then, otherwise }, span),
        }
    }

    /// A loop with its `else`: a block around both, which `break` leaves. A loop without one is left
    /// by its own label.
    fn before_else(&mut self, otherwise: &[Stmt], span: Span, lower: impl FnOnce(&mut Self, Option<Label>)) {
        if otherwise.is_empty() {
            return lower(self, None);
        }
        let label = self.function.add_label();
        let body = self.block(|lowering| {
            lower(lowering, Some(label));
            lowering.stmts(otherwise);
        });
        self.emit(ir::StmtKind::Block { label, body }, span);
    }

    fn while_(&mut self, cond: &Expr, body: &[Stmt], exit: Option<Label>, span: Span) {
        let label = self.function.add_label();
        let body = self.block(|lowering| {
            let cond = lowering.scalar(cond);
            let leave = vec![ir::Stmt { kind: ir::StmtKind::Exit(label), span }];
            lowering.branch(cond, Vec::new(), leave, span);
            lowering.iteration(exit.unwrap_or(label), body, span);
        });
        self.emit(ir::StmtKind::Loop { label, body }, span);
    }

    /// The Python statements of one iteration of the loop that is left by this label.
    pub(super) fn iteration(&mut self, exit: Label, stmts: &[Stmt], span: Span) {
        self.loops.push(Loop { exit, next: None });
        let body = self.block(|lowering| lowering.stmts(stmts));
        match self.loops.pop().and_then(|around| around.next) {
            Some(label) => self.emit(ir::StmtKind::Block { label, body }, span),
            None => self.append(body),
        }
    }

    fn innermost(&mut self) -> &mut Loop {
        self.loops.last_mut().unwrap_or_else(|| unreachable!("bug in pykernel: no loop around `break`"))
    }

    fn continue_(&mut self, span: Span) {
        let next = match self.innermost().next {
            Some(next) => next,
            None => {
                let next = self.function.add_label();
                self.innermost().next = Some(next);
                next
            }
        };
        self.emit(ir::StmtKind::Exit(next), span);
    }

    fn return_(&mut self, value: Option<&Expr>, span: Span) {
        let values = value.map_or(Vec::new(), |value| self.parts(value));
        self.set_all(&self.function.results.clone(), values, span);
        self.emit(ir::StmtKind::Exit(Function::BODY), span);
    }
}
