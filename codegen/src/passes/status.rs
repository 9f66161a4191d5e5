//! Makes raising explicit.
//!
//! Before: `Check` and `Raise` raise, and a call of what raises, or running it in parallel, raises too. After: none of them is
//! left. A function that can raise has a status local, which is 0 where it returns and 1 where it
//! raises; a raise is `Record`, the status, and an `Exit` of the body; the status of each call that
//! can raise is tested right after it. Where a function raises its results are zeros, empty views
//! and no owners, which nobody reads.
//!
//! The raising side of a test is always the `then` of an `If` without `otherwise` that ends in an
//! `Exit` of the body, so that back ends can put it out of line.

use super::effects;
use super::simplify::fold;
use crate::ir::{
    CompareOp, Const, Expr, Function, LocalId, Module, Raise, Scalar, Stmt, StmtKind, Type, elements,
};
use crate::source::Span;

/// Runs the pass.
pub fn run(module: &mut Module) {
    // Earlier passes have removed checks: fewer functions may raise than at first.
    effects::analyse(module);
    let raises: Vec<bool> = module.functions.iter().map(|function| function.effects.raises).collect();
    for function in &mut module.functions {
        if function.external.is_some() && function.effects.raises {
            function.status = Some(function.add_local("status", Type::Scalar(Scalar::I32)));
        } else if function.effects.raises {
            rewrite(function, &raises);
        }
    }
}

/// What a rewritten body needs to know of its function.
struct Raiser<'a> {
    /// Whether each function of the module can raise.
    raises: &'a [bool],
    status: LocalId,
    /// Sets each result to zero, or to an empty view.
    zeros: Vec<StmtKind>,
}

fn rewrite(function: &mut Function, raises: &[bool]) {
    let status = function.add_local("status", Type::Scalar(Scalar::I32));
    let zeros = function.results.iter().map(|result| zero(*result, function.ty(*result))).collect();
    let raiser = Raiser { raises, status, zeros };
    raiser.rewrite_body(&mut function.body);
    let span = function.body.first().map_or(Span::default(), |stmt| stmt.span);
    function.body.insert(0, Stmt { kind: raiser.set_status(0), span });
    function.status = Some(status);
}

fn zero(local: LocalId, ty: Type) -> StmtKind {
    let value = match ty {
        Type::Scalar(scalar) => Expr::Const(elements::zero_of(scalar)),
        Type::View(view) => Expr::Empty(view),
        Type::Owner => Expr::Unowned,
        Type::Lanes(_) => unreachable!("bug in pykernel: lanes are a result"),
    };
    StmtKind::Assign { local, value }
}

impl Raiser<'_> {
    fn rewrite_body(&self, body: &mut Vec<Stmt>) {
        for Stmt { kind, span } in std::mem::take(body) {
            let mut push = |kind| body.push(Stmt { kind, span });
            match kind {
                StmtKind::Check { cond, raise, .. } => {
                    push(StmtKind::If {
                        cond: fold::not(cond),
                        then: self.raise(raise, span),
                        otherwise: Vec::new(),
                    });
                }
                StmtKind::Raise(raise) => body.extend(self.raise(raise, span)),
                StmtKind::Call { results, function, args, place, .. } if self.raises[function.0 as usize] => {
                    push(StmtKind::Call { results, function, args, status: Some(self.status), place });
                    push(StmtKind::If { cond: self.raised(), then: self.leave(span), otherwise: Vec::new() });
                }
                StmtKind::Parallel { function, count, cost, args, place, .. }
                    if self.raises[function.0 as usize] =>
                {
                    let status = Some(self.status);
                    push(StmtKind::Parallel { function, count, cost, args, status, place });
                    push(StmtKind::If { cond: self.raised(), then: self.leave(span), otherwise: Vec::new() });
                }
                mut other => {
                    other.bodies_mut().for_each(|inner| self.rewrite_body(inner));
                    push(other);
                }
            }
        }
    }

    /// The statements that raise.
    fn raise(&self, raise: Raise, span: Span) -> Vec<Stmt> {
        let mut body = self.leave(span);
        body.splice(0..0, [StmtKind::Record(raise), self.set_status(1)].map(|kind| Stmt { kind, span }));
        body
    }

    /// The statements that leave the function once the status is set.
    fn leave(&self, span: Span) -> Vec<Stmt> {
        let exit = StmtKind::Exit(Function::BODY);
        self.zeros.iter().cloned().chain([exit]).map(|kind| Stmt { kind, span }).collect()
    }

    fn set_status(&self, value: i128) -> StmtKind {
        StmtKind::Assign { local: self.status, value: Expr::Const(Const::Int(Scalar::I32, value)) }
    }

    /// Whether the last call raised.
    fn raised(&self) -> Expr {
        Expr::Compare {
            op: CompareOp::Ne,
            left: Box::new(Expr::Local(self.status)),
            right: Box::new(Expr::Const(Const::Int(Scalar::I32, 0))),
        }
    }
}
