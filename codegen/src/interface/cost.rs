//! About how much work a function is.

use crate::ir::{Const, Expr, FunctionId, Intrinsic, Module, Stmt, StmtKind};
use crate::ufunc::Kind;

/// What a call of the C library is worth: about as many operations as `exp` takes.
const C_CALL: u64 = 20;

/// How often a loop runs of which that is not known; the counting loops of gufuncs run over core
/// dimensions.
const TRIPS: u64 = 16;

/// Beyond it nothing changes: any split of the work pays.
const MOST: u64 = 1 << 20;

/// About how many operations a call of a ufunc's or a gufunc's function takes, if arrays have one
/// element.
pub(super) fn of(module: &Module, function: FunctionId, kind: Kind) -> u32 {
    let trips = if kind == Kind::Guvectorize { 1 } else { TRIPS };
    let cost = Costs { module, around: Vec::new(), trips }.function(function);
    u32::try_from(cost.clamp(1, MOST)).unwrap_or(u32::MAX)
}

struct Costs<'a> {
    module: &'a Module,
    /// The functions that are being looked at: a recursive call counts as one operation.
    around: Vec<FunctionId>,
    /// How often a counting loop runs of which that is not known.
    trips: u64,
}

impl Costs<'_> {
    fn function(&mut self, function: FunctionId) -> u64 {
        if self.around.contains(&function) {
            return 1;
        }
        self.around.push(function);
        let cost = self.body(&self.module[function].body);
        self.around.pop();
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
            StmtKind::Call { function, .. } => self.function(*function),
            StmtKind::If { then, otherwise, .. } => self.body(then).max(self.body(otherwise)),
            StmtKind::Block { body, .. } => self.body(body),
            StmtKind::Loop { body, .. } => TRIPS * self.body(body),
            StmtKind::For { hi, body, .. } => self.trips(hi) * self.body(body),
            StmtKind::Allocate { .. } | StmtKind::Print(_) => C_CALL,
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
        Expr::Intrinsic { op: Intrinsic::C(_), .. } => C_CALL,
        _ => 1,
    };
    expr.operands(&mut |operand| cost += expression(operand));
    cost
}
