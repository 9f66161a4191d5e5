//! Where folds put their results.

use crate::Error;
use crate::allocate::{zeros, zeros_in_order};
use crate::any::{AnyArray, AnyViewMut, RawView, Strides};
use crate::call::Kernel;
use crate::dtype::DType;
use crate::gufunc::copy::copy;
use crate::gufunc::operand::{Operand, overlap};
use crate::gufunc::plan;

/// An array for results in the type of the loop: the caller's, or one that is made. The latter too
/// where the caller's has another type, or shares memory with what is read; it is then copied.
#[derive(Debug)]
pub(crate) struct Target<'o> {
    made: Option<AnyArray>,
    out: Option<AnyViewMut<'o>>,
    /// Where the results go.
    pub view: RawView,
}

impl<'o> Target<'o> {
    /// A target for an output of the right shape, or none.
    ///
    /// A new array lies in memory as one with these strides.
    pub fn new(
        out: Option<AnyViewMut<'o>>,
        (dtype, shape): (DType, &[usize]),
        strides: Strides,
        read: &[Option<&RawView>],
        kernel: &Kernel<'_>,
    ) -> Result<Self, Error> {
        if let Some(view) = out.as_ref().map(AnyViewMut::raw) {
            let range = view.range();
            let is_free = read.iter().flatten().all(|read| !overlap(&range, &read.range()));
            if view.dtype == dtype && is_free {
                let view = view.clone();
                return Ok(Target { made: None, out, view });
            }
        }
        let mut made = match shape {
            [] | [_] => zeros(dtype, shape, kernel)?,
            _ => {
                let like = Operand::of_elements(std::ptr::null_mut(), dtype, strides);
                zeros_in_order(dtype, shape, &plan::order(shape.len(), &[like]), kernel)?
            }
        };
        let view = made.view_mut().raw().clone();
        Ok(Target { made: Some(made), out, view })
    }

    /// The results, unless they are in the caller's array.
    pub fn finish(self) -> Option<AnyArray> {
        let mut made = self.made?;
        let Some(out) = self.out else { return Some(made) };
        let (from, to) = (made.view_mut(), out.raw());
        let (from, data) = (from.raw(), to.data);
        // SAFETY: both have the same shape; the output is the caller's to write, and not what was made.
        unsafe { copy((from.dtype, from.data), (to.dtype, data), from.beside(to)) };
        None
    }
}
