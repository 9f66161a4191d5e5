//! Work on each element alone, of arrays on the device.

use pykernel::cuda::Extent;
use pykernel::ndarray::{Array1, Axis};

use crate::Done;
use crate::host::{first, second};
use crate::kernels::{black_scholes, escape_time, on_cpu, rel_diff};
use crate::measure::{Bench, Work, Workload};

/// Instructions on float64 of a round of the Mandelbrot set's at least: 4 products, 4 sums, a comparison; one product and
/// one sum are a fused multiply-add.
const ROUND: f64 = 8.0;

/// Instructions on float64 of an option's prices, about: a logarithm (45), three exponentials (20 each), a square root (12),
/// what is left of two distributions (60 together) and the quotients (10 each). In the code for sm_90 stand 265, some of
/// which are for rare arguments.
const OPTION: f64 = 240.0;

pub fn all(bench: &mut Bench) -> Done {
    mandelbrot(bench)?;
    rel_diffs(bench)?;
    options(bench)
}

fn mandelbrot(bench: &mut Bench) -> Done {
    let (n, limit) = (bench.size(4096, 24), 256);
    let re = Array1::linspace(-2.0, 0.5, n);
    let im = Array1::linspace(-1.2, 1.2, n).insert_axis(Axis(1));
    let stream = bench.stream.clone();
    let (x, y, mut out) = (stream.upload(&re)?, stream.upload(&im)?, stream.zeros::<i64, _>((n, n))?);
    escape_time.cuda(&stream).call_into((&x, &y, limit), out.view_mut())?;
    let on_gpu = out.to_array()?;
    bench.check("mandelbrot", on_gpu == escape_time.parallel().call((&re, &im, limit))?)?;
    let rounds = on_gpu.iter().map(|rounds| *rounds as f64).sum();
    let workload = Workload {
        name: format!("Mandelbrot, {n}×{n}, {limit} iterations"),
        case: format!("mandelbrot {n} {limit}"),
        items: rounds,
        unit: "iterations",
        work: Work { instructions: ROUND * rounds, ..Work::default() },
        goal: "0.50 FMA",
    };
    bench.time(workload, || escape_time.cuda(&stream).call_into((&x, &y, limit), out.view_mut()))
}

fn rel_diffs(bench: &mut Bench) -> Done {
    let n = bench.size(100_000_000, 1000);
    let a = Array1::from_shape_fn(n, first);
    let b = Array1::from_shape_fn(n, second);
    let stream = bench.stream.clone();
    let (x, y, mut out) = (stream.upload(&a)?, stream.upload(&b)?, stream.zeros::<f64, _>(n)?);
    rel_diff.cuda(&stream).call_into((&x, &y), out.view_mut())?;
    bench.check("rel_diff", out.to_array()? == rel_diff.parallel().call((&a, &b))?)?;
    let workload = Workload {
        name: format!("rel_diff, {n} float64, on the device"),
        case: format!("rel_diff {n}"),
        items: n as f64,
        unit: "elements",
        work: Work { bytes: 24.0 * n as f64, ..Work::default() },
        goal: "0.90 copy",
    };
    bench.time(workload, || rel_diff.cuda(&stream).call_into((&x, &y), out.view_mut()))
}

fn options(bench: &mut Bench) -> Done {
    let n = bench.size(1 << 25, 300);
    let prices = Array1::from_shape_fn(n, |i| 80.0 + (i % 41) as f64);
    let strikes = Array1::from_elem(n, 100.0);
    let years = Array1::from_shape_fn(n, |i| 0.25 + (i % 8) as f64 * 0.25);
    let (risk_free, volatility) = (0.02, 0.3);
    let (mut calls, mut puts) = (Array1::zeros(n), Array1::zeros(n));
    on_cpu::black_scholes(&mut calls, &mut puts, &prices, &strikes, &years, risk_free, volatility)?;
    let stream = bench.stream.clone();
    let (s, k, t) = (stream.upload(&prices)?, stream.upload(&strikes)?, stream.upload(&years)?);
    let (mut c, mut p) = (stream.zeros::<f64, _>(n)?, stream.zeros::<f64, _>(n)?);
    black_scholes(&stream, Extent::for_all(n), &mut c, &mut p, &s, &k, &t, risk_free, volatility)?;
    let right = same(&c.to_array()?, &calls) && same(&p.to_array()?, &puts);
    bench.check("options", right)?;
    let workload = Workload {
        name: format!("Black-Scholes, {n} options"),
        case: format!("options {n}"),
        items: n as f64,
        unit: "options",
        work: Work { bytes: 40.0 * n as f64, instructions: OPTION * n as f64, ..Work::default() },
        goal: "0.50 of the lower",
    };
    bench.time(workload, || {
        black_scholes(&stream, Extent::for_all(n), &mut c, &mut p, &s, &k, &t, risk_free, volatility)
    })
}

/// Whether results of mathematical functions are those of the CPU: the same bits, where it has fused multiply-add.
fn same(on_gpu: &Array1<f64>, on_cpu: &Array1<f64>) -> bool {
    let fused = cfg!(target_arch = "aarch64");
    #[cfg(target_arch = "x86_64")]
    let fused = fused || std::arch::is_x86_feature_detected!("fma");
    let near = |x: &f64, y: &f64| (x - y).abs() <= 1e-12 * y.abs().max(1e-3);
    on_gpu.iter().zip(on_cpu).all(|(x, y)| x.to_bits() == y.to_bits() || !fused && near(x, y))
}
