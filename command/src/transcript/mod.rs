//! Transcripts: Markdown whose `py` blocks hold kernels and whose `pycon` blocks hold calls with
//! the answers that CPython and NumPy gave. The format is in `tests/kernels/README.md`.

mod arithmetic;
pub mod array;
pub mod case;
mod compare;
mod construct;
pub mod evaluate;
pub mod expected;
pub mod expression;
mod markdown;
pub mod number;
mod options;
pub mod value;
