//! Typing tuples: packing, unpacking, items.

use super::{Body, Stop, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, CompareOp};
use crate::ir;
use crate::source::Span;
use crate::typed::{Expr, ExprKind, Operation, Stmt, StmtKind, WebId};
use crate::types::Type;

impl Body<'_, '_> {
    pub(super) fn tuple(&mut self, items: &[hir::Expr], span: Span) -> Typed {
        if items.is_empty() && self.in_library() {
            return Ok(packed(Vec::new(), span));
        }
        if items.is_empty() {
            let message = "an empty tuple is not supported in this version";
            return self
                .report(Diagnostic::new(Code::UnsupportedSyntax, span, message).help("give it an item"));
        }
        let items: Vec<Typed> = items.iter().map(|item| self.expr_or_none(item)).collect();
        let mut typed = Vec::new();
        for item in items {
            let (item, ty) = item.map(|item| (item.clone(), item.ty))?;
            if let Type::Text | Type::DType(_) = ty {
                return self.report(
                    Diagnostic::new(
                        Code::TypeMismatch,
                        item.span,
                        format!("a tuple cannot hold `{ty}` in this version"),
                    )
                    .help("tuples hold numbers, arrays and tuples"),
                );
            }
            typed.push(self.coerce(item, &ty)?);
        }
        Ok(packed(typed, span))
    }

    /// The items of a tuple, which the first of them evaluates.
    pub(super) fn items(&mut self, tuple: Expr) -> Vec<Expr> {
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
    pub(super) fn set_aside(&mut self, tuple: Expr) -> (Vec<StmtKind>, Vec<Expr>) {
        let mut stmts = Vec::new();
        let items = match tuple.kind {
            ExprKind::Tuple(items) => items.into_iter().map(|item| self.aside(item, &mut stmts)).collect(),
            _ => {
                let tuple = self.aside(tuple, &mut stmts);
                self.items(tuple)
            }
        };
        (stmts, items)
    }

    /// A value, evaluated and set aside by a statement before it is used.
    pub(super) fn aside(&mut self, value: Expr, stmts: &mut Vec<StmtKind>) -> Expr {
        if matches!(value.kind, ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Bool(_)) {
            return value;
        }
        let (bound, again) = self.bind(value);
        stmts.push(StmtKind::Evaluate(bound));
        again
    }

    /// The items of tuples for any use, and the expressions that evaluate them before.
    pub(super) fn for_any_use<const N: usize>(&mut self, tuples: [Expr; N]) -> (Vec<Expr>, [Vec<Expr>; N]) {
        let mut stmts = Vec::new();
        let items = tuples.map(|tuple| {
            let (evaluated, items) = self.set_aside(tuple);
            stmts.extend(evaluated);
            items
        });
        let evaluated = stmts.into_iter().filter_map(|stmt| match stmt {
            StmtKind::Evaluate(value) => Some(value),
            _ => None,
        });
        (evaluated.collect(), items)
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

    /// `t[k]`: with a literal `k` any item; else one of items that have a common type.
    pub(super) fn item(&mut self, tuple: Expr, indices: &[hir::Index], span: Span) -> Typed {
        let Type::Tuple(types) = &tuple.ty else { return Err(Stop) };
        let types = types.clone();
        let index = match indices {
            [hir::Index::Expr(index)] => index,
            [hir::Index::Slice(slice)] => return self.slice_of(tuple, slice, span),
            _ => {
                return self.report(
                    Diagnostic::new(Code::WrongRank, span, "a tuple has one dimension")
                        .help("write `t[0][1]`"),
                );
            }
        };
        let index = self.index_value(index)?;
        let Some(literal) = index.int_literal() else { return self.item_of(tuple, index, span) };
        let n = types.len() as i128;
        let place = if literal < 0 { literal + n } else { literal };
        if !(0..n).contains(&place) {
            let message = format!("`{}` has {}; there is no item {literal}", tuple.ty, items_of(types.len()));
            return self.report(
                Diagnostic::new(Code::WrongRank, span, message).help("use an index below the length"),
            );
        }
        let place = place as usize;
        Ok(Expr::new(ExprKind::Item(Box::new(tuple), place), types[place].clone(), span))
    }

    /// `t[start:stop:step]` with literals.
    fn slice_of(&mut self, tuple: Expr, slice: &hir::Slice, span: Span) -> Typed {
        let mut literals = [None; 3];
        for (literal, bound) in literals.iter_mut().zip([&slice.start, &slice.stop, &slice.step]) {
            let Some(bound) = bound else { continue };
            *literal = self.index_value(bound)?.int_literal();
            if literal.is_none() {
                return self.report(
                    Diagnostic::new(Code::UnsupportedSyntax, bound.span, "a tuple is sliced by literals")
                        .help("write the bounds as numbers: `t[1:3]`"),
                );
            }
        }
        let (evaluated, [items]) = self.for_any_use([tuple]);
        let chosen = places(literals, items.len() as i128);
        if chosen.is_empty() && self.in_library() {
            return Ok(after(evaluated, packed(Vec::new(), span)));
        }
        if chosen.is_empty() {
            let (message, help) = match literals[2] {
                Some(0) => ("slice step cannot be zero", "leave the step out, or write `-1`"),
                _ => (
                    "this slice is an empty tuple, which is not supported in this version",
                    "leave it at least one item",
                ),
            };
            return self.report(Diagnostic::new(Code::UnsupportedSyntax, span, message).help(help));
        }
        let chosen = chosen.into_iter().map(|place| items[place].clone()).collect();
        Ok(after(evaluated, packed(chosen, span)))
    }

    /// `t[i]` with an `i` that is known at run time.
    fn item_of(&mut self, tuple: Expr, index: Expr, span: Span) -> Typed {
        let (mut evaluated, [items]) = self.for_any_use([tuple]);
        let index = self.coerce(index, &Type::INT)?;
        let place = vec![index, int(items.len() as i128, span)];
        let place = self.library_call("tuple_place", place, true, span)?;
        let (place, again) = self.bind(place);
        evaluated.push(place);
        let item = self.item_at(items, again, span)?;
        Ok(after(evaluated, item))
    }

    /// The item at a place that exists, in the items' common type.
    pub(super) fn item_at(&mut self, items: Vec<Expr>, place: Expr, span: Span) -> Typed {
        let definitions: Vec<_> = items.iter().map(|item| (item.ty.clone(), item.int_literal())).collect();
        let ty = match super::promote::join(&definitions) {
            Ok(ty) => ty,
            Err((a, b)) => {
                let message = format!("the items of this tuple have no one type: `{a}` and `{b}`");
                return self.report(
                    Diagnostic::new(Code::TypeMismatch, span, message)
                        .help("convert them to a common type, or name each item by a literal: `t[0]`"),
                );
            }
        };
        let items: Vec<Typed> = items.into_iter().map(|item| self.coerce(item, &ty)).collect();
        let mut items = items.into_iter().collect::<Typed<Vec<_>>>()?.into_iter().enumerate().rev();
        let (_, last) = items.next().ok_or(Stop)?;
        Ok(items.fold(last, |otherwise, (index, item)| {
            let operands = vec![place.clone(), int(index as i128, span)];
            let is_it = Self::operation(Operation::Compare(ir::CompareOp::Eq), operands, Type::BOOL, span);
            let (cond, then, otherwise) = (Box::new(is_it), Box::new(item), Box::new(otherwise));
            Expr::new(ExprKind::Conditional { cond, then, otherwise }, ty.clone(), span)
        }))
    }

    /// `len(t)`, with the tuple evaluated.
    pub(super) fn tuple_len(&mut self, tuple: Expr, span: Span) -> Expr {
        let n = match &tuple.ty {
            Type::Tuple(items) => items.len(),
            ty => unreachable!("bug in pykernel: `{ty}` has no items"),
        };
        after(vec![tuple], int(n as i128, span))
    }

    /// The truth value of a tuple, with it evaluated: none is empty.
    pub(super) fn tuple_truth(&mut self, tuple: Expr) -> Expr {
        let truth = Expr::new(ExprKind::Bool(true), Type::BOOL, tuple.span);
        after(vec![tuple], truth)
    }

    /// `a + b`: the items of both.
    pub(super) fn concatenated(&mut self, left: Expr, right: Expr, span: Span) -> Expr {
        let mut items = self.items(left);
        items.extend(self.items(right));
        packed(items, span)
    }

    /// `x in t`, `x not in t`: whether some item equals it.
    pub(super) fn contained(&mut self, is_in: bool, value: Expr, tuple: Expr, span: Span) -> Typed {
        let (value, again) = self.twice(value);
        let (evaluated, [items]) = self.for_any_use([tuple]);
        let mut truth = Expr::new(ExprKind::Bool(!is_in), Type::BOOL, span);
        for item in items.into_iter().rev() {
            let op = if is_in { CompareOp::Eq } else { CompareOp::Ne };
            let found = self.compare(op, item, again.clone(), span)?;
            let left = Box::new(self.truth(found)?);
            let kind = ExprKind::Logical { and: !is_in, left, right: Box::new(truth) };
            truth = Expr::new(kind, Type::BOOL, span);
        }
        Ok(after([value].into_iter().chain(evaluated).collect(), truth))
    }

    /// `a == b`, `a < b`, …: the first items that are not equal decide, else the lengths.
    pub(super) fn compare_tuples(&mut self, op: CompareOp, left: Expr, right: Expr, span: Span) -> Typed {
        let (evaluated, [left, right]) = self.for_any_use([left, right]);
        let lengths = super::operator::compare_values(op, left.len() as i128, right.len() as i128);
        let mut truth = Expr::new(ExprKind::Bool(lengths), Type::BOOL, span);
        let decided = matches!(op, CompareOp::Eq | CompareOp::Ne) && left.len() != right.len();
        for (left, right) in left.into_iter().zip(right).rev().filter(|_| !decided) {
            let same = self.compare(CompareOp::Eq, left.clone(), right.clone(), span)?;
            let cond = Box::new(self.truth(same)?);
            let differ = match op {
                CompareOp::Eq | CompareOp::Ne => {
                    Expr::new(ExprKind::Bool(op == CompareOp::Ne), Type::BOOL, span)
                }
                CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => {
                    let ordered = self.compare(op, left, right, span)?;
                    self.truth(ordered)?
                }
            };
            let kind = ExprKind::Conditional { cond, then: Box::new(truth), otherwise: Box::new(differ) };
            truth = Expr::new(kind, Type::BOOL, span);
        }
        Ok(after(evaluated, truth))
    }
}

/// The places that a slice of `n` items takes: Python's `slice.indices`. None if the step is 0.
fn places([start, stop, step]: [Option<i128>; 3], n: i128) -> Vec<usize> {
    let step = step.unwrap_or(1);
    let (low, high) = if step > 0 { (0, n) } else { (-1, n - 1) };
    let bound = |bound: i128| (if bound < 0 { bound + n } else { bound }).clamp(low, high);
    let (first, end) = if step > 0 { (low, high) } else { (high, low) };
    let (mut place, stop) = (start.map_or(first, bound), stop.map_or(end, bound));
    let mut places = Vec::new();
    while step != 0 && (stop - place) * step.signum() > 0 {
        places.push(place as usize);
        place = place.saturating_add(step);
    }
    places
}

/// A value, once these are evaluated.
pub(super) fn after(mut first: Vec<Expr>, value: Expr) -> Expr {
    first.retain(|expr| !is_free(expr));
    if first.is_empty() {
        return value;
    }
    let (ty, span, index) = (value.ty.clone(), value.span, first.len());
    first.push(value);
    Expr::new(ExprKind::Item(Box::new(packed(first, span)), index), ty, span)
}

/// Whether nothing is lost where an expression is not evaluated.
const fn is_free(expr: &Expr) -> bool {
    match expr.kind {
        ExprKind::Variable { check, .. } => !check,
        ExprKind::None | ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Complex(..) => true,
        ExprKind::Bool(_) => true,
        _ => false,
    }
}

/// Arithmetic on places, which cannot overflow or may wrap.
pub(super) fn arithmetic(op: ir::BinaryOp, left: Expr, right: Expr, span: Span) -> Expr {
    Expr::new(ExprKind::Operation(Operation::Binary(op), vec![left, right]), Type::INT, span)
}

pub(super) fn packed(items: Vec<Expr>, span: Span) -> Expr {
    let ty = Type::Tuple(items.iter().map(|item| item.ty.clone()).collect());
    Expr::new(ExprKind::Tuple(items), ty, span)
}

pub(super) fn int(value: i128, span: Span) -> Expr {
    Expr::new(ExprKind::Int(value), Type::INT, span)
}

pub(super) fn variable(web: WebId, ty: Type, span: Span) -> Expr {
    Expr::new(ExprKind::Variable { web, check: false }, ty, span)
}

fn items_of(n: usize) -> String {
    if n == 1 { "1 item".to_owned() } else { format!("{n} items") }
}

fn names_of(n: usize) -> String {
    if n == 1 { "1 target".to_owned() } else { format!("{n} targets") }
}
