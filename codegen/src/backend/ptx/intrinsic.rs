//! Operations of the machine.

use super::compare::arithmetic_type;
use super::expression::Value;
use super::function::{FunctionCx, class};
use super::instruction::{Class, Comparison, Opcode, Operand, Register, Rounding, Ty};
use crate::ir::{Intrinsic, Scalar};

impl FunctionCx<'_, '_> {
    pub(super) fn intrinsic(&mut self, op: Intrinsic, args: &[Value]) -> Value {
        let operands: Vec<Operand> = args.iter().map(|arg| arg.operand).collect();
        let overflow = |register: Register| Value { operand: register.into(), scalar: Scalar::Bool };
        let scalar = args.first().map_or(Scalar::Bool, |arg| arg.scalar);
        let register = match op {
            Intrinsic::AddOverflows => return overflow(self.sum_overflows(operands[0], operands[1])),
            Intrinsic::SubOverflows => {
                return overflow(self.difference_overflows(operands[0], operands[1]));
            }
            Intrinsic::MulOverflows => return overflow(self.product_overflows(operands[0], operands[1])),
            // Only functions that call themselves ask, which are refused.
            Intrinsic::StackExhausted => {
                return self.constant(crate::ir::Const::Bool(false));
            }
            Intrinsic::Special(special) => return self.number_of_thread(special),
            Intrinsic::Sqrt => self.float(Opcode::SqrtRn, scalar, [operands[0]]),
            Intrinsic::Floor => self.integral(Rounding::DownInteger, args[0]),
            Intrinsic::Ceil => self.integral(Rounding::UpInteger, args[0]),
            Intrinsic::Trunc => self.integral(Rounding::ZeroInteger, args[0]),
            Intrinsic::RoundEven => self.integral(Rounding::NearestInteger, args[0]),
            // The sign comes first.
            Intrinsic::CopySign => self.float(Opcode::CopySign, scalar, [operands[1], operands[0]]),
            Intrinsic::FusedMultiplyAdd | Intrinsic::MultiplyAdd => {
                let args = [operands[0], operands[1], operands[2]];
                self.float(Opcode::FmaRn, scalar, args)
            }
            Intrinsic::ProductError => self.product_error(scalar, operands[0], operands[1]),
            Intrinsic::CountOnes => return self.count(Opcode::Popc, args[0]),
            Intrinsic::LeadingZeros => return self.count(Opcode::Clz, args[0]),
            Intrinsic::MultiplyHigh => {
                self.compute(Opcode::MulHigh, Ty::U64, Class::Long, [operands[0], operands[1]])
            }
            Intrinsic::ReverseBits => {
                self.compute(Opcode::Brev, class(scalar).declared(), class(scalar), [operands[0]])
            }
        };
        Value { operand: register.into(), scalar }
    }

    /// A number of bits, which PTX gives in 32 bits.
    fn count(&mut self, opcode: Opcode, value: Value) -> Value {
        let count = self.compute(opcode, class(value.scalar).declared(), Class::Short, [value.operand]);
        let operand = self.resized(value.scalar, Value { operand: count.into(), scalar: Scalar::U32 });
        Value { operand, scalar: value.scalar }
    }

    fn float<const N: usize>(&mut self, opcode: Opcode, scalar: Scalar, args: [Operand; N]) -> Register {
        self.compute(opcode, arithmetic_type(scalar), class(scalar), args)
    }

    /// A float without a fraction.
    fn integral(&mut self, rounding: Rounding, value: Value) -> Register {
        let ty = arithmetic_type(value.scalar);
        self.converted(rounding, [ty, ty], class(value.scalar), value.operand)
    }

    /// What rounding took from a product.
    fn product_error(&mut self, scalar: Scalar, a: Operand, b: Operand) -> Register {
        let product = self.float(Opcode::MulRn, scalar, [a, b]);
        let negated = self.float(Opcode::Neg, scalar, [product.into()]);
        self.float(Opcode::FmaRn, scalar, [a, b, negated.into()])
    }

    fn integer<const N: usize>(&mut self, opcode: Opcode, ty: Ty, args: [Operand; N]) -> Register {
        self.compute(opcode, ty, Class::Long, args)
    }

    /// A sum overflows if its sign is neither operand's.
    fn sum_overflows(&mut self, left: Operand, right: Operand) -> Register {
        let sum = self.integer(Opcode::Add, Ty::S64, [left, right]);
        let first = self.integer(Opcode::Xor, Ty::B64, [sum.into(), left]);
        let second = self.integer(Opcode::Xor, Ty::B64, [sum.into(), right]);
        self.both_negative(first, second)
    }

    /// A difference overflows if the operands' signs differ and its own is not the first's.
    fn difference_overflows(&mut self, left: Operand, right: Operand) -> Register {
        let difference = self.integer(Opcode::Sub, Ty::S64, [left, right]);
        let first = self.integer(Opcode::Xor, Ty::B64, [left, right]);
        let second = self.integer(Opcode::Xor, Ty::B64, [left, difference.into()]);
        self.both_negative(first, second)
    }

    fn both_negative(&mut self, first: Register, second: Register) -> Register {
        let both = self.integer(Opcode::And, Ty::B64, [first.into(), second.into()]);
        self.setp(Comparison::Lt, Ty::S64, both, Operand::Int(0))
    }

    /// A product fits if its high half is all sign.
    fn product_overflows(&mut self, left: Operand, right: Operand) -> Register {
        let low = self.integer(Opcode::MulLow, Ty::S64, [left, right]);
        let high = self.integer(Opcode::MulHigh, Ty::S64, [left, right]);
        let sign = self.integer(Opcode::Shr, Ty::S64, [low.into(), Operand::Int(63)]);
        self.setp(Comparison::Ne, Ty::S64, high, sign)
    }
}
