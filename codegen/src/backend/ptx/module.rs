//! A module of PTX as data.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Unsupported;
use super::instruction::{Class, Line, Opcode, Ty};
use crate::hir::{LaunchBounds, Table};
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
    /// The memory that threads of a block share, by its numbers: how many bytes.
    pub shared: BTreeMap<u32, u32>,
    /// Constant arrays, and whether each stands in constant memory.
    pub tables: Vec<(Arc<Table>, bool)>,
    /// Whether functions ask for the shared memory that a launch gives.
    pub uses_launch_shared: bool,
    /// The names of the kernels that are not there, and why.
    pub refused: Vec<(String, Unsupported)>,
}

/// What a module asks of drivers and devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// The version of PTX.
    pub version: (u32, u32),
    /// The architecture: 60 is `sm_60`.
    pub target: u32,
}

impl Needs {
    /// A version that every driver from CUDA 9 on loads, and the first architecture with atomic additions of `f64`.
    const LEAST: Needs = Needs { version: (6, 0), target: 60 };

    /// PTX ISA, "PTX ISA Notes" and "Target ISA Notes" of each instruction.
    const fn of(opcode: Opcode) -> Needs {
        match opcode {
            Opcode::ActiveMask => Needs { version: (6, 2), ..Needs::LEAST },
            Opcode::MatchAny | Opcode::MatchAll => Needs { target: 70, ..Needs::LEAST },
            _ => Needs::LEAST,
        }
    }

    fn and(self, other: Needs) -> Needs {
        Needs { version: self.version.max(other.version), target: self.target.max(other.target) }
    }
}

impl Module {
    /// The place of a constant array, which is there from now on.
    pub(super) fn table(&mut self, table: &Arc<Table>, cached: bool) -> u32 {
        let is_it = |(known, how): &(Arc<Table>, bool)| known == table && *how == cached;
        let place = self.tables.iter().position(is_it);
        if place.is_none() {
            self.tables.push((table.clone(), cached));
        }
        place.unwrap_or(self.tables.len() - 1) as u32
    }

    /// What its instructions ask for together.
    pub fn needs(&self) -> Needs {
        let lines = self.functions.iter().flat_map(|function| &function.body);
        let needs = lines.filter_map(|line| match line {
            Line::Instruction(instruction) => Some(Needs::of(instruction.opcode)),
            Line::Label(_) | Line::Call { .. } | Line::Place(_) => None,
        });
        needs.fold(Needs::LEAST, Needs::and)
    }
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
    /// What its launches promise, if it is an entry.
    pub bounds: LaunchBounds,
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
