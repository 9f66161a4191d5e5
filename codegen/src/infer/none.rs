//! Values that may be `None`: tests for it, and operations that want something else.
//!
//! An operation on such a value takes what is in it, after a check that raises what CPython
//! raises for that operation on `None`.

use super::flow::{Branch, Flow, FlowNode, Use};
use super::refine::none_test;
use super::tuple::{after, packed};
use super::web::WebTypes;
use super::{Body, Typed};
use crate::builtin;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, LogicalOp};
use crate::ir;
use crate::source::Span;
use crate::typed::{Expr, ExprKind, Operation, Piece, Raise, Stmt, WebId};
use crate::types::{Kind, Type};

/// What must hold before an operation, and the message of the `TypeError` where it does not.
pub(super) type Demand = (Expr, String);

impl Body<'_, '_> {
    /// What is in an operand of an operation with this message for `None`.
    pub(super) fn required(&mut self, value: Expr, message: &str) -> Typed {
        self.required_or("TypeError", value, message)
    }

    /// What is in a value; raises this exception if it is `None`.
    pub(super) fn required_or(&mut self, class: &str, value: Expr, message: &str) -> Typed {
        match value.ty {
            Type::None => self.never_a_value(&value),
            Type::Optional(_) => {
                let (first, again) = self.twice(value);
                Ok(checked(present(&first), class, message, inner(again)))
            }
            Type::Weak(_) | Type::Strong(_) | Type::Array(_) | Type::Tuple(_) => Ok(value),
            Type::Time(_) | Type::Text | Type::DType(_) | Type::Generator => Ok(value),
        }
    }

    /// Reports `None` where every operation on it is a mistake.
    pub(super) fn never_a_value<T>(&mut self, value: &Expr) -> Typed<T> {
        let help = match value.kind {
            ExprKind::Call(..) => "let the function return a value",
            _ => "use a number, such as `0` or `math.nan`, or test for `None` first",
        };
        let message = "this is `None`, where a value is used";
        self.report(Diagnostic::new(Code::TypeMismatch, value.span, message).help(help))
    }

    /// What is in several operands: all are evaluated, then what is demanded of them is checked.
    pub(super) fn all_required(
        &mut self,
        operands: Vec<Expr>,
        demands: impl FnOnce(&[Expr]) -> Vec<Demand>,
    ) -> Vec<Expr> {
        let (firsts, again): (Vec<Expr>, Vec<Expr>) =
            operands.into_iter().map(|operand| self.twice(operand)).unzip();
        let mut demands = demands(&again);
        if let Some((cond, _)) = demands.first_mut() {
            *cond = after(firsts, cond.clone());
        }
        let mut values: Vec<Expr> = again.into_iter().map(inner).collect();
        if let Some(first) = values.first_mut() {
            let check = |value, (cond, message): Demand| checked(cond, "TypeError", &message, value);
            *first = demands.into_iter().rev().fold(first.clone(), check);
        }
        values
    }

    /// What is in two operands; `message` is that for operands of types of these names.
    pub(super) fn both_required(
        &mut self,
        [left, right]: [Expr; 2],
        message: impl Fn([&'static str; 2]) -> String,
    ) -> Typed<[Expr; 2]> {
        let optional = |value: &Expr| matches!(value.ty, Type::Optional(_));
        for value in [&left, &right] {
            if value.ty == Type::None {
                return self.never_a_value(&value.clone());
            }
        }
        let (Some(left_name), Some(right_name)) = (python_name(&left.ty), python_name(&right.ty)) else {
            return Ok([left, right]);
        };
        let [left_none, right_none] = [optional(&left), optional(&right)];
        if !left_none && !right_none {
            return Ok([left, right]);
        }
        let demands = |operands: &[Expr]| {
            let [l, r] = [present(&operands[0]), present(&operands[1])];
            let mut demands = Vec::new();
            if left_none && right_none {
                demands.push((or(l.clone(), r.clone()), message([NONE, NONE])));
            }
            if left_none {
                demands.push((l, message([NONE, right_name])));
            }
            if right_none {
                demands.push((r, message([left_name, NONE])));
            }
            demands
        };
        let operands = self.all_required(vec![left, right], demands);
        <[Expr; 2]>::try_from(operands).map_err(|_| super::Stop)
    }

    /// `value is None`, or not.
    pub(super) fn is_none(&mut self, value: &hir::Expr, not: bool, span: Span) -> Typed {
        let value = self.expr_or_none(value)?;
        Ok(none_truth(value, not, span))
    }

    /// `left == right` or `!=`, where one of the two may be `None`.
    pub(super) fn equal_or_none(&mut self, op: hir::CompareOp, operands: [Expr; 2], span: Span) -> Typed {
        let not = op == hir::CompareOp::Ne;
        let [left, right] = operands;
        match (&left.ty, &right.ty) {
            (_, Type::None) => return Ok(none_truth(after_both(left, right), not, span)),
            (Type::None, _) => {
                let (right, again) = self.twice(right);
                return Ok(none_truth(after(vec![left, right], again), not, span));
            }
            _ => {}
        }
        let [(left, l), (right, r)] = [self.twice(left), self.twice(right)];
        let both = and(present(&l), present(&r));
        let equal = self.compare(op, inner(l.clone()), inner(r.clone()), span)?;
        let any = or(present(&l), present(&r));
        let otherwise = if not { any } else { self.unary(hir::UnaryOp::Not, any, span)? };
        let ty = equal.ty.clone();
        let otherwise = Box::new(self.coerce(otherwise, &ty)?);
        let cond = Box::new(after(vec![left, right], both));
        Ok(Expr::new(ExprKind::Conditional { cond, then: Box::new(equal), otherwise }, ty, span))
    }

    /// The truth value of what may be `None`.
    pub(super) fn truth_or_none(&mut self, value: Expr) -> Typed {
        let span = value.span;
        if value.ty == Type::None {
            return Ok(after(vec![value], boolean(false, span)));
        }
        let (first, again) = self.twice(value);
        let truth = self.truth(inner(again))?;
        Ok(and(present(&first), truth))
    }

    /// `and`, `or` as values, where an operand may be `None`: one of the two.
    pub(super) fn logical_or_none(&mut self, op: LogicalOp, left: Expr, right: Expr, span: Span) -> Typed {
        let (left, again) = self.twice(left);
        let cond = Box::new(self.truth(left)?);
        let [then, otherwise] = match op {
            LogicalOp::And => [right, again],
            LogicalOp::Or => [inner(again), right],
        };
        let help = "compare the operands, so that both are truth values";
        let ty = self.common_type(
            [&then, &otherwise],
            |ty| !matches!(ty, Type::Text | Type::DType(_)),
            span,
            help,
        )?;
        let then = Box::new(self.coerce(then, &ty)?);
        let otherwise = Box::new(self.coerce(otherwise, &ty)?);
        Ok(Expr::new(ExprKind::Conditional { cond, then, otherwise }, ty, span))
    }

    /// A value as one of the type `optional(wanted)`; `convert` makes what is in it a `wanted`.
    pub(super) fn wrap(
        &mut self,
        value: Expr,
        wanted: &Type,
        convert: impl FnOnce(&mut Self, Expr) -> Typed,
    ) -> Typed {
        let (ty, span) = (wanted.clone().optional(), value.span);
        let some = |value: Expr| Expr::new(ExprKind::Optional(Some(Box::new(value))), ty.clone(), span);
        let none = Expr::new(ExprKind::Optional(None), ty.clone(), span);
        match &value.ty {
            Type::None => Ok(after(vec![value], none)),
            Type::Optional(_) => {
                let (first, again) = self.twice(value);
                let then = Box::new(some(convert(self, inner(again))?));
                let (cond, otherwise) = (Box::new(present(&first)), Box::new(none));
                Ok(Expr::new(ExprKind::Conditional { cond, then, otherwise }, ty, span))
            }
            _ => Ok(some(convert(self, value)?)),
        }
    }

    /// A variable as a use of this node sees it: what is in it, where it cannot be `None` there. As
    /// long as only other versions of the variable are known, nothing is known of it.
    pub(super) fn narrowed(&self, variable: Expr, node: usize) -> Typed {
        match (self.may_be_none.get(node), &variable.ty) {
            (Some(true), _) => Ok(variable),
            (Some(false) | None, Type::None) => Err(super::Stop),
            (Some(false) | None, _) => Ok(inner(variable)),
        }
    }

    /// The body of a branch, after the assignments of what its test says of variables.
    pub(super) fn branch_body(&mut self, branch: Branch, body: &[hir::Stmt]) -> Vec<Stmt> {
        let flow = std::rc::Rc::clone(&self.flow);
        let mut stmts = Vec::new();
        for refinement in flow.refinements.get(&branch).into_iter().flatten() {
            let (web, node) = refinement.base;
            let Some(ty) = self.webs[web].ty.clone().filter(|_| web != refinement.definition.web) else {
                continue;
            };
            let variable = ExprKind::Variable { web: WebId(web as u32), check: false };
            let Ok(value) = self.narrowed(Expr::new(variable, ty, branch.0), node) else { continue };
            let value = match (refinement.is_none, value.ty.may_be_none()) {
                (true, true) => Expr::new(ExprKind::None, Type::None, branch.0),
                (false, _) if value.ty != Type::None => inner(value),
                // No control comes here.
                (true, false) | (false, _) => continue,
            };
            match self.define_as(refinement.definition, value, branch.0) {
                Ok(kind) => stmts.push(Stmt { kind, span: branch.0 }),
                Err(super::Stop) => self.stopped = true,
            }
        }
        stmts.extend(self.block(body));
        stmts
    }

    /// Which of the two branches of a condition control can reach. What is written out decides that,
    /// and what is known of types: a helper is specialised on `None`. As long as nothing is known of what is tested, or where
    /// that is wrong, neither is reached.
    pub(super) fn live_branches(&self, cond: &hir::Expr, typed: &Typed) -> [bool; 2] {
        match typed {
            _ if !self.is_about_types(cond) => [true; 2],
            Ok(typed) => match constant_truth(typed) {
                Some(truth) => [truth, !truth],
                None => [true; 2],
            },
            Err(super::Stop) => [false; 2],
        }
    }

    /// Whether a condition is written out, or tests for `None`, how many dimensions an array has, or what the library is given: which
    /// dtype, or whether it may raise.
    pub(super) fn is_about_types(&self, cond: &hir::Expr) -> bool {
        match &cond.kind {
            _ if none_test(cond).is_some() => true,
            // A constant of the file.
            hir::ExprKind::Bool(_) => true,
            hir::ExprKind::Variable(_) => match self.flow.uses.get(&cond.span) {
                Some(Use::Bound(web) | Use::MaybeUnbound(web)) => self.webs[*web].ty == Some(Type::None),
                Some(Use::NeverBound) | None => false,
            },
            hir::ExprKind::Builtin(name) => name == "intrinsics.raises",
            hir::ExprKind::Call { callee, .. } => {
                let hir::ExprKind::Builtin(name) = &callee.kind else { return false };
                builtin::find(name).is_some_and(|row| {
                    matches!(
                        row.rule,
                        builtin::Rule::AboutTypes
                            | builtin::Rule::Form(builtin::Form::IsC | builtin::Form::IsNumber)
                    )
                })
            }
            hir::ExprKind::Compare { left, right, .. } => is_of_types(left) || is_of_types(right),
            hir::ExprKind::Unary { op: hir::UnaryOp::Not, operand } => self.is_about_types(operand),
            hir::ExprKind::Logical { left, right, .. } => {
                self.is_about_types(left) || self.is_about_types(right)
            }
            _ => false,
        }
    }
}

/// Whether an expression is the number of an array's dimensions, its element type, or what the library asks of types.
fn is_of_types(expr: &hir::Expr) -> bool {
    match &expr.kind {
        hir::ExprKind::Attribute { name, .. } => matches!(name.as_str(), "ndim" | "dtype" | "itemsize"),
        hir::ExprKind::Call { callee, .. } => match &callee.kind {
            hir::ExprKind::Builtin(name) => matches!(name.as_str(), "intrinsics.kind" | "intrinsics.length"),
            _ => false,
        },
        _ => false,
    }
}

/// How CPython's messages name the type of `None`.
pub(super) const NONE: &str = "NoneType";

/// What CPython says where `None` is indexed.
pub(super) const NOT_INDEXED: &str = "'NoneType' object is not subscriptable";

/// How CPython's messages name an operator.
pub(super) const fn binary_name(op: hir::BinaryOp) -> &'static str {
    match op {
        hir::BinaryOp::Pow => "** or pow()",
        _ => op.symbol(),
    }
}

/// CPython's message for an operation on operands of types of these names.
pub(super) fn unsupported_operands(operation: &str, [left, right]: [&str; 2]) -> String {
    format!("unsupported operand type(s) for {operation}: '{left}' and '{right}'")
}

/// How CPython's messages name the type of a number, or of what is in an optional one.
fn python_name(ty: &Type) -> Option<&'static str> {
    Some(match ty.present()?.dtype()?.kind() {
        Kind::Bool => "bool",
        Kind::Int => "int",
        Kind::Float => "float",
        Kind::Complex => "complex",
    })
}

/// For each node of the flow, whether it may be `None`; empty if no variable may.
pub(super) fn nodes_that_may_be_none(flow: &Flow, webs: &[WebTypes]) -> Vec<bool> {
    if !webs.iter().any(|web| web.ty.as_ref().is_some_and(Type::may_be_none)) {
        return Vec::new();
    }
    let mut phis_of = vec![Vec::new(); flow.nodes.len()];
    let mut pending = Vec::new();
    for (index, node) in flow.nodes.iter().enumerate() {
        match node {
            FlowNode::Any(operands) => operands.iter().for_each(|operand| phis_of[*operand].push(index)),
            FlowNode::Definition(definition) => {
                let ty = webs[definition.web].type_of(definition.index);
                pending.extend(ty.is_some_and(Type::may_be_none).then_some(index));
            }
            FlowNode::Refined(is_none) => pending.extend(is_none.then_some(index)),
            FlowNode::Nothing => {}
        }
    }
    let mut may_be_none = vec![false; flow.nodes.len()];
    while let Some(node) = pending.pop() {
        if !std::mem::replace(&mut may_be_none[node], true) {
            pending.extend(&phis_of[node]);
        }
    }
    may_be_none
}

/// The truth value of what is known from the types alone.
pub(super) fn constant_truth(cond: &Expr) -> Option<bool> {
    match &cond.kind {
        _ if cond.ty == Type::None => Some(false),
        ExprKind::Bool(truth) => Some(*truth),
        ExprKind::Operation(Operation::Unary(ir::UnaryOp::Not), args) => {
            args.first().and_then(constant_truth).map(|truth| !truth)
        }
        ExprKind::Logical { and, left, right } => match (constant_truth(left), constant_truth(right)) {
            (Some(left), _) if left != *and => Some(left),
            (_, Some(right)) if right != *and => Some(right),
            (Some(_), right) => right,
            (None, _) => None,
        },
        ExprKind::Item(tuple, index) => match &tuple.kind {
            ExprKind::Tuple(items) => items.get(*index).and_then(constant_truth),
            _ => None,
        },
        _ => None,
    }
}

/// The left one of two values, both of which are evaluated; the right one is `None`.
fn after_both(left: Expr, right: Expr) -> Expr {
    if matches!(right.kind, ExprKind::None | ExprKind::Variable { check: false, .. }) {
        return left;
    }
    let (ty, span) = (left.ty.clone(), left.span);
    Expr::new(ExprKind::Item(Box::new(packed(vec![left, right], span)), 0), ty, span)
}

/// Whether a value is `None`, or is not.
fn none_truth(value: Expr, not: bool, span: Span) -> Expr {
    match value.ty {
        Type::None => after(vec![value], boolean(!not, span)),
        Type::Optional(_) if not => Expr { span, ..present(&value) },
        Type::Optional(_) => {
            let not = Operation::Unary(ir::UnaryOp::Not);
            Expr::new(ExprKind::Operation(not, vec![present(&value)]), Type::BOOL, span)
        }
        Type::Weak(_) | Type::Strong(_) | Type::Array(_) | Type::Tuple(_) => {
            after(vec![value], boolean(not, span))
        }
        Type::Time(_) | Type::Text | Type::DType(_) | Type::Generator => {
            after(vec![value], boolean(not, span))
        }
    }
}

fn boolean(value: bool, span: Span) -> Expr {
    Expr::new(ExprKind::Bool(value), Type::BOOL, span)
}

fn checked(cond: Expr, class: &str, message: &str, value: Expr) -> Expr {
    let (ty, span) = (value.ty.clone(), value.span);
    let raise = Raise { class: class.into(), message: vec![Piece::Text(message.to_owned())] };
    Expr::new(ExprKind::Checked { cond: Box::new(cond), raise, value: Box::new(value) }, ty, span)
}

/// Whether a value is not `None`.
pub(super) fn present(value: &Expr) -> Expr {
    match value.ty {
        Type::Optional(_) => Expr::new(ExprKind::Present(Box::new(value.clone())), Type::BOOL, value.span),
        _ => boolean(value.ty != Type::None, value.span),
    }
}

/// What is in a value that is known not to be `None`.
pub(super) fn inner(value: Expr) -> Expr {
    match value.ty.clone() {
        Type::Optional(ty) => {
            let span = value.span;
            Expr::new(ExprKind::Inner(Box::new(value)), *ty, span)
        }
        _ => value,
    }
}

fn and(left: Expr, right: Expr) -> Expr {
    logical(true, left, right)
}

fn or(left: Expr, right: Expr) -> Expr {
    logical(false, left, right)
}

fn logical(and: bool, left: Expr, right: Expr) -> Expr {
    match constant_truth(&left) {
        Some(truth) if truth == and => right,
        Some(_) => left,
        None => {
            let span = left.span.to(right.span);
            let kind = ExprKind::Logical { and, left: Box::new(left), right: Box::new(right) };
            Expr::new(kind, Type::BOOL, span)
        }
    }
}
