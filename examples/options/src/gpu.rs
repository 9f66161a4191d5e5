//! Options in a GPU's memory.

use pykernel::cuda::{DeviceArray, Error, Stream};
use pykernel::ndarray::{Array1, Ix1};

use crate::{Options, RISK_FREE, VOLATILITY, black_scholes};

/// An array in the GPU's memory.
type Array = DeviceArray<f64, Ix1>;

/// [`Options`] in a GPU's memory.
#[derive(Debug)]
pub struct DeviceOptions {
    prices: Array,
    strikes: Array,
    years: Array,
}

impl DeviceOptions {
    /// A copy.
    ///
    /// # Errors
    /// If the GPU has no room for it, or stopped.
    pub fn upload(options: &Options, stream: &Stream) -> Result<DeviceOptions, Error> {
        let Options { prices, strikes, years } = options;
        let [prices, strikes, years] =
            [stream.upload(prices)?, stream.upload(strikes)?, stream.upload(years)?];
        Ok(DeviceOptions { prices, strikes, years })
    }

    /// What the options to buy and the options to sell are worth. The values stay there, and nobody waits for them.
    ///
    /// # Errors
    /// If the GPU has no room for them, or stopped.
    pub fn values(&self) -> Result<[Array; 2], Error> {
        let stream = self.prices.stream();
        let inputs = (&self.prices, &self.strikes, &self.years, RISK_FREE, VOLATILITY);
        Ok([black_scholes::call.cuda(stream).call(inputs)?, black_scholes::put.cuda(stream).call(inputs)?])
    }
}

impl Options {
    /// What the options are worth, by a GPU, with copies there and back.
    ///
    /// # Errors
    /// As of [`DeviceOptions::upload`].
    pub fn values_on(&self, stream: &Stream) -> Result<[Array1<f64>; 2], Error> {
        let [calls, puts] = DeviceOptions::upload(self, stream)?.values()?;
        Ok([calls.to_array()?, puts.to_array()?])
    }
}
