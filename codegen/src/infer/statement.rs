//! Typing statements.

use super::flow::{Definition, is_always_true};
use super::none::{NONE, NOT_INDEXED, binary_name, unsupported_operands};
use super::subscript::{Subscript, element_type};
use super::web::WebTypes;
use super::{Body, Stop, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::source::Span;
use crate::typed::{Element, Expr, ExprKind, Raise, Stmt, StmtKind, WebId};
use crate::types::Type;

impl Body<'_, '_> {
    /// Types statements; those that control never reaches and those that are wrong are left out.
    pub(super) fn block(&mut self, body: &[hir::Stmt]) -> Vec<Stmt> {
        let mut typed = Vec::new();
        for stmt in body {
            if !self.reachable || self.flow.unreachable.contains(&stmt.span) {
                continue;
            }
            match self.stmt(stmt) {
                Ok(Some(kind)) => typed.push(Stmt { kind, span: stmt.span }),
                Ok(None) => {}
                Err(Stop) => self.stopped = true,
            }
            self.leave(&stmt.kind);
        }
        typed
    }

    /// Notes where a statement takes control.
    fn leave(&mut self, stmt: &hir::StmtKind) {
        match stmt {
            hir::StmtKind::Break => {
                self.loops.last_mut().into_iter().for_each(|left| *left = true);
                self.reachable = false;
            }
            hir::StmtKind::Return(_) => {
                self.returns_at_all = true;
                self.reachable = false;
            }
            hir::StmtKind::Continue | hir::StmtKind::Raise { .. } => self.reachable = false,
            hir::StmtKind::Assign { .. }
            | hir::StmtKind::Augment { .. }
            | hir::StmtKind::Expr(_)
            | hir::StmtKind::If { .. }
            | hir::StmtKind::While { .. }
            | hir::StmtKind::For { .. }
            | hir::StmtKind::Assert { .. } => {}
        }
    }

    /// Types a statement. This calls itself through blocks, so its own frame is kept small.
    fn stmt(&mut self, stmt: &hir::Stmt) -> Typed<Option<StmtKind>> {
        match &stmt.kind {
            hir::StmtKind::If { cond, then, otherwise } => self.branch(cond, [then, otherwise], stmt.span),
            hir::StmtKind::While { cond, body, otherwise } => self.repeat(cond, [body, otherwise], stmt.span),
            hir::StmtKind::For { target, iterable, body, otherwise } => match self.parallel_args(iterable) {
                Some(args) => self.parallel_for((target, iterable, args), [body, otherwise], stmt.span),
                None => self.each(target, iterable, body, otherwise),
            },
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
        [then, otherwise]: [&[hir::Stmt]; 2],
        span: Span,
    ) -> Typed<Option<StmtKind>> {
        let typed = self.truth_of(cond);
        let live = self.live_branches(cond, &typed);
        let mut branch = |body: &[hir::Stmt], first: bool| {
            let mut stmts = Vec::new();
            self.reachable = live[usize::from(!first)];
            if self.reachable {
                stmts = self.branch_body((span, first), body);
            }
            (stmts, self.reachable)
        };
        let (then, then_ends) = branch(then, true);
        let (otherwise, otherwise_ends) = branch(otherwise, false);
        self.reachable = then_ends || otherwise_ends || live == [false; 2];
        let cond = typed?;
        Ok(Some(match live {
            [true, true] => StmtKind::If(cond, then, otherwise),
            [taken, _] => {
                let first = Stmt { span: cond.span, kind: StmtKind::Evaluate(cond) };
                let branch = if taken { then } else { otherwise };
                StmtKind::Sequence([first].into_iter().chain(branch).collect())
            }
        }))
    }

    fn repeat(&mut self, cond: &hir::Expr, bodies: [&[hir::Stmt]; 2], span: Span) -> Typed<Option<StmtKind>> {
        let typed = self.truth_of(cond);
        let mut live = self.live_branches(cond, &typed);
        live[1] &= !is_always_true(cond);
        let [body, otherwise] = self.looped(bodies, live, Some(span));
        Ok(Some(StmtKind::While(typed?, body, otherwise)))
    }

    /// Types the body of a loop and its `else`, as far as control reaches them. A loop with a
    /// condition stands at a place.
    pub(super) fn looped(
        &mut self,
        [body, otherwise]: [&[hir::Stmt]; 2],
        live: [bool; 2],
        place: Option<Span>,
    ) -> [Vec<Stmt>; 2] {
        let branch = |body: &mut Self, first: bool, stmts: &[hir::Stmt]| {
            body.reachable = live[usize::from(!first)];
            match (body.reachable, place) {
                (false, _) => Vec::new(),
                (true, Some(span)) => body.branch_body((span, first), stmts),
                (true, None) => body.block(stmts),
            }
        };
        self.loops.push(false);
        let body = branch(self, true, body);
        let is_left = self.loops.pop().unwrap_or_default();
        let otherwise = branch(self, false, otherwise);
        self.reachable |= is_left || live == [false; 2];
        [body, otherwise]
    }

    fn assert(&mut self, cond: &hir::Expr, message: Option<&hir::Expr>) -> Typed<StmtKind> {
        let typed = self.truth_of(cond);
        let live = self.live_branches(cond, &typed);
        let raise = match live {
            [true, false] => Ok(Raise { class: "AssertionError".into(), message: Vec::new() }),
            _ => self.raise("AssertionError", message.map_or(&[], std::slice::from_ref)),
        };
        self.reachable = live != [false, true];
        let (typed, raise) = (typed?, raise?);
        if self.reachable {
            return Ok(StmtKind::Assert(typed, raise));
        }
        let span = typed.span;
        let stmt = |kind| Stmt { kind, span };
        Ok(StmtKind::Sequence(vec![stmt(StmtKind::Evaluate(typed)), stmt(StmtKind::Raise(raise))]))
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
        Ok(self.define_at(place, definition, span))
    }

    fn define_at(&mut self, place: Definition, definition: &(Type, Option<i128>), span: Span) -> WebId {
        self.changed |= self.webs[place.web].define(place.index, definition.clone(), span);
        WebId(place.web as u32)
    }

    /// `web = value`, the value converted to the web's type.
    fn define_with(&mut self, span: Span, value: Expr) -> Typed<StmtKind> {
        if value.ty == Type::Text {
            let message = format!("a variable cannot hold `{}` in this version", value.ty);
            return self.report(
                Diagnostic::new(Code::TypeMismatch, value.span, message)
                    .help("variables hold numbers, arrays, tuples and `None`"),
            );
        }
        let place = *self.flow.definitions.get(&span).ok_or(Stop)?;
        let value = match self.local_type(self.flow.webs[place.web].variable) {
            Some(ty) => self.convert(value, &ty)?,
            None => value,
        };
        self.check_declared(span, &value)?;
        self.define_as(place, value, span)
    }

    /// What `locals=` declares that a variable is converted to at each assignment.
    pub(super) fn local_type(&self, variable: hir::VariableId) -> Option<Type> {
        let local = self.function.locals.iter().find(|local| local.variable == variable);
        local.map(|local| local.ty.clone())
    }

    /// An assignment of a value.
    pub(super) fn define_as(&mut self, place: Definition, value: Expr, span: Span) -> Typed<StmtKind> {
        let web = self.define_at(place, &(value.ty.clone(), value.int_literal()), span);
        let WebTypes { ty: Some(ty), conflicts: false, .. } = &self.webs[web.0 as usize] else {
            return Err(Stop);
        };
        let ty = ty.clone();
        Ok(StmtKind::Assign(web, self.coerce(value, &ty)?))
    }

    fn assign(
        &mut self,
        targets: &[hir::Target],
        annotation: Option<&Type>,
        value: &hir::Expr,
    ) -> Typed<StmtKind> {
        targets.iter().for_each(|target| self.warn_of_sum(target, value));
        let value = self.expr_or_none(value)?;
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
                let message = "'NoneType' object does not support item assignment";
                match self.written(array, indices, *span, message)? {
                    Subscript::Element(element) => {
                        let ty = element_type(&element);
                        Ok(StmtKind::Store(element, self.numpy_scalar(value, &ty)?))
                    }
                    Subscript::Part(part) => self.assign_part(part, value, *span),
                    Subscript::Indexed(indexed) => self.assign_indexed(indexed, value, *span),
                }
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
                if let Ok(Expr { ty: Type::Array(_), .. }) = old {
                    return self.augment_array(old?, op, value, [*place, span]);
                }
                let value = self.expr(value);
                let [old, value] = self.augmented(op, [old?, value?])?;
                let result = self.binary(op, old, value, span)?;
                self.warn_of_accumulator(op, *variable, [*place; 2], span);
                self.define_with(*place, result)
            }
            hir::Target::Tuple(..) => unreachable!("bug in pykernel: a tuple is updated in place"),
            hir::Target::Element { value: array, indices, span: place } => {
                match self.written(array, indices, *place, NOT_INDEXED)? {
                    Subscript::Element(element) => self.augment_element(element, op, value, [*place, span]),
                    Subscript::Part(part) => self.update_part(part, op, value, span),
                    Subscript::Indexed(indexed) => self.update_indexed(indexed, op, value, span),
                }
            }
        }
    }

    fn augment_element(
        &mut self,
        element: Element,
        op: hir::BinaryOp,
        value: &hir::Expr,
        [place, span]: [Span; 2],
    ) -> Typed<StmtKind> {
        let ty = element_type(&element);
        let value = self.expr(value)?;
        let old = Expr::new(ExprKind::Current, ty.clone(), place);
        let result = self.binary(op, old, value, span)?;
        Ok(StmtKind::Update(element, self.convert(result, &ty)?))
    }

    /// `x += y` of an array: its elements are updated, and the name keeps the array.
    fn augment_array(
        &mut self,
        array: Expr,
        op: hir::BinaryOp,
        value: &hir::Expr,
        [place, span]: [Span; 2],
    ) -> Typed<StmtKind> {
        let (array, again) = self.twice(array);
        let update = self.check_writable(&array, place);
        let update = update.and_then(|()| self.update_part(array, op, value, span));
        let keep = self.define_with(place, again)?;
        Ok(StmtKind::Sequence([update?, keep].map(|kind| Stmt { kind, span }).into()))
    }

    /// What is in the operands of an augmented assignment. One that is NumPy's scalar knows only the
    /// operator.
    fn augmented(&mut self, op: hir::BinaryOp, operands: [Expr; 2]) -> Typed<[Expr; 2]> {
        let [left, right] =
            [0, 1].map(|at: usize| matches!(operands[at].ty.present(), Some(Type::Strong(_))));
        self.both_required(operands, |names| match names {
            [NONE, NONE] => unsupported_operands(&format!("{}=", op.symbol()), names),
            [NONE, _] if right => unsupported_operands(binary_name(op), names),
            [_, NONE] if left => unsupported_operands(binary_name(op), names),
            _ => unsupported_operands(&format!("{}=", op.symbol()), names),
        })
    }

    /// `array[indices]` where it is written; the message is for `None` in the array's place.
    fn written(
        &mut self,
        array: &hir::Expr,
        indices: &[hir::Index],
        span: Span,
        message: &str,
    ) -> Typed<Subscript> {
        if let Some(array) = self.flat(array) {
            let array = array?;
            self.check_writable(&array, span)?;
            return Ok(Subscript::Element(self.flat_element(array, indices, span)?));
        }
        let array = self.expr(array).and_then(|array| self.required(array, message));
        self.writable(array, indices, span)
    }

    /// An expression statement. A literal or a variable alone has no effect and is dropped.
    fn evaluate(&mut self, value: &hir::Expr) -> Typed<Option<StmtKind>> {
        if let Some(cond) = self.check_overflow(value) {
            return cond.map(|cond| Some(StmtKind::CheckOverflow(cond)));
        }
        if let Some(printed) = self.print(value) {
            return printed.map(Some);
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
            (None, Some(Type::None)) => Ok(StmtKind::Return(None)),
            (None, Some(result)) => {
                let none = Expr::new(ExprKind::None, Type::None, span);
                Ok(StmtKind::Return(Some(self.coerce(none, &result)?)))
            }
            (Some(value), Some(result)) => Ok(StmtKind::Return(Some(self.coerce(value, &result)?))),
        }
    }

    fn return_declared(&mut self, value: Option<Expr>, declared: &Type, span: Span) -> Typed<StmtKind> {
        let given = value.as_ref().map_or(Type::None, |value| value.ty.clone());
        match (value, declared) {
            (value, Type::Optional(_)) => {
                let value = value.unwrap_or(Expr::new(ExprKind::None, Type::None, span));
                Ok(StmtKind::Return(Some(self.convert(value, declared)?)))
            }
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
}

/// Whether a value may stand where an annotated local declares a type.
fn fits(declared: &Type, value: &Expr) -> bool {
    match (declared, &value.ty) {
        (Type::Array(declared), Type::Array(given)) => {
            (declared.element, declared.rank) == (given.element, given.rank)
        }
        (Type::Optional(inner), Type::None) => inner.dtype().is_some() || matches!(**inner, Type::Array(_)),
        (Type::Optional(inner), given) if given == &**inner => true,
        (declared, given) => declared == given,
    }
}
