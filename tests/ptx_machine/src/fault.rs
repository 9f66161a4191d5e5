//! What can be wrong when a kernel runs, and where.

use std::fmt;

/// What kind of mistake it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// A register was read that this thread has not written.
    UninitialisedRegister,
    /// An access lies outside of every allocation or variable, or goes past the end of one.
    OutOfBounds,
    /// An address is no multiple of the access's size.
    Misaligned,
    /// An access close to address zero.
    NullAccess,
    /// An access to memory that was freed, or a second `free`.
    UseAfterFree,
    /// Bytes were read that nobody has written.
    UninitialisedMemory,
    /// A store to constant memory or to a kernel's parameters.
    WriteToConstant,
    /// A parameter was read past its end.
    ParameterOutOfBounds,
    /// Two threads of a block meet in shared memory with no barrier between.
    SharedRace,
    /// Two threads meet in global memory with nothing that orders them.
    GlobalRace,
    /// `ld.global.nc` meets bytes that the same launch writes.
    NonCoherentLoad,
    /// Threads of a block wait at different barriers, or some never come.
    DivergentBarrier,
    /// A barrier's number or count of threads is not one that there is.
    InvalidBarrier,
    /// No thread can go on, and no barrier is the reason.
    Deadlock,
    /// A shuffle reads from a lane that does not take part.
    InactiveLane,
    /// A thread's own lane is not in the mask that it gives.
    LaneNotInMask,
    /// An integer was divided by zero, whose result PTX leaves open.
    DivisionByZero,
    /// A NaN was converted to an integer.
    NanToInteger,
    /// An address was converted to a space in which it does not lie.
    WrongSpace,
    /// `trap` or `brkpt` was executed.
    Trap,
    /// A branch by index whose index is past the list.
    BranchIndex,
    /// More instructions than the launch allows.
    StepLimit,
    /// Calls nest too deeply, or their variables take too much local memory.
    StackOverflow,
    /// `vprintf` got a format or arguments that it cannot print.
    InvalidPrint,
    /// The module has no kernel of that name.
    UnknownKernel,
    /// A grid or block has no threads, or more than the kernel or the machine takes.
    InvalidBlock,
    /// Static and dynamic shared memory are more than the launch allows.
    SharedTooLarge,
    /// The parameter block's size is not the kernel's.
    ParameterSize,
    /// The device has no memory left, or an alignment is no power of two.
    Allocation,
}

/// What is wrong, before it is known where. One pointer: results of every step of every thread have room for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem(Box<(FaultKind, String)>);

impl Problem {
    /// A problem of that kind.
    #[cold]
    pub fn new(kind: FaultKind, detail: impl Into<String>) -> Problem {
        Problem(Box::new((kind, detail.into())))
    }

    /// The kind of mistake.
    pub fn kind(&self) -> FaultKind {
        self.0.0
    }

    /// A sentence that says which values met.
    pub fn detail(&self) -> &str {
        &self.0.1
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.detail())
    }
}

impl std::error::Error for Problem {}

/// A line of the source that the PTX was made from, as `.loc` and `.file` say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLine {
    /// The file's name, or its number where `.file` does not say one.
    pub file: String,
    /// The line, from one.
    pub line: u32,
}

/// A launch that went wrong: what, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The kind of mistake.
    pub kind: FaultKind,
    /// A sentence that says which values met.
    pub detail: String,
    /// The kernel's name.
    pub kernel: String,
    /// The line of PTX, from one; none where the launch itself is wrong.
    pub line: Option<u32>,
    /// The line of the source.
    pub source: Option<SourceLine>,
    /// The block's index in the grid.
    pub block: [u32; 3],
    /// The thread's index in its block.
    pub thread: [u32; 3],
}

impl Fault {
    /// A fault of the launch, before any thread ran.
    pub(crate) fn of_launch(kernel: &str, problem: Problem) -> Fault {
        Fault {
            kind: problem.kind(),
            detail: problem.detail().to_owned(),
            kernel: kernel.to_owned(),
            line: None,
            source: None,
            block: [0; 3],
            thread: [0; 3],
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "kernel '{}'", self.kernel)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
            if let Some(source) = &self.source {
                write!(f, " ({}:{})", source.file, source.line)?;
            }
            let ([a, b, c], [x, y, z]) = (self.block, self.thread);
            write!(f, ", block ({a},{b},{c}), thread ({x},{y},{z})")?;
        }
        write!(f, ": {}", self.detail)
    }
}

impl std::error::Error for Fault {}
