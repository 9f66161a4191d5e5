//! Prints what an overflow gives.

pykernel::py_kernel! {
    from numba import njit

    @njit
    def successor(x: int) -> int:
        return x + 1
}

fn main() {
    match successor(i64::MAX) {
        Ok(value) => println!("checked: {value}"),
        Err(error) => println!("checked: {}", error.class()),
    }
}
