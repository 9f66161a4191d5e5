//! Ufuncs and gufuncs: kernels that broadcast over arrays as NumPy's do.
//!
//! A call ([`Call`]) goes through these modules in this order: `input` says what it is given, `resolve` which
//! loop it runs, and `elementwise` runs it, `direct` where that is simple; `crate::gufunc` where there are core dimensions.
//! What else NumPy's ufuncs can do is in `methods`.

pub use call::Call;
pub use casting::Casting;
pub use input::{Input, Weak};
pub use methods::{Axes, Initial, Reduction};
pub use table::{Callables, CoreDimension, CoreLayout, CoreSize, DeviceCode, Identity, Loop, Table};
pub use typed::{Ufunc, Unchecked, Unknown};

pub(crate) mod call;
pub(crate) mod cast;
mod casting;
mod direct;
pub(crate) mod elementwise;
pub(crate) mod input;
pub(crate) mod mask;
pub(crate) mod methods;
mod resolve;
pub(crate) mod shape;
pub mod table;
pub mod typed;

#[cfg(test)]
mod property;
#[cfg(test)]
mod tests;
