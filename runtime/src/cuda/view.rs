//! Borrowed arrays of a device.

use std::marker::PhantomData;
use std::sync::Arc;

use ndarray::{Dimension, IntoDimension, IxDyn, SliceArg};

use super::layout::Place;
use super::memory::Memory;
use super::{DeviceArray, Error, Stream};
use crate::Element;

/// An array in a device's memory that is only read: a [`DeviceArray`](super::DeviceArray), or a part of one.
#[derive(Clone, Debug)]
pub struct DeviceView<'a, T, D> {
    pub(super) raw: RawView<'a, D>,
    elements: PhantomData<&'a T>,
}

/// An array in a device's memory that is written: nobody else has it meanwhile.
#[derive(Debug)]
pub struct DeviceViewMut<'a, T, D> {
    pub(super) raw: RawView<'a, D>,
    elements: PhantomData<&'a mut T>,
}

/// Where an array is.
#[derive(Clone, Debug)]
pub(super) struct RawView<'a, D> {
    pub memory: &'a Arc<Memory>,
    pub place: Place<D>,
    /// The stream that works on it, if it is another than the memory's.
    other: Option<Stream>,
}

impl<'a, D: Dimension> RawView<'a, D> {
    pub fn new(memory: &'a Arc<Memory>, place: Place<D>) -> Self {
        RawView { memory, place, other: None }
    }

    pub fn into_dyn(self) -> RawView<'a, IxDyn> {
        let Place { start, shape, strides } = self.place.clone();
        self.at(Place { start, shape: shape.into_dyn(), strides: strides.into_dyn() })
    }

    pub fn at<E>(&self, place: Place<E>) -> RawView<'a, E> {
        RawView { memory: self.memory, place, other: self.other.clone() }
    }

    pub fn stream(&self) -> &Stream {
        self.other.as_ref().unwrap_or(&self.memory.stream)
    }

    /// Makes the array ready for work that its stream is asked for next.
    #[inline]
    pub fn ready(&self, writes: bool) -> Result<(), Error> {
        let stream = self.stream();
        if self.is_lent() {
            return stream.refuse_in_capture("an array of another stream");
        }
        if stream.is_recorded_here() {
            // A graph waits for others each time that it is launched.
            stream.hold(self.memory);
            return Ok(());
        }
        self.memory.settle(writes)
    }

    /// Whether another stream works on it than the memory's.
    pub fn is_lent(&self) -> bool {
        self.other.is_some()
    }

    fn lent(self, stream: &Stream, writes: bool) -> Result<Self, Error> {
        if self.stream() == stream {
            return Ok(self);
        }
        if self.is_lent() {
            let cause = "it is on a stream that is not its own already: start from the array";
            return Err(Error::refused("an array on another stream", cause));
        }
        if stream.device() != self.memory.stream.device() {
            let cause = "the stream is on another device: copy the array there";
            return Err(Error::refused("an array on another stream", cause));
        }
        self.memory.lend(stream, writes)?;
        Ok(RawView { other: Some(stream.clone()), ..self })
    }
}

macro_rules! about {
    ($view:ident) => {
        impl<T: Element, D: Dimension> $view<'_, T, D> {
            /// The extents.
            pub fn shape(&self) -> &[usize] {
                self.raw.place.shape.slice()
            }

            /// The strides, in elements; negative ones go backwards.
            pub fn strides(&self) -> &[isize] {
                self.raw.place.strides()
            }

            /// The extents, as `ndarray` has them.
            pub fn raw_dim(&self) -> D {
                self.raw.place.shape.clone()
            }

            /// How many elements there are.
            pub fn len(&self) -> usize {
                self.raw.place.len()
            }

            /// Whether there are none.
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Whether the elements lie without gaps, the last axis fastest.
            pub fn is_standard_layout(&self) -> bool {
                self.raw.place.is_packed()
            }

            /// The address of the element with index 0 along each axis, in the device's memory; 0 of an empty
            /// array.
            pub fn address(&self) -> u64 {
                self.raw.place.start
            }

            /// The stream that works on the array.
            pub fn stream(&self) -> &Stream {
                self.raw.stream()
            }
        }
    };
}

about!(DeviceView);
about!(DeviceViewMut);

impl<'a, T: Element, D: Dimension> DeviceView<'a, T, D> {
    /// The same with a rank that is known when the program runs.
    pub fn into_dyn(self) -> DeviceView<'a, T, IxDyn> {
        DeviceView::new(self.raw.into_dyn())
    }

    pub(super) fn new(raw: RawView<'a, D>) -> Self {
        DeviceView { raw, elements: PhantomData }
    }

    /// A part, by `ndarray`'s [`s!`](ndarray::s).
    ///
    /// # Errors
    /// [`Error::Refused`] if an index or a range is outside, or the numbers of axes differ.
    pub fn slice<I: SliceArg<D>>(&self, info: I) -> Result<DeviceView<'a, T, I::OutDim>, Error> {
        let place = self.raw.place.clone().sliced(&info, size_of::<T>())?;
        Ok(DeviceView::new(self.raw.at(place)))
    }

    /// The axes in the opposite order.
    pub fn t(&self) -> DeviceView<'a, T, D> {
        DeviceView::new(self.raw.at(self.raw.place.clone().reversed()))
    }

    /// The axes in another order: `axes[i]` becomes axis `i`.
    ///
    /// # Errors
    /// [`Error::Refused`] if they are not all axes, each once.
    pub fn permuted_axes(&self, axes: impl IntoDimension<Dim = D>) -> Result<DeviceView<'a, T, D>, Error> {
        let place = self.raw.place.permuted(&axes.into_dimension())?;
        Ok(DeviceView::new(self.raw.at(place)))
    }

    /// The same elements in another shape, in the order C.
    ///
    /// # Errors
    /// [`Error::Refused`] if the sizes differ or the array is not contiguous: nothing is copied.
    pub fn into_shape<S: IntoDimension>(&self, shape: S) -> Result<DeviceView<'a, T, S::Dim>, Error> {
        let place = self.raw.place.reshaped(shape.into_dimension())?;
        Ok(DeviceView::new(self.raw.at(place)))
    }

    /// The elements repeated along new leading axes, and along axes of extent 1.
    ///
    /// # Errors
    /// [`Error::Refused`] if the shapes do not broadcast.
    pub fn broadcast<S: IntoDimension>(&self, shape: S) -> Result<DeviceView<'a, T, S::Dim>, Error> {
        let place = self.raw.place.broadcast(shape.into_dimension())?;
        Ok(DeviceView::new(self.raw.at(place)))
    }

    /// The array for another stream of the device, which waits for what the array's own has been asked
    /// for. Before the array is written again, or freed, its own stream waits for the other one.
    ///
    /// # Errors
    /// [`Error::Refused`] if the stream is on another device, or the view is on a stream that is not its
    /// array's; the driver's.
    pub fn on(self, stream: &Stream) -> Result<Self, Error> {
        Ok(DeviceView::new(self.raw.lent(stream, false)?))
    }
}

impl<'a, T: Element, D: Dimension> DeviceViewMut<'a, T, D> {
    pub(super) fn new(raw: RawView<'a, D>) -> Self {
        DeviceViewMut { raw, elements: PhantomData }
    }

    /// The array, only read.
    pub fn view(&self) -> DeviceView<'_, T, D> {
        DeviceView::new(self.raw.clone())
    }

    /// The same array for a shorter time.
    pub fn reborrow(&mut self) -> DeviceViewMut<'_, T, D> {
        DeviceViewMut::new(self.raw.clone())
    }

    /// A part, by `ndarray`'s [`s!`](ndarray::s).
    ///
    /// # Errors
    /// As of [`DeviceView::slice`].
    pub fn slice_move<I: SliceArg<D>>(self, info: I) -> Result<DeviceViewMut<'a, T, I::OutDim>, Error> {
        let place = self.raw.place.clone().sliced(&info, size_of::<T>())?;
        Ok(DeviceViewMut::new(self.raw.at(place)))
    }

    /// The axes in the opposite order.
    pub fn reversed_axes(self) -> Self {
        DeviceViewMut::new(self.raw.at(self.raw.place.clone().reversed()))
    }

    /// The array for another stream of the device, which waits for what the array's own has been asked
    /// for. Before the array is used again, its own stream waits for the other one.
    ///
    /// # Errors
    /// As of [`DeviceView::on`].
    pub fn on(self, stream: &Stream) -> Result<Self, Error> {
        Ok(DeviceViewMut::new(self.raw.lent(stream, true)?))
    }
}

impl<'a, T: Element, D: Dimension> From<&'a DeviceArray<T, D>> for DeviceView<'a, T, D> {
    fn from(array: &'a DeviceArray<T, D>) -> Self {
        array.view()
    }
}

impl<'a, T: Element, D: Dimension> From<&DeviceView<'a, T, D>> for DeviceView<'a, T, D> {
    fn from(view: &DeviceView<'a, T, D>) -> Self {
        DeviceView::new(view.raw.clone())
    }
}

impl<'a, T: Element, D: Dimension> From<&'a mut DeviceArray<T, D>> for DeviceViewMut<'a, T, D> {
    fn from(array: &'a mut DeviceArray<T, D>) -> Self {
        array.view_mut()
    }
}
