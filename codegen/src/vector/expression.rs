//! Expressions on lanes.

use super::refusal::Why;
use super::rewrite::{Part, Rewrite};
use super::shape::Shape;
use crate::ir::construct::{binary, int};
use crate::ir::{BinaryOp, Const, Expr, LocalId, Scalar};

/// An `I64` on lanes.
#[derive(Clone, Debug)]
pub(super) enum Number {
    /// That of the first lane, from which it grows by a step from lane to lane.
    Single { value: Expr, step: i64 },
    /// That of each lane.
    Lanes(Expr),
}

impl Rewrite<'_> {
    /// An expression that is the same in all lanes, or that of the first lane.
    pub(super) fn uniform(&self, expr: &Expr) -> Expr {
        let mut expr = expr.clone();
        self.rename(&mut expr);
        expr
    }

    fn rename(&self, expr: &mut Expr) {
        match expr {
            Expr::Local(local) if *local == self.on.var => *local = self.first(),
            Expr::Dim { view, axis } => {
                if let Some(extent) = self.extent(*view, *axis) {
                    *expr = extent;
                }
            }
            _ => expr.operands_mut(&mut |operand| self.rename(operand)),
        }
    }

    /// The extent of a view that differs among the lanes.
    fn extent(&self, view: LocalId, axis: usize) -> Option<Expr> {
        let (whole, parts) = self.views.get(&view)?;
        let kept = |part: &&(usize, &Part)| !matches!(part.1, Part::Index(_));
        let place = |place: usize| parts[..place].iter().filter(|part| !matches!(part, Part::New)).count();
        match parts.iter().enumerate().filter(|part| kept(&part)).nth(axis)? {
            (_, Part::Slice { extent, .. }) => Some(extent.clone()),
            (at, Part::Whole) => {
                let axis = place(at);
                Some(self.extent(*whole, axis).unwrap_or(Expr::Dim { view: *whole, axis }))
            }
            (_, Part::New | Part::Index(_)) => Some(int(1)),
        }
    }

    /// An `I64`.
    pub(super) fn number(&mut self, expr: &Expr) -> Number {
        match self.shape(expr).step() {
            Some(step) => Number::Single { value: self.uniform(expr), step },
            None => Number::Lanes(self.lanes(expr)),
        }
    }

    /// The lanes of a number.
    pub(super) fn spread(&self, number: Number) -> Expr {
        match number {
            Number::Single { value, step: 0 } => self.splat(value),
            Number::Single { value, step } => {
                let numbers = Expr::LaneNumbers { count: self.on.count };
                let offsets = match step {
                    1 => numbers,
                    _ => binary(BinaryOp::Mul, numbers, self.splat(int(step))),
                };
                binary(BinaryOp::Add, self.splat(value), offsets)
            }
            Number::Lanes(lanes) => lanes,
        }
    }

    pub(super) fn plus(&self, left: Number, right: Number) -> Number {
        match (left, right) {
            (Number::Single { value: left, step }, Number::Single { value: right, step: other }) => {
                Number::Single { value: sum(left, right), step: step.wrapping_add(other) }
            }
            (left, right) => {
                let [left, right] = [left, right].map(|number| self.spread(number));
                Number::Lanes(binary(BinaryOp::Add, left, right))
            }
        }
    }

    /// A number times one that is the same in all lanes.
    pub(super) fn times(&self, number: Number, factor: &Expr) -> Number {
        match (number, factor) {
            (number, factor) if *factor == int(1) => number,
            (Number::Single { value, step: 0 }, factor) => {
                Number::Single { value: binary(BinaryOp::Mul, value, factor.clone()), step: 0 }
            }
            (number, factor) => {
                let (lanes, factor) = (self.spread(number), self.splat(factor.clone()));
                Number::Lanes(binary(BinaryOp::Mul, lanes, factor))
            }
        }
    }

    /// The lanes of an expression.
    pub(super) fn lanes(&mut self, expr: &Expr) -> Expr {
        match self.shape(expr).step() {
            Some(step) => self.spread(Number::Single { value: self.uniform(expr), step }),
            None => match expr {
                Expr::Local(local) => Expr::Local(self.lanes_of(*local)),
                Expr::Stride { .. } | Expr::Address { .. } | Expr::Overlap { .. } => {
                    self.refuse(Why::Layout);
                    expr.clone()
                }
                _ => {
                    let mut lanes = expr.clone();
                    lanes.operands_mut(&mut |operand| *operand = self.lanes(operand));
                    lanes
                }
            },
        }
    }

    /// How much lanes gain in a load or a store.
    pub(super) fn note_access(&mut self, adjacent: bool, stores: bool) {
        self.gain += match (adjacent, self.on.gathers && !stores) {
            (true, _) => 2,
            (false, true) => -1,
            (false, false) => -2,
        };
    }

    /// About how much lanes gain in an expression, against single numbers: what vectors do at once gains,
    /// what they do one by one, or put together from much else, loses.
    pub(super) fn gain_of(&self, expr: &Expr) -> i64 {
        if self.shape(expr) != Shape::Varying {
            return 0;
        }
        let mut total = match expr {
            Expr::Binary { op: BinaryOp::Div | BinaryOp::Rem, left, .. } if is_integer(left) => -4,
            Expr::Binary { op: BinaryOp::Mul | BinaryOp::Shr, left, .. } if self.is_composed(left) => -4,
            Expr::Local(_) => 0,
            _ => 1,
        };
        expr.operands(&mut |operand| total += self.gain_of(operand));
        total
    }

    /// Whether products of a number, and shifts to the right, are several instructions: those of 64 bits are where
    /// there are no instructions for lanes far apart either.
    fn is_composed(&self, number: &Expr) -> bool {
        let long = matches!(self.on.function.scalar_type(number), Some(Scalar::I64 | Scalar::U64));
        long && !self.on.gathers
    }
}

fn sum(left: Expr, right: Expr) -> Expr {
    let zero = int(0);
    match (left, right) {
        (left, right) if right == zero => left,
        (left, right) if left == zero => right,
        (left, right) => binary(BinaryOp::Add, left, right),
    }
}

/// Whether an expression is surely an integer: it has an integer constant or conversion in it.
fn is_integer(expr: &Expr) -> bool {
    match expr {
        Expr::Const(Const::Int(..)) => true,
        Expr::Convert { to, .. } => to.is_int(),
        _ => {
            let mut found = false;
            expr.operands(&mut |operand| found |= is_integer(operand));
            found
        }
    }
}
