//! The same loops in plain Rust, as one would write them.

use pykernel::ndarray::{Array1, Array2};
use pykernel::num_complex::Complex64;

fn mandel(x: f64, y: f64, max_iters: i64) -> i64 {
    let c = Complex64::new(x, y);
    let mut z = Complex64::new(0.0, 0.0);
    for i in 0..max_iters {
        z = z * z + c;
        if z.re * z.re + z.im * z.im >= 4.0 {
            return 255 * i / max_iters;
        }
    }
    255
}

#[inline(never)]
pub fn mandelbrot(image: &mut Array2<u8>, max_iters: i64) {
    let (height, width) = image.dim();
    for ((row, column), shade) in image.indexed_iter_mut() {
        let y = -1.0 + row as f64 * (2.0 / height as f64);
        let x = -2.0 + column as f64 * (3.0 / width as f64);
        *shade = mandel(x, y, max_iters) as u8;
    }
}

#[inline(never)]
pub fn total(x: &Array1<f64>) -> f64 {
    let mut sum = 0.0;
    for x in x {
        sum += x;
    }
    sum
}

#[inline(never)]
pub fn smooth(x: &Array1<f64>, out: &mut Array1<f64>) {
    let (Some(x), Some(out)) = (x.as_slice(), out.as_slice_mut()) else { return };
    assert_eq!(x.len(), out.len());
    for i in 1..x.len() - 1 {
        out[i] = 0.25 * x[i - 1] + 0.5 * x[i] + 0.25 * x[i + 1];
    }
}

#[inline(never)]
pub fn pairwise(points: &Array2<f64>, distances: &mut Array2<f64>) {
    let (n, dims) = points.dim();
    assert_eq!(distances.dim(), (n, n));
    for i in 0..n {
        for j in 0..n {
            let mut sum = 0.0;
            for k in 0..dims {
                let d = points[[i, k]] - points[[j, k]];
                sum += d * d;
            }
            distances[[i, j]] = sum.sqrt();
        }
    }
}

type Point = [f64; 3];

fn dot(a: Point, b: Point) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn difference(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn along(start: Point, direction: Point, t: f64) -> Point {
    [start[0] + t * direction[0], start[1] + t * direction[1], start[2] + t * direction[2]]
}

fn point(lines: &Array2<f64>, row: usize, column: usize) -> Point {
    [lines[[row, column]], lines[[row, column + 1]], lines[[row, column + 2]]]
}

#[inline(never)]
pub fn segments(lines: &Array2<f64>) -> Array2<f64> {
    let n = lines.nrows();
    assert_eq!(lines.ncols(), 6);
    let mut distances = Array2::zeros((n, n));
    for i in 0..n {
        let p = point(lines, i, 0);
        let u = difference(point(lines, i, 3), p);
        let uu = dot(u, u);
        for j in 0..i {
            let q = point(lines, j, 0);
            let v = difference(point(lines, j, 3), q);
            let w = difference(q, p);
            let (uv, vv, uw, vw) = (dot(u, v), dot(v, v), dot(u, w), dot(v, w));
            let denominator = uu * vv - uv * uv;
            let mut s =
                if denominator > 0.0 { ((uw * vv - vw * uv) / denominator).clamp(0.0, 1.0) } else { 0.0 };
            let mut t = if vv > 0.0 { (uv * s - vw) / vv } else { 0.0 };
            if t != t.clamp(0.0, 1.0) {
                t = t.clamp(0.0, 1.0);
                s = if uu > 0.0 { ((uv * t + uw) / uu).clamp(0.0, 1.0) } else { 0.0 };
            }
            let closest = difference(along(p, u, s), along(q, v, t));
            distances[[i, j]] = dot(closest, closest).sqrt();
            distances[[j, i]] = distances[[i, j]];
        }
    }
    distances
}

fn check_neighbour(grid: &Array2<bool>, i: i64, j: i64) -> bool {
    let inside = 0 <= i && i < grid.nrows() as i64 && 0 <= j && j < grid.ncols() as i64;
    inside && grid[[i as usize, j as usize]]
}

#[inline(never)]
pub fn find_max_neighbours(grid: &Array2<bool>) -> i64 {
    let mut most = 0;
    for i in 0..grid.nrows() as i64 {
        for j in 0..grid.ncols() as i64 {
            let mut count = 0;
            for di in [-1, 0, 1] {
                for dj in [-1, 0, 1] {
                    if (di, dj) != (0, 0) && check_neighbour(grid, i + di, j + dj) {
                        count += 1;
                    }
                }
            }
            most = most.max(count);
        }
    }
    most
}

fn cnd(d: f64) -> f64 {
    let k = 1.0 / (1.0 + 0.2316419 * d.abs());
    let polynomial =
        k * (0.319381530 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))));
    let tail = (-0.5 * d * d).exp() / (2.0 * std::f64::consts::PI).sqrt() * polynomial;
    if d > 0.0 { 1.0 - tail } else { tail }
}

#[inline(never)]
pub fn black_scholes(
    [calls, puts]: [&mut Array1<f64>; 2],
    [prices, strikes, years]: &[Array1<f64>; 3],
    risk_free: f64,
    volatility: f64,
) {
    for i in 0..prices.len() {
        let (price, strike, years) = (prices[i], strikes[i], years[i]);
        let deviation = volatility * years.sqrt();
        let d1 = ((price / strike).ln() + (risk_free + 0.5 * (volatility * volatility)) * years) / deviation;
        let d2 = d1 - deviation;
        let discounted = strike * (-risk_free * years).exp();
        calls[i] = price * cnd(d1) - discounted * cnd(d2);
        puts[i] = discounted * (1.0 - cnd(d2)) - price * (1.0 - cnd(d1));
    }
}

#[inline(never)]
pub fn collatz(limit: i64) -> i64 {
    let mut longest = 0;
    for start in 1..limit {
        let (mut n, mut steps) = (start, 0);
        while n != 1 {
            n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
            steps += 1;
        }
        longest = longest.max(steps);
    }
    longest
}

#[inline(never)]
pub fn add(a: i64, b: i64) -> i64 {
    a + b
}
