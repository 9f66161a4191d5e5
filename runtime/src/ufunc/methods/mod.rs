//! What NumPy's ufuncs can do besides being called: `reduce`, `accumulate`, `reduceat`, `outer`, `at`.
//!
//! The first three are folds. They go through these modules in this order: `reducible` chooses the
//! loop, `out` says what shape there will be, `folding` makes the array for it or takes the caller's
//! (`target`), `fold` goes through the elements. `at` goes from `index`, which says where elements are,
//! to `replace`.

pub use initial::Initial;
pub use reduce::{Axes, Reduction};

mod accumulate;
mod at;
pub(crate) mod fold;
pub(crate) mod folding;
mod index;
mod initial;
pub(crate) mod out;
mod outer;
mod reduce;
mod reduceat;
pub(crate) mod reducible;
mod replace;
mod target;

#[cfg(test)]
mod property;
#[cfg(test)]
mod tests;
