//! Drops the locals that are not mentioned any more, and numbers the others anew, in their order.

use crate::ir::{Expr, Function, LocalId, visit};

/// Runs the step.
pub fn run(function: &mut Function) {
    let mut used = vec![false; function.locals.len()];
    let mut mark = |local: LocalId| used[local.0 as usize] = true;
    function.params.iter().chain(&function.results).chain(&function.status).copied().for_each(&mut mark);
    visit::walk(&function.body, &mut |stmt| {
        stmt.kind.read(&mut mark);
        stmt.kind.assigned(&mut mark);
    });
    if used.iter().all(|used| *used) {
        return;
    }
    let mut next = 0;
    let numbers = used.iter().map(|used| {
        next += u32::from(*used);
        LocalId(next.saturating_sub(1))
    });
    let numbers: Vec<LocalId> = numbers.collect();
    let mut kept = used.iter();
    function.locals.retain(|_| kept.next() == Some(&true));
    renumber(function, &numbers);
}

fn renumber(function: &mut Function, numbers: &[LocalId]) {
    let number = |local: &mut LocalId| *local = numbers[local.0 as usize];
    function.params.iter_mut().chain(&mut function.results).chain(&mut function.status).for_each(number);
    visit::walk_mut(&mut function.body, &mut |stmt| {
        stmt.kind.exprs_mut(&mut |expr| renumber_expr(expr, &number));
        stmt.kind.assigned_mut(&mut |local| number(local));
        stmt.kind.view_mut().into_iter().for_each(number);
    });
}

fn renumber_expr(expr: &mut Expr, number: &dyn Fn(&mut LocalId)) {
    if let Expr::Local(local) = expr {
        number(local);
    }
    expr.view_mut().into_iter().for_each(number);
    expr.operands_mut(&mut |operand| renumber_expr(operand, number));
}
