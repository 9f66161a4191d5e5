//! The types of calls: which inputs a ufunc takes, and what it gives for them.
//!
//! `py_kernel!` makes each ufunc a static of a type `Ufunc<'static, L>`, where `L` says by [`Signature`]
//! and [`Loops`] what it takes. The other traits compute from that, and from the operands of a call, what
//! the call gives: they are named in the bounds of [`Ufunc`]'s methods, and code that calls
//! ufuncs seldom names them.

pub use indices::{Axes, AxisIndices, Index, Indices, TooLarge};
pub use operand::{Operand, Read, Write};
pub use operands::{Elements, Operands, Prepend, Repeat, Split};
pub use ranks::{Broadcast, Rank, Without};
pub use results::{Arrays, As, Declared, Dropped, Folding, Gives, Kept, Reduced, Typing, Untold};
pub use stand_in::{Unchecked, Unknown};
pub use ufunc::Ufunc;

mod calls;
mod direct;
mod indices;
mod into_input;
mod methods;
mod operand;
mod operands;
mod ranks;
mod results;
mod stand_in;
#[cfg(test)]
mod tests;
mod ufunc;

/// The operands of a ufunc.
pub trait Signature {
    /// The core dimensions of the inputs: a tuple of ranks, which are 0 of a ufunc that has none.
    type InputCores;
    /// Those of the outputs.
    type OutputCores;
    /// Those of the outputs if reduced dimensions are kept.
    type KeptCores;
    /// What it does to each input: a tuple of [`Read`] and [`Write`].
    type Access;
}

/// The loops of a ufunc: `Inputs` is a tuple of the types of the inputs' elements.
pub trait Loops<Inputs> {
    /// The types of the outputs' elements, as a tuple.
    type Outputs;
}
