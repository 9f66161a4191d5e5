//! Runs many tests on all cores and says how they ended.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use super::case::Case;
use super::run::{Outcome, Problem};
use crate::bug;

/// The stack of the threads that run tests: recursive kernels go to its end.
const STACK: usize = 8 << 20;

/// How many tests ended how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Those in which everything is right.
    pub passed: usize,
    /// Those in which something is wrong, or that cannot be read.
    pub failed: usize,
    /// Those that name only engines that are not there.
    pub skipped: usize,
    /// How many tests with examples ran on each engine.
    pub engines: BTreeMap<String, usize>,
}

/// Which tests get a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// All.
    All,
    /// Those that have not passed.
    Failed,
}

/// Runs tests, each as `test` does it, and writes a line for each, in their order, with what is wrong below it. A test that
/// cannot be read is given by its mistake.
pub fn run(
    cases: &[Result<Case, String>],
    test: &(dyn Fn(&Case) -> Outcome + Sync),
    show: Show,
    out: &mut dyn Write,
) -> io::Result<Summary> {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            let (sender, next) = (sender.clone(), &next);
            let work = move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(index) else { break };
                    // Nobody receives any more when the output has been closed.
                    if sender.send((index, outcome(case, test))).is_err() {
                        break;
                    }
                }
            };
            thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work)?;
        }
        drop(sender);
        report(cases, receiver, show, out)
    })
}

/// Runs one test. A panic is a bug of the compiler: it fails this test and not the others.
fn outcome(case: &Result<Case, String>, test: &dyn Fn(&Case) -> Outcome) -> Outcome {
    let case = match case {
        Ok(case) => case,
        Err(mistake) => return Outcome { problems: vec![Problem::new(mistake)], engines: Vec::new() },
    };
    bug::set_place(&case.name);
    catch_unwind(AssertUnwindSafe(|| test(case))).unwrap_or_else(|_| {
        let problem = Problem::new("the compiler has panicked; this is a bug in pykernel");
        Outcome { problems: vec![problem], engines: Vec::new() }
    })
}

/// Writes the outcomes in the order of the tests, each as soon as those before it are there.
fn report(
    cases: &[Result<Case, String>],
    outcomes: mpsc::Receiver<(usize, Outcome)>,
    show: Show,
    out: &mut dyn Write,
) -> io::Result<Summary> {
    let mut summary = Summary::default();
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    for (index, outcome) in outcomes {
        waiting.insert(index, outcome);
        while let Some(outcome) = waiting.remove(&next) {
            report_one(&cases[next], &outcome, show, &mut summary, out)?;
            next += 1;
        }
    }
    Ok(summary)
}

fn report_one(
    case: &Result<Case, String>,
    outcome: &Outcome,
    show: Show,
    summary: &mut Summary,
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = case.as_ref().map_or("", |case| case.name.as_str());
    let has_examples = case.as_ref().is_ok_and(|case| !case.examples.is_empty() && !case.is_refused());
    if !outcome.problems.is_empty() {
        summary.failed += 1;
        writeln!(out, "FAIL {name}")?;
        for problem in &outcome.problems {
            problem.text.lines().try_for_each(|line| writeln!(out, "     {line}"))?;
            if !problem.runs.is_empty() {
                writeln!(out, "      on {}", problem.runs.join("; "))?;
            }
        }
    } else if has_examples && outcome.engines.is_empty() {
        summary.skipped += 1;
        writeln!(out, "skip {name}")?;
    } else {
        summary.passed += 1;
        if show == Show::All {
            writeln!(out, "ok   {name}")?;
        }
    }
    if has_examples {
        outcome.engines.iter().for_each(|engine| *summary.engines.entry(engine.clone()).or_default() += 1);
    }
    Ok(())
}

impl Summary {
    /// The last line of a run: `12 passed, 0 failed (12 on jit; linked is not here)`.
    pub fn line(&self, missing: &[&str]) -> String {
        let mut line = format!("{} passed, {} failed", self.passed, self.failed);
        if self.skipped > 0 {
            line.push_str(&format!(", {} skipped", self.skipped));
        }
        let ran = self.engines.iter().map(|(engine, count)| format!("{count} on {engine}"));
        let missing = missing.iter().map(|engine| format!("{engine} skipped: not in this program"));
        format!("{line} ({})", ran.chain(missing).collect::<Vec<_>>().join(", "))
    }
}
