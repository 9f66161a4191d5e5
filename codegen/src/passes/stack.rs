//! Lets recursion without end raise `RecursionError`.
//!
//! After: every function on a cycle of calls begins with a check that stack is left.

use super::calls::Calls;
use crate::ir::visit;
use crate::ir::{
    Expr, Function, FunctionId, Intrinsic, Module, Place, Purpose, Raise, Stmt, StmtKind, UnaryOp,
};
use crate::source::Span;

/// Runs the pass.
pub fn run(module: &mut Module) {
    let calls = Calls::of(module);
    for component in calls.components() {
        if calls.is_cycle(&component) {
            for function in &component {
                guard(&mut module[*function], &component);
            }
        }
    }
}

/// Puts the check before the body of a function of a cycle, which is sorted. A traceback shows a
/// call that goes round the cycle, as CPython's does.
fn guard(function: &mut Function, cycle: &[FunctionId]) {
    let mut call: Option<(Place, Span)> = None;
    visit::walk(&function.body, &mut |stmt| {
        if let StmtKind::Call { function: callee, place, .. }
        | StmtKind::Parallel { function: callee, place, .. } = &stmt.kind
            && call.is_none()
            && cycle.binary_search(callee).is_ok()
        {
            call = Some((place.clone(), stmt.span));
        }
    });
    let Some((place, span)) = call else {
        unreachable!("bug in pykernel: `{}` is on a cycle of calls but calls nothing", function.name)
    };
    let exhausted = Expr::Intrinsic { op: Intrinsic::StackExhausted, args: Vec::new() };
    let raise = Raise {
        class: "RecursionError".into(),
        message: "maximum recursion depth exceeded".into(),
        operands: Vec::new(),
        place,
    };
    let cond = Expr::Unary { op: UnaryOp::Not, operand: Box::new(exhausted) };
    let kind = StmtKind::Check { cond, raise, purpose: Purpose::Semantics };
    function.body.insert(0, Stmt { kind, span });
}
