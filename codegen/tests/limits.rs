//! Large and deep kernels: no stage of the front end may be slow on long ones or overflow the
//! stack on deep ones, and their code is no more than they are long.

use std::fmt::Write;

use pykernel_codegen::backend::{self, Target};
use pykernel_codegen::diagnostic::{Code, Diagnostics};
use pykernel_codegen::source::Source;
use pykernel_codegen::symbol::Package;
use pykernel_codegen::{analysis, hir, infer, passes, syntax, typed};

/// The codes of what is wrong with a text, after all of the front end and the printers.
fn codes(text: &str) -> Vec<Code> {
    let source = Source::file("kernel.py", text);
    let mut diagnostics = Diagnostics::default();
    let module = syntax::parse(&source, &mut diagnostics);
    let program = infer::infer(&module, &mut diagnostics);
    hir::print::print(&module);
    typed::print::print(&program);
    diagnostics.into_sorted().into_iter().map(|diagnostic| diagnostic.code).collect()
}

/// Like [`codes`], with little stack: half of what a thread of a test or of rustc has.
fn codes_of_deep(text: String) -> Vec<Code> {
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(move || codes(&text));
    thread.expect("a thread").join().expect("no panic")
}

/// A kernel over `x: float`, `n: int` and `a: float64[:]` with this body.
fn kernel(body: &str) -> String {
    format!(
        "from numba import float64\ndef f(x: float, n: int, a: float64[:]) -> float:\n{body}    return x\n"
    )
}

/// Lines made by a number.
fn lines(n: usize, line: impl Fn(usize) -> String) -> String {
    (0..n).map(line).collect()
}

#[test]
fn many_variables_and_branches() {
    let body = lines(10_000, |i| {
        format!("    v{i} = x + {i}\n    if v{i} > 2.0:\n        v{i} = v{i} * x\n    x = v{i}\n")
    });
    assert_eq!(codes(&kernel(&body)), []);
}

#[test]
fn many_merges_of_one_variable() {
    let body = lines(20_000, |i| format!("        if i > {i}:\n            s += x\n"));
    assert_eq!(codes(&kernel(&format!("    s = 0\n    for i in range(n):\n{body}"))), []);
}

#[test]
fn many_breaks_and_continues() {
    let before = lines(10_000, |i| format!("    w{i} = 1\n"));
    let inside = lines(10_000, |i| {
        let leave = if i % 2 == 0 { "break" } else { "continue" };
        format!("        if i > {i}:\n            {leave}\n        w{i} = i\n")
    });
    assert_eq!(codes(&kernel(&format!("{before}    for i in range(n):\n{inside}"))), []);
}

#[test]
fn many_mistakes() {
    let body = lines(10_000, |i| format!("    a{i} = nothing{i}\n"));
    assert_eq!(codes(&kernel(&body)).len(), 10_000);
    let body = lines(10_000, |i| format!("    a{i} = {i} + \"a\"\n"));
    assert_eq!(codes(&kernel(&body)).len(), 10_000);
    let body = lines(10_000, |_| "    a = = 2\n".to_owned());
    assert_eq!(codes(&kernel(&body)).len(), 10_000);
}

#[test]
fn many_functions() {
    let kernels =
        lines(5_000, |i| format!("def f{i}(x: float) -> float:\n    return f{}(x) + 1.0\n", (i + 1) % 5_000));
    assert_eq!(codes(&kernels), []);
    let helpers = lines(2_000, |i| format!("def f{i}(x):\n    return f{}(x) + 1.0\n", i + 1));
    assert_eq!(
        codes(&format!("{helpers}def f2000(x):\n    return x\ndef k(x: float):\n    return f0(x)\n")),
        []
    );
}

#[test]
fn a_ufunc_that_calls_deeply_and_one_of_many_operands() {
    let helpers: String =
        (0..200).map(|i| format!("def f{i}(x):\n    return f{}(x) + f{}(x)\n", i + 1, i + 1)).collect();
    let deep =
        format!("{helpers}def f200(x):\n    return x\n@vectorize\ndef f(x: float):\n    return f0(x)\n");
    let names: Vec<String> = (0..60).map(|i| format!("x{i}")).collect();
    let wide = format!(
        "@vectorize([float64({})])\ndef g({}):\n    return {}\n",
        vec!["float64"; 60].join(", "),
        names.join(", "),
        names.join(" + ")
    );
    let package = Package { name: "limits".into(), version: "0.1.0".into() };
    let text = format!("from numba import float64, vectorize\n{deep}{wide}");
    let analysis = analysis::analyse(&Source::file("kernel.py", &text), &package);
    assert_eq!(analysis.diagnostics, []);
    assert_eq!(analysis.interface.kernels.len(), 2);
}

#[test]
fn types_that_come_late_through_many_variables() {
    // A delay line: each iteration moves the float one variable further.
    let before = lines(200, |i| format!("    d{i} = 0\n"));
    let inside = lines(199, |i| format!("        d{i} = d{}\n", i + 1));
    let text = kernel(&format!("{before}    for i in range(n):\n{inside}        d199 = x\n    x = d0\n"));
    assert_eq!(codes(&text), []);
}

/// The size of the object of a text's only kernel.
fn object_size(text: &str) -> usize {
    let source = Source::file("kernel.py", text);
    let analysis = analysis::analyse(&source, &Package { name: "limits".into(), version: "0".into() });
    let kernel = &analysis.interface.kernels[0];
    let options = passes::Options { overflow_checks: true, lanes: None };
    let ir = passes::run(analysis.module.clone(), &[kernel.overloads[0].function], options);
    backend::object(&[ir.into()], kernel, &Target::host(), None).expect("an object").len()
}

#[test]
fn code_grows_with_the_number_of_arrays_and_not_faster() {
    let arrays = |n| {
        let body = lines(n, |i| format!("    y{i} = np.zeros(n)\n    x += y{i}[-1]\n"));
        object_size(&format!("import numpy as np\n{}", kernel(&body)))
    };
    let (few, many) = (arrays(40), arrays(160));
    assert!(many < 5 * few, "40 arrays: {few} bytes, 160: {many}");
}

/// Things nested or chained `n` times, and whether kernels have them when they are not deep.
fn deep(n: usize) -> Vec<(&'static str, bool, String)> {
    let nested =
        |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(n), close.repeat(n));
    let statement = |value: String| kernel(&format!("    x = {value}\n"));
    let mut blocks = String::new();
    for depth in 0..n.min(1_000) {
        let _ = writeln!(blocks, "{}if x > {depth}.0:", "    ".repeat(depth + 1));
    }
    let _ = writeln!(blocks, "{}x = 1.0", "    ".repeat(n.min(1_000) + 1));
    let loops = blocks.replace("if x", "while x");
    let elifs = lines(n, |i| format!("    elif n == {i}:\n        x = {i}.0\n"));
    let decorated =
        |signature: String| format!("from numba import njit\n@njit(\"{signature}\")\ndef f(x): pass\n");
    vec![
        ("parentheses", true, statement(nested("(", "x", ")"))),
        ("sums", true, statement(nested("(x + ", "x", ")"))),
        ("chain", true, statement(format!("x{}", " + x".repeat(n)))),
        ("powers", true, statement(format!("x{}", " ** x".repeat(n)))),
        ("and", true, statement(format!("n == 1{}", " and n == 1".repeat(n)))),
        ("comparisons", true, statement(format!("n{}", " < n".repeat(n)))),
        ("signs", true, statement(nested("- ", "x", ""))),
        ("not", true, statement(nested("not ", "x", ""))),
        ("calls", true, statement(nested("abs(", "x", ")"))),
        ("indices", true, statement(nested("a[int(", "x", ")]"))),
        ("attributes", true, statement(format!("x{}", ".real".repeat(n)))),
        ("methods", true, statement(format!("x{}", ".conjugate()".repeat(n)))),
        ("blocks", true, kernel(&blocks)),
        ("loops", true, kernel(&loops)),
        ("elif", true, kernel(&format!("    if n == -1:\n        pass\n{elifs}"))),
        ("subscripts", false, statement(format!("a{}", "[0]".repeat(n)))),
        ("lists", false, statement(nested("[", "x", "]"))),
        ("conditions", true, statement(format!("{}x", "x if n else ".repeat(n)))),
        ("lambdas", false, statement(format!("{}x", "lambda: ".repeat(n)))),
        ("f-strings", false, statement(nested("f\"{", "x", "}\""))),
        ("constant", false, format!("C = 1{}\n", " + 1".repeat(100 * n))),
        ("annotation", false, format!("def f(x: {}): pass\n", nested("float[", "x", "]"))),
        ("signature", false, decorated(nested("f8(", "", ")"))),
        ("attribute in a string", false, decorated(format!("f8{}(f8)", ".a".repeat(n)))),
        ("functions", false, nested("def f():\n", "", "")),
    ]
}

#[test]
fn nesting_is_accepted_or_refused_and_never_overflows() {
    for n in [40, 200, 950, 20_000] {
        for (what, supported, text) in deep(n) {
            let found = codes_of_deep(text);
            assert_eq!(found.is_empty(), supported && n == 40, "{what} {n}: {found:?}");
            assert!(
                !supported || found.iter().all(|code| *code == Code::TooDeeplyNested),
                "{what} {n}: {found:?}"
            );
        }
    }
}
