//! Compiles no kernels.

fn main() {}
