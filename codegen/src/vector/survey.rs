//! What a loop's body does, and whether lanes can do it at all.

use std::collections::{BTreeMap, BTreeSet};

use super::independence::Origins;
use super::liveness::Liveness;
use super::refusal::{Refusal, Why};
use crate::ir::{Expr, Function, Label, LocalId, Module, Stmt, StmtKind, Type, visit};
use crate::source::Span;

/// The most statements and expressions that a body may have.
const LARGE: usize = 20_000;

/// What a loop's body assigns.
pub(super) struct Survey {
    assignments: BTreeMap<LocalId, u32>,
}

impl Survey {
    pub(super) fn of(var: LocalId, body: &[Stmt]) -> Survey {
        let mut assignments = BTreeMap::from([(var, 1)]);
        visit::walk(body, &mut |stmt| {
            stmt.kind.assigned(&mut |local| *assignments.entry(local).or_default() += 1);
        });
        Survey { assignments }
    }

    /// How often a local is assigned, the counter once.
    pub(super) fn assignments(&self, local: LocalId) -> u32 {
        self.assignments.get(&local).copied().unwrap_or(0)
    }

    /// Whether a value is the same in all iterations, and at all times.
    pub(super) fn is_invariant(&self, expr: &Expr) -> bool {
        let mut invariant = true;
        expr.locals(&mut |local| invariant &= self.assignments(local) == 0);
        invariant
    }

    /// The locals that are assigned.
    pub(super) fn assigned(&self) -> impl Iterator<Item = LocalId> {
        self.assignments.keys().copied()
    }
}

/// The locals that an iteration takes from the one before.
pub(super) fn carried(survey: &Survey, var: LocalId, liveness: &Liveness) -> Vec<LocalId> {
    survey.assigned().filter(|local| *local != var && liveness.before.contains(*local)).collect()
}

/// Refuses what lanes cannot do.
pub(super) fn check(module: &Module, function: &Function, body: &[Stmt]) -> Result<(), Refusal> {
    if visit::size(body) > LARGE {
        let span = body.first().map_or(Span::default(), |stmt| stmt.span);
        return Err(Refusal { why: Why::Large, span });
    }
    let mut refusal = None;
    visit::walk(body, &mut |stmt| {
        if refusal.is_none() {
            refusal = obstacle(module, function, &stmt.kind).map(|why| Refusal { why, span: stmt.span });
        }
    });
    refusal.map_or(Ok(()), Err)
}

fn obstacle(module: &Module, function: &Function, stmt: &StmtKind) -> Option<Why> {
    match stmt {
        StmtKind::Call { function: callee, results, .. } => {
            let callee = &module[*callee];
            let is_number = |local: &LocalId| matches!(function.ty(*local), Type::Scalar(_));
            let numbers = results.iter().all(is_number)
                && callee.params.iter().all(|param| matches!(callee.ty(*param), Type::Scalar(_)));
            let plain = callee.effects.is_pure() && callee.external.is_none() && numbers;
            (!plain).then(|| Why::Call(callee.name.clone()))
        }
        StmtKind::Assign { local, .. } if function.ty(*local) == Type::Owner => Some(Why::Memory),
        StmtKind::Allocate { .. } | StmtKind::Reserve { .. } => Some(Why::Memory),
        StmtKind::Print(_) => Some(Why::Print),
        StmtKind::Together { .. } | StmtKind::Atomic { .. } => Some(Why::Together),
        StmtKind::Parallel { .. } => Some(Why::Parallel),
        StmtKind::Record(_) | StmtKind::Retain(_) | StmtKind::Release(_) => {
            unreachable!("bug in pykernel: statements of later passes before `vector`")
        }
        StmtKind::LoadLanes { .. } | StmtKind::StoreLanes { .. } | StmtKind::CallLanes { .. } => {
            Some(Why::InnerLoop)
        }
        StmtKind::Assign { .. }
        | StmtKind::Load { .. }
        | StmtKind::Store { .. }
        | StmtKind::Check { .. }
        | StmtKind::Raise(_)
        | StmtKind::If { .. }
        | StmtKind::Block { .. }
        | StmtKind::Exit(_)
        | StmtKind::Loop { .. }
        | StmtKind::For { .. } => None,
    }
}

/// Refuses a body that could not be done again from its beginning, where something is raised in it or
/// the loop is left: it has written before. What is raised leaves arrays in any state, so that writing the
/// same again is as good, unless what was written is read. What leaves the loop must not have written
/// for iterations that are not to be.
pub(super) fn can_repeat(body: &[Stmt], origins: &Origins) -> Result<(), Refusal> {
    let (mut read, mut written) = (BTreeSet::new(), BTreeSet::new());
    visit::walk(body, &mut |stmt| match stmt.kind {
        StmtKind::Load { view, .. } => drop(read.insert(view)),
        StmtKind::Store { view, .. } => drop(written.insert(view)),
        _ => {}
    });
    let reads = read.iter().any(|read| written.iter().any(|written| origins.meet(*read, *written)));
    let mut walk = Repeat { reads, inside: BTreeSet::new(), written: false, refusal: None };
    walk.block(body);
    walk.refusal.map_or(Ok(()), Err)
}

struct Repeat {
    /// Whether the body may read elements that it writes.
    reads: bool,
    /// The labels in the body.
    inside: BTreeSet<Label>,
    /// Whether something may have been written.
    written: bool,
    refusal: Option<Refusal>,
}

impl Repeat {
    fn block(&mut self, body: &[Stmt]) {
        for stmt in body {
            let refused = match &stmt.kind {
                StmtKind::Store { .. } => {
                    self.written = true;
                    None
                }
                StmtKind::Check { .. } | StmtKind::Raise(_) => {
                    (self.written && self.reads).then_some(Why::WriteBeforeCheck)
                }
                StmtKind::Exit(label) if !self.inside.contains(label) => {
                    self.written.then_some(Why::WriteBeforeExit)
                }
                StmtKind::Block { label, .. } => {
                    self.inside.insert(*label);
                    None
                }
                StmtKind::Loop { label, body } | StmtKind::For { label, body, .. } => {
                    self.inside.insert(*label);
                    // What the last round wrote was written before this one.
                    visit::walk(body, &mut |stmt| {
                        self.written |= matches!(stmt.kind, StmtKind::Store { .. });
                    });
                    None
                }
                _ => None,
            };
            if let Some(why) = refused {
                self.refusal.get_or_insert(Refusal { why, span: stmt.span });
            }
            stmt.kind.bodies().into_iter().for_each(|inner| self.block(inner));
        }
    }
}
