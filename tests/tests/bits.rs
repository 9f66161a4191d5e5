//! Compiles the kernels of all transcripts in every way and compares what they compute, to the bit:
//! for each CPU level that this machine has, with lanes and without, on several threads. Arguments select
//! the transcripts whose names contain one of them. `--answers=FILE` compares nothing: it writes what
//! linked kernels compute at the best level that this machine has, for a comparison with other machines.
//! Linked ones are there already, so that an emulated machine has no machine code to make.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use pykernel::call::levels;
use pykernel_cli::transcript::bits::{self, Way};
use pykernel_cli::transcript::case::Case;
use pykernel_cli::transcript::folder;
use pykernel_cli::transcript::run::Outcome;
use pykernel_cli::transcript::suite::{self, Show};
use pykernel_codegen::backend::{Level, Target};
use pykernel_codegen::vector::Wanted;

/// What loops may become: ones of single numbers, what builds make of them for a level and for the lowest one,
/// and of the fewest lanes.
fn lanes(level: Level) -> Vec<Option<Wanted>> {
    let [lowest, built] = [Level::V1, level].map(|level| Target::host().lanes(level));
    let mut lanes = vec![None, built, lowest, built.map(|_| 128.into())];
    lanes.dedup();
    lanes
}

fn main() -> io::Result<ExitCode> {
    let file = std::env::args().find_map(|argument| argument.strip_prefix("--answers=").map(PathBuf::from));
    let cases = folder::selected(Path::new("kernels"), std::env::args().skip(1))?;
    let ways: Vec<Way> = levels()
        .flat_map(|level| lanes(level).into_iter().map(move |lanes| Way::Jit { level, lanes }))
        .collect();
    let mut out = io::stdout().lock();
    if let Some(file) = file {
        return write(&file, &cases, &mut out);
    }
    let summary = suite::run(&cases, &|case| bits::run(case, &ways_of(case, &ways)), Show::Failed, &mut out)?;
    writeln!(out, "bits: {}", summary.line(&[]))?;
    Ok(if summary.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The ways in which a transcript is compiled: first without lanes; then, where its answers hold a few units in the last
/// place, as builds do for each level; and in one of the others, which its name chooses. What is to be exact is compared
/// with its answers as builds do it where all transcripts run. All ways for all of them would take as long as the rest of the suite.
fn ways_of(case: &Case, ways: &[Way]) -> Vec<Way> {
    let is_chosen = |way: &Way| match way {
        Way::Jit { level: Level::V1, lanes: None } => true,
        Way::Jit { level, lanes } => case.options.ulp > 0 && *lanes == Target::host().lanes(*level),
        Way::Ptx(_) => true,
    };
    let (mut chosen, others): (Vec<Way>, Vec<Way>) = ways.iter().copied().partition(is_chosen);
    let turn = case.name.bytes().fold(0usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    chosen.extend(others.get(turn % others.len().max(1)));
    chosen
}

/// Writes what the tests' linked kernels compute into a file.
fn write(file: &Path, cases: &[Result<Case, String>], out: &mut dyn Write) -> io::Result<ExitCode> {
    let texts = Mutex::new(BTreeSet::new());
    let test = |case: &Case| {
        let text = bits::linked_text(case, pykernel_tests::entry);
        let engines = text.iter().map(|_| "linked".to_owned()).collect();
        texts.lock().unwrap_or_else(PoisonError::into_inner).extend(text);
        Outcome { engines, ..Outcome::default() }
    };
    let summary = suite::run(cases, &test, Show::Failed, out)?;
    let texts = texts.into_inner().unwrap_or_else(PoisonError::into_inner);
    writeln!(out, "bits: the answers of {} tests", texts.len())?;
    std::fs::write(file, texts.into_iter().collect::<String>())?;
    Ok(if summary.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
