//! Compiles Python kernels: text in, native objects out.
//!
//! Data flows one way, and each arrow is a function from one type to the next:
//!
//! ```text
//! Source ─ syntax ─▶ hir::Module ─ infer ─▶ typed ─ lower ─▶ ir::Module ─ passes ─▶ ir::Module ─ backend ─▶ object
//!                                                                └─ interface ─▶ Interface
//! ```
//!
//! The front end, up to the interface, needs neither Cranelift nor the file system; the macro
//! runs it with `default-features = false`. The `native` feature adds the back end and the build
//! helper.

pub mod diagnostic;
pub mod hir;
pub mod interface;
pub mod ir;
pub mod source;
pub mod types;
