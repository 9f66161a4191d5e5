//! Variables that collect something from all iterations, by an operation that may be done in any order:
//! each lane collects for itself, and what lanes have collected is put together behind the loop.

use crate::ir::construct::{binary, boolean, compare, float, integer, select};
use crate::ir::{
    BinaryOp, CompareOp, Conversion, Expr, Function, LocalId, Scalar, Stmt, StmtKind, Type, visit,
};

/// A variable that collects.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reduction {
    pub(super) local: LocalId,
    op: Op,
    scalar: Scalar,
}

/// What two collected values become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Binary(BinaryOp),
    Least,
    Greatest,
}

impl Reduction {
    /// What a body does to a local, if that is all that it does, once, with an operation that is associative
    /// and commutative: `x = x op y`, `x = max(x, y)`, `if y > x: x = y`.
    pub(super) fn of(function: &Function, body: &[Stmt], local: LocalId) -> Option<Reduction> {
        let Type::Scalar(scalar) = function.ty(local) else { return None };
        let (mut found, mut assignments, mut reads) = (None, 0, 0);
        visit::walk(body, &mut |stmt| {
            stmt.kind.assigned(&mut |assigned| assignments += u32::from(assigned == local));
            stmt.kind.read(&mut |read| reads += u32::from(read == local));
            found = found.or(collects(&stmt.kind, local, scalar));
        });
        let (op, expected) = found?;
        (assignments == 1 && reads == expected).then_some(Reduction { local, op, scalar })
    }

    /// What changes nothing.
    pub(super) fn identity(self) -> Expr {
        let Op::Binary(op) = self.op else { return Expr::Local(self.local) };
        match (op, self.scalar) {
            (BinaryOp::And, Scalar::Bool) => boolean(true),
            (_, Scalar::Bool) => boolean(false),
            (BinaryOp::And, scalar) => integer(scalar, -1),
            (BinaryOp::Mul, scalar) => integer(scalar, 1),
            (BinaryOp::AddFree, scalar) => float(scalar, -0.0),
            (BinaryOp::MulFree, scalar) => float(scalar, 1.0),
            (_, scalar) => integer(scalar, 0),
        }
    }

    /// The values that the variable is to have, one after the other, to be what lanes have collected.
    pub(super) fn collected(self, lanes: LocalId, count: u32) -> impl Iterator<Item = Expr> {
        (0..count).map(move |lane| {
            let (all, lane) =
                (Expr::Local(self.local), Expr::Lane { lanes: Box::new(Expr::Local(lanes)), lane });
            let first_if = |op| select(compare(op, lane.clone(), all.clone()), lane.clone(), all.clone());
            match self.op {
                Op::Binary(op) => binary(op, all, lane),
                Op::Least => first_if(CompareOp::Lt),
                Op::Greatest => first_if(CompareOp::Gt),
            }
        })
    }
}

/// The operation by which a statement collects in a local, and how often it reads that.
fn collects(stmt: &StmtKind, local: LocalId, scalar: Scalar) -> Option<(Op, u32)> {
    let is_local = |expr: &Expr| *expr == Expr::Local(local);
    match stmt {
        StmtKind::Assign { local: assigned, value: Expr::Binary { op, left, right } }
            if *assigned == local =>
        {
            let reads = [left, right].into_iter().any(|side| is_local(side));
            (reads && is_free(*op, scalar)).then_some((Op::Binary(*op), 1))
        }
        StmtKind::Assign { local: assigned, value: Expr::Select { cond, then, otherwise } }
            if *assigned == local =>
        {
            let (other, kept) = if is_local(then) { (otherwise, true) } else { (then, false) };
            (kept || is_local(otherwise)).then_some(())?;
            Some((chosen(cond, other, kept, local, scalar)?, 2))
        }
        StmtKind::If { cond, then, otherwise } if otherwise.is_empty() => {
            let [Stmt { kind: StmtKind::Assign { local: assigned, value }, .. }] = &then[..] else {
                return None;
            };
            (*assigned == local).then_some(())?;
            Some((chosen(cond, value, false, local, scalar)?, 1))
        }
        _ => None,
    }
}

/// Which of a local and another value a comparison of the two chooses: that for which it holds, or the other one
/// if the local is `kept` then. Of floats that are equal it may be either, and one may be no number.
fn chosen(cond: &Expr, other: &Expr, kept: bool, local: LocalId, scalar: Scalar) -> Option<Op> {
    let Expr::Compare { op, left, right } = cond else { return None };
    let [left, right] = [left, right].map(|side| without_extension(side, scalar));
    let others_is_first = match () {
        () if left == other && *right == Expr::Local(local) => true,
        () if *left == Expr::Local(local) && right == other => false,
        () => return None,
    };
    let greater = match op {
        CompareOp::Gt | CompareOp::Ge => true,
        CompareOp::Lt | CompareOp::Le => false,
        _ => return None,
    };
    let greatest = (greater == others_is_first) != kept;
    scalar.is_int().then_some(if greatest { Op::Greatest } else { Op::Least })
}

/// An integer before it was made one of 64 bits that has its value.
fn without_extension(expr: &Expr, scalar: Scalar) -> &Expr {
    match expr {
        Expr::Convert { to: Scalar::I64, how: Conversion::Wrap, value } if scalar != Scalar::U64 => value,
        expr => expr,
    }
}

/// Whether an operation gives the same in any order.
fn is_free(op: BinaryOp, scalar: Scalar) -> bool {
    match op {
        BinaryOp::Add | BinaryOp::Mul => scalar.is_int(),
        BinaryOp::And | BinaryOp::Or | BinaryOp::Xor => !scalar.is_float(),
        BinaryOp::AddFree | BinaryOp::MulFree => true,
        BinaryOp::Sub | BinaryOp::Div | BinaryOp::Rem | BinaryOp::Shl | BinaryOp::Shr => false,
    }
}
