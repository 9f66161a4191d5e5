//! The benchmarks of GPUs on a driver that needs none: their results are right, and their section is written.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const MARKS: [&str; 2] = [
    "<!-- What stands from here is written by `--bin gpu`. -->\n",
    "<!-- What stands up to here is written by `--bin gpu`. -->\n",
];

/// The program, with a driver; other tools than those of the test are not found.
fn program() -> Command {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("driver");
    let program = Path::new(env!("CARGO_BIN_EXE_gpu"));
    let mut command = fake_cuda::command(program, &folder).expect("the library is built");
    command.env("PATH", "");
    command
}

/// A file with a section between other text.
fn results(name: &str) -> (PathBuf, String) {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let text = format!("# Results\n\n{}old\n{}\n## Ufuncs\n", MARKS[0], MARKS[1]);
    fs::write(&path, &text).expect("a folder for tests");
    (path, text)
}

/// What a program says, which has to succeed.
fn output(command: &mut Command) -> String {
    let output = command.output().expect("the program starts");
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{text}", output.status);
    text.into_owned()
}

#[test]
fn results_are_the_cpus_and_a_section_tells_the_times() {
    let (path, _) = results("measured.md");
    let said = output(program().args(["--small", "--into"]).arg(&path));
    assert!(said.contains("results, all right"), "{said}");
    assert!(said.contains("numba-cuda is missing") && said.contains("CUDA C++ is missing"), "{said}");
    let text = fs::read_to_string(&path).expect("it is there");
    assert!(text.starts_with(&format!("# Results\n\n{}## GPUs\n", MARKS[0])), "{text}");
    assert!(text.ends_with(&format!("{}\n## Ufuncs\n", MARKS[1])) && !text.contains("old"), "{text}");
    let workloads = [
        "Mandelbrot",
        "rel_diff, 1000 float64, on the device",
        "from pinned",
        "from pageable",
        "Black-Scholes",
        "rows of 128",
        "rows of 8",
        "products of 4×4",
        "products of 32×32",
        "block reduction",
        "histogram",
        "tiled matmul",
        "`cuLaunchKernel`",
        "a graph of",
        "sums of 10 rows of 128, a gufunc",
        "products of 16×16, a gufunc",
        "`call_host`",
    ];
    for workload in workloads {
        assert!(said.contains(workload) && text.contains(workload), "{workload}:\n{text}");
    }
    assert!(text.contains(" copy |") && text.contains(" FMA |") && text.contains(" link |"), "{text}");
}

#[test]
fn a_section_needs_its_place() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("without.md");
    fs::write(&path, "# Results\n").expect("a folder for tests");
    let output = program().args(["--small", "--into"]).arg(&path).output().expect("the program starts");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && text.contains("there is no section between"), "{text}");
    assert_eq!(fs::read_to_string(&path).expect("it is there"), "# Results\n");
}

#[test]
fn without_a_gpu_nothing_is_written() {
    let (path, before) = results("unmeasured.md");
    let said = output(program().env("FAKE_CUDA_NO_DEVICE", "1").arg("--into").arg(&path));
    assert!(said.starts_with("nothing is measured: ") && said.lines().count() == 1, "{said}");
    assert_eq!(fs::read_to_string(&path).expect("it is there"), before);
}

#[test]
fn the_results_have_a_place_for_the_section() {
    let results = include_str!("../RESULTS.md");
    assert!(MARKS.iter().all(|mark| results.matches(mark).count() == 1));
}
