//! The command's parts, as a library: the suite and the benchmarks use them too.

pub mod jit;
