//! Typing `for` over `prange`: which variables are reductions, which belong to an iteration.
//!
//! A loop without reductions has a place for each iteration. One with reductions is cut into *leaves*,
//! runs of iterations, as many as the number of iterations says: each leaf folds the partial results of
//! its iterations from left to right, and the leaves' results are folded pairwise, in a tree. So what
//! comes out depends on nothing but the loop.

use super::fold::{Fold, reductions};
use super::subscript::row;
use super::tuple::{int, variable};
use super::{Body, Stop, Typed, flow};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::ir::{BinaryOp, CompareOp};
use crate::source::Span;
use crate::typed::{Allocation, Element, Expr, ExprKind, Fill, Operation, Parallel, Stmt, StmtKind, WebId};
use crate::types::{ArrayType, DType, Layout, Type};

/// The target of a loop, what it iterates, and the arguments of that call.
type Head<'h> = (&'h hir::Target, &'h hir::Expr, &'h [hir::Expr]);

/// How many leaves there are at most, and if their results are arrays.
const LEAVES: [i128; 2] = [1024, 64];

/// A variable that all iterations update.
struct Reduction {
    fold: Fold,
    web: WebId,
    ty: Type,
    /// The results of the leaves, and then of more and more of them.
    partials: Expr,
    span: Span,
}

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
    fn not_carried(&mut self, found: &super::fold::Reductions, loop_span: Span) -> Typed<()> {
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

    /// What is known of a variable that the loop does nothing with but updates.
    fn reduction(&mut self, variable: hir::VariableId, fold: Fold, place: Span) -> Typed<Option<Reduction>> {
        let web = match self.flow.uses.get(&place) {
            Some(flow::Use::Bound(web) | flow::Use::MaybeUnbound(web)) => *web,
            Some(flow::Use::NeverBound) | None => return Ok(None),
        };
        let ty = self.webs[web].ty.clone().ok_or(Stop)?;
        let Some((element, rank)) = folded_type(fold, &ty) else {
            let name = &self.function.variables[variable.0 as usize].name;
            let message =
                format!("a parallel loop cannot combine what its iterations do to `{name}`, a `{ty}`");
            return self.report(
                Diagnostic::new(Code::ParallelVariable, place, message)
                    .help("combine numbers, or arrays that are not in Fortran's order by `+=` and its kin, or write `range` for `prange`"),
            );
        };
        let array = ArrayType { element, rank, layout: Layout::C, readonly: false };
        let kind = ExprKind::Variable { web: self.temporary(Type::Array(array)), check: false };
        let partials = Expr::new(kind, Type::Array(array), place);
        Ok(Some(Reduction { fold, web: WebId(web as u32), ty, partials, span: place }))
    }

    /// A loop with reductions, by leaves.
    fn in_leaves(
        &mut self,
        folded: Vec<Reduction>,
        (iteration, n): (WebId, Expr),
        body: Vec<Stmt>,
        out: &mut Vec<StmtKind>,
    ) -> Typed<()> {
        let span = n.span;
        let stmt = |kind| Stmt { kind, span };
        let any_array = folded.iter().any(Reduction::is_array);
        let most = int(LEAVES[usize::from(any_array)], span);
        let leaves = self.library_call("parallel_leaves", vec![n.clone(), most], false, span)?;
        let leaves = self.aside(leaves, out);
        let leaf = variable(self.temporary(Type::INT), Type::INT, span);
        let mut each = Vec::new();
        let (mut before, mut after, mut last) = (Vec::new(), Vec::new(), Vec::new());
        for reduction in &folded {
            out.push(self.make_partials(reduction, &leaves)?);
            if reduction.is_array() {
                each.push(StmtKind::Assign(reduction.web, get(reduction, leaf.clone())));
                continue;
            }
            let Reduction { fold, web, ty, span, .. } = reduction;
            let identity = fold.identity(ty, *span);
            let sum = variable(self.temporary(ty.clone()), ty.clone(), *span);
            each.push(set(&sum, identity.clone()));
            before.push(StmtKind::Assign(*web, identity));
            after.push(set(&sum, self.folded(*fold, sum.clone(), variable(*web, ty.clone(), *span), ty)?));
            last.push(self.put(reduction, leaf.clone(), sum));
        }
        // A `continue` of the body leaves the loop around it, which runs once.
        let once = self.temporary(Type::INT);
        before.push(counted(once, int(0, span), int(1, span), body));
        before.extend(after);
        let next = arithmetic(BinaryOp::Add, leaf.clone(), int(1, span));
        let mut bound =
            |leaf| self.library_call("parallel_leaf", vec![leaf, leaves.clone(), n.clone()], false, span);
        let (start, stop) = (bound(leaf.clone())?, bound(next)?);
        each.push(counted(iteration, start, stop, before.into_iter().map(stmt).collect()));
        each.extend(last);
        let body = each.into_iter().map(stmt).collect();
        let place = web_of(&leaf);
        let arrays = folded.iter().filter(|reduction| reduction.is_array());
        let arrays = arrays.map(|reduction| [reduction.web, web_of(&reduction.partials)]).collect();
        let count = leaves.clone();
        let parallel = Parallel { variable: place, count, iteration, n, folded: arrays, body };
        out.push(StmtKind::Parallel(Box::new(parallel)));
        let tree = folded.iter().map(|reduction| self.tree(reduction, &leaves)).collect::<Typed<Vec<_>>>()?;
        out.extend(tree.into_iter().flatten());
        Ok(())
    }

    fn make_partials(&mut self, reduction: &Reduction, leaves: &Expr) -> Typed<StmtKind> {
        let Reduction { fold, ty, partials, span, .. } = reduction;
        let mut shape = vec![leaves.clone()];
        let mut fill = Fill::Zero;
        if let Type::Array(array) = ty {
            let old = self.old(reduction)?;
            let extent = |axis| Expr::new(ExprKind::Extent(Box::new(old.clone()), axis), Type::INT, *span);
            shape.extend((0..array.rank).map(extent));
            fill = Fill::Value(fold.identity(&Type::Strong(array.element), *span));
        }
        let allocation = Allocation { shape, fill };
        let kind = ExprKind::Allocate(Box::new(allocation));
        Ok(set(partials, Expr::new(kind, partials.ty.clone(), *span)))
    }

    /// A reduction's variable, as the loop finds it.
    fn old(&mut self, reduction: &Reduction) -> Typed {
        let variable = self.flow.webs[reduction.web.0 as usize].variable;
        self.expr(&hir::Expr { kind: hir::ExprKind::Variable(variable), span: reduction.span })
    }

    /// Folds the results of the leaves pairwise, and the first that is left into the variable.
    fn tree(&mut self, reduction: &Reduction, leaves: &Expr) -> Typed<[StmtKind; 3]> {
        let Reduction { fold, web, ty, span, .. } = reduction;
        let (fold, span) = (*fold, *span);
        let stmt = |kind| Stmt { kind, span };
        let apart = variable(self.temporary(Type::INT), Type::INT, span);
        let at = variable(self.temporary(Type::INT), Type::INT, span);
        let below = |left: &Expr, right: &Expr| {
            let operands = vec![left.clone(), right.clone()];
            Expr::new(ExprKind::Operation(Operation::Compare(CompareOp::Lt), operands), Type::BOOL, span)
        };
        let [low, high] = [at.clone(), arithmetic(BinaryOp::Add, at.clone(), apart.clone())]
            .map(|index| get(reduction, index));
        let pair = match reduction.is_array() {
            true => self.update(fold, low, high)?,
            false => {
                let both = self.folded(fold, low, high, ty)?;
                self.put(reduction, at.clone(), both)
            }
        };
        let double = arithmetic(BinaryOp::Add, apart.clone(), apart.clone());
        let pairs = StmtKind::ForRange {
            variable: web_of(&at),
            start: int(0, span),
            stop: arithmetic(BinaryOp::Sub, leaves.clone(), apart.clone()),
            step: double.clone(),
            body: vec![stmt(pair)],
            otherwise: Vec::new(),
        };
        let level = vec![stmt(pairs), stmt(set(&apart, double))];
        let (old, all) = (self.old(reduction)?, get(reduction, int(0, span)));
        let all = match reduction.is_array() {
            true => self.update(fold, old, all)?,
            false => StmtKind::Assign(*web, self.folded(fold, old, all, ty)?),
        };
        let any = below(&int(0, span), leaves);
        Ok([
            set(&apart, int(1, span)),
            StmtKind::While(below(&apart, leaves), level, Vec::new()),
            StmtKind::If(any, vec![stmt(all)], Vec::new()),
        ])
    }

    /// `left op= right` of arrays.
    fn update(&mut self, fold: Fold, left: Expr, right: Expr) -> Typed<StmtKind> {
        let Fold::Operator(op) = fold else { return Err(Stop) };
        let span = left.span;
        let mut stmts = Vec::new();
        let (left, right) = (self.aside(left, &mut stmts), self.aside(right, &mut stmts));
        stmts.push(self.update_with(left, op, right, span)?);
        Ok(StmtKind::Sequence(stmts.into_iter().map(|kind| Stmt { kind, span }).collect()))
    }

    /// `left op right` of a reduction's type.
    fn folded(&mut self, fold: Fold, left: Expr, right: Expr, ty: &Type) -> Typed {
        let span = left.span;
        let both = match fold {
            Fold::Operator(op) => self.binary(op, left, right, span)?,
            Fold::Min => self.library_call("minimum", vec![left, right], false, span)?,
            Fold::Max => self.library_call("maximum", vec![left, right], false, span)?,
        };
        self.coerce(both, ty)
    }

    fn put(&self, reduction: &Reduction, index: Expr, value: Expr) -> StmtKind {
        let ty = Type::Strong(element_of(reduction));
        let span = reduction.span;
        let value = Expr::new(ExprKind::Operation(Operation::Cast, vec![value]), ty, span);
        StmtKind::Store(Element { array: Box::new(reduction.partials.clone()), indices: vec![index] }, value)
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

impl Reduction {
    const fn is_array(&self) -> bool {
        matches!(self.ty, Type::Array(_))
    }
}

/// The type of the elements of a reduction's partial results, and the number of dimensions of an array of
/// them.
fn folded_type(fold: Fold, ty: &Type) -> Option<(DType, usize)> {
    let (element, rank) = match ty {
        Type::Array(array) if array.rank > 0 && array.layout != Layout::F => (array.element, array.rank + 1),
        Type::Array(_) => return None,
        _ => (ty.dtype()?, 1),
    };
    (fold.folds(element) && (rank == 1 || matches!(fold, Fold::Operator(_)))).then_some((element, rank))
}

/// A partial result of a reduction.
fn get(reduction: &Reduction, index: Expr) -> Expr {
    if let Type::Array(array) = reduction.partials.ty
        && reduction.is_array()
    {
        return row(reduction.partials.clone(), array, index, reduction.span);
    }
    let element = Element { array: Box::new(reduction.partials.clone()), indices: vec![index] };
    let ty = Type::Strong(element_of(reduction));
    let element = Expr::new(ExprKind::Element(element), ty, reduction.span);
    Expr::new(ExprKind::Operation(Operation::Cast, vec![element]), reduction.ty.clone(), reduction.span)
}

fn element_of(reduction: &Reduction) -> DType {
    match reduction.ty.dtype() {
        Some(dtype) => dtype,
        None => unreachable!("bug in pykernel: a reduction of `{}`", reduction.ty),
    }
}

fn web_of(variable: &Expr) -> WebId {
    match variable.kind {
        ExprKind::Variable { web, .. } => web,
        _ => unreachable!("bug in pykernel: no variable"),
    }
}

fn set(variable: &Expr, value: Expr) -> StmtKind {
    StmtKind::Assign(web_of(variable), value)
}

/// Integer arithmetic that cannot overflow.
fn arithmetic(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    let span = left.span;
    super::tuple::arithmetic(op, left, right, span)
}

fn counted(variable: WebId, start: Expr, stop: Expr, body: Vec<Stmt>) -> StmtKind {
    let step = int(1, start.span);
    StmtKind::ForRange { variable, start, stop, step, body, otherwise: Vec::new() }
}
