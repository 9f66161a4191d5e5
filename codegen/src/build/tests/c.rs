//! C and C++ programs that call a package's kernels.

use std::process::Command;

use super::*;
use crate::backend::{Level, Target};

const KERNELS: &str = r#"
import math
import numpy as np
from numba import njit, types, boolean, float32, float64, int8, int64, complex64, complex128
@njit
def mandel(x: float64, y: float64, max_iters: int64) -> int64:
    """Shade of a point. */ /* Not a comment's end."""
    z = 0j
    for i in range(max_iters):
        z = z * z + complex(x, y)
        if abs(z) > 2.0:
            return i
    return max_iters
@njit
def rounds(x: float64) -> float64:
    return math.floor(x) * 0.5
@njit
def turn(z: complex128, w: complex64) -> complex128:
    return z * 1j + w
@njit
def both(a: boolean, b: bool) -> bool:
    return bool(a) and b
@njit
def scale(a: float64[:, :], b: float64[:, ::1], c: complex128[::1], factor: float32):
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            b[i, j] = a[i, j] * factor
    c[0] = c[0] * factor
@njit
def zero(a: float64[()]) -> float64:
    return a[()]
@njit([float32(float32[:], int8), float64(float64[::1], int8)])
def first(a, register):
    return a[register]
@njit
def deep(n: int) -> int:
    if n == 0:
        return 0
    return deep(n - 1) + 1
@njit
def refuse(n: int, raised: float, result: float32):
    if n == 7:
        raise KeyError
    if n == 1:
        raise ValueError(raised)
    if n == 2:
        raise ValueError(result)
    if n != 0:
        raise ValueError("{é}", n, n > 0)
@njit
def show(n: int, x: float32, z: complex128, yes: boolean):
    print("é", n, x, z, (z, yes), sep="|", end="{}\n")
    print(z + 1e16, z * 0, x * 1e6, (complex64(z),), -n, "x" , True, None)
@njit
def padded(t: types.Tuple((int8, types.Tuple((complex64, float64[:])))), n: int64):
    z = t[1][0]
    return t[0], (t[1][1][n], n > 0, (z, t[0])), n
@njit
def doubled(x: float64[:]):
    y = np.empty((2, len(x)))
    y[0] = x
    for i in range(len(x)):
        y[1, i] = 2 * x[i]
    return y
@njit
def parts(x: float64[:], n: int64):
    y = np.ones(n)
    return x[1:], y, y[::-1], n
@njit
def perhaps(x: float64 | None, n: int8):
    return None if x is None else n * x
@njit
def some(n: int8, x: float64):
    return (n if n > 0 else None), x
"#;

/// What the program prints.
const PRINTED: &str = "\
é|3|0.1|(1.5-2j)|(np.complex128(1.5-2j), np.True_){}
(1.0000000000000002e+16-2j) 0j 100000.0 (np.complex64(1.5-2j),) -3 x True None
";

/// In C and in C++.
const PROGRAM: &str = r#"
#include "include/kernels.h"

static int failures = 0;

static void check(int fact, const char *what)
{
    if (!fact) {
        failures++;
        printf("%s\n", what);
    }
}
#define CHECK(fact) check((fact) ? 1 : 0, #fact)

static void says(long n, double x, float y, const char *expected)
{
    char text[200], small[9];
    pykernel_raised raised;
    size_t length;
    CHECK(refuse(n, x, y, &raised) == PYKERNEL_RAISED);
    length = pykernel_message(&raised, text, sizeof text);
    if (strncmp(text, expected, strlen(expected))) {
        failures++;
        printf("%s, not %s\n", text, expected);
    }
    CHECK(length == strlen(text));
    CHECK(pykernel_message(&raised, small, sizeof small) == length);
    CHECK(strlen(small) == 8 && !strncmp(small, text, 8));
    CHECK(pykernel_message(&raised, NULL, 0) == length);
}

static void raises(void)
{
    pykernel_raised raised;
    says(1, 0.1, 0, "ValueError: 0.1 (File \"kernels/k.py\", line ");
    says(1, 1e16, 0, "ValueError: 1e+16 (File \"kernels/k.py\", line ");
    says(1, 0.1 + 0.2, 0, "ValueError: 0.30000000000000004 (File \"kernels/k.py\", line ");
    says(1, 1e15, 0, "ValueError: 1000000000000000.0 (File \"kernels/k.py\", line ");
    says(1, -2.5e-7, 0, "ValueError: -2.5e-07 (File \"kernels/k.py\", line ");
    says(1, 0.0001, 0, "ValueError: 0.0001 (File \"kernels/k.py\", line ");
    says(1, -0.0, 0, "ValueError: -0.0 (File \"kernels/k.py\", line ");
    says(1, 5e-324, 0, "ValueError: 5e-324 (File \"kernels/k.py\", line ");
    says(1, 9.999e-5, 0, "ValueError: 9.999e-05 (File \"kernels/k.py\", line ");
    says(1, 1234567890123456.7, 0, "ValueError: 1234567890123456.8 (File \"kernels/k.py\", line ");
    says(1, DBL_MAX, 0, "ValueError: 1.7976931348623157e+308 (File \"kernels/k.py\", line ");
    says(1, -DBL_MAX * 2, 0, "ValueError: -inf (File \"kernels/k.py\", line ");
    says(1, 123456.789, 0, "ValueError: 123456.789 (File \"kernels/k.py\", line ");
    says(2, 0, 0.1f, "ValueError: 0.1 (File \"kernels/k.py\", line ");
    says(2, 0, 1e6f, "ValueError: 1e+06 (File \"kernels/k.py\", line ");
    says(2, 0, 16777216.0f, "ValueError: 1.6777216e+07 (File \"kernels/k.py\", line ");
    says(2, 0, 123456.0f, "ValueError: 123456.0 (File \"kernels/k.py\", line ");
    says(2, 0, 999999.5f, "ValueError: 999999.5 (File \"kernels/k.py\", line ");
    says(2, 0, 1e-4f, "ValueError: 1e-04 (File \"kernels/k.py\", line ");
    says(2, 0, 0.00010001f, "ValueError: 0.00010001 (File \"kernels/k.py\", line ");
    says(2, 0, -0.0f, "ValueError: -0.0 (File \"kernels/k.py\", line ");
    says(2, 0, -FLT_MAX, "ValueError: -3.4028235e+38 (File \"kernels/k.py\", line ");
    says(-3, 0, 0, "ValueError: ('{\303\251}', -3, False) (File \"kernels/k.py\", line ");
    says(7, 0, 0, "KeyError (File \"kernels/k.py\", line ");
    CHECK(refuse(0, 1, 1, &raised) == PYKERNEL_RETURNED);
    CHECK(!pykernel_is(&raised, "KeyError") && pykernel_message(&raised, NULL, 0) == 0);
    CHECK(refuse(7, 1, 1, &raised) == PYKERNEL_RAISED);
    CHECK(pykernel_is(&raised, "KeyError") && !pykernel_is(&raised, "KeyErro"));
    CHECK(refuse(7, 1, 1, NULL) == PYKERNEL_RAISED);
}

static void tuples(void)
{
    const double in[2] = {0.5, 1.5};
    const pykernel_view1_float64 x = pykernel_view1_float64_of(in, 2);
    pykernel_complex64 z = {2.5f, -1};
    padded_result result;
    perhaps_result product;
    doubled_result matrix;
    parts_result parted;
    some_result pair;
    CHECK(padded(-3, z, &x, 1, &result, NULL) == PYKERNEL_RETURNED);
    CHECK(result.item0 == -3 && result.item1_0 == 1.5 && result.item1_1 && result.item2 == 1);
    CHECK(result.item1_2_0.real == 2.5f && result.item1_2_0.imag == -1 && result.item1_2_1 == -3);
    CHECK(padded(-3, z, &x, 2, &result, NULL) == PYKERNEL_RAISED);
    CHECK(doubled(&x, &matrix, NULL) == PYKERNEL_RETURNED && matrix.value_owner);
    CHECK(matrix.value.shape[0] == 2 && matrix.value.strides[1] == 8 && matrix.value.data[3] == 3);
    pykernel_free(matrix.value_owner);
    CHECK(parts(&x, 3, &parted, NULL) == PYKERNEL_RETURNED && parted.item3 == 3);
    CHECK(parted.item0.data == in + 1 && parted.item0.shape[0] == 1 && !parted.item0_owner);
    CHECK(parted.item1_owner == parted.item2_owner && parted.item2.data == parted.item1.data + 2);
    pykernel_free(parted.item1_owner);
    CHECK(parted.item2.data[0] == 1 && parted.item2.strides[0] == -8);
    pykernel_free(parted.item2_owner);
    pykernel_free(parted.item0_owner);
    CHECK(parts(&x, -3, &parted, NULL) == PYKERNEL_RAISED);
    CHECK(perhaps(true, 1.5, 2, &product, NULL) == PYKERNEL_RETURNED && product.present && product.value == 3);
    CHECK(perhaps(false, 1.5, 2, &product, NULL) == PYKERNEL_RETURNED && !product.present);
    CHECK(some(2, 0.5, &pair, NULL) == PYKERNEL_RETURNED && pair.item0_present && pair.item0 == 2 && pair.item1 == 0.5);
    CHECK(some(-2, 0.5, &pair, NULL) == PYKERNEL_RETURNED && !pair.item0_present && pair.item1 == 0.5);
}

static void arrays(void)
{
    const double in[6] = {1, 2, 3, 4, 5, 6};
    double out[6] = {0};
    pykernel_complex128 c[1] = {{1, -1}};
    float f[2] = {1.5f, 2.5f}, single;
    double x;
    pykernel_raised raised;
    pykernel_view2_float64 a = pykernel_view2_float64_of(in, 3, 2), transposed = a;
    pykernel_array2_float64 b = pykernel_array2_float64_of(out, 2, 3);
    pykernel_array1_complex128 d = pykernel_array1_complex128_of(c, 1);
    pykernel_view1_float64 e = pykernel_view1_float64_of(in, 6);
    pykernel_view1_float32 g = pykernel_view1_float32_of(f, 2);
    pykernel_view0_float64 h = pykernel_view0_float64_of(in + 3);
    transposed.shape[0] = 2;
    transposed.shape[1] = 3;
    transposed.strides[0] = a.strides[1];
    transposed.strides[1] = a.strides[0];
    CHECK(scale(&transposed, &b, &d, 2.0f, &raised) == PYKERNEL_RETURNED);
    CHECK(out[0] == 2 && out[1] == 6 && out[2] == 10 && out[3] == 4 && out[5] == 12);
    CHECK(c[0].real == 2 && c[0].imag == -2);
    CHECK(first_float64_1dc_int8(&e, -1, &x, &raised) == PYKERNEL_RETURNED && x == 6);
    CHECK(first_float32_1d_int8(&g, 1, &single, &raised) == PYKERNEL_RETURNED && single == 2.5f);
    CHECK(first_float32_1d_int8(&g, 2, &single, &raised) == PYKERNEL_RAISED);
    CHECK(pykernel_is(&raised, "IndexError"));
    CHECK(zero(&h, &x, NULL) == PYKERNEL_RETURNED && x == 4);
}

int main(void)
{
    int64_t n;
    double x;
    pykernel_complex128 z = {1, 2};
    pykernel_complex64 w = {0.5f, 0};
    bool yes;
    pykernel_raised raised;
    CHECK(mandel(0.5, 0.5, 100, &n, &raised) == PYKERNEL_RETURNED && n == 4);
    CHECK(turn(z, w, &z, &raised) == PYKERNEL_RETURNED && z.real == -1.5 && z.imag == 1);
    CHECK(both(true, 7, &yes, &raised) == PYKERNEL_RETURNED && yes);
    CHECK(both(true, false, &yes, &raised) == PYKERNEL_RETURNED && !yes);
    CHECK(deep(10, &n, &raised) == PYKERNEL_RETURNED && n == 10);
    CHECK(deep(1 << 30, &n, &raised) == PYKERNEL_RAISED && pykernel_is(&raised, "RecursionError"));
    CHECK(rounds(-2.5, &x, &raised) == PYKERNEL_RETURNED && x == -1.5);
    CHECK(raised.level == pykernel_level());
    arrays();
    tuples();
    raises();
    z.real = 1.5;
    z.imag = -2;
    CHECK(show(3, 0.1f, z, true, &raised) == PYKERNEL_RETURNED);
    printf("%u\n", (unsigned)pykernel_level());
    return failures;
}
"#;

fn package(name: &str, prefix: &str, kernels: &str) -> Sandbox {
    let mut package = Sandbox::new(name);
    package.0.triple = Target::host().triple().to_string();
    package.0.features.clear();
    package.0.c = Wanted {
        header: Some("include/kernels.h".into()),
        library: Some("lib/libkernels.a".into()),
        prefix: prefix.into(),
        ..Wanted::default()
    };
    package.write("kernels/k.py", kernels);
    package
}

/// Whether a compiler is there; says so otherwise.
fn has(compiler: &str) -> bool {
    let found = Command::new(compiler).arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("skipped: there is no `{compiler}`");
    }
    found
}

/// Compiles a program, with all warnings, and runs it; gives what it prints.
fn runs(package: &Sandbox, compiler: &str, options: &[&str], file: &str, libraries: &[PathBuf]) -> String {
    let root = &package.0.root;
    let mut command = Command::new(compiler);
    command.current_dir(root).args(options).args(["-Wall", "-Wextra", "-pedantic", "-Werror", "-I."]);
    let output = command.arg(file).args(libraries).args(["-lm", "-o", "program"]).output().unwrap();
    assert!(output.status.success(), "{compiler} {options:?}: {}", String::from_utf8_lossy(&output.stderr));
    let output = Command::new(root.join("program")).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{compiler}: {printed}");
    printed
}

/// The number of this machine's CPU level.
fn level() -> u32 {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("lzcnt")
    {
        let has_v4 = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512cd")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl");
        return if has_v4 { Level::V4.number() } else { Level::V3.number() };
    }
    Level::V1.number()
}

#[test]
fn c_and_cpp_programs_call_kernels() {
    let package = package("c-program", "", KERNELS);
    package.run();
    package.write("program.c", PROGRAM);
    package.write("program.cpp", PROGRAM);
    let library = [package.0.root.join("lib/libkernels.a")];
    let printed = |level: u32| format!("{PRINTED}{level}\n");
    let of_machine = printed(level());
    if has("cc") {
        assert_eq!(runs(&package, "cc", &["-std=c99"], "program.c", &library), of_machine);
        let options = ["-std=c11", "-O2", "-Wcast-qual"];
        assert_eq!(runs(&package, "cc", &options, "program.c", &library), of_machine);
        let options = ["-std=c99", "-DPYKERNEL_LEVEL=0"];
        assert_eq!(runs(&package, "cc", &options, "program.c", &library), printed(0));
    }
    if has("c++") {
        assert_eq!(runs(&package, "c++", &["-std=c++11"], "program.cpp", &library), of_machine);
    }
}

#[test]
fn two_packages_with_kernels_of_one_name_meet_in_one_program() {
    let one = package("c-one", "one_", &kernel("f", "2"));
    let mut other = package("c-other", "other_", &kernel("f", "3"));
    other.0.package.name = "other".into();
    one.run();
    other.run();
    let include =
        |package: &Sandbox| format!("#include \"{}\"\n", package.0.root.join("include/kernels.h").display());
    let main = "int main(void)\n{\n    double x, y;\n    one_f(1, &x, NULL);\n    other_f(1, &y, NULL);\n    return x != 2 || y != 3;\n}\n";
    one.write("program.c", &(include(&one) + &include(&other) + main));
    let libraries = [&one, &other].map(|package| package.0.root.join("lib/libkernels.a"));
    if has("cc") {
        runs(&one, "cc", &["-std=c99"], "program.c", &libraries);
    }
}

#[test]
fn a_header_has_the_own_kernels_of_a_package() {
    let package = package("c-own", "", &kernel("inside", "2"));
    package.write("src/lib.rs", &inline("inline_too", "2"));
    package.write("tests/t.rs", &inline("of_a_test", "2"));
    package.write("README.md", &format!("```\n{}```", inline("shown", "2")));
    package.run();
    let header = fs::read_to_string(package.0.root.join("include/kernels.h")).unwrap();
    for (name, there) in [("inside", true), ("inline_too", true), ("of_a_test", false), ("shown", false)] {
        assert_eq!(header.contains(&format!("static inline int {name}(")), there, "{name}");
    }
}

#[test]
fn a_header_leaves_ufuncs_to_the_runtime() {
    let ufunc = "from numba import vectorize\n@vectorize\ndef looped(x: float):\n    return x\n";
    let package = package("c-ufunc", "", &format!("{}{ufunc}", kernel("called", "2")));
    package.run();
    let header = fs::read_to_string(package.0.root.join("include/kernels.h")).unwrap();
    assert!(header.contains("static inline int called(") && !header.contains("looped"));
    assert_eq!(package.manifest().kernels.len(), 2);
}

#[test]
fn a_header_leaves_what_runs_on_gpus_to_the_runtime() {
    let on_gpus =
        "from numba import cuda\n@cuda.jit\ndef launched(x: float64[:]):\n    x[cuda.grid(1)] = 1\n";
    let text = format!("from numba import float64\n{}{on_gpus}", kernel("called", "2"));
    let package = package("c-cuda", "", &text);
    package.run();
    let header = fs::read_to_string(package.0.root.join("include/kernels.h")).unwrap();
    assert!(header.contains("static inline int called(") && !header.contains("launched"));
    assert_eq!(package.manifest().kernels.len(), 2);
}

#[test]
fn a_kernel_and_the_struct_of_another_have_two_names() {
    let text = "def f(x: float):\n    return x, x\ndef f_result(x: float) -> float:\n    return x\n";
    let error = package("c-struct", "", text).error();
    assert!(
        error.starts_with("two kernels are `f_result` in C: `f` of kernels/k.py and `f_result` of"),
        "{error}"
    );
}

#[test]
fn two_kernels_of_one_name_are_an_error_only_in_c() {
    let mut package = package("c-twice", "", &kernel("f", "2"));
    package.write("src/lib.rs", &inline("f", "3"));
    let error = package.error();
    assert!(
        error.starts_with("two kernels are `f` in C: `f` of kernels/k.py and `f` of src/lib.rs\nhelp: "),
        "{error}"
    );
    package.0.c = Wanted::default();
    package.run();
}

const SPREAD: &str = "#include \"spread.h\"
double spread(double x, double y) { return x > y ? x - y : y - x; }
bool any_of(int8_t a, uint16_t b, float c) { return a == -1 && b == 65535 && c == 0.5f; }
static int64_t calls = 0;
void count(void) { calls++; }
int64_t counted(void) { return calls; }
signed char least(void) { return -128; }
";

const CALLER: &str = r#"
import cffi
import ctypes
from ctypes import c_double
from numba import njit, float64, float32

libspread = ctypes.CDLL("./libspread.so")  # pykernel: trusted
libspread.spread.argtypes = [c_double, c_double]
libspread.spread.restype = c_double
spread = libspread.spread

ffi = cffi.FFI()
ffi.cdef("_Bool any_of(int8_t a, uint16_t b, float c); void count(void); int64_t counted(); signed char least(void);")
lib = ffi.dlopen("./libspread.so")

@njit
def widest(a: float64[:], b: float64[:]) -> float64:
    best = 0.0
    for i in range(len(a)):
        d = spread(a[i], b[i])
        if d > best:
            best = d
    return best

@njit
def narrow(a: int, b: int, c: float64) -> bool:
    return lib.any_of(a, b, c)

@njit
def times(n: int) -> int:
    for i in range(n):
        lib.count()
    return lib.counted() + lib.least()
"#;

const CALLERS_PROGRAM: &str = r#"
#include "include/kernels.h"

int main(void)
{
    const double x[3] = {1, 2, 3}, y[3] = {1, 5, 2};
    pykernel_view1_float64 a = pykernel_view1_float64_of(x, 3), b = pykernel_view1_float64_of(y, 3);
    pykernel_raised raised;
    double widened;
    bool all;
    int64_t n;
    if (widest(&a, &b, &widened, &raised) || widened != 3) return 1;
    if (narrow(-1, 65535, 0.5, &all, &raised) || !all) return 2;
    if (narrow(-1, 65536, 0.5, &all, &raised) != PYKERNEL_RAISED || !pykernel_is(&raised, "OverflowError")) return 3;
    if (times(3, &n, &raised) || n != 3 - 128) return 4;
    return 0;
}
"#;

#[test]
fn kernels_call_c_that_the_build_compiles() {
    if !has("cc") {
        return;
    }
    let mut package = package("c-source", "", CALLER);
    package.0.c.sources.files = vec!["csrc/spread.c".into()];
    package.0.c.sources.host = package.0.triple.clone();
    package.0.c.sources.opt_level = "2".into();
    package.write("csrc/spread.h", "#include <stdbool.h>\n#include <stdint.h>\n");
    package.write("csrc/spread.c", SPREAD);
    let directives = package.run().directives();
    for watched in ["csrc", "csrc/spread.c"] {
        assert!(directives.contains(&Directive::RerunIfChanged(watched.into())), "{watched}");
    }
    package.write("program.c", CALLERS_PROGRAM);
    runs(&package, "cc", &["-std=c99"], "program.c", &[package.0.root.join("lib/libkernels.a")]);
    let untrusted: Vec<usize> =
        package.manifest().kernels.iter().map(|compiled| compiled.kernel.untrusted.len()).collect();
    assert_eq!(untrusted.iter().sum::<usize>(), 4, "{untrusted:?}");
    package.write("csrc/spread.c", "double spread(");
    assert!(package.error().starts_with("cannot compile csrc/spread.c: "));
    package.0.c.sources.files = vec!["missing.c".into()];
    assert!(package.error().starts_with("there is no C file `missing.c`\nhelp: "));
}

const RECORDS: &str = r#"
import numpy as np
from numba import njit, from_dtype, float64, int64
point = from_dtype(np.dtype([("x", np.float64), ("int", np.int32)], align=True))
packed = from_dtype(np.dtype([("flag", "?"), ("p", point, (2,)), ("z", "c8")]))
@njit
def total(points: point[:], at: packed) -> float64:
    at["flag"] = True
    at["p"]["x"][1] = points["x"].sum()
    return at["p"]["int"][0] + points[0]["int"]
"#;

const RECORDS_PROGRAM: &str = r#"
#include "include/kernels.h"

int main(void)
{
    POINT points[2] = {{1.5, 3}, {2.0, 4}};
    PACKED at = {0};
    POINTS view = POINTS_of(points, 2);
    ONE one = ONE_of(&at);
    pykernel_raised raised;
    double sum;
    at.p[0].int_ = 7;
    if (sizeof at != 1 + 2 * 16 + 8 || at.flag) return 1;
    if (total(&view, &one, &sum, &raised) || sum != 10) return 2;
    if (!at.flag || at.p[1].x != 3.5 || at.p[0].int_ != 7) return 3;
    return 0;
}
"#;

#[test]
fn records_are_structs() {
    if !has("cc") {
        return;
    }
    let package = package("c-records", "", RECORDS);
    package.run();
    let header = fs::read_to_string(package.0.root.join("include/kernels.h")).unwrap();
    let named = |before: &str, after: &str| {
        let line =
            header.lines().find(|line| line.starts_with(before) && line.contains(after)).unwrap_or(before);
        line.split(' ').nth(2).unwrap_or_default().to_owned()
    };
    let structs: Vec<&str> = header.lines().filter(|line| line.starts_with("} pykernel_record_")).collect();
    let name = |line: &str| line.trim_start_matches("} ").trim_end_matches(';').to_owned();
    assert_eq!(structs.len(), 2, "{structs:?}");
    let program = RECORDS_PROGRAM
        .replace("POINTS", &named("typedef struct pykernel_view1_record_", ""))
        .replace("ONE", &named("typedef struct pykernel_array0_record_", ""))
        .replace("POINT", &name(structs[0]))
        .replace("PACKED", &name(structs[1]));
    package.write("program.c", &program);
    runs(&package, "cc", &["-std=c99"], "program.c", &[package.0.root.join("lib/libkernels.a")]);
}

const DRAWS: &str = r#"
import random
import numpy as np
from numba import njit

@njit
def draw(seed: int) -> float:
    np.random.seed(seed)
    random.seed(seed)
    return np.random.random() + random.random()

@njit
def draw_on() -> float:
    return np.random.random()

@njit
def entropy() -> float:
    return np.random.default_rng().random()

@njit
def given(rng: np.random.Generator) -> float:
    return rng.random()
"#;

const DRAWING_PROGRAM: &str = r#"
#include "include/kernels.h"

int main(void)
{
    pykernel_raised raised;
    double x, y, z;
    if (draw_on(&x, &raised) || draw_on(&y, &raised) || x == y || x < 0 || x >= 1) return 1;
    /* What NumPy and CPython draw first with the seed 1. */
    if (draw(1, &x, &raised) || x != 0.417022004702574 + 0.13436424411240122) return 2;
    if (draw_on(&y, &raised) || draw(1, &z, &raised) || z != x || draw_on(&z, &raised) || z != y) return 3;
    if (entropy(&x, &raised) || entropy(&y, &raised) || x == y) return 4;
    return 0;
}
"#;

#[test]
fn c_programs_have_generators_for_each_thread() {
    if !has("cc") {
        return;
    }
    let package = package("c-random", "", DRAWS);
    package.run();
    let header = fs::read_to_string(package.0.root.join("include/kernels.h")).unwrap();
    assert!(!header.contains("given("), "a kernel that takes a generator is Rust's");
    package.write("program.c", DRAWING_PROGRAM);
    runs(&package, "cc", &["-std=c99"], "program.c", &[package.0.root.join("lib/libkernels.a")]);
}
