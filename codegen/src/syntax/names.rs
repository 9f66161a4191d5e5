//! Names: what the module level binds, and what a name means where it stands.

use std::collections::BTreeMap;

use ruff_python_ast::{self as ast, Expr, Stmt, StmtFunctionDef};
use ruff_text_size::Ranged;

use super::constant::Constant;
use super::foreign::{Declarations, Handle};
use super::import::Entity;
use super::{Reader, absent, unsupported};
use crate::builtin;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{FunctionId, Variable};
use crate::source::Span;
use crate::spelling::closest;

/// What a name of the module level stands for.
#[derive(Clone, Debug)]
pub(super) enum Binding {
    /// A function of the file.
    Function(FunctionId),
    /// Something imported.
    Imported(Entity),
    /// A value that is computed once.
    Constant(Constant),
    /// A library of C functions, or what declares them.
    Foreign(Handle),
    /// Something that was reported; nothing more is said about it.
    Refused,
}

/// The names of the module level, each with the place that binds it.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<String, (Binding, Span)>);

impl Names {
    pub(super) fn get(&self, name: &str) -> Option<&Binding> {
        self.0.get(name).map(|(binding, _)| binding)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// Python's exceptions that kernels can raise.
const EXCEPTIONS: &[&str] = &[
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BufferError",
    "EOFError",
    "Exception",
    "FloatingPointError",
    "ImportError",
    "IndexError",
    "KeyError",
    "LookupError",
    "MemoryError",
    "NameError",
    "NotImplementedError",
    "OSError",
    "OverflowError",
    "RecursionError",
    "ReferenceError",
    "RuntimeError",
    "StopIteration",
    "SyntaxError",
    "SystemError",
    "TimeoutError",
    "TypeError",
    "UnboundLocalError",
    "UnicodeError",
    "ValueError",
    "Warning",
    "ZeroDivisionError",
];

/// Whether kernels can raise a class of this name.
pub(super) fn is_exception(name: &str) -> bool {
    EXCEPTIONS.contains(&name)
}

/// Python's exceptions whose names are like this one.
pub(super) fn similar_exception(name: &str) -> Option<&'static str> {
    closest(name, EXCEPTIONS.iter().copied())
}

/// How many names are compared with one that is not known.
const MAX_CANDIDATES: usize = 1000;

/// After this many mistakes, names are no longer compared: in a large file that would take long.
const MAX_HELPED: usize = 100;

impl<'a> Reader<'a> {
    /// Binds the names of the module level, and gives the functions in order.
    pub(super) fn bind<'b>(&mut self, body: &'b [Stmt]) -> Vec<&'b StmtFunctionDef> {
        let n_defined = body.iter().filter(|stmt| stmt.is_function_def_stmt()).count();
        self.foreign = Declarations::new(n_defined);
        let mut functions = Vec::new();
        for (index, stmt) in body.iter().enumerate() {
            match stmt {
                Stmt::FunctionDef(function) => {
                    let id = FunctionId(functions.len() as u32);
                    self.bind_name(&function.name, Binding::Function(id));
                    functions.push(function);
                }
                other => self.bind_stmt(index, other),
            }
        }
        functions
    }

    /// Binds what a statement of the module level does that is no function, the one at `index`.
    pub(super) fn bind_stmt(&mut self, index: usize, stmt: &Stmt) {
        if self.foreign(stmt) {
            return;
        }
        match stmt {
            Stmt::Import(import) => self.import(import),
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::Assign(ast::StmtAssign { targets, value, .. }) => {
                self.assignment(targets, value, self.span(stmt));
            }
            Stmt::AnnAssign(ast::StmtAnnAssign { target, value: Some(value), .. }) => {
                self.assignment(std::slice::from_ref(target), value, self.span(stmt));
            }
            Stmt::Expr(docstring) if index == 0 && docstring.value.is_string_literal_expr() => {}
            Stmt::Pass(_) => {}
            other => self.other_statement(other),
        }
    }

    /// Binds a name once; what is bound to it later is refused, unless it is the same import.
    pub(super) fn bind_name(&mut self, name: &ast::Identifier, binding: Binding) {
        let span = self.span(name);
        let Some((old, first)) = self.names.0.get(name.as_str()) else {
            self.names.0.insert(name.to_string(), (binding, span));
            return;
        };
        if let (Binding::Imported(old), Binding::Imported(new)) = (old, &binding)
            && old == new
        {
            return;
        }
        let first = *first;
        let message = format!("`{}` is defined twice", name.as_str());
        self.report(
            Diagnostic::new(Code::DuplicateDefinition, span, message)
                .note_at(first, "first defined here")
                .help("give one of them another name"),
        );
    }

    /// Refuses a statement that the module level of a kernel file cannot have.
    fn other_statement(&mut self, stmt: &Stmt) {
        let span = self.span(stmt);
        match stmt {
            Stmt::Return(_) => {
                self.report(
                    Diagnostic::new(Code::SyntaxError, span, "`return` outside a function")
                        .help("move it into a function"),
                );
            }
            Stmt::Break(_) | Stmt::Continue(_) => {
                let message = format!("`{}` outside a loop", self.slice(stmt.range()));
                self.report(
                    Diagnostic::new(Code::SyntaxError, span, message).help("move it into a function's loop"),
                );
            }
            Stmt::Expr(value) if value.value.is_string_literal_expr() => {}
            _ if self.is_broken(stmt) => {}
            _ => {
                self.refuse_names(stmt);
                let place = self.first_line(stmt);
                self.report(unsupported(
                    &format!("{} outside a function", super::statement::construct(stmt)),
                    place,
                    "a kernel file holds imports, functions, and constants such as `N = 100`",
                ));
            }
        }
    }

    /// Nothing more is said of the names that a refused statement binds.
    fn refuse_names(&mut self, stmt: &Stmt) {
        let mut names = super::function::Assigned::default();
        names.stmt(stmt);
        for (name, range) in names.found {
            let span = self.span(range);
            self.names.0.entry(name.to_owned()).or_insert((Binding::Refused, span));
        }
    }

    /// Whether the parser found a mistake inside.
    pub(super) fn is_broken(&self, place: impl Ranged) -> bool {
        let range = place.range();
        let first = self.errors.partition_point(|error| error.start() < range.start());
        self.errors.get(first).is_some_and(|error| error.start() <= range.end())
    }

    /// What a name or a dotted name of the module level stands for; `None` if it is neither.
    /// `is_local` hides names that a function binds itself.
    pub(super) fn entity(&self, expr: &Expr, is_local: &dyn Fn(&str) -> bool) -> Option<Entity> {
        match expr {
            Expr::Name(name) if is_local(&name.id) => None,
            Expr::Name(name) => match self.names.get(&name.id) {
                Some(Binding::Imported(entity)) => Some(entity.clone()),
                Some(
                    Binding::Function(_) | Binding::Constant(_) | Binding::Foreign(_) | Binding::Refused,
                ) => None,
                None => Entity::python(&name.id),
            },
            Expr::Attribute(attribute) => self.entity(&attribute.value, is_local)?.member(&attribute.attr),
            _ => None,
        }
    }

    /// Says that nothing has a name, unless a mistake in the text may have hidden it.
    pub(super) fn undefined(&mut self, name: &str, span: Span, locals: &[Variable]) {
        if !self.errors.is_empty() {
            return;
        }
        let new = |message: String| Diagnostic::new(Code::UndefinedName, span, message);
        let diagnostic = if let Some(instead) = absent::builtin(name) {
            new(format!("`{name}` is Python's, but kernels do not have it in this version")).help(instead)
        } else if let Some(python) = absent::foreign(name) {
            new(format!("nothing here has the name `{name}`")).help(format!("Python writes `{python}`"))
        } else if is_exception(name) {
            new(format!("`{name}` can only be raised")).help(format!("write `raise {name}(\"…\")`"))
        } else {
            let help = match (self.similar(name, locals), super::import::statement_for(name)) {
                (_, Some(statement)) => format!("import it: `{statement}`"),
                (Some(similar), None) => format!("did you mean `{similar}`?"),
                (None, None) => "define it, import it, or make it a parameter".to_owned(),
            };
            new(format!("nothing here has the name `{name}`")).help(help)
        };
        self.report(diagnostic);
    }

    /// A name like this one. After many mistakes none is looked for: that would take long.
    fn similar<'n>(&'n self, name: &str, locals: &'n [Variable]) -> Option<&'n str> {
        if self.diagnostics.len() >= MAX_HELPED {
            return None;
        }
        let mut known: Vec<&str> = builtin::members("").collect();
        known.extend(EXCEPTIONS);
        known.extend(self.names.all().take(MAX_CANDIDATES));
        known.extend(locals.iter().take(MAX_CANDIDATES).map(|local| local.name.as_str()));
        closest(name, known.into_iter())
    }
}
