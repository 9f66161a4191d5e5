//! Conversions between machine numbers.

use super::compare::arithmetic_type;
use super::expression::Value;
use super::function::{FunctionCx, class};
use super::instruction::{Class, Comparison, Opcode, Operand, Register, Rounding, Ty};
use crate::ir::{Conversion, Scalar};

impl FunctionCx<'_, '_> {
    pub(super) fn convert(&mut self, to: Scalar, how: Conversion, from: Value) -> Value {
        let operand = match how {
            Conversion::Round if from.scalar == Scalar::Bool => self.number_of_bool(to, from.operand),
            Conversion::Round if to.is_float() => self.rounded(to, from),
            Conversion::Round | Conversion::Wrap => self.resized(to, from),
            Conversion::Saturate => self.saturated(to, from),
            Conversion::Bits => self.same_bits(to, from),
        };
        Value { operand, scalar: to }
    }

    /// The first type from the second.
    pub(super) fn converted(
        &mut self,
        rounding: Rounding,
        types: [Ty; 2],
        class: Class,
        from: Operand,
    ) -> Register {
        let to = self.register(class);
        self.emit(Opcode::Cvt(rounding), &types, [to.into(), from]);
        to
    }

    /// 0 or 1.
    pub(super) fn number_of_bool(&mut self, to: Scalar, from: Operand) -> Operand {
        let [one, zero] = match to {
            Scalar::Bool => return from,
            Scalar::F32 => [1.0f32, 0.0].map(|value| Operand::F32(value.to_bits())),
            Scalar::F64 => [1.0f64, 0.0].map(|value| Operand::F64(value.to_bits())),
            _ => [1, 0].map(Operand::Int),
        };
        let class = class(to);
        self.compute(Opcode::Selp, class.declared(), class, [one, zero, from]).into()
    }

    fn rounded(&mut self, to: Scalar, from: Value) -> Operand {
        let rounding = match (from.scalar, to) {
            (Scalar::F32, Scalar::F32) | (Scalar::F64, Scalar::F64) => return from.operand,
            (Scalar::F32, Scalar::F64) => Rounding::Exact,
            _ => Rounding::Nearest,
        };
        let types = [arithmetic_type(to), arithmetic_type(from.scalar)];
        self.converted(rounding, types, class(to), from.operand).into()
    }

    /// An integer or bool as an integer of another width.
    pub(super) fn resized(&mut self, to: Scalar, from: Value) -> Operand {
        if from.scalar == Scalar::Bool {
            return self.number_of_bool(to, from.operand);
        }
        let operand = match (class(from.scalar), class(to)) {
            (Class::Short, Class::Long) if from.scalar.is_signed() => {
                self.converted(Rounding::Exact, [Ty::S64, Ty::S32], Class::Long, from.operand).into()
            }
            (Class::Short, Class::Long) => {
                self.converted(Rounding::Exact, [Ty::U64, Ty::U32], Class::Long, from.operand).into()
            }
            (Class::Long, Class::Short) => {
                self.converted(Rounding::Exact, [Ty::U32, Ty::U64], Class::Short, from.operand).into()
            }
            _ => from.operand,
        };
        match from.scalar == to {
            true => operand,
            false => self.extended(to, operand),
        }
    }

    /// PTX brings what is out of range to the nearest bound, but makes of NaN what depends on the type.
    fn saturated(&mut self, to: Scalar, from: Value) -> Operand {
        let (from_ty, from_class) = (arithmetic_type(from.scalar), class(from.scalar));
        let is_nan = self.setp(Comparison::Nan, from_ty, from.operand, from.operand);
        let zero = if from.scalar == Scalar::F32 { Operand::F32(0) } else { Operand::F64(0) };
        let args = [zero, from.operand, is_nan.into()];
        let number = self.compute(Opcode::Selp, from_ty, from_class, args);
        let wide = if to.bits() < 32 { Scalar::I32 } else { to };
        let types = [arithmetic_type(wide), from_ty];
        let integer = self.converted(Rounding::ZeroInteger, types, class(wide), number.into());
        let bounds = match to {
            Scalar::I8 => [i8::MIN.into(), i8::MAX.into()],
            Scalar::I16 => [i16::MIN.into(), i16::MAX.into()],
            Scalar::U8 => [0, u8::MAX.into()],
            Scalar::U16 => [0, u16::MAX.into()],
            _ => return integer.into(),
        };
        let [low, high] = bounds.map(Operand::Int);
        let above = self.compute(Opcode::Max, Ty::S32, Class::Short, [integer.into(), low]);
        self.compute(Opcode::Min, Ty::S32, Class::Short, [above.into(), high]).into()
    }

    fn same_bits(&mut self, to: Scalar, from: Value) -> Operand {
        let class_of = class(to);
        match class(from.scalar) == class_of {
            true => self.resized(to, from),
            false => {
                let ty = if to.bits() == 64 { Ty::B64 } else { Ty::B32 };
                let from = self.in_register(from.operand, class(from.scalar));
                self.compute(Opcode::Mov, ty, class_of, [from.into()]).into()
            }
        }
    }
}
