//! Which parameters the views of a function come from.

use std::collections::BTreeSet;

use super::threads::Space;
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
    spread(&parts(function, module), &mut roots);
    roots
}

/// What makes a view that is no parameter's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Maker {
    /// The function, from its frame or the host's memory, for this local: what it makes for two is apart.
    Own(LocalId),
    /// The function, from memory that others find too: that threads share, or a thread's for random numbers.
    Shared,
    /// A function that it calls.
    Callee,
}

/// For each local, who may have made what a view in it is a part of.
pub fn makers(function: &Function, module: &Module) -> Vec<BTreeSet<Maker>> {
    let mut made = vec![BTreeSet::new(); function.locals.len()];
    let mut note = |local: LocalId, maker| {
        if is_view(function, local) {
            made[local.0 as usize].insert(maker);
        }
    };
    visit::walk(&function.body, &mut |stmt| match &stmt.kind {
        StmtKind::Reserve { view, space, .. } if *space != Space::Frame => note(*view, Maker::Shared),
        StmtKind::Allocate { view, .. } | StmtKind::Reserve { view, .. } => {
            note(*view, Maker::Own(*view));
        }
        StmtKind::Call { results, .. } => {
            results.iter().for_each(|result| note(*result, Maker::Callee));
        }
        _ => {}
    });
    spread(&parts(function, module), &mut made);
    made
}

/// For each local, the constant arrays that a view in it may be a part of: whether a GPU keeps them in constant memory.
pub fn tables(function: &Function, module: &Module) -> Vec<BTreeSet<bool>> {
    let mut tables = vec![BTreeSet::new(); function.locals.len()];
    visit::walk(&function.body, &mut |stmt| {
        if let StmtKind::Assign { local, value: Expr::Table { cached, .. } } = &stmt.kind {
            tables[local.0 as usize].insert(*cached);
        }
    });
    spread(&parts(function, module), &mut tables);
    tables
}

/// Adds the roots of each view to those of its parts.
fn spread<T: Copy + Ord>(parts: &[(LocalId, LocalId)], roots: &mut [BTreeSet<T>]) {
    let mut grew = true;
    while grew {
        grew = false;
        for (part, whole) in parts {
            let source = roots[whole.0 as usize].clone();
            let target = &mut roots[part.0 as usize];
            let before = target.len();
            target.extend(source);
            grew |= target.len() != before;
        }
    }
}

fn is_view(function: &Function, local: LocalId) -> bool {
    matches!(function.ty(local), Type::View(_))
}

/// The views that may be set to parts of others, each with one of these.
fn parts(function: &Function, module: &Module) -> Vec<(LocalId, LocalId)> {
    let mut parts = Vec::new();
    visit::walk(&function.body, &mut |stmt| match &stmt.kind {
        StmtKind::Assign { local, value } if is_view(function, *local) => {
            sources(value, &mut |source| parts.push((*local, source)));
        }
        StmtKind::Call { results, function: callee, args, .. } => {
            let returned =
                args.iter().zip(&module[*callee].effects.returned).filter(|(_, returned)| **returned);
            for (arg, _) in returned {
                let views = results.iter().filter(|result| is_view(function, **result));
                views.for_each(|result| sources(arg, &mut |source| parts.push((*result, source))));
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
        _ => expr.views().for_each(visit),
    }
}
