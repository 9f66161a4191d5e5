//! The build helper on packages in temporary folders.

mod c;

use std::fs;
use std::path::{Path, PathBuf};

use super::c::Wanted;
use super::directives::Directive;
use super::job::{Job, Outcome};
use crate::backend::Target;
use crate::manifest::Manifest;
use crate::symbol::Package;

/// A package in a folder that is removed with it.
struct Sandbox(Job);

impl Sandbox {
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("pykernel-build-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        Sandbox(Job {
            out: root.join("out"),
            package: Package { name: "my-app".into(), version: "0.1.0".into() },
            triple: "x86_64-unknown-linux-gnu".into(),
            features: "fxsr,sse,sse2".into(),
            overflow_checks: true,
            reports: false,
            debug: false,
            kernels: "kernels".into(),
            paths: ["src", "tests", "README.md"].map(str::to_owned).to_vec(),
            stubs: vec![],
            compiler: "1".into(),
            c: Wanted::default(),
            emit: "".into(),
            root,
        })
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs the job; nothing may be wrong.
    fn run(&self) -> Outcome {
        let outcome = self.0.run();
        assert_eq!(outcome.errors, [] as [String; 0]);
        outcome
    }

    /// How many objects were built and reused, and how many files removed.
    fn counts(&self) -> (usize, usize, usize) {
        let outcome = self.run();
        (outcome.built, outcome.reused, outcome.removed)
    }

    /// The one error of a run.
    fn error(&self) -> String {
        let mut errors = self.0.run().errors;
        assert_eq!(errors.len(), 1, "{errors:?}");
        errors.remove(0)
    }

    fn manifest(&self) -> Manifest {
        Manifest::from_text(&fs::read_to_string(self.0.out.join("manifest")).unwrap()).unwrap()
    }

    /// The kernels in the manifest, each with its file, sorted.
    fn kernels(&self) -> Vec<String> {
        let kernels = self.manifest().kernels;
        let mut kernels: Vec<String> =
            kernels.iter().map(|it| format!("{} {}", it.kernel.name, it.file)).collect();
        kernels.sort();
        kernels
    }

    /// The kernels of a run.
    fn kernels_of_run(&self) -> Vec<String> {
        self.run();
        self.kernels()
    }

    /// The names and bytes of everything that was written.
    fn written(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let entries = fs::read_dir(&self.0.out).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<_> =
            entries.map(|path| (path.file_name().unwrap().into(), fs::read(path).unwrap())).collect();
        files.sort();
        files
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0.root);
    }
}

fn kernel(name: &str, value: &str) -> String {
    format!(
        "from numba import njit, float64\n@njit(float64(float64))\ndef {name}(x):\n    return x * {value}\n"
    )
}

fn inline(name: &str, value: &str) -> String {
    format!("pykernel::py_kernel! {{\n{}}}\n", kernel(name, value))
}

#[test]
fn every_kernel_is_found_once() {
    let package = Sandbox::new("found");
    package.write("src/lib.rs", &format!("{}mod deep;", inline("a", "2")));
    package.write("src/deep/mod.rs", &format!("fn f() {{ {} }}", inline("b", "2")));
    package.write("tests/t.rs", &format!("{}py_kernel!(r#\"{}\"#);", inline("a", "2"), kernel("c", "2")));
    package.write("tests/fixture/Cargo.toml", "");
    package.write("tests/fixture/src/lib.rs", &inline("other_package", "2"));
    package.write("README.md", &format!("```\n{}```\npy_kernel!(file = \"./py/f.py\")", inline("d", "2")));
    package.write("kernels/e.py", &kernel("e", "2"));
    package.write("py/f.py", &kernel("f", "2"));
    package.run();
    let expected =
        ["a src/lib.rs", "b src/deep/mod.rs", "c tests/t.rs", "d README.md", "e kernels/e.py", "f py/f.py"];
    assert_eq!(package.kernels(), expected);
}

#[test]
fn one_changed_kernel_is_one_object() {
    let package = Sandbox::new("incremental");
    for i in 0..12 {
        package.write(&format!("kernels/k{i}.py"), &kernel(&format!("k{i}"), "2"));
    }
    assert_eq!(package.counts(), (12, 0, 0));
    assert_eq!(package.counts(), (0, 12, 0));
    package.write("kernels/k7.py", &kernel("k7", "3"));
    assert_eq!(package.counts(), (1, 11, 1));
    fs::remove_file(package.0.root.join("kernels/k7.py")).unwrap();
    assert_eq!(package.counts(), (0, 11, 1));
}

#[test]
fn functions_of_one_file_are_compiled_apart() {
    let package = Sandbox::new("apart");
    let file = |value: &str, helper: &str| {
        let head = "from numba import njit\n@njit\ndef helper(x):\n    return x";
        let a = "@njit\ndef a(x: float) -> float:\n    return helper(x)";
        format!("{head} + {helper}\n{a}\n@njit\ndef b(x: float) -> float:\n    return x * {value}\n")
    };
    package.write("kernels/k.py", &file("2", "1"));
    assert_eq!(package.counts(), (2, 0, 0));
    package.write("kernels/k.py", &file("3", "1"));
    assert_eq!(package.counts(), (1, 1, 1));
    package.write("kernels/k.py", &file("3", "5"));
    assert_eq!(package.counts(), (1, 1, 1));
    // The lines are in the tracebacks.
    package.write("kernels/k.py", &format!("\n{}", file("3", "5")));
    assert_eq!(package.counts(), (2, 0, 2));
}

#[test]
fn what_an_object_depends_on_is_in_its_name() {
    let mut package = Sandbox::new("options");
    package.write("src/lib.rs", &inline("a", "2"));
    assert_eq!(package.counts(), (1, 0, 0));
    let library = package.manifest().library;
    package.0.overflow_checks = false;
    assert_eq!(package.counts(), (1, 0, 1));
    package.0.debug = true;
    assert_eq!(package.counts(), (1, 0, 1));
    package.0.compiler = "2".into();
    assert_eq!(package.counts(), (1, 0, 1));
    package.0.features.push_str(",fma");
    assert_eq!(package.counts(), (1, 0, 1));
    package.0.package.version = "0.2.0".into();
    assert_eq!(package.counts(), (1, 0, 2));
    assert_ne!(package.manifest().library, library);
}

#[test]
fn loops_that_cannot_raise_are_told_from_those_that_can() {
    let mut package = Sandbox::new("raises");
    let text = "from numba import vectorize, guvectorize, int64\n\n\
        @vectorize([int64(int64)])\ndef count(x):\n    n = 0\n    while n * n < x:\n        n += 1\n    return n\n\n\
        @guvectorize([(int64[:], int64[:])], '(n)->()')\ndef total(x, out):\n    out[0] = 0\n    for i in range(len(x)):\n        \
        out[0] += x[i]\n\n\
        @guvectorize([(int64[:], int64[:])], '(n)->()')\ndef first(x, out):\n    out[0] = x[0]\n";
    package.write("kernels/k.py", text);
    let raising = |package: &Sandbox| {
        package.run();
        let kernels = package.manifest().kernels.into_iter().map(|compiled| compiled.kernel);
        let raising = kernels.filter(|kernel| kernel.overloads[0].raises);
        raising.map(|kernel| kernel.name).collect::<Vec<_>>()
    };
    assert_eq!(raising(&package), ["count", "first"]);
    package.0.overflow_checks = false;
    assert_eq!(raising(&package), ["first"]);
    assert_eq!(package.counts(), (0, 3, 0));
    assert_eq!(raising(&package), ["first"], "what is kept says the same");
}

#[test]
fn an_object_does_not_depend_on_what_stands_beside_its_kernel() {
    // Small enough to be copied to two places, too large for four.
    let lines: String = (0..60).map(|i| format!("    x = x * {i}.5 + x / (x * x + {i}.25)\n")).collect();
    let shared = format!("from numba import njit, float64\n\n@njit\ndef h(x):\n{lines}    return x\n\n");
    let kernel =
        |name| format!("@njit\ndef {name}(x: float64) -> float64:\n    return h(x) + h(x + 1.0)\n\n");
    let object = |text: &str, name: &str| {
        let package = Sandbox::new(name);
        package.write("kernels/k.py", text);
        package.run();
        let files = fs::read_dir(&package.0.out).unwrap().map(|entry| entry.unwrap().path());
        let is_a = |path: &PathBuf| path.to_string_lossy().contains("_a_");
        let files: Vec<_> = files.filter(is_a).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        fs::read(&files[0]).unwrap()
    };
    let alone = object(&(shared.clone() + &kernel("a")), "alone");
    let beside = object(&(shared.clone() + &kernel("a") + &kernel("b")), "beside");
    assert!(alone == beside);
}

#[test]
fn stages_are_written_when_asked_for_and_whether_or_not_objects_are_new() {
    let mut package = Sandbox::new("emit");
    package.write("src/lib.rs", &(inline("a", "2") + &inline("b", "3")));
    package.run();
    let folder = package.0.root.join("pykernel-emit");
    assert!(!folder.exists());
    package.0.emit = "ir,clif".into();
    assert_eq!(package.counts(), (0, 2, 0));
    let mut written: Vec<PathBuf> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    written.sort();
    let extensions: Vec<_> = written.iter().map(|path| path.extension().unwrap()).collect();
    assert_eq!(extensions, ["clif", "ir", "clif", "ir"]);
    assert!(fs::read_to_string(&written[0]).unwrap().contains("; src/lib.rs:5: return x * 2"));
    package.0.emit = "asm".into();
    let said = package.run().directives();
    let line = format!("PYKERNEL_EMIT: the stages of all kernels are in {}", folder.display());
    assert!(said.contains(&Directive::Warning(line)), "{said:?}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
    package.0.emit = "llvm".into();
    assert!(package.error().contains("`llvm`"));
}

#[test]
fn the_same_package_gives_the_same_bytes() {
    let (one, other) = (Sandbox::new("same-1"), Sandbox::new("same-2"));
    for package in [&one, &other] {
        package.write("src/lib.rs", &(inline("a", "2") + &inline("b", "x")));
        package.write("kernels/c.py", &kernel("c", "4"));
    }
    // One is built at once, the other in two steps.
    one.run();
    other.write("kernels/c.py", &kernel("c", "5"));
    other.run();
    other.write("kernels/c.py", &kernel("c", "4"));
    other.run();
    assert_eq!(one.written(), other.written());
}

#[test]
fn a_stub_changes_the_kernels_that_it_declares() {
    let package = Sandbox::new("stubs");
    package.write("kernels/k.py", "def a(x):\n    return x\n\ndef b(x: float) -> float:\n    return x\n");
    assert_eq!(package.counts(), (1, 0, 0));
    let stub =
        |a: &str| format!("from numba import float32, float64\n\n{a}\ndef b(x: float) -> float: ...\n");
    package.write("kernels/k.pyi", &stub("def a(x: float32): ..."));
    assert_eq!(package.counts(), (2, 0, 1));
    package.write("kernels/k.pyi", &stub("def a(x: float32) -> float64: ..."));
    assert_eq!(package.counts(), (1, 1, 1));
    package.write("kernels/k.pyi", &format!("# A comment.\n{}", stub("def a(x: float32) -> float64: ...")));
    assert_eq!(package.counts(), (0, 2, 0));
    package.write("kernels/l.pyi", "");
    assert!(package.error().contains("the stub `kernels/l.pyi` belongs to no kernel file"));
}

#[test]
fn stubs_elsewhere_are_named_and_watched() {
    let mut package = Sandbox::new("stubs-elsewhere");
    package.write("py/k.py", "def a(x):\n    return x\n");
    package.write("src/lib.rs", "py_kernel!(file = \"py/k.py\");");
    assert_eq!(package.kernels_of_run(), [] as [&str; 0]);
    let watched = |package: &Sandbox, path: &str| {
        package.run().directives().contains(&Directive::RerunIfChanged(path.into()))
    };
    assert!(watched(&package, "py"), "a stub may turn up beside the file");
    package.write("stubs/k.pyi", "def a(x: float): ...\n");
    package.0.stubs = vec!["stubs/k.pyi".into()];
    assert_eq!(package.kernels_of_run(), ["a py/k.py"]);
    assert!(watched(&package, "stubs/k.pyi"));
    assert_eq!(package.manifest().stubs, ["stubs/k.pyi"]);
    package.0.stubs.push("stubs/other.pyi".into());
    let error = package.error();
    assert!(error.ends_with("\nhelp: it would be one that is named `other.py`"), "{error}");
}

#[test]
fn a_package_without_kernels_builds() {
    let package = Sandbox::new("empty");
    assert_eq!(package.counts(), (0, 0, 0));
    assert_eq!(package.manifest().kernels, []);
}

#[test]
fn cargo_is_told_what_was_looked_at() {
    let package = Sandbox::new("told");
    package.write("src/lib.rs", "kernels!(); py_kernel!(file = \"py/missing.py\");");
    let directives = package.run().directives();
    let watched = |path: &str| directives.contains(&Directive::RerunIfChanged(path.into()));
    assert!(watched("src") && watched("kernels") && watched("py/missing.py"), "{directives:?}");
    assert!(!watched("tests") && !watched("README.md"), "{directives:?}");
    let out = package.0.out.to_str().unwrap();
    assert!(directives.contains(&Directive::LinkSearch(out.into())));
    assert!(directives.contains(&Directive::Variable("PYKERNEL_MANIFEST", format!("{out}/manifest"))));
    let library = package.manifest().library;
    assert!(Path::new(&format!("{out}/lib{library}.a")).exists());
}

#[test]
fn mistakes_are_reported_once_by_the_macro_where_there_is_one() {
    let package = Sandbox::new("mistakes");
    package.write("src/lib.rs", &inline("a", "nothing"));
    package.write("kernels/k.py", &kernel("k", "nothing"));
    let error = package.error();
    assert!(error.starts_with("error[undefined-name]: "), "{error}");
    assert!(error.contains(" --> kernels/k.py:4:16\n"), "{error}");
    package.write("src/other.rs", "py_kernel!(file = \"kernels/k.py\");");
    package.run();
    package.write("kernels/other-name.py", "");
    assert!(package.error().contains("`other-name` is not an identifier"));
    package.write("src/other.rs", "kernels!();");
    package.run();
}

#[test]
fn warnings_are_told_where_no_macro_tells_them() {
    let package = Sandbox::new("warnings");
    let wide = "import math\nfrom numba import float32\ndef f(x: float32):\n    return math.exp(x)\n";
    package.write("kernels/k.py", wide);
    let warnings = package.run().warnings;
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].starts_with("warning[wide-math]: "), "{}", warnings[0]);
    assert_eq!(package.kernels(), ["f kernels/k.py"]);
    package.write("src/lib.rs", "py_kernel!(file = \"kernels/k.py\");");
    assert_eq!(package.run().warnings, [] as [String; 0]);
}

#[test]
fn a_report_is_that_of_the_highest_level() {
    let mut package = Sandbox::new("report");
    package.0.reports = true;
    let text = "from numba import vectorize, float64\n@vectorize([float64(float64)])\ndef twice(x):\n    return x + x\n";
    package.write("kernels/k.py", text);
    package.write("src/lib.rs", "py_kernel!(file = \"kernels/k.py\");");
    let target = Target::parse(&package.0.triple, &package.0.features).unwrap();
    let highest = *target.levels().last().unwrap();
    let count = target.lanes(highest).unwrap().bits / 64;
    let said = package.run().warnings;
    assert!(said.len() == 1 && said[0].ends_with(&format!(": {count} iterations at a time")), "{said:?}");
}

#[test]
fn what_a_gpu_cannot_do_is_an_error_at_its_line() {
    let package = Sandbox::new("gpu");
    let kernel = |body: &str| {
        format!(
            "from numba import vectorize, float64\n\n@vectorize([float64(float64)], target='cuda')\ndef f(x):\n{body}"
        )
    };
    package.write(
        "kernels/f.py",
        &kernel("    return f_of(x)\n\ndef f_of(x):\n    return f_of(x - 1.0) if x > 0.0 else x\n"),
    );
    let error = package.error();
    assert!(
        error.contains("cannot compile `f` for `target='cuda'`: on a GPU a kernel cannot call itself"),
        "{error}"
    );
    assert!(error.contains("kernels/f.py:7"), "{error}");
    package.write("kernels/f.py", &kernel("    print(x)\n    return x\n"));
    package.run();
    package.write("kernels/f.py", &kernel("    return x + 1.0\n"));
    package.run();
    let gufunc = "from numba import guvectorize, float64\n\n@guvectorize([(float64[:], float64[:])], '(n)->()', target='cuda')\n\
                  def g(x, y):\n    y[0] = g_of(x, len(x))\n\n\
                  def g_of(x, n):\n    return x[n - 1] + g_of(x, n - 1) if n > 0 else 0.0\n";
    package.write("kernels/f.py", gufunc);
    assert!(package.error().contains("cannot compile `g` for `target='cuda'`"), "{}", package.error());
}

#[test]
fn an_unwritable_folder_is_an_error_with_a_way_out() {
    let package = Sandbox::new("unwritable");
    package.write("src/lib.rs", &inline("a", "2"));
    package.write("out", "a file where the folder should be");
    let error = package.error();
    assert!(error.starts_with("cannot write `") && error.contains("\nhelp: "), "{error}");
}

#[test]
fn an_unknown_target_is_an_error() {
    let mut package = Sandbox::new("target");
    package.0.triple = "wasm32-unknown-unknown".into();
    package.write("src/lib.rs", &inline("a", "2"));
    assert!(package.error().contains("wasm32-unknown-unknown"));
}

#[test]
fn libraries_are_named_and_packed_as_the_target_wants() {
    let mut package = Sandbox::new("targets");
    package.0.debug = true;
    package.write("src/lib.rs", &inline("a", "2"));
    for (triple, suffix, symbols) in [
        ("aarch64-unknown-linux-gnu", ".a", "!<arch>\n/ "),
        ("aarch64-apple-darwin", ".a", "!<arch>\n#1/"),
        ("x86_64-pc-windows-msvc", ".lib", "!<arch>\n/ "),
    ] {
        package.0.triple = triple.into();
        package.0.features.clear();
        package.run();
        let written = package.written();
        let (_, library) = written.iter().find(|(name, _)| name.to_str().unwrap().ends_with(suffix)).unwrap();
        assert!(library.starts_with(symbols.as_bytes()), "{triple}: {:?}", &library[..80]);
    }
}
