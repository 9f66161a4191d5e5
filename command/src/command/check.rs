//! `pykernel check`

use std::io::Write;
use std::path::PathBuf;

use pykernel_codegen::interface::rust;
use pykernel_codegen::render;

use super::{Stop, Verdict, analyse, complain, style};
use crate::input;

/// Checks all files. Of those that are right it prints the kernels' signatures, and on standard
/// error the types that `reveal_type` asks for.
pub fn run(files: &[PathBuf], out: &mut dyn Write) -> Result<Verdict, Stop> {
    let mut verdict = Verdict::Well;
    for file in files {
        let source = input::source(file)?;
        let Some(analysis) = analyse(&source) else {
            verdict = Verdict::Wrong;
            continue;
        };
        for (span, ty) in &analysis.program.revealed {
            complain(&render::note(&source, *span, &format!("the type of this is `{ty}`"), style()));
        }
        for kernel in &analysis.interface.kernels {
            for signature in rust::signatures(kernel) {
                writeln!(out, "{signature}")?;
            }
        }
    }
    Ok(verdict)
}
