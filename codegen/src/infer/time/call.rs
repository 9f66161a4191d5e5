//! Calls of NumPy's functions with times: as numbers, of which NaT is the first or the last.

use super::{common_time, count, holds_time, time_of, times};
use crate::builtin::{self, Given, Nat, Row, Times, python_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::infer::tuple::{after, int, packed};
use crate::infer::{Body, Stop, Typed};
use crate::source::Span;
use crate::typed::{Expr, ExprKind};
use crate::types::{Counted, DType, Element, Time, Type};

impl Body<'_, '_> {
    /// A call whose arguments hold times, by the numbers that these are; `None` if they hold none, or if the function
    /// computes with times itself.
    pub(in super::super) fn call_with_times(
        &mut self,
        row: &'static Row,
        args: &[Expr],
        (rest, keywords): (&[hir::Expr], &[hir::Keyword]),
        span: Span,
    ) -> Option<Typed> {
        if !args.iter().any(|arg| holds_time(&arg.ty)) {
            return None;
        }
        let how = builtin::times(row.name).filter(|how| !takes_themselves(*how))?;
        Some(self.call_with_numbers(row, how, args, (rest, keywords), span))
    }

    /// The same, with all arguments evaluated: those of the keywords are the last of them.
    pub(in super::super) fn written_with_times(
        &mut self,
        row: &'static Row,
        args: &[Expr],
        keywords: &[hir::Keyword],
        span: Span,
    ) -> Option<Typed> {
        let how = builtin::times(row.name).filter(|how| !takes_themselves(*how))?;
        if !args.iter().any(|arg| holds_time(&arg.ty)) {
            return None;
        }
        let (nat, time) = (nat_of(how), self.common_time_of(args, span));
        Some(time.and_then(|time| {
            let numbers: Vec<Typed> =
                args.iter().map(|arg| self.as_numbers(arg.clone(), time, nat, span)).collect();
            let numbers = numbers.into_iter().collect::<Typed<Vec<_>>>()?;
            let mut handed: Vec<hir::Expr> = numbers.into_iter().map(|number| self.handed(number)).collect();
            let values = handed.split_off(args.len() - keywords.len());
            let keywords: Vec<hir::Keyword> = keywords
                .iter()
                .zip(values)
                .map(|(keyword, value)| hir::Keyword { value, ..keyword.clone() })
                .collect();
            let result = self.call_builtin(row.name, &handed, &keywords, [span, span])?;
            self.given(result, how, time, span)
        }))
    }

    fn call_with_numbers(
        &mut self,
        row: &'static Row,
        how: Times,
        args: &[Expr],
        (rest, keywords): (&[hir::Expr], &[hir::Keyword]),
        span: Span,
    ) -> Typed {
        let time = self.common_time_of(args, span)?;
        let mut numbers = Vec::new();
        for arg in args {
            let number = self.as_numbers(arg.clone(), time, nat_of(how), span)?;
            numbers.push(self.handed(number));
        }
        numbers.extend_from_slice(rest);
        if matches!(how, Times::Sum | Times::Mean) {
            let sum = self.sum_of_durations(row, time, (&numbers, keywords), span)?;
            return Ok(times(sum, time));
        }
        let is_of_times = |keyword: &&hir::Keyword| matches!(keyword.name.as_str(), "initial" | "out");
        if let Some(keyword) = keywords.iter().find(is_of_times)
            && !matches!(how, Times::Numbers(_, Given::Numbers))
        {
            let message = format!("`{}` of times takes no `{}`", python_name(row.name), keyword.name);
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, keyword.span, message)
                    .help("compare and store the result: `np.minimum(np.min(t), first)`"),
            );
        }
        let result = self.call_builtin(row.name, &numbers, keywords, [span, span])?;
        self.given(result, how, time, span)
    }

    /// What a function gave for numbers, as what it gives for times.
    fn given(&mut self, result: Expr, how: Times, time: Time, span: Span) -> Typed {
        let (nat, given) = match how {
            Times::Numbers(nat, given) => (nat, given),
            Times::Differences(_) | Times::Sum | Times::Mean => return Err(Stop),
        };
        match (given, &result.ty) {
            (Given::Numbers, _) => Ok(result),
            (Given::TimesFirst, Type::Tuple(_)) => {
                let (before, [items]) = self.for_any_use([result]);
                let mut items = items.into_iter();
                let first = items.next().ok_or(Stop)?;
                let mut all = vec![self.as_times(first, time, nat, span)?];
                all.extend(items);
                Ok(after(before, packed(all, span)))
            }
            (Given::Times | Given::TimesFirst, _) => self.as_times(result, time, nat, span),
        }
    }

    /// The type that the times among some arguments have in common.
    pub(super) fn common_time_of(&mut self, args: &[Expr], span: Span) -> Typed<Time> {
        let mut all = Vec::new();
        args.iter().for_each(|arg| collect(&arg.ty, &mut all));
        let mut common = *all.first().ok_or(Stop)?;
        for time in all {
            match common_time(common, time) {
                Some(unit) if common.of == time.of => common.unit = unit,
                _ => {
                    let message = format!("`{common}` and `{time}` have no type in common");
                    return self.report(
                        Diagnostic::new(Code::ArgumentMismatch, span, message)
                            .help("convert one of them with `astype`"),
                    );
                }
            }
        }
        Ok(common)
    }

    /// An argument with the numbers of a unit in place of its times.
    fn as_numbers(&mut self, arg: Expr, time: Time, nat: Nat, span: Span) -> Typed {
        if let Type::Tuple(_) = arg.ty {
            let (before, [items]) = self.for_any_use([arg]);
            let items: Vec<Typed> =
                items.into_iter().map(|item| self.as_numbers(item, time, nat, span)).collect();
            let items = items.into_iter().collect::<Typed<Vec<_>>>()?;
            return Ok(after(before, packed(items, span)));
        }
        let Some(given) = time_of(&arg.ty) else { return Ok(arg) };
        if given == time && nat == Nat::First {
            return Ok(count(arg));
        }
        self.each_element(vec![arg], span, &mut |body, mut element| {
            let number = body.in_unit(element.swap_remove(0), time.unit, span)?;
            match nat {
                Nat::First => Ok(number),
                Nat::Last => body.of_time("nat_last", vec![number], span),
            }
        })
    }

    /// What a function gave, as times.
    fn as_times(&mut self, numbers: Expr, time: Time, nat: Nat, span: Span) -> Typed {
        let numbers = match nat {
            Nat::First => numbers,
            Nat::Last => self.each_element(vec![numbers], span, &mut |body, element| {
                body.of_time("nat_first", element, span)
            })?,
        };
        Ok(times(numbers, time))
    }

    /// A value as an argument of another call.
    fn handed(&mut self, value: Expr) -> hir::Expr {
        let span = value.span;
        self.typed.push(value);
        hir::Expr { kind: hir::ExprKind::Typed(self.typed.len() - 1), span }
    }

    /// The sum of durations, or their mean: NaT if one of them is.
    fn sum_of_durations(
        &mut self,
        row: &'static Row,
        time: Time,
        (args, keywords): (&[hir::Expr], &[hir::Keyword]),
        span: Span,
    ) -> Typed {
        if time.of == Counted::Date {
            return self.report(
                Diagnostic::new(
                    Code::ArgumentMismatch,
                    span,
                    format!("`{}` of dates", python_name(row.name)),
                )
                .note("dates have no sum: NumPy raises here, too")
                .help("take durations: `dates - dates[0]`"),
            );
        }
        let is_plain = |keyword: &hir::Keyword| matches!(keyword.name.as_str(), "axis" | "keepdims");
        if args.len() > 2 || !keywords.iter().all(is_plain) {
            return self.report(
                Diagnostic::new(
                    Code::ArgumentMismatch,
                    span,
                    format!("`{}` of durations takes `axis` and `keepdims` alone", python_name(row.name)),
                )
                .help("choose the durations by a mask: `t[mask]`"),
            );
        }
        let hir::ExprKind::Typed(place) = args[0].kind else { return Err(Stop) };
        let (bound, array) = self.bind(self.typed[place].clone());
        let mut args = args.to_vec();
        args[0] = self.handed(array.clone());
        let total = self.call_builtin("numpy.sum", &args, keywords, [span, span])?;
        let mut from_last = keywords.to_vec();
        let last = self.handed(int(i64::MAX.into(), span));
        from_last.push(hir::Keyword { name: "initial".to_owned(), value: last, span });
        let smallest = self.call_builtin("numpy.min", &args, &from_last, [span, span])?;
        let total = self.each_element(vec![total, smallest], span, &mut |body, numbers| {
            body.of_time("time_total", numbers, span)
        })?;
        let total = match builtin::times(row.name) {
            Some(Times::Mean) => self.divided_by_count(total, array, span)?,
            _ => total,
        };
        Ok(after(vec![bound], total))
    }

    /// Sums divided by how many numbers each is made of.
    fn divided_by_count(&mut self, total: Expr, array: Expr, span: Span) -> Typed {
        let size = |array: Expr| Expr::new(ExprKind::Size(Box::new(array)), Type::INT, span);
        let n = size(array);
        let (before, total, n) = match total.ty {
            Type::Array(_) => {
                let (before, total) = self.bind(total);
                let n_sums = size(total.clone());
                (vec![before], total, self.of_time("count_of_each", vec![n, n_sums], span)?)
            }
            _ => (Vec::new(), total, n),
        };
        let n = self.coerce(n, &Type::Strong(DType::Int64))?;
        let mean = self.each_element(vec![total, n], span, &mut |body, numbers| {
            body.of_time("time_divide", numbers, span)
        })?;
        Ok(after(before, mean))
    }

    /// `x.astype(dtype)`, where one of the two is a time.
    pub(in super::super) fn astype_with_times(&mut self, args: &[Expr], span: Span) -> Option<Typed> {
        let [value, dtype, ..] = args else { return None };
        let wanted = match (self.time_named(dtype), &dtype.ty) {
            (Some(time), _) => Element::Time(time),
            _ if time_of(&value.ty).is_none() => return None,
            (None, Type::DType(element)) => *element,
            (None, _) => match self.dtype_of(dtype) {
                Ok(dtype) => Element::Number(dtype.unwrap_or(DType::Float64)),
                Err(stop) => return Some(Err(stop)),
            },
        };
        let value = value.clone();
        let wanted = wanted.scalar()?;
        Some(match value.ty {
            Type::Array(_) => self.each_element(vec![value], span, &mut |body, mut element| {
                body.cast_time(element.swap_remove(0), &wanted)
            }),
            _ => self.cast_time(value, &wanted),
        })
    }
}

/// Whether the text of a function computes with times.
pub(in super::super) const fn takes_themselves(how: Times) -> bool {
    matches!(how, Times::Differences(_))
}

const fn nat_of(how: Times) -> Nat {
    match how {
        Times::Numbers(nat, _) => nat,
        Times::Differences(_) | Times::Sum | Times::Mean => Nat::First,
    }
}

/// The times that stand in a type.
fn collect(ty: &Type, found: &mut Vec<Time>) {
    match ty {
        Type::Tuple(items) => items.iter().for_each(|item| collect(item, found)),
        _ => found.extend(time_of(ty)),
    }
}
