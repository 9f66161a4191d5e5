//! Runs all transcripts under `kernels/` on every engine, and says on its last lines how many ran
//! on which. Arguments select those whose names contain one of them.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, ExitCode};

use pykernel::call::levels;
use pykernel_cli::transcript::folder;
use pykernel_cli::transcript::run::{self, Engine};
use pykernel_cli::transcript::suite::{self, Show};

/// The argument of a process that runs nothing but what is linked.
const LINKED: &str = "--linked";

fn main() -> io::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_alone = arguments.iter().any(|argument| argument == LINKED);
    let cases = folder::selected(Path::new("kernels"), arguments.iter().cloned())?;
    let mut engines: Vec<Engine> = if is_alone { Vec::new() } else { run::jits().collect() };
    engines.push(Engine::Linked(pykernel_tests::entry));
    let mut out = io::stdout().lock();
    let summary = suite::run(&cases, &|case| run::run(case, &engines), Show::Failed, &mut out)?;
    writeln!(out, "transcripts: {}", summary.line(&[]))?;
    let passed = summary.failed == 0 && (is_alone || below(&arguments)?);
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs what is linked once more at each level below this process's; a process has one.
fn below(arguments: &[String]) -> io::Result<bool> {
    let mut passed = true;
    for level in levels().rev().skip(1) {
        let mut command = Command::new(std::env::current_exe()?);
        passed &= command.arg(LINKED).args(arguments).env("PYKERNEL_CPU", level.name()).status()?.success();
    }
    Ok(passed)
}
