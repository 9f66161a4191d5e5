//! Arithmetic, total: what PTX leaves undefined is never asked of it.

use super::compare::arithmetic_type;
use super::expression::Value;
use super::function::{FunctionCx, class};
use super::instruction::{Class, Comparison, Opcode, Operand, Register, Rounding, Ty};
use crate::ir::{BinaryOp, Scalar, UnaryOp};

impl FunctionCx<'_, '_> {
    pub(super) fn unary(&mut self, op: UnaryOp, operand: Value) -> Value {
        let scalar = operand.scalar;
        let ty = match (op, scalar.is_float()) {
            (UnaryOp::Not, _) => class(scalar).declared(),
            (UnaryOp::Neg | UnaryOp::Abs, true) => arithmetic_type(scalar),
            (UnaryOp::Neg | UnaryOp::Abs, false) if scalar.bits() == 64 => Ty::S64,
            (UnaryOp::Neg | UnaryOp::Abs, false) => Ty::S32,
        };
        let opcode = match op {
            UnaryOp::Neg => Opcode::Neg,
            UnaryOp::Abs => Opcode::Abs,
            UnaryOp::Not => Opcode::Not,
        };
        let register = self.compute(opcode, ty, class(scalar), [operand.operand]);
        Value { operand: self.extended(scalar, register.into()), scalar }
    }

    pub(super) fn binary(&mut self, op: BinaryOp, left: Value, right: Value) -> Value {
        let scalar = left.scalar;
        let (left, right) = (left.operand, right.operand);
        let operand = match scalar {
            Scalar::F32 | Scalar::F64 => self.float_binary(op, scalar, left, right).into(),
            Scalar::Bool => self.compute(bitwise(op), Ty::Pred, Class::Predicate, [left, right]).into(),
            _ => self.integer_binary(op, scalar, left, right),
        };
        Value { operand, scalar }
    }

    fn float_binary(&mut self, op: BinaryOp, scalar: Scalar, left: Operand, right: Operand) -> Register {
        let opcode = match op {
            BinaryOp::Add | BinaryOp::AddFree => Opcode::AddRn,
            BinaryOp::Sub => Opcode::SubRn,
            BinaryOp::Mul | BinaryOp::MulFree => Opcode::MulRn,
            BinaryOp::Div => Opcode::DivRn,
            BinaryOp::Rem | BinaryOp::And | BinaryOp::Or | BinaryOp::Xor | BinaryOp::Shl | BinaryOp::Shr => {
                unreachable!("bug in pykernel: {op:?} of floats")
            }
        };
        self.compute(opcode, arithmetic_type(scalar), class(scalar), [left, right])
    }

    fn integer_binary(&mut self, op: BinaryOp, scalar: Scalar, left: Operand, right: Operand) -> Operand {
        let args = [left, right];
        let ty = arithmetic_type(scalar);
        let result = match op {
            BinaryOp::Add => self.compute(Opcode::Add, ty, class(scalar), args),
            BinaryOp::Sub => self.compute(Opcode::Sub, ty, class(scalar), args),
            BinaryOp::Mul => self.compute(Opcode::MulLow, ty, class(scalar), args),
            BinaryOp::And | BinaryOp::Or | BinaryOp::Xor => {
                return self.compute(bitwise(op), class(scalar).declared(), class(scalar), args).into();
            }
            BinaryOp::Div => self.quotient(scalar, left, right),
            BinaryOp::Rem => {
                let divisor = self.safe_divisor(scalar, right).1;
                self.compute(Opcode::Rem, ty, class(scalar), [left, divisor])
            }
            BinaryOp::Shl => self.shifted(Opcode::Shl, class(scalar).declared(), scalar, left, right),
            BinaryOp::Shr => self.shifted(Opcode::Shr, ty, scalar, left, right),
            BinaryOp::AddFree | BinaryOp::MulFree => unreachable!("bug in pykernel: {op:?} of integers"),
        };
        self.extended(scalar, result.into())
    }

    /// `x / 0` is 0 and `x / -1` is `-x`: in both cases `x * d`, with a division by 1 beside it.
    fn quotient(&mut self, scalar: Scalar, left: Operand, right: Operand) -> Register {
        let (ty, class) = (arithmetic_type(scalar), class(scalar));
        let (special, divisor) = self.safe_divisor(scalar, right);
        let quotient = self.compute(Opcode::Div, ty, class, [left, divisor]);
        let Some(special) = special else { return quotient };
        let product = self.compute(Opcode::MulLow, ty, class, [left, right]);
        let args = [product.into(), quotient.into(), special.into()];
        self.compute(Opcode::Selp, class.declared(), class, args)
    }

    /// Whether a divisor is 0 or -1 (of unsigned types: 0), unless it is known not to be, and a divisor that
    /// is 1 then.
    fn safe_divisor(&mut self, scalar: Scalar, divisor: Operand) -> (Option<Register>, Operand) {
        if let Operand::Int(known) = divisor
            && known != 0
            && (known != -1 || !scalar.is_signed())
        {
            return (None, divisor);
        }
        let class = class(scalar);
        let special = match (scalar.is_signed(), scalar.bits()) {
            (false, 64) => self.setp(Comparison::Eq, Ty::U64, divisor, Operand::Int(0)),
            (false, _) => self.setp(Comparison::Eq, Ty::U32, divisor, Operand::Int(0)),
            (true, bits) => {
                let (signed, unsigned) = if bits == 64 { (Ty::S64, Ty::U64) } else { (Ty::S32, Ty::U32) };
                let above = self.compute(Opcode::Add, signed, class, [divisor, Operand::Int(1)]);
                self.setp(Comparison::Le, unsigned, above, Operand::Int(1))
            }
        };
        let args = [Operand::Int(1), divisor, special.into()];
        (Some(special), self.compute(Opcode::Selp, class.declared(), class, args).into())
    }

    /// PTX clamps counts, which have 32 bits, to the register's width. A narrow number stands extended in 32 bits:
    /// what a count beyond its own width leaves of it there is right too.
    fn shifted(&mut self, opcode: Opcode, ty: Ty, scalar: Scalar, left: Operand, count: Operand) -> Register {
        let count = match (class(scalar), count) {
            (Class::Long, Operand::Int(count)) => Operand::Int((count as u64).min(64) as i64),
            (Class::Long, count) => {
                let most = [count, Operand::Int(64)];
                let count = self.compute(Opcode::Min, Ty::U64, Class::Long, most);
                self.converted(Rounding::Exact, [Ty::U32, Ty::U64], Class::Short, count.into()).into()
            }
            (_, count) => count,
        };
        self.compute(opcode, ty, class(scalar), [left, count])
    }

    /// A narrow integer in 32 bits, extended by its own signedness; others as they are.
    pub(super) fn extended(&mut self, scalar: Scalar, operand: Operand) -> Operand {
        let types = match scalar {
            Scalar::I8 => [Ty::S32, Ty::S8],
            Scalar::I16 => [Ty::S32, Ty::S16],
            Scalar::U8 => [Ty::U32, Ty::U8],
            Scalar::U16 => [Ty::U32, Ty::U16],
            _ => return operand,
        };
        self.converted(Rounding::Exact, types, Class::Short, operand).into()
    }
}

const fn bitwise(op: BinaryOp) -> Opcode {
    match op {
        BinaryOp::And => Opcode::And,
        BinaryOp::Or => Opcode::Or,
        BinaryOp::Xor => Opcode::Xor,
        _ => panic!("bug in pykernel: no operation of bools"),
    }
}
