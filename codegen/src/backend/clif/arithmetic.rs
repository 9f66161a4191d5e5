//! Arithmetic, total: no instruction that can trap gets operands on which it would.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, InstructionData, Opcode, Value, ValueDef};

use super::expression::Operand;
use super::function::FunctionCx;
use crate::ir::{BinaryOp, Scalar, UnaryOp};

impl FunctionCx<'_, '_> {
    pub(super) fn unary(&mut self, op: UnaryOp, operand: Operand) -> Operand {
        let Operand { value, scalar } = operand;
        let ins = self.builder.ins();
        let value = match (op, scalar) {
            (UnaryOp::Neg, Scalar::F32 | Scalar::F64) => ins.fneg(value),
            (UnaryOp::Abs, Scalar::F32 | Scalar::F64) => ins.fabs(value),
            (UnaryOp::Not, Scalar::Bool) => ins.bxor_imm_u(value, 1),
            (UnaryOp::Neg, _) => ins.ineg(value),
            (UnaryOp::Abs, _) => ins.iabs(value),
            (UnaryOp::Not, _) => ins.bnot(value),
        };
        Operand { value, scalar }
    }

    pub(super) fn binary(&mut self, op: BinaryOp, left: Operand, right: Operand) -> Operand {
        let scalar = left.scalar;
        let (left, right) = (left.value, right.value);
        let value = match scalar.is_float() {
            true => self.float_binary(op, left, right),
            false => self.integer_binary(op, scalar, left, right),
        };
        Operand { value, scalar }
    }

    fn float_binary(&mut self, op: BinaryOp, left: Value, right: Value) -> Value {
        let ins = self.builder.ins();
        match op {
            BinaryOp::Add | BinaryOp::AddFree => ins.fadd(left, right),
            BinaryOp::Sub => ins.fsub(left, right),
            BinaryOp::Mul | BinaryOp::MulFree => ins.fmul(left, right),
            BinaryOp::Div => ins.fdiv(left, right),
            BinaryOp::Rem | BinaryOp::And | BinaryOp::Or | BinaryOp::Xor | BinaryOp::Shl | BinaryOp::Shr => {
                unreachable!("bug in pykernel: {op:?} of floats")
            }
        }
    }

    fn integer_binary(&mut self, op: BinaryOp, scalar: Scalar, left: Value, right: Value) -> Value {
        match op {
            BinaryOp::Add => self.builder.ins().iadd(left, right),
            BinaryOp::Sub => self.builder.ins().isub(left, right),
            BinaryOp::Mul => self.builder.ins().imul(left, right),
            BinaryOp::And => self.builder.ins().band(left, right),
            BinaryOp::Or => self.builder.ins().bor(left, right),
            BinaryOp::Xor => self.builder.ins().bxor(left, right),
            BinaryOp::Div => self.divide(scalar, left, right),
            BinaryOp::Rem => self.remainder(scalar, left, right),
            BinaryOp::Shl => self.shift_left(scalar, left, right),
            BinaryOp::Shr => self.shift_right(scalar, left, right),
            BinaryOp::AddFree | BinaryOp::MulFree => unreachable!("bug in pykernel: {op:?} of integers"),
        }
    }

    /// `x / 0` is 0 and `x / -1` is `-x`: in both cases `x * d`, with a division by 1 beside it.
    fn divide(&mut self, scalar: Scalar, left: Value, right: Value) -> Value {
        if self.divides_safely(scalar, right) {
            return self.divide_unchecked(scalar, left, right);
        }
        let (special, divisor) = self.safe_divisor(scalar, right);
        let quotient = self.divide_unchecked(scalar, left, divisor);
        let product = self.builder.ins().imul(left, right);
        self.builder.ins().select(special, product, quotient)
    }

    fn divide_unchecked(&mut self, scalar: Scalar, left: Value, right: Value) -> Value {
        match scalar.is_signed() {
            true => self.builder.ins().sdiv(left, right),
            false => self.builder.ins().udiv(left, right),
        }
    }

    /// The remainder of a division by 0 or -1 is 0: that of a division by 1.
    fn remainder(&mut self, scalar: Scalar, left: Value, right: Value) -> Value {
        let divisor = match self.divides_safely(scalar, right) {
            true => right,
            false => self.safe_divisor(scalar, right).1,
        };
        match scalar.is_signed() {
            true => self.builder.ins().srem(left, divisor),
            false => self.builder.ins().urem(left, divisor),
        }
    }

    /// Whether a divisor is 0 or -1 (of unsigned types: 0), and a divisor that is 1 then.
    fn safe_divisor(&mut self, scalar: Scalar, divisor: Value) -> (Value, Value) {
        let one = self.integer(scalar, 1);
        let special = match scalar.is_signed() {
            true => {
                let above = self.builder.ins().iadd(divisor, one);
                self.builder.ins().icmp(IntCC::UnsignedLessThanOrEqual, above, one)
            }
            false => self.builder.ins().icmp(IntCC::UnsignedLessThan, divisor, one),
        };
        (special, self.builder.ins().select(special, one, divisor))
    }

    /// Whether a divisor is a constant for which the machine's division is defined.
    fn divides_safely(&self, scalar: Scalar, divisor: Value) -> bool {
        let minus_one = u64::MAX >> (64 - scalar.bits());
        self.known(divisor).is_some_and(|bits| bits != 0 && (!scalar.is_signed() || bits != minus_one))
    }

    /// The bits of an integer that is a constant.
    pub(super) fn known(&self, value: Value) -> Option<u64> {
        let ValueDef::Result(inst, _) = self.builder.func.dfg.value_def(value) else { return None };
        match self.builder.func.dfg.insts[inst] {
            InstructionData::UnaryImm { opcode: Opcode::Iconst, imm } => Some(imm.bits() as u64),
            _ => None,
        }
    }

    /// The machine takes the count modulo the width.
    fn shift_left(&mut self, scalar: Scalar, left: Value, count: Value) -> Value {
        let width = self.integer(scalar, scalar.bits().into());
        let fits = self.builder.ins().icmp(IntCC::UnsignedLessThan, count, width);
        let zero = self.integer(scalar, 0);
        let shifted = self.builder.ins().ishl(left, count);
        self.builder.ins().select(fits, shifted, zero)
    }

    fn shift_right(&mut self, scalar: Scalar, left: Value, count: Value) -> Value {
        if scalar.is_signed() {
            let most = self.integer(scalar, i128::from(scalar.bits()) - 1);
            let count = self.builder.ins().umin(count, most);
            return self.builder.ins().sshr(left, count);
        }
        let width = self.integer(scalar, scalar.bits().into());
        let fits = self.builder.ins().icmp(IntCC::UnsignedLessThan, count, width);
        let zero = self.integer(scalar, 0);
        let shifted = self.builder.ins().ushr(left, count);
        self.builder.ins().select(fits, shifted, zero)
    }
}
