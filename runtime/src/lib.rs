//! Python kernels, compiled into Rust programs by `cargo build`.
//!
//! A kernel is a Python function with declared types, written inside [`py_kernel!`] or in a file
//! under `kernels/`. The package's build script compiles it to native code, and the macro makes
//! it a Rust function. No Python runs with the program.
//!
//! # Quick start
//!
//! ```toml
//! # Cargo.toml
//! [dependencies]
//! pykernel = "0.1"
//!
//! [build-dependencies]
//! pykernel-codegen = "0.1"
//! ```
//!
//! ```text
//! // build.rs
//! fn main() { pykernel_codegen::Build::new().compile(); }
//!
//! // src/main.rs
//! pykernel::py_kernel! {
//!     from numba import njit, float64
//!
//!     @njit
//!     def scale(x: float64[:], factor: float64) -> float64:
//!         total = 0.0
//!         for i in range(len(x)):
//!             x[i] = x[i] * factor
//!             total += x[i]
//!         return total
//! }
//!
//! fn main() -> Result<(), pykernel::Error> {
//!     let mut x = pykernel::ndarray::array![1.0, 2.0, 3.0];
//!     println!("{}", scale(&mut x, 10.0)?);       // 60
//!     Ok(())
//! }
//! ```
//!
//! # What a kernel looks like from Rust
//!
//! - Numbers go by value: `float64` is `f64`, `int` is `i64`, `complex128` is
//!   [`num_complex::Complex<f64>`](num_complex::Complex), `bool` is `bool`.
//! - Arrays are [`ndarray`]'s: anything that becomes an `ArrayView` goes in, with `&mut` where
//!   the kernel writes. A parameter declared contiguous (`float64[:, ::1]`) refuses another
//!   layout with an [`Error`]; nothing is copied behind your back.
//! - A returned array is an [`ndarray::Array`] with the kernel's memory. What is a part of an
//!   argument, or of another array, is copied.
//! - Dates and durations are [`time::DateTime64`] and [`time::TimeDelta64`], numbers of a unit.
//! - Tuples are tuples: `-> Tuple((float64, int64))` gives `(f64, i64)`, and a tuple parameter
//!   takes one, arrays in it included. `optional(float64)` is `Option<f64>`.
//! - Arrays of structs are arrays of any struct that derives [`Record`] and has the fields of the kernel's dtype; one
//!   record is a reference.
//! - Each call gives a `Result`: what Python would raise is an [`Error`]. `None` is `()`.
//! - Several signatures make one function, generic over its arguments. A bare literal may then
//!   need its type: `half(2.5f64)?`.
//!
//! `#![forbid(unsafe_code)]` is fine: no argument can make a kernel unsound.
//!
//! # Ufuncs
//!
//! A kernel with `@vectorize` or `@guvectorize` is a static of the type [`Ufunc`], called over arrays as NumPy's
//! are: `f.call((&a, &b))?`, `f.parallel().call_into((&a, 2.0), &mut out)?`, `f.reduce(&a, Axis(0))?`.
//!
//! # Random numbers
//!
//! Kernels draw them from a generator that they are given, [`random::Generator`], or make, from those that each thread has for
//! `np.random` and `random`, and by the functions of `numba.cuda.random` from states that [`xoroshiro128p_states`] makes.
//!
//! # GPUs
//!
//! With the feature `cuda` there is a module `cuda`: devices, streams, and arrays in their memory.

pub use ndarray;
pub use num_complex;
pub use pykernel_macros::{kernels, py_kernel};

pub use any::{AnyArray, AnyView, AnyViewMut};
pub use dtype::{DType, Element};
pub use error::Error;
pub use record::Record;
pub use ufunc::Ufunc;
pub use xoroshiro::xoroshiro128p_states;

mod allocate;
mod any;
mod argument;
#[doc(hidden)]
pub mod call;
#[cfg(feature = "cuda")]
pub mod cuda;
mod dtype;
mod error;
pub mod gufunc;
mod host;
mod level;
mod parallel_for;
pub mod random;
pub mod record;
#[cfg(test)]
mod random_arrays;
pub mod repr;
mod returned;
mod stack;
mod template;
pub mod time;
pub mod ufunc;
mod view;
mod xoroshiro;
