//! Empties the functions that nobody can call.
//!
//! After: every function that no entry reaches has no parameters, results, locals and statements.
//! Functions keep their ids.

use super::calls::Calls;
use crate::ir::{Effects, FunctionId, Module};

/// Runs the pass.
pub fn run(module: &mut Module, entries: &[FunctionId]) {
    let calls = Calls::of(module);
    let mut reached = vec![false; module.functions.len()];
    let mut pending = entries.to_vec();
    while let Some(function) = pending.pop() {
        if !std::mem::replace(&mut reached[function.0 as usize], true) {
            pending.extend(calls.callees(function));
        }
    }
    for (function, reached) in module.functions.iter_mut().zip(reached) {
        if !reached {
            function.params = Vec::new();
            function.results = Vec::new();
            function.locals = Vec::new();
            function.body = Vec::new();
            function.external = None;
            function.n_labels = 1;
            function.effects = Effects::default();
        }
    }
}
