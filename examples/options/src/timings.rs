//! Many options on one thread, all cores and a GPU: the same values, and the times.

use std::error::Error;
use std::fmt::Write as _;
use std::num::NonZero;
use std::time::Instant;

use options::Options;
use options::gpu::DeviceOptions;
use pykernel::cuda::{self, Device};
use pykernel::ndarray::Array1;

/// How often each way prices; the best time counts.
const ROUNDS: usize = 5;

/// What options to buy and to sell are worth.
type Values = [Array1<f64>; 2];

/// What ways to price give, and what tells of them.
type Outcome<T> = Result<T, Box<dyn Error>>;

/// Prices in every way, and tells how long that takes.
pub fn table(options: &Options) -> Outcome<String> {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let text = format!("\nCalls and puts for {} options\n\n", options.prices.len());
    let mut table = Table { expected: options.values()?, text };
    table.line("loop, one thread", || Ok(Some(options.values()?)))?;
    table.line("ufuncs, one thread", || Ok(Some(options.values_by_ufuncs(false)?)))?;
    table.line(&format!("ufuncs, {threads} threads"), || Ok(Some(options.values_by_ufuncs(true)?)))?;
    let device = cuda::device(0);
    if let Ok(device) = &device {
        table.lines_of_gpu(device, options)?;
    }
    let who = match device {
        Ok(_) if fuses() => "The GPU's values are the CPU's, to the bit.",
        Ok(_) => {
            "The CPU has used no fused multiply-add: the GPU's values are its own but for the last bits."
        }
        Err(error) => &format!("No GPU has priced them, the CPU has: {error}"),
    };
    Ok(table.text + "\n" + who + "\n")
}

/// A line for each way.
struct Table {
    expected: Values,
    text: String,
}

impl Table {
    /// Prices in one way. Values that it gives must be the expected ones.
    fn line(&mut self, name: &str, way: impl Fn() -> Outcome<Option<Values>>) -> Outcome<()> {
        let mut best = f64::INFINITY;
        // The first round is for fresh memory, and for the driver to compile.
        for round in 0..=ROUNDS {
            let start = Instant::now();
            let values = way()?;
            let time = start.elapsed().as_secs_f64() * 1e3;
            best = if round == 0 { best } else { best.min(time) };
            if values.is_some_and(|values| !same(&values, &self.expected)) {
                return Err(format!("{name}: not the values of the loop").into());
            }
        }
        writeln!(self.text, "{name:40}{best:>12.3} ms")?;
        Ok(())
    }

    fn lines_of_gpu(&mut self, device: &Device, options: &Options) -> Outcome<()> {
        let stream = device.stream()?;
        let there = DeviceOptions::upload(options, &stream)?;
        self.line(device.name(), || {
            let _values = there.values()?;
            stream.synchronize()?;
            Ok(None)
        })?;
        self.line("  with copies there and back", || Ok(Some(options.values_on(&stream)?)))
    }
}

/// Whether values are the same to the bit; to a thousandth of a cent where the CPU rounds more often than GPUs.
fn same(found: &Values, expected: &Values) -> bool {
    let near = |a: f64, b: f64| a.to_bits() == b.to_bits() || (!fuses() && (a - b).abs() < 1e-5);
    found.iter().flatten().zip(expected.iter().flatten()).all(|(a, b)| near(*a, *b))
}

/// Whether the CPU's kernels multiply and add with one rounding, as GPUs do. Then `exp` and `log` give the same bits.
fn fuses() -> bool {
    #[cfg(target_arch = "x86_64")]
    let has = std::arch::is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    let has = true;
    // By this, users ask for kernels that do with less than the CPU has.
    has && std::env::var_os("PYKERNEL_CPU").is_none()
}
