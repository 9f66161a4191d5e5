//! What is known of symbols: a range for each, for good, and inequalities between them, for as
//! long as control is where they were found.

use super::linear::{Linear, Symbol};

/// How many of a symbol's facts are tried, the latest first.
const LATEST: usize = 12;

/// The knowledge.
#[derive(Default)]
pub struct Facts {
    /// The smallest and the largest value of each symbol.
    ranges: Vec<(i128, i128)>,
    /// Sums that are at least 0, in the order in which they were found.
    facts: Vec<Linear>,
    /// For each symbol, the facts that mention it.
    mentions: Vec<Vec<usize>>,
}

impl Facts {
    /// A new symbol.
    pub fn symbol(&mut self, range: (i128, i128)) -> Symbol {
        self.ranges.push(range);
        self.mentions.push(Vec::new());
        Symbol(self.ranges.len() as u32 - 1)
    }

    /// How many facts are known, for [`Facts::forget`].
    pub fn mark(&self) -> usize {
        self.facts.len()
    }

    /// Forgets what was found since a mark.
    pub fn forget(&mut self, mark: usize) {
        for fact in self.facts.drain(mark..) {
            for (symbol, _) in fact.terms {
                self.mentions[symbol.0 as usize].pop();
            }
        }
    }

    /// Notes that a sum is at least 0.
    pub fn assume(&mut self, fact: Linear) {
        if self.bounds(&fact).0 >= 0 {
            return;
        }
        for (symbol, _) in &fact.terms {
            self.mentions[symbol.0 as usize].push(self.facts.len());
        }
        self.facts.push(fact);
    }

    /// The smallest and the largest value that the symbols' ranges allow.
    pub fn bounds(&self, sum: &Linear) -> (i128, i128) {
        let (mut lowest, mut highest) = (sum.constant, sum.constant);
        for (symbol, coefficient) in &sum.terms {
            let (low, high) = self.ranges[symbol.0 as usize];
            let (low, high) = if *coefficient > 0 { (low, high) } else { (high, low) };
            lowest += coefficient * low;
            highest += coefficient * high;
        }
        (lowest, highest)
    }

    /// Whether a sum is surely at least 0. `false` means that no proof was found.
    pub fn proves(&self, sum: &Linear) -> bool {
        /// How many facts one proof may add up.
        const DEPTH: usize = 5;
        /// How many combinations are tried, so that a question costs no more than a statement.
        const FUEL: usize = 96;
        // Short proofs first: most are.
        let mut fuel = FUEL;
        (0..=DEPTH).any(|depth| self.search(sum, depth, &mut fuel))
    }

    /// Sums that this one, where it has a symbol once, is known not to exceed: the latest few.
    pub fn ceilings(&self, sum: &Linear) -> impl Iterator<Item = Linear> {
        const MOST: usize = 4;
        let once = sum.terms.iter().filter(|(_, coefficient)| *coefficient == 1);
        let facts = once.flat_map(|(symbol, _)| {
            let latest = self.mentions[symbol.0 as usize].iter().rev().take(LATEST);
            let facts = latest.map(|fact| &self.facts[*fact]);
            facts.filter(|fact| fact.coefficient(*symbol) == -1)
        });
        facts.take(MOST).filter_map(|fact| sum.plus(1, fact))
    }

    /// A sum is at least 0 if it is one by the ranges, or if it is a positive multiple of a fact
    /// plus a sum that is at least 0. Facts that cancel a symbol bring the search to an end.
    fn search(&self, sum: &Linear, depth: usize, fuel: &mut usize) -> bool {
        if self.bounds(sum).0 >= 0 {
            return true;
        }
        if depth == 0 {
            return false;
        }
        for (symbol, coefficient) in sum.terms.iter().rev() {
            for fact in self.mentions[symbol.0 as usize].iter().rev().take(LATEST) {
                let fact = &self.facts[*fact];
                let other = fact.coefficient(*symbol);
                if (*coefficient > 0) != (other > 0) {
                    continue;
                }
                if *fuel == 0 {
                    return false;
                }
                *fuel -= 1;
                if cancel(sum, *coefficient, fact, other)
                    .is_some_and(|rest| self.search(&rest, depth - 1, fuel))
                {
                    return true;
                }
            }
        }
        false
    }
}

/// A sum without the symbol that two have in common, at least 0 only if the first is, given that
/// the second is.
///
/// With `c` and `d` the symbol's coefficients, `sum = (c / d) · fact + rest` where that is whole.
/// Otherwise `|d| · sum = |c| · fact + rest`; a whole number is at least 0 if it is above -1, so
/// it is enough that `rest > -|d|`.
fn cancel(sum: &Linear, coefficient: i128, fact: &Linear, other: i128) -> Option<Linear> {
    if coefficient % other == 0 {
        return sum.plus(-(coefficient / other), fact);
    }
    let rest = sum.times(other.abs())?.plus(-coefficient.abs(), fact)?;
    Some(rest.offset(other.abs() - 1))
}
