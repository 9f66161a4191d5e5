//! Instructions as the machine executes them: types checked, registers and symbols resolved.

use crate::rounding::Rounding;
use crate::special::Special;
use crate::types::{Space, Type};

/// A register of the function, by index.
pub(crate) type Register = u32;

/// Where an operand's value comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Source {
    Register(Register),
    /// The negation of a predicate register.
    Not(Register),
    Immediate(u64),
    Special(Special),
    /// The address of a variable of the module, and an offset.
    Variable(u32, i64),
    /// The address of a variable of the function's activation, and an offset.
    Frame(u32, i64),
}

/// What an address is relative to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Base {
    Register(Register),
    Variable(u32),
    Frame(u32),
    /// A parameter of the kernel, by index.
    Parameter(u32),
    Absolute,
}

/// An address operand: `[base+offset]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Address {
    pub base: Base,
    pub offset: i64,
}

/// An instruction that runs only where its guard holds.
#[derive(Clone, Debug)]
pub(crate) struct Instruction {
    /// The predicate register, and whether it has to be false.
    pub guard: Option<(Register, bool)>,
    pub operation: Operation,
}

/// What an instruction does.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    /// Computes one value from up to four.
    Compute {
        compute: Compute,
        t: Type,
        modifiers: Modifiers,
        d: Option<Register>,
        s: [Source; 4],
    },
    /// `add.cc`, `addc` and the like: the thread's carry flag takes part.
    Carry {
        carry: Carry,
        t: Type,
        reads: bool,
        writes: bool,
        d: Option<Register>,
        s: [Source; 3],
    },
    /// `cvt`; `width` is the destination register's.
    Convert {
        to: Type,
        from: Type,
        modifiers: Modifiers,
        width: u8,
        d: Option<Register>,
        s: Source,
    },
    /// `setp`: the second predicate is the comparison's negation, combined alike.
    SetPredicate {
        comparison: Comparison,
        combine: Option<Combine>,
        t: Type,
        ftz: bool,
        p: [Option<Register>; 2],
        s: [Source; 3],
    },
    /// `set`: all bits or 1.0 where the comparison holds.
    Set {
        comparison: Comparison,
        combine: Option<Combine>,
        to: Type,
        t: Type,
        ftz: bool,
        d: Option<Register>,
        s: [Source; 3],
    },
    Move {
        d: Option<Register>,
        s: Source,
    },
    /// `mov d, {…}`: each part has `bits`.
    Pack {
        d: Option<Register>,
        parts: Vec<Source>,
        bits: u8,
    },
    /// `mov {…}, s`
    Unpack {
        parts: Vec<Option<Register>>,
        s: Source,
        bits: u8,
    },
    /// `width` is that of the destination registers.
    Load {
        space: Space,
        t: Type,
        access: Strength,
        address: Address,
        width: u8,
        d: Vec<Option<Register>>,
    },
    Store {
        space: Space,
        t: Type,
        access: Strength,
        address: Address,
        s: Vec<Source>,
    },
    Atomic {
        space: Space,
        atomic: Atomic,
        t: Type,
        address: Address,
        d: Option<Register>,
        s: [Source; 2],
    },
    /// `cvta`: from the space to a generic address.
    ToGeneric {
        space: Space,
        d: Option<Register>,
        s: Source,
    },
    /// `cvta.to`
    FromGeneric {
        space: Space,
        d: Option<Register>,
        s: Source,
    },
    IsSpace {
        space: Space,
        d: Option<Register>,
        s: Source,
    },
    Branch {
        target: u32,
    },
    BranchIndex {
        index: Source,
        targets: Vec<u32>,
    },
    Call(Box<Call>),
    Return,
    Exit,
    Trap,
    Barrier(Box<Barrier>),
    Warp {
        operation: WarpOperation,
        d: [Option<Register>; 2],
        s: [Source; 4],
    },
    /// `fence`, `membar`; whether only this block's threads see its effect.
    Fence {
        block_only: bool,
    },
    ActiveMask {
        d: Option<Register>,
    },
    /// Hints, such as `prefetch`.
    Nothing,
}

/// `call`: its values go to the callee's parameters in order.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub callee: Callee,
    pub arguments: Vec<Passed>,
    pub results: Vec<Passed>,
}

/// What is called.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Callee {
    /// A function of the module, by index.
    Function(u32),
    /// The system's `vprintf`.
    Print,
}

/// A value on one side of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Passed {
    Source(Source),
    /// A `.param` variable of the function's activation.
    Frame(u32),
}

/// `bar` and `barrier`.
#[derive(Clone, Debug)]
pub(crate) struct Barrier {
    pub id: Source,
    pub threads: Option<Source>,
    pub action: BarrierAction,
    /// Whether all threads of a warp must execute the same instruction.
    pub aligned: bool,
    pub d: Option<Register>,
    /// What `bar.red` reduces.
    pub predicate: Source,
}

/// What a barrier does when its threads have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BarrierAction {
    Sync,
    /// Only tells that this thread came.
    Arrive,
    Popc,
    And,
    Or,
}

/// How a memory access is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strength {
    Weak,
    /// `.volatile`, `.relaxed`, `.acquire`, `.release`
    Strong,
    /// `.nc`
    NonCoherent,
}

/// What changes how an instruction computes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Modifiers {
    pub rounding: Option<Rounding>,
    /// `cvt` to an integral value: `.rni` and the like.
    pub integral: Option<Rounding>,
    pub ftz: bool,
    pub sat: bool,
    /// `.NaN`: a NaN wins.
    pub nan: bool,
    /// `shf.wrap`
    pub wrap: bool,
    /// `bfind.shiftamt`
    pub shiftamt: bool,
}

/// Computations of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compute {
    Add,
    Sub,
    Mul,
    MulHi,
    MulWide,
    Mad,
    MadHi,
    MadWide,
    Mul24Lo,
    Mul24Hi,
    Fma,
    Div,
    Rem,
    Neg,
    Abs,
    Min,
    Max,
    And,
    Or,
    Xor,
    Not,
    Cnot,
    Lop3,
    Shl,
    Shr,
    ShfLeft,
    ShfRight,
    Popc,
    Clz,
    Bfind,
    Brev,
    Bfe,
    Bfi,
    Prmt,
    Sad,
    Sqrt,
    Rsqrt,
    Rcp,
    Ex2,
    Lg2,
    Sin,
    Cos,
    Tanh,
    Copysign,
    Testp(Property),
    Selp,
    Slct,
}

/// What `testp` asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Property {
    Finite,
    Infinite,
    Number,
    NotANumber,
    Normal,
    Subnormal,
}

/// Arithmetic on the carry flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carry {
    Add,
    Sub,
    MadLo,
    MadHi,
}

/// Comparisons of `setp` and `set` (PTX ISA 9.3.1): ordered ones are false where one side is a NaN, unordered
/// ones true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Comparison {
    pub less: bool,
    pub equal: bool,
    pub greater: bool,
    /// The answer where one side is a NaN.
    pub unordered: bool,
}

/// How a comparison meets a third operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Combine {
    And,
    Or,
    Xor,
}

/// What `atom` and `red` do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Atomic {
    Add,
    Min,
    Max,
    Inc,
    Dec,
    And,
    Or,
    Xor,
    Exch,
    Cas,
}

/// Operations in which lanes of a warp meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WarpOperation {
    /// `bar.warp.sync`
    Sync,
    ShuffleUp,
    ShuffleDown,
    ShuffleButterfly,
    ShuffleIndex,
    VoteAll,
    VoteAny,
    VoteUniform,
    VoteBallot,
    MatchAny,
    MatchAll,
    Reduce(Atomic, Type),
}
