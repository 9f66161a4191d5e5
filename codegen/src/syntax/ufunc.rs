//! `@vectorize` and `@guvectorize`: what their arguments declare.

use std::ops::Range;

use ruff_python_ast::{self as ast, Arguments, Expr, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::function::Scope;
use super::options::OPTIONS;
use super::signature::Declared;
use super::{Reader, unsupported};
use crate::core_layout;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{ErrorModel, ExprKind};
use crate::source::Span;
use crate::spelling::closest;
use crate::ufunc::{CoreLayout, Identity, Kind, Target};

/// What the decorator of a ufunc declares beside signatures and options.
#[derive(Clone, Debug)]
pub(super) struct DeclaredUfunc {
    pub(super) kind: Kind,
    /// The decorator's name.
    pub(super) span: Span,
    /// The layout of a gufunc, and where it stands.
    pub(super) layout: Option<(CoreLayout, Span)>,
    pub(super) identity: Identity,
    pub(super) target: Target,
    pub(super) writable: Vec<(Operand, Span)>,
}

/// An operand, as `writable_args` names it.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    Name(String),
    Position(i128),
}

/// The options of the decorators that are not those of `@njit`.
const OWN_OPTIONS: &[&str] = &["identity", "target", "writable_args"];

/// Whether an argument is a signature or a list of them, and no layout.
const fn is_signature(argument: &Expr) -> bool {
    matches!(argument, Expr::List(_) | Expr::Tuple(_) | Expr::Call(_))
}

impl Reader<'_> {
    /// The arguments of `@vectorize(…)` and `@guvectorize(…)`.
    pub(super) fn ufunc(
        &mut self,
        kind: Kind,
        name: &Expr,
        arguments: Option<&Arguments>,
    ) -> Option<Declared> {
        let span = self.span(name);
        let mut ufunc = DeclaredUfunc {
            kind,
            span,
            layout: None,
            identity: Identity::None,
            target: Target::Cpu,
            writable: Vec::new(),
        };
        let mut declared = Declared::default();
        let (args, keywords) =
            arguments.map_or((&[][..], &[][..]), |arguments| (&*arguments.args, &*arguments.keywords));
        let mut fits = self.positional(&mut ufunc, args, &mut declared);
        for keyword in keywords {
            fits &= match keyword.arg.as_ref().map(ast::Identifier::as_str) {
                Some("ftylist_or_function") if kind == Kind::Vectorize => {
                    self.signatures(&keyword.value, &mut declared.signatures)
                }
                Some(name) => self.ufunc_option(name, keyword, &mut ufunc, &mut declared),
                None => {
                    let span = self.span(keyword);
                    self.report(unsupported("`**` in a decorator", span, "write the options out"));
                    false
                }
            };
        }
        declared.options.error_model.get_or_insert(ErrorModel::NumPy);
        declared.ufunc = Some(ufunc);
        fits.then_some(declared)
    }

    /// Signatures, and of a gufunc the layout behind them.
    fn positional(&mut self, ufunc: &mut DeclaredUfunc, args: &[Expr], declared: &mut Declared) -> bool {
        let (signatures, layout, rest) = match (ufunc.kind, args) {
            (Kind::Guvectorize, [layout]) if !is_signature(layout) => (None, Some(layout), &[][..]),
            (Kind::Guvectorize, [signatures, layout, rest @ ..]) => (Some(signatures), Some(layout), rest),
            (_, [signatures, rest @ ..]) => (Some(signatures), None, rest),
            (_, []) => (None, None, &[][..]),
        };
        let mut fits = signatures.is_none_or(|it| self.signatures(it, &mut declared.signatures));
        if let Some(layout) = layout {
            ufunc.layout = self.layout(layout).map(|read| (read, self.span(layout)));
            fits &= ufunc.layout.is_some();
        }
        if let Some(rest) = rest.first() {
            fits = false;
            let span = self.span(rest);
            let (name, takes) = match ufunc.kind {
                Kind::Vectorize => ("vectorize", "one positional argument"),
                Kind::Guvectorize => ("guvectorize", "two positional arguments"),
            };
            self.report(
                Diagnostic::new(Code::BadSignature, span, format!("`@{name}` takes {takes}"))
                    .help("put several signatures into a list; give options by name"),
            );
        }
        fits
    }

    /// Reads the layout of a gufunc.
    fn layout(&mut self, expr: &Expr) -> Option<CoreLayout> {
        let text = match expr {
            Expr::StringLiteral(text) => text.value.to_str().to_owned(),
            _ => match Scope::new(self).expr(expr).kind {
                ExprKind::Text(text) => text,
                ExprKind::Refused => return None,
                _ => {
                    let span = self.span(expr);
                    self.report(Diagnostic::new(Code::BadLayout, span, "a layout is a string").help(
                        "write the inputs' core dimensions, an arrow and the outputs': `'(m,n),(n)->(m)'`",
                    ));
                    return None;
                }
            },
        };
        match core_layout::read(&text) {
            Ok(layout) => Some(layout),
            Err(core_layout::Wrong { place, message, help }) => {
                let span = self.place_in(expr, &text, place);
                self.report(Diagnostic::new(Code::BadLayout, span, message).help(help));
                None
            }
        }
    }

    /// A place in the text of a string, or the whole string where its text is written otherwise.
    fn place_in(&self, expr: &Expr, text: &str, place: Range<usize>) -> Span {
        let Expr::StringLiteral(literal) = expr else { return self.span(expr) };
        let mut parts = literal.value.iter();
        match (parts.next(), parts.next()) {
            (Some(part), None) => {
                let content = part.content_range();
                let is_plain = self.slice(content) == text;
                let [start, end] =
                    [place.start, place.end].map(|at| content.start() + TextSize::new(at as u32));
                if is_plain { self.span(TextRange::new(start, end)) } else { self.span(expr) }
            }
            _ => self.span(expr),
        }
    }

    fn ufunc_option(
        &mut self,
        name: &str,
        keyword: &ast::Keyword,
        ufunc: &mut DeclaredUfunc,
        declared: &mut Declared,
    ) -> bool {
        let (span, value) = (self.span(keyword), &keyword.value);
        match (name, ufunc.kind) {
            ("target", _) => self.target(value, span).map(|target| ufunc.target = target).is_some(),
            ("identity", _) => self.identity(value, span).map(|it| ufunc.identity = it).is_some(),
            ("writable_args", Kind::Guvectorize) => self.writable_args(value, span, &mut ufunc.writable),
            ("writable_args", Kind::Vectorize) => {
                let message = "`writable_args` is an option of `@guvectorize`, not of `@vectorize`";
                let help = "remove it: the function of a ufunc takes numbers, and returns the results";
                self.wrong_option(span, message, help)
            }
            _ if self.is_option(name) => self.option(name, keyword, declared),
            _ => {
                let decorator = match ufunc.kind {
                    Kind::Vectorize => "@vectorize",
                    Kind::Guvectorize => "@guvectorize",
                };
                let help = closest(name, OWN_OPTIONS.iter().chain(OPTIONS).copied())
                    .map_or("remove it".to_owned(), |similar| format!("did you mean `{similar}`?"));
                self.wrong_option(span, format!("`{decorator}` has no option `{name}`"), help)
            }
        }
    }

    /// Whether `@njit` has an option that it shares.
    fn is_option(&self, name: &str) -> bool {
        let of_numba = ["forceobj", "looplift", "no_cfunc_wrapper", "no_cpython_wrapper"];
        name != "signature_or_function" && OPTIONS.iter().chain(&of_numba).any(|known| *known == name)
    }

    fn wrong_option(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) -> bool {
        self.report(Diagnostic::new(Code::UnknownOption, span, message).help(help));
        false
    }

    /// What calls may use.
    fn target(&mut self, value: &Expr, span: Span) -> Option<Target> {
        let text = match value {
            Expr::StringLiteral(text) => text.value.to_str(),
            _ => "",
        };
        let target = Target::named(text);
        if target.is_none() {
            let message = format!("there is no target {}", self.slice(value.range()));
            let help = "write `target='cpu'`, `target='parallel'` or `target='cuda'`";
            self.wrong_option(span, message, help);
        }
        target
    }

    fn identity(&mut self, value: &Expr, span: Span) -> Option<Identity> {
        match Scope::new(self).expr(value).kind {
            ExprKind::Refused => None,
            ExprKind::None => Some(Identity::None),
            ExprKind::Text(text) if text == "reorderable" => Some(Identity::Reorderable),
            ExprKind::Bool(value) => Some(Identity::Value(value.into())),
            ExprKind::Int(value) if i64::try_from(value).is_ok() => Some(Identity::Value(value as i64)),
            _ => {
                let message = format!("an identity is not {}", self.slice(value.range()));
                let help = "write an integer, `'reorderable'`, or `None` where there is none";
                self.wrong_option(span, message, help);
                None
            }
        }
    }

    /// `writable_args=('x', 1)`.
    fn writable_args(&mut self, value: &Expr, span: Span, writable: &mut Vec<(Operand, Span)>) -> bool {
        let items = match value {
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => elts,
            _ => {
                let help = "write the names or the positions of inputs: `writable_args=('x', 1)`";
                return self.wrong_option(span, "`writable_args` is a tuple of inputs", help);
            }
        };
        for item in items {
            let place = self.span(item);
            let operand = match Scope::new(self).expr(item).kind {
                ExprKind::Refused => return false,
                ExprKind::Text(name) => Operand::Name(name),
                ExprKind::Int(position) => Operand::Position(position),
                _ => {
                    let help = "write the name of a parameter in quotes, or its position";
                    return self.wrong_option(place, "this names no input", help);
                }
            };
            writable.push((operand, place));
        }
        true
    }

    /// Says that the function of a ufunc has no types.
    pub(super) fn without_types(&mut self, def: &StmtFunctionDef, ufunc: &DeclaredUfunc) {
        let (decorator, example) = match ufunc.kind {
            Kind::Vectorize => ("@vectorize", "@vectorize([float64(float64)])"),
            Kind::Guvectorize => ("@guvectorize", "@guvectorize([(float64[:], float64[:])], '(n)->()')"),
        };
        let name = def.name.as_str();
        let message = format!("`{decorator}` makes loops for declared types, and `{name}` declares none");
        self.report(
            Diagnostic::new(Code::BadSignature, ufunc.span, message)
                .help(format!("give it a signature, `{example}`, or annotate each parameter")),
        );
    }
}
