//! Walks over expressions.

use super::{Expr, ExprKind, Index, VariableId};

impl Expr {
    /// Visits the expressions that stand directly in this one.
    pub fn operands(&self, visit: &mut dyn FnMut(&Expr)) {
        match &self.kind {
            ExprKind::Unary { operand: value, .. }
            | ExprKind::IsNone { value, .. }
            | ExprKind::Attribute { value, .. } => visit(value),
            ExprKind::Binary { left, right, .. }
            | ExprKind::Compare { left, right, .. }
            | ExprKind::Logical { left, right, .. } => {
                visit(left);
                visit(right);
            }
            ExprKind::Chain { first, rest } => {
                visit(first);
                rest.iter().for_each(|(_, operand)| visit(operand));
            }
            ExprKind::Conditional { cond, then, otherwise } => {
                visit(cond);
                visit(then);
                visit(otherwise);
            }
            ExprKind::Call { callee, args, keywords } => {
                visit(callee);
                args.iter().for_each(&mut *visit);
                keywords.iter().for_each(|keyword| visit(&keyword.value));
            }
            ExprKind::Index { value, indices } => {
                visit(value);
                indices.iter().flat_map(Index::exprs).for_each(visit);
            }
            ExprKind::Tuple(items) => items.iter().for_each(visit),
            ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Imaginary(_) | ExprKind::Bool(_) => {}
            ExprKind::Text(_) | ExprKind::Table(_) | ExprKind::None | ExprKind::Refused => {}
            ExprKind::Variable(_) | ExprKind::Function(_) | ExprKind::Builtin(_) | ExprKind::Typed(_) => {}
        }
    }

    /// Visits the variables in it, once for each use.
    pub fn variables(&self, visit: &mut dyn FnMut(VariableId)) {
        if let ExprKind::Variable(variable) = self.kind {
            visit(variable);
        }
        self.operands(&mut |operand| operand.variables(visit));
    }
}
