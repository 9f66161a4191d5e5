//! Prices options on a share; then many, in several ways, on a GPU too.
//!
//! `options N` takes so many.

use std::error::Error;
use std::io::Write as _;

use options::Options;

mod timings;

/// How many are many, if nobody says.
const MANY: usize = 1 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    let many = std::env::args().nth(1).map_or(Ok(MANY), |argument| argument.parse())?;
    let options = Options::read()?;
    let [calls, puts] = options.values()?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{:>8}{:>8}{:>8}{:>10}{:>10}", "price", "strike", "years", "call", "put")?;
    for month in (0..calls.len()).step_by(12) {
        let (price, strike, years) = (options.prices[month], options.strikes[month], options.years[month]);
        let (call, put) = (calls[month], puts[month]);
        writeln!(out, "{price:>8.2}{strike:>8.2}{years:>8.2}{call:>10.4}{put:>10.4}")?;
    }
    out.write_all(timings::table(&options.repeated(many))?.as_bytes())?;
    Ok(())
}
