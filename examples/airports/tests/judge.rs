//! The kernels against what CPython has computed from the same data (`expected/`, written by
//! `tests/judge/examples.py`).

use std::error::Error;

use airports::{Airports, distances, neighbours, segments};
use pykernel::ndarray::{Array2, s};

/// How many airports, and how many segments, CPython was asked about.
const N: usize = 40;

/// Kilometres: a millimetre. The points themselves come from sines and cosines of two libraries.
const TOLERANCE: f64 = 1e-6;

#[test]
fn distances_are_the_judges() -> Result<(), Box<dyn Error>> {
    let points = Airports::read()?.points().slice(s![..N, ..]).to_owned();
    let mut between = Array2::zeros((N, N));
    distances::pairwise(&points, &mut between)?;
    assert_close(&between, include_str!("../expected/distances.csv"))
}

#[test]
fn distances_of_segments_are_the_judges() -> Result<(), Box<dyn Error>> {
    let between = segments::compute(&Airports::read()?.segments(N))?;
    assert_close(&between, include_str!("../expected/segments.csv"))
}

#[test]
fn neighbours_are_the_judges() -> Result<(), Box<dyn Error>> {
    let most = neighbours::find_max_neighbours(&Airports::read()?.grid())?;
    assert_eq!(most, include_str!("../expected/neighbours.csv").trim().parse()?);
    Ok(())
}

/// Compares a square array with a table of rows of numbers.
fn assert_close(found: &Array2<f64>, expected: &str) -> Result<(), Box<dyn Error>> {
    let numbers = expected.split([',', '\n']).filter(|text| !text.is_empty()).map(str::parse);
    let expected = numbers.collect::<Result<Vec<f64>, _>>()?;
    assert_eq!((found.dim(), found.len()), ((N, N), expected.len()));
    for ((place, found), expected) in found.indexed_iter().zip(expected) {
        assert!((found - expected).abs() < TOLERANCE, "{found} is not {expected} at {place:?}");
    }
    Ok(())
}
