//! Makes use of what `fastmath` permits, function by function, so that inlining changes nothing of it.
//!
//! Before: functions say what they permit. After: their expressions are rewritten, and sums and
//! products that loops may make in any order are `AddFree` and `MulFree`.

use super::simplify::{self, fold};
use crate::hir::FastMath;
use crate::ir::construct::{binary, boolean, unary};
use crate::ir::{
    BinaryOp, CompareOp, Const, Expr, Function, Intrinsic, LocalId, Module, Scalar, StmtKind, UnaryOp, visit,
};

/// Runs the pass.
pub fn run(module: &mut Module) {
    for function in &mut module.functions {
        if function.fastmath != FastMath::default() && function.external.is_none() {
            // What one statement computes for the next alone becomes part of it.
            simplify::function(function);
            relax(function);
        }
    }
}

fn relax(function: &mut Function) {
    let mut body = std::mem::take(&mut function.body);
    visit::walk_mut(&mut body, &mut |stmt| match &mut stmt.kind {
        StmtKind::Assign { local, value } if function.fastmath.reassociate && is_collected(*local, value) => {
            value.operands_mut(&mut |operand| rewrite(function, operand));
            free(function, value);
        }
        kind => kind.exprs_mut(&mut |expr| rewrite(function, expr)),
    });
    function.body = body;
}

/// Whether a local becomes itself, plus or times something: what loops may do in any order.
fn is_collected(local: LocalId, value: &Expr) -> bool {
    match value {
        Expr::Binary { op: BinaryOp::Add | BinaryOp::Mul, left, right } => {
            [left, right].into_iter().any(|side| **side == Expr::Local(local))
        }
        _ => false,
    }
}

fn free(function: &Function, value: &mut Expr) {
    if let Expr::Binary { op, left, .. } = value
        && is_float(function, left)
    {
        *op = if *op == BinaryOp::Add { BinaryOp::AddFree } else { BinaryOp::MulFree };
    }
}

fn rewrite(function: &Function, expr: &mut Expr) {
    expr.operands_mut(&mut |operand| rewrite(function, operand));
    let flags = function.fastmath;
    let relaxed = match expr {
        Expr::Binary { op, left, right } if is_float(function, left) => match op {
            BinaryOp::Add => sum(flags, left, right),
            BinaryOp::Sub => difference(flags, left, right),
            BinaryOp::Div if flags.reciprocal => reciprocal(left, right),
            _ => None,
        },
        Expr::Compare { op, left, right } if flags.no_nan && left == right && is_float(function, left) => {
            match op {
                CompareOp::Ne => Some(boolean(false)),
                CompareOp::Eq => Some(boolean(true)),
                _ => None,
            }
        }
        _ => None,
    };
    if let Some(relaxed) = relaxed {
        *expr = relaxed;
        fold::fold(expr);
    }
}

fn is_float(function: &Function, expr: &Expr) -> bool {
    function.scalar_type(expr).is_some_and(Scalar::is_float)
}

/// `a * b + c`, rounded once; `x + 0`.
fn sum(flags: FastMath, left: &Expr, right: &Expr) -> Option<Expr> {
    for (product, other) in [(left, right), (right, left)] {
        if flags.no_signed_zero && is_zero(other) {
            return Some(product.clone());
        }
        if let Some([a, b]) = factors(product).filter(|_| flags.contract) {
            return Some(multiply_add(a.clone(), b.clone(), other.clone()));
        }
    }
    None
}

/// `a * b - c` and `c - a * b`, rounded once; `0 - x`.
fn difference(flags: FastMath, left: &Expr, right: &Expr) -> Option<Expr> {
    if flags.no_signed_zero && is_zero(right) {
        return Some(left.clone());
    }
    if !flags.contract {
        return None;
    }
    match (factors(left), factors(right)) {
        (Some([a, b]), _) => Some(multiply_add(a.clone(), b.clone(), unary(UnaryOp::Neg, right.clone()))),
        (_, Some([a, b])) => Some(multiply_add(unary(UnaryOp::Neg, a.clone()), b.clone(), left.clone())),
        _ => None,
    }
}

/// A division by a constant as a product, where the reciprocal is a normal number.
fn reciprocal(left: &Expr, right: &Expr) -> Option<Expr> {
    let inverse = match right {
        Expr::Const(Const::F64(bits)) => {
            let inverse = 1.0 / f64::from_bits(*bits);
            inverse.is_normal().then_some(Const::F64(inverse.to_bits()))
        }
        Expr::Const(Const::F32(bits)) => {
            let inverse = 1.0 / f32::from_bits(*bits);
            inverse.is_normal().then_some(Const::F32(inverse.to_bits()))
        }
        _ => None,
    };
    inverse.map(|inverse| binary(BinaryOp::Mul, left.clone(), Expr::Const(inverse)))
}

fn factors(expr: &Expr) -> Option<[&Expr; 2]> {
    match expr {
        Expr::Binary { op: BinaryOp::Mul, left, right } => Some([left, right]),
        _ => None,
    }
}

fn multiply_add(a: Expr, b: Expr, c: Expr) -> Expr {
    Expr::Intrinsic { op: Intrinsic::MultiplyAdd, args: vec![a, b, c] }
}

fn is_zero(expr: &Expr) -> bool {
    match expr {
        Expr::Const(Const::F64(bits)) => f64::from_bits(*bits) == 0.0,
        Expr::Const(Const::F32(bits)) => f32::from_bits(*bits) == 0.0,
        _ => false,
    }
}
