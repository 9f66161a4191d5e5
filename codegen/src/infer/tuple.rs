//! Typing tuples: packing, unpacking, items, and loops over them.

use super::{Body, Stop, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::ir;
use crate::source::Span;
use crate::typed::{Expr, ExprKind, Operation, Stmt, StmtKind, WebId};
use crate::types::Type;

/// What a `for` does: a count, and what each number of it stands for.
struct Iteration {
    /// What comes before the loop.
    before: Vec<StmtKind>,
    /// Start, stop and step of the count.
    range: [Expr; 3],
    /// The counter.
    counter: WebId,
    /// The value of an iteration.
    item: Expr,
    /// What follows once the iteration's variables are assigned.
    after: Vec<StmtKind>,
}

impl Body<'_, '_> {
    pub(super) fn tuple(&mut self, items: &[hir::Expr], span: Span) -> Typed {
        let items: Vec<Typed> = items.iter().map(|item| self.expr(item)).collect();
        let mut typed = Vec::new();
        for item in items {
            let (item, ty) = item.map(|item| (item.clone(), item.ty))?;
            if ty == Type::Text {
                return self.report(
                    Diagnostic::new(
                        Code::TypeMismatch,
                        item.span,
                        "a tuple cannot hold `str` in this version",
                    )
                    .help("tuples hold numbers, arrays and tuples"),
                );
            }
            typed.push(self.coerce(item, &ty)?);
        }
        Ok(packed(typed, span))
    }

    /// The items of a tuple, which the first of them evaluates.
    fn items(&mut self, tuple: Expr) -> Vec<Expr> {
        if let ExprKind::Tuple(items) = tuple.kind {
            return items;
        }
        let Type::Tuple(types) = tuple.ty.clone() else {
            unreachable!("bug in pykernel: `{}` has no items", tuple.ty)
        };
        let (first, again) = self.twice(tuple);
        let tuple = |index| if index == 0 { first.clone() } else { again.clone() };
        let item = |(index, ty)| Expr::new(ExprKind::Item(Box::new(tuple(index)), index), ty, first.span);
        types.into_iter().enumerate().map(item).collect()
    }

    /// The items of a tuple, evaluated and set aside by statements before they are used.
    fn set_aside(&mut self, tuple: Expr) -> (Vec<StmtKind>, Vec<Expr>) {
        let mut stmts = Vec::new();
        let mut aside = |body: &mut Self, value: Expr| {
            if matches!(value.kind, ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Bool(_)) {
                return value;
            }
            let (bound, again) = body.bind(value);
            stmts.push(StmtKind::Evaluate(bound));
            again
        };
        let items = match tuple.kind {
            ExprKind::Tuple(items) => items.into_iter().map(|item| aside(self, item)).collect(),
            _ => {
                let tuple = aside(self, tuple);
                self.items(tuple)
            }
        };
        (stmts, items)
    }

    /// A tuple with its items converted to these types.
    pub(super) fn coerce_items(&mut self, tuple: Expr, types: &[Type]) -> Typed {
        let span = tuple.span;
        let items = self.items(tuple).into_iter().zip(types);
        let items: Vec<Typed> = items.map(|(item, ty)| self.coerce(item, ty)).collect();
        Ok(packed(items.into_iter().collect::<Typed<_>>()?, span))
    }

    /// A tuple with its items converted to declared types.
    pub(super) fn convert_items(&mut self, tuple: Expr, types: &[Type]) -> Typed {
        let span = tuple.span;
        let items = self.items(tuple).into_iter().zip(types);
        let items: Vec<Typed> = items.map(|(item, ty)| self.convert(item, ty)).collect();
        Ok(packed(items.into_iter().collect::<Typed<_>>()?, span))
    }

    /// `a, b = value`.
    pub(super) fn unpack(&mut self, targets: &[hir::Target], value: Expr, span: Span) -> Typed<StmtKind> {
        let n_items = match &value.ty {
            Type::Tuple(items) => items.len(),
            ty => {
                let message = format!("`{ty}` cannot be unpacked");
                return self.report(
                    Diagnostic::new(Code::TypeMismatch, value.span, message).help("only tuples are unpacked"),
                );
            }
        };
        if n_items != targets.len() {
            let message =
                format!("{} cannot be unpacked into {}", items_of(n_items), names_of(targets.len()));
            return self.report(
                Diagnostic::new(Code::TypeMismatch, span, message).help("give one target for each item"),
            );
        }
        let (kinds, items) = self.set_aside(value);
        let mut stmts: Vec<Stmt> = kinds.into_iter().map(|kind| Stmt { kind, span }).collect();
        let assigned: Vec<Typed<Stmt>> = targets
            .iter()
            .zip(items)
            .map(|(target, item)| Ok(Stmt { kind: self.assign_to(target, item)?, span: target.span() }))
            .collect();
        stmts.extend(assigned.into_iter().collect::<Typed<Vec<_>>>()?);
        Ok(StmtKind::Sequence(stmts))
    }

    /// `t[k]` with a constant `k`.
    pub(super) fn item(&mut self, tuple: Expr, indices: &[hir::Expr], span: Span) -> Typed {
        let Type::Tuple(types) = &tuple.ty else { return Err(Stop) };
        let types = types.clone();
        let literal = match indices {
            [index] => self.expr(index)?.int_literal(),
            _ => None,
        };
        let Some(index) = literal else {
            return self.report(
                Diagnostic::new(Code::UnsupportedSyntax, span, "the index of a tuple must be a literal")
                    .help("items may have different types: write `t[0]`, or loop over the tuple"),
            );
        };
        let n = types.len() as i128;
        let place = if index < 0 { index + n } else { index };
        if !(0..n).contains(&place) {
            let message = format!("`{}` has {}; there is no item {index}", tuple.ty, items_of(types.len()));
            return self.report(
                Diagnostic::new(Code::WrongRank, span, message).help("use an index below the length"),
            );
        }
        let place = place as usize;
        Ok(Expr::new(ExprKind::Item(Box::new(tuple), place), types[place].clone(), span))
    }

    /// `len(t)`, with the tuple evaluated.
    pub(super) fn tuple_len(&mut self, tuple: Expr, span: Span) -> Expr {
        let n = match &tuple.ty {
            Type::Tuple(items) => items.len(),
            ty => unreachable!("bug in pykernel: `{ty}` has no items"),
        };
        let all = packed(vec![tuple, int(n as i128, span)], span);
        Expr::new(ExprKind::Item(Box::new(all), 1), Type::INT, span)
    }

    /// `for target in iterable`.
    pub(super) fn each(
        &mut self,
        target: &hir::Target,
        iterable: &hir::Expr,
        body: &[hir::Stmt],
        otherwise: &[hir::Stmt],
    ) -> Typed<Option<StmtKind>> {
        let start = self.iteration(iterable, target).and_then(|iteration| {
            let item = match (&iteration.item.kind, target) {
                // The counter is the loop's variable itself.
                (ExprKind::Variable { web, .. }, hir::Target::Variable(..)) if *web == iteration.counter => {
                    None
                }
                _ => Some(self.assign_to(target, iteration.item.clone())?),
            };
            Ok((iteration, item))
        });
        let typed = self.loop_body(body);
        let otherwise = self.block(otherwise);
        let (Iteration { before, range: [start, stop, step], counter, after, .. }, item) = start?;
        let span = iterable.span;
        let stmt = |kind| Stmt { kind, span };
        let body = item.into_iter().chain(after).map(stmt).chain(typed).collect();
        let repeat = StmtKind::ForRange { variable: counter, start, stop, step, body, otherwise };
        if before.is_empty() {
            return Ok(Some(repeat));
        }
        Ok(Some(StmtKind::Sequence(before.into_iter().chain([repeat]).map(stmt).collect())))
    }

    fn iteration(&mut self, iterable: &hir::Expr, target: &hir::Target) -> Typed<Iteration> {
        let span = iterable.span;
        if let hir::ExprKind::Call { callee, args, keywords } = &iterable.kind
            && let hir::ExprKind::Builtin(name) = &callee.kind
        {
            match (name.as_str(), args.as_slice()) {
                ("range", _) => {
                    self.no_keywords(name, keywords)?;
                    return self.each_of_range(args, target, span);
                }
                ("enumerate", [inner]) if keywords.is_empty() => {
                    return self.enumerated(inner, int(0, span), span);
                }
                ("enumerate", [inner, start]) if keywords.is_empty() => {
                    let start = self.expr(start)?;
                    let start = self.convert(start, &Type::INT)?;
                    return self.enumerated(inner, start, span);
                }
                _ => {}
            }
        }
        let value = self.expr(iterable)?;
        match &value.ty {
            Type::Tuple(_) => self.each_of_tuple(value),
            ty => {
                let message = format!("`for` cannot iterate over `{ty}`");
                self.report(
                    Diagnostic::new(Code::NotIterable, span, message)
                        .help("iterate over `range(...)` or a tuple, and index arrays inside the loop"),
                )
            }
        }
    }

    fn each_of_range(&mut self, args: &[hir::Expr], target: &hir::Target, span: Span) -> Typed<Iteration> {
        let range = self.range(args, span);
        let counter = match target {
            hir::Target::Variable(_, place) => self.define(*place, &(Type::INT, None))?,
            hir::Target::Tuple(..) | hir::Target::Element { .. } => self.temporary(Type::INT),
        };
        let item = variable(counter, Type::INT, span);
        Ok(Iteration { before: Vec::new(), range: range?, counter, item, after: Vec::new() })
    }

    /// The items of a tuple in their common type, one after another.
    fn each_of_tuple(&mut self, tuple: Expr) -> Typed<Iteration> {
        let span = tuple.span;
        let (before, items) = self.set_aside(tuple);
        let definitions: Vec<_> = items.iter().map(|item| (item.ty.clone(), item.int_literal())).collect();
        let ty = match super::promote::join(&definitions) {
            Ok(ty) => ty,
            Err((a, b)) => {
                let message = format!("a loop over a tuple with `{a}` and `{b}` has no one type");
                return self.report(
                    Diagnostic::new(Code::TypeMismatch, span, message)
                        .help("convert the items to a common type"),
                );
            }
        };
        let counter = self.temporary(Type::INT);
        let range = [int(0, span), int(items.len() as i128, span), int(1, span)];
        let items: Vec<Typed> = items.into_iter().map(|item| self.coerce(item, &ty)).collect();
        let mut items = items.into_iter().collect::<Typed<Vec<_>>>()?.into_iter().enumerate().rev();
        let (_, last) = items.next().ok_or(Stop)?;
        let item = items.fold(last, |otherwise, (index, item)| {
            let operands = vec![variable(counter, Type::INT, span), int(index as i128, span)];
            let is_it = Self::operation(Operation::Compare(ir::CompareOp::Eq), operands, Type::BOOL, span);
            let (cond, then, otherwise) = (Box::new(is_it), Box::new(item), Box::new(otherwise));
            Expr::new(ExprKind::Conditional { cond, then, otherwise }, ty.clone(), span)
        });
        Ok(Iteration { before, range, counter, item, after: Vec::new() })
    }

    /// `enumerate(inner, start)`.
    fn enumerated(&mut self, inner: &hir::Expr, start: Expr, span: Span) -> Typed<Iteration> {
        let hidden = hir::Target::Tuple(Vec::new(), span);
        let mut iteration = self.iteration(inner, &hidden)?;
        let index = self.temporary(Type::INT);
        let here = variable(index, Type::INT, span);
        let operands = vec![here.clone(), int(1, span)];
        let next = Self::operation(Operation::Checked(ir::BinaryOp::Add), operands, Type::INT, span);
        iteration.before.push(StmtKind::Assign(index, start));
        iteration.item = packed(vec![here, iteration.item], span);
        iteration.after.push(StmtKind::Assign(index, next));
        Ok(iteration)
    }
}

fn packed(items: Vec<Expr>, span: Span) -> Expr {
    let ty = Type::Tuple(items.iter().map(|item| item.ty.clone()).collect());
    Expr::new(ExprKind::Tuple(items), ty, span)
}

fn int(value: i128, span: Span) -> Expr {
    Expr::new(ExprKind::Int(value), Type::INT, span)
}

fn variable(web: WebId, ty: Type, span: Span) -> Expr {
    Expr::new(ExprKind::Variable { web, check: false }, ty, span)
}

fn items_of(n: usize) -> String {
    if n == 1 { "1 item".to_owned() } else { format!("{n} items") }
}

fn names_of(n: usize) -> String {
    if n == 1 { "1 target".to_owned() } else { format!("{n} targets") }
}
