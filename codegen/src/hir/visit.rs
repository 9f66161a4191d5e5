//! Walks over statements and expressions.

use super::{Expr, ExprKind, Index, Stmt, StmtKind, Target, VariableId};

/// Visits every expression of a body, each before its operands.
pub fn walk_exprs(body: &[Stmt], visit: &mut dyn FnMut(&Expr)) {
    body.iter().for_each(|stmt| in_stmt(stmt, visit));
}

fn in_stmt(stmt: &Stmt, visit: &mut dyn FnMut(&Expr)) {
    match &stmt.kind {
        StmtKind::Assign { targets, annotation: _, value } => {
            value.walk(visit);
            targets.iter().for_each(|target| in_target(target, visit));
        }
        StmtKind::Augment { target, op: _, value } => {
            in_target(target, visit);
            value.walk(visit);
        }
        StmtKind::Expr(value) => value.walk(visit),
        StmtKind::If { cond: first, then: body, otherwise }
        | StmtKind::While { cond: first, body, otherwise }
        | StmtKind::For { target: _, iterable: first, body, otherwise } => {
            first.walk(visit);
            walk_exprs(body, visit);
            walk_exprs(otherwise, visit);
        }
        StmtKind::Break | StmtKind::Continue => {}
        StmtKind::Return(value) => value.iter().for_each(|value| value.walk(visit)),
        StmtKind::Raise { class: _, args } => args.iter().for_each(|arg| arg.walk(visit)),
        StmtKind::Assert { cond, message } => {
            cond.walk(visit);
            message.iter().for_each(|message| message.walk(visit));
        }
    }
}

fn in_target(target: &Target, visit: &mut dyn FnMut(&Expr)) {
    match target {
        Target::Variable(..) => {}
        Target::Tuple(targets, _) => targets.iter().for_each(|target| in_target(target, visit)),
        Target::Element { value, indices, span: _ } => {
            value.walk(visit);
            indices.iter().flat_map(Index::exprs).for_each(|index| index.walk(visit));
        }
    }
}

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
            ExprKind::DType(_) => {}
            ExprKind::Variable(_) | ExprKind::Function(_) | ExprKind::Builtin(_) | ExprKind::Typed(_) => {}
        }
    }

    /// Visits it and all that stands in it, each before its operands.
    pub fn walk(&self, visit: &mut dyn FnMut(&Expr)) {
        visit(self);
        self.operands(&mut |operand| operand.walk(visit));
    }

    /// Visits the variables in it, once for each use.
    pub fn variables(&self, visit: &mut dyn FnMut(VariableId)) {
        self.walk(&mut |expr| {
            if let ExprKind::Variable(variable) = expr.kind {
                visit(variable);
            }
        });
    }
}
