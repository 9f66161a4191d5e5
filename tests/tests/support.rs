//! `docs/support.md`: every function that kernels can call, with the arguments by which transcripts call it.
//!
//! `PYKERNEL_BLESS=1 cargo test -p pykernel-tests --test support` writes it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use pykernel_cli::transcript::folder;
use pykernel_codegen::builtin;
use pykernel_codegen::diagnostic::Diagnostics;
use pykernel_codegen::hir::visit::walk_exprs;
use pykernel_codegen::hir::{Expr, ExprKind, Keyword};
use pykernel_codegen::syntax;

const PAGE: &str = "../docs/support.md";

/// The modules whose functions are listed, as titles name them.
const MODULES: &[(&str, &str)] = &[
    ("", "Python's builtins"),
    ("math", "`math`"),
    ("cmath", "`cmath`"),
    ("numpy", "`numpy`"),
    ("numpy.random", "`numpy.random`"),
    ("random", "`random`"),
    ("numpy.fft", "`numpy.fft`"),
    ("numpy.linalg", "`numpy.linalg`"),
    ("numba", "`numba`"),
    ("numba.cuda", "`numba.cuda`"),
    ("numba.cuda.atomic", "`numba.cuda.atomic`"),
    ("numba.cuda.const", "`numba.cuda.const`"),
    ("numba.cuda.local", "`numba.cuda.local`"),
    ("numba.cuda.random", "`numba.cuda.random`"),
    ("numba.cuda.shared", "`numba.cuda.shared`"),
];

/// How transcripts call a function.
#[derive(Default)]
struct Calls {
    /// How many arguments stand by position.
    positional: BTreeSet<usize>,
    keywords: BTreeSet<String>,
    files: BTreeSet<String>,
}

impl Calls {
    fn add(&mut self, n_positional: usize, keywords: &[Keyword], file: &str) {
        self.positional.insert(n_positional);
        self.keywords.extend(keywords.iter().map(|keyword| keyword.name.clone()));
        self.files.insert(file.to_owned());
    }

    /// `1–3, axis=, keepdims=`.
    fn arguments(&self) -> String {
        let counts = match (self.positional.first(), self.positional.last()) {
            (Some(least), Some(most)) if least != most => format!("{least}–{most}"),
            (Some(one), _) => one.to_string(),
            (None, _) => String::new(),
        };
        let keywords = self.keywords.iter().map(|keyword| format!("`{keyword}=`"));
        std::iter::once(counts).chain(keywords).collect::<Vec<_>>().join(", ")
    }
}

/// The calls of functions by their full names, and those of methods by their names.
#[derive(Default)]
struct Found {
    functions: BTreeMap<String, Calls>,
    methods: BTreeMap<String, Calls>,
}

impl Found {
    fn note(&mut self, expr: &Expr, file: &str) {
        match &expr.kind {
            ExprKind::Call { callee, args, keywords } => match &callee.kind {
                ExprKind::Builtin(name) => {
                    self.functions.entry(name.clone()).or_default().add(args.len(), keywords, file);
                }
                ExprKind::Attribute { value: _, name } => {
                    self.methods.entry(name.clone()).or_default().add(args.len(), keywords, file);
                }
                _ => {}
            },
            // `cuda.threadIdx.x` is called by nobody.
            ExprKind::Builtin(name) => {
                self.functions.entry(name.clone()).or_default().files.insert(file.to_owned());
            }
            _ => {}
        }
    }
}

/// What the transcripts that compile call.
fn found() -> Found {
    let mut found = Found::default();
    for file in folder::files(Path::new("kernels")).expect("the transcripts can be listed") {
        let place = file.strip_prefix("kernels").expect("it is below the folder").display().to_string();
        for case in folder::cases(&file).into_iter().flatten().filter(|case| !case.is_refused()) {
            let module = syntax::parse(&case.source, &mut Diagnostics::default());
            for function in &module.functions {
                let body = function.body.as_deref().unwrap_or_default();
                walk_exprs(body, &mut |expr| found.note(expr, &place));
            }
        }
    }
    found
}

/// A row for a function, of which there are calls.
fn row(name: &str, calls: &Calls) -> String {
    let shown: Vec<String> =
        calls.files.iter().take(2).map(|file| format!("[{file}](../tests/kernels/{file})")).collect();
    let more = calls.files.len().saturating_sub(2);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("| `{name}` | {} | {}{more} |\n", calls.arguments(), shown.join(", "))
}

const HEAD: &str = "| | arguments | transcripts |\n| --- | --- | --- |\n";

/// The page, and the functions of which no transcript has a call.
fn page(found: &Found) -> (String, Vec<String>) {
    let mut page = "# Functions\n\nWhat kernels can call, with the number of arguments by position and the names of the others as transcripts have \
                    them. The tests write this page; [language.md](language.md) says what is particular.\n"
        .to_owned();
    let mut missing = Vec::new();
    for (module, title) in MODULES {
        // Writing to a string cannot fail.
        let _ = write!(page, "\n## {title}\n\n{HEAD}");
        let names: BTreeSet<&str> = builtin::members(module).collect();
        for name in names {
            let full = if module.is_empty() { name.to_owned() } else { format!("{module}.{name}") };
            match found.functions.get(&full) {
                _ if builtin::constant(&full).is_some() => {}
                Some(calls) => page.push_str(&row(&builtin::python_name(&full), calls)),
                None => missing.push(full),
            }
        }
    }
    let of_arrays = ("Methods of arrays and numbers", "x", builtin::methods());
    let of_generators = ("Methods of generators", "rng", builtin::generator_methods());
    for (title, owner, methods) in [of_arrays, of_generators] {
        let _ = write!(page, "\n## {title}\n\n{HEAD}");
        for function in methods {
            let name = function.trim_matches('`').to_owned();
            match found.methods.get(&name) {
                Some(calls) => page.push_str(&row(&format!("{owner}.{name}"), calls)),
                None => missing.push(format!("the method {name}")),
            }
        }
    }
    (page, missing)
}

#[test]
fn every_function_has_a_transcript_and_stands_on_the_page() {
    let (page, missing) = page(&found());
    assert!(missing.is_empty(), "no transcript calls {}", missing.join(", "));
    if env::var_os("PYKERNEL_BLESS").is_some() {
        fs::write(PAGE, &page).expect("docs can be written");
    }
    let written = fs::read_to_string(PAGE).unwrap_or_default();
    assert!(written == page, "docs/support.md is not what transcripts say: PYKERNEL_BLESS=1 writes it");
}
