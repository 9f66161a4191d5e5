//! Has a kernel that the other binary has too, with another text.

pykernel::py_kernel! {
    from numba import njit

    @njit
    def of_the_binary(x: int) -> int:
        return x + 20
}

pykernel::kernels!();

fn main() -> Result<(), pykernel::Error> {
    let sum = of_the_binary(1)? + shared::plus_one(1)? + whole::shared::plus_one(1)? + whole::of_the_library(1)?;
    println!("two: {sum}");
    Ok(())
}
