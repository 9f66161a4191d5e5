//! Asks Python kernels about the airports of the United States.

use std::error::Error;
use std::io::Write as _;
use std::time::{Duration, Instant};

use airports::{Airports, distances, neighbours, segments};
use pykernel::ndarray::{Array2, ArrayView2};

/// How many routes are compared.
const ROUTES: usize = 150;

fn main() -> Result<(), Box<dyn Error>> {
    let airports = Airports::read()?;
    let points = airports.points();
    let mut out = std::io::stdout().lock();

    let mut between = Array2::zeros((points.nrows(), points.nrows()));
    let (result, took) = timed(|| distances::pairwise(&points, &mut between));
    result?;
    let (i, j) = farthest(between.view());
    let (first, second) = (airports.codes[i], airports.codes[j]);
    writeln!(out, "pairwise            {took:>10.1?}  {0} × {0} distances", points.nrows())?;
    writeln!(out, "  farthest apart: {first} and {second}, {:.0} km through the Earth", between[[i, j]])?;

    let grid = airports.grid();
    let (most, took) = timed(|| neighbours::find_max_neighbours(&grid));
    writeln!(out, "find_max_neighbours {took:>10.1?}  {} × {} cells", grid.nrows(), grid.ncols())?;
    writeln!(out, "  a cell of half a degree has at most {} neighbours with an airport", most?)?;

    let routes = airports.segments(ROUTES);
    let (between, took) = timed(|| segments::compute(&routes));
    let (i, j) = farthest(between?.view());
    writeln!(out, "compute             {took:>10.1?}  {ROUTES} × {ROUTES} segments")?;
    writeln!(
        out,
        "  the routes {} and {} come least close to each other",
        route(&airports, i),
        route(&airports, j)
    )?;
    Ok(())
}

/// The names of a route's ends.
fn route(airports: &Airports, index: usize) -> String {
    format!("{}–{}", airports.codes[2 * index], airports.codes[2 * index + 1])
}

/// What something gives, and how long it takes.
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

/// Where the largest distance stands.
fn farthest(distances: ArrayView2<'_, f64>) -> (usize, usize) {
    let greater = |a: &((usize, usize), &f64), b: &((usize, usize), &f64)| a.1.total_cmp(b.1);
    distances.indexed_iter().max_by(greater).map_or((0, 0), |(place, _)| place)
}
