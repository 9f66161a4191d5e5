//! About how much work a function is.

use std::collections::BTreeMap;

use crate::ir::{BinaryOp, Const, Expr, FunctionId, Intrinsic, Module, Stmt, StmtKind};
use crate::ufunc::Kind;

/// What asking the host for something is worth.
const HOST_CALL: u64 = 20;

/// What a division or a square root is worth: what most processors take for one.
const DIVISION: u64 = 5;

/// How often a loop runs of which that is not known; the counting loops of gufuncs run over core
/// dimensions.
const TRIPS: u64 = 16;

/// How many calls deep work is counted.
const DEEPEST: usize = 32;

/// Beyond it nothing changes: any split of the work pays.
const MOST: u64 = 1 << 20;

/// About how many operations a call of a ufunc's or a gufunc's function takes, if arrays have one
/// element.
pub(super) fn of(module: &Module, function: FunctionId, kind: Kind) -> u32 {
    let trips = if kind == Kind::Guvectorize { 1 } else { TRIPS };
    let cost = Costs { module, known: BTreeMap::new(), around: Vec::new(), trips }.function(function);
    u32::try_from(cost.clamp(1, MOST)).unwrap_or(u32::MAX)
}

struct Costs<'a> {
    module: &'a Module,
    known: BTreeMap<FunctionId, u64>,
    /// The functions that are being looked at: a recursive call counts as one operation, and so does
    /// what is very deep.
    around: Vec<FunctionId>,
    /// How often a counting loop runs of which that is not known.
    trips: u64,
}

impl Costs<'_> {
    fn function(&mut self, function: FunctionId) -> u64 {
        if let Some(known) = self.known.get(&function) {
            return *known;
        }
        if self.around.contains(&function) || self.around.len() == DEEPEST {
            return 1;
        }
        self.around.push(function);
        let cost = self.body(&self.module[function].body);
        self.around.pop();
        self.known.insert(function, cost);
        cost
    }

    fn body(&mut self, body: &[Stmt]) -> u64 {
        body.iter().fold(0, |cost, stmt| (cost + self.stmt(&stmt.kind)).min(MOST))
    }

    fn stmt(&mut self, kind: &StmtKind) -> u64 {
        let mut cost = 0;
        kind.exprs(&mut |expr| cost += expression(expr));
        cost + match kind {
            StmtKind::Load { .. } | StmtKind::Store { .. } => 1,
            StmtKind::Together { .. } | StmtKind::Atomic { .. } => 1,
            StmtKind::LoadLanes { .. } | StmtKind::StoreLanes { .. } => 1,
            StmtKind::CallLanes { function, .. } => self.function(*function),
            StmtKind::Call { function, .. } => self.function(*function),
            StmtKind::Parallel { function, .. } => TRIPS * self.function(*function),
            StmtKind::If { then, otherwise, .. } => self.body(then).max(self.body(otherwise)),
            StmtKind::Block { body, .. } => self.body(body),
            StmtKind::Loop { body, .. } => TRIPS * self.body(body),
            StmtKind::For { hi, body, .. } => self.trips(hi) * self.body(body),
            StmtKind::Allocate { .. } | StmtKind::Print(_) => HOST_CALL,
            StmtKind::Assign { .. } | StmtKind::Check { .. } | StmtKind::Raise(_) => 0,
            StmtKind::Record(_) | StmtKind::Exit(_) | StmtKind::Reserve { .. } => 0,
            StmtKind::Retain(_) | StmtKind::Release(_) => 1,
        }
    }

    /// About how often a counting loop runs.
    fn trips(&self, hi: &Expr) -> u64 {
        match hi {
            Expr::Const(Const::Int(_, hi)) => u64::try_from(*hi).unwrap_or(0).min(MOST),
            _ => self.trips,
        }
    }
}

fn expression(expr: &Expr) -> u64 {
    let mut cost = match expr {
        Expr::Const(_) | Expr::Local(_) | Expr::Dim { .. } | Expr::Stride { .. } => 0,
        Expr::Intrinsic { op: Intrinsic::Sqrt, .. } => DIVISION,
        Expr::Binary { op: BinaryOp::Div | BinaryOp::Rem, .. } => DIVISION,
        _ => 1,
    };
    expr.operands(&mut |operand| cost += expression(operand));
    cost
}

#[cfg(test)]
mod tests {
    use crate::analysis::analyse;
    use crate::source::Source;
    use crate::symbol::Package;

    fn cost(text: &str) -> u32 {
        let package = Package { name: "p".into(), version: "1.0.0".into() };
        let text = format!("import math\nfrom numba import float64, guvectorize, vectorize\n{text}");
        let analysis = analyse(&Source::file("k.py", &text), &package);
        assert_eq!(analysis.diagnostics, []);
        analysis.interface.kernels[0].overloads[0].cost
    }

    /// The cost of a ufunc of two numbers that returns this.
    fn of(value: &str) -> u32 {
        cost(&format!("@vectorize\ndef f(x: float64, y: float64):\n    return {value}\n"))
    }

    #[test]
    fn work_is_counted_about_right() {
        assert_eq!([of("x"), of("x + y"), of("x * y + x * y")], [1, 1, 3]);
        assert!(of("x / y") > of("x * y") && of("math.exp(x)") > of("x / y"));
        let text = "@vectorize
def f(x: float64):
    while x > 1:
        x = x / 2
    return x
";
        assert!(cost(text) > 10 * of("x / y"), "a loop counts for several rounds");
        let text = "@guvectorize('(n)->()')
def f(x: float64[:], out: float64[:]):
    out[0] = 0.0
    for i in range(len(x)):
        out[0] += x[i]
";
        assert!(cost(text) < 40, "the size of core dimensions is multiplied by the caller: {}", cost(text));
        let text = "@vectorize
def f(x: float64):
    return x if x < 1 else f(x - 1) + f(x - 2)
";
        assert!(cost(text) > 1);
        let deep = "    for i in range(1000):\n        for j in range(1000):\n            for k in range(1000):\n                x *= x\n";
        assert_eq!(cost(&format!("@vectorize\ndef f(x: float64):\n{deep}    return x\n")), 1 << 20);
    }
}
