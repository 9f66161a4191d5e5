//! Arrays as examples make them: strided views of shared memory, like NumPy's.

use std::cell::Cell;
use std::rc::Rc;

use pykernel_codegen::types::{DType, Layout};

use super::number::Datum;

/// A view of shared memory. Cloning one copies no element.
///
/// Strides are multiples of the element's size, so that an element never lies across two cells,
/// but for `complex128`, whose parts are two of them.
#[derive(Clone, Debug)]
pub struct Array {
    memory: Rc<[Cell<u64>]>,
    /// The type of the elements.
    pub dtype: DType,
    /// The extent of each dimension.
    pub shape: Vec<usize>,
    /// The distance in bytes between neighbours along each dimension.
    pub strides: Vec<isize>,
    /// Where the element with index 0 in every dimension lies, in bytes.
    offset: isize,
    /// Whether writing is forbidden.
    pub readonly: bool,
}

impl Array {
    /// An array of new memory that holds the elements, given in C order.
    pub fn new(dtype: DType, shape: &[usize], elements: &[Datum]) -> Array {
        let array = Array::zeros(dtype, shape, contiguous(dtype, shape, Layout::C), 0, elements.len());
        array.fill(elements);
        array
    }

    fn zeros(dtype: DType, shape: &[usize], strides: Vec<isize>, offset: isize, len: usize) -> Array {
        // Never empty, so that the address of a zero-size array is one of real memory.
        let cells = (len * dtype.size()).div_ceil(8) + 1;
        let memory = (0..cells).map(|_| Cell::new(0)).collect();
        Array { memory, dtype, shape: shape.to_vec(), strides, offset, readonly: false }
    }

    /// The number of elements.
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }

    /// The address of the element with index 0 in every dimension.
    pub fn address(&self) -> *mut u8 {
        self.memory.as_ptr().cast::<u8>().cast_mut().wrapping_offset(self.offset)
    }

    /// Whether the two share memory.
    pub fn shares_memory(&self, other: &Array) -> bool {
        Rc::ptr_eq(&self.memory, &other.memory)
    }

    /// All of the memory, bit by bit.
    pub fn words(&self) -> Vec<u64> {
        self.memory.iter().map(Cell::get).collect()
    }

    /// Sets all of the memory to what [`Array::words`] gave.
    pub fn set_words(&self, words: &[u64]) {
        self.memory.iter().zip(words).for_each(|(cell, word)| cell.set(*word));
    }

    /// Whether the elements lie as a layout asks, by NumPy's rule: dimensions of extent 1 and
    /// arrays without elements fit every layout.
    pub fn has_layout(&self, layout: Layout) -> bool {
        lies_as(self.dtype, &self.shape, &self.strides, layout)
    }

    /// Reads one element.
    pub fn get(&self, index: &[usize]) -> Datum {
        let at = self.position(index);
        let mut bytes = [0; 16];
        let size = self.dtype.size();
        for (byte, offset) in bytes[..size].iter_mut().zip(at..) {
            *byte = self.memory[offset / 8].get().to_ne_bytes()[offset % 8];
        }
        Datum::from_bytes(self.dtype, &bytes[..size])
    }

    /// Writes one element.
    pub fn set(&self, index: &[usize], value: Datum) {
        let bytes = value.to_bytes(self.dtype);
        for (byte, offset) in bytes.into_iter().zip(self.position(index)..) {
            let cell = &self.memory[offset / 8];
            let mut word = cell.get().to_ne_bytes();
            word[offset % 8] = byte;
            cell.set(u64::from_ne_bytes(word));
        }
    }

    fn position(&self, index: &[usize]) -> usize {
        let steps = index.iter().zip(&self.strides).map(|(i, stride)| *i as isize * stride);
        (self.offset + steps.sum::<isize>()) as usize
    }

    /// All elements in C order.
    pub fn elements(&self) -> Vec<Datum> {
        indices(&self.shape).map(|index| self.get(&index)).collect()
    }

    /// Writes all elements, given in C order.
    pub fn fill(&self, elements: &[Datum]) {
        indices(&self.shape).zip(elements).for_each(|(index, element)| self.set(&index, *element));
    }

    /// A copy of the elements in new memory, laid out as asked (`Any`: as C).
    pub fn copy(&self, layout: Layout) -> Array {
        let strides = contiguous(self.dtype, &self.shape, layout);
        let copy = Array::zeros(self.dtype, &self.shape, strides, 0, self.size());
        copy.fill(&self.elements());
        copy
    }

    /// A copy whose neighbours lie `step` elements further apart than in a C array; a negative
    /// step walks the memory backwards.
    pub fn spread(&self, step: isize) -> Array {
        let strides: Vec<isize> =
            contiguous(self.dtype, &self.shape, Layout::C).iter().map(|stride| stride * step).collect();
        let last = self.size().saturating_sub(1) as isize * self.dtype.size() as isize * step;
        let len = self.size() * step.unsigned_abs();
        let copy = Array::zeros(self.dtype, &self.shape, strides, (-last).max(0), len);
        copy.fill(&self.elements());
        copy
    }

    /// `x.T`
    pub fn transposed(&self) -> Array {
        let reversed: Vec<usize> = (0..self.shape.len()).rev().collect();
        self.permuted(&reversed)
    }

    /// `x.transpose(axes)`; each axis must be named once.
    pub fn permuted(&self, axes: &[usize]) -> Array {
        let mut view = self.clone();
        view.shape = axes.iter().map(|axis| self.shape[*axis]).collect();
        view.strides = axes.iter().map(|axis| self.strides[*axis]).collect();
        view
    }

    /// `x.reshape(shape)`: a view where the elements lie in C order, else a copy.
    pub fn reshaped(&self, shape: &[usize]) -> Array {
        let mut view = if self.has_layout(Layout::C) { self.clone() } else { self.copy(Layout::C) };
        view.strides = contiguous(self.dtype, shape, Layout::C);
        view.shape = shape.to_vec();
        view
    }

    /// `np.broadcast_to(x, shape)`: read-only, with zero strides.
    pub fn broadcast(&self, shape: &[usize]) -> Option<Array> {
        let new_axes = shape.len().checked_sub(self.shape.len())?;
        let mut strides = vec![0; new_axes];
        for (axis, extent) in self.shape.iter().enumerate() {
            match (*extent, shape[new_axes + axis]) {
                (from, to) if from == to => strides.push(self.strides[axis]),
                (1, _) => strides.push(0),
                _ => return None,
            }
        }
        Some(Array { shape: shape.to_vec(), strides, readonly: true, ..self.clone() })
    }

    /// The view with one dimension replaced: `count` elements from `start`, `step` apart.
    pub fn sliced(&self, axis: usize, start: isize, step: isize, count: usize) -> Array {
        let mut view = self.clone();
        if count > 0 {
            view.offset += start * self.strides[axis];
        }
        view.shape[axis] = count;
        view.strides[axis] *= step;
        view
    }

    /// The view with one dimension gone.
    pub fn at(&self, axis: usize, index: usize) -> Array {
        let mut view = self.sliced(axis, index as isize, 1, 1);
        view.shape.remove(axis);
        view.strides.remove(axis);
        view
    }
}

/// Whether elements with this shape and these strides lie as a layout asks.
pub fn lies_as(dtype: DType, shape: &[usize], strides: &[isize], layout: Layout) -> bool {
    let wanted = contiguous(dtype, shape, layout);
    let fits = |axis: usize| shape[axis] == 1 || strides[axis] == wanted[axis];
    layout == Layout::Any || shape.contains(&0) || (0..shape.len()).all(fits)
}

/// The strides of a contiguous array.
fn contiguous(dtype: DType, shape: &[usize], layout: Layout) -> Vec<isize> {
    let mut strides = vec![0; shape.len()];
    let mut next = dtype.size() as isize;
    let mut step = |axis: usize| {
        strides[axis] = next;
        next *= shape[axis].max(1) as isize;
    };
    match layout {
        Layout::F => (0..shape.len()).for_each(&mut step),
        Layout::C | Layout::Any => (0..shape.len()).rev().for_each(&mut step),
    }
    strides
}

/// Every index within a shape, in C order.
pub fn indices(shape: &[usize]) -> impl Iterator<Item = Vec<usize>> + '_ {
    let size: usize = shape.iter().product();
    (0..size).map(move |mut rest| {
        let mut index = vec![0; shape.len()];
        for axis in (0..shape.len()).rev() {
            index[axis] = rest % shape[axis];
            rest /= shape[axis];
        }
        index
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Array {
        let elements: Vec<Datum> = (0..6).map(Datum::Int).collect();
        Array::new(DType::Int16, &[2, 3], &elements)
    }

    fn ints(array: &Array) -> Vec<i128> {
        array.elements().iter().map(|e| if let Datum::Int(i) = e { *i } else { panic!() }).collect()
    }

    #[test]
    fn views_share_memory_and_copies_do_not() {
        let x = table();
        let column = x.at(1, 1);
        column.set(&[1], Datum::Int(-7));
        assert_eq!(ints(&x), [0, 1, 2, 3, -7, 5]);
        assert_eq!(ints(&x.transposed()), [0, 3, 1, -7, 2, 5]);
        assert_eq!(ints(&x.sliced(1, 2, -2, 2)), [2, 0, 5, 3]);
        assert!(x.shares_memory(&column) && !x.shares_memory(&x.copy(Layout::C)));
    }

    #[test]
    fn every_layout_holds_the_same_elements() {
        let x = table();
        for copy in [x.copy(Layout::F), x.spread(2), x.spread(-1), x.spread(-3)] {
            assert_eq!(ints(&copy), [0, 1, 2, 3, 4, 5]);
        }
        assert!(
            x.has_layout(Layout::C) && !x.has_layout(Layout::F) && x.copy(Layout::F).has_layout(Layout::F)
        );
        assert!(x.transposed().has_layout(Layout::F) && !x.spread(2).has_layout(Layout::C));
        assert!(x.sliced(0, 0, 1, 0).has_layout(Layout::F));
    }

    #[test]
    fn broadcasting_is_a_read_only_view() {
        let row = Array::new(DType::Float64, &[2], &[Datum::Float(1.0), Datum::Float(2.0)]);
        let wide = row.broadcast(&[2, 2]).unwrap();
        assert!(wide.readonly && wide.strides == [0, 8]);
        assert!(row.broadcast(&[3]).is_none() && row.broadcast(&[]).is_none());
        let pair = Array::new(DType::Complex128, &[], &[Datum::Complex(1.0, -0.0)]);
        assert_eq!(pair.get(&[]), Datum::Complex(1.0, -0.0));
    }
}
