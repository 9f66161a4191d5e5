//! Typing statements.

use super::{Body, Stop, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::source::Span;
use crate::typed::{Element, Expr, ExprKind, Piece, Raise, Stmt, StmtKind, WebId};
use crate::types::{Type, Weak};

impl Body<'_, '_> {
    /// Types statements; those that control never reaches and those that are wrong are left out.
    pub(super) fn block(&mut self, body: &[hir::Stmt]) -> Vec<Stmt> {
        let mut typed = Vec::new();
        for stmt in body {
            if self.flow.unreachable.contains(&stmt.span) {
                continue;
            }
            match self.stmt(stmt) {
                Ok(Some(kind)) => typed.push(Stmt { kind, span: stmt.span }),
                Ok(None) => {}
                Err(Stop) => self.stopped = true,
            }
        }
        typed
    }

    /// Types a statement. This calls itself through blocks, so its own frame is kept small.
    fn stmt(&mut self, stmt: &hir::Stmt) -> Typed<Option<StmtKind>> {
        match &stmt.kind {
            hir::StmtKind::If { cond, then, otherwise } => self.branch(cond, then, otherwise),
            hir::StmtKind::While { cond, body, otherwise } => self.repeat(cond, body, otherwise),
            hir::StmtKind::For { target, iterable, body, otherwise } => {
                self.each(target, iterable, body, otherwise)
            }
            hir::StmtKind::Expr(value) => self.evaluate(value),
            _ => self.simple(stmt).map(Some),
        }
    }

    /// Types a statement without a block.
    fn simple(&mut self, stmt: &hir::Stmt) -> Typed<StmtKind> {
        match &stmt.kind {
            hir::StmtKind::Assign { targets, annotation, value } => {
                self.assign(targets, annotation.as_ref(), value)
            }
            hir::StmtKind::Augment { target, op, value } => self.augment(target, *op, value, stmt.span),
            hir::StmtKind::Break => Ok(StmtKind::Break),
            hir::StmtKind::Continue => Ok(StmtKind::Continue),
            hir::StmtKind::Return(value) => self.return_(value.as_ref(), stmt.span),
            hir::StmtKind::Raise { class, args } => self.raise(class, args).map(StmtKind::Raise),
            hir::StmtKind::Assert { cond, message } => self.assert(cond, message.as_ref()),
            hir::StmtKind::If { .. }
            | hir::StmtKind::While { .. }
            | hir::StmtKind::For { .. }
            | hir::StmtKind::Expr(_) => unreachable!("bug in pykernel: not a simple statement"),
        }
    }

    fn branch(
        &mut self,
        cond: &hir::Expr,
        then: &[hir::Stmt],
        otherwise: &[hir::Stmt],
    ) -> Typed<Option<StmtKind>> {
        let cond = self.truth_of(cond);
        let then = self.block(then);
        let otherwise = self.block(otherwise);
        Ok(Some(StmtKind::If(cond?, then, otherwise)))
    }

    fn repeat(
        &mut self,
        cond: &hir::Expr,
        body: &[hir::Stmt],
        otherwise: &[hir::Stmt],
    ) -> Typed<Option<StmtKind>> {
        let cond = self.truth_of(cond);
        let body = self.loop_body(body);
        let otherwise = self.block(otherwise);
        Ok(Some(StmtKind::While(cond?, body, otherwise)))
    }

    /// Types the body of a loop.
    pub(super) fn loop_body(&mut self, body: &[hir::Stmt]) -> Vec<Stmt> {
        self.loops += 1;
        let body = self.block(body);
        self.loops -= 1;
        body
    }

    fn assert(&mut self, cond: &hir::Expr, message: Option<&hir::Expr>) -> Typed<StmtKind> {
        let cond = self.truth_of(cond);
        let raise = self.raise("AssertionError", message.map_or(&[], std::slice::from_ref));
        Ok(StmtKind::Assert(cond?, raise?))
    }

    /// Checks a value against `x: T`, which declares what the variable at `span` holds.
    pub(super) fn check_declared(&mut self, span: Span, value: &Expr) -> Typed<()> {
        let Some(place) = self.flow.definitions.get(&span) else { return Ok(()) };
        let variable = &self.function.variables[self.flow.webs[place.web].variable.0 as usize];
        match &variable.declared {
            Some(declared) if !fits(declared, value) => {
                let message =
                    format!("`{}` is declared `{declared}`, but this is `{}`", variable.name, value.ty);
                self.not_declared(message, value)
            }
            _ => Ok(()),
        }
    }

    fn not_declared(&mut self, message: String, value: &Expr) -> Typed<()> {
        self.report(
            Diagnostic::new(Code::TypeMismatch, value.span, message)
                .note("an annotation of a local variable is checked and never converts")
                .help(format!("convert the value, or declare it `{}`", value.ty)),
        )
    }

    /// Records a definition of the web at `span` and gives the web.
    pub(super) fn define(&mut self, span: Span, definition: &(Type, Option<i128>)) -> Typed<WebId> {
        let place = *self.flow.definitions.get(&span).ok_or(Stop)?;
        self.changed |= self.webs[place.web].define(place.index, definition.clone(), span);
        Ok(WebId(place.web as u32))
    }

    /// `web = value`, the value converted to the web's type.
    fn define_with(&mut self, span: Span, value: Expr) -> Typed<StmtKind> {
        if matches!(value.ty, Type::None | Type::Text) {
            let message = format!("a variable cannot hold `{}` in this version", value.ty);
            return self.report(
                Diagnostic::new(Code::TypeMismatch, value.span, message)
                    .help("variables hold numbers, arrays and tuples"),
            );
        }
        self.check_declared(span, &value)?;
        let web = self.define(span, &(value.ty.clone(), value.int_literal()))?;
        let ty = self.webs[web.0 as usize].ty.clone().ok_or(Stop)?;
        Ok(StmtKind::Assign(web, self.coerce(value, &ty)?))
    }

    fn assign(
        &mut self,
        targets: &[hir::Target],
        annotation: Option<&Type>,
        value: &hir::Expr,
    ) -> Typed<StmtKind> {
        targets.iter().for_each(|target| self.warn_of_sum(target, value));
        let value = self.expr(value)?;
        if let Some(declared) = annotation.filter(|declared| !fits(declared, &value)) {
            let message = format!("this is declared `{declared}`, but its value is `{}`", value.ty);
            self.not_declared(message, &value)?;
        }
        let [first, rest @ ..] = targets else {
            unreachable!("bug in pykernel: an assignment without a target")
        };
        if rest.is_empty() {
            return self.assign_to(first, value);
        }
        let (value, again) = self.twice(value);
        let mut assignments = Vec::new();
        for (index, target) in targets.iter().enumerate() {
            let value = if index == 0 { value.clone() } else { again.clone() };
            let span = target.span();
            assignments.push(self.assign_to(target, value).map(|kind| Stmt { kind, span }));
        }
        Ok(StmtKind::Sequence(assignments.into_iter().collect::<Typed<_>>()?))
    }

    pub(super) fn assign_to(&mut self, target: &hir::Target, value: Expr) -> Typed<StmtKind> {
        match target {
            hir::Target::Tuple(targets, span) => self.unpack(targets, value, *span),
            hir::Target::Variable(_, span) => self.define_with(*span, value),
            hir::Target::Element { value: array, indices, span } => {
                let element = self.target_element(array, indices, *span);
                let (element, ty) = element?;
                Ok(StmtKind::Store(element, self.convert(value, &ty)?))
            }
        }
    }

    fn augment(
        &mut self,
        target: &hir::Target,
        op: hir::BinaryOp,
        value: &hir::Expr,
        span: Span,
    ) -> Typed<StmtKind> {
        match target {
            hir::Target::Variable(variable, place) => {
                let old = self.expr(&hir::Expr { kind: hir::ExprKind::Variable(*variable), span: *place });
                let value = self.expr(value);
                let (old, value) = (old?, value?);
                let result = self.binary(op, old, value, span)?;
                self.warn_of_accumulator(op, *variable, [*place; 2], span);
                self.define_with(*place, result)
            }
            hir::Target::Tuple(..) => unreachable!("bug in pykernel: a tuple is updated in place"),
            hir::Target::Element { value: array, indices, span: place } => {
                let (element, ty) = self.target_element(array, indices, *place)?;
                let value = self.expr(value)?;
                let old = Expr::new(ExprKind::Current, ty.clone(), *place);
                let result = self.binary(op, old, value, span)?;
                Ok(StmtKind::Update(element, self.convert(result, &ty)?))
            }
        }
    }

    /// An element that is written, and its type.
    fn target_element(
        &mut self,
        array: &hir::Expr,
        indices: &[hir::Expr],
        span: Span,
    ) -> Typed<(Element, Type)> {
        let array = self.expr(array);
        let (element, ty) = self.element(array, indices, span)?;
        match &element.array.ty {
            Type::Array(array) if array.readonly => {
                let message = format!("this array is declared `{array}` and cannot be written");
                self.report(
                    Diagnostic::new(Code::ReadonlyArray, span, message)
                        .help("remove `readonly=True` from its type, or write into another array"),
                )
            }
            _ => Ok((element, Type::Strong(ty))),
        }
    }

    /// An expression statement. A literal or a variable alone has no effect and is dropped.
    fn evaluate(&mut self, value: &hir::Expr) -> Typed<Option<StmtKind>> {
        if let Some(cond) = self.check_overflow(value) {
            return cond.map(|cond| Some(StmtKind::CheckOverflow(cond)));
        }
        let value = self.expr_or_none(value)?;
        match value.kind {
            ExprKind::Text(_) | ExprKind::None => Ok(None),
            _ => Ok(Some(StmtKind::Evaluate(value))),
        }
    }

    fn return_(&mut self, value: Option<&hir::Expr>, span: Span) -> Typed<StmtKind> {
        let value = value.map(|value| self.expr_or_none(value)).transpose()?;
        let (ty, literal) = match &value {
            Some(value) => (value.ty.clone(), value.int_literal()),
            None => (Type::None, None),
        };
        let place = value.as_ref().map_or(span, |value| value.span);
        self.returns.push(((ty.clone(), literal), place));
        if let Some(declared) = self.slot().declared.clone() {
            return self.return_declared(value, &declared, place);
        }
        match (value, self.slot().result.clone()) {
            (_, None) => Err(Stop),
            (Some(value), Some(Type::None)) => Ok(match value.kind {
                ExprKind::None => StmtKind::Return(None),
                _ => StmtKind::Return(Some(value)),
            }),
            (None, Some(_)) => Ok(StmtKind::Return(None)),
            (Some(value), Some(result)) => Ok(StmtKind::Return(Some(self.coerce(value, &result)?))),
        }
    }

    fn return_declared(&mut self, value: Option<Expr>, declared: &Type, span: Span) -> Typed<StmtKind> {
        let given = value.as_ref().map_or(Type::None, |value| value.ty.clone());
        match (value, declared) {
            (value, Type::None) if given == Type::None => {
                Ok(StmtKind::Return(value.filter(|value| !matches!(value.kind, ExprKind::None))))
            }
            (Some(value), declared) if *declared != Type::None && given != Type::None => {
                Ok(StmtKind::Return(Some(self.convert(value, declared)?)))
            }
            _ => {
                let message = format!("this returns `{given}`, but the declared result is `{declared}`");
                self.report(
                    Diagnostic::new(Code::TypeMismatch, span, message)
                        .help("change the `return`, or the declared result"),
                )
            }
        }
    }

    /// The message of an exception: CPython prints one argument as `str` does, several as a tuple.
    fn raise(&mut self, class: &str, args: &[hir::Expr]) -> Typed<Raise> {
        let mut message = Vec::new();
        for (index, arg) in args.iter().enumerate() {
            let quote = args.len() > 1;
            match (quote, index) {
                (true, 0) => message.push(Piece::Text("(".into())),
                (true, _) => message.push(Piece::Text(", ".into())),
                (false, _) => {}
            }
            message.push(self.piece(arg, quote)?);
        }
        if args.len() > 1 {
            message.push(Piece::Text(")".into()));
        }
        let values = message.iter().filter(|piece| matches!(piece, Piece::Value(_))).count();
        if values > pykernel_abi::MAX_OPERANDS {
            let span = args[0].span.to(args[args.len() - 1].span);
            let message =
                format!("an exception holds at most {} run-time values", pykernel_abi::MAX_OPERANDS);
            return self.report(
                Diagnostic::new(Code::ArgumentMismatch, span, message).help("raise it with fewer values"),
            );
        }
        Ok(Raise { class: class.into(), message })
    }

    fn piece(&mut self, arg: &hir::Expr, quote: bool) -> Typed<Piece> {
        let value = self.expr(arg)?;
        match (&value.kind, &value.ty) {
            (ExprKind::Text(text), _) if quote => Ok(Piece::Text(quoted(text))),
            (ExprKind::Text(text), _) => Ok(Piece::Text(text.clone())),
            (_, Type::Weak(Weak::Bool | Weak::Int | Weak::Float)) => {
                let ty = value.ty.clone();
                Ok(Piece::Value(self.coerce(value, &ty)?))
            }
            (_, Type::Strong(dtype)) if !quote && !matches!(dtype.kind(), crate::types::Kind::Complex) => {
                Ok(Piece::Value(value))
            }
            (_, ty) => {
                let message = format!("an exception cannot hold `{ty}` in this version");
                self.report(
                    Diagnostic::new(Code::ArgumentMismatch, arg.span, message)
                        .help("give it a text, or convert the value with `int()` or `float()`"),
                )
            }
        }
    }
}

/// Whether a value may stand where an annotated local declares a type.
fn fits(declared: &Type, value: &Expr) -> bool {
    match (declared, &value.ty) {
        (Type::Array(declared), Type::Array(given)) => {
            (declared.element, declared.rank) == (given.element, given.rank)
        }
        (declared, given) => declared == given,
    }
}

/// A string as Python's `repr` prints it.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}
