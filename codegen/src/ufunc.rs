//! What makes a function a ufunc or a gufunc: the core dimensions of its operands, and how it folds.

use std::fmt;

/// What `@vectorize` or `@guvectorize` declares beside the signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ufunc {
    /// How the function is written.
    pub kind: Kind,
    /// The core dimensions of its operands: none of a ufunc.
    pub layout: CoreLayout,
    /// What reductions begin with.
    pub identity: Identity,
    /// What its calls may use.
    pub target: Target,
    /// The inputs that the function writes (`writable_args`), by position.
    pub writable: Vec<usize>,
}

/// What the calls of a ufunc may use: `target=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// `'cpu'`: one core, and all where a call asks for it.
    Cpu,
    /// `'parallel'`: all cores without being asked.
    Parallel,
    /// `'cuda'`: a GPU too, where a call asks for it.
    Cuda,
}

impl Target {
    /// Every target.
    pub const ALL: [Target; 3] = [Target::Cpu, Target::Parallel, Target::Cuda];

    /// Its name in Python.
    pub const fn name(self) -> &'static str {
        match self {
            Target::Cpu => "cpu",
            Target::Parallel => "parallel",
            Target::Cuda => "cuda",
        }
    }

    /// The target with a name.
    pub fn named(name: &str) -> Option<Target> {
        Target::ALL.into_iter().find(|target| target.name() == name)
    }
}

/// How the function of a ufunc is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `@vectorize`: takes a number of each input, and returns that of the output, or a tuple of
    /// several.
    Vectorize,
    /// `@guvectorize`: takes the inputs and then the outputs, which it writes.
    Guvectorize,
}

/// What a reduction of nothing gives, and whether its axes may be taken in any order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// `None`: there is none, and a reduction is along one axis.
    None,
    /// `'reorderable'`: there is none, and a reduction may be along several axes.
    Reorderable,
    /// A number, which every loop converts to its type.
    Value(i64),
}

/// The core dimensions of a gufunc's operands: `(m,n),(n,p)->(m,p)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CoreLayout {
    /// The dimensions, in the order in which they are first named.
    pub dimensions: Vec<CoreDimension>,
    /// For each input its dimensions, by their positions in `dimensions`.
    pub inputs: Vec<Vec<usize>>,
    /// For each output its dimensions.
    pub outputs: Vec<Vec<usize>>,
}

/// A core dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoreDimension {
    /// Its name, or the text of its size: `n`, `3`, `m+n-1`.
    pub name: String,
    /// Where its size comes from.
    pub size: CoreSize,
    /// `n?`: operands may leave it out.
    pub optional: bool,
    /// `n|1`: operands in which it is 1 are broadcast.
    pub broadcastable: bool,
}

/// Where the size of a core dimension comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CoreSize {
    /// The operands; of one that only outputs have, the outputs that the caller gives.
    Operands,
    /// It is fixed.
    Fixed(i64),
    /// A rule, of a dimension of outputs: a constant and multiples of other dimensions' sizes.
    /// `m+n-1` is `-1`, 1 time `m` and 1 time `n`.
    Rule {
        /// The constant.
        constant: i64,
        /// For each term the factor, and the position of the dimension.
        terms: Vec<(i64, usize)>,
    },
}

impl fmt::Display for CoreLayout {
    /// Writes it as it is declared, without blanks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operands = |operands: &[Vec<usize>]| {
            let texts: Vec<String> = operands.iter().map(|operand| self.operand(operand)).collect();
            texts.join(",")
        };
        f.write_str(&operands(&self.inputs))?;
        match self.outputs.as_slice() {
            [] => Ok(()),
            outputs => write!(f, "->{}", operands(outputs)),
        }
    }
}

impl CoreLayout {
    fn operand(&self, dimensions: &[usize]) -> String {
        let dimensions = dimensions.iter().map(|dimension| self.dimensions[*dimension].to_string());
        format!("({})", dimensions.collect::<Vec<_>>().join(","))
    }
}

impl fmt::Display for CoreDimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let optional = if self.optional { "?" } else { "" };
        let broadcastable = if self.broadcastable { "|1" } else { "" };
        write!(f, "{}{optional}{broadcastable}", self.name)
    }
}
