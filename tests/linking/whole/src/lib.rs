//! Kernels in every kind of target: each has its own, and all have those of `kernels/`.
#![doc = include_str!("../README.md")]

pykernel::kernels!();

pub mod deep;

pykernel::py_kernel! {
    from numba import njit

    @njit
    def of_the_library(x: int) -> int:
        """A kernel of the library."""
        return x + 2
}

/// Has a kernel in its documentation.
///
/// ```
/// pykernel::py_kernel! {
///     from numba import njit
///
///     @njit
///     def of_the_doctest(x: int) -> int:
///         ## A comment, in the form that rustdoc leaves alone.
///         return x + 5
/// }
/// assert_eq!(of_the_doctest(1), Ok(6));
/// assert_eq!(whole::of_the_library(1), Ok(3));
/// ```
pub struct Documented;

#[cfg(test)]
mod tests {
    pykernel::py_kernel! {
        from numba import njit

        @njit
        def of_the_unit_test(x: int) -> int:
            return x + 4
    }

    #[test]
    fn the_library_and_its_tests_have_kernels() {
        assert_eq!(super::shared::plus_one(1), Ok(2));
        assert_eq!(super::of_the_library(1), Ok(3));
        assert_eq!(super::deep::deeper::of_a_module(1), Ok(4));
        assert_eq!(of_the_unit_test(1), Ok(5));
    }
}
