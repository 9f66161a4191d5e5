//! Makes bodies smaller without changing what they do: constants are computed, copies are read
//! through, what nobody reads is not computed, and control flow that is decided is gone.
//!
//! Before: anything that the verifier accepts. After: the same, and
//! - no block that nobody leaves early, nothing after what never
//!   goes on;
//! - no `If` with a constant condition or without statements, no `Check` that always holds;
//! - no `If` with statements beside a branch that never goes on: they follow it;
//! - no `If` on a local that the branches of an `If` before it set, one of them to a constant, if
//!   nothing had to be copied to get there;
//! - no local that is only a copy of another, that only the next statement reads, or nobody;
//! - no local that is not mentioned.

mod constant;
mod control;
mod copies;
mod dead;
pub mod fold;
mod forward;
mod locals;
mod select;
mod subexpressions;

pub use constant::{binary, range};
pub use copies::assignments;

use crate::ir::{Function, LocalId, Module, visit};

/// Runs the pass.
pub fn run(module: &mut Module) {
    module.functions.iter_mut().for_each(function);
}

/// Simplifies one function.
pub fn function(function: &mut Function) {
    /// What one step leaves for the other is found in few rounds; a bound keeps time linear.
    const ROUNDS: usize = 6;
    for _ in 0..ROUNDS {
        let mut changed = copies::run(function);
        changed |= forward::run(function);
        changed |= subexpressions::run(function);
        changed |= control::run(function);
        changed |= dead::run(function);
        if !changed {
            break;
        }
    }
    locals::run(function);
}

/// How often each local is read, as a result too.
fn reads(function: &Function) -> Vec<u32> {
    let mut reads = vec![0; function.locals.len()];
    let mut read = |local: LocalId| reads[local.0 as usize] += 1;
    function.results.iter().chain(&function.status).copied().for_each(&mut read);
    visit::walk(&function.body, &mut |stmt| stmt.kind.read(&mut read));
    reads
}
