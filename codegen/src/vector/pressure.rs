//! Whether registers hold what lives at once in a body on lanes.

use super::Registers;
use super::liveness::{Liveness, Locals};
use super::rewrite::Rewritten;
use crate::ir::{Function, Lanes, LocalId, Scalar, Type, visit};

/// Whether more lives behind some statement of a body than registers hold: not counted is what an expression computes
/// on its way. A lane of a mask has so many bits.
pub(super) fn is_crowded(
    rewritten: &Rewritten,
    function: &Function,
    registers: Registers,
    mask_bits: u32,
) -> bool {
    let mut end = Locals::default();
    rewritten.collected.iter().for_each(|(_, all, _)| end.insert(*all));
    let liveness = Liveness::of_loop(&rewritten.body, &end);
    let mask_bits = if registers.has_masks { 0 } else { mask_bits };
    let n_outer = function.locals.len();
    let bits = |local: LocalId| match rewritten.locals.get((local.0 as usize).wrapping_sub(n_outer)) {
        Some(local) => match local.ty {
            Type::Lanes(Lanes { scalar: Scalar::Bool, count }) => mask_bits * count,
            Type::Lanes(Lanes { scalar, count }) => scalar.bits() * count,
            _ => 0,
        },
        None => 0,
    };
    let mut crowded = false;
    visit::walk(&rewritten.body, &mut |stmt| {
        crowded |= liveness.after(stmt).iter().map(bits).sum::<u32>() > registers.bits;
    });
    crowded
}
