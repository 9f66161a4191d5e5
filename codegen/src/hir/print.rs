//! Writes the HIR as text.

use super::Module;

/// The text of a module.
pub fn print(module: &Module) -> String {
    let _ = module;
    String::new()
}
