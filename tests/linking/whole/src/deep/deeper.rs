//! Further away.

pykernel::py_kernel! {
    from numba import njit

    @njit
    def of_a_module(x: int) -> int:
        return x + 3
}
