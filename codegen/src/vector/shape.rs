//! How a value differs among the lanes.

use crate::ir::{BinaryOp, Const, Expr, LocalId, Scalar};

/// How a value differs among the lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// It is the same in all.
    Uniform,
    /// An `I64`, larger by this in each lane than in the one before.
    Strided(i64),
    /// In any way.
    Varying,
}

impl Shape {
    /// The shape of what may be either.
    pub(super) fn join(self, other: Shape) -> Shape {
        if self == other { self } else { Shape::Varying }
    }

    fn plus(self, other: Shape, sign: i64) -> Shape {
        match (self.step(), other.step()) {
            (Some(left), Some(right)) => Shape::of(left.wrapping_add(right.wrapping_mul(sign))),
            _ => Shape::Varying,
        }
    }

    fn times(self, factor: i64) -> Shape {
        self.step().map_or(Shape::Varying, |step| Shape::of(step.wrapping_mul(factor)))
    }

    fn of(step: i64) -> Shape {
        if step == 0 { Shape::Uniform } else { Shape::Strided(step) }
    }

    /// The step from lane to lane; none if there is no single one.
    pub(super) fn step(self) -> Option<i64> {
        match self {
            Shape::Uniform => Some(0),
            Shape::Strided(step) => Some(step),
            Shape::Varying => None,
        }
    }
}

/// The shape of an expression, given those of locals.
pub(super) fn of(expr: &Expr, local: &dyn Fn(LocalId) -> Shape) -> Shape {
    match expr {
        Expr::Local(id) => local(*id),
        // A view whose extents differ among the lanes is refused.
        Expr::Dim { .. } => Shape::Uniform,
        Expr::Binary { op, left, right } => match (op, of(left, local), of(right, local)) {
            (_, Shape::Uniform, Shape::Uniform) => Shape::Uniform,
            (BinaryOp::Add, left, right) => left.plus(right, 1),
            (BinaryOp::Sub, left, right) => left.plus(right, -1),
            (BinaryOp::Mul, shape, _) if factor(right).is_some() => shape.times(factor(right).unwrap_or(0)),
            (BinaryOp::Mul, _, shape) if factor(left).is_some() => shape.times(factor(left).unwrap_or(0)),
            _ => Shape::Varying,
        },
        _ => {
            let mut uniform = expr.views().all(|view| local(view) == Shape::Uniform);
            expr.operands(&mut |operand| uniform = uniform && of(operand, local) == Shape::Uniform);
            if uniform { Shape::Uniform } else { Shape::Varying }
        }
    }
}

/// The value of an `I64` constant.
fn factor(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Const(Const::Int(Scalar::I64, value)) => i64::try_from(*value).ok(),
        _ => None,
    }
}
