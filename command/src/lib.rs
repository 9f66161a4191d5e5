//! The command `pykernel`, as a library for its own tests.

pub mod transcript;
