//! Renders the same picture in three ways on one thread and on all cores. No lock is held anywhere: the
//! times are those of the work, divided by the cores.

use std::io::Write as _;
use std::num::NonZero;
use std::time::Instant;

use pykernel::Error;
use pykernel::ndarray::{Array1, Array2, Axis};

pykernel::kernels!();

use mandelbrot::{escape_time, render};

/// The picture has so many rows and columns.
const SIZE: usize = 800;

/// After how many steps a point counts as one of the set.
const LIMIT: i64 = 300;

/// How often each way renders; the best time counts.
const ROUNDS: usize = 5;

/// A way to render on so many threads.
type Way<'a> = (&'static str, &'a dyn Fn(usize) -> Result<Array2<i64>, Box<dyn std::error::Error>>);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let re = Array1::linspace(-2.0, 0.5, SIZE);
    let im = Array1::linspace(-1.25, 1.25, SIZE);
    let rows = im.view().insert_axis(Axis(1));
    let ufunc = |threads: usize| {
        let called = match threads {
            1 => escape_time.serial().call((&re, &rows, LIMIT)),
            _ => escape_time.parallel().call((&re, &rows, LIMIT)),
        };
        Ok(called?)
    };
    // A loop over `prange` takes the threads of rayon's current pool.
    let prange = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
        let mut image = Array2::zeros((SIZE, SIZE));
        pool.install(|| render(&re, &im, LIMIT, &mut image))?;
        Ok(image)
    };
    // Each thread of the program calls the kernel for rows of its own, as often as there are rows.
    let own = |threads: usize| Ok(on_threads(&re, &im, threads)?);
    let ways: [Way<'_>; 3] =
        [("ufunc, .parallel()", &ufunc), ("prange", &prange), ("threads of our own", &own)];
    let expected = ufunc(1)?;
    let mut text = format!("{SIZE} × {SIZE} points, up to {LIMIT} steps each\n\n{:<20}", "");
    text += &format!("{:>12}{:>12}\n", "1 thread", format!("{cores} threads"));
    for (name, way) in ways {
        let [one, all] = [best(way, 1, &expected)?, best(way, cores, &expected)?];
        text += &format!("{name:<20}{one:>9.1} ms{all:>9.1} ms{:>7.2} times as fast\n", one / all);
    }
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}

/// The shortest time of some rounds, in milliseconds; all pictures must be the expected one.
fn best(
    way: &dyn Fn(usize) -> Result<Array2<i64>, Box<dyn std::error::Error>>,
    threads: usize,
    expected: &Array2<i64>,
) -> Result<f64, Box<dyn std::error::Error>> {
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let image = way(threads)?;
        best = best.min(start.elapsed().as_secs_f64() * 1e3);
        if image != expected {
            return Err("two ways give different pictures".into());
        }
    }
    Ok(best)
}

/// Renders rows by turns: the first thread the first row, the second one the second, and so on.
fn on_threads(re: &Array1<f64>, im: &Array1<f64>, threads: usize) -> Result<Array2<i64>, Error> {
    let mut image = Array2::zeros((SIZE, SIZE));
    let mut shares: Vec<Vec<_>> = (0..threads).map(|_| Vec::new()).collect();
    for (row, pixels) in image.axis_iter_mut(Axis(0)).enumerate() {
        shares[row % threads].push((im[row], pixels));
    }
    std::thread::scope(|scope| {
        let work = |share: Vec<_>| {
            share
                .into_iter()
                .try_for_each(|(y, mut pixels)| escape_time.serial().call_into((re, y, LIMIT), &mut pixels))
        };
        let running: Vec<_> = shares.into_iter().map(|share| scope.spawn(move || work(share))).collect();
        running.into_iter().try_for_each(|thread| match thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })?;
    Ok(image)
}
