//! Evaluates expressions to what is known of them, and simplifies what is decided.
//!
//! IR integers wrap, sums do not: an operation becomes a sum only where the sum surely lies in the
//! operation's type. Where it may not, the result is a symbol of its own. Equal operations on equal
//! operands share their symbol, because expressions are pure.

use std::collections::HashMap;
use std::rc::Rc;

use super::facts::Facts;
use super::linear::Linear;
use super::operation;
use super::value::{Cond, Value};
use crate::ir::{BinaryOp, CompareOp, Const, Conversion, Expr, Intrinsic, Scalar, UnaryOp};
use crate::passes::simplify::{self, range};

/// An operation whose result is a symbol.
#[derive(PartialEq, Eq, Hash)]
pub enum Opaque {
    Binary(BinaryOp, Scalar, Linear, Linear),
    Abs(Scalar, Linear),
    Wrap(Scalar, Linear),
    Dim(u32, usize),
}

/// The knowledge about one function at one point.
#[derive(Default)]
pub struct State {
    pub facts: Facts,
    /// The value of each local; anything where it was not assigned yet.
    pub locals: Vec<Value>,
    /// Whether the walk only looks ahead, and must not change the function.
    pub looks_ahead: bool,
    /// The rank of each view.
    pub ranks: Vec<usize>,
    opaque: HashMap<Opaque, Linear>,
}

impl State {
    /// An unknown integer of a type.
    pub fn unknown_int(&mut self, scalar: Scalar) -> Linear {
        Linear::symbol(self.facts.symbol(range(scalar)))
    }

    /// An unknown value of a scalar type.
    pub fn unknown(&mut self, scalar: Scalar) -> Value {
        match scalar {
            Scalar::Bool => Value::Bool(self.unknown_bool()),
            Scalar::F32 | Scalar::F64 => Value::Float,
            _ => Value::Int(scalar, self.unknown_int(scalar)),
        }
    }

    /// How many elements an array of this shape has at most, if that is known and not many.
    pub fn most_elements(&self, shape: &[Value]) -> Option<i64> {
        const MANY: i64 = 1 << 16;
        let most = shape.iter().try_fold(1i64, |product, extent| match extent {
            Value::Int(_, extent) => product.checked_mul(self.most(extent)?),
            Value::Bool(_) | Value::View(_) | Value::Float => None,
        });
        most.filter(|most| *most < MANY)
    }

    /// The largest value that a number may have, if that is known: from its range, or because a fact
    /// says that it is not above a small number.
    fn most(&self, value: &Linear) -> Option<i64> {
        const SMALL: i64 = 16;
        let is_most = |most: &i64| {
            Linear::constant((*most).into()).minus(value).is_some_and(|fact| self.facts.proves(&fact))
        };
        match is_most(&SMALL) {
            true => (0..=SMALL).find(is_most),
            false => self.facts.bounds(value).1.try_into().ok(),
        }
    }

    /// An unknown bool: whether a symbol, 0 or 1, is 1.
    fn unknown_bool(&mut self) -> Rc<Cond> {
        let symbol = Linear::symbol(self.facts.symbol((0, 1)));
        Rc::new(Cond::NonNegative(symbol.offset(-1)))
    }

    fn bool_or_unknown(&mut self, cond: Option<Rc<Cond>>) -> Value {
        Value::Bool(cond.unwrap_or_else(|| self.unknown_bool()))
    }

    /// The value of an expression. Parts of it that are decided become constants, selects the
    /// operand that they choose.
    pub fn value(&mut self, expr: &mut Expr) -> Value {
        let value = match expr {
            Expr::Const(value) => return constant(*value),
            Expr::Local(local) => self.locals[local.0 as usize].clone(),
            Expr::Unary { op, operand } => {
                let operand = self.value(operand);
                self.unary(*op, operand)
            }
            Expr::Binary { op, left, right } => {
                let (left, right) = (self.value(left), self.value(right));
                self.binary(*op, left, right)
            }
            Expr::Compare { op, left, right } => {
                let cond = match self.signs_differ(*op, left, right) {
                    Some(cond) => Some(cond),
                    None => compare(*op, &self.value(left), &self.value(right)),
                };
                self.bool_or_unknown(cond)
            }
            Expr::Select { .. } => return self.select(expr),
            Expr::Convert { to, how, value } => {
                let value = self.value(value);
                self.convert(*to, *how, value)
            }
            Expr::Intrinsic { op, args } => {
                let args: Vec<Value> = args.iter_mut().map(|arg| self.value(arg)).collect();
                self.intrinsic(*op, &args)
            }
            Expr::Splat { .. } | Expr::LaneNumbers { .. } | Expr::Unowned => return Value::Float,
            Expr::AnyLane { .. } => self.unknown(Scalar::Bool),
            Expr::Lane { .. } => return Value::Float,
            Expr::Dim { view, axis } => Value::Int(Scalar::I64, self.extent(*view, *axis)),
            Expr::Stride { .. } | Expr::Address { .. } => self.unknown(Scalar::I64),
            Expr::Overlap { .. } => self.unknown(Scalar::Bool),
            Expr::SubView { view, axes } => return self.part(*view, axes),
            Expr::Transpose { view } => return self.transposed(*view),
            Expr::OfLayout { view, .. } => return self.locals[view.0 as usize].clone(),
            Expr::Strided { offset, extents, strides, .. } => {
                self.value(offset);
                let extents: Vec<Value> = extents.iter_mut().map(|extent| self.value(extent)).collect();
                strides.iter_mut().for_each(|stride| drop(self.value(stride)));
                return self.view_of(extents);
            }
            Expr::Empty(view) => return self.unknown_view(view.rank),
            Expr::Table { table, .. } => return self.view_of_extents(&table.shape),
            Expr::InBounds { index, extent } => {
                let (index, extent) = (self.value(index), self.value(extent));
                let cond = in_bounds(&index, &extent);
                self.bool_or_unknown(cond)
            }
        };
        self.settle(expr, value)
    }

    /// `(x ^ y) < 0` asks whether the signs of two numbers differ: if one is known not to be
    /// negative, whether the other is.
    fn signs_differ(&mut self, op: CompareOp, left: &mut Expr, right: &Expr) -> Option<Rc<Cond>> {
        let (CompareOp::Lt, Expr::Binary { op: BinaryOp::Xor, left, right: other }) = (op, left) else {
            return None;
        };
        let Expr::Const(Const::Int(_, 0)) = right else { return None };
        let (Value::Int(_, left), Value::Int(_, other)) = (self.value(left), self.value(other)) else {
            return None;
        };
        let natural = |value: &Linear| self.facts.proves(value);
        let unknown = if natural(&other) { left } else { natural(&left).then_some(other)? };
        Cond::not(Rc::new(Cond::NonNegative(unknown)))
    }

    /// Whether both hold. Of two of which one implies the other it is the stronger one: so more is
    /// known where it does not hold.
    fn and(&mut self, left: Rc<Cond>, right: Rc<Cond>) -> Option<Rc<Cond>> {
        for (strong, weak) in [(&left, &right), (&right, &left)] {
            let mark = self.facts.mark();
            self.facts.learn(strong, true);
            let implied = self.facts.decide(weak) == Some(true);
            self.facts.forget(mark);
            if implied {
                return Some(strong.clone());
            }
        }
        Cond::and(left, right)
    }

    /// Whether one holds.
    fn or(&mut self, left: Rc<Cond>, right: Rc<Cond>) -> Option<Rc<Cond>> {
        let neither = self.and(Cond::not(left)?, Cond::not(right)?)?;
        Cond::not(neither)
    }

    /// Puts a constant in the place of a bool that is decided.
    fn settle(&mut self, expr: &mut Expr, value: Value) -> Value {
        if let Value::Bool(cond) = &value
            && let Some(decided) = self.facts.decide(cond)
        {
            if !self.looks_ahead {
                *expr = Expr::Const(Const::Bool(decided));
            }
            return Value::Bool(Rc::new(Cond::Const(decided)));
        }
        value
    }

    /// Notes the result of an operation that is not an opaque one after all.
    pub fn know(&mut self, operation: Opaque, result: Linear) {
        self.opaque.insert(operation, result);
    }

    /// The symbol of an operation on operands of which only its range is known.
    pub fn opaque(&mut self, operation: Opaque, range: (i128, i128)) -> Linear {
        let facts = &mut self.facts;
        self.opaque.entry(operation).or_insert_with(|| Linear::symbol(facts.symbol(range))).clone()
    }

    /// Whether a sum surely lies in a type, so that an operation that gives it modulo the width
    /// gives the sum itself.
    fn is_exact(&self, scalar: Scalar, sum: &Linear) -> bool {
        let (lowest, highest) = range(scalar);
        let (low, high) = self.facts.bounds(sum);
        let above = || sum.clone().offset(-lowest);
        let below = || sum.times(-1).map(|negative| negative.offset(highest));
        (low >= lowest || self.facts.proves(&above()))
            && (high <= highest || below().is_some_and(|below| self.facts.proves(&below)))
    }

    /// The range of a value of a type.
    fn bounds(&self, scalar: Scalar, value: &Linear) -> operation::Range {
        let ((low, high), (lowest, highest)) = (self.facts.bounds(value), range(scalar));
        (low.max(lowest), high.min(highest))
    }

    fn unary(&mut self, op: UnaryOp, operand: Value) -> Value {
        match (op, operand) {
            (UnaryOp::Not, Value::Bool(cond)) => self.bool_or_unknown(Cond::not(cond)),
            (UnaryOp::Neg, Value::Int(scalar, operand)) => self.binary(
                BinaryOp::Sub,
                Value::Int(scalar, Linear::constant(0)),
                Value::Int(scalar, operand),
            ),
            // Flipping every bit is `-1 - x`, modulo the width.
            (UnaryOp::Not, Value::Int(scalar, operand)) => {
                let ones = if scalar.is_signed() { -1 } else { range(scalar).1 };
                self.binary(
                    BinaryOp::Sub,
                    Value::Int(scalar, Linear::constant(ones)),
                    Value::Int(scalar, operand),
                )
            }
            (UnaryOp::Abs, Value::Int(scalar, operand)) => Value::Int(scalar, self.abs(scalar, operand)),
            (UnaryOp::Neg | UnaryOp::Abs, other) | (UnaryOp::Not, other) => other,
        }
    }

    fn abs(&mut self, scalar: Scalar, operand: Linear) -> Linear {
        if self.facts.proves(&operand) {
            return operand;
        }
        // The absolute value of the smallest number is itself.
        let (low, high) = self.bounds(scalar, &operand);
        let all = range(scalar);
        let result = if low > all.0 { (0, high.max(-low)) } else { all };
        self.opaque(Opaque::Abs(scalar, operand), result)
    }

    fn binary(&mut self, op: BinaryOp, left: Value, right: Value) -> Value {
        match (op, left, right) {
            (op, Value::Int(scalar, left), Value::Int(_, right)) => {
                Value::Int(scalar, self.binary_int(op, scalar, left, right))
            }
            (BinaryOp::And, Value::Bool(left), Value::Bool(right)) => {
                let cond = self.and(left, right);
                self.bool_or_unknown(cond)
            }
            (BinaryOp::Or, Value::Bool(left), Value::Bool(right)) => {
                let cond = self.or(left, right);
                self.bool_or_unknown(cond)
            }
            (_, Value::Bool(_), _) => Value::Bool(self.unknown_bool()),
            (_, other, _) => other,
        }
    }

    fn binary_int(&mut self, op: BinaryOp, scalar: Scalar, left: Linear, right: Linear) -> Linear {
        if let Some(sum) = operation::sum(op, &left, &right)
            && self.is_exact(scalar, &sum)
        {
            return sum;
        }
        if let (Some(left), Some(right)) = (left.as_constant(), right.as_constant())
            && let Some(Const::Int(_, value)) =
                simplify::binary(op, Const::Int(scalar, left), Const::Int(scalar, right))
        {
            return Linear::constant(value);
        }
        let range = operation::range(op, scalar, self.bounds(scalar, &left), self.bounds(scalar, &right));
        let result = self.opaque(Opaque::Binary(op, scalar, left.clone(), right.clone()), range);
        operation::relate(&mut self.facts, op, [&left, &right], &result);
        result
    }

    fn select(&mut self, expr: &mut Expr) -> Value {
        let Expr::Select { cond, then, otherwise } = expr else {
            unreachable!("bug in pykernel: not a select")
        };
        let Value::Bool(condition) = self.value(cond) else {
            unreachable!("bug in pykernel: a condition is not a bool")
        };
        if let Cond::Const(decided) = *condition {
            let chosen = if decided { then } else { otherwise };
            let value = self.value(chosen);
            if !self.looks_ahead {
                *expr = std::mem::replace(&mut **chosen, Expr::Const(Const::Bool(false)));
            }
            return value;
        }
        // Each side matters only where the condition chooses it.
        let mark = self.facts.mark();
        self.facts.learn(&condition, true);
        let then = self.value(then);
        self.facts.forget(mark);
        self.facts.learn(&condition, false);
        let otherwise = self.value(otherwise);
        self.facts.forget(mark);
        self.choice(&condition, [then, otherwise])
    }

    /// One of two values: the first where a condition holds.
    fn choice(&mut self, cond: &Cond, [then, otherwise]: [Value; 2]) -> Value {
        let mut ceilings = self.ceilings(&then);
        ceilings.append(&mut self.ceilings(&otherwise));
        let mark = self.facts.mark();
        self.facts.learn(cond, false);
        let right = self.compared(&otherwise, &then);
        ceilings.retain(|ceiling| self.compared(&otherwise, ceiling).at_most);
        self.facts.forget(mark);
        self.facts.learn(cond, true);
        let left = self.compared(&then, &otherwise);
        ceilings.retain(|ceiling| self.compared(&then, ceiling).at_most);
        self.facts.forget(mark);
        let value = self.join([then, otherwise], [left, right]);
        for ceiling in ceilings {
            if let (Value::Int(_, value), Value::Int(_, ceiling)) = (&value, ceiling)
                && let Some(fact) = ceiling.minus(value)
            {
                self.facts.assume(fact);
            }
        }
        value
    }

    /// Sums that a value is known not to exceed.
    fn ceilings(&self, value: &Value) -> Vec<Value> {
        match value {
            Value::Int(scalar, value) => {
                self.facts.ceilings(value).map(|ceiling| Value::Int(*scalar, ceiling)).collect()
            }
            Value::Bool(_) | Value::View(_) | Value::Float => Vec::new(),
        }
    }

    /// How the first value compares to the second, where control is now.
    pub fn compared(&self, first: &Value, second: &Value) -> Compared {
        let (Value::Int(_, first), Value::Int(_, second)) = (first, second) else {
            return Compared::default();
        };
        let apart = first.minus(second);
        let opposite = second.minus(first);
        Compared {
            at_least: apart.is_some_and(|apart| self.facts.proves(&apart)),
            at_most: opposite.is_some_and(|opposite| self.facts.proves(&opposite)),
            non_negative: self.facts.proves(first),
        }
    }

    /// What is known of a value that is one of two, given how each compares to the other where it
    /// is chosen.
    pub fn join(&mut self, [left, right]: [Value; 2], [left_is, right_is]: [Compared; 2]) -> Value {
        match (left, right) {
            (left, right) if left == right => left,
            (Value::Int(scalar, left), Value::Int(_, right)) => {
                let bounds = [self.bounds(scalar, &left), self.bounds(scalar, &right)];
                let (low, high) = (bounds[0].0.min(bounds[1].0), bounds[0].1.max(bounds[1].1));
                let is_natural = left_is.non_negative && right_is.non_negative;
                let low = if is_natural { low.max(0) } else { low };
                let joined = Linear::symbol(self.facts.symbol((low, high)));
                let mut at_most = |holds: bool, small: &Linear, large: &Linear| {
                    if holds && let Some(fact) = large.minus(small) {
                        self.facts.assume(fact);
                    }
                };
                at_most(left_is.at_least, &right, &joined);
                at_most(left_is.at_most, &joined, &right);
                at_most(right_is.at_least, &left, &joined);
                at_most(right_is.at_most, &joined, &left);
                Value::Int(scalar, joined)
            }
            (Value::Bool(_), _) => Value::Bool(self.unknown_bool()),
            (Value::View(view), _) => self.unknown_view(self.ranks[view as usize]),
            (Value::Float, _) | (Value::Int(..), _) => Value::Float,
        }
    }

    fn convert(&mut self, to: Scalar, how: Conversion, value: Value) -> Value {
        match (how, value) {
            (Conversion::Wrap, Value::Int(_, value)) if to.is_int() => {
                if self.is_exact(to, &value) {
                    Value::Int(to, value)
                } else {
                    Value::Int(to, self.opaque(Opaque::Wrap(to, value), range(to)))
                }
            }
            (_, Value::Bool(_)) if to.is_int() => Value::Int(to, Linear::symbol(self.facts.symbol((0, 1)))),
            (
                Conversion::Round | Conversion::Wrap | Conversion::Saturate | Conversion::Bits,
                Value::Int(..) | Value::Bool(_) | Value::View(_) | Value::Float,
            ) => self.unknown(to),
        }
    }

    fn intrinsic(&mut self, op: Intrinsic, args: &[Value]) -> Value {
        let op = match op {
            Intrinsic::AddOverflows => BinaryOp::Add,
            Intrinsic::SubOverflows => BinaryOp::Sub,
            Intrinsic::MulOverflows => BinaryOp::Mul,
            Intrinsic::CountOnes | Intrinsic::LeadingZeros | Intrinsic::ReverseBits => {
                return self.of_bits(op, &args[0]);
            }
            Intrinsic::MultiplyHigh => return self.unknown(Scalar::U64),
            Intrinsic::StackExhausted => return Value::Bool(self.unknown_bool()),
            Intrinsic::Special(special) => {
                return Value::Int(Scalar::I64, Linear::symbol(self.facts.symbol(special.range())));
            }
            Intrinsic::Sqrt
            | Intrinsic::Floor
            | Intrinsic::Ceil
            | Intrinsic::Trunc
            | Intrinsic::RoundEven
            | Intrinsic::CopySign
            | Intrinsic::FusedMultiplyAdd
            | Intrinsic::MultiplyAdd
            | Intrinsic::ProductError => return Value::Float,
        };
        let cond = match args {
            [Value::Int(_, left), Value::Int(_, right)] => self.overflows(op, left, right),
            _ => None,
        };
        self.bool_or_unknown(cond)
    }

    /// A number of bits is no more than there are.
    fn of_bits(&mut self, op: Intrinsic, operand: &Value) -> Value {
        let Value::Int(scalar, _) = operand else { return Value::Float };
        match op {
            Intrinsic::ReverseBits => self.unknown(*scalar),
            _ => {
                let count = self.facts.symbol((0, i128::from(scalar.bits())));
                Value::Int(*scalar, Linear::symbol(count))
            }
        }
    }

    /// Whether an operation on two `I64` overflows.
    fn overflows(&self, op: BinaryOp, left: &Linear, right: &Linear) -> Option<Rc<Cond>> {
        let (lowest, highest) = range(Scalar::I64);
        match operation::sum(op, left, right) {
            Some(sum) => {
                let fits = Cond::between(&Linear::constant(lowest), &sum, &Linear::constant(highest));
                Cond::not(fits?)
            }
            // A product of two unknowns: only their ranges tell.
            None => {
                let (low, high) = operation::product(self.facts.bounds(left), self.facts.bounds(right));
                (op == BinaryOp::Mul && low >= lowest && high <= highest).then(|| Rc::new(Cond::Const(false)))
            }
        }
    }
}

/// How one value compares to another.
#[derive(Clone, Copy, Default)]
pub struct Compared {
    at_least: bool,
    at_most: bool,
    /// Whether the first is at least 0.
    non_negative: bool,
}

impl Compared {
    /// Only how the first value compares to 0.
    pub fn to_zero(self) -> Compared {
        Compared { non_negative: self.non_negative, ..Compared::default() }
    }
}

fn constant(value: Const) -> Value {
    match value {
        Const::Bool(value) => Value::Bool(Rc::new(Cond::Const(value))),
        Const::Int(scalar, value) => Value::Int(scalar, Linear::constant(value)),
        Const::F32(_) | Const::F64(_) => Value::Float,
    }
}

fn compare(op: CompareOp, left: &Value, right: &Value) -> Option<Rc<Cond>> {
    let (Value::Int(_, left), Value::Int(_, right)) = (left, right) else { return None };
    match op {
        CompareOp::Le => Cond::at_most(left, right),
        CompareOp::Ge => Cond::at_most(right, left),
        CompareOp::Lt => Cond::not(Cond::at_most(right, left)?),
        CompareOp::Gt => Cond::not(Cond::at_most(left, right)?),
        CompareOp::Eq => Cond::between(left, right, left),
        CompareOp::Ne => Cond::not(Cond::between(left, right, left)?),
    }
}

fn in_bounds(index: &Value, extent: &Value) -> Option<Rc<Cond>> {
    let (Value::Int(_, index), Value::Int(_, extent)) = (index, extent) else { return None };
    Cond::between(&Linear::constant(0), index, &extent.clone().offset(-1))
}
