//! Memory of the host that a device copies from and to directly, and copies that go on meanwhile.

use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

use ndarray::{Dimension, IntoDimension};

use super::download::make_valid;
use super::{Device, DeviceArray, DeviceView, Error, Event, Stream};
use crate::Element;

/// A buffer in pinned memory of the host, a slice of `T`s. It comes from its device's pool, and goes back
/// there: to pin memory takes about a millisecond for ten megabytes.
#[derive(Debug)]
pub struct Pinned<T: Element> {
    device: Device,
    data: NonNull<T>,
    len: usize,
}

// SAFETY: a buffer owns its memory, which any thread may use; elements are `Send`.
unsafe impl<T: Element> Send for Pinned<T> {}
// SAFETY: through a shared reference it is only read, and elements are `Sync`.
unsafe impl<T: Element> Sync for Pinned<T> {}

/// The smallest buffer, in bytes.
const MIN_SIZE: usize = 4096;

/// The flag of memory that is pinned for all devices.
const PORTABLE: u32 = 1;

/// The size of the memory behind a buffer: those of similar sizes share it, one after another.
fn class<T>(len: usize) -> Option<usize> {
    let bytes = len.checked_mul(size_of::<T>())?.max(MIN_SIZE).checked_next_power_of_two()?;
    isize::try_from(bytes).is_ok().then_some(bytes)
}

impl<T: Element> Pinned<T> {
    pub(super) fn new(device: Device, len: usize) -> Result<Self, Error> {
        let no_room = || Error::OutOfMemory { bytes: len.saturating_mul(size_of::<T>()) };
        let bytes = class::<T>(len).ok_or_else(no_room)?;
        let shared = device.shared();
        let mut pool = shared.pinned.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let free = pool.get_mut(&bytes).and_then(Vec::pop);
        drop(pool);
        let address = match free {
            Some(address) => std::ptr::with_exposed_provenance_mut(address),
            None => {
                let mut address = std::ptr::null_mut();
                // SAFETY: the device's context is the thread's; the driver writes an address.
                let pinned = unsafe { shared.bind()?.cuMemHostAlloc(&mut address, bytes, PORTABLE) };
                pinned.map_err(|error| error.asked_for(bytes))?;
                address.expose_provenance();
                address
            }
        };
        let data = NonNull::new(address.cast::<T>()).ok_or_else(no_room)?;
        // SAFETY: the memory has room for so many elements, at a page's alignment; zeros are elements.
        unsafe { data.write_bytes(0, len) };
        Ok(Pinned { device, data, len })
    }
}

impl<T: Element> Deref for Pinned<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: there are so many elements, and nothing else writes them: a copy owns its buffer.
        unsafe { std::slice::from_raw_parts(self.data.as_ptr(), self.len) }
    }
}

impl<T: Element> DerefMut for Pinned<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(self.data.as_ptr(), self.len) }
    }
}

impl<T: Element> Drop for Pinned<T> {
    fn drop(&mut self) {
        if let Some(bytes) = class::<T>(self.len) {
            let mut pool =
                self.device.shared().pinned.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            pool.entry(bytes).or_default().push(self.data.as_ptr().expose_provenance());
        }
    }
}

impl Device {
    /// Gives the pinned memory that no buffer uses back to the system.
    ///
    /// # Errors
    /// [`Error::Fault`] if the device stopped.
    pub fn release_pinned(&self) -> Result<(), Error> {
        let driver = self.shared().bind()?;
        let mut pool = self.shared().pinned.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        for address in std::mem::take(&mut *pool).into_values().flatten() {
            // SAFETY: the driver gave the memory, and no buffer is in it.
            unsafe { driver.cuMemFreeHost(std::ptr::with_exposed_provenance_mut(address))? };
        }
        Ok(())
    }
}

/// A copy that goes on while the host does something else. It has the buffer until it is done.
///
/// Dropped, it waits. Forgotten, the buffer is never used again.
#[derive(Debug)]
#[must_use = "dropped, it waits"]
pub struct InFlight<T: Element> {
    buffer: ManuallyDrop<Pinned<T>>,
    done: Event,
}

/// An array of the device, and the copy of its elements from the host.
pub type Upload<T, D> = (DeviceArray<T, D>, InFlight<T>);

impl<T: Element> InFlight<T> {
    /// A copy that a stream has just been asked for.
    fn new(stream: &Stream, buffer: Pinned<T>) -> Result<Self, Error> {
        let buffer = ManuallyDrop::new(buffer);
        match Event::behind(stream, false) {
            Ok(done) => Ok(InFlight { buffer, done }),
            Err(error) => {
                // SAFETY: the stream is alive, and its device's context the thread's.
                let waited = stream
                    .ask_now("a copy")
                    .and_then(|driver| unsafe { driver.cuStreamSynchronize(stream.raw()) });
                if waited.is_ok() {
                    drop(ManuallyDrop::into_inner(buffer));
                }
                Err(error)
            }
        }
    }

    /// Whether the copy is done.
    ///
    /// # Errors
    /// [`Error::Fault`] if the device stopped.
    pub fn is_done(&self) -> Result<bool, Error> {
        self.done.is_done()
    }

    /// Waits, and gives the buffer back. What kernels raised before a download is not looked at: that is for
    /// [`Stream::synchronize`].
    ///
    /// # Errors
    /// [`Error::Fault`] if the device stopped. The buffer is then lost.
    pub fn wait(self) -> Result<Pinned<T>, Error> {
        let mut copy = ManuallyDrop::new(self);
        let waited = copy.done.synchronize();
        // SAFETY: the copy is not dropped, so that its event is taken once, and its buffer once or never.
        unsafe {
            drop(std::ptr::read(&raw const copy.done));
            waited?;
            let buffer = ManuallyDrop::take(&mut copy.buffer);
            make_valid(buffer.data.as_ptr(), buffer.len);
            Ok(buffer)
        }
    }
}

impl<T: Element> Drop for InFlight<T> {
    fn drop(&mut self) {
        if self.done.synchronize().is_ok() {
            // SAFETY: the buffer is not used after this. The copy is done; its bytes may be no `T`s,
            // and nobody reads them.
            unsafe { ManuallyDrop::drop(&mut self.buffer) };
        }
    }
}

impl Stream {
    /// Copies a buffer to the device while the host goes on. Gives the array, contiguous in the order C,
    /// and the copy, which has the buffer.
    ///
    /// # Errors
    /// [`Error::Refused`] if the shape has another number of elements, and inside of `capture`;
    /// [`Error::OutOfMemory`]; the driver's. The buffer goes back to its pool then.
    pub fn upload_pinned<T: Element, S: IntoDimension>(
        &self,
        buffer: Pinned<T>,
        shape: S,
    ) -> Result<Upload<T, S::Dim>, Error> {
        // SAFETY: all elements are written, or the array is not given.
        let array = unsafe { self.uninitialised(shape)? };
        if array.len() != buffer.len {
            let cause = format!("the buffer has {} elements, and the array {}", buffer.len, array.len());
            return Err(Error::refused("a copy to the device", cause));
        }
        let view = array.view();
        view.raw.ready(true)?;
        let (to, bytes) = (view.raw.place.start, buffer.len * size_of::<T>());
        if bytes > 0 {
            let driver = self.ask_now("values from the host")?;
            // SAFETY: array and buffer have so many bytes; the copy has the buffer until it is done.
            unsafe { driver.cuMemcpyHtoDAsync_v2(to, buffer.data.as_ptr().cast(), bytes, self.raw())? };
        }
        let copy = InFlight::new(self, buffer)?;
        Ok((array, copy))
    }
}

impl<T: Element, D: Dimension> DeviceView<'_, T, D> {
    /// Copies the elements to a buffer while the host goes on, in the order C. The array may be used and
    /// dropped meanwhile.
    ///
    /// # Errors
    /// [`Error::Refused`] if the buffer has another number of elements, and inside of `capture`;
    /// the driver's. The buffer goes back to its pool then.
    pub fn download(&self, buffer: Pinned<T>) -> Result<InFlight<T>, Error> {
        let stream = self.stream();
        stream.refuse_in_capture("values for the host")?;
        if self.len() != buffer.len {
            let cause = format!("the array has {} elements, and the buffer {}", self.len(), buffer.len);
            return Err(Error::refused("a copy to the host", cause));
        }
        if !self.is_standard_layout() {
            return self.copied(stream)?.view().download(buffer);
        }
        self.raw.ready(false)?;
        let (from, bytes) = (self.raw.place.start, buffer.len * size_of::<T>());
        if bytes > 0 {
            let driver = stream.ask_now("values for the host")?;
            // SAFETY: array and buffer have so many bytes; the copy has the buffer until it is done, and
            // the array's memory is freed behind it.
            unsafe { driver.cuMemcpyDtoHAsync_v2(buffer.data.as_ptr().cast(), from, bytes, stream.raw())? };
        }
        InFlight::new(stream, buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_of_similar_sizes_share_memory() {
        assert_eq!(
            (class::<f64>(0), class::<f64>(512), class::<f64>(513)),
            (Some(4096), Some(4096), Some(8192))
        );
        assert_eq!((class::<f64>(usize::MAX), class::<u8>(usize::MAX / 2 + 1)), (None, None));
    }
}
