//! The back end, without the front end: kernels made of IR by hand, run in this process.

mod control;
mod kernel;
mod lanes;
mod lanes_memory;
mod operations;
mod parallel;
