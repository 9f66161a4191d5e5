//! A library with kernels, for crates that know nothing of kernels.

use pykernel::Error;

mod inner;

pub use inner::area as circle;
pub use inner::area;

/// Calls a kernel from code that the caller's crate compiles.
pub fn generic<T: Into<f64>>(radius: T) -> Result<f64, Error> {
    inner::private(radius.into())
}

/// Calls a kernel from code that the caller's crate may compile again.
#[inline]
pub fn inlined(radius: f64) -> Result<f64, Error> {
    inner::private(radius)
}
