//! Compiles the Python bodies of functions that stand outside of the file, where they have one.
//!
//! Not one of a build's passes: it is for programs that have neither the Rust nor the C around a
//! kernel, and comes before all of them. After: external is only what has no Python body.

use super::effects;
use crate::ir::Module;

/// Puts the bodies in their places.
pub fn run(module: &mut Module) {
    for function in &mut module.functions {
        if let Some(external) = function.external.take_if(|external| !external.reference.is_empty()) {
            function.body = external.reference;
        }
    }
    effects::analyse(module);
}
