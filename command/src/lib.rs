//! The command's parts, as a library: the suite and the benchmarks use them too.

pub mod bug;
pub mod command;
pub mod device;
pub mod host;
pub mod input;
pub mod jit;
pub mod transcript;
