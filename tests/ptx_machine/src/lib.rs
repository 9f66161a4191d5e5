//! A machine that runs NVIDIA's PTX text with no GPU, written from the PTX ISA manual. It is the oracle of
//! the PTX tests: what ptxas accepts and still is wrong (a register that was never written, a race, a barrier
//! that some threads never reach) is a [`Fault`] here, with its line.
//!
//! [`Module::parse`] reads and checks the text, [`launch`] runs a kernel over a [`Memory`]. Each thread is a
//! small machine that runs until it exits or has to wait for others; blocks run one after another. Sections
//! of the ISA are cited as they are numbered in version 8.5.
//!
//! In reading order: `lexer` and `parse` read text; `table` has a row for each form of instruction,
//! `mnemonic` finds it, `check` compares operands with it, `decode` makes the `instruction`; `machine` and
//! `schedule` run threads, `execute` what they do; `memory` and `shadow` know who wrote what.

#![forbid(unsafe_code)]

mod check;
mod decode;
mod execute;
mod fault;
mod instruction;
mod launch;
mod lexer;
mod machine;
mod memory;
mod mnemonic;
mod module;
mod parse;
mod print;
mod rounding;
mod schedule;
mod shadow;
mod special;
mod table;
mod thread;
mod types;

pub use fault::{Fault, FaultKind, Problem, SourceLine};
pub use launch::{Launch, NanToInteger, Report};
pub use machine::launch;
pub use memory::Memory;
pub use module::{Kernel, Module, Parameter};
pub use parse::ParseError;
