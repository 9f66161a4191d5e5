//! Streams: work for a device, done in order.

use std::ops::Deref;
use std::sync::{Arc, Mutex, RwLock, RwLockReadGuard};
use std::thread::ThreadId;

use super::driver::{CUstream, Driver, Handle};
use super::fault::Faults;
use super::memory::{Dropped, Memory, free};
use super::number::{Numbers, Use};
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
    numbers: Numbers,
    /// The thread that records a graph. Whoever asks for work holds it for reading meanwhile, so that
    /// nobody else's work comes into a graph.
    recorder: RwLock<Option<ThreadId>>,
    capture: Mutex<Capture>,
}

/// What happens while a stream records a graph.
#[derive(Default)]
pub(super) struct Capture {
    /// What the recorded work uses.
    pub used: Vec<Arc<Memory>>,
    /// Numbers that it reads.
    pub numbers: Vec<Use>,
    /// What was dropped meanwhile: freeing it would be recorded, too.
    dropped: Vec<Dropped>,
    /// Whether recorded kernels can raise.
    pub raises: bool,
}

/// The driver, while nobody begins to record a graph.
pub(super) struct Asked<'a> {
    driver: &'static Driver,
    _recorder: RwLockReadGuard<'a, Option<ThreadId>>,
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
            numbers: Numbers::default(),
            recorder: RwLock::new(None),
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
        unsafe { self.ask_now("waiting for a stream")?.cuStreamSynchronize(self.raw())? };
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
        // SAFETY: event and stream are alive, and the stream's context the thread's.
        unsafe { self.ask_now("waiting for an event")?.cuStreamWaitEvent(self.raw(), event.raw(), 0) }
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

    pub(super) fn numbers(&self) -> &Numbers {
        &self.0.numbers
    }

    /// Asks for work that a graph can hold: by nobody but the thread that records it, if one does. What
    /// is given keeps others from beginning to record meanwhile; the device's context is the thread's.
    #[inline]
    pub(super) fn ask(&self) -> Result<Asked<'_>, Error> {
        let recorder = self.recorder();
        match *recorder {
            Some(thread) if thread != std::thread::current().id() => {
                Err(Error::refused("work for a stream", "another thread records a graph on it"))
            }
            _ => Ok(Asked { driver: self.bind()?, _recorder: recorder }),
        }
    }

    /// Asks for work that no graph can hold: not while the stream records one.
    #[inline]
    pub(super) fn ask_now(&self, what: &str) -> Result<Asked<'_>, Error> {
        let recorder = self.recorder();
        match *recorder {
            Some(_) => Err(not_recorded(what)),
            None => Ok(Asked { driver: self.bind()?, _recorder: recorder }),
        }
    }

    /// An error if the stream records a graph, in which this cannot be.
    #[inline]
    pub(super) fn refuse_in_capture(&self, what: &str) -> Result<(), Error> {
        if self.recorder().is_some() { Err(not_recorded(what)) } else { Ok(()) }
    }

    fn recorder(&self) -> RwLockReadGuard<'_, Option<ThreadId>> {
        self.0.recorder.read().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Whether this thread records a graph on the stream.
    #[inline]
    pub(super) fn is_recorded_here(&self) -> bool {
        self.recorder().is_some_and(|thread| thread == std::thread::current().id())
    }

    /// Has the graph that the stream records keep what it uses.
    pub(super) fn hold(&self, memory: &Arc<Memory>) {
        self.captured(|capture| capture.used.push(Arc::clone(memory)));
    }

    /// Has the graph that the stream records keep a number that it reads.
    pub(super) fn hold_number(&self, number: Use) {
        self.captured(|capture| capture.numbers.push(number));
    }

    /// Keeps a block that was dropped until the graph is recorded; gives it back where none is.
    pub(super) fn free_after_capture(&self, block: Dropped) -> Option<Dropped> {
        let recorder = self.recorder();
        if recorder.is_none() {
            return Some(block);
        }
        self.captured(|capture| capture.dropped.push(block));
        None
    }

    /// Reads or changes what is known of the graph that the stream records.
    pub(super) fn captured<R>(&self, change: impl FnOnce(&mut Capture) -> R) -> R {
        change(&mut self.0.capture.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    /// Begins to record a graph, by the driver's call that is given.
    pub(super) fn begin_capture(&self, begin: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
        let mut recorder = self.0.recorder.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        if recorder.is_some() {
            return Err(not_recorded("a graph"));
        }
        begin()?;
        *recorder = Some(std::thread::current().id());
        Ok(())
    }

    /// Ends it, by the driver's call that is given. Gives its result, and what was recorded.
    pub(super) fn end_capture<R>(&self, end: impl FnOnce() -> R) -> (R, Capture) {
        let mut recorder = self.0.recorder.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        let ended = end();
        *recorder = None;
        let mut capture = self.captured(std::mem::take);
        drop(recorder);
        for block in capture.dropped.drain(..) {
            free(block);
        }
        (ended, capture)
    }
}

#[cold]
fn not_recorded(what: &str) -> Error {
    Error::refused(what, "it cannot be in a graph: do it before `capture`")
}

impl Deref for Asked<'_> {
    type Target = Driver;

    #[inline]
    fn deref(&self) -> &Driver {
        self.driver
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let Ok(driver) = self.device.shared().bind() else { return };
        self.faults.free(self.device, self.stream);
        self.numbers.free(self.device, self.stream);
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
