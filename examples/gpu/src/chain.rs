//! Three ufuncs, each on what the one before gives.

use pykernel::cuda::{self, DeviceArray, Stream};
use pykernel::ndarray::{Array1, Ix1};

use crate::Outcome;
use crate::signal::{damped, logistic, rel_diff};
use crate::table::Table;

/// How soon the oscillation fades.
const RATE: f64 = 0.5;

/// The chain on the CPU and, with a stream, on its GPU.
pub fn table(n: usize, threads: usize, stream: Option<&Stream>) -> Outcome<String> {
    let x = Array1::from_shape_fn(n, |i| 1.0 + (i % 1009) as f64 / 64.0);
    let y = Array1::from_shape_fn(n, |i| 2.0 + (i % 997) as f64 / 128.0);
    let mut table = Table::new(&format!("A chain of three ufuncs over {n} elements"), on_cpu(&x, &y, false)?);
    table.line("one thread", || Ok(Some(on_cpu(&x, &y, false)?)))?;
    table.line(&format!("{threads} threads"), || Ok(Some(on_cpu(&x, &y, true)?)))?;
    if let Some(stream) = stream {
        let (a, b) = (stream.upload(&x)?, stream.upload(&y)?);
        table.line(stream.device().name(), || {
            let _result = on_gpu(stream, &a, &b)?;
            stream.synchronize()?;
            Ok(None)
        })?;
        table.line("  copied there first, and back at last", || {
            Ok(Some(on_gpu(stream, &stream.upload(&x)?, &stream.upload(&y)?)?.to_array()?))
        })?;
        table.line("  copied there and back for each ufunc", || Ok(Some(by_way_of_host(stream, &x, &y)?)))?;
    }
    Ok(table.text())
}

fn on_cpu(x: &Array1<f64>, y: &Array1<f64>, parallel: bool) -> Result<Array1<f64>, pykernel::Error> {
    if parallel {
        let apart = rel_diff.parallel().call((x, y))?;
        return logistic.parallel().call(&damped.parallel().call((&apart, RATE))?);
    }
    logistic.serial().call(&damped.serial().call((&rel_diff.serial().call((x, y))?, RATE))?)
}

/// An array in the GPU's memory.
type There = DeviceArray<f64, Ix1>;

/// Nothing is copied between the ufuncs, and nobody waits.
fn on_gpu(stream: &Stream, x: &There, y: &There) -> Result<There, cuda::Error> {
    let apart = rel_diff.cuda(stream).call((x, y))?;
    let faded = damped.cuda(stream).call((&apart, RATE))?;
    logistic.cuda(stream).call(&faded)
}

/// As a program computes that has all arrays in the host's memory.
fn by_way_of_host(stream: &Stream, x: &Array1<f64>, y: &Array1<f64>) -> Result<Array1<f64>, cuda::Error> {
    let apart = rel_diff.cuda(stream).call((&stream.upload(x)?, &stream.upload(y)?))?.to_array()?;
    let faded = damped.cuda(stream).call((&stream.upload(&apart)?, RATE))?.to_array()?;
    logistic.cuda(stream).call(&stream.upload(&faded)?)?.to_array()
}
