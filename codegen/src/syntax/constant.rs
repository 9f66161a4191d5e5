//! Constants of the module level: `N = 100`, `TAU = 2 * math.pi`.
//!
//! A constant is kept as the expression that computes it, and stands in place of each use: so it
//! has the same type and value as if it were written there.

use ruff_python_ast::Expr;

use super::function::Scope;
use super::names::Binding;
use super::{Reader, unsupported};
use crate::builtin;
use crate::hir::{self, ExprKind};
use crate::source::Span;

/// How large a constant's expression may be: one constant may use another often.
const MAX_SIZE: usize = 64;

/// A value of the module level.
#[derive(Clone, Debug)]
pub(super) struct Constant(hir::Expr);

impl Constant {
    pub(super) const fn new(value: hir::Expr) -> Constant {
        Constant(value)
    }

    /// The constant's expression where a use stands.
    pub(super) fn at(&self, span: Span) -> ExprKind {
        let mut expr = self.0.clone();
        place(&mut expr, span);
        expr.kind
    }
}

impl Reader<'_> {
    /// Binds a constant, or another name for something.
    pub(super) fn assignment(&mut self, targets: &[Expr], value: &Expr, span: Span) {
        let [Expr::Name(name)] = targets else {
            return self.report(unsupported(
                "this assignment outside a function",
                span,
                "give each constant its own line: `N = 100`",
            ));
        };
        let binding = self.alias(value).or_else(|| self.table(value));
        let binding = binding.unwrap_or_else(|| self.constant(value));
        let name = ruff_python_ast::Identifier::new(name.id.clone(), name.range);
        self.bind_name(&name, binding);
    }

    fn constant(&mut self, value: &Expr) -> Binding {
        let mut scope = Scope::new(self);
        let constant = scope.expr(value);
        match (scope.refused, is_constant(&constant)) {
            (true, _) => Binding::Refused,
            (false, true) => Binding::Constant(Constant(constant)),
            (false, false) => {
                let place = self.span(value);
                self.report(unsupported(
                    "this constant",
                    place,
                    "constants are short computations on literals, `math.pi` and its like, and other constants",
                ));
                Binding::Refused
            }
        }
    }
}

/// Whether an expression can be a constant.
pub(super) fn is_constant(expr: &hir::Expr) -> bool {
    size(expr).is_some_and(|size| size <= MAX_SIZE)
}

/// How many nodes an expression has; `None` if it is not one that constants can have.
fn size(expr: &hir::Expr) -> Option<usize> {
    let all = |exprs: &[&hir::Expr]| exprs.iter().map(|expr| size(expr)).sum::<Option<usize>>();
    let inner = match &expr.kind {
        ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Imaginary(_)
        | ExprKind::Bool(_)
        | ExprKind::Text(_)
        | ExprKind::Table(_)
        | ExprKind::DType(_)
        | ExprKind::None => 0,
        ExprKind::Builtin(name) if builtin::constant(name).is_some() => 0,
        ExprKind::Tuple(items) => all(&items.iter().collect::<Vec<_>>())?,
        ExprKind::Unary { operand, .. } => size(operand)?,
        ExprKind::Binary { left, right, .. } => all(&[left, right])?,
        ExprKind::Call { callee, args, keywords } if keywords.is_empty() && is_pure(callee) => {
            all(&args.iter().collect::<Vec<_>>())?
        }
        ExprKind::Call { .. } | ExprKind::Builtin(_) | ExprKind::Function(_) | ExprKind::Variable(_) => {
            return None;
        }
        ExprKind::Compare { .. } | ExprKind::Chain { .. } | ExprKind::Logical { .. } => return None,
        ExprKind::Conditional { .. } | ExprKind::IsNone { .. } => return None,
        ExprKind::Typed(_) | ExprKind::Refused => return None,
        ExprKind::Attribute { .. } | ExprKind::Index { .. } => return None,
    };
    Some(inner + 1)
}

/// Whether a call converts to a number type, or is one of `math`.
fn is_pure(callee: &hir::Expr) -> bool {
    match &callee.kind {
        ExprKind::Builtin(name) => builtin::find(name).is_some_and(|row| {
            let converts = matches!(row.rule, builtin::Rule::Construct | builtin::Rule::Complex);
            converts || name.starts_with("math.")
        }),
        _ => false,
    }
}

/// Moves an expression of a constant to another place.
fn place(expr: &mut hir::Expr, span: Span) {
    expr.span = span;
    match &mut expr.kind {
        ExprKind::Tuple(items) => items.iter_mut().for_each(|item| place(item, span)),
        ExprKind::Unary { operand, .. } => place(operand, span),
        ExprKind::Binary { left, right, .. } => {
            place(left, span);
            place(right, span);
        }
        ExprKind::Call { callee, args, .. } => {
            place(callee, span);
            args.iter_mut().for_each(|arg| place(arg, span));
        }
        ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Imaginary(_)
        | ExprKind::Bool(_)
        | ExprKind::Text(_)
        | ExprKind::DType(_)
        | ExprKind::Table(_) => {}
        ExprKind::Builtin(_) | ExprKind::Function(_) | ExprKind::Variable(_) | ExprKind::None => {}
        ExprKind::Compare { .. } | ExprKind::Chain { .. } | ExprKind::Logical { .. } => {}
        ExprKind::Conditional { .. } | ExprKind::IsNone { .. } => {}
        ExprKind::Typed(_) | ExprKind::Refused => {}
        ExprKind::Attribute { .. } | ExprKind::Index { .. } => {}
    }
}
