//! Ufuncs on GPUs: operands that lie there, broadcast as NumPy does it, and results that stay there.

use std::fmt;
use std::marker::PhantomData;

use ndarray::Dimension;
use smallvec::SmallVec;

use super::code::kernels;
use super::operand::{Extents, Inputs, Placed};
use super::plan::Plan;
use super::{DeviceArray, DeviceViewMut, Error, Stream};
use crate::dtype::{DType, Element};
use crate::ufunc::shape::{Shaped, broadcast};
use crate::ufunc::typed::{Elements, Loops};
use crate::ufunc::{Table, Ufunc};

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
        let Some(entries) = unsafe { kernels(code) }.get(index) else {
            unreachable!("bug in pykernel: {} has no entry for a loop", self.table.kernel.name)
        };
        let operands: SmallVec<[&Placed; 4]> = inputs.iter().chain([&out]).collect();
        let plan = Plan::new(&operands, shape);
        let sizes: SmallVec<[usize; 4]> =
            E::DTYPES.iter().copied().chain([T::DTYPE]).map(DType::size).collect();
        let record = entries.own.fault(self.stream)?;
        for part in plan.parts() {
            let contiguous = entries.contiguous().filter(|_| part.is_contiguous(&sizes, inputs.len()));
            let (kernel, (extent, params)) = match contiguous {
                Some((kernel, together)) => (kernel, part.launch_contiguous(together, record)),
                None => (&entries.own, part.launch(record)),
            };
            // SAFETY: the parameters are those of the entry, which is for such operands. The addresses are those of elements of the types of the
            // loop, which live in the order of the stream; what is written is borrowed exclusively.
            unsafe { kernel.launch_packed(self.stream, &extent, &params)? };
        }
        Ok(())
    }
}
