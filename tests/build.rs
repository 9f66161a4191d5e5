//! Compiles the kernels of all transcripts to objects, with overflow checks and without, and links
//! them into the suite with a table of their entries. Kernels inside of Rust tests go the way of a
//! user's.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, error, fmt::Write, fs, thread};

use pykernel_cli::transcript::case::Case;
use pykernel_cli::transcript::{folder, run};
use pykernel_codegen::backend::{self, Target};

type Result<T> = std::result::Result<T, Box<dyn error::Error>>;

/// Objects by the symbols of their entries. Headings share kernels, and so share objects.
type Objects = BTreeMap<Vec<String>, Vec<u8>>;

fn main() -> Result<()> {
    pykernel_codegen::Build::new().stub("tests/front_door/stubs/untouched.pyi").compile();
    let kernels = Path::new("kernels");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", kernels.display());
    let target = Target::parse(&env::var("TARGET")?, "")?;
    let mut cases = Vec::new();
    // Clippy, which builds this program once more, runs nothing that it would link.
    let files = if env::var_os("CLIPPY_ARGS").is_some() { Vec::new() } else { folder::files(kernels)? };
    for file in files {
        // The suite reports what cannot be read.
        cases.extend(folder::cases(&file).into_iter().flatten().filter(|case| !case.is_refused()));
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let objects = compile_all(&cases, &target);
    fs::write(out.join("linked.rs"), table(&objects))?;
    write_objects(&out.join("objects"), &objects)
}

/// Compiles all kernels, on all cores.
fn compile_all(cases: &[Case], target: &Target) -> Objects {
    let next = AtomicUsize::new(0);
    let objects = Mutex::new(Objects::new());
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            for overflow_checks in [true, false] {
                // A panic is reported by the test that meets it.
                let compiled = catch_unwind(AssertUnwindSafe(|| compile(case, overflow_checks, target)));
                let mut objects = objects.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                objects.extend(compiled.unwrap_or_default());
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    objects.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// The objects of a test's kernels; none if something is wrong with them, which the test reports.
fn compile(case: &Case, overflow_checks: bool, target: &Target) -> Objects {
    let (analysis, irs) = run::compile_for(&case.source, overflow_checks, target);
    let object = |kernel| {
        let bytes = backend::object(&irs, kernel, target, None).ok()?;
        Some((kernel.overloads.iter().map(|overload| overload.symbol.clone()).collect(), bytes))
    };
    // What is launched on GPUs has no entries to be linked.
    let kernels = analysis.interface.kernels.iter().filter(|kernel| kernel.launched.is_none());
    kernels.filter_map(object).collect()
}

/// Rust text that declares all entries and lists them by their symbols.
fn table(objects: &Objects) -> String {
    let mut symbols: Vec<&String> = objects.keys().flatten().collect();
    symbols.sort();
    let mut text = String::from("unsafe extern \"C\" {\n");
    for symbol in &symbols {
        let _ = writeln!(text, "    fn {symbol}();");
    }
    let _ = writeln!(text, "}}\n\nstatic ENTRIES: [(&str, unsafe extern \"C\" fn()); {}] = [", symbols.len());
    for symbol in &symbols {
        let _ = writeln!(text, "    (\"{symbol}\", {symbol}),");
    }
    text + "];\n"
}

/// Writes the objects into a folder that holds nothing else, and has them linked.
fn write_objects(folder: &Path, objects: &Objects) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    for (symbols, bytes) in objects {
        let path = folder.join(&symbols[0]).with_extension("o");
        fs::write(&path, bytes)?;
        println!("cargo::rustc-link-arg={}", path.display());
    }
    Ok(())
}
