//! What is known of symbols: a range for each, for good, and inequalities between them, for as
//! long as control is where they were found.

use std::cell::Cell;

use super::linear::{Linear, Symbol};

/// The knowledge.
#[derive(Default)]
pub struct Facts {
    /// The smallest and the largest value of each symbol.
    ranges: Vec<(i128, i128)>,
    /// Sums that are at least 0, in the order in which they were found.
    facts: Vec<Linear>,
    /// For each symbol, the facts that mention it.
    mentions: Vec<Vec<usize>>,
    /// How many combinations of facts were tried so far.
    tried: Cell<usize>,
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
        if self.bounds(&fact).0 >= 0 || self.is_known(&fact) {
            return;
        }
        for (symbol, _) in &fact.terms {
            self.mentions[symbol.0 as usize].push(self.facts.len());
        }
        self.facts.push(fact);
    }

    /// Whether one of the latest facts says the same, or more.
    fn is_known(&self, fact: &Linear) -> bool {
        fact.terms.first().is_some_and(|(symbol, _)| {
            self.latest(*symbol).any(|known| known.terms == fact.terms && known.constant <= fact.constant)
        })
    }

    /// The latest facts that mention a symbol, the last one first.
    fn latest(&self, symbol: Symbol) -> impl Iterator<Item = &Linear> {
        /// How many are looked at: enough for the code of a function as people write it.
        const LATEST: usize = 12;
        self.mentions[symbol.0 as usize].iter().rev().take(LATEST).map(|fact| &self.facts[*fact])
    }

    /// The facts that hold now.
    #[cfg(test)]
    pub fn known(&self) -> &[Linear] {
        &self.facts
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
        const FUEL: usize = 64;
        /// How many are tried in a whole function: a long one is not worth more.
        const BUDGET: usize = 400_000;
        let fuel = FUEL.min(BUDGET.saturating_sub(self.tried.get()));
        let mut search = Search { facts: self, fuel, gone: Vec::new(), ended_early: false };
        // Short proofs first: most are.
        for depth in 0..=DEPTH {
            search.ended_early = false;
            if search.run(sum, depth) {
                return true;
            }
            if !search.ended_early {
                break;
            }
        }
        false
    }

    /// Sums that this one, where it has a symbol once, is known not to exceed: the latest few.
    pub fn ceilings(&self, sum: &Linear) -> impl Iterator<Item = Linear> {
        const MOST: usize = 4;
        let once = sum.terms.iter().filter(|(_, coefficient)| *coefficient == 1);
        let facts =
            once.flat_map(|(symbol, _)| self.latest(*symbol).filter(|fact| fact.coefficient(*symbol) == -1));
        facts.take(MOST).filter_map(|fact| sum.plus(1, fact))
    }
}

/// A search for a proof.
struct Search<'a> {
    facts: &'a Facts,
    /// How many combinations may still be tried.
    fuel: usize,
    /// The symbols that the facts chosen so far have cancelled: none comes back.
    gone: Vec<Symbol>,
    /// Whether something was left untried for want of depth.
    ended_early: bool,
}

impl Search<'_> {
    /// A sum is at least 0 if it is one by the ranges, or if it is a positive multiple of a fact
    /// plus a sum that is at least 0. Facts that cancel a symbol bring the search to an end.
    fn run(&mut self, sum: &Linear, depth: usize) -> bool {
        if self.facts.bounds(sum).0 >= 0 {
            return true;
        }
        if depth == 0 {
            self.ended_early |= !sum.terms.is_empty();
            return false;
        }
        for (symbol, coefficient) in sum.terms.iter().rev() {
            for fact in self.facts.latest(*symbol) {
                let other = fact.coefficient(*symbol);
                if (*coefficient > 0) != (other > 0) {
                    continue;
                }
                if self.fuel == 0 {
                    self.ended_early = false;
                    return false;
                }
                self.fuel -= 1;
                self.facts.tried.update(|tried| tried + 1);
                let Some(rest) = cancel(sum, *coefficient, fact, other) else { continue };
                if self.gone.iter().any(|symbol| rest.coefficient(*symbol) != 0) {
                    continue;
                }
                self.gone.push(*symbol);
                let proved = self.run(&rest, depth - 1);
                self.gone.pop();
                if proved {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(terms: &[(i128, &Linear)], constant: i128) -> Linear {
        let zero = Linear::constant(constant);
        terms.iter().fold(zero, |sum, (factor, term)| sum.plus(*factor, term).expect("it is small"))
    }

    #[test]
    fn facts_chain() {
        let mut facts = Facts::default();
        let [i, n, m] = [(); 3].map(|()| Linear::symbol(facts.symbol((-1000, 1000))));
        facts.assume(sum(&[(1, &n), (-1, &i)], -1)); // i < n
        let mark = facts.mark();
        facts.assume(sum(&[(1, &m), (-1, &n)], 0)); // n <= m
        let inside = sum(&[(1, &m), (-1, &i)], -1);
        assert!(facts.proves(&inside), "i < n <= m");
        assert!(!facts.proves(&sum(&[(1, &m), (-1, &i)], -2)), "i + 1 < m does not follow");
        facts.forget(mark);
        assert!(!facts.proves(&inside), "n <= m is forgotten");
    }

    #[test]
    fn halves_are_rounded() {
        let mut facts = Facts::default();
        let [lo, hi, mid] = [(); 3].map(|()| Linear::symbol(facts.symbol((0, 1000))));
        facts.assume(sum(&[(1, &hi), (-1, &lo)], -1)); // lo < hi
        facts.assume(sum(&[(1, &lo), (1, &hi), (-2, &mid)], 0)); // 2 mid <= lo + hi
        assert!(facts.proves(&sum(&[(1, &hi), (-1, &mid)], -1)), "mid < hi");
        assert!(!facts.proves(&sum(&[(1, &hi), (-1, &mid)], -2)));
    }
}
