//! Calls that are one call of the inner loop, straight from the operands: on few elements, all else
//! would cost more than the loop.

use ndarray::{ArrayRef, Dimension};

use super::operand::{Operand, Read, Write};
use super::operands::{Elements, Operands, Prepend, Repeat, Split};
use super::results::Gives;
use super::{Signature, Ufunc};
use crate::Error;
use crate::dtype::{DType, Element};
use crate::ufunc::Loop;
use crate::ufunc::direct::{Borrowed, Row};

impl<L: Signature, O, K> Ufunc<'_, L, O, K> {
    /// Calls it, where that is one call of the loop.
    #[inline(always)]
    pub(super) fn direct<E, I>(&self, inputs: &mut I) -> Option<Result<L::Results, Error>>
    where
        I: Operands<E, L::Access>,
        L: Gives<O, K, E, I::Dims>,
        E: Elements,
    {
        let inner = self.plain(E::DTYPES, L::DTYPES)?;
        let inputs = inputs.borrowed()?;
        let shape = greatest(inputs.as_ref(), &[]);
        let mut row = Row::new(inner, shape)?;
        for input in inputs.as_ref() {
            row.read(*input)?;
        }
        let write = |outputs: &[*mut u8]| {
            outputs.iter().for_each(|output| row.made(*output));
            // SAFETY: who made the ufunc vouches for its loops; inputs are borrowed, outputs are new.
            unsafe { row.run(E::DTYPES.len(), self.call.parallel) }
        };
        // SAFETY: the loop writes an element of each output in each iteration, or leaves it as it is.
        unsafe { L::packed(shape, write) }
    }

    /// Calls it with arrays for the outputs, where that is one call of the loop.
    #[inline(always)]
    pub(super) fn direct_into<E, I, T, W>(&self, inputs: &mut I, outputs: &mut W) -> Option<Result<(), Error>>
    where
        I: Operands<E, L::Access>,
        L::OutputCores: Repeat<Write>,
        W: Operands<T, <L::OutputCores as Repeat<Write>>::Tuple>,
        E: Elements,
        T: Elements,
    {
        let inner = self.plain(E::DTYPES, T::DTYPES)?;
        let (inputs, outputs) = (inputs.borrowed()?, outputs.borrowed()?);
        let mut row = Row::new(inner, greatest(inputs.as_ref(), outputs.as_ref()))?;
        for input in inputs.as_ref() {
            row.read(*input)?;
        }
        for output in outputs.as_ref() {
            row.written(*output)?;
        }
        // SAFETY: who made the ufunc vouches for its loops; operands are borrowed, outputs for this call
        // alone.
        unsafe { row.run(E::DTYPES.len(), self.call.parallel) }
    }

    /// Calls it with an array as its first input and its output, where that is one call of the loop.
    #[inline(always)]
    pub(super) fn direct_inplace<T, D, E, I>(
        &self,
        array: &mut ArrayRef<T, D>,
        others: &mut I,
    ) -> Option<Result<(), Error>>
    where
        T: Element,
        D: Dimension,
        L::Access: Split<First = Read>,
        I: Operands<E, <L::Access as Split>::Rest>,
        E: Prepend<T, Tuple: Elements>,
    {
        let inner = self.plain(E::Tuple::DTYPES, &[T::DTYPE])?;
        let (mut array, others) = (array, others.borrowed()?);
        let array = Operand::<T, Write>::borrowed(&mut array)?;
        let mut row = Row::new(inner, array.shape)?;
        row.read(array)?;
        for other in others.as_ref() {
            row.read(*other)?;
        }
        row.written(array)?;
        // SAFETY: who made the ufunc vouches for its loops; operands are borrowed, the array for this call
        // alone, and the first input is no one else's.
        unsafe { row.run(E::Tuple::DTYPES.len(), self.call.parallel) }
    }

    /// The loop of these types, where there are no core dimensions, written inputs and masks.
    #[inline(always)]
    fn plain(&self, inputs: &[DType], outputs: &[DType]) -> Option<&Loop<'_>> {
        let (table, placing) = (self.call.table, &self.call.placing);
        let is_plain = table.layout.dimensions.is_empty() && table.writable.is_empty();
        if !is_plain || self.call.mask.is_some() || !placing.is_natural() {
            return None;
        }
        let has = |inner: &&Loop<'_>| {
            inner.types.len() == inputs.len() + outputs.len()
                && inputs.iter().chain(outputs).zip(inner.types).all(|(asked, own)| asked == own)
        };
        table.loops.iter().find(has)
    }
}

/// The shape with the most dimensions.
#[inline(always)]
fn greatest<'a>(inputs: &[Borrowed<'a>], outputs: &[Borrowed<'a>]) -> &'a [usize] {
    let mut greatest: &[usize] = &[];
    for operand in inputs.iter().chain(outputs) {
        if operand.shape.len() > greatest.len() {
            greatest = operand.shape;
        }
    }
    greatest
}
