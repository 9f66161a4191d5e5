//! The product of two matrices.

use pykernel::cuda::{self, DeviceArray, Stream};
use pykernel::ndarray::{Array2, Ix2};
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

use crate::table::Table;
use crate::{Outcome, matmul};

/// The threads of a block along x and along y: `TILE` of `kernels/matmul.py`.
const TILE: u32 = 16;

/// The product on the CPU and, with a stream, on its GPU.
pub fn table(side: usize, threads: usize, stream: Option<&Stream>) -> Outcome<String> {
    let a = Array2::from_shape_fn((side, side + 1), |(i, j)| 1.0 / (1 + i + 2 * j) as f64);
    let b = Array2::from_shape_fn((side + 1, side + 2), |(i, j)| ((3 * i + j) % 17) as f64 - 8.5);
    let [one, all] = [pool(1)?, pool(threads)?];
    let title = format!("A product of matrices of shapes {:?} and {:?}", a.shape(), b.shape());
    let mut table = Table::new(&title, on_cpu(&one, &a, &b)?);
    table.line("one thread", || Ok(Some(on_cpu(&one, &a, &b)?)))?;
    table.line(&format!("{threads} threads"), || Ok(Some(on_cpu(&all, &a, &b)?)))?;
    if let Some(stream) = stream {
        let (x, y) = (stream.upload(&a)?, stream.upload(&b)?);
        table.line(stream.device().name(), || {
            let _result = on_gpu(stream, &x, &y)?;
            stream.synchronize()?;
            Ok(None)
        })?;
        table.line("  copied there first, and back at last", || {
            Ok(Some(on_gpu(stream, &stream.upload(&a)?, &stream.upload(&b)?)?.to_array()?))
        })?;
    }
    Ok(table.text())
}

fn pool(threads: usize) -> Result<ThreadPool, ThreadPoolBuildError> {
    ThreadPoolBuilder::new().num_threads(threads).build()
}

/// A loop over `prange` takes the threads of rayon's current pool.
fn on_cpu(pool: &ThreadPool, a: &Array2<f64>, b: &Array2<f64>) -> Result<Array2<f64>, pykernel::Error> {
    let mut c = Array2::zeros((a.nrows(), b.ncols()));
    pool.install(|| matmul::on_cpu(a, b, &mut c))?;
    Ok(c)
}

/// A matrix in the GPU's memory.
type There = DeviceArray<f64, Ix2>;

fn on_gpu(stream: &Stream, a: &There, b: &There) -> Result<There, cuda::Error> {
    let (rows, columns) = (a.shape()[0], b.shape()[1]);
    let mut c = stream.zeros((rows, columns))?;
    let blocks = |n: usize| (n as u32).div_ceil(TILE);
    matmul::on_gpu(stream, ((blocks(columns), blocks(rows)), (TILE, TILE)), a, b, &mut c)?;
    Ok(c)
}
