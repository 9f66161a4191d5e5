//! What `np.finfo` and `np.iinfo` say of a type: constants.

use ruff_python_ast::{self as ast, Expr};

use super::function::Scope;
use super::import::Entity;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, ExprKind};
use crate::source::Span;
use crate::types::{DType, Kind};

/// A fact about a number type.
enum Fact {
    /// In the type itself.
    Own(f64),
    /// A Python `int`.
    Int(i128),
}

impl Scope<'_, '_> {
    /// `np.finfo(T).name`, `np.iinfo(T).name`; `None` if an attribute is of something else.
    pub(super) fn limit(&mut self, attribute: &ast::ExprAttribute) -> Option<Option<ExprKind>> {
        let Expr::Call(call) = &*attribute.value else { return None };
        let ids = &self.ids;
        let kind = match self.reader.entity(&call.func, &|name| ids.contains_key(name)) {
            Some(Entity::Limits(kind)) => kind,
            _ => return None,
        };
        let of = match (&*call.arguments.args, &*call.arguments.keywords) {
            ([of], []) => self.reader.entity(of, &|name| ids.contains_key(name)),
            _ => None,
        };
        let dtype = match of {
            Some(Entity::Number(ty)) => ty.dtype().map(real).filter(|dtype| dtype.kind() == kind),
            _ => None,
        };
        let (name, span) = (attribute.attr.as_str(), self.span(attribute));
        let fact = dtype.and_then(|dtype| Some((dtype, fact(dtype, name)?)));
        Some(match fact {
            Some((_, Fact::Int(value))) => Some(ExprKind::Int(value)),
            Some((dtype, Fact::Own(value))) => Some(constant(dtype, value, span)),
            None => self.no_limit(kind, span),
        })
    }

    fn no_limit<T>(&mut self, kind: Kind, span: Span) -> Option<T> {
        let (function, help) = match kind {
            Kind::Float | Kind::Complex => {
                ("finfo", "write `np.finfo(np.float64)` with `.eps`, `.max`, `.min`, `.tiny` or their like")
            }
            Kind::Int | Kind::Bool => ("iinfo", "write `np.iinfo(np.int32)` with `.max`, `.min` or `.bits`"),
        };
        let message = format!("`{function}` says nothing like this");
        self.refuse(Diagnostic::new(Code::NoSuchAttribute, span, message).help(help))
    }
}

/// The type of a number's parts.
const fn real(dtype: DType) -> DType {
    match dtype {
        DType::Complex64 => DType::Float32,
        DType::Complex128 => DType::Float64,
        other => other,
    }
}

fn constant(dtype: DType, value: f64, span: Span) -> ExprKind {
    let expr = |kind| hir::Expr { kind, span };
    ExprKind::Call {
        callee: Box::new(expr(ExprKind::Builtin(format!("numpy.{dtype}")))),
        args: vec![expr(ExprKind::Float(value))],
        keywords: Vec::new(),
    }
}

fn fact(dtype: DType, name: &str) -> Option<Fact> {
    match dtype {
        DType::Float32 => float(name, f32::MANTISSA_DIGITS, f32::MAX_EXP, f32::DIGITS),
        DType::Float64 => float(name, f64::MANTISSA_DIGITS, f64::MAX_EXP, f64::DIGITS),
        _ => integer(dtype, name),
    }
}

/// What `np.finfo` says of IEEE 754's binary formats, by the parameters that define one.
fn float(name: &str, digits: u32, max_exponent: i32, decimal_digits: u32) -> Option<Fact> {
    let stored = digits as i32 - 1;
    let exponent_bits = 1 + i128::from(max_exponent.ilog2());
    let min_exponent = 2 - max_exponent;
    let max = (2.0 - 2f64.powi(-stored)) * 2f64.powi(max_exponent - 1);
    Some(match name {
        "bits" => Fact::Int(1 + exponent_bits + i128::from(stored)),
        "eps" => Fact::Own(2f64.powi(-stored)),
        "epsneg" => Fact::Own(2f64.powi(-stored - 1)),
        "iexp" | "nexp" => Fact::Int(exponent_bits),
        "machep" => Fact::Int(i128::from(-stored)),
        "max" => Fact::Own(max),
        "maxexp" => Fact::Int(i128::from(max_exponent)),
        "min" => Fact::Own(-max),
        "minexp" => Fact::Int(i128::from(min_exponent)),
        "negep" => Fact::Int(i128::from(-stored - 1)),
        "nmant" => Fact::Int(i128::from(stored)),
        "precision" => Fact::Int(i128::from(decimal_digits)),
        "resolution" => Fact::Own(if decimal_digits == f32::DIGITS { 1e-6 } else { 1e-15 }),
        "smallest_normal" | "tiny" => Fact::Own(2f64.powi(min_exponent)),
        "smallest_subnormal" => Fact::Own(if digits == f32::MANTISSA_DIGITS {
            f64::from(f32::from_bits(1))
        } else {
            f64::from_bits(1)
        }),
        _ => return None,
    })
}

fn integer(dtype: DType, name: &str) -> Option<Fact> {
    let (min, max): (i128, i128) = match dtype {
        DType::Int8 => (i8::MIN.into(), i8::MAX.into()),
        DType::Int16 => (i16::MIN.into(), i16::MAX.into()),
        DType::Int32 => (i32::MIN.into(), i32::MAX.into()),
        DType::Int64 => (i64::MIN.into(), i64::MAX.into()),
        DType::UInt8 => (0, u8::MAX.into()),
        DType::UInt16 => (0, u16::MAX.into()),
        DType::UInt32 => (0, u32::MAX.into()),
        DType::UInt64 => (0, u64::MAX.into()),
        DType::Bool | DType::Float32 | DType::Float64 | DType::Complex64 | DType::Complex128 => return None,
    };
    Some(Fact::Int(match name {
        "min" => min,
        "max" => max,
        "bits" => i128::from((max - min).ilog2() + 1),
        _ => return None,
    }))
}
