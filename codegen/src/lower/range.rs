//! `for` over `range`.

use super::convert::number;
use super::function::Lowering;
use crate::ir::construct::{binary, compare, int, integer, select, unary, zero};
use crate::ir::{self, BinaryOp, CompareOp, Const, Label, LocalId, Purpose, Scalar, UnaryOp};
use crate::source::Span;
use crate::typed::{Expr, Stmt, WebId};
use crate::types::Type;

/// What is done with each value of a range.
struct Counted<'b> {
    variable: WebId,
    body: &'b [Stmt],
    /// What `break` leaves, if not the loop itself.
    exit: Option<Label>,
    span: Span,
}

impl Lowering<'_> {
    /// The variable is assigned from a counter of its own at the start of each iteration: the body
    /// may assign it, and it keeps its last value after the loop.
    pub(super) fn for_range(
        &mut self,
        variable: WebId,
        range: [&Expr; 3],
        body: &[Stmt],
        exit: Option<Label>,
        span: Span,
    ) {
        let [lo, hi, step] = range.map(|bound| self.scalar(bound));
        match step {
            ir::Expr::Const(Const::Int(_, 0)) => {
                let raise = self.zero_step(span);
                self.emit(ir::StmtKind::Raise(raise), span);
            }
            ir::Expr::Const(Const::Int(_, step)) => {
                self.count([lo, hi], step as i64, Counted { variable, body, exit, span });
            }
            step => self.count_by([lo, hi, step], Counted { variable, body, exit, span }),
        }
    }

    fn zero_step(&self, span: Span) -> ir::Raise {
        self.exception("ValueError", "range() arg 3 must not be zero", Vec::new(), span)
    }

    /// A loop whose step is known.
    fn count(&mut self, [lo, hi]: [ir::Expr; 2], step: i64, counted: Counted<'_>) {
        let Counted { variable, body, exit, span } = counted;
        let label = self.function.add_label();
        let name = &self.instance.webs[variable.0 as usize].name;
        let var = self.function.add_local(format!("{name}.count"), ir::Type::Scalar(Scalar::I64));
        let body = self.block(|lowering| {
            lowering.assign_counter(variable, var, span);
            lowering.iteration(exit.unwrap_or(label), body, span);
        });
        self.emit(ir::StmtKind::For { label, var, lo, hi, step, independent: false, body }, span);
    }

    /// A loop whose step is known only at run time: it counts the iterations that are left.
    fn count_by(&mut self, [lo, hi, step]: [ir::Expr; 3], counted: Counted<'_>) {
        let Counted { variable, body, exit, span } = counted;
        let step = self.save(step, Scalar::I64, span);
        let raise = self.zero_step(span);
        self.check(compare(CompareOp::Ne, step.clone(), int(0)), raise, Purpose::Semantics, span);
        let (lo, hi) = (self.save(lo, Scalar::I64, span), self.save(hi, Scalar::I64, span));
        let label = self.function.add_label();
        let name = &self.instance.webs[variable.0 as usize].name;
        let left = self.function.add_local(format!("{name}.left"), ir::Type::Scalar(Scalar::U64));
        let next = self.function.add_local(format!("{name}.next"), ir::Type::Scalar(Scalar::I64));
        // The body may assign a variable that the step was read from.
        let by = self.function.add_local(format!("{name}.step"), ir::Type::Scalar(Scalar::I64));
        let n_iterations = self.n_iterations([&lo, &hi, &step], span);
        self.set(left, n_iterations, span);
        self.set(next, lo, span);
        self.set(by, step, span);
        let body = self.block(|lowering| {
            let leave = vec![ir::Stmt { kind: ir::StmtKind::Exit(label), span }];
            let done = compare(CompareOp::Eq, ir::Expr::Local(left), zero(Scalar::U64));
            lowering.branch(done, leave, Vec::new(), span);
            lowering.set(left, binary(BinaryOp::Sub, ir::Expr::Local(left), integer(Scalar::U64, 1)), span);
            lowering.assign_counter(variable, next, span);
            lowering.set(next, binary(BinaryOp::Add, ir::Expr::Local(next), ir::Expr::Local(by)), span);
            lowering.iteration(exit.unwrap_or(label), body, span);
        });
        self.emit(ir::StmtKind::Loop { label, body }, span);
    }

    fn assign_counter(&mut self, variable: WebId, counter: LocalId, span: Span) {
        let ty = &self.instance.webs[variable.0 as usize].ty;
        let value = self.converted(vec![ir::Expr::Local(counter)], &Type::INT, ty, span);
        self.assign_web(variable, value, span);
    }

    /// How many values `range(lo, hi, step)` has: a `U64`, which always holds it.
    fn n_iterations(&mut self, [lo, hi, step]: [&ir::Expr; 3], span: Span) -> ir::Expr {
        let unsigned = |value: &ir::Expr| number(value.clone(), Scalar::I64, Scalar::U64);
        let up = self.save(compare(CompareOp::Gt, step.clone(), int(0)), Scalar::Bool, span);
        let first = self.save(select(up.clone(), lo.clone(), hi.clone()), Scalar::I64, span);
        let last = self.save(select(up.clone(), hi.clone(), lo.clone()), Scalar::I64, span);
        let apart = binary(BinaryOp::Sub, unsigned(&last), unsigned(&first));
        let stride = select(up, unsigned(step), unary(UnaryOp::Neg, unsigned(step)));
        let one = || integer(Scalar::U64, 1);
        let steps = binary(BinaryOp::Div, binary(BinaryOp::Sub, apart, one()), stride);
        let empty = compare(CompareOp::Ge, first, last);
        select(empty, zero(Scalar::U64), binary(BinaryOp::Add, steps, one()))
    }
}
