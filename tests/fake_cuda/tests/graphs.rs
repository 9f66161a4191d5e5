//! Graphs: captured from streams, launched again and again; and what must not be done meanwhile.
#![cfg(target_os = "linux")]

mod program;

use std::sync::Arc;

use cudarc::driver::result::{self, stream::StreamKind};
use cudarc::driver::sys::{CUgraphInstantiate_flags, CUresult, CUstreamCaptureMode, CUstreamCaptureStatus};
use cudarc::driver::{CudaContext, CudaFunction, CudaSlice, CudaStream, LaunchConfig, PushKernelArg};
use program::{device, increment, kernel, on_driver, refused};

const FLAGS: CUgraphInstantiate_flags = CUgraphInstantiate_flags(0);
const GLOBAL: CUstreamCaptureMode = CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_GLOBAL;
const RELAXED: CUstreamCaptureMode = CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_RELAXED;

fn start() -> (Arc<CudaContext>, Arc<CudaStream>, CudaFunction) {
    let context = device();
    // SAFETY: these tests say themselves who waits for whom.
    unsafe { context.disable_event_tracking() };
    let stream = context.new_stream().expect("a stream");
    let function = kernel(&context, &increment(), "k");
    (context, stream, function)
}

fn add_one(stream: &Arc<CudaStream>, function: &CudaFunction, data: &CudaSlice<u32>) {
    let config = LaunchConfig { grid_dim: (1, 1, 1), block_dim: (1, 1, 1), shared_mem_bytes: 0 };
    // SAFETY: the argument is that of the kernel.
    unsafe { stream.launch_builder(function).arg(data).launch(config) }.expect("launched");
}

#[test]
fn captured_work_is_done_at_each_launch() {
    on_driver("captured_work_is_done_at_each_launch", &[], || {
        let (_, stream, function) = start();
        let data = stream.clone_htod(&[10_u32]).expect("copied");
        stream.begin_capture(GLOBAL).expect("begun");
        add_one(&stream, &function, &data);
        add_one(&stream, &function, &data);
        let status = stream.capture_status().expect("it knows");
        assert_eq!(status, CUstreamCaptureStatus::CU_STREAM_CAPTURE_STATUS_ACTIVE);
        let graph = stream.end_capture(FLAGS).expect("ended").expect("a graph");
        assert_eq!(stream.clone_dtoh(&data).expect("copied"), [10]);
        graph.upload().expect("ok");
        for expected in [12, 14, 16] {
            graph.launch().expect("launched");
            assert_eq!(stream.clone_dtoh(&data).expect("copied"), [expected]);
        }
    });
}

#[test]
fn captures_reach_other_streams_by_events() {
    on_driver("captures_reach_other_streams_by_events", &[], || {
        let (context, stream, function) = start();
        let other = context.new_stream().expect("a stream");
        let data = stream.clone_htod(&[0_u32]).expect("copied");
        stream.synchronize().expect("ok");
        let capture = |joined: bool| {
            stream.begin_capture(RELAXED).expect("begun");
            add_one(&stream, &function, &data);
            other.wait(&stream.record_event(None).expect("recorded")).expect("forked");
            add_one(&other, &function, &data);
            if joined {
                stream.wait(&other.record_event(None).expect("recorded")).expect("joined");
            }
            stream.end_capture(FLAGS)
        };
        let graph = capture(true).expect("ended").expect("a graph");
        graph.launch().expect("launched");
        assert_eq!(stream.clone_dtoh(&data).expect("copied"), [2]);
        refused(capture(false).map(|_| ()), CUresult::CUDA_ERROR_STREAM_CAPTURE_UNJOINED);
    });
}

#[test]
fn what_is_forbidden_during_a_capture() {
    on_driver("what_is_forbidden_during_a_capture", &[], || {
        let (context, stream, function) = start();
        let data = stream.clone_htod(&[0_u32]).expect("copied");
        let before = stream.record_event(None).expect("recorded");
        let spoilt = |spoil: &dyn Fn()| {
            stream.begin_capture(GLOBAL).expect("begun");
            add_one(&stream, &function, &data);
            spoil();
            let ended = stream.end_capture(FLAGS).map(|_| ());
            refused(ended, CUresult::CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
        };
        let unsupported = CUresult::CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
        spoilt(&|| refused(stream.synchronize(), unsupported));
        spoilt(&|| refused(context.synchronize(), unsupported));
        spoilt(&|| refused(stream.alloc_zeros::<u32>(1), unsupported));
        // What was recorded outside does not come in.
        spoilt(&|| refused(stream.wait(&before), CUresult::CUDA_ERROR_STREAM_CAPTURE_ISOLATION));
        refused(context.default_stream().begin_capture(GLOBAL), unsupported);
        refused(stream.end_capture(FLAGS).map(|_| ()), CUresult::CUDA_ERROR_ILLEGAL_STATE);
        assert_eq!(stream.clone_dtoh(&data).expect("copied"), [0]);
    });
}

#[test]
fn the_legacy_stream_does_not_wait_for_captures() {
    on_driver("the_legacy_stream_does_not_wait_for_captures", &[], || {
        let (context, stream, _) = start();
        let mut data = stream.alloc_zeros::<u32>(1).expect("memory");
        let implicit = CUresult::CUDA_ERROR_STREAM_CAPTURE_IMPLICIT;
        let blocking = result::stream::create(StreamKind::Default).expect("a stream");
        // SAFETY: the stream lives.
        unsafe {
            result::stream::begin_capture(blocking, RELAXED).expect("begun");
            refused(context.default_stream().memset_zeros(&mut data), implicit);
            // Streams that are not ordered with it go on.
            stream.memset_zeros(&mut data).expect("queued");
            result::stream::destroy(blocking).expect("destroyed");
        }
        context.default_stream().memset_zeros(&mut data).expect("nothing is captured now");
        context.synchronize().expect("ok");
    });
}

#[test]
fn captures_do_not_merge() {
    on_driver("captures_do_not_merge", &[], || {
        let (context, stream, _) = start();
        let other = context.new_stream().expect("a stream");
        stream.begin_capture(RELAXED).expect("begun");
        other.begin_capture(RELAXED).expect("begun");
        let event = stream.record_event(None).expect("recorded");
        refused(event.synchronize(), CUresult::CUDA_ERROR_CAPTURED_EVENT);
        refused(other.wait(&event), CUresult::CUDA_ERROR_STREAM_CAPTURE_MERGE);
        refused(stream.end_capture(FLAGS).map(|_| ()), CUresult::CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
    });
}

#[test]
fn captures_end_where_they_began() {
    on_driver("captures_end_where_they_began", &[], || {
        let (context, stream, _) = start();
        let other = context.new_stream().expect("a stream");
        stream.begin_capture(GLOBAL).expect("begun");
        other.wait(&stream.record_event(None).expect("recorded")).expect("forked");
        refused(other.end_capture(FLAGS).map(|_| ()), CUresult::CUDA_ERROR_STREAM_CAPTURE_UNMATCHED);
        refused(stream.end_capture(FLAGS).map(|_| ()), CUresult::CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
        stream.begin_capture(GLOBAL).expect("begun");
        let elsewhere =
            std::thread::scope(|scope| scope.spawn(|| stream.end_capture(FLAGS).map(|_| ())).join());
        refused(elsewhere.expect("it ran"), CUresult::CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD);
    });
}
