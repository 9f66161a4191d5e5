//! Values that may be `None`: a truth value that says whether there is one, and its parts.

use super::construct::boolean;
use super::function::{Lowering, part_types, placeholder};
use crate::ir::{self, Purpose};
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
