//! Splits a loop among threads.

use std::ops::Range;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::plan::Dim;
use super::run::{Addresses, Job};
use crate::Error;
use crate::ufunc::Loop;

/// Less than so many operations are not worth another thread.
const LEAST: usize = if cfg!(test) { 8 } else { 1 << 17 };

/// Parts for each thread, so that one that is slowed down holds up the others by little.
const PARTS: usize = 8;

/// A job and its addresses, for other threads.
struct Shared<'a>(Job<'a>, &'a [Dim], Addresses);

// SAFETY: who runs the job vouches that its parts may run at the same time: what they write is apart.
unsafe impl Sync for Shared<'_> {}

/// Runs a job on the threads of rayon's current pool. Of several errors the first in the loop's order
/// is given.
///
/// # Safety
/// That of [`Job::run`].
pub(crate) unsafe fn run(job: Job<'_>, dims: &[Dim], at: Addresses) -> Result<(), Error> {
    let iterations: usize = dims.iter().map(|dim| dim.extent).product();
    let block =
        job.sizes.iter().fold(job.inner.cost.max(1) as usize, |work, size| work.saturating_mul(*size));
    let shared = Shared(job, dims, at);
    split(block.saturating_mul(iterations), iterations, |part| {
        let Shared(job, dims, at) = &shared;
        // SAFETY: the caller's; parts are of different iterations.
        unsafe { job.run(dims, at.clone(), part) }
    })
}

/// Does `count` things, which take so many operations together, in parts on the threads of rayon's
/// current pool, or in one where that is not worth while. Of several errors the first part's is given.
pub(crate) fn split(
    work: usize,
    count: usize,
    run: impl Fn(Range<usize>) -> Result<(), Error> + Sync,
) -> Result<(), Error> {
    let parts = (work / LEAST).min(rayon::current_num_threads().saturating_mul(PARTS)).min(count);
    if parts < 2 {
        return run(0..count);
    }
    // Differs from part to part by one at most; 2**48 things in 2**16 parts do not overflow.
    let bound = |index: usize| count / parts * index + (count % parts).min(index);
    let part = |index: usize| run(bound(index)..bound(index + 1));
    (0..parts).into_par_iter().map(part).find_first(Result::is_err).unwrap_or(Ok(()))
}

/// Whether a loop without core dimensions has enough to do for another thread.
pub(crate) fn is_worth(inner: &Loop<'_>, iterations: usize) -> bool {
    (inner.cost.max(1) as usize).saturating_mul(iterations) >= 2 * LEAST
}
