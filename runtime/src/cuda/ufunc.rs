//! Ufuncs and gufuncs on GPUs: operands that lie there, broadcast as NumPy does it, and results that stay there.

use std::fmt;
use std::marker::PhantomData;

use ndarray::{Dimension, IxDyn};
use smallvec::SmallVec;

use super::call::{Invocation, what};
use super::operand::{AllPlaced, Operand, Operands, Placed};
use super::results::Gives;
use super::staged::PART;
use super::{DeviceView, DeviceViewMut, Error, Stream};
use crate::any::RawView;
use crate::dtype::{DType, Element};
use crate::ufunc::call::Call;
use crate::ufunc::typed::{
    Broadcast, Declared, Elements, Loops, Prepend, Read, Repeat, Signature, Split, Write,
};
use crate::ufunc::{Initial, Ufunc};

impl<'a, L, K> Ufunc<'a, L, Declared, K> {
    /// The ufunc on a GPU, in the order of a stream. Of kernels with `target='cuda'`.
    ///
    /// ```text
    /// let stream = pykernel::cuda::device(0)?.stream()?;
    /// let (x, y) = (stream.upload(&host_x)?, stream.upload(&host_y)?);
    /// let d = rel_diff.cuda(&stream).call((&x, &y))?;            // a DeviceArray; nothing waits
    /// let total = square.cuda(&stream).call(&d)?.to_array()?;     // waits
    /// ```
    ///
    /// It obeys what the ufunc was told of axes, kept dimensions and what reductions begin with. Masks lie on the
    /// device: [`OnDevice::mask`].
    pub fn cuda<'s>(&self, stream: &'s Stream) -> OnDevice<'a, 's, L, K> {
        let initial = self.told_initial().clone();
        OnDevice { call: self.dynamic(), initial, stream, mask: None, part: PART, types: PhantomData }
    }
}

/// A ufunc on a GPU: what [`Ufunc::cuda`] gives.
pub struct OnDevice<'a, 's, L, K> {
    pub(super) call: Call<'a>,
    pub(super) initial: Initial<'a>,
    pub(super) stream: &'s Stream,
    mask: Option<DeviceView<'s, bool, IxDyn>>,
    /// How many bytes of the host's arrays go together.
    pub(super) part: usize,
    types: PhantomData<fn() -> (L, K)>,
}

impl<L, K> fmt::Debug for OnDevice<'_, '_, L, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<ufunc '{}' on a GPU>", self.call.table.kernel.name)
    }
}

/// Views of some operands.
type Views<'v> = SmallVec<[&'v RawView; 4]>;

fn views<'v>(placed: impl IntoIterator<Item = &'v Placed>) -> Views<'v> {
    placed.into_iter().map(|placed| &placed.view).collect()
}

impl<'a, 's, L, K> OnDevice<'a, 's, L, K> {
    /// Where there is something to compute: NumPy's `where=`, an array of the stream.
    ///
    /// Takes part in broadcasting. Where it is false, outputs of [`call_into`](OnDevice::call_into) stay as they
    /// are, and those of [`call`](OnDevice::call) are 0. Gufuncs have no mask, nor have reductions on a GPU.
    pub fn mask<'m, D: Dimension>(&self, mask: impl Into<DeviceView<'m, bool, D>>) -> OnDevice<'a, 'm, L, K>
    where
        's: 'm,
    {
        let mask = Some(mask.into().into_dyn());
        let (call, initial) = (self.call.clone(), self.initial.clone());
        OnDevice { call, initial, stream: self.stream, mask, part: self.part, types: PhantomData }
    }

    /// How many bytes of the host's arrays [`call_host`](OnDevice::call_host) copies at once, about. Without it, eight megabytes.
    pub fn part(self, bytes: usize) -> Self {
        OnDevice { part: bytes, ..self }
    }

    pub(super) fn is_masked(&self) -> bool {
        self.mask.is_some()
    }

    pub(super) fn invocation(
        &self,
        types: impl Iterator<Item = DType> + Clone,
    ) -> Result<Invocation<'_, 'a>, Error> {
        Invocation::new(&self.call, self.stream, types)
    }

    fn placed_mask(&self) -> Result<Option<Placed>, Error> {
        self.mask.as_ref().map(|mask| Placed::read(mask, self.stream)).transpose()
    }

    /// Calls it over inputs and outputs.
    ///
    /// # Safety
    /// They are of the types, and what the ufunc writes is in no other operand, but for an input that is an output of a ufunc
    /// without core dimensions.
    unsafe fn run(
        &self,
        types: impl Iterator<Item = DType> + Clone,
        operands: &Views<'_>,
    ) -> Result<(), Error> {
        let (invocation, mask) = (self.invocation(types)?, self.placed_mask()?);
        let given: SmallVec<[Option<&RawView>; 4]> = operands.iter().copied().map(Some).collect();
        let dimensions = invocation.dimensions(&given, mask.as_ref())?;
        // SAFETY: the caller's.
        unsafe { invocation.run(operands, mask.as_ref(), &dimensions) }
    }
}

impl<L: Signature, K> OnDevice<'_, '_, L, K> {
    /// Calls it: gives a new array of the stream for each output, in a tuple if there are several. The launch is
    /// queued: what it raises is an error where the host waits.
    ///
    /// `inputs` is a tuple with an item for each input, or the one input: `&DeviceArray`, `DeviceView`, and numbers, with elements of the
    /// types of a loop. Inputs that the kernel declares to write are `&mut DeviceArray` or `DeviceViewMut`. They broadcast as
    /// those of [`Ufunc::call`] do. An output of rank 0 is an array without dimensions.
    ///
    /// # Errors
    /// [`Error::Refused`] if the kernel has no code for GPUs, or the inputs do not fit together or are on another
    /// stream; [`Error::OutOfMemory`]; the driver's.
    pub fn call<E, I>(&self, mut inputs: I) -> Result<L::Results, Error>
    where
        I: Operands<E, L::Access>,
        L: Gives<K, E, I::Dims>,
        E: Elements,
    {
        let types = E::DTYPES.iter().chain(L::Outputs::DTYPES).copied();
        let (invocation, mut placed) = (self.invocation(types)?, AllPlaced::new());
        inputs.placed(self.stream, &mut placed)?;
        let mask = self.placed_mask()?;
        let mut given: SmallVec<[Option<&RawView>; 4]> =
            placed.iter().map(|placed| Some(&placed.view)).collect();
        given.resize(self.call.table.n_inputs() + self.call.table.n_outputs(), None);
        let dimensions = invocation.dimensions(&given, mask.as_ref())?;
        let rank = placed.iter().map(|input| input.view.shape.len()).max().unwrap_or(0);
        if mask.as_ref().is_some_and(|mask| mask.view.shape.len() > rank) {
            let cause =
                "the mask has more dimensions than the inputs: broadcast one of them, or use `call_into`";
            return Err(Error::refused(what(&self.call), cause));
        }
        // Gufuncs may leave elements as they are.
        let zeros = mask.is_some() || self.call.table.is_gufunc();
        let (results, outputs) = L::made(self.stream, &dimensions.outputs(self.call.table), zeros)?;
        // SAFETY: inputs are borrowed, exclusively where they are written, and the outputs are new.
        unsafe { invocation.run(&views(placed.iter().chain(&outputs)), mask.as_ref(), &dimensions)? };
        Ok(results)
    }

    /// Writes the results into arrays of the stream: NumPy's `out=`. `outputs` is `&mut DeviceArray` or `DeviceViewMut`; a tuple of
    /// them if there are several.
    ///
    /// # Errors
    /// As of [`OnDevice::call`]; [`Error::Refused`] if a shape is not that of the results.
    pub fn call_into<E, I, W>(&self, mut inputs: I, mut outputs: W) -> Result<(), Error>
    where
        I: Operands<E, L::Access, Dims: Broadcast<L::InputCores>>,
        L: Loops<E, Outputs: Elements>,
        L::OutputCores: Repeat<Write>,
        W: Operands<L::Outputs, <L::OutputCores as Repeat<Write>>::Tuple>,
        E: Elements,
    {
        let mut placed = AllPlaced::new();
        inputs.placed(self.stream, &mut placed)?;
        outputs.placed(self.stream, &mut placed)?;
        let types = E::DTYPES.iter().chain(L::Outputs::DTYPES).copied();
        // SAFETY: inputs are borrowed, and outputs exclusively.
        unsafe { self.run(types, &views(&placed)) }
    }

    /// Calls a ufunc with the first input as the output: NumPy's `out=a`. `others` are the other inputs: a tuple, the one other
    /// input, or `()`.
    ///
    /// # Errors
    /// As of [`OnDevice::call_into`]; [`Error::Refused`] if it is a gufunc.
    pub fn call_inplace<'v, T, D, E, I>(
        &self,
        array: impl Into<DeviceViewMut<'v, T, D>>,
        mut others: I,
    ) -> Result<(), Error>
    where
        T: Element,
        D: Dimension,
        L::Access: Split<First = Read>,
        I: Operands<E, <L::Access as Split>::Rest>,
        E: Prepend<T>,
        E::Tuple: Elements,
        L: Loops<E::Tuple, Outputs = (T,)>,
    {
        if self.call.table.is_gufunc() {
            let cause = "a gufunc reads what it has written already: copy the input, `array.copied(&stream)`, and use `call_into`";
            return Err(Error::refused(what(&self.call), cause));
        }
        let mut placed = AllPlaced::new();
        placed.push(Operand::<T, Write>::placed(&mut array.into(), self.stream)?);
        others.placed(self.stream, &mut placed)?;
        let mut operands = views(&placed);
        operands.push(&placed[0].view);
        let types = <E::Tuple as Elements>::DTYPES.iter().copied().chain([T::DTYPE]);
        // SAFETY: the array is borrowed exclusively; a ufunc reads its element before it writes it.
        unsafe { self.run(types, &operands) }
    }
}
