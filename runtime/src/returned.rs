//! Arrays that kernels return, as arrays of `ndarray`.
//!
//! Where a kernel hands over a whole block that nobody else refers to, its memory becomes that of
//! the array. What is a part of a block, shares one, or lies in a parameter is copied.

use ndarray::{ArrayD, Dimension, IxDyn, ShapeBuilder};
use num_complex::Complex;
use pykernel_abi::{Block, Owned, block};

use crate::call::{Array, HOST, Kernel};
use crate::time::{DateTime64, TimeDelta64, Unit};
use crate::view::{Layout, fits, tuple};
use crate::{Error, Record};

/// The type of an element.
pub trait Element: Copy {
    /// Whether each byte must be 0 or 1. Kernels may return what they have not written.
    const IS_BOOL: bool = false;
}

macro_rules! elements {
    ($($ty:ty)*) => {
        $(impl Element for $ty {})*
    };
}

elements! { i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 Complex<f32> Complex<f64> }

impl<R: Record> Element for R {}

impl<U: Unit> Element for DateTime64<U> {}

impl<U: Unit> Element for TimeDelta64<U> {}

impl Element for bool {
    const IS_BOOL: bool = true;
}

/// An array as a kernel has returned it.
#[repr(transparent)]
#[derive(Debug)]
pub struct Returned<const N: usize>(Owned<N>);

impl<const N: usize> Returned<N> {
    /// The array; an error where there is no memory for a copy.
    ///
    /// # Safety
    /// A kernel has returned it, asking [`HOST`] for memory, as an array of `N` dimensions whose
    /// elements are `T`s; the kernel's arguments are still borrowed as they were for the call; and
    /// `D` has `N` dimensions or any number.
    #[inline]
    pub unsafe fn take<T: Element, D: Dimension>(
        mut self,
        kernel: &'static Kernel,
    ) -> Result<ndarray::Array<T, D>, Error> {
        // SAFETY: the caller vouches for it.
        let array = unsafe {
            match whole(&self.0, [size_of::<T>(), align_of::<T>()]) {
                Some((block, order)) => {
                    self.0.owner = std::ptr::null_mut();
                    adopted::<T, N>(&self.0.array, &block, order)
                }
                None => copied::<T, N>(&self.0.array, kernel)?,
            }
        };
        match array.into_dimensionality() {
            Ok(array) => Ok(array),
            Err(_) => unreachable!("bug in pykernel: an array of {N} dimensions has others"),
        }
    }
}

impl Returned<0> {
    /// The record.
    ///
    /// # Safety
    /// A kernel has returned it as a record that is an `R`; the kernel's arguments are still borrowed as they were for
    /// the call.
    #[inline]
    pub unsafe fn record<R: Record>(self) -> R {
        // SAFETY: the caller vouches for it; a record of an array need not be aligned.
        unsafe { self.0.array.data.cast::<R>().read_unaligned() }
    }
}

impl<const N: usize> Drop for Returned<N> {
    fn drop(&mut self) {
        if self.0.owner.is_null() {
            return;
        }
        // SAFETY: the kernel has handed a reference to a block over, of which nothing is used
        // any more. Blocks are on this thread alone: kernels end before they return.
        unsafe {
            let mut block: Block = self.0.owner.read_unaligned();
            block.references -= 1;
            match block.references {
                0 => (HOST.release)(block.data, block.bytes, block.align),
                _ => self.0.owner.write_unaligned(block),
            }
        }
    }
}

/// The block of which an array is all the elements, in which order they lie, and that nothing else
/// refers to; `None` if there is none.
///
/// # Safety
/// A kernel has returned the array.
unsafe fn whole<const N: usize>(owned: &Owned<N>, [size, align]: [usize; 2]) -> Option<(Block, Layout)> {
    if owned.owner.is_null() {
        return None;
    }
    // SAFETY: an owner is the address of a block's tail, which need not be aligned.
    let block: Block = unsafe { owned.owner.read_unaligned() };
    let shape = owned.array.shape.map(|extent| extent as usize);
    let strides = owned.array.strides.map(|stride| stride as isize / size as isize);
    let n_bytes = shape.iter().product::<usize>() * size;
    // A block of records is memory of numbers, whose tail need not be a whole number of records.
    let is_whole = block.data == owned.array.data
        && n_bytes + block::SIZE as usize == block.bytes
        && block.bytes.is_multiple_of(size)
        && block.align == align;
    let order = [Layout::C, Layout::F].into_iter().find(|order| fits(&shape, &strides, N, *order));
    order.filter(|_| block.references == 1 && is_whole).map(|order| (block, order))
}

/// An array with the memory of a block.
///
/// # Safety
/// The array is all of the block, in this order, its elements are `T`s, and nothing else refers to
/// the block.
unsafe fn adopted<T: Element, const N: usize>(array: &Array<N>, block: &Block, order: Layout) -> ArrayD<T> {
    let shape = array.shape.map(|extent| extent as usize);
    let n_elements = shape.iter().product();
    // SAFETY: the memory is the global allocator's, by the host that the kernel asked, with the
    // alignment of `T` and the size of `capacity` elements: the tail is a whole number of them.
    let elements = unsafe {
        make_valid::<T>(block.data, n_elements);
        Vec::from_raw_parts(block.data.cast::<T>(), n_elements, block.bytes / size_of::<T>())
    };
    shaped(&shape, order, elements)
}

/// An array with a copy of the elements, in C order.
///
/// # Safety
/// The array's elements are `T`s that can be read.
unsafe fn copied<T: Element, const N: usize>(array: &Array<N>, kernel: &Kernel) -> Result<ArrayD<T>, Error> {
    let shape = array.shape.map(|extent| extent as usize);
    let mut elements: Vec<T> = Vec::new();
    let n_elements = shape.iter().try_fold(1usize, |product, extent| product.checked_mul(*extent));
    let has_room = |n: &usize| elements.try_reserve_exact(*n).is_ok();
    let Some(n_elements) = n_elements.filter(has_room) else {
        let message = format!("Unable to allocate an array with shape {}", tuple(&shape));
        return Err(Error::refused("MemoryError", message, kernel));
    };
    let mut index = [0; N];
    for at in 0..n_elements {
        let offsets =
            index.iter().zip(&array.strides).map(|(index, stride)| *index as isize * *stride as isize);
        // SAFETY: the index is inside of the shape, so that there is an element; there is room for
        // all of them. They are copied as bytes, which need not be a `T` yet.
        unsafe {
            let element = array.data.cast_const().offset(offsets.sum());
            let copy = elements.as_mut_ptr().add(at).cast::<u8>();
            std::ptr::copy_nonoverlapping(element, copy, size_of::<T>());
        }
        advance(&mut index, &shape);
    }
    // SAFETY: all of them were copied, and are made `T`s.
    unsafe {
        make_valid::<T>(elements.as_mut_ptr().cast(), n_elements);
        elements.set_len(n_elements);
    }
    Ok(shaped(&shape, Layout::C, elements))
}

/// The next index in C order.
fn advance(index: &mut [usize], shape: &[usize]) {
    for (index, extent) in index.iter_mut().zip(shape).rev() {
        *index += 1;
        if *index < *extent {
            return;
        }
        *index = 0;
    }
}

/// Makes bools of the bytes that a kernel left in an array of bools. Every byte is a number of any
/// other type.
///
/// # Safety
/// There are so many elements.
unsafe fn make_valid<T: Element>(data: *mut u8, n_elements: usize) {
    if T::IS_BOOL {
        for at in 0..n_elements {
            // SAFETY: a bool is a byte. Machine code has written it, or has left what was there as
            // it was: some number.
            unsafe { data.add(at).write(u8::from(data.add(at).read() != 0)) };
        }
    }
}

fn shaped<T>(shape: &[usize], order: Layout, elements: Vec<T>) -> ArrayD<T> {
    let shape = IxDyn(shape).set_f(order == Layout::F);
    match ArrayD::from_shape_vec(shape, elements) {
        Ok(array) => array,
        Err(error) => unreachable!("bug in pykernel: {error}"),
    }
}

#[cfg(test)]
mod tests;
