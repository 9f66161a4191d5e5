//! Reductions of parallel loops, found by their shape: variables that the loop does nothing with but
//! update them by one operation.

use std::collections::BTreeMap;

use crate::hir::{BinaryOp, Expr, ExprKind, Index, Stmt, StmtKind, Target, VariableId};
use crate::source::Span;
use crate::typed;
use crate::types::{DType, Kind, Type};

/// How partial results are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fold {
    /// By `+ * & | ^`. What `-=` takes away is summed up, what `/=` divides by is multiplied.
    Operator(BinaryOp),
    /// `x = min(x, …)`.
    Min,
    /// `x = max(x, …)`.
    Max,
}

impl Fold {
    fn of(op: BinaryOp) -> Option<Fold> {
        Some(Fold::Operator(match op {
            BinaryOp::Add | BinaryOp::Sub => BinaryOp::Add,
            BinaryOp::Mul | BinaryOp::Div => BinaryOp::Mul,
            BinaryOp::BitAnd | BinaryOp::BitOr | BinaryOp::BitXor => op,
            BinaryOp::FloorDiv | BinaryOp::Mod | BinaryOp::Pow => return None,
            BinaryOp::LeftShift | BinaryOp::RightShift => return None,
        }))
    }

    /// Whether there is an identity among these numbers.
    pub(super) fn folds(self, dtype: DType) -> bool {
        match self {
            Fold::Operator(BinaryOp::BitAnd | BinaryOp::BitOr | BinaryOp::BitXor) => {
                matches!(dtype.kind(), Kind::Bool | Kind::Int)
            }
            Fold::Operator(_) => true,
            Fold::Min | Fold::Max => dtype.kind() != Kind::Complex,
        }
    }

    /// What changes no number. Of sums it is -0.0: 0.0 would turn a sum of -0.0 into 0.0.
    pub(super) fn identity(self, ty: &Type, span: Span) -> typed::Expr {
        let Some(dtype) = ty.dtype() else { unreachable!("bug in pykernel: `{ty}` has no identity") };
        let (real, int) = match self {
            Fold::Operator(BinaryOp::Add) => (-0.0, 0),
            Fold::Operator(BinaryOp::Mul) => (1.0, 1),
            Fold::Operator(BinaryOp::BitAnd) => {
                (f64::NAN, if dtype.is_signed_int() { -1 } else { limits(dtype)[1] })
            }
            Fold::Operator(_) => (f64::NAN, 0),
            Fold::Min => (f64::INFINITY, limits(dtype)[1]),
            Fold::Max => (f64::NEG_INFINITY, limits(dtype)[0]),
        };
        let kind = match dtype.kind() {
            Kind::Bool => typed::ExprKind::Bool(int != 0),
            Kind::Int => typed::ExprKind::Int(int),
            Kind::Float => typed::ExprKind::Float(real),
            Kind::Complex => typed::ExprKind::Complex(real, if real == 1.0 { 0.0 } else { real }),
        };
        typed::Expr::new(kind, ty.clone(), span)
    }
}

/// The least and the greatest integer; of bools, 0 and 1.
fn limits(dtype: DType) -> [i128; 2] {
    let bits = 8 * dtype.size() as u32;
    match (dtype.kind(), dtype.is_signed_int()) {
        (Kind::Int, true) => [-(1 << (bits - 1)), (1 << (bits - 1)) - 1],
        (Kind::Int, false) => [0, (1 << bits) - 1],
        (Kind::Bool | Kind::Float | Kind::Complex, _) => [0, 1],
    }
}

/// For each reduction, how it folds and where it is first read.
pub(super) type Reductions = BTreeMap<VariableId, (Fold, Span)>;

/// The reductions of a loop's body.
pub(super) fn reductions(body: &[Stmt]) -> Reductions {
    let mut search = Search::default();
    search.block(body);
    let one = |(variable, found): (VariableId, Option<(Fold, Span)>)| Some((variable, found?));
    search.found.into_iter().filter_map(one).collect()
}

/// What is known of each variable: how it folds; nothing if something else is done with it.
#[derive(Default)]
struct Search {
    found: BTreeMap<VariableId, Option<(Fold, Span)>>,
}

/// A statement that updates a variable.
struct Update<'h> {
    variable: VariableId,
    fold: Fold,
    span: Span,
    value: &'h Expr,
}

impl Search {
    fn block(&mut self, body: &[Stmt]) {
        body.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        if let Some(Update { variable, fold, span, value }) = update(&stmt.kind) {
            let found = self.found.entry(variable).or_insert(Some((fold, span)));
            *found = found.filter(|(first, _)| *first == fold);
            return self.expr(value);
        }
        match &stmt.kind {
            StmtKind::Assign { targets, value, .. } => {
                self.expr(value);
                targets.iter().for_each(|target| self.target(target));
            }
            StmtKind::Augment { target, value, .. } => {
                self.expr(value);
                self.target(target);
            }
            StmtKind::Expr(value) => self.expr(value),
            StmtKind::If { cond, then, otherwise } => {
                self.expr(cond);
                self.block(then);
                self.block(otherwise);
            }
            StmtKind::While { cond, body, otherwise } => {
                self.expr(cond);
                self.block(body);
                self.block(otherwise);
            }
            StmtKind::For { target, iterable, body, otherwise } => {
                self.expr(iterable);
                self.target(target);
                self.block(body);
                self.block(otherwise);
            }
            StmtKind::Break | StmtKind::Continue => {}
            StmtKind::Return(value) => value.iter().for_each(|value| self.expr(value)),
            StmtKind::Raise { args, .. } => args.iter().for_each(|arg| self.expr(arg)),
            StmtKind::Assert { cond, message } => {
                self.expr(cond);
                message.iter().for_each(|message| self.expr(message));
            }
        }
    }

    fn target(&mut self, target: &Target) {
        match target {
            Target::Variable(variable, _) => {
                self.found.insert(*variable, None);
            }
            Target::Tuple(targets, _) => targets.iter().for_each(|target| self.target(target)),
            Target::Element { value, indices, .. } => {
                self.expr(value);
                indices.iter().flat_map(Index::exprs).for_each(|index| self.expr(index));
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        expr.variables(&mut |variable| {
            self.found.insert(variable, None);
        });
    }
}

/// `x op= value`, `x = x op value`, `x = min(x, value)`; of an operation that commutes, the operands
/// may be exchanged.
fn update(stmt: &StmtKind) -> Option<Update<'_>> {
    match stmt {
        StmtKind::Augment { target: Target::Variable(variable, span), op, value } => {
            let (variable, span) = (*variable, *span);
            Some(Update { variable, fold: Fold::of(*op)?, span, value })
        }
        StmtKind::Assign { targets, annotation: None, value } => {
            let [Target::Variable(variable, _)] = targets.as_slice() else { return None };
            let is_old = |expr: &Expr| matches!(expr.kind, ExprKind::Variable(old) if old == *variable);
            let (fold, old, value) = match &value.kind {
                ExprKind::Binary { op, left, right } => {
                    let fold = Fold::of(*op)?;
                    let commutes = !matches!(op, BinaryOp::Sub | BinaryOp::Div);
                    if is_old(left) {
                        (fold, &**left, &**right)
                    } else if commutes {
                        (fold, &**right, &**left)
                    } else {
                        return None;
                    }
                }
                ExprKind::Call { callee, args, keywords } if keywords.is_empty() => {
                    let ExprKind::Builtin(name) = &callee.kind else { return None };
                    let [old, value] = args.as_slice() else { return None };
                    match name.as_str() {
                        "min" => (Fold::Min, old, value),
                        "max" => (Fold::Max, old, value),
                        _ => return None,
                    }
                }
                _ => return None,
            };
            is_old(old).then_some(Update { variable: *variable, fold, span: old.span, value })
        }
        _ => None,
    }
}
