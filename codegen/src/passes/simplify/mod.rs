//! Makes bodies smaller without changing what they do.

mod constant;
pub mod fold;

use crate::ir::{Module, visit};

/// Runs the pass.
pub fn run(module: &mut Module) {
    for function in &mut module.functions {
        visit::walk_mut(&mut function.body, &mut |stmt| stmt.kind.exprs_mut(&mut fold::fold_all));
    }
}
