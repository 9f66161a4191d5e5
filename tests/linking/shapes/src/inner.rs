//! The kernels.

pykernel::py_kernel! {
    from numba import njit

    @njit
    def area(radius: float) -> float:
        return 3.0 * radius * radius

    @njit
    def private(radius: float) -> float:
        return 6.0 * radius
}
