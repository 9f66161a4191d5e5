//! Runs the parts of a kernel's parallel loop on the threads of rayon's current pool.

use std::ops::Range;
use std::sync::atomic::{AtomicI64, Ordering};

use pykernel_abi::{ParallelBody, Raised, Status};

use crate::stack;

/// Less than so many operations are not worth another thread.
const LEAST: i64 = if cfg!(test) { 4 } else { 1 << 15 };

/// Parts for each thread: places may take very different times.
const PARTS: i64 = 16;

/// A loop, for all threads that work on it.
struct Loop {
    body: ParallelBody,
    context: *const u8,
    /// What parts find in their records.
    record: Raised,
    /// The most places that are one part.
    most: i64,
    /// The lowest first place of a part that has raised: parts behind it are not asked for.
    raised: AtomicI64,
}

// SAFETY: the context and what the record points to are only read, and parts of a loop may run at the
// same time: the kernel's compiler vouches for it.
unsafe impl Sync for Loop {}

/// What a part has raised.
struct Failed(Box<Raised>);

// SAFETY: as of `Loop`; a site lies in the kernel's read-only data.
unsafe impl Send for Failed {}

/// The implementation of `pykernel_abi::Host::parallel_for`.
///
/// # Safety
/// `body` and `context` are those of a kernel's parallel loop, and `raised` is the kernel's record.
pub(crate) unsafe extern "C" fn parallel_for(
    body: ParallelBody,
    context: *const u8,
    count: i64,
    cost: i64,
    raised: *mut Raised,
) -> i32 {
    let parts = parts(count, cost);
    if parts < 2 {
        // SAFETY: the caller's.
        return unsafe { body(context, 0, count, raised) };
    }
    // SAFETY: the kernel's record is valid, and nobody else uses it during the call.
    let raised = unsafe { &mut *raised };
    let most = count / parts + i64::from(count % parts > 0);
    let parallel = Loop { body, context, record: *raised, most, raised: AtomicI64::new(i64::MAX) };
    match parallel.run(0..count) {
        Ok(()) => Status::Returned as i32,
        Err(Failed(record)) => {
            (raised.site, raised.operands) = (record.site, record.operands);
            Status::Raised as i32
        }
    }
}

fn parts(count: i64, cost: i64) -> i64 {
    let work = count.max(0).saturating_mul(cost.max(1));
    if work < 2 * LEAST {
        return 1;
    }
    match rayon::current_num_threads() as i64 {
        1 => 1,
        threads => (work / LEAST).min(threads.saturating_mul(PARTS)).min(count),
    }
}

impl Loop {
    /// Runs some places; gives what the lowest of them that raises has raised.
    fn run(&self, places: Range<i64>) -> Result<(), Failed> {
        let n = places.end - places.start;
        if n <= self.most {
            return self.part(places);
        }
        let middle = places.start + n / 2;
        let (low, high) = rayon::join(|| self.run(places.start..middle), || self.run(middle..places.end));
        low.and(high)
    }

    fn part(&self, places: Range<i64>) -> Result<(), Failed> {
        // Nothing but the order of the raising parts depends on it, and those before are all run.
        if self.raised.load(Ordering::Relaxed) < places.start {
            return Ok(());
        }
        let mut record = Raised { stack_limit: stack::limit(), ..self.record };
        // SAFETY: the kernel's own body and context; each place is run once.
        let status = unsafe { (self.body)(self.context, places.start, places.end, &mut record) };
        if status == Status::Returned as i32 {
            return Ok(());
        }
        self.raised.fetch_min(places.start, Ordering::Relaxed);
        Err(Failed(Box::new(record)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr::null;
    use std::sync::atomic::AtomicUsize;

    use crate::call::record;
    use crate::host::HOST;

    const N: usize = 1000;

    /// Counts how often each place is run; raises at the places whose number is at least `from`.
    struct Places {
        runs: Vec<AtomicUsize>,
        from: i64,
    }

    unsafe extern "C" fn body(context: *const u8, first: i64, end: i64, raised: *mut Raised) -> i32 {
        // SAFETY: the tests pass `Places`, and a record.
        let (places, raised) = unsafe { (&*context.cast::<Places>(), &mut *raised) };
        assert!(!raised.host.is_null() && raised.stack_limit > 1);
        for place in first..end {
            if place >= places.from {
                raised.operands[0] = place as u64;
                return Status::Raised as i32;
            }
            places.runs[place as usize].fetch_add(1, Ordering::Relaxed);
        }
        Status::Returned as i32
    }

    /// Runs a loop that raises from a place on; gives the place that has raised.
    fn run(count: i64, from: i64) -> Option<u64> {
        let places = Places { runs: (0..N).map(|_| AtomicUsize::new(0)).collect(), from };
        let mut raised = record(stack::limit(), &HOST);
        // SAFETY: the body's own context, and a record.
        let status = unsafe { parallel_for(body, (&raw const places).cast(), count, 1, &mut raised) };
        for (place, runs) in places.runs.iter().enumerate() {
            let runs = runs.load(Ordering::Relaxed);
            match (place as i64) < count.min(from) {
                true => assert_eq!(runs, 1, "{place}"),
                false => assert_eq!(runs, 0, "{place}"),
            }
        }
        assert_eq!(raised.callables, null());
        (status == Status::Raised as i32).then_some(raised.operands[0])
    }

    #[test]
    fn each_place_is_run_once() {
        for count in [-3, 0, 1, 2, 7, 8, 9, 999, 1000] {
            assert_eq!(run(count, i64::MAX), None, "{count}");
        }
    }

    #[test]
    fn the_lowest_place_that_raises_wins() {
        for from in [0, 1, 500, 998, 999] {
            for _ in 0..20 {
                assert_eq!(run(1000, from), Some(from as u64));
            }
        }
    }

    #[test]
    fn many_threads_and_pools_of_their_own_run_loops_at_once() {
        let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        std::thread::scope(|scope| {
            for threads in [0, 0, 0, 1, 2, 3] {
                scope.spawn(move || {
                    let work = || (0..50).for_each(|n| assert_eq!(run(1000, 900 + n), Some(900 + n as u64)));
                    if threads == 0 { work() } else { pool(threads).install(work) }
                });
            }
        });
    }

    #[test]
    fn loops_nest() {
        unsafe extern "C" fn outer(count: *const u8, first: i64, end: i64, _: *mut Raised) -> i32 {
            for _ in first..end {
                // SAFETY: the context is a number.
                assert_eq!(run(unsafe { *count.cast::<i64>() }, i64::MAX), None);
            }
            Status::Returned as i32
        }
        let (count, mut raised) = (300i64, record(stack::limit(), &HOST));
        // SAFETY: the body's own context, and a record.
        let status = unsafe { parallel_for(outer, (&raw const count).cast(), 20, 1 << 20, &mut raised) };
        assert_eq!(status, Status::Returned as i32);
    }
}
