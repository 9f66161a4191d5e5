//! NumPy's own ufuncs.

use super::{Row, Rule, Target, Ufunc, row};
use crate::{hir, ir};

/// A ufunc of NumPy's.
pub(super) const fn ufunc(name: &'static str, arity: usize, ufunc: Ufunc) -> Row {
    row(name, arity..=arity, Rule::Ufunc, Target::Ufunc(ufunc))
}

/// A ufunc that computes in floats.
const fn float(name: &'static str, function: &'static str) -> Row {
    ufunc(name, 1, Ufunc::Float(function, None))
}

/// A ufunc that computes in floats or in complex numbers.
const fn number(name: &'static str, function: &'static str, complex: &'static str) -> Row {
    ufunc(name, 1, Ufunc::Float(function, Some(complex)))
}

pub(super) static TABLE: &[Row] = &[
    ufunc("numpy.abs", 1, Ufunc::Abs),
    ufunc("numpy.absolute", 1, Ufunc::Abs),
    ufunc("numpy.add", 2, Ufunc::Binary(hir::BinaryOp::Add)),
    number("numpy.arccos", "math_acos", "cmath_acos"),
    number("numpy.arccosh", "math_acosh", "cmath_acosh"),
    number("numpy.arcsin", "math_asin", "cmath_asin"),
    number("numpy.arcsinh", "math_asinh", "cmath_asinh"),
    number("numpy.arctan", "math_atan", "cmath_atan"),
    ufunc("numpy.arctan2", 2, Ufunc::Float("math_atan2", None)),
    number("numpy.arctanh", "math_atanh", "cmath_atanh"),
    ufunc("numpy.bitwise_and", 2, Ufunc::Binary(hir::BinaryOp::BitAnd)),
    ufunc("numpy.bitwise_not", 1, Ufunc::Unary(hir::UnaryOp::Invert)),
    ufunc("numpy.bitwise_or", 2, Ufunc::Binary(hir::BinaryOp::BitOr)),
    ufunc("numpy.bitwise_xor", 2, Ufunc::Binary(hir::BinaryOp::BitXor)),
    float("numpy.cbrt", "math_cbrt"),
    ufunc("numpy.ceil", 1, Ufunc::Whole("whole_ceil")),
    ufunc("numpy.conj", 1, Ufunc::Conjugate),
    ufunc("numpy.conjugate", 1, Ufunc::Conjugate),
    ufunc("numpy.copysign", 2, Ufunc::Float("math_copysign", None)),
    number("numpy.cos", "math_cos", "cmath_cos"),
    number("numpy.cosh", "math_cosh", "cmath_cosh"),
    float("numpy.deg2rad", "math_radians"),
    float("numpy.degrees", "math_degrees"),
    ufunc("numpy.divide", 2, Ufunc::Binary(hir::BinaryOp::Div)),
    ufunc("numpy.equal", 2, Ufunc::Compare(hir::CompareOp::Eq)),
    number("numpy.exp", "math_exp", "cmath_exp"),
    float("numpy.exp2", "math_exp2"),
    float("numpy.expm1", "math_expm1"),
    float("numpy.fabs", "math_fabs"),
    ufunc("numpy.float_power", 2, Ufunc::FloatPower),
    ufunc("numpy.floor", 1, Ufunc::Whole("whole_floor")),
    ufunc("numpy.floor_divide", 2, Ufunc::Binary(hir::BinaryOp::FloorDiv)),
    ufunc("numpy.fmax", 2, Ufunc::Same("numpy_fmax")),
    ufunc("numpy.fmin", 2, Ufunc::Same("numpy_fmin")),
    ufunc("numpy.fmod", 2, Ufunc::Integers("numpy_int_fmod", Some("math_fmod"))),
    float("numpy.frexp", "numpy_frexp"),
    ufunc("numpy.gcd", 2, Ufunc::Integers("numpy_gcd", None)),
    ufunc("numpy.greater", 2, Ufunc::Compare(hir::CompareOp::Gt)),
    ufunc("numpy.greater_equal", 2, Ufunc::Compare(hir::CompareOp::Ge)),
    ufunc("numpy.heaviside", 2, Ufunc::Float("numpy_heaviside", None)),
    ufunc("numpy.hypot", 2, Ufunc::Float("math_hypot", None)),
    ufunc("numpy.invert", 1, Ufunc::Unary(hir::UnaryOp::Invert)),
    ufunc("numpy.isfinite", 1, Ufunc::Test("math_isfinite", Some("cmath_isfinite"))),
    ufunc("numpy.isinf", 1, Ufunc::Test("math_isinf", Some("cmath_isinf"))),
    ufunc("numpy.isnat", 1, Ufunc::IsNat),
    ufunc("numpy.isnan", 1, Ufunc::Test("math_isnan", Some("cmath_isnan"))),
    ufunc("numpy.lcm", 2, Ufunc::Integers("numpy_lcm", None)),
    ufunc("numpy.ldexp", 2, Ufunc::Ldexp),
    ufunc("numpy.left_shift", 2, Ufunc::Binary(hir::BinaryOp::LeftShift)),
    ufunc("numpy.less", 2, Ufunc::Compare(hir::CompareOp::Lt)),
    ufunc("numpy.less_equal", 2, Ufunc::Compare(hir::CompareOp::Le)),
    number("numpy.log", "math_log", "cmath_log"),
    number("numpy.log10", "math_log10", "cmath_log10"),
    float("numpy.log1p", "math_log1p"),
    float("numpy.log2", "math_log2"),
    ufunc("numpy.logaddexp", 2, Ufunc::Float("numpy_logaddexp", None)),
    ufunc("numpy.logaddexp2", 2, Ufunc::Float("numpy_logaddexp2", None)),
    ufunc("numpy.logical_and", 2, Ufunc::Logical(ir::BinaryOp::And)),
    ufunc("numpy.logical_not", 1, Ufunc::Not),
    ufunc("numpy.logical_or", 2, Ufunc::Logical(ir::BinaryOp::Or)),
    ufunc("numpy.logical_xor", 2, Ufunc::Logical(ir::BinaryOp::Xor)),
    ufunc("numpy.maximum", 2, Ufunc::Same("numpy_maximum")),
    ufunc("numpy.minimum", 2, Ufunc::Same("numpy_minimum")),
    ufunc("numpy.mod", 2, Ufunc::Binary(hir::BinaryOp::Mod)),
    float("numpy.modf", "fraction_and_whole"),
    ufunc("numpy.multiply", 2, Ufunc::Binary(hir::BinaryOp::Mul)),
    ufunc("numpy.negative", 1, Ufunc::Unary(hir::UnaryOp::Negate)),
    ufunc("numpy.nextafter", 2, Ufunc::Float("math_nextafter", None)),
    ufunc("numpy.not_equal", 2, Ufunc::Compare(hir::CompareOp::Ne)),
    ufunc("numpy.positive", 1, Ufunc::Unary(hir::UnaryOp::Plus)),
    ufunc("numpy.power", 2, Ufunc::Binary(hir::BinaryOp::Pow)),
    float("numpy.rad2deg", "math_degrees"),
    float("numpy.radians", "math_radians"),
    ufunc("numpy.remainder", 2, Ufunc::Binary(hir::BinaryOp::Mod)),
    ufunc("numpy.right_shift", 2, Ufunc::Binary(hir::BinaryOp::RightShift)),
    float("numpy.rint", "whole_rint"),
    ufunc("numpy.sign", 1, Ufunc::Same("sign_of")),
    ufunc("numpy.signbit", 1, Ufunc::Test("numpy_signbit", None)),
    number("numpy.sin", "math_sin", "cmath_sin"),
    number("numpy.sinh", "math_sinh", "cmath_sinh"),
    float("numpy.spacing", "numpy_spacing"),
    number("numpy.sqrt", "math_sqrt", "cmath_sqrt"),
    ufunc("numpy.square", 1, Ufunc::Square),
    ufunc("numpy.subtract", 2, Ufunc::Binary(hir::BinaryOp::Sub)),
    number("numpy.tan", "math_tan", "cmath_tan"),
    number("numpy.tanh", "math_tanh", "cmath_tanh"),
    ufunc("numpy.true_divide", 2, Ufunc::Binary(hir::BinaryOp::Div)),
    ufunc("numpy.trunc", 1, Ufunc::Whole("whole_trunc")),
    ufunc("numpy.where", 3, Ufunc::Where),
];
