//! Polynomials with integer coefficients over what a loop does not change, and its counters: enough to
//! say where indices lie.

use std::collections::BTreeMap;

use crate::typed::WebId;

/// What a polynomial is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Symbol {
    /// An integer variable.
    Web(WebId),
    /// An extent of an array.
    Extent(WebId, usize),
}

/// For each product of symbols, sorted, its coefficient, which is not 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Polynomial(BTreeMap<Vec<Symbol>, i128>);

/// Larger ones are not looked at.
const MAX_TERMS: usize = 64;

/// Larger coefficients are not looked at, so that sums of them do not overflow.
const MAX_COEFFICIENT: i128 = 1 << 60;

impl Polynomial {
    pub(super) fn constant(value: i128) -> Self {
        Self::default().with(Vec::new(), value)
    }

    pub(super) fn symbol(symbol: Symbol) -> Self {
        Self::default().with(vec![symbol], 1)
    }

    fn with(mut self, product: Vec<Symbol>, coefficient: i128) -> Self {
        let entry = self.0.entry(product).or_default();
        *entry += coefficient;
        self.0.retain(|_, coefficient| *coefficient != 0);
        self
    }

    /// None if it grows too large.
    fn checked(self) -> Option<Self> {
        let fits = |coefficient: &i128| (-MAX_COEFFICIENT..=MAX_COEFFICIENT).contains(coefficient);
        (self.0.len() <= MAX_TERMS && self.0.values().all(fits)).then_some(self)
    }

    pub(super) fn plus(&self, other: &Self) -> Option<Self> {
        let terms = other.0.iter();
        terms.fold(self.clone(), |sum, (product, by)| sum.with(product.clone(), *by)).checked()
    }

    pub(super) fn times(&self, other: &Self) -> Option<Self> {
        let mut result = Self::default();
        for (left, by_left) in &self.0 {
            for (right, by_right) in &other.0 {
                let mut product = [left.as_slice(), right].concat();
                product.sort();
                result = result.with(product, by_left * by_right);
            }
        }
        result.checked()
    }

    pub(super) fn minus(&self, other: &Self) -> Option<Self> {
        self.plus(&other.times(&Self::constant(-1))?)
    }

    /// The value, if it is a constant.
    pub(super) fn value(&self) -> Option<i128> {
        match self.0.len() {
            0 => Some(0),
            1 => self.0.get(&Vec::new()).copied(),
            _ => None,
        }
    }

    /// The factor of a symbol and the rest, if the symbol is nowhere squared.
    pub(super) fn split(&self, symbol: Symbol) -> Option<(Self, Self)> {
        let (mut factor, mut rest) = (Self::default(), Self::default());
        for (product, coefficient) in &self.0 {
            match product.iter().filter(|other| **other == symbol).count() {
                0 => rest = rest.with(product.clone(), *coefficient),
                1 => {
                    let others = product.iter().filter(|other| **other != symbol).copied().collect();
                    factor = factor.with(others, *coefficient);
                }
                _ => return None,
            }
        }
        Some((factor, rest))
    }

    /// The products and their coefficients.
    pub(super) fn terms(&self) -> impl Iterator<Item = (&[Symbol], i128)> {
        self.0.iter().map(|(product, coefficient)| (product.as_slice(), *coefficient))
    }

    /// The symbols in it, with repetitions.
    pub(super) fn symbols(&self) -> impl Iterator<Item = Symbol> {
        self.0.keys().flatten().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn x() -> Polynomial {
        Polynomial::symbol(Symbol::Web(WebId(0)))
    }

    fn y() -> Polynomial {
        Polynomial::symbol(Symbol::Extent(WebId(1), 0))
    }

    #[test]
    fn terms_that_cancel_vanish() {
        let one = Polynomial::constant(1);
        let sum = x().plus(&one).and_then(|sum| sum.times(&y())).unwrap();
        let rest = sum.minus(&y().times(&x()).unwrap()).unwrap();
        assert_eq!(rest, y());
        assert_eq!(rest.minus(&y()).unwrap().value(), Some(0));
        assert_eq!(Polynomial::constant(-7).value(), Some(-7));
        assert_eq!(x().value(), None);
    }

    #[test]
    fn a_symbol_is_split_off_where_it_is_linear() {
        let sum = x().times(&y()).and_then(|product| product.plus(&Polynomial::constant(3))).unwrap();
        assert_eq!(sum.split(Symbol::Web(WebId(0))), Some((y(), Polynomial::constant(3))));
        assert_eq!(x().times(&x()).unwrap().split(Symbol::Web(WebId(0))), None);
    }

    #[test]
    fn what_is_too_large_is_given_up() {
        let large = Polynomial::constant(MAX_COEFFICIENT);
        assert_eq!(large.plus(&large), None);
        assert_eq!(large.times(&large), None);
    }
}
