//! `and`, `or` and conditional expressions: pure where what may not be evaluated is, a branch where
//! it has effects.

use super::function::{Lowering, part_types};
use crate::ir::construct::{and, compare, locals, or, select, truth, zero};
use crate::ir::{self, CompareOp, Scalar};
use crate::source::Span;
use crate::typed::Expr;
use crate::types::Type;

impl Lowering<'_> {
    pub(super) fn logical(&mut self, is_and: bool, left: &Expr, right: &Expr, expr: &Expr) -> Vec<ir::Expr> {
        let left = self.parts(left);
        let mut right_parts = Vec::new();
        let effects = self.block(|lowering| right_parts = lowering.parts(right));
        match (left.as_slice(), effects.is_empty()) {
            ([only], _) if truth(only) == Some(is_and) => {
                self.append(effects);
                right_parts
            }
            ([only], _) if truth(only) == Some(!is_and) => left,
            (_, true) if expr.ty.dtype() == Some(crate::types::DType::Bool) => {
                let combine = if is_and { and } else { or };
                left.into_iter().zip(right_parts).map(|(left, right)| combine(left, right)).collect()
            }
            (_, true) => self.chosen(is_and, left, right_parts, expr),
            (_, false) => self.branched(is_and, left, effects, right_parts, expr),
        }
    }

    /// One of two values.
    pub(super) fn conditional(
        &mut self,
        cond: &Expr,
        then: &Expr,
        otherwise: &Expr,
        expr: &Expr,
    ) -> Vec<ir::Expr> {
        let cond = self.scalar(cond);
        match truth(&cond) {
            Some(true) => return self.parts(then),
            Some(false) => return self.parts(otherwise),
            None => {}
        }
        let (mut then_parts, mut else_parts) = (Vec::new(), Vec::new());
        let mut then_effects = self.block(|lowering| then_parts = lowering.parts(then));
        let mut else_effects = self.block(|lowering| else_parts = lowering.parts(otherwise));
        let has_view = part_types(&expr.ty).iter().any(|part| matches!(part, ir::Type::View(_)));
        if then_effects.is_empty() && else_effects.is_empty() && !has_view {
            let cond = self.save(cond, Scalar::Bool, expr.span);
            let parts = then_parts.into_iter().zip(else_parts);
            return parts.map(|(then, otherwise)| select(cond.clone(), then, otherwise)).collect();
        }
        let results = self.temporaries(&expr.ty);
        then_effects.extend(self.block(|lowering| lowering.set_all(&results, then_parts, expr.span)));
        else_effects.extend(self.block(|lowering| lowering.set_all(&results, else_parts, expr.span)));
        self.branch(cond, then_effects, else_effects, expr.span);
        locals(&results)
    }

    /// One of two pure values.
    fn chosen(
        &mut self,
        is_and: bool,
        left: Vec<ir::Expr>,
        right: Vec<ir::Expr>,
        expr: &Expr,
    ) -> Vec<ir::Expr> {
        let scalars = Self::scalars_of(&expr.ty);
        let left: Vec<ir::Expr> = left
            .into_iter()
            .zip(&scalars)
            .map(|(part, scalar)| self.save(part, *scalar, expr.span))
            .collect();
        let cond = self.save(truth_of(&left, &scalars), Scalar::Bool, expr.span);
        let choose = |(left, right)| match is_and {
            true => select(cond.clone(), right, left),
            false => select(cond.clone(), left, right),
        };
        left.into_iter().zip(right).map(choose).collect()
    }

    /// The left value, or after a branch with effects the right one.
    fn branched(
        &mut self,
        is_and: bool,
        left: Vec<ir::Expr>,
        mut effects: Vec<ir::Stmt>,
        right: Vec<ir::Expr>,
        expr: &Expr,
    ) -> Vec<ir::Expr> {
        let (ty, span): (&Type, Span) = (&expr.ty, expr.span);
        let results = self.temporaries(ty);
        self.set_all(&results, left, span);
        let values = locals(&results);
        let cond = truth_of(&values, &Self::scalars_of(ty));
        effects.extend(self.block(|lowering| lowering.set_all(&results, right, span)));
        match is_and {
            true => self.branch(cond, effects, Vec::new(), span),
            false => self.branch(cond, Vec::new(), effects, span),
        }
        values
    }
}

/// Whether a number is not zero.
fn truth_of(parts: &[ir::Expr], scalars: &[Scalar]) -> ir::Expr {
    let truths = parts.iter().zip(scalars).map(|(part, scalar)| match scalar {
        Scalar::Bool => part.clone(),
        _ => compare(CompareOp::Ne, part.clone(), zero(*scalar)),
    });
    truths.reduce(or).unwrap_or_else(|| unreachable!("bug in pykernel: `and` of something without a value"))
}
