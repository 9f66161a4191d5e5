//! Finds `py_kernel!` in Rust text.
