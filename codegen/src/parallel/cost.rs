//! About how many operations statements take, for the decision whether threads are worth it.

use crate::hir::External;
use crate::typed::{Expr, ExprKind, InstanceId, Program, Stmt, StmtKind, WebId};

/// How often a loop runs of which that is not known.
const TRIPS: u64 = 16;

/// What asking the host for something is worth.
const HOST_CALL: u64 = 20;

/// What a routine of the host is worth: of matrices with a few rows and columns.
const ROUTINE: u64 = 2000;

/// Beyond it nothing changes.
const MOST: u64 = 1 << 20;

/// The cost of one iteration, whose number is `iteration`, of the loop that has this body.
pub(super) fn of(program: &Program, body: &[Stmt], iteration: WebId) -> i128 {
    let mut costs = Costs { program, around: Vec::new(), iteration };
    i128::from(costs.body(body).clamp(1, MOST))
}

struct Costs<'a> {
    program: &'a Program,
    /// The instances that are being looked at: a recursive call counts as one operation.
    around: Vec<InstanceId>,
    /// What counts the iterations: a loop over it runs once.
    iteration: WebId,
}

impl Costs<'_> {
    fn body(&mut self, body: &[Stmt]) -> u64 {
        body.iter().fold(0, |cost, stmt| (cost + self.stmt(&stmt.kind)).min(MOST))
    }

    fn stmt(&mut self, kind: &StmtKind) -> u64 {
        let mut cost = 0;
        kind.exprs(&mut |expr| cost += self.expr(expr));
        cost + match kind {
            StmtKind::If(_, then, otherwise) => self.body(then).max(self.body(otherwise)),
            StmtKind::ForRange { variable, stop, body, otherwise, .. } => {
                let is_own = self.around.is_empty() && *variable == self.iteration;
                let trips = match stop.int_literal() {
                    _ if is_own => 1,
                    Some(stop) => u64::try_from(stop).unwrap_or_default().min(MOST),
                    None => TRIPS,
                };
                trips * self.body(body) + self.body(otherwise)
            }
            StmtKind::Store(..) | StmtKind::Update(..) => 1,
            StmtKind::Print(_) => HOST_CALL,
            StmtKind::Fork { body, .. } => TRIPS * self.instance(*body),
            StmtKind::While(..) | StmtKind::Parallel(_) => {
                kind.bodies().into_iter().map(|body| TRIPS * self.body(body)).sum()
            }
            _ => kind.bodies().into_iter().map(|body| self.body(body)).sum(),
        }
    }

    fn expr(&mut self, expr: &Expr) -> u64 {
        let mut cost = 0;
        expr.operands(&mut |operand| cost += self.expr(operand));
        let own = match &expr.kind {
            ExprKind::Call(callee, _) => self.instance(*callee),
            ExprKind::Operation(..) | ExprKind::Convert(_) | ExprKind::Element(_) => 1,
            ExprKind::Elementwise(_) => return TRIPS * cost,
            ExprKind::Allocate(_) => HOST_CALL,
            _ => 0,
        };
        (cost + own).min(MOST)
    }

    fn instance(&mut self, id: InstanceId) -> u64 {
        if self.around.contains(&id) {
            return 1;
        }
        if let Some(External::Routine(_)) = self.program[id].external {
            return ROUTINE;
        }
        self.around.push(id);
        let cost = self.body(&self.program[id].body);
        self.around.pop();
        cost
    }
}
