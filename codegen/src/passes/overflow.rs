//! Drops the checks for overflow of Python's `int`, in builds that let it wrap.
//!
//! After: no `Check` of [`Purpose::Overflow`] is left.

use crate::ir::{Module, Purpose, Stmt, StmtKind};

/// Runs the pass.
pub fn run(module: &mut Module) {
    for function in &mut module.functions {
        drop_checks(&mut function.body);
    }
}

fn drop_checks(body: &mut Vec<Stmt>) {
    body.retain(|stmt| !matches!(stmt.kind, StmtKind::Check { purpose: Purpose::Overflow, .. }));
    for stmt in body {
        stmt.kind.bodies_mut().for_each(drop_checks);
    }
}
