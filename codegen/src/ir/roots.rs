//! Which parameters the views of a function come from.

use std::collections::BTreeSet;

use super::{Expr, Function, LocalId, Module, StmtKind, Type, visit};

/// For each local, the positions of the parameters that a view in it may come from; none for other
/// locals, and for what a function makes itself. Of the functions that it calls, the effects say
/// what they return.
pub fn of_views(function: &Function, module: &Module) -> Vec<BTreeSet<usize>> {
    let mut roots = vec![BTreeSet::new(); function.locals.len()];
    for (position, param) in function.params.iter().enumerate() {
        if is_view(function, *param) {
            roots[param.0 as usize].insert(position);
        }
    }
    let copies = copies(function, module);
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

fn is_view(function: &Function, local: LocalId) -> bool {
    matches!(function.ty(local), Type::View(_))
}

/// The views that may be set to what others are, each with one of these.
fn copies(function: &Function, module: &Module) -> Vec<(LocalId, LocalId)> {
    let mut copies = Vec::new();
    visit::walk(&function.body, &mut |stmt| match &stmt.kind {
        StmtKind::Assign { local, value } if is_view(function, *local) => {
            sources(value, &mut |source| copies.push((*local, source)));
        }
        StmtKind::Call { results, function: callee, args, .. } => {
            let returned =
                args.iter().zip(&module[*callee].effects.returned).filter(|(_, returned)| **returned);
            for (arg, _) in returned {
                let views = results.iter().filter(|result| is_view(function, **result));
                views.for_each(|result| sources(arg, &mut |source| copies.push((*result, source))));
            }
        }
        _ => {}
    });
    copies
}

/// Visits the views that an expression of a view type may be.
fn sources(expr: &Expr, visit: &mut dyn FnMut(LocalId)) {
    match expr {
        Expr::Local(local) => visit(*local),
        Expr::Select { then, otherwise, .. } => {
            sources(then, visit);
            sources(otherwise, visit);
        }
        _ => {}
    }
}
