//! Calls of ufuncs and gufuncs.

use ndarray::{ArrayRef, Dimension};

use super::operand::{Read, Write};
use super::operands::{Elements, Inputs, Operands, Prepend, Repeat, Split};
use super::results::{Gives, Typing};
use super::{Signature, Ufunc};
use crate::Error;
use crate::any::{AnyArray, AnyViewMut};
use crate::dtype::Element;
use crate::ufunc::Input;

impl<L: Signature, O, K> Ufunc<'_, L, O, K> {
    /// Calls it: gives a new array for each output, in a tuple if there are several.
    ///
    /// `inputs` is a tuple with an item for each input, or the one input: numbers, `&Array`, `ArrayView`,
    /// with elements of the types of a loop. A number written without its type has that of the loop.
    /// Inputs that the kernel declares to write are `&mut Array` or `ArrayViewMut`.
    ///
    /// The inputs broadcast as NumPy's. The rank of the outputs is the greatest of the inputs, dynamic if
    /// one is; that of a gufunc is the greatest without core dimensions, and then the output's own. An
    /// output of rank 0 is a number. A new array lies in memory as the inputs do.
    ///
    /// ```text
    /// let d: Array<f64, Ix2> = rel_diff.call((&matrix, &row))?;
    /// let x: f64 = rel_diff.call((1.0, 2.0))?;
    /// let (low, high): (Array1<f64>, Array1<f64>) = max_min.call(&matrix)?;
    /// ```
    ///
    /// # Errors
    /// `ValueError` where shapes do not broadcast or core dimensions differ, or the result is too large, and where a mask has
    /// more dimensions than all inputs;
    /// `AxisError` where [`axis`](Ufunc::axis) or [`axes`](Ufunc::axes) are not the operands';
    /// `TypeError` where [`dtype`](Ufunc::dtype) asks for what no loop gives; what the kernel raises.
    #[inline]
    pub fn call<E, I>(&self, mut inputs: I) -> Result<L::Results, Error>
    where
        I: Operands<E, L::Access>,
        L: Gives<O, K, E, I::Dims>,
        E: Elements,
    {
        if let Some(results) = self.direct(&mut inputs) {
            return results;
        }
        let mut views = Inputs::new();
        inputs.inputs(&mut views);
        L::made(self.call.made(&mut views, &mut [])?).map_err(|error| error.refuse(&self.call.table.kernel))
    }

    /// Calls it with arrays for the outputs: NumPy's `out=`.
    ///
    /// `outputs` is `&mut Array`, `ArrayViewMut` or `&mut ArrayViewMut`; a tuple of them if there are
    /// several. They take part in broadcasting, and may have other types than the loop, to which results are cast
    /// as [`casting`](Ufunc::casting) allows.
    ///
    /// # Errors
    /// As of [`call`](Ufunc::call); `ValueError` where an output has not the shape of the result, `TypeError`
    /// where a result may not be cast to its type. Where a kernel raises, outputs are written in part.
    #[inline]
    pub fn call_into<E, I, T, W>(&self, mut inputs: I, mut outputs: W) -> Result<(), Error>
    where
        I: Operands<E, L::Access>,
        O: Typing<L, E>,
        L::OutputCores: Repeat<Write>,
        W: Operands<T, <L::OutputCores as Repeat<Write>>::Tuple>,
        E: Elements,
        T: Elements,
    {
        if let Some(result) = self.direct_into(&mut inputs, &mut outputs) {
            return result;
        }
        let (mut views, mut written) = (Inputs::new(), Inputs::new());
        inputs.inputs(&mut views);
        outputs.inputs(&mut written);
        let mut outputs: smallvec::SmallVec<[Option<AnyViewMut<'_>>; 2]> =
            written.into_iter().map(written_view).collect();
        self.call.made(&mut views, &mut outputs).map(|_| ())
    }

    /// Calls it with the first input as the output: NumPy's `out=a`.
    ///
    /// `others` are the other inputs: a tuple, the one other input, or `()`.
    ///
    /// ```text
    /// rel_diff.call_inplace(&mut a, &b)?;
    /// square.call_inplace(&mut a, ())?;
    /// ```
    ///
    /// # Errors
    /// As of [`call_into`](Ufunc::call_into).
    pub fn call_inplace<T, D, E, I>(&self, array: &mut ArrayRef<T, D>, mut others: I) -> Result<(), Error>
    where
        T: Element,
        D: Dimension,
        L::Access: Split<First = Read>,
        I: Operands<E, <L::Access as Split>::Rest>,
        E: Prepend<T>,
        E::Tuple: Elements,
        O: Typing<L, E::Tuple>,
        L: Signature<OutputCores: Split<Rest = ()>>,
    {
        if let Some(result) = self.direct_inplace(array, &mut others) {
            return result;
        }
        let mut views = Inputs::new();
        others.inputs(&mut views);
        self.call.run_inplace(array.view_mut().into(), views)
    }

    /// Calls it on inputs whose types and ranks are known when the program runs, which are converted as
    /// NumPy 2 does: the first loop is taken to whose types all inputs can be cast safely.
    ///
    /// ```text
    /// let outputs = rel_diff.call_dyn([Input::from(&counts), 2.0.into()])?;
    /// ```
    ///
    /// # Errors
    /// As of [`call`](Ufunc::call); `TypeError` where there are too many or too few inputs, or no loop takes
    /// them.
    pub fn call_dyn<'i>(&self, inputs: impl IntoIterator<Item = Input<'i>>) -> Result<Vec<AnyArray>, Error> {
        let mut inputs: Inputs<'i> = inputs.into_iter().collect();
        self.call.run(&mut inputs, &mut [])
    }

    /// The same with arrays for the outputs.
    ///
    /// # Errors
    /// As of [`call_dyn`](Ufunc::call_dyn) and [`call_into`](Ufunc::call_into).
    pub fn call_dyn_into<'i, 'o>(
        &self,
        inputs: impl IntoIterator<Item = Input<'i>>,
        outputs: impl IntoIterator<Item = AnyViewMut<'o>>,
    ) -> Result<(), Error> {
        let mut inputs: Inputs<'i> = inputs.into_iter().collect();
        let mut outputs: Vec<Option<AnyViewMut<'o>>> = outputs.into_iter().map(Some).collect();
        self.call.run(&mut inputs, &mut outputs).map(|_| ())
    }
}

/// The view of an operand that is written.
fn written_view(operand: Input<'_>) -> Option<AnyViewMut<'_>> {
    match operand {
        Input::Written(view) => Some(view),
        Input::Array(_) | Input::Weak(_) => None,
    }
}
