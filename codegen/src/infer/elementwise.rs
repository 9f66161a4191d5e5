//! Typing assignments to parts of arrays: `x[1:] = y`, `x[1:] += y`, and `x += y` of an array.

use super::{Body, Stop, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{self, BinaryOp};
use crate::source::Span;
use crate::typed::{Elementwise, Expr, ExprKind, Input, Output, Rules, Stmt, StmtKind};
use crate::types::{ArrayType, DType, Kind, Type};

impl Body<'_, '_> {
    /// `part = value`: NumPy converts the value to the array's dtype before it looks for elements.
    pub(super) fn assign_part(&mut self, part: Expr, value: Expr, span: Span) -> Typed<StmtKind> {
        if let Type::Array(ty) = part.ty
            && let Some(record) = ty.record()
        {
            return self.assign_records(part, record, value, span);
        }
        let mut stmts = Vec::new();
        let value = self.evaluated(value, &mut stmts);
        let target = self.evaluated(part, &mut stmts);
        self.assign_output(Output::given(target), value, &mut stmts, span)?;
        Ok(sequence(stmts, span))
    }

    /// Sets what is written to a value that has been evaluated.
    pub(super) fn assign_output(
        &mut self,
        output: Output,
        value: Expr,
        stmts: &mut Vec<StmtKind>,
        span: Span,
    ) -> Typed<()> {
        self.check_no_records(std::slice::from_ref(&value), "an array of numbers")?;
        let Output::Given { array, .. } = &output else { return Err(Stop) };
        let element = element_of(array);
        let (inputs, value) = match value.ty {
            Type::Array(given) => {
                let element = self.convert(operand(0, given, value.span), &element)?;
                (vec![Input::plain(value)], element)
            }
            _ => {
                let value = self.numpy_scalar(value, &element)?;
                (Vec::new(), self.evaluated(value, stmts))
            }
        };
        stmts.push(StmtKind::Evaluate(assignment(output, inputs, value, Rules::Assignment, span)));
        Ok(())
    }

    /// `part op= value`, with the part evaluated first.
    pub(super) fn update_part(
        &mut self,
        part: Expr,
        op: BinaryOp,
        value: &hir::Expr,
        span: Span,
    ) -> Typed<StmtKind> {
        let mut stmts = Vec::new();
        let target = self.evaluated(part, &mut stmts);
        let value = self.expr(value)?;
        let update = self.update_with(target, op, value, span)?;
        stmts.push(update);
        Ok(sequence(stmts, span))
    }

    /// `target op= value` of a variable, which is evaluated again.
    pub(super) fn update_with(
        &mut self,
        target: Expr,
        op: BinaryOp,
        value: Expr,
        span: Span,
    ) -> Typed<StmtKind> {
        self.check_no_records(&[target.clone(), value.clone()], "an operator")?;
        let (element, place) = (element_of(&target), target.span);
        let mut stmts = Vec::new();
        let value = self.updating(value, &element)?;
        let value = self.evaluated(value, &mut stmts);
        let mut inputs = vec![Input::plain(target.clone())];
        let operand = match value.ty {
            Type::Array(given) => {
                inputs.push(Input::plain(value.clone()));
                operand(1, given, value.span)
            }
            _ => value,
        };
        let old = Expr::new(ExprKind::Operand(0), element.clone(), place);
        let result = self.binary(op, old, operand, span)?;
        if !casts_to(&result.ty, &element) {
            return self.report(wrong_cast(op, &result.ty, &element, span));
        }
        let value = self.convert(result, &element)?;
        let update = assignment(Output::given(target), inputs, value, Rules::Update, span);
        stmts.push(StmtKind::Evaluate(update));
        Ok(sequence(stmts, span))
    }

    /// What elements of a type are updated with: NumPy converts Python's int even where there are no elements.
    pub(super) fn updating(&mut self, value: Expr, element: &Type) -> Typed {
        match (&value.ty, element.dtype().map(DType::kind)) {
            (&Type::INT, Some(Kind::Int)) if value.int_literal().is_none() => self.coerce(value, element),
            _ => Ok(value),
        }
    }
}

impl Body<'_, '_> {
    /// A value that a statement evaluates before it is used.
    pub(super) fn evaluated(&mut self, value: Expr, stmts: &mut Vec<StmtKind>) -> Expr {
        let (value, again) = self.twice(value);
        stmts.push(StmtKind::Evaluate(value));
        again
    }
}

/// The type of the elements of what is written.
fn element_of(part: &Expr) -> Type {
    match part.ty {
        Type::Array(array) => scalar(array),
        _ => unreachable!("bug in pykernel: `{}` has no elements", part.ty),
    }
}

/// The element of an array that is an operand.
pub(super) fn operand(place: usize, array: ArrayType, span: Span) -> Expr {
    Expr::new(ExprKind::Operand(place), scalar(array), span)
}

/// The type of an element of an array of numbers or times.
pub(super) fn scalar(array: ArrayType) -> Type {
    array.element.scalar().unwrap_or(Type::Strong(array.dtype()))
}

/// Sets the elements of an array.
pub(super) fn assignment(output: Output, inputs: Vec<Input>, body: Expr, rules: Rules, span: Span) -> Expr {
    let kind = ExprKind::Elementwise(Box::new(Elementwise::new(inputs, vec![output], body, rules)));
    Expr::new(kind, Type::None, span)
}

pub(super) fn sequence(stmts: Vec<StmtKind>, span: Span) -> StmtKind {
    StmtKind::Sequence(stmts.into_iter().map(|kind| Stmt { kind, span }).collect())
}

/// NumPy's casting rule `same_kind`: to a higher kind or within one, but no signed integer becomes
/// an unsigned one.
pub(super) fn casts_to(from: &Type, to: &Type) -> bool {
    match (from.dtype(), to.dtype()) {
        _ if let (Type::Time(from), Type::Time(to)) = (from, to) => from.of == to.of,
        (Some(from), Some(to)) => from.kind() <= to.kind() && !(from.is_signed_int() && to.is_unsigned_int()),
        _ => false,
    }
}

pub(super) fn wrong_cast(op: BinaryOp, result: &Type, element: &Type, span: Span) -> Diagnostic {
    let symbol = op.symbol();
    let message = format!("`{symbol}=` gives `{result}`, which an array of `{element}` does not take");
    Diagnostic::new(Code::TypeMismatch, span, message)
        .note("NumPy casts the result of an update only within its kind")
        .help("convert the operand to the array's dtype, or loop over the elements")
}
