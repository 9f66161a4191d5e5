//! The command line: `pykernel check`, `emit`, `explain` and `test`.
//!
//! Results go to standard output, what is wrong with a kernel to standard error. The exit status
//! is 0 when all is well, 1 when something is wrong with a kernel or a test, and 2 when the
//! command cannot do its work: wrong arguments, a file that cannot be read.

mod check;
mod emit;
mod explain;
mod test;

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use pykernel_codegen::analysis::{self, Analysis};
use pykernel_codegen::backend::{Level, Stage};
use pykernel_codegen::render::{self, Style};
use pykernel_codegen::source::Source;
use pykernel_codegen::symbol::Package;

use crate::bug;
use crate::input::Unreadable;

/// Checks, shows and tests Python kernels.
#[derive(Parser)]
#[command(name = "pykernel", version)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Says what is wrong with kernel files; prints the kernels' Rust signatures otherwise.
    Check {
        /// Kernel files.
        #[arg(required = true, value_name = "FILE.py")]
        files: Vec<PathBuf>,
    },
    /// Prints what a stage of the compiler makes of a kernel file.
    Emit {
        /// The stage.
        #[arg(long, value_parser = emit::stage())]
        stage: Stage,
        /// Checks the arithmetic of Python's `int` for overflow, as development builds do.
        #[arg(long)]
        overflow_checks: bool,
        /// Prints the IR as it was before the passes.
        #[arg(long)]
        no_passes: bool,
        /// The CPU level that code is made for.
        #[arg(long, value_parser = emit::level(), default_value = Level::V1.name())]
        level: Level,
        /// A kernel file.
        #[arg(value_name = "FILE.py")]
        file: PathBuf,
    },
    /// Explains a diagnostic, with an example; lists all of them otherwise.
    Explain {
        /// Its name, as messages show it between brackets.
        #[arg(value_name = "CODE")]
        code: Option<String>,
    },
    /// Runs transcripts and the examples in kernel files' docstrings.
    Test {
        /// Transcripts and kernel files.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

/// Whether all is well with what the user has named.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Well,
    Wrong,
}

/// Why the command could not do its work.
enum Stop {
    /// A file cannot be read, or arguments do not fit.
    Usage(String),
    /// The output cannot be written.
    Output(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Stop::Output(error)
    }
}

impl From<Unreadable> for Stop {
    fn from(error: Unreadable) -> Self {
        Stop::Usage(error.to_string())
    }
}

/// Runs the command with the arguments of this process.
pub fn main() -> ExitCode {
    bug::install_hook();
    let arguments = Arguments::parse();
    let mut out = BufWriter::new(io::stdout().lock());
    let verdict = match arguments.verb {
        Verb::Check { files } => check::run(&files, &mut out),
        Verb::Emit { stage, overflow_checks, no_passes, level, file } => {
            emit::run(&file, stage, &emit::Options { overflow_checks, no_passes, level }, &mut out)
        }
        Verb::Explain { code } => explain::run(code.as_deref(), &mut out),
        Verb::Test { files } => test::run(&files, &mut out),
    };
    match verdict.and_then(|verdict| Ok(out.flush().map(|()| verdict)?)) {
        Ok(Verdict::Well) => ExitCode::SUCCESS,
        Ok(Verdict::Wrong) => ExitCode::FAILURE,
        // Whoever read the output has seen enough, as `head` has.
        Err(Stop::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Stop::Output(error)) => stop(&format!("cannot write the output: {error}")),
        Err(Stop::Usage(message)) => stop(&message),
    }
}

fn stop(message: &str) -> ExitCode {
    complain(&format!("error: {message}\n"));
    ExitCode::from(2)
}

/// Writes to standard error. Where that is closed, nobody wants to know.
fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Analyses a kernel file and shows what is wrong with it.
fn analyse(source: &Source) -> Analysis {
    bug::set_place(&source.file);
    let package = Package { name: "pykernel-cli".into(), version: env!("CARGO_PKG_VERSION").into() };
    let analysis = analysis::analyse(source, &package);
    complain(&render::render(source, &analysis.diagnostics, style()));
    complain(&render::render(source, &analysis.warnings, style()));
    analysis
}

/// Analyses a kernel file and shows what is wrong with it; `None` if something is.
fn analyse_right(source: &Source) -> Option<Analysis> {
    Some(analyse(source)).filter(|analysis| analysis.diagnostics.is_empty())
}

/// How text for a person is shown on standard error.
fn style() -> Style {
    let colored = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    if colored { Style::Colored } else { Style::Plain }
}
