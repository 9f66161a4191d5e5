//! Streams and their capture (manual, 6.18).

use super::calls;
use crate::code::Code;
use crate::driver::Handle;
use crate::host::Pointer;
use crate::stream::Kind;

calls! {
    Context fn cuStreamCreate(driver, stream: Pointer<Handle>, flags: u32) {
        stream.set(driver.create_stream(flags, 0)?)
    }

    Context fn cuStreamCreateWithPriority(driver, stream: Pointer<Handle>, flags: u32, priority: i32) {
        stream.set(driver.create_stream(flags, priority)?)
    }

    Context fn cuStreamDestroy_v2(driver, stream: Handle) {
        driver.destroy_stream(stream)
    }

    Context fn cuStreamSynchronize(driver, stream: Handle) {
        let stream = driver.stream(stream)?;
        driver.finish_stream(stream)
    }

    Context fn cuStreamQuery(driver, stream: Handle) {
        let stream = driver.stream(stream)?;
        driver.query_stream(stream)
    }

    Context fn cuStreamWaitEvent(driver, stream: Handle, event: Handle, _flags: u32) {
        let stream = driver.stream(stream)?;
        driver.wait_event(stream, event)
    }

    Context fn cuStreamGetFlags(driver, stream: Handle, flags: Pointer<u32>) {
        let stream = driver.stream(stream)?;
        let kind = driver.streams.get(&stream).map(|stream| stream.kind);
        flags.set(u32::from(kind == Some(Kind::NonBlocking)))
    }

    Context fn cuStreamGetPriority(driver, stream: Handle, priority: Pointer<i32>) {
        let stream = driver.stream(stream)?;
        priority.set(driver.streams.get(&stream).map_or(0, |stream| stream.priority))
    }

    Context fn cuStreamGetCtx(driver, stream: Handle, context: Pointer<Handle>) {
        let stream = driver.stream(stream)?;
        context.set(driver.context_of(stream))
    }

    Context fn cuStreamGetId(driver, stream: Handle, id: Pointer<u64>) {
        id.set(driver.stream(stream)?)
    }

    Context fn cuStreamBeginCapture_v2(driver, stream: Handle, mode: u32) {
        let stream = driver.stream(stream)?;
        driver.begin_capture(stream, mode)
    }

    Context fn cuStreamEndCapture(driver, stream: Handle, graph: Pointer<Handle>) {
        graph.set(0)?;
        let stream = driver.stream(stream)?;
        graph.set(driver.end_capture(stream)?)
    }

    Context fn cuStreamIsCapturing(driver, stream: Handle, status: Pointer<u32>) {
        let stream = driver.stream(stream)?;
        status.set(driver.capture_status(stream)?.0)
    }

    Context fn cuStreamGetCaptureInfo_v2(
        driver, stream: Handle, status: Pointer<u32>, id: Pointer<u64>, graph: Pointer<Handle>,
        dependencies: Pointer<u64>, count: Pointer<usize>,
    ) {
        // Graphs that are being captured have no handle here, nor have their nodes.
        if !graph.is_null() || !dependencies.is_null() || !count.is_null() {
            return Err(Code::NotSupported);
        }
        let stream = driver.stream(stream)?;
        let (now, capture) = driver.capture_status(stream)?;
        status.set(now)?;
        id.offer(capture.unwrap_or(0));
        Ok(())
    }
}
