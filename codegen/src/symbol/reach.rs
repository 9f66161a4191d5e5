//! Which functions of a file a function reaches.

use std::collections::BTreeSet;

use crate::hir::{Expr, ExprKind, FunctionId, Index, Module, Stmt, StmtKind, Target};

/// A function and all that it names, directly or through others, in the order of the file.
pub fn reached(module: &Module, function: FunctionId) -> BTreeSet<FunctionId> {
    let mut reached = BTreeSet::new();
    let mut pending = vec![function];
    while let Some(id) = pending.pop() {
        if reached.insert(id) {
            let body = module.functions[id.0 as usize].body.as_deref().unwrap_or_default();
            body.iter().for_each(|stmt| in_stmt(stmt, &mut pending));
        }
    }
    reached
}

fn in_block(body: &[Stmt], found: &mut Vec<FunctionId>) {
    body.iter().for_each(|stmt| in_stmt(stmt, found));
}

fn in_stmt(stmt: &Stmt, found: &mut Vec<FunctionId>) {
    match &stmt.kind {
        StmtKind::Assign { targets, annotation: _, value } => {
            in_expr(value, found);
            targets.iter().for_each(|target| in_target(target, found));
        }
        StmtKind::Augment { target, op: _, value } => {
            in_target(target, found);
            in_expr(value, found);
        }
        StmtKind::Expr(value) => in_expr(value, found),
        StmtKind::If { cond, then, otherwise } => {
            in_expr(cond, found);
            in_block(then, found);
            in_block(otherwise, found);
        }
        StmtKind::While { cond, body, otherwise } => {
            in_expr(cond, found);
            in_block(body, found);
            in_block(otherwise, found);
        }
        StmtKind::For { target: _, iterable, body, otherwise } => {
            in_expr(iterable, found);
            in_block(body, found);
            in_block(otherwise, found);
        }
        StmtKind::Break | StmtKind::Continue => {}
        StmtKind::Return(value) => value.iter().for_each(|value| in_expr(value, found)),
        StmtKind::Raise { class: _, args } => in_exprs(args, found),
        StmtKind::Assert { cond, message } => {
            in_expr(cond, found);
            message.iter().for_each(|message| in_expr(message, found));
        }
    }
}

fn in_target(target: &Target, found: &mut Vec<FunctionId>) {
    match target {
        Target::Variable(..) => {}
        Target::Tuple(targets, _) => targets.iter().for_each(|target| in_target(target, found)),
        Target::Element { value, indices, span: _ } => {
            in_expr(value, found);
            indices.iter().flat_map(Index::exprs).for_each(|index| in_expr(index, found));
        }
    }
}

fn in_exprs(exprs: &[Expr], found: &mut Vec<FunctionId>) {
    exprs.iter().for_each(|expr| in_expr(expr, found));
}

fn in_expr(expr: &Expr, found: &mut Vec<FunctionId>) {
    match &expr.kind {
        ExprKind::Function(id) => found.push(*id),
        ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Imaginary(_) | ExprKind::Bool(_) => {}
        ExprKind::Text(_) | ExprKind::None | ExprKind::Variable(_) | ExprKind::Builtin(_) => {}
        ExprKind::Table(_) | ExprKind::Typed(_) | ExprKind::Refused => {}
        ExprKind::Tuple(items) => in_exprs(items, found),
        ExprKind::Unary { op: _, operand } => in_expr(operand, found),
        ExprKind::Binary { op: _, left, right } => in_pair(left, right, found),
        ExprKind::Compare { op: _, left, right } => in_pair(left, right, found),
        ExprKind::Logical { op: _, left, right } => in_pair(left, right, found),
        ExprKind::IsNone { value, .. } => in_expr(value, found),
        ExprKind::Chain { first, rest } => {
            in_expr(first, found);
            rest.iter().for_each(|(_, operand)| in_expr(operand, found));
        }
        ExprKind::Conditional { cond, then, otherwise } => {
            in_expr(cond, found);
            in_pair(then, otherwise, found);
        }
        ExprKind::Call { callee, args, keywords } => {
            in_expr(callee, found);
            in_exprs(args, found);
            keywords.iter().for_each(|keyword| in_expr(&keyword.value, found));
        }
        ExprKind::Attribute { value, name: _ } => in_expr(value, found),
        ExprKind::Index { value, indices } => {
            in_expr(value, found);
            indices.iter().flat_map(Index::exprs).for_each(|index| in_expr(index, found));
        }
    }
}

fn in_pair(left: &Expr, right: &Expr, found: &mut Vec<FunctionId>) {
    in_expr(left, found);
    in_expr(right, found);
}
