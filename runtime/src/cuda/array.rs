//! Arrays in a device's memory.

use std::marker::PhantomData;
use std::sync::Arc;

use ndarray::{Array, ArrayView, Dimension, IntoDimension, SliceArg};

use super::layout::{Place, bytes};
use super::memory::Memory;
use super::view::RawView;
use super::{DeviceView, DeviceViewMut, Error, Stream};
use crate::Element;

/// An array in a device's memory, with `ndarray`'s dimensions. It belongs to a [`Stream`].
///
/// `&` reads and `&mut` writes, as everywhere in Rust: what is asked for through a borrow is done in the
/// stream's order, also when the borrow has ended. Dropped, it is freed in that order, too.
#[derive(Debug)]
pub struct DeviceArray<T, D> {
    memory: Arc<Memory>,
    place: Place<D>,
    elements: PhantomData<T>,
}

impl Stream {
    /// A copy of an array of the host, of any strides; contiguous in the order C. The host's array may
    /// change as soon as this returns.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`], [`Error::Refused`] inside of `capture`, the driver's.
    pub fn upload<'a, T: Element, D: Dimension>(
        &self,
        host: impl Into<ArrayView<'a, T, D>>,
    ) -> Result<DeviceArray<T, D>, Error> {
        let host = host.into();
        // SAFETY: all elements are written, or the array is not given.
        let mut array = unsafe { self.uninitialised(host.raw_dim())? };
        array.view_mut().copy_from_host(host)?;
        Ok(array)
    }

    /// An array of zeros.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`], [`Error::Refused`] inside of `capture` and for shapes that no memory has,
    /// the driver's.
    pub fn zeros<T: Element, S: IntoDimension>(&self, shape: S) -> Result<DeviceArray<T, S::Dim>, Error> {
        self.full(shape, T::default())
    }

    /// An array of one value.
    ///
    /// # Errors
    /// As of [`Stream::zeros`].
    pub fn full<T: Element, S: IntoDimension>(
        &self,
        shape: S,
        value: T,
    ) -> Result<DeviceArray<T, S::Dim>, Error> {
        // SAFETY: all elements are written, or the array is not given.
        let mut array = unsafe { self.uninitialised(shape)? };
        array.view_mut().fill(value)?;
        Ok(array)
    }

    /// An array with anything in it.
    ///
    /// # Safety
    /// Each element is written, by a kernel or a copy, before any is read.
    ///
    /// # Errors
    /// As of [`Stream::zeros`].
    pub unsafe fn uninitialised<T: Element, S: IntoDimension>(
        &self,
        shape: S,
    ) -> Result<DeviceArray<T, S::Dim>, Error> {
        let shape = shape.into_dimension();
        let memory = Memory::new(self, bytes(&shape, size_of::<T>())?)?;
        let place = Place::packed(memory.address, shape);
        Ok(DeviceArray { memory, place, elements: PhantomData })
    }
}

impl<T: Element, D: Dimension> DeviceArray<T, D> {
    /// The array, to be read.
    pub fn view(&self) -> DeviceView<'_, T, D> {
        DeviceView::new(RawView::new(&self.memory, self.place.clone()))
    }

    /// The array, to be written.
    pub fn view_mut(&mut self) -> DeviceViewMut<'_, T, D> {
        DeviceViewMut::new(RawView::new(&self.memory, self.place.clone()))
    }

    /// The extents.
    pub fn shape(&self) -> &[usize] {
        self.place.shape.slice()
    }

    /// The strides, in elements.
    pub fn strides(&self) -> &[isize] {
        self.place.strides()
    }

    /// The extents, as `ndarray` has them.
    pub fn raw_dim(&self) -> D {
        self.place.shape.clone()
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.place.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The stream to which it belongs.
    pub fn stream(&self) -> &Stream {
        &self.memory.stream
    }

    /// A part, to be read; by `ndarray`'s [`s!`](ndarray::s).
    ///
    /// # Errors
    /// [`Error::Refused`] if an index or a range is outside, or the numbers of axes differ.
    pub fn slice<I: SliceArg<D>>(&self, info: I) -> Result<DeviceView<'_, T, I::OutDim>, Error> {
        self.view().slice(info)
    }

    /// A part, to be written.
    ///
    /// # Errors
    /// As of [`DeviceArray::slice`].
    pub fn slice_mut<I: SliceArg<D>>(&mut self, info: I) -> Result<DeviceViewMut<'_, T, I::OutDim>, Error> {
        self.view_mut().slice_move(info)
    }

    /// The axes in the opposite order.
    pub fn t(&self) -> DeviceView<'_, T, D> {
        self.view().t()
    }

    /// The elements repeated along new leading axes, and along axes of extent 1.
    ///
    /// # Errors
    /// [`Error::Refused`] if the shapes do not broadcast.
    pub fn broadcast<S: IntoDimension>(&self, shape: S) -> Result<DeviceView<'_, T, S::Dim>, Error> {
        self.view().broadcast(shape)
    }

    /// The array in another shape, in the order C. Nothing is copied.
    ///
    /// # Errors
    /// [`Error::Refused`] if the sizes differ.
    pub fn into_shape<S: IntoDimension>(self, shape: S) -> Result<DeviceArray<T, S::Dim>, Error> {
        let place = self.place.reshaped(shape.into_dimension())?;
        Ok(DeviceArray { memory: self.memory, place, elements: PhantomData })
    }

    /// The array for reading on another stream of the device: [`DeviceView::on`].
    ///
    /// # Errors
    /// As there.
    pub fn on(&self, stream: &Stream) -> Result<DeviceView<'_, T, D>, Error> {
        self.view().on(stream)
    }

    /// The array for writing on another stream of the device: [`DeviceViewMut::on`].
    ///
    /// # Errors
    /// As there.
    pub fn on_mut(&mut self, stream: &Stream) -> Result<DeviceViewMut<'_, T, D>, Error> {
        self.view_mut().on(stream)
    }

    /// A copy that belongs to a stream, which may be of another device: [`DeviceView::copied`].
    ///
    /// # Errors
    /// As there.
    pub fn copied(&self, stream: &Stream) -> Result<DeviceArray<T, D>, Error> {
        self.view().copied(stream)
    }

    /// Copies another array of the same shape: [`DeviceViewMut::copy_from`].
    ///
    /// # Errors
    /// As there.
    pub fn copy_from(&mut self, source: &DeviceView<'_, T, D>) -> Result<(), Error> {
        self.view_mut().copy_from(source)
    }

    /// The elements, in the order C. Waits for the stream.
    ///
    /// # Errors
    /// [`Error::Raised`] with what a kernel of the stream raised, [`Error::Fault`] if the device stopped,
    /// [`Error::OutOfMemory`] of the host's memory, too; [`Error::Refused`] inside of `capture`.
    pub fn to_vec(&self) -> Result<Vec<T>, Error> {
        self.view().to_vec()
    }

    /// The array, in memory of the host and in the order C. Waits for the stream.
    ///
    /// # Errors
    /// As of [`DeviceArray::to_vec`].
    pub fn to_array(&self) -> Result<Array<T, D>, Error> {
        self.view().to_array()
    }
}
