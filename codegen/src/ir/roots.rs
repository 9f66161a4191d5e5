//! Which parameters the views of a function come from.

use std::collections::BTreeSet;

use super::{Expr, Function, LocalId, Module, StmtKind, Type, visit};

/// The positions of parameters.
pub type Roots = BTreeSet<usize>;

/// For each local, the positions of the parameters that a view in it may be a part of; none for a
/// scalar. What calls give is a part of the arguments that the callees' effects name.
pub fn of_views(module: &Module, function: &Function) -> Vec<Roots> {
    let mut roots = vec![Roots::new(); function.locals.len()];
    for (position, param) in function.params.iter().enumerate() {
        if matches!(function.ty(*param), Type::View(_)) {
            roots[param.0 as usize].insert(position);
        }
    }
    let parts = parts(module, function);
    let mut grew = true;
    while grew {
        grew = false;
        for (part, whole) in &parts {
            let source = roots[whole.0 as usize].clone();
            let target = &mut roots[part.0 as usize];
            let before = target.len();
            target.extend(source);
            grew |= target.len() != before;
        }
    }
    roots
}

/// The locals that may be assigned a part of a view in another one, with that one.
fn parts(module: &Module, function: &Function) -> Vec<(LocalId, LocalId)> {
    let is_view = |local: LocalId| matches!(function.ty(local), Type::View(_));
    let mut parts = Vec::new();
    visit::walk(&function.body, &mut |stmt| match &stmt.kind {
        StmtKind::Assign { local, value } if is_view(*local) => {
            sources(value, &mut |source| parts.push((*local, source)));
        }
        StmtKind::Call { results, function, args, .. } => {
            for (result, roots) in results.iter().zip(&module[*function].effects.results) {
                for root in roots {
                    sources(&args[*root], &mut |source| parts.push((*result, source)));
                }
            }
        }
        _ => {}
    });
    parts
}

/// Visits the views that an expression of a view type may be a part of.
fn sources(expr: &Expr, visit: &mut dyn FnMut(LocalId)) {
    match expr {
        Expr::Local(local) => visit(*local),
        _ => expr.view().into_iter().for_each(visit),
    }
}
