//! Streams: work for a device, done in order.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::driver::{CUdeviceptr, CUstream, Driver, Handle};
use super::fault::Faults;
use super::memory::{Memory, free};
use super::{Device, Error, Event};

/// A queue of work for a [`Device`]: what it is asked for is done later, in order.
///
/// Cheap to clone; clones are one stream. Two are equal if they are one. All threads may use it.
#[derive(Clone)]
pub struct Stream(Arc<Shared>);

/// What the clones of a stream share.
pub(super) struct Shared {
    device: Device,
    stream: Handle<CUstream>,
    pub faults: Faults,
    is_capturing: AtomicBool,
    capture: Mutex<Capture>,
}

/// What happens while a stream records a graph.
#[derive(Default)]
pub(super) struct Capture {
    /// What the recorded work uses.
    pub used: Vec<Arc<Memory>>,
    /// What was dropped meanwhile: freeing it would be recorded, too.
    /// The streams that work on it, too, are waited for.
    pub dropped: Vec<(CUdeviceptr, Vec<Stream>)>,
    /// Whether recorded kernels can raise.
    pub raises: bool,
}

/// The flag of a stream that does not wait for the device's default stream.
const NON_BLOCKING: u32 = 1;

impl Stream {
    pub(super) fn new(device: Device) -> Result<Self, Error> {
        let mut stream = std::ptr::null_mut();
        // SAFETY: the device's context is the thread's; the driver writes a handle.
        unsafe { device.shared().bind()?.cuStreamCreate(&mut stream, NON_BLOCKING)? };
        Ok(Stream(Arc::new(Shared {
            device,
            stream: Handle(stream),
            faults: Faults::default(),
            is_capturing: AtomicBool::new(false),
            capture: Mutex::default(),
        })))
    }

    /// The device that does the work.
    pub fn device(&self) -> Device {
        self.0.device
    }

    /// Waits until all work is done.
    ///
    /// # Errors
    /// [`Error::Raised`] with what a kernel raised since the last wait: the first of each module's
    /// kernels, in the order in which the stream first ran modules. [`Error::Fault`] if the device stopped.
    pub fn synchronize(&self) -> Result<(), Error> {
        self.refuse_in_capture("waiting for a stream")?;
        let found = self.0.faults.read(self);
        // SAFETY: the stream is alive, and its device's context the thread's.
        unsafe { self.bind()?.cuStreamSynchronize(self.raw())? };
        found?.check(self)
    }

    /// An event behind all that the stream has been asked for.
    ///
    /// # Errors
    /// The driver's.
    pub fn record(&self) -> Result<Event, Error> {
        Event::behind(self, true)
    }

    /// Has what the stream is asked for from now on wait for an event, of any device.
    ///
    /// # Errors
    /// The driver's.
    pub fn wait(&self, event: &Event) -> Result<(), Error> {
        self.refuse_in_capture("waiting for an event")?;
        // SAFETY: event and stream are alive, and the stream's context the thread's.
        unsafe { self.bind()?.cuStreamWaitEvent(self.raw(), event.raw(), 0) }
    }

    /// Has what the stream is asked for from now on wait for all that another one has been asked for.
    pub(super) fn follow(&self, other: &Stream) -> Result<(), Error> {
        if self == other { Ok(()) } else { self.wait(&Event::behind(other, false)?) }
    }

    /// The driver's handle, for work that other libraries ask of the stream. It is good as long as the
    /// stream is.
    #[inline]
    pub fn handle(&self) -> CUstream {
        self.0.stream.0
    }

    #[inline]
    pub(super) fn raw(&self) -> CUstream {
        self.0.stream.0
    }

    /// Makes the device's context the thread's.
    #[inline]
    pub(super) fn bind(&self) -> Result<&'static Driver, Error> {
        self.0.device.shared().bind()
    }

    pub(super) fn faults(&self) -> &Faults {
        &self.0.faults
    }

    /// An error if the stream records a graph, in which this cannot be.
    #[inline]
    pub(super) fn refuse_in_capture(&self, what: &str) -> Result<(), Error> {
        match self.is_capturing() {
            false => Ok(()),
            true => Err(Error::refused(what, "it cannot be in a graph: do it before `capture`")),
        }
    }

    /// Has the graph that the stream records keep what it uses.
    pub(super) fn hold(&self, memory: &Arc<Memory>) {
        self.captured(|capture| capture.used.push(Arc::clone(memory)));
    }

    /// Reads or changes what is known of the graph that the stream records.
    pub(super) fn captured<R>(&self, change: impl FnOnce(&mut Capture) -> R) -> R {
        change(&mut self.0.capture.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    /// Whether the stream records a graph.
    #[inline]
    pub(super) fn is_capturing(&self) -> bool {
        self.0.is_capturing.load(Ordering::Acquire)
    }

    /// Begins to record a graph, or says that it already does.
    pub(super) fn enter_capture(&self) -> Result<(), Error> {
        match self.0.is_capturing.swap(true, Ordering::AcqRel) {
            false => Ok(()),
            true => Err(Error::refused("a graph in a graph", "the stream records one already")),
        }
    }

    /// Ends it. Gives what was recorded.
    pub(super) fn leave_capture(&self) -> Capture {
        let mut capture = self.captured(std::mem::take);
        self.0.is_capturing.store(false, Ordering::Release);
        for (address, others) in capture.dropped.drain(..) {
            // As where memory is dropped at other times.
            if others.iter().all(|other| self.follow(other).is_ok()) {
                let _ = free(self, address);
            }
        }
        capture
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let Ok(driver) = self.device.shared().bind() else { return };
        self.faults.free(self.device, self.stream);
        // SAFETY: nobody has the handle any more; the driver keeps the stream until its work is done.
        let _ = unsafe { driver.cuStreamDestroy_v2(self.stream.0) };
    }
}

impl PartialEq for Stream {
    fn eq(&self, other: &Stream) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Stream {}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Stream({:p} on {:?})", self.raw(), self.0.device)
    }
}
