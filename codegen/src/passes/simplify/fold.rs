//! Simplifies one node of an expression whose operands are simple already: constants are computed
//! as the IR defines every operation, and identities that hold for every operand are applied.

use std::mem;

use super::constant;
use crate::ir::{Axis, BinaryOp, CompareOp, Const, Conversion, Expr, Intrinsic, LocalId, UnaryOp};

/// Simplifies a whole expression, operands first.
pub fn fold_all(expr: &mut Expr) {
    expr.operands_mut(&mut fold_all);
    fold(expr);
}

/// Simplifies the outermost node.
pub fn fold(expr: &mut Expr) {
    let simpler = match expr {
        Expr::Const(_) | Expr::Local(_) | Expr::Dim { .. } | Expr::Stride { .. } => None,
        Expr::Address { .. } | Expr::Overlap { .. } | Expr::Transpose { .. } | Expr::OfLayout { .. } => None,
        Expr::Splat { .. } | Expr::LaneNumbers { .. } | Expr::AnyLane { .. } | Expr::Lane { .. } => None,
        Expr::Strided { .. } => None,
        Expr::Unowned | Expr::Empty(_) | Expr::Table { .. } => None,
        Expr::SubView { view, axes } => is_whole(*view, axes).then_some(Expr::Local(*view)),
        Expr::Unary { op, operand } => unary(*op, operand),
        Expr::Binary { op, left, right } => binary(*op, left, right),
        Expr::Compare { op, left, right } => compare(*op, left, right),
        Expr::Select { cond, then, otherwise } => select(cond, then, otherwise),
        Expr::Convert { to, how, value } => {
            constant_of(value).and_then(|value| constant::convert(*to, *how, value)).map(Expr::Const)
        }
        Expr::Intrinsic { op, args } => intrinsic(*op, args),
        Expr::InBounds { index, extent } => match (constant_of(index), constant_of(extent)) {
            (Some(Const::Int(_, index)), Some(Const::Int(_, extent))) => {
                Some(boolean(0 <= index && index < extent))
            }
            _ => None,
        },
    };
    if let Some(simpler) = simpler {
        *expr = simpler;
    }
}

/// Whether a part of a view is all of it.
fn is_whole(view: LocalId, axes: &[Axis]) -> bool {
    let is = |expr: &Expr, value| matches!(expr, Expr::Const(Const::Int(_, number)) if *number == value);
    axes.iter().enumerate().all(|(axis, kept)| match kept {
        Axis::Whole => true,
        Axis::Slice { start, extent, step } => {
            is(start, 0) && is(step, 1) && *extent == Expr::Dim { view, axis }
        }
        Axis::Index(_) | Axis::New => false,
    })
}

/// The negation of a bool.
pub fn not(operand: Expr) -> Expr {
    let mut expr = Expr::Unary { op: UnaryOp::Not, operand: Box::new(operand) };
    fold(&mut expr);
    expr
}

/// A bool.
pub fn boolean(value: bool) -> Expr {
    Expr::Const(Const::Bool(value))
}

fn constant_of(expr: &Expr) -> Option<Const> {
    match expr {
        Expr::Const(value) => Some(*value),
        _ => None,
    }
}

/// Moves an expression out of a node that is about to be replaced.
fn take(expr: &mut Expr) -> Expr {
    mem::replace(expr, boolean(false))
}

fn unary(op: UnaryOp, operand: &mut Expr) -> Option<Expr> {
    match (op, operand) {
        (_, Expr::Const(value)) => constant::unary(op, *value).map(Expr::Const),
        (UnaryOp::Not, Expr::Unary { op: UnaryOp::Not, operand }) => Some(take(operand)),
        (UnaryOp::Neg, Expr::Unary { op: UnaryOp::Neg, operand }) => Some(take(operand)),
        // Of the comparisons only these two have a negation that NaN respects.
        (UnaryOp::Not, Expr::Compare { op: op @ (CompareOp::Eq | CompareOp::Ne), left, right }) => {
            let op = if *op == CompareOp::Eq { CompareOp::Ne } else { CompareOp::Eq };
            Some(Expr::Compare { op, left: Box::new(take(left)), right: Box::new(take(right)) })
        }
        _ => None,
    }
}

fn binary(op: BinaryOp, left: &mut Expr, right: &mut Expr) -> Option<Expr> {
    match (constant_of(left), constant_of(right)) {
        (Some(left), Some(right)) => constant::binary(op, left, right).map(Expr::Const),
        (None, Some(value)) => with_constant(op, left, value),
        (Some(value), None) if commutes(op) => with_constant(op, right, value),
        (None, None) if matches!(op, BinaryOp::And | BinaryOp::Or) && left == right => Some(take(left)),
        (None, None) if commutes(op) => {
            order(left, right);
            None
        }
        _ => None,
    }
}

/// Puts two locals in one order, so that the same operation is the same expression. (Which NaN comes of
/// two is unspecified.)
fn order(left: &mut Expr, right: &mut Expr) {
    if let (Expr::Local(first), Expr::Local(second)) = (&*left, &*right)
        && second < first
    {
        mem::swap(left, right);
    }
}

fn commutes(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Add | BinaryOp::Mul | BinaryOp::And | BinaryOp::Or | BinaryOp::Xor)
}

/// Identities with a constant on the right.
fn with_constant(op: BinaryOp, operand: &mut Expr, value: Const) -> Option<Expr> {
    if is_neutral(op, value) {
        return Some(take(operand));
    }
    match (op, value) {
        (BinaryOp::Mul | BinaryOp::And, Const::Int(_, 0)) => Some(Expr::Const(value)),
        (BinaryOp::And, Const::Bool(false)) | (BinaryOp::Or, Const::Bool(true)) => Some(Expr::Const(value)),
        (BinaryOp::Xor, Const::Bool(true)) => Some(not(take(operand))),
        _ => None,
    }
}

/// Whether `x op value` is `x` for every `x`. Of the float zeros only `x + -0.0` and `x - 0.0`
/// keep the sign of a zero.
fn is_neutral(op: BinaryOp, value: Const) -> bool {
    match (op, value) {
        (BinaryOp::Mul | BinaryOp::Div, value) => is_one(value),
        (BinaryOp::Add | BinaryOp::Sub, Const::Int(_, 0)) => true,
        (BinaryOp::Or | BinaryOp::Xor | BinaryOp::Shl | BinaryOp::Shr, Const::Int(_, 0)) => true,
        (BinaryOp::And, Const::Bool(true)) | (BinaryOp::Or | BinaryOp::Xor, Const::Bool(false)) => true,
        (BinaryOp::And, Const::Int(scalar, value)) => value == constant::wrap(scalar, -1),
        (BinaryOp::Add, Const::F64(bits)) => bits == (-0.0_f64).to_bits(),
        (BinaryOp::Add, Const::F32(bits)) => bits == (-0.0_f32).to_bits(),
        (BinaryOp::Sub, Const::F64(0) | Const::F32(0)) => true,
        _ => false,
    }
}

fn is_one(value: Const) -> bool {
    match value {
        Const::Int(_, value) => value == 1,
        Const::F64(bits) => bits == 1.0_f64.to_bits(),
        Const::F32(bits) => bits == 1.0_f32.to_bits(),
        Const::Bool(_) => false,
    }
}

fn compare(op: CompareOp, left: &mut Expr, right: &mut Expr) -> Option<Expr> {
    match (op, constant_of(left), constant_of(right)) {
        (_, Some(left), Some(right)) => Some(boolean(constant::compare(op, left, right))),
        // A bool against a constant is the bool or its negation.
        (CompareOp::Eq, None, Some(Const::Bool(true))) | (CompareOp::Ne, None, Some(Const::Bool(false))) => {
            Some(take(left))
        }
        (CompareOp::Eq, None, Some(Const::Bool(false))) | (CompareOp::Ne, None, Some(Const::Bool(true))) => {
            Some(not(take(left)))
        }
        _ => None,
    }
}

fn select(cond: &mut Expr, then: &mut Expr, otherwise: &mut Expr) -> Option<Expr> {
    let binary = |op, left, right: &mut Expr| {
        let mut expr = Expr::Binary { op, left: Box::new(left), right: Box::new(take(right)) };
        fold(&mut expr);
        expr
    };
    if let Expr::Const(Const::Bool(value)) = cond {
        return Some(take(if *value { then } else { otherwise }));
    }
    if then == otherwise {
        return Some(take(then));
    }
    // What is chosen only where the condition holds is a bool that holds there, and the reverse.
    if then == cond {
        *then = boolean(true);
    }
    if otherwise == cond {
        *otherwise = boolean(false);
    }
    if let Expr::Binary { op: BinaryOp::Add, left, right } = then
        && **left == *otherwise
        && let Some(Const::Int(scalar, 1)) = constant_of(right)
    {
        let one = Expr::Convert { to: scalar, how: Conversion::Round, value: Box::new(take(cond)) };
        return Some(Expr::Binary { op: BinaryOp::Add, left: Box::new(take(left)), right: Box::new(one) });
    }
    match (constant_of(then), constant_of(otherwise)) {
        (Some(Const::Bool(true)), _) => Some(binary(BinaryOp::Or, take(cond), otherwise)),
        (Some(Const::Bool(false)), _) => Some(binary(BinaryOp::And, not(take(cond)), otherwise)),
        (_, Some(Const::Bool(false))) => Some(binary(BinaryOp::And, take(cond), then)),
        (_, Some(Const::Bool(true))) => Some(binary(BinaryOp::Or, not(take(cond)), then)),
        _ => None,
    }
}

fn intrinsic(op: Intrinsic, args: &[Expr]) -> Option<Expr> {
    // Adding, subtracting 0 and multiplying with 0 or 1 never overflows.
    let trivial = matches!(
        (op, args),
        (Intrinsic::AddOverflows | Intrinsic::SubOverflows, [_, Expr::Const(Const::Int(_, 0))])
            | (Intrinsic::AddOverflows, [Expr::Const(Const::Int(_, 0)), _])
            | (Intrinsic::MulOverflows, [_, Expr::Const(Const::Int(_, 0 | 1))])
            | (Intrinsic::MulOverflows, [Expr::Const(Const::Int(_, 0 | 1)), _])
    );
    if trivial {
        return Some(boolean(false));
    }
    let constants: Option<Vec<Const>> = args.iter().map(constant_of).collect();
    constant::intrinsic(op, &constants?).map(Expr::Const)
}
