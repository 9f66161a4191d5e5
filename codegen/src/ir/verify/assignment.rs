//! Checks that every local is assigned before it is read, on each path.
//!
//! The walk keeps the locals that are surely assigned, in the order of their assignment (the
//! *trail*). Leaving a branch cuts the trail back to where the branch began; where paths join,
//! what all of them assigned goes on it again. So each construct costs what was assigned in it.

use std::collections::BTreeSet;

use crate::ir::{Function, Label, LocalId, Stmt, StmtKind, visit};

/// The violations in a function that is otherwise well-formed.
pub(super) fn check(function: &Function) -> Vec<String> {
    let mut walk = Walk::new(function);
    function.params.iter().for_each(|param| walk.assign(*param));
    walk.block(&function.body);
    walk.leave_body();
    walk.violations
}

struct Walk<'a> {
    function: &'a Function,
    counters: BTreeSet<LocalId>,
    assigned: Vec<bool>,
    trail: Vec<LocalId>,
    /// Whether control can come here.
    reachable: bool,
    /// The blocks and loops around the statement at hand.
    open: Vec<Open>,
    violations: Vec<String>,
}

/// A construct that `Exit`s leave.
struct Open {
    label: Label,
    /// How long the trail was at its beginning.
    start: usize,
    /// What every path that has left it so far assigned in it; `None` before the first.
    after: Option<Vec<LocalId>>,
    /// The trail up to here is as it was when the first path left: so much of `after` holds
    /// without looking.
    unchanged: usize,
}

impl<'a> Walk<'a> {
    fn new(function: &'a Function) -> Self {
        let mut counters = BTreeSet::new();
        visit::walk(&function.body, &mut |stmt| {
            if let StmtKind::For { var, .. } = stmt.kind {
                counters.insert(var);
            }
        });
        Walk {
            function,
            counters,
            assigned: vec![false; function.locals.len()],
            trail: Vec::new(),
            reachable: true,
            open: Vec::new(),
            violations: Vec::new(),
        }
    }

    fn name(&self, local: LocalId) -> String {
        format!("`{}` (local {})", self.function.locals[local.0 as usize].name, local.0)
    }

    /// Notes an assignment by something other than a `For`.
    fn assign(&mut self, local: LocalId) {
        if self.counters.contains(&local) {
            self.violations.push(format!("the counter {} is assigned", self.name(local)));
        }
        self.mark(local);
    }

    fn mark(&mut self, local: LocalId) {
        if self.reachable && !std::mem::replace(&mut self.assigned[local.0 as usize], true) {
            self.trail.push(local);
        }
    }

    fn read(&mut self, local: LocalId) {
        if self.reachable && !self.assigned[local.0 as usize] {
            self.violations.push(format!("{} is read where it may not be assigned", self.name(local)));
        }
    }

    /// Cuts the trail back.
    fn cut(&mut self, start: usize) {
        for local in self.trail.drain(start..) {
            self.assigned[local.0 as usize] = false;
        }
        self.open.iter_mut().for_each(|open| open.unchanged = open.unchanged.min(start));
    }

    /// Goes on after a construct that began at `start`, with what all paths through it assigned;
    /// `None` if no path leads out of it.
    fn join(&mut self, start: usize, after: Option<Vec<LocalId>>) {
        self.cut(start);
        self.reachable = after.is_some();
        after.into_iter().flatten().for_each(|local| self.mark(local));
    }

    fn block(&mut self, body: &[Stmt]) {
        body.iter().for_each(|stmt| self.stmt(&stmt.kind));
    }

    fn stmt(&mut self, stmt: &StmtKind) {
        stmt.read(&mut |local| self.read(local));
        match stmt {
            StmtKind::Assign { .. }
            | StmtKind::Load { .. }
            | StmtKind::LoadLanes { .. }
            | StmtKind::CallLanes { .. }
            | StmtKind::Call { .. }
            | StmtKind::Parallel { .. }
            | StmtKind::Allocate { .. }
            | StmtKind::Reserve { .. }
            | StmtKind::Together { .. }
            | StmtKind::Atomic { .. } => {
                stmt.assigned(&mut |local| self.assign(local));
            }
            StmtKind::Store { .. } | StmtKind::StoreLanes { .. } => {}
            StmtKind::Check { .. } | StmtKind::Record(_) => {}
            StmtKind::Print(_) | StmtKind::Retain(_) | StmtKind::Release(_) => {}
            StmtKind::Raise(_) => self.reachable = false,
            StmtKind::If { cond: _, then, otherwise } => self.branch(then, otherwise),
            StmtKind::Exit(label) => self.exit(*label),
            StmtKind::Block { label, body } => self.labelled(*label, body, true),
            StmtKind::Loop { label, body } => self.labelled(*label, body, false),
            StmtKind::For { label, var, body, .. } => self.counted(*label, *var, body),
        }
    }

    fn branch(&mut self, then: &[Stmt], otherwise: &[Stmt]) {
        let (start, reachable) = (self.trail.len(), self.reachable);
        self.block(then);
        let after_then = self.reachable.then(|| self.trail[start..].to_vec());
        self.cut(start);
        self.reachable = reachable;
        self.block(otherwise);
        let after = match (after_then, self.reachable) {
            (Some(then), true) => {
                Some(then.into_iter().filter(|local| self.assigned[local.0 as usize]).collect())
            }
            (Some(then), false) => Some(then),
            (None, true) => return,
            (None, false) => None,
        };
        self.join(start, after);
    }

    /// A block or a loop. What is assigned before a loop is all that is surely assigned at the
    /// start of each iteration, so that one walk over the body suffices.
    fn labelled(&mut self, label: Label, body: &[Stmt], falls_through: bool) {
        let start = self.trail.len();
        self.open.push(Open { label, start, after: None, unchanged: start });
        self.block(body);
        if falls_through {
            self.exit(label);
        }
        let after = self.open.pop().and_then(|open| open.after);
        self.join(start, after);
    }

    /// A `For`, whose body may run not once.
    fn counted(&mut self, label: Label, var: LocalId, body: &[Stmt]) {
        let (start, reachable) = (self.trail.len(), self.reachable);
        if self.assigned[var.0 as usize] {
            self.violations.push(format!("the counter {} counts in a `For` of its own", self.name(var)));
        }
        self.mark(var);
        self.open.push(Open { label, start, after: None, unchanged: start });
        self.block(body);
        self.open.pop();
        self.join(start, reachable.then(Vec::new));
    }

    fn exit(&mut self, label: Label) {
        if label == Function::BODY {
            self.leave_body();
        } else if let Some(at) = self.open.iter().rposition(|open| open.label == label)
            && self.reachable
        {
            let open = &mut self.open[at];
            match &mut open.after {
                Some(after) => {
                    let known = open.unchanged - open.start;
                    let rest = after.split_off(known.min(after.len()));
                    after.extend(rest.into_iter().filter(|local| self.assigned[local.0 as usize]));
                }
                None => {
                    open.after = Some(self.trail[open.start..].to_vec());
                    open.unchanged = self.trail.len();
                }
            }
        }
        self.reachable = false;
    }

    fn leave_body(&mut self) {
        let function = self.function;
        function.results.iter().chain(&function.status).for_each(|result| self.read(*result));
    }
}
