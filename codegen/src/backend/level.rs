//! The variants of a kernel: one for each CPU level that makes a difference to it.

use cranelift_codegen::isa::OwnedTargetIsa;
use pykernel_abi::Level;

use super::{Code, Error, Target, clif};
use crate::interface::Kernel;
use crate::ir::{self, Expr, Intrinsic, visit};

/// How one variant is compiled.
pub struct Variant {
    /// The level that a machine must have for it.
    pub level: Level,
    /// The machine of that level.
    pub isa: OwnedTargetIsa,
}

/// The variants that an object has, in the order of their levels: one, unless more make a difference.
pub(super) fn variants(ir: &ir::Module, kernel: &Kernel, target: &Target) -> Result<Vec<Variant>, Error> {
    let above = target.levels()[1..].iter().filter(|level| gains(ir, kernel, **level));
    let variant = |level: &Level| {
        let isa = target.isa(Code::PositionIndependent, *level)?;
        Ok(Variant { level: *level, isa })
    };
    target.levels()[..1].iter().chain(above).map(variant).collect()
}

/// Whether a kernel gains by a level above the lowest, which has instructions for what only some
/// kernels do. The others are called without a choice.
fn gains(ir: &ir::Module, kernel: &Kernel, level: Level) -> bool {
    // Cranelift's vectors are as wide at v4 as at v3, and it has next to no other instructions for them.
    if level > Level::V3 {
        return false;
    }
    let mut functions = clif::called(ir, kernel);
    functions.extend(kernel.overloads.iter().map(|overload| overload.function));
    let is_lanes = |local: &ir::Local| matches!(local.ty, ir::Type::Lanes(_));
    let gains = |expr: &Expr| matches!(expr, Expr::Intrinsic { op, .. } if gains_intrinsic(*op));
    functions.into_iter().any(|id| ir[id].locals.iter().any(is_lanes) || visit::any(&ir[id].body, &gains))
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
        | Intrinsic::ProductError => true,
        Intrinsic::AddOverflows
        | Intrinsic::SubOverflows
        | Intrinsic::MulOverflows
        | Intrinsic::Sqrt
        | Intrinsic::CopySign
        | Intrinsic::StackExhausted => false,
    }
}
