//! `pykernel test`

use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Stop, Verdict, analyse_right};
use crate::input;
use crate::transcript::case::{self, Case};
use crate::transcript::run::{self, Engine};
use crate::transcript::suite::{self, Show};

/// Runs the tests of all files on the engines that this program has.
pub fn run(files: &[PathBuf], out: &mut dyn Write) -> Result<Verdict, Stop> {
    let mut cases = Vec::new();
    for file in files {
        cases.extend(read(file)?);
    }
    let engines: Vec<Engine> = run::jits().collect();
    let summary = suite::run(&cases, &|case| run::run(case, &engines), Show::All, out)?;
    writeln!(out, "{}", summary.line(&["linked"]))?;
    Ok(if summary.failed == 0 { Verdict::Well } else { Verdict::Wrong })
}

/// The tests of a transcript or of a kernel file's docstrings.
fn read(file: &Path) -> Result<Vec<Result<Case, String>>, Stop> {
    let name = file.display().to_string();
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("md") => case::read_markdown(&name, &input::text(file)?)
            .or_else(|mistake| Ok(vec![Err(format!("{name}: {mistake}"))])),
        Some("py") => {
            let source = input::source(file)?;
            Ok(match analyse_right(&source) {
                Some(analysis) => case::read_docstrings(&source, &analysis.hir.functions),
                None => vec![Err(format!("{name} does not compile"))],
            })
        }
        _ => Err(Stop::Usage(format!("{name} is neither a transcript (.md) nor a kernel file (.py)"))),
    }
}
