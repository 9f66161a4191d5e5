//! A library for the tests of others.

pykernel::py_kernel! {
    from numba import njit

    @njit
    def measure(x: float) -> float:
        return x / 2.0
}
