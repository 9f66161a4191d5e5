//! `rel_diff` of arrays of the host: copies there and back are part of it.

use pykernel::cuda::{Error, InFlight, Pinned, Stream};
use pykernel::ndarray::{Array1, ArrayView1};

use crate::Done;
use crate::kernels::rel_diff;
use crate::measure::{Bench, Work, Workload};

/// Streams that take turns: one copies there, one computes, one copies back.
const STREAMS: usize = 3;

pub fn all(bench: &mut Bench) -> Done {
    pinned(bench)?;
    bench.stream.device().release_pinned()?;
    pageable(bench)
}

/// A part of the arrays, in pinned memory.
struct Part {
    x: Pinned<f64>,
    y: Pinned<f64>,
    out: Pinned<f64>,
}

/// The elements of the arrays.
pub fn first(i: usize) -> f64 {
    1.0 + (i % 100) as f64
}

pub fn second(i: usize) -> f64 {
    1.5 + (i % 77) as f64
}

fn pinned(bench: &mut Bench) -> Done {
    let (len, count) = (bench.size(1 << 22, 128), bench.size(24, 4));
    let gpu = bench.stream.device();
    let streams = (0..STREAMS).map(|_| gpu.stream()).collect::<Result<Vec<_>, _>>()?;
    let mut parts = Vec::new();
    for part in 0..count {
        let mut buffers = Part { x: gpu.pinned(len)?, y: gpu.pinned(len)?, out: gpu.pinned(len)? };
        buffers.x.iter_mut().zip(part * len..).for_each(|(x, i)| *x = first(i));
        buffers.y.iter_mut().zip(part * len..).for_each(|(y, i)| *y = second(i));
        parts.push(buffers);
    }
    parts = by_parts(&streams, parts)?;
    for Part { x, y, out } in &parts {
        let on_cpu = rel_diff.call((ArrayView1::from(&x[..]), ArrayView1::from(&y[..])))?;
        bench.check("rel_diff, pinned", on_cpu.as_slice() == Some(&out[..]))?;
    }
    let times = bench.runs.on_host(|| {
        parts = by_parts(&streams, std::mem::take(&mut parts))?;
        Ok(())
    })?;
    bench.keep(workload("pinned", "rel_diff_pinned", count * len, "0.83 link"), times);
    Ok(())
}

/// Asks for all parts, and then waits for them.
fn by_parts(streams: &[Stream], parts: Vec<Part>) -> Result<Vec<Part>, Error> {
    let mut in_flight: Vec<[InFlight<f64>; 3]> = Vec::new();
    for (part, stream) in parts.into_iter().zip(streams.iter().cycle()) {
        let n = part.x.len();
        let (x, x_copy) = stream.upload_pinned(part.x, n)?;
        let (y, y_copy) = stream.upload_pinned(part.y, n)?;
        let out = rel_diff.cuda(stream).call((&x, &y))?;
        in_flight.push([x_copy, y_copy, out.view().download(part.out)?]);
    }
    let wait = |[x, y, out]: [InFlight<f64>; 3]| Ok(Part { x: x.wait()?, y: y.wait()?, out: out.wait()? });
    in_flight.into_iter().map(wait).collect()
}

fn pageable(bench: &mut Bench) -> Done {
    let n = bench.size(100_000_000, 1000);
    let (a, b) = (Array1::from_shape_fn(n, first), Array1::from_shape_fn(n, second));
    let stream = bench.stream.clone();
    let run = || rel_diff.cuda(&stream).call((&stream.upload(&a)?, &stream.upload(&b)?))?.to_vec();
    let on_cpu = rel_diff.parallel().call((&a, &b))?;
    bench.check("rel_diff, pageable", on_cpu.as_slice() == Some(&run()?[..]))?;
    let times = bench.runs.on_host(|| run().map(drop))?;
    bench.keep(workload("pageable", "rel_diff_pageable", n, "–"), times);
    Ok(())
}

pub fn workload(memory: &str, case: &str, n: usize, goal: &'static str) -> Workload {
    Workload {
        name: format!("rel_diff, {n} float64, from {memory} memory of the host and back"),
        case: format!("{case} {n}"),
        items: n as f64,
        unit: "elements",
        work: Work { uploaded: 16.0 * n as f64, ..Work::default() },
        goal,
    }
}
