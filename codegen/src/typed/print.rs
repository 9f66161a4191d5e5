//! Writes the typed program as text.

use super::Program;

/// The text of a program.
pub fn print(program: &Program) -> String {
    let _ = program;
    String::new()
}
