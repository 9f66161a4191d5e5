//! Has a kernel of its own, those of the folder, and the library's.

pykernel::py_kernel! {
    from numba import njit

    @njit
    def of_the_bench(x: int) -> int:
        return x + 50
}

pykernel::kernels!();

fn main() {
    assert_eq!(of_the_bench(1), Ok(51));
    assert_eq!(shared::plus_one(1), Ok(2));
    assert_eq!(whole::of_the_library(1), Ok(3));
    println!("bench: 51");
}
