//! Comparisons.

use super::expression::Value;
use super::function::FunctionCx;
use super::instruction::{Class, Comparison, Opcode, Operand, Register, Ty};
use crate::ir::{CompareOp, Scalar};

/// The type by which a number is computed and compared.
pub(super) const fn arithmetic_type(scalar: Scalar) -> Ty {
    match scalar {
        Scalar::Bool => Ty::Pred,
        Scalar::I8 | Scalar::I16 | Scalar::I32 => Ty::S32,
        Scalar::U8 | Scalar::U16 | Scalar::U32 => Ty::U32,
        Scalar::I64 => Ty::S64,
        Scalar::U64 => Ty::U64,
        Scalar::F32 => Ty::F32,
        Scalar::F64 => Ty::F64,
    }
}

impl FunctionCx<'_, '_> {
    pub(super) fn compare(&mut self, op: CompareOp, left: Value, right: Value) -> Value {
        let scalar = left.scalar;
        let (left, right) = (left.operand, right.operand);
        let register = match (scalar, comparison(op)) {
            (Scalar::Bool, comparison) => {
                let differ = self.compute(Opcode::Xor, Ty::Pred, Class::Predicate, [left, right]);
                match comparison {
                    Comparison::Ne => differ,
                    _ => self.compute(Opcode::Not, Ty::Pred, Class::Predicate, [differ.into()]),
                }
            }
            // It alone is true of NaN.
            (Scalar::F32 | Scalar::F64, Comparison::Ne) => {
                self.setp(Comparison::Neu, arithmetic_type(scalar), left, right)
            }
            (_, comparison) => self.setp(comparison, arithmetic_type(scalar), left, right),
        };
        Value { operand: register.into(), scalar: Scalar::Bool }
    }

    /// Compares two numbers.
    pub(super) fn setp(
        &mut self,
        comparison: Comparison,
        ty: Ty,
        left: impl Into<Operand>,
        right: impl Into<Operand>,
    ) -> Register {
        self.compute(Opcode::Setp(comparison), ty, Class::Predicate, [left.into(), right.into()])
    }
}

const fn comparison(op: CompareOp) -> Comparison {
    match op {
        CompareOp::Eq => Comparison::Eq,
        CompareOp::Ne => Comparison::Ne,
        CompareOp::Lt => Comparison::Lt,
        CompareOp::Le => Comparison::Le,
        CompareOp::Gt => Comparison::Gt,
        CompareOp::Ge => Comparison::Ge,
    }
}
