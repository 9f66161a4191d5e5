//! Runs a loop over all blocks of its operands.

use std::ops::Range;

use pykernel_abi::{Raised, Status};
use smallvec::SmallVec;

use super::buffer::{Buffer, blocks_at_once};
use super::operand::Operand;
use super::plan::{Dim, Steps};
use crate::Error;
use crate::ufunc::mask::next_run;
use crate::ufunc::{Loop, Table};

/// A loop and what it goes through.
#[derive(Clone, Copy)]
pub(crate) struct Job<'a> {
    pub table: &'a Table<'a>,
    pub inner: &'a Loop<'a>,
    /// The operands, which lie as the loop asks where they are not cast.
    pub operands: &'a [Operand<'a>],
    /// The sizes of the core dimensions.
    pub sizes: &'a [usize],
    /// Whether one more operand, the last, says which iterations there are: a mask of `bool`s. Not of
    /// gufuncs.
    pub masked: bool,
}

/// The addresses of the operands' blocks.
pub(crate) type Addresses = SmallVec<[*mut u8; 4]>;

/// One thread's share.
struct Worker<'a> {
    job: Job<'a>,
    raised: Raised,
    /// Where the next iteration is.
    at: Addresses,
    /// What the inner loop is given.
    args: Addresses,
    dimensions: Steps,
    steps: SmallVec<[isize; 12]>,
    /// The operands that are cast.
    buffers: Vec<Buffer<'a>>,
    /// How many iterations the buffers hold.
    block: usize,
}

impl Job<'_> {
    /// Goes through some of the iterations of all dimensions together; the addresses are those of the
    /// very first.
    ///
    /// # Safety
    /// The inner loop is one of the table's layout and its own types. Within the dimensions and core
    /// sizes there are elements of the operands' types, which nobody else writes, nor reads if the
    /// loop writes them; what the loop writes shares no memory with other operands.
    pub unsafe fn run(&self, dims: &[Dim], at: Addresses, part: Range<usize>) -> Result<(), Error> {
        let mut worker = Worker {
            job: *self,
            raised: self.inner.record(),
            args: at.clone(),
            at,
            dimensions: Steps::from_elem(0, 1),
            steps: SmallVec::from_elem(0, self.operands.len()),
            buffers: Vec::new(),
            block: dims.last().map_or(1, |dim| dim.extent),
        };
        worker.prepare()?;
        // SAFETY: the caller's.
        unsafe { worker.walk(dims, part) }
    }

    /// Whether an operand must be cast.
    fn is_cast(&self, operand: usize) -> bool {
        self.inner.types.get(operand).is_some_and(|dtype| *dtype != self.operands[operand].dtype)
    }
}

impl<'a> Worker<'a> {
    /// Makes the buffers, and says what is the same in all calls of the inner loop.
    fn prepare(&mut self) -> Result<(), Error> {
        let job = self.job;
        let cast = || job.operands.iter().enumerate().filter(|(operand, _)| job.is_cast(*operand));
        for (_, operand) in cast() {
            self.block = self.block.min(blocks_at_once(operand, job.sizes));
        }
        for (index, operand) in cast() {
            let form = (job.inner.types[index], job.inner.layouts[index]);
            self.buffers.push(Buffer::new(index, operand, job.sizes, form, self.block, &job.table.kernel)?);
        }
        self.dimensions.extend(job.sizes.iter().map(|size| *size as isize));
        for (index, operand) in job.operands.iter().enumerate() {
            let buffer = self.buffers.iter().find(|buffer| buffer.operand == index);
            self.steps.extend_from_slice(buffer.map_or(operand.core_strides(), |buffer| buffer.strides()));
        }
        Ok(())
    }

    /// # Safety
    /// That of [`Job::run`], of these dimensions.
    unsafe fn walk(&mut self, dims: &[Dim], part: Range<usize>) -> Result<(), Error> {
        match dims {
            // SAFETY: the caller's.
            [] => unsafe { self.row(0, 1, None) },
            // SAFETY: the caller's.
            [row] => unsafe { self.row(part.start, part.len(), Some(&row.steps)) },
            [outer, inner @ ..] => {
                let size: usize = inner.iter().map(|dim| dim.extent).product();
                let (first, last) = (part.start / size, part.end.div_ceil(size));
                advance(&mut self.at, &outer.steps, first as isize);
                for index in first..last {
                    let (start, end) = (part.start.max(index * size), part.end.min((index + 1) * size));
                    // SAFETY: the caller's, of a part of the dimensions.
                    unsafe { self.walk(inner, start - index * size..end - index * size) }?;
                    advance(&mut self.at, &outer.steps, 1);
                }
                advance(&mut self.at, &outer.steps, -(last as isize));
                Ok(())
            }
        }
    }

    /// Goes through `count` iterations of one dimension, from the `first` on; no steps are steps of 0.
    ///
    /// # Safety
    /// That of [`Job::run`], of these iterations.
    unsafe fn row(&mut self, first: usize, count: usize, steps: Option<&Steps>) -> Result<(), Error> {
        let n_operands = self.at.len();
        if self.buffers.is_empty() {
            self.args.copy_from_slice(&self.at);
            if let Some(steps) = steps {
                self.steps[..n_operands].copy_from_slice(steps);
                advance(&mut self.args, steps, first as isize);
            }
            // SAFETY: the caller's.
            return unsafe { self.inner_loop(count) };
        }
        let none = Steps::from_elem(0, n_operands);
        let steps = steps.unwrap_or(&none);
        let (mut next, end) = (first, first + count);
        while next < end {
            let count = self.block.min(end - next);
            // SAFETY: the blocks are those of `count` iterations of the dimension.
            unsafe { self.buffered(next, count, steps) }?;
            next += count;
        }
        Ok(())
    }

    /// Goes through `count` iterations of a dimension, from the `first` on, with buffers.
    ///
    /// # Safety
    /// That of [`Job::run`], of these iterations.
    unsafe fn buffered(&mut self, first: usize, count: usize, steps: &Steps) -> Result<(), Error> {
        let blocks = |step: isize| if step == 0 { 1 } else { count };
        self.args.copy_from_slice(&self.at);
        advance(&mut self.args, steps, first as isize);
        self.steps[..steps.len()].copy_from_slice(steps);
        let places = self.args.clone();
        for buffer in &mut self.buffers {
            let (operand, step) = (buffer.operand, steps[buffer.operand]);
            let constant = !self.job.table.writes(operand);
            // Outputs too: a loop may leave elements as they are.
            // SAFETY: the caller's.
            unsafe { buffer.fill(places[operand], step, blocks(step), constant) };
            self.args[operand] = buffer.data();
            self.steps[operand] = if step == 0 { 0 } else { buffer.step() };
        }
        // SAFETY: the caller's, and the buffers hold the blocks of the operands that they replace.
        unsafe { self.inner_loop(count) }?;
        for buffer in self.buffers.iter().filter(|buffer| self.job.table.writes(buffer.operand)) {
            let (operand, step) = (buffer.operand, steps[buffer.operand]);
            let mut next = 0;
            // SAFETY: the caller's; the mask has an element for each iteration.
            while let Some(run) = unsafe { self.next_run(next..count) } {
                next = run.end;
                let run = if step == 0 { 0..1 } else { run };
                // SAFETY: the caller's.
                unsafe { buffer.write_back(places[operand], step, run) };
            }
        }
        Ok(())
    }

    /// # Safety
    /// The arguments and steps are those of `count` iterations.
    unsafe fn inner_loop(&mut self, count: usize) -> Result<(), Error> {
        if !self.job.masked {
            // SAFETY: the caller's.
            return unsafe { self.enter(count) };
        }
        let (first, mut next) = (self.args.clone(), 0);
        // SAFETY: the caller's; the mask has an element for each iteration.
        while let Some(run) = unsafe { self.next_run(next..count) } {
            next = run.end;
            for (arg, step) in self.args.iter_mut().zip(&self.steps) {
                *arg = arg.wrapping_offset(step.wrapping_mul(run.start as isize));
            }
            // SAFETY: the caller's, of some of the iterations.
            let result = unsafe { self.enter(run.len()) };
            self.args.copy_from_slice(&first);
            result?;
        }
        Ok(())
    }

    /// The first iterations one after another, among these, that the mask does not leave out; `None` if
    /// there are no more.
    ///
    /// # Safety
    /// The mask, if there is one, has an element for each of the iterations.
    unsafe fn next_run(&self, iterations: Range<usize>) -> Option<Range<usize>> {
        if iterations.is_empty() || !self.job.masked {
            return (!iterations.is_empty()).then_some(iterations);
        }
        let last = self.job.operands.len() - 1;
        let (mask, step) = (self.args[last].cast_const(), self.steps[last]);
        // SAFETY: the caller's.
        unsafe { next_run(mask, step, iterations) }
    }

    /// Calls the inner loop.
    ///
    /// # Safety
    /// The arguments and steps are those of `count` iterations.
    unsafe fn enter(&mut self, count: usize) -> Result<(), Error> {
        self.dimensions[0] = count as isize;
        let (args, dimensions, steps) = (self.args.as_ptr(), self.dimensions.as_ptr(), self.steps.as_ptr());
        // SAFETY: the caller's; there are as many of each as the layout has.
        let status = unsafe { (self.job.inner.inner)(args, dimensions, steps, &mut self.raised) };
        if status == Status::Returned as i32 {
            return Ok(());
        }
        // SAFETY: the loop has filled the record; its code is loaded, as it ran.
        Err(unsafe { Error::raised(&self.raised) })
    }
}

/// Moves addresses by some iterations of a dimension.
pub(crate) fn advance(at: &mut Addresses, steps: &Steps, iterations: isize) {
    for (address, step) in at.iter_mut().zip(steps) {
        *address = address.wrapping_offset(step.wrapping_mul(iterations));
    }
}
