//! Decides where arrays cannot overlap.
//!
//! Before: anything that the verifier accepts. After: an `Overlap` is false of views that cannot have
//! a root in common, if one of them can only be what the function has made, or if only Rust calls the
//! function, whose arguments do not overlap where one is written.

use std::collections::BTreeSet;

use super::calls::Calls;
use crate::ir::roots::{self, Maker};
use crate::ir::{Const, Expr, FunctionId, LocalId, Module, visit};

/// Runs the pass.
pub fn run(module: &mut Module) {
    let calls = Calls::of(module);
    let ids = (0..module.functions.len()).map(|id| FunctionId(id as u32));
    let called: BTreeSet<FunctionId> = ids.clone().flat_map(|id| calls.callees(id).to_vec()).collect();
    for id in ids {
        let roots = Roots {
            params: roots::of_views(&module[id], module),
            makers: roots::makers(&module[id], module),
            only_rust_calls: !called.contains(&id),
        };
        visit::walk_mut(&mut module[id].body, &mut |stmt| {
            stmt.kind.exprs_mut(&mut |expr| decide(expr, &roots));
        });
    }
}

/// Where the views of a function come from.
struct Roots {
    /// The parameters.
    params: Vec<BTreeSet<usize>>,
    /// Who may have made it.
    makers: Vec<BTreeSet<Maker>>,
    only_rust_calls: bool,
}

impl Roots {
    fn are_apart(&self, a: LocalId, b: LocalId) -> bool {
        let [a, b] = [a, b].map(|view| view.0 as usize);
        // What threads share may be what the caller shares too.
        let is_new =
            |view: usize| self.params[view].is_empty() && !self.makers[view].contains(&Maker::Shared);
        self.params[a].is_disjoint(&self.params[b])
            && self.makers[a].is_disjoint(&self.makers[b])
            && (is_new(a) || is_new(b) || self.only_rust_calls)
    }
}

fn decide(expr: &mut Expr, roots: &Roots) {
    match expr {
        Expr::Overlap { written, read } if roots.are_apart(*written, *read) => {
            *expr = Expr::Const(Const::Bool(false));
        }
        _ => expr.operands_mut(&mut |operand| decide(operand, roots)),
    }
}
