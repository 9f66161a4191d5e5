//! Drops assignments and loads whose result has no effect: nothing reads the local but what
//! computes locals that have no effect themselves.
//!
//! An owner has an effect without being read: it keeps memory. Only where it is set once, to none or
//! to what another that is set once owns, the other keeps it as long.

use super::copies::assignments;
use crate::ir::{Expr, Function, LocalId, Stmt, StmtKind, Type, visit};

/// Runs the step; says whether it changed something.
pub fn run(function: &mut Function) -> bool {
    let live = live(function);
    let mut changed = false;
    sweep(&mut function.body, &live, &mut changed);
    changed
}

/// Whether each local matters to a result, a statement with an effect, or a branch.
fn live(function: &Function) -> Vec<bool> {
    let mut live = vec![false; function.locals.len()];
    let mut pending: Vec<LocalId> = function.results.iter().chain(&function.status).copied().collect();
    pending.extend(keepers(function));
    // What a local is computed from matters only if it does.
    let mut sources: Vec<Vec<LocalId>> = vec![Vec::new(); function.locals.len()];
    visit::walk(&function.body, &mut |stmt| match &stmt.kind {
        StmtKind::Assign { local, .. } | StmtKind::Load { local, .. } => {
            stmt.kind.read(&mut |read| sources[local.0 as usize].push(read));
        }
        other => other.read(&mut |read| pending.push(read)),
    });
    while let Some(local) = pending.pop() {
        if !std::mem::replace(&mut live[local.0 as usize], true) {
            pending.append(&mut sources[local.0 as usize]);
        }
    }
    live
}

/// The owners that may be the only ones to keep memory.
fn keepers(function: &Function) -> Vec<LocalId> {
    let locals = (0..function.locals.len() as u32).map(LocalId);
    let mut keeps: Vec<bool> = locals.clone().map(|local| function.ty(local) == Type::Owner).collect();
    if !keeps.contains(&true) {
        return Vec::new();
    }
    let assignments = assignments(function);
    let once = |local: LocalId| assignments[local.0 as usize] == 1;
    visit::walk(&function.body, &mut |stmt| {
        if let StmtKind::Assign { local, value: value @ (Expr::Unowned | Expr::Local(_)) } = &stmt.kind
            && once(*local)
            && !matches!(value, Expr::Local(other) if !once(*other))
        {
            keeps[local.0 as usize] = false;
        }
    });
    locals.filter(|local| keeps[local.0 as usize]).collect()
}

fn sweep(body: &mut Vec<Stmt>, live: &[bool], changed: &mut bool) {
    let before = body.len();
    body.retain(|stmt| match &stmt.kind {
        StmtKind::Assign { local, value } => live[local.0 as usize] && *value != Expr::Local(*local),
        StmtKind::Load { local, .. } => live[local.0 as usize],
        _ => true,
    });
    *changed |= body.len() != before;
    for stmt in body {
        stmt.kind.bodies_mut().for_each(|inner| sweep(inner, live, changed));
    }
}
