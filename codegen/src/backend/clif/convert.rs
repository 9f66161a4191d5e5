//! Conversions between machine numbers.

use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};

use super::clif_type;
use super::expression::Operand;
use super::function::FunctionCx;
use crate::ir::{Conversion, Scalar};

impl FunctionCx<'_, '_> {
    pub(super) fn convert(&mut self, to: Scalar, how: Conversion, from: Operand) -> Operand {
        let value = match how {
            Conversion::Round if to.is_float() && from.scalar.is_float() => self.resize_float(to, from),
            Conversion::Round if to.is_float() => self.integer_to_float(to, from),
            Conversion::Round | Conversion::Wrap => self.resize_integer(to, from),
            Conversion::Saturate => self.float_to_integer(to, from.value),
            Conversion::Bits => self.same_bits(to, from.value),
        };
        Operand { value, scalar: to }
    }

    /// An integer or bool in 64 bits, extended by its own signedness.
    pub(super) fn widen(&mut self, operand: Operand) -> Value {
        self.resize_integer(Scalar::U64, operand)
    }

    fn resize_float(&mut self, to: Scalar, from: Operand) -> Value {
        match (from.scalar, to) {
            (Scalar::F32, Scalar::F64) => self.builder.ins().fpromote(types::F64, from.value),
            (Scalar::F64, Scalar::F32) => self.builder.ins().fdemote(types::F32, from.value),
            _ => from.value,
        }
    }

    fn resize_integer(&mut self, to: Scalar, from: Operand) -> Value {
        let ty = clif_type(to);
        match from.scalar.bits().cmp(&to.bits()) {
            std::cmp::Ordering::Equal => from.value,
            std::cmp::Ordering::Greater => self.builder.ins().ireduce(ty, from.value),
            std::cmp::Ordering::Less if from.scalar.is_signed() => self.builder.ins().sextend(ty, from.value),
            std::cmp::Ordering::Less => self.builder.ins().uextend(ty, from.value),
        }
    }

    /// Unsigned numbers of fewer than 64 bits are signed ones of 64.
    fn integer_to_float(&mut self, to: Scalar, from: Operand) -> Value {
        let ty = clif_type(to);
        if from.scalar == Scalar::U64 {
            return self.builder.ins().fcvt_from_uint(ty, from.value);
        }
        let wide = match from.scalar {
            Scalar::I8 | Scalar::I16 | Scalar::I32 => self.resize_integer(Scalar::I32, from),
            _ => self.widen(from),
        };
        self.builder.ins().fcvt_from_sint(ty, wide)
    }

    fn float_to_integer(&mut self, to: Scalar, value: Value) -> Value {
        match to {
            Scalar::I32 | Scalar::I64 => self.builder.ins().fcvt_to_sint_sat(clif_type(to), value),
            Scalar::U32 | Scalar::U64 => self.builder.ins().fcvt_to_uint_sat(clif_type(to), value),
            Scalar::I8 => self.float_to_narrow(to, value, [i8::MIN.into(), i8::MAX.into()]),
            Scalar::I16 => self.float_to_narrow(to, value, [i16::MIN.into(), i16::MAX.into()]),
            Scalar::U8 => self.float_to_narrow(to, value, [0, u8::MAX.into()]),
            Scalar::U16 => self.float_to_narrow(to, value, [0, u16::MAX.into()]),
            Scalar::Bool | Scalar::F32 | Scalar::F64 => {
                unreachable!("bug in pykernel: a float saturates to {to:?}")
            }
        }
    }

    /// Saturates twice: to 32 bits, then to the narrow type's bounds.
    fn float_to_narrow(&mut self, to: Scalar, value: Value, bounds: [i128; 2]) -> Value {
        let wide = self.builder.ins().fcvt_to_sint_sat(types::I32, value);
        let [low, high] = bounds.map(|bound| self.integer(Scalar::I32, bound));
        let above = self.builder.ins().smax(wide, low);
        let within = self.builder.ins().smin(above, high);
        self.builder.ins().ireduce(clif_type(to), within)
    }

    fn same_bits(&mut self, to: Scalar, value: Value) -> Value {
        let ty = clif_type(to);
        match self.builder.func.dfg.value_type(value) == ty {
            true => value,
            false => self.builder.ins().bitcast(ty, MemFlagsData::new(), value),
        }
    }
}
