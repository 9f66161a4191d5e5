//! Prices of options, by Python kernels on CPUs and GPUs.
//!
//! `data/prices.csv` has the monthly price of a share of IBM from January 2000 to March 2010, in
//! dollars.

pub mod gpu;

use std::num::ParseFloatError;

use pykernel::Error;
use pykernel::ndarray::Array1;

pykernel::kernels!();

/// The yearly interest rate without risk.
pub const RISK_FREE: f64 = 0.02;

/// The yearly standard deviation of the logarithm of the price, from the data.
pub const VOLATILITY: f64 = 0.2906;

/// Options on a share.
#[derive(Debug)]
pub struct Options {
    /// The price of the share, in dollars.
    pub prices: Array1<f64>,
    /// For how much an option buys or sells it.
    pub strikes: Array1<f64>,
    /// In how many years.
    pub years: Array1<f64>,
}

impl Options {
    /// An option for each month: its strike is a multiple of five dollars below the price of the
    /// share, and it expires after a quarter of a year, half a year, and so on up to two years.
    ///
    /// # Errors
    /// If a price is not a number.
    pub fn read() -> Result<Options, ParseFloatError> {
        let rows = include_str!("../data/prices.csv").lines().skip(1).filter_map(|line| line.split_once(','));
        let prices = rows.map(|(_, price)| price.parse()).collect::<Result<Array1<f64>, _>>()?;
        let strikes = prices.mapv(|price: f64| (price / 5.0).floor() * 5.0);
        let years = Array1::from_shape_fn(prices.len(), |month| 0.25 * (month % 8 + 1) as f64);
        Ok(Options { prices, strikes, years })
    }

    /// So many options: these again and again, each time with strikes that are a bit lower.
    pub fn repeated(&self, n: usize) -> Options {
        let of = |array: &Array1<f64>| Array1::from_shape_fn(n, |at| array[at % array.len()]);
        let lower = |at: usize| 1.0 - 0.02 * (at / self.prices.len() % 8) as f64;
        let strikes = Array1::from_shape_fn(n, |at| self.strikes[at % self.strikes.len()] * lower(at));
        Options { prices: of(&self.prices), strikes, years: of(&self.years) }
    }

    /// What the options to buy and the options to sell are worth, in dollars: by a loop over the arrays.
    ///
    /// # Errors
    /// If the arrays have different lengths.
    pub fn values(&self) -> Result<[Array1<f64>; 2], Error> {
        let [mut calls, mut puts] = [(); 2].map(|()| Array1::zeros(self.prices.len()));
        let (prices, strikes, years) = (&self.prices, &self.strikes, &self.years);
        black_scholes::black_scholes(&mut calls, &mut puts, prices, strikes, years, RISK_FREE, VOLATILITY)?;
        Ok([calls, puts])
    }

    /// The same by ufuncs, on all threads of rayon's current pool or on this one.
    ///
    /// # Errors
    /// If the arrays have different lengths.
    pub fn values_by_ufuncs(&self, parallel: bool) -> Result<[Array1<f64>; 2], Error> {
        let inputs = (&self.prices, &self.strikes, &self.years, RISK_FREE, VOLATILITY);
        let (call, put) = (&black_scholes::call, &black_scholes::put);
        Ok(match parallel {
            true => [call.parallel().call(inputs)?, put.parallel().call(inputs)?],
            false => [call.serial().call(inputs)?, put.serial().call(inputs)?],
        })
    }
}
