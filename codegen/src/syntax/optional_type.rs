//! The types of what may be `None`: `optional(float64)`, `Optional[float]`, `float | None`.

use ruff_python_ast::{Expr, ExprBinOp, ExprCall, Operator};

use super::Reader;
use super::type_expr::Namespace;
use crate::diagnostic::{Code, Diagnostic};
use crate::types::Type;

impl Reader<'_> {
    /// `optional(float64)`.
    pub(super) fn optional_constructor(&mut self, call: &ExprCall, namespace: Namespace) -> Option<Type> {
        match &*call.arguments.args {
            [inner] if call.arguments.keywords.is_empty() => self.optional_type(inner, namespace),
            _ => self.bad_optional(&call.func),
        }
    }

    /// `float | None`.
    pub(super) fn union_type(&mut self, union: &ExprBinOp, namespace: Namespace) -> Option<Type> {
        match (&*union.left, union.op, &*union.right) {
            (inner, Operator::BitOr, Expr::NoneLiteral(_))
            | (Expr::NoneLiteral(_), Operator::BitOr, inner) => self.optional_type(inner, namespace),
            (place, ..) => self.bad_optional(place),
        }
    }

    /// What may be `None` and is otherwise of a type.
    pub(super) fn optional_type(&mut self, inner: &Expr, namespace: Namespace) -> Option<Type> {
        match self.type_expr(inner, namespace)? {
            number @ (Type::Weak(_) | Type::Strong(_)) => Some(number.optional()),
            _ => self.bad_optional(inner),
        }
    }

    fn bad_optional<T>(&mut self, place: &Expr) -> Option<T> {
        let span = self.span(place);
        self.report(
            Diagnostic::new(Code::UnknownType, span, "in a signature a number or `None` can be optional")
                .help("write `optional(float64)`, `Optional[float]` or `float | None`"),
        );
        None
    }
}
