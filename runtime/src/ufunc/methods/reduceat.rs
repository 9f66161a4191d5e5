//! `reduceat`: elements of slices of an array become one for each.

use std::ops::Range;

use super::fold::Begin;
use super::folding::{Folded, Folding};
use super::index::integers;
use super::out;
use super::reducible::Method;
use crate::Error;
use crate::any::{AnyArray, AnyView, AnyViewMut};
use crate::dtype::DType;
use crate::ufunc::call::Call;
use crate::ufunc::casting::Casting;

impl Call<'_> {
    /// Reduces slices of an array along an axis: NumPy's `reduceat`. For each of the indices, which are
    /// integers in one dimension, the slice goes from it up to the next one, or to the end; where the
    /// next one is not greater, it is one element. Gives the results, unless they go into `out`.
    /// `casting` and masks do not count.
    ///
    /// # Errors
    /// What NumPy says where the axis, indices, types or shapes are wrong; what the kernel raises, of
    /// several places along the other axes for the first one in the order C.
    pub fn reduceat(
        &self,
        array: &AnyView<'_>,
        indices: &AnyView<'_>,
        axis: isize,
        out: Option<AnyViewMut<'_>>,
    ) -> Result<Option<AnyArray>, Error> {
        let input = array.raw();
        Method::ReduceAt.check(self.table)?;
        let indices = self.slice_indices(indices)?;
        let axis = self.only_axis(Method::ReduceAt, axis, &input.shape)?;
        let ranges = self.slices(&indices, input.shape[axis])?;
        let of_out = out.as_ref().map(AnyViewMut::dtype);
        let inner = Method::ReduceAt.choose(self.table, input.dtype, of_out, self.dtype)?;
        let (mut shape, rank) = (input.shape.clone(), input.shape.len());
        shape[axis] = indices.len();
        if let Some(out) = &out {
            let own: Vec<Option<usize>> = input
                .shape
                .iter()
                .enumerate()
                .map(|(other, extent)| (other != axis).then_some(*extent))
                .collect();
            let mut of_indices = vec![None; rank];
            of_indices[axis] = Some(indices.len());
            let read = [(&input.shape[..], &own[..]), (&[indices.len()], &of_indices)];
            out::check_shape(out.shape(), &shape, &read, &self.table.kernel)?;
        }
        let mut folded = Folded::from_elem(false, rank);
        folded[axis] = true;
        let axes = (0..rank).map(|other| (other != axis).then_some(other)).collect();
        let segments = Some((&ranges[..], axis));
        Folding { inner, input, mask: None, begin: Begin::First, folded, shape, axes, segments }
            .run(self, out)
    }

    fn slice_indices(&self, indices: &AnyView<'_>) -> Result<Vec<i64>, Error> {
        let refuse = |class, message: String| Err(Error::refused(class, message, &self.table.kernel));
        match (indices.dtype(), indices.shape().len()) {
            (dtype, _) if !Casting::Safe.allows(dtype, DType::Int64) => refuse(
                "TypeError",
                format!(
                    "Cannot cast array data from dtype('{dtype}') to dtype('int64') according to the rule 'safe'"
                ),
            ),
            (_, 0) => refuse("ValueError", "object of too small depth for desired array".to_owned()),
            (_, 1) => Ok(integers(indices)),
            _ => refuse("ValueError", "object too deep for desired array".to_owned()),
        }
    }

    /// The slices that indices make of an axis.
    fn slices(&self, indices: &[i64], extent: usize) -> Result<Vec<Range<usize>>, Error> {
        let within = |index: i64| usize::try_from(index).ok().filter(|index| *index < extent);
        let first = |index: &i64| {
            within(*index).ok_or_else(|| {
                let name = self.table.kernel.name;
                let message = format!("index {index} out-of-bounds in {name}.reduceat [0, {extent})");
                Error::refused("IndexError", message, &self.table.kernel)
            })
        };
        let firsts = indices.iter().map(first).collect::<Result<Vec<usize>, Error>>()?;
        let ends = firsts.iter().skip(1).copied().chain([extent]);
        Ok(firsts.iter().zip(ends).map(|(first, end)| *first..end.max(first + 1)).collect())
    }
}
