//! Random work on several streams that says by events, or by the legacy default stream, what comes before what: the
//! driver may do it in any order that this allows, and the results are those of the calls' order.
#![cfg(target_os = "linux")]

mod program;

use std::sync::Arc;

use cudarc::driver::result::{self, stream::StreamKind};
use cudarc::driver::{CudaContext, CudaEvent, CudaFunction, CudaSlice, CudaStream, DevicePtr, sys};
use program::{device, kernel, on_driver};

const BUFFERS: usize = 4;
const STREAMS: usize = 3;
const STEPS: u32 = 60;

/// `*out = *out * 3 + *in`
const STEP: &str = "
.version 6.0
.target sm_60
.address_size 64
.visible .entry step(.param .u64 out, .param .u64 in) {
    .reg .b32 %r<3>;
    .reg .b64 %rd<3>;
    ld.param.u64 %rd1, [out];
    ld.param.u64 %rd2, [in];
    ld.global.u32 %r1, [%rd1];
    ld.global.u32 %r2, [%rd2];
    mad.lo.u32 %r1, %r1, 3, %r2;
    st.global.u32 [%rd1], %r1;
    ret;
}";

/// Random numbers, the same for the same seed (xorshift64*, Vigna 2016).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % limit
    }
}

/// Buffers, and what they should hold.
struct Scene {
    function: CudaFunction,
    default: Arc<CudaStream>,
    buffers: Vec<CudaSlice<u32>>,
    model: Vec<u32>,
}

impl Scene {
    fn new(context: &Arc<CudaContext>) -> Scene {
        // SAFETY: these tests say themselves what comes before what.
        unsafe { context.disable_event_tracking() };
        let function = kernel(context, STEP, "step");
        let default = context.default_stream();
        let model: Vec<u32> = (1..=BUFFERS as u32).collect();
        let buffers = model.iter().map(|value| default.clone_htod(&[*value]).expect("copied")).collect();
        context.synchronize().expect("ok");
        Scene { function, default, buffers, model }
    }

    /// The step on a stream, or a copy.
    fn step(&mut self, stream: sys::CUstream, out: usize, from: usize, copies: bool) {
        let address = |index: usize| self.buffers[index].device_ptr(&self.default).0;
        let (mut target, mut source) = (address(out), address(from));
        if copies && out != from {
            // SAFETY: both have four bytes.
            unsafe { result::memcpy_dtod_async(target, source, 4, stream) }.expect("ok");
            self.model[out] = self.model[from];
            return;
        }
        let mut arguments = [(&raw mut target).cast(), (&raw mut source).cast()];
        let (function, one) = (self.function.cu_function(), (1, 1, 1));
        // SAFETY: the arguments are those of the kernel.
        unsafe { result::launch_kernel(function, one, one, 0, stream, &mut arguments) }.expect("launched");
        self.model[out] = self.model[out].wrapping_mul(3).wrapping_add(self.model[from]);
    }

    fn check(&self, seed: u64) {
        for (buffer, expected) in self.buffers.iter().zip(&self.model) {
            assert_eq!(self.default.clone_dtoh(buffer).expect("copied"), [*expected], "seed {seed}");
        }
    }
}

#[test]
fn events_order_streams() {
    on_driver("events_order_streams", &[], || {
        let context = device();
        let streams: Vec<_> = (0..STREAMS).map(|_| context.new_stream().expect("a stream")).collect();
        for seed in 1..=40 {
            let (mut scene, mut random) = (Scene::new(&context), Random(seed));
            // For each buffer who wrote it last, and who read it since.
            let mut writers: Vec<Option<CudaEvent>> = (0..BUFFERS).map(|_| None).collect();
            let mut readers: Vec<Vec<CudaEvent>> = (0..BUFFERS).map(|_| Vec::new()).collect();
            for _ in 0..STEPS {
                let (at, out, from) = (random.below(STREAMS), random.below(BUFFERS), random.below(BUFFERS));
                let stream = &streams[at];
                let before = writers[out].iter().chain(&writers[from]).chain(&readers[out]);
                before.for_each(|event| stream.wait(event).expect("it waits"));
                scene.step(stream.cu_stream(), out, from, random.below(3) == 0);
                readers[out].clear();
                readers[from].push(stream.record_event(None).expect("recorded"));
                writers[out] = Some(stream.record_event(None).expect("recorded"));
                match random.below(12) {
                    0 => stream.synchronize().expect("ok"),
                    1 => assert!(
                        writers.iter().flatten().all(|event| event.is_complete() || event.is_complete())
                    ),
                    _ => {}
                }
            }
            for _ in 0..STREAMS * 3 {
                streams[random.below(STREAMS)].synchronize().expect("ok");
            }
            streams.iter().for_each(|stream| stream.synchronize().expect("ok"));
            scene.check(seed);
        }
    });
}

#[test]
fn the_legacy_stream_orders_streams() {
    on_driver("the_legacy_stream_orders_streams", &[], || {
        let context = device();
        // Cudarc's own streams are not ordered with the default one.
        let create = |_| result::stream::create(StreamKind::Default).expect("a stream");
        let streams: Vec<_> = (0..STREAMS).map(create).collect();
        for seed in 1..=40 {
            let (mut scene, mut random) = (Scene::new(&context), Random(seed));
            for _ in 0..STEPS {
                if random.below(3) == 0 {
                    let (out, from) = (random.below(BUFFERS), random.below(BUFFERS));
                    scene.step(scene.default.cu_stream(), out, from, random.below(3) == 0);
                } else {
                    // Each has a buffer of its own, which others touch only on the default stream.
                    let own = random.below(STREAMS);
                    scene.step(streams[own], own, own, false);
                }
                if random.below(15) == 0 {
                    // SAFETY: the stream lives.
                    unsafe { result::stream::synchronize(streams[random.below(STREAMS)]) }.expect("ok");
                }
            }
            scene.check(seed);
        }
    });
}
