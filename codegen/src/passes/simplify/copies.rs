//! Reads through copies: where a local is assigned once, a constant or a local that is itself
//! assigned once, its uses use that instead.
//!
//! The copy stands before each of its uses on every path, and the original before the copy, so
//! the original cannot have been assigned anew between a copy and its use without the copy being
//! executed again. Only the counter of a `For` ends with its loop: outside, copies of it stay.

use std::collections::BTreeMap;

use crate::ir::{Expr, Function, LocalId, Stmt, StmtKind, visit};

/// Runs the step; says whether it changed something.
pub fn run(function: &mut Function) -> bool {
    let mut copies = Copies {
        assignments: assignments(function),
        known: BTreeMap::new(),
        ended: vec![false; function.locals.len()],
        changed: false,
    };
    copies.body(&mut function.body);
    copies.changed
}

/// How often each local is assigned; a parameter once by the caller.
pub fn assignments(function: &Function) -> Vec<u32> {
    let mut counts = vec![0; function.locals.len()];
    for param in &function.params {
        counts[param.0 as usize] += 1;
    }
    visit::walk(&function.body, &mut |stmt| {
        stmt.kind.assigned(&mut |local| counts[local.0 as usize] += 1);
    });
    counts
}

struct Copies {
    assignments: Vec<u32>,
    /// The constant or the local that a local is a copy of.
    known: BTreeMap<LocalId, Expr>,
    /// For the counters of loops: whether the loop is left behind.
    ended: Vec<bool>,
    changed: bool,
}

impl Copies {
    fn body(&mut self, body: &mut [Stmt]) {
        for Stmt { kind, .. } in body {
            kind.exprs_mut(&mut |expr| self.expr(expr));
            if let Some(view) = kind.used_mut() {
                self.view(view);
            }
            if let StmtKind::Assign { local, value } = kind {
                self.learn(*local, value);
            }
            kind.bodies_mut().for_each(|inner| self.body(inner));
            if let StmtKind::For { var, .. } = kind {
                self.ended[var.0 as usize] = true;
            }
        }
    }

    fn learn(&mut self, local: LocalId, value: &Expr) {
        let lasting = match value {
            Expr::Const(_) | Expr::Unowned => true,
            Expr::Local(original) => self.is_assigned_once(*original) && *original != local,
            _ => false,
        };
        if lasting && self.is_assigned_once(local) {
            self.known.insert(local, value.clone());
        }
    }

    fn is_assigned_once(&self, local: LocalId) -> bool {
        self.assignments[local.0 as usize] == 1
    }

    fn original(&self, local: LocalId) -> Option<&Expr> {
        let original = self.known.get(&local)?;
        match original {
            Expr::Local(counter) if self.ended[counter.0 as usize] => None,
            _ => Some(original),
        }
    }

    fn view(&mut self, view: &mut LocalId) {
        if let Some(Expr::Local(original)) = self.original(*view) {
            *view = *original;
            self.changed = true;
        }
    }

    fn expr(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Local(local) => {
                if let Some(original) = self.original(*local) {
                    *expr = original.clone();
                    self.changed = true;
                }
            }
            Expr::Dim { view, .. } => self.view(view),
            _ => expr.operands_mut(&mut |operand| self.expr(operand)),
        }
    }
}
