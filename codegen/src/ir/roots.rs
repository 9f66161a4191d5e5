//! Which parameters the views of a function come from.

use std::collections::BTreeSet;

use super::{Expr, Function, LocalId, StmtKind, Type, visit};

/// For each local, the positions of the parameters that a view in it may come from; none for a
/// scalar.
pub fn of_views(function: &Function) -> Vec<BTreeSet<usize>> {
    let mut roots = vec![BTreeSet::new(); function.locals.len()];
    for (position, param) in function.params.iter().enumerate() {
        if matches!(function.ty(*param), Type::View(_)) {
            roots[param.0 as usize].insert(position);
        }
    }
    let mut copies: Vec<(LocalId, LocalId)> = Vec::new();
    visit::walk(&function.body, &mut |stmt| {
        if let StmtKind::Assign { local, value } = &stmt.kind
            && matches!(function.ty(*local), Type::View(_))
        {
            sources(value, &mut |source| copies.push((*local, source)));
        }
    });
    let mut grew = true;
    while grew {
        grew = false;
        for (to, from) in &copies {
            let source = roots[from.0 as usize].clone();
            let target = &mut roots[to.0 as usize];
            let before = target.len();
            target.extend(source);
            grew |= target.len() != before;
        }
    }
    roots
}

/// Visits the views that an expression of a view type may be.
fn sources(expr: &Expr, visit: &mut dyn FnMut(LocalId)) {
    match expr {
        Expr::Local(local) => visit(*local),
        Expr::Select { then, otherwise, .. } => {
            sources(then, visit);
            sources(otherwise, visit);
        }
        _ => expr.view().into_iter().for_each(visit),
    }
}
