//! Ufuncs on GPUs: operands that lie there, broadcast as NumPy does it, and results that stay there.

use std::fmt;
use std::marker::PhantomData;

use ndarray::{Dimension, Ix0};
use num_complex::Complex;
use smallvec::SmallVec;

use super::code::kernels;
use super::launch::Extent;
use super::view::RawView;
use super::{DeviceArray, DeviceView, DeviceViewMut, Error, Stream};
use crate::dtype::{DType, Element};
use crate::ufunc::shape::{Shaped, broadcast};
use crate::ufunc::typed::{Broadcast, Elements, Loops};
use crate::ufunc::{Table, Ufunc};

/// How many dimensions one launch has: that of the loop, and three around it.
const DIMENSIONS: usize = 4;

/// How many threads a block has.
const THREADS: u32 = 256;

/// How many blocks there may be along y.
const MOST_ROWS: usize = 65_535;

impl<'a, L> Ufunc<'a, L> {
    /// The ufunc on a GPU, in the order of a stream. Of kernels with `target='cuda'`, which are no gufuncs.
    ///
    /// ```text
    /// let stream = pykernel::cuda::device(0)?.stream()?;
    /// let (x, y) = (stream.upload(&host_x)?, stream.upload(&host_y)?);
    /// let d = rel_diff.cuda(&stream).call((&x, &y))?;            // a DeviceArray; nothing waits
    /// let total = square.cuda(&stream).call(&d)?.to_array()?;     // waits
    /// ```
    pub fn cuda<'s>(&self, stream: &'s Stream) -> OnDevice<'a, 's, L> {
        OnDevice { table: self.table(), stream, loops: PhantomData }
    }
}

/// A ufunc on a GPU: what [`Ufunc::cuda`] gives.
pub struct OnDevice<'a, 's, L> {
    table: &'a Table<'a>,
    stream: &'s Stream,
    loops: PhantomData<fn() -> L>,
}

impl<L> fmt::Debug for OnDevice<'_, '_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<ufunc '{}' on a GPU>", self.table.kernel.name)
    }
}

impl<L> OnDevice<'_, '_, L> {
    /// A new array of the stream with the results, of the shape that the inputs have together. The launch is
    /// queued: what it raises is an error where the host waits.
    ///
    /// # Errors
    /// [`Error::Refused`] if the kernel has no code for GPUs, is a gufunc, or the inputs do not broadcast or are on another
    /// stream; [`Error::OutOfMemory`]; the driver's.
    pub fn call<I, T>(&self, inputs: I) -> Result<DeviceArray<T, I::Dim>, Error>
    where
        I: Inputs,
        L: Loops<I::Elements, Outputs = (T,)>,
        T: Element,
    {
        let inputs = inputs.placed(self.stream)?;
        let shape = self.shape(&inputs, None)?;
        let mut dim = I::Dim::zeros(shape.len());
        dim.slice_mut().copy_from_slice(&shape);
        // SAFETY: the launch writes each element, or the array is not given.
        let mut out = unsafe { self.stream.uninitialised::<T, _>(dim)? };
        self.launch::<I::Elements, T>(&inputs, Placed::written(&mut out.view_mut(), self.stream)?, &shape)?;
        Ok(out)
    }

    /// Writes the results into an array of the stream: NumPy's `out=`.
    ///
    /// # Errors
    /// As of [`OnDevice::call`]; [`Error::Refused`] if the shape is not that of the inputs together.
    pub fn call_into<I, T, D>(&self, inputs: I, mut out: DeviceViewMut<'_, T, D>) -> Result<(), Error>
    where
        I: Inputs,
        L: Loops<I::Elements, Outputs = (T,)>,
        T: Element,
        D: Dimension,
    {
        let inputs = inputs.placed(self.stream)?;
        let out = Placed::written(&mut out, self.stream)?;
        let shape = self.shape(&inputs, Some(&out))?;
        self.launch::<I::Elements, T>(&inputs, out, &shape)
    }

    fn shape(&self, inputs: &[Placed], out: Option<&Placed>) -> Result<Extents, Error> {
        let read = inputs.iter().map(|input| Shaped { shape: &input.shape, written: false });
        let written = out.into_iter().map(|out| Shaped { shape: &out.shape, written: true });
        let shape = broadcast(read.chain(written), &self.table.kernel);
        let refused = |error: crate::Error| Error::refused(self.what(), error.message());
        Ok(shape.map_err(refused)?.iter().copied().collect())
    }

    fn what(&self) -> String {
        format!("the call of `{}`", self.table.kernel.name)
    }

    /// Launches the loop of these types over all elements of a shape.
    fn launch<E: Elements, T: Element>(
        &self,
        inputs: &[Placed],
        out: Placed,
        shape: &[usize],
    ) -> Result<(), Error> {
        let Some(code) = self.table.device.filter(|_| !self.table.is_gufunc()) else {
            let cause = "it has no code for GPUs: declare a `@vectorize` kernel with `target='cuda'`";
            return Err(Error::refused(self.what(), cause));
        };
        let types = |types: &[DType]| types.iter().copied().eq(E::DTYPES.iter().copied().chain([T::DTYPE]));
        let Some(index) = self.table.loops.iter().position(|inner| types(inner.types)) else {
            return Err(Error::refused(self.what(), "it has no loop of these types"));
        };
        // SAFETY: whoever made the table vouches for the code.
        let Some(kernel) = unsafe { kernels(code) }.get(index) else {
            unreachable!("bug in pykernel: {} has no entry for a loop", self.table.kernel.name)
        };
        let operands: SmallVec<[&Placed; 4]> = inputs.iter().chain([&out]).collect();
        let plan = Plan::new(&operands, shape);
        let record = kernel.fault(self.stream)?;
        for part in plan.parts() {
            let (extent, params) = part.launch(record);
            // SAFETY: the parameters are those of a loop's entry. The addresses are those of elements of the types of the
            // loop, which live in the order of the stream; what is written is borrowed exclusively.
            unsafe { kernel.launch_packed(self.stream, &extent, &params)? };
        }
        Ok(())
    }
}

type Extents = SmallVec<[usize; 4]>;

/// Where the elements of an operand lie.
#[derive(Clone)]
pub struct Placed {
    address: u64,
    shape: Extents,
    /// In bytes.
    strides: SmallVec<[i64; 4]>,
    /// What keeps a number in the device's memory until the launch is queued.
    _number: Option<std::sync::Arc<dyn Send + Sync>>,
}

impl Placed {
    fn read<T: Element, D: Dimension>(view: &DeviceView<'_, T, D>, stream: &Stream) -> Result<Placed, Error> {
        Placed::of::<T, D>(&view.raw, stream, false)
    }

    fn written<T: Element, D: Dimension>(
        view: &mut DeviceViewMut<'_, T, D>,
        stream: &Stream,
    ) -> Result<Placed, Error> {
        Placed::of::<T, D>(&view.raw, stream, true)
    }

    fn of<T: Element, D: Dimension>(
        view: &RawView<'_, D>,
        stream: &Stream,
        writes: bool,
    ) -> Result<Placed, Error> {
        if view.stream() != stream {
            let cause = "it is on another stream or device than the call: use `array.on(&stream)` or `copied(&stream)`";
            return Err(Error::refused("an operand of a ufunc", cause));
        }
        view.ready(writes)?;
        let size = size_of::<T>() as i64;
        let strides = view.place.strides().iter().map(|stride| (*stride as i64).wrapping_mul(size));
        let shape = view.place.shape.slice().iter().copied().collect();
        Ok(Placed { address: view.place.start, shape, strides: strides.collect(), _number: None })
    }

    /// The stride along an axis of a shape that this operand is broadcast to.
    fn stride(&self, axis: usize, rank: usize) -> i64 {
        match (axis + self.shape.len()).checked_sub(rank) {
            Some(own) if self.shape[own] != 1 => self.strides[own],
            _ => 0,
        }
    }
}

/// An input of a ufunc on a GPU: a number, `&DeviceArray`, or `DeviceView`.
///
/// # Safety
/// What `placed` gives are elements of the type, alive until what comes after it in the order of the stream.
pub unsafe trait Input {
    /// The type of its elements.
    type Element: Element;
    /// Its rank.
    type Dim: Dimension;

    /// Where its elements lie.
    #[doc(hidden)]
    fn placed(&self, stream: &Stream) -> Result<Placed, Error>;
}

// SAFETY: the array is borrowed until the launch is queued, and is freed in the order of the stream.
unsafe impl<T: Element, D: Dimension> Input for &DeviceArray<T, D> {
    type Element = T;
    type Dim = D;

    fn placed(&self, stream: &Stream) -> Result<Placed, Error> {
        Placed::read(&self.view(), stream)
    }
}

// SAFETY: as above.
unsafe impl<T: Element, D: Dimension> Input for DeviceView<'_, T, D> {
    type Element = T;
    type Dim = D;

    fn placed(&self, stream: &Stream) -> Result<Placed, Error> {
        Placed::read(self, stream)
    }
}

macro_rules! numbers {
    ($($ty:ty)*) => {
        $(
            // SAFETY: the number is copied to the device, where it stays until the launch is queued.
            unsafe impl Input for $ty {
                type Element = $ty;
                type Dim = Ix0;

                fn placed(&self, stream: &Stream) -> Result<Placed, Error> {
                    let array = stream.full(Ix0(), *self)?;
                    let placed = Placed::read(&array.view(), stream)?;
                    Ok(Placed { _number: Some(std::sync::Arc::new(array)), ..placed })
                }
            }
        )*
    };
}

numbers! { bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 Complex<f32> Complex<f64> }

/// Several inputs: a tuple, or one that stands for a tuple of one.
pub trait Inputs {
    /// The types of their elements, as a tuple.
    type Elements: Elements;
    /// The rank that they have together.
    type Dim: Dimension;

    /// Where their elements lie.
    #[doc(hidden)]
    fn placed(&self, stream: &Stream) -> Result<SmallVec<[Placed; 4]>, Error>;
}

impl<I: Input> Inputs for I
where
    (I::Element,): Elements,
{
    type Elements = (I::Element,);
    type Dim = I::Dim;

    fn placed(&self, stream: &Stream) -> Result<SmallVec<[Placed; 4]>, Error> {
        Ok(SmallVec::from_iter([Input::placed(self, stream)?]))
    }
}

macro_rules! core {
    ($input:ident) => {
        Ix0
    };
}

macro_rules! tuples {
    ($($input:ident $place:tt),*) => {
        impl<$($input: Input),*> Inputs for ($($input,)*)
        where
            ($($input::Element,)*): Elements,
            ($($input::Dim,)*): Broadcast<($(core!($input),)*)>,
        {
            type Elements = ($($input::Element,)*);
            type Dim = <($($input::Dim,)*) as Broadcast<($(core!($input),)*)>>::Loop;

            fn placed(&self, stream: &Stream) -> Result<SmallVec<[Placed; 4]>, Error> {
                Ok(SmallVec::from_iter([$(self.$place.placed(stream)?),*]))
            }
        }
    };
}

tuples! { A 0 }
tuples! { A 0, B 1 }
tuples! { A 0, B 1, C 2 }
tuples! { A 0, B 1, C 2, D 3 }
tuples! { A 0, B 1, C 2, D 3, E 4 }
tuples! { A 0, B 1, C 2, D 3, E 4, F 5 }

/// A dimension of a loop over elements.
#[derive(Clone, Debug)]
struct Axis {
    extent: usize,
    /// The distance in bytes between neighbours, for each operand.
    steps: SmallVec<[i64; 4]>,
}

/// A loop over elements: dimensions that no operand tells apart are one, and the last is the fastest.
struct Plan {
    addresses: SmallVec<[u64; 4]>,
    axes: Vec<Axis>,
}

impl Plan {
    fn new(operands: &[&Placed], shape: &[usize]) -> Plan {
        let mut axes: Vec<Axis> = Vec::new();
        for (axis, extent) in shape.iter().copied().enumerate().filter(|(_, extent)| *extent != 1) {
            let steps: SmallVec<[i64; 4]> =
                operands.iter().map(|operand| operand.stride(axis, shape.len())).collect();
            let joins = |outer: &Axis| {
                let mut pairs = outer.steps.iter().zip(&steps);
                pairs.all(|(outer, inner)| *outer == inner.wrapping_mul(extent as i64))
            };
            match axes.last_mut().filter(|outer| joins(outer)) {
                Some(outer) => *outer = Axis { extent: outer.extent * extent, steps },
                None => axes.push(Axis { extent, steps }),
            }
        }
        Plan { addresses: operands.iter().map(|operand| operand.address).collect(), axes }
    }

    /// The launches: one, unless there are more dimensions or more rows than a launch has.
    fn parts(&self) -> Vec<Part> {
        if self.axes.iter().any(|axis| axis.extent == 0) {
            return Vec::new();
        }
        let (outer, inner) = self.axes.split_at(self.axes.len().saturating_sub(DIMENSIONS));
        let mut parts = vec![Part { addresses: self.addresses.clone(), axes: inner.to_vec() }];
        for axis in outer.iter().rev() {
            parts = (0..axis.extent)
                .flat_map(|index| parts.iter().map(move |part| part.moved(axis, index)))
                .collect();
        }
        parts.iter().flat_map(Part::within_a_grid).collect()
    }
}

/// One launch.
#[derive(Clone)]
struct Part {
    addresses: SmallVec<[u64; 4]>,
    /// At most [`DIMENSIONS`].
    axes: Vec<Axis>,
}

impl Part {
    /// The same at an index of a dimension around it.
    fn moved(&self, axis: &Axis, index: usize) -> Part {
        let moved = self.addresses.iter().zip(&axis.steps);
        let moved = moved.map(|(address, step)| address.wrapping_add_signed(step.wrapping_mul(index as i64)));
        Part { addresses: moved.collect(), axes: self.axes.clone() }
    }

    /// The same in as many parts as it takes for each to have no more rows than a grid.
    fn within_a_grid(&self) -> Vec<Part> {
        let [first, rest @ ..] = self.axes.as_slice() else { return vec![self.clone()] };
        let Some((_, around)) = rest.split_last() else { return vec![self.clone()] };
        let rows = around.iter().fold(1usize, |rows, axis| rows.saturating_mul(axis.extent));
        if rows.saturating_mul(first.extent) <= MOST_ROWS {
            return vec![self.clone()];
        }
        let together = MOST_ROWS / rows;
        let part = |start: usize| {
            let mut part = self.moved(first, start);
            part.axes[0].extent = together.max(1).min(first.extent - start);
            part
        };
        let parts: Vec<Part> = (0..first.extent).step_by(together.max(1)).map(part).collect();
        match together {
            // One index of the first dimension has too many rows still.
            0 => parts.iter().map(Part::without_first).flat_map(|part| part.within_a_grid()).collect(),
            _ => parts,
        }
    }

    /// The same without its first dimension, which has one index.
    fn without_first(&self) -> Part {
        Part { addresses: self.addresses.clone(), axes: self.axes[1..].to_vec() }
    }

    /// The grid, and the parameters of the entry: addresses, size, steps, dimensions around, record.
    fn launch(&self, record: u64) -> (Extent, Vec<u8>) {
        let (around, count, steps) = match self.axes.split_last() {
            Some((last, around)) => (around, last.extent, last.steps.clone()),
            None => (self.axes.as_slice(), 1, self.addresses.iter().map(|_| 0).collect()),
        };
        let extent =
            |index: usize| around.len().checked_sub(1 + index).map_or(1, |at| around[at].extent as u64);
        let mut words: Vec<u64> = self.addresses.to_vec();
        words.push(count as u64);
        words.extend(steps.iter().map(|step| *step as u64));
        words.extend([extent(0), extent(1)]);
        for operand in 0..self.addresses.len() {
            let step =
                |index: usize| around.len().checked_sub(1 + index).map_or(0, |at| around[at].steps[operand]);
            words.extend((0..DIMENSIONS - 1).map(|index| step(index) as u64));
        }
        words.push(record);
        let rows: usize = around.iter().map(|axis| axis.extent).product();
        // A thread does several elements where there are very many.
        let blocks = count.div_ceil(THREADS as usize).min(1 << 16) as u32;
        let extent = Extent { grid: [blocks, rows as u32, 1], block: [THREADS, 1, 1], shared: 0 };
        (extent, words.iter().flat_map(|word| word.to_ne_bytes()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(shape: &[usize], strides: &[i64]) -> Placed {
        let (shape, strides) = (shape.iter().copied().collect(), strides.iter().copied().collect());
        Placed { address: 1000, shape, strides, _number: None }
    }

    #[test]
    fn dimensions_that_nothing_tells_apart_are_one() {
        let (a, out) = (placed(&[3, 4, 5], &[160, 40, 8]), placed(&[3, 4, 5], &[160, 40, 8]));
        let plan = Plan::new(&[&a, &out], &[3, 4, 5]);
        assert_eq!(plan.axes.iter().map(|axis| axis.extent).collect::<Vec<_>>(), [60]);
        let row = placed(&[5], &[8]);
        let plan = Plan::new(&[&row, &out], &[3, 4, 5]);
        assert_eq!(plan.axes.iter().map(|axis| axis.extent).collect::<Vec<_>>(), [12, 5]);
        assert_eq!(plan.axes[0].steps[..], [0, 40]);
    }

    #[test]
    fn what_one_launch_does_not_hold_is_several() {
        let shape = [2, 3, 2, 3, 2, 3];
        let strides = [1000, 300, 90, 21, 10, 1];
        let plan = Plan::new(&[&placed(&shape, &strides)], &shape);
        let starts: Vec<u64> = plan.parts().iter().map(|part| part.addresses[0]).collect();
        assert_eq!(starts, [1000, 1300, 1600, 2000, 2300, 2600]);
        let many = placed(&[70_000, 2], &[64, 8]);
        let parts = Plan::new(&[&many], &[70_000, 2]).parts();
        let rows: Vec<usize> = parts.iter().map(|part| part.axes[0].extent).collect();
        assert_eq!(rows, [65_535, 4465]);
        assert_eq!(parts[1].addresses[0], 1000 + 64 * 65_535);
        let deep = placed(&[2, 70_000, 3], &[10_000_000, 64, 8]);
        assert_eq!(Plan::new(&[&deep], &[2, 70_000, 3]).parts().len(), 4);
        assert!(Plan::new(&[&placed(&[0, 2], &[16, 8])], &[0, 2]).parts().is_empty());
    }
}
