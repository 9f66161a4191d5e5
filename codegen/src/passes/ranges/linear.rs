//! Integers as sums: a constant plus multiples of symbols, over the mathematical integers.

/// A value that does not change: an extent, a parameter, what one execution of an assignment gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(pub u32);

/// `constant + Σ coefficient · symbol`. Its numbers are small enough (see [`Linear::plus`]) that
/// evaluating it on symbols of 64 bits fits 128 bits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Linear {
    pub constant: i128,
    /// Sorted by symbol; no coefficient is 0.
    pub terms: Vec<(Symbol, i128)>,
}

impl Linear {
    /// The most symbols, and the largest coefficient and constant, that a sum may have.
    const MAX_TERMS: usize = 8;
    const MAX_COEFFICIENT: i128 = 1 << 32;
    const MAX_CONSTANT: i128 = 1 << 70;

    pub fn constant(constant: i128) -> Linear {
        Linear { constant, terms: Vec::new() }
    }

    pub fn symbol(symbol: Symbol) -> Linear {
        Linear { constant: 0, terms: vec![(symbol, 1)] }
    }

    /// The value, if it has no symbols.
    pub fn as_constant(&self) -> Option<i128> {
        self.terms.is_empty().then_some(self.constant)
    }

    /// The sum with a constant. Those of our own are tiny.
    pub fn offset(mut self, constant: i128) -> Linear {
        self.constant += constant;
        self
    }

    /// `self + factor · other`; `None` if its numbers grow too large.
    pub fn plus(&self, factor: i128, other: &Linear) -> Option<Linear> {
        let constant = self.constant.checked_add(factor.checked_mul(other.constant)?)?;
        let mut terms = Vec::with_capacity(self.terms.len() + other.terms.len());
        let (mut left, mut right) = (self.terms.as_slice(), other.terms.as_slice());
        loop {
            let (symbol, coefficient) = match (left, right) {
                ([(a, x), rest @ ..], _) if right.first().is_none_or(|(b, _)| a < b) => {
                    left = rest;
                    (*a, *x)
                }
                (_, [(b, y), rest @ ..]) if left.first().is_none_or(|(a, _)| b < a) => {
                    right = rest;
                    (*b, factor.checked_mul(*y)?)
                }
                ([(a, x), rest_left @ ..], [(_, y), rest_right @ ..]) => {
                    (left, right) = (rest_left, rest_right);
                    (*a, x.checked_add(factor.checked_mul(*y)?)?)
                }
                _ => break,
            };
            if coefficient != 0 {
                terms.push((symbol, coefficient));
            }
        }
        let small = constant.abs() <= Self::MAX_CONSTANT
            && terms.len() <= Self::MAX_TERMS
            && terms.iter().all(|(_, coefficient)| coefficient.abs() <= Self::MAX_COEFFICIENT);
        small.then_some(Linear { constant, terms })
    }

    /// `factor · self`, if its numbers stay small.
    pub fn times(&self, factor: i128) -> Option<Linear> {
        Linear::constant(0).plus(factor, self)
    }

    /// `self - other`, if its numbers stay small.
    pub fn minus(&self, other: &Linear) -> Option<Linear> {
        self.plus(-1, other)
    }

    /// The coefficient of a symbol.
    pub fn coefficient(&self, symbol: Symbol) -> i128 {
        self.terms.binary_search_by_key(&symbol, |(symbol, _)| *symbol).map_or(0, |at| self.terms[at].1)
    }
}
