//! `reduce` and `accumulate` on GPUs. Each fold goes from left to right, in one thread; threads share the folds.

use ndarray::{Axis, Dimension, Ix0, RemoveAxis};
use pykernel_abi::device_loop::Aside;
use smallvec::SmallVec;

use super::call::{Invocation, refused, what};
use super::operand::Placed;
use super::plan::Job;
use super::results;
use super::{DeviceArray, DeviceView, DeviceViewMut, Error, OnDevice};
use crate::any::{Extents, RawView, Strides};
use crate::dtype::{DType, Element};
use crate::gufunc::operand::Operand;
use crate::gufunc::plan::Dim;
use crate::ufunc::methods::fold::Begin;
use crate::ufunc::methods::folding::Folded;
use crate::ufunc::methods::out;
use crate::ufunc::methods::reducible::Method;
use crate::ufunc::typed::{Axes, Declared, Folding, Reduced};
use crate::ufunc::{self, Reduction};

impl<L, K> OnDevice<'_, '_, L, K> {
    /// Reduces an array of the stream along an axis: `x = f(x, a[i])` for each `i` in turn, as [`Ufunc::reduce`](crate::ufunc::Ufunc::reduce)
    /// does. Gives an array of the stream; [`keepdims`](crate::ufunc::Ufunc::keepdims) and [`initial`](crate::ufunc::Ufunc::initial)
    /// are told before `cuda`.
    ///
    /// A fold is sequential, since nothing says that the kernel may be applied in another order. So each is one thread's, and many
    /// kept elements keep a GPU busy, but few do not.
    ///
    /// # Errors
    /// [`Error::Refused`] if the kernel has no code for GPUs or has other than two inputs and an output, there is no such axis,
    /// or the axis is empty and there is nothing to begin with; [`Error::OutOfMemory`]; the driver's.
    pub fn reduce<'v, T, D>(
        &self,
        array: impl Into<DeviceView<'v, T, D>>,
        axis: Axis,
    ) -> Result<DeviceArray<T, K::Chosen>, Error>
    where
        T: Element,
        D: RemoveAxis,
        Declared: Folding<L, T, Output = T>,
        K: Reduced<D::Smaller, D>,
        K::Chosen: Dimension,
    {
        self.reduced(array.into(), ufunc::Axes::One(axis.0 as isize))
    }

    /// The same along several axes, in the order C: an array of axes, which tells the compiler the rank of the result, or a slice.
    ///
    /// # Errors
    /// As of [`OnDevice::reduce`]; [`Error::Refused`] if an axis comes twice, or the ufunc has no identity and its kernel
    /// does not say that its axes are `'reorderable'`.
    pub fn reduce_axes<'v, T, D, A>(
        &self,
        array: impl Into<DeviceView<'v, T, D>>,
        axes: A,
    ) -> Result<DeviceArray<T, K::Chosen>, Error>
    where
        T: Element,
        D: Dimension,
        A: Axes<D>,
        Declared: Folding<L, T, Output = T>,
        K: Reduced<A::Left, D>,
        K::Chosen: Dimension,
    {
        let axes: SmallVec<[isize; 4]> = axes.list().iter().map(|axis| axis.0 as isize).collect();
        self.reduced(array.into(), ufunc::Axes::Several(&axes))
    }

    /// The same along all axes. One thread does it, which is slow where there is much: a fold is sequential.
    ///
    /// # Errors
    /// As of [`OnDevice::reduce_axes`].
    pub fn reduce_all<'v, T, D>(
        &self,
        array: impl Into<DeviceView<'v, T, D>>,
    ) -> Result<DeviceArray<T, K::Chosen>, Error>
    where
        T: Element,
        D: Dimension,
        Declared: Folding<L, T, Output = T>,
        K: Reduced<Ix0, D>,
        K::Chosen: Dimension,
    {
        self.reduced(array.into(), ufunc::Axes::All)
    }

    /// Reduces an array along an axis into another one: NumPy's `out=`.
    ///
    /// # Errors
    /// As of [`OnDevice::reduce`]; [`Error::Refused`] if the other one has not the shape of the result.
    pub fn reduce_into<'v, 'o, T, D, R>(
        &self,
        array: impl Into<DeviceView<'v, T, D>>,
        axis: Axis,
        out: impl Into<DeviceViewMut<'o, T, R>>,
    ) -> Result<(), Error>
    where
        T: Element,
        D: RemoveAxis,
        R: Dimension,
        Declared: Folding<L, T, Output = T>,
    {
        let input = Placed::read(&array.into(), self.stream)?;
        let out = Placed::written(&mut out.into(), self.stream)?;
        let (fold, _) = self.fold(&input.view, ufunc::Axes::One(axis.0 as isize), Some(&out.view))?;
        // SAFETY: both are of the type of the fold, and the output is borrowed exclusively.
        unsafe { fold.run(&input.view, &out.view) }
    }

    /// Keeps what [`reduce`](OnDevice::reduce) has after each element: NumPy's `f.accumulate(a, axis)`.
    ///
    /// # Errors
    /// [`Error::Refused`] if the kernel has no code for GPUs or has other than two inputs and an output, or there is no such axis;
    /// [`Error::OutOfMemory`]; the driver's.
    pub fn accumulate<'v, T, D>(
        &self,
        array: impl Into<DeviceView<'v, T, D>>,
        axis: Axis,
    ) -> Result<DeviceArray<T, D>, Error>
    where
        T: Element,
        D: RemoveAxis,
        Declared: Folding<L, T, Output = T>,
    {
        let input = Placed::read(&array.into(), self.stream)?;
        let fold = self.scan(&input.view, axis, None)?;
        let mut out = results::array::<T, D>(self.stream, Some(&input.view.shape), false)?;
        let placed = Placed::written(&mut out.view_mut(), self.stream)?;
        // SAFETY: both are of the type of the fold, and the output is new.
        unsafe { fold.run(&input.view, &placed.view)? };
        Ok(out)
    }

    /// The same into another array: NumPy's `out=`.
    ///
    /// # Errors
    /// As of [`OnDevice::accumulate`]; [`Error::Refused`] if the other one has another shape.
    pub fn accumulate_into<'v, 'o, T, D>(
        &self,
        array: impl Into<DeviceView<'v, T, D>>,
        axis: Axis,
        out: impl Into<DeviceViewMut<'o, T, D>>,
    ) -> Result<(), Error>
    where
        T: Element,
        D: RemoveAxis,
        Declared: Folding<L, T, Output = T>,
    {
        let input = Placed::read(&array.into(), self.stream)?;
        let out = Placed::written(&mut out.into(), self.stream)?;
        let fold = self.scan(&input.view, axis, Some(&out.view.shape))?;
        // SAFETY: both are of the type of the fold, and the output is borrowed exclusively.
        unsafe { fold.run(&input.view, &out.view) }
    }

    fn reduced<T: Element, D: Dimension, R: Dimension>(
        &self,
        view: DeviceView<'_, T, D>,
        axes: ufunc::Axes<'_>,
    ) -> Result<DeviceArray<T, R>, Error> {
        let input = Placed::read(&view, self.stream)?;
        let (fold, shape) = self.fold(&input.view, axes, None)?;
        let mut out = results::array::<T, R>(self.stream, Some(&shape), false)?;
        let placed = Placed::written(&mut out.view_mut(), self.stream)?;
        // SAFETY: both are of the type of the fold, and the output is new.
        unsafe { fold.run(&input.view, &placed.view)? };
        Ok(out)
    }

    /// A reduction, and the shape of its result.
    fn fold(
        &self,
        input: &RawView,
        axes: ufunc::Axes<'_>,
        out: Option<&RawView>,
    ) -> Result<(Fold<'_, '_>, Extents), Error> {
        let (call, refused, keepdims) = (&self.call, refused(&self.call), self.call.placing.keepdims);
        let invocation = self.folding(Method::Reduce, input.dtype, out.map(|out| out.dtype))?;
        let folded = call.folded(axes, input.shape.len()).map_err(&refused)?;
        let how = Reduction { axes, keepdims, initial: self.initial.clone() };
        let begin = call.begin(&how, invocation.inner, &folded).map_err(&refused)?;
        let shapes = out::Reduced { input: &input.shape, folded: &folded, keepdims, mask: None };
        shapes.check(out.map(|out| &out.shape[..]), &call.table.kernel).map_err(&refused)?;
        let is_empty = folded.iter().zip(&input.shape).any(|(folded, extent)| *folded && *extent == 0);
        if matches!(begin, Begin::First) && is_empty {
            return Err(refused(call.without_identity()));
        }
        let (shape, axes) = (shapes.shape(), shapes.axes());
        Ok((Fold { invocation, folded, axes, begin, along: None }, shape))
    }

    /// An accumulation, into an array of a shape if it is given.
    fn scan(&self, input: &RawView, axis: Axis, out: Option<&Extents>) -> Result<Fold<'_, '_>, Error> {
        let (call, refused, rank) = (&self.call, refused(&self.call), input.shape.len());
        let invocation = self.folding(Method::Accumulate, input.dtype, out.map(|_| input.dtype))?;
        let along = call.only_axis(Method::Accumulate, axis.0 as isize, &input.shape).map_err(&refused)?;
        if let Some(out) = out {
            call.check_accumulated(out, &input.shape).map_err(&refused)?;
        }
        let mut folded = Folded::from_elem(false, rank);
        folded[along] = true;
        let axes = (0..rank).map(Some).collect();
        Ok(Fold { invocation, folded, axes, begin: Begin::First, along: Some(along) })
    }

    /// The loop of a fold, whose operands all have one type.
    fn folding(&self, method: Method, dtype: DType, out: Option<DType>) -> Result<Invocation<'_, '_>, Error> {
        let call = &self.call;
        if self.is_masked() {
            return Err(Error::refused(what(call), "folds have no mask on a GPU: fold on the host"));
        }
        method.check(call.table).map_err(refused(call))?;
        // Results have the array's type, as those of typed folds on the host.
        let inner = method.choose(call.table, dtype, out, Some(dtype)).map_err(refused(call))?;
        if inner.types != [dtype; 3] {
            let cause =
                format!("no loop folds {dtype}, and one converts it to {}: do that before", inner.types[1]);
            return Err(Error::refused(what(call), cause));
        }
        self.invocation([dtype; 3].into_iter())
    }
}

/// Folds whose types and shapes fit.
struct Fold<'c, 'a> {
    invocation: Invocation<'c, 'a>,
    folded: Folded,
    /// For each axis of the input the output's axis on which the results of folds lie.
    axes: SmallVec<[Option<usize>; 4]>,
    begin: Begin,
    /// The axis along which there is a result for each element, if it is an accumulation.
    along: Option<usize>,
}

impl Fold<'_, '_> {
    /// Launches the folds: once, and once more for each index of folded axes that are not one axis in memory.
    ///
    /// # Safety
    /// Input and output are of the loop's type, alive in the order of the stream, and share nothing.
    unsafe fn run(&self, input: &RawView, out: &RawView) -> Result<(), Error> {
        let kept = || (0..self.folded.len()).filter(|axis| !self.folded[*axis]);
        let shape: Extents = kept().map(|axis| input.shape[axis]).collect();
        let results: Strides =
            kept().map(|axis| self.axes[axis].map_or(0, |axis| out.strides[axis])).collect();
        let elements: Strides = kept().map(|axis| input.strides[axis]).collect();
        let operand =
            |data: *mut u8, strides: &Strides| Operand::of_elements(data, input.dtype, strides.clone());
        let (axes, result) = (self.folded_axes(input), self.along.map_or(0, |axis| out.strides[axis]));
        let Some(((count, step), outer)) = axes.split_last() else {
            unreachable!("bug in pykernel: a fold along no axis")
        };
        if self.along.is_some() && *count == 0 {
            return Ok(());
        }
        let number = match self.begin {
            Begin::With(scalar) => Some(Placed::number(scalar.bytes(), input.dtype, self.invocation.stream)?),
            Begin::First => None,
        };
        for (round, offset) in offsets(outer).into_iter().enumerate() {
            let first = input.data.wrapping_offset(offset);
            // The first round begins; it has one element less if that is what it begins with.
            let (aside, taken) = match (round, &number) {
                (0, Some(number)) => {
                    (Some(operand(number.view.data, &Strides::from_elem(0, shape.len()))), 0)
                }
                (0, None) => (Some(operand(first, &elements)), 1),
                _ => (None, 0),
            };
            let next = first.wrapping_offset(step * taken);
            let mut operands = vec![
                operand(out.data, &results),
                operand(next, &elements),
                operand(out.data.wrapping_offset(result), &results),
            ];
            let kind = if aside.is_some() { Aside::FIRST } else { Aside::NOTHING };
            operands.extend(aside);
            let turns =
                Dim { extent: count - taken as usize, steps: [result, *step, result].as_slice().into() };
            let job = Job {
                operands: &operands,
                n_operands: 3,
                sizes: &[],
                aside: kind,
                turns: Some(turns),
                by_warps: false,
                contiguous: None,
            };
            // SAFETY: the caller's; each fold is one thread's.
            unsafe { self.invocation.launch(&job, &shape)? };
        }
        Ok(())
    }

    /// The folded axes of the input, extents and strides, the last the fastest: those that are one in memory as one, and one at least.
    fn folded_axes(&self, input: &RawView) -> SmallVec<[(usize, isize); 4]> {
        let mut axes: SmallVec<[(usize, isize); 4]> = SmallVec::new();
        let own = (0..self.folded.len()).filter(|axis| self.folded[*axis]);
        for (extent, stride) in own.map(|axis| (input.shape[axis], input.strides[axis])) {
            match axes.last_mut() {
                _ if extent == 1 => {}
                Some(outer) if outer.1 == stride.wrapping_mul(extent as isize) => {
                    *outer = (outer.0 * extent, stride)
                }
                _ => axes.push((extent, stride)),
            }
        }
        if axes.iter().any(|(extent, _)| *extent == 0) {
            axes = SmallVec::from_iter([(0, 0)]);
        }
        if axes.is_empty() {
            axes.push((1, 0));
        }
        axes
    }
}

/// How far each index of some axes is from the first one, in the order C.
fn offsets(axes: &[(usize, isize)]) -> Vec<isize> {
    let mut offsets = vec![0];
    for (extent, stride) in axes {
        let along =
            |offset: isize| (0..*extent as isize).map(move |index| offset.wrapping_add(index * stride));
        offsets = offsets.into_iter().flat_map(along).collect();
    }
    offsets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_go_in_the_order_c() {
        assert_eq!(offsets(&[]), [0]);
        assert_eq!(offsets(&[(2, 100), (3, -8)]), [0, -8, -16, 100, 92, 84]);
    }
}
