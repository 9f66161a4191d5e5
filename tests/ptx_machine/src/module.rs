//! A module that was parsed and checked: its kernels, functions and variables.

use std::collections::HashMap;

use crate::fault::{Problem, SourceLine};
use crate::instruction::{Instruction, Register};
use crate::memory::Memory;
use crate::parse::{self, ParseError};
use crate::types::{Space, Type};

/// A module of PTX.
#[derive(Clone, Debug)]
pub struct Module {
    /// Tells modules apart whose variables lie in one memory.
    pub(crate) id: u64,
    /// `.version`, ten times: 63 is 6.3.
    pub(crate) version: u32,
    /// `.target`: 70 is `sm_70`.
    pub(crate) target: u32,
    pub(crate) kernels: Vec<Kernel>,
    pub(crate) functions: Vec<Function>,
    pub(crate) variables: Vec<Variable>,
    /// The names that `.file` gives to numbers.
    pub(crate) files: HashMap<u32, String>,
}

/// A kernel: `.entry`.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// Its name.
    pub name: String,
    /// Its parameters, in order.
    pub parameters: Vec<Parameter>,
    /// How many bytes its parameters take together.
    pub parameter_bytes: u32,
    /// `.maxntid`: the most threads in a block, which is the product of the three.
    pub max_threads: Option<[u32; 3]>,
    /// `.reqntid`: exactly this block.
    pub required_threads: Option<[u32; 3]>,
    /// `.minnctapersm`
    pub min_blocks: Option<u32>,
    /// How many bytes of shared memory its variables take, those of functions that it calls included.
    pub static_shared: u32,
    pub(crate) function: u32,
    pub(crate) layout: Vec<SharedVariable>,
}

/// A parameter of a kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where it starts in the block of parameters, in bytes.
    pub offset: u32,
    /// How many bytes it takes.
    pub size: u32,
    /// Its alignment in bytes.
    pub alignment: u32,
}

/// Where the machine puts a variable in shared memory. Between two there is a gap, so that running past one is seen.
#[derive(Clone, Debug)]
pub(crate) struct SharedVariable {
    pub variable: u32,
    pub offset: u32,
    /// None: as much as the launch gives.
    pub size: Option<u32>,
}

/// A function, or a kernel's body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Function {
    pub name: String,
    pub code: Vec<Instruction>,
    /// Where each instruction comes from.
    pub positions: Vec<Position>,
    pub registers: Vec<(String, Type)>,
    /// `.local` and `.param` variables of an activation.
    pub frame: Vec<FrameVariable>,
    /// How many bytes they take, gaps included.
    pub frame_bytes: u32,
    pub parameters: Vec<Formal>,
    pub results: Vec<Formal>,
    /// Whether it has a body.
    pub defined: bool,
    /// The shared variables that it names, and the functions that it calls.
    pub shared: Vec<u32>,
    pub callees: Vec<u32>,
}

/// Where an instruction comes from.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Position {
    pub line: u32,
    /// `.loc`: file and line.
    pub source: Option<(u32, u32)>,
}

/// A parameter or result of a device function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Formal {
    Register(Register, Type),
    /// A `.param` variable of the activation, and its size in bytes.
    Frame(u32, u32),
}

/// A variable that each activation of a function has.
#[derive(Clone, Debug)]
pub(crate) struct FrameVariable {
    pub name: String,
    pub space: Space,
    pub offset: u32,
    pub size: u32,
}

/// A variable of the module, or a static one of a function.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    pub name: String,
    pub space: Space,
    pub alignment: u32,
    /// None: `.extern .shared x[]`.
    pub size: Option<u32>,
    pub initial: Vec<u8>,
    pub references: Vec<Reference>,
}

/// The address of another variable within an initialiser.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reference {
    pub at: u32,
    pub bytes: u8,
    pub variable: u32,
    pub addend: i64,
}

impl Module {
    /// Parses and checks a module.
    ///
    /// # Errors
    ///
    /// What ptxas would refuse, and instructions that this machine does not know, with the line.
    pub fn parse(text: &str) -> Result<Module, ParseError> {
        parse::module(text)
    }

    /// The kernels, in the text's order.
    pub fn kernels(&self) -> &[Kernel] {
        &self.kernels
    }

    /// The kernel of that name.
    pub fn kernel(&self, name: &str) -> Option<&Kernel> {
        self.kernels.iter().find(|kernel| kernel.name == name)
    }

    /// `.version` as the text has it: major and minor.
    pub fn version(&self) -> (u32, u32) {
        (self.version / 10, self.version % 10)
    }

    /// `.target` without its letters: 70 for `sm_70`.
    pub fn target(&self) -> u32 {
        self.target
    }

    /// The address and size in bytes of a `.global` or `.const` variable, which is put into memory if it is
    /// not there yet.
    ///
    /// # Errors
    ///
    /// The memory has no room left.
    pub fn variable(&self, name: &str, memory: &mut Memory) -> Result<Option<(u64, u64)>, Problem> {
        let in_memory = |variable: &Variable| matches!(variable.space, Space::Global | Space::Const);
        let Some(index) = self.variables.iter().position(|v| v.name == name && in_memory(v)) else {
            return Ok(None);
        };
        let addresses = self.load(memory)?;
        Ok(Some((addresses[index], u64::from(self.variables[index].size.unwrap_or(0)))))
    }

    /// Puts the module's variables into memory, once; their addresses by index, zero for those that do not
    /// live there.
    pub(crate) fn load(&self, memory: &mut Memory) -> Result<Vec<u64>, Problem> {
        if let Some(addresses) = memory.module(self.id) {
            return Ok(addresses);
        }
        let mut addresses = vec![0; self.variables.len()];
        for (variable, address) in self.variables.iter().zip(&mut addresses) {
            if matches!(variable.space, Space::Global | Space::Const) {
                *address = memory.allocate_variable(variable)?;
            }
        }
        for (variable, &address) in self.variables.iter().zip(&addresses) {
            for reference in &variable.references {
                let target = addresses[reference.variable as usize].wrapping_add_signed(reference.addend);
                let bytes = &target.to_le_bytes()[..usize::from(reference.bytes)];
                memory.write(address + u64::from(reference.at), bytes)?;
            }
        }
        memory.set_module(self.id, addresses.clone());
        Ok(addresses)
    }

    /// The source line of an instruction.
    pub(crate) fn source_line(&self, position: Position) -> Option<SourceLine> {
        let (file, line) = position.source?;
        let file = self.files.get(&file).cloned().unwrap_or_else(|| format!("file {file}"));
        Some(SourceLine { file, line })
    }
}
