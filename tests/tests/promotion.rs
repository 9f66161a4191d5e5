//! The promotion table: what every operator gives for every two scalar types, by the judge.
//!
//! `promotion/table.tsv` has a row for each call of a kernel `def k(a: L, b: R): return a op b`:
//! operator, left type, left value, right type, right value, result, mark. A unary operator has
//! an empty right side. Values are `*` where the compiler must refuse the kernel. The mark is
//! `ulp=N`; `not-finite`, where no more is asked of the result; or the name of a departure, whose
//! result is CPython's and must not be ours.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use pykernel_cli::jit::Jit;
use pykernel_cli::transcript::compare::compare;
use pykernel_cli::transcript::expected::{self, Expected};
use pykernel_cli::transcript::run::Compiled;
use pykernel_cli::transcript::value::{Failure, Raised, Value};
use pykernel_cli::transcript::{call, run};
use pykernel_codegen::analysis;
use pykernel_codegen::backend::Level;
use pykernel_codegen::source::Source;

const TABLE: &str = include_str!("../promotion/table.tsv");

/// Kernels per source: enough to share its analysis, few enough to spread over the cores.
const CHUNK: usize = 50;

/// The lines that a kernel takes in a source, and those before the first.
const LINES: u32 = 3;
const HEAD: &str = "from numba import njit, bool_, int8, int16, int32, int64, uint8, uint16, uint32, uint64, \
                    float32, float64, complex64, complex128\n";

/// A kernel's operator and types.
type Key<'t> = (&'t str, &'t str, &'t str);

#[derive(Debug)]
struct Row<'t> {
    left: &'t str,
    right: &'t str,
    result: &'t str,
    mark: &'t str,
}

fn table() -> Vec<(Key<'static>, Vec<Row<'static>>)> {
    let mut kernels: BTreeMap<Key<'_>, Vec<Row<'_>>> = BTreeMap::new();
    for line in TABLE.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let &[operator, left_type, left, right_type, right, result, mark] = columns.as_slice() else {
            panic!("not a row: {line}");
        };
        let rows = kernels.entry((operator, left_type, right_type)).or_default();
        rows.push(Row { left, right, result, mark });
    }
    kernels.into_iter().collect()
}

fn source(kernels: &[(Key<'_>, Vec<Row<'_>>)]) -> Source {
    let mut text = HEAD.to_owned();
    for (i, ((operator, left, right), _)) in kernels.iter().enumerate() {
        let written = match *right {
            "" => writeln!(text, "@njit\ndef k{i}(a: {left}):\n    return {operator} a"),
            right => writeln!(text, "@njit\ndef k{i}(a: {left}, b: {right}):\n    return a {operator} b"),
        };
        written.unwrap();
    }
    Source::file("promotion.py", &text)
}

/// Calls the kernels of one source; what is wrong with them.
fn check(kernels: &[(Key<'_>, Vec<Row<'_>>)]) -> Vec<String> {
    let Compiled { analysis, ir } = run::compile(&source(kernels), true, Level::V1);
    let mut wrong: Vec<String> = analysis.diagnostics.iter().map(|d| d.message.clone()).collect();
    for (kernel, (key, rows)) in analysis.interface.kernels.iter().zip(kernels) {
        let jit = match Jit::new(&ir, kernel, Level::V1) {
            Ok(jit) => jit,
            Err(error) => {
                wrong.push(format!("{key:?}: {error}"));
                continue;
            }
        };
        for row in rows {
            let args: Vec<Value> =
                [row.left, row.right].into_iter().filter(|text| !text.is_empty()).map(operand).collect();
            let result = call::call(&jit, kernel, &args);
            if let Err(cause) = verdict(row, &result) {
                wrong.push(format!("{key:?} of {} and {}: {cause}", row.left, row.right));
            }
        }
    }
    wrong
}

fn operand(text: &str) -> Value {
    match expected::parse(text) {
        Ok(Expected::Value(value)) => value,
        other => panic!("{text} is not a value: {other:?}"),
    }
}

fn verdict(row: &Row<'_>, result: &Result<Value, Failure>) -> Result<(), String> {
    let expected = match row.result.split_once(": ") {
        Some((class, message)) => {
            Ok(Expected::Raised(Raised { class: class.into(), message: message.into() }))
        }
        None => expected::parse(row.result),
    };
    if row.mark == "not-finite" {
        let is_finite = |value: &Value| matches!(value, Value::Number(number) if number.datum.is_finite());
        return if result.as_ref().is_ok_and(is_finite) { Err("is finite".into()) } else { Ok(()) };
    }
    let ulp = row.mark.strip_prefix("ulp=").map(|ulp| ulp.parse().unwrap());
    let compared = expected.and_then(|expected| compare(&expected, result, ulp.unwrap_or(0)));
    match (row.mark.is_empty() || ulp.is_some(), compared) {
        (true, compared) => compared,
        (false, Ok(())) => Err(format!("marked as a departure ({}), and is none", row.mark)),
        // Python's integers may be too large to be read here.
        (false, Err(_)) => Ok(()),
    }
}

/// Works on all items on all cores.
fn in_parallel<T: Sync>(items: &[T], work: impl Fn(&T) -> Vec<String> + Sync) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let wrong = work(item);
                    found.lock().unwrap().extend(wrong);
                }
            });
        }
    });
    found.into_inner().unwrap()
}

fn assert_none(mut wrong: Vec<String>, of: usize) {
    wrong.sort();
    let shown = wrong.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} wrong, of {of} kernels:\n{shown}", wrong.len());
}

#[test]
fn every_operator_gives_what_the_judge_gives() {
    let (_, kernels): (Vec<_>, Vec<_>) = table().into_iter().partition(|(_, rows)| rows[0].left == "*");
    let chunks: Vec<_> = kernels.chunks(CHUNK).collect();
    assert_none(in_parallel(&chunks, |chunk| check(chunk)), kernels.len());
}

#[test]
fn what_the_judge_refuses_is_refused() {
    let (kernels, _): (Vec<_>, Vec<_>) = table().into_iter().partition(|(_, rows)| rows[0].left == "*");
    let chunks: Vec<_> = kernels.chunks(CHUNK).collect();
    let accepted = in_parallel(&chunks, |chunk| {
        let source = source(chunk);
        let analysis = analysis::analyse(&source, &run::package(true));
        let lines = analysis.diagnostics.iter().map(|diagnostic| source.line(diagnostic.span.start));
        let refused: Vec<u32> = lines.map(|line| (line - 2) / LINES).collect();
        let is_refused = |i: usize| refused.contains(&(i as u32));
        let accepted = chunk.iter().enumerate().filter(|(i, _)| !is_refused(*i));
        accepted.map(|(_, (key, _))| format!("{key:?} is accepted")).collect()
    });
    assert_none(accepted, kernels.len());
}
