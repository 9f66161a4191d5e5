//! The binary: what it prints where, and its exit status.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use pykernel_codegen::backend::Target;

/// A file in a folder for one test.
fn file(name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    path
}

fn pykernel(arguments: &[&str], files: &[&PathBuf]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pykernel"));
    // Whatever machine runs the tests.
    command.env("PYKERNEL_CPU", "v1");
    command.args(arguments).args(files).output().unwrap()
}

/// The exit status, standard output and standard error.
fn parts(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

const RIGHT: &str = "\
from numba import njit, float64, float32

@njit([float32(float32), float64(float64)])
def half(x):
    return x / 2

@njit
def fill(x: float64[:, ::1], value: float64):
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] = value

@njit
def total(x: float64[:]) -> float64:
    \"\"\"The sum.

    >>> total(np.array([1.0, 2.5]))
    np.float64(3.5)
    \"\"\"
    s = np.float64(0)
    for i in range(len(x)):
        s += x[i]
    return s
";

#[test]
fn check_prints_the_rust_signatures() {
    let right = file("check_right.py", format!("import numpy as np\n{RIGHT}"));
    let (status, out, err) = parts(&pykernel(&["check"], &[&right]));
    assert_eq!((status, err.as_str()), (0, ""));
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 4, "{out}");
    assert_eq!(lines[0], "pub fn half(x: f32) -> Result<f32, Error>");
    assert!(lines[2].contains("ArrayViewMut2") && lines[3].contains("ArrayView1"), "{out}");
}

#[test]
fn the_stub_beside_a_file_is_read() {
    let text = "def last(x):\n    \"\"\"The last.\n\n    >>> last(np.array([1.0, 2.5]))\n    np.float64(2.5)\n    \"\"\"\n    return x[-1]\n";
    let right = file("check_stub.py", text);
    let head = "from numba import njit, float64\n@njit(boundscheck=False)\n";
    file("check_stub.pyi", format!("{head}def last(x: float64[:]) -> float64: ...\n"));
    let (status, out, err) = parts(&pykernel(&["check"], &[&right]));
    assert_eq!((status, err.as_str()), (0, ""));
    assert_eq!(out, "pub unsafe fn last(x: impl Into<ArrayView1<'_, f64>>) -> Result<f64, Error>\n");
    let (status, out, err) = parts(&pykernel(&["test"], &[&right]));
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(out.contains("1 passed, 0 failed"), "{out}");
    let (status, out, _) = parts(&pykernel(&["emit", "--stage", "hir"], &[&right]));
    assert!(status == 0 && out.contains("@boundscheck(False)"), "{out}");
    file("check_stub.pyi", format!("{head}def lasts(x: float64[:]) -> float64: ...\n"));
    let (status, _, err) = parts(&pykernel(&["check"], &[&right]));
    assert_eq!(status, 1);
    assert!(err.contains("check_stub.pyi:3:5") && err.contains("did you mean `last`?"), "{err}");
}

#[test]
fn check_shows_the_types_that_are_asked_for() {
    let asks = file("check_reveals.py", "def f(x: int):\n    return reveal_type(x / 2) + 1\n");
    let (status, out, err) = parts(&pykernel(&["check"], &[&asks]));
    assert_eq!((status, out.as_str()), (0, "pub fn f(x: i64) -> Result<f64, Error>\n"));
    assert!(err.starts_with("note: the type of this is `float`\n"), "{err}");
    assert!(
        err.contains("check_reveals.py:2:24") && err.contains("    return reveal_type(x / 2) + 1\n"),
        "{err}"
    );
}

#[test]
fn check_says_what_is_wrong_with_every_file() {
    let wrong = file("check_wrong.py", "def f(x: int):\n    return y\n");
    let worse = file("check_worse.py", "def f(x: int):\n    return x +\n");
    let (status, out, err) = parts(&pykernel(&["check"], &[&wrong, &worse]));
    assert_eq!((status, out.as_str()), (1, ""));
    assert!(err.contains("error[undefined-name]") && err.contains("check_wrong.py:2:12"), "{err}");
    assert!(err.contains("error[syntax-error]") && err.contains("check_worse.py:2"), "{err}");
    let last = "\nSome errors have detailed explanations: syntax-error, undefined-name.\n\
                For more information about an error, try `pykernel explain syntax-error`.\n";
    assert!(err.ends_with(last), "{err}");
    let err = parts(&pykernel(&["check"], &[&wrong])).2;
    let last = "\n\nFor more information about this error, try `pykernel explain undefined-name`.\n";
    assert!(err.ends_with(last), "{err}");
}

#[test]
fn a_mistake_in_a_helper_shows_the_calls_that_specialise_it() {
    let text = "\
from numba import njit, float64

def low(x):
    return x & 1

def middle(x):
    return low(x * 2)

@njit
def kernel(x: float64, n: int) -> float64:
    return low(n) + middle(x)
";
    let err = parts(&pykernel(&["check"], &[&file("helper.py", text)])).2;
    let expected = "
   |
 4 |     return x & 1
   |            ^^^^^
...
 7 |     return low(x * 2)
   |            ---------- `low` is specialised for (float64) by this call
...
11 |     return low(n) + middle(x)
   |                     --------- `middle` is specialised for (float64) by this call
";
    assert!(err.contains(expected), "{err}");
}

#[test]
fn warnings_fail_nothing() {
    let wide = file(
        "warns.py",
        "import math\nfrom numba import float32\ndef f(x: float32):\n    return math.exp(x)\n",
    );
    let (status, out, err) = parts(&pykernel(&["check"], &[&wide]));
    assert_eq!((status, out.as_str()), (0, "pub fn f(x: f32) -> Result<f64, Error>\n"));
    assert!(err.starts_with("warning[wide-math]: ") && err.contains("warns.py:4:12"), "{err}");
}

#[test]
fn explain_prints_the_page_of_a_code() {
    for name in ["wrong-rank", "error[wrong-rank]"] {
        let (status, out, err) = parts(&pykernel(&["explain", name], &[]));
        assert_eq!((status, err.as_str()), (0, ""));
        assert!(out.starts_with("# wrong-rank\n") && out.contains("## Instead"), "{out}");
    }
    let (status, out, _) = parts(&pykernel(&["explain"], &[]));
    assert!(status == 0 && out.contains("wrong-rank            An array is indexed"), "{out}");
    let (status, out, err) = parts(&pykernel(&["explain", "wrong-rang"], &[]));
    let expected = "error: there is no diagnostic `wrong-rang`; did you mean `wrong-rank`?\n";
    assert_eq!((status, out.as_str(), err.as_str()), (2, "", expected));
    let (status, _, err) = parts(&pykernel(&["explain", "E0308"], &[]));
    assert!(status == 2 && err.contains("`pykernel explain` lists all codes"), "{err}");
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let latin = file("latin.py", b"# caf\xe9\ndef f(x: int): return x\n");
    let (status, out, err) = parts(&pykernel(&["check"], &[&latin]));
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.starts_with("error: ") && err.contains("latin.py is not UTF-8: byte 5, on line 1"), "{err}");
    let missing = PathBuf::from("no/such/file.py");
    for verb in [&["check"][..], &["emit", "--stage", "ir"], &["test"]] {
        let (status, _, err) = parts(&pykernel(verb, &[&missing]));
        assert!(status == 2 && err.contains("cannot read no/such/file.py"), "{err}");
    }
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    assert_eq!(parts(&pykernel(&["check"], &[&folder])).0, 2);
}

#[test]
fn wrong_arguments_are_a_usage_error() {
    let right = file("usage.py", RIGHT);
    for arguments in [&[][..], &["check"], &["emit"], &["frobnicate"]] {
        assert_eq!(parts(&pykernel(arguments, &[])).0, 2, "{arguments:?}");
    }
    assert_eq!(parts(&pykernel(&["emit", "--stage", "llvm"], &[&right])).0, 2);
    let (status, _, err) = parts(&pykernel(&["test"], &[&file("notes.txt", "")]));
    assert!(status == 2 && err.contains("neither a transcript"), "{err}");
}

#[test]
fn emit_prints_every_stage_the_same_way_twice() {
    let right = file("emit.py", format!("import numpy as np\n{RIGHT}"));
    for stage in ["hir", "types", "ir", "clif", "asm"] {
        let (status, out, err) = parts(&pykernel(&["emit", "--stage", stage], &[&right]));
        assert_eq!((status, err.as_str()), (0, ""), "{stage}");
        assert!(out.contains("half"), "{stage}: {out}");
        let again = parts(&pykernel(&["emit", "--stage", stage], &[&right])).1;
        assert_eq!(out, again, "{stage}");
    }
    let plain = parts(&pykernel(&["emit", "--stage", "ir"], &[&right])).1;
    let before = parts(&pykernel(&["emit", "--stage", "ir", "--no-passes"], &[&right])).1;
    assert_ne!(plain, before);
    let wrong = file("emit_wrong.py", "def f(x: int):\n    return y\n");
    let (status, out, err) = parts(&pykernel(&["emit", "--stage", "ir"], &[&wrong]));
    assert!(status == 1 && out.is_empty() && err.contains("undefined-name"), "{err}");
}

#[test]
fn emit_says_which_kernels_run_on_gpus_alone() {
    let text = "from numba import cuda\n@cuda.jit('void(float64[:])')\ndef launched(x):\n    x[cuda.grid(1)] = 1\n\n\
                def called(x: float) -> float:\n    return x / 2\n";
    let right = file("emit_cuda.py", text);
    for stage in ["clif", "asm"] {
        let (status, out, err) = parts(&pykernel(&["emit", "--stage", stage], &[&right]));
        assert_eq!((status, err.as_str()), (0, ""), "{stage}");
        assert!(out.contains("; launched runs on GPUs alone") && out.contains("called"), "{stage}: {out}");
    }
    let (status, out, _) = parts(&pykernel(&["emit", "--stage", "ptx"], &[&right]));
    assert!(status == 0 && out.contains(".entry pyk_launched"), "{out}");
}

#[test]
fn emit_makes_code_for_one_level() {
    let text = "from numba import vectorize, float64\n@vectorize([float64(float64)])\ndef twice(x):\n    return x + x\n";
    let right = file("emit_level.py", text);
    for level in Target::host().levels() {
        let emit = |stage| parts(&pykernel(&["emit", "--stage", stage, "--level", level.name()], &[&right]));
        let (status, out, err) = emit("asm");
        assert_eq!((status, err.as_str()), (0, ""));
        let is_head = |line: &&str| line.starts_with("; pyk_") && !line.contains(".lanes");
        let heads: Vec<&str> = out.lines().filter(is_head).collect();
        assert!(heads.len() == 1 && !heads[0].contains(".v"), "{}: {heads:?}", level.name());
        let bits = Target::host().lanes(*level).map(|lanes| lanes.bits);
        let said = bits.map_or("one iteration".to_owned(), |bits| format!("{} iterations", bits / 64));
        let (_, out, _) = emit("vector");
        assert!(out.ends_with(&format!("{said} at a time\n")) || bits.is_none(), "{}: {out}", level.name());
    }
    assert_eq!(parts(&pykernel(&["emit", "--stage", "ir", "--level", "v9"], &[&right])).0, 2);
}

#[test]
fn overflow_checks_show_in_what_is_emitted() {
    let adds = file("adds.py", "def add(x: int, y: int):\n    return x + y\n");
    let wrapping = parts(&pykernel(&["emit", "--stage", "ir"], &[&adds])).1;
    let checked = parts(&pykernel(&["emit", "--stage", "ir", "--overflow-checks"], &[&adds])).1;
    assert!(
        checked.contains("OverflowError") && !wrapping.contains("OverflowError"),
        "{checked}\n{wrapping}"
    );
}

const TRANSCRIPT: &str = "\
# Doubling

```py
def double(x: float):
    return x + x
```

```pycon
>>> double(1.5)
3.0
```

## Wrong

```pycon
>>> double(2.0)
5.0
```
";

#[test]
fn test_runs_transcripts() {
    let transcript = file("doubling.md", TRANSCRIPT);
    let (status, out, err) = parts(&pykernel(&["test"], &[&transcript]));
    assert_eq!((status, err.as_str()), (1, ""), "{out}");
    assert!(out.contains("doubling.md > Doubling\nFAIL "), "{out}");
    let problem = "doubling.md:16: double(2.0)\n     expected 5.0\n          got 4.0\n      \
                   on jit with overflow checks; jit without overflow checks\n";
    assert!(out.contains(problem), "{out}");
    assert!(out.ends_with("\n1 passed, 1 failed (2 on jit, linked skipped: not in this program)\n"), "{out}");
}

#[test]
fn what_only_a_program_has_is_named() {
    let text = "# T

```py
from numba import njit
from pykernel import extern

@extern(\"crate::price\")
def price(x: float) -> float:
    ...

@njit
def total(x: float) -> float:
    return price(x)
```

```pycon
>>> total(1.0)
2.0
```
";
    let path = file("external.md", text);
    let (status, out, err) = parts(&pykernel(&["test"], &[&path]));
    assert_eq!(status, 1, "{out}{err}");
    let expected = "it calls the Rust function `crate::price`, which only a program that links it has";
    assert!(out.contains(expected), "{out}{err}");
}

#[test]
fn test_runs_the_examples_in_docstrings() {
    let right = file("docstring.py", format!("import numpy as np\n{RIGHT}"));
    let (status, out, _) = parts(&pykernel(&["test"], &[&right]));
    assert!(
        status == 0 && out.contains("docstring.py > total") && out.contains("1 passed, 0 failed"),
        "{out}"
    );
}

#[test]
fn a_closed_output_ends_the_command_quietly() {
    let right = file("pipe.py", format!("import numpy as np\n{RIGHT}"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_pykernel"));
    command.args(["emit", "--stage", "asm"]).arg(&right).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert!(output.status.success());
}
