//! Has a kernel of its own, those of the folder, and the library's.

pykernel::py_kernel! {
    from numba import njit

    @njit
    def of_the_example(x: int) -> int:
        return x + 40
}

pykernel::kernels!();

fn main() {
    assert_eq!(of_the_example(1), Ok(41));
    assert_eq!(shared::plus_one(1), Ok(2));
    assert_eq!(whole::of_the_library(1), Ok(3));
    println!("example: 41");
}
