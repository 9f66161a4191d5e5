//! The airports of the United States, and what Python kernels find out about them.
//!
//! `data/airports.csv` is from the Bureau of Transportation Statistics: a code, latitude and
//! longitude in degrees, for 3376 airports.

use std::num::ParseFloatError;

use pykernel::ndarray::{Array2, s};

pykernel::kernels!();

/// The mean radius of the Earth, in kilometres (IUGG).
const RADIUS: f64 = 6371.0088;

/// The airports' codes and their places: latitude and longitude in degrees, in two columns.
#[derive(Debug)]
pub struct Airports {
    /// The codes.
    pub codes: Vec<&'static str>,
    /// The places.
    pub places: Array2<f64>,
}

impl Airports {
    /// Reads the airports that come with this example.
    ///
    /// # Errors
    /// If a coordinate is not a number.
    pub fn read() -> Result<Airports, ParseFloatError> {
        let lines = include_str!("../data/airports.csv").lines().skip(1);
        let rows: Vec<[&str; 3]> =
            lines.filter_map(|line| line.split(',').collect::<Vec<_>>().try_into().ok()).collect();
        let mut places = Array2::zeros((rows.len(), 2));
        for (mut place, row) in places.outer_iter_mut().zip(&rows) {
            place[0] = row[1].parse()?;
            place[1] = row[2].parse()?;
        }
        Ok(Airports { codes: rows.iter().map(|row| row[0]).collect(), places })
    }

    /// The airports as points of space, in kilometres from the centre of the Earth; shape (n, 3).
    pub fn points(&self) -> Array2<f64> {
        let mut points = Array2::zeros((self.places.nrows(), 3));
        for (mut point, place) in points.outer_iter_mut().zip(self.places.outer_iter()) {
            let (latitude, longitude) = (place[0].to_radians(), place[1].to_radians());
            point[0] = RADIUS * latitude.cos() * longitude.cos();
            point[1] = RADIUS * latitude.cos() * longitude.sin();
            point[2] = RADIUS * latitude.sin();
        }
        points
    }

    /// Straight lines between the first `2 * n` airports, two and two; shape (n, 6).
    pub fn segments(&self, n: usize) -> Array2<f64> {
        let points = self.points();
        let ends = points.slice(s![..2 * n, ..]).to_owned();
        ends.into_shape_with_order((n, 6)).unwrap_or_else(|_| Array2::zeros((0, 6)))
    }

    /// Whether there is an airport in each cell of half a degree between 24° and 50° north and
    /// between 125° and 66° west; shape (52, 118).
    pub fn grid(&self) -> Array2<bool> {
        let mut grid = Array2::from_elem((52, 118), false);
        for place in self.places.outer_iter() {
            let (row, column) = ((place[0] - 24.0) * 2.0, (place[1] + 125.0) * 2.0);
            if row >= 0.0
                && column >= 0.0
                && let Some(cell) = grid.get_mut((row as usize, column as usize))
            {
                *cell = true;
            }
        }
        grid
    }
}
