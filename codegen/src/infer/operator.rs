//! Typing operators: which type the operands take, which operation that is, and what it gives.
//!
//! The rules are NumPy's where an operand is strong and CPython's where both are weak
//! (`docs/language.md`). What the IR has no operation for is a function of the library.

use super::array_operation::any_array;
use super::none::{NONE, binary_name, unsupported_operands};
use super::promote::promote;
use super::tuple::{after, packed};
use super::{Body, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{BinaryOp, CompareOp, ErrorModel, Relation, UnaryOp};
use crate::ir;
use crate::source::Span;
use crate::typed::{Expr, ExprKind, Operation};
use crate::types::{DType, Kind, Type, Weak};

impl Body<'_, '_> {
    pub(super) fn unary(&mut self, op: UnaryOp, operand: Expr, span: Span) -> Typed {
        if op == UnaryOp::Not {
            let truth = self.truth(operand)?;
            return Ok(Self::operation(Operation::Unary(ir::UnaryOp::Not), vec![truth], Type::BOOL, span));
        }
        let message = format!("bad operand type for unary {}: 'NoneType'", op.symbol());
        let operand = self.required(operand, &message)?;
        if any_array([&operand]) && operand.ty.scalar().is_some() {
            let operate =
                &mut |body: &mut Self, mut element: Vec<Expr>| body.unary(op, element.swap_remove(0), span);
            return self.each_element(vec![operand], span, operate);
        }
        if let Some(time) = self.unary_time(op, operand.clone(), span) {
            return time;
        }
        let Some(kind) = operand.ty.dtype().map(DType::kind) else {
            return self.no_operation(op.symbol(), &[&operand], span);
        };
        let strong_bool = operand.ty == Type::Strong(DType::Bool);
        let ty = if operand.ty == Type::BOOL { Type::INT } else { operand.ty.clone() };
        match (op, kind) {
            (UnaryOp::Negate | UnaryOp::Plus, _) if strong_bool => {
                self.no_operation(op.symbol(), &[&operand], span)
            }
            (UnaryOp::Invert, Kind::Float | Kind::Complex) => {
                self.no_operation(op.symbol(), &[&operand], span)
            }
            (UnaryOp::Plus, _) => self.coerce(operand, &ty),
            (UnaryOp::Invert, _) => {
                let operand = self.coerce(operand, &ty)?;
                Ok(Self::operation(Operation::Unary(ir::UnaryOp::Not), vec![operand], ty, span))
            }
            (UnaryOp::Negate, Kind::Complex) => self.library_call("complex_neg", vec![operand], false, span),
            (UnaryOp::Negate, _) if ty == Type::INT => {
                let zero = Expr::new(ExprKind::Int(0), Type::INT, span);
                let operand = self.coerce(operand, &ty)?;
                Ok(Self::operation(Operation::Checked(ir::BinaryOp::Sub), vec![zero, operand], ty, span))
            }
            (UnaryOp::Negate, _) => {
                Ok(Self::operation(Operation::Unary(ir::UnaryOp::Neg), vec![operand], ty, span))
            }
            (UnaryOp::Not, _) => unreachable!("bug in pykernel: `not` was handled above"),
        }
    }

    pub(super) fn binary(&mut self, op: BinaryOp, left: Expr, right: Expr, span: Span) -> Typed {
        let [left, right] =
            self.both_required([left, right], |names| unsupported_operands(binary_name(op), names))?;
        if any_array([&left, &right]) {
            return self.binary_arrays(op, left, right, span);
        }
        if let Some(folded) = fold(op, &left, &right, span) {
            return Ok(folded);
        }
        if let (BinaryOp::Add, Type::Tuple(_), Type::Tuple(_)) = (op, &left.ty, &right.ty) {
            return Ok(self.concatenated(left, right, span));
        }
        if is_of_times(&left, &right) {
            return match self.binary_time(op, left.clone(), right.clone(), span) {
                Some(time) => time,
                None => self.no_operation(op.symbol(), &[&left, &right], span),
            };
        }
        let right =
            if pythons_complex_takes(&left, &right) { self.coerce(right, &Type::FLOAT)? } else { right };
        let Some(common) = promote(&left.ty, &right.ty) else {
            return self.no_operation(op.symbol(), &[&left, &right], span);
        };
        match op {
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul => self.arithmetic(op, common, left, right, span),
            BinaryOp::Div => self.divide(common, left, right, span),
            BinaryOp::FloorDiv | BinaryOp::Mod => self.floor_divide(op, common, left, right, span),
            BinaryOp::Pow => self.power(common, left, right, span),
            BinaryOp::LeftShift | BinaryOp::RightShift => self.shift(op, common, left, right, span),
            BinaryOp::BitAnd | BinaryOp::BitOr | BinaryOp::BitXor => {
                self.bitwise(op, common, left, right, span)
            }
        }
    }

    fn binary_arrays(&mut self, op: BinaryOp, left: Expr, right: Expr, span: Span) -> Typed {
        if op == BinaryOp::Pow
            && let Some(power) = self.power_by_literal(&left, &right, span)
        {
            return power;
        }
        if [&left, &right].iter().any(|operand| operand.ty.scalar().is_none()) {
            return self.no_operation(op.symbol(), &[&left, &right], span);
        }
        self.each_element(vec![left, right], span, &mut |body, elements| {
            let [left, right] = two(elements);
            body.binary(op, left, right, span)
        })
    }

    /// Both operands as numbers of type `ty`.
    fn both(&mut self, left: Expr, right: Expr, ty: &Type) -> Typed<Vec<Expr>> {
        let (left, right) = (self.coerce(left, ty), self.coerce(right, ty));
        Ok(vec![left?, right?])
    }

    fn arithmetic(&mut self, op: BinaryOp, common: Type, left: Expr, right: Expr, span: Span) -> Typed {
        let (machine, complex) = match op {
            BinaryOp::Add => (ir::BinaryOp::Add, "complex_add"),
            BinaryOp::Sub => (ir::BinaryOp::Sub, "complex_sub"),
            _ => (ir::BinaryOp::Mul, "complex_mul"),
        };
        let ty = if common == Type::BOOL { Type::INT } else { common };
        let operation = match (&ty, ty.dtype().map(DType::kind)) {
            (Type::Strong(DType::Bool), _) => match op {
                BinaryOp::Add => Operation::Binary(ir::BinaryOp::Or),
                BinaryOp::Mul => Operation::Binary(ir::BinaryOp::And),
                _ => return self.no_operation(op.symbol(), &[&left, &right], span),
            },
            (_, Some(Kind::Complex)) => {
                let operands = self.both(left, right, &ty)?;
                return self.library_call(complex, operands, false, span);
            }
            (&Type::INT, _) => Operation::Checked(machine),
            _ => Operation::Binary(machine),
        };
        let operands = self.both(left, right, &ty)?;
        Ok(Self::operation(operation, operands, ty, span))
    }

    /// Whether an operation raises where its operands' values leave it undefined.
    fn raises(&self, left: &Expr, right: &Expr) -> bool {
        let weak = |value: &Expr| matches!(value.ty, Type::Weak(_));
        match self.model() {
            _ if self.in_library() => false,
            ErrorModel::Mixed => weak(left) && weak(right),
            ErrorModel::Python => true,
            ErrorModel::NumPy => false,
        }
    }

    fn divide(&mut self, common: Type, left: Expr, right: Expr, span: Span) -> Typed {
        let raises = self.raises(&left, &right);
        let kind = common.dtype().map(DType::kind);
        let (function, ty) = match (&common, kind) {
            (Type::Weak(Weak::Bool | Weak::Int), _) => ("int_divide", Type::INT),
            (_, Some(Kind::Bool | Kind::Int)) => ("float_divide", Type::Strong(DType::Float64)),
            (_, Some(Kind::Complex)) if common == Type::COMPLEX => ("complex_divide", common),
            (_, Some(Kind::Complex)) => ("complex_divide_numpy", common),
            _ => ("float_divide", common),
        };
        let operands = self.both(left, right, &ty)?;
        if function == "float_divide" && !raises {
            return Ok(Self::operation(Operation::Binary(ir::BinaryOp::Div), operands, ty, span));
        }
        self.library_call(function, operands, raises, span)
    }

    fn floor_divide(&mut self, op: BinaryOp, common: Type, left: Expr, right: Expr, span: Span) -> Typed {
        let raises = self.raises(&left, &right);
        let ty = match common {
            Type::BOOL => Type::INT,
            Type::Strong(DType::Bool) => Type::Strong(DType::Int8),
            other => other,
        };
        let function = match (op, ty.dtype().map(DType::kind)) {
            (_, Some(Kind::Complex) | None) => return self.no_operation(op.symbol(), &[&left, &right], span),
            (BinaryOp::FloorDiv, Some(Kind::Float)) => "float_floor_divide",
            (_, Some(Kind::Float)) => "float_modulo",
            (BinaryOp::FloorDiv, Some(Kind::Bool | Kind::Int)) if ty == Type::INT => "python_floor_divide",
            (BinaryOp::FloorDiv, Some(Kind::Bool | Kind::Int)) => "int_floor_divide",
            (_, Some(Kind::Bool | Kind::Int)) => "int_modulo",
        };
        let mut operands = self.both(left, right, &ty)?;
        if let Some((machine, constant)) = by_power_of_two(op, &operands[1]) {
            operands[1].kind = ExprKind::Int(constant);
            return Ok(Self::operation(Operation::Binary(machine), operands, ty, span));
        }
        self.library_call(function, operands, raises, span)
    }

    /// `divmod(a, b)`: the quotient that is rounded down, and the remainder.
    pub(super) fn divide_with_remainder(&mut self, left: Expr, right: Expr, span: Span) -> Typed {
        if let (Type::Time(_), Type::Time(_)) = (&left.ty, &right.ty) {
            let mut before = Vec::new();
            let [left, right] = [left, right].map(|operand| self.set_before(operand, &mut before));
            let quotient = self.binary(BinaryOp::FloorDiv, left.clone(), right.clone(), span)?;
            let rest = self.binary(BinaryOp::Mod, left, right, span)?;
            return Ok(after(before, packed(vec![quotient, rest], span)));
        }
        let raises = self.raises(&left, &right);
        let Some(common) = promote(&left.ty, &right.ty) else {
            return self.no_operation("divmod", &[&left, &right], span);
        };
        let ty = match common {
            Type::BOOL => Type::INT,
            Type::Strong(DType::Bool) => Type::Strong(DType::Int8),
            other => other,
        };
        let function = match ty.dtype().map(DType::kind) {
            Some(Kind::Float) => "float_divmod",
            _ if ty == Type::INT => "python_divmod",
            _ => "int_divmod",
        };
        let operands = self.both(left, right, &ty)?;
        self.library_call(function, operands, raises, span)
    }

    fn power(&mut self, common: Type, left: Expr, right: Expr, span: Span) -> Typed {
        let raises = self.raises(&left, &right);
        let negative_literal = right.int_literal().is_some_and(|exponent| exponent < 0);
        let ty = match common {
            Type::BOOL => Type::INT,
            Type::Strong(DType::Bool) => Type::Strong(DType::Int8),
            other => other,
        };
        // CPython's int to a negative literal is a float; other exponents' signs are not known.
        let ty = if ty == Type::INT && negative_literal { Type::FLOAT } else { ty };
        let function = match (&ty, ty.dtype().map(DType::kind)) {
            (&Type::INT, _) => "int_power",
            (&Type::FLOAT, _) => "float_power",
            (&Type::COMPLEX, _) => "complex_power",
            (_, Some(Kind::Float)) if raises => "float_power",
            (_, Some(Kind::Bool | Kind::Int)) => "int_power_numpy",
            (_, Some(Kind::Float)) => "float_power_numpy",
            _ => "complex_power_numpy",
        };
        let operands = self.both(left, right, &ty)?;
        self.library_call(function, operands, raises, span)
    }

    fn shift(&mut self, op: BinaryOp, common: Type, left: Expr, right: Expr, span: Span) -> Typed {
        let ty = match common {
            Type::BOOL => Type::INT,
            Type::Strong(DType::Bool) => Type::Strong(DType::Int8),
            other => other,
        };
        if ty.dtype().map(DType::kind) != Some(Kind::Int) {
            return self.no_operation(op.symbol(), &[&left, &right], span);
        }
        let operands = self.both(left, right, &ty)?;
        let (machine, weak) = match op {
            BinaryOp::LeftShift => (ir::BinaryOp::Shl, "int_left_shift"),
            _ => (ir::BinaryOp::Shr, "int_right_shift"),
        };
        if ty == Type::INT && !self.in_library() {
            return self.library_call(weak, operands, true, span);
        }
        Ok(Self::operation(Operation::Binary(machine), operands, ty, span))
    }

    fn bitwise(&mut self, op: BinaryOp, common: Type, left: Expr, right: Expr, span: Span) -> Typed {
        if !matches!(common.dtype().map(DType::kind), Some(Kind::Bool | Kind::Int)) {
            return self.no_operation(op.symbol(), &[&left, &right], span);
        }
        let machine = match op {
            BinaryOp::BitAnd => ir::BinaryOp::And,
            BinaryOp::BitOr => ir::BinaryOp::Or,
            _ => ir::BinaryOp::Xor,
        };
        let operands = self.both(left, right, &common)?;
        Ok(Self::operation(Operation::Binary(machine), operands, common, span))
    }

    pub(super) fn relate(&mut self, op: Relation, left: Expr, right: Expr, span: Span) -> Typed {
        match op {
            Relation::Compare(op) => self.compare(op, left, right, span),
            Relation::In | Relation::NotIn if matches!(right.ty, Type::Tuple(_)) => {
                self.contained(op == Relation::In, left, right, span)
            }
            Relation::In | Relation::NotIn => self.no_operation(op.symbol(), &[&left, &right], span),
        }
    }

    pub(super) fn compare(&mut self, op: CompareOp, left: Expr, right: Expr, span: Span) -> Typed {
        if let (Type::Tuple(_), Type::Tuple(_)) = (&left.ty, &right.ty) {
            return self.compare_tuples(op, left, right, span);
        }
        let is_equality = matches!(op, CompareOp::Eq | CompareOp::Ne);
        if is_equality && let Some(same) = self.same_dtype(&left, &right) {
            return Ok(Expr::new(ExprKind::Bool(same? == (op == CompareOp::Eq)), Type::BOOL, span));
        }
        if is_equality && (left.ty.may_be_none() || right.ty.may_be_none()) {
            return self.equal_or_none(op, [left, right], span);
        }
        let [left, right] = self.comparable(op, [left, right])?;
        if any_array([&left, &right]) && [&left, &right].iter().all(|operand| operand.ty.scalar().is_some()) {
            return self.each_element(vec![left, right], span, &mut |body, elements| {
                let [left, right] = two(elements);
                body.compare(op, left, right, span)
            });
        }
        if is_of_times(&left, &right) {
            return match self.compare_time(op, left.clone(), right.clone(), span) {
                Some(truth) => truth,
                None => self.no_operation(op.symbol(), &[&left, &right], span),
            };
        }
        let right = match is_equality && pythons_complex_takes(&left, &right) {
            true => self.coerce(right, &Type::FLOAT)?,
            false => right,
        };
        let Some(common) = promote(&left.ty, &right.ty) else {
            return self.no_operation(op.symbol(), &[&left, &right], span);
        };
        let strong = matches!(common, Type::Strong(_));
        let result = if strong { Type::Strong(DType::Bool) } else { Type::BOOL };
        let truth = match common.dtype().map(DType::kind) {
            Some(Kind::Bool) => self.compare_in(op, left, right, &Type::Strong(DType::UInt8), span),
            Some(Kind::Complex) if !strong && !matches!(op, CompareOp::Eq | CompareOp::Ne) => {
                self.no_operation(op.symbol(), &[&left, &right], span)
            }
            Some(Kind::Complex) => {
                let operands = self.both(left, right, &common)?;
                self.library_call(&format!("complex_{}", comparison_name(op)), operands, false, span)
            }
            // Python compares an int with a float by their exact values.
            Some(Kind::Float) if common == Type::FLOAT && mixes_int_and_float(&left, &right) => {
                self.compare_int_with_float(op, left, right, span)
            }
            Some(Kind::Float) if !both_ints(&left, &right) => self.compare_in(op, left, right, &common, span),
            _ => self.compare_ints(op, left, right, span),
        }?;
        if truth.ty == result {
            return Ok(truth);
        }
        Ok(Self::operation(Operation::Cast, vec![truth], result, span))
    }

    /// What is in two operands of a comparison. NumPy's scalar on the right looks at it from there.
    pub(super) fn comparable(&mut self, op: CompareOp, operands: [Expr; 2]) -> Typed<[Expr; 2]> {
        let turned = matches!(operands[1].ty.present(), Some(Type::Strong(_)));
        self.both_required(operands, |[left, right]| {
            let (op, left, right) = match left {
                NONE if turned && right != left => (op.turned(), right, left),
                _ => (op, left, right),
            };
            format!("'{}' not supported between instances of '{left}' and '{right}'", op.symbol())
        })
    }

    /// Compares as numbers of one real type.
    fn compare_in(&mut self, op: CompareOp, left: Expr, right: Expr, ty: &Type, span: Span) -> Typed {
        let operands = self.both(left, right, ty)?;
        Ok(Self::operation(Operation::Compare(machine_comparison(op)), operands, Type::BOOL, span))
    }

    /// Compares two integers by value, whatever their types hold.
    fn compare_ints(&mut self, op: CompareOp, left: Expr, right: Expr, span: Span) -> Typed {
        let wide = |value: &Expr| match value.int_literal() {
            Some(literal) => literal > i128::from(i64::MAX),
            None => value.ty == Type::Strong(DType::UInt64),
        };
        let nonnegative = |value: &Expr| match value.int_literal() {
            Some(literal) => literal >= 0,
            None => value.ty.dtype().is_some_and(|dtype| !dtype.is_signed_int()),
        };
        // A literal beyond 64 bits is larger or smaller than every integer; saturating keeps that
        // order only where the other operand cannot reach the bound, so the bound is excluded.
        if let Some(truth) = compare_with_huge(op, &left, &right) {
            let function = if truth { "true_of" } else { "false_of" };
            return match (left.int_literal(), right.int_literal()) {
                (Some(_), Some(_)) => Ok(Expr::new(ExprKind::Bool(truth), Type::BOOL, span)),
                (Some(_), None) => self.library_call(function, vec![right], false, span),
                (None, _) => self.library_call(function, vec![left], false, span),
            };
        }
        if !wide(&left) && !wide(&right) {
            return self.compare_in(op, left, right, &Type::Strong(DType::Int64), span);
        }
        if nonnegative(&left) && nonnegative(&right) {
            return self.compare_in(op, left, right, &Type::Strong(DType::UInt64), span);
        }
        let signed_first = !wide(&left);
        let [left_type, right_type] = match signed_first {
            true => [DType::Int64, DType::UInt64],
            false => [DType::UInt64, DType::Int64],
        };
        let left = self.coerce(left, &Type::Strong(left_type))?;
        let right = self.coerce(right, &Type::Strong(right_type))?;
        let kinds = if signed_first { ["signed", "unsigned"] } else { ["unsigned", "signed"] };
        self.library_call(&library_comparison(op, kinds), vec![left, right], false, span)
    }

    fn compare_int_with_float(&mut self, op: CompareOp, left: Expr, right: Expr, span: Span) -> Typed {
        let exact =
            |value: &Expr| value.int_literal().is_some_and(|literal| literal.unsigned_abs() <= 1 << 53);
        if exact(&left) || exact(&right) {
            return self.compare_in(op, left, right, &Type::FLOAT, span);
        }
        let int_first = left.ty != Type::FLOAT;
        let (left_type, right_type) =
            if int_first { (Type::INT, Type::FLOAT) } else { (Type::FLOAT, Type::INT) };
        let (left, right) = (self.coerce(left, &left_type)?, self.coerce(right, &right_type)?);
        let kinds = if int_first { ["int", "float"] } else { ["float", "int"] };
        self.library_call(&library_comparison(op, kinds), vec![left, right], false, span)
    }

    /// Reports that an operator has no meaning for its operands.
    fn no_operation<T>(&mut self, symbol: &str, operands: &[&Expr], span: Span) -> Typed<T> {
        let symbol = symbol.trim();
        let types: Vec<String> = operands.iter().map(|operand| format!("`{}`", operand.ty)).collect();
        let message = format!("`{symbol}` has no meaning for {}", types.join(" and "));
        let diagnostic = Diagnostic::new(Code::UnsupportedOperand, span, message);
        let types: Vec<&Type> = operands.iter().map(|operand| &operand.ty).collect();
        self.report(diagnostic.help(instead(symbol, &types)))
    }
}

/// Whether one of two operands is a time.
fn is_of_times(left: &Expr, right: &Expr) -> bool {
    [left, right].iter().any(|operand| matches!(operand.ty, Type::Time(_)))
}

/// What to write instead of an operator that has no meaning for its operands.
fn instead(symbol: &str, types: &[&Type]) -> &'static str {
    if matches!(symbol, "in" | "not in") {
        return "`in` looks into a tuple: `n in (1, 2, 3)`; else compare with each value";
    }
    if types.iter().any(|ty| matches!(ty.scalar(), Some(Type::Time(_)))) {
        return "dates differ by durations, durations are added to dates, and measured by each other: `t / np.timedelta64(1, 's')`";
    }
    if types.iter().any(|ty| matches!(ty, Type::Array(_))) {
        return "arrays are computed with arrays and numbers; take the items of a tuple";
    }
    if types.iter().any(|ty| matches!(ty, Type::Tuple(_))) {
        return "tuples are compared with tuples and joined to them by `+`; compute with their items";
    }
    let Some(dtypes) = types.iter().map(|ty| ty.dtype()).collect::<Option<Vec<_>>>() else {
        return "kernels compute with numbers and elements of arrays";
    };
    let highest = dtypes.iter().map(|dtype| dtype.kind()).max();
    match (symbol, highest) {
        ("-" | "+", _) if types.len() == 1 => "invert it with `~`, or convert it with `int()`",
        ("-" | "+", _) => "use `^`, or convert the operands with `int()`",
        ("<" | "<=" | ">" | ">=", _) => "compare `abs()`, `.real` or `.imag` of complex numbers",
        (_, Some(Kind::Complex)) => "take `.real`, `.imag` or `abs()` of the complex number",
        ("^", Some(Kind::Float)) => "a power is written `x ** y`; only integers have bits",
        (_, Some(Kind::Float)) => "convert floats with `int()`: only integers have bits",
        _ => "no integer type holds both: convert one to the other's type",
    }
}

/// The elements of two operands.
fn two(elements: Vec<Expr>) -> [Expr; 2] {
    elements.try_into().unwrap_or_else(|_| unreachable!("bug in pykernel: an operator has two operands"))
}

/// Whether CPython's `complex` computes before NumPy is asked: NumPy's `float64` is also a
/// Python `float`, which a complex number on its left takes as such.
fn pythons_complex_takes(left: &Expr, right: &Expr) -> bool {
    left.ty == Type::COMPLEX && right.ty == Type::Strong(DType::Float64)
}

/// Floor division by a power of two shifts, and its remainder is a mask: in two's complement both
/// round towards minus infinity. Gives the operation and its right operand.
fn by_power_of_two(op: BinaryOp, divisor: &Expr) -> Option<(ir::BinaryOp, i128)> {
    match divisor.kind {
        ExprKind::Int(value) if value > 0 && value & (value - 1) == 0 => Some(match op {
            BinaryOp::Mod => (ir::BinaryOp::And, value - 1),
            _ => (ir::BinaryOp::Shr, i128::from(value.trailing_zeros())),
        }),
        _ => None,
    }
}

/// Two integer literals make a literal, as CPython's own constant folding does.
fn fold(op: BinaryOp, left: &Expr, right: &Expr, span: Span) -> Option<Expr> {
    let (a, b) = (left.int_literal()?, right.int_literal()?);
    let value = match op {
        // It is computed with its checks.
        BinaryOp::Mod => None,
        _ => op.of_ints(a, b),
    }?;
    Some(Expr::new(ExprKind::Int(value), Type::INT, span))
}

/// Compares two literals, or an integer with a literal that no 64-bit integer reaches.
fn compare_with_huge(op: CompareOp, left: &Expr, right: &Expr) -> Option<bool> {
    let huge = |value: &Expr| {
        let out = |literal: &i128| *literal > i128::from(u64::MAX) || *literal < i128::from(i64::MIN);
        value.int_literal().filter(out)
    };
    match (left.int_literal(), right.int_literal(), huge(left), huge(right)) {
        (Some(a), Some(b), _, _) => Some(compare_values(op, a, b)),
        (_, _, Some(a), _) => Some(compare_values(op, a, 0)),
        (_, _, _, Some(b)) => Some(compare_values(op, 0, b)),
        (_, _, None, None) => None,
    }
}

/// The comparison of two integers.
pub(super) fn compare_values(op: CompareOp, a: i128, b: i128) -> bool {
    match op {
        CompareOp::Eq => a == b,
        CompareOp::Ne => a != b,
        CompareOp::Lt => a < b,
        CompareOp::Le => a <= b,
        CompareOp::Gt => a > b,
        CompareOp::Ge => a >= b,
    }
}

fn both_ints(left: &Expr, right: &Expr) -> bool {
    [left, right].iter().all(|v| v.ty.dtype().is_some_and(|d| matches!(d.kind(), Kind::Int | Kind::Bool)))
}

fn mixes_int_and_float(left: &Expr, right: &Expr) -> bool {
    (left.ty == Type::INT) != (right.ty == Type::INT)
}

fn machine_comparison(op: CompareOp) -> ir::CompareOp {
    match op {
        CompareOp::Eq => ir::CompareOp::Eq,
        CompareOp::Ne => ir::CompareOp::Ne,
        CompareOp::Lt => ir::CompareOp::Lt,
        CompareOp::Le => ir::CompareOp::Le,
        CompareOp::Gt => ir::CompareOp::Gt,
        CompareOp::Ge => ir::CompareOp::Ge,
    }
}

/// The library's comparison of operands of these kinds, the left one first: operands are evaluated
/// in the order in which they are written.
fn library_comparison(op: CompareOp, [left, right]: [&str; 2]) -> String {
    format!("{left}_{}_{right}", comparison_name(op))
}

fn comparison_name(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "eq",
        CompareOp::Ne => "ne",
        CompareOp::Lt => "lt",
        CompareOp::Le => "le",
        CompareOp::Gt => "gt",
        CompareOp::Ge => "ge",
    }
}
