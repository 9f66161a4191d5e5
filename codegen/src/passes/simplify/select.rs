//! Turns branches that only choose numbers into selects, where computing both is cheap.

use crate::ir::{BinaryOp, Expr, Intrinsic, Local, LocalId, Stmt, StmtKind, Type};
use crate::source::Span;

/// The assignments that stand for `if cond: then else: otherwise`. May take the assignment that
/// stands last before the branch, in `before`.
pub fn of(
    locals: &[Local],
    cond: &Expr,
    [then, otherwise]: [&[Stmt]; 2],
    before: &mut Vec<Stmt>,
) -> Option<Vec<Stmt>> {
    if !is_cheap(cond) {
        return None;
    }
    match otherwise {
        [] => after_assignment(locals, cond, then, before)
            .or_else(|| update(locals, cond, then))
            .map(|select| vec![select]),
        _ => both(locals, cond, then, otherwise),
    }
}

/// `if c: x = a; y = b else: x = d; y = e` → `x = select(c, a, d); y = select(c, b, e)`.
fn both(locals: &[Local], cond: &Expr, then: &[Stmt], otherwise: &[Stmt]) -> Option<Vec<Stmt>> {
    /// A complex number has two parts.
    const MOST: usize = 2;
    if then.len() != otherwise.len() || then.len() > MOST {
        return None;
    }
    let mut assigned: Vec<LocalId> = Vec::new();
    let mut selects = Vec::new();
    for (then, otherwise) in then.iter().zip(otherwise) {
        let (local, left) = assignment(locals, then)?;
        let (other, right) = assignment(locals, otherwise)?;
        let stale = |earlier: &LocalId| [cond, left, right].iter().any(|expr| reads(expr, *earlier));
        if local != other || assigned.iter().any(stale) || is_recurrence(local, cond, [left, right]) {
            return None;
        }
        assigned.push(local);
        selects.push(select(local, [cond, left, right].map(Expr::clone), then.span));
    }
    Some(selects)
}

/// `x = a; if c: x = b` → `x = select(c, b, a)`, where `b` does not read `x`; `c` may.
fn after_assignment(locals: &[Local], cond: &Expr, then: &[Stmt], before: &mut Vec<Stmt>) -> Option<Stmt> {
    let [then] = then else { return None };
    let (local, value) = assignment(locals, then)?;
    let (other, default) = assignment(locals, before.last()?)?;
    if local != other || reads(value, local) {
        return None;
    }
    let mut cond = cond.clone();
    replace(&mut cond, local, default);
    let select = select(local, [cond, value.clone(), default.clone()], then.span);
    before.pop();
    Some(select)
}

/// `if c: x = f(x)` → `x = select(c, f(x), x)`. That `x` is read says that it has a value.
fn update(locals: &[Local], cond: &Expr, then: &[Stmt]) -> Option<Stmt> {
    /// Nodes: `x + 1`, `x * 2 - y`.
    const SMALL: usize = 5;
    let [then] = then else { return None };
    let (local, value) = assignment(locals, then)?;
    let is_worth = value.size() <= SMALL && reads(value, local) && !reads(cond, local);
    is_worth.then(|| select(local, [cond.clone(), value.clone(), Expr::Local(local)], then.span))
}

/// Whether a choice both depends on a local and computes its new value from it. In a loop a branch
/// lets the machine guess the choice and go on; a select would wait for it each time.
fn is_recurrence(local: LocalId, cond: &Expr, values: [&Expr; 2]) -> bool {
    reads(cond, local) && values.iter().any(|value| reads(value, local))
}

fn select(local: LocalId, operands: [Expr; 3], span: Span) -> Stmt {
    let [cond, then, otherwise] = operands.map(Box::new);
    let mut value = Expr::Select { cond, then, otherwise };
    super::fold::fold_all(&mut value);
    Stmt { kind: StmtKind::Assign { local, value }, span }
}

/// The parts of an assignment of a number that is cheap to compute.
fn assignment<'a>(locals: &[Local], stmt: &'a Stmt) -> Option<(LocalId, &'a Expr)> {
    match &stmt.kind {
        StmtKind::Assign { local, value } => {
            let is_number = matches!(locals[local.0 as usize].ty, Type::Scalar(_));
            (is_number && is_cheap(value)).then_some((*local, value))
        }
        _ => None,
    }
}

fn reads(expr: &Expr, local: LocalId) -> bool {
    let mut found = false;
    expr.locals(&mut |read| found |= read == local);
    found
}

fn replace(expr: &mut Expr, local: LocalId, value: &Expr) {
    match expr {
        Expr::Local(read) if *read == local => *expr = value.clone(),
        _ => expr.operands_mut(&mut |operand| replace(operand, local, value)),
    }
}

/// Whether an expression costs no more than a few simple instructions, so that computing it
/// without need is cheaper than a branch around it.
fn is_cheap(expr: &Expr) -> bool {
    /// Nodes beyond which nothing is cheap.
    const CHEAP: usize = 12;
    let mut nodes = 0;
    count_cheap(expr, &mut nodes) && nodes <= CHEAP
}

/// Counts nodes; says whether each is cheap by itself.
fn count_cheap(expr: &Expr, nodes: &mut usize) -> bool {
    *nodes += 1;
    let mut cheap = match expr {
        Expr::Binary { op, .. } => !matches!(op, BinaryOp::Div | BinaryOp::Rem),
        Expr::Intrinsic { op, .. } => match op {
            Intrinsic::AddOverflows | Intrinsic::SubOverflows | Intrinsic::CopySign => true,
            Intrinsic::Special(_) => true,
            Intrinsic::MulOverflows
            | Intrinsic::Sqrt
            | Intrinsic::Floor
            | Intrinsic::Ceil
            | Intrinsic::Trunc
            | Intrinsic::RoundEven
            | Intrinsic::FusedMultiplyAdd
            | Intrinsic::MultiplyAdd
            | Intrinsic::ProductError
            | Intrinsic::CountOnes
            | Intrinsic::LeadingZeros
            | Intrinsic::ReverseBits
            | Intrinsic::MultiplyHigh
            | Intrinsic::StackExhausted => false,
        },
        Expr::Overlap { .. } => false,
        Expr::Const(_)
        | Expr::Local(_)
        | Expr::Unary { .. }
        | Expr::Compare { .. }
        | Expr::Select { .. }
        | Expr::Convert { .. }
        | Expr::Dim { .. }
        | Expr::Stride { .. }
        | Expr::Address { .. }
        | Expr::SubView { .. }
        | Expr::Transpose { .. }
        | Expr::OfLayout { .. }
        | Expr::Strided { .. }
        | Expr::InBounds { .. }
        | Expr::Splat { .. }
        | Expr::LaneNumbers { .. }
        | Expr::AnyLane { .. }
        | Expr::Lane { .. }
        | Expr::Unowned
        | Expr::Empty(_)
        | Expr::Table { .. } => true,
    };
    expr.operands(&mut |operand| cheap = cheap && count_cheap(operand, nodes));
    cheap
}
