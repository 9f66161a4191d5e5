//! What a function declares: decorators and annotations.

use ruff_python_ast::{self as ast, Arguments, Decorator, Expr, StmtFunctionDef};
use ruff_text_size::Ranged;

use super::import::Entity;
use super::options::NamedLocal;
use super::type_expr::Namespace;
use super::ufunc::DeclaredUfunc;
use super::{Reader, unsupported};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Device, External, Options, Signature};
use crate::source::Span;
use crate::types::Type;

/// What a function declares.
#[derive(Debug, Default)]
pub(super) struct Declared {
    pub(super) signatures: Vec<Signature>,
    pub(super) options: Options,
    /// Where it stands, if outside of the file.
    pub(super) external: Option<External>,
    pub(super) locals: Vec<NamedLocal>,
    pub(super) ufunc: Option<DeclaredUfunc>,
    /// What it is on GPUs, if it is for them alone.
    pub(super) device: Option<Device>,
}

/// What annotations declare: for each parameter and for the result the type, if there is one.
pub(super) struct Annotations {
    params: Vec<Option<(Type, Span)>>,
    result: Option<(Type, Span)>,
}

impl Reader<'_> {
    /// Reads decorators and annotations; `None` if something in them is wrong.
    pub(super) fn declared(&mut self, def: &StmtFunctionDef) -> Option<Declared> {
        let decorated = self.decorators(def);
        let annotations = self.annotations(def);
        let (mut declared, annotations) = (decorated?, annotations?);
        let n_params = annotations.params.len();
        let mut fits = true;
        for signature in &declared.signatures {
            fits &= self.fits_parameters(def, signature, n_params)
                && self.agrees(signature, &annotations, "decorator")
                && self.is_callable(signature)
                && self.is_passable(def, signature);
        }
        if declared.signatures.is_empty() {
            declared.signatures.extend(self.annotated_signature(def, annotations)?);
            let signatures = &declared.signatures;
            fits = signatures
                .iter()
                .all(|signature| self.is_callable(signature) && self.is_passable(def, signature));
        }
        fits &= self.is_launchable(def, &declared);
        fits &= self.records_fit(&declared);
        if matches!(declared.external, Some(External::Rust(_) | External::C { .. })) {
            fits &= self.is_foreign(def, &declared.signatures);
        }
        fits.then_some(declared)
    }

    fn fits_parameters(&mut self, def: &StmtFunctionDef, signature: &Signature, n_params: usize) -> bool {
        if signature.params.len() == n_params {
            return true;
        }
        let message = format!(
            "this signature has {}, and `{}` has {n_params}",
            super::function::count(signature.params.len(), "parameter"),
            def.name.as_str()
        );
        let name = self.span(&def.name);
        self.report(
            Diagnostic::new(Code::BadSignature, signature.span, message)
                .note_at(name, "the function is defined here")
                .help("give one type for each parameter"),
        );
        false
    }

    /// Whether annotations say the same as a signature of a decorator or a stub.
    pub(super) fn agrees(&mut self, signature: &Signature, annotations: &Annotations, of: &str) -> bool {
        let params = annotations.params.iter().zip(signature.params.iter().map(Some));
        let result = (&annotations.result, signature.result.as_ref());
        for (annotation, declared) in params.chain([result]) {
            if let (Some((annotated, span)), Some(declared)) = (annotation, declared)
                && annotated != declared
            {
                let message = format!("this says `{annotated}`, but the {of} says `{declared}`");
                self.report(
                    Diagnostic::new(Code::BadSignature, *span, message)
                        .note_at(signature.span, format!("the {of}'s signature"))
                        .help("remove one of the two, or make them agree"),
                );
                return false;
            }
        }
        true
    }

    /// Whether the types of a signature can be those of parameters and of a result.
    fn is_callable(&mut self, signature: &Signature) -> bool {
        let message = match &signature.result {
            _ if signature.params.iter().any(|ty| ty.holds(&|ty| *ty == Type::None)) => {
                "a parameter cannot be `None`".to_owned()
            }
            _ => return true,
        };
        self.report(
            Diagnostic::new(Code::BadSignature, signature.span, message)
                .help("leave it out, or declare an optional value: `float | None`"),
        );
        false
    }

    /// The signature that annotations declare; `None` if they are wrong. Without annotations a
    /// function is a helper.
    fn annotated_signature(
        &mut self,
        def: &StmtFunctionDef,
        annotations: Annotations,
    ) -> Option<Option<Signature>> {
        let typed = annotations.params.iter().flatten().count();
        let place = match &def.returns {
            Some(returns) => self.span(&*def.parameters).to(self.span(&**returns)),
            None => self.span(&*def.parameters),
        };
        if typed == annotations.params.len() && !(self.library && typed == 0) {
            let params = annotations.params.into_iter().flatten().map(|(ty, _)| ty).collect();
            let result = annotations.result.map(|(ty, _)| ty);
            return Some(Some(Signature { params, result, span: place }));
        }
        let untyped = def.parameters.iter_non_variadic_params().find(|param| param.annotation().is_none());
        let diagnostic = match (typed, &annotations.result, untyped) {
            (0, None, _) | (_, _, None) => return Some(None),
            (0, Some((_, span)), _) => {
                let message =
                    format!("`{}` has a type for its result and none for its parameters", def.name.as_str());
                Diagnostic::new(Code::BadSignature, *span, message)
            }
            (_, _, Some(param)) => {
                let name = param.name();
                let message = format!("the parameter `{}` has no type, and others have one", name.as_str());
                Diagnostic::new(Code::BadSignature, self.span(name), message)
            }
        };
        self.report(
            diagnostic.help("annotate every parameter, or none: a function without types is a helper"),
        );
        None
    }

    fn annotations(&mut self, def: &StmtFunctionDef) -> Option<Annotations> {
        let (annotations, fit) = self.read_annotations(def);
        fit.then_some(annotations)
    }

    /// The annotations that are types of kernels. Nothing is said of the others.
    pub(super) fn annotations_that_fit(&mut self, def: &StmtFunctionDef) -> Annotations {
        let before = self.diagnostics.clone();
        let (annotations, _) = self.read_annotations(def);
        *self.diagnostics = before;
        annotations
    }

    /// The annotations, and whether all of them are types of kernels.
    fn read_annotations(&mut self, def: &StmtFunctionDef) -> (Annotations, bool) {
        let mut fits = true;
        let mut read = |annotation: Option<&Expr>| {
            let annotation = annotation?;
            let ty = self.type_expr(annotation, Namespace::File);
            fits &= ty.is_some();
            Some((ty?, self.span(annotation)))
        };
        let params =
            def.parameters.iter_non_variadic_params().map(|param| read(param.annotation())).collect();
        let result = read(def.returns.as_deref());
        (Annotations { params, result }, fits)
    }

    pub(super) fn decorators(&mut self, def: &StmtFunctionDef) -> Option<Declared> {
        let mut found: Option<Option<Declared>> = None;
        let is_overload = |it: &&Decorator| self.is_stub && self.is_overload(&it.expression);
        let decorators: Vec<&Decorator> = def.decorator_list.iter().filter(|it| !is_overload(it)).collect();
        for decorator in decorators {
            let declared = self.decorator(decorator);
            if found.is_some() {
                let span = self.span(&decorator.expression);
                self.report(
                    Diagnostic::new(Code::UnknownDecorator, span, "a function has one decorator")
                        .help("write one `@njit`, with all signatures and options"),
                );
                return None;
            }
            found = Some(declared);
        }
        found.unwrap_or_else(|| Some(Declared::default()))
    }

    fn decorator(&mut self, decorator: &Decorator) -> Option<Declared> {
        let (name, arguments) = match &decorator.expression {
            Expr::Call(call) => (&*call.func, Some(&call.arguments)),
            name => (name, None),
        };
        let entity = self.entity(name, &|_| false);
        match entity {
            Some(Entity::Jit) => return self.jit(arguments),
            Some(Entity::Ufunc(kind)) => return self.ufunc(kind, name, arguments),
            Some(Entity::CFunc) => return self.cfunc(name, arguments),
            Some(Entity::CudaJit) => return self.cuda(arguments),
            _ => {}
        }
        if entity == Some(Entity::Extern) {
            return self.external(decorator, arguments);
        }
        if entity.is_none() && self.is_refused(name) {
            return None;
        }
        let span = self.span(name);
        let text = self.slice(name.range()).to_owned();
        let (message, help) = match entity {
            Some(Entity::Later(_)) => (
                format!("`@{text}` is not supported in this version"),
                "declare a kernel with `@njit`, and loop over the elements",
            ),
            _ => (
                format!("`@{text}` is not a decorator that kernels have"),
                "write `@njit`, after `from numba import njit`",
            ),
        };
        self.report(Diagnostic::new(Code::UnknownDecorator, span, message).help(help));
        None
    }

    /// The arguments of `@njit(…)`.
    fn jit(&mut self, arguments: Option<&Arguments>) -> Option<Declared> {
        let mut declared = Declared::default();
        let Some(arguments) = arguments else { return Some(declared) };
        let mut fits = true;
        for (index, argument) in arguments.args.iter().enumerate() {
            if index > 0 {
                let span = self.span(argument);
                self.report(
                    Diagnostic::new(Code::BadSignature, span, "`@njit` takes one positional argument")
                        .help("put several signatures into a list; give options by name"),
                );
                return None;
            }
            fits &= self.signatures(argument, &mut declared.signatures);
        }
        for keyword in &arguments.keywords {
            fits &= match keyword.arg.as_ref().map(ast::Identifier::as_str) {
                Some("signature_or_function") => self.signatures(&keyword.value, &mut declared.signatures),
                Some(name) => self.option(name, keyword, &mut declared),
                None => {
                    let span = self.span(keyword);
                    self.report(unsupported("`**` in a decorator", span, "write the options out"));
                    false
                }
            };
        }
        fits.then_some(declared)
    }

    /// The arguments of `@cfunc(…)`: those of `@njit`, but one signature must be among them. Every
    /// kernel can be called from C.
    fn cfunc(&mut self, name: &Expr, arguments: Option<&Arguments>) -> Option<Declared> {
        let declared = self.jit(arguments)?;
        if declared.signatures.len() == 1 {
            return Some(declared);
        }
        let span = self.span(name);
        self.report(
            Diagnostic::new(Code::BadSignature, span, "`@cfunc` takes one signature")
                .help("write `@cfunc(float64(float64))`, or `@njit` for several signatures or none"),
        );
        None
    }

    /// Reads one signature or a list of them.
    pub(super) fn signatures(&mut self, expr: &Expr, signatures: &mut Vec<Signature>) -> bool {
        let items = match expr {
            Expr::List(list) => list.elts.as_slice(),
            one => std::slice::from_ref(one),
        };
        let mut n_read = 0;
        for item in items {
            match self.type_entity(item, Namespace::File) {
                Some(Entity::Signatures(named)) => {
                    let span = self.span(item);
                    n_read += 1;
                    signatures.extend(named.into_iter().map(|named| Signature { span, ..named }));
                }
                _ => {
                    let signature = self.signature(item, Namespace::File);
                    n_read += usize::from(signature.is_some());
                    signatures.extend(signature);
                }
            }
        }
        n_read == items.len()
    }

    /// `float64(float64, int32)`, `(float64, int32)`, or either in a string.
    fn signature(&mut self, expr: &Expr, namespace: Namespace) -> Option<Signature> {
        let span = self.span(expr);
        let (params, result) = match expr {
            Expr::StringLiteral(string) if namespace == Namespace::File => {
                return self.in_string(string, |reader, expr| reader.signature(expr, Namespace::Numba));
            }
            Expr::Call(call) if call.arguments.keywords.is_empty() => {
                let params = self.types(&call.arguments.args, namespace);
                let result = self.type_expr(&call.func, namespace);
                (params, Some(result?))
            }
            Expr::Tuple(tuple) => (self.types(&tuple.elts, namespace), None),
            _ => {
                self.report(
                    Diagnostic::new(Code::BadSignature, span, "this is not a signature").help(
                        "write `float64(float64, int32)`, `(float64, int32)` where the result is inferred, or a list of these",
                    ),
                );
                return None;
            }
        };
        Some(Signature { params: params?, result, span })
    }

    fn types(&mut self, exprs: &[Expr], namespace: Namespace) -> Option<Vec<Type>> {
        let types: Vec<Option<Type>> = exprs.iter().map(|expr| self.type_expr(expr, namespace)).collect();
        types.into_iter().collect()
    }
}
