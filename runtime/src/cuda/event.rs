//! Events: points in a stream's work.

use std::ffi::c_uint;
use std::time::Duration;

use super::driver::{CUevent, Handle};
use super::{Device, Error, Stream};

/// A point in the work of a [`Stream`], which others can wait for, and between two of which time is measured.
#[derive(Debug)]
pub struct Event {
    device: Device,
    event: Handle<CUevent>,
}

/// What an event does, by the driver's flags.
mod flag {
    pub const TIMED: u32 = 0;
    pub const UNTIMED: u32 = 2;
}

/// The driver's results that say that work is not done yet.
const NOT_READY: u32 = 600;

impl Event {
    fn new(device: Device, flags: c_uint) -> Result<Self, Error> {
        let mut event = std::ptr::null_mut();
        // SAFETY: the device's context is the thread's; the driver writes a handle.
        unsafe { device.shared().bind()?.cuEventCreate(&mut event, flags)? };
        Ok(Event { device, event: Handle(event) })
    }

    /// An event behind all that a stream has been asked for. One that is not timed costs less.
    pub(super) fn behind(stream: &Stream, timed: bool) -> Result<Self, Error> {
        let event = Event::new(stream.device(), if timed { flag::TIMED } else { flag::UNTIMED })?;
        // SAFETY: event and stream are alive, and of one device, whose context is the thread's.
        unsafe { stream.ask_now("an event")?.cuEventRecord(event.event.0, stream.raw())? };
        Ok(event)
    }

    pub(super) fn raw(&self) -> CUevent {
        self.event.0
    }

    /// Whether the work before it is done.
    ///
    /// # Errors
    /// [`Error::Fault`] if the device stopped.
    pub fn is_done(&self) -> Result<bool, Error> {
        // SAFETY: the event is alive, and its device's context the thread's.
        match unsafe { self.device.shared().bind()?.cuEventQuery(self.raw()) } {
            Ok(()) => Ok(true),
            Err(Error::Driver { code: NOT_READY, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Waits until the work before it is done. What kernels raised is not looked at: that is for
    /// [`Stream::synchronize`].
    ///
    /// # Errors
    /// [`Error::Fault`] if the device stopped.
    pub fn synchronize(&self) -> Result<(), Error> {
        // SAFETY: as in `is_done`.
        unsafe { self.device.shared().bind()?.cuEventSynchronize(self.raw()) }
    }

    /// The time from an earlier event of the same device to this one, to about half a microsecond.
    /// Waits for both.
    ///
    /// # Errors
    /// [`Error::Refused`] if the events are of two devices, [`Error::Fault`] if the device stopped.
    pub fn elapsed_since(&self, earlier: &Event) -> Result<Duration, Error> {
        if self.device != earlier.device {
            return Err(Error::refused("the time between two events", "they are of two devices"));
        }
        earlier.synchronize()?;
        self.synchronize()?;
        let mut milliseconds = 0f32;
        // SAFETY: both are alive, of one device, recorded and done; the driver writes a number.
        unsafe {
            let driver = self.device.shared().bind()?;
            driver.cuEventElapsedTime(&mut milliseconds, earlier.raw(), self.raw())?;
        }
        Ok(Duration::try_from_secs_f64(f64::from(milliseconds) / 1e3).unwrap_or(Duration::ZERO))
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        if let Ok(driver) = self.device.shared().bind() {
            // SAFETY: nobody has the handle any more; what still waits for the event goes on to.
            let _ = unsafe { driver.cuEventDestroy_v2(self.raw()) };
        }
    }
}
