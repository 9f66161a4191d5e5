//! Graphs: work that was recorded once and is asked for as a whole.

use std::sync::Arc;

use super::driver::{CUgraph, CUgraphExec, Handle};
use super::memory::Memory;
use super::number::Use;
use super::stream::Capture;
use super::{Error, Stream};

/// Work of a [`Stream`], recorded by [`Stream::capture`].
///
/// It keeps the memory of the arrays that it uses, also when they are dropped, and works on them where they are.
#[derive(Debug)]
pub struct Graph {
    stream: Stream,
    executable: Handle<CUgraphExec>,
    used: Vec<Arc<Memory>>,
    _numbers: Vec<Use>,
    raises: bool,
}

/// The mode of recording in which the driver leaves it to us what may go on meanwhile.
const RELAXED: u32 = 2;

/// Ends a recording, also where what is recorded panics.
struct Recording<'a>(Option<&'a Stream>);

impl Stream {
    /// Records what `work` asks of the stream, which is not done then, but by [`Graph::launch`].
    ///
    /// What needs the host, new memory or another stream cannot be recorded and is refused: uploads,
    /// values for the host, waiting, arrays that kernels allocate. Other threads are refused work on the stream
    /// meanwhile. A kernel's module is loaded, if it was not yet.
    ///
    /// # Errors
    /// What `work` gives, [`Error::Refused`] inside of another `capture`, the driver's.
    pub fn capture(&self, work: impl FnOnce(&Stream) -> Result<(), Error>) -> Result<Graph, Error> {
        let driver = self.bind()?;
        self.refuse_in_capture("a graph")?;
        self.faults().prepare(self)?;
        self.numbers().prepare(self)?;
        // SAFETY: the stream is alive, and its device's context the thread's.
        self.begin_capture(|| unsafe { driver.cuStreamBeginCapture_v2(self.raw(), RELAXED) })?;
        let mut recording = Recording(Some(self));
        let worked = work(self);
        let (ended, capture) = recording.end();
        let graph = ended?;
        let executable = worked.and_then(|()| instantiate(self, graph));
        // SAFETY: the graph is ours, and what was made of it does not need it.
        unsafe { self.bind()?.cuGraphDestroy(graph.0)? };
        Ok(Graph {
            stream: self.clone(),
            executable: executable?,
            used: capture.used,
            _numbers: capture.numbers,
            raises: capture.raises,
        })
    }
}

fn instantiate(stream: &Stream, graph: Handle<CUgraph>) -> Result<Handle<CUgraphExec>, Error> {
    let mut executable = std::ptr::null_mut();
    // SAFETY: the graph is alive, its device's context is the thread's, and the driver writes a handle.
    unsafe { stream.bind()?.cuGraphInstantiateWithFlags(&mut executable, graph.0, 0)? };
    Ok(Handle(executable))
}

impl Recording<'_> {
    fn end(&mut self) -> (Result<Handle<CUgraph>, Error>, Capture) {
        let Some(stream) = self.0.take() else {
            unreachable!("bug in pykernel: a recording ends twice");
        };
        stream.end_capture(|| {
            let mut graph = std::ptr::null_mut();
            // SAFETY: the stream records; the driver writes a handle.
            unsafe { stream.bind()?.cuStreamEndCapture(stream.raw(), &mut graph)? };
            Ok(Handle(graph))
        })
    }
}

impl Drop for Recording<'_> {
    fn drop(&mut self) {
        let Some(stream) = self.0 else { return };
        if let ((Ok(graph), _), Ok(driver)) = (self.end(), stream.bind()) {
            // SAFETY: the graph is ours, and nothing was made of it.
            let _ = unsafe { driver.cuGraphDestroy(graph.0) };
        }
    }
}

impl Graph {
    /// Asks the stream on which it was recorded for the work.
    ///
    /// # Errors
    /// The driver's; [`Error::Refused`] inside of `capture`. What the kernels raise is known when the
    /// stream is waited for.
    pub fn launch(&self) -> Result<(), Error> {
        for memory in &self.used {
            memory.wait_for_others()?;
        }
        if self.raises {
            self.stream.faults().expect();
        }
        // SAFETY: graph and stream are alive, the context is the thread's, and the memory that the work
        // uses is kept.
        unsafe { self.stream.ask_now("a graph")?.cuGraphLaunch(self.executable.0, self.stream.raw()) }
    }

    /// The stream that does the work.
    pub fn stream(&self) -> &Stream {
        &self.stream
    }
}

impl Drop for Graph {
    /// Waits until the work is done: some drivers do not.
    fn drop(&mut self) {
        let Ok(driver) = self.stream.bind() else { return };
        // SAFETY: stream and graph are alive, and nobody has the graph any more.
        unsafe {
            if let Ok(driver) = self.stream.ask_now("a graph") {
                let _ = driver.cuStreamSynchronize(self.stream.raw());
            }
            let _ = driver.cuGraphExecDestroy(self.executable.0);
        }
    }
}
