//! Times our ufuncs and gufuncs, Numba's, and NumPy's own way, in one run: interleaved, on the same
//! data, as medians.
//!
//! `cargo run --release -p pykernel-benches --bin ufuncs [PYTHON [HUGE]]`; without a Python that has
//! Numba and NumPy these columns stay empty. HUGE is the greatest number of elements of `rel_diff`:
//! without it 10⁸, which takes 5 GB.

#![expect(clippy::print_stdout, reason = "the table is what this program makes")]

#[path = "../peer.rs"]
mod peer;

use std::time::{Duration, Instant};

use peer::Python;
use pykernel::Error;
use pykernel::ndarray::{Array1, Array2, Array3, ArrayView2, Axis, ShapeBuilder};

pykernel::kernels!();

use ufuncs::{add, batch_matmul, escape_time, g, max_min, move_mean, rel_diff};

/// How often each contender runs.
const ROUNDS: usize = 9;

/// How long the peers are left alone before ours is measured: their threads go on spinning for a while.
const REST: Duration = Duration::from_millis(20);

/// The shortest time that is measured.
const SHORTEST: Duration = Duration::from_millis(5);

/// The rows of the table.
struct Table {
    peers: Option<Python>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let python = arguments.next().unwrap_or_else(|| "python3".into());
    let huge = arguments.next().map_or(Ok(100_000_000), |huge| huge.parse())?;
    let mut table = Table { peers: Python::start(&python, "ufunc_peers.py") };
    println!("{:<34} {:>12} {:>9} {:>9}", "", "ours [µs]", "× Numba", "× NumPy");
    table.rel_diffs(huge)?;
    table.compute_bound()?;
    table.gufuncs()?;
    table.reductions()?;
    if table.peers.is_none() {
        println!("{python} has no Numba: the peers' columns are left out");
    }
    Ok(())
}

impl Table {
    fn rel_diffs(&mut self, huge: usize) -> Result<(), Error> {
        let sizes = [8, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
        for n in sizes.into_iter().filter(|n| *n <= huge) {
            let x = Array1::from_shape_fn(n, |i| 1.0 + (i % 100) as f64);
            let y = Array1::from_shape_fn(n, |i| 1.5 + (i % 77) as f64);
            let mut out = Array1::<f64>::zeros(n);
            let case = format!("rel_diff {n}");
            if n <= 1000 {
                self.row(&format!("{case}, new array"), "numba", &case, || {
                    rel_diff.call((&x, &y)).map(drop)
                })?;
            }
            self.row(&case, "numba", &case, || rel_diff.call_into((&x, &y), &mut out))?;
            let parallel = rel_diff.parallel();
            self.row(&format!("{case}, parallel"), "parallel", &case, || {
                parallel.call_into((&x, &y), &mut out)
            })?;
            if n >= 1_000_000 {
                let case = format!("add {n}");
                self.row(&case, "numba", &case, || add.call_into((&x, &y), &mut out))?;
                let parallel = add.parallel();
                self.row(&format!("{case}, parallel"), "numba", &case, || {
                    parallel.call_into((&x, &y), &mut out)
                })?;
                let (from, to) = (x.as_slice().unwrap_or(&[]), out.as_slice_mut().unwrap_or(&mut []));
                let copied = seconds(&mut || {
                    to.copy_from_slice(from);
                    Ok(())
                })?;
                println!("{:<34} {:>12.3}", format!("copy {n}"), copied * 1e6);
            }
        }
        Ok(())
    }

    fn compute_bound(&mut self) -> Result<(), Error> {
        let n = 600;
        let re = Array1::linspace(-2.0, 0.5, n);
        let im = Array1::linspace(-1.2, 1.2, n).insert_axis(Axis(1));
        let mut out = Array2::<i64>::zeros((n, n));
        let case = format!("escape_time {n}");
        self.row(&case, "numba", &case, || escape_time.call_into((&re, &im, 200), &mut out))?;
        let parallel = escape_time.parallel();
        let name = format!("{case}, parallel");
        self.row(&name, "parallel", &case, || parallel.call_into((&re, &im, 200), &mut out))
    }

    fn gufuncs(&mut self) -> Result<(), Error> {
        for n in [10, 1000, 100_000] {
            let (x, mut out) = (Array1::from_iter(0..n as i64), Array1::<i64>::zeros(n));
            let case = format!("g {n}");
            self.row(&case, "numba", &case, || g.call_into((&x, 3), &mut out))?;
        }
        for (count, n) in [(10_000, 3), (100, 64)] {
            let a = Array3::from_shape_fn((count, n, n), |(i, j, k)| (((i * n + j) * n + k) % 7) as f64);
            let mut out = Array3::<f64>::zeros((count, n, n));
            let case = format!("batch_matmul {count} {n}");
            self.row(&case, "numba", &case, || batch_matmul.call_into((&a, &a), &mut out))?;
        }
        let (rows, n) = (1000, 1000);
        let a = Array2::from_shape_fn((rows, n), |(i, j)| ((i * n + j) * 37 % 101) as f64);
        let (mut high, mut low) = (Array1::<f64>::zeros(rows), Array1::<f64>::zeros(rows));
        let case = format!("max_min {rows} {n}");
        self.row(&case, "numba", &case, || max_min.call_into((&a,), (&mut high, &mut low)))?;
        let mut out = Array2::<f64>::zeros((rows, n));
        let case = format!("move_mean {rows} {n}");
        self.row(&case, "numba", &case, || move_mean.call_into((&a, 10), &mut out))
    }

    fn reductions(&mut self) -> Result<(), Error> {
        let number = |(i, j): (usize, usize)| ((3000 * i + j) % 100) as f64;
        let c = Array2::from_shape_fn((3000, 3000), number);
        let f = Array2::from_shape_fn((3000, 3000).f(), number);
        for (order, array) in [(0, c.view()), (1, f.view())] {
            for axis in [0, 1] {
                self.reduction(order, axis, array)?;
            }
        }
        Ok(())
    }

    fn reduction(&mut self, order: usize, axis: usize, array: ArrayView2<'_, f64>) -> Result<(), Error> {
        let case = format!("reduce {order} {axis}");
        let name = format!("add.reduce, {}, axis {axis}", ["C", "F"][order]);
        self.row(&name, "numba", &case, || add.reduce(&array, Axis(axis)).map(drop))?;
        self.row(&format!("{name}, parallel"), "numba", &case, || {
            add.parallel().reduce(&array, Axis(axis)).map(drop)
        })
    }

    /// Measures a case, which the peers know by its name and sizes.
    fn row(
        &mut self,
        name: &str,
        peer: &str,
        case: &str,
        mut ours: impl FnMut() -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut times = [const { Vec::new() }; 3];
        for _ in 0..ROUNDS {
            std::thread::sleep(REST);
            ours()?;
            times[0].push(seconds(&mut ours)?);
            if let Some(python) = &mut self.peers {
                times[1].push(python.time(peer, case));
                times[2].push(python.time("numpy", case));
            }
        }
        let [ours, numba, numpy] = times.map(median);
        println!("{name:<34} {:>12.3} {:>9.2} {:>9.2}", ours * 1e6, ours / numba, ours / numpy);
        Ok(())
    }
}

/// The seconds of one call: of as many as take a while.
fn seconds(run: &mut impl FnMut() -> Result<(), Error>) -> Result<f64, Error> {
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
