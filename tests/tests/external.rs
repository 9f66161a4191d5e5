//! Kernels that call functions of this program.

use std::cell::Cell;

use pykernel::num_complex::Complex;

thread_local! {
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

/// Counts its calls, and does not take everything.
pub fn price_of(x: f64, n: i64) -> f64 {
    CALLS.set(CALLS.get() + 1);
    assert!(x < 100.0, "too dear");
    x * n as f64
}

fn turn(z: Complex<f64>, w: Complex<f32>, conjugate: bool) -> Complex<f64> {
    let turned = z * Complex::new(0.0, f64::from(w.im));
    if conjugate { turned.conj() } else { turned }
}

fn note(_: u8) {
    CALLS.set(CALLS.get() + 100);
}

mod kernels {
    pykernel::py_kernel! {
        from numba import njit, float64, int64, uint8, complex64, complex128, boolean
        from pykernel import extern

        @extern("crate::price_of")
        def price(x: float64, n: int64) -> float64:
            return -1.0  # not what Rust does

        @extern("super::turn")
        def turn(z: complex128, w: complex64, conjugate: boolean) -> complex128:
            ...

        @extern("super::note")
        def note(n: uint8) -> None:
            ...

        def helper(x, n):
            if n == 0:
                return 0.0
            return price(x, n) + helper(x, n - 1)

        @njit
        def total(x: float64, n: int64) -> float64:
            return helper(x, n)

        @njit
        def mixed(z: complex, a: float64[:]) -> complex:
            for i in range(a.shape[0]):
                a[i] = price(i, 2)
                note(i)
            return turn(z, 2j, True) + turn(z, 2j, False)

        @njit([float64(float64), int64(int64)])
        def twice(x):
            return price(x, 2)
    }
}

#[test]
fn kernels_call_functions_of_the_program() {
    assert_eq!(kernels::total(2.0, 4), Ok(20.0));
    assert_eq!(CALLS.get(), 4);
    let mut a = [0.0; 3];
    assert_eq!(kernels::mixed(Complex::new(1.0, 2.0), &mut a), Ok(Complex::new(-8.0, 0.0)));
    assert_eq!(a, [0.0, 2.0, 4.0]);
    assert_eq!(CALLS.get(), 4 + 3 + 300);
    assert_eq!(kernels::twice(1.5), Ok(3.0));
    assert_eq!(kernels::twice(3_i64), Ok(6));
}

#[test]
fn a_panic_is_an_exception_in_the_kernel() {
    let error = kernels::total(100.0, 3).unwrap_err();
    assert_eq!(error.class(), "RuntimeError");
    assert_eq!(error.message(), "the Rust function crate::price_of panicked");
    assert_eq!(error.function(), "helper");
    assert_eq!(CALLS.get(), 1);
}

mod c {
    pykernel::py_kernel! {
        import ctypes
        from numba import njit, float64, int64

        libc = ctypes.CDLL(None)
        libm = ctypes.CDLL("libm.so.6")  # pykernel: trusted
        libc.abs.argtypes = [ctypes.c_int]
        libc.abs.restype = ctypes.c_int
        hypot = libm.hypot
        hypot.argtypes = [ctypes.c_double, ctypes.c_double]
        hypot.restype = ctypes.c_double

        @njit
        def length(x: float64, y: float64) -> float64:
            return hypot(x, y)

        @njit([int64(int64), float64(float64)])
        def size(x):
            return libc.abs(int(x)) + 0 * x
    }
}

#[test]
fn calling_c_is_unsafe_unless_the_file_vouches_for_it() {
    let length: fn(f64, f64) -> Result<f64, pykernel::Error> = c::length;
    assert_eq!(length(3.0, 4.0), Ok(5.0));
    // SAFETY: the C library's `abs` takes and gives an `int`, and no kernel passes its minimum.
    unsafe {
        assert_eq!(c::size(-3_i64), Ok(3));
        assert_eq!(c::size(-3.5), Ok(3.0));
    }
}
