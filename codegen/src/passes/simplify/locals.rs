//! Drops the locals that are not mentioned any more.

use crate::ir::{Function, LocalId, locals, visit};

/// Runs the step.
pub fn run(function: &mut Function) {
    let mut used = vec![false; function.locals.len()];
    let mut mark = |local: LocalId| used[local.0 as usize] = true;
    function.params.iter().chain(&function.results).chain(&function.status).copied().for_each(&mut mark);
    visit::walk(&function.body, &mut |stmt| {
        stmt.kind.read(&mut mark);
        stmt.kind.assigned(&mut mark);
    });
    locals::retain(function, &used);
}
