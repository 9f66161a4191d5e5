//! `pykernel check`

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use pykernel_codegen::diagnostic::Code;
use pykernel_codegen::interface::rust;
use pykernel_codegen::render;

use super::{Stop, Verdict, analyse, complain, style};
use crate::input;

/// Checks all files. Of those that are right it prints the kernels' signatures, and on standard
/// error the types that `reveal_type` asks for.
pub fn run(files: &[PathBuf], out: &mut dyn Write) -> Result<Verdict, Stop> {
    let mut wrong = BTreeSet::new();
    for file in files {
        let source = input::source(file)?;
        let analysis = analyse(&source);
        wrong.extend(analysis.diagnostics.iter().map(|diagnostic| diagnostic.code));
        if analysis.diagnostics.is_empty() {
            for (span, ty) in &analysis.program.revealed {
                complain(&render::note(&source, *span, &format!("the type of this is `{ty}`"), style()));
            }
        }
        for kernel in &analysis.interface.kernels {
            for signature in rust::signatures(kernel) {
                writeln!(out, "{signature}")?;
            }
        }
    }
    complain(&further_reading(&wrong));
    Ok(if wrong.is_empty() { Verdict::Well } else { Verdict::Wrong })
}

/// Where to read more about what was found, in rustc's words.
fn further_reading(codes: &BTreeSet<Code>) -> String {
    let names: Vec<&str> = codes.iter().map(|code| code.name()).collect();
    match names.as_slice() {
        [] => String::new(),
        [only] => format!("\nFor more information about this error, try `pykernel explain {only}`.\n"),
        [first, ..] => format!(
            "\nSome errors have detailed explanations: {}.\n\
             For more information about an error, try `pykernel explain {first}`.\n",
            names.join(", ")
        ),
    }
}
