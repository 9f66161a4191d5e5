//! Copies between device memory and the host's.

use std::ffi::c_void;

use ndarray::{Array, ArrayView, Dimension};

use super::copy::{Copies, MAX_COPIES};
use super::{DeviceView, DeviceViewMut, Error};
use crate::view::tuple;
use crate::{DType, Element};

/// An array in so few pieces is made contiguous on the device before it is copied to the host.
const MAX_PIECES: usize = 64;

// What is made contiguous on the device is not sent by way of the host again.
const _: () = assert!(MAX_PIECES <= MAX_COPIES);

impl<T: Element, D: Dimension> DeviceView<'_, T, D> {
    /// The elements, in the order C. Waits for the stream.
    ///
    /// # Errors
    /// [`Error::Raised`] with what a kernel of the stream raised, [`Error::Fault`] if the device stopped,
    /// [`Error::OutOfMemory`] of the host's memory, too; [`Error::Refused`] inside of `capture`.
    pub fn to_vec(&self) -> Result<Vec<T>, Error> {
        self.stream().refuse_in_capture("values for the host")?;
        if self.is_standard_layout() {
            return read(self, self.raw.place.start, self.len());
        }
        let to = super::layout::Place::packed(0, self.raw_dim());
        match Copies::of(&to, &self.raw.place, size_of::<T>()).count() {
            ..=MAX_PIECES => self.copied(self.stream())?.to_vec(),
            _ => strided_host(self),
        }
    }

    /// The array, in memory of the host and in the order C. Waits for the stream.
    ///
    /// # Errors
    /// As of [`DeviceView::to_vec`].
    pub fn to_array(&self) -> Result<Array<T, D>, Error> {
        match Array::from_shape_vec(self.raw_dim(), self.to_vec()?) {
            Ok(array) => Ok(array),
            Err(error) => unreachable!("bug in pykernel: {error}"),
        }
    }
}

impl<T: Element, D: Dimension> DeviceViewMut<'_, T, D> {
    /// Copies an array of the host of the same shape, of any strides.
    ///
    /// # Errors
    /// [`Error::Refused`] if the shapes differ, and inside of `capture`; the driver's.
    pub fn copy_from_host<'a>(&mut self, host: impl Into<ArrayView<'a, T, D>>) -> Result<(), Error> {
        let host = host.into();
        if self.shape() != host.shape() {
            let (to, from) = (tuple(self.shape()), tuple(host.shape()));
            return Err(Error::refused("a copy to the device", format!("shape {from} is not {to}")));
        }
        match host.as_slice() {
            Some(elements) => self.write_elements(elements),
            None => self.write_elements(&host.iter().copied().collect::<Vec<T>>()),
        }
    }

    /// Copies as many elements of the host as there are, in the order C.
    pub(super) fn write_elements(&mut self, elements: &[T]) -> Result<(), Error> {
        self.stream().refuse_in_capture("values from the host")?;
        if elements.is_empty() {
            return Ok(());
        }
        self.raw.ready(true)?;
        if self.is_standard_layout() {
            return write(self, self.raw.place.start, elements);
        }
        let to = &self.raw.place;
        let packed = super::layout::Place::packed(0, self.raw_dim());
        if Copies::of(to, &packed, size_of::<T>()).count() <= MAX_PIECES {
            let stream = self.stream().clone();
            // SAFETY: all elements are written, or nobody reads them.
            let mut copy = unsafe { stream.uninitialised::<T, D>(self.raw_dim())? };
            copy.view_mut().write_elements(elements)?;
            return self.copy_from(&copy.view());
        }
        let (low, high) = to.span();
        let first = to.start.wrapping_add_signed((low * size_of::<T>() as isize) as i64);
        let mut all: Vec<T> = read(&self.view(), first, (high - low) as usize)?;
        for (index, element) in ndarray::indices(self.raw_dim()).into_iter().zip(elements) {
            all[place_of(index, self.strides(), low)] = *element;
        }
        write(self, first, &all)
    }
}

/// The elements of an array that is in many pieces: all of its memory is copied, and they are picked.
pub(super) fn strided_host<T: Element, D: Dimension>(view: &DeviceView<'_, T, D>) -> Result<Vec<T>, Error> {
    if view.is_empty() {
        return Ok(Vec::new());
    }
    let (low, high) = view.raw.place.span();
    let first = view.raw.place.start.wrapping_add_signed((low * size_of::<T>() as isize) as i64);
    let all: Vec<T> = read(view, first, (high - low) as usize)?;
    let mut elements = room(view.len())?;
    let indices = ndarray::indices(view.raw_dim()).into_iter();
    elements.extend(indices.map(|index| all[place_of(index, view.strides(), low)]));
    Ok(elements)
}

/// Where an element is in memory, counted from the lowest one.
fn place_of(index: impl ndarray::IntoDimension, strides: &[isize], low: isize) -> usize {
    let index = index.into_dimension();
    let offsets = index.slice().iter().zip(strides).map(|(index, stride)| *index as isize * stride);
    (offsets.sum::<isize>() - low) as usize
}

/// Room for so many elements.
fn room<T: Element>(len: usize) -> Result<Vec<T>, Error> {
    let mut elements = Vec::new();
    match elements.try_reserve_exact(len) {
        Ok(()) => Ok(elements),
        Err(_) => Err(Error::OutOfMemory { bytes: len.saturating_mul(size_of::<T>()) }),
    }
}

/// Copies elements from an address within a view's memory, and waits.
fn read<T: Element, D: Dimension>(
    view: &DeviceView<'_, T, D>,
    first: u64,
    len: usize,
) -> Result<Vec<T>, Error> {
    let stream = view.stream();
    view.raw.ready(false)?;
    let mut elements = room::<T>(len)?;
    if len > 0 {
        let bytes = len * size_of::<T>();
        let driver = stream.ask_now("values for the host")?;
        // SAFETY: there is room for so many bytes, and the view's memory has them. The room stays
        // until the copy is done: by the next lines, or because the device does nothing any more.
        unsafe {
            driver.cuMemcpyDtoHAsync_v2(elements.as_mut_ptr().cast(), first, bytes, stream.raw())?;
        }
    }
    stream.synchronize()?;
    // SAFETY: all were copied, and are made `T`s.
    unsafe {
        make_valid(elements.as_mut_ptr(), len);
        elements.set_len(len);
    }
    Ok(elements)
}

/// Copies elements of the host to an address within an array that is ready.
fn write<T: Element, D: Dimension>(
    array: &DeviceViewMut<'_, T, D>,
    first: u64,
    elements: &[T],
) -> Result<(), Error> {
    let stream = array.stream();
    let driver = stream.ask_now("values from the host")?;
    let (data, bytes) = (elements.as_ptr().cast::<c_void>(), size_of_val(elements));
    // SAFETY: the array's memory has so many bytes. The driver has read the elements when it returns,
    // or they are registered with it, and are waited for.
    unsafe {
        driver.cuMemcpyHtoDAsync_v2(first, data, bytes, stream.raw())?;
        if driver.is_registered(data) {
            driver.cuStreamSynchronize(stream.raw())?;
        }
    }
    Ok(())
}

/// Makes bools of the bytes that kernels left in an array of bools. Any bytes are a number.
///
/// # Safety
/// There are so many elements, of initialised bytes.
pub(super) unsafe fn make_valid<T: Element>(elements: *mut T, len: usize) {
    if T::DTYPE == DType::Bool {
        let bytes = elements.cast::<u8>();
        for at in 0..len {
            // SAFETY: a bool is a byte.
            unsafe { bytes.add(at).write(u8::from(bytes.add(at).read() != 0)) };
        }
    }
}
