//! What is tested before a loop because its proof rests on it: indices are not negative, for negative
//! ones wrap to the other end, and their computation does not overflow.

use std::collections::BTreeSet;

use super::polynomial::{Polynomial, Symbol};
use crate::ir::{BinaryOp, CompareOp, UnaryOp};
use crate::source::Span;
use crate::typed::{Expr, ExprKind, Instance, Operation, Parallel, WebId};
use crate::types::Type;

/// Floats count exactly up to it, with room for what is rounded on the way. No index is as large.
const LARGEST: f64 = (1u64 << 50) as f64;

/// Of constants up to it sums with counters do not come near an overflow.
const SMALL: i128 = 1 << 40;

/// What must hold of the values of variables.
#[derive(Clone, Debug, Default)]
pub(super) struct Tests {
    /// These are indices in every iteration: not negative, and not too large to be computed.
    pub(super) indices: BTreeSet<Polynomial>,
    /// These only are to be computed.
    pub(super) bounded: BTreeSet<Polynomial>,
    /// These are not zero.
    pub(super) factors: BTreeSet<Polynomial>,
}

impl Tests {
    pub(super) fn extend(&mut self, other: Tests) {
        self.indices.extend(other.indices);
        self.bounded.extend(other.bounded);
        self.factors.extend(other.factors);
    }

    /// The tests as an expression of Python's `bool` in an instance; none if they always hold.
    pub(super) fn expr(self, parallel: &Parallel, instance: &Instance) -> Option<Expr> {
        let writer = Writer { parallel, instance, span: parallel.n.span };
        let mut terms = Vec::new();
        for index in self.indices.iter().filter(|index| !writer.is_plain(index)) {
            terms.push(writer.is_bounded(index));
            terms.extend(writer.at_both_ends(index));
        }
        terms.extend(
            self.bounded.iter().filter(|value| !writer.is_plain(value)).map(|value| writer.is_bounded(value)),
        );
        terms.extend(self.factors.iter().filter(|factor| factor.value().is_none()).flat_map(|factor| {
            let zero = writer.int(0);
            [writer.is_bounded(factor), writer.compare(CompareOp::Ne, writer.value(factor, None), zero)]
        }));
        let and = |left, right| {
            let kind = ExprKind::Logical { and: true, left: Box::new(left), right: Box::new(right) };
            Expr::new(kind, Type::BOOL, writer.span)
        };
        terms.into_iter().reduce(and)
    }
}

struct Writer<'a> {
    parallel: &'a Parallel,
    instance: &'a Instance,
    span: Span,
}

impl Writer<'_> {
    /// Whether a value is a small constant, or an iteration's number and that: such always holds.
    fn is_plain(&self, value: &Polynomial) -> bool {
        let Some((factor, rest)) = value.split(Symbol::Web(self.parallel.iteration)) else { return false };
        let counts = |web| value.split(Symbol::Web(web)).and_then(|(factor, _)| factor.value()) == Some(1);
        let is_small = |value: Option<i128>| value.is_some_and(|value| (0..SMALL).contains(&value));
        match factor.value() {
            Some(0) if counts(self.parallel.variable) => true,
            Some(0 | 1) => is_small(rest.value()),
            _ => false,
        }
    }

    /// Whether the terms of a value are small in all iterations, and so every sum of them.
    fn is_bounded(&self, value: &Polynomial) -> Expr {
        let magnitude = value.terms().map(|(product, coefficient)| {
            let coefficient = self.float(coefficient.unsigned_abs() as f64);
            let factors = product.iter().map(|symbol| self.magnitude(*symbol));
            factors.fold(coefficient, |left, right| self.binary(BinaryOp::Mul, left, right, Type::FLOAT))
        });
        let sum = magnitude.reduce(|left, right| self.binary(BinaryOp::Add, left, right, Type::FLOAT));
        self.compare(CompareOp::Le, sum.unwrap_or(self.float(0.0)), self.float(LARGEST))
    }

    /// Not negative in the first and in the last iteration, and so in all between.
    fn at_both_ends(&self, index: &Polynomial) -> [Expr; 2] {
        let last = self.binary(BinaryOp::Sub, self.parallel.n.clone(), self.int(1), Type::INT);
        [self.int(0), last]
            .map(|iteration| self.compare(CompareOp::Ge, self.value(index, Some(&iteration)), self.int(0)))
    }

    fn value(&self, value: &Polynomial, iteration: Option<&Expr>) -> Expr {
        let terms = value.terms().map(|(product, coefficient)| {
            let factors = product.iter().map(|symbol| match (symbol, iteration) {
                (Symbol::Web(web), Some(iteration)) if *web == self.parallel.iteration => iteration.clone(),
                _ => self.symbol(*symbol),
            });
            factors
                .fold(self.int(coefficient), |left, right| self.binary(BinaryOp::Mul, left, right, Type::INT))
        });
        let sum = terms.reduce(|left, right| self.binary(BinaryOp::Add, left, right, Type::INT));
        sum.unwrap_or(self.int(0))
    }

    fn symbol(&self, symbol: Symbol) -> Expr {
        let read = |web: WebId| {
            let ty = self.instance.webs[web.0 as usize].ty.clone();
            Expr::new(ExprKind::Variable { web, check: false }, ty, self.span)
        };
        match symbol {
            Symbol::Web(web) => self.cast(read(web), Type::INT),
            Symbol::Extent(web, axis) => {
                Expr::new(ExprKind::Extent(Box::new(read(web)), axis), Type::INT, self.span)
            }
        }
    }

    /// The greatest magnitude of a symbol, as a float.
    fn magnitude(&self, symbol: Symbol) -> Expr {
        let value = match symbol {
            Symbol::Web(web) if web == self.parallel.iteration => self.parallel.n.clone(),
            _ => self.symbol(symbol),
        };
        let operands = vec![self.cast(value, Type::FLOAT)];
        Expr::new(ExprKind::Operation(Operation::Unary(UnaryOp::Abs), operands), Type::FLOAT, self.span)
    }

    fn cast(&self, value: Expr, ty: Type) -> Expr {
        if value.ty == ty {
            return value;
        }
        Expr::new(ExprKind::Operation(Operation::Cast, vec![value]), ty, self.span)
    }

    fn int(&self, value: i128) -> Expr {
        Expr::new(ExprKind::Int(value), Type::INT, self.span)
    }

    fn float(&self, value: f64) -> Expr {
        Expr::new(ExprKind::Float(value), Type::FLOAT, self.span)
    }

    fn binary(&self, op: BinaryOp, left: Expr, right: Expr, ty: Type) -> Expr {
        Expr::new(ExprKind::Operation(Operation::Binary(op), vec![left, right]), ty, self.span)
    }

    fn compare(&self, op: CompareOp, left: Expr, right: Expr) -> Expr {
        Expr::new(ExprKind::Operation(Operation::Compare(op), vec![left, right]), Type::BOOL, self.span)
    }
}
