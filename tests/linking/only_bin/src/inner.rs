//! The kernels.

pykernel::py_kernel! {
    from numba import njit

    @njit
    def thrice(x: int) -> int:
        return x * 3
}
