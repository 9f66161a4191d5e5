//! What the passes make of kernels: claims about the printed IR.
//!
//! Each file under `claims/` holds kernels. In a function, a comment `# check: TEXT` claims that
//! the text stands in the function's IR after all passes, or in that of its inner loop if it is a
//! ufunc, `# once: TEXT` that it stands there once, `# not: TEXT` that it does not. Claims hold with
//! overflow checks on and off, unless the file says `# overflow checks: off`. Loops are ones of single
//! numbers, unless the file says `# lanes: 256`, or another number of bits.

use std::path::Path;

use pykernel_codegen::analysis::analyse;
use pykernel_codegen::ir;
use pykernel_codegen::passes::{self, Options};
use pykernel_codegen::source::Source;
use pykernel_codegen::symbol::Package;
use pykernel_codegen::vector::Wanted;

#[test]
fn claims_hold() {
    let mut wrong = Vec::new();
    let mut files: Vec<_> =
        std::fs::read_dir("tests/claims").unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let modes: &[bool] = if text.contains("# overflow checks: off") { &[false] } else { &[false, true] };
        for overflow_checks in modes {
            let printed = compile(&file, &text, *overflow_checks);
            wrong.extend(broken(&text, &printed).map(|claim| format!("{}: {claim}", file.display())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The IR of a file after all passes.
fn compile(file: &Path, text: &str, overflow_checks: bool) -> String {
    let source = Source::file(file.display().to_string(), text);
    let package = Package { name: "claims".into(), version: "0.1.0".into() };
    let analysis = analyse(&source, &package);
    assert!(analysis.diagnostics.is_empty(), "{}: {:?}", file.display(), analysis.diagnostics);
    let overloads = analysis.interface.kernels.iter().flat_map(|kernel| &kernel.overloads);
    let entries: Vec<ir::FunctionId> = overloads.map(|overload| overload.function).collect();
    ir::print::print(&passes::run(analysis.module, &entries, Options { overflow_checks, lanes: lanes(text) }))
}

/// How many bits lanes have in a file.
fn lanes(text: &str) -> Option<Wanted> {
    let line = text.lines().find_map(|line| line.strip_prefix("# lanes: "))?;
    let bits: u32 = line.parse().unwrap_or_else(|_| panic!("`{line}` is no number of bits"));
    Some(bits.into())
}

/// The claims of a text that do not hold.
fn broken<'a>(text: &'a str, printed: &'a str) -> impl Iterator<Item = String> + 'a {
    let functions = text.split("\ndef ").skip(1);
    functions.filter_map(|function| function.split_once('(')).flat_map(move |(name, function)| {
        let body = body_of(name, printed);
        function.lines().filter_map(move |line| {
            let claim = line.trim();
            let found = |wanted: &str| body.matches(wanted).count();
            let holds = match claim.split_once(": ")? {
                ("# check", wanted) => found(wanted) > 0,
                ("# once", wanted) => found(wanted) == 1,
                ("# not", wanted) => found(wanted) == 0,
                _ => return None,
            };
            (!holds).then(|| format!("{claim}, in\n{body}"))
        })
    })
}

/// The text of one function.
fn body_of<'a>(name: &str, printed: &'a str) -> &'a str {
    let heads = [format!("fn {name}.loop("), format!("fn {name}(")];
    let start = heads.iter().find_map(|head| printed.find(head));
    let start = start.unwrap_or_else(|| panic!("there is no `{name}` in\n{printed}"));
    let body = &printed[start..];
    body.split_once("\n}").map_or(body, |(body, _)| body)
}
