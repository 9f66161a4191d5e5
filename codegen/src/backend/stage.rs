//! The stages of the compiler that can be shown, by the names that users give.

/// A stage that prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The text with its names bound.
    Hir,
    /// The types of all expressions and variables.
    Types,
    /// The typed IR.
    Ir,
    /// What became of each loop: how many iterations are done at a time.
    Vector,
    /// Cranelift's IR.
    Clif,
    /// Machine code.
    Asm,
    /// PTX, for GPUs.
    Ptx,
}

impl Stage {
    /// Every stage, in the order of the compiler.
    pub const ALL: [Stage; 7] =
        [Stage::Hir, Stage::Types, Stage::Ir, Stage::Vector, Stage::Clif, Stage::Asm, Stage::Ptx];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Stage::Hir => "hir",
            Stage::Types => "types",
            Stage::Ir => "ir",
            Stage::Vector => "vector",
            Stage::Clif => "clif",
            Stage::Asm => "asm",
            Stage::Ptx => "ptx",
        }
    }

    /// What it shows.
    pub const fn meaning(self) -> &'static str {
        match self {
            Stage::Hir => "The text with its names bound",
            Stage::Types => "The types of all expressions and variables",
            Stage::Ir => "The typed IR",
            Stage::Vector => "How many iterations of each loop are done at a time, or why they are not",
            Stage::Clif => "Cranelift's IR",
            Stage::Asm => "Machine code",
            Stage::Ptx => "PTX, one module for all kernels of the file",
        }
    }

    /// The stage with a name.
    pub fn named(name: &str) -> Option<Stage> {
        Stage::ALL.into_iter().find(|stage| stage.name() == name)
    }
}
