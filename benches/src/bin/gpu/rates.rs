//! What the machine can do at most: how fast it copies and computes.

use std::fmt;

use pykernel::cuda::{Error, Stream};
use pykernel::ndarray::Array1;

use crate::Done;
use crate::measure::{Runs, Work};

pykernel::py_kernel! {
    from numba import cuda, vectorize, float64

    @vectorize([float64(float64)], target="cuda")
    def copied(x):
        return x

    @cuda.jit("void(float64[::1], int64, float64, float64)", fastmath={"contract"})
    def multiply_add(out, rounds, factor, addend):
        i = cuda.grid(1)
        a, b, c, d = i + 0.0, i + 1.0, i + 2.0, i + 3.0
        e, f, g, h = i + 4.0, i + 5.0, i + 6.0, i + 7.0
        for round in range(rounds):
            a = a * factor + addend
            b = b * factor + addend
            c = c * factor + addend
            d = d * factor + addend
            e = e * factor + addend
            f = f * factor + addend
            g = g * factor + addend
            h = h * factor + addend
        out[i] = a + b + c + d + e + f + g + h
}

/// The chains of `multiply_add`: as many results as a thread waits for at once.
const CHAINS: usize = 8;

/// What the machine does in a second.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// Bytes that are read and written in the device's memory by a copy: the faster of the driver's and a ufunc's.
    pub copy: f64,
    /// Fused multiply-adds of float64.
    pub multiply_adds: f64,
    /// Bytes that are copied from pinned memory of the host.
    pub link: f64,
}

pub fn measure(stream: &Stream, small: bool) -> Done<Rates> {
    let runs = Runs::new(small);
    Ok(Rates {
        copy: copy(stream, runs, if small { 1000 } else { 1 << 26 })?,
        multiply_adds: multiply_adds(stream, runs, small)?,
        link: link(stream, runs, if small { 1000 } else { 1 << 25 })?,
    })
}

fn copy(stream: &Stream, runs: Runs, n: usize) -> Done<f64> {
    let host = Array1::from_shape_fn(n, |i| 1.0 + (i % 1000) as f64);
    let x = stream.upload(&host)?;
    let mut y = stream.zeros::<f64, _>(n)?;
    let by_driver = runs.on_device(stream, || y.copy_from(&x.view()))?;
    let right = y.to_array()? == host;
    y.view_mut().fill(0.0)?;
    let by_ufunc = runs.on_device(stream, || copied.cuda(stream).call_into(&x, y.view_mut()))?;
    if !right || y.to_array()? != host {
        return Err("a copy on the device is not what was copied".into());
    }
    Ok((2 * size_of::<f64>() * n) as f64 / by_driver.median.min(by_ufunc.median))
}

fn multiply_adds(stream: &Stream, runs: Runs, small: bool) -> Done<f64> {
    let blocks = if small { 1 } else { 8 * stream.device().multiprocessors() };
    let (threads, rounds) = (256, if small { 16 } else { 1 << 14 });
    let n = blocks as usize * threads as usize;
    let mut out = stream.zeros::<f64, _>(n)?;
    let (factor, addend) = (0.999, 0.001);
    let times =
        runs.on_device(stream, || multiply_add(stream, (blocks, threads), &mut out, rounds, factor, addend))?;
    let chain = |first: usize| (0..rounds).fold(first as f64, |value, _| value.mul_add(factor, addend));
    let expected = |i: usize| (i..i + CHAINS).map(chain).reduce(|sum, value| sum + value);
    let sums = out.to_vec()?;
    if [0, n / 3, n - 1].into_iter().any(|i| Some(sums[i]) != expected(i)) {
        return Err("fused multiply-adds on the device are not the CPU's".into());
    }
    Ok((CHAINS * n) as f64 * rounds as f64 / times.median)
}

fn link(stream: &Stream, runs: Runs, n: usize) -> Done<f64> {
    let mut buffer = stream.device().pinned::<f64>(n)?;
    buffer.fill(1.5);
    let mut free = Some(buffer);
    let times = runs.on_host(|| {
        let Some(buffer) = free.take() else { return Ok(()) };
        let (_, copy) = stream.upload_pinned(buffer, n)?;
        free = Some(copy.wait()?);
        Ok::<_, Error>(())
    })?;
    Ok((size_of::<f64>() * n) as f64 / times.median)
}

impl Rates {
    /// Which parts of the rates some work in some time is.
    pub fn parts(&self, work: &Work, seconds: f64) -> String {
        let parts = [
            (work.bytes, self.copy, "copy"),
            (work.instructions, self.multiply_adds, "FMA"),
            (work.uploaded, self.link, "link"),
        ];
        let parts = parts.into_iter().filter(|(amount, _, _)| *amount > 0.0);
        let parts = parts.map(|(amount, rate, name)| format!("{:.2} {name}", amount / rate / seconds));
        parts.collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rates { copy, multiply_adds, link } = self;
        write!(
            f,
            "it copies {:.0} GB/s (read and written), does {:.2e} fused multiply-adds of float64 a second, \
             and gets {:.1} GB/s from pinned memory",
            copy / 1e9,
            multiply_adds,
            link / 1e9
        )
    }
}
