//! Calls once what is called twice with the same arguments: Black and Scholes need the normal distribution
//! at the same place for a call and for a put.
//!
//! Before: any module whose effects are known. After: a call of a function that only computes, or
//! raises, and that has been called with these arguments on every path to here, is copies of those
//! results. Results and the locals in arguments are assigned once, so that both still have their values;
//! where the first call has raised, the second is not reached.

use std::collections::HashMap;

use super::simplify::assignments;
use crate::ir::{Expr, FunctionId, LocalId, Module, Stmt, StmtKind};

/// A function with its arguments.
type Called = (FunctionId, Vec<Expr>);

/// Runs the pass.
pub fn run(module: &mut Module) {
    for index in 0..module.functions.len() {
        let assignments = assignments(&module.functions[index]);
        let mut body = std::mem::take(&mut module.functions[index].body);
        let mut repeated = Repeated { module, assignments, known: HashMap::new() };
        repeated.body(&mut body);
        module.functions[index].body = body;
    }
}

struct Repeated<'a> {
    module: &'a Module,
    /// How often each local is assigned.
    assignments: Vec<u32>,
    /// The results of the calls that were made on every path to here.
    known: HashMap<Called, Vec<LocalId>>,
}

impl Repeated<'_> {
    fn body(&mut self, body: &mut Vec<Stmt>) {
        // What a branch or a loop has called is not known after it.
        let mut entered = Vec::new();
        for mut stmt in std::mem::take(body) {
            stmt.kind.bodies_mut().for_each(|inner| self.body(inner));
            let Some((called, results)) = self.call(&stmt.kind) else {
                body.push(stmt);
                continue;
            };
            match self.known.get(&called) {
                Some(first) => {
                    body.extend(results.into_iter().zip(first).map(|(local, first)| {
                        let value = Expr::Local(*first);
                        Stmt { kind: StmtKind::Assign { local, value }, span: stmt.span }
                    }));
                }
                None => {
                    entered.push(called.clone());
                    self.known.insert(called, results);
                    body.push(stmt);
                }
            }
        }
        for called in entered {
            self.known.remove(&called);
        }
    }

    /// A call that can be remembered, with its results.
    fn call(&self, stmt: &StmtKind) -> Option<(Called, Vec<LocalId>)> {
        let StmtKind::Call { results, function, args, status: None, .. } = stmt else { return None };
        let callee = &self.module[*function];
        let mut once = callee.effects.computes_or_raises() && callee.external.is_none();
        let mut note = |local: LocalId| once &= self.assignments[local.0 as usize] == 1;
        results.iter().copied().for_each(&mut note);
        args.iter().for_each(|arg| arg.locals(&mut note));
        once.then(|| ((*function, args.clone()), results.clone()))
    }
}
