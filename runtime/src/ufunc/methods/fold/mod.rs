//! Folds, which `reduce`, `accumulate` and `reduceat` are: for each place along some axes, the elements
//! along the others are combined one after another, from left to right.

use std::ops::Range;

pub(crate) use plan::Nest;
use plan::{CACHE_LINE, Plan};
use run::Worker;

use crate::Error;
use crate::dtype::DType;
use crate::gufunc::parallel;
use crate::ufunc::input::Scalar;
use crate::ufunc::{Loop, Table};

mod plan;
mod run;

/// Addresses of the result, the input and the mask.
pub(crate) type Places = [*mut u8; 3];

/// With what each fold begins.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Begin {
    /// An element of the loop's output type.
    With(Scalar),
    /// Its first element, which there is.
    First,
}

/// Parts of the only folded axis that make a fold each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segments<'a> {
    pub ranges: &'a [Range<usize>],
    /// How far their results lie apart, in bytes.
    pub step: isize,
}

impl Segments<'_> {
    /// How many elements a fold has, on average; at least 1.
    fn mean(&self) -> usize {
        let count = self.ranges.len().max(1);
        let all = self.ranges.iter().fold(0usize, |sum, range| sum.saturating_add(range.len()));
        (all / count).max(1)
    }
}

/// Folds to be made, by a loop with two inputs and an output whose type is the first input's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fold<'a> {
    pub table: &'a Table<'a>,
    pub inner: &'a Loop<'a>,
    pub nest: &'a Nest<'a>,
    /// Where the first elements are, of the result in the loop's type.
    pub at: Places,
    /// The type of the input's elements.
    pub dtype: DType,
    pub begin: Begin,
    /// Whether there is a mask, of `bool`s: the elements that folds leave out. Not of those that begin with
    /// their first elements.
    pub masked: bool,
    /// The folds of each place, if there are several.
    pub segments: Option<Segments<'a>>,
    pub parallel: bool,
}

/// Folds on other threads.
struct Shared<'a>(&'a Fold<'a>, &'a Plan);

// SAFETY: who makes the folds vouches that they can be made at the same time: what they write is apart.
unsafe impl Sync for Shared<'_> {}

impl Fold<'_> {
    /// Makes the folds. Of several that raise, the error is that of the first place in the order C.
    ///
    /// # Safety
    /// The loop is one of the table's and its own types. Within the nest and the segments there are
    /// elements of these types, which nobody else writes meanwhile. Those of the result are for this call
    /// alone, and are apart from one another but where an axis is folded.
    pub unsafe fn run(&self) -> Result<(), Error> {
        let cast = self.dtype != self.inner.types[1];
        let plan = Plan::new(self.nest, self.segments.map(|segments| segments.mean()), cast, self.masked);
        let result = match self.parallel {
            // SAFETY: the caller's.
            true => unsafe { self.split(&plan) },
            // SAFETY: the caller's.
            false => unsafe { self.part(&plan, 0..plan.n_places(), 0..self.n_segments()) },
        };
        // SAFETY: the caller's.
        result.map_err(|error| unsafe { self.first_error() }.unwrap_or(error))
    }

    /// Makes the folds on several threads, where that is worth while.
    ///
    /// # Safety
    /// That of [`Fold::run`].
    unsafe fn split(&self, plan: &Plan) -> Result<(), Error> {
        let (n_places, n_segments) = (plan.n_places(), self.n_segments());
        let (grain, shift) = self.grain(plan);
        let grains = n_places.div_ceil(grain);
        let bound = |index: usize| if index == 0 { 0 } else { (index * grain + shift).min(n_places) };
        let shared = Shared(self, plan);
        let split = |part: Range<usize>| {
            let Shared(fold, plan) = &shared;
            let (places, segments) = match n_segments > grains {
                true => (0..n_places, part),
                false => (bound(part.start)..bound(part.end), 0..n_segments),
            };
            // SAFETY: the caller's; parts are of different places or segments.
            unsafe { fold.part(plan, places, segments) }
        };
        parallel::split(self.work(plan), grains.max(n_segments), split)
    }

    /// How many neighbouring places a thread has at least, and how many more the first one has, so that no
    /// other thread writes to the same line of the processor's caches, if results lie side by side.
    fn grain(&self, plan: &Plan) -> (usize, usize) {
        let grain = plan.grain(rayon::current_num_threads(), self.inner.cost as usize);
        if grain == 1 {
            return (1, 0);
        }
        let size = self.inner.types[2].size();
        let line = CACHE_LINE / size;
        let before = self.at[0].addr() / size % line;
        (grain.next_multiple_of(line), (line - before) % line)
    }

    fn n_segments(&self) -> usize {
        self.segments.map_or(1, |segments| segments.ranges.len())
    }

    /// About how many operations there are.
    fn work(&self, plan: &Plan) -> usize {
        let length = match self.segments {
            None => plan.fold.iter().map(|line| line.extent).product(),
            Some(segments) => segments.mean().saturating_mul(segments.ranges.len()),
        };
        let places = plan.n_places() * plan.within.iter().map(|line| line.extent).product::<usize>();
        places.saturating_mul(length).saturating_mul(self.inner.cost.max(1) as usize)
    }

    /// # Safety
    /// That of [`Fold::run`].
    unsafe fn part(&self, plan: &Plan, places: Range<usize>, segments: Range<usize>) -> Result<(), Error> {
        let mut worker = Worker::new(self, plan)?;
        for index in segments {
            // SAFETY: the caller's.
            unsafe { worker.segment(index, places.clone()) }?;
        }
        Ok(())
    }

    /// Makes one fold after another, to know which is the first that raises; the order for speed is
    /// another one.
    ///
    /// # Safety
    /// That of [`Fold::run`].
    #[cold]
    unsafe fn first_error(&self) -> Option<Error> {
        let plan = Plan::ordered(self.nest);
        // SAFETY: the caller's; each fold begins anew.
        let place = |place| unsafe { self.part(&plan, place..place + 1, 0..self.n_segments()) };
        (0..plan.n_places()).find_map(|index| place(index).err())
    }
}
