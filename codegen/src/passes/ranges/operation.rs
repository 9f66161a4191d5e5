//! What is known of the results of integer operations.

use super::facts::Facts;
use super::linear::Linear;
use crate::ir::{BinaryOp, Scalar};
use crate::passes::simplify;

/// The smallest and the largest value.
pub type Range = (i128, i128);

/// The result of an operation as a sum that is equal to it where it lies in the operation's type;
/// `None` if there is none.
pub fn sum(op: BinaryOp, left: &Linear, right: &Linear) -> Option<Linear> {
    match op {
        BinaryOp::Add => left.plus(1, right),
        BinaryOp::Sub => left.minus(right),
        BinaryOp::Mul => match (left.as_constant(), right.as_constant()) {
            (_, Some(factor)) => left.times(factor),
            (Some(factor), _) => right.times(factor),
            _ => None,
        },
        // Counts of the width and beyond give 0; so is the only such multiple in the type.
        BinaryOp::Shl => match right.as_constant() {
            Some(count @ 0..=31) => left.times(1 << count),
            _ => None,
        },
        BinaryOp::Div | BinaryOp::Rem | BinaryOp::And | BinaryOp::Or | BinaryOp::Xor | BinaryOp::Shr => None,
        BinaryOp::AddFree | BinaryOp::MulFree => None,
    }
}

/// The range of a product.
pub fn product(left: Range, right: Range) -> Range {
    let ends = [(left.0, right.0), (left.0, right.1), (left.1, right.0), (left.1, right.1)];
    let products = ends.map(|(left, right)| left.saturating_mul(right));
    (products.into_iter().fold(i128::MAX, i128::min), products.into_iter().fold(i128::MIN, i128::max))
}

/// The range of an operation's result, from its operands'.
pub fn range(op: BinaryOp, scalar: Scalar, left: Range, right: Range) -> Range {
    let all = simplify::range(scalar);
    let non_negative = left.0 >= 0 && right.0 >= 0;
    let result = match op {
        BinaryOp::Mul => product(left, right),
        BinaryOp::Div if right.0 >= 1 => {
            (toward_zero(left.0, right, false), toward_zero(left.1, right, true))
        }
        // By 0 it is 0.
        BinaryOp::Div if non_negative => (0, left.1),
        BinaryOp::Rem => remainder(left, right),
        BinaryOp::And if left.0 >= 0 => (0, if right.0 >= 0 { left.1.min(right.1) } else { left.1 }),
        BinaryOp::And if right.0 >= 0 => (0, right.1),
        BinaryOp::Or | BinaryOp::Xor if non_negative => (0, all_ones(left.1 | right.1)),
        // A right shift goes towards 0, of a negative number towards -1.
        BinaryOp::Shr => (left.0.min(0), left.1.max(0)),
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Shl => all,
        BinaryOp::Div | BinaryOp::And | BinaryOp::Or | BinaryOp::Xor => all,
        BinaryOp::AddFree | BinaryOp::MulFree => all,
    };
    // What may not fit wraps.
    if result.0 < all.0 || result.1 > all.1 { all } else { result }
}

/// The smallest or the largest quotient of a number by one of some positive numbers.
fn toward_zero(left: i128, right: Range, largest: bool) -> i128 {
    if (left > 0) == largest { left / right.0 } else { left / right.1 }
}

/// A remainder has the left operand's sign, is at most as large, and smaller than the right
/// operand; by 0 it is 0.
fn remainder(left: Range, right: Range) -> Range {
    let most = (right.0.abs().max(right.1.abs()) - 1).max(0);
    ((-most).max(left.0).min(0), most.min(left.1).max(0))
}

/// The smallest number `2ⁿ - 1` that is at least as large.
fn all_ones(value: i128) -> i128 {
    match value {
        0 => 0,
        _ => i128::MAX >> (value.leading_zeros() - 1),
    }
}

/// Notes how the result of an operation relates to its operands, as far as they are known here.
pub fn relate(facts: &mut Facts, op: BinaryOp, [left, right]: [&Linear; 2], result: &Linear) {
    if matches!(op, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Shl) {
        return;
    }
    let left_is_natural = facts.proves(left);
    match op {
        BinaryOp::Div => {
            if let Some(divisor @ 1..) = right.as_constant() {
                quotient(facts, left, divisor, result, !left_is_natural);
            }
            if left_is_natural && facts.proves(right) {
                facts.assume(result.clone());
                at_most(facts, result, left);
            }
        }
        // An arithmetic shift is a division that rounds down.
        BinaryOp::Shr => {
            if let Some(count @ 0..=31) = right.as_constant() {
                quotient(facts, left, 1 << count, result, false);
            }
            if left_is_natural {
                facts.assume(result.clone());
                at_most(facts, result, left);
            }
        }
        BinaryOp::Rem => {
            if left_is_natural {
                facts.assume(result.clone());
                at_most(facts, result, left);
            }
            if facts.proves(&right.clone().offset(-1)) {
                below(facts, result, right);
                if let Some(sum) = right.plus(1, result) {
                    facts.assume(sum.offset(-1));
                }
            }
        }
        BinaryOp::And => {
            let right_is_natural = facts.proves(right);
            for (operand, is_natural) in [(left, left_is_natural), (right, right_is_natural)] {
                if is_natural {
                    facts.assume(result.clone());
                    at_most(facts, result, operand);
                }
            }
        }
        BinaryOp::Or | BinaryOp::Xor => {
            if left_is_natural && facts.proves(right) {
                facts.assume(result.clone());
            }
        }
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Shl => {}
        BinaryOp::AddFree | BinaryOp::MulFree => {}
    }
}

/// `divisor · result` is `left` but for less than one divisor: from below, or from above too where
/// the rounding goes towards zero and `left` may be negative.
fn quotient(facts: &mut Facts, left: &Linear, divisor: i128, result: &Linear, rounds_up: bool) {
    if let Some(rest) = left.plus(-divisor, result) {
        facts.assume(rest.clone().offset(if rounds_up { divisor - 1 } else { 0 }));
        if let Some(opposite) = rest.times(-1) {
            facts.assume(opposite.offset(divisor - 1));
        }
    }
}

fn at_most(facts: &mut Facts, small: &Linear, large: &Linear) {
    if let Some(fact) = large.minus(small) {
        facts.assume(fact);
    }
}

fn below(facts: &mut Facts, small: &Linear, large: &Linear) {
    if let Some(fact) = large.minus(small) {
        facts.assume(fact.offset(-1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Const;
    use crate::passes::ranges::linear::Linear;

    const OPS: [BinaryOp; 10] = [
        BinaryOp::Add,
        BinaryOp::Sub,
        BinaryOp::Mul,
        BinaryOp::Div,
        BinaryOp::Rem,
        BinaryOp::And,
        BinaryOp::Or,
        BinaryOp::Xor,
        BinaryOp::Shl,
        BinaryOp::Shr,
    ];

    fn computed(op: BinaryOp, scalar: Scalar, left: i128, right: i128) -> i128 {
        match simplify::binary(op, Const::Int(scalar, left), Const::Int(scalar, right)) {
            Some(Const::Int(_, value)) => value,
            other => panic!("{other:?}"),
        }
    }

    /// Calls `test` with all pairs of ranges whose ends are among the telling ones.
    fn for_ranges(scalar: Scalar, mut test: impl FnMut(Range, Range)) {
        let (lowest, highest) = simplify::range(scalar);
        let ends = [lowest, -9, -1, 0, 1, 8, highest];
        let ends: Vec<i128> = ends.into_iter().filter(|end| (lowest..=highest).contains(end)).collect();
        let ranges: Vec<Range> = ends
            .iter()
            .flat_map(|low| ends.iter().map(|high| (*low, *high)))
            .filter(|(low, high)| low <= high)
            .collect();
        for left in &ranges {
            for right in &ranges {
                test(*left, *right);
            }
        }
    }

    /// The ends of a range and what is near them.
    fn samples((low, high): Range) -> impl Iterator<Item = i128> {
        (low..=high).filter(move |value| *value < low + 3 || *value > high - 3 || (-10..10).contains(value))
    }

    #[test]
    fn results_lie_in_their_range() {
        for scalar in [Scalar::I8, Scalar::U8] {
            for_ranges(scalar, |left, right| {
                for op in OPS {
                    let (low, high) = range(op, scalar, left, right);
                    for x in samples(left) {
                        for y in samples(right) {
                            let value = computed(op, scalar, x, y);
                            assert!(
                                low <= value && value <= high,
                                "{op:?} {scalar} {x} {y}: {value} in {low}..={high}"
                            );
                        }
                    }
                }
            });
        }
    }

    #[test]
    fn what_is_noted_of_a_result_holds() {
        for scalar in [Scalar::I8, Scalar::U8] {
            for_ranges(scalar, |left, right| {
                for op in OPS {
                    check_relations(op, scalar, left, right);
                }
            });
        }
    }

    /// Relates a symbolic result to symbolic operands (to a constant if the range is one number),
    /// and evaluates every fact on numbers.
    fn check_relations(op: BinaryOp, scalar: Scalar, left: Range, right: Range) {
        let mut facts = Facts::default();
        let mut operand = |range: Range| match range.0 == range.1 {
            true => Linear::constant(range.0),
            false => Linear::symbol(facts.symbol(range)),
        };
        let operands = [operand(left), operand(right)];
        let result = Linear::symbol(facts.symbol(range(op, scalar, left, right)));
        relate(&mut facts, op, [&operands[0], &operands[1]], &result);
        for x in samples(left) {
            for y in samples(right) {
                let value = computed(op, scalar, x, y);
                let number = |symbol| match Linear::symbol(symbol) {
                    symbol if symbol == result => value,
                    symbol if symbol == operands[0] => x,
                    _ => y,
                };
                for fact in facts.known() {
                    let sum: i128 = fact.terms.iter().map(|(symbol, factor)| factor * number(*symbol)).sum();
                    assert!(sum + fact.constant >= 0, "{op:?} {scalar} {x} {y}: {value} and {fact:?}");
                }
                if let Some(sum) = sum(op, &operands[0], &operands[1]) {
                    let sum: i128 =
                        sum.constant + sum.terms.iter().map(|(s, f)| f * number(*s)).sum::<i128>();
                    let (lowest, highest) = simplify::range(scalar);
                    assert!(sum < lowest || sum > highest || sum == value, "{op:?} {scalar} {x} {y}");
                }
            }
        }
    }
}
