//! Gufuncs over arrays on the device, and a ufunc over those of the host, in parts that overlap.

use pykernel::ndarray::{Array1, Array2, Array3};

use crate::Done;
use crate::blocks::natural;
use crate::host::{first, second, workload};
use crate::kernels::rel_diff;
use crate::measure::{Bench, Work, Workload};

pykernel::py_kernel!(file = "gpu/gufuncs.py");

pub fn all(bench: &mut Bench) -> Done {
    for columns in [128, 8] {
        rows(bench, columns)?;
    }
    for n in [4, 16] {
        matrices(bench, n)?;
    }
    by_parts(bench)
}

fn rows(bench: &mut Bench, columns: usize) -> Done {
    let count = bench.size((1 << 27) / columns, 10);
    let host = Array2::from_shape_fn((count, columns), |(i, j)| natural(i * columns + j) / 7.0);
    let stream = bench.stream.clone();
    let (x, mut out) = (stream.upload(&host)?, stream.zeros::<f64, _>(count)?);
    sums.cuda(&stream).call_into(&x, &mut out)?;
    bench.check("row sums by a gufunc", out.to_array()? == sums.parallel().call(&host)?)?;
    let workload = Workload {
        name: format!("sums of {count} rows of {columns}, a gufunc"),
        case: format!("gufunc_sums {count} {columns}"),
        items: (count * columns) as f64,
        unit: "elements",
        work: Work { bytes: (8 * count * (columns + 1)) as f64, ..Work::default() },
        goal: if columns < 64 { "0.60 copy" } else { "0.80 copy" },
    };
    bench.time(workload, || sums.cuda(&stream).call_into(&x, &mut out))
}

fn matrices(bench: &mut Bench, n: usize) -> Done {
    let count = bench.size((1 << 25) / (n * n), 5);
    let number = |(i, j, k): (usize, usize, usize)| 0.125 + natural((i * n + j) * n + k) / 7.0;
    let host = Array3::from_shape_fn((count, n, n), number);
    let stream = bench.stream.clone();
    let (a, b) = (stream.upload(&host)?, stream.upload(&host)?);
    let mut out = stream.zeros::<f64, _>((count, n, n))?;
    products.cuda(&stream).call_into((&a, &b), &mut out)?;
    bench.check("batch_matmul by a gufunc", out.to_array()? == products.parallel().call((&host, &host))?)?;
    let workload = Workload {
        name: format!("batch_matmul, {count} products of {n}×{n}, a gufunc"),
        case: format!("gufunc_products {count} {n}"),
        items: count as f64,
        unit: "products",
        work: Work { bytes: (24 * count * n * n) as f64, ..Work::default() },
        goal: "0.70 copy",
    };
    bench.time(workload, || products.cuda(&stream).call_into((&a, &b), &mut out))
}

fn by_parts(bench: &mut Bench) -> Done {
    let n = bench.size(100_000_000, 1000);
    let (a, b) = (Array1::from_shape_fn(n, first), Array1::from_shape_fn(n, second));
    let stream = bench.stream.clone();
    let on_cpu = rel_diff.parallel().call((&a, &b))?;
    bench.check("rel_diff, by parts", rel_diff.cuda(&stream).call_host((&a, &b))? == on_cpu)?;
    let times = bench.runs.on_host(|| rel_diff.cuda(&stream).call_host((&a, &b)).map(drop))?;
    bench.keep(workload("pageable (`call_host`)", "rel_diff_pageable", n, "0.83 link"), times);
    Ok(())
}
