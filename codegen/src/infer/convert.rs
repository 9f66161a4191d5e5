//! Conversions between types: written out, and checked where a literal cannot fit.

use super::none::{inner, present};
use super::tuple::after;
use super::{Body, Stop, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::typed::{Expr, ExprKind, Operation};
use crate::types::{DType, Kind, Type, Weak};

impl Body<'_, '_> {
    /// Converts an operand or a definition to the type that promotion or a join gave it.
    pub(super) fn coerce(&mut self, value: Expr, to: &Type) -> Typed {
        if let Type::Optional(inner) = to
            && value.ty != *to
        {
            return self.wrap(value, inner, |body, value| body.coerce(value, inner));
        }
        if let Some(literal) = value.int_literal() {
            return self.int_literal(literal, value, to);
        }
        if value.ty == *to {
            return Ok(value);
        }
        match (&value.kind, to, to.dtype()) {
            (ExprKind::Float(x), _, Some(DType::Float64)) => Ok(constant(ExprKind::Float(*x), to, &value)),
            (ExprKind::Float(x), _, Some(DType::Float32)) => {
                Ok(constant(ExprKind::Float(f64::from(*x as f32)), to, &value))
            }
            (ExprKind::Bool(x), _, Some(DType::Bool)) => Ok(constant(ExprKind::Bool(*x), to, &value)),
            (_, Type::Array(_), _) => Ok(Expr { ty: to.clone(), ..value }),
            (_, Type::Tuple(types), _) if matches!(&value.ty, Type::Tuple(items) if items.len() == types.len()) => {
                self.coerce_items(value, types)
            }
            // The conflict between the two is reported where the paths join.
            (_, Type::Tuple(_), _) => Err(Stop),
            (_, &Type::INT, _) if value.ty == Type::Strong(DType::UInt64) => {
                let span = value.span;
                self.library_call("int_of_uint64", vec![value], false, span)
            }
            (_, _, Some(_)) if value.ty.dtype().is_some() => {
                let span = value.span;
                Ok(Expr::new(ExprKind::Convert(Box::new(value)), to.clone(), span))
            }
            (_, Type::Time(time), _) => self.convert_time(value, *time),
            _ => self.no_conversion(&value, to),
        }
    }

    /// A literal of Python's `int` as a number of type `to`.
    fn int_literal(&mut self, literal: i128, value: Expr, to: &Type) -> Typed {
        if let Type::Time(time) = to {
            return self.convert_time(value, *time);
        }
        let Some(dtype) = to.dtype() else { return self.no_conversion(&value, to) };
        let fits = match (to, dtype.int_range()) {
            (_, None) => true,
            (_, Some(_)) if dtype == DType::Bool => true,
            (_, Some((low, high))) => (low..=high).contains(&literal),
        };
        if !fits {
            let message = format!("the integer {literal} does not fit `{to}`");
            let (low, high) = dtype.int_range().unwrap_or_default();
            let help = match to {
                Type::Weak(_) => {
                    "Python's `int` has 64 bits in kernels; use a `float`, or `uint64`".to_owned()
                }
                _ => format!("`{to}` holds {low} to {high}; write a number that fits, or use a wider type"),
            };
            return self.report(
                Diagnostic::new(Code::IntegerOutOfRange, value.span, message)
                    .label("does not fit")
                    .help(help),
            );
        }
        let kind = match dtype.kind() {
            Kind::Bool => ExprKind::Bool(literal != 0),
            Kind::Int => ExprKind::Int(literal),
            Kind::Float if dtype == DType::Float32 => ExprKind::Float(f64::from(literal as f64 as f32)),
            Kind::Float => ExprKind::Float(literal as f64),
            Kind::Complex if dtype == DType::Complex64 => {
                ExprKind::Complex(f64::from(literal as f64 as f32), 0.0)
            }
            Kind::Complex => ExprKind::Complex(literal as f64, 0.0),
        };
        Ok(constant(kind, to, &value))
    }

    /// Converts as `np.T(x)` does: declared parameters and results, constructors, stores.
    pub(super) fn convert(&mut self, value: Expr, to: &Type) -> Typed {
        match (&value.ty, to) {
            (given, Type::Optional(inner)) if given != to => {
                self.wrap(value, inner, |body, value| body.convert(value, inner))
            }
            (_, Type::Optional(_)) => Ok(value),
            (Type::Optional(_), Type::Weak(_) | Type::Strong(_) | Type::Time(_)) => {
                let value = self.required(value, &format!("expected {to}, got NoneType"))?;
                self.convert(value, to)
            }
            (Type::Array(given), Type::Array(wanted)) if given.passes_as(wanted) => self.coerce(value, to),
            (Type::Weak(_) | Type::Strong(_), Type::Weak(weak)) => self.convert_weak(value, *weak),
            (from, Type::Strong(dtype)) if from.dtype().is_some() => {
                let complex = from.dtype().is_some_and(|from| from.kind() == Kind::Complex);
                match dtype.kind() {
                    Kind::Bool => {
                        let truth = self.truth(value)?;
                        self.coerce(truth, to)
                    }
                    Kind::Int | Kind::Float if complex => self.no_conversion(&value, to),
                    Kind::Int | Kind::Float | Kind::Complex => self.coerce(value, to),
                }
            }
            (Type::Tuple(items), Type::Tuple(types)) if items.len() == types.len() => {
                self.convert_items(value, types)
            }
            (_, Type::Time(time)) => self.convert_time(value, *time),
            (Type::None, Type::None) | (Type::Generator, Type::Generator) => Ok(value),
            _ => self.no_conversion(&value, to),
        }
    }

    /// Converts as `int(x)`, `float(x)`, `complex(x)` and `bool(x)` do.
    pub(super) fn convert_weak(&mut self, value: Expr, weak: Weak) -> Typed {
        let to = Type::Weak(weak);
        let Some(from) = value.ty.dtype() else { return self.no_conversion(&value, &to) };
        match (weak, from.kind()) {
            (Weak::Bool, _) => self.truth(value),
            (Weak::Int, Kind::Float) => self.round_to_int("int_of_float", value),
            (Weak::Int | Weak::Float, Kind::Complex) => self.no_conversion(&value, &to),
            (Weak::Int | Weak::Float | Weak::Complex, _) => self.coerce(value, &to),
        }
    }

    /// Converts as `np.T(x)` and stores do: they take `None` for NaN, and for false.
    pub(super) fn numpy_scalar(&mut self, value: Expr, to: &Type) -> Typed {
        if !matches!(value.ty, Type::Optional(_)) {
            return self.convert(value, to);
        }
        let nan = match to.dtype().map(DType::kind) {
            Some(Kind::Float) => ExprKind::Float(f64::NAN),
            Some(Kind::Complex) => ExprKind::Complex(f64::NAN, f64::NAN),
            Some(Kind::Bool) => {
                let truth = self.truth(value)?;
                return self.coerce(truth, to);
            }
            Some(Kind::Int) | None => {
                let value = self.required(value, super::builtin::NO_INT)?;
                return self.convert(value, to);
            }
        };
        let span = value.span;
        let (first, again) = self.twice(value);
        let then = Box::new(self.convert(inner(again), to)?);
        let (cond, otherwise) = (Box::new(present(&first)), Box::new(Expr::new(nan, to.clone(), span)));
        Ok(Expr::new(ExprKind::Conditional { cond, then, otherwise }, to.clone(), span))
    }

    /// Python's `int` from a float, by a library function that rounds it.
    pub(super) fn round_to_int(&mut self, function: &str, value: Expr) -> Typed {
        let span = value.span;
        let value = self.coerce(value, &Type::FLOAT)?;
        let raises = self.model() != crate::hir::ErrorModel::NumPy;
        self.library_call(function, vec![value], raises, span)
    }

    fn no_conversion<T>(&mut self, value: &Expr, to: &Type) -> Typed<T> {
        let message = format!("`{}` cannot be converted to `{to}`", value.ty);
        let diagnostic = Diagnostic::new(Code::TypeMismatch, value.span, message);
        self.report(match (&value.ty, to) {
            (Type::Array(given), Type::Array(wanted)) if given.readonly && !wanted.readonly => {
                diagnostic.help("declare the parameter `readonly=True`")
            }
            (Type::Array(given), Type::Array(wanted))
                if (given.element, given.rank) == (wanted.element, wanted.rank) =>
            {
                diagnostic.help(format!(
                    "arrays are not copied: declare the argument `{wanted}`, or the parameter `{given}`"
                ))
            }
            (Type::Array(_), Type::Array(_)) => diagnostic
                .help("arrays are not converted: an argument has the parameter's element type and rank"),
            (_, Type::Array(wanted)) => diagnostic.help(format!("give it an array, `{wanted}`")),
            (_, Type::Tuple(_)) => diagnostic.help(format!("give it a tuple, `{to}`")),
            (_, Type::Generator) => diagnostic.help("give it a generator: `np.random.default_rng(seed)`"),
            (from, _) => diagnostic.help(real_number_of(from)),
        })
    }

    /// The truth value of a number, as Python's `bool`.
    pub(super) fn truth(&mut self, value: Expr) -> Typed {
        let span = value.span;
        if let Some(literal) = value.int_literal() {
            return Ok(constant(ExprKind::Bool(literal != 0), &Type::BOOL, &value));
        }
        if value.ty == Type::BOOL {
            return Ok(value);
        }
        if value.ty.may_be_none() {
            return self.truth_or_none(value);
        }
        if let Type::Tuple(_) = value.ty {
            return Ok(self.tuple_truth(value));
        }
        if let Type::Time(_) = value.ty {
            return Ok(self.time_truth(value));
        }
        let Some(dtype) = value.ty.dtype() else {
            let message = format!("`{}` has no single truth value", value.ty);
            return self.report(
                Diagnostic::new(Code::UnsupportedOperand, span, message)
                    .help("compare an element of it with something; masks are combined by `&` and `|`"),
            );
        };
        match dtype.kind() {
            Kind::Bool => Ok(Expr::new(ExprKind::Operation(Operation::Cast, vec![value]), Type::BOOL, span)),
            Kind::Int | Kind::Float => {
                let zero = match dtype.kind() {
                    Kind::Float => ExprKind::Float(0.0),
                    _ => ExprKind::Int(0),
                };
                let zero = Expr::new(zero, value.ty.clone(), span);
                let op = Operation::Compare(crate::ir::CompareOp::Ne);
                Ok(Expr::new(ExprKind::Operation(op, vec![value, zero]), Type::BOOL, span))
            }
            Kind::Complex => self.library_call("complex_truth", vec![value], false, span),
        }
    }

    /// The truth value of a condition; `and`, `or` and `not` in it need no common type.
    pub(super) fn truth_of(&mut self, cond: &crate::hir::Expr) -> Typed {
        match &cond.kind {
            crate::hir::ExprKind::Logical { op, left, right } => {
                self.logical_truth(*op, left, right, cond.span)
            }
            crate::hir::ExprKind::Conditional { cond: test, then, otherwise } => {
                self.conditional_truth([test, then, otherwise], cond.span)
            }
            _ => {
                let value = self.expr_or_none(cond)?;
                self.truth(value)
            }
        }
    }

    fn conditional_truth(&mut self, parts: [&crate::hir::Expr; 3], span: Span) -> Typed {
        let [cond, then, otherwise] = parts;
        let typed = self.truth_of(cond);
        match self.live_branches(cond, &typed) {
            [true, true] => {}
            [taken, _] => {
                let cond = typed?;
                let value = self.truth_of(if taken { then } else { otherwise })?;
                return Ok(after(vec![cond], value));
            }
        }
        let [then, otherwise] = [then, otherwise].map(|part| self.truth_of(part).map(Box::new));
        let kind = ExprKind::Conditional { cond: Box::new(typed?), then: then?, otherwise: otherwise? };
        Ok(Expr::new(kind, Type::BOOL, span))
    }

    fn logical_truth(
        &mut self,
        op: crate::hir::LogicalOp,
        left: &crate::hir::Expr,
        right: &crate::hir::Expr,
        span: Span,
    ) -> Typed {
        let and = op == crate::hir::LogicalOp::And;
        let typed = self.truth_of(left);
        match self.live_branches(left, &typed) {
            [true, true] => {}
            [truth, _] => {
                let left = typed?;
                return if truth == and { Ok(after(vec![left], self.truth_of(right)?)) } else { Ok(left) };
            }
        }
        let right = self.truth_of(right).map(Box::new);
        let kind = ExprKind::Logical { and, left: Box::new(typed?), right: right? };
        Ok(Expr::new(kind, Type::BOOL, span))
    }
}

/// How to make a real number of what is none, or an integer of what is a number.
pub(super) fn real_number_of(ty: &Type) -> &'static str {
    match (ty, ty.dtype().map(DType::kind)) {
        (Type::Array(_), _) => "index the array: an element is a number",
        (Type::Tuple(_), _) => "take one item: `x.shape[0]`",
        (Type::Text, _) => "write a number: kernels read none from text",
        (Type::DType(_), _) => "call it to convert a number: `np.float32(x)`",
        (_, Some(Kind::Complex)) => "take `.real`, `.imag` or `abs()` of the complex number",
        (_, Some(Kind::Bool | Kind::Int | Kind::Float)) => "convert it with `int()`",
        (Type::Generator, _) => "draw from it: `rng.random()`",
        (Type::Time(_), _) => "count in a unit: `t / np.timedelta64(1, 's')`, or `t.astype(np.int64)`",
        (Type::Optional(_), _) => "test that it is not `None` first: `if x is not None:`",
        (Type::None | Type::Weak(_) | Type::Strong(_), _) => "give it a number",
    }
}

/// A constant in the place of a literal.
fn constant(kind: ExprKind, ty: &Type, literal: &Expr) -> Expr {
    Expr::new(kind, ty.clone(), literal.span)
}
