//! What is known of the value of an expression.

use std::rc::Rc;

use super::facts::Facts;
use super::linear::Linear;
use crate::ir::Scalar;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// An integer of a type.
    Int(Scalar, Linear),
    /// A bool.
    Bool(Rc<Cond>),
    /// A view; two of one number are the same.
    View(u32),
    /// A float or an owner, of which nothing is known.
    Float,
}

/// A condition on symbols.
#[derive(Clone, Debug, PartialEq)]
pub enum Cond {
    /// Known.
    Const(bool),
    /// A sum is at least 0.
    NonNegative(Linear),
    /// The negation.
    Not(Rc<Cond>),
    /// Both hold.
    And(Rc<Cond>, Rc<Cond>),
}

impl Cond {
    /// How many nodes a condition may have, so that none is deep or long to walk.
    const MAX_SIZE: usize = 16;

    fn size(&self) -> usize {
        match self {
            Cond::Const(_) | Cond::NonNegative(_) => 1,
            Cond::Not(operand) => 1 + operand.size(),
            Cond::And(left, right) => 1 + left.size() + right.size(),
        }
    }

    /// The negation; `None` if it grows too large.
    pub fn not(operand: Rc<Cond>) -> Option<Rc<Cond>> {
        match &*operand {
            Cond::Const(value) => Some(Rc::new(Cond::Const(!value))),
            Cond::Not(operand) => Some(operand.clone()),
            Cond::NonNegative(_) | Cond::And(..) => {
                (operand.size() < Self::MAX_SIZE).then(|| Rc::new(Cond::Not(operand)))
            }
        }
    }

    /// Whether both hold; `None` if it grows too large.
    pub fn and(left: Rc<Cond>, right: Rc<Cond>) -> Option<Rc<Cond>> {
        match (&*left, &*right) {
            (Cond::Const(true), _) => Some(right),
            (_, Cond::Const(true)) => Some(left),
            _ => (left.size() + right.size() < Self::MAX_SIZE).then(|| Rc::new(Cond::And(left, right))),
        }
    }

    /// Whether `left <= right`; `None` if the numbers are too large.
    pub fn at_most(left: &Linear, right: &Linear) -> Option<Rc<Cond>> {
        Some(Rc::new(Cond::NonNegative(right.minus(left)?)))
    }

    /// Whether `lowest <= value <= highest`; `None` if the numbers are too large.
    pub fn between(lowest: &Linear, value: &Linear, highest: &Linear) -> Option<Rc<Cond>> {
        Cond::and(Cond::at_most(lowest, value)?, Cond::at_most(value, highest)?)
    }
}

impl Facts {
    /// Whether a condition surely holds, or surely does not.
    pub fn decide(&self, cond: &Cond) -> Option<bool> {
        match cond {
            Cond::Const(value) => Some(*value),
            Cond::NonNegative(sum) => {
                if self.proves(sum) {
                    Some(true)
                } else {
                    self.proves(&negated(sum)?).then_some(false)
                }
            }
            Cond::Not(operand) => self.decide(operand).map(|value| !value),
            Cond::And(left, right) => match (self.decide(left), self.decide(right)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
        }
    }

    /// Notes that a condition has a value.
    pub fn learn(&mut self, cond: &Cond, value: bool) {
        match (cond, value) {
            (Cond::Const(_), _) => {}
            (Cond::NonNegative(sum), true) => self.assume(sum.clone()),
            (Cond::NonNegative(sum), false) => {
                if let Some(sum) = negated(sum) {
                    self.assume(sum);
                }
            }
            (Cond::Not(operand), value) => self.learn(operand, !value),
            (Cond::And(left, right), true) => {
                self.learn(left, true);
                self.learn(right, true);
            }
            // One of the two fails; if it is known which does not, it is the other.
            (Cond::And(left, right), false) => match (self.decide(left), self.decide(right)) {
                (Some(true), _) => self.learn(right, false),
                (_, Some(true)) => self.learn(left, false),
                _ => {}
            },
        }
    }
}

/// The sum that is at least 0 where this one is not: `-1 - sum`.
fn negated(sum: &Linear) -> Option<Linear> {
    sum.times(-1).map(|negative| negative.offset(-1))
}
