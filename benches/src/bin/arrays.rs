//! Times NumPy's functions of arrays: ours, Numba's and NumPy's own, in one run: interleaved, on the same data, on one
//! thread. Each time is the least of its rounds, which is that of a quiet machine.
//!
//! `cargo run --release -p pykernel-benches --bin arrays [PYTHON] [ROWS]`; without a Python that has Numba and NumPy these
//! columns stay empty. ROWS is a part of the names of the rows to measure. A row where Numba refuses the kernel says so.

#![expect(clippy::print_stdout, reason = "the table is what this program makes")]

#[path = "../peer.rs"]
mod peer;

use std::hint::black_box;
use std::time::{Duration, Instant};

use peer::Python;
use pykernel::Error;
use pykernel::ndarray::{Array1, Array2, Array3, ShapeBuilder};
use pykernel::num_complex::Complex;
use pykernel::random::Generator;

pykernel::kernels!();

/// How often each contender runs.
const ROUNDS: usize = 9;

/// The shortest time that is measured.
const SHORTEST: Duration = Duration::from_millis(1);

/// Matrices are so many rows of so many columns.
const SIDE: usize = 1000;

/// So many elements are sorted.
const SORTED: usize = 100_000;

/// The rows of the table.
struct Table {
    peers: Option<Python>,
    wanted: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let python = std::env::args().nth(1).unwrap_or_else(|| "python3".into());
    let wanted = std::env::args().nth(2).unwrap_or_default();
    let mut table = Table { peers: Python::start(&python, "array_peers.py"), wanted };
    println!("| {:<34} | {:>10} | {:>7} | {:>7} |", "", "ours [µs]", "× Numba", "× NumPy");
    println!("| --- | --- | --- | --- |");
    table.reductions()?;
    table.runs()?;
    table.products()?;
    table.numerics()?;
    table.naive()?;
    if table.peers.is_none() {
        println!("{python} has no Numba: the peers' columns are left out");
    }
    Ok(())
}

/// Numbers from -1/2 to 1/2 in no order, as the peers' script makes them: multiplicative hashing (Knuth 6.4).
fn number(i: usize) -> f64 {
    f64::from((i as u32).wrapping_mul(2_654_435_761)) / f64::from(u32::MAX) - 0.5
}

fn square(n: usize) -> Array2<f64> {
    Array2::from_shape_fn((n, n), |(i, j)| number(n * i + j))
}

impl Table {
    /// Of matrices of both floats in both orders, along the first dimension, the second and both.
    fn reductions(&mut self) -> Result<(), Error> {
        let wide = Array2::from_shape_fn((SIDE, SIDE), |(i, j)| number(SIDE * i + j));
        let mut turned = Array2::zeros((SIDE, SIDE).f());
        turned.assign(&wide);
        let (narrow, turned_narrow) = (wide.mapv(|x| x as f32), turned.mapv(|x| x as f32));
        macro_rules! rows {
            ($($name:ident)*) => {$(
                self.row(concat!(stringify!($name), " C float64"), || arrays::$name(&wide).map(drop))?;
                self.row(concat!(stringify!($name), " F float64"), || arrays::$name(&turned).map(drop))?;
                self.row(concat!(stringify!($name), " C float32"), || arrays::$name(&narrow).map(drop))?;
                self.row(concat!(stringify!($name), " F float32"), || arrays::$name(&turned_narrow).map(drop))?;
            )*};
        }
        rows!(sum_all sum_0 sum_1 mean_all mean_0 mean_1 var_all var_0 var_1);
        rows!(max_all max_0 max_1 argmax_all argmax_0 argmax_1);
        Ok(())
    }

    /// Of arrays of one dimension.
    fn runs(&mut self) -> Result<(), Error> {
        let n = SIDE * SIDE;
        let wide = Array1::from_shape_fn(n, number);
        let places = Array1::from_shape_fn(n, |i| (i * 7919 % n) as i64);
        // One in sixteen is none.
        let with_nan =
            Array1::from_shape_fn(n, |i| if number(i + n) > 0.4375 { f64::NAN } else { number(i) });
        let few = Array1::from_shape_fn(SORTED, number);
        let many_times = few.mapv(|x| (x * 1000.0).floor());
        macro_rules! rows {
            ($ty:ty) => {
                let name = |name: &str| format!("{name} {}", stringify!($ty).replace('f', "float"));
                let [x, with_nan, few, many_times] =
                    [&wide, &with_nan, &few, &many_times].map(|x| x.mapv(|x| x as $ty));
                let mut changed = x.clone();
                self.row(&name("nansum"), || arrays::nansum(&with_nan).map(drop))?;
                self.row(&name("cumsum"), || arrays::cumsum(&x).map(drop))?;
                self.row(&name("median"), || arrays::median(&x).map(drop))?;
                self.row(&name("positive"), || arrays::positive(&x).map(drop))?;
                self.row(&name("clip_below"), || arrays::clip_below(&mut changed))?;
                self.row(&name("taken"), || arrays::taken(&x, &places).map(drop))?;
                self.row(&name("put"), || arrays::put(&mut changed, &places, &x))?;
                self.row(&name("sort"), || arrays::sort(&few).map(drop))?;
                self.row(&name("argsort"), || arrays::argsort(&few).map(drop))?;
                self.row(&name("unique"), || arrays::unique(&few).map(drop))?;
                self.row(&name("unique_many"), || arrays::unique(&many_times).map(drop))?;
            };
        }
        rows!(f64);
        rows!(f32);
        Ok(())
    }

    fn products(&mut self) -> Result<(), Error> {
        for n in [4, 32, 256] {
            let x = Array2::from_shape_fn((n, n), |(i, j)| number(n * i + j));
            let y = x.mapv(|x| x as f32);
            self.row(&format!("product_{n} float64"), || arrays::product(&x, &x).map(drop))?;
            self.row(&format!("product_{n} float32"), || arrays::product(&y, &y).map(drop))?;
        }
        Ok(())
    }

    /// Products by subscripts, linear algebra, Fourier transforms and random numbers.
    fn numerics(&mut self) -> Result<(), Error> {
        for n in [32, SIDE] {
            let x = square(n);
            self.row(&format!("einsum_rows_{n}"), || numerics::einsum_rows(&x, &x).map(drop))?;
        }
        let x = square(64);
        self.row("einsum_product_64", || numerics::einsum_product(&x, &x).map(drop))?;
        let x = Array3::from_shape_fn((200, 4, 4), |(b, i, j)| number(16 * b + 4 * i + j));
        self.row("einsum_stack_200", || numerics::einsum_stack(&x, &x).map(drop))?;
        for n in [4, 100] {
            let square = square(n);
            let system = square.dot(&square.t()) + Array2::<f64>::eye(n) * n as f64;
            let right = Array1::from_shape_fn(n, number);
            self.row(&format!("solve_{n}"), || numerics::solve(&system, &right).map(drop))?;
            macro_rules! rows {
                ($($name:ident)*) => {$(
                    let name = format!("{}_{n}", stringify!($name));
                    self.row(&name, || numerics::$name(&system).map(drop))?;
                )*};
            }
            rows!(inv det cholesky qr svd eigh norm);
        }
        for n in [1024, SIDE * SIDE] {
            let x = Array1::from_shape_fn(n, |i| Complex::new(number(i), 0.0));
            self.row(&format!("fft_{n}"), || numerics::fft(&x).map(drop))?;
        }
        self.random()
    }

    fn random(&mut self) -> Result<(), Error> {
        let mut rng = Generator::new(1);
        for n in [10, SIDE * SIDE] {
            let count = n as i64;
            macro_rules! rows {
                ($($name:ident)*) => {$(
                    let name = format!("{}_{n}", stringify!($name));
                    self.row(&name, || numerics::$name(&mut rng, count).map(drop))?;
                )*};
            }
            self.row(&format!("legacy_random_{n}"), || numerics::legacy_random(count).map(drop))?;
            self.row(&format!("legacy_normal_{n}"), || numerics::legacy_normal(count).map(drop))?;
            self.row(&format!("legacy_integers_{n}"), || numerics::legacy_integers(count).map(drop))?;
            rows!(rng_random rng_normal rng_exponential rng_integers rng_one_by_one);
        }
        Ok(())
    }

    /// The talk's kernels in their first form.
    fn naive(&mut self) -> Result<(), Error> {
        let mut image = Array2::zeros((200, 300));
        self.row("mandelbrot", || naive::mandelbrot(&mut image, 200))?;
        let prices = Array1::from_shape_fn(100_000, |i| 80.0 + (i % 41) as f64);
        let strikes = Array1::from_elem(100_000, 100.0);
        let years = Array1::from_shape_fn(100_000, |i| 0.25 + (i % 8) as f64 * 0.25);
        let (mut calls, mut puts) = (Array1::zeros(100_000), Array1::zeros(100_000));
        self.row("black_scholes", || {
            naive::black_scholes(&mut calls, &mut puts, &prices, &strikes, &years, 0.02, 0.3)
        })?;
        let grid = Array2::from_shape_fn((SIDE, SIDE), |(i, j)| number(SIDE * i + j) < -0.25);
        self.row("find_max_neighbours", || naive::find_max_neighbours(&grid).map(drop))?;
        self.row("neighbours_whole", || naive::neighbours_whole(&grid).map(drop))?;
        let lines = Array2::from_shape_fn((150, 6), |(i, k)| ((6 * i + k) * 37 % 101) as f64 * 0.01);
        self.row("compute", || naive::compute(&lines).map(drop))?;
        let points = Array2::from_shape_fn((500, 3), |(i, k)| ((3 * i + k) % 97) as f64 * 0.01);
        let mut near = Array2::zeros((500, 500));
        self.row("pairwise", || naive::pairwise(&points, &mut near))?;
        self.row("pairwise_whole", || naive::pairwise_whole(&points, &mut near))
    }

    /// Measures a row, which the peers know by the same name.
    fn row(&mut self, name: &str, mut ours: impl FnMut() -> Result<(), Error>) -> Result<(), Error> {
        if !name.contains(&self.wanted) {
            return Ok(());
        }
        let mut times = [const { Vec::new() }; 3];
        for _ in 0..ROUNDS {
            times[0].push(seconds(&mut ours)?);
            if let Some(python) = &mut self.peers {
                for (times, peer) in times[1..].iter_mut().zip(["numba", "numpy"]) {
                    times.push(python.time(peer, name));
                }
            }
        }
        let [ours, numba, numpy] = times.map(least);
        let ratio = |other: f64| match other.is_nan() {
            true => "–".to_owned(),
            false => format!("{:.2}", ours / other),
        };
        println!("| {name:<34} | {:>10.2} | {:>7} | {:>7} |", ours * 1e6, ratio(numba), ratio(numpy));
        Ok(())
    }
}

/// The seconds of one call: of as many as take a while.
fn seconds(run: &mut dyn FnMut() -> Result<(), Error>) -> Result<f64, Error> {
    let mut calls = 1u32;
    loop {
        let start = Instant::now();
        for _ in 0..calls {
            black_box(run()?);
        }
        let elapsed = start.elapsed();
        if elapsed >= SHORTEST {
            return Ok(elapsed.as_secs_f64() / f64::from(calls));
        }
        let missing = SHORTEST.as_nanos() / elapsed.as_nanos().max(1);
        calls = calls.saturating_mul(2 + u32::try_from(missing).unwrap_or(u32::MAX) / 2);
    }
}

fn least(times: Vec<f64>) -> f64 {
    times.into_iter().fold(f64::NAN, f64::min)
}
