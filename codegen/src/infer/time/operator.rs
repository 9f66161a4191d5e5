//! Operators of times: dates differ by durations, and durations are measured by each other.

use super::convert::{int64, is_whole};
use super::{common_time, count, time_of, times};
use crate::builtin::{Row, Ufunc, python_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{BinaryOp, CompareOp, UnaryOp};
use crate::infer::{Body, Stop, Typed};
use crate::ir;
use crate::source::Span;
use crate::typed::{Expr, ExprKind, Operation};
use crate::types::{Counted, DType, Kind, Time, Type, Unit};

impl Body<'_, '_> {
    /// `op t`; `None` if that has no meaning.
    pub(in super::super) fn unary_time(&mut self, op: UnaryOp, operand: Expr, span: Span) -> Option<Typed> {
        let Type::Time(time @ Time { of: Counted::Duration, .. }) = operand.ty else { return None };
        match op {
            UnaryOp::Plus => Some(Ok(operand)),
            UnaryOp::Negate => {
                let negate = Operation::Unary(ir::UnaryOp::Neg);
                let ty = Type::Strong(DType::Int64);
                Some(Ok(times(Self::operation(negate, vec![count(operand)], ty, span), time)))
            }
            UnaryOp::Invert | UnaryOp::Not => None,
        }
    }

    /// `a op b`, of which one is a time; `None` if that has no meaning.
    pub(in super::super) fn binary_time(
        &mut self,
        op: BinaryOp,
        left: Expr,
        right: Expr,
        span: Span,
    ) -> Option<Typed> {
        use Counted::{Date, Duration};
        let [a, b] = [&left, &right].map(|operand| counted(&operand.ty));
        let whole =
            [&left, &right].iter().all(|operand| time_of(&operand.ty).is_some() || is_whole(&operand.ty));
        match (op, a?, b?) {
            (BinaryOp::Add | BinaryOp::Sub, ..) if !whole => None,
            (BinaryOp::Add, Some(Date), Some(Duration)) | (BinaryOp::Add, Some(Duration), Some(Date)) => {
                Some(self.together("time_add", Date, [left, right], span))
            }
            (BinaryOp::Add, Some(of), None) | (BinaryOp::Add, None, Some(of)) => {
                Some(self.together("time_add", of, [left, right], span))
            }
            (BinaryOp::Add, Some(Duration), Some(Duration)) => {
                Some(self.together("time_add", Duration, [left, right], span))
            }
            (BinaryOp::Sub, Some(Date), Some(Duration) | None) => {
                Some(self.together("time_subtract", Date, [left, right], span))
            }
            (BinaryOp::Sub, Some(Date), Some(Date))
            | (BinaryOp::Sub, Some(Duration) | None, Some(Duration))
            | (BinaryOp::Sub, Some(Duration), None) => {
                Some(self.together("time_subtract", Duration, [left, right], span))
            }
            (BinaryOp::Mod, Some(Duration), Some(Duration)) => {
                Some(self.together("time_modulo", Duration, [left, right], span))
            }
            (BinaryOp::Div, Some(Duration), Some(Duration)) => {
                Some(self.in_common("time_ratio", [left, right], span))
            }
            (BinaryOp::FloorDiv, Some(Duration), Some(Duration)) => {
                Some(self.in_common("time_floor_ratio", [left, right], span))
            }
            (BinaryOp::Mul, Some(Duration), None) => Some(self.scaled("time_times", left, right, span)),
            (BinaryOp::Mul, None, Some(Duration)) => Some(self.scaled("time_times", right, left, span)),
            (BinaryOp::Div | BinaryOp::FloorDiv, Some(Duration), None) => {
                Some(self.scaled("time_divide", left, right, span))
            }
            _ => None,
        }
    }

    /// `a op b`, of which one is a time, as a truth value; `None` if that has no meaning.
    pub(in super::super) fn compare_time(
        &mut self,
        op: CompareOp,
        left: Expr,
        right: Expr,
        span: Span,
    ) -> Option<Typed> {
        match [&left, &right].map(|operand| counted(&operand.ty)) {
            [Some(Some(a)), Some(Some(b))] if a == b => {}
            [Some(Some(Counted::Duration)), Some(None)] if is_whole(&right.ty) => {}
            [Some(None), Some(Some(Counted::Duration))] if is_whole(&left.ty) => {}
            _ => return None,
        }
        let function = match op {
            CompareOp::Eq => "time_eq",
            CompareOp::Ne => "time_ne",
            CompareOp::Lt => "time_lt",
            CompareOp::Le => "time_le",
            CompareOp::Gt => "time_gt",
            CompareOp::Ge => "time_ge",
        };
        let truth = self.in_common(function, [left, right], span);
        Some(truth.and_then(|truth| self.coerce(truth, &Type::Strong(DType::Bool))))
    }

    /// A function of the library of two times in their common unit, which gives one.
    fn together(&mut self, function: &str, of: Counted, operands: [Expr; 2], span: Span) -> Typed {
        let (operands, unit) = self.of_common_unit(operands, span)?;
        Ok(times(self.of_time(function, operands, span)?, Time { of, unit }))
    }

    /// A function of the library of two times in their common unit, which gives a number.
    fn in_common(&mut self, function: &str, operands: [Expr; 2], span: Span) -> Typed {
        let (operands, _) = self.of_common_unit(operands, span)?;
        self.of_time(function, operands, span)
    }

    /// Two times as numbers of the finer of their units, and that. A whole number is one of the other's unit.
    fn of_common_unit(&mut self, operands: [Expr; 2], span: Span) -> Typed<(Vec<Expr>, Unit)> {
        let of = |operand: &Expr| time_of(&operand.ty).unwrap_or(Time::duration(Unit::Generic));
        let [a, b] = [of(&operands[0]), of(&operands[1])];
        let Some(unit) = common_time(a, b) else {
            let message = format!(
                "Cannot get a common metadata divisor for Numpy datetime metadata [{}] and [{}] because they have \
                 incompatible nonlinear base time units.",
                a.unit.code(),
                b.unit.code()
            );
            return self.report(
                Diagnostic::new(Code::UnsupportedOperand, span, message)
                    .help("months and years have no fixed length: add them to dates in months, or convert with `astype`"),
            );
        };
        let mut numbers = Vec::new();
        for operand in operands {
            numbers.push(match operand.ty {
                Type::Time(_) => self.in_unit(operand, unit, span)?,
                _ => self.coerce(operand, &Type::Strong(DType::Int64))?,
            });
        }
        Ok((numbers, unit))
    }

    /// A duration so many times, or divided by a number.
    fn scaled(&mut self, function: &str, duration: Expr, factor: Expr, span: Span) -> Typed {
        let Some(time) = time_of(&duration.ty) else { return Err(Stop) };
        let duration = count(duration);
        let number = match is_whole(&factor.ty) {
            true => {
                let factor = self.coerce(factor, &Type::Strong(DType::Int64))?;
                self.of_time(function, vec![duration, factor], span)?
            }
            false => {
                let factor = self.coerce(factor, &Type::Strong(DType::Float64))?;
                self.of_time(&format!("{function}_float"), vec![duration, factor], span)?
            }
        };
        Ok(times(number, time))
    }

    /// What a ufunc of NumPy's gives for elements of which one is a time.
    pub(in super::super) fn ufunc_of_times(
        &mut self,
        row: &'static Row,
        ufunc: Ufunc,
        mut args: Vec<Expr>,
        span: Span,
    ) -> Typed {
        let last = args.pop().ok_or(Stop)?;
        match (row.name, args.pop()) {
            ("numpy.isnat" | "numpy.isnan", None) => self.of_time("is_nat", vec![count(last)], span),
            ("numpy.isfinite", None) => {
                let is_nat = self.of_time("is_nat", vec![count(last)], span)?;
                self.unary(UnaryOp::Not, is_nat, span)
            }
            ("numpy.isinf", None) => {
                let never = Expr::new(ExprKind::Bool(false), Type::BOOL, span);
                Ok(super::super::tuple::after(vec![count(last)], never))
            }
            ("numpy.sign", None) if let Some(time) = time_of(&last.ty) => {
                Ok(times(self.of_time("time_sign", vec![count(last)], span)?, time))
            }
            ("numpy.minimum" | "numpy.maximum" | "numpy.fmin" | "numpy.fmax", Some(first)) => {
                let Some(of) = counted(&first.ty).flatten().filter(|of| Some(Some(*of)) == counted(&last.ty))
                else {
                    return self.no_ufunc_of(row, &last);
                };
                let function = row.name.replacen("numpy.", "time_", 1);
                self.together(&function, of, [first, last], span)
            }
            (_, first) => match (ufunc, first) {
                (Ufunc::Unary(op), None) => self.unary(op, last, span),
                (Ufunc::Binary(op), Some(first)) => self.binary(op, first, last, span),
                (Ufunc::Compare(op), Some(first)) => self.compare(op, first, last, span),
                (Ufunc::Not, None) => self.unary(UnaryOp::Not, last, span),
                (Ufunc::Abs, None) if let Some(time) = self.absolute_time(last.clone(), span) => time,
                (Ufunc::Where, Some(first)) if let Some(cond) = args.pop() => {
                    self.one_of_times(cond, [first, last], span)
                }
                _ => self.no_ufunc_of(row, &last),
            },
        }
    }

    /// `np.where(cond, a, b)` of times.
    fn one_of_times(&mut self, cond: Expr, values: [Expr; 2], span: Span) -> Typed {
        let of = values.iter().find_map(|value| counted(&value.ty).flatten()).ok_or(Stop)?;
        let (numbers, unit) = self.of_common_unit(values, span)?;
        let [then, otherwise] = <[Expr; 2]>::try_from(numbers).map_err(|_| Stop)?;
        let cond = Box::new(self.truth(cond)?);
        let kind = ExprKind::Conditional { cond, then: Box::new(then), otherwise: Box::new(otherwise) };
        Ok(times(Expr::new(kind, Type::Strong(DType::Int64), span), Time { of, unit }))
    }

    fn no_ufunc_of<T>(&mut self, row: &'static Row, arg: &Expr) -> Typed<T> {
        let message = format!("`{}` takes numbers, and this is `{}`", python_name(row.name), arg.ty);
        self.report(
            Diagnostic::new(Code::ArgumentMismatch, arg.span, message)
                .help("count in a unit: `t / np.timedelta64(1, 's')`, or `t.astype(np.int64)`"),
        )
    }

    /// An absolute value.
    pub(in super::super) fn absolute_time(&mut self, value: Expr, span: Span) -> Option<Typed> {
        let Type::Time(time @ Time { of: Counted::Duration, .. }) = value.ty else { return None };
        let (abs, ty) = (Operation::Unary(ir::UnaryOp::Abs), Type::Strong(DType::Int64));
        Some(Ok(times(Self::operation(abs, vec![count(value)], ty, span), time)))
    }

    /// Whether a time is not 0, as a number of units.
    pub(in super::super) fn time_truth(&mut self, value: Expr) -> Expr {
        let span = value.span;
        let operands = vec![count(value), int64(0, span)];
        Self::operation(Operation::Compare(ir::CompareOp::Ne), operands, Type::BOOL, span)
    }
}

/// Whether an operand is a date, a duration or a real number (`Some(None)`); `None` if it is anything else.
fn counted(ty: &Type) -> Option<Option<Counted>> {
    match ty {
        Type::Time(time) => Some(Some(time.of)),
        _ => ty.dtype().filter(|dtype| dtype.kind() != Kind::Complex).map(|_| None),
    }
}
