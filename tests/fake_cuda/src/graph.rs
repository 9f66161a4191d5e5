//! Graphs, which are captured from streams (CUDA C++ Programming Guide, "Creating a Graph Using Stream Capture").
//! A graph here is the work in the order of the calls, which is one of the orders that the captured one allows.

use std::collections::HashMap;
use std::sync::Arc;

use crate::code::{Code, Outcome};
use crate::context;
use crate::driver::{Driver, Handle};
use crate::stream::Kind;
use crate::work::Work;

/// A capture that has begun.
#[derive(Debug)]
pub struct Capture {
    /// The context of its stream.
    pub context: Handle,
    /// The stream that it began in, and has to end in.
    pub origin: Handle,
    mode: Mode,
    thread: u64,
    work: Vec<Work>,
    /// How many pieces of work each of its streams has, and whether another one waits for the last.
    streams: HashMap<Handle, (usize, bool)>,
    invalid: bool,
}

/// `CUstreamCaptureMode`: which other calls are errors meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Global,
    ThreadLocal,
    Relaxed,
}

/// A graph, or one that can be launched.
#[derive(Clone, Debug)]
pub struct Graph {
    /// Where it was captured.
    pub context: Handle,
    /// What it does.
    pub work: Arc<[Work]>,
}

impl Driver {
    /// `cuStreamBeginCapture`.
    pub fn begin_capture(&mut self, stream: Handle, mode: u32) -> Outcome<()> {
        let mode = match mode {
            0 => Mode::Global,
            1 => Mode::ThreadLocal,
            2 => Mode::Relaxed,
            _ => return Err(Code::InvalidValue),
        };
        let (handle, thread) = (self.handle(), context::thread_number());
        let found = self.streams.get_mut(&stream).ok_or(Code::InvalidHandle)?;
        if found.kind == Kind::Legacy {
            return Err(Code::StreamCaptureUnsupported);
        }
        if found.capture.is_some() {
            return Err(Code::IllegalState);
        }
        found.capture = Some(handle);
        let capture = Capture {
            context: found.context,
            origin: stream,
            mode,
            thread,
            work: Vec::new(),
            streams: HashMap::from([(stream, (0, true))]),
            invalid: false,
        };
        self.captures.insert(handle, capture);
        Ok(())
    }

    /// `cuStreamEndCapture`: the graph.
    pub fn end_capture(&mut self, stream: Handle) -> Outcome<Handle> {
        let handle = self.streams.get(&stream).and_then(|stream| stream.capture).ok_or(Code::IllegalState)?;
        let capture = self.captures.get(&handle).ok_or(Code::IllegalState)?;
        if capture.origin != stream {
            self.invalidate(handle);
            return Err(Code::StreamCaptureUnmatched);
        }
        if capture.mode != Mode::Relaxed && capture.thread != context::thread_number() {
            return Err(Code::StreamCaptureWrongThread);
        }
        let capture = self.drop_capture(handle).ok_or(Code::IllegalState)?;
        if capture.invalid {
            return Err(Code::StreamCaptureInvalidated);
        }
        if capture.streams.iter().any(|(other, (_, joined))| *other != stream && !joined) {
            return Err(Code::StreamCaptureUnjoined);
        }
        let graph = self.handle();
        self.graphs.insert(graph, Graph { context: capture.context, work: capture.work.into() });
        Ok(graph)
    }

    /// Ends a capture in all its streams.
    pub fn drop_capture(&mut self, handle: Handle) -> Option<Capture> {
        for stream in self.streams.values_mut().filter(|stream| stream.capture == Some(handle)) {
            stream.capture = None;
        }
        self.captures.remove(&handle)
    }

    /// `CUstreamCaptureStatus`, and the capture.
    pub fn capture_status(&self, stream: Handle) -> Outcome<(u32, Option<Handle>)> {
        let stream = self.streams.get(&stream).ok_or(Code::InvalidHandle)?;
        let capture = stream.capture.and_then(|handle| self.captures.get(&handle));
        match capture {
            None if stream.kind == Kind::Legacy => {
                self.forbid_implicit_capture(stream.context)?;
                Ok((0, None))
            }
            None => Ok((0, None)),
            Some(capture) => Ok((if capture.invalid { 2 } else { 1 }, stream.capture)),
        }
    }

    /// The capture that a stream is in, and how much of its work that has.
    pub fn capture_position(&self, stream: Handle) -> Outcome<Option<(Handle, usize)>> {
        let Some(handle) = self.streams.get(&stream).ok_or(Code::InvalidHandle)?.capture else {
            return Ok(None);
        };
        let capture = self.captures.get(&handle).filter(|capture| !capture.invalid);
        let capture = capture.ok_or(Code::StreamCaptureInvalidated)?;
        Ok(Some((handle, capture.streams.get(&stream).map_or(0, |(position, _)| *position))))
    }

    /// Adds work to a capture.
    pub fn capture_work(&mut self, handle: Handle, stream: Handle, work: Work) -> Outcome<()> {
        let capture = self.captures.get_mut(&handle).filter(|capture| !capture.invalid);
        let capture = capture.ok_or(Code::StreamCaptureInvalidated)?;
        let (position, joined) = capture.streams.entry(stream).or_insert((0, false));
        *position += 1;
        *joined = false;
        capture.work.push(work);
        Ok(())
    }

    /// A stream waits for an event that was recorded in a captured one: it is captured too.
    pub fn join_capture(
        &mut self,
        stream: Handle,
        handle: Handle,
        other: Handle,
        position: usize,
    ) -> Outcome<()> {
        let found = self.streams.get_mut(&stream).ok_or(Code::InvalidHandle)?;
        let Some(capture) = self.captures.get_mut(&handle) else { return Err(Code::CapturedEvent) };
        if found.kind == Kind::Legacy {
            capture.invalid = true;
            return Err(Code::StreamCaptureImplicit);
        }
        if found.capture.is_some_and(|own| own != handle) {
            capture.invalid = true;
            return Err(Code::StreamCaptureMerge);
        }
        found.capture = Some(handle);
        capture.streams.entry(stream).or_insert((0, false));
        if let Some((count, joined)) = capture.streams.get_mut(&other)
            && *count == position
            && stream != other
        {
            *joined = true;
        }
        Ok(())
    }

    /// Spoils a capture: only its end is allowed now.
    pub fn invalidate(&mut self, handle: Handle) {
        if let Some(capture) = self.captures.get_mut(&handle) {
            capture.invalid = true;
        }
    }

    /// Calls that may wait are errors while streams are captured, and spoil the capture.
    pub fn forbid_during_capture(&mut self) -> Outcome<()> {
        let thread = context::thread_number();
        let mut outcome = Ok(());
        for capture in self.captures.values_mut() {
            let forbids = match capture.mode {
                Mode::Global => true,
                Mode::ThreadLocal => capture.thread == thread,
                Mode::Relaxed => false,
            };
            if forbids {
                capture.invalid = true;
                outcome = Err(Code::StreamCaptureUnsupported);
            }
        }
        outcome
    }

    /// The legacy default stream would wait for streams that are captured.
    pub fn forbid_implicit_capture(&self, context: Handle) -> Outcome<()> {
        if self.any_stream(context, |stream| stream.kind == Kind::Blocking && stream.capture.is_some()) {
            return Err(Code::StreamCaptureImplicit);
        }
        Ok(())
    }

    /// Graphs here have no memory of their own.
    pub fn forbid_memory_in_graphs(&mut self, stream: Handle) -> Outcome<()> {
        match self.capture_position(stream)? {
            None => Ok(()),
            Some((capture, _)) => {
                self.invalidate(capture);
                Err(Code::StreamCaptureUnsupported)
            }
        }
    }

    /// `cuGraphInstantiate`.
    pub fn instantiate(&mut self, graph: Handle) -> Outcome<Handle> {
        let graph = self.graphs.get(&graph).ok_or(Code::InvalidValue)?.clone();
        let handle = self.handle();
        self.executables.insert(handle, graph);
        Ok(handle)
    }

    /// `cuGraphLaunch`.
    pub fn launch_graph(&mut self, executable: Handle, stream: Handle) -> Outcome<()> {
        let graph = self.executables.get(&executable).ok_or(Code::InvalidValue)?.clone();
        let stream = self.stream(stream)?;
        if graph.context != self.context_of(stream) {
            return Err(Code::InvalidHandle);
        }
        for work in graph.work.iter() {
            self.enqueue(stream, work.clone())?;
        }
        Ok(())
    }
}
