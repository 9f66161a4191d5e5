//! Conversions between numbers.

use super::expression::dtype_of;
use super::function::Lowering;
use crate::ir::construct::{and, compare, integer, zero};
use crate::ir::{self, CompareOp, Conversion, Purpose, Scalar};
use crate::source::Span;
use crate::types::{DType, Kind, Type};

impl Lowering<'_> {
    /// Converts as `np.T(x)` does: a weak integer that does not fit raises, a strong one wraps, a
    /// float saturates.
    pub(super) fn converted(
        &mut self,
        mut parts: Vec<ir::Expr>,
        from: &Type,
        to: &Type,
        span: Span,
    ) -> Vec<ir::Expr> {
        if let (Type::Array(_) | Type::Generator, Type::Array(_) | Type::Generator) = (from, to) {
            return parts;
        }
        if let Type::Optional(inner) = to {
            return self.as_optional(parts, from, inner, span);
        }
        let (given, wanted) = (dtype_of(from), dtype_of(to));
        if *from != Type::INT {
            return cast(parts, given, wanted);
        }
        if matches!(wanted, DType::Float32 | DType::Complex64) {
            // NumPy takes Python's int through a double.
            return cast(cast(parts, given, DType::Float64), DType::Float64, wanted);
        }
        if wanted.kind() == Kind::Int && wanted != DType::Int64 {
            parts = parts.into_iter().map(|value| self.fitting(value, wanted, span)).collect();
        }
        cast(parts, given, wanted)
    }

    /// Python's int, checked to lie in the range of an integer type.
    fn fitting(&mut self, value: ir::Expr, dtype: DType, span: Span) -> ir::Expr {
        let value = self.save(value, Scalar::I64, span);
        let (low, high) = dtype.int_range().unwrap_or_default();
        let bound = |op, bound| compare(op, value.clone(), integer(Scalar::I64, bound));
        let above = bound(CompareOp::Ge, low);
        let fits = match i64::try_from(high) {
            Ok(high) => and(above, bound(CompareOp::Le, high.into())),
            Err(_) => above,
        };
        let template = format!("Python integer {{i}} out of bounds for {}", dtype.name());
        let raise = self.exception("OverflowError", template, vec![value.clone()], span);
        self.check(fits, raise, Purpose::Semantics, span);
        value
    }
}

/// Converts a number without any check.
pub(super) fn cast(parts: Vec<ir::Expr>, from: DType, to: DType) -> Vec<ir::Expr> {
    let complex = |dtype: DType| dtype.kind() == Kind::Complex;
    if complex(from) && !complex(to) {
        unreachable!("bug in pykernel: a {from} as a {to}");
    }
    let (from_part, to_part) = (Scalar::of(from), Scalar::of(to));
    let mut converted: Vec<ir::Expr> =
        parts.into_iter().map(|part| number(part, from_part, to_part)).collect();
    if complex(to) && !complex(from) {
        converted.push(zero(to_part));
    }
    converted
}

/// Converts a machine number: integers wrap, floats round and saturate, a truth value is whether
/// the number is not zero.
pub(super) fn number(value: ir::Expr, from: Scalar, to: Scalar) -> ir::Expr {
    let how = match (from, to) {
        _ if from == to => return value,
        (_, Scalar::Bool) => return compare(CompareOp::Ne, value, zero(from)),
        (Scalar::Bool, _) => Conversion::Round,
        _ if to.is_float() => Conversion::Round,
        _ if from.is_float() => Conversion::Saturate,
        _ => Conversion::Wrap,
    };
    ir::Expr::Convert { to, how, value: Box::new(value) }
}
