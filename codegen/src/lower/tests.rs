//! From Python text to verified IR.

use super::lower;
use crate::diagnostic::Diagnostics;
use crate::infer::infer;
use crate::ir::{self, Stage};
use crate::source::Source;
use crate::syntax;

const IMPORTS: &str =
    "import numpy as np\nfrom numba import njit, complex128, float32, float64, int64, int8, uint64\n";

/// Texts that are the same in every check; shown once, then shortened.
const OVERFLOW: &str = "OverflowError(\"integer overflow: result does not fit 64 bits\")";
const BOUNDS: &str = "is out of bounds for axis 0 with size {i}";

/// The verified IR of a kernel file.
fn module(text: &str) -> ir::Module {
    let source = Source::file("k.py", text);
    let mut diagnostics = Diagnostics::default();
    let hir = syntax::parse(&source, &mut diagnostics);
    let program = infer(&hir, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{:?}", diagnostics.into_sorted());
    let module = lower(&program, &source);
    assert_eq!(ir::verify::verify(&module, Stage::Raising), Ok(()), "{}", ir::print::print(&module));
    module
}

/// What the first function does: the lines below those that declare its locals.
fn body(text: &str) -> String {
    let text = ir::print::print(&module(&format!("{IMPORTS}@njit{text}")));
    let lines = text.lines().skip(1).skip_while(|line| line.starts_with("    let "));
    let lines: Vec<&str> = lines.take_while(|line| *line != "}").map(|line| &line[4..]).collect();
    lines.join("\n").replace(OVERFLOW, "OverflowError(…)").replace(BOUNDS, "out of bounds …")
}

#[test]
fn complex_numbers_are_two_scalars_and_products_are_calls() {
    let text = r#"
def f(z: complex128, n: int64) -> complex128:
    z = complex(z.imag, z.real)
    return z * z
"#;
    let expected = r#"
z.re.5 = z.im.1
z.im.6 = z.re.0
t.re, t.im = call complex_mul(z.re.5, z.im.6, z.re.5, z.im.6) at k.py:6
result.re = t.re
result.im = t.im
return
"#;
    assert_eq!(body(text), expected.trim());
}

#[test]
fn pythons_int_is_checked_operand_by_operand() {
    let text = r#"
def f(x: int) -> int:
    return -(x + 1) * x
"#;
    let expected = r#"
check !add_overflows(x, 1) else OverflowError(…) at k.py:5  # overflow
t.2 = (x + 1)
check !sub_overflows(0, t.2) else OverflowError(…) at k.py:5  # overflow
t.3 = (0 - t.2)
check !mul_overflows(t.3, x) else OverflowError(…) at k.py:5  # overflow
result = (t.3 * x)
return
"#;
    assert_eq!(body(text), expected.trim());
}

#[test]
fn a_for_counts_apart_from_its_variable() {
    let text = r#"
def f(n: int) -> int:
    s = 0
    for i in range(n, 0, -2):
        if i == 3:
            continue
        if i == 5:
            break
        i = s
    return s
"#;
    let expected = r#"
s = 0
for L1: i.count in n..0 by -2 {
    i.3 = i.count
    block L2: {
        if (i.3 == 3) {
            exit L2
        }
        if (i.3 == 5) {
            exit L1
        }
        i.4 = s
    }
}
result = s
return
"#;
    assert_eq!(body(text), expected.trim());
}

#[test]
fn a_step_known_at_run_time_counts_the_iterations_left() {
    let text = r#"
def f(a: int, b: int, c: int) -> int:
    i = 0
    for i in range(a, b, c):
        c = i
    return i
"#;
    let expected = r#"
i = 0
check (c.2 != 0) else ValueError("range() arg 3 must not be zero") at k.py:6
t.9 = (c.2 > 0)
t.10 = select(t.9, a, b)
t.11 = select(t.9, b, a)
i.left = select((t.10 >= t.11), 0:u64, ((((wrap.u64(t.11) - wrap.u64(t.10)) - 1:u64) / select(t.9, wrap.u64(c.2), -wrap.u64(c.2))) + 1:u64))
i.next = a
i.step = c.2
loop L1: {
    if (i.left == 0:u64) {
        exit L1
    }
    i.left = (i.left - 1:u64)
    i = i.next
    i.next = (i.next + i.step)
    c.5 = i
}
result = i
return
"#;
    assert_eq!(body(text), expected.trim());
}

#[test]
fn a_while_tests_before_each_iteration() {
    let text = r#"
def f(n: int64) -> int64:
    while n > 2:
        n = n >> 1
    while True:
        return n
"#;
    let expected = r#"
loop L1: {
    unless (n > 2) {
        exit L1
    }
    n = (n >> 1)
}
loop L2: {
    result = n
    return
}
"#;
    assert_eq!(body(text), expected.trim());
}

#[test]
fn an_update_evaluates_array_and_index_once_and_checks_once() {
    let text = r#"
def f(a: float64[:, :], i: int, j: uint64):
    a[i, j] += a[-1, 0]
"#;
    let expected = r#"
t.3 = wrap.i64(j)
check (t.3 >= 0) else OverflowError("Python int too large to convert to C long") at k.py:5
t.4 = select((i < 0), (i + dim(a, 0)), i)
check in_bounds(t.4, dim(a, 0)) else IndexError("index {i} out of bounds …", i, dim(a, 0)) at k.py:5  # bounds
check in_bounds(t.3, dim(a, 1)) else IndexError("index {i} is out of bounds for axis 1 with size {i}", t.3, dim(a, 1)) at k.py:5  # bounds
t.5 = load a[t.4, t.3]
t.6 = (-1 + dim(a, 0))
check in_bounds(t.6, dim(a, 0)) else IndexError("index {i} out of bounds …", -1, dim(a, 0)) at k.py:5  # bounds
check in_bounds(0, dim(a, 1)) else IndexError("index {i} is out of bounds for axis 1 with size {i}", 0, dim(a, 1)) at k.py:5  # bounds
t.7 = load a[t.6, 0]
store a[t.4, t.3] = (t.5 + t.7)
"#;
    assert_eq!(body(text), expected.trim());
}

#[test]
fn a_store_checks_the_index_before_it_converts_the_value() {
    let text = r#"
def f(a: int8[:], n: int, x: float64):
    a[0] = n
    a[1] = np.int8(x)
"#;
    let expected = r#"
check in_bounds(0, dim(a, 0)) else IndexError("index {i} out of bounds …", 0, dim(a, 0)) at k.py:5  # bounds
check ((n >= -128) & (n <= 127)) else OverflowError("Python integer {i} out of bounds for int8", n) at k.py:5
store a[0] = wrap.i8(n)
check in_bounds(1, dim(a, 0)) else IndexError("index {i} out of bounds …", 1, dim(a, 0)) at k.py:6  # bounds
store a[1] = saturate.i8(x)
"#;
    assert_eq!(body(text), expected.trim());
}

#[test]
fn and_branches_where_the_right_operand_has_effects() {
    let text = r#"
def f(a: float64[:], i: int) -> int:
    if i < 3 and a[i] > 0:
        x = 1
    return x
"#;
    let expected = r#"
x = 0
x.bound = false
t.7 = (i < 3)
if t.7 {
    t.5 = select((i < 0), (i + dim(a, 0)), i)
    check in_bounds(t.5, dim(a, 0)) else IndexError("index {i} out of bounds …", i, dim(a, 0)) at k.py:5  # bounds
    t.6 = load a[t.5]
    t.7 = (t.6 > 0.0)
}
if t.7 {
    x = 1
    x.bound = true
}
check x.bound else UnboundLocalError("cannot access local variable 'x' where it is not associated with a value") at k.py:7
result = x
return
"#;
    assert_eq!(body(text), expected.trim());
}

#[test]
fn and_selects_where_the_right_operand_is_pure() {
    let text = r#"
def f(i: int64, j: int64) -> int64:
    return i + 1 and j
"#;
    let expected = r#"
t.3 = (i + 1)
t.4 = (t.3 != 0)
result = select(t.4, j, t.3)
return
"#;
    assert_eq!(body(text), expected.trim());
}

#[test]
fn messages_are_evaluated_only_when_raised() {
    let text = r#"
def f(a: float32[:], i: int):
    assert i < 3, i
    assert i < 2, a[0]
    raise ValueError('a {b}', i)
"#;
    let expected = r#"
check (i < 3) else AssertionError("{i}", i) at k.py:5
unless (i < 2) {
    check in_bounds(0, dim(a, 0)) else IndexError("index {i} out of bounds …", 0, dim(a, 0)) at k.py:6  # bounds
    t = load a[0]
    raise AssertionError("{g}", round.f64(t)) at k.py:6
}
raise ValueError("('a {{b}}', {i})", i) at k.py:7
"#;
    assert_eq!(body(text), expected.trim());
}

#[test]
fn what_an_error_model_rules_out_leaves_no_check() {
    let text = |model| {
        format!(
            "{IMPORTS}@njit(error_model='{model}')\ndef f(x: float64, y: float64) -> float64:\n    return x / y\n"
        )
    };
    let checks = |text: String| ir::print::print(&module(&text)).matches("raise ").count();
    assert_eq!((checks(text("python")), checks(text("numpy"))), (1, 0));
}

#[test]
fn instances_of_one_function_have_names_of_their_own() {
    let text = "@njit\ndef g(x):\n    return x + x\n@njit\ndef f(x: float64, z: complex128):\n    return g(x) + g(z)\n";
    let module = module(&format!("{IMPORTS}{text}"));
    let names: Vec<&str> = module.functions.iter().map(|function| function.name.as_str()).collect();
    assert_eq!(names, ["f", "g", "g.1", "complex_add"]);
}
