//! Times in other units, and what else becomes a time.

use super::{count, times};
use crate::calendar;
use crate::diagnostic::{Code, Diagnostic};
use crate::infer::{Body, Typed};
use crate::source::Span;
use crate::typed::{Expr, ExprKind, Operation};
use crate::types::{Counted, DType, Kind, Time, Type, Unit};

/// How many days 400 years have, after which the calendar repeats.
const DAYS_OF_400_YEARS: i64 = 146_097;

/// The unit in which two times meet: the finer one. `None` for durations of which one has no fixed length.
pub(in super::super) fn common_time(a: Time, b: Time) -> Option<Unit> {
    let unit = a.unit.max(b.unit);
    [a, b].into_iter().all(|time| takes_unit(time, unit)).then_some(unit)
}

/// Whether times can be in a finer unit without a rule for what a month is.
fn takes_unit(time: Time, unit: Unit) -> bool {
    time.is_date() || !time.unit.is_of_calendar() || unit.is_of_calendar()
}

impl Body<'_, '_> {
    /// One time as a number of another unit, by NumPy's rules of casting: rounded down, with the average lengths of
    /// months and years in durations.
    pub(in super::super) fn in_unit(&mut self, value: Expr, unit: Unit, span: Span) -> Typed {
        let Type::Time(time) = value.ty else { unreachable!("bug in pykernel: `{}` is no time", value.ty) };
        let from = time.unit;
        let value = count(value);
        if from == unit || from == Unit::Generic || unit == Unit::Generic {
            return Ok(value);
        }
        if let ExprKind::Int(literal) = value.kind
            && time.is_date()
            && let Ok(literal) = i64::try_from(literal)
            && let Some(count) = calendar::in_unit((from, literal), unit)
        {
            return Ok(Expr { kind: ExprKind::Int(count.into()), ..value });
        }
        if let Some(n) = from.count_in(unit) {
            return self.of_time("time_times", vec![value, int64(n, span)], span);
        }
        if let Some(n) = unit.count_in(from) {
            return self.of_time("time_to_coarser", vec![value, int64(n, span)], span);
        }
        match (from.is_of_calendar(), unit.is_of_calendar(), time.of) {
            (true, false, Counted::Date) => {
                let months = self.in_unit(times(value, time), Unit::Month, span)?;
                let days = self.of_time("days_of_months", vec![months], span)?;
                self.in_unit(times(days, Time::date(Unit::Day)), unit, span)
            }
            (false, true, Counted::Date) => {
                let days = self.in_unit(times(value, time), Unit::Day, span)?;
                let months = self.of_time("months_of_days", vec![days], span)?;
                self.in_unit(times(months, Time::date(Unit::Month)), unit, span)
            }
            (true, false, Counted::Duration) => {
                let ratio = average(from, unit);
                let Some([n, d]) = ratio else { return self.too_fine(from, unit, span) };
                self.of_time("time_scaled", vec![value, int64(n, span), int64(d, span)], span)
            }
            (false, true, Counted::Duration) => {
                let ratio = average(unit, from);
                let Some([n, d]) = ratio else { return self.too_fine(from, unit, span) };
                self.of_time("time_scaled", vec![value, int64(d, span), int64(n, span)], span)
            }
            _ => self.too_fine(from, unit, span),
        }
    }

    /// Reports a unit of which 64 bits hold less than one of another.
    fn too_fine<T>(&mut self, from: Unit, unit: Unit, span: Span) -> Typed<T> {
        let [from, unit] = [from, unit].map(Unit::code);
        let message = format!(
            "Integer overflow getting a common metadata divisor for NumPy datetime metadata [{from}] and [{unit}]."
        );
        self.report(
            Diagnostic::new(Code::IntegerOutOfRange, span, message)
                .help("convert to a unit between the two, and that one further where it is small enough"),
        )
    }

    /// A function of the library on numbers of units.
    pub(super) fn of_time(&mut self, function: &str, args: Vec<Expr>, span: Span) -> Typed {
        self.library_call(function, args, false, span)
    }

    /// What a store, a parameter or a result of a time takes.
    pub(in super::super) fn convert_time(&mut self, value: Expr, wanted: Time) -> Typed {
        let span = value.span;
        match value.ty {
            Type::Time(given) if given == wanted => Ok(value),
            Type::Time(given) if given.of == wanted.of || given.unit == Unit::Generic => {
                Ok(times(self.in_unit(value, wanted.unit, span)?, wanted))
            }
            Type::Weak(_) | Type::Strong(_) if is_whole(&value.ty) => {
                Ok(times(self.coerce(value, &Type::Strong(DType::Int64))?, wanted))
            }
            Type::Text => self.time_of_text(&value, wanted.of, Some(wanted.unit)),
            _ => self.no_time(&value, wanted),
        }
    }

    pub(super) fn no_time<T>(&mut self, value: &Expr, wanted: Time) -> Typed<T> {
        let message = format!("`{}` cannot be converted to `{wanted}`", value.ty);
        self.report(Diagnostic::new(Code::TypeMismatch, value.span, message).help(match wanted.of {
            Counted::Date => "give a date, as of `np.datetime64('2000-01-31')` or `np.datetime64(n, 'D')`",
            Counted::Duration => "give a duration, as of `np.timedelta64(n, 'h')`",
        }))
    }

    /// The time that a text says.
    pub(super) fn time_of_text(&mut self, text: &Expr, of: Counted, unit: Option<Unit>) -> Typed {
        let (span, ExprKind::Text(said)) = (text.span, &text.kind) else {
            return self.no_time(text, Time { of, unit: unit.unwrap_or(Unit::Generic) });
        };
        let read = match of {
            Counted::Date => calendar::parse(said),
            Counted::Duration => duration(said),
        };
        let (from, number) = match read {
            Ok(read) => read,
            Err(message) => {
                return self.report(
                    Diagnostic::new(Code::ArgumentMismatch, span, message)
                        .help("write a date as `'2000-01-31'` or `'2000-01-31T12:30:15.250'`, or `'NaT'`"),
                );
            }
        };
        let unit = unit.unwrap_or(from);
        let Some(number) = calendar::in_unit((from, number), unit) else {
            return self.too_fine(from, unit, span);
        };
        let number = Expr::new(ExprKind::Int(number.into()), Type::Strong(DType::Int64), span);
        Ok(times(number, Time { of, unit }))
    }

    /// `x.astype(dtype)` of one element, where one of the two is a time.
    pub(super) fn cast_time(&mut self, value: Expr, wanted: &Type) -> Typed {
        let span = value.span;
        match (value.ty.clone(), wanted) {
            (Type::Time(given), Type::Time(wanted)) => {
                // Between dates and durations NumPy keeps the number.
                let number = match given.of == wanted.of {
                    true => self.in_unit(value, wanted.unit, span)?,
                    false => count(value),
                };
                Ok(times(number, *wanted))
            }
            (Type::Time(_), Type::Strong(dtype)) if matches!(dtype.kind(), Kind::Bool) => {
                let truth = self.truth(value)?;
                self.coerce(truth, wanted)
            }
            (Type::Time(_), Type::Strong(dtype)) if matches!(dtype.kind(), Kind::Int) => {
                Ok(Self::operation(Operation::Cast, vec![count(value)], wanted.clone(), span))
            }
            (Type::Time(_), Type::Strong(_)) => {
                let one = int64(1, span);
                let float = self.of_time("time_ratio", vec![count(value), one], span)?;
                self.convert(float, wanted)
            }
            (from, Type::Time(wanted)) => match from.dtype().map(DType::kind) {
                Some(Kind::Float) => {
                    let float = self.coerce(value, &Type::Strong(DType::Float64))?;
                    Ok(times(self.of_time("time_of_float", vec![float], span)?, *wanted))
                }
                Some(Kind::Bool | Kind::Int) => {
                    Ok(times(self.coerce(value, &Type::Strong(DType::Int64))?, *wanted))
                }
                Some(Kind::Complex) | None => self.no_time(&value, *wanted),
            },
            _ => self.convert(value, wanted),
        }
    }
}

/// How long a month or a year is on average, as a fraction of numbers of a unit; `None` beyond 64 bits.
fn average(of_calendar: Unit, unit: Unit) -> Option<[i64; 2]> {
    let years = 400 * Unit::Year.count_in(of_calendar)?;
    match Unit::Day.count_in(unit) {
        Some(n) => DAYS_OF_400_YEARS.checked_mul(n).map(|n| [n, years]),
        None => unit
            .count_in(Unit::Day)
            .or(Unit::Week.count_in(Unit::Day))
            .map(|days| [DAYS_OF_400_YEARS, years * days]),
    }
}

/// A number of units.
pub(super) fn int64(value: i64, span: Span) -> Expr {
    Expr::new(ExprKind::Int(value.into()), Type::Strong(DType::Int64), span)
}

/// Whether a type is one of whole numbers.
pub(super) fn is_whole(ty: &Type) -> bool {
    ty.dtype().is_some_and(|dtype| matches!(dtype.kind(), Kind::Bool | Kind::Int))
}

/// The duration that a text says, which has no unit.
fn duration(text: &str) -> Result<(Unit, i64), String> {
    if text.is_empty() || text.eq_ignore_ascii_case("nat") {
        return Ok((Unit::Generic, calendar::NAT));
    }
    let number = text.parse().map_err(|_| format!("Error parsing timedelta string \"{text}\""))?;
    Ok((Unit::Generic, number))
}
