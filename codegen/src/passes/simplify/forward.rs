//! Puts an expression where it is used, if that is once, in the next statement: what follows then
//! sees all of it. Both come from one statement of Python, so that a debugger loses no line.

use super::assignments;
use crate::ir::{Expr, Function, LocalId, Stmt, StmtKind};
use crate::source::Span;

/// The nodes beyond which an expression is left where it stands: with every step it may become
/// deeper, and passes walk expressions by recursion.
const LARGEST: usize = 24;

/// Runs the step; says whether it changed something.
pub fn run(function: &mut Function) -> bool {
    let params = &function.params;
    let once = assignments(function).into_iter().zip(super::reads(function));
    let mut temporaries: Vec<bool> = once.map(|once| once == (1, 1)).collect();
    for local in params.iter().chain(&function.results).chain(&function.status) {
        temporaries[local.0 as usize] = false;
    }
    let mut changed = false;
    forward(&mut function.body, &temporaries, &mut changed);
    changed
}

/// Forwards into the statements of a body; `temporaries` says which locals are assigned and read
/// just once.
fn forward(body: &mut Vec<Stmt>, temporaries: &[bool], changed: &mut bool) {
    let stmts = std::mem::take(body);
    for mut stmt in stmts {
        while let Some((local, value, span)) = last_temporary(body, temporaries) {
            let is_part = span.contains(stmt.span) || stmt.span.contains(span);
            if !is_part || !take(&mut stmt.kind, local, value) {
                break;
            }
            body.pop();
            *changed = true;
        }
        stmt.kind.bodies_mut().for_each(|inner| forward(inner, temporaries, changed));
        body.push(stmt);
    }
}

/// The assignment that stands last and where it does, if it is one of a temporary.
fn last_temporary<'a>(body: &'a [Stmt], temporaries: &[bool]) -> Option<(LocalId, &'a Expr, Span)> {
    let Stmt { kind: StmtKind::Assign { local, value }, span } = body.last()? else { return None };
    (temporaries[local.0 as usize] && value.size() <= LARGEST).then_some((*local, value, *span))
}

/// Puts a value where a statement's own expressions read a local; says whether they do.
fn take(stmt: &mut StmtKind, local: LocalId, value: &Expr) -> bool {
    let mut taken = false;
    stmt.exprs_mut(&mut |expr| taken |= put(expr, local, value));
    taken
}

fn put(expr: &mut Expr, local: LocalId, value: &Expr) -> bool {
    if *expr == Expr::Local(local) {
        *expr = value.clone();
        return true;
    }
    let mut taken = false;
    expr.operands_mut(&mut |operand| taken |= put(operand, local, value));
    taken
}
