//! Makes the counting of owners explicit.
//!
//! Before: an owner is a value (see [`crate::ir`], Memory). After: an `Assign` of one only copies an
//! address. What an owner local refers to is counted: `Retain` before it is assigned from another,
//! `Release` before it is assigned anew, and at the one end of the function, to which every exit
//! now leads. Arguments are borrowed, so that a parameter counts only if it is assigned; results
//! are moved out.

use super::effects;
use super::simplify::assignments;
use crate::ir::{Expr, Function, Label, LocalId, Module, Stmt, StmtKind, Type};
use crate::source::Span;

/// Runs the pass.
pub fn run(module: &mut Module) {
    let mut changed = false;
    for function in &mut module.functions {
        let counts = function.locals.iter().any(|local| local.ty == Type::Owner);
        if counts && function.external.is_none() {
            rewrite(function);
            changed = true;
        }
    }
    if changed {
        effects::analyse(module);
    }
}

fn rewrite(function: &mut Function) {
    let owners: Vec<LocalId> = (0..function.locals.len() as u32).map(LocalId).collect();
    let owners = owners.into_iter().filter(|local| function.ty(*local) == Type::Owner);
    let assignments = assignments(function);
    let assigned = |local: &LocalId| assignments[local.0 as usize];
    // A parameter counts as assigned by the caller.
    let (params, own): (Vec<LocalId>, Vec<LocalId>) =
        owners.partition(|local| function.params.contains(local));
    let shared: Vec<LocalId> = params.into_iter().filter(|param| assigned(param) > 1).collect();
    let once = own.iter().copied().filter(|local| assigned(local) == 1).collect();
    let span = function.body.first().map_or(Span::default(), |stmt| stmt.span);
    let end = function.add_label();
    let mut body = std::mem::take(&mut function.body);
    Counter { function, end, once, in_loop: false }.body(&mut body);

    let stmt = |kind| Stmt { kind, span };
    let begins = own.iter().map(|own| StmtKind::Assign { local: *own, value: Expr::Unowned });
    let begins = begins.chain(shared.iter().copied().map(StmtKind::Retain)).map(stmt);
    let dropped = own.iter().chain(&shared).filter(|local| !function.results.contains(local));
    let ends = dropped.copied().map(StmtKind::Release).map(stmt);
    let whole = stmt(StmtKind::Block { label: end, body });
    function.body = begins.chain([whole]).chain(ends).collect();
}

/// The rewriting of one function's statements.
struct Counter<'a> {
    function: &'a mut Function,
    /// Where every exit of the function leads.
    end: Label,
    /// The owners that one statement assigns: outside of loops they own nothing before it.
    once: Vec<LocalId>,
    in_loop: bool,
}

impl Counter<'_> {
    fn body(&mut self, body: &mut Vec<Stmt>) {
        for Stmt { kind, span } in std::mem::take(body) {
            self.stmt(kind, &mut |kind| body.push(Stmt { kind, span }));
        }
    }

    fn stmt(&mut self, mut kind: StmtKind, push: &mut dyn FnMut(StmtKind)) {
        match kind {
            StmtKind::Exit(Function::BODY) => return push(StmtKind::Exit(self.end)),
            StmtKind::Assign { local, ref value } if self.is_owner(local) => {
                if let Expr::Local(from) = value {
                    push(StmtKind::Retain(*from));
                }
                self.release(local, push);
            }
            StmtKind::Allocate { owner, .. } => self.release(owner, push),
            StmtKind::Call { ref mut results, .. } => {
                let replaced = self.set_aside(results);
                push(kind);
                for (local, result) in replaced {
                    push(StmtKind::Release(local));
                    push(StmtKind::Assign { local, value: Expr::Local(result) });
                }
                return;
            }
            _ => {
                let outer = self.in_loop;
                self.in_loop |= matches!(kind, StmtKind::Loop { .. } | StmtKind::For { .. });
                kind.bodies_mut().for_each(|inner| self.body(inner));
                self.in_loop = outer;
            }
        }
        push(kind);
    }

    fn is_owner(&self, local: LocalId) -> bool {
        self.function.ty(local) == Type::Owner
    }

    /// Whether an owner surely owns nothing where it is assigned.
    fn is_fresh(&self, local: LocalId) -> bool {
        !self.in_loop && self.once.contains(&local)
    }

    fn release(&self, local: LocalId, push: &mut dyn FnMut(StmtKind)) {
        if !self.is_fresh(local) {
            push(StmtKind::Release(local));
        }
    }

    /// Lets a call set new locals instead of owners that are still used by its arguments; gives
    /// each owner with what stands for it.
    fn set_aside(&mut self, results: &mut [LocalId]) -> Vec<(LocalId, LocalId)> {
        let mut replaced = Vec::new();
        for result in results {
            if self.is_owner(*result) && !self.is_fresh(*result) {
                let aside = self.function.add_local("t.owner", Type::Owner);
                replaced.push((std::mem::replace(result, aside), aside));
            }
        }
        replaced
    }
}
