//! What a launch costs, of a kernel that has next to nothing to do.

use std::time::Instant;

use pykernel::cuda::Error;

use crate::Done;
use crate::bare::Bare;
use crate::kernels::scale;
use crate::measure::{Bench, Times};

/// Launches that are timed together: fewer than a stream's queue holds, so that the host does not wait for room.
const LAUNCHES: usize = 200;

/// The elements of the array, and threads of the block.
const N: usize = 32;

/// The seconds of a launch.
pub struct Launched {
    pub name: String,
    /// Until the host goes on.
    pub asked: Times,
    /// Until the work is done.
    pub done: Times,
    /// Until the host of numba-cuda goes on.
    pub numba: Option<f64>,
}

pub fn all(bench: &mut Bench) -> Done<Vec<Launched>> {
    let count = bench.size(LAUNCHES, 5);
    let stream = bench.stream.clone();
    let bare = Bare::new(&stream)?;
    let mut x = stream.full(N, 1.0)?;
    scale(&stream, (1, N as u32), &mut x, 3.0)?;
    // SAFETY: the array is of the stream, whose device's context the launch before made the thread's.
    let by_driver = unsafe { bare.scale(&mut x, 0.5) };
    let graph =
        stream.capture(|stream| (0..count).try_for_each(|_| scale(stream, (1, N as u32), &mut x, -1.0)))?;
    graph.launch()?;
    let sign = if count.is_multiple_of(2) { 1.5 } else { -1.5 };
    bench.check("launches", by_driver == 0 && x.to_vec()? == [sign; N])?;

    let ours = each(bench, count, || scale(&stream, (1, N as u32), &mut x, 1.0))?;
    let by_driver = each(bench, count, || {
        // SAFETY: as above.
        match unsafe { bare.scale(&mut x, 1.0) } {
            0 => Ok(()),
            code => unreachable!("bug in the benchmarks: the launch of the bare kernel gives {code}"),
        }
    })?;
    let replay = per(count, each(bench, 1, || graph.launch())?);
    let numba = bench.peers.numba(&format!("launch {N} {count}"));
    let rows = [
        ("`scale(&stream, (1, 32), &mut x, 1.0)`".to_owned(), ours, numba),
        ("`cuLaunchKernel` of the same".to_owned(), by_driver, None),
        (format!("a graph of {count} of them, for each"), replay, None),
    ];
    let rows = rows.map(|(name, (asked, done), numba)| Launched { name, asked, done, numba });
    rows.iter().for_each(|row| println!("{}", row.line()));
    Ok(rows.into())
}

/// The times of one of so many launches: until all are asked for, and until all are done.
fn each(
    bench: &Bench,
    count: usize,
    mut launch: impl FnMut() -> Result<(), Error>,
) -> Result<(Times, Times), Error> {
    let mut run = |waits: bool| {
        bench.runs.each(|| {
            let start = Instant::now();
            (0..count).try_for_each(|_| launch())?;
            let asked = start.elapsed();
            bench.stream.synchronize()?;
            Ok((if waits { start.elapsed() } else { asked }).as_secs_f64())
        })
    };
    let (asked, done) = (run(false)?, run(true)?);
    Ok(per(count, (asked, done)))
}

fn per(count: usize, (asked, done): (Times, Times)) -> (Times, Times) {
    let share = |times: Times| times.map(|seconds| seconds / count as f64);
    (share(asked), share(done))
}

impl Launched {
    /// The row in Markdown.
    pub fn line(&self) -> String {
        let Launched { name, asked, done, numba } = self;
        let numba = numba.map_or("–".into(), |numba| format!("{:.2}", asked.median / numba));
        format!(
            "| {name} | {:.3} | {:.3} to {:.3} | {:.3} | {numba} |",
            asked.median * 1e6,
            asked.least * 1e6,
            asked.most * 1e6,
            done.median * 1e6,
        )
    }
}
