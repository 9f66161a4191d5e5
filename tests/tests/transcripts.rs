//! Runs all transcripts under `kernels/` on every engine, and says on its last line how many ran
//! on which. Arguments select those whose names contain one of them.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use pykernel_cli::transcript::case::Case;
use pykernel_cli::transcript::folder;
use pykernel_cli::transcript::run::Engine;
use pykernel_cli::transcript::suite::{self, Show};

fn main() -> io::Result<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |case: &Result<Case, String>| match case {
        Ok(case) => words.is_empty() || words.iter().any(|word| case.name.contains(word.as_str())),
        Err(_) => true,
    };
    let mut cases = Vec::new();
    for file in folder::files(Path::new("kernels"))? {
        cases.extend(folder::cases(&file).into_iter().filter(wanted));
    }
    let mut out = io::stdout().lock();
    let engines = [Engine::Jit, Engine::Linked(pykernel_tests::entry)];
    let summary = suite::run(&cases, &engines, Show::Failed, &mut out)?;
    writeln!(out, "transcripts: {}", summary.line(&[]))?;
    Ok(if summary.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
