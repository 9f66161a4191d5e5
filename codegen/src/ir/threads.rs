//! What only threads of a GPU have: where they are among others, what they do together, and memory that they share.
//!
//! Source: "Parallel Thread Execution ISA", NVIDIA, version 8.8: special registers, `bar`, `vote`, `shfl`, `match`, `atom`.

use super::Scalar;

/// How many bytes the threads of a block can share without the launch saying so (CUDA C++ Programming Guide, compute
/// capabilities).
pub const MOST_SHARED: i64 = 48 << 10;

/// How many bytes of constant memory a module can have (likewise).
pub const MOST_CONSTANT: usize = 64 << 10;

/// How many threads a block can have (likewise).
pub const MOST_THREADS: i128 = 1024;

/// A direction in which blocks have threads, and grids blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The fastest.
    X,
    /// The one around it.
    Y,
    /// The slowest.
    Z,
}

impl Direction {
    /// All, the fastest first.
    pub const ALL: [Direction; 3] = [Direction::X, Direction::Y, Direction::Z];

    /// Its letter.
    pub const fn name(self) -> &'static str {
        match self {
            Direction::X => "x",
            Direction::Y => "y",
            Direction::Z => "z",
        }
    }
}

/// A number that stays the same as long as a thread runs; an `I64`, never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Special {
    /// The thread's place in its block.
    ThreadIndex(Direction),
    /// The block's place in the grid.
    BlockIndex(Direction),
    /// How many threads a block has.
    BlockSize(Direction),
    /// How many blocks the grid has.
    GridSize(Direction),
    /// The thread's place in its warp.
    Lane,
    /// A bit for each lane of the warp before the thread's own.
    LanesBefore,
    /// How many bytes of shared memory the launch has given each block.
    SharedBytes,
}

impl Special {
    /// The least and the greatest that it can be: grids have at most 2**31 - 1 blocks along x (CUDA C++ Programming Guide,
    /// compute capabilities).
    pub const fn range(self) -> (i128, i128) {
        match self {
            Special::ThreadIndex(_) => (0, MOST_THREADS - 1),
            Special::BlockSize(_) => (1, MOST_THREADS),
            Special::BlockIndex(_) => (0, (1 << 31) - 2),
            Special::GridSize(_) => (1, (1 << 31) - 1),
            Special::Lane => (0, 31),
            Special::LanesBefore | Special::SharedBytes => (0, (1 << 32) - 1),
        }
    }
}

/// What threads do together, or in view of each other. It is never moved, repeated or left out. Masks are `I64`s with a
/// bit for each lane of a warp that takes part; the thread's own is among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Together {
    /// Waits until all threads of the block are here; what they have written before, all see then.
    Barrier,
    /// The same; bool → `I64`: for how many threads it is true.
    BarrierCount,
    /// The same; bool → bool: whether it is true for all threads.
    BarrierAll,
    /// The same; bool → bool: whether it is true for a thread.
    BarrierAny,
    /// What this thread has written before, others see before what it writes after.
    Fence(Scope),
    /// Mask: waits for these lanes; what they have written before, all of them see then.
    WarpBarrier,
    /// Mask, bool → bool: whether it is true for one of these lanes.
    Any,
    /// Mask, bool → bool: whether it is true for all of these lanes.
    All,
    /// Mask, bool → bool: whether it is the same for all of these lanes.
    Same,
    /// Mask, bool → `I64`: a bit for each of these lanes for which it is true.
    Ballot,
    /// Mask, number, `I64` → number: that of another lane. The `I64` counts modulo 32.
    Shuffle(Source),
    /// Mask, number → `I64`: a bit for each of these lanes with the same number.
    MatchAny,
    /// Mask, number → `I64`, bool: the mask if the number is the same for all of these lanes, else 0; and whether it is.
    MatchAll,
    /// → `I64`: a bit for each lane of the warp that runs with this one.
    ActiveMask,
}

/// Who sees what is written before a fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The threads of the block.
    Block,
    /// Those of the device.
    Device,
    /// Those of all devices, and the host.
    System,
}

/// The lane from which a shuffle reads. Where there is none, it is the thread's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The lane of that number.
    Lane,
    /// So many lanes before.
    Before,
    /// So many lanes behind.
    Behind,
    /// The lane whose number differs in these bits.
    Xor,
}

impl Together {
    /// The types of its operands and of its results, where the number that it hands on, if it does, has a type.
    pub fn signature(self, number: Scalar) -> (Vec<Scalar>, Vec<Scalar>) {
        use Scalar::{Bool, I64};
        match self {
            Together::Barrier | Together::Fence(_) => (vec![], vec![]),
            Together::BarrierCount => (vec![Bool], vec![I64]),
            Together::BarrierAll | Together::BarrierAny => (vec![Bool], vec![Bool]),
            Together::WarpBarrier => (vec![I64], vec![]),
            Together::Any | Together::All | Together::Same => (vec![I64, Bool], vec![Bool]),
            Together::Ballot => (vec![I64, Bool], vec![I64]),
            Together::Shuffle(_) => (vec![I64, number, I64], vec![number]),
            Together::MatchAny => (vec![I64, number], vec![I64]),
            Together::MatchAll => (vec![I64, number], vec![I64, Bool]),
            Together::ActiveMask => (vec![], vec![I64]),
        }
    }

    /// The position of the number that it hands on, if it does.
    pub const fn number(self) -> Option<usize> {
        match self {
            Together::Shuffle(_) | Together::MatchAny | Together::MatchAll => Some(1),
            _ => None,
        }
    }

    /// Its name for the reader.
    pub const fn name(self) -> &'static str {
        match self {
            Together::Barrier => "barrier",
            Together::BarrierCount => "barrier.count",
            Together::BarrierAll => "barrier.all",
            Together::BarrierAny => "barrier.any",
            Together::Fence(Scope::Block) => "fence.block",
            Together::Fence(Scope::Device) => "fence.device",
            Together::Fence(Scope::System) => "fence.system",
            Together::WarpBarrier => "warp.barrier",
            Together::Any => "warp.any",
            Together::All => "warp.all",
            Together::Same => "warp.same",
            Together::Ballot => "warp.ballot",
            Together::Shuffle(Source::Lane) => "warp.shuffle",
            Together::Shuffle(Source::Before) => "warp.shuffle.before",
            Together::Shuffle(Source::Behind) => "warp.shuffle.behind",
            Together::Shuffle(Source::Xor) => "warp.shuffle.xor",
            Together::MatchAny => "warp.match.any",
            Together::MatchAll => "warp.match.all",
            Together::ActiveMask => "warp.active",
        }
    }
}

/// What one step, which no other thread comes between, makes of an element and a number of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Atomic {
    /// Their sum, which wraps.
    Add,
    /// Their difference, which wraps.
    Sub,
    /// The larger one; the element stays unless the number is greater.
    Max,
    /// The smaller one; the element stays unless the number is less.
    Min,
    /// The larger one that is not NaN.
    MaxNumber,
    /// The smaller one that is not NaN.
    MinNumber,
    /// Of integers.
    And,
    /// Of integers.
    Or,
    /// Of integers.
    Xor,
    /// Of unsigned integers: one more; 0 where the element is at least the number.
    Increment,
    /// Of unsigned integers: one less; the number where the element is 0 or greater than the number.
    Decrement,
    /// The number.
    Exchange,
    /// Of integers, and two numbers: the second where the element is the first.
    CompareAndSwap,
}

impl Atomic {
    /// How many numbers it takes.
    pub const fn operands(self) -> usize {
        match self {
            Atomic::CompareAndSwap => 2,
            _ => 1,
        }
    }

    /// Its name for the reader.
    pub const fn name(self) -> &'static str {
        match self {
            Atomic::Add => "add",
            Atomic::Sub => "sub",
            Atomic::Max => "max",
            Atomic::Min => "min",
            Atomic::MaxNumber => "max_number",
            Atomic::MinNumber => "min_number",
            Atomic::And => "and",
            Atomic::Or => "or",
            Atomic::Xor => "xor",
            Atomic::Increment => "increment",
            Atomic::Decrement => "decrement",
            Atomic::Exchange => "exchange",
            Atomic::CompareAndSwap => "compare_and_swap",
        }
    }

    /// Whether there is such a step on elements of a type.
    pub const fn takes(self, scalar: Scalar) -> bool {
        let is_integer = matches!(scalar, Scalar::I32 | Scalar::U32 | Scalar::I64 | Scalar::U64);
        match self {
            Atomic::And | Atomic::Or | Atomic::Xor | Atomic::CompareAndSwap => is_integer,
            Atomic::Increment | Atomic::Decrement => matches!(scalar, Scalar::U32 | Scalar::U64),
            _ => is_integer || matches!(scalar, Scalar::F32 | Scalar::F64),
        }
    }
}

/// Where memory is that a function sets aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Space {
    /// In the function's frame.
    Frame,
    /// Shared by the threads of a block, under a number that is its own in the module: the same memory, whoever
    /// sets it aside.
    Shared(u32),
    /// The shared memory that the launch gives, all of it: the same for all that ask for it.
    Launch,
    /// What the program keeps for the thread that runs the function: the same for all that ask for it there. Where the
    /// program keeps none, the array has the address 0 and must not be used.
    Random(RandomState),
}

/// What a program keeps of random numbers for each of its threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RandomState {
    /// The state of NumPy's global generator.
    NumPy,
    /// The state of Python's global generator.
    Python,
    /// Words that nobody can foretell, other ones each time.
    Entropy,
}

impl RandomState {
    /// How many words of 32 bits there are.
    pub const fn words(self) -> usize {
        match self {
            RandomState::NumPy | RandomState::Python => pykernel_abi::random::TWISTER,
            RandomState::Entropy => pykernel_abi::random::ENTROPY,
        }
    }

    /// The number by which the host knows it.
    pub const fn number(self) -> u32 {
        match self {
            RandomState::NumPy => pykernel_abi::random::NUMPY,
            RandomState::Python => pykernel_abi::random::PYTHON,
            RandomState::Entropy => pykernel_abi::random::FRESH,
        }
    }
}

impl Space {
    /// Whether the threads of a block share it.
    pub const fn is_shared(self) -> bool {
        matches!(self, Space::Shared(_) | Space::Launch)
    }
}
