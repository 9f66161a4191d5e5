//! Rewrites of the IR, in their order; each is a function on the module, verified after it.

mod aliasing;
mod calls;
mod carried_products;
mod drops;
pub mod effects;
mod escape;
mod fastmath;
mod inline;
mod overflow;
mod ranges;
mod reachable;
pub mod references;
mod repeated_calls;
mod scalars;
mod simplify;
mod stack;
mod status;
mod tables;
mod unroll;

use crate::ir::{FunctionId, Module, Stage, verify};
use crate::vector::{self, Verdict, Wanted};

/// What a build asks of the passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Options {
    /// Whether overflow of Python's `int` raises `OverflowError`; it wraps otherwise.
    pub overflow_checks: bool,
    /// How many bits lanes have together; none if loops stay ones of single numbers.
    pub lanes: Option<Wanted>,
}

/// Runs all passes over a module whose effects are known; `entries` are the functions that are
/// called from outside. What no entry reaches is emptied. The result is in [`Stage::Status`].
pub fn run(module: Module, entries: &[FunctionId], options: Options) -> Module {
    run_with_report(module, entries, options).0
}

/// The same, with what became of each loop.
pub fn run_with_report(module: Module, entries: &[FunctionId], options: Options) -> (Module, Vec<Verdict>) {
    finish(prepare(module, entries, options.overflow_checks), options.lanes)
}

/// Runs the passes before `vector`, which are the same for any number of lanes. The result is what
/// [`finish`] takes, still in [`Stage::Raising`].
pub fn prepare(mut module: Module, entries: &[FunctionId], overflow_checks: bool) -> Module {
    verified("lower", Stage::Raising, &module);
    let mut pass = |name, rewrite: &dyn Fn(&mut Module)| {
        rewrite(&mut module);
        verified(name, Stage::Raising, &module);
    };
    let empty_unreachable = |module: &mut Module| reachable::run(module, entries);
    pass("reachable", &empty_unreachable);
    if !overflow_checks {
        pass("overflow", &overflow::run);
    }
    pass("fastmath", &fastmath::run);
    pass("repeated_calls", &repeated_calls::run);
    pass("inline", &inline::run);
    pass("reachable", &empty_unreachable);
    pass("aliasing", &aliasing::run);
    pass("ranges", &ranges::run);
    pass("escape", &escape::run);
    pass("simplify", &simplify::run);
    pass("unroll", &unroll::run);
    pass("tables", &tables::run);
    pass("scalars", &scalars::run);
    module
}

/// Runs `vector`, for lanes of so many bits together, and the passes behind it; says what became of each
/// loop. Without lanes loops stay ones of single numbers, and nothing is said of them.
pub fn finish(mut module: Module, lanes: Option<Wanted>) -> (Module, Vec<Verdict>) {
    let mut verdicts = Vec::new();
    if let Some(lanes) = lanes {
        effects::analyse(&mut module);
        verdicts = vector::run(&mut module, lanes);
        verified("vector", Stage::Raising, &module);
    }
    carried_products::run(&mut module);
    verified("carried_products", Stage::Raising, &module);
    stack::run(&mut module);
    verified("stack", Stage::Raising, &module);
    status::run(&mut module);
    verified("status", Stage::Status, &module);
    drops::run(&mut module);
    verified("drops", Stage::Status, &module);
    (module, verdicts)
}

/// In debug builds, stops at the pass that has broken the IR.
fn verified(pass: &str, stage: Stage, module: &Module) {
    if cfg!(debug_assertions)
        && let Err(violations) = verify::verify(module, stage)
    {
        unreachable!("bug in pykernel: after `{pass}`: {}", violations.join("; "));
    }
}
