//! Variables that collect something from all iterations, by an operation that may be done in any order:
//! each lane collects for itself, and what lanes have collected is put together behind the loop.

use crate::ir::construct::{binary, boolean, float, integer};
use crate::ir::{BinaryOp, Expr, Function, LocalId, Scalar, Stmt, StmtKind, Type, visit};

/// A variable that collects.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reduction {
    pub(super) local: LocalId,
    op: BinaryOp,
    scalar: Scalar,
}

impl Reduction {
    /// What a body does to a local, if that is all that it does: `x = x op y`, once, with an operation
    /// that is associative and commutative.
    pub(super) fn of(function: &Function, body: &[Stmt], local: LocalId) -> Option<Reduction> {
        let Type::Scalar(scalar) = function.ty(local) else { return None };
        let (mut op, mut assignments, mut reads) = (None, 0, 0);
        visit::walk(body, &mut |stmt| {
            stmt.kind.assigned(&mut |assigned| assignments += u32::from(assigned == local));
            stmt.kind.read(&mut |read| reads += u32::from(read == local));
            if let StmtKind::Assign { local: assigned, value: Expr::Binary { op: found, left, right } } =
                &stmt.kind
                && *assigned == local
                && [left, right].into_iter().any(|side| **side == Expr::Local(local))
            {
                op = Some(*found);
            }
        });
        let op = op.filter(|op| assignments == 1 && reads == 1 && is_free(*op, scalar))?;
        Some(Reduction { local, op, scalar })
    }

    /// What changes nothing.
    pub(super) fn identity(self) -> Expr {
        match (self.op, self.scalar) {
            (BinaryOp::And, Scalar::Bool) => boolean(true),
            (_, Scalar::Bool) => boolean(false),
            (BinaryOp::And, scalar) => integer(scalar, -1),
            (BinaryOp::Mul, scalar) => integer(scalar, 1),
            (BinaryOp::AddFree, scalar) => float(scalar, -0.0),
            (BinaryOp::MulFree, scalar) => float(scalar, 1.0),
            (_, scalar) => integer(scalar, 0),
        }
    }

    /// The variable, with what lanes have collected.
    pub(super) fn collected(self, lanes: LocalId, count: u32) -> Expr {
        let lane = |lane| Expr::Lane { lanes: Box::new(Expr::Local(lanes)), lane };
        (0..count).fold(Expr::Local(self.local), |sum, index| binary(self.op, sum, lane(index)))
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
