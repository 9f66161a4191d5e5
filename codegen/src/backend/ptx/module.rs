//! A module of PTX as data.

use std::sync::Arc;

use super::Unsupported;
use super::instruction::{Class, Line, Ty};
use crate::ir::Raise;

/// The functions of some kernels, and what they may raise.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// The functions; those that are called stand before those that call them.
    pub functions: Vec<Function>,
    /// Where kernels raise; the fault names one by its position.
    pub sites: Vec<Site>,
    /// What kernels print, as `pykernel_abi::Site` describes templates; a text names one by its position.
    pub templates: Vec<Arc<str>>,
    /// The names of the kernels that are not there, and why.
    pub refused: Vec<(String, Unsupported)>,
}

/// A place where a kernel raises, and what. Its operands' values are in the fault.
pub type Site = Raise;

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Whether the host launches it.
    pub is_entry: bool,
    /// Its parameters.
    pub params: Vec<Param>,
    /// How many bytes its results take; none of an entry.
    pub results: u32,
    /// How many bytes of memory a thread has for it.
    pub frame: u32,
    /// How many registers it has of each class, in the order of [`Class::ALL`].
    pub registers: [u32; Class::ALL.len()],
    /// Its body.
    pub body: Vec<Line>,
}

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Param {
    /// A number.
    Number(Ty),
    /// So many bytes, from a multiple of 8.
    Bytes(u32),
}

/// What has bytes that a function names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// A parameter.
    Param(u32),
    /// The results.
    Results,
}
