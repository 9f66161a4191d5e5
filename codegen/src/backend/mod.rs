//! From IR to machine code.

pub mod clif;
