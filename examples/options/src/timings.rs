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

/// Prices in every way, and tells how long that takes.
pub fn table(options: &Options) -> Result<String, Box<dyn Error>> {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let mut text = format!("\nCalls and puts for {} options\n\n", options.prices.len());
    let expected = options.values()?;
    let mut line = |name: &str, way: &dyn Fn() -> Result<Option<Values>, Box<dyn Error>>| {
        writeln!(text, "{name:40}{:>12.3} ms", best(name, &expected, way)?).map_err(Box::<dyn Error>::from)
    };
    line("loop, one thread", &|| Ok(Some(options.values()?)))?;
    line("ufuncs, one thread", &|| Ok(Some(options.values_by_ufuncs(false)?)))?;
    line(&format!("ufuncs, {threads} threads"), &|| Ok(Some(options.values_by_ufuncs(true)?)))?;
    let device = cuda::device(0);
    if let Ok(device) = &device {
        on_gpu(device, options, &mut line)?;
    }
    text += &match device {
        Ok(_) if fuses() => "\nThe GPU's values are the CPU's, to the bit.\n".to_owned(),
        Ok(_) => {
            "\nThe CPU has used no fused multiply-add: the GPU's values are its own but for the last bits.\n"
                .to_owned()
        }
        Err(error) => format!("\nNo GPU has priced them, the CPU has: {error}\n"),
    };
    Ok(text)
}

/// A line of the table: what it measures.
type Line<'a> =
    dyn FnMut(&str, &dyn Fn() -> Result<Option<Values>, Box<dyn Error>>) -> Result<(), Box<dyn Error>> + 'a;

fn on_gpu(device: &Device, options: &Options, line: &mut Line<'_>) -> Result<(), Box<dyn Error>> {
    let stream = device.stream()?;
    let there = DeviceOptions::upload(options, &stream)?;
    line(device.name(), &|| {
        let _values = there.values()?;
        stream.synchronize()?;
        Ok(None)
    })?;
    line("  with copies there and back", &|| Ok(Some(options.values_on(&stream)?)))
}

/// The shortest time of some rounds, in milliseconds; the values that come back must be the expected ones.
fn best(
    name: &str,
    expected: &Values,
    way: &dyn Fn() -> Result<Option<Values>, Box<dyn Error>>,
) -> Result<f64, Box<dyn Error>> {
    let mut best = f64::INFINITY;
    // The first round is for pages and caches, and for the driver to compile.
    for round in 0..=ROUNDS {
        let start = Instant::now();
        let values = way()?;
        let time = start.elapsed().as_secs_f64() * 1e3;
        best = if round == 0 { best } else { best.min(time) };
        if values.is_some_and(|values| !same(&values, expected)) {
            return Err(format!("{name}: not the values of the loop").into());
        }
    }
    Ok(best)
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
