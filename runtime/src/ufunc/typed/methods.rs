//! What ufuncs with two inputs do along an array: `reduce`, `accumulate`, `reduceat`, `outer`, `at`.

use ndarray::{ArrayRef, Axis, DimAdd, Dimension, Ix0, RemoveAxis};
use smallvec::SmallVec;

use super::indices::{Axes, AxisIndices, Indices};
use super::operand::{Operand, Read};
use super::operands::{Inputs, Operands, Prepend, Split};
use super::ranks::Rank;
use super::results::{Arrays, Folding, Reduced, Typing, next};
use super::{Signature, Ufunc};
use crate::Error;
use crate::any::{AnyArray, AnyView};
use crate::dtype::Element;
use crate::ufunc::{self, Call, Reduction};

/// What a reduction gives.
type Output<D, T> = <D as Rank<T>>::Array;

impl<L: Signature, O, K> Ufunc<'_, L, O, K> {
    /// Reduces an array along an axis: `x = f(x, a[i])` for each `i` in turn, as in NumPy's
    /// `f.reduce(a, axis)`.
    ///
    /// Gives an array without that axis, which is a number where there was no other;
    /// [`keepdims`](Ufunc::keepdims) keeps it. Obeys [`dtype`](Ufunc::dtype), [`initial`](Ufunc::initial) and
    /// [`mask`](Ufunc::mask). Threads share the other axes, never the order of a fold.
    ///
    /// # Errors
    /// `AxisError` where there is no such axis; `ValueError` where the axis is empty, or masked as a whole, and the ufunc has
    /// neither an identity nor an initial value; what the kernel raises.
    pub fn reduce<T, D>(
        &self,
        array: &ArrayRef<T, D>,
        axis: Axis,
    ) -> Result<Output<K::Chosen, O::Output>, Error>
    where
        T: Element,
        D: RemoveAxis,
        O: Folding<L, T>,
        K: Reduced<D::Smaller, D>,
        K::Chosen: Rank<O::Output>,
    {
        self.fold::<K::Chosen, O::Output>(array.view().into(), ufunc::Axes::One(axis.0 as isize))
    }

    /// The same with an array for the result: NumPy's `out=`.
    ///
    /// Its type may be another, to which the result is cast as NumPy does in reductions.
    ///
    /// # Errors
    /// As of [`reduce`](Ufunc::reduce); `ValueError` where the array has not the shape of the result.
    pub fn reduce_into<T, D, U, R>(
        &self,
        array: &ArrayRef<T, D>,
        axis: Axis,
        out: &mut ArrayRef<U, R>,
    ) -> Result<(), Error>
    where
        T: Element,
        D: RemoveAxis,
        O: Folding<L, T>,
        U: Element,
        R: Dimension,
    {
        let how = self.reduction(ufunc::Axes::One(axis.0 as isize));
        self.call.reduce(&array.view().into(), &how, Some(out.view_mut().into())).map(|_| ())
    }

    /// Reduces an array along several axes: NumPy's `f.reduce(a, axis=(0, 1))`.
    ///
    /// `axes` is an array of axes, which tells the compiler the rank of the result, or a slice, with which
    /// the rank is dynamic. Elements are folded in the order C.
    ///
    /// # Errors
    /// As of [`reduce`](Ufunc::reduce); `ValueError` where an axis comes twice, and where the ufunc has no
    /// identity and its kernel does not say that its axes are `'reorderable'`.
    pub fn reduce_axes<T, D, A>(
        &self,
        array: &ArrayRef<T, D>,
        axes: A,
    ) -> Result<Output<K::Chosen, O::Output>, Error>
    where
        T: Element,
        D: Dimension,
        A: Axes<D>,
        O: Folding<L, T>,
        K: Reduced<A::Left, D>,
        K::Chosen: Rank<O::Output>,
    {
        let axes: SmallVec<[isize; 4]> = axes.list().iter().map(|axis| axis.0 as isize).collect();
        self.fold::<K::Chosen, O::Output>(array.view().into(), ufunc::Axes::Several(&axes))
    }

    /// Reduces an array along all axes, to a number: NumPy's `f.reduce(a, axis=None)`.
    ///
    /// # Errors
    /// As of [`reduce_axes`](Ufunc::reduce_axes).
    pub fn reduce_all<T, D>(&self, array: &ArrayRef<T, D>) -> Result<Output<K::Chosen, O::Output>, Error>
    where
        T: Element,
        D: Dimension,
        O: Folding<L, T>,
        K: Reduced<Ix0, D>,
        K::Chosen: Rank<O::Output>,
    {
        self.fold::<K::Chosen, O::Output>(array.view().into(), ufunc::Axes::All)
    }

    fn fold<D: Rank<T>, T: Element>(
        &self,
        array: AnyView<'_>,
        axes: ufunc::Axes<'_>,
    ) -> Result<D::Array, Error> {
        self.only::<T, D>(self.of_type::<T>().reduce(&array, &self.reduction(axes), None)?)
    }

    fn reduction<'a>(&'a self, axes: ufunc::Axes<'a>) -> Reduction<'a> {
        Reduction { axes, keepdims: self.call.placing.keepdims, initial: self.initial.clone() }
    }

    /// Keeps what [`reduce`](Ufunc::reduce) has after each element: NumPy's `f.accumulate(a, axis)`.
    ///
    /// # Errors
    /// `AxisError` where there is no such axis; what the kernel raises.
    pub fn accumulate<T, D>(&self, array: &ArrayRef<T, D>, axis: Axis) -> Result<Output<D, O::Output>, Error>
    where
        T: Element,
        D: RemoveAxis + Rank<O::Output>,
        O: Folding<L, T>,
    {
        let made = self.of_type::<O::Output>().accumulate(&array.view().into(), axis.0 as isize, None)?;
        self.only::<_, D>(made)
    }

    /// The same with an array for the result: NumPy's `out=`.
    ///
    /// # Errors
    /// As of [`accumulate`](Ufunc::accumulate); `ValueError` where the array has another shape.
    pub fn accumulate_into<T, D, U>(
        &self,
        array: &ArrayRef<T, D>,
        axis: Axis,
        out: &mut ArrayRef<U, D>,
    ) -> Result<(), Error>
    where
        T: Element,
        D: RemoveAxis,
        O: Folding<L, T>,
        U: Element,
    {
        let out = Some(out.view_mut().into());
        self.call.accumulate(&array.view().into(), axis.0 as isize, out).map(|_| ())
    }

    /// Reduces slices of an array: NumPy's `f.reduceat(a, indices, axis)`.
    ///
    /// For each `i` it is the reduction of `indices[i]..indices[i + 1]` along the axis, to the end for
    /// the last one, and the element at `indices[i]` where that is empty.
    ///
    /// # Errors
    /// `IndexError` where an index is not within the axis; `AxisError` where there is no such axis; what the
    /// kernel raises.
    pub fn reduceat<T, D>(
        &self,
        array: &ArrayRef<T, D>,
        indices: impl AxisIndices,
        axis: Axis,
    ) -> Result<Output<D, O::Output>, Error>
    where
        T: Element,
        D: RemoveAxis + Rank<O::Output>,
        O: Folding<L, T>,
    {
        let indices = indices.any_view().map_err(|error| error.refuse(self.call.table))?;
        let array = array.view().into();
        let made = self.of_type::<O::Output>().reduceat(&array, &indices, axis.0 as isize, None)?;
        self.only::<_, D>(made)
    }

    /// Calls it on each pair of elements: NumPy's `f.outer(a, b)`.
    ///
    /// The ranks of arrays add up.
    ///
    /// # Errors
    /// As of [`call`](Ufunc::call).
    pub fn outer<T, U, A, B, R>(&self, mut a: A, mut b: B) -> Result<R::Results, Error>
    where
        A: Operand<T, Read>,
        B: Operand<U, Read>,
        A::Dim: DimAdd<B::Dim>,
        O: Typing<L, (T, U), Outputs = R>,
        R: Arrays<<A::Dim as DimAdd<B::Dim>>::Output, L::OutputCores>,
    {
        let made = self.call.outer(a.input(), b.input(), &mut [])?.into_iter().collect();
        R::made(made).map_err(|error| error.refuse(&self.call.table.kernel))
    }

    /// Calls it on chosen elements of an array, in place, one after another: NumPy's
    /// `f.at(a, indices, b)`.
    ///
    /// An element that is chosen several times is written several times. `indices` are integers that choose along the
    /// first axis, or a tuple of them for the first axes; they broadcast. `others` is an array that
    /// broadcasts to what is chosen, or a number, or `()` of a ufunc with one input.
    ///
    /// # Errors
    /// `IndexError` where an index is not within its axis; `ValueError` where shapes do not broadcast; what the
    /// kernel raises.
    pub fn at<T, D, E, I>(
        &self,
        array: &mut ArrayRef<T, D>,
        indices: impl Indices,
        mut others: I,
    ) -> Result<(), Error>
    where
        T: Element,
        D: Dimension,
        L::Access: Split<First = Read>,
        I: Operands<E, <L::Access as Split>::Rest>,
        E: Prepend<T>,
        O: Typing<L, E::Tuple>,
    {
        let indices = indices.views().map_err(|error| error.refuse(self.call.table))?;
        let mut views = Inputs::new();
        others.inputs(&mut views);
        self.call.at(array.view_mut().into(), &indices, views.pop())
    }

    /// The call with the type of its result, which NumPy's rule for sums of narrow integers would widen.
    fn of_type<T: Element>(&self) -> Call<'_> {
        self.call.clone().dtype(T::DTYPE)
    }

    /// The array that a method has made.
    fn only<T: Element, D: Rank<T>>(&self, array: Option<AnyArray>) -> Result<D::Array, Error> {
        next::<T, D>(&mut array.into_iter()).map_err(|error| error.refuse(&self.call.table.kernel))
    }
}
