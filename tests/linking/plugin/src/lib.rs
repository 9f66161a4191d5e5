//! A library for programs in other languages: shared and static.

pykernel::py_kernel! {
    from numba import njit

    @njit
    def root(x: float) -> float:
        if x < 0.0:
            raise ValueError("x is negative")
        return x ** 0.5
}

/// The root of an area; NaN where the kernel raises.
#[unsafe(no_mangle)]
pub extern "C" fn plugin_root_of_area(radius: f64) -> f64 {
    shapes::generic(radius).and_then(root).unwrap_or(f64::NAN)
}
