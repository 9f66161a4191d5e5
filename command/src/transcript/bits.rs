//! Whether a test's kernels give the same bits however they are compiled and run.

use pykernel_abi::Level;
use pykernel_codegen::hir::FastMath;
use pykernel_codegen::ir::{self, Expr, Intrinsic, visit};
use pykernel_codegen::vector::Wanted;

use super::case::Case;
use super::evaluate::Namespace;
use super::options::Arrangement;
use super::run::{Compiled, Engine, Loaded, Outcome, Prepared, Problem, compile, prepare};
use crate::device::Device;
use crate::host;

/// A way to compile kernels, and where they run.
#[derive(Clone, Copy)]
pub enum Way {
    /// Into this process.
    Jit {
        /// The CPU level, which this machine has.
        level: Level,
        /// What lanes are; none if loops stay ones of single numbers.
        lanes: Option<Wanted>,
    },
    /// To PTX, on a device.
    Ptx(&'static dyn Device),
}

impl Way {
    /// The name that people read.
    pub fn name(self) -> String {
        match self {
            Way::Jit { level, lanes } => {
                let lanes = lanes.map_or("scalar".to_owned(), |lanes| format!("{}-bit", lanes.bits));
                format!("{lanes}-{}", level.name())
            }
            Way::Ptx(device) => device.name().to_owned(),
        }
    }

    fn engine(self) -> Engine {
        match self {
            Way::Jit { level, .. } => Engine::Jit(level),
            Way::Ptx(device) => Engine::Ptx(device),
        }
    }

    fn lanes(self) -> Option<Wanted> {
        match self {
            Way::Jit { lanes, .. } => lanes,
            Way::Ptx(_) => None,
        }
    }

    /// Whether it multiplies and adds with one rounding.
    fn has_fma(self) -> bool {
        match self {
            Way::Jit { level, .. } => level.features().contains(&"fma"),
            Way::Ptx(_) => true,
        }
    }

    /// On how many threads parallel loops run: a device has its own.
    const fn threads(self) -> &'static [i64] {
        match self {
            Way::Jit { .. } => &[1, 2, 3, 7],
            Way::Ptx(_) => &[1],
        }
    }
}

/// Whether there is something to compare.
fn runs(case: &Case) -> bool {
    !case.is_refused() && case.options.takes("jit")
}

/// Runs a test in all ways and compares what it computes. Whether it is right is not asked. A way in which a kernel
/// cannot run is left out.
pub fn run(case: &Case, ways: &[Way]) -> Outcome {
    let mut outcome = Outcome::default();
    if !runs(case) {
        return outcome;
    }
    let mut ran: Vec<String> = ways.iter().map(|way| way.name()).collect();
    for overflow_checks in case.options.overflow_settings() {
        let mut runs = Vec::new();
        let prepared = prepare(&case.source, overflow_checks);
        for way in ways {
            match run_compiled(case, *way, &prepared) {
                Some(found) => runs.extend(found),
                None => ran.retain(|name| *name != way.name()),
            }
        }
        runs.iter().for_each(|run| outcome.problems.extend(difference(case, run, &runs)));
    }
    outcome.engines = ran;
    outcome
}

/// What linked kernels compute in a test, as text, which machines that must agree have in common; none if
/// the test is not for linked kernels.
pub fn linked_text(case: &Case, find: fn(&str) -> Option<*const u8>) -> Option<String> {
    let engine = Engine::Linked(find);
    if case.is_refused() || !case.options.takes(engine.kind()) {
        return None;
    }
    // What runs on several threads has the bits of one, which machines find by themselves.
    host::set_threads(1);
    let mut text = format!("{}\n", case.name);
    for overflow_checks in case.options.overflow_settings() {
        let Compiled { analysis, ir } = compile(&case.source, overflow_checks, engine.level());
        let mut loaded = Loaded::new(engine, None, &analysis, &ir);
        for layout in case.options.layouts().iter().copied() {
            text.extend(answers(case, &mut loaded, layout).into_iter().map(|answer| answer + "\n"));
        }
    }
    Some(text)
}

/// What a test computes in one way.
struct Run {
    way: Way,
    threads: i64,
    layout: Arrangement,
    /// Whether something in it depends on how a machine multiplies and adds.
    fuses: bool,
    /// Whether something in it lets the compiler change what floats give.
    is_fast: bool,
    /// What each example gives, as text, and what it prints; then what the variables hold.
    answers: Vec<String>,
}

impl Run {
    /// Whether another run must give the same.
    fn must_agree(&self, other: &Run) -> bool {
        self.layout == other.layout
            && (!self.fuses || self.way.has_fma() == other.way.has_fma())
            && (!self.is_fast || self.way.name() == other.way.name())
    }
}

/// Compiles a test and runs it with each layout, on each number of threads; none if a kernel that is called
/// cannot run there.
fn run_compiled(case: &Case, way: Way, prepared: &Prepared) -> Option<Vec<Run>> {
    let mut runs = Vec::new();
    let ir = prepared.finish(way.lanes());
    let mut loaded = Loaded::new(way.engine(), prepared.for_engine(way.engine()), &prepared.analysis, &ir);
    let fuses = fuses(&ir);
    let is_fast = ir.functions.iter().any(|function| function.fastmath != FastMath::default());
    for layout in case.options.layouts().iter().copied() {
        for threads in way.threads().iter().copied() {
            host::set_threads(threads);
            let answers = answers(case, &mut loaded, layout);
            if loaded.refused.is_some() {
                return None;
            }
            runs.push(Run { way, threads, layout, fuses, is_fast, answers });
        }
    }
    Some(runs)
}

/// Whether a machine with fused multiply-add may give other bits: mathematical functions do it.
fn fuses(ir: &ir::Module) -> bool {
    let fuses = |expr: &Expr| {
        matches!(expr, Expr::Intrinsic { op: Intrinsic::MultiplyAdd | Intrinsic::ProductError, .. })
    };
    ir.functions.iter().any(|function| visit::any(&function.body, &fuses))
}

/// What the examples compute. Python's `repr` tells all numbers apart but NaNs, whose bits nothing
/// fixes.
fn answers(case: &Case, loaded: &mut Loaded<'_>, layout: Arrangement) -> Vec<String> {
    let mut namespace = Namespace::new(layout);
    let mut answers = Vec::new();
    for example in &case.examples {
        let result = namespace.evaluate(&example.expr, loaded);
        let answer = match &result {
            Ok(value) => value.to_string(),
            Err(failure) => format!("{failure:?}"),
        };
        answers.push(format!("{}{answer}", host::take_printed()));
        if let (Some(name), Ok(value)) = (&example.target, result) {
            namespace.assign(name, &example.expr, value);
        }
    }
    answers.extend(namespace.variables().map(|(name, value)| format!("{name} = {value}")));
    answers
}

/// The first run that must agree with a run, and the first of its answers that does not.
fn differing<'a>(run: &Run, runs: &'a [Run]) -> Option<(&'a Run, usize)> {
    let first = runs.iter().find(|first| run.must_agree(first))?;
    let mut answers = run.answers.iter().zip(&first.answers);
    answers.position(|(got, want)| got != want).map(|index| (first, index))
}

/// How a run differs from the first one that must agree with it.
fn difference(case: &Case, run: &Run, runs: &[Run]) -> Option<Problem> {
    let (first, index) = differing(run, runs)?;
    let [want, got] = [first, run].map(|run| &run.answers[index]);
    let place = match case.examples.get(index) {
        Some(example) => format!("{}:{}: {}", case.source.file, example.line, example.text),
        None => format!("{}: a variable at the end", case.source.file),
    };
    let name = |run: &Run| format!("{} on {} threads", run.way.name(), run.threads);
    let layout = run.layout.name().map(|name| format!(", {name} arrays")).unwrap_or_default();
    let text = format!("{place}{layout}\n{}: {want}\n{}: {got}", name(first), name(run));
    Some(Problem::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(level: Level, threads: i64, fuses: bool, answer: &str) -> Run {
        let answers = vec!["same".to_owned(), answer.to_owned()];
        Run {
            way: Way::Jit { level, lanes: None },
            threads,
            layout: Arrangement::Own,
            fuses,
            is_fast: false,
            answers,
        }
    }

    #[test]
    fn a_run_agrees_with_the_first_of_its_kind() {
        let places = |runs: &[Run]| -> Vec<Option<usize>> {
            runs.iter().map(|run| differing(run, runs).map(|(_, index)| index)).collect()
        };
        let exact = |level, threads, answer| run(level, threads, false, answer);
        let runs = [exact(Level::V1, 1, "0.0"), exact(Level::V1, 7, "0.0"), exact(Level::V3, 1, "-0.0")];
        assert_eq!(places(&runs), [None, None, Some(1)]);
        let fused = |level, threads, answer| run(level, threads, true, answer);
        let runs = [fused(Level::V1, 1, "1.0"), fused(Level::V3, 1, "1.5"), fused(Level::V3, 2, "1.0")];
        assert_eq!(places(&runs), [None, None, Some(1)]);
        let runs = [fused(Level::V1, 1, "1.0"), fused(Level::V3, 1, "1.5"), fused(Level::V4, 1, "1.0")];
        assert_eq!(places(&runs), [None, None, Some(1)]);
    }
}
