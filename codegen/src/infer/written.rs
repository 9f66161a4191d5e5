//! Typing calls of functions that the library writes in Python: each argument becomes what its parameter takes.

use super::call::wrong_count;
use super::tuple::{int, packed};
use super::{Body, Typed, random, time};
use crate::builtin::{self, Row, Takes, python_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::source::Span;
use crate::typed::{Expr, ExprKind};
use crate::types::{DType, Kind, Type};

/// How many sections an array is split into at most: each is an item of a tuple.
const MOST_SECTIONS: i128 = 64;

impl Body<'_, '_> {
    /// A call of a function of the library by the name that NumPy has for it.
    pub(super) fn call_written(
        &mut self,
        row: &'static Row,
        (name, takes): (&str, &'static [Takes]),
        args: &[hir::Expr],
        keywords: &[hir::Keyword],
        span: Span,
    ) -> Typed {
        let function = &self.infer.library.functions[self.library_function(name)];
        let params: Vec<&str> =
            function.variables[..function.n_params].iter().map(|param| param.name.as_str()).collect();
        let n_required = function.n_params - function.defaults.len();
        let mut defaults = vec![None; n_required];
        for default in &function.defaults {
            defaults.push(Some(self.expr_or_none(default)?));
        }
        let given = args.iter().chain(keywords.iter().map(|keyword| &keyword.value));
        let given: Vec<Typed> = given.map(|arg| self.argument(arg)).collect();
        let mut given = given.into_iter().collect::<Typed<Vec<_>>>()?;
        if let Some(result) = self.written_with_times(row, &given, keywords, span) {
            return result;
        }
        let how = builtin::times(row.name);
        if how.is_some_and(time::takes_themselves) {
            self.check_no_records(&given, &format!("`{}`", python_name(row.name)))?;
        } else if row.name == "ndarray.astype" {
            if let Some(result) = self.astype_with_times(&given, span) {
                return result;
            }
        } else {
            self.check_numbers(&given, &format!("`{}`", python_name(row.name)))?;
        }
        let mut n_positional = args.len();
        if let Some(Takes::State(state)) = takes.first() {
            given.insert(0, random::state_for(*state, span));
            n_positional += 1;
        }
        let n_implied = usize::from(takes.first().is_some_and(Takes::is_implied));
        if let Some(rest) = takes.iter().position(|takes| matches!(takes, Takes::Rest(_)))
            && n_positional > rest
        {
            let others = given.split_off(n_positional);
            let packed = self.packed_rest(&takes[rest], given.split_off(rest), span);
            given.push(packed);
            given.extend(others);
            n_positional = rest + 1;
        }
        let name_given = python_name(row.name);
        if n_positional > params.len() {
            let counts = n_required - n_implied..=params.len() - n_implied;
            let message = wrong_count(&name_given, &counts, n_positional - n_implied);
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, span, message)
                    .help("give at most one argument for each parameter"),
            );
        }
        let args = self.for_names(&name_given, &params, given, keywords, defaults, span)?;
        let args: Vec<Typed> =
            args.into_iter().zip(takes).map(|(arg, takes)| self.as_taken(row, takes, arg)).collect();
        let args = args.into_iter().collect::<Typed<Vec<_>>>()?;
        let name = match (how, args.first().and_then(|arg| time::time_of(&arg.ty))) {
            (Some(builtin::Times::Differences(of_dates)), Some(time)) if time.is_date() => of_dates,
            _ => name,
        };
        self.library_call(name, args, false, span)
    }

    /// The arguments of a parameter that takes all that are left: one tuple, if it is of numbers, is what it holds.
    fn packed_rest(&mut self, takes: &Takes, mut rest: Vec<Expr>, span: Span) -> Expr {
        let is_items = matches!(takes, Takes::Rest(Takes::Int));
        match &rest[..] {
            [Expr { ty: Type::Tuple(_) | Type::None, .. }] if is_items => rest.swap_remove(0),
            _ => packed(rest, span),
        }
    }

    /// An argument as its parameter takes it.
    fn as_taken(&mut self, row: &'static Row, takes: &'static Takes, arg: Expr) -> Typed {
        let span = arg.span;
        let dtype = arg.ty.dtype();
        let kind = dtype.map(DType::kind);
        match takes {
            Takes::OrNone(_) if arg.ty == Type::None => Ok(arg),
            Takes::OrNone(takes) => self.as_taken(row, takes, arg),
            Takes::Array { ranks, highest } => {
                let array = match arg.ty {
                    Type::Weak(_) | Type::Strong(_) | Type::Tuple(_) => {
                        self.array_of(row, arg, None, span)?
                    }
                    _ => arg,
                };
                match array.ty {
                    Type::Array(ty) if !(ranks.0..=ranks.1).contains(&ty.rank) => {
                        self.wrong_argument(row, &array, &with_dimensions(*ranks))
                    }
                    Type::Array(ty) if ty.dtype().kind() > *highest => {
                        let wanted = match highest {
                            Kind::Bool | Kind::Int => "an array of integers",
                            Kind::Float | Kind::Complex => "an array of real numbers",
                        };
                        self.wrong_argument(row, &array, wanted)
                    }
                    Type::Array(_) => Ok(array),
                    _ => self.wrong_argument(row, &array, "an array"),
                }
            }
            Takes::Written => {
                let Type::Array(_) = arg.ty else { return self.wrong_argument(row, &arg, "an array") };
                self.check_writable(&arg, span)?;
                Ok(arg)
            }
            Takes::Operand { highest } => match arg.ty.element() {
                Some(dtype) if dtype.kind() > *highest => self.wrong_argument(row, &arg, "real numbers"),
                Some(_) => self.own_type(arg),
                None if matches!(arg.ty, Type::Tuple(_)) => self.array_of(row, arg, None, span),
                None => self.wrong_argument(row, &arg, "numbers and arrays"),
            },
            Takes::Number { highest } => match kind {
                Some(kind) if kind <= *highest => self.own_type(arg),
                Some(_) => self.wrong_argument(row, &arg, "a real number"),
                None => self.wrong_argument(row, &arg, "a number"),
            },
            Takes::Sections => match arg.int_literal() {
                Some(n @ 1..=MOST_SECTIONS) => {
                    let one = Expr::new(ExprKind::Bool(false), Type::BOOL, span);
                    Ok(packed(vec![one; n as usize], span))
                }
                Some(_) => self.wrong_argument(row, &arg, &format!("1 to {MOST_SECTIONS} sections")),
                None if matches!(&arg.ty, Type::Tuple(items) if !items.is_empty()) => {
                    self.as_taken(row, &Takes::Ints, arg)
                }
                None => {
                    let wanted = "a number of sections that is written out, or a tuple of indices";
                    self.wrong_argument(row, &arg, wanted)
                }
            },
            Takes::Int => match kind {
                Some(Kind::Int) => self.coerce(arg, &Type::INT),
                Some(Kind::Bool) if arg.ty == Type::BOOL => self.coerce(arg, &Type::INT),
                _ => self.wrong_argument(row, &arg, "an integer"),
            },
            Takes::Ints => {
                let items = match arg.ty {
                    Type::Tuple(_) => self.items(arg),
                    _ => vec![arg],
                };
                let items: Vec<Typed> =
                    items.into_iter().map(|item| self.as_taken(row, &Takes::Int, item)).collect();
                Ok(packed(items.into_iter().collect::<Typed<_>>()?, span))
            }
            Takes::IntOr(other) => match kind {
                Some(_) => self.as_taken(row, &Takes::Int, arg),
                None => self.as_taken(row, other, arg),
            },
            Takes::Flag => match kind {
                Some(Kind::Bool | Kind::Int) => self.truth(arg),
                _ => self.wrong_argument(row, &arg, "`True` or `False`"),
            },
            Takes::Switch => match arg.kind {
                ExprKind::Bool(true) => Ok(int(1, span)),
                ExprKind::Bool(false) => Ok(Expr::new(ExprKind::None, Type::None, span)),
                _ if arg.ty == Type::None => Ok(arg),
                _ => self.wrong_argument(row, &arg, "`True` or `False`, written out"),
            },
            Takes::Choice(texts) => match &arg.kind {
                ExprKind::Text(text) if texts.contains(&text.as_str()) => {
                    let place = texts.iter().position(|one| one == text).unwrap_or_default();
                    Ok(int(place as i128, span))
                }
                ExprKind::Int(_) => Ok(arg),
                _ => self.no_choice(row, &arg, texts),
            },
            Takes::Generator => match arg.ty {
                Type::Generator => Ok(random::state_of(arg)),
                _ => self.wrong_argument(row, &arg, "a generator"),
            },
            Takes::State(_) => Ok(arg),
            Takes::Size => {
                let is_size = match &arg.ty {
                    Type::None => return Ok(arg),
                    Type::Tuple(items) => items.iter().all(is_integer),
                    ty => is_integer(ty),
                };
                match is_size {
                    true => self.as_taken(row, &Takes::Ints, arg),
                    false => self.wrong_argument(row, &arg, SIZE),
                }
            }
            Takes::Seed => match kind {
                Some(Kind::Int) => self.own_type(arg),
                _ => self.wrong_argument(row, &arg, "an integer as a seed"),
            },
            Takes::DTypeOf(wanted) => {
                let dtype = self.dtype_of(&arg)?;
                let fits = |kind: Kind| match wanted {
                    Kind::Int => kind <= Kind::Int,
                    _ => kind == *wanted,
                };
                match dtype {
                    Some(dtype) if !fits(dtype.kind()) => {
                        let message = format!("`{}` draws no `{dtype}`", python_name(row.name));
                        let help = match wanted {
                            Kind::Int => "it draws integers and bools",
                            _ => "it draws `np.float64` and `np.float32`",
                        };
                        self.report(
                            Diagnostic::new(Code::ArgumentMismatch, span, message)
                                .help(format!("{help}: convert what is drawn")),
                        )
                    }
                    _ => self.as_taken(row, &Takes::DType, arg),
                }
            }
            Takes::CaseOr(_, other) if arg.ty != Type::Text => self.as_taken(row, other, arg),
            Takes::Case(texts) | Takes::CaseOr(texts, _) => match &arg.kind {
                ExprKind::Text(text) if texts.contains(&text.as_str()) => {
                    let place = texts.iter().position(|one| one == text).unwrap_or_default();
                    let one = Expr::new(ExprKind::Bool(false), Type::BOOL, span);
                    Ok(packed(vec![one; place], span))
                }
                _ => self.no_choice(row, &arg, texts),
            },
            Takes::DType => {
                let dtype = self.dtype_of(&arg)?;
                Ok(dtype.map_or(Expr::new(ExprKind::None, Type::None, span), |dtype| {
                    super::expression::dtype_value(dtype, span)
                }))
            }
            Takes::Items(takes) | Takes::Rest(takes) => {
                let items = match arg.ty {
                    Type::Tuple(_) => self.items(arg),
                    Type::None => return Ok(arg),
                    _ => return self.wrong_argument(row, &arg, "a tuple or list of arrays"),
                };
                let items: Vec<Typed> =
                    items.into_iter().map(|item| self.as_taken(row, takes, item)).collect();
                Ok(packed(items.into_iter().collect::<Typed<_>>()?, span))
            }
        }
    }

    /// A literal as a number of its own type.
    fn own_type(&mut self, arg: Expr) -> Typed {
        let ty = arg.ty.clone();
        self.coerce(arg, &ty)
    }

    fn no_choice<T>(&mut self, row: &Row, arg: &Expr, texts: &[&str]) -> Typed<T> {
        let texts: Vec<String> = texts.iter().map(|text| format!("`'{text}'`")).collect();
        let message = format!("`{}` takes one of {} here", python_name(row.name), texts.join(", "));
        self.report(
            Diagnostic::new(Code::ArgumentMismatch, arg.span, message)
                .help("write the text out: it is known when a kernel is compiled"),
        )
    }
}

/// Sizes of what is drawn.
const SIZE: &str = "as `size` an integer, a tuple of integers or `None`";

/// Whether numbers of a type are integers.
fn is_integer(ty: &Type) -> bool {
    ty.dtype().map(DType::kind) == Some(Kind::Int)
}

/// What an array with so many dimensions is called.
fn with_dimensions((least, most): (usize, usize)) -> String {
    match (least, most) {
        (least, most) if least == most => format!("an array with {least} dimension{}", plural(least)),
        (least, usize::MAX) => format!("an array with {least} dimension{} or more", plural(least)),
        (least, most) => format!("an array with {least} to {most} dimensions"),
    }
}

const fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}
