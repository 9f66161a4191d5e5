//! Ufuncs and gufuncs: kernels that broadcast over arrays as NumPy's do.

pub(crate) mod cast;
pub mod table;

pub use table::{CoreDimension, CoreLayout, CoreSize, Identity, Loop, Table};
