//! The names of kernels' entries in object code.

/// The package whose build compiles the kernels: what makes symbols of two crates differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// `CARGO_PKG_NAME`.
    pub name: String,
    /// `CARGO_PKG_VERSION`.
    pub version: String,
}
