//! `pykernel check`

use std::io::Write;
use std::path::PathBuf;

use pykernel_codegen::interface::rust;

use super::{Stop, Verdict, analyse};
use crate::input;

/// Checks all files, and prints the signatures of the kernels in those that are right.
pub fn run(files: &[PathBuf], out: &mut dyn Write) -> Result<Verdict, Stop> {
    let mut verdict = Verdict::Well;
    for file in files {
        let source = input::source(file)?;
        let Some(analysis) = analyse(&source) else {
            verdict = Verdict::Wrong;
            continue;
        };
        for kernel in &analysis.interface.kernels {
            for signature in rust::signatures(kernel) {
                writeln!(out, "{signature}")?;
            }
        }
    }
    Ok(verdict)
}
