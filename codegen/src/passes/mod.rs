//! Rewrites of the IR, in their order; each is a function on the module, verified after it.

mod calls;
pub mod effects;
mod inline;
mod overflow;
mod ranges;
mod reachable;
mod simplify;
mod stack;
mod status;

use crate::ir::{FunctionId, Module, Stage, verify};

/// What a build asks of the passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Options {
    /// Whether overflow of Python's `int` raises `OverflowError`; it wraps otherwise.
    pub overflow_checks: bool,
}

/// Runs all passes over a module whose effects are known; `entries` are the functions that are
/// called from outside. What no entry reaches is emptied. The result is in [`Stage::Status`].
pub fn run(mut module: Module, entries: &[FunctionId], options: Options) -> Module {
    verified("lower", Stage::Raising, &module);
    reachable::run(&mut module, entries);
    verified("reachable", Stage::Raising, &module);
    if !options.overflow_checks {
        overflow::run(&mut module);
        verified("overflow", Stage::Raising, &module);
    }
    inline::run(&mut module);
    reachable::run(&mut module, entries);
    verified("inline", Stage::Raising, &module);
    ranges::run(&mut module);
    verified("ranges", Stage::Raising, &module);
    simplify::run(&mut module);
    verified("simplify", Stage::Raising, &module);
    stack::run(&mut module);
    verified("stack", Stage::Raising, &module);
    status::run(&mut module);
    verified("status", Stage::Status, &module);
    module
}

/// In debug builds, stops at the pass that has broken the IR.
fn verified(pass: &str, stage: Stage, module: &Module) {
    if cfg!(debug_assertions)
        && let Err(violations) = verify::verify(module, stage)
    {
        unreachable!("bug in pykernel: after `{pass}`: {}", violations.join("; "));
    }
}
