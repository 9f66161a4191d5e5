//! Runs all transcripts under `kernels/` on every engine, and says on its last lines how many ran
//! on which. Arguments select those whose names contain one of them.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, ExitCode};

use pykernel::call::level;
use pykernel_cli::transcript::case::Case;
use pykernel_cli::transcript::folder;
use pykernel_cli::transcript::run::{self, Engine};
use pykernel_cli::transcript::suite::{self, Show};
use pykernel_codegen::backend::Level;

/// The argument of a process that runs nothing but what is linked.
const LINKED: &str = "--linked";

fn main() -> io::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_alone = arguments.iter().any(|argument| argument == LINKED);
    let words: Vec<String> = arguments.into_iter().filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |case: &Result<Case, String>| match case {
        Ok(case) => words.is_empty() || words.iter().any(|word| case.name.contains(word.as_str())),
        Err(_) => true,
    };
    let mut cases = Vec::new();
    for file in folder::files(Path::new("kernels"))? {
        cases.extend(folder::cases(&file).into_iter().filter(wanted));
    }
    let mut engines: Vec<Engine> = if is_alone { Vec::new() } else { run::jits().collect() };
    engines.push(Engine::Linked(pykernel_tests::entry));
    let mut out = io::stdout().lock();
    let summary = suite::run(&cases, &engines, Show::Failed, &mut out)?;
    writeln!(out, "transcripts: {}", summary.line(&[]))?;
    let passed = summary.failed == 0 && (is_alone || below(&words)?);
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs what is linked once more at the lowest level, if this process is above it; a process has one.
fn below(words: &[String]) -> io::Result<bool> {
    if level() == Level::V1 {
        return Ok(true);
    }
    let mut command = Command::new(std::env::current_exe()?);
    Ok(command.arg(LINKED).args(words).env("PYKERNEL_CPU", Level::V1.name()).status()?.success())
}
