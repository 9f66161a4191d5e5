//! Computes what running each function does: which parameters it reads and writes, whether it can
//! raise, whether it can call itself, which parameters its results are parts of.
//!
//! Before: nothing is known. After: [`crate::ir::Function::effects`] of every function holds, as an upper
//! bound: an element is read or written only where it says so, through copies of a view and
//! through calls.

use super::calls::Calls;
use crate::hir;
use crate::ir::threads::Space;
use crate::ir::{Effects, FunctionId, LaneElements, LocalId, Module, StmtKind, roots, visit};

/// Fills [`crate::ir::Function::effects`] of every function.
pub fn analyse(module: &mut Module) {
    let calls = Calls::of(module);
    for component in calls.components() {
        let recursive = calls.is_cycle(&component);
        for function in &component {
            let n = module[*function].params.len();
            let raises = module[*function].external.as_ref().is_some_and(|external| can_raise(&external.at));
            module[*function].effects = Effects {
                reads: vec![false; n],
                writes: vec![false; n],
                returned: vec![false; n],
                raises,
                recursive,
                ..Effects::default()
            };
        }
        // Effects only grow, so this ends.
        while component.iter().any(|function| refine(module, *function)) {}
    }
}

/// Whether a function of elsewhere can raise: one of Rust can panic.
fn can_raise(external: &hir::External) -> bool {
    match external {
        hir::External::Rust(_) => true,
        hir::External::C { .. } => false,
    }
}

/// Recomputes one function's effects from those of its callees; says whether they grew.
fn refine(module: &mut Module, id: FunctionId) -> bool {
    let function = &module[id];
    let roots = roots::of_views(function, module);
    let mut effects = function.effects.clone();
    let mark = |flags: &mut [bool], view: LocalId| {
        for param in &roots[view.0 as usize] {
            flags[*param] = true;
        }
    };
    visit::walk(&function.body, &mut |stmt| match &stmt.kind {
        StmtKind::Load { view, .. } | StmtKind::LoadLanes { elements: LaneElements { view, .. }, .. } => {
            mark(&mut effects.reads, *view);
        }
        StmtKind::Store { view, .. } | StmtKind::StoreLanes { elements: LaneElements { view, .. }, .. } => {
            mark(&mut effects.writes, *view);
        }
        StmtKind::Atomic { view, .. } => {
            mark(&mut effects.reads, *view);
            mark(&mut effects.writes, *view);
            effects.together = true;
        }
        StmtKind::Together { .. } => effects.together = true,
        StmtKind::Check { .. } | StmtKind::Raise(_) | StmtKind::Record(_) => effects.raises = true,
        StmtKind::Call { function: callee, args, .. } | StmtKind::Parallel { function: callee, args, .. } => {
            effects.host |= matches!(stmt.kind, StmtKind::Parallel { .. });
            // A parallel body takes the ends of a part first.
            let first = module[*callee].params.len() - args.len();
            let callee = &module[*callee].effects;
            effects.raises |= callee.raises;
            effects.host |= callee.host;
            effects.prints |= callee.prints;
            effects.together |= callee.together;
            for (position, arg) in (first..).zip(args) {
                let mark_all = |flags: &mut [bool]| arg.locals(&mut |local| mark(flags, local));
                if callee.reads[position] {
                    mark_all(&mut effects.reads);
                }
                if callee.writes[position] {
                    mark_all(&mut effects.writes);
                }
            }
        }
        StmtKind::Allocate { .. } | StmtKind::Release(_) => effects.host = true,
        StmtKind::Print(_) => (effects.host, effects.prints) = (true, true),
        // What others may write too is no computation of one's own.
        StmtKind::Reserve { space, .. } => {
            effects.together |= space.is_shared();
            effects.host |= matches!(space, Space::Random(_));
        }
        StmtKind::Assign { .. }
        | StmtKind::CallLanes { .. }
        | StmtKind::Retain(_)
        | StmtKind::If { .. }
        | StmtKind::Block { .. }
        | StmtKind::Exit(_)
        | StmtKind::Loop { .. }
        | StmtKind::For { .. } => {}
    });
    for result in &function.results {
        mark(&mut effects.returned, *result);
    }
    let grew = effects != function.effects;
    module[id].effects = effects;
    grew
}
