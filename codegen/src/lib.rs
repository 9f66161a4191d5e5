//! Compiles Python kernels: text in, native objects out.
//!
//! Data flows one way, and each arrow is a function from one type to the next:
//!
//! ```text
//! Source ─ syntax ─▶ hir::Module ─ infer ─▶ typed::Program ─ lower ─▶ ir::Module ─ passes ─▶ ir::Module ─ backend ─▶ object
//!                                                                         └─ interface ─▶ Interface
//! ```
//!
//! The front end, up to the interface, needs neither Cranelift nor the file system; the macro
//! runs it with `default-features = false`. The `native` feature adds the back end and the build
//! helper.

#![forbid(unsafe_code)]

pub mod source;
pub mod spelling;
pub mod diagnostic;
pub mod render;
pub mod types;
mod calendar;
pub mod ufunc;
pub mod core_layout;
pub mod hir;
pub mod ir;
pub mod typed;
pub mod builtin;
pub mod syntax;
pub mod library;
pub mod infer;
pub mod parallel;
pub mod fusion;
pub mod summation;
pub mod lower;
pub mod vector;
pub mod passes;
pub mod symbol;
pub mod interface;
pub mod analysis;
pub mod invocation;
pub mod kernels;
pub mod manifest;
#[cfg(feature = "native")]
pub mod backend;
#[cfg(feature = "native")]
mod build;

#[cfg(feature = "native")]
pub use build::Build;
