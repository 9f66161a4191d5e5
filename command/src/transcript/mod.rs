//! Transcripts: Markdown whose `py` blocks hold kernels and whose `pycon` blocks hold calls with
//! the answers that CPython and NumPy gave. The format is in `tests/kernels/README.md`.

mod arithmetic;
pub mod array;
pub mod bits;
pub mod call;
pub mod case;
pub mod compare;
mod construct;
mod evaluate;
pub mod expected;
mod expression;
mod markdown;
pub mod number;
mod options;
mod returned;
pub mod run;
pub mod suite;
pub mod folder;
pub mod ufunc;
pub mod value;
