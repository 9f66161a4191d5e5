//! Ways to compute the same values: whether they do, and the times that they take.

use std::fmt::Write as _;
use std::time::Instant;

use pykernel::ndarray::{Array, Dimension};

use crate::Outcome;

/// How often each way computes; the best time counts.
const ROUNDS: usize = 5;

/// A line for each way.
pub struct Table<D> {
    expected: Array<f64, D>,
    text: String,
}

impl<D: Dimension> Table<D> {
    /// A table without lines, of ways to compute values.
    pub fn new(title: &str, expected: Array<f64, D>) -> Self {
        Table { expected, text: format!("{title}\n\n") }
    }

    /// Computes in one way. Values that it gives must be the expected ones.
    pub fn line(&mut self, name: &str, way: impl Fn() -> Outcome<Option<Array<f64, D>>>) -> Outcome<()> {
        let mut best = f64::INFINITY;
        // The first round is for fresh memory, and for the driver to compile.
        for round in 0..=ROUNDS {
            let start = Instant::now();
            let values = way()?;
            let time = start.elapsed().as_secs_f64() * 1e3;
            best = if round == 0 { best } else { best.min(time) };
            if values.is_some_and(|values| !same(&values, &self.expected)) {
                return Err(format!("{name}: not the values of one thread").into());
            }
        }
        writeln!(self.text, "{name:40}{best:>12.3} ms")?;
        Ok(())
    }

    /// The table.
    pub fn text(self) -> String {
        self.text
    }
}

/// What holds of the GPU's values and the CPU's, as all have been compared.
pub fn verdict() -> &'static str {
    match fuses() {
        true => "The GPU's values are the CPU's, to the bit.",
        false => {
            "The CPU has used no fused multiply-add: the GPU's values are its own but for the last bits."
        }
    }
}

/// Whether values are the same to the bit; nearly so where the CPU's functions round more often than the GPU's.
fn same<D: Dimension>(found: &Array<f64, D>, expected: &Array<f64, D>) -> bool {
    let near = |a: f64, b: f64| a.to_bits() == b.to_bits() || (!fuses() && (a - b).abs() < 1e-12);
    found.shape() == expected.shape() && found.iter().zip(expected).all(|(a, b)| near(*a, *b))
}

/// Whether the CPU's kernels multiply and add with one rounding, as GPUs do. Then `exp` and `sin` give the same bits.
fn fuses() -> bool {
    #[cfg(target_arch = "x86_64")]
    let has = std::arch::is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    let has = true;
    // By this, users ask for kernels that do with less than the CPU has.
    has && std::env::var_os("PYKERNEL_CPU").is_none()
}
