//! The front end up to the types: what the expressions of kernels are, and what is wrong with
//! others.
//!
//! Each file under `front/` holds kernels. A comment `# revealed: TYPE` says what `reveal_type`
//! finds on its line; `# error: [CODE] TEXT` what is wrong there, and the exact text that is
//! marked (of a text of several lines the first one). Nothing else may be found.

use std::collections::BTreeSet;
use std::path::PathBuf;

use pykernel_codegen::analysis::analyse;
use pykernel_codegen::diagnostic::{Code, Diagnostic, Severity};
use pykernel_codegen::source::Source;
use pykernel_codegen::symbol::Package;
use pykernel_codegen::{hir, typed};

fn front(source: &Source) -> (hir::Module, typed::Program, Vec<Diagnostic>) {
    let package = Package { name: "front".into(), version: "0.1.0".into() };
    let analysis = analyse(source, &package);
    (analysis.hir, analysis.program, analysis.diagnostics)
}

/// What the front end finds in a text, in a Rust file or a file of its own.
fn found(file: &str, text: &str) -> (hir::Module, typed::Program, Vec<(&'static str, String)>) {
    let source = Source::file(file, text);
    let (module, program, diagnostics) = front(&source);
    let marked = diagnostics
        .iter()
        .map(|diagnostic| (diagnostic.code.name(), source.slice(diagnostic.span).to_owned()));
    (module, program, marked.collect())
}

/// The files under `front/`, with their texts.
fn files() -> Vec<(PathBuf, String)> {
    let mut files: Vec<_> = std::fs::read_dir("tests/front")
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files.into_iter().map(|file| (file.clone(), std::fs::read_to_string(file).expect("a text"))).collect()
}

/// What the comments of a text claim, each with its line.
fn claims(text: &str) -> BTreeSet<(u32, String)> {
    let of_line = |(index, line): (usize, &str)| {
        let comments = line.split("# ").skip(1).map(str::trim).filter(|comment| is_claim(comment));
        comments.map(|comment| (index as u32 + 1, comment.to_owned())).collect::<Vec<_>>()
    };
    text.lines().enumerate().flat_map(of_line).collect()
}

fn is_claim(comment: &str) -> bool {
    comment.starts_with("revealed: ") || comment.starts_with("error: ")
}

/// What the front end finds, written like the claims.
fn facts(text: &str) -> BTreeSet<(u32, String)> {
    let source = Source::file("kernel.py", text);
    let (_, program, diagnostics) = front(&source);
    let revealed =
        program.revealed.iter().map(|(span, ty)| (source.line(span.start), format!("revealed: {ty}")));
    let errors = diagnostics.iter().map(|diagnostic| {
        assert!(
            diagnostic.help.is_some() || diagnostic.code == Code::SyntaxError,
            "no way out: {diagnostic:?}"
        );
        let marked = source.slice(diagnostic.span).lines().next().unwrap_or("");
        (source.line(diagnostic.span.start), format!("error: [{}] {marked}", diagnostic.code.name()))
    });
    revealed.chain(errors).collect()
}

#[test]
fn claims_hold() {
    let mut wrong = Vec::new();
    for (file, text) in files() {
        let (claims, facts) = (claims(&text), facts(&text));
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        wrong.extend(
            claims.difference(&facts).map(|(line, claim)| format!("{name}:{line}: missing: {claim}")),
        );
        wrong.extend(
            facts.difference(&claims).map(|(line, fact)| format!("{name}:{line}: unexpected: {fact}")),
        );
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_code_is_raised() {
    let raised: String = files().into_iter().map(|(_, text)| text).collect();
    for code in Code::ALL {
        let elsewhere = matches!(code, Code::TooDeeplyNested | Code::InvalidSource | Code::MissingFeature)
            || code.severity() == Severity::Warning;
        assert!(elsewhere || raised.contains(&format!("error: [{}]", code.name())), "{}", code.name());
    }
}

#[test]
fn results_do_not_depend_on_chance() {
    for (_, text) in files() {
        let print = || {
            let (module, program, diagnostics) = front(&Source::file("kernel.py", &text));
            format!("{}{}{diagnostics:?}", hir::print::print(&module), typed::print::print(&program))
        };
        assert_eq!(print(), print());
    }
}

#[test]
fn a_text_that_is_too_large_is_refused() {
    let (module, _, found) = found("a.py", &"#".repeat((1 << 26) + 1));
    assert_eq!(found, [("invalid-source", String::new())]);
    assert!(module.functions.is_empty());
}

#[test]
fn text_inside_rust_is_marked_where_it_stands() {
    let text = "\n        from numba import njit\n\n        @njit\n        def f(x: float) -> float:\n            return x + y\n    ";
    let (module, _, found) = found("src/lib.rs", text);
    assert_eq!(found, [("undefined-name", "y".to_owned())]);
    assert_eq!(module.functions[0].name, "f");
}

#[test]
fn odd_texts_are_read_or_refused() {
    let codes = |text: &str| found("a.py", text).2.into_iter().map(|(code, _)| code).collect::<Vec<_>>();
    for text in
        ["", "\n", "# nothing", "\t", "\u{c}\n", "def f(x: int):\n\treturn x\n", "def f(x: int): return x"]
    {
        assert_eq!(codes(text), [""; 0], "{text:?}");
    }
    for text in [
        "\0",
        " def f(x: int):\n    return x\n",
        "def f(x: int):\nreturn x\n",
        "def f(x: int):\n    y = x\n      z = y\n",
        "def f(x: int):\n        y = x\n    z = y\n",
        "def f(x: int):\n        y = x\n\treturn y\n",
        "def f(x: int):\n    if x:\n\ty = 1\n    return x\n",
        "def f(x: int):\n    return (x\n",
        "def f(x: int):\n    return 'x\n",
        "def f(x: int):\n    return x $ 1\n",
        "def f(x: int):\n    return x\\",
        "def f[T](x: int):\n    return x\n",
    ] {
        assert!(codes(text).contains(&"syntax-error"), "{text:?}: {:?}", codes(text));
    }
}

#[test]
fn a_float_that_is_too_large_is_infinite_as_in_python() {
    let (module, _, found) = found("a.py", "def f(x: float):\n    return 1e400\n");
    assert_eq!(found, []);
    assert!(hir::print::print(&module).contains("return inf"));
}

#[test]
fn a_long_chain_of_assignments_has_its_types() {
    let chain = "    x = x + 1\n".repeat(1000);
    let (_, program, found) = found("a.py", &format!("def f(x: float) -> float:\n{chain}    return x\n"));
    assert_eq!(found, []);
    assert_eq!(program.instances[0].webs.len(), 1001);
}

/// What a kernel over `x` and `y` of these types says of an expression.
fn revealed(model: &str, x: &str, y: &str, expression: &str) -> Result<String, Vec<(&'static str, String)>> {
    let text = format!(
        "import math\nimport numpy as np\nfrom numba import *\n{model}def f(x: {x}, y: {y}):\n    reveal_type({expression})\n"
    );
    let names = "njit, bool_, int8, uint8, int64, uint64, float32, float64, complex64, complex128";
    let (_, program, found) = found("a.py", &text.replace('*', names));
    if found.is_empty() { Ok(program.revealed[0].1.to_string()) } else { Err(found) }
}

const MODELS: [&str; 3] = ["", "@njit(error_model='numpy')\n", "@njit(error_model='python')\n"];

#[test]
fn every_builtin_takes_or_refuses_every_type() {
    let types = [
        "bool",
        "int",
        "float",
        "complex",
        "bool_",
        "int8",
        "uint8",
        "int64",
        "uint64",
        "float32",
        "float64",
        "complex64",
        "complex128",
        "float64[:]",
    ];
    let functions =
        ["abs", "bool", "complex", "float", "int", "len", "max", "min", "round", "np.float32", "np.int8"];
    let of_math = pykernel_codegen::builtin::members("math").map(|name| format!("math.{name}"));
    let mut accepted = 0;
    for function in functions.map(str::to_owned).into_iter().chain(of_math) {
        for model in MODELS {
            for x in types {
                accepted += usize::from(revealed(model, x, x, &format!("{function}(x)")).is_ok());
                for y in ["int", "float32", "complex"] {
                    accepted += usize::from(revealed(model, x, y, &format!("{function}(x, y)")).is_ok());
                }
            }
        }
    }
    assert!(accepted > 2000, "{accepted}");
}

#[test]
fn functions_of_math_give_pythons_numbers() {
    let constants = ["pi", "e", "tau", "inf", "nan"];
    let ints = ["comb", "factorial", "gcd", "isqrt", "lcm", "perm"];
    for name in pykernel_codegen::builtin::members("math").filter(|name| !constants.contains(name)) {
        for x in ["int", "bool", "int8", "uint64", "float", "float32", "float64"] {
            let second = if name == "ldexp" { "1" } else { "x" };
            let calls = [format!("math.{name}(x)"), format!("math.{name}(x, {second})")];
            let results = calls.map(|call| revealed("", x, x, &call));
            let result = match results {
                [Ok(result), _] | [_, Ok(result)] => result,
                [Err(one), Err(_)] => {
                    assert!(ints.contains(&name) && x.starts_with("float"), "{name} of {x}: {one:?}");
                    continue;
                }
            };
            let expected = match name {
                "isnan" | "isinf" | "isfinite" | "isclose" => "bool",
                "floor" | "ceil" | "trunc" => "int",
                "frexp" => "(float, int)",
                "modf" => "(float, float)",
                _ if ints.contains(&name) => "int",
                _ => "float",
            };
            assert_eq!(result, expected, "{name} of {x}");
        }
    }
}
