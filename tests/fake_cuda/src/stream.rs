//! Streams, which are lazy: work waits in its queue until somebody waits for it, so that what a program forgot
//! to wait for has not happened.
//!
//! Work has tickets that count through all streams. It may depend only on work with smaller ones: what is before
//! it in its queue, what an event has recorded, and what the legacy default stream is ordered with (manual,
//! "Stream synchronization behavior"). So running work, its dependencies first, comes to an end.

use std::collections::VecDeque;

use crate::code::{Code, Outcome};
use crate::context;
use crate::driver::{Driver, Handle};
use crate::work::Work;

/// `CU_STREAM_LEGACY` and `CU_STREAM_PER_THREAD`.
const LEGACY: Handle = 1;
const PER_THREAD: Handle = 2;

/// How a stream is ordered with the legacy default stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It is that stream.
    Legacy,
    /// They wait for each other.
    Blocking,
    /// Not at all: `CU_STREAM_NON_BLOCKING`.
    NonBlocking,
}

/// A stream.
#[derive(Debug)]
pub struct Stream {
    /// Where it was made.
    pub context: Handle,
    /// How it is ordered.
    pub kind: Kind,
    /// What the program gave.
    pub priority: i32,
    /// The capture that its work goes to.
    pub capture: Option<Handle>,
    /// Work, and the ticket of each.
    queue: VecDeque<(u64, Work)>,
    /// Whether the program has no handle any more. Its work is done all the same.
    destroyed: bool,
    /// Whether a query has said that work is left.
    asked: bool,
}

impl Stream {
    /// A stream with no work.
    pub fn new(context: Handle, kind: Kind, priority: i32) -> Stream {
        Stream {
            context,
            kind,
            priority,
            capture: None,
            queue: VecDeque::new(),
            destroyed: false,
            asked: false,
        }
    }
}

impl Driver {
    /// The stream that a program means, if calls on it can go on.
    pub fn stream(&mut self, named: Handle) -> Outcome<Handle> {
        let handle = match named {
            0 | LEGACY => self.context(self.current()?.0)?.legacy,
            PER_THREAD => self.per_thread_stream()?,
            handle => handle,
        };
        let stream =
            self.streams.get(&handle).filter(|stream| !stream.destroyed).ok_or(Code::InvalidHandle)?;
        self.healthy(stream.context)?;
        Ok(handle)
    }

    fn per_thread_stream(&mut self) -> Outcome<Handle> {
        let (current, _) = self.current()?;
        let number = context::thread_number();
        if let Some(handle) = self.context(current)?.per_thread.get(&number) {
            return Ok(*handle);
        }
        let handle = self.handle();
        self.streams.insert(handle, Stream::new(current, Kind::Blocking, 0));
        self.context_mut(current)?.per_thread.insert(number, handle);
        Ok(handle)
    }

    /// The context of a stream that [`Driver::stream`] gave.
    pub fn context_of(&self, stream: Handle) -> Handle {
        self.streams.get(&stream).map_or(0, |stream| stream.context)
    }

    /// `cuStreamCreate`.
    pub fn create_stream(&mut self, flags: u32, priority: i32) -> Outcome<Handle> {
        let kind = match flags {
            0 => Kind::Blocking,
            1 => Kind::NonBlocking,
            _ => return Err(Code::InvalidValue),
        };
        let (current, _) = self.current()?;
        let handle = self.handle();
        self.streams.insert(handle, Stream::new(current, kind, priority.clamp(-5, 0)));
        Ok(handle)
    }

    /// `cuStreamDestroy`: returns at once, and the work goes on.
    pub fn destroy_stream(&mut self, named: Handle) -> Outcome<()> {
        let handle = self.stream(named)?;
        if named <= PER_THREAD {
            return Err(Code::InvalidHandle);
        }
        let stream = self.streams.get_mut(&handle).ok_or(Code::InvalidHandle)?;
        stream.destroyed = true;
        if let Some(capture) = stream.capture {
            self.drop_capture(capture);
        }
        // Without work it goes at once.
        self.run_until(handle, 0);
        Ok(())
    }

    /// Puts work at the end of a stream; its ticket. Zero where a capture takes it instead.
    pub fn enqueue(&mut self, handle: Handle, work: Work) -> Outcome<u64> {
        let stream = self.streams.get(&handle).ok_or(Code::InvalidHandle)?;
        let (context, kind) = (stream.context, stream.kind);
        if let Some(capture) = stream.capture {
            return self.capture_work(capture, handle, work).map(|()| 0);
        }
        if kind == Kind::Legacy {
            self.forbid_implicit_capture(context)?;
        }
        self.ticket += 1;
        let ticket = self.ticket;
        let stream = self.streams.get_mut(&handle).ok_or(Code::InvalidHandle)?;
        stream.asked = false;
        stream.queue.push_back((ticket, work));
        Ok(ticket)
    }

    /// Does the work of a stream up to a ticket.
    pub fn run_until(&mut self, handle: Handle, last: u64) {
        while let Some((ticket, work)) = self.next_until(handle, last) {
            self.run_ordered_before(handle, ticket);
            if let Work::Wait { stream, ticket } = work {
                self.run_until(stream, ticket);
                continue;
            }
            let context = self.context_of(handle);
            if self.healthy(context).is_ok()
                && let Err(code) = self.execute(context, ticket, work)
            {
                self.fail(context, code);
            }
        }
        if self.streams.get(&handle).is_some_and(|stream| stream.destroyed && stream.queue.is_empty()) {
            self.streams.remove(&handle);
        }
    }

    fn next_until(&mut self, handle: Handle, last: u64) -> Option<(u64, Work)> {
        self.streams.get_mut(&handle)?.queue.pop_front_if(|(ticket, _)| *ticket <= last)
    }

    /// Does what the legacy default stream has to do before other streams, or they before it.
    fn run_ordered_before(&mut self, handle: Handle, ticket: u64) {
        let Some(stream) = self.streams.get(&handle) else { return };
        let before = match stream.kind {
            Kind::NonBlocking => return,
            Kind::Legacy => Kind::Blocking,
            Kind::Blocking => Kind::Legacy,
        };
        let context = stream.context;
        for other in self.streams_of(context, |stream| stream.kind == before) {
            self.run_until(other, ticket);
        }
    }

    /// The streams of a context that have work, in the order of their making.
    fn streams_of(&self, context: Handle, wanted: impl Fn(&Stream) -> bool) -> Vec<Handle> {
        let of_context = |stream: &Stream| stream.context == context && !stream.queue.is_empty();
        let found = self.streams.iter().filter(|(_, stream)| of_context(stream) && wanted(stream));
        let mut handles: Vec<Handle> = found.map(|(handle, _)| *handle).collect();
        handles.sort_unstable();
        handles
    }

    /// Remembers for ever that work of a context went wrong; what is left in it is not done.
    fn fail(&mut self, context: Handle, code: Code) {
        if let Some(context) = self.contexts.get_mut(&context) {
            context.error = Some(code);
        }
        for stream in self.streams.values_mut().filter(|stream| stream.context == context) {
            stream.queue.clear();
        }
    }

    /// Waits for all work of a stream.
    pub fn finish_stream(&mut self, handle: Handle) -> Outcome<()> {
        let context = self.context_of(handle);
        if let Some(capture) = self.streams.get(&handle).and_then(|stream| stream.capture) {
            self.invalidate(capture);
            return Err(Code::StreamCaptureUnsupported);
        }
        let now = self.ticket;
        // Who waits for the legacy default stream waits for what it is ordered with, though its queue be empty.
        if self.streams.get(&handle).is_some_and(|stream| stream.kind == Kind::Legacy) {
            self.run_ordered_before(handle, now);
        }
        self.run_until(handle, now);
        self.healthy(context)
    }

    /// Waits for all work of a context.
    pub fn finish_context(&mut self, context: Handle) {
        for stream in self.streams_of(context, |_| true) {
            self.run_until(stream, u64::MAX);
        }
    }

    /// Waits for all work that there is.
    pub fn finish_all(&mut self) {
        let mut contexts: Vec<Handle> = self.contexts.keys().copied().collect();
        contexts.sort_unstable();
        for context in contexts {
            self.finish_context(context);
        }
    }

    /// `cuStreamQuery`: says once that work is left, and has it done, so that loops of queries end.
    pub fn query_stream(&mut self, handle: Handle) -> Outcome<()> {
        let stream = self.streams.get_mut(&handle).ok_or(Code::InvalidHandle)?;
        if stream.capture.is_some() {
            return Err(Code::StreamCaptureUnsupported);
        }
        if stream.queue.is_empty() {
            return Ok(());
        }
        if !stream.asked {
            stream.asked = true;
            return Err(Code::NotReady);
        }
        self.finish_stream(handle)
    }

    /// Whether a context has a stream like that.
    pub fn any_stream(&self, context: Handle, wanted: impl Fn(&Stream) -> bool) -> bool {
        self.streams.values().any(|stream| stream.context == context && wanted(stream))
    }
}
