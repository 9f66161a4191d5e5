//! Types that may be `None`: `optional(float64)`, `types.Optional(float64)`, `float | None`,
//! `Optional[float]`.

use ruff_python_ast::{Expr, ExprBinOp, ExprCall, Operator, StmtFunctionDef};
use ruff_text_size::Ranged;

use super::Reader;
use super::type_expr::Namespace;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::Signature;
use crate::types::Type;

impl Reader<'_> {
    /// `float | None`, `None | float`.
    pub(super) fn union_type(&mut self, union: &ExprBinOp, namespace: Namespace) -> Option<Type> {
        match (union.op, &*union.left, &*union.right) {
            (Operator::BitOr, Expr::NoneLiteral(_), inner)
            | (Operator::BitOr, inner, Expr::NoneLiteral(_)) => self.optional_type(inner, namespace),
            (Operator::BitOr, ..) => {
                let span = self.span(union);
                self.report(
                    Diagnostic::new(Code::UnknownType, span, "a union is of one type and `None`")
                        .help("a variable has one type: write `float | None`, or two signatures"),
                );
                None
            }
            _ => self.not_a_type(union),
        }
    }

    /// `optional(float64)`.
    pub(super) fn optional_constructor(&mut self, call: &ExprCall, namespace: Namespace) -> Option<Type> {
        match (&*call.arguments.args, &*call.arguments.keywords) {
            ([inner], []) => self.optional_type(inner, namespace),
            _ => {
                let span = self.span(call);
                self.report(
                    Diagnostic::new(Code::UnknownType, span, "`optional` takes one type")
                        .help("write `optional(float64)`"),
                );
                None
            }
        }
    }

    /// A type or `None`.
    pub(super) fn optional_type(&mut self, inner: &Expr, namespace: Namespace) -> Option<Type> {
        match self.type_expr(inner, namespace)? {
            ty @ (Type::Weak(_) | Type::Strong(_) | Type::Time(_) | Type::Array(_)) => Some(ty.optional()),
            other => {
                let span = self.span(inner.range());
                let message = format!("`{other}` cannot be optional");
                self.report(
                    Diagnostic::new(Code::UnknownType, span, message)
                        .help("numbers and arrays can: `optional(float64)`, `float | None`"),
                );
                None
            }
        }
    }

    /// Whether Rust can pass what a signature declares. A function that is not exported can take more.
    pub(super) fn is_passable(&mut self, def: &StmtFunctionDef, signature: &Signature) -> bool {
        let is_exported = !def.name.starts_with('_');
        if signature.result.as_ref().is_some_and(|ty| ty.holds(&|ty| *ty == Type::Generator)) && is_exported {
            self.report(
                Diagnostic::new(Code::BadSignature, signature.span, "a kernel cannot return a generator")
                    .help("let the caller make it, and take it as a parameter"),
            );
            return false;
        }
        let is_array = |ty: &Type| matches!(ty, Type::Optional(inner) if inner.dtype().is_none() && !matches!(**inner, Type::Time(_)));
        let mut optional = signature.params.iter().filter(|ty| ty.holds(&is_array));
        let Some(ty) = optional.next().filter(|_| is_exported) else { return true };
        let message = format!("Rust cannot pass `{ty}` in this version");
        self.report(
            Diagnostic::new(Code::BadSignature, signature.span, message)
                .help("a function whose name begins with `_` is not exported, and can take optional arrays"),
        );
        false
    }
}
