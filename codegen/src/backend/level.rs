//! CPU levels: the IR that each takes, and the variants of a kernel, one for each level that makes a
//! difference to it.

use cranelift_codegen::isa::OwnedTargetIsa;
use pykernel_abi::Level;

use super::{Code, Error, Target, clif};
use crate::interface::Kernel;
use crate::ir::{self, Expr, Intrinsic, visit};
use crate::passes;
use crate::vector::Verdict;

/// The IR of kernels for a CPU level, and for those above it up to the next one that has IR of its own.
#[derive(Clone, Debug)]
pub struct LevelIr {
    /// The level.
    pub level: Level,
    /// The IR, after all passes.
    pub ir: ir::Module,
    /// What became of each loop.
    pub verdicts: Vec<Verdict>,
}

/// IR for all levels.
impl From<ir::Module> for LevelIr {
    fn from(ir: ir::Module) -> Self {
        LevelIr { level: Level::V1, ir, verdicts: Vec::new() }
    }
}

/// Runs all passes over a module, as [`passes::run`] does, for the levels of a target, in their order, at
/// least once. A level has IR of its own where its lanes have other bits than those of the level below.
pub fn for_levels(
    module: ir::Module,
    entries: &[ir::FunctionId],
    overflow_checks: bool,
    target: &Target,
) -> Vec<LevelIr> {
    let prepared = passes::prepare(module, entries, overflow_checks);
    let finish = |prepared: ir::Module, level: Level| {
        let (ir, verdicts) = passes::finish(prepared, target.lanes(level));
        LevelIr { level, ir, verdicts }
    };
    let mut levels = target.levels().to_vec();
    levels.dedup_by_key(|level| target.lanes(*level));
    let highest = levels.pop();
    let mut irs: Vec<LevelIr> = levels.into_iter().map(|level| finish(prepared.clone(), level)).collect();
    irs.extend(highest.map(|level| finish(prepared, level)));
    irs
}

/// How one variant is compiled.
pub struct Variant<'a> {
    /// The level that a machine must have for it.
    pub level: Level,
    /// The machine of that level.
    pub isa: OwnedTargetIsa,
    /// The IR of that level.
    pub ir: &'a ir::Module,
}

/// The variants that an object has, in the order of their levels: one, unless more make a difference.
pub(super) fn variants<'a>(
    irs: &'a [LevelIr],
    kernel: &Kernel,
    target: &Target,
) -> Result<Vec<Variant<'a>>, Error> {
    let mut variants = Vec::new();
    for level in target.levels() {
        let found = irs.iter().rfind(|found| found.level <= *level);
        let found = found.ok_or_else(|| Error::Bug(format!("{} has no IR for {level:?}", kernel.name)))?;
        if variants.is_empty() || gains(found, kernel, *level) {
            let isa = target.isa(Code::PositionIndependent, *level)?;
            variants.push(Variant { level: *level, isa, ir: &found.ir });
        }
    }
    Ok(variants)
}

/// Whether a kernel gains by a level over the one below: by what only some kernels do. The others are
/// called without a choice.
fn gains(found: &LevelIr, kernel: &Kernel, level: Level) -> bool {
    let ir = &found.ir;
    let mut functions = clif::called(ir, kernel);
    functions.extend(kernel.overloads.iter().map(|overload| overload.function));
    let is_lanes = |local: &ir::Local| matches!(local.ty, ir::Type::Lanes(_));
    let has_lanes = functions.iter().any(|id| ir[*id].locals.iter().any(is_lanes));
    let has_instruction = |expr: &Expr| matches!(expr, Expr::Intrinsic { op, .. } if gains_intrinsic(*op));
    let has_instructions = || functions.iter().any(|id| visit::any(&ir[*id].body, &has_instruction));
    match level {
        Level::V1 => false,
        Level::V3 => has_lanes || has_instructions(),
        // What it has to offer is more lanes: with as many its code would be v3's.
        Level::V4 => has_lanes && found.level == level,
    }
}

/// What the lowest level of x86-64 has no instruction for.
const fn gains_intrinsic(op: Intrinsic) -> bool {
    match op {
        Intrinsic::Floor
        | Intrinsic::Ceil
        | Intrinsic::Trunc
        | Intrinsic::RoundEven
        | Intrinsic::FusedMultiplyAdd
        | Intrinsic::MultiplyAdd
        | Intrinsic::ProductError
        | Intrinsic::CountOnes
        | Intrinsic::LeadingZeros => true,
        Intrinsic::AddOverflows
        | Intrinsic::SubOverflows
        | Intrinsic::MulOverflows
        | Intrinsic::Sqrt
        | Intrinsic::CopySign
        | Intrinsic::ReverseBits
        | Intrinsic::MultiplyHigh
        | Intrinsic::StackExhausted
        | Intrinsic::Special(_) => false,
    }
}
