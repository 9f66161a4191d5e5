//! Where an array's elements lie: shapes and strides in elements, as `ndarray` has them, over addresses
//! of a device, which must not become pointers of the host.

use ndarray::{Axis, Dimension, Slice, SliceArg, SliceInfoElem};

use super::Error;
use crate::view::{Layout, fits, tuple};

/// The elements of an array: the address of the one with index 0 everywhere, extents, and strides in elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place<D> {
    pub start: u64,
    pub shape: D,
    pub strides: D,
}

impl<D: Dimension> Place<D> {
    /// Elements without gaps, the last axis fastest.
    pub fn packed(start: u64, shape: D) -> Self {
        let mut strides = shape.clone();
        let mut stride = if shape.slice().contains(&0) { 0 } else { 1 };
        for axis in (0..shape.ndim()).rev() {
            strides[axis] = stride;
            stride *= shape[axis];
        }
        Place { start, shape, strides }
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.shape.size()
    }

    /// The strides, in elements.
    pub fn strides(&self) -> &[isize] {
        strides(&self.strides)
    }

    /// Whether the elements lie without gaps, the last axis fastest.
    pub fn is_packed(&self) -> bool {
        fits(self.shape.slice(), self.strides(), self.shape.ndim(), Layout::C)
    }

    /// The range of elements in memory, from the start: the lowest, and one behind the highest.
    pub fn span(&self) -> (isize, isize) {
        if self.len() == 0 {
            return (0, 0);
        }
        let reach = |axis: usize| (self.shape[axis] as isize - 1) * self.strides()[axis];
        let reaches = (0..self.shape.ndim()).map(reach);
        reaches.fold((0, 1), |(low, high), reach| (low + reach.min(0), high + reach.max(0)))
    }

    /// Moves the start by a number of elements.
    fn advance(&mut self, elements: isize, size: usize) {
        self.start = self.start.wrapping_add_signed((elements * size as isize) as i64);
    }

    /// What a slice shows; `size` is that of an element in bytes.
    pub fn sliced<I: SliceArg<D>>(mut self, info: &I, size: usize) -> Result<Place<I::OutDim>, Error> {
        let elements: &[SliceInfoElem] = info.as_ref();
        if info.in_ndim() != self.shape.ndim() {
            let cause = format!("it has {} axes, and the slice {}", self.shape.ndim(), info.in_ndim());
            return Err(Error::refused("a slice of an array", cause));
        }
        let mut shape = I::OutDim::zeros(info.out_ndim());
        let mut strides = shape.clone();
        let (mut from, mut to) = (0, 0);
        for element in elements {
            match *element {
                SliceInfoElem::Slice { start, end, step } => {
                    self.slice_axis(Axis(from), Slice { start, end, step }, size)?;
                    (shape[to], strides[to]) = (self.shape[from], self.strides[from]);
                    (from, to) = (from + 1, to + 1);
                }
                SliceInfoElem::Index(index) => {
                    self.index_axis(Axis(from), index, size)?;
                    from += 1;
                }
                SliceInfoElem::NewAxis => {
                    (shape[to], strides[to]) = (1, 0);
                    to += 1;
                }
            }
        }
        Ok(Place { start: self.start, shape, strides })
    }

    /// Leaves of one axis what `ndarray`'s slice says.
    fn slice_axis(&mut self, axis: Axis, slice: Slice, size: usize) -> Result<(), Error> {
        let (extent, stride) = (self.shape[axis.0], self.strides()[axis.0]);
        let absolute = |index: isize| match index {
            index if index < 0 => index + extent as isize,
            index => index,
        };
        let start = absolute(slice.start);
        let end = slice.end.map_or(extent as isize, absolute).max(start);
        if start < 0 || end > extent as isize || slice.step == 0 {
            let Slice { start, end, step } = slice;
            let end = end.map_or(String::new(), |end| end.to_string());
            let cause =
                format!("axis {} has extent {extent}, and the slice is {start}..{end};{step}", axis.0);
            return Err(Error::refused("a slice of an array", cause));
        }
        let count = (end - start) as usize;
        let left = count.div_ceil(slice.step.unsigned_abs());
        if count > 0 {
            self.advance(if slice.step < 0 { end - 1 } else { start } * stride, size);
        }
        self.shape[axis.0] = left;
        self.strides[axis.0] = if left <= 1 { 0 } else { (stride * slice.step) as usize };
        Ok(())
    }

    /// Moves the start to an index of an axis.
    fn index_axis(&mut self, axis: Axis, index: isize, size: usize) -> Result<(), Error> {
        let (extent, stride) = (self.shape[axis.0] as isize, self.strides()[axis.0]);
        let at = if index < 0 { index + extent } else { index };
        if at < 0 || at >= extent {
            let cause = format!("axis {} has extent {extent}, and the index is {index}", axis.0);
            return Err(Error::refused("an index of an array", cause));
        }
        self.advance(at * stride, size);
        Ok(())
    }

    /// The axes in another order.
    pub fn permuted(&self, axes: &D) -> Result<Self, Error> {
        let mut place = self.clone();
        let mut seen = D::zeros(self.shape.ndim());
        for (to, from) in axes.slice().iter().enumerate() {
            if seen.slice().get(*from) != Some(&0) {
                let cause = format!("{} are not the axes of {} dimensions", tuple(axes.slice()), seen.ndim());
                return Err(Error::refused("a permutation of axes", cause));
            }
            seen[*from] = 1;
            (place.shape[to], place.strides[to]) = (self.shape[*from], self.strides[*from]);
        }
        Ok(place)
    }

    /// The axes in the opposite order.
    pub fn reversed(mut self) -> Self {
        self.shape.slice_mut().reverse();
        self.strides.slice_mut().reverse();
        self
    }

    /// The same elements in another shape.
    pub fn reshaped<E: Dimension>(&self, shape: E) -> Result<Place<E>, Error> {
        let texts = || (tuple(self.shape.slice()), tuple(shape.slice()));
        if shape.size_checked() != Some(self.len()) {
            let (own, new) = texts();
            return Err(Error::refused("a new shape", format!("{own} and {new} differ in size")));
        }
        if !self.is_packed() {
            let (own, new) = texts();
            let cause =
                format!("an array of shape {own} that is not contiguous cannot become {new} without a copy");
            return Err(Error::refused("a new shape", cause));
        }
        Ok(Place::packed(self.start, shape))
    }

    /// The elements repeated along new axes, and along those of extent 1.
    pub fn broadcast<E: Dimension>(&self, shape: E) -> Result<Place<E>, Error> {
        let mut strides = E::zeros(shape.ndim());
        let refused = || {
            let cause = format!("{} does not become {}", tuple(self.shape.slice()), tuple(shape.slice()));
            Error::refused("a broadcast", cause)
        };
        let new_axes = shape.ndim().checked_sub(self.shape.ndim()).ok_or_else(refused)?;
        for axis in 0..self.shape.ndim() {
            strides[axis + new_axes] = match (self.shape[axis], shape[axis + new_axes]) {
                (own, wanted) if own == wanted => self.strides[axis],
                (1, _) => 0,
                _ => return Err(refused()),
            };
        }
        match shape.size_checked().filter(|size| isize::try_from(*size).is_ok()) {
            Some(_) => Ok(Place { start: self.start, shape, strides }),
            None => Err(refused()),
        }
    }
}

/// Strides as `ndarray` keeps them, with their signs.
pub fn strides<D: Dimension>(strides: &D) -> &[isize] {
    let strides = strides.slice();
    // SAFETY: `usize` and `isize` have one layout, and every value of one is one of the other.
    unsafe { std::slice::from_raw_parts(strides.as_ptr().cast(), strides.len()) }
}

/// The size of an array in bytes.
pub fn bytes<D: Dimension>(shape: &D, size: usize) -> Result<usize, Error> {
    let bytes = shape.size_checked().and_then(|len| len.checked_mul(size));
    bytes.filter(|bytes| isize::try_from(*bytes).is_ok()).ok_or_else(|| {
        let cause = format!("shape {} has more bytes than there are addresses", tuple(shape.slice()));
        Error::refused("a new array", cause)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array3, ArrayView3, IntoDimension, Ix2, Ix3, IxDyn, s};

    /// A place beside an array of the host, whose elements are their own places in memory.
    fn beside(array: &Array3<f64>) -> Place<Ix3> {
        Place::packed(0, array.raw_dim())
    }

    fn numbers() -> Array3<f64> {
        Array3::from_shape_fn((4, 3, 5), |(i, j, k)| (i * 15 + j * 5 + k) as f64)
    }

    /// The values that a place shows, in order, where element `n` of memory is `n`.
    fn shown<D: Dimension>(place: &Place<D>) -> Vec<f64> {
        let mut values = Vec::new();
        for index in ndarray::indices(place.shape.clone()) {
            let index = index.into_dimension();
            let offset: isize = index
                .slice()
                .iter()
                .zip(place.strides())
                .map(|(index, stride)| *index as isize * stride)
                .sum();
            values.push((place.start as i64 / 8 + offset as i64) as f64);
        }
        values
    }

    /// A slice shows what `ndarray`'s does.
    fn same<I: SliceArg<Ix3>>(info: I) {
        let array = numbers();
        let place = beside(&array).sliced(&info, 8).unwrap();
        let view = array.slice(info);
        assert_eq!(place.shape.slice(), view.shape());
        assert_eq!(shown(&place), view.iter().copied().collect::<Vec<_>>());
    }

    #[test]
    fn slices_are_ndarrays() {
        same(s![.., .., ..]);
        same(s![1..3, 2, ..]);
        same(s![-1, .., ..;2]);
        same(s![..;-1, 1..;-2, 1..4;3]);
        same(s![..;-3, -2.., ..-1]);
        same(s![2..2, .., ..]);
        same(s![4.., ..;-1, 0]);
        same(s![1, ndarray::NewAxis, .., 4]);
        let (start, end) = (3, 1);
        same(s![start..end, .., ..;7]);
    }

    #[test]
    fn what_is_outside_is_refused() {
        let array = numbers();
        let refused = |error: Error| error.to_string();
        let slice = refused(beside(&array).sliced(&s![..5, .., ..], 8).unwrap_err());
        assert_eq!(slice, "a slice of an array: axis 0 has extent 4, and the slice is 0..5;1");
        let index = refused(beside(&array).sliced(&s![.., -4, ..], 8).unwrap_err());
        assert_eq!(index, "an index of an array: axis 1 has extent 3, and the index is -4");
        let dynamic = Place::packed(0, IxDyn(&[2, 2]));
        assert!(dynamic.sliced(&s![0, 0, 0], 8).is_err());
    }

    #[test]
    fn shapes_change_where_elements_stay() {
        let array = numbers();
        let place = beside(&array);
        assert_eq!(shown(&place.reshaped(Ix2(6, 10)).unwrap()), shown(&place));
        assert!(place.reshaped(Ix2(6, 11)).is_err());
        let turned = place.permuted(&Ix3(2, 0, 1)).unwrap();
        let view: ArrayView3<f64> = array.view().permuted_axes([2, 0, 1]);
        assert_eq!(shown(&turned), view.iter().copied().collect::<Vec<_>>());
        assert!(turned.reshaped(Ix2(6, 10)).is_err() && place.permuted(&Ix3(0, 0, 1)).is_err());
        assert!(place.permuted(&Ix3(0, 1, 3)).is_err());
        let view = array.t();
        assert_eq!(shown(&place.reversed()), view.iter().copied().collect::<Vec<_>>());
    }

    #[test]
    fn broadcasting_repeats_elements() {
        let array = numbers();
        let row = beside(&array).sliced(&s![0..1, 1, ..], 8).unwrap();
        let wide = row.broadcast(Ix3(2, 3, 5)).unwrap();
        let view = array.slice(s![0..1, 1, ..]);
        let expected: Vec<f64> = view.broadcast((2, 3, 5)).unwrap().iter().copied().collect();
        assert_eq!(shown(&wide), expected);
        assert!(row.broadcast(Ix2(2, 4)).is_err() && wide.broadcast(Ix2(3, 5)).is_err());
        assert!(row.broadcast(Ix3(1 << 40, 1 << 40, 5)).is_err());
    }

    #[test]
    fn spans_hold_all_elements() {
        let array = numbers();
        assert_eq!(beside(&array).span(), (0, 60));
        let place = beside(&array).sliced(&s![1..3, ..;-1, 2], 8).unwrap();
        assert_eq!((place.start / 8, place.span()), (15 + 10 + 2, (-10, 16)));
        assert_eq!(beside(&array).sliced(&s![..0, .., ..], 8).unwrap().span(), (0, 0));
    }

    #[test]
    fn sizes_that_no_memory_has_are_refused() {
        assert_eq!(bytes(&Ix2(3, 4), 8), Ok(96));
        assert!(bytes(&Ix2(1 << 40, 1 << 40), 1).is_err() && bytes(&Ix2(1 << 40, 1 << 20), 8).is_err());
    }
}
