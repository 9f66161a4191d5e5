//! Calls over operands that lie one after another in the same order: all that there is to do is to call
//! the loop once, so that small calls are cheap.

use pykernel_abi::MAX_EXTENT;
use smallvec::SmallVec;

use super::elementwise::{Elementwise, Made};
use crate::Error;
use crate::allocate::zeros;
use crate::any::RawView;
use crate::gufunc::operand::{overlap, range};
use crate::gufunc::parallel::is_worth;
use crate::gufunc::run::Addresses;

/// What the inner loop is given.
struct Row<'a> {
    args: Addresses,
    steps: SmallVec<[isize; 4]>,
    /// The shape of all operands that are not numbers.
    shape: &'a [usize],
}

impl Elementwise<'_> {
    /// Calls the loop once. `None` where there is more to it than that, or something is wrong.
    ///
    /// # Safety
    /// That of [`Elementwise::run`].
    pub(super) unsafe fn direct(&self, views: &[Option<&RawView>]) -> Option<Result<Made, Error>> {
        let shape = views.iter().flatten().map(|view| &view.shape[..]).max_by_key(|shape| shape.len())?;
        let count = shape.iter().try_fold(1usize, |count, extent| count.checked_mul(*extent))?;
        if self.mask.is_some()
            || count as u64 > MAX_EXTENT as u64
            || (self.parallel && is_worth(self.inner, count))
        {
            return None;
        }
        let mut row = Row { args: Addresses::new(), steps: SmallVec::new(), shape };
        let mut made = Made::new();
        for (index, view) in views.iter().enumerate() {
            match view {
                Some(view) => {
                    row.add(view, self.inner.types.get(index) == Some(&view.dtype), self.table.writes(index))?
                }
                None => match zeros(self.inner.types[index], shape, &self.table.kernel) {
                    Ok(mut array) => {
                        row.args.push(array.as_mut_ptr());
                        row.steps.push(self.inner.types[index].size() as isize);
                        made.push(array);
                    }
                    Err(error) => return Some(Err(error)),
                },
            }
        }
        if count > 0 {
            if self.is_disturbed(views, &row) {
                return None;
            }
            let (args, steps, dimensions) = (row.args.as_ptr(), row.steps.as_ptr(), count as isize);
            // SAFETY: the caller's; inputs share nothing with outputs, or just the same elements.
            if let Err(error) = unsafe { self.inner.run(args, &dimensions, steps) } {
                return Some(Err(error));
            }
        }
        Some(Ok(made))
    }

    /// Whether an output shares memory with an input, other than each element with itself.
    fn is_disturbed(&self, views: &[Option<&RawView>], row: &Row<'_>) -> bool {
        let place = |index: usize| {
            let view = views[index]?;
            let extents = view.shape.iter().copied().zip(view.strides.iter().copied());
            Some((range(view.data, view.dtype, extents), (view.data, row.steps[index])))
        };
        let mut written = (0..views.len()).filter(|index| self.table.writes(*index)).filter_map(place);
        written.any(|(written, at)| {
            let mut read = (0..views.len()).filter(|index| !self.table.writes(*index)).filter_map(place);
            read.any(|(read, own)| overlap(&read, &written) && own != at)
        })
    }
}

impl Row<'_> {
    /// Adds an operand, if it is a number that is read or has the row's shape, in order.
    fn add(&mut self, view: &RawView, is_plain: bool, written: bool) -> Option<()> {
        let step = match (&view.shape[..], &view.strides[..]) {
            _ if !is_plain => return None,
            ([], _) if !written || self.shape.is_empty() => 0,
            (shape, _) if shape != self.shape => return None,
            ([_], [stride]) => *stride,
            (shape, strides) => packed(shape, strides, view.dtype.size())?,
        };
        self.args.push(view.data);
        self.steps.push(step);
        Some(())
    }
}

/// The distance between elements that lie in the order C without gaps: their size.
fn packed(shape: &[usize], strides: &[isize], size: usize) -> Option<isize> {
    let mut expected = size as isize;
    for (extent, stride) in shape.iter().zip(strides).rev() {
        if *extent != 1 && *stride != expected {
            return None;
        }
        expected = expected.wrapping_mul(*extent as isize);
    }
    Some(size as isize)
}
