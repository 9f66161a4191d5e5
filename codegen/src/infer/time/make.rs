//! What makes times: `np.datetime64(…)`, `np.timedelta64(…)`, and arrays of them.

use super::convert::is_whole;
use super::{count, time_of, times};
use crate::builtin::{Row, Rule, python_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::infer::expression::dtype_value;
use crate::infer::tuple::{after, packed};
use crate::infer::{Body, Stop, Typed};
use crate::source::Span;
use crate::typed::{Expr, ExprKind};
use crate::types::{Counted, DType, Element, Time, Type, Unit};

/// `np.datetime64(value, unit)`, `np.timedelta64(value, unit)`.
pub(in super::super) fn time(
    body: &mut Body<'_, '_>,
    row: &'static Row,
    args: Vec<Expr>,
    span: Span,
) -> Typed {
    let Rule::Time(of) = row.rule else { unreachable!("bug in pykernel: `{}` makes no times", row.name) };
    let mut args = args.into_iter();
    let Some(value) = args.next() else { return Err(Stop) };
    let unit = match args.next() {
        Some(unit) => Some(body.unit(row, &unit)?),
        None => None,
    };
    match (&value.ty, unit) {
        (Type::Text, _) => body.time_of_text(&value, of, unit),
        (Type::Time(given), _) if given.of == of => {
            let wanted = Time { of, unit: unit.unwrap_or(given.unit) };
            body.convert_time(value, wanted)
        }
        (ty, None) if is_whole(ty) && of == Counted::Date => body.report(
            Diagnostic::new(
                Code::ArgumentMismatch,
                span,
                "Converting an integer to a NumPy datetime requires a specified unit",
            )
            .help("say what it counts: `np.datetime64(n, 'D')`"),
        ),
        (ty, _) if is_whole(ty) => body.convert_time(value, Time { of, unit: unit.unwrap_or(Unit::Generic) }),
        _ => {
            let noun = if of == Counted::Date { "datetime" } else { "timedelta" };
            let name = python_name(row.name);
            let message =
                format!("Could not convert object to NumPy {noun}: `{name}` takes no `{}`", value.ty);
            body.report(
                Diagnostic::new(Code::ArgumentMismatch, value.span, message).help(format!(
                    "`{}` takes whole numbers, texts, and its own kind",
                    python_name(row.name)
                )),
            )
        }
    }
}

impl Body<'_, '_> {
    /// The unit that an argument names.
    fn unit(&mut self, row: &'static Row, unit: &Expr) -> Typed<Unit> {
        let named = match &unit.kind {
            ExprKind::Text(code) => Unit::coded(code),
            _ => None,
        };
        if let Some(named) = named {
            return Ok(named);
        }
        let units: Vec<String> = Unit::ALL.iter().map(|unit| format!("'{}'", unit.code())).collect();
        let message = format!("the second argument of `{}` is a unit, as a literal", python_name(row.name));
        self.report(
            Diagnostic::new(Code::ArgumentMismatch, unit.span, message)
                .help(format!("write one of {}", units.join(", "))),
        )
    }

    /// The times that a `dtype` argument names.
    pub(in super::super) fn time_named(&mut self, dtype: &Expr) -> Option<Time> {
        match (&dtype.kind, &dtype.ty) {
            (_, Type::DType(Element::Time(time))) => Some(*time),
            (ExprKind::Text(name), _) => Time::named(name),
            _ => None,
        }
    }

    /// Of what fills an array, or of arrays that it is to be like, the type of the times that it has; then all of it as
    /// numbers.
    pub(in super::super) fn filled_with_times(
        &mut self,
        (named, has_dtype): (Option<Time>, bool),
        args: Vec<Expr>,
        what: &str,
    ) -> Typed<(Option<Time>, Vec<Expr>)> {
        let mut common = named;
        // An array says what another is to be like, before all that fills it.
        let is_like = matches!(args.first(), Some(Expr { ty: Type::Array(_), .. }));
        let n_asked = if is_like { 1 } else { args.len() };
        for time in args[..n_asked].iter().filter_map(|arg| time_of(&arg.ty)).filter(|_| !has_dtype) {
            common = Some(match common {
                None => time,
                Some(known) => {
                    let of =
                        if known.is_date() || time.is_date() { Counted::Date } else { Counted::Duration };
                    Time { of, unit: known.unit.max(time.unit) }
                }
            });
        }
        let Some(time) = common else {
            self.check_numbers(&args[usize::from(is_like)..], what)?;
            return Ok((None, args.into_iter().map(count).collect()));
        };
        let number = |body: &mut Self, arg: Expr| match &arg.ty {
            Type::Time(given) => {
                let wanted = Time { of: given.of, unit: time.unit };
                Ok(count(body.convert_time(arg, wanted)?))
            }
            Type::Text => Ok(count(body.convert_time(arg, time)?)),
            _ => Ok(count(arg)),
        };
        let numbers = args.into_iter().map(|arg| number(self, arg)).collect::<Typed<Vec<_>>>()?;
        Ok((Some(time), numbers))
    }

    /// `np.array(object, dtype)` where one of the two says that it is of times.
    pub(in super::super) fn array_of_times(
        &mut self,
        row: &'static Row,
        object: Expr,
        time: Time,
        dtype: Option<Expr>,
        span: Span,
    ) -> Typed {
        if let Type::Array(_) = object.ty {
            let wanted = dtype.unwrap_or_else(|| dtype_value(Element::Time(time), span));
            return self.astype_with_times(&[object, wanted], span).ok_or(Stop)?;
        }
        let time = match dtype {
            Some(dtype) => self.time_named(&dtype).ok_or(Stop)?,
            None => self.common_time_of(std::slice::from_ref(&object), span)?,
        };
        let numbers = self.as_counts(object, time)?;
        Ok(times(self.array_of(row, numbers, Some(NUMBERS), span)?, time))
    }

    /// The numbers of the times, and of the texts of times, in a tuple.
    fn as_counts(&mut self, value: Expr, time: Time) -> Typed {
        let span = value.span;
        if let Type::Tuple(_) = value.ty {
            let (before, [items]) = self.for_any_use([value]);
            let items: Vec<Typed> = items.into_iter().map(|item| self.as_counts(item, time)).collect();
            return Ok(after(before, packed(items.into_iter().collect::<Typed<_>>()?, span)));
        }
        Ok(count(self.convert_time(value, time)?))
    }

    /// Numbers, or the times that they are.
    pub(in super::super) fn as_made(&self, numbers: Expr, time: Option<Time>) -> Expr {
        match time {
            Some(time) => times(numbers, time),
            None => numbers,
        }
    }
}

/// The dtype of numbers that are to be times.
pub(in super::super) const NUMBERS: DType = DType::Int64;
