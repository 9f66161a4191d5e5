//! Renders the Mandelbrot set with Python kernels and with plain Rust, and compares the times. A GPU
//! renders, too, where there is one.
//!
//! `mandelbrot WIDTH HEIGHT` renders another size.

mod gpu;
mod inline;
mod picture;
mod plain;
mod render;
mod stopwatch;

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::num::NonZero;
use std::process::ExitCode;
use std::thread;

use pykernel::cuda::{self, Device};
use pykernel::ndarray::Array2;

use gpu::Gpu;
use render::{Size, Threads, Way};
use stopwatch::{Progress, Times};

pykernel::kernels!();

/// The part of the plane that the picture shows.
const X: (f64, f64) = (-2.0, 1.0);
const Y: (f64, f64) = (-1.0, 1.0);

/// The picture's rows and columns, if nobody wants others.
const SIZE: Size = (1000, 1500);

/// After how many iterations a point counts as one of the set.
const ITERS: i64 = 200;

const FILE: &str = "mandelbrot.png";

/// How often each way renders; the best time counts.
const ROUNDS: usize = 5;

const WAYS: [Way; 3] = [
    Way {
        name: "py_kernel! { … }",
        whole: |image| inline::create_fractal(X.0, X.1, Y.0, Y.1, image, ITERS),
        rows: |first, height, rows| inline::create_rows(X.0, X.1, Y.0, Y.1, height, first, rows, ITERS),
    },
    Way {
        name: "kernels/fractal.py",
        whole: |image| fractal::create_fractal(X.0, X.1, Y.0, Y.1, image, ITERS),
        rows: |first, height, rows| fractal::create_rows(X.0, X.1, Y.0, Y.1, height, first, rows, ITERS),
    },
    Way {
        name: "plain Rust",
        whole: |image| {
            plain::create_rows(X, Y, image.nrows() as i64, 0, image, ITERS);
            Ok(())
        },
        rows: |first, height, rows| {
            plain::create_rows(X, Y, height, first, rows, ITERS);
            Ok(())
        },
    },
];

/// What the GPU does, and whether the picture is copied then.
const ON_GPU: [(&str, bool); 2] = [("rendered", false), ("and copied", true)];

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

fn run() -> Result<(), Box<dyn Error>> {
    let size = size()?;
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let device = cuda::device(0);
    let mut gpu = device.as_ref().ok().map(|device| Gpu::new(device, size)).transpose()?;
    let pictures = WAYS.len() * 2 + gpu.as_ref().map_or(0, |_| ON_GPU.len());
    let mut progress = Progress::new(pictures * (ROUNDS + 1));
    let picture = first_round(size, threads, gpu.as_mut(), &mut progress)?;
    picture::write(FILE, &picture)?;
    let times = rounds(size, threads, gpu.as_mut(), &mut progress)?;
    progress.finish();
    std::io::stdout().write_all(summary(size, threads, &device, &times).as_bytes())?;
    Ok(())
}

/// The size that the program's arguments ask for.
fn size() -> Result<Size, String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(|argument| argument.parse()).collect::<Result<Vec<u16>, _>>().as_deref() {
        Ok([]) => Ok(SIZE),
        Ok(&[width, height]) if width > 0 && height > 0 => Ok((height.into(), width.into())),
        _ => Err(format!("'{}' is no size: mandelbrot WIDTH HEIGHT", arguments.join(" "))),
    }
}

/// Renders once in every way and makes sure that all pictures are the same.
fn first_round(
    size: Size,
    threads: usize,
    gpu: Option<&mut Gpu>,
    progress: &mut Progress,
) -> Result<Array2<u8>, Box<dyn Error>> {
    let expected = WAYS[2].render(size, Threads::One)?;
    let mut check = |name: &str, column: &str, picture: Array2<u8>| {
        progress.step();
        match picture.indexed_iter().find(|(place, shade)| expected[*place] != **shade) {
            Some((place, _)) => Err(format!("`{name}` and plain Rust differ at {place:?} ({column})")),
            None => Ok(()),
        }
    };
    for (way, threads) in combinations(threads) {
        check(way.name, &threads.to_string(), way.render(size, threads)?)?;
    }
    if let Some(gpu) = gpu {
        for (column, copied) in ON_GPU {
            gpu.render(copied)?.map_or(Ok(()), |picture| check("GPU", column, picture))?;
        }
    }
    Ok(expected)
}

/// Times every way, in turn, so that what disturbs the machine disturbs all.
fn rounds(
    size: Size,
    threads: usize,
    mut gpu: Option<&mut Gpu>,
    progress: &mut Progress,
) -> Result<Times, Box<dyn Error>> {
    let mut times = Times::default();
    for _ in 0..ROUNDS {
        for (way, threads) in combinations(threads) {
            times.measure((way.name, threads.to_string()), || way.render(size, threads))?;
            progress.step();
        }
        if let Some(gpu) = &mut gpu {
            for (column, copied) in ON_GPU {
                times.measure(("GPU", column.to_owned()), || gpu.render(copied))?;
                progress.step();
            }
        }
    }
    Ok(times)
}

fn combinations(threads: usize) -> impl Iterator<Item = (&'static Way, Threads)> {
    WAYS.iter().flat_map(move |way| [(way, Threads::One), (way, Threads::Many(threads))])
}

fn summary(
    (height, width): Size,
    threads: usize,
    device: &Result<Device, cuda::Error>,
    times: &Times,
) -> String {
    let mut text = format!("Mandelbrot set, {width} × {height} pixels, up to {ITERS} iterations each\n\n");
    let columns = [Threads::One, Threads::Many(threads)].map(|threads| threads.to_string());
    let _ = writeln!(text, "{:20}{:>14}{:>14}", "", columns[0], columns[1]);
    for way in &WAYS {
        text += &row(way.name, columns.each_ref().map(|column| times.best((way.name, column.clone()))));
    }
    if let Ok(device) = device {
        let [rendered, copied] = ON_GPU.map(|(column, _)| column);
        let _ = writeln!(text, "{:20}{rendered:>14}{copied:>14}", "");
        text += &row(device.name(), ON_GPU.map(|(column, _)| times.best(("GPU", column.to_owned()))));
    }
    text.push_str("\nTime of Python over Rust, one thread:\n");
    for way in &WAYS[..2] {
        let one = |name| times.best((name, columns[0].clone()));
        let _ = writeln!(text, "{:20}{:>11.2}", way.name, one(way.name) / one(WAYS[2].name));
    }
    if let Err(error) = device {
        let _ = writeln!(text, "\nNo GPU has rendered, the CPU has: {error}");
    }
    let _ = writeln!(text, "\nAll pictures are equal, byte for byte. Written to {FILE}.");
    text
}

/// A line of the table.
fn row(name: &str, [first, second]: [f64; 2]) -> String {
    // The GPU's times are short.
    let digits = if first < 10.0 { 3 } else { 1 };
    format!("{name:20}{first:>11.digits$} ms{second:>11.digits$} ms\n")
}
