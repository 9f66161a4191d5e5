//! `outer`: a call for each pair of elements.

use crate::Error;
use crate::any::{AnyArray, AnyView, AnyViewMut};
use crate::call::Kernel;
use crate::ufunc::call::Call;
use crate::ufunc::input::{Input, Scalar};

impl Call<'_> {
    /// Calls the ufunc for each element of one array with each of the other: NumPy's `outer`. The
    /// results have the dimensions of the first and then those of the second; `outputs` is as of
    /// [`Call::run`].
    ///
    /// # Errors
    /// As of [`Call::run`]; where there are not two inputs.
    pub fn outer(
        &self,
        first: Input<'_>,
        second: Input<'_>,
        outputs: &mut [Option<AnyViewMut<'_>>],
    ) -> Result<Vec<AnyArray>, Error> {
        let kernel = &self.table.kernel;
        if self.table.is_gufunc() {
            let message = "method outer is not allowed in ufunc with non-trivial signature".to_owned();
            return Err(Error::refused("TypeError", message, kernel));
        }
        if self.table.n_inputs() != 2 {
            let message = "outer product only supported for binary functions".to_owned();
            return Err(Error::refused("ValueError", message, kernel));
        }
        // NumPy makes arrays of numbers before it chooses the loop.
        let mut scalars = [Scalar::default(); 2];
        let [of_first, of_second] = &mut scalars;
        let (first, second) = (settled(first, of_first, kernel)?, settled(second, of_second, kernel)?);
        let rank = match &second {
            Input::Array(view) => view.shape().len(),
            Input::Written(view) => view.shape().len(),
            Input::Weak(_) => 0,
        };
        let first = match first {
            Input::Array(view) => Input::Array(view.widened(rank)),
            Input::Written(view) => Input::Written(view.widened(rank)),
            Input::Weak(number) => Input::Weak(number),
        };
        self.run(&mut [first, second], outputs)
    }
}

/// An input that has a type: of a weak number that of its kind.
fn settled<'a>(input: Input<'a>, scalar: &'a mut Scalar, kernel: &Kernel<'_>) -> Result<Input<'a>, Error> {
    let Input::Weak(number) = input else { return Ok(input) };
    let dtype = input.given().dtype();
    *scalar = number.of(dtype, kernel)?;
    let data = scalar.view(dtype).data;
    // SAFETY: the scalar has an element of this type, and is borrowed as long as the view.
    Ok(Input::Array(unsafe { AnyView::from_raw(data, dtype, Vec::new(), Vec::new()) }))
}
