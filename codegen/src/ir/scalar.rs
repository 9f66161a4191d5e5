//! The types of expressions that are numbers.

use super::{Expr, Function, Intrinsic, Scalar, Type};

impl Function {
    /// The type of a well-formed expression that is a number, or of its lanes; `None` of a view or an owner.
    pub fn scalar_type(&self, expr: &Expr) -> Option<Scalar> {
        match expr {
            Expr::Local(local) => match self.ty(*local) {
                Type::Scalar(scalar) => Some(scalar),
                Type::Lanes(lanes) => Some(lanes.scalar),
                Type::View(_) | Type::Owner => None,
            },
            Expr::Const(constant) => Some(constant.scalar()),
            Expr::Unary { operand: value, .. }
            | Expr::Binary { left: value, .. }
            | Expr::Select { then: value, .. }
            | Expr::Splat { value, .. }
            | Expr::Lane { lanes: value, .. } => self.scalar_type(value),
            Expr::Convert { to, .. } => Some(*to),
            Expr::Intrinsic { op, args } => match op {
                Intrinsic::AddOverflows
                | Intrinsic::SubOverflows
                | Intrinsic::MulOverflows
                | Intrinsic::StackExhausted => Some(Scalar::Bool),
                Intrinsic::Special(_) => Some(Scalar::I64),
                _ => self.scalar_type(args.first()?),
            },
            Expr::Compare { .. } | Expr::Overlap { .. } | Expr::InBounds { .. } | Expr::AnyLane { .. } => {
                Some(Scalar::Bool)
            }
            Expr::Dim { .. } | Expr::Stride { .. } | Expr::Address { .. } | Expr::LaneNumbers { .. } => {
                Some(Scalar::I64)
            }
            Expr::SubView { .. }
            | Expr::Transpose { .. }
            | Expr::Strided { .. }
            | Expr::OfLayout { .. }
            | Expr::Unowned
            | Expr::Empty(_)
            | Expr::Table { .. } => None,
        }
    }
}
