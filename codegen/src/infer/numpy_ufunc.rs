//! Typing NumPy's own ufuncs, `np.add`, `np.sin`, and `np.where`: on numbers, and on whole arrays.

use super::elementwise::casts_to;
use super::promote::promote;
use super::{Body, Stop, Typed, builtin};
use crate::builtin::{Row, Target, Ufunc, python_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, BinaryOp};
use crate::source::Span;
use crate::typed::{Expr, ExprKind, Operation};
use crate::types::{DType, Kind, Type};

impl Body<'_, '_> {
    /// A call of one of NumPy's ufuncs. Python's numbers are NumPy's here, unless they meet some.
    pub(super) fn call_numpy_ufunc(
        &mut self,
        row: &'static Row,
        args: &[hir::Expr],
        keywords: &[hir::Keyword],
        span: Span,
    ) -> Typed {
        let Target::Ufunc(ufunc) = row.target else {
            unreachable!("bug in pykernel: `{}` is no ufunc", row.name)
        };
        let n_inputs = *row.arity.end();
        let (given, positional) = args.split_at(args.len().min(n_inputs));
        let out = match (positional, keywords) {
            _ if given.len() < n_inputs || ufunc == Ufunc::Where => None,
            ([], []) => None,
            ([out], []) => Some(out),
            ([], [keyword]) if keyword.name == "out" => Some(&keyword.value),
            _ => None,
        };
        if given.len() < n_inputs || args.len() + keywords.len() > n_inputs + usize::from(out.is_some()) {
            let message = format!("`{}` takes {n_inputs} inputs", python_name(row.name));
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, span, message)
                    .help("give inputs by position, and perhaps an array as `out`"),
            );
        }
        let given: Vec<Typed> = given.iter().map(|arg| self.expr(arg)).collect();
        let out = out.map(|out| self.expr(out)).transpose()?;
        self.check_numbers(out.as_slice(), &format!("`{}`", python_name(row.name)))?;
        let inputs = given.into_iter().collect::<Typed<_>>()?;
        self.numpy_ufunc_of_values(row, inputs, out, span)
    }

    /// One of NumPy's ufuncs of values.
    pub(super) fn numpy_ufunc_of_values(
        &mut self,
        row: &'static Row,
        given: Vec<Expr>,
        out: Option<Expr>,
        span: Span,
    ) -> Typed {
        let Target::Ufunc(ufunc) = row.target else {
            unreachable!("bug in pykernel: `{}` is no ufunc", row.name)
        };
        let mut inputs = Vec::new();
        for input in given {
            if input.ty.scalar().is_none() {
                return self.wrong_argument(row, &input, "numbers and arrays");
            }
            inputs.push(input);
        }
        let numbers = &inputs[usize::from(ufunc == Ufunc::Where)..];
        if numbers.iter().all(|input| matches!(input.ty, Type::Weak(_))) {
            let strong = |input: Expr| match input.ty.dtype() {
                Some(dtype) => self.coerce(input, &Type::Strong(dtype)),
                None => Ok(input),
            };
            inputs = inputs.into_iter().map(strong).collect::<Typed<_>>()?;
        }
        self.each_element_to(inputs, out, span, &mut |body, elements| {
            let result = body.element_of_ufunc(row, ufunc, elements, span)?;
            let dtype = result.ty.dtype();
            match dtype {
                Some(dtype) => body.convert(result, &Type::Strong(dtype)),
                None => Ok(result),
            }
        })
    }

    /// What a ufunc gives for numbers.
    pub(super) fn element_of_ufunc(
        &mut self,
        row: &'static Row,
        ufunc: Ufunc,
        mut args: Vec<Expr>,
        span: Span,
    ) -> Typed {
        if args.iter().any(|arg| matches!(arg.ty, Type::Time(_))) {
            return self.ufunc_of_times(row, ufunc, args, span);
        }
        let last = args.pop().ok_or(Stop)?;
        match (ufunc, args.pop()) {
            (Ufunc::Unary(hir::UnaryOp::Invert), _) if is_inexact(&last) => {
                self.wrong_argument(row, &last, "integers and truth values")
            }
            (Ufunc::Unary(op), _) => self.unary(op, last, span),
            (Ufunc::Abs, _) => builtin::abs(self, row, vec![last], span),
            (Ufunc::Conjugate, _) => match last.ty.dtype().map(DType::kind) {
                Some(Kind::Complex) => self.library_call("complex_conjugate", vec![last], false, span),
                Some(_) => self.unary(hir::UnaryOp::Plus, last, span),
                None => Err(Stop),
            },
            (Ufunc::Square, _) => {
                let is_bool = last.ty == Type::Strong(DType::Bool);
                let last = if is_bool { self.coerce(last, &Type::Strong(DType::Int8))? } else { last };
                self.binary(BinaryOp::Mul, last.clone(), last, span)
            }
            (Ufunc::Not, _) => self.unary(hir::UnaryOp::Not, last, span),
            (Ufunc::IsNat, _) => self.report(
                Diagnostic::new(
                    Code::ArgumentMismatch,
                    last.span,
                    "ufunc 'isnat' is only defined for np.datetime64 and np.timedelta64.",
                )
                .help("numbers can be NaN: `np.isnan(x)`"),
            ),
            (Ufunc::Binary(op), Some(first)) => self.binary(op, first, last, span),
            (Ufunc::Compare(op), Some(first)) => self.compare(op, first, last, span),
            (Ufunc::Logical(op), Some(first)) => {
                let truths = vec![self.truth(first)?, self.truth(last)?];
                Ok(Self::operation(Operation::Binary(op), truths, Type::BOOL, span))
            }
            (Ufunc::Where, Some(first)) => self.where_(args.pop().ok_or(Stop)?, first, last, span),
            (Ufunc::Same(function), first) => self.of_one_type(row, function, first, last, span),
            (Ufunc::Whole(function), _) => match last.ty.dtype().map(DType::kind) {
                Some(Kind::Bool | Kind::Int) => Ok(last),
                _ => self.of_floats(row, function, None, vec![last], span),
            },
            (Ufunc::Test(function, complex), _) => match last.ty.dtype().map(DType::kind) {
                Some(Kind::Complex) => match complex {
                    Some(complex) => self.library_call(complex, vec![last], false, span),
                    None => self.wrong_argument(row, &last, "real numbers"),
                },
                Some(Kind::Float) => self.library_call(function, vec![last], false, span),
                _ => {
                    let double = self.coerce(last, &Type::Strong(DType::Float64))?;
                    self.library_call(function, vec![double], false, span)
                }
            },
            (Ufunc::Float(function, complex), first) => {
                let args = first.into_iter().chain([last]).collect();
                self.of_floats(row, function, complex, args, span)
            }
            (Ufunc::Integers(function, floats), first) => {
                self.of_integers(row, function, floats, first.into_iter().chain([last]).collect(), span)
            }
            (Ufunc::Ldexp, Some(first)) => self.ldexp(row, first, last, span),
            (Ufunc::FloatPower, Some(first)) => {
                let is_complex = |arg: &Expr| arg.ty.dtype().map(DType::kind) == Some(Kind::Complex);
                let any = is_complex(&first) || is_complex(&last);
                let ty = Type::Strong(if any { DType::Complex128 } else { DType::Float64 });
                let (first, last) = (self.coerce(first, &ty)?, self.coerce(last, &ty)?);
                self.binary(BinaryOp::Pow, first, last, span)
            }
            (Ufunc::Binary(_) | Ufunc::Compare(_) | Ufunc::Logical(_) | Ufunc::Where, None)
            | (Ufunc::Ldexp | Ufunc::FloatPower, None) => {
                unreachable!("bug in pykernel: the arity was checked")
            }
        }
    }

    /// `np.where(cond, then, otherwise)`.
    fn where_(&mut self, cond: Expr, then: Expr, otherwise: Expr, span: Span) -> Typed {
        let ty = promote(&then.ty, &otherwise.ty).ok_or(Stop)?;
        let values = [self.coerce(then, &ty), self.coerce(otherwise, &ty)];
        let [then, otherwise] = values.map(|value| value.map(Box::new));
        let cond = Box::new(self.truth(cond)?);
        let kind = ExprKind::Conditional { cond, then: then?, otherwise: otherwise? };
        Ok(Expr::new(kind, ty, span))
    }

    /// A function of the library on real numbers of one type.
    fn of_one_type(
        &mut self,
        row: &'static Row,
        function: &str,
        first: Option<Expr>,
        last: Expr,
        span: Span,
    ) -> Typed {
        let ty = match &first {
            Some(first) => promote(&first.ty, &last.ty).ok_or(Stop)?,
            None => last.ty.clone(),
        };
        if ty.dtype().map(DType::kind) == Some(Kind::Complex) {
            return self.wrong_argument(row, &last, "real numbers");
        }
        let args = first.into_iter().chain([last]).map(|arg| self.coerce(arg, &ty));
        let args = args.collect::<Typed<Vec<_>>>()?;
        self.library_call(function, args, false, span)
    }

    /// A function of the library on integers of one type, `bool_` being `int8`, or one on floats.
    fn of_integers(
        &mut self,
        row: &'static Row,
        function: &str,
        floats: Option<&str>,
        args: Vec<Expr>,
        span: Span,
    ) -> Typed {
        let dtype = common(&args)?;
        let ty = match (dtype.kind(), floats) {
            (Kind::Bool, _) => Type::Strong(DType::Int8),
            (Kind::Int, _) => Type::Strong(dtype),
            (Kind::Float | Kind::Complex, Some(floats)) => {
                return self.of_floats(row, floats, None, args, span);
            }
            (Kind::Float | Kind::Complex, None) => {
                return self.wrong_argument(row, &args[0], "integers of which one type holds all");
            }
        };
        let args: Vec<Typed> = args.into_iter().map(|arg| self.coerce(arg, &ty)).collect();
        self.library_call(function, args.into_iter().collect::<Typed<_>>()?, false, span)
    }

    /// `np.ldexp`: the exponent is an integer that `int64` holds.
    fn ldexp(&mut self, row: &'static Row, x: Expr, exponent: Expr, span: Span) -> Typed {
        match exponent.ty.dtype() {
            Some(dtype) if matches!(dtype.kind(), Kind::Bool | Kind::Int) && dtype != DType::UInt64 => {}
            _ => {
                return self.wrong_argument(
                    row,
                    &exponent,
                    "as its second argument integers that `int64` holds",
                );
            }
        }
        let float = self.float_of(row, std::slice::from_ref(&x))?;
        if float == DType::Complex128 {
            return self.wrong_argument(row, &x, "real numbers");
        }
        let args = vec![self.coerce(x, &Type::Strong(float))?, self.coerce(exponent, &Type::INT)?];
        self.library_call("numpy_ldexp", args, false, span)
    }

    /// The type in which NumPy computes with floats; `Complex128` for complex numbers.
    fn float_of(&mut self, row: &'static Row, args: &[Expr]) -> Typed<DType> {
        Ok(match common(args)? {
            DType::Bool | DType::Int8 | DType::UInt8 => return self.half(row, &args[0]),
            DType::Int16 | DType::UInt16 => DType::Float32,
            DType::Int32 | DType::UInt32 | DType::Int64 | DType::UInt64 => DType::Float64,
            dtype @ (DType::Float32 | DType::Float64) => dtype,
            DType::Complex64 | DType::Complex128 => DType::Complex128,
        })
    }

    /// A function of `math` on floats of the type that NumPy computes in, or one of `cmath`.
    fn of_floats(
        &mut self,
        row: &'static Row,
        function: &str,
        complex: Option<&str>,
        args: Vec<Expr>,
        span: Span,
    ) -> Typed {
        let float = self.float_of(row, &args)?;
        let (function, to) = match (float, complex) {
            (DType::Complex128, Some(complex)) => (complex, common(&args)?),
            (DType::Complex128, None) => return self.wrong_argument(row, &args[0], "real numbers"),
            _ => (function, float),
        };
        let args: Vec<Typed> = args.into_iter().map(|arg| self.coerce(arg, &Type::Strong(float))).collect();
        let result = self.library_call(function, args.into_iter().collect::<Typed<_>>()?, false, span)?;
        match result.ty {
            Type::Tuple(_) => Ok(result),
            _ => self.convert(result, &Type::Strong(to)),
        }
    }

    /// NumPy computes with the narrowest integers in half precision.
    fn half<T>(&mut self, row: &'static Row, arg: &Expr) -> Typed<T> {
        let message =
            format!("`{}` of `{}` gives `float16`, which kernels have not", python_name(row.name), arg.ty);
        self.report(
            Diagnostic::new(Code::ArgumentMismatch, arg.span, message)
                .help("multiply by `np.float32(1)` first, or convert the numbers"),
        )
    }

    /// Where results are written, and their type there, which must be of their kind.
    pub(super) fn written_as(&mut self, out: &Expr, result: &Type, span: Span) -> Typed<DType> {
        let Type::Array(array) = out.ty else {
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, out.span, "return arrays must be of ArrayType")
                    .help("give an array as `out`"),
            );
        };
        self.check_writable(out, out.span)?;
        if casts_to(result, &Type::Strong(array.dtype())) {
            return Ok(array.dtype());
        }
        let message =
            format!("the result is `{result}`, which an array of `{}` does not take", array.element);
        self.report(
            Diagnostic::new(Code::TypeMismatch, span, message)
                .note("NumPy casts what goes to `out` only within its kind")
                .help("give an array of the result's type"),
        )
    }
}

/// The type that operands have in common.
fn common(args: &[Expr]) -> Typed<DType> {
    let first = args.first().map(|arg| arg.ty.clone());
    let common = args.iter().skip(1).try_fold(first.ok_or(Stop)?, |ty, arg| promote(&ty, &arg.ty));
    common.as_ref().and_then(Type::dtype).ok_or(Stop)
}

fn is_inexact(value: &Expr) -> bool {
    matches!(value.ty.dtype().map(DType::kind), Some(Kind::Float | Kind::Complex))
}
