//! Carries products from one round of a loop to the next: `z * z + c` squares what the test at the end of the round
//! before, `abs(z) < 2`, has squared.
//!
//! Before: any module. After: where a round begins with a product of locals that is also computed behind their
//! last assignment, it is computed there alone, and once before the loop, for its first round. Such a
//! product cannot raise, and both places are reached in every round that comes so far.

use std::collections::BTreeMap;

use crate::ir::construct::binary;
use crate::ir::{BinaryOp, Expr, Function, LocalId, Module, Stmt, StmtKind, Type, visit};

/// Runs the pass.
pub fn run(module: &mut Module) {
    for function in &mut module.functions {
        let mut body = std::mem::take(&mut function.body);
        loops(function, &mut body);
        function.body = body;
    }
}

fn loops(function: &mut Function, body: &mut Vec<Stmt>) {
    for mut stmt in std::mem::take(body) {
        stmt.kind.bodies_mut().for_each(|inner| loops(function, inner));
        let var = match &stmt.kind {
            StmtKind::For { var, .. } => Some(*var),
            _ => None,
        };
        if let StmtKind::For { body: inner, .. } | StmtKind::Loop { body: inner, .. } = &mut stmt.kind {
            while let Some(product) = carried(inner, var) {
                let local = function.add_local("product", product.ty(function));
                product.carry(local, inner);
                body.push(product.computed(local, &stmt.span));
            }
        }
        body.push(stmt);
    }
}

/// A product of two locals that is worth carrying.
struct Product {
    factors: [LocalId; 2],
    /// The places in the loop's body where the first of them is assigned, and the last.
    first: usize,
    last: usize,
}

/// One that a body computes both before its factors are assigned and behind that.
fn carried(body: &[Stmt], var: Option<LocalId>) -> Option<Product> {
    let places = places(body);
    let candidate = |factors: [LocalId; 2]| {
        let assigned = factors.iter().filter_map(|factor| places.get(factor));
        let assigned: Vec<usize> = assigned.copied().collect::<Option<_>>()?;
        let (first, last) = (assigned.iter().copied().min()?, assigned.iter().copied().max()?);
        let product = Product { factors, first, last };
        let computes = |stmts: &[Stmt]| stmts.iter().any(|stmt| product.is_in(stmt));
        let worth = computes(&body[..=first]) && computes(&body[last + 1..]);
        (worth && !var.is_some_and(|var| factors.contains(&var))).then_some(product)
    };
    let mut found = None;
    for stmt in body {
        stmt.kind.exprs(&mut |expr| {
            products(expr, &mut |factors| found = found.take().or_else(|| candidate(factors)));
        });
    }
    found
}

/// The locals that a body assigns: where, if it does so once, and in every round.
fn places(body: &[Stmt]) -> BTreeMap<LocalId, Option<usize>> {
    let mut places = BTreeMap::new();
    for (place, stmt) in body.iter().enumerate() {
        let always = matches!(stmt.kind, StmtKind::Assign { .. });
        visit::walk(std::slice::from_ref(stmt), &mut |stmt| {
            stmt.kind.assigned(&mut |local| {
                let first = !places.contains_key(&local);
                places.insert(local, (first && always).then_some(place));
            });
        });
    }
    places
}

/// The products of two locals in an expression.
fn products(expr: &Expr, visit: &mut dyn FnMut([LocalId; 2])) {
    if let Expr::Binary { op: BinaryOp::Mul, left, right } = expr
        && let (Expr::Local(left), Expr::Local(right)) = (&**left, &**right)
    {
        visit([*left, *right]);
    }
    expr.operands(&mut |operand| products(operand, visit));
}

impl Product {
    fn ty(&self, function: &Function) -> Type {
        function.ty(self.factors[0])
    }

    fn value(&self) -> Expr {
        let [left, right] = self.factors.map(Expr::Local);
        binary(BinaryOp::Mul, left, right)
    }

    /// Whether a statement itself, not those in it, computes the product.
    fn is_in(&self, stmt: &Stmt) -> bool {
        let mut found = false;
        stmt.kind.exprs(&mut |expr| products(expr, &mut |factors| found |= factors == self.factors));
        found
    }

    fn computed(&self, local: LocalId, span: &crate::source::Span) -> Stmt {
        Stmt { kind: StmtKind::Assign { local, value: self.value() }, span: *span }
    }

    /// Reads a local for the product; it has the last round's until it is computed behind the last assignment.
    fn carry(&self, local: LocalId, body: &mut Vec<Stmt>) {
        let (before, behind) = body.split_at_mut(self.first + 1);
        let behind = &mut behind[self.last - self.first..];
        visit::walk_mut(before, &mut |stmt| stmt.kind.exprs_mut(&mut |expr| self.replace(local, expr)));
        visit::walk_mut(behind, &mut |stmt| stmt.kind.exprs_mut(&mut |expr| self.replace(local, expr)));
        let computed = self.computed(local, &body[self.last].span);
        body.insert(self.last + 1, computed);
    }

    fn replace(&self, local: LocalId, expr: &mut Expr) {
        if *expr == self.value() {
            *expr = Expr::Local(local);
        }
        expr.operands_mut(&mut |operand| self.replace(local, operand));
    }
}

#[cfg(test)]
mod tests {
    use crate::analysis::analyse;
    use crate::ir::print::print;
    use crate::passes::{Options, run};
    use crate::source::Source;
    use crate::symbol::Package;

    /// The IR of `f`, whose loop's body is given.
    fn ir(body: &str) -> String {
        let text = format!(
            "from numba import float64, int64, njit\n@njit\ndef f(x: float64, y: float64, n: int64) -> float64:\n\
             \x20   for i in range(n):\n        {}\n    return x\n",
            body.replace('\n', "\n        ")
        );
        let package = Package { name: "carried".into(), version: "0".into() };
        let analysis = analyse(&Source::file("k.py", text.as_str()), &package);
        let entries = [analysis.interface.kernels[0].overloads[0].function];
        print(&run(analysis.module, &entries, Options { overflow_checks: false, lanes: None }))
    }

    #[test]
    fn what_a_round_ends_with_the_next_one_begins_with() {
        let text = ir("x = x * x + y\nif x * x > 4.0:\n    break");
        let (before, inside) = text.split_once("for L").expect("there is a loop");
        assert!(before.contains("product = (x.1 * x.1)") || before.contains("product = (x * x)"), "{text}");
        assert!(inside.contains("(product + y)") && inside.contains("(product > 4.0)"), "{text}");
        assert_eq!(inside.matches("product = ").count(), 1, "{text}");
    }

    #[test]
    fn what_changes_behind_it_or_is_computed_once_is_not_carried() {
        for body in [
            "x = x * x + y\nif x * x > 4.0:\n    break\nx = x - 1.0",
            "x = x * x + y",
            "if x > y:\n    x = x * x\nif x * x > 4.0:\n    break",
            "y = i * x\nx = x + i * x",
        ] {
            let text = ir(body);
            assert!(!text.contains("product"), "{body}: {text}");
        }
    }
}
