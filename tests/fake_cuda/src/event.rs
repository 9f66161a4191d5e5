//! Events: marks in streams, that others wait for and that know the time (manual, 6.19).

use crate::code::{Code, Outcome};
use crate::driver::{Driver, Handle};
use crate::work::Work;

/// `CU_EVENT_DISABLE_TIMING`.
const DISABLE_TIMING: u32 = 2;

/// An event.
#[derive(Debug)]
pub struct Event {
    /// Where it was made.
    pub context: Handle,
    /// `CUevent_flags`.
    pub flags: u32,
    /// Where it was recorded last.
    pub record: Record,
    /// The ticket of the last record that was reached, and the time then.
    reached: Option<(u64, u64)>,
    /// Whether a query has said that it is not reached.
    asked: bool,
}

/// Where an event was recorded last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// Nowhere yet.
    Never,
    /// In a stream, as the work with a ticket.
    In {
        /// The stream.
        stream: Handle,
        /// The ticket.
        ticket: u64,
    },
    /// In a stream that is captured, after so many pieces of work of it.
    Captured {
        /// The capture.
        capture: Handle,
        /// The stream.
        stream: Handle,
        /// How many pieces of work of the stream it has seen.
        position: usize,
    },
}

impl Driver {
    /// `cuEventCreate`.
    pub fn create_event(&mut self, flags: u32) -> Outcome<Handle> {
        // Blocking waits, no timing, for other processes.
        if flags > 7 || flags & 4 != 0 && flags & DISABLE_TIMING == 0 {
            return Err(Code::InvalidValue);
        }
        let (context, _) = self.current()?;
        let handle = self.handle();
        let event = Event { context, flags, record: Record::Never, reached: None, asked: false };
        self.events.insert(handle, event);
        Ok(handle)
    }

    /// The event of a handle, if calls on it can go on.
    pub fn event(&mut self, handle: Handle) -> Outcome<&mut Event> {
        let context = self.events.get(&handle).ok_or(Code::InvalidHandle)?.context;
        self.healthy(context)?;
        self.events.get_mut(&handle).ok_or(Code::InvalidHandle)
    }

    /// `cuEventRecord`.
    pub fn record_event(&mut self, handle: Handle, stream: Handle) -> Outcome<()> {
        if self.event(handle)?.context != self.context_of(stream) {
            return Err(Code::InvalidHandle);
        }
        let record = match self.capture_position(stream)? {
            Some((capture, position)) => Record::Captured { capture, stream, position },
            None => Record::In { stream, ticket: self.enqueue(stream, Work::Record(handle))? },
        };
        let event = self.event(handle)?;
        event.record = record;
        event.asked = false;
        Ok(())
    }

    /// A stream has reached an event.
    pub fn completed(&mut self, handle: Handle, ticket: u64) {
        let now = self.clock;
        // The program may have destroyed it since.
        if let Some(event) = self.events.get_mut(&handle) {
            event.reached = Some((ticket, now));
        }
    }

    /// `cuStreamWaitEvent`.
    pub fn wait_event(&mut self, stream: Handle, event: Handle) -> Outcome<()> {
        let record = self.event(event)?.record;
        let captured = self.capture_position(stream)?;
        match record {
            Record::Never => Ok(()),
            Record::In { .. } if captured.is_some() => {
                if let Some((capture, _)) = captured {
                    self.invalidate(capture);
                }
                Err(Code::StreamCaptureIsolation)
            }
            Record::In { stream: other, ticket } => {
                self.enqueue(stream, Work::Wait { stream: other, ticket }).map(|_| ())
            }
            Record::Captured { capture, stream: other, position } => {
                self.join_capture(stream, capture, other, position)
            }
        }
    }

    /// `cuEventSynchronize`.
    pub fn finish_event(&mut self, handle: Handle) -> Outcome<()> {
        let event = self.event(handle)?;
        let context = event.context;
        match event.record {
            Record::Never => {}
            Record::In { stream, ticket } => self.run_until(stream, ticket),
            Record::Captured { .. } => return Err(Code::CapturedEvent),
        }
        self.healthy(context)
    }

    /// Whether a stream has reached the last record of an event.
    fn is_reached(event: &Event) -> Outcome<bool> {
        match event.record {
            Record::Never => Ok(true),
            Record::In { ticket, .. } => Ok(event.reached.is_some_and(|(reached, _)| reached >= ticket)),
            Record::Captured { .. } => Err(Code::CapturedEvent),
        }
    }

    /// `cuEventQuery`: says once that it is not reached, and has the work done, so that loops of queries end.
    pub fn query_event(&mut self, handle: Handle) -> Outcome<()> {
        let event = self.event(handle)?;
        if Driver::is_reached(event)? {
            return Ok(());
        }
        if !event.asked {
            event.asked = true;
            return Err(Code::NotReady);
        }
        self.finish_event(handle)
    }

    /// `cuEventElapsedTime`, in milliseconds.
    pub fn elapsed(&mut self, start: Handle, end: Handle) -> Outcome<f32> {
        let mut times = [0; 2];
        for (time, handle) in times.iter_mut().zip([start, end]) {
            let event = self.event(handle)?;
            if event.flags & DISABLE_TIMING != 0 || event.record == Record::Never {
                return Err(Code::InvalidHandle);
            }
            *time = match event.reached {
                Some((_, time)) if Driver::is_reached(event)? => time,
                _ => return Err(Code::NotReady),
            };
        }
        Ok((times[1] as f64 - times[0] as f64) as f32 * 1e-6)
    }

    /// `cuEventDestroy`: streams that wait for it go on doing so.
    pub fn destroy_event(&mut self, handle: Handle) -> Outcome<()> {
        self.event(handle)?;
        self.events.remove(&handle);
        Ok(())
    }
}
