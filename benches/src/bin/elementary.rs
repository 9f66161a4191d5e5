//! Times mathematical functions and loops on lanes: ours, plain Rust's, Numba's, NumPy's and Pythran's, in one
//! run: interleaved, on the same data, on one thread, as medians.
//!
//! `cargo run --release -p pykernel-benches --bin elementary [PYTHON]`; without a Python that has Numba and
//! NumPy these columns stay empty, as does Pythran's where PYTHON has none.
//! `RUSTFLAGS="-C target-cpu=native"` lets rustc use all that the machine has.

#![expect(clippy::print_stdout, reason = "the table is what this program makes")]

#[path = "../peer.rs"]
mod peer;

use std::hint::black_box;
use std::time::{Duration, Instant};

use peer::Python;
use pykernel::Error;
use pykernel::ndarray::Array1;

pykernel::kernels!();

use elementary::{cos, erf, exp, expression, log, power, rel_diff, rel_diff_loop, sin, tan, tanh, total};

/// How often each contender runs.
const ROUNDS: usize = 9;

/// The shortest time that is measured.
const SHORTEST: Duration = Duration::from_millis(5);

/// So many numbers stay in the first cache.
const FEW: usize = 1000;

/// The peers' columns, as their script names them.
const PEERS: [&str; 3] = ["numba", "numpy", "pythran"];

/// The rows of the table.
struct Table {
    peers: Option<Python>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let python = std::env::args().nth(1).unwrap_or_else(|| "python3".into());
    let mut table = Table { peers: Python::start(&python, "elementary_peers.py") };
    println!(
        "{:<24} {:>14} {:>9} {:>9} {:>9} {:>9}",
        "", "ours [ns/elem]", "× Rust", "× Numba", "× NumPy", "× Pythran"
    );
    table.functions()?;
    table.loops()?;
    if table.peers.is_none() {
        println!("{python} has no Numba: the peers' columns are left out");
    }
    Ok(())
}

/// Numbers of which a function has a value, as the peers' script makes them.
fn data(name: &str, n: usize) -> Array1<f64> {
    let (low, high) = match name {
        "log" => (1e-3, 1e3),
        "power" => (0.1, 10.0),
        "exp" => (-20.0, 20.0),
        _ => (-3.0, 3.0),
    };
    let step = (high - low) / n as f64;
    Array1::from_shape_fn(n, |i| low + step * i as f64)
}

impl Table {
    fn functions(&mut self) -> Result<(), Error> {
        let mut out = Array1::<f64>::zeros(FEW);
        macro_rules! function {
            ($name:ident, $rust:expr) => {
                let x = data(stringify!($name), FEW);
                let mut other = vec![0.0; FEW];
                let rust: fn(f64) -> f64 = $rust;
                let plain = || other.iter_mut().zip(&x).for_each(|(out, x)| *out = rust(*x));
                self.row(
                    stringify!($name),
                    (stringify!($name), FEW),
                    &mut || $name.call_into((&x,), &mut out),
                    Some(&mut { plain }),
                )?;
            };
        }
        function!(exp, f64::exp);
        function!(log, f64::ln);
        function!(sin, f64::sin);
        function!(cos, f64::cos);
        function!(tan, f64::tan);
        function!(tanh, f64::tanh);
        let x = data("erf", FEW);
        self.row("erf", ("erf", FEW), &mut || erf.call_into((&x,), &mut out), None)?;
        let (x, y) = (data("power", FEW), data("", FEW));
        let mut other = vec![0.0; FEW];
        let mut plain = || {
            other.iter_mut().zip(&x).zip(&y).for_each(|((out, x), y)| *out = x.powf(*y));
        };
        let mut ours = || power.call_into((&x, &y), &mut out);
        self.row("x ** y", ("power", FEW), &mut ours, Some(&mut plain))
    }

    fn loops(&mut self) -> Result<(), Error> {
        for n in [FEW, 1_000_000] {
            let x = Array1::from_shape_fn(n, |i| 1.0 + (i % 100) as f64);
            let y = Array1::from_shape_fn(n, |i| 1.5 + (i % 77) as f64);
            let (mut out, mut other) = (Array1::<f64>::zeros(n), vec![0.0; n]);
            let mut plain = || {
                let inputs = x.iter().zip(&y);
                other.iter_mut().zip(inputs).for_each(|(out, (x, y))| *out = 2.0 * (x - y) / (x + y));
            };
            let name = format!("rel_diff, {n}");
            let mut ours = || rel_diff.call_into((&x, &y), &mut out);
            self.row(&name, ("rel_diff", n), &mut ours, Some(&mut plain))?;
            let name = format!("rel_diff loop, {n}");
            let mut ours = || rel_diff_loop(&x, &y, &mut out);
            self.row_beside(&name, ("rel_diff", n), "loop", &mut ours)?;
            let x = Array1::from_shape_fn(n, |i| (i % 1000) as f64 * 0.25);
            let mut ours = || {
                total(&x).map(|sum| {
                    black_box(sum);
                })
            };
            let mut plain = || {
                black_box(x.sum());
            };
            self.row(&format!("np.sum, {n}"), ("total", n), &mut ours, Some(&mut plain))?;
            let (a, b, c) = (data("", n), data("exp", n), data("", n));
            let mut plain = || {
                let inputs = a.iter().zip(&b).zip(&c);
                other.iter_mut().zip(inputs).for_each(|(out, ((a, b), c))| *out = a * b + c.sin());
            };
            let mut ours = || expression(&a, &b, &c, &mut out);
            self.row(&format!("a*b + sin(c), {n}"), ("expression", n), &mut ours, Some(&mut plain))?;
        }
        Ok(())
    }

    /// Measures a case, which the peers know by a name and a size.
    fn row(
        &mut self,
        name: &str,
        (case, n): (&str, usize),
        ours: &mut dyn FnMut() -> Result<(), Error>,
        mut rust: Option<&mut dyn FnMut()>,
    ) -> Result<(), Error> {
        let mut times = [const { Vec::new() }; 5];
        for _ in 0..ROUNDS {
            times[0].push(seconds(ours)?);
            if let Some(rust) = &mut rust {
                times[1].push(seconds(&mut || {
                    rust();
                    Ok(())
                })?);
            }
            if let Some(python) = &mut self.peers {
                for (times, peer) in times[2..].iter_mut().zip(PEERS) {
                    times.push(python.time(peer, &format!("{case} {n}")));
                }
            }
        }
        let [ours, rust, numba, numpy, pythran] = times.map(median);
        let each = ours * 1e9 / n as f64;
        print!("{name:<24} {each:>14.3} {:>9.2} {:>9.2}", ours / rust, ours / numba);
        println!(" {:>9.2} {:>9.2}", ours / numpy, ours / pythran);
        Ok(())
    }

    /// Measures a case beside another form of Numba's.
    fn row_beside(
        &mut self,
        name: &str,
        (case, n): (&str, usize),
        peer: &str,
        ours: &mut dyn FnMut() -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut times = [const { Vec::new() }; 2];
        for _ in 0..ROUNDS {
            times[0].push(seconds(ours)?);
            if let Some(python) = &mut self.peers {
                times[1].push(python.time(peer, &format!("{case} {n}")));
            }
        }
        let [ours, numba] = times.map(median);
        let each = ours * 1e9 / n as f64;
        println!("{name:<24} {each:>14.3} {:>9} {:>9.2}", "–", ours / numba);
        Ok(())
    }
}

/// The seconds of one call: of as many as take a while.
fn seconds(run: &mut dyn FnMut() -> Result<(), Error>) -> Result<f64, Error> {
    let mut calls = 1u32;
    loop {
        let start = Instant::now();
        for _ in 0..calls {
            run()?;
        }
        let elapsed = start.elapsed();
        if elapsed >= SHORTEST {
            return Ok(elapsed.as_secs_f64() / f64::from(calls));
        }
        let missing = SHORTEST.as_nanos() / elapsed.as_nanos().max(1);
        calls = calls.saturating_mul(2 + u32::try_from(missing).unwrap_or(u32::MAX) / 2);
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}
