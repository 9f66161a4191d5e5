//! Whatever a user writes, the compiler answers with a clear error: no panic, no stack overflow.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use pykernel_cli::jit::Jit;
use pykernel_cli::transcript::call;
use pykernel_cli::transcript::number::{Datum, Number};
use pykernel_cli::transcript::run::{self, Compiled};
use pykernel_cli::transcript::value::{Failure, Value};
use pykernel_codegen::analysis::{self, Analysis};
use pykernel_codegen::backend::{self, Level};
use pykernel_codegen::interface::rust;
use pykernel_codegen::source::Source;

/// The stack that every thread of a test has, and less than any that runs the compiler.
const STACK: usize = 2 << 20;

fn analyse(text: &str) -> Analysis {
    analysis::analyse(&Source::file("bad.py", text), &run::package(true))
}

/// The codes of what is wrong, each with its line.
fn wrong(text: &str) -> Vec<(&'static str, u32)> {
    let source = Source::file("bad.py", text);
    let diagnostics = analysis::analyse(&source, &run::package(true)).diagnostics;
    diagnostics
        .iter()
        .map(|diagnostic| (diagnostic.code.name(), source.line(diagnostic.span.start)))
        .collect()
}

/// Analyses a text, however deep, on a small stack. It must come to an end; the codes it ends with.
fn codes_on_small_stack(text: String) -> Vec<&'static str> {
    let thread = std::thread::Builder::new().stack_size(STACK);
    let work = move || wrong(&text).into_iter().map(|(code, _)| code).collect();
    thread.spawn(work).unwrap().join().unwrap()
}

#[test]
fn what_is_not_python_is_a_syntax_error() {
    for text in [
        "def f(x: int:\n    return x\n",
        "def f(x: int)\n    return x\n",
        "def f(x: int):\n    return x +\n",
        "def f(x: int):\nreturn x\n",
        "def f(x: int):\n    y = x\n  return y\n",
        "def f(x: int):\n\treturn x\n        return x\n",
        "def f(x: int):\n    return 'x\n",
        "def f(x: int):\n    return \"\"\"x\n",
        "def f(x: int):\n    return x\0\n",
        "def f(x: int):\n    return x ?\n",
        "}\n",
        "def\n",
        "@\n",
        "\u{1F600}\n",
    ] {
        let codes = wrong(text);
        assert!(
            !codes.is_empty() && codes.iter().any(|(code, _)| *code == "syntax-error"),
            "{text:?}: {codes:?}"
        );
    }
}

#[test]
fn odd_but_right_texts_compile() {
    for text in [
        "",
        "\n\n",
        "# nothing\n",
        "\u{feff}def f(x: int):\r\n    return x\r\n",
        "def f(x: int):\n\treturn x\n",
        "def f(x: int): return x",
        "def α(β: int):\n    return β\n",
        "def f(x: int):\n    return x # \u{1F600}",
    ] {
        assert_eq!(wrong(text), [], "{text:?}");
    }
}

#[test]
fn all_mistakes_are_shown_at_once() {
    let text = "def f(x: int):\n    y = z\n    return w\n\ndef g(x: spam):\n    return x.y\n";
    let lines: Vec<u32> = wrong(text).into_iter().map(|(_, line)| line).collect();
    assert_eq!(lines, [2, 3, 5]);
}

#[test]
fn names_and_signatures_that_do_not_fit() {
    let njit = "from numba import njit, int64\n";
    for (text, expected) in [
        ("def f(x: int):\n    return x\ndef f(x: int):\n    return x\n", ("duplicate-definition", 4)),
        ("def f(x: int, x: int):\n    return x\n", ("duplicate-definition", 2)),
        ("@spam\ndef f(x: int):\n    return x\n", ("unknown-decorator", 2)),
        ("@njit(spam=True)\ndef f(x: int):\n    return x\n", ("unknown-option", 2)),
        ("@njit(int64(int64, int64))\ndef f(x):\n    return x\n", ("bad-signature", 2)),
        ("@njit('int64(int64')\ndef f(x):\n    return x\n", ("bad-signature", 2)),
        ("@njit(int64(int64))\ndef f(x: float):\n    return x\n", ("bad-signature", 2)),
        ("def f(x: int, y):\n    return x\n", ("bad-signature", 2)),
        ("def f(x: spam):\n    return x\n", ("unknown-type", 2)),
    ] {
        let codes = wrong(&format!("{njit}{text}"));
        assert_eq!(codes.first().map(|(code, _)| *code), Some(expected.0), "{text:?}: {codes:?}");
        assert!(codes[0].1 >= expected.1, "{text:?}: {codes:?}");
    }
}

#[test]
fn a_kernel_can_be_named_like_a_rust_keyword() {
    let analysis = analyse(
        "def match(type: int, fn: float):\n    return type * fn\n\ndef loop(x: int):\n    return x\n",
    );
    assert_eq!(analysis.diagnostics, []);
    let signatures: Vec<String> = analysis.interface.kernels.iter().flat_map(rust::signatures).collect();
    assert_eq!(
        signatures,
        [
            "pub fn r#match(r#type: i64, r#fn: f64) -> Result<f64, Error>",
            "pub fn r#loop(x: i64) -> Result<i64, Error>"
        ]
    );
}

#[test]
fn deep_expressions_are_refused_without_overflowing_the_stack() {
    let n = 100_000;
    let kernel = |expression: String| format!("def f(x: int):\n    return {expression}\n");
    for expression in [
        format!("{}x{}", "(".repeat(n), ")".repeat(n)),
        format!("{}x{}", "[".repeat(n), "]".repeat(n)),
        format!("{}x", "-".repeat(n)),
        format!("{}x", "not ".repeat(n)),
        format!("x{}", " + x".repeat(n)),
        format!("x{}", " ** x".repeat(n)),
        format!("x{}", " < x".repeat(n)),
        format!("x{}", " and x".repeat(n)),
        format!("x{}", ".real".repeat(n)),
        format!("x{}", "[0]".repeat(n)),
        format!("{}x{}", "abs(".repeat(n), ")".repeat(n)),
        format!("{}x", "x if x else ".repeat(n)),
        format!("{}x", "lambda: ".repeat(n)),
        "(".repeat(n),
        "9".repeat(n),
    ] {
        let start: String = expression.chars().take(20).collect();
        let codes = codes_on_small_stack(kernel(expression));
        assert!(!codes.is_empty(), "{start}");
    }
}

#[test]
fn deep_blocks_are_refused_without_overflowing_the_stack() {
    let n = 3_000;
    let nested = |header: &str| {
        let lines: Vec<String> = (1..=n).map(|depth| format!("{}{header}\n", " ".repeat(depth))).collect();
        format!("def f(x: int):\n{}{}return x\n", lines.concat(), " ".repeat(n + 1))
    };
    for text in [nested("if x:"), nested("while x:"), nested("for i in range(x):"), nested("def g(x: int):")]
    {
        let start: String = text.chars().take(40).collect();
        assert!(!codes_on_small_stack(text).is_empty(), "{start}");
    }
    let chain = "    elif x == 2:\n        return 2\n".repeat(20_000);
    codes_on_small_stack(format!("def f(x: int):\n    if x == 1:\n        return 1\n{chain}    return 0\n"));
}

#[test]
fn recursions_without_end_are_found_at_compile_time_or_at_run_time() {
    assert_eq!(wrong("def f(n: int):\n    return f(n)\n"), [("endless-types", 1)]);
    let chain: String = (0..2_000).map(|i| format!("def g{i}(x):\n    return g{}(x)\n", i + 1)).collect();
    codes_on_small_stack(format!("{chain}def g2000(x):\n    return x\ndef f(x: int):\n    return g0(x)\n"));

    let recursive = "def f(n: int) -> int:\n    return f(n + 1) + 1\n";
    let Compiled { analysis, ir } = run::compile(&Source::file("bad.py", recursive), false, Level::V1);
    let call_on = |stack: usize| {
        let run = || {
            let kernel = &analysis.interface.kernels[0];
            let jit = Jit::new(&ir, kernel, Level::V1).unwrap();
            let zero = Value::Number(Number::weak(Datum::Int(0)));
            call::call(&jit, kernel, &[zero]).unwrap_err()
        };
        std::thread::scope(|scope| {
            std::thread::Builder::new().stack_size(stack).spawn_scoped(scope, run).unwrap().join().unwrap()
        })
    };
    let expected = Failure::raised("RecursionError", "maximum recursion depth exceeded");
    assert_eq!(call_on(64 << 20), expected);
    assert_eq!(call_on(1 << 20), expected);
}

#[test]
fn kernels_that_never_end_compile() {
    for text in [
        "def f(n: int):\n    while True:\n        n = n\n",
        "def f(n: int) -> int:\n    while 1 < 2:\n        n += 1\n    return n\n",
        "def f(n: complex) -> complex:\n    while not False:\n        n += n\n    return n\n",
        "def g(n):\n    while True:\n        pass\ndef f(n: int) -> int:\n    g(n)\n    return n\n",
        "def f(n: int) -> int:\n    if n:\n        while True:\n            pass\n    return n\n",
    ] {
        for overflow_checks in [true, false] {
            let Compiled { analysis, ir } =
                run::compile(&Source::file("bad.py", text), overflow_checks, Level::V1);
            assert_eq!(analysis.diagnostics, [], "{text}");
            assert!(Jit::new(&ir, &analysis.interface.kernels[0], Level::V1).is_ok(), "{text}");
        }
    }
}

#[test]
fn a_kernel_of_a_hundred_thousand_lines_compiles_or_is_refused() {
    let lines = "    y = y + x\n".repeat(100_000);
    let text = format!("def f(x: int):\n    y = x\n{lines}    return y\n");
    let work = move || {
        let Compiled { analysis, ir } = run::compile(&Source::file("bad.py", &text), false, Level::V1);
        assert_eq!(analysis.diagnostics, []);
        let kernel = &analysis.interface.kernels[0];
        match Jit::new(&ir, kernel, Level::V1) {
            Ok(jit) => {
                let two = Value::Number(Number::weak(Datum::Int(2)));
                let result = call::call(&jit, kernel, &[two]).unwrap();
                assert_eq!(result.to_string(), "200002");
            }
            Err(error) => assert!(matches!(error, backend::Error::TooLarge(_)), "{error}"),
        }
    };
    std::thread::Builder::new().stack_size(STACK).spawn(work).unwrap().join().unwrap();
}
