//! Instructions of PTX as data.

use std::sync::Arc;

use super::module::Slot;
use crate::ir::threads::{Scope, Source};

/// What a register holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// True or false.
    Predicate,
    /// An integer of at most 32 bits, sign- or zero-extended by its own signedness.
    Short,
    /// An integer of 64 bits, or an address.
    Long,
    /// A float of 32 bits.
    Single,
    /// A float of 64 bits.
    Double,
}

impl Class {
    /// Every class.
    pub const ALL: [Class; 5] = [Class::Predicate, Class::Short, Class::Long, Class::Single, Class::Double];

    /// The type by which registers are declared.
    pub const fn declared(self) -> Ty {
        match self {
            Class::Predicate => Ty::Pred,
            Class::Short => Ty::B32,
            Class::Long => Ty::B64,
            Class::Single => Ty::F32,
            Class::Double => Ty::F64,
        }
    }

    /// What the names of registers begin with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Class::Predicate => "%p",
            Class::Short => "%r",
            Class::Long => "%rd",
            Class::Single => "%f",
            Class::Double => "%fd",
        }
    }
}

/// A register; those of each class are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Register {
    /// What it holds.
    pub class: Class,
    /// Its number.
    pub number: u32,
}

/// The type of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ty {
    /// A predicate.
    Pred,
    /// Unsigned, 8 bits.
    U8,
    /// Signed, 8 bits.
    S8,
    /// Unsigned, 16 bits.
    U16,
    /// Signed, 16 bits.
    S16,
    /// 32 bits of any meaning.
    B32,
    /// Unsigned, 32 bits.
    U32,
    /// Signed, 32 bits.
    S32,
    /// 64 bits of any meaning.
    B64,
    /// Unsigned, 64 bits.
    U64,
    /// Signed, 64 bits.
    S64,
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary64.
    F64,
}

impl Ty {
    /// Its name in PTX.
    pub const fn name(self) -> &'static str {
        match self {
            Ty::Pred => "pred",
            Ty::U8 => "u8",
            Ty::S8 => "s8",
            Ty::U16 => "u16",
            Ty::S16 => "s16",
            Ty::B32 => "b32",
            Ty::U32 => "u32",
            Ty::S32 => "s32",
            Ty::B64 => "b64",
            Ty::U64 => "u64",
            Ty::S64 => "s64",
            Ty::F32 => "f32",
            Ty::F64 => "f64",
        }
    }

    /// Its size in bytes; of a predicate, which lies in no memory, 1.
    pub const fn size(self) -> u32 {
        match self {
            Ty::Pred | Ty::U8 | Ty::S8 => 1,
            Ty::U16 | Ty::S16 => 2,
            Ty::B32 | Ty::U32 | Ty::S32 | Ty::F32 => 4,
            Ty::B64 | Ty::U64 | Ty::S64 | Ty::F64 => 8,
        }
    }
}

/// Where memory lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Space {
    /// Any of the others, by its address.
    Generic,
    /// The device's memory.
    Global,
    /// The device's memory that no thread of the grid writes: read by way of another cache.
    ReadOnly,
    /// A thread's own.
    Local,
    /// That of the threads of a block.
    Shared,
    /// What is kept for threads that read the same element.
    Constant,
    /// An entry's parameters.
    Param,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// Equal; of floats false with NaN, as all but the last two.
    Eq,
    /// Not equal.
    Ne,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
    /// Not equal, or one is NaN.
    Neu,
    /// One is NaN.
    Nan,
}

/// What an atomic step makes of what stands there and what it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The sum.
    Add,
    /// The less of integers.
    Min,
    /// The greater of integers.
    Max,
    /// Bits that are in both.
    And,
    /// Bits that are in one.
    Or,
    /// Bits that differ.
    Xor,
    /// What it is given.
    Exchange,
    /// The second if the first stands there.
    CompareAndSwap,
    /// One more, up to a bound, then 0.
    Increment,
    /// One less, and from 0 or above a bound the bound.
    Decrement,
}

/// What a barrier makes of all threads' predicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reduction {
    /// How many hold.
    Count,
    /// Whether all hold.
    And,
    /// Whether one holds.
    Or,
}

/// What a vote makes of the predicates of lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Vote {
    /// Whether one holds.
    Any,
    /// Whether all hold.
    All,
    /// Whether all are the same.
    Uniform,
    /// A bit for each that holds.
    Ballot,
}

/// How a number becomes one of another type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rounding {
    /// It needs none.
    Exact,
    /// To the nearest, ties to even.
    Nearest,
    /// To the nearest integer, ties to even.
    NearestInteger,
    /// To an integer, towards zero.
    ZeroInteger,
    /// To an integer, down.
    DownInteger,
    /// To an integer, up.
    UpInteger,
}

/// What an instruction does. Its types and operands stand beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Opcode {
    /// Copies.
    Mov,
    /// The sum of integers.
    Add,
    /// The difference of integers.
    Sub,
    /// The low half of a product.
    MulLow,
    /// The high half of a product.
    MulHigh,
    /// `a * b + c`, its low half.
    MadLow,
    /// The quotient of integers.
    Div,
    /// The remainder.
    Rem,
    /// The sum of floats.
    AddRn,
    /// The difference of floats.
    SubRn,
    /// The product of floats.
    MulRn,
    /// The quotient of floats.
    DivRn,
    /// The square root.
    SqrtRn,
    /// `a * b + c`, rounded once.
    FmaRn,
    /// The negative.
    Neg,
    /// The magnitude.
    Abs,
    /// The less of integers.
    Min,
    /// The greater of integers.
    Max,
    /// Bits that are in both.
    And,
    /// Bits that are in one.
    Or,
    /// Bits that differ.
    Xor,
    /// The other bits.
    Not,
    /// Shifted up by a count of 32 bits.
    Shl,
    /// Shifted down.
    Shr,
    /// How many bits are 1, in 32 bits.
    Popc,
    /// How many bits stand above the highest 1, in 32 bits.
    Clz,
    /// The bits from the other end.
    Brev,
    /// The second with the sign of the first.
    CopySign,
    /// Compares; the result is a predicate.
    Setp(Comparison),
    /// The first if the third holds, else the second.
    Selp,
    /// The first type from the second.
    Cvt(Rounding),
    /// Reads.
    Load(Space),
    /// Writes.
    Store(Space),
    /// The address in all memory of one in a space.
    CvtaFrom(Space),
    /// The address in a space of one in all memory.
    CvtaTo(Space),
    /// Changes what stands in a place, in one step; gives what was there.
    Atomic(Step, Space),
    /// Waits for all threads of the block.
    Barrier,
    /// The same, and gives what all predicates make together.
    BarrierReduce(Reduction),
    /// Orders what is written, for those who see it.
    Fence(Scope),
    /// Waits for lanes of the warp.
    WarpBarrier,
    /// What the predicates of lanes make together.
    Vote(Vote),
    /// What another lane has.
    Shuffle(Source),
    /// The lanes that have the same bits.
    MatchAny,
    /// The lanes if all have the same bits, else none.
    MatchAll,
    /// The lanes that run together.
    ActiveMask,
    /// Goes elsewhere.
    Bra,
    /// Leaves the function.
    Ret,
}

/// An operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A register.
    Register(Register),
    /// Several, for what lies side by side in memory.
    Vector(Vector),
    /// A constant integer, whose bits are those of the operation's type.
    Int(i64),
    /// The bits of a constant float.
    F32(u32),
    /// The bits of a constant float.
    F64(u64),
    /// What stands in memory, so many bytes behind an address.
    Memory(Register, i64),
    /// What stands in a parameter, a result or memory of the function's own.
    Slot(Slot, u32),
    /// The address of memory of the function's own.
    Frame,
    /// The address of memory that threads share, under its number, or of what the launch gives.
    Shared(Option<u32>),
    /// The address of a constant array, by its place in the module.
    Table(u32),
    /// A number that the device knows: `%tid.x`.
    Special(&'static str),
    /// A place in the function.
    Label(Label),
}

/// Two or four registers of one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vector {
    /// Two.
    Two([Register; 2]),
    /// Four.
    Four([Register; 4]),
}

impl Vector {
    /// The registers.
    pub const fn registers(&self) -> &[Register] {
        match self {
            Vector::Two(registers) => registers,
            Vector::Four(registers) => registers,
        }
    }
}

impl From<Register> for Operand {
    fn from(register: Register) -> Self {
        Operand::Register(register)
    }
}

/// A place in a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Label(pub u32);

/// An instruction.
#[derive(Clone, Debug, PartialEq)]
pub struct Instruction {
    /// It is done only where this predicate has this value.
    pub guard: Option<(Register, bool)>,
    /// What it does.
    pub opcode: Opcode,
    /// On what.
    pub types: Vec<Ty>,
    /// The result first, if there is one.
    pub operands: Vec<Operand>,
}

/// A line of a function.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// A place that branches go to.
    Label(Label),
    /// An instruction.
    Instruction(Instruction),
    /// A call.
    Call {
        /// The function.
        function: Arc<str>,
        /// What it is given.
        args: Vec<(Ty, Register)>,
        /// What it gives, with the offset of each in the bytes that hold all.
        results: Vec<(Ty, u32, Register)>,
    },
    /// What follows comes from this place in the Python text.
    Place(u32),
}
