//! Inner loops that each iteration may begin or end elsewhere: they become `Loop`s, which a lane leaves
//! when its own counter has come to its own bound.

use super::survey::Survey;
use crate::ir::construct::{binary, compare, int, unary};
use crate::ir::{BinaryOp, CompareOp, Expr, Local, LocalId, Scalar, Stmt, StmtKind, Type, UnaryOp};

/// A body without such loops that count by 1 or -1; and the locals that it has more.
pub(super) fn written_out(body: &[Stmt], survey: &Survey, n_locals: usize) -> (Vec<Stmt>, Vec<Local>) {
    let mut locals = Vec::new();
    let mut body = body.to_vec();
    rewrite(&mut body, survey, n_locals, &mut locals);
    (body, locals)
}

fn rewrite(body: &mut [Stmt], survey: &Survey, n_locals: usize, locals: &mut Vec<Local>) {
    for stmt in body {
        stmt.kind.bodies_mut().for_each(|inner| rewrite(inner, survey, n_locals, locals));
        let StmtKind::For { lo, hi, step: 1 | -1, .. } = &stmt.kind else { continue };
        if survey.is_invariant(lo) && survey.is_invariant(hi) {
            continue;
        }
        let mut add = |name: &str| {
            locals.push(Local { name: name.into(), ty: Type::Scalar(Scalar::I64) });
            LocalId((n_locals + locals.len() - 1) as u32)
        };
        let [counter, bound] = ["counter", "bound"].map(&mut add);
        write_out(stmt, counter, bound);
    }
}

/// Writes out one loop: a block that sets the counter and runs the loop.
fn write_out(stmt: &mut Stmt, counter: LocalId, bound: LocalId) {
    let span = stmt.span;
    let new = |kind| Stmt { kind, span };
    let assign = |local, value| new(StmtKind::Assign { local, value });
    let StmtKind::For { label, var, lo, hi, step, body, .. } = &mut stmt.kind else { return };
    let order = if *step > 0 { CompareOp::Lt } else { CompareOp::Gt };
    let inside = compare(order, Expr::Local(counter), Expr::Local(bound));
    let mut round = vec![new(StmtKind::If {
        cond: unary(UnaryOp::Not, inside),
        then: vec![new(StmtKind::Exit(*label))],
        otherwise: Vec::new(),
    })];
    rename(body, *var, counter);
    round.append(body);
    round.push(assign(counter, binary(BinaryOp::Add, Expr::Local(counter), int(*step))));
    let sets = [assign(counter, lo.clone()), assign(bound, hi.clone())];
    let repeat = new(StmtKind::Loop { label: *label, body: round });
    // An `If` that always holds keeps the three together.
    let then = sets.into_iter().chain([repeat]).collect();
    stmt.kind = StmtKind::If { cond: crate::ir::construct::boolean(true), then, otherwise: Vec::new() };
}

fn rename(body: &mut [Stmt], from: LocalId, to: LocalId) {
    crate::ir::visit::walk_mut(body, &mut |stmt| stmt.kind.exprs_mut(&mut |expr| rename_in(expr, from, to)));
}

fn rename_in(expr: &mut Expr, from: LocalId, to: LocalId) {
    match expr {
        Expr::Local(local) if *local == from => *local = to,
        _ => expr.operands_mut(&mut |operand| rename_in(operand, from, to)),
    }
}
