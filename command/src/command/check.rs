//! `pykernel check`

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use pykernel_codegen::diagnostic::Code;
use pykernel_codegen::interface::rust;

use super::{Stop, Verdict, analyse, complain};
use crate::input;

/// Checks all files, and prints the signatures of the kernels in those that are right.
pub fn run(files: &[PathBuf], out: &mut dyn Write) -> Result<Verdict, Stop> {
    let mut wrong = BTreeSet::new();
    for file in files {
        let analysis = analyse(&input::source(file)?);
        wrong.extend(analysis.diagnostics.iter().map(|diagnostic| diagnostic.code));
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
