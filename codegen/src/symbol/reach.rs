//! Which functions of a file a function reaches.

use std::collections::BTreeSet;

use crate::hir::{ExprKind, FunctionId, Module, visit};

/// A function and all that it names, directly or through others, in the order of the file.
pub fn reached(module: &Module, function: FunctionId) -> BTreeSet<FunctionId> {
    let mut reached = BTreeSet::new();
    let mut pending = vec![function];
    while let Some(id) = pending.pop() {
        if reached.insert(id) {
            let body = module.functions[id.0 as usize].body.as_deref().unwrap_or_default();
            visit::walk_exprs(body, &mut |expr| {
                if let ExprKind::Function(named) = expr.kind {
                    pending.push(named);
                }
            });
        }
    }
    reached
}
