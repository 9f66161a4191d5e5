//! Reads statements.

use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::function::Scope;
use super::import::Entity;
use super::names::{Binding, is_exception, similar_exception};
use super::type_expr::Namespace;
use super::{MAX_DEPTH, Reader, too_deeply_nested, unsupported};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, StmtKind, Target};
use crate::source::Span;
use crate::types::Type;

impl Reader<'_> {
    /// The first line of a statement, without a comment.
    pub(super) fn first_line(&self, stmt: &Stmt) -> Span {
        let range = stmt.range();
        let first = self.tokens.partition_point(|token| token.start() < range.start());
        let ends = |token: &&Token| token.kind().is_any_newline() || token.kind() == TokenKind::Comment;
        let line = self.tokens[first..].iter().take_while(|token| !ends(token)).last();
        let end = line.map_or(range.end(), |token| token.end());
        self.span(TextRange::new(range.start(), end.max(range.start())))
    }
}

impl Scope<'_, '_> {
    /// Reads the statements of a block; those that are refused are left out.
    pub(super) fn block(&mut self, body: &[Stmt]) -> Vec<hir::Stmt> {
        let Some(first) = body.first() else { return Vec::new() };
        if self.depth >= MAX_DEPTH {
            let span = self.reader.first_line(first);
            self.refuse::<()>(too_deeply_nested(span));
            return Vec::new();
        }
        self.depth += 1;
        let stmts = body.iter().filter_map(|stmt| self.stmt(stmt)).collect();
        self.depth -= 1;
        stmts
    }

    fn stmt(&mut self, stmt: &Stmt) -> Option<hir::Stmt> {
        if let Stmt::If(branch) = stmt {
            return self.branch(branch);
        }
        let span = match stmt {
            Stmt::While(repeat) => self.header(stmt, repeat.test.range()),
            Stmt::For(each) => self.header(stmt, each.iter.range()),
            _ => self.span(stmt),
        };
        self.stmt_kind(stmt, span).map(|kind| hir::Stmt { kind, span })
    }

    fn stmt_kind(&mut self, stmt: &Stmt, span: Span) -> Option<StmtKind> {
        match stmt {
            Stmt::Pass(_) | Stmt::If(_) => None,
            Stmt::Expr(value) => Some(StmtKind::Expr(self.expr(&value.value))),
            Stmt::Assign(assign) => self.assign(assign),
            Stmt::AugAssign(augment) => self.augment(augment, span),
            Stmt::AnnAssign(assign) => self.annotated(assign, span),
            Stmt::While(repeat) => self.repeat(repeat),
            Stmt::For(each) => self.each(each),
            Stmt::Break(_) => self.leave_loop(StmtKind::Break, "break", span),
            Stmt::Continue(_) => self.leave_loop(StmtKind::Continue, "continue", span),
            Stmt::Return(ast::StmtReturn { value, .. }) => {
                Some(StmtKind::Return(value.as_deref().map(|value| self.expr(value))))
            }
            Stmt::Raise(raise) => self.raise(raise, span),
            Stmt::Assert(assert) => {
                let cond = self.expr(&assert.test);
                let message = assert.msg.as_deref().map(|message| self.expr(message));
                Some(StmtKind::Assert { cond, message })
            }
            other => {
                let span = self.reader.first_line(other);
                self.refuse(unsupported(construct(other), span, instead(other)))
            }
        }
    }

    /// A compound statement's first line: from its beginning up to the colon behind `last`.
    fn header(&self, stmt: impl Ranged, last: TextRange) -> Span {
        let range = stmt.range();
        let rest = self.reader.slice(TextRange::new(last.end(), range.end()));
        let colon = TextSize::try_from(rest.find(':').unwrap_or(0)).unwrap_or_default();
        self.span(TextRange::new(range.start(), last.end() + colon))
    }

    fn assign(&mut self, assign: &ast::StmtAssign) -> Option<StmtKind> {
        let value = self.expr(&assign.value);
        let targets: Vec<_> = assign.targets.iter().map(|target| self.target(target)).collect();
        let targets = targets.into_iter().collect::<Option<_>>()?;
        Some(StmtKind::Assign { targets, annotation: None, value })
    }

    fn augment(&mut self, augment: &ast::StmtAugAssign, span: Span) -> Option<StmtKind> {
        let (target, value) = (self.target(&augment.target), self.expr(&augment.value));
        let op = self.operator(augment.op, span);
        Some(StmtKind::Augment { target: target?, op: op?, value })
    }

    fn annotated(&mut self, assign: &ast::StmtAnnAssign, span: Span) -> Option<StmtKind> {
        let annotation = self.reader.type_expr(&assign.annotation, Namespace::File);
        self.refused |= annotation.is_none();
        let target = self.target(&assign.target);
        let Some(value) = &assign.value else {
            self.declare(&target?, annotation?, span);
            return None;
        };
        let value = self.expr(value);
        Some(StmtKind::Assign { targets: vec![target?], annotation: Some(annotation?), value })
    }

    /// `x: T` without a value.
    fn declare(&mut self, target: &Target, ty: Type, span: Span) {
        let Target::Variable(variable, _) = target else {
            let help = "annotate a variable; elements have the type of their array";
            self.refuse::<()>(unsupported("an annotation of an element", span, help));
            return;
        };
        let variable = &mut self.variables[variable.0 as usize];
        match &variable.declared {
            Some(declared) if *declared != ty => {
                let message = format!("`{}` is declared `{ty}` here, and `{declared}` before", variable.name);
                let help = "declare a variable once";
                self.refuse::<()>(Diagnostic::new(Code::TypeMismatch, span, message).help(help));
            }
            _ => variable.declared = Some(ty),
        }
    }

    fn target(&mut self, target: &Expr) -> Option<Target> {
        let span = self.span(target);
        match target {
            Expr::Name(name) => match self.ids.get(name.id.as_str()) {
                Some(variable) => Some(Target::Variable(*variable, span)),
                None => unreachable!("bug in pykernel: the assigned name `{}` is no variable", name.id),
            },
            Expr::Subscript(subscript) => {
                let value = self.expr(&subscript.value);
                let indices = self.indices(&subscript.slice);
                Some(Target::Element { value, indices, span })
            }
            Expr::Attribute(attribute) => {
                let value = self.expr(&attribute.value);
                let field = hir::Index::Field(attribute.attr.to_string(), self.span(&attribute.attr));
                Some(Target::Element { value, indices: vec![field], span })
            }
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                let targets: Vec<_> = elts.iter().map(|target| self.target(target)).collect();
                Some(Target::Tuple(targets.into_iter().collect::<Option<_>>()?, span))
            }
            _ => self.refuse(unsupported("unpacking with `*`", span, "name each item")),
        }
    }

    /// `if`, with each `elif` an `if` in the `else` of the one before.
    fn branch(&mut self, branch: &ast::StmtIf) -> Option<hir::Stmt> {
        if self.depth + branch.elif_else_clauses.len() > MAX_DEPTH {
            let span = self.header(branch, branch.test.range());
            return self.refuse(too_deeply_nested(span));
        }
        let cond = self.expr(&branch.test);
        let then = self.block(&branch.body);
        let depth = self.depth;
        let mut clauses = Vec::new();
        for clause in &branch.elif_else_clauses {
            self.depth += 1;
            let cond = clause.test.as_ref().map(|test| (self.expr(test), self.header(clause, test.range())));
            clauses.push((cond, self.block(&clause.body)));
        }
        self.depth = depth;
        let mut otherwise = Vec::new();
        for (cond, body) in clauses.into_iter().rev() {
            otherwise = match cond {
                None => body,
                Some((cond, span)) => {
                    let kind = StmtKind::If { cond, then: body, otherwise };
                    vec![hir::Stmt { kind, span }]
                }
            };
        }
        let span = self.header(branch, branch.test.range());
        Some(hir::Stmt { kind: StmtKind::If { cond, then, otherwise }, span })
    }

    fn repeat(&mut self, repeat: &ast::StmtWhile) -> Option<StmtKind> {
        let cond = self.expr(&repeat.test);
        let (body, otherwise) = self.loop_body(&repeat.body, &repeat.orelse);
        Some(StmtKind::While { cond, body, otherwise })
    }

    fn each(&mut self, each: &ast::StmtFor) -> Option<StmtKind> {
        let iterable = self.expr(&each.iter);
        let target = self.loop_target(&each.target);
        if each.is_async {
            let span = self.span(each);
            self.refuse::<()>(unsupported("`async for`", span, "write a plain `for`"));
        }
        let (body, otherwise) = self.loop_body(&each.body, &each.orelse);
        Some(StmtKind::For { target: target?, iterable, body, otherwise })
    }

    /// The variables of a loop.
    fn loop_target(&mut self, target: &Expr) -> Option<Target> {
        if is_names(target) {
            return self.target(target);
        }
        let span = self.span(target);
        let construct = match target {
            Expr::Subscript(_) => "a `for` that assigns an element",
            Expr::Attribute(_) => "a `for` that assigns an attribute",
            _ => "a `for` that assigns something else than names",
        };
        self.refuse(unsupported(construct, span, "loop with a name, and assign it in the body"))
    }

    /// A loop's body and its `else`, whose `break` leaves the loop around.
    fn loop_body(&mut self, body: &[Stmt], otherwise: &[Stmt]) -> (Vec<hir::Stmt>, Vec<hir::Stmt>) {
        self.loops += 1;
        let body = self.block(body);
        self.loops -= 1;
        (body, self.block(otherwise))
    }

    fn leave_loop(&mut self, kind: StmtKind, keyword: &str, span: Span) -> Option<StmtKind> {
        if self.loops == 0 {
            let message = format!("`{keyword}` outside a loop");
            let help = "move it into a loop, or use `return`";
            return self.refuse(Diagnostic::new(Code::SyntaxError, span, message).help(help));
        }
        Some(kind)
    }

    fn raise(&mut self, raise: &ast::StmtRaise, span: Span) -> Option<StmtKind> {
        if let Some(cause) = &raise.cause {
            let span = self.span(&**cause);
            return self.refuse(unsupported("`raise … from`", span, "raise the exception alone"));
        }
        let Some(exception) = raise.exc.as_deref() else {
            return self.refuse(unsupported("`raise` without an exception", span, "name the exception"));
        };
        let (class, arguments) = match exception {
            Expr::Call(call) => (&*call.func, Some(&call.arguments)),
            class => (class, None),
        };
        let args = self.exprs(arguments.map_or(&[], |arguments| &arguments.args));
        if let Some(keyword) = arguments.and_then(|arguments| arguments.keywords.first()) {
            let span = self.span(keyword);
            return self.refuse(unsupported("a keyword argument", span, "give the argument by position"));
        }
        Some(StmtKind::Raise { class: self.exception(class)?, args })
    }

    /// The name of the class that is raised.
    fn exception(&mut self, class: &Expr) -> Option<String> {
        let span = self.span(class);
        let text = self.reader.slice(class.range());
        let mut help = "raise one of Python's own, such as `ValueError(\"…\")`".to_owned();
        if let Expr::Name(name) = class
            && !self.ids.contains_key(name.id.as_str())
        {
            let name = name.id.as_str();
            match self.reader.names.get(name) {
                None if is_exception(name) => return Some(name.to_owned()),
                // NumPy's own, of which only the library knows.
                None if self.reader.library && matches!(name, "AxisError" | "LinAlgError") => {
                    return Some(name.to_owned());
                }
                // It says that nothing has this name.
                None if Entity::python(name).is_none() => {
                    self.name(name, span)?;
                }
                Some(Binding::Refused) => {
                    self.refused = true;
                    return None;
                }
                None
                | Some(
                    Binding::Function(_) | Binding::Imported(_) | Binding::Constant(_) | Binding::Foreign(_),
                ) => {
                    help =
                        similar_exception(name).map_or(help, |similar| format!("did you mean `{similar}`?"));
                }
            }
        }
        let message = format!("`{text}` is not one of Python's built-in exceptions");
        self.refuse(Diagnostic::new(Code::UnknownException, span, message).help(help))
    }
}

/// Whether a target binds only names.
fn is_names(target: &Expr) -> bool {
    match target {
        Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
            elts.iter().all(is_names)
        }
        Expr::Subscript(_) | Expr::Attribute(_) => false,
        _ => true,
    }
}

/// What to write instead of a statement that kernels do not have.
fn instead(stmt: &Stmt) -> &'static str {
    match stmt {
        Stmt::FunctionDef(_) => "define it at the level of the file, and pass it what it needs",
        Stmt::ClassDef(_) => "pass its fields as arguments, or in a tuple",
        Stmt::Delete(_) => "leave it out: a variable costs nothing after its last use",
        Stmt::TypeAlias(_) => "write the type where it is used",
        Stmt::With(_) => "write what stands in it: kernels have no resources to hold",
        Stmt::Match(_) => "use `if` and `elif`",
        Stmt::Try(_) => "test before what may raise; an exception ends the kernel, and Rust gets it as `Err`",
        Stmt::Import(_) | Stmt::ImportFrom(_) => "import at the beginning of the file",
        Stmt::Global(_) | Stmt::Nonlocal(_) => "take the value as a parameter, and return the new one",
        _ => "write it in another way",
    }
}

/// What a statement is called where it is refused.
pub(super) fn construct(stmt: &Stmt) -> &'static str {
    match stmt {
        Stmt::FunctionDef(_) => "a function in a function",
        Stmt::ClassDef(_) => "a class",
        Stmt::Return(_) => "`return`",
        Stmt::Delete(_) => "`del`",
        Stmt::TypeAlias(_) => "a type alias",
        Stmt::Assign(_) | Stmt::AugAssign(_) | Stmt::AnnAssign(_) => "this assignment",
        Stmt::For(_) => "`for`",
        Stmt::While(_) => "`while`",
        Stmt::If(_) => "`if`",
        Stmt::With(with) if with.is_async => "`async with`",
        Stmt::With(_) => "`with`",
        Stmt::Match(_) => "`match`",
        Stmt::Raise(_) => "`raise`",
        Stmt::Try(_) => "`try`",
        Stmt::Assert(_) => "`assert`",
        Stmt::Import(_) | Stmt::ImportFrom(_) => "an import in a function",
        Stmt::Global(_) => "`global`",
        Stmt::Nonlocal(_) => "`nonlocal`",
        Stmt::Expr(_) => "an expression",
        Stmt::Pass(_) => "`pass`",
        Stmt::Break(_) => "`break`",
        Stmt::Continue(_) => "`continue`",
        Stmt::IpyEscapeCommand(_) => "an IPython command",
    }
}
