//! Values that may be `None`: a truth value that says whether there is one, and its parts.

use super::function::{Lowering, part_types, placeholder};
use crate::ir::construct::{boolean, select};
use crate::ir::{self, Purpose, Scalar};
use crate::source::Span;
use crate::typed::{Expr, Raise};
use crate::types::Type;

impl Lowering<'_> {
    /// An optional value. What stands in the place of an absent one is never looked at.
    pub(super) fn optional(&mut self, value: Option<&Expr>, ty: &Type) -> Vec<ir::Expr> {
        let mut parts = vec![boolean(value.is_some())];
        match value {
            Some(value) => parts.extend(self.parts(value)),
            None => parts.extend(part_types(ty).into_iter().skip(1).map(placeholder)),
        }
        parts
    }

    /// A value of another type as one of type `optional(wanted)`. What is in an absent one may not be
    /// converted, which can raise.
    pub(super) fn as_optional(
        &mut self,
        parts: Vec<ir::Expr>,
        from: &Type,
        wanted: &Type,
        span: Span,
    ) -> Vec<ir::Expr> {
        let mut parts = parts.into_iter();
        let (present, parts): (ir::Expr, Vec<ir::Expr>) = match from {
            Type::None => return self.optional(None, &wanted.clone().optional()),
            Type::Optional(_) => (parts.next().unwrap_or(boolean(true)), parts.collect()),
            _ => (boolean(true), parts.collect()),
        };
        let given = from.present().unwrap_or(wanted);
        if given == wanted {
            return [present].into_iter().chain(parts).collect();
        }
        let present = self.save(present, Scalar::Bool, span);
        let types = part_types(given).into_iter().zip(parts);
        let parts = types.map(|(ty, part)| match ty {
            ir::Type::Scalar(_) => select(present.clone(), part, placeholder(ty)),
            ir::Type::Lanes(_) | ir::Type::View(_) | ir::Type::Owner => part,
        });
        let parts = parts.collect();
        let converted = self.converted(parts, given, wanted, span);
        [present].into_iter().chain(converted).collect()
    }

    /// A value, after a check.
    pub(super) fn checked_value(
        &mut self,
        cond: &Expr,
        raise: &Raise,
        value: &Expr,
        span: Span,
    ) -> Vec<ir::Expr> {
        let cond = self.scalar(cond);
        let raise = self.raise(raise, span);
        self.check(cond, raise, Purpose::Semantics, span);
        self.parts(value)
    }
}
