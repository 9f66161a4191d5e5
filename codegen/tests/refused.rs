//! What Python has and kernels do not is refused by name, with a way out, and nothing crashes.
//!
//! `refused/names.txt` lists what Python, NumPy and Numba have; `refused/constructs.txt` what can be
//! written, in each group with its words: the message of its first diagnostic must contain them.

use pykernel_codegen::diagnostic::{Diagnostic, Diagnostics};
use pykernel_codegen::source::Source;
use pykernel_codegen::{infer, syntax};

const NAMES: &str = include_str!("refused/names.txt");
const CONSTRUCTS: &str = include_str!("refused/constructs.txt");

/// What the front end finds wrong, in the order of the text.
fn found(text: &str) -> Vec<Diagnostic> {
    let mut diagnostics = Diagnostics::default();
    let module = syntax::parse(&Source::file("k.py", text), &mut diagnostics);
    infer::infer(&module, &mut diagnostics);
    diagnostics.into_sorted()
}

/// The names of a group.
fn names(group: &str) -> Vec<&'static str> {
    let mut lines = NAMES.lines().skip_while(|line| line.strip_suffix(':') != Some(group)).skip(1);
    let lines: Vec<&str> = lines.by_ref().take_while(|line| line.starts_with(' ')).collect();
    assert!(!lines.is_empty(), "no group {group}");
    lines.into_iter().flat_map(str::split_whitespace).collect()
}

/// What is wrong with the first diagnostic of a text that uses a name, if there is one.
fn fault(text: &str, name: &str) -> Option<String> {
    let diagnostics = found(text);
    let first = diagnostics.first()?;
    // NumPy's and Numba's other names of scalar types are called by their own.
    let named = first.message.contains(name) || first.message.ends_with("` is not a value");
    match &first.help {
        Some(help) if named && !help.contains("docs/language.md") => None,
        help => Some(format!("{name}: [{}] {} / {help:?}", first.code.name(), first.message)),
    }
}

fn all_named(group: &str, text: impl Fn(&str) -> String) {
    let faults: Vec<String> = names(group).into_iter().filter_map(|name| fault(&text(name), name)).collect();
    assert!(faults.is_empty(), "{} of {group}:\n{}", faults.len(), faults.join("\n"));
}

fn kernel(imports: &str, body: &str) -> String {
    format!(
        "{imports}\nfrom numba import njit, float64\n@njit\ndef f(x: float64, a: float64[:]):\n    {body}\n"
    )
}

#[test]
fn pythons_builtins() {
    all_named("builtins", |name| kernel("", &format!("y = {name}(x)")));
    all_named("builtins", |name| kernel("", &format!("y = {name}")));
    all_named("builtins", |name| kernel("", &format!("raise {name}")));
}

#[test]
fn functions_and_constants_of_modules() {
    for module in ["math", "cmath", "numpy", "numba"] {
        all_named(module, |name| kernel(&format!("import {module} as m"), &format!("y = m.{name}(x)")));
        all_named(module, |name| kernel(&format!("import {module} as m"), &format!("y = m.{name}")));
        all_named(module, |name| kernel(&format!("from {module} import {name}"), &format!("y = {name}")));
    }
}

#[test]
fn decorators_of_numba() {
    let text = |name: &str| format!("import numba\n@numba.{name}\ndef f(x):\n    return x\n");
    all_named("numba", text);
}

#[test]
fn attributes_and_methods() {
    all_named("array", |name| kernel("", &format!("y = a.{name}")));
    all_named("array", |name| kernel("", &format!("y = a.{name}()")));
    all_named("number", |name| kernel("", &format!("y = x.{name}")));
    all_named("number", |name| kernel("", &format!("y = x.{name}()")));
}

#[test]
fn modules() {
    all_named("modules", |name| format!("import {name}\n"));
    all_named("modules", |name| format!("from {name} import x\n"));
}

#[test]
fn constructs() {
    let mut faults = Vec::new();
    let mut words = "";
    for line in CONSTRUCTS.lines().skip(2).filter(|line| !line.is_empty()) {
        match line.strip_prefix("    ") {
            None => words = line.strip_suffix(':').unwrap_or(line),
            Some(text) => {
                let text = text.replace("\\n", "\n").replace("\\t", "\t");
                let text = match text.starts_with("file ") {
                    true => text.replacen("file ", "from numba import njit\n", 1),
                    false => kernel("", &text.replace('\n', "\n    ")),
                };
                faults.extend(unlike(&text, words));
            }
        }
    }
    assert!(faults.is_empty(), "{}:\n{}", faults.len(), faults.join("\n"));
}

/// What is wrong with a construct's first diagnostic: it has these words, and a way out.
fn unlike(text: &str, words: &str) -> Option<String> {
    match found(text).first() {
        Some(first)
            if first
                .help
                .as_ref()
                .is_some_and(|help| format!("{} / {help}", first.message).contains(words)) =>
        {
            None
        }
        first => {
            Some(format!("{text:?}: {words:?}, not {:?}", first.map(|first| (&first.message, &first.help))))
        }
    }
}
