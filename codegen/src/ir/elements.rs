//! Statements for each element of an array: one by one where the shape is known and small, else in
//! loops over all dimensions, the last one innermost.

use super::{Const, Expr, Function, LocalId, Part, Scalar, Stmt, StmtKind, Type};
use crate::source::Span;
use crate::types::{DType, Kind};

/// So many elements of a known shape are visited one by one.
pub const FEW: i64 = 16;

/// What is done at each index, by what a function is built with.
type Visit<'v, B> = &'v mut dyn FnMut(&mut B, &[Expr]) -> Vec<Stmt>;

/// The statements that do something at each index of a shape.
pub fn each<B: AsMut<Function>>(
    builder: &mut B,
    shape: &[Expr],
    span: Span,
    visit: Visit<'_, B>,
) -> Vec<Stmt> {
    match few(shape) {
        Some(extents) => one_by_one(builder, &extents, &mut Vec::new(), visit),
        None => loops(builder, shape, span, &mut Vec::new(), visit),
    }
}

/// The statements that set each part of an element to zero.
pub fn zero_at(view: LocalId, dtype: DType, index: &[Expr], span: Span) -> Vec<Stmt> {
    let store = |part: &Part| {
        let (index, part, value) = (index.to_vec(), *part, Expr::Const(zero_of(Scalar::of(dtype))));
        Stmt { kind: StmtKind::Store { view, index, part, value }, span }
    };
    parts(dtype).iter().map(store).collect()
}

/// The zero of a type; of a bool, false.
pub const fn zero_of(scalar: Scalar) -> Const {
    match scalar {
        Scalar::Bool => Const::Bool(false),
        Scalar::F32 => Const::F32(0),
        Scalar::F64 => Const::F64(0),
        _ => Const::Int(scalar, 0),
    }
}

/// The parts of an element, in their order.
pub const fn parts(dtype: DType) -> &'static [Part] {
    match dtype.kind() {
        Kind::Complex => &[Part::First, Part::Imaginary],
        Kind::Bool | Kind::Int | Kind::Float => &[Part::First],
    }
}

/// The extents of a shape that is known and has few elements.
pub fn few(shape: &[Expr]) -> Option<Vec<i64>> {
    let extent = |extent: &Expr| match extent {
        Expr::Const(Const::Int(Scalar::I64, extent @ 0..)) => i64::try_from(*extent).ok(),
        _ => None,
    };
    let extents: Vec<i64> = shape.iter().map(extent).collect::<Option<_>>()?;
    let n_elements = extents.iter().try_fold(1i64, |product, extent| product.checked_mul(*extent));
    n_elements.filter(|n| *n <= FEW).map(|_| extents)
}

fn one_by_one<B>(builder: &mut B, extents: &[i64], index: &mut Vec<Expr>, visit: Visit<'_, B>) -> Vec<Stmt> {
    let [extent, rest @ ..] = extents else { return visit(builder, index) };
    let mut body = Vec::new();
    for at in 0..*extent {
        index.push(Expr::Const(Const::Int(Scalar::I64, at.into())));
        body.extend(one_by_one(builder, rest, index, visit));
        index.pop();
    }
    body
}

fn loops<B: AsMut<Function>>(
    builder: &mut B,
    shape: &[Expr],
    span: Span,
    index: &mut Vec<Expr>,
    visit: Visit<'_, B>,
) -> Vec<Stmt> {
    let [extent, rest @ ..] = shape else { return visit(builder, index) };
    let function = builder.as_mut();
    let label = function.add_label();
    let var = function.add_local("count", Type::Scalar(Scalar::I64));
    index.push(Expr::Local(var));
    let body = loops(builder, rest, span, index, visit);
    index.pop();
    let (lo, hi) = (Expr::Const(Const::Int(Scalar::I64, 0)), extent.clone());
    vec![Stmt { kind: StmtKind::For { label, var, lo, hi, step: 1, independent: false, body }, span }]
}
