//! Makes folds on one thread.

use std::ops::Range;

use pykernel_abi::{Raised, Status};

use super::plan::{Along, Line, Plan, Steps};
use super::{Begin, Fold, Places, Segments};
use crate::Error;
use crate::gufunc::buffer::Memory;
use crate::gufunc::copy::copy;
use crate::ufunc::cast::convert;
use crate::ufunc::mask::next_run;

/// One thread's share.
pub(super) struct Worker<'a> {
    fold: &'a Fold<'a>,
    plan: &'a Plan,
    raised: Raised,
    /// Elements of a tile in the loop's type, if they are cast, or of rows that are brought together.
    buffer: Option<Memory>,
    /// How long the innermost dimension of a fold is: that of a segment.
    length: usize,
}

/// A part of the innermost dimensions.
#[derive(Clone, Copy)]
struct Tile {
    at: Places,
    places: usize,
    length: usize,
}

impl<'a> Worker<'a> {
    pub fn new(fold: &'a Fold<'a>, plan: &'a Plan) -> Result<Self, Error> {
        let dtype = fold.inner.types[1];
        let (tile, length) = (&plan.tile, plan.fold[plan.fold.len() - 1].extent);
        let elements = match plan.rows {
            0 if fold.dtype == dtype => 0,
            0 => tile.places.max(1) * tile.length.max(1),
            rows => rows * length,
        };
        let buffer = (elements > 0).then(|| Memory::new(elements, dtype, &[elements], &fold.table.kernel));
        Ok(Worker { fold, plan, raised: fold.inner.record(), buffer: buffer.transpose()?, length: 0 })
    }

    /// Makes the folds of a segment at some of the places.
    ///
    /// # Safety
    /// That of [`Fold::run`].
    pub unsafe fn segment(&mut self, index: usize, places: Range<usize>) -> Result<(), Error> {
        let (plan, mut at) = (self.plan, self.fold.at);
        let line = plan.fold[plan.fold.len() - 1];
        self.length = line.extent;
        if let Some(Segments { ranges, step }) = self.fold.segments {
            let range = &ranges[index];
            self.length = range.len();
            at = advance(at, [0, line.steps[1], line.steps[2]], range.start);
            at[0] = at[0].wrapping_offset(step.wrapping_mul(index as isize));
        }
        // SAFETY: the caller's.
        unsafe { self.walk(&plan.places, at, places) }
    }

    /// Goes through some of the places of these dimensions together.
    ///
    /// # Safety
    /// That of [`Fold::run`].
    unsafe fn walk(&mut self, lines: &[Line], at: Places, part: Range<usize>) -> Result<(), Error> {
        let [outer, inner @ ..] = lines else { unreachable!("bug in pykernel: a plan without places") };
        if inner.is_empty() {
            let (mut next, count) = (part.start, self.plan.tile.places);
            while next < part.end {
                let places = count.min(part.end - next);
                let plan = self.plan;
                // SAFETY: the caller's, of some of the places.
                unsafe { self.within(&plan.within, advance(at, outer.steps, next), places) }?;
                next += places;
            }
            return Ok(());
        }
        let size: usize = inner.iter().map(|line| line.extent).product();
        for index in part.start / size..part.end.div_ceil(size) {
            let first = index * size;
            let part = part.start.max(first) - first..part.end.min(first + size) - first;
            // SAFETY: the caller's, of a part of the dimensions.
            unsafe { self.walk(inner, advance(at, outer.steps, index), part) }?;
        }
        Ok(())
    }

    /// Makes the folds at places of the innermost dimension, and at those beside each of them.
    ///
    /// # Safety
    /// That of [`Fold::run`].
    unsafe fn within(&mut self, lines: &[Line], at: Places, places: usize) -> Result<(), Error> {
        let [outer, inner @ ..] = lines else {
            // SAFETY: the caller's.
            return unsafe { self.folds(at, places) };
        };
        for index in 0..outer.extent {
            // SAFETY: the caller's, of a part of the dimensions.
            unsafe { self.within(inner, advance(at, outer.steps, index), places) }?;
        }
        Ok(())
    }

    /// Makes the folds at places of the innermost dimension.
    ///
    /// # Safety
    /// That of [`Fold::run`].
    unsafe fn folds(&mut self, at: Places, places: usize) -> Result<(), Error> {
        let (plan, fold) = (self.plan, self.fold);
        let steps = plan.places[plan.places.len() - 1].steps;
        let result = (fold.inner.types[2], at[0], steps[0]);
        let begins_with_first = match &fold.begin {
            Begin::With(scalar) => {
                let scalar = scalar.view(fold.inner.types[2]);
                // SAFETY: the result's elements are this call's.
                unsafe { convert((scalar.dtype, scalar.data, 0), result, places) };
                false
            }
            Begin::First => {
                // SAFETY: as above, and folds that begin with an element have one.
                unsafe { convert((fold.dtype, at[1], steps[1]), result, places) };
                true
            }
        };
        // SAFETY: the caller's.
        unsafe { self.nest(&plan.fold, at, places, usize::from(begins_with_first)) }
    }

    /// Folds the elements in these dimensions but for the first few.
    ///
    /// # Safety
    /// That of [`Fold::run`].
    unsafe fn nest(
        &mut self,
        lines: &[Line],
        at: Places,
        places: usize,
        skipped: usize,
    ) -> Result<(), Error> {
        let [outer, inner @ ..] = lines else { unreachable!("bug in pykernel: a plan without folds") };
        if inner.is_empty() {
            let mut next = skipped;
            while next < self.length {
                let length = self.plan.tile.length.min(self.length - next);
                // SAFETY: the caller's.
                unsafe { self.tile(Tile { at: advance(at, outer.steps, next), places, length }) }?;
                next += length;
            }
            return Ok(());
        }
        if let (rows @ 1.., [row]) = (self.plan.rows, inner) {
            for first in (0..outer.extent).step_by(rows) {
                let skipped = if first == 0 { skipped } else { 0 };
                let rows = Line { extent: rows.min(outer.extent - first), ..*outer };
                // SAFETY: the caller's, of a part of the dimensions.
                unsafe { self.rows(rows, *row, advance(at, outer.steps, first), skipped) }?;
            }
            return Ok(());
        }
        for index in 0..outer.extent {
            let skipped = if index == 0 { skipped } else { 0 };
            // SAFETY: the caller's, of a part of the dimensions.
            unsafe { self.nest(inner, advance(at, outer.steps, index), places, skipped) }?;
        }
        Ok(())
    }

    /// Folds the elements of rows, brought together, but for the first few.
    ///
    /// # Safety
    /// That of [`Fold::run`], of one place.
    unsafe fn rows(&mut self, rows: Line, row: Line, at: Places, skipped: usize) -> Result<(), Error> {
        let (fold, dtype) = (self.fold, self.fold.inner.types[1]);
        let Some(buffer) = &mut self.buffer else { unreachable!("bug in pykernel: no memory for rows") };
        let (data, size) = (buffer.as_mut_ptr(), dtype.size());
        for index in 0..row.extent {
            let from = (fold.dtype, advance(at, row.steps, index)[1].cast_const(), rows.steps[1]);
            let to = (dtype, data.wrapping_add(index * size), (row.extent * size) as isize);
            // SAFETY: the caller's; the buffer has room for the rows.
            unsafe { convert(from, to, rows.extent) };
        }
        let at = [at[0], data.wrapping_add(skipped * size), at[2]];
        match (rows.extent * row.extent).saturating_sub(skipped) {
            0 => Ok(()),
            // SAFETY: the buffer holds the elements, in the order of the fold.
            count => unsafe { self.enter(at[0], at, [0, size as isize, 0], count) },
        }
    }

    /// # Safety
    /// The tile is within the folds.
    unsafe fn tile(&mut self, mut tile: Tile) -> Result<(), Error> {
        let Plan { places, fold, along, .. } = self.plan;
        let (mut place, mut element) = (places[places.len() - 1].steps, fold[fold.len() - 1].steps);
        // SAFETY: the caller's.
        unsafe { self.cast(&mut tile, &mut place[1], &mut element[1]) };
        let (row, count, step, rows) = match along {
            Along::Fold => (element, tile.length, place, tile.places),
            Along::Places => (place, tile.places, element, tile.length),
        };
        for index in 0..rows {
            let at = advance(tile.at, step, index);
            // The result before this one: of a reduction it is the same.
            let before = at[0].wrapping_offset(element[0].wrapping_neg());
            // SAFETY: the caller's.
            unsafe { self.call(before, at, row, count) }?;
        }
        Ok(())
    }

    /// Brings the input's elements of a tile into the buffer, if they are cast; the steps are the input's.
    ///
    /// # Safety
    /// The tile is within the folds.
    unsafe fn cast(&mut self, tile: &mut Tile, place: &mut isize, element: &mut isize) {
        let (fold, dtype) = (self.fold, self.fold.inner.types[1]);
        let Some(buffer) = &mut self.buffer else { return };
        let (data, size) = (buffer.as_mut_ptr(), dtype.size() as isize);
        let (to_place, to_element) = match self.plan.along {
            Along::Fold => (size * tile.length as isize, size),
            Along::Places => (size, size * tile.places as isize),
        };
        let dims = [(tile.places, *place, to_place), (tile.length, *element, to_element)];
        // SAFETY: the caller's; the buffer has room for a tile.
        unsafe { copy((fold.dtype, tile.at[1]), (dtype, data), dims.into_iter()) };
        tile.at[1] = data;
        (*place, *element) = (to_place, to_element);
    }

    /// Calls the inner loop for each run of iterations that no mask leaves out.
    ///
    /// # Safety
    /// These are iterations of folds.
    unsafe fn call(&mut self, before: *mut u8, at: Places, steps: Steps, count: usize) -> Result<(), Error> {
        if !self.fold.masked {
            // SAFETY: the caller's.
            return unsafe { self.enter(before, at, steps, count) };
        }
        let mut next = 0;
        // SAFETY: the mask has an element for each iteration.
        while let Some(run) = unsafe { next_run(at[2], steps[2], next..count) } {
            next = run.end;
            let before = advance([before; 3], steps, run.start)[0];
            // SAFETY: the caller's.
            unsafe { self.enter(before, advance(at, steps, run.start), steps, run.len()) }?;
        }
        Ok(())
    }

    /// # Safety
    /// These are iterations of folds.
    unsafe fn enter(
        &mut self,
        before: *mut u8,
        [result, input, _]: Places,
        [step, of_input, _]: Steps,
        count: usize,
    ) -> Result<(), Error> {
        let (args, steps, count) = ([before, input, result], [step, of_input, step], count as isize);
        // SAFETY: the caller's; the result before is another place's, or the call is a carried one.
        let status =
            unsafe { (self.fold.inner.inner)(args.as_ptr(), &count, steps.as_ptr(), &mut self.raised) };
        if status == Status::Returned as i32 {
            return Ok(());
        }
        // SAFETY: the loop has filled the record; its code is loaded, as it ran.
        Err(unsafe { Error::raised(&self.raised) })
    }
}

/// Addresses some steps on. Of empty arrays no address may be looked at, which `wrapping` allows.
fn advance(at: Places, steps: Steps, count: usize) -> Places {
    let by = |index: usize| at[index].wrapping_offset(steps[index].wrapping_mul(count as isize));
    [by(0), by(1), by(2)]
}
