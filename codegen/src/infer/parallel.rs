//! Typing `for` over `prange`: which variables are reductions, which belong to an iteration.
//!
//! A loop without reductions has a place for each iteration. One with reductions (`leaves`) is cut into *leaves*,
//! runs of iterations, as many as the number of iterations says: each leaf folds the partial results of
//! its iterations from left to right, and the leaves' results are folded pairwise, in a tree. So what
//! comes out depends on nothing but the loop.

use super::fold::{Reductions, reductions};
use super::tuple::{int, variable};
use super::{Body, Typed, flow};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::ir::BinaryOp;
use crate::source::Span;
use crate::typed::{Expr, ExprKind, Parallel, Stmt, StmtKind, WebId};
use crate::types::{DType, Type};

/// The target of a loop, what it iterates, and the arguments of that call.
type Head<'h> = (&'h hir::Target, &'h hir::Expr, &'h [hir::Expr]);

/// How a loop counts.
struct Count {
    /// The number of an iteration.
    iteration: WebId,
    /// How many iterations there are: a constant, or what may be evaluated again.
    n: Expr,
    /// What sets the loop's variable.
    item: Option<StmtKind>,
    /// What comes before the loop.
    before: Vec<StmtKind>,
}

impl Body<'_, '_> {
    /// The arguments of `prange` where a loop over it is to run in parallel.
    pub(super) fn parallel_args<'h>(&self, iterable: &'h hir::Expr) -> Option<&'h [hir::Expr]> {
        let hir::ExprKind::Call { args, keywords, .. } = &iterable.kind else { return None };
        let runs = self.function.options.parallel && !self.in_parallel;
        (runs && flow::is_prange(iterable) && keywords.is_empty()).then_some(args)
    }

    /// `for target in prange(...)`.
    pub(super) fn parallel_for(
        &mut self,
        (target, iterable, args): Head<'_>,
        [body, otherwise]: [&[hir::Stmt]; 2],
        loop_span: Span,
    ) -> Typed<Option<StmtKind>> {
        let span = iterable.span;
        let count = self.count(args, target, loop_span, span);
        self.in_parallel = true;
        let [typed, otherwise] = self.looped([body, otherwise], [true; 2], None);
        self.in_parallel = false;
        let found = reductions(body);
        let exits = self.no_exits(body, true);
        let carried = self.not_carried(&found, loop_span);
        let Count { iteration, n, item, mut before } = count?;
        exits?;
        carried?;
        let mut folded = Vec::new();
        for (variable, (fold, place)) in found {
            folded.extend(self.reduction(variable, fold, place)?);
        }
        let stmt = |kind| Stmt { kind, span };
        let body: Vec<Stmt> = item.map(stmt).into_iter().chain(typed).collect();
        if folded.is_empty() {
            let (variable, count) = (iteration, n.clone());
            before.push(StmtKind::Parallel(Box::new(Parallel {
                variable,
                count,
                iteration,
                n,
                folded: Vec::new(),
                body,
            })));
        } else {
            self.in_leaves(folded, (iteration, n), body, &mut before)?;
        }
        Ok(Some(StmtKind::Sequence(before.into_iter().map(stmt).chain(otherwise).collect())))
    }

    fn count(
        &mut self,
        args: &[hir::Expr],
        target: &hir::Target,
        loop_span: Span,
        span: Span,
    ) -> Typed<Count> {
        let mut before = Vec::new();
        let range = self.range(args, span)?;
        let [start, stop, step] = range.map(|arg| self.before_loop(arg, loop_span, &mut before));
        let is = |value: &Expr, number| value.int_literal() == Some(number);
        if is(&start, 0) && is(&step, 1) {
            let (iteration, item) = match target {
                hir::Target::Variable(variable, place) if self.local_type(*variable).is_none() => {
                    self.check_declared(*place, &int(0, span))?;
                    (self.define(*place, &(Type::INT, None))?, None)
                }
                _ => {
                    let iteration = self.temporary(Type::INT);
                    let item = self.assign_to(target, variable(iteration, Type::INT, span))?;
                    (iteration, Some(item))
                }
            };
            return Ok(Count { iteration, n: stop, item, before });
        }
        let n = vec![start.clone(), stop, step.clone()];
        let n = self.library_call("range_length", n, true, span)?;
        let n = self.aside(n, &mut before);
        let iteration = self.temporary(Type::INT);
        // Between start and stop, which cannot overflow.
        let steps = match is(&step, 1) {
            true => variable(iteration, Type::INT, span),
            false => arithmetic(BinaryOp::Mul, variable(iteration, Type::INT, span), step),
        };
        let item = self.assign_to(target, arithmetic(BinaryOp::Add, start, steps))?;
        Ok(Count { iteration, n, item: Some(item), before })
    }

    /// A value as it is before the loop. What the loop does not change stands for itself, so that it is
    /// known to be the same as in the loop's indices.
    fn before_loop(&mut self, value: Expr, loop_span: Span, before: &mut Vec<StmtKind>) -> Expr {
        let assigned = self.flow.carried.get(&loop_span).into_iter().flatten();
        let assigned: Vec<hir::VariableId> = assigned.map(|(variable, _)| *variable).collect();
        let is_assigned = |web: WebId| {
            self.flow.webs.get(web.0 as usize).is_none_or(|web| assigned.contains(&web.variable))
        };
        match fixed(&value, &is_assigned) {
            Some(again) => {
                before.push(StmtKind::Evaluate(value));
                again
            }
            None => self.aside(value, before),
        }
    }

    /// Reports what leaves the loop: other iterations may be under way.
    fn no_exits(&mut self, body: &[hir::Stmt], own: bool) -> Typed<()> {
        let mut fits = Ok(());
        for stmt in body {
            let inner = match &stmt.kind {
                hir::StmtKind::Break if own => self.exit("break", stmt.span),
                hir::StmtKind::Return(_) => self.exit("return", stmt.span),
                hir::StmtKind::If { then, otherwise, .. } => {
                    let then = self.no_exits(then, own);
                    self.no_exits(otherwise, own).and(then)
                }
                hir::StmtKind::While { body, otherwise, .. } | hir::StmtKind::For { body, otherwise, .. } => {
                    let body = self.no_exits(body, false);
                    self.no_exits(otherwise, own).and(body)
                }
                _ => Ok(()),
            };
            fits = inner.and(fits);
        }
        fits
    }

    fn exit(&mut self, statement: &str, span: Span) -> Typed<()> {
        let message = format!("`{statement}` leaves a parallel loop, of which other iterations are running");
        self.report(
            Diagnostic::new(Code::ParallelExit, span, message)
                .help("skip iterations with `continue` or `if`, or write `range` instead of `prange`"),
        )
    }

    /// Reports the variables that an iteration leaves to another one or to what comes after.
    fn not_carried(&mut self, found: &Reductions, loop_span: Span) -> Typed<()> {
        let flow = std::rc::Rc::clone(&self.flow);
        let mut fits = Ok(());
        for (variable, uses) in flow.carried.get(&loop_span).into_iter().flatten() {
            let Some(place) = uses.iter().min().filter(|_| !found.contains_key(variable)) else { continue };
            let name = &self.function.variables[variable.0 as usize].name;
            let message =
                format!("`{name}` is taken from one iteration of a parallel loop to another, or out of it");
            fits = self.report(
                Diagnostic::new(Code::ParallelVariable, *place, message)
                    .label("may be what another iteration, or none, has assigned")
                    .note_at(loop_span, "the iterations of this loop run in any order")
                    .note("a variable that an iteration assigns belongs to it, unless the loop does nothing with it but `+= -= *= /= &= |= ^=` of one kind, `x = min(x, …)` or `x = max(x, …)`")
                    .help("assign it in the iteration before it is read, or store values in an array"),
            );
        }
        fits
    }
}

/// A variable or an extent that a loop does not change, to be evaluated again without checks.
fn fixed(value: &Expr, is_assigned: &dyn Fn(WebId) -> bool) -> Option<Expr> {
    let inner = |value: &Expr| fixed(value, is_assigned).map(Box::new);
    let kind = match &value.kind {
        ExprKind::Variable { web, .. } if !is_assigned(*web) => {
            ExprKind::Variable { web: *web, check: false }
        }
        ExprKind::Convert(value) if value.ty == Type::Strong(DType::Int64) => {
            ExprKind::Convert(inner(value)?)
        }
        ExprKind::Extent(array, axis) => ExprKind::Extent(inner(array)?, *axis),
        _ => return None,
    };
    Some(Expr { kind, ..value.clone() })
}

/// Integer arithmetic that cannot overflow.
pub(super) fn arithmetic(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    let span = left.span;
    super::tuple::arithmetic(op, left, right, span)
}
