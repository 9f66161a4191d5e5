//! Computes once what is computed twice: a local that is assigned an expression which another local
//! has been assigned on every path to it becomes a copy of that.
//!
//! Both locals are assigned once, and so are those that the expression reads: where the second
//! assignment stands, the first has its value still. Whole expressions are compared; cheap ones,
//! which the back end would find, are left.

use std::collections::HashMap;

use super::assignments;
use crate::ir::{Expr, Function, LocalId, Stmt, StmtKind, Type};

/// Runs the step; says whether it changed something.
pub fn run(function: &mut Function) -> bool {
    let mut common = Common {
        assignments: assignments(function),
        known: HashMap::new(),
        entered: Vec::new(),
        changed: false,
    };
    let mut body = std::mem::take(&mut function.body);
    common.body(&mut body, function);
    function.body = body;
    common.changed
}

struct Common {
    assignments: Vec<u32>,
    /// The local that has an expression's value, where control is now.
    known: HashMap<Expr, LocalId>,
    /// The known expressions, in the order in which they were met.
    entered: Vec<Expr>,
    changed: bool,
}

impl Common {
    fn body(&mut self, body: &mut [Stmt], function: &Function) {
        let mark = self.entered.len();
        for Stmt { kind, .. } in body {
            if let StmtKind::Assign { local, value } = kind
                && matches!(function.ty(*local), Type::Scalar(_))
                && self.is_constant(*local, value)
            {
                match self.known.get(value) {
                    Some(first) => {
                        *value = Expr::Local(*first);
                        self.changed = true;
                    }
                    None => {
                        self.known.insert(value.clone(), *local);
                        self.entered.push(value.clone());
                    }
                }
            }
            kind.bodies_mut().for_each(|inner| self.body(inner, function));
        }
        // What a branch or a loop has computed is not known after it.
        for expr in self.entered.drain(mark..) {
            self.known.remove(&expr);
        }
    }

    /// Whether an assignment gives a local the same value wherever it is read, from others of that
    /// kind, and is worth to be remembered.
    fn is_constant(&self, local: LocalId, value: &Expr) -> bool {
        if matches!(value, Expr::Const(_) | Expr::Local(_)) || self.assignments[local.0 as usize] != 1 {
            return false;
        }
        let mut constant = true;
        value.locals(&mut |read| constant &= self.assignments[read.0 as usize] == 1);
        constant
    }
}
