//! The options of `@njit`: all that Numba has.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;

use super::Reader;
use super::names::Binding;
use super::signature::Declared;
use super::type_expr::Namespace;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{ErrorModel, ExprKind, FastMath, Inline};
use crate::source::Span;
use crate::spelling::closest;
use crate::types::Type;

/// A variable whose type `locals=` declares; which one is known once the body is read.
#[derive(Clone, Debug)]
pub(super) struct NamedLocal {
    pub(super) name: String,
    pub(super) name_span: Span,
    pub(super) ty: Type,
    pub(super) span: Span,
}

/// The options of `@njit`, for suggestions.
pub(super) const OPTIONS: &[&str] = &[
    "boundscheck",
    "cache",
    "debug",
    "error_model",
    "fastmath",
    "forceinline",
    "inline",
    "locals",
    "nogil",
    "nopython",
    "parallel",
    "signature_or_function",
];

/// What `fastmath` can permit apart.
const FASTMATH: &[&str] = &["afn", "arcp", "contract", "fast", "ninf", "nnan", "nsz", "reassoc"];

/// What `parallel` can ask for apart.
const PARALLEL: &[&str] =
    &["comprehension", "fusion", "inplace_binop", "numpy", "prange", "reduction", "setitem", "stencil"];

/// What is wrong with an option, and the way out.
pub(super) struct Wrong {
    pub(super) message: String,
    pub(super) help: String,
}

pub(super) fn wrong<T>(message: impl Into<String>, help: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong { message: message.into(), help: help.into() })
}

impl Reader<'_> {
    /// Reads one option; false if it is wrong.
    pub(super) fn option(&mut self, name: &str, keyword: &ast::Keyword, declared: &mut Declared) -> bool {
        if name == "locals" {
            return self.locals(&keyword.value, &mut declared.locals);
        }
        match self.known_option(name, &keyword.value, declared) {
            Ok(()) => true,
            Err(Wrong { message, help }) => {
                let span = self.span(keyword);
                self.report(Diagnostic::new(Code::UnknownOption, span, message).help(help));
                false
            }
        }
    }

    pub(super) fn known_option(
        &self,
        name: &str,
        value: &Expr,
        declared: &mut Declared,
    ) -> Result<(), Wrong> {
        let options = &mut declared.options;
        match name {
            "error_model" => options.error_model = Some(self.error_model(value)?),
            "boundscheck" if value.is_none_literal_expr() => {}
            "boundscheck" => options.boundscheck = Some(self.switch(name, value)?),
            "inline" => options.inline = self.inline(value)?,
            "forceinline" if self.switch(name, value)? => options.inline = Inline::Always,
            "forceinline" => {}
            "fastmath" => options.fastmath = Some(self.fastmath(value)?),
            "parallel" => options.parallel = self.parallel(value)?,
            // They say how Numba compiles and keeps code; what a kernel computes is the same.
            "cache" | "debug" | "nogil" | "nopython" => drop(self.switch(name, value)?),
            "no_cfunc_wrapper" | "no_cpython_wrapper" => drop(self.switch(name, value)?),
            "forceobj" | "looplift" => self.object_mode(name, value)?,
            "identity" | "target" | "writable_args" => {
                return wrong(
                    format!("`{name}` is an option of `@vectorize` and `@guvectorize`, not of `@njit`"),
                    "remove it",
                );
            }
            _ => {
                let help = closest(name, OPTIONS.iter().copied())
                    .map_or("remove it".to_owned(), |similar| format!("did you mean `{similar}`?"));
                return wrong(format!("`@njit` has no option `{name}`"), help);
            }
        }
        Ok(())
    }

    /// `True`, `False`, or a constant that is one of them.
    pub(super) fn switch(&self, name: &str, value: &Expr) -> Result<bool, Wrong> {
        match self.truth(value) {
            Some(value) => Ok(value),
            None => wrong(
                format!("the option `{name}` is `True` or `False`, and not {}", self.slice(value.range())),
                format!("write `{name}=True` or `{name}=False`"),
            ),
        }
    }

    fn truth(&self, value: &Expr) -> Option<bool> {
        match value {
            Expr::BooleanLiteral(literal) => Some(literal.value),
            Expr::Name(name) => match self.names.get(&name.id)? {
                Binding::Constant(constant) => match constant.at(Span::default()) {
                    ExprKind::Bool(value) => Some(value),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    fn error_model(&self, value: &Expr) -> Result<ErrorModel, Wrong> {
        match text(value) {
            Some("python") => Ok(ErrorModel::Python),
            Some("numpy") => Ok(ErrorModel::NumPy),
            _ => wrong(
                format!("there is no error model {}", self.slice(value.range())),
                "write `error_model='python'` or `error_model='numpy'`",
            ),
        }
    }

    fn inline(&self, value: &Expr) -> Result<Inline, Wrong> {
        match text(value) {
            Some("always") => Ok(Inline::Always),
            Some("never") => Ok(Inline::Never),
            _ => wrong(
                format!("the option `inline` cannot be {}", self.slice(value.range())),
                "write `inline='always'` or `inline='never'`",
            ),
        }
    }

    /// A switch, or the names of what is switched on: `{'nnan', 'ninf'}`, `{'prange': True}`.
    fn flags(&self, name: &str, value: &Expr, known: &[&str]) -> Result<(), Wrong> {
        let flags: Vec<&Expr> = match value {
            Expr::Set(set) => set.elts.iter().collect(),
            Expr::Dict(dict) if dict.items.iter().all(|item| self.truth(&item.value).is_some()) => {
                dict.items.iter().filter_map(|item| item.key.as_ref()).collect()
            }
            _ => return self.switch(name, value).map(drop),
        };
        match flags.into_iter().find(|flag| !text(flag).is_some_and(|flag| known.contains(&flag))) {
            None => Ok(()),
            Some(flag) => wrong(
                format!("the option `{name}` has no flag {}", self.slice(flag.range())),
                format!("the flags are {}", known.join(", ")),
            ),
        }
    }

    /// What floats may do beyond IEEE 754.
    fn fastmath(&self, value: &Expr) -> Result<FastMath, Wrong> {
        self.flags("fastmath", value, FASTMATH)?;
        let named = |flags: Vec<&Expr>| {
            let names = flags.into_iter().filter_map(text);
            names.fold(FastMath::default(), FastMath::with)
        };
        Ok(match value {
            Expr::Set(set) => named(set.elts.iter().collect()),
            Expr::Dict(dict) => {
                let on = dict.items.iter().filter(|item| self.truth(&item.value) == Some(true));
                named(on.filter_map(|item| item.key.as_ref()).collect())
            }
            _ if self.truth(value) == Some(true) => FastMath::ALL,
            _ => FastMath::default(),
        })
    }

    /// Whether `prange` may use threads. The other things that Numba can run in parallel are serial.
    fn parallel(&self, value: &Expr) -> Result<bool, Wrong> {
        self.flags("parallel", value, PARALLEL)?;
        let Expr::Dict(dict) = value else { return Ok(self.truth(value) != Some(false)) };
        let prange = dict.items.iter().find(|item| item.key.as_ref().and_then(text) == Some("prange"));
        Ok(prange.is_none_or(|item| self.truth(&item.value) != Some(false)))
    }

    fn object_mode(&self, name: &str, value: &Expr) -> Result<(), Wrong> {
        match self.switch(name, value)? {
            false => Ok(()),
            true => wrong(
                format!("`{name}` asks for Numba's object mode, which needs a Python interpreter"),
                "remove it: what kernels can contain is compiled as a whole",
            ),
        }
    }

    /// `locals={'x': float32}`.
    fn locals(&mut self, value: &Expr, locals: &mut Vec<NamedLocal>) -> bool {
        let Expr::Dict(dict) = value else {
            let span = self.span(value);
            self.report(
                Diagnostic::new(Code::UnknownOption, span, "`locals` is a dictionary of variables' types")
                    .help("write `locals={'x': float32}`"),
            );
            return false;
        };
        let mut fits = true;
        for item in &dict.items {
            match item.key.as_ref().and_then(|key| Some((key, text(key)?))) {
                Some((key, name)) => {
                    let ty = self.type_expr(&item.value, Namespace::File);
                    fits &= ty.is_some();
                    let (name_span, span) = (self.span(key), self.span(&item.value));
                    let name = name.to_owned();
                    locals.extend(ty.map(|ty| NamedLocal { name, name_span, ty, span }));
                }
                None => {
                    fits = false;
                    let span = item.key.as_ref().map_or(self.span(&item.value), |key| self.span(key));
                    self.report(
                        Diagnostic::new(Code::UnknownOption, span, "this is not a variable's name in quotes")
                            .help("write `locals={'x': float32}`"),
                    );
                }
            }
        }
        fits
    }
}

/// The value of a string literal.
fn text(value: &Expr) -> Option<&str> {
    match value {
        Expr::StringLiteral(text) => Some(text.value.to_str()),
        _ => None,
    }
}
