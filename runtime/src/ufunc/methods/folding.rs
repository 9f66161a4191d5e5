//! Folds of an array, from what a call says to results.

use std::ops::Range;

use pykernel_abi::MAX_EXTENT;
use smallvec::SmallVec;

use super::fold::{Begin, Fold, Nest, Segments};
use super::target::Target;
use crate::Error;
use crate::any::{AnyArray, AnyViewMut, Extents, RawView, Strides};
use crate::ufunc::Loop;
use crate::ufunc::call::Call;

/// For each axis of an array whether it is folded.
pub(crate) type Folded = SmallVec<[bool; 4]>;

/// What is folded, and to what.
pub(crate) struct Folding<'a> {
    pub inner: &'a Loop<'a>,
    pub input: &'a RawView,
    /// A mask of the input's shape.
    pub mask: Option<RawView>,
    pub begin: Begin,
    pub folded: Folded,
    /// The result's shape.
    pub shape: Extents,
    /// For each axis of the input the result's axis on which the results of folds lie; none of an axis
    /// along which there is one result.
    pub axes: SmallVec<[Option<usize>; 4]>,
    /// The folds along an axis, if there are several.
    pub segments: Option<(&'a [Range<usize>], usize)>,
}

impl Folding<'_> {
    /// Makes the folds. Gives the results, unless they go into `out`, which has their shape.
    pub fn run(self, call: &Call<'_>, out: Option<AnyViewMut<'_>>) -> Result<Option<AnyArray>, Error> {
        let Folding { inner, input, .. } = self;
        let kernel = &call.table.kernel;
        let elements = input.shape.iter().try_fold(1usize, |product, extent| product.checked_mul(*extent));
        if !input.shape.contains(&0) && elements.is_none_or(|elements| elements as u64 > MAX_EXTENT as u64) {
            return Err(Error::refused("ValueError", "iterator is too large".to_owned(), kernel));
        }
        let read = [Some(input), self.mask.as_ref()];
        let target = Target::new(out, (inner.types[2], &self.shape), self.layout(), &read, kernel)?;
        if self.shape.contains(&0) {
            return Ok(target.finish());
        }
        let result: Strides =
            self.axes.iter().map(|axis| axis.map_or(0, |axis| target.view.strides[axis])).collect();
        // Without a mask, what is said of it is not looked at.
        let of_mask = self.mask.as_ref().map_or(&input.strides, |mask| &mask.strides);
        let nest =
            Nest { shape: &input.shape, strides: [&result, &input.strides, of_mask], folded: &self.folded };
        let mask = self.mask.as_ref().map_or(std::ptr::null_mut(), |mask| mask.data);
        let segments = |(ranges, axis): (_, usize)| Segments { ranges, step: target.view.strides[axis] };
        let fold = Fold {
            table: call.table,
            inner,
            nest: &nest,
            at: [target.view.data, input.data, mask],
            dtype: input.dtype,
            begin: self.begin,
            masked: self.mask.is_some(),
            segments: self.segments.map(segments),
            parallel: call.parallel,
        };
        // SAFETY: who made the call vouches for the loops; the views borrow their elements, and the
        // target is apart from what is read.
        unsafe { fold.run() }?;
        Ok(target.finish())
    }

    /// Strides of the result with which it would lie in memory as the input does.
    fn layout(&self) -> Strides {
        let mut strides = Strides::from_elem(0, self.shape.len());
        let input = self.input.shape.iter().zip(&self.input.strides);
        for (axis, (extent, stride)) in self.axes.iter().zip(input) {
            if let (Some(axis), true) = (axis, *extent > 1) {
                strides[*axis] = *stride;
            }
        }
        if let Some((_, axis)) = self.segments {
            strides[axis] = self.input.strides[axis];
        }
        strides
    }
}
