//! Gufuncs: kernels over whole core blocks of their operands, which broadcast over the rest.
//!
//! A call goes through these modules in this order: `operands` says what takes part, `axes` which axes
//! are core, `sizes` what the core dimensions measure, `broadcast` what the loop dimensions do.

pub use axes::CoreAxes;

mod axes;
mod broadcast;
mod buffer;
mod copy;
mod invoke;
mod operand;
mod operands;
mod parallel;
mod plan;
mod run;
mod single;
mod sizes;

#[cfg(test)]
mod calls;
#[cfg(test)]
mod mocks;
#[cfg(test)]
mod property;
#[cfg(test)]
mod tests;
