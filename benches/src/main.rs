//! Times our kernels, the same loops in plain Rust, Numba, and NumPy's own way, in one run:
//! interleaved, on the same data, as medians with their spread.
//!
//! `cargo run --release -p pykernel-benches [PYTHON]`; without a Python that has Numba and NumPy
//! these columns stay empty, and the last line says so.

#![expect(clippy::print_stdout, reason = "the table is what this program makes")]

mod examples;
mod peer;
mod rust;

use std::hint::black_box;
use std::time::Instant;

use examples::{distances, neighbours, options, segments};
use peer::Python;
use pykernel::ndarray::{Array1, Array2};

pykernel::kernels!();

/// How often each contender runs.
const ROUNDS: usize = 15;

/// How many calls one run of the call benchmark makes.
const CALLS: i64 = 10_000_000;

/// What one benchmark compares; each run gives a value that both sides must agree on.
struct Bench<'a> {
    name: &'static str,
    ours: Box<dyn FnMut() -> Result<f64, pykernel::Error> + 'a>,
    rust: Box<dyn FnMut() -> f64 + 'a>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let python = std::env::args().nth(1).unwrap_or_else(|| "python3".into());
    let mut peers = Python::start(&python, "peers.py");
    println!(
        "{:<12} {:>12} {:>9} {:>9} {:>9}  spread of ours",
        "", "ours [ms]", "× Rust", "× Numba", "× NumPy"
    );
    let data = Data::new();
    for mut bench in benches(&data) {
        let times = measure(&mut bench, peers.as_mut())?;
        report(bench.name, times);
    }
    if peers.is_none() {
        println!("{python} has no Numba: the peers' columns are left out");
    }
    Ok(())
}

/// The arrays that the benchmarks read; `peers.py` makes the same.
struct Data {
    x: Array1<f64>,
    points: Array2<f64>,
    lines: Array2<f64>,
    grid: Array2<bool>,
    options: Options,
}

/// Prices, strikes and years to expiry.
struct Options([Array1<f64>; 3]);

impl Data {
    fn new() -> Self {
        Data {
            x: Array1::from_shape_fn(1_000_000, |i| (i % 1000) as f64 * 0.001),
            points: Array2::from_shape_fn((500, 3), |(i, k)| ((3 * i + k) % 97) as f64 * 0.01),
            lines: Array2::from_shape_fn((150, 6), |(i, k)| ((6 * i + k) * 37 % 101) as f64 * 0.01),
            // One cell in four is occupied, in no order: multiplicative hashing (Knuth 6.4).
            grid: Array2::from_shape_fn((1000, 1000), |(i, j)| {
                ((1000 * i + j) as u32).wrapping_mul(2_654_435_761) < 1 << 30
            }),
            options: Options([
                Array1::from_shape_fn(100_000, |i| 80.0 + (i % 41) as f64),
                Array1::from_elem(100_000, 100.0),
                Array1::from_shape_fn(100_000, |i| 0.25 + (i % 8) as f64 * 0.25),
            ]),
        }
    }
}

fn benches(data: &Data) -> Vec<Bench<'_>> {
    let (mut image, mut rust_image) = (Array2::<u8>::zeros((200, 300)), Array2::<u8>::zeros((200, 300)));
    let (mut smooth, mut rust_smooth) = (Array1::zeros(data.x.len()), Array1::zeros(data.x.len()));
    let (mut near, mut rust_near) = (Array2::zeros((500, 500)), Array2::zeros((500, 500)));
    let [mut calls, mut puts, mut rust_calls, mut rust_puts] = [(); 4].map(|()| Array1::zeros(100_000));
    vec![
        Bench {
            name: "mandelbrot",
            ours: Box::new(move || {
                scalar::mandelbrot(&mut image, 200)?;
                Ok(image.iter().map(|shade| f64::from(*shade)).sum())
            }),
            rust: Box::new(move || {
                rust::mandelbrot(&mut rust_image, 200);
                rust_image.iter().map(|shade| f64::from(*shade)).sum()
            }),
        },
        Bench {
            name: "total",
            ours: Box::new(|| scalar::total(&data.x)),
            rust: Box::new(|| rust::total(black_box(&data.x))),
        },
        Bench {
            name: "smooth",
            ours: Box::new(move || {
                scalar::smooth(&data.x, &mut smooth)?;
                Ok(smooth[1000])
            }),
            rust: Box::new(move || {
                rust::smooth(black_box(&data.x), &mut rust_smooth);
                rust_smooth[1000]
            }),
        },
        Bench {
            name: "pairwise",
            ours: Box::new(move || {
                distances::pairwise(&data.points, &mut near)?;
                Ok(near[[1, 400]])
            }),
            rust: Box::new(move || {
                rust::pairwise(black_box(&data.points), &mut rust_near);
                rust_near[[1, 400]]
            }),
        },
        Bench {
            name: "segments",
            ours: Box::new(|| segments::compute(&data.lines).map(|distances| distances[[140, 20]])),
            rust: Box::new(|| rust::segments(black_box(&data.lines))[[140, 20]]),
        },
        Bench {
            name: "neighbours",
            ours: Box::new(|| neighbours::find_max_neighbours(&data.grid).map(|most| most as f64)),
            rust: Box::new(|| rust::find_max_neighbours(black_box(&data.grid)) as f64),
        },
        Bench {
            name: "options",
            ours: Box::new(move || {
                let Options([prices, strikes, years]) = &data.options;
                options::black_scholes(&mut calls, &mut puts, prices, strikes, years, 0.02, 0.3)?;
                Ok(calls[500] + puts[600])
            }),
            rust: Box::new(move || {
                rust::black_scholes([&mut rust_calls, &mut rust_puts], black_box(&data.options.0), 0.02, 0.3);
                rust_calls[500] + rust_puts[600]
            }),
        },
        Bench {
            name: "collatz",
            ours: Box::new(|| scalar::collatz(black_box(30_000)).map(|steps| steps as f64)),
            rust: Box::new(|| rust::collatz(black_box(30_000)) as f64),
        },
        Bench {
            name: "10⁷ calls",
            ours: Box::new(|| {
                let mut sum = 0;
                for i in 0..CALLS {
                    sum = scalar::add(sum, black_box(i))?;
                }
                Ok(sum as f64)
            }),
            rust: Box::new(|| (0..CALLS).fold(0, |sum, i| rust::add(sum, black_box(i))) as f64),
        },
    ]
}

/// The seconds that each round took.
#[derive(Default)]
struct Times {
    ours: Vec<f64>,
    rust: Vec<f64>,
    numba: Vec<f64>,
    numpy: Vec<f64>,
}

fn measure(
    bench: &mut Bench<'_>,
    mut peers: Option<&mut Python>,
) -> Result<Times, Box<dyn std::error::Error>> {
    let mut times = Times::default();
    for round in 0..=ROUNDS {
        let start = Instant::now();
        let ours = black_box((bench.ours)()?);
        let ours_took = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let rust = black_box((bench.rust)());
        let rust_took = start.elapsed().as_secs_f64();
        if ours != rust {
            return Err(format!("{}: ours gives {ours}, Rust {rust}", bench.name).into());
        }
        let took = ["numba", "numpy"].map(|peer| peers.as_mut().map(|python| python.time(peer, bench.name)));
        // The first round warms up.
        if round > 0 {
            times.ours.push(ours_took);
            times.rust.push(rust_took);
            for (times, took) in [&mut times.numba, &mut times.numpy].into_iter().zip(took) {
                times.extend(took.filter(|seconds| seconds.is_finite()));
            }
        }
    }
    Ok(times)
}

fn report(name: &str, mut times: Times) {
    let ours = median(&mut times.ours);
    let against = |other: &mut Vec<f64>| match other.is_empty() {
        true => "–".to_owned(),
        false => format!("{:.2}", ours / median(other)),
    };
    let [rust, numba, numpy] = [&mut times.rust, &mut times.numba, &mut times.numpy].map(against);
    let (low, high) = (times.ours[0] * 1e3, times.ours[times.ours.len() - 1] * 1e3);
    println!("{name:<12} {:>12.3} {rust:>9} {numba:>9} {numpy:>9}  {low:.3} to {high:.3}", ours * 1e3);
}

/// The median; sorts the times.
fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
