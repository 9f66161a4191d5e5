//! Arrays of one value.

use ndarray::Dimension;

use super::{DeviceViewMut, Error, Stream};
use crate::Element;

impl<T: Element, D: Dimension> DeviceViewMut<'_, T, D> {
    /// Gives all elements one value.
    ///
    /// # Errors
    /// [`Error::Refused`] inside of `capture` if the array is not contiguous; the driver's.
    pub fn fill(&mut self, value: T) -> Result<(), Error> {
        if self.is_empty() {
            return Ok(());
        }
        if self.is_standard_layout() {
            self.raw.ready(true)?;
            // SAFETY: the array is contiguous, ready, and borrowed for writing.
            return unsafe { fill(self.stream(), self.raw.place.start, self.len(), value) };
        }
        let stream = self.stream().clone();
        let values = stream.full(self.raw_dim(), value)?;
        self.copy_from(&values.view())
    }
}

/// Writes a value to so many elements.
///
/// # Safety
/// The memory is of the stream's device, and ready for it to write.
unsafe fn fill<T: Element>(stream: &Stream, start: u64, len: usize, value: T) -> Result<(), Error> {
    let driver = stream.ask()?;
    let (word, size) = (|at: usize| word_of(&value, at), size_of::<T>());
    // SAFETY: the caller vouches for the memory; the stream's context is the thread's.
    unsafe {
        match size {
            1 => return driver.cuMemsetD8Async(start, word(0) as u8, len, stream.raw()),
            2 => return driver.cuMemsetD16Async(start, word(0) as u16, len, stream.raw()),
            _ if (0..size / 4).all(|at| word(at) == word(0)) => {
                return driver.cuMemsetD32Async(start, word(0), len * (size / 4), stream.raw());
            }
            _ => {}
        }
        // One element by its words, and then twice as many each time: nothing of the host's is read
        // later, so that a graph can hold it.
        for at in 0..size / 4 {
            driver.cuMemsetD32Async(start + 4 * at as u64, word(at), 1, stream.raw())?;
        }
        let mut done = 1;
        while done < len {
            let more = done.min(len - done);
            let to = start + (done * size) as u64;
            driver.cuMemcpyDtoDAsync_v2(to, start, more * size, stream.raw())?;
            done += more;
        }
    }
    Ok(())
}

/// Four bytes of a value, or as many as it has.
fn word_of<T: Element>(value: &T, at: usize) -> u32 {
    let size = size_of::<T>();
    let mut bytes = [0u8; 4];
    for (place, byte) in bytes.iter_mut().enumerate().take(size.min(4)) {
        // SAFETY: an element is numbers, without padding, of so many bytes.
        *byte = unsafe { std::ptr::from_ref(value).cast::<u8>().add(4 * at + place).read() };
    }
    u32::from_ne_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_words() {
        assert_eq!((word_of(&true, 0), word_of(&-2i16, 0)), (1, 0xfffe));
        let bits = 1.5f64.to_bits();
        assert_eq!((word_of(&1.5f64, 0), word_of(&1.5f64, 1)), (bits as u32, (bits >> 32) as u32));
    }
}
