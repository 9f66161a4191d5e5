//! Replaces elements of an array, one after another, by what a loop gives of them.

use pykernel_abi::{Raised, Status};
use smallvec::SmallVec;

use super::index::Indices;
use crate::Error;
use crate::any::RawView;
use crate::call::Layout;
use crate::dtype::DType;
use crate::gufunc::buffer::{Memory, duplicate};
use crate::gufunc::operand::{Operand, overlap};
use crate::gufunc::plan::{self, Dim};
use crate::ufunc::cast::convert;
use crate::ufunc::{Loop, Table};

/// How many elements are cast at a time.
const CAST: usize = 1024;

/// The array, and the operand beside it if there is one: addresses, and steps in bytes.
type Two<T> = [T; 2];

/// A loop with the array as its first input and as its output.
pub(crate) struct Replacing<'a> {
    inner: &'a Loop<'a>,
    /// The types of the array's and the operand's elements.
    types: Two<DType>,
    raised: Raised,
    /// Memory for each operand of the loop, in its types, if any of them are not those of the elements.
    buffers: Option<SmallVec<[Memory; 3]>>,
}

impl Replacing<'_> {
    /// Replaces the elements at indices. The shape is theirs and that of the axes which are not
    /// indexed; there are elements, and the operand broadcasts to it.
    ///
    /// # Safety
    /// The loop is one of the table's and its own types. The views are of elements that nobody else
    /// writes; those of the array are this call's alone, but the operand may share them.
    pub unsafe fn run(
        table: &Table<'_>,
        inner: &Loop<'_>,
        array: &RawView,
        indices: &Indices,
        (shape, other): (&[usize], Option<&RawView>),
    ) -> Result<(), Error> {
        let indexed = indices.shape.len();
        let own = array.strides[indices.axes..].iter().copied();
        let own = Operand::of_elements(array.data, array.dtype, own.collect());
        // Without a second operand the first one stands for it.
        let second =
            other.map(|other| Operand::of_elements(other.data, other.dtype, other.stretched(shape.len())));
        let mut operand = second.unwrap_or_else(|| {
            let steps = std::iter::repeat_n(0, indexed).chain(own.steps().iter().copied());
            Operand::of_elements(array.data, array.dtype, steps.collect())
        });
        let mut _memory = None;
        if other.is_some_and(|other| overlap(&other.range(), &array.range())) {
            // SAFETY: the caller's.
            let (copied, memory) = unsafe { duplicate(&operand, shape, &[], Layout::Any, &table.kernel) }?;
            (operand, _memory) = (copied, Some(memory));
        }
        let types = [array.dtype, operand.dtype];
        let mut replacing = Replacing { inner, types, raised: inner.record(), buffers: None };
        replacing.prepare(table)?;
        let (outer, rest) = operand.steps().split_at(indexed);
        let rest = Operand::of_elements(operand.data, operand.dtype, rest.into());
        let dims = plan::dims(&shape[indexed..], &[own, rest], inner.raises);
        for (position, offset) in indices.offsets.iter().enumerate() {
            let second = operand.data.wrapping_offset(distance(position, &shape[..indexed], outer));
            let at = [array.data.wrapping_offset(*offset), second];
            // SAFETY: the caller's; the indices are within the array.
            unsafe { replacing.walk(&dims, at) }?;
        }
        Ok(())
    }

    /// Makes the buffers.
    fn prepare(&mut self, table: &Table<'_>) -> Result<(), Error> {
        let types = self.inner.types;
        let elements =
            |operand: usize| if operand + 1 == types.len() { self.types[0] } else { self.types[operand] };
        if (0..types.len()).any(|operand| types[operand] != elements(operand)) {
            let memory = types.iter().map(|dtype| Memory::new(CAST, *dtype, &[CAST], &table.kernel));
            self.buffers = Some(memory.collect::<Result<_, Error>>()?);
        }
        Ok(())
    }

    /// # Safety
    /// That of [`Replacing::run`], of these dimensions.
    unsafe fn walk(&mut self, dims: &[Dim], at: Two<*mut u8>) -> Result<(), Error> {
        match dims {
            // SAFETY: the caller's.
            [] => unsafe { self.row(at, [0; 2], 1) },
            // SAFETY: the caller's.
            [row] => unsafe { self.row(at, [row.steps[0], row.steps[1]], row.extent) },
            [outer, inner @ ..] => {
                for index in 0..outer.extent {
                    // SAFETY: the caller's, of a part of the dimensions.
                    unsafe { self.walk(inner, advance(at, [outer.steps[0], outer.steps[1]], index)) }?;
                }
                Ok(())
            }
        }
    }

    /// Replaces different elements in a row.
    ///
    /// # Safety
    /// That of [`Replacing::run`], of these elements.
    unsafe fn row(&mut self, at: Two<*mut u8>, steps: Two<isize>, count: usize) -> Result<(), Error> {
        if self.buffers.is_none() {
            // SAFETY: the caller's.
            return unsafe { self.enter([at[0], at[1], at[0]], [steps[0], steps[1], steps[0]], count) };
        }
        for first in (0..count).step_by(CAST) {
            // SAFETY: the caller's, of some of the elements.
            unsafe { self.cast(advance(at, steps, first), steps, CAST.min(count - first)) }?;
        }
        Ok(())
    }

    /// Replaces elements in a row with buffers.
    ///
    /// # Safety
    /// That of [`Replacing::run`], of these elements, of which there are no more than the buffers hold.
    unsafe fn cast(&mut self, at: Two<*mut u8>, steps: Two<isize>, count: usize) -> Result<(), Error> {
        let types = self.inner.types;
        let last = types.len() - 1;
        let row = |operand: usize, data: *mut u8| (types[operand], data, types[operand].size() as isize);
        let Some(buffers) = &mut self.buffers else { return Ok(()) };
        let data: SmallVec<[*mut u8; 3]> = buffers.iter_mut().map(Memory::as_mut_ptr).collect();
        for operand in 0..last {
            let from = (self.types[operand], at[operand].cast_const(), steps[operand]);
            // SAFETY: the caller's; the buffers are this call's alone.
            unsafe { convert(from, row(operand, data[operand]), count) };
        }
        let size = |operand: usize| types[operand].size() as isize;
        // With one input, the second of these is not looked at.
        // SAFETY: the buffers hold the elements.
        unsafe { self.enter([data[0], data[1], data[last]], [size(0), size(1), size(last)], count) }?;
        let (dtype, from, step) = row(last, data[last]);
        // SAFETY: the elements are this call's to write.
        unsafe { convert((dtype, from.cast_const(), step), (self.types[0], at[0], steps[0]), count) };
        Ok(())
    }

    /// Calls the loop on its inputs and its output, which come last; with one input the second is left out.
    ///
    /// # Safety
    /// These are elements of the loop's types, and the output's are for this call alone.
    unsafe fn enter(&mut self, args: [*mut u8; 3], steps: [isize; 3], count: usize) -> Result<(), Error> {
        let unary = self.inner.types.len() == 2;
        let args = if unary { [args[0], args[2], args[2]] } else { args };
        let steps = if unary { [steps[0], steps[2], steps[2]] } else { steps };
        let count = count as isize;
        // SAFETY: the caller's; the output's elements are those of the first input, or apart.
        let status = unsafe { (self.inner.inner)(args.as_ptr(), &count, steps.as_ptr(), &mut self.raised) };
        if status == Status::Returned as i32 {
            return Ok(());
        }
        // SAFETY: the loop has filled the record; its code is loaded, as it ran.
        Err(unsafe { Error::raised(&self.raised) })
    }
}

/// How far a position in the order C is from the first one, in an array of this shape with these steps.
fn distance(position: usize, shape: &[usize], steps: &[isize]) -> isize {
    if let [step] = steps {
        return step.wrapping_mul(position as isize);
    }
    let (mut rest, mut distance) = (position, 0isize);
    for (extent, step) in shape.iter().zip(steps).rev() {
        distance = distance.wrapping_add(step.wrapping_mul((rest % extent) as isize));
        rest /= extent;
    }
    distance
}

fn advance(at: Two<*mut u8>, steps: Two<isize>, count: usize) -> Two<*mut u8> {
    let by = |index: usize| at[index].wrapping_offset(steps[index].wrapping_mul(count as isize));
    [by(0), by(1)]
}
