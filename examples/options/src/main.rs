//! Prices options on a share.

use std::error::Error;
use std::io::Write as _;

use options::Options;

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::read()?;
    let [calls, puts] = options.values()?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{:>8}{:>8}{:>8}{:>10}{:>10}", "price", "strike", "years", "call", "put")?;
    for month in (0..calls.len()).step_by(12) {
        let (price, strike, years) = (options.prices[month], options.strikes[month], options.years[month]);
        let (call, put) = (calls[month], puts[month]);
        writeln!(out, "{price:>8.2}{strike:>8.2}{years:>8.2}{call:>10.4}{put:>10.4}")?;
    }
    Ok(())
}
