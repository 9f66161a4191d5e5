//! What `numba.cuda` has for code that runs on a GPU.

use super::{Instruction, Memory, Row, Rule, Target, row};
use crate::ir::Intrinsic;
use crate::ir::threads::{Atomic, Direction, Scope, Source, Special, Together};
use crate::typed::Operation;

/// A number that a thread of a GPU has.
const fn special(name: &'static str, special: Special) -> Row {
    let target = Target::Operation(Operation::Intrinsic(Intrinsic::Special(special)));
    row(name, 0..=0, Rule::Special, target)
}

/// Something that threads of a GPU do together.
const fn together(name: &'static str, arity: usize, op: Together) -> Row {
    row(name, arity..=arity, Rule::Together, Target::Together(op))
}

/// A step on an element that no other thread of a GPU comes between: an array, an index and numbers.
const fn atomic(name: &'static str, op: Atomic) -> Row {
    let arity = 2 + op.operands();
    row(name, arity..=arity, Rule::Atomic, Target::Atomic(op))
}

/// A function of `numba.cuda.random`: states, an index and, to set one, a seed.
const fn random(name: &'static str, arity: usize, function: &'static str) -> Row {
    row(name, arity..=arity, Rule::Random, Target::Library(function))
}

/// An instruction on numbers.
const fn instruction(name: &'static str, arity: usize, instruction: Instruction) -> Row {
    row(name, arity..=arity, Rule::Instruction(instruction), Target::Nothing)
}

pub(super) static TABLE: &[Row] = &[
    together("numba.cuda.activemask", 0, Together::ActiveMask),
    together("numba.cuda.all_sync", 2, Together::All),
    together("numba.cuda.any_sync", 2, Together::Any),
    atomic("numba.cuda.atomic.add", Atomic::Add),
    atomic("numba.cuda.atomic.and_", Atomic::And),
    atomic("numba.cuda.atomic.cas", Atomic::CompareAndSwap),
    row("numba.cuda.atomic.compare_and_swap", 3..=3, Rule::Atomic, Target::Atomic(Atomic::CompareAndSwap)),
    atomic("numba.cuda.atomic.dec", Atomic::Decrement),
    atomic("numba.cuda.atomic.exch", Atomic::Exchange),
    atomic("numba.cuda.atomic.inc", Atomic::Increment),
    atomic("numba.cuda.atomic.max", Atomic::Max),
    atomic("numba.cuda.atomic.min", Atomic::Min),
    atomic("numba.cuda.atomic.nanmax", Atomic::MaxNumber),
    atomic("numba.cuda.atomic.nanmin", Atomic::MinNumber),
    atomic("numba.cuda.atomic.or_", Atomic::Or),
    atomic("numba.cuda.atomic.sub", Atomic::Sub),
    atomic("numba.cuda.atomic.xor", Atomic::Xor),
    together("numba.cuda.ballot_sync", 2, Together::Ballot),
    special("numba.cuda.blockDim.x", Special::BlockSize(Direction::X)),
    special("numba.cuda.blockDim.y", Special::BlockSize(Direction::Y)),
    special("numba.cuda.blockDim.z", Special::BlockSize(Direction::Z)),
    special("numba.cuda.blockIdx.x", Special::BlockIndex(Direction::X)),
    special("numba.cuda.blockIdx.y", Special::BlockIndex(Direction::Y)),
    special("numba.cuda.blockIdx.z", Special::BlockIndex(Direction::Z)),
    instruction("numba.cuda.brev", 1, Instruction::Brev),
    instruction("numba.cuda.cbrt", 1, Instruction::Cbrt),
    instruction("numba.cuda.clz", 1, Instruction::Clz),
    together("numba.cuda.eq_sync", 2, Together::Same),
    row("numba.cuda.const.array_like", 1..=1, Rule::ConstantMemory, Target::Nothing),
    instruction("numba.cuda.ffs", 1, Instruction::Ffs),
    instruction("numba.cuda.fma", 3, Instruction::Fma),
    row("numba.cuda.grid", 1..=1, Rule::Grid, Target::Nothing),
    special("numba.cuda.gridDim.x", Special::GridSize(Direction::X)),
    special("numba.cuda.gridDim.y", Special::GridSize(Direction::Y)),
    special("numba.cuda.gridDim.z", Special::GridSize(Direction::Z)),
    row("numba.cuda.gridsize", 1..=1, Rule::GridSize, Target::Nothing),
    special("numba.cuda.laneid", Special::Lane),
    row("numba.cuda.lanemask_lt", 0..=0, Rule::LanesBefore, Target::Nothing),
    row("numba.cuda.local.array", 2..=2, Rule::Reserve(Memory::Local), Target::Nothing),
    together("numba.cuda.match_all_sync", 2, Together::MatchAll),
    together("numba.cuda.match_any_sync", 2, Together::MatchAny),
    instruction("numba.cuda.popc", 1, Instruction::Popc),
    random("numba.cuda.random.init_xoroshiro128p_state", 3, "xoroshiro_init"),
    random("numba.cuda.random.xoroshiro128p_jump", 2, "xoroshiro_jump"),
    random("numba.cuda.random.xoroshiro128p_next", 2, "xoroshiro_next"),
    random("numba.cuda.random.xoroshiro128p_normal_float32", 2, "xoroshiro_normal_float32"),
    random("numba.cuda.random.xoroshiro128p_normal_float64", 2, "xoroshiro_normal_float64"),
    random("numba.cuda.random.xoroshiro128p_uniform_float32", 2, "xoroshiro_uniform_float32"),
    random("numba.cuda.random.xoroshiro128p_uniform_float64", 2, "xoroshiro_uniform_float64"),
    instruction("numba.cuda.selp", 3, Instruction::Selp),
    row("numba.cuda.shared.array", 2..=2, Rule::Reserve(Memory::Shared), Target::Nothing),
    together("numba.cuda.shfl_down_sync", 3, Together::Shuffle(Source::Behind)),
    together("numba.cuda.shfl_sync", 3, Together::Shuffle(Source::Lane)),
    together("numba.cuda.shfl_up_sync", 3, Together::Shuffle(Source::Before)),
    together("numba.cuda.shfl_xor_sync", 3, Together::Shuffle(Source::Xor)),
    together("numba.cuda.syncthreads", 0, Together::Barrier),
    together("numba.cuda.syncthreads_and", 1, Together::BarrierAll),
    together("numba.cuda.syncthreads_count", 1, Together::BarrierCount),
    together("numba.cuda.syncthreads_or", 1, Together::BarrierAny),
    row("numba.cuda.syncwarp", 0..=1, Rule::Together, Target::Together(Together::WarpBarrier)),
    special("numba.cuda.threadIdx.x", Special::ThreadIndex(Direction::X)),
    special("numba.cuda.threadIdx.y", Special::ThreadIndex(Direction::Y)),
    special("numba.cuda.threadIdx.z", Special::ThreadIndex(Direction::Z)),
    together("numba.cuda.threadfence", 0, Together::Fence(Scope::Device)),
    together("numba.cuda.threadfence_block", 0, Together::Fence(Scope::Block)),
    together("numba.cuda.threadfence_system", 0, Together::Fence(Scope::System)),
];
