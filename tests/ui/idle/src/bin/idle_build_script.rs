pykernel::py_kernel! {
    from numba import njit, float64

    @njit
    def half(x: float64) -> float64:
        return x / 2
}

fn main() -> Result<(), pykernel::Error> {
    let h: f64 = half(3.0)?;
    assert_eq!(h, 1.5);
    Ok(())
}
