//! Names nothing of the library, so that cargo's directives for the library do not reach it.

pykernel::py_kernel! {
    from numba import njit

    @njit
    def alone(x: int) -> int:
        return x + 60
}

#[test]
fn a_test_needs_no_library() {
    assert_eq!(alone(1), Ok(61));
}
