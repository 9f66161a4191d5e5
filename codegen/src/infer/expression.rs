//! Typing expressions.

use std::sync::Arc;

use super::flow::Use;
use super::tuple::after;
use super::{Body, Stop, Typed};
use crate::builtin;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, LogicalOp, Relation, Table};
use crate::source::Span;
use crate::typed::{Expr, ExprKind, Operation, WebId};
use crate::types::{DType, Element, Type};

impl Body<'_, '_> {
    /// Types an expression whose value is used.
    pub(super) fn expr(&mut self, expr: &hir::Expr) -> Typed {
        let value = self.expr_or_none(expr)?;
        if value.ty == Type::None { self.never_a_value(&value) } else { Ok(value) }
    }

    /// Types an expression that may also be `None`. This calls itself through every kind of
    /// expression: the arms are calls, so that its own frame stays small.
    pub(super) fn expr_or_none(&mut self, expr: &hir::Expr) -> Typed {
        let span = expr.span;
        match &expr.kind {
            hir::ExprKind::Refused => Err(Stop),
            hir::ExprKind::Typed(number) => Ok(self.typed[*number].clone()),
            hir::ExprKind::Variable(variable) => self.variable(*variable, span),
            hir::ExprKind::Function(function) => self.function_value(*function, span),
            hir::ExprKind::Builtin(name) => self.builtin_value(name, span),
            hir::ExprKind::Tuple(items) => self.tuple(items, span),
            hir::ExprKind::Unary { op, operand } => self.unary_expr(*op, operand, span),
            hir::ExprKind::Binary { op, left, right } => self.binary_expr(*op, left, right, span),
            hir::ExprKind::Compare { op, left, right } => self.compare_expr(*op, left, right, span),
            hir::ExprKind::Logical { op, left, right } => self.logical_expr(*op, left, right, span),
            hir::ExprKind::IsNone { value, not } => self.is_none(value, *not, span),
            hir::ExprKind::Chain { first, rest } => self.chain(first, rest, span),
            hir::ExprKind::Conditional { cond, then, otherwise } => {
                self.conditional(cond, then, otherwise, span)
            }
            hir::ExprKind::Call { callee, args, keywords } => self.call(callee, args, keywords, span),
            hir::ExprKind::Attribute { value, name } => self.attribute(value, name, span),
            hir::ExprKind::Index { value, indices } => self.index(value, indices, span),
            hir::ExprKind::Int(_)
            | hir::ExprKind::Float(_)
            | hir::ExprKind::Imaginary(_)
            | hir::ExprKind::Bool(_)
            | hir::ExprKind::Text(_)
            | hir::ExprKind::None => Ok(literal(&expr.kind, span)),
            hir::ExprKind::Table(table) => Ok(table_value(table, false, span)),
            hir::ExprKind::DType(element) => Ok(dtype_value(*element, span)),
        }
    }

    /// Types both operands, and reports what is wrong in each.
    fn operands(&mut self, left: &hir::Expr, right: &hir::Expr) -> Typed<[Expr; 2]> {
        let left = self.expr(left);
        let right = self.expr(right);
        Ok([left?, right?])
    }

    fn operands_or_none(&mut self, left: &hir::Expr, right: &hir::Expr) -> Typed<[Expr; 2]> {
        let left = self.expr_or_none(left);
        let right = self.expr_or_none(right);
        Ok([left?, right?])
    }

    fn unary_expr(&mut self, op: hir::UnaryOp, operand: &hir::Expr, span: Span) -> Typed {
        let operand = self.expr(operand)?;
        self.unary(op, operand, span)
    }

    fn binary_expr(&mut self, op: hir::BinaryOp, left: &hir::Expr, right: &hir::Expr, span: Span) -> Typed {
        let [left, right] = self.operands(left, right)?;
        self.binary(op, left, right, span)
    }

    fn compare_expr(&mut self, op: Relation, left: &hir::Expr, right: &hir::Expr, span: Span) -> Typed {
        let [left, right] = self.operands_or_none(left, right)?;
        self.relate(op, left, right, span)
    }

    fn logical_expr(&mut self, op: LogicalOp, left: &hir::Expr, right: &hir::Expr, span: Span) -> Typed {
        let typed = self.expr_or_none(left);
        match self.live_branches(left, &typed) {
            [true, true] => {}
            [truth, _] => {
                let left = typed?;
                let decides = truth != (op == LogicalOp::And);
                return if decides { Ok(left) } else { Ok(after(vec![left], self.expr_or_none(right)?)) };
            }
        }
        let right = self.expr_or_none(right);
        let [left, right] = self.one_of(typed, right)?;
        self.logical(op, left, right, span)
    }

    /// `a < b < c < d` is `a < b and (b < c and c < d)`, with `b` and `c` evaluated once: what is set
    /// aside is used only where it has been evaluated.
    fn chain(&mut self, first: &hir::Expr, rest: &[(Relation, hir::Expr)], span: Span) -> Typed {
        let first = self.expr(first);
        let operands: Vec<Typed> = rest.iter().map(|(_, operand)| self.expr(operand)).collect();
        let mut left = first?;
        let mut comparisons = Vec::new();
        for ((op, _), operand) in rest.iter().zip(operands.into_iter().collect::<Typed<Vec<_>>>()?) {
            let (right, again) = self.twice(operand);
            let place = left.span.to(right.span);
            comparisons.push(self.relate(*op, left, right, place)?);
            left = again;
        }
        let last = comparisons.pop().ok_or(Stop)?;
        let join = |chain, holds| self.logical(LogicalOp::And, holds, chain, span);
        comparisons.into_iter().rev().try_fold(last, join)
    }

    /// A value for two uses: the first evaluates it, the second is the same value afterwards.
    pub(super) fn twice(&mut self, value: Expr) -> (Expr, Expr) {
        let again = match &value.kind {
            ExprKind::Inner(optional) if matches!(optional.kind, ExprKind::Variable { .. }) => {
                let (_, again) = self.twice((**optional).clone());
                ExprKind::Inner(Box::new(again))
            }
            ExprKind::None => ExprKind::None,
            ExprKind::Variable { web, .. } => ExprKind::Variable { web: *web, check: false },
            ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Complex(..) | ExprKind::Bool(_) => {
                value.kind.clone()
            }
            _ => return self.bind(value),
        };
        let again = Expr { kind: again, ..value.clone() };
        (value, again)
    }

    /// A value set aside in a web of its own, and the web's value.
    pub(super) fn bind(&mut self, value: Expr) -> (Expr, Expr) {
        let web = self.temporary(value.ty.clone());
        let (ty, span) = (value.ty.clone(), value.span);
        let bound = Expr::new(ExprKind::Bind(web, Box::new(value)), ty.clone(), span);
        (bound, Expr::new(ExprKind::Variable { web, check: false }, ty, span))
    }

    /// A web that no variable has.
    pub(super) fn temporary(&mut self, ty: Type) -> WebId {
        self.temporaries.push(ty);
        WebId((self.webs.len() + self.temporaries.len() - 1) as u32)
    }

    /// `then if cond else otherwise`, both in their common type.
    fn conditional(
        &mut self,
        cond: &hir::Expr,
        then: &hir::Expr,
        otherwise: &hir::Expr,
        span: Span,
    ) -> Typed {
        let typed = self.truth_of(cond);
        match self.live_branches(cond, &typed) {
            [true, true] => {}
            [taken, _] => {
                let cond = typed?;
                let value = self.expr_or_none(if taken { then } else { otherwise })?;
                return Ok(after(vec![cond], value));
            }
        }
        let (then, otherwise) = (self.expr_or_none(then), self.expr_or_none(otherwise));
        let [then, otherwise] = self.one_of(then, otherwise)?;
        let cond = Box::new(typed?);
        let is_value = |ty: &Type| !matches!(ty, Type::Text | Type::DType(_));
        let help = "convert one of them to the other's type";
        let ty = self.common_type([&then, &otherwise], is_value, span, help)?;
        let then = Box::new(self.coerce(then, &ty)?);
        let otherwise = Box::new(self.coerce(otherwise, &ty)?);
        Ok(Expr::new(ExprKind::Conditional { cond, then, otherwise }, ty, span))
    }

    /// Two values of which one is taken. As long as nothing is known of one, which may be a call of this
    /// function, the other stands for both.
    fn one_of(&mut self, left: Typed, right: Typed) -> Typed<[Expr; 2]> {
        match (left, right) {
            (Ok(known), Err(Stop)) | (Err(Stop), Ok(known)) if !self.reporting => {
                self.stopped = true;
                Ok([known.clone(), known])
            }
            (left, right) => Ok([left?, right?]),
        }
    }

    /// The one type of two values of which one is taken.
    pub(super) fn common_type(
        &mut self,
        [left, right]: [&Expr; 2],
        fits: impl Fn(&Type) -> bool,
        span: Span,
        help: &str,
    ) -> Typed<Type> {
        let definitions = [(left.ty.clone(), left.int_literal()), (right.ty.clone(), right.int_literal())];
        match super::promote::join(&definitions) {
            Ok(ty) if fits(&ty) => Ok(ty),
            _ => {
                let message = format!("`{}` and `{}` have no common type", left.ty, right.ty);
                self.report(Diagnostic::new(Code::TypeMismatch, span, message).help(help))
            }
        }
    }

    fn variable(&mut self, variable: hir::VariableId, span: Span) -> Typed {
        let (web, check) = match self.flow.uses.get(&span) {
            Some(Use::Bound(web)) => (*web, false),
            Some(Use::MaybeUnbound(web)) => (*web, true),
            // What assigns it may be what was refused.
            Some(Use::NeverBound) if self.function.refused => return Err(Stop),
            Some(Use::NeverBound) => {
                let diagnostic = self.never_bound(variable, span);
                return self.report(diagnostic);
            }
            None => unreachable!("bug in pykernel: the flow analysis missed a use at {span:?}"),
        };
        let Some(ty) = self.webs[web].ty.clone() else {
            if check && self.unassigned.is_none() {
                self.unassigned = Some(self.never_bound(variable, span));
            }
            return Err(Stop);
        };
        let value = Expr::new(ExprKind::Variable { web: WebId(web as u32), check }, ty, span);
        match self.flow.seen.get(&span) {
            Some(node) => self.narrowed(value, *node),
            None => Ok(value),
        }
    }

    fn never_bound(&self, variable: hir::VariableId, span: Span) -> Diagnostic {
        let variable = &self.function.variables[variable.0 as usize];
        let message = format!("`{}` is read here, but nothing assigns it before", variable.name);
        let mut diagnostic = Diagnostic::new(Code::NeverBound, span, message);
        if variable.span != span {
            diagnostic = diagnostic.note_at(variable.span, "it is a local variable because of this");
        }
        diagnostic.help("assign it on the way here, or make it a parameter")
    }

    fn function_value(&mut self, function: hir::FunctionId, span: Span) -> Typed {
        let name = &self.infer.function(self.slot().key.origin, function).name;
        let message = format!("the function `{name}` is used as a value");
        self.report(
            Diagnostic::new(Code::UnsupportedSyntax, span, message)
                .help("call it; functions are not values in this version"),
        )
    }

    fn builtin_value(&mut self, name: &str, span: Span) -> Typed {
        if name == "intrinsics.raises" {
            let raises = self.model() != hir::ErrorModel::NumPy;
            return Ok(Expr::new(ExprKind::Bool(raises), Type::BOOL, span));
        }
        if let Some(row) = builtin::find(name).filter(|row| row.rule == builtin::Rule::Special) {
            return super::device::special(self, row, Vec::new(), span);
        }
        match builtin::constant(name) {
            Some(builtin::Constant::Float(value)) => Ok(Expr::new(ExprKind::Float(value), Type::FLOAT, span)),
            Some(builtin::Constant::Int(value)) => Ok(Expr::new(ExprKind::Int(value), Type::INT, span)),
            Some(builtin::Constant::Imaginary(value)) => {
                Ok(Expr::new(ExprKind::Complex(0.0, value), Type::COMPLEX, span))
            }
            None if let Some(dtype) = dtype_named(name) => Ok(dtype_value(dtype, span)),
            None => self.report(
                Diagnostic::new(
                    Code::UnsupportedSyntax,
                    span,
                    format!("`{}` is not a value", builtin::python_name(name)),
                )
                .help(if builtin::find(name).is_some() {
                    "call it"
                } else {
                    "use one of its members"
                }),
            ),
        }
    }

    /// `and`, `or` as values: Python gives one of the operands, we its value in their common type.
    fn logical(&mut self, op: LogicalOp, left: Expr, right: Expr, span: Span) -> Typed {
        if left.ty.may_be_none() || right.ty.may_be_none() {
            return self.logical_or_none(op, left, right, span);
        }
        if let Type::Array(_) = left.ty {
            return self.truth(left);
        }
        let help = "compare the operands, so that both are truth values";
        let ty = self.common_type([&left, &right], |ty| ty.dtype().is_some(), span, help)?;
        let (left, right) = (self.coerce(left, &ty)?, self.coerce(right, &ty)?);
        let kind =
            ExprKind::Logical { and: op == LogicalOp::And, left: Box::new(left), right: Box::new(right) };
        Ok(Expr::new(kind, ty, span))
    }

    /// `reveal_type(x)`: notes the type and gives the value.
    pub(super) fn reveal(&mut self, value: Expr) -> Expr {
        self.revealed.push((value.span, value.ty.clone()));
        value
    }

    /// An operation on operands of fitting types.
    pub(super) fn operation(op: Operation, args: Vec<Expr>, ty: Type, span: Span) -> Expr {
        Expr::new(ExprKind::Operation(op, args), ty, span)
    }
}

/// A literal; what is not one stands for nothing.
/// An array that is a constant of the module.
pub(super) fn table_value(table: &Arc<Table>, cached: bool, span: Span) -> Expr {
    let ty = Type::Array(table.ty());
    Expr::new(ExprKind::Table { table: table.clone(), cached }, ty, span)
}

/// An element type as a value.
pub(super) fn dtype_value(element: impl Into<Element>, span: Span) -> Expr {
    Expr::new(ExprKind::None, Type::DType(element.into()), span)
}

/// The element type that a builtin's name stands for.
fn dtype_named(name: &str) -> Option<DType> {
    DType::named(name.strip_prefix("numpy.").unwrap_or(name)).filter(|_| builtin::find(name).is_some())
}

fn literal(kind: &hir::ExprKind, span: Span) -> Expr {
    let (kind, ty) = match kind {
        hir::ExprKind::Int(value) => (ExprKind::Int(*value), Type::INT),
        hir::ExprKind::Float(value) => (ExprKind::Float(*value), Type::FLOAT),
        hir::ExprKind::Imaginary(value) => (ExprKind::Complex(0.0, *value), Type::COMPLEX),
        hir::ExprKind::Bool(value) => (ExprKind::Bool(*value), Type::BOOL),
        hir::ExprKind::Text(text) => (ExprKind::Text(text.clone()), Type::Text),
        _ => (ExprKind::None, Type::None),
    };
    Expr::new(kind, ty, span)
}
