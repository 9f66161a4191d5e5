//! Typing attributes: of arrays their shape, of numbers their parts.

use super::call::given;
use super::expression::dtype_value;
use super::tuple::int;
use super::{Body, Typed, promote};
use crate::builtin;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::source::Span;
use crate::typed::{Expr, ExprKind, Operation};
use crate::types::{ArrayType, DType, Kind, Type};

impl Body<'_, '_> {
    pub(super) fn attribute(&mut self, value: &hir::Expr, name: &str, span: Span) -> Typed {
        if let Some(flag) = self.flag(value, name, span) {
            return flag;
        }
        let value = self.expr(value)?;
        let value = self.with_attribute(value, name)?;
        match (&value.ty, name) {
            (Type::Array(array), "dtype") => Ok(dtype_value(array.element, span)),
            (Type::Array(array), "itemsize") => Ok(int(array.element.size() as i128, span)),
            (Type::DType(dtype), "itemsize") => Ok(int(dtype.size() as i128, span)),
            (Type::Array(_), "nbytes" | "real" | "imag") => {
                self.library_call(&format!("array_{name}"), vec![value], false, span)
            }
            (Type::Array(_), "ndim" | "size") => self.array_attribute(value, name, span),
            (Type::Array(array), "shape") => {
                let rank = array.rank;
                Ok(self.for_each_axis(ExprKind::Extent, rank, value, span))
            }
            (Type::Array(array), "strides") => {
                let rank = array.rank;
                Ok(self.for_each_axis(ExprKind::Stride, rank, value, span))
            }
            (Type::Array(array), "T") => {
                let ty = Type::Array(array.transposed());
                Ok(Expr::new(ExprKind::Transpose(Box::new(value)), ty, span))
            }
            (Type::Array(_), _) if let Some(field) = self.field_attribute(&value, name, span) => Ok(field),
            (ty, "real" | "imag") if ty.dtype().is_some() => self.part(value, name == "imag", span),
            (ty, _) => {
                let message = format!("`{ty}` has no attribute `{name}`");
                let known = match ty {
                    Type::Array(array) if let Some(record) = array.record() => {
                        &format!("the fields are {}", record.field_names())
                    }
                    Type::Array(_) => {
                        "arrays have `shape`, `ndim`, `size`, `strides`, `T`, `flat`, `dtype`, `itemsize`, `nbytes`, `flags`, `real` and `imag` in this version"
                    }
                    Type::Generator => "call its methods: `rng.random()`",
                    _ => "numbers have `real`, `imag` and `conjugate()`",
                };
                self.report(Diagnostic::new(Code::NoSuchAttribute, span, message).help(known))
            }
        }
    }

    /// `x.flags.c_contiguous` and its like; `None` if this is not what the attribute says.
    fn flag(&mut self, value: &hir::Expr, name: &str, span: Span) -> Option<Typed> {
        let hir::ExprKind::Attribute { value: array, name: flags } = &value.kind else { return None };
        let function = match name {
            "c_contiguous" | "contiguous" => "is_c_contiguous",
            "f_contiguous" => "is_f_contiguous",
            _ => return None,
        };
        if flags != "flags" {
            return None;
        }
        let array = self.expr(array).and_then(|array| self.with_attribute(array, flags));
        Some(array.and_then(|array| match array.ty {
            Type::Array(_) => self.library_call(function, vec![array], false, span),
            _ => {
                let message = format!("`{}` has no attribute `flags`", array.ty);
                let help = "arrays have flags";
                self.report(Diagnostic::new(Code::NoSuchAttribute, span, message).help(help))
            }
        }))
    }

    fn array_attribute(&mut self, array: Expr, name: &str, span: Span) -> Typed {
        let Type::Array(ty) = &array.ty else { unreachable!("bug in pykernel: not an array") };
        let kind = match name {
            "ndim" => ExprKind::Int(ty.rank as i128),
            _ => ExprKind::Size(Box::new(array)),
        };
        Ok(Expr::new(kind, Type::INT, span))
    }

    /// A tuple of what is known of each dimension.
    pub(super) fn for_each_axis(
        &mut self,
        kind: impl Fn(Box<Expr>, usize) -> ExprKind,
        rank: usize,
        array: Expr,
        span: Span,
    ) -> Expr {
        let (first, again) = self.twice(array);
        let array = |axis| if axis == 0 { first.clone() } else { again.clone() };
        let item = |axis| Expr::new(kind(Box::new(array(axis)), axis), Type::INT, span);
        let items = ExprKind::Tuple((0..rank).map(item).collect());
        Expr::new(items, Type::Tuple(vec![Type::INT; rank]), span)
    }

    /// What is in a value whose attribute is asked for.
    fn with_attribute(&mut self, value: Expr, name: &str) -> Typed {
        let message = format!("'NoneType' object has no attribute '{name}'");
        self.required_or("AttributeError", value, &message)
    }

    /// `x.shape[k]` with a constant `k`; `None` if this is not what the index says.
    pub(super) fn shape_item(
        &mut self,
        value: &hir::Expr,
        indices: &[hir::Index],
        span: Span,
    ) -> Option<Typed> {
        let hir::ExprKind::Attribute { value: array, name } = &value.kind else { return None };
        let [hir::Index::Expr(hir::Expr { kind: hir::ExprKind::Int(axis), span: place })] = indices else {
            return None;
        };
        if name != "shape" {
            return None;
        }
        let array = self.expr(array).and_then(|array| self.with_attribute(array, name));
        Some(array.and_then(|array| match array.ty {
            Type::Array(ty) => self.extent(array, ty, (*axis, *place), span),
            _ => self.attribute(value_of(value), name, value.span),
        }))
    }

    fn extent(&mut self, array: Expr, ty: ArrayType, (axis, place): (i128, Span), span: Span) -> Typed {
        let rank = ty.rank as i128;
        let from_start = if axis < 0 { axis + rank } else { axis };
        if !(0..rank).contains(&from_start) {
            let message = format!("`{ty}` has {rank} dimensions; there is no extent {axis}");
            return self.report(
                Diagnostic::new(Code::WrongRank, place, message).help("use an index below `x.ndim`"),
            );
        }
        Ok(Expr::new(ExprKind::Extent(Box::new(array), from_start as usize), Type::INT, span))
    }

    /// `x.real`, `x.imag`.
    fn part(&mut self, value: Expr, imaginary: bool, span: Span) -> Typed {
        let dtype = value.ty.dtype().unwrap_or(DType::Int64);
        if dtype.kind() == Kind::Complex {
            let ty = match value.ty {
                Type::Weak(_) => Type::FLOAT,
                _ => Type::Strong(promote::part(dtype)),
            };
            let value = {
                let ty = value.ty.clone();
                self.coerce(value, &ty)?
            };
            let op = if imaginary { Operation::Imaginary } else { Operation::Real };
            return Ok(Self::operation(op, vec![value], ty, span));
        }
        let ty = if value.ty == Type::BOOL { Type::INT } else { value.ty.clone() };
        let value = self.coerce(value, &ty)?;
        if imaginary { self.library_call("zero_of", vec![value], false, span) } else { Ok(value) }
    }

    /// A method call. Those of arrays are functions of NumPy, which take the array first.
    pub(super) fn method(
        &mut self,
        value: &hir::Expr,
        name: &str,
        args: &[hir::Expr],
        keywords: &[hir::Keyword],
        span: Span,
    ) -> Typed {
        let place = value.span;
        let value = self.expr(value)?;
        let value = self.with_attribute(value, name)?;
        if let ("view", [arg]) = (name, args)
            && matches!(&arg.kind, hir::ExprKind::Builtin(class) if class == "numpy.recarray")
            && matches!(value.ty, Type::Array(array) if array.record().is_some())
        {
            return Ok(value);
        }
        let of_generator = format!("Generator.{name}");
        let function = match value.ty {
            Type::Array(_) => builtin::method(name),
            Type::Generator => builtin::find(&of_generator).map(|row| row.name),
            _ => None,
        };
        if let Some(row) = function {
            self.typed.push(value);
            let array = hir::Expr { kind: hir::ExprKind::Typed(self.typed.len() - 1), span: place };
            let args: Vec<hir::Expr> = std::iter::once(array).chain(args.iter().cloned()).collect();
            return self.call_builtin(row, &args, keywords, [span, span]);
        }
        if let (Type::Array(_), "item") = (&value.ty, name) {
            self.no_keywords(name, keywords)?;
            return self.array_item(value, args, span);
        }
        if let ("astype", [dtype], []) = (name, args, keywords)
            && matches!(value.ty, Type::Strong(_) | Type::Time(_))
        {
            return self.astype_of_number(value, dtype, span);
        }
        if name != "conjugate" || value.ty.dtype().is_none() {
            let message = format!("`{}` has no method `{name}`", value.ty);
            return self.report(Diagnostic::new(Code::NoSuchAttribute, span, message).help(match value.ty {
                Type::Array(_) => {
                    format!("arrays have the methods {} in this version", builtin::methods().join(", "))
                }
                Type::Generator => {
                    format!("generators have the methods {}", builtin::generator_methods().join(", "))
                }
                Type::Time(_) => "dates and durations have the method `astype(dtype)`".to_owned(),
                _ => "numbers have the method `conjugate()`, and NumPy's `astype(dtype)`".to_owned(),
            }));
        }
        self.no_keywords(name, keywords)?;
        if !args.is_empty() {
            let message = format!("`conjugate` takes no arguments, and {}", given(args.len()));
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, span, message).help("write `x.conjugate()`"),
            );
        }
        if value.ty.dtype().map(DType::kind) == Some(Kind::Complex) {
            return self.library_call("complex_conjugate", vec![value], false, span);
        }
        self.part(value, false, span)
    }
}

impl Body<'_, '_> {
    /// `x.astype(dtype)` of one of NumPy's numbers, or of a time.
    fn astype_of_number(&mut self, value: Expr, dtype: &hir::Expr, span: Span) -> Typed {
        let dtype = self.expr_or_none(dtype)?;
        if let Some(time) = self.astype_with_times(&[value.clone(), dtype.clone()], span) {
            return time;
        }
        let dtype = self.dtype_of(&dtype)?.unwrap_or(DType::Float64);
        let is_complex = value.ty.dtype().map(DType::kind) == Some(Kind::Complex);
        let value = match is_complex && matches!(dtype.kind(), Kind::Int | Kind::Float) {
            true => self.part(value, false, span)?,
            false => value,
        };
        self.convert(value, &Type::Strong(dtype))
    }
}

/// The array of an attribute expression.
fn value_of(attribute: &hir::Expr) -> &hir::Expr {
    match &attribute.kind {
        hir::ExprKind::Attribute { value, .. } => value,
        _ => attribute,
    }
}
