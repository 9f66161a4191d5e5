//! The build helper: what a package's `build.rs` calls.

/// Compiles the kernels of a package from its build script.
#[derive(Debug, Default)]
pub struct Build {}
