//! Dropping locals of a function: the others are numbered anew, in their order.

use super::{Expr, Function, LocalId, visit};

/// Keeps some of the locals, among them all that are mentioned.
pub fn retain(function: &mut Function, kept: &[bool]) {
    if kept.iter().all(|kept| *kept) {
        return;
    }
    let mut next = 0;
    let numbers = kept.iter().map(|kept| {
        next += u32::from(*kept);
        LocalId(next.saturating_sub(1))
    });
    let numbers: Vec<LocalId> = numbers.collect();
    let mut kept = kept.iter();
    function.locals.retain(|_| kept.next() == Some(&true));
    renumber(function, &numbers);
}

fn renumber(function: &mut Function, numbers: &[LocalId]) {
    let number = |local: &mut LocalId| *local = numbers[local.0 as usize];
    function.params.iter_mut().chain(&mut function.results).chain(&mut function.status).for_each(number);
    visit::walk_mut(&mut function.body, &mut |stmt| {
        stmt.kind.exprs_mut(&mut |expr| renumber_expr(expr, &number));
        stmt.kind.assigned_mut(&mut |local| number(local));
        stmt.kind.used_mut().into_iter().for_each(number);
    });
}

fn renumber_expr(expr: &mut Expr, number: &dyn Fn(&mut LocalId)) {
    if let Expr::Local(local) = expr {
        number(local);
    }
    expr.views_mut().for_each(number);
    expr.operands_mut(&mut |operand| renumber_expr(operand, number));
}
