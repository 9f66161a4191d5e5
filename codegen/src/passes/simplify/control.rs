//! Straightens control flow: folds conditions, drops what is never reached, splices blocks that
//! nobody leaves early, and turns small branches into selects.

use std::mem;

use super::{fold, select};
use crate::ir::{Const, Expr, Function, Label, Local, Stmt, StmtKind};
use crate::source::Span;

/// Runs the step; says whether it changed something.
pub fn run(function: &mut Function) -> bool {
    let mut changed = false;
    drop_tail_exits(&mut function.body, Function::BODY, &mut changed);
    let exits = vec![0; function.n_labels as usize];
    let reads = super::reads(function);
    let mut control = Control { locals: &function.locals, exits, reads, changed };
    control.body(&mut function.body);
    control.changed
}

struct Control<'a> {
    locals: &'a [Local],
    /// For each label, how many exits the statements rewritten so far have.
    exits: Vec<u32>,
    /// How often each local is read.
    reads: Vec<u32>,
    changed: bool,
}

impl Control<'_> {
    fn body(&mut self, body: &mut Vec<Stmt>) {
        let stmts = mem::replace(body, Vec::with_capacity(body.len()));
        self.append(stmts, body);
    }

    /// Rewrites statements behind those of `out`, up to one that never goes on.
    fn append(&mut self, stmts: Vec<Stmt>, out: &mut Vec<Stmt>) {
        let mut stmts = stmts.into_iter();
        while let Some(stmt) = stmts.next() {
            self.stmt(stmt, out);
            if out.last().is_some_and(|last| self.never_goes_on(&last.kind)) {
                self.changed |= stmts.len() != 0;
                return;
            }
        }
    }

    /// Whether control never comes to what follows a rewritten statement. An `If` always has a
    /// branch that goes on: of others, the statements of one branch follow it.
    fn never_goes_on(&self, stmt: &StmtKind) -> bool {
        match stmt {
            StmtKind::Exit(_) | StmtKind::Raise(_) => true,
            StmtKind::Loop { label, .. } => self.exits[label.0 as usize] == 0,
            _ => false,
        }
    }

    fn stmt(&mut self, mut stmt: Stmt, out: &mut Vec<Stmt>) {
        stmt.kind.exprs_mut(&mut fold::fold_all);
        let Stmt { kind, span } = stmt;
        let mut push = |kind| out.push(Stmt { kind, span });
        match kind {
            StmtKind::Check { cond: Expr::Const(Const::Bool(holds)), raise, .. } => {
                self.changed = true;
                if !holds {
                    push(StmtKind::Raise(raise));
                }
            }
            StmtKind::If { cond: Expr::Const(Const::Bool(holds)), then, otherwise } => {
                self.changed = true;
                self.append(if holds { then } else { otherwise }, out);
            }
            StmtKind::If { cond, then, otherwise } => self.branch(cond, [then, otherwise], span, out),
            StmtKind::Exit(label) => {
                self.exits[label.0 as usize] += 1;
                push(StmtKind::Exit(label));
            }
            StmtKind::Block { label, body } => self.block(label, body, span, out),
            StmtKind::Loop { label, body } => push(self.endless(label, body)),
            StmtKind::For { ref lo, ref hi, step, .. } if never_runs(lo, hi, step) => self.changed = true,
            StmtKind::For { label, var, lo, hi, step, independent, mut body } => {
                self.body(&mut body);
                if body.is_empty() {
                    self.changed = true;
                } else {
                    push(StmtKind::For { label, var, lo, hi, step, independent, body });
                }
            }
            StmtKind::Assign { .. }
            | StmtKind::Load { .. }
            | StmtKind::Store { .. }
            | StmtKind::LoadLanes { .. }
            | StmtKind::StoreLanes { .. }
            | StmtKind::CallLanes { .. }
            | StmtKind::Check { .. }
            | StmtKind::Raise(_)
            | StmtKind::Call { .. }
            | StmtKind::Parallel { .. }
            | StmtKind::Record(_)
            | StmtKind::Print(_)
            | StmtKind::Allocate { .. }
            | StmtKind::Reserve { .. }
            | StmtKind::Together { .. }
            | StmtKind::Atomic { .. }
            | StmtKind::Retain(_)
            | StmtKind::Release(_) => push(kind),
        }
    }

    fn branch(
        &mut self,
        cond: Expr,
        [mut then, mut otherwise]: [Vec<Stmt>; 2],
        span: Span,
        out: &mut Vec<Stmt>,
    ) {
        let branch = |cond, then, otherwise| Stmt { kind: StmtKind::If { cond, then, otherwise }, span };
        if let Some(before) = self.decides(&cond, [&then, &otherwise], out) {
            self.changed = true;
            return self.thread(before, [then, otherwise], span, out);
        }
        self.body(&mut then);
        if self.ends(&then) {
            self.changed |= !otherwise.is_empty();
            out.push(branch(cond, then, Vec::new()));
            self.append(otherwise, out);
            return;
        }
        self.body(&mut otherwise);
        if self.ends(&otherwise) {
            self.changed = true;
            out.push(branch(fold::not(cond), otherwise, Vec::new()));
            out.append(&mut then);
        } else if let Some(mut selects) = select::of(self.locals, &cond, [&then, &otherwise], out) {
            self.changed = true;
            out.append(&mut selects);
        } else if then.is_empty() {
            self.changed = true;
            if !otherwise.is_empty() {
                out.push(branch(fold::not(cond), otherwise, then));
            }
        } else {
            out.push(branch(cond, then, otherwise));
        }
    }

    /// The values that the branches of the last statement give a condition that is read just here,
    /// if one of them decides it and nothing has to be copied for that.
    fn decides(&self, cond: &Expr, branches: [&[Stmt]; 2], out: &[Stmt]) -> Option<[Expr; 2]> {
        let Expr::Local(local) = cond else { return None };
        let StmtKind::If { then, otherwise, .. } = &out.last()?.kind else { return None };
        let values = [then, otherwise].map(|body| match body.last().map(|last| &last.kind) {
            Some(StmtKind::Assign { local: assigned, value }) if assigned == local => Some(value.clone()),
            _ => None,
        });
        let [Some(first), Some(second)] = values else { return None };
        let is_empty = |taken: bool| branches[usize::from(!taken)].is_empty();
        let decides = match (&first, &second) {
            (Expr::Const(Const::Bool(first)), Expr::Const(Const::Bool(second))) => {
                first != second || is_empty(*first)
            }
            (Expr::Const(Const::Bool(taken)), _) | (_, Expr::Const(Const::Bool(taken))) => is_empty(*taken),
            _ => false,
        };
        (decides && self.reads[local.0 as usize] == 1).then_some([first, second])
    }

    /// `if c: …; x = a else: …; x = False` and `if x: A` → `if c: …; if a: A else: …`.
    fn thread(&mut self, values: [Expr; 2], branches: [Vec<Stmt>; 2], span: Span, out: &mut [Stmt]) {
        let Some(Stmt { kind: StmtKind::If { then, otherwise, .. }, .. }) = out.last_mut() else { return };
        let [mut taken, mut not_taken] = branches.map(Some);
        for (value, body) in values.into_iter().zip([then, otherwise]) {
            body.pop();
            match value {
                Expr::Const(Const::Bool(true)) => self.append(taken.take().unwrap_or_default(), body),
                Expr::Const(Const::Bool(false)) => self.append(not_taken.take().unwrap_or_default(), body),
                value => {
                    let branches = [taken.take(), not_taken.take()].map(Option::unwrap_or_default);
                    self.branch(value, branches, span, body);
                }
            }
        }
    }

    /// Whether control never comes to the end of rewritten statements.
    fn ends(&self, body: &[Stmt]) -> bool {
        body.last().is_some_and(|last| self.never_goes_on(&last.kind))
    }

    fn block(&mut self, label: Label, mut body: Vec<Stmt>, span: Span, out: &mut Vec<Stmt>) {
        nest_after_exits(&mut body, label, 0, &mut self.changed);
        drop_tail_exits(&mut body, label, &mut self.changed);
        self.body(&mut body);
        if self.exits[label.0 as usize] == 0 {
            self.changed = true;
            out.append(&mut body);
        } else {
            out.push(Stmt { kind: StmtKind::Block { label, body }, span });
        }
    }

    /// A `Loop`; a block instead if it never comes to its end and so never repeats.
    fn endless(&mut self, label: Label, mut body: Vec<Stmt>) -> StmtKind {
        self.body(&mut body);
        if self.ends(&body) {
            self.changed = true;
            StmtKind::Block { label, body }
        } else {
            StmtKind::Loop { label, body }
        }
    }
}

/// Whether a `For` surely has no iteration.
fn never_runs(lo: &Expr, hi: &Expr, step: i64) -> bool {
    match (lo, hi) {
        (Expr::Const(Const::Int(_, lo)), Expr::Const(Const::Int(_, hi))) => {
            if step > 0 {
                lo >= hi
            } else {
                lo <= hi
            }
        }
        _ => false,
    }
}

/// Drops the exits of a construct that stand where its body ends anyway.
fn drop_tail_exits(body: &mut Vec<Stmt>, label: Label, changed: &mut bool) {
    while body.pop_if(|last| matches!(last.kind, StmtKind::Exit(exit) if exit == label)).is_some() {
        *changed = true;
    }
    match body.last_mut().map(|last| &mut last.kind) {
        Some(StmtKind::If { then, otherwise, .. }) => {
            drop_tail_exits(then, label, changed);
            drop_tail_exits(otherwise, label, changed);
        }
        Some(StmtKind::Block { body, .. }) => drop_tail_exits(body, label, changed),
        _ => {}
    }
}

/// Moves what follows `if c: …; exit` in a block into the other branch, so that the exit stands
/// where the block ends anyway. Deep chains stay as they are.
fn nest_after_exits(body: &mut Vec<Stmt>, label: Label, depth: usize, changed: &mut bool) {
    const DEEPEST: usize = 16;
    let exits = |body: &[Stmt]| match body.last().map(|last| &last.kind) {
        Some(StmtKind::Exit(exit)) => *exit == label,
        _ => false,
    };
    for at in 0..body.len().saturating_sub(1) {
        let StmtKind::If { then, otherwise, .. } = &body[at].kind else { continue };
        let to_then = exits(otherwise);
        if depth == DEEPEST || !(to_then || exits(then)) {
            continue;
        }
        let mut rest = body.split_off(at + 1);
        if let StmtKind::If { then, otherwise, .. } = &mut body[at].kind {
            let target = if to_then { then } else { otherwise };
            target.append(&mut rest);
            nest_after_exits(target, label, depth + 1, changed);
        }
        *changed = true;
        return;
    }
}
