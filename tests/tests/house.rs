//! The house rules of ARCHITECTURE.md that can be tested: the numbers in its section "Invariants".

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use pykernel_codegen::analysis::analyse;
use pykernel_codegen::backend::{self, Target};
use pykernel_codegen::diagnostic::Code;
use pykernel_codegen::passes::{self, Options};
use pykernel_codegen::source::Source;
use pykernel_codegen::symbol::Package;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ stands in the workspace").to_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All files below a folder with an extension, build outputs left out, in a fixed order.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("a readable folder").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A file's text without comment lines and without its tests.
fn code(path: &Path) -> String {
    let text = read(path);
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

/// The words that follow `prefix` in a text: for `crate::`, the modules that it names.
fn named_after(text: &str, prefix: &str) -> BTreeSet<String> {
    text.match_indices(prefix)
        .flat_map(|(at, _)| {
            let rest = &text[at + prefix.len()..];
            let list = rest.strip_prefix('{').and_then(|list| list.split('}').next());
            let items = list.map_or_else(|| vec![rest], |list| list.split(',').collect());
            items.into_iter().map(first_word).collect::<Vec<_>>()
        })
        .filter(|word| !word.is_empty())
        .collect()
}

fn first_word(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn modules_of_codegen_name_only_those_before_them() {
    let src = root().join("codegen/src");
    let lib = read(&src.join("lib.rs"));
    let order: Vec<String> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ").or_else(|| line.strip_prefix("mod ")))
        .map(first_word)
        .collect();
    assert!(order.len() > 10, "lib.rs lists its modules: {order:?}");
    let place: BTreeMap<&String, usize> = order.iter().enumerate().map(|(at, name)| (name, at)).collect();
    let mut wrong = Vec::new();
    for path in files(&src, "rs") {
        let inside = path.strip_prefix(&src).expect("below src");
        let module = first_word(&inside.to_string_lossy());
        let Some(here) = place.get(&module) else { continue };
        for named in named_after(&code(&path), "crate::") {
            if place.get(&named).is_some_and(|there| there > here) {
                wrong.push(format!("{} names `{named}`, which stands after `{module}`", inside.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn foreign_crates_stay_in_their_rooms() {
    let rooms = [
        ("ruff_", vec!["codegen/src/syntax"]),
        ("cranelift_", vec!["codegen/src/backend", "command/src/jit"]),
        ("annotate_snippets", vec!["codegen/src/render"]),
        ("ar_archive_writer", vec!["codegen/src/build"]),
    ];
    let root = root();
    let mut wrong = Vec::new();
    for path in files(&root, "rs") {
        let inside = path.strip_prefix(&root).expect("below the root").to_string_lossy().into_owned();
        if inside == "tests/tests/house.rs" {
            continue;
        }
        let text = code(&path);
        for (name, allowed) in &rooms {
            if text.contains(name) && !allowed.iter().any(|room| inside.starts_with(room)) {
                wrong.push(format!("{inside} names {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The objects of a kernel file.
fn objects(path: &Path) -> Vec<Vec<u8>> {
    let package = Package { name: "house".into(), version: "1.0.0".into() };
    let analysis = analyse(&Source::file("k.py", &read(path)), &package);
    assert!(analysis.diagnostics.is_empty(), "{:?}", analysis.diagnostics);
    let compile = |kernel: &pykernel_codegen::interface::Kernel| {
        let entries: Vec<_> = kernel.overloads.iter().map(|overload| overload.function).collect();
        let module =
            passes::run(analysis.module.clone(), &entries, Options { overflow_checks: true, lanes: None });
        backend::object(&[module.into()], kernel, &Target::host(), None).expect("the kernel compiles")
    };
    analysis.interface.kernels.iter().map(compile).collect()
}

#[test]
fn same_input_same_bytes() {
    let path = root().join("benches/kernels/scalar.py");
    assert_eq!(objects(&path), objects(&path));
}

#[test]
fn every_code_is_raised_by_a_test() {
    let root = root();
    let mut texts: Vec<String> = files(&root.join("tests"), "md").iter().map(|path| read(path)).collect();
    let rust = files(&root.join("tests"), "rs").into_iter().chain(files(&root.join("codegen/tests"), "rs"));
    texts.extend(rust.filter(|path| !path.ends_with("house.rs")).map(|path| read(&path)));
    let unit_tests = |path: &PathBuf| read(path).split("#[cfg(test)]").skip(1).collect::<String>();
    texts.extend(files(&root.join("codegen/src"), "rs").iter().map(unit_tests));
    let silent: Vec<&str> = Code::ALL
        .iter()
        .filter(|code| {
            let (shown, named) = (format!("[{}]", code.name()), format!("Code::{code:?}"));
            !texts.iter().any(|text| text.contains(&shown) || text.contains(&named))
        })
        .map(|code| code.name())
        .collect();
    assert!(silent.is_empty(), "no test raises {silent:?}");
}

#[test]
fn every_folder_is_on_the_map() {
    let root = root();
    let map = read(&root.join("ARCHITECTURE.md"));
    let top = folders(&root).into_iter().map(|name| (name.clone(), name));
    let modules =
        folders(&root.join("codegen/src")).into_iter().map(|name| (format!("codegen/src/{name}"), name));
    let missing: Vec<String> = top
        .chain(modules)
        .filter(|(_, name)| !map.contains(&format!("`{name}`")))
        .map(|(path, _)| path)
        .collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md does not name {missing:?}");
}

fn folders(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("a readable folder"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name != "target" && !name.starts_with('.'))
        .collect();
    names.sort();
    names
}

#[test]
fn every_file_says_what_it_is_for_and_is_short() {
    let root = root();
    let mut wrong = Vec::new();
    for path in files(&root, "rs") {
        let text = read(&path);
        let inside = path.strip_prefix(&root).expect("below the root").display().to_string();
        if !text.starts_with("//!") && !inside.starts_with("tests/ui/") {
            wrong.push(format!("{inside} has no module doc on its first line"));
        }
        if text.lines().count() > 800 {
            wrong.push(format!("{inside} has {} lines", text.lines().count()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
