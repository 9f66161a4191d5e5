//! The names that a function's blocks declare, and the labels that branches wait for (PTX ISA 4.3.2, 5.4).

use std::collections::HashMap;

use super::ParseError;
use crate::instruction::{Operation, Register};
use crate::module::Function;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Symbol {
    Register(Register),
    /// A variable of the module.
    Variable(u32),
    /// A variable of the function's activation.
    Frame(u32),
    /// A parameter of the kernel.
    Parameter(u32),
    Function(u32),
}

/// A branch whose label was not found yet.
struct Pending<'a> {
    label: &'a str,
    instruction: usize,
    /// Which of `brx.idx`'s targets.
    index: usize,
    line: u32,
}

/// A block in braces.
#[derive(Default)]
pub(crate) struct Scope<'a> {
    names: HashMap<String, Symbol>,
    labels: HashMap<&'a str, u32>,
    /// `.branchtargets`, with the line of each.
    lists: HashMap<&'a str, Vec<&'a str>>,
    pending: Vec<Pending<'a>>,
}

impl<'a> Scope<'a> {
    /// Declares a name; false if this block has it already.
    pub fn declare(&mut self, name: String, symbol: Symbol) -> bool {
        self.names.insert(name, symbol).is_none()
    }

    pub fn symbol(&self, name: &str) -> Option<Symbol> {
        self.names.get(name).copied()
    }

    /// Declares a label; false if this block has it already.
    pub fn declare_label(&mut self, name: &'a str, instruction: u32) -> bool {
        self.labels.insert(name, instruction).is_none()
    }

    pub fn declare_list(&mut self, name: &'a str, targets: Vec<&'a str>) {
        self.lists.insert(name, targets);
    }

    pub fn list(&self, name: &str) -> Option<&[&'a str]> {
        self.lists.get(name).map(Vec::as_slice)
    }

    /// Remembers that a target of an instruction is that label.
    pub fn wait_for(&mut self, label: &'a str, instruction: usize, index: usize, line: u32) {
        self.pending.push(Pending { label, instruction, index, line });
    }

    /// Ends the block: branches to its labels get their targets, the others are left to the block around.
    pub fn end(self, outer: Option<&mut Scope<'a>>, function: &mut Function) -> Result<(), ParseError> {
        let mut left = Vec::new();
        for pending in self.pending {
            match self.labels.get(pending.label) {
                Some(&target) => set_target(function, &pending, target),
                None => left.push(pending),
            }
        }
        match (outer, left.first()) {
            (Some(outer), _) => outer.pending.append(&mut left),
            (None, None) => {}
            (None, Some(first)) => {
                return Err(ParseError {
                    line: first.line,
                    message: format!("unknown label '{}'", first.label),
                });
            }
        }
        Ok(())
    }
}

fn set_target(function: &mut Function, pending: &Pending<'_>, label: u32) {
    match function.code.get_mut(pending.instruction).map(|instruction| &mut instruction.operation) {
        Some(Operation::Branch { target }) => *target = label,
        Some(Operation::BranchIndex { targets, .. }) => targets[pending.index] = label,
        _ => unreachable!("bug in ptx_machine: only branches wait for labels"),
    }
}
