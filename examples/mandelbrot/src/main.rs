//! Renders the Mandelbrot set with Python kernels and with plain Rust, and compares the times.

mod inline;
mod picture;
mod plain;
mod render;
mod stopwatch;

use std::fmt::Write as _;
use std::io::Write as _;
use std::num::NonZero;
use std::process::ExitCode;
use std::thread;

use ndarray::Array2;
use pykernel::ndarray;

use render::{Threads, Way};
use stopwatch::{Progress, Times};

pykernel::kernels!();

/// The picture: its size, and the part of the plane that it shows.
const WIDTH: usize = 1500;
const HEIGHT: usize = 1000;
const X: (f64, f64) = (-2.0, 1.0);
const Y: (f64, f64) = (-1.0, 1.0);

/// After how many iterations a point counts as one of the set.
const ITERS: i64 = 200;

const FILE: &str = "mandelbrot.png";

/// How often each way renders; the best time counts.
const ROUNDS: usize = 5;

const WAYS: [Way; 3] = [
    Way {
        name: "py_kernel! { … }",
        whole: |image| inline::create_fractal(X.0, X.1, Y.0, Y.1, image, ITERS),
        rows: |first, rows| inline::create_rows(X.0, X.1, Y.0, Y.1, HEIGHT as i64, first, rows, ITERS),
    },
    Way {
        name: "kernels/fractal.py",
        whole: |image| fractal::create_fractal(X.0, X.1, Y.0, Y.1, image, ITERS),
        rows: |first, rows| fractal::create_rows(X.0, X.1, Y.0, Y.1, HEIGHT as i64, first, rows, ITERS),
    },
    Way {
        name: "plain Rust",
        whole: |image| {
            plain::create_rows(X, Y, HEIGHT as i64, 0, image, ITERS);
            Ok(())
        },
        rows: |first, rows| {
            plain::create_rows(X, Y, HEIGHT as i64, first, rows, ITERS);
            Ok(())
        },
    },
];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nowhere is left to complain if this fails.
            let _ = writeln!(std::io::stderr(), "mandelbrot: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let mut progress = Progress::new(WAYS.len() * 2 * (ROUNDS + 1));
    let picture = first_round(threads, &mut progress)?;
    picture::write(FILE, &picture)?;
    let times = rounds(threads, &mut progress)?;
    progress.finish();
    std::io::stdout().write_all(summary(threads, &times).as_bytes())?;
    Ok(())
}

/// Renders once in every way and makes sure that all pictures are the same.
fn first_round(threads: usize, progress: &mut Progress) -> Result<Array2<u8>, Box<dyn std::error::Error>> {
    let expected = WAYS[2].render(Threads::One)?;
    for (way, threads) in combinations(threads) {
        let picture = way.render(threads)?;
        progress.step();
        if let Some((place, _)) = picture.indexed_iter().find(|(place, shade)| expected[*place] != **shade) {
            let message = format!("`{}` and plain Rust differ at {place:?} ({threads})", way.name);
            return Err(message.into());
        }
    }
    Ok(expected)
}

/// Times every way, in turn, so that what disturbs the machine disturbs all.
fn rounds(threads: usize, progress: &mut Progress) -> Result<Times, pykernel::Error> {
    let mut times = Times::default();
    for _ in 0..ROUNDS {
        for (way, threads) in combinations(threads) {
            times.measure((way.name, threads), || way.render(threads))?;
            progress.step();
        }
    }
    Ok(times)
}

fn combinations(threads: usize) -> impl Iterator<Item = (&'static Way, Threads)> {
    WAYS.iter().flat_map(move |way| [(way, Threads::One), (way, Threads::Many(threads))])
}

fn summary(threads: usize, times: &Times) -> String {
    let columns = [Threads::One, Threads::Many(threads)];
    let mut text = format!("Mandelbrot set, {WIDTH} × {HEIGHT} pixels, up to {ITERS} iterations each\n\n");
    let _ = writeln!(text, "{:20}{:>14}{:>14}", "", columns[0].to_string(), columns[1].to_string());
    for way in &WAYS {
        let [one, many] = columns.map(|threads| times.best((way.name, threads)));
        let _ = writeln!(text, "{:20}{one:>11.1} ms{many:>11.1} ms", way.name);
    }
    text.push_str("\nTime of Python over Rust, one thread:\n");
    for way in &WAYS[..2] {
        let ratio = times.best((way.name, Threads::One)) / times.best((WAYS[2].name, Threads::One));
        let _ = writeln!(text, "{:20}{ratio:>11.2}", way.name);
    }
    let _ = writeln!(text, "\nAll pictures are equal, byte for byte. Written to {FILE}.");
    text
}
