//! Typing calls: of kernels, helpers, builtins and library functions.

use super::convert::real_number_of;
use super::{Body, Key, Origin, Stop, Typed, indexing, kernel_key};
use crate::builtin;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, ErrorModel, External, FunctionId};
use crate::source::Span;
use crate::typed::{Expr, ExprKind, InstanceId};
use crate::types::{Kind, Type};

impl Body<'_, '_> {
    pub(super) fn call(
        &mut self,
        callee: &hir::Expr,
        args: &[hir::Expr],
        keywords: &[hir::Keyword],
        span: Span,
    ) -> Typed {
        match &callee.kind {
            hir::ExprKind::Builtin(name) => self.call_builtin(name, args, keywords, [callee.span, span]),
            hir::ExprKind::Attribute { value, name } => {
                if let Some(ufunc) = self.ufunc_of(value) {
                    self.ufunc_method(ufunc, name, args, keywords, span)
                } else if let Some(ufunc) = self.numpy_ufunc_of(value) {
                    self.numpy_ufunc_method(ufunc, name, args, keywords, span)
                } else {
                    self.method(value, name, args, keywords, span)
                }
            }
            hir::ExprKind::Function(function) => {
                if let Some(ufunc) = self.ufunc_of(callee) {
                    return self.call_ufunc(ufunc, args, keywords, span);
                }
                let args = self.arguments(args, keywords)?;
                let origin = self.slot().key.origin;
                self.call_function(origin, *function, args, keywords, span)
            }
            _ => {
                let callee = self.expr(callee)?;
                let message = format!("`{}` cannot be called", callee.ty);
                self.report(
                    Diagnostic::new(Code::NotCallable, callee.span, message)
                        .help("call a function of this file or a builtin"),
                )
            }
        }
    }

    fn call_function(
        &mut self,
        origin: Origin,
        id: FunctionId,
        args: Vec<Expr>,
        keywords: &[hir::Keyword],
        span: Span,
    ) -> Typed {
        let function = self.infer.function(origin, id);
        if function.body.is_none() {
            return Err(Stop);
        }
        if let Some(hir::Device::Kernel(_)) = function.device {
            let message = format!("`{}` is launched by the host, and cannot be called", function.name);
            return self.report(
                Diagnostic::new(Code::NotCallable, span, message)
                    .note_at(function.name_span, "defined here")
                    .help("declare a function that kernels call: `@cuda.jit(device=True)`"),
            );
        }
        let n_required = function.n_params - function.defaults.len();
        let too_few = keywords.is_empty() && args.len() < n_required;
        if too_few || args.len() > function.n_params {
            let message = wrong_count(&function.name, &(n_required..=function.n_params), args.len());
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, span, message)
                    .note_at(function.name_span, "defined here")
                    .help("give one argument for each parameter"),
            );
        }
        let args = self.for_parameters(function, args, keywords, span)?;
        if function.signatures.is_empty() {
            return self.call_helper(origin, id, function, args, span);
        }
        if let Some(External::C { .. }) = function.external {
            self.takes_c(function, &args)?;
        }
        let signature = self.pick(function, &args, span)?;
        let declared = &function.signatures[signature].params;
        let args: Vec<Typed> =
            args.into_iter().zip(declared).map(|(arg, ty)| self.convert(arg, ty)).collect();
        let args = args.into_iter().collect::<Typed<Vec<_>>>()?;
        self.call_instance(kernel_key(id, function, signature), args, span)
    }

    /// Whether a C function can take some arguments: as `ctypes` and `cffi`, without losing a part
    /// of a number.
    fn takes_c(&mut self, function: &hir::Function, args: &[Expr]) -> Typed<()> {
        let params = function.signatures.iter().flat_map(|signature| &signature.params);
        let Some((arg, param)) = args.iter().zip(params).find(|(arg, param)| fit(&arg.ty, param) == Fit::No)
        else {
            return Ok(());
        };
        let message =
            format!("the C function `{}` takes `{param}` here, and not `{}`", function.name, arg.ty);
        self.report(
            Diagnostic::new(Code::ArgumentMismatch, arg.span, message)
                .note_at(function.name_span, "declared here")
                .help("convert it: `int(x)`, `float(x)`"),
        )
    }

    /// A helper is specialised on its arguments' types, and takes its caller's error model and
    /// bounds checks.
    fn call_helper(
        &mut self,
        origin: Origin,
        id: FunctionId,
        function: &hir::Function,
        args: Vec<Expr>,
        span: Span,
    ) -> Typed {
        let model = function.options.error_model.unwrap_or(self.model());
        let boundscheck = function.options.boundscheck.unwrap_or(self.slot().key.boundscheck);
        let fastmath = function.options.fastmath.unwrap_or(self.slot().key.fastmath);
        let mut params = Vec::new();
        let mut coerced = Vec::new();
        for arg in args {
            if arg.ty == Type::Text {
                let message = format!("`{}` cannot be passed to a function in this version", arg.ty);
                return self.report(
                    Diagnostic::new(Code::ArgumentMismatch, arg.span, message)
                        .help("pass numbers, arrays, tuples and `None`"),
                );
            }
            let ty = arg.ty.clone();
            coerced.push(self.coerce(arg, &ty)?);
            params.push(ty);
        }
        self.call_instance(Key { origin, function: id, params, model, boundscheck, fastmath }, coerced, span)
    }

    pub(super) fn call_instance(&mut self, key: Key, args: Vec<Expr>, span: Span) -> Typed {
        let (id, result) = self.instance_result(key, span)?;
        Ok(Expr::new(ExprKind::Call(id, args), result, span))
    }

    /// An instance that is called, and its result.
    pub(super) fn instance_result(&mut self, key: Key, span: Span) -> Typed<(InstanceId, Type)> {
        let is_helper = self.infer.function(key.origin, key.function).signatures.is_empty();
        let id = self.infer.instance(key)?;
        let caller = self.id;
        let slot = &mut self.infer.slots[id.0 as usize];
        slot.callers.insert(caller);
        if is_helper && slot.made_by.is_none() && id != caller {
            slot.made_by = Some((caller, span));
        }
        let result = self.infer.slots[id.0 as usize].result.clone().ok_or(Stop)?;
        Ok((id, result))
    }

    /// The number of a function of the library.
    pub(super) fn library_function(&self, name: &str) -> usize {
        let index = self.infer.library.functions.iter().position(|function| function.name == name);
        index.unwrap_or_else(|| unreachable!("bug in pykernel: the library has no `{name}`"))
    }

    /// Calls a function of the library; `raises` says whether it may raise for the operands'
    /// values.
    pub(super) fn library_call(&mut self, name: &str, args: Vec<Expr>, raises: bool, span: Span) -> Typed {
        let index = self.library_function(name);
        let model = if raises { ErrorModel::Mixed } else { ErrorModel::NumPy };
        let params = args.iter().map(|arg| arg.ty.clone()).collect();
        let function = FunctionId(index as u32);
        let options = &self.infer.library.functions[index].options;
        let boundscheck = options.boundscheck.unwrap_or(true);
        let fastmath = options.fastmath.unwrap_or(self.slot().key.fastmath);
        let key = Key { origin: Origin::Library, function, params, model, boundscheck, fastmath };
        let args: Vec<Typed> = args
            .into_iter()
            .map(|arg| {
                let ty = arg.ty.clone();
                self.coerce(arg, &ty)
            })
            .collect();
        self.call_instance(key, args.into_iter().collect::<Typed<_>>()?, span)
    }

    /// The first signature that the arguments fit best: exactly, else by a safe conversion, else
    /// by one within their kind; of a single signature, any.
    fn pick(&mut self, function: &hir::Function, args: &[Expr], span: Span) -> Typed<usize> {
        if function.signatures.len() == 1 {
            return Ok(0);
        }
        let best = [Fit::Exact, Fit::Safe, Fit::SameKind].into_iter().find_map(|wanted| {
            function.signatures.iter().position(|signature| {
                args.iter().zip(&signature.params).all(|(arg, param)| fit(&arg.ty, param) <= wanted)
            })
        });
        if let Some(best) = best {
            return Ok(best);
        }
        let given: Vec<String> = args.iter().map(|arg| format!("`{}`", arg.ty)).collect();
        let mut diagnostic = Diagnostic::new(
            Code::ArgumentMismatch,
            span,
            format!("no signature of `{}` takes {}", function.name, given.join(", ")),
        )
        .help("convert the arguments, or declare a signature for them");
        for signature in &function.signatures {
            let params: Vec<String> = signature.params.iter().map(Type::to_string).collect();
            diagnostic = diagnostic.note(format!("it is declared for ({})", params.join(", ")));
        }
        self.report(diagnostic)
    }

    pub(super) fn call_builtin(
        &mut self,
        name: &str,
        args: &[hir::Expr],
        keywords: &[hir::Keyword],
        [name_span, span]: [Span; 2],
    ) -> Typed {
        let Some(row) = builtin::find(name) else {
            let message = format!("`{}` cannot be called", builtin::python_name(name));
            let help = match builtin::constant(name) {
                Some(_) => "it is a constant: leave out the parentheses",
                None => "it is a module: call one of its functions",
            };
            return self.report(Diagnostic::new(Code::NotCallable, name_span, message).help(help));
        };
        if let builtin::Rule::Make(maker) = row.rule {
            return self.make(row, maker, args, keywords, span);
        }
        if let builtin::Rule::Reduce(reduction) = row.rule {
            return self.call_reduction(row, reduction, args, keywords, span);
        }
        if let builtin::Rule::Reserve(memory) = row.rule {
            return self.reserve(row, memory, args, keywords, span);
        }
        if row.rule == builtin::Rule::Atomic {
            self.no_keywords(&builtin::python_name(name), keywords)?;
            return self.atomic(row, args, span);
        }
        if let ("numpy.where", [_], []) = (row.name, args, keywords) {
            let args = self.arguments(args, keywords)?;
            return indexing::index(self, row, builtin::Indexing::Nonzero, args, span);
        }
        if let builtin::Target::Written(function, takes) = row.target {
            return self.call_written(row, (function, takes), args, keywords, span);
        }
        if row.rule == builtin::Rule::Einsum {
            return self.einsum(row, args, keywords, span);
        }
        if row.rule == builtin::Rule::Ufunc {
            return self.call_numpy_ufunc(row, args, keywords, span);
        }
        let n_positional = args.len();
        let args = match (row.rule, args) {
            (builtin::Rule::Array, [object, rest @ ..]) => {
                let object = self.argument(object);
                let rest = self.arguments(rest, keywords);
                [object?].into_iter().chain(rest?).collect()
            }
            _ => self.arguments(args, keywords)?,
        };
        let args = self.for_builtin(row.name, args, keywords, span)?;
        let n_given = if keywords.is_empty() { args.len() } else { n_positional };
        if n_given > *row.arity.end() || args.len() < *row.arity.start() {
            let message = wrong_count(&builtin::python_name(name), &row.arity, n_given);
            return self.report(Diagnostic::new(Code::ArgumentMismatch, span, message).help(arity_help(
                row,
                args.len(),
                n_given,
            )));
        }
        self.call_row(row, args, span)
    }

    /// `range(...)` as start, stop and step.
    pub(super) fn range(&mut self, args: &[hir::Expr], span: Span) -> Typed<[Expr; 3]> {
        let args: Vec<Typed> = args.iter().map(|arg| self.range_argument(arg)).collect();
        let args = args.into_iter().collect::<Typed<Vec<_>>>()?;
        let literal = |value| Expr::new(ExprKind::Int(value), Type::INT, span);
        let n_args = args.len();
        let mut args = args.into_iter();
        match (args.next(), args.next(), args.next(), args.next()) {
            (Some(stop), None, None, None) => Ok([literal(0), stop, literal(1)]),
            (Some(start), Some(stop), None, None) => Ok([start, stop, literal(1)]),
            (Some(start), Some(stop), Some(step), None) => Ok([start, stop, step]),
            _ => {
                let message = format!("`range` takes 1 to 3 arguments, and {}", given(n_args));
                self.report(
                    Diagnostic::new(Code::ArgumentMismatch, span, message)
                        .help("write `range(stop)`, `range(start, stop)` or `range(start, stop, step)`"),
                )
            }
        }
    }

    /// A number that Python takes as an integer.
    pub(super) fn range_argument(&mut self, arg: &hir::Expr) -> Typed {
        let value = self.expr(arg)?;
        let value = self.required(value, NO_INTEGER)?;
        match value.ty.dtype().map(|dtype| dtype.kind()) {
            Some(Kind::Int) => self.coerce(value, &Type::INT),
            Some(Kind::Bool) if value.ty == Type::BOOL => self.coerce(value, &Type::INT),
            _ => {
                let message = format!("`{}` cannot be interpreted as an integer", value.ty);
                self.report(
                    Diagnostic::new(Code::ArgumentMismatch, value.span, message)
                        .help(real_number_of(&value.ty)),
                )
            }
        }
    }
}

/// What CPython says of `None` in the place of an integer.
pub(super) const NO_INTEGER: &str = "'NoneType' object cannot be interpreted as an integer";

/// How well an argument fits a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Exact,
    Safe,
    SameKind,
    No,
}

fn fit(arg: &Type, param: &Type) -> Fit {
    match (arg, param) {
        (given, wanted) if given == wanted => Fit::Exact,
        (Type::None, Type::Optional(_)) => Fit::Safe,
        (given, Type::Optional(wanted)) => {
            given.present().map_or(Fit::No, |given| fit(given, wanted).max(Fit::Safe))
        }
        (Type::Array(given), Type::Array(wanted)) if given.passes_as(wanted) => Fit::Safe,
        (Type::Time(given), Type::Time(wanted)) if given.of == wanted.of => Fit::SameKind,
        // Python's number is NumPy's of the same size, if no signature asks for Python's own.
        (Type::Weak(weak), Type::Strong(dtype)) if weak.dtype() == *dtype => Fit::Safe,
        (Type::Tuple(given), Type::Tuple(wanted)) if given.len() == wanted.len() => {
            let fits = given.iter().zip(wanted).map(|(given, wanted)| fit(given, wanted));
            fits.max().unwrap_or(Fit::Exact)
        }
        (given, wanted) => match (given.dtype(), wanted.dtype()) {
            (Some(given), Some(wanted)) if super::promote::promote_dtypes(given, wanted) == wanted => {
                Fit::Safe
            }
            (Some(given), Some(wanted)) if given.kind() <= wanted.kind() => Fit::SameKind,
            _ => Fit::No,
        },
    }
}

fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

pub(super) fn wrong_count(name: &str, takes: &std::ops::RangeInclusive<usize>, given: usize) -> String {
    format!("`{name}` takes {}, and {}", arity(takes), self::given(given))
}

fn arity(range: &std::ops::RangeInclusive<usize>) -> String {
    match (*range.start(), *range.end()) {
        (a, b) if a == b => count(a, "argument"),
        (a, usize::MAX) => format!("{a} or more arguments"),
        (a, b) => format!("{a} to {b} arguments"),
    }
}

/// How many arguments a call gives.
pub(super) fn given(n: usize) -> String {
    if n == 1 { "1 is given".to_owned() } else { format!("{n} are given") }
}

/// The way out of a call of a builtin with too few or too many arguments.
fn arity_help(row: &builtin::Row, n: usize, n_given: usize) -> String {
    match row.arity.start().checked_sub(n) {
        Some(missing @ 1..) => format!("add {}", count(missing, "argument")),
        _ => format!("remove {}", count(n_given.saturating_sub(*row.arity.end()), "argument")),
    }
}
