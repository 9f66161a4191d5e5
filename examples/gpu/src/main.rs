//! A chain of ufuncs and a product of matrices on a GPU, checked against the CPU and timed beside it.
//! Where there is no GPU, the CPU computes alone.
//!
//! `gpu ELEMENTS SIDE` takes so many elements for the chain, and matrices of so many rows and columns.

mod chain;
mod product;
mod table;

use std::error::Error;
use std::io::Write as _;
use std::num::NonZero;

use pykernel::cuda::{self, Device};

pykernel::kernels!();

/// How many elements and how many rows and columns, if nobody says. No tile ends where the matrices do.
const SIZES: [usize; 2] = [1 << 20, 600];

/// What ways to compute give, and the program.
type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let [elements, side] = sizes()?;
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let device = cuda::device(0);
    let stream = device.as_ref().ok().map(Device::stream).transpose()?;
    let chain = chain::table(elements, threads, stream.as_ref())?;
    let product = product::table(side, threads, stream.as_ref())?;
    let who = match device {
        Ok(_) => format!("{}\n", table::verdict()),
        Err(error) => format!("No GPU has computed, the CPU has: {error}\n"),
    };
    std::io::stdout().write_all([chain, product, who].join("\n").as_bytes())?;
    Ok(())
}

/// The sizes that the program's arguments ask for.
fn sizes() -> Outcome<[usize; 2]> {
    let mut sizes = SIZES;
    for (size, argument) in sizes.iter_mut().zip(std::env::args().skip(1)) {
        *size = argument.parse().map_err(|error| format!("'{argument}': {error}; gpu ELEMENTS SIDE"))?;
    }
    Ok(sizes)
}
