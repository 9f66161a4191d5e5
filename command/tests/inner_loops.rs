//! The inner loops of ufuncs and gufuncs, called as the runtime calls them.

use pykernel_abi::InnerLoop;
use pykernel_cli::host;
use pykernel_cli::jit::Jit;
use pykernel_codegen::analysis::analyse;
use pykernel_codegen::backend::Level;
use pykernel_codegen::interface::Kernel;
use pykernel_codegen::passes::{self, Options};
use pykernel_codegen::source::Source;
use pykernel_codegen::symbol::Package;

const F8: isize = size_of::<f64>() as isize;

/// A kernel of a text, compiled.
struct Compiled {
    jit: Jit,
    kernel: Kernel,
}

/// Compiles the last kernel of a text.
fn compile(text: &str) -> Compiled {
    let text = format!(
        "from numba import boolean, complex64, complex128, float32, float64, guvectorize, int8, int64, njit, types, vectorize\n{text}"
    );
    let package = Package { name: "loops".into(), version: "0.1.0".into() };
    let mut analysis = analyse(&Source::file("k.py", &text), &package);
    assert!(analysis.diagnostics.is_empty(), "{:?}", analysis.diagnostics);
    let kernel = analysis.interface.kernels.pop().expect("the text has a kernel");
    let entries: Vec<_> = kernel.overloads.iter().map(|overload| overload.function).collect();
    let ir = passes::run(analysis.module, &entries, Options { overflow_checks: true, lanes: None });
    let jit = Jit::new(&ir, &kernel, Level::V1).unwrap_or_else(|error| panic!("{error}"));
    Compiled { jit, kernel }
}

impl Compiled {
    fn inner(&self, overload: usize) -> InnerLoop {
        self.jit.inner_loop(overload).expect("it is a ufunc")
    }

    /// Calls the first loop. Operands are elements of one buffer, at these places.
    fn run<T>(
        &self,
        buffer: &mut [T],
        places: &[usize],
        dimensions: &[isize],
        steps: &[isize],
    ) -> Result<(), String> {
        let base = buffer.as_mut_ptr();
        let args: Vec<*mut u8> = places.iter().map(|place| base.wrapping_add(*place).cast()).collect();
        let inner = self.inner(0);
        // SAFETY: the tests keep within the buffer, whose elements are of the loop's type.
        let ran = unsafe {
            pykernel::call::run(0, &host::HOST, |_: *mut (), raised| {
                inner(args.as_ptr(), dimensions.as_ptr(), steps.as_ptr(), raised)
            })
        };
        ran.map_err(|error| error.to_string())
    }
}

/// 0, 1, 2, …
fn count(n: usize) -> Vec<f64> {
    (0..n).map(|value| value as f64).collect()
}

const SUB: &str = "@vectorize([float64(float64, float64)])\ndef sub(x, y):\n    return x - y\n";

#[test]
fn loops_go_over_any_strides() {
    let sub = compile(SUB);
    // Contiguous: x at 0, y at 4, the output at 8.
    let mut buffer = count(12);
    sub.run(&mut buffer, &[0, 4, 8], &[4], &[F8, F8, F8]).unwrap();
    assert_eq!(buffer[8..], [-4.0; 4]);
    // Backwards, a number for all, every second.
    let mut buffer = count(12);
    sub.run(&mut buffer, &[3, 4, 5], &[4], &[-F8, 0, 2 * F8]).unwrap();
    assert_eq!(buffer, [0.0, 1.0, 2.0, 3.0, 4.0, -1.0, 6.0, -2.0, 8.0, -3.0, 10.0, -4.0]);
    // In place, and nothing at all.
    let mut buffer = count(4);
    sub.run(&mut buffer, &[0, 2, 0], &[2], &[F8, F8, F8]).unwrap();
    assert_eq!(buffer, [-2.0, -2.0, 2.0, 3.0]);
    sub.run(&mut buffer, &[0, 2, 0], &[0], &[0, F8, 0]).unwrap();
    assert_eq!(buffer, [-2.0, -2.0, 2.0, 3.0]);
}

#[test]
fn carried_loops_reduce_and_accumulate() {
    let sub = compile(SUB);
    let mut buffer = vec![100.0, 1.0, 2.0, 3.0, 4.0];
    sub.run(&mut buffer, &[0, 1, 0], &[4], &[0, F8, 0]).unwrap();
    assert_eq!(buffer, [90.0, 1.0, 2.0, 3.0, 4.0]);
    // Backwards, with a stride.
    sub.run(&mut buffer, &[0, 4, 0], &[2], &[0, -2 * F8, 0]).unwrap();
    assert_eq!(buffer[0], 84.0);
    // Accumulating from the output, contiguous and not.
    let mut buffer = vec![100.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0];
    sub.run(&mut buffer, &[0, 4, 1], &[3], &[F8, F8, F8]).unwrap();
    assert_eq!(buffer, [100.0, 99.0, 97.0, 94.0, 1.0, 2.0, 3.0]);
    let mut buffer = vec![0.0, 0.0, 100.0, 1.0, 2.0];
    sub.run(&mut buffer, &[2, 3, 1], &[2], &[-F8, F8, -F8]).unwrap();
    assert_eq!(buffer, [97.0, 99.0, 100.0, 1.0, 2.0]);
}

#[test]
fn complex_numbers_and_large_functions_are_carried_too() {
    let product =
        compile("@vectorize([complex64(complex64, complex64)])\ndef product(z, w):\n    return z * w\n");
    let mut buffer = vec![[1.0f32, 1.0], [0.0, 1.0], [2.0, 0.0], [1.0, -1.0]];
    product.run(&mut buffer, &[0, 1, 0], &[3], &[0, 8, 0]).unwrap();
    assert_eq!(buffer[0], [0.0, 4.0]);
    let lines: String = (0..120).map(|i| format!("    if y > {i}:\n        x = x * 0.5 + {i}\n")).collect();
    let large =
        compile(&format!("@vectorize([float64(float64, float64)])\ndef large(x, y):\n{lines}    return x\n"));
    let expected = [3.5, 77.0]
        .into_iter()
        .fold(1.0, |x: f64, y| (0..120).filter(|i| y > f64::from(*i)).fold(x, |x, i| x * 0.5 + f64::from(i)));
    let mut buffer = vec![1.0, 3.5, 77.0];
    large.run(&mut buffer, &[0, 1, 0], &[2], &[0, F8, 0]).unwrap();
    assert_eq!(buffer[0], expected);
}

#[test]
fn types_may_be_mixed_and_complex() {
    let kernel = compile(
        "@vectorize([types.Tuple((complex128, complex128))(complex128, complex128)])\n\
         def both(z, w):\n    return z * w, z - w\n",
    );
    let mut buffer =
        vec![[1.0, 2.0], [3.0, -1.0], [0.0, 1.0], [2.0, 0.0], [0.0; 2], [0.0; 2], [0.0; 2], [0.0; 2]];
    kernel.run(&mut buffer, &[0, 2, 4, 7], &[2], &[16, 16, 16, -16]).unwrap();
    assert_eq!(buffer[4..], [[-2.0, 1.0], [6.0, -2.0], [1.0, -1.0], [1.0, 1.0]]);
    let kernel = compile("@vectorize\ndef less(x: int8, y: int8):\n    return x < y\n");
    let types = &kernel.kernel.overloads[0].types;
    assert_eq!(types.iter().map(|dtype| dtype.name()).collect::<Vec<_>>(), ["int8", "int8", "bool_"]);
    let mut buffer = vec![-1i8, 5, 3, 4, 9, 9];
    kernel.run(&mut buffer, &[0, 2, 4], &[2], &[1, 1, 1]).unwrap();
    assert_eq!(buffer[4..], [1, 0]);
}

#[test]
fn division_is_numpys() {
    let kernel = compile("@vectorize\ndef div(x: int, y: int) -> float:\n    return x / y + x // y\n");
    let mut buffer = vec![7i64, -1, 2, 0, 0, 0];
    kernel.run(&mut buffer, &[0, 2, 4], &[2], &[8, 8, 8]).unwrap();
    assert_eq!(
        buffer[4..].iter().map(|bits| f64::from_bits(*bits as u64)).collect::<Vec<_>>(),
        [6.5, f64::NEG_INFINITY]
    );
    assert!(!kernel.kernel.overloads[0].raises || kernel.kernel.overloads[0].cost > 0);
}

#[test]
fn a_raise_ends_the_loop() {
    let text = "@vectorize([float64(float64, float64)])\n\
                def checked(x, y):\n    if y > 2:\n        raise ValueError(f'{y} is too much')\n    return x + y\n";
    let kernel = compile(&text.replace("f'{y} is too much'", "'too much'"));
    assert!(kernel.kernel.overloads[0].raises);
    for steps in [[F8, F8, F8], [F8, F8, 2 * F8]] {
        let mut buffer =
            vec![0.5, 1.5, 2.5, 3.5, 1.0, 2.0, 3.0, 0.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0, -1.0];
        let error = kernel.run(&mut buffer, &[0, 4, 8], &[4], &steps).unwrap_err();
        assert!(error.contains("too much"), "{error}");
        let step = (steps[2] / F8) as usize;
        assert_eq!([buffer[8], buffer[8 + step], buffer[8 + 2 * step]], [1.5, 3.5, -1.0]);
    }
    let mut buffer = vec![10.0, 1.0, 2.0, 3.0, 1.0];
    kernel.run(&mut buffer, &[0, 1, 0], &[4], &[0, F8, 0]).unwrap_err();
    assert_eq!(buffer[0], 13.0);
}

#[test]
fn what_is_too_large_is_called() {
    let lines: String = (0..120).map(|i| format!("    if x > {i}:\n        y = y * 0.5 + {i}\n")).collect();
    let kernel = compile(&format!(
        "@vectorize([float64(float64)])\ndef large(x):\n    y = x\n{lines}    if x == 77:\n        raise ValueError('seventy-seven')\n    return y\n"
    ));
    let expected = |x: f64| (0..120).filter(|i| x > f64::from(*i)).fold(x, |y, i| y * 0.5 + f64::from(i));
    let mut buffer = vec![3.5, 50.0, 500.0, 0.0, 0.0, 0.0];
    kernel.run(&mut buffer, &[0, 3], &[3], &[F8, F8]).unwrap();
    assert_eq!(buffer[3..], [3.5, 50.0, 500.0].map(expected));
    let mut buffer = vec![3.5, 77.0, 500.0, 0.0, 0.0, 0.0];
    assert!(kernel.run(&mut buffer, &[0, 3], &[3], &[F8, F8]).is_err());
    assert_eq!(buffer[3..], [expected(3.5), 0.0, 0.0]);
}

const MATMUL: &str = "@guvectorize([(float64[:, :], float64[:, :], float64[:, :])], '(m,n),(n,p)->(m,p)')
def matmul(a, b, c):
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            total = 0.0
            for k in range(a.shape[1]):
                total += a[i, k] * b[k, j]
            c[i, j] = total
";

#[test]
fn gufuncs_see_their_core_dimensions() {
    let matmul = compile(MATMUL);
    // Two products of 2×3 and 3×1; the second operand is one for both, the first is transposed.
    let mut buffer = count(12);
    buffer.extend([1.0, 10.0, 100.0, 0.0, 0.0, 0.0, 0.0]);
    let steps = [6 * F8, 0, 2 * F8, F8, 2 * F8, F8, 99, F8, 99];
    matmul.run(&mut buffer, &[0, 12, 15], &[2, 2, 3, 1], &steps).unwrap();
    assert_eq!(buffer[15..], [420.0, 531.0, 1086.0, 1197.0]);
    // Core dimensions of size 0.
    let mut buffer = vec![7.0; 4];
    matmul.run(&mut buffer, &[0, 0, 0], &[1, 2, 0, 2], &[0, 0, 0, 0, 8, 8, 8, 16, 8]).unwrap();
    assert_eq!(buffer, [0.0; 4]);
}

#[test]
fn gufuncs_have_several_outputs_and_scalars() {
    let text = "@guvectorize([(float64[:], float64[:], float64[:])], '(n)->(),()')
def max_min(x, high, low):
    high[0] = low[0] = x[0]
    for v in range(x.shape[0]):
        high[0] = max(high[0], x[v])
        low[0] = min(low[0], x[v])
";
    let mut buffer = vec![3.0, -1.0, 4.0, 1.0, -5.0, 9.0, 0.0, 0.0, 0.0, 0.0];
    let max_min = compile(text);
    max_min.run(&mut buffer, &[0, 6, 9], &[2, 3], &[3 * F8, F8, -F8, F8]).unwrap();
    assert_eq!(buffer[6..], [4.0, 9.0, -5.0, -1.0]);
    // Nothing to look at: the index is checked, and the loop ends.
    let error = max_min.run(&mut buffer, &[0, 6, 8], &[2, 0], &[0, F8, F8, F8]).unwrap_err();
    assert!(error.contains("IndexError"), "{error}");
    let text = "@guvectorize(['(float64[::1], int64, float64[::1])'], '(n),()->(n)')
def moving_mean(x, width, out):
    total = 0.0
    for i in range(len(x)):
        total += x[i]
        if i >= width:
            total -= x[i - width]
        out[i] = total / min(i + 1, width)
";
    let moving_mean = compile(text);
    let mut buffer = vec![
        1.0,
        2.0,
        6.0,
        4.0,
        f64::from_bits(2),
        f64::from_bits(1),
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
    ];
    moving_mean.run(&mut buffer, &[0, 4, 6], &[2, 4], &[0, F8, 4 * F8, F8, F8]).unwrap();
    assert_eq!(buffer[6..], [1.0, 1.5, 4.0, 5.0, 1.0, 2.0, 6.0, 4.0]);
}

#[test]
fn gufuncs_have_fixed_sizes_rules_and_missing_dimensions() {
    let text = "@guvectorize([(float64[:], float64[:], float64[:])], '(3),(3)->(3)')
def cross(a, b, c):
    c[0] = a[1] * b[2] - a[2] * b[1]
    c[1] = a[2] * b[0] - a[0] * b[2]
    c[2] = a[0] * b[1] - a[1] * b[0]
";
    let cross = compile(text);
    assert!(cross.kernel.overloads[0].raises, "before the passes");
    let mut buffer = vec![1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 9.0, 9.0, 9.0];
    cross.run(&mut buffer, &[0, 3, 6], &[1, 3], &[0, 0, 0, F8, F8, F8]).unwrap();
    assert_eq!(buffer[6..], [0.0, 0.0, 1.0]);
    let text = "@guvectorize([(float64[:], float64[:], float64[:])], '(m),(n)->(m+n-1)')
def convolve(x, y, out):
    out[:] = 0.0
    for i in range(x.shape[0]):
        for j in range(y.shape[0]):
            out[i + j] += x[i] * y[j]
";
    let mut buffer = vec![1.0, 2.0, 3.0, 1.0, -1.0, 9.0, 9.0, 9.0, 9.0];
    compile(text).run(&mut buffer, &[0, 3, 5], &[1, 3, 2, 4], &[0, 0, 0, F8, F8, F8]).unwrap();
    assert_eq!(buffer[5..], [1.0, 1.0, 1.0, -3.0]);
    let text = "@guvectorize([(float64[:, :], float64[:], float64[:])], '(m?,n),(n)->(m?)')
def matvec(a, x, out):
    for i in range(a.shape[0]):
        out[i] = 0.0
        for j in range(a.shape[1]):
            out[i] += a[i, j] * x[j]
";
    let mut buffer = vec![1.0, 2.0, 3.0, 4.0, 0.0];
    compile(text).run(&mut buffer, &[0, 2, 4], &[1, 1, 2], &[0, 0, 0, 0, F8, F8, 0]).unwrap();
    assert_eq!(buffer[4], 11.0);
}

#[test]
fn ints_of_python_overflow() {
    let text = "@vectorize\ndef product(x: int, y: int) -> int:\n    return x * y\n";
    let mut buffer = vec![3i64, i64::MAX, 4, 2, 0, 0];
    let error = compile(text).run(&mut buffer, &[0, 2, 4], &[2], &[8, 8, 8]).unwrap_err();
    assert!(error.contains("OverflowError"), "{error}");
    assert_eq!(buffer[4..], [12, 0]);
}

#[test]
fn functions_may_recurse_allocate_and_call_others() {
    let text = "
@njit
def fib(n: int64) -> int64:
    return n if n < 2 else fib(n - 1) + fib(n - 2)

@vectorize([float64(float64)])
def half(x):
    return x / 2

@guvectorize([(float64[:], float64[:])], '(n)->()')
def total(x, out):
    out[0] = 0.0
    for i in range(len(x)):
        out[0] += x[i]

@guvectorize([(float64[::1, :], int64, float64[:])], '(m,n),()->(m)')
def odd(x, n, out):
    kept = np.empty(x.shape[0])
    for i in range(x.shape[0]):
        kept[i] = half(total(x[i]))
    out[:] = kept
    out[0] += fib(n)
";
    let kernel = compile(&format!("import numpy as np\n{text}"));
    let overload = &kernel.kernel.overloads[0];
    assert!(overload.recursive && overload.host && overload.raises);
    // 2×3 in F's order: its rows are (1, 3, 5) and (2, 4, 6).
    let mut buffer = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, f64::from_bits(10), 0.0, 0.0];
    kernel.run(&mut buffer, &[0, 6, 7], &[1, 2, 3], &[0, 0, 0, F8, 2 * F8, F8]).unwrap();
    assert_eq!(buffer[7..], [4.5 + 55.0, 6.0]);
}

#[test]
fn a_gufunc_raises_in_the_middle() {
    let text = "@guvectorize([(float64[:], int64, float64[:])], '(n),()->()')
def pick(x, i, out):
    out[0] = x[i]
";
    let mut buffer = vec![1.0, 2.0, f64::from_bits(1), f64::from_bits(2), f64::from_bits(0), 9.0, 9.0, 9.0];
    let error = compile(text).run(&mut buffer, &[0, 2, 5], &[3, 2], &[0, F8, F8, F8]).unwrap_err();
    assert!(error.contains("index 2 is out of bounds for axis 0 with size 2"), "{error}");
    assert_eq!(buffer[5..], [2.0, 9.0, 9.0]);
}
