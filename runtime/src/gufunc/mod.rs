//! Gufuncs: kernels over whole core blocks of their operands, which broadcast over the rest.
//!
//! A call goes through these modules in this order: `operands` says what takes part, `axes` which axes
//! are core, `sizes` what the core dimensions measure, `broadcast` what the loop dimensions do.

pub use axes::CoreAxes;

pub(crate) mod axes;
pub(crate) mod broadcast;
pub(crate) mod buffer;
pub(crate) mod copy;
pub(crate) mod invoke;
pub(crate) mod operand;
pub(crate) mod operands;
pub(crate) mod parallel;
pub(crate) mod plan;
pub(crate) mod run;
mod single;
mod sizes;

#[cfg(test)]
mod calls;
#[cfg(test)]
pub(crate) mod mocks;
#[cfg(test)]
mod property;
#[cfg(test)]
mod tests;
