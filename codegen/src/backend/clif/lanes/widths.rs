//! How wide the lanes of masks are.
//!
//! A comparison gives a mask as wide as what it compares. A local that is a mask has one width, the widest
//! of what is assigned to it, so that the widest lanes, which fill most registers, need no conversions.
//! What is only assigned lanes that are all the same is as wide as the function's widest mask.

use std::collections::BTreeMap;

use crate::ir::{CompareOp, Expr, Function, Lanes, LocalId, Scalar, StmtKind, Type, visit};

/// The widths of the locals of a function that are masks.
pub(in super::super) fn mask_widths(function: &Function) -> BTreeMap<LocalId, u32> {
    let mut widths = Widths { function, widths: BTreeMap::new() };
    for (index, local) in function.locals.iter().enumerate() {
        if matches!(local.ty, Type::Lanes(Lanes { scalar: Scalar::Bool, .. })) {
            widths.widths.insert(LocalId(index as u32), None);
        }
    }
    if !widths.widths.is_empty() {
        while widths.grow() {}
    }
    let widest = widths.widths.values().flatten().max().copied().unwrap_or(Scalar::Bool.bits());
    widths.widths.into_iter().map(|(local, width)| (local, width.unwrap_or(widest))).collect()
}

struct Widths<'a> {
    function: &'a Function,
    /// None where any will do.
    widths: BTreeMap<LocalId, Option<u32>>,
}

impl Widths<'_> {
    /// Widens locals to what is assigned to them; gives whether one grew.
    fn grow(&mut self) -> bool {
        let mut grew = false;
        visit::walk(&self.function.body, &mut |stmt| {
            let wanted = match &stmt.kind {
                StmtKind::Assign { value, .. } => Some(value),
                _ => None,
            };
            stmt.kind.assigned(&mut |local| {
                let Some(width) = self.widths.get(&local).copied() else { return };
                let wanted = match wanted {
                    Some(value) => self.mask(value),
                    None => Some(Scalar::Bool.bits()),
                };
                if wanted > width {
                    self.widths.insert(local, wanted);
                    grew = true;
                }
            });
        });
        grew
    }

    /// The width of a mask.
    fn mask(&self, expr: &Expr) -> Option<u32> {
        match expr {
            Expr::Local(local) => self.widths.get(local).copied().flatten(),
            Expr::Unary { operand, .. } => self.mask(operand),
            Expr::Binary { left, right, .. } => self.mask(left).max(self.mask(right)),
            Expr::Select { then, otherwise, .. } => self.mask(then).max(self.mask(otherwise)),
            Expr::Compare { op: CompareOp::Eq | CompareOp::Ne, left, right }
                if self.function.scalar_type(left) == Some(Scalar::Bool) =>
            {
                self.mask(left).max(self.mask(right))
            }
            Expr::Compare { left, .. } => self.function.scalar_type(left).map(Scalar::bits),
            Expr::InBounds { .. } | Expr::Intrinsic { .. } => Some(Scalar::I64.bits()),
            _ => None,
        }
    }
}
