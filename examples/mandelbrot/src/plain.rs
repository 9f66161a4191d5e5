//! The kernels of `kernels/fractal.py` for CPUs, in Rust.

use pykernel::ndarray::ArrayViewMut2;
use pykernel::num_complex::Complex;

/// The shade of a point: how soon it escapes, 255 if it does not.
fn mandel(x: f64, y: f64, max_iters: i64) -> i64 {
    let c = Complex::new(x, y);
    let mut z = Complex::new(0.0, 0.0);
    for i in 0..max_iters {
        z = z * z + c;
        if z.re * z.re + z.im * z.im >= 4.0 {
            return 255 * i / max_iters;
        }
    }
    255
}

/// Renders the rows of an image from row number `first` on.
#[inline(never)]
pub fn create_rows(
    (min_x, max_x): (f64, f64),
    (min_y, max_y): (f64, f64),
    height: i64,
    first: i64,
    mut rows: ArrayViewMut2<u8>,
    iters: i64,
) {
    let width = rows.ncols();
    let pixel_x = (max_x - min_x) / width as f64;
    let pixel_y = (max_y - min_y) / height as f64;
    for row in 0..rows.nrows() {
        let y = min_y + (first + row as i64) as f64 * pixel_y;
        for column in 0..width {
            let x = min_x + column as f64 * pixel_x;
            rows[[row, column]] = mandel(x, y, iters) as u8;
        }
    }
}
