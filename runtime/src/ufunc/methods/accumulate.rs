//! `accumulate`: for each element what all up to it give.

use super::fold::Begin;
use super::folding::{Folded, Folding};
use super::out;
use super::reducible::Method;
use crate::Error;
use crate::any::{AnyArray, AnyView, AnyViewMut};
use crate::gufunc::axes::absolute;
use crate::ufunc::call::Call;

impl Call<'_> {
    /// Combines the elements along an axis of an array from left to right, and gives what there is
    /// after each: NumPy's `accumulate`. Gives the results, unless they go into `out`. `casting` and
    /// masks do not count.
    ///
    /// # Errors
    /// What NumPy says where the axis, types or shapes are wrong; what the kernel raises, of several places
    /// along the other axes for the first one in the order C.
    pub fn accumulate(
        &self,
        array: &AnyView<'_>,
        axis: isize,
        out: Option<AnyViewMut<'_>>,
    ) -> Result<Option<AnyArray>, Error> {
        let input = array.raw();
        let axis = self.only_axis(Method::Accumulate, axis, &input.shape)?;
        let of_out = out.as_ref().map(AnyViewMut::dtype);
        let inner = Method::Accumulate.choose(self.table, input.dtype, of_out, self.dtype)?;
        let (shape, rank) = (input.shape.clone(), input.shape.len());
        if let Some(out) = &out {
            self.check_accumulated(out.shape(), &shape)?;
        }
        let mut folded = Folded::from_elem(false, rank);
        folded[axis] = true;
        let (axes, begin) = ((0..rank).map(Some).collect(), Begin::First);
        Folding { inner, input, mask: None, begin, folded, shape, axes, segments: None }.run(self, out)
    }

    /// The axis of a method that has one, of an array of this shape.
    pub(crate) fn only_axis(&self, method: Method, axis: isize, shape: &[usize]) -> Result<usize, Error> {
        method.check(self.table)?;
        if shape.is_empty() {
            let message = format!("cannot {} on a scalar", method.name());
            return Err(Error::refused("TypeError", message, &self.table.kernel));
        }
        absolute(self.table, axis, shape.len())
    }

    /// Refuses an output of another shape. NumPy has words of its own for arrays of one dimension.
    pub(crate) fn check_accumulated(&self, out: &[usize], expected: &[usize]) -> Result<(), Error> {
        match expected {
            [_] if out != expected => {
                let message = "provided out is the wrong size for the accumulation.".to_owned();
                Err(Error::refused("ValueError", message, &self.table.kernel))
            }
            _ => {
                let own: Vec<Option<usize>> = expected.iter().copied().map(Some).collect();
                out::check_shape(out, expected, &[(expected, &own)], &self.table.kernel)
            }
        }
    }
}
