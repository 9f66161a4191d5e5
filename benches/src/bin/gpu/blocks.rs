//! Work that the threads of a block or warp share.

use pykernel::cuda::{DeviceArray, Error, Extent, Stream};
use pykernel::ndarray::{Array, Array1, Array2, Array3, Axis, Ix1};

use crate::Done;
use crate::kernels::{batch_matmul, block_sums, histogram, matmul, row_sums};
use crate::measure::{Bench, Work, Workload};

/// The threads of a block, and the side of a tile, as `kernels.py` has them.
const THREADS: usize = 256;
const TILE: usize = 16;

const FIRST: Axis = Axis(0);

pub fn all(bench: &mut Bench) -> Done {
    for columns in [128, 32, 8] {
        sums_of_rows(bench, columns)?;
    }
    for n in [4, 8, 16, 32] {
        products(bench, n)?;
    }
    reduction(bench)?;
    counts(bench)?;
    product(bench)
}

/// A natural number below 101 for an element: sums of them are exact in any order.
pub fn natural(i: usize) -> f64 {
    (i * 37 % 101) as f64
}

/// A number of blocks, as a grid has them.
fn blocks(n: usize) -> u32 {
    u32::try_from(n).unwrap_or_else(|_| unreachable!("bug in the benchmarks: {n} blocks"))
}

fn sums_of_rows(bench: &mut Bench, columns: usize) -> Done {
    let rows = bench.size((1 << 27) / columns, 10);
    let host = Array2::from_shape_fn((rows, columns), |(i, j)| natural(i * columns + j));
    let stream = bench.stream.clone();
    let (x, mut sums) = (stream.upload(&host)?, stream.zeros::<f64, _>(rows)?);
    let extent = Extent::for_all(rows * 32);
    row_sums(&stream, extent, &x, &mut sums)?;
    let on_cpu: Vec<f64> = host.rows().into_iter().map(|row| row.iter().sum()).collect();
    bench.check("row sums", sums.to_vec()? == on_cpu)?;
    let workload = Workload {
        name: format!("sums of {rows} rows of {columns}"),
        case: format!("row_sums {rows} {columns}"),
        items: (rows * columns) as f64,
        unit: "elements",
        work: Work { bytes: (8 * rows * (columns + 1)) as f64, ..Work::default() },
        goal: if columns < 64 { "0.60 copy" } else { "0.80 copy" },
    };
    bench.time(workload, || row_sums(&stream, extent, &x, &mut sums))
}

fn products(bench: &mut Bench, n: usize) -> Done {
    let count = bench.size((1 << 25) / (n * n), 5);
    let numbers = |first: usize| {
        Array3::from_shape_fn((count, n, n), |(i, j, k)| 0.125 + natural(first + (i * n + j) * n + k) / 7.0)
    };
    let (a, b) = (numbers(0), numbers(50));
    let stream = bench.stream.clone();
    let (x, y, mut out) = (stream.upload(&a)?, stream.upload(&b)?, stream.zeros::<f64, _>((count, n, n))?);
    let thick = (THREADS / (n * n)).max(1);
    let side = blocks(n);
    let extent = Extent::from((blocks(count.div_ceil(thick)), (side, side, blocks(thick))));
    batch_matmul(&stream, extent, &x, &y, &mut out)?;
    let on_gpu = out.to_array()?;
    let of_one = |i: usize| folds(&a.index_axis(FIRST, i).to_owned(), &b.index_axis(FIRST, i).to_owned());
    bench.check("batch_matmul", (0..count).all(|i| on_gpu.index_axis(FIRST, i) == of_one(i)))?;
    let workload = Workload {
        name: format!("batch_matmul, {count} products of {n}×{n}"),
        case: format!("batch_matmul {count} {n}"),
        items: count as f64,
        unit: "products",
        work: Work {
            bytes: (24 * count * n * n) as f64,
            instructions: (count * n * n * n) as f64,
            ..Work::default()
        },
        goal: "0.70 copy",
    };
    bench.time(workload, || batch_matmul(&stream, extent, &x, &y, &mut out))
}

/// A product of matrices whose elements are sums from left to right, each product and sum rounded, as kernels have it.
fn folds(a: &Array2<f64>, b: &Array2<f64>) -> Array2<f64> {
    let mut out = Array::zeros((a.nrows(), b.ncols()));
    for (a, mut out) in a.rows().into_iter().zip(out.rows_mut()) {
        for (a, b) in a.iter().zip(b.rows()) {
            out.zip_mut_with(&b, |total: &mut f64, b| *total += a * b);
        }
    }
    out
}

fn reduction(bench: &mut Bench) -> Done {
    let n = bench.size(1 << 27, 3000);
    let host = Array1::from_shape_fn(n, natural);
    let stream = bench.stream.clone();
    let grid = bench.size(8 * stream.device().multiprocessors() as usize, 3);
    let (x, mut parts) = (stream.upload(&host)?, stream.zeros::<f64, _>(grid)?);
    let mut sum = stream.zeros::<f64, _>(1)?;
    let grid = blocks(grid);
    let workload = Workload {
        name: format!("block reduction, {n} float64"),
        case: format!("block_sums {n} {grid}"),
        items: n as f64,
        unit: "elements",
        work: Work { bytes: 8.0 * n as f64, ..Work::default() },
        goal: "0.90 copy",
    };
    add_up(&stream, grid, &x, &mut parts, &mut sum)?;
    bench.check("block reduction", sum.to_vec()? == [host.sum()])?;
    bench.time(workload, || add_up(&stream, grid, &x, &mut parts, &mut sum))
}

/// The sum of all elements, by way of one for each block.
fn add_up(
    stream: &Stream,
    grid: u32,
    x: &DeviceArray<f64, Ix1>,
    parts: &mut DeviceArray<f64, Ix1>,
    sum: &mut DeviceArray<f64, Ix1>,
) -> Result<(), Error> {
    block_sums(stream, (grid, blocks(THREADS)), x, &mut *parts)?;
    block_sums(stream, (1, blocks(THREADS)), &*parts, sum)
}

fn counts(bench: &mut Bench) -> Done {
    let n = bench.size(1 << 27, 3000);
    // In no order: multiplicative hashing (Knuth 6.4).
    let host = Array1::from_shape_fn(n, |i| ((i as u32).wrapping_mul(2_654_435_761) >> 24) as i32);
    let mut expected = vec![0; THREADS];
    host.iter().for_each(|number| expected[*number as usize] += 1);
    let stream = bench.stream.clone();
    let grid = bench.size(8 * stream.device().multiprocessors() as usize, 3);
    let (x, mut bins) = (stream.upload(&host)?, stream.zeros::<i32, _>(THREADS)?);
    let extent = Extent::from((blocks(grid), blocks(THREADS)));
    histogram(&stream, extent, &x, &mut bins)?;
    bench.check("histogram", bins.to_vec()? == expected)?;
    let workload = Workload {
        name: format!("histogram, {n} int32, {THREADS} bins"),
        case: format!("histogram {n} {grid}"),
        items: n as f64,
        unit: "elements",
        work: Work { bytes: 4.0 * n as f64, ..Work::default() },
        goal: "–",
    };
    bench.time(workload, || histogram(&stream, extent, &x, &mut bins))
}

fn product(bench: &mut Bench) -> Done {
    let n = bench.size(4096, 2 * TILE);
    let a = Array2::from_shape_fn((n, n), |(i, j)| 0.125 + natural(i * n + j) / 7.0);
    let b = Array2::from_shape_fn((n, n), |(i, j)| 0.375 - natural(i * n + j + 50) / 9.0);
    let stream = bench.stream.clone();
    let (x, y, mut out) = (stream.upload(&a)?, stream.upload(&b)?, stream.zeros::<f64, _>((n, n))?);
    let extent = Extent::from(((blocks(n / TILE), blocks(n / TILE)), (blocks(TILE), blocks(TILE))));
    matmul(&stream, extent, &x, &y, &mut out)?;
    // Of all rows the CPU takes seconds.
    let rows: Vec<usize> = (0..n).step_by(n / 8 - 1).collect();
    let on_cpu = folds(&a.select(FIRST, &rows), &b);
    bench.check("tiled matmul", out.to_array()?.select(FIRST, &rows) == on_cpu)?;
    let workload = Workload {
        name: format!("tiled matmul, {n}×{n}"),
        case: format!("matmul {n}"),
        items: (n * n * n) as f64,
        unit: "multiply-adds",
        work: Work { instructions: (n * n * n) as f64, ..Work::default() },
        goal: "–",
    };
    bench.time(workload, || matmul(&stream, extent, &x, &y, &mut out))
}
