//! The list of compiled kernels that the build helper leaves for the macro.
