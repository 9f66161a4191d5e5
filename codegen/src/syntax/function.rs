//! Reads a function: its parameters, its variables, and its body.

use std::collections::HashMap;

use ruff_python_ast::{self as ast, Expr, Stmt, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

use super::constant::is_constant;
use super::operands::Read;
use super::options::NamedLocal;
use super::{Reader, unsupported};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, TypedLocal, Variable, VariableId};
use crate::source::Span;
use crate::spelling::closest;

/// A function while its statements are read; without variables, the module level.
pub(super) struct Scope<'r, 'a> {
    pub(super) reader: &'r mut Reader<'a>,
    pub(super) variables: Vec<Variable>,
    pub(super) ids: HashMap<String, VariableId>,
    /// How many blocks and expressions are around.
    pub(super) depth: usize,
    /// How many loops are around.
    pub(super) loops: usize,
    /// Whether something was refused.
    pub(super) refused: bool,
}

/// Names that cannot be names in Rust, not even as `r#name`.
const RESERVED: &[&str] = &["Self", "_", "crate", "self", "super"];

impl<'a> Reader<'a> {
    /// Reads one function.
    pub(super) fn function(&mut self, def: &StmtFunctionDef) -> hir::Function {
        let before = self.diagnostics.len();
        let stubbed = self.stub.take(&def.name);
        let declared = match &stubbed {
            Some(stubbed) => self.declared_with_stub(def, stubbed),
            None => self.declared(def),
        };
        let broken = self.is_broken(def);
        let (defaults, has_defaults) = self.defaults(def);
        let mut scope = Scope::new(self);
        scope.refused = !has_defaults;
        scope.parameters(def);
        let n_params = scope.variables.len();
        let fits = declared.is_some() && !scope.refused && scope.reader.diagnostics.len() == before;
        let is_external = declared.as_ref().is_some_and(|declared| declared.external.is_some());
        let body = if broken { None } else { Some(scope.body(&def.body, is_external)) };
        let (variables, refused) = (scope.variables, scope.refused);
        let mut declared = declared.unwrap_or_default();
        let (spans, doc) = stubbed.map(|stubbed| (stubbed.spans, stubbed.doc)).unwrap_or_default();
        let locals = self.typed_locals(def, (&variables, n_params), declared.locals);
        let params = variables[..n_params].iter().map(|param| (param.name.as_str(), param.span)).collect();
        let read = Read { def, params, body: body.as_deref().unwrap_or_default() };
        let is_ufunc = declared.ufunc.is_some();
        let ufunc = declared.ufunc.and_then(|ufunc| self.ufunc_of(ufunc, &mut declared.signatures, &read));
        let fits = fits && is_ufunc == ufunc.is_some();
        let function = hir::Function {
            name: def.name.to_string(),
            name_span: self.span(&def.name),
            span: self.span(def),
            doc: docstring(&def.body).or(doc),
            stub: spans,
            n_params,
            defaults,
            variables,
            signatures: declared.signatures,
            options: declared.options,
            external: declared.external,
            ufunc,
            device: declared.device,
            body: body.filter(|_| fits && locals.is_some()),
            locals: locals.unwrap_or_default(),
            refused,
        };
        self.check_reserved(&function);
        function
    }

    /// The variables that `locals=` names; `None` if one is not there.
    fn typed_locals(
        &mut self,
        def: &StmtFunctionDef,
        (variables, n_params): (&[Variable], usize),
        locals: Vec<NamedLocal>,
    ) -> Option<Vec<TypedLocal>> {
        let mut typed = Some(Vec::new());
        for NamedLocal { name, name_span, ty, span } in locals {
            match variables.iter().position(|variable| variable.name == name) {
                Some(index) if index < n_params => {
                    typed = None;
                    let message = format!("`{name}` is a parameter of `{}`, not a local", def.name.as_str());
                    let help =
                        "declare its type in the signature, or assign it to a variable of another name";
                    self.report(Diagnostic::new(Code::BadSignature, name_span, message).help(help));
                }
                Some(index) => {
                    let variable = VariableId(index as u32);
                    typed
                        .iter_mut()
                        .for_each(|typed| typed.push(TypedLocal { variable, ty: ty.clone(), span }));
                }
                None => {
                    typed = None;
                    let message = format!("`{}` has no variable `{name}`", def.name.as_str());
                    let known = closest(&name, variables.iter().map(|variable| variable.name.as_str()));
                    let help =
                        known.map_or("remove it".to_owned(), |known| format!("did you mean `{known}`?"));
                    self.report(Diagnostic::new(Code::BadSignature, name_span, message).help(help));
                }
            }
        }
        typed
    }

    /// The default values of parameters, which Python computes where the function is defined; and
    /// whether all of them are constants.
    fn defaults(&mut self, def: &StmtFunctionDef) -> (Vec<hir::Expr>, bool) {
        let mut scope = Scope::new(self);
        let params = def.parameters.posonlyargs.iter().chain(&def.parameters.args);
        let mut defaults = Vec::new();
        for default in params.filter_map(|param| param.default.as_deref()) {
            let value = scope.expr(default);
            if !scope.refused && !is_constant(&value) {
                let help = "defaults are short computations on literals and constants";
                scope.refuse::<()>(unsupported("this default value", value.span, help));
            }
            defaults.push(value);
        }
        (defaults, !scope.refused)
    }

    /// Refuses names that the Rust function of an exported kernel could not have.
    fn check_reserved(&mut self, function: &hir::Function) {
        if function.signatures.is_empty() || function.name.starts_with('_') {
            return;
        }
        let params = function.variables[..function.n_params].iter().map(|param| (&param.name, param.span));
        let its_name = (&function.name, function.name_span);
        for (name, span) in params.chain([its_name]).filter(|(name, _)| RESERVED.contains(&name.as_str())) {
            let message = format!("`{name}` is reserved in Rust, where this kernel becomes a function");
            let help = match span == function.name_span {
                true => "give it another name; a function whose name begins with `_` is not exported",
                false => "give the parameter another name",
            };
            self.report(Diagnostic::new(Code::ReservedName, span, message).help(help));
        }
    }
}

impl<'r, 'a> Scope<'r, 'a> {
    pub(super) fn new(reader: &'r mut Reader<'a>) -> Self {
        Scope { reader, variables: Vec::new(), ids: HashMap::new(), depth: 0, loops: 0, refused: false }
    }

    pub(super) fn span(&self, place: impl Ranged) -> Span {
        self.reader.span(place)
    }

    /// Reports what is wrong, and marks the function.
    pub(super) fn refuse<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        self.refused = true;
        self.reader.report(diagnostic);
        None
    }

    fn parameters(&mut self, def: &StmtFunctionDef) {
        let parameters = &def.parameters;
        for parameter in parameters.iter_non_variadic_params() {
            let (name, span) = (parameter.name(), self.span(parameter.name()));
            if let Some(first) = self.ids.get(name.as_str()) {
                let first = self.variables[first.0 as usize].span;
                let message =
                    format!("two parameters of `{}` have the name `{}`", def.name.as_str(), name.as_str());
                self.refuse::<()>(
                    Diagnostic::new(Code::DuplicateDefinition, span, message)
                        .note_at(first, "the first one")
                        .help("give one of them another name"),
                );
            }
            self.variable(name.as_str(), span);
        }
        for keyword_only in &parameters.kwonlyargs {
            let span = self.span(keyword_only);
            self.refuse::<()>(unsupported("a keyword-only parameter", span, "take it by position"));
        }
        for (stars, variadic) in [("*", &parameters.vararg), ("**", &parameters.kwarg)] {
            if let Some(variadic) = variadic {
                let span = self.span(&**variadic);
                let construct = format!("a `{stars}` parameter");
                self.refuse::<()>(unsupported(&construct, span, "name each parameter"));
                self.variable(variadic.name.as_str(), span);
            }
        }
        if def.is_async {
            let span = self.span(&def.name);
            self.refuse::<()>(unsupported("`async def`", span, "write a plain `def`"));
        }
        if let Some(type_params) = &def.type_params {
            let span = self.span(&**type_params);
            let help = "leave the types out: a helper is specialised for each call";
            self.refuse::<()>(unsupported("a type parameter", span, help));
        }
    }

    /// Makes a name a variable, unless it is one.
    pub(super) fn variable(&mut self, name: &str, span: Span) {
        if !self.ids.contains_key(name) {
            self.ids.insert(name.to_owned(), VariableId(self.variables.len() as u32));
            self.variables.push(Variable { name: name.to_owned(), span, declared: None });
        }
    }

    /// Reads the statements of a function's body.
    /// Of a function that stands elsewhere `...` is none.
    fn body(&mut self, body: &[Stmt], is_external: bool) -> Vec<hir::Stmt> {
        let mut assigned = Assigned::default();
        body.iter().for_each(|stmt| assigned.stmt(stmt));
        for (name, range) in assigned.found {
            let span = self.span(range);
            self.variable(name, span);
        }
        let docstring = usize::from(docstring(body).is_some());
        match &body[docstring..] {
            body if is_external && super::external::is_ellipsis(body) => Vec::new(),
            body => self.block(body),
        }
    }
}

/// Collects the names that statements bind, in order. It does not look into expressions: what
/// binds names there is not supported.
#[derive(Default)]
pub(super) struct Assigned<'b> {
    pub(super) found: Vec<(&'b str, TextRange)>,
}

impl<'b> Assigned<'b> {
    /// Adds those of a statement and of the statements in it.
    pub(super) fn stmt(&mut self, stmt: &'b Stmt) {
        match stmt {
            Stmt::Assign(assign) => assign.targets.iter().for_each(|target| self.target(target)),
            Stmt::AugAssign(augment) => self.target(&augment.target),
            Stmt::AnnAssign(assign) => self.target(&assign.target),
            Stmt::Delete(delete) => delete.targets.iter().for_each(|target| self.target(target)),
            Stmt::For(each) => {
                self.target(&each.target);
                self.block(&each.body);
                self.block(&each.orelse);
            }
            Stmt::While(repeat) => {
                self.block(&repeat.body);
                self.block(&repeat.orelse);
            }
            Stmt::If(branch) => {
                self.block(&branch.body);
                branch.elif_else_clauses.iter().for_each(|clause| self.block(&clause.body));
            }
            Stmt::With(with) => {
                let targets = with.items.iter().filter_map(|item| item.optional_vars.as_deref());
                targets.for_each(|target| self.target(target));
                self.block(&with.body);
            }
            Stmt::Try(attempt) => self.attempt(attempt),
            Stmt::Match(selection) => selection.cases.iter().for_each(|case| self.block(&case.body)),
            // What a nested function or class binds is its own.
            Stmt::FunctionDef(function) => self.add(&function.name),
            Stmt::ClassDef(class) => self.add(&class.name),
            Stmt::TypeAlias(alias) => self.target(&alias.name),
            Stmt::Import(ast::StmtImport { names, .. })
            | Stmt::ImportFrom(ast::StmtImportFrom { names, .. }) => {
                names.iter().for_each(|alias| self.add(alias.asname.as_ref().unwrap_or(&alias.name)));
            }
            Stmt::Return(_) | Stmt::Raise(_) | Stmt::Assert(_) | Stmt::Global(_) | Stmt::Nonlocal(_) => {}
            Stmt::Expr(_)
            | Stmt::Pass(_)
            | Stmt::Break(_)
            | Stmt::Continue(_)
            | Stmt::IpyEscapeCommand(_) => {}
        }
    }

    fn block(&mut self, body: &'b [Stmt]) {
        body.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn attempt(&mut self, attempt: &'b ast::StmtTry) {
        self.block(&attempt.body);
        for ast::ExceptHandler::ExceptHandler(handler) in &attempt.handlers {
            handler.name.iter().for_each(|name| self.add(name));
            self.block(&handler.body);
        }
        self.block(&attempt.orelse);
        self.block(&attempt.finalbody);
    }

    fn add(&mut self, name: &'b ast::Identifier) {
        self.found.push((name.as_str(), name.range));
    }

    fn target(&mut self, target: &'b Expr) {
        match target {
            Expr::Name(name) => self.found.push((name.id.as_str(), name.range)),
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                elts.iter().for_each(|target| self.target(target));
            }
            Expr::Starred(starred) => self.target(&starred.value),
            _ => {}
        }
    }
}

/// The docstring that a body begins with.
pub(super) fn docstring(body: &[Stmt]) -> Option<String> {
    match body.first() {
        Some(Stmt::Expr(first)) => match &*first.value {
            Expr::StringLiteral(text) => Some(cleandoc(text.value.to_str())),
            _ => None,
        },
        _ => None,
    }
}

/// Takes the common margin and empty lines around off a docstring, as `inspect.cleandoc` does.
fn cleandoc(doc: &str) -> String {
    let doc = doc.replace('\t', "        ");
    let margin_of = |line: &&str| line.len() - line.trim_start_matches(' ').len();
    let margin =
        doc.split('\n').skip(1).filter(|line| !line.trim().is_empty()).map(|line| margin_of(&line)).min();
    let mut lines: Vec<&str> = doc
        .split('\n')
        .enumerate()
        .map(|(index, line)| match index {
            0 => line.trim_start(),
            _ => line.get(margin.unwrap_or(0)..).unwrap_or(""),
        })
        .collect();
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    let blank = lines.iter().take_while(|line| line.is_empty()).count();
    lines[blank..].join("\n")
}

/// `1 parameter`, `2 parameters`.
pub(super) fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::cleandoc;

    #[test]
    fn docstrings_are_cleaned_as_inspect_does() {
        assert_eq!(cleandoc("One.\n\n    Two\n      three\n    "), "One.\n\nTwo\n  three");
        assert_eq!(cleandoc("\n    One.\n    "), "One.");
        assert_eq!(cleandoc("  "), "");
    }
}
