//! Computes what running each function does: which parameters it reads and writes, whether it can
//! raise, whether it can call itself, which parameters its results are parts of.
//!
//! Before: nothing is known. After: [`crate::ir::Function::effects`] of every function holds, as an upper
//! bound: an element is read or written only where it says so, through copies of a view and
//! through calls.

use super::calls::Calls;
use crate::hir;
use crate::ir::threads::Space;
use crate::ir::{Effects, Function, FunctionId, LaneElements, LocalId, Module, StmtKind, Type, roots, visit};

/// Fills [`crate::ir::Function::effects`] of every function.
pub fn analyse(module: &mut Module) {
    let calls = Calls::of(module);
    for component in calls.components() {
        let recursive = calls.is_cycle(&component);
        for function in &component {
            let mut effects = match &module[*function].external {
                Some(external) => of_external(&module[*function], &external.at),
                None => untouched(&module[*function]),
            };
            effects.recursive = recursive;
            module[*function].effects = effects;
        }
        // Effects only grow, so this ends.
        while component.iter().any(|function| refine(module, *function)) {}
    }
}

fn untouched(function: &Function) -> Effects {
    let n = function.params.len();
    let [reads, writes, returned] = std::array::from_fn(|_| vec![false; n]);
    Effects { reads, writes, returned, ..Effects::default() }
}

/// The effects of a function of elsewhere: one of Rust can panic, a routine of the host works on its operands.
fn of_external(function: &Function, at: &hir::External) -> Effects {
    let mut effects = untouched(function);
    match at {
        hir::External::Rust(_) => effects.raises = true,
        hir::External::C { .. } => {}
        hir::External::Routine(routine) => {
            effects.host = true;
            let params = function.params.iter().enumerate();
            let views = params.filter(|(_, param)| matches!(function.ty(**param), Type::View(_)));
            for (operand, (position, _)) in views.enumerate() {
                effects.reads[position] = true;
                effects.writes[position] = routine.writes(operand);
            }
        }
    }
    effects
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
