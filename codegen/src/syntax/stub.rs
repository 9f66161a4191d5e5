//! Stubs: `kernels/x.pyi` declares the signatures of `kernels/x.py`, which stays as it is.
//!
//! A stub is read first, with names of its own. Its types win over those in the file; two that
//! disagree are an error.

use std::collections::BTreeMap;

use ruff_python_ast::{self as ast, Expr, Stmt, StmtFunctionDef};
use ruff_text_size::Ranged;

use super::Reader;
use super::import::Entity;
use super::signature::Declared;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Inline, Options, Signature};
use crate::source::Span;
use crate::spelling::closest;

/// What a stub declares, by the functions' names.
#[derive(Debug, Default)]
pub(super) struct Stub(BTreeMap<String, Stubbed>);

/// What a stub declares of one function.
#[derive(Debug)]
pub(super) struct Stubbed {
    /// Where its name stands first.
    pub(super) name_span: Span,
    /// Its definitions: one, or several with `@overload`.
    pub(super) spans: Vec<Span>,
    pub(super) declared: Declared,
    pub(super) doc: Option<String>,
    /// For each definition the names of the parameters, and where they stand.
    params: Vec<(Vec<String>, Span)>,
    /// Whether all definitions have `@overload`.
    overloaded: bool,
}

impl Stub {
    /// Takes what is declared of a function.
    pub(super) fn take(&mut self, name: &str) -> Option<Stubbed> {
        self.0.remove(name)
    }
}

impl Reader<'_> {
    /// Reads a stub's statements.
    pub(super) fn stub(&mut self, body: &[Stmt]) -> Stub {
        let mut stub = Stub::default();
        for (index, stmt) in body.iter().enumerate() {
            if !stmt.is_function_def_stmt() {
                self.bind_stmt(index, stmt);
            }
        }
        for def in body.iter().filter_map(Stmt::as_function_def_stmt) {
            self.stub_function(def, &mut stub);
        }
        stub
    }

    fn stub_function(&mut self, def: &StmtFunctionDef, stub: &mut Stub) {
        let Some(declared) = self.declared(def) else { return };
        self.check_stub_body(def);
        let (name_span, span) = (self.span(&def.name), self.span(def));
        let names = def.parameters.iter_non_variadic_params();
        let params = names.map(|param| param.name().to_string()).collect();
        let params = vec![(params, self.span(&*def.parameters))];
        let overloaded = def.decorator_list.iter().any(|decorator| self.is_overload(&decorator.expression));
        let doc = super::function::docstring(&def.body);
        let new = Stubbed { name_span, spans: vec![span], declared, doc, params, overloaded };
        match stub.0.get_mut(def.name.as_str()) {
            None => drop(stub.0.insert(def.name.to_string(), new)),
            Some(known) if known.overloaded && overloaded => known.add(new),
            Some(known) => {
                let message = format!("the stub declares `{}` twice", def.name.as_str());
                let first = known.name_span;
                self.report(
                    Diagnostic::new(Code::DuplicateDefinition, name_span, message)
                        .note_at(first, "first declared here")
                        .help("write `@overload` before each, after `from typing import overload`"),
                );
            }
        }
    }

    /// Whether a stub's decorator says that a definition is one of several.
    pub(super) fn is_overload(&self, decorator: &Expr) -> bool {
        self.entity(decorator, &|_| false) == Some(Entity::Overload)
    }

    /// A stub's function has no body but `...`, `pass` and a docstring.
    fn check_stub_body(&mut self, def: &StmtFunctionDef) {
        let says_nothing = |stmt: &&Stmt| match stmt {
            Stmt::Pass(_) => true,
            Stmt::Expr(ast::StmtExpr { value, .. }) => {
                value.is_ellipsis_literal_expr() || value.is_string_literal_expr()
            }
            _ => false,
        };
        if let Some(stmt) = def.body.iter().find(|stmt| !says_nothing(stmt)) {
            let span = self.span(stmt.range());
            self.report(
                Diagnostic::new(Code::BadSignature, span, "a function of a stub has no body")
                    .help("write `...` here; the body stands in the kernel file"),
            );
        }
    }

    /// What a function declares of which a stub declares something too; `None` if they disagree.
    pub(super) fn declared_with_stub(
        &mut self,
        def: &StmtFunctionDef,
        stubbed: &Stubbed,
    ) -> Option<Declared> {
        let fits = self.has_parameters(def, stubbed);
        let own = match stubbed.declared.signatures.is_empty() {
            true => self.declared(def)?,
            false => self.decorated_like(def, stubbed)?,
        };
        let Declared { signatures, options, external: _, locals, ufunc: _, device: _ } = &stubbed.declared;
        let declared = Declared {
            signatures: if signatures.is_empty() { own.signatures } else { signatures.clone() },
            options: prefer(*options, own.options),
            external: own.external,
            ufunc: own.ufunc,
            device: own.device,
            locals: if locals.is_empty() { own.locals } else { locals.clone() },
        };
        fits.then_some(declared)
    }

    /// Whether a stub has a function's parameters.
    fn has_parameters(&mut self, def: &StmtFunctionDef, stubbed: &Stubbed) -> bool {
        let own: Vec<&str> = def.parameters.iter_non_variadic_params().map(|it| it.name().as_str()).collect();
        let Some((params, span)) = stubbed.params.iter().find(|(params, _)| *params != own) else {
            return true;
        };
        let message = format!(
            "the stub says `{name}({})`, but the parameters are `{name}({})`",
            params.join(", "),
            own.join(", "),
            name = def.name.as_str()
        );
        let place = self.span(&*def.parameters);
        self.report(
            Diagnostic::new(Code::BadSignature, *span, message)
                .note_at(place, "the function's parameters")
                .help("give the parameters the same names, in the same order"),
        );
        false
    }

    /// What the decorators of a function say whose signatures a stub declares, if decorators and
    /// annotations say the same. Annotations that kernels cannot have are for others to read.
    fn decorated_like(&mut self, def: &StmtFunctionDef, stubbed: &Stubbed) -> Option<Declared> {
        let own = self.decorators(def)?;
        let stub = &stubbed.declared.signatures;
        if !own.signatures.is_empty() && !same(stub, &own.signatures) {
            let message =
                format!("the stub and the decorator of `{}` declare different signatures", def.name.as_str());
            let odd = stub.iter().find(|it| !own.signatures.iter().any(|own| agree(it, own)));
            let place = odd.map_or(stubbed.name_span, |signature| signature.span);
            self.report(
                Diagnostic::new(Code::BadSignature, place, message)
                    .note_at(own.signatures[0].span, "the decorator's signature")
                    .help("remove one of the two, or make them agree"),
            );
            return None;
        }
        let annotations = self.annotations_that_fit(def);
        stub.iter().all(|signature| self.agrees(signature, &annotations, "stub")).then_some(own)
    }

    /// Reports the functions of a stub that the file does not have.
    pub(super) fn check_stub_is_used(&mut self) {
        let unused = std::mem::take(&mut self.stub);
        for (name, stubbed) in unused.0 {
            let message = format!("the stub declares `{name}`, which the file does not have");
            let help = match closest(&name, self.names.all()) {
                Some(similar) => format!("did you mean `{similar}`?"),
                None => "remove it from the stub".to_owned(),
            };
            self.report(Diagnostic::new(Code::BadSignature, stubbed.name_span, message).help(help));
        }
    }
}

impl Stubbed {
    /// Adds a further definition.
    fn add(&mut self, other: Stubbed) {
        self.spans.extend(other.spans);
        self.params.extend(other.params);
        self.declared.signatures.extend(other.declared.signatures);
        self.declared.options = prefer(self.declared.options, other.declared.options);
        self.declared.locals.extend(other.declared.locals);
        self.doc = self.doc.take().or(other.doc);
    }
}

/// The options that the first says, else those that the second says.
fn prefer(first: Options, second: Options) -> Options {
    Options {
        error_model: first.error_model.or(second.error_model),
        boundscheck: first.boundscheck.or(second.boundscheck),
        fastmath: first.fastmath.or(second.fastmath),
        parallel: first.parallel || second.parallel,
        inline: if first.inline == Inline::Auto { second.inline } else { first.inline },
    }
}

/// Whether two signatures say the same, as far as both say something.
fn agree(a: &Signature, b: &Signature) -> bool {
    a.params == b.params && (a.result == b.result || a.result.is_none() || b.result.is_none())
}

fn same(a: &[Signature], b: &[Signature]) -> bool {
    let all = |a: &[Signature], b: &[Signature]| a.iter().all(|a| b.iter().any(|b| agree(a, b)));
    all(a, b) && all(b, a)
}
