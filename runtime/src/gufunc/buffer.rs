//! Memory for operands whose elements must be cast, or must not change while the loop runs.

use std::ops::Range;

use super::copy::{Dim, Elements, copy};
use super::operand::Operand;
use crate::Error;
use crate::allocate::{no_memory, too_big};
use crate::any::Extents;
use crate::call::{Kernel, Layout};
use crate::dtype::DType;

/// About how many elements are cast at a time.
const ELEMENTS: usize = 8192;

/// Memory at the alignment of every dtype, all 0 at first.
pub(crate) struct Memory(Vec<[u64; 2]>);

impl Memory {
    /// Memory for elements; the shape is for the error where there is none.
    pub fn new(elements: usize, dtype: DType, shape: &[usize], kernel: &Kernel<'_>) -> Result<Self, Error> {
        let bytes = elements.checked_mul(dtype.size()).filter(|bytes| isize::try_from(*bytes).is_ok());
        let Some(bytes) = bytes else { return Err(too_big(kernel)) };
        let (mut memory, count) = (Vec::new(), bytes.div_ceil(16).max(1));
        if memory.try_reserve_exact(count).is_err() {
            return Err(no_memory(bytes, dtype, shape, kernel));
        }
        memory.resize(count, [0; 2]);
        Ok(Memory(memory))
    }

    /// The address of the first element.
    pub fn as_mut_ptr(&mut self) -> *mut u8 {
        self.0.as_mut_ptr().cast()
    }
}

/// How many blocks of an operand are cast at a time.
pub(crate) fn blocks_at_once<'a>(operand: &Operand<'a>, sizes: &'a [usize]) -> usize {
    let block = operand.sizes(sizes).fold(1usize, usize::saturating_mul);
    (ELEMENTS / block.max(1)).max(1)
}

/// Blocks of one operand, in the type of the loop.
pub(crate) struct Buffer<'a> {
    /// Which operand it is.
    pub operand: usize,
    from: &'a Operand<'a>,
    sizes: &'a [usize],
    /// The blocks in this memory, of which `memory` is kept.
    blocks: Operand<'a>,
    _memory: Memory,
    /// What is in the buffer: from where, and how many blocks.
    filled: (*mut u8, usize),
}

impl<'a> Buffer<'a> {
    /// A buffer for so many blocks of an operand.
    pub fn new(
        operand: usize,
        from: &'a Operand<'a>,
        sizes: &'a [usize],
        (dtype, layout): (DType, Layout),
        count: usize,
        kernel: &Kernel<'_>,
    ) -> Result<Self, Error> {
        let Some((mut blocks, elements)) =
            Operand::packed(dtype, &[count], (from.core, sizes), layout, |_| true)
        else {
            return Err(too_big(kernel));
        };
        let mut memory = Memory::new(elements, dtype, &from.sizes(sizes).collect::<Extents>(), kernel)?;
        blocks.data = memory.as_mut_ptr();
        Ok(Buffer { operand, from, sizes, blocks, _memory: memory, filled: (std::ptr::null_mut(), 0) })
    }

    /// The address of the first block.
    pub fn data(&self) -> *mut u8 {
        self.blocks.data
    }

    /// The distance from block to block.
    pub fn step(&self) -> isize {
        self.blocks.steps()[0]
    }

    /// The strides of a block.
    pub fn strides(&self) -> &[isize] {
        self.blocks.core_strides()
    }

    /// Reads blocks, which lie `step` apart. If nobody writes what is read, it need not be read twice.
    ///
    /// # Safety
    /// There are so many blocks of the operand, and the buffer is for as many.
    pub unsafe fn fill(&mut self, data: *mut u8, step: isize, count: usize, constant: bool) {
        let (filled, enough) = self.filled;
        if constant && filled == data && enough >= count {
            return;
        }
        self.filled = (data, count);
        let (from, to) = ((self.from.dtype, data), (self.blocks.dtype, self.blocks.data));
        // SAFETY: the caller's; the buffer is this one's alone.
        unsafe { copy(from, to, self.dims(self.from, &self.blocks, (count, step, self.step()))) }
    }

    /// The dimensions of blocks here and there, within that of the loop.
    fn dims<'b>(
        &self,
        from: &'b Operand<'_>,
        to: &'b Operand<'_>,
        blocks: Dim,
    ) -> impl Iterator<Item = Dim> + use<'b, 'a> {
        let strides = from.core_strides().iter().zip(to.core_strides());
        let core = self.from.sizes(self.sizes).zip(strides);
        core.map(|(extent, (from, to))| (extent, *from, *to)).chain([blocks])
    }

    /// Writes some of the blocks back: `data` is where the very first one belongs.
    ///
    /// # Safety
    /// There are so many blocks of the operand, to be written by nobody else.
    pub unsafe fn write_back(&self, data: *mut u8, step: isize, blocks: Range<usize>) {
        let first = blocks.start as isize;
        let from = self.blocks.data.wrapping_offset(self.step().wrapping_mul(first));
        let to = data.wrapping_offset(step.wrapping_mul(first));
        let (from, to) = ((self.blocks.dtype, from), (self.from.dtype, to));
        // SAFETY: the caller's; the buffer holds as many.
        unsafe { copy(from, to, self.dims(&self.blocks, self.from, (blocks.len(), self.step(), step))) }
    }
}

/// An operand's elements in memory of their own, with the memory. What is broadcast stays so.
///
/// # Safety
/// The operand's elements are there, for a loop of this shape.
pub(crate) unsafe fn duplicate<'a>(
    operand: &Operand<'a>,
    shape: &[usize],
    sizes: &'a [usize],
    layout: Layout,
    kernel: &Kernel<'_>,
) -> Result<(Operand<'a>, Memory), Error> {
    let moves = |dimension: usize| operand.strides()[dimension] != 0;
    let packed = Operand::packed(operand.dtype, shape, (operand.core, sizes), layout, moves);
    let Some((mut packed, elements)) = packed else { return Err(too_big(kernel)) };
    let extents: Extents = shape.iter().copied().chain(operand.sizes(sizes)).collect();
    let mut memory = Memory::new(elements, operand.dtype, &extents, kernel)?;
    packed.data = memory.as_mut_ptr();
    let dims = extents.iter().zip(operand.strides().iter().zip(packed.strides()));
    let dims = dims.filter(|(_, (from, _))| **from != 0).map(|(extent, (from, to))| (*extent, *from, *to));
    let elements = |operand: &Operand<'_>| -> Elements { (operand.dtype, operand.data) };
    // SAFETY: the caller's; the memory is new, and has all of the elements.
    unsafe { copy(elements(operand), elements(&packed), dims) };
    Ok((packed, memory))
}
