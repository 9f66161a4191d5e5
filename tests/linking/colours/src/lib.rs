//! Another library, one of whose kernels is one of `shapes`, to the letter.

pykernel::py_kernel! {
    from numba import njit

    @njit
    def area(radius: float) -> float:
        return 3.0 * radius * radius

    @njit
    def private(radius: float) -> float:
        return 7.0 * radius
}
