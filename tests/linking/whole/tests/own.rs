//! Has a kernel of its own, those of the folder, and the library's.

pykernel::py_kernel! {
    from numba import njit

    @njit
    def of_the_test(x: int) -> int:
        return x + 30
}

pykernel::kernels!();

#[test]
fn a_test_has_kernels() {
    assert_eq!(of_the_test(1), Ok(31));
    assert_eq!(shared::plus_one(1), Ok(2));
    assert_eq!(whole::of_the_library(1), Ok(3));
}
