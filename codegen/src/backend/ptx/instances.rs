//! The loop over instances in a ufunc's function, where these take numbers and do not meet.

use std::collections::BTreeSet;

use crate::ir::{BinaryOp, Const, Expr, Function, Intrinsic, Label, LocalId, Part, Stmt, StmtKind, visit};

/// A loop in which each instance reads its own elements of some parameters and writes its own of others.
pub(super) struct Instances<'f> {
    /// What stands before it: assignments.
    pub(super) before: Vec<&'f Stmt>,
    /// An instance.
    pub(super) body: &'f [Stmt],
    /// The parameters that are read.
    pub(super) read: BTreeSet<LocalId>,
    /// The parts of parameters that are written.
    pub(super) written: BTreeSet<(LocalId, Part)>,
}

/// About how many instructions take the place of one that a GPU does not have.
const COMPOSED: usize = 10;

impl<'f> Instances<'f> {
    /// The loop of a function; none if it is of another form.
    ///
    /// A ufunc has two of them where an instance may take what the one before gave (`lower::inner_loop`). This is the
    /// other one, right for operands of which those that are written lie apart from all others.
    pub(super) fn of(function: &'f Function) -> Option<Instances<'f>> {
        let mut before = Vec::new();
        let Loop { label, var, body } = found(function, &function.body, &mut before)?;
        let mut read = BTreeSet::new();
        let (mut accesses, mut n_stores, mut uses, mut is_known) = (0, 0, 0, true);
        visit::walk(body, &mut |stmt| {
            stmt.kind.read(&mut |local| uses += usize::from(local == var));
            match &stmt.kind {
                StmtKind::Load { view, index, .. } => {
                    accesses += 1;
                    is_known &= is_element(index, var);
                    read.insert(*view);
                }
                StmtKind::Store { .. } => {
                    accesses += 1;
                    n_stores += 1;
                }
                StmtKind::Exit(left) => is_known &= *left != label,
                StmtKind::Reserve { .. } => is_known = false,
                _ => {}
            }
        });
        // Stores that every instance comes to can be done when it has done all else.
        let written: BTreeSet<(LocalId, Part)> = body.iter().filter_map(|stmt| stored(stmt, var)).collect();
        let is_param = |view: &LocalId| function.params.contains(view);
        is_known &= written.len() == n_stores && uses == accesses;
        is_known &= written.iter().all(|(view, _)| is_param(view) && !read.contains(view));
        (is_known && read.iter().all(is_param)).then_some(Instances { before, body, read, written })
    }

    /// About how many instructions an instance takes; none if that depends on its numbers.
    pub(super) fn cost(&self) -> Option<usize> {
        let mut total = Some(0);
        visit::walk(self.body, &mut |stmt| {
            let repeats = matches!(stmt.kind, StmtKind::Loop { .. } | StmtKind::For { .. });
            total = total.filter(|_| !repeats && stmt.kind.callee().is_none());
            stmt.kind.exprs(&mut |expr| total = total.map(|total| total + cost(expr)));
        });
        total
    }
}

/// A counting loop.
struct Loop<'f> {
    label: Label,
    var: LocalId,
    body: &'f [Stmt],
}

/// The loop over all instances that do not meet, with the assignments before it.
fn found<'f>(function: &Function, body: &'f [Stmt], before: &mut Vec<&'f Stmt>) -> Option<Loop<'f>> {
    let (last, first) = body.split_last()?;
    for stmt in first {
        matches!(stmt.kind, StmtKind::Assign { .. }).then_some(())?;
        before.push(stmt);
    }
    match &last.kind {
        StmtKind::For {
            label,
            var,
            lo: Expr::Const(Const::Int(_, 0)),
            hi,
            step: 1,
            independent: true,
            body,
        } => {
            let all = Expr::Dim { view: *function.params.last()?, axis: 0 };
            (*hi == all).then_some(Loop { label: *label, var: *var, body })
        }
        StmtKind::If { then, otherwise, .. } => {
            let n = before.len();
            found(function, then, before).or_else(|| {
                before.truncate(n);
                found(function, otherwise, before)
            })
        }
        _ => None,
    }
}

/// What a statement writes, if it is the instance's own element.
fn stored(stmt: &Stmt, var: LocalId) -> Option<(LocalId, Part)> {
    match &stmt.kind {
        StmtKind::Store { view, index, part, .. } if is_element(index, var) => Some((*view, *part)),
        _ => None,
    }
}

fn is_element(index: &[Expr], var: LocalId) -> bool {
    matches!(index, [Expr::Local(local)] if *local == var)
}

fn cost(expr: &Expr) -> usize {
    let mut total = match expr {
        Expr::Const(_) | Expr::Local(_) => 0,
        Expr::Binary { op: BinaryOp::Div | BinaryOp::Rem, .. }
        | Expr::Intrinsic { op: Intrinsic::Sqrt, .. } => COMPOSED,
        _ => 1,
    };
    expr.operands(&mut |operand| total += cost(operand));
    total
}
