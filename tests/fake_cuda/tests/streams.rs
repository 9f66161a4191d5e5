//! Kernels, copies and streams through cudarc: what has happened, and what has not yet.
#![cfg(target_os = "linux")]

mod program;

use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, Ordering};

use cudarc::driver::sys::{self, CUresult};
use cudarc::driver::{CudaContext, DevicePtr, LaunchConfig, PushKernelArg, result};
use program::{AXPY, calls, device, increment, kernel, last_fault, live_bytes, module, on_driver, refused};

/// What memory holds that nobody has written.
const POISON: u32 = 0xcbcb_cbcb;

fn one_thread() -> LaunchConfig {
    LaunchConfig { grid_dim: (1, 1, 1), block_dim: (1, 1, 1), shared_mem_bytes: 0 }
}

#[test]
fn axpy() {
    on_driver("axpy", &[], || {
        let context = device();
        assert_eq!(context.compute_capability().expect("it has one"), (7, 0));
        assert!(context.has_async_alloc());
        let function = kernel(&context, AXPY, "axpy");
        let stream = context.default_stream();
        let x: Vec<f64> = (0..10_007).map(|i| f64::from(i) * 0.1).collect();
        let y: Vec<f64> = (0..10_007).map(f64::from).collect();
        let (dx, mut dy) = (stream.clone_htod(&x).expect("copied"), stream.clone_htod(&y).expect("copied"));
        let (n, a) = (x.len() as u64, 2.5_f64);
        let start = context.new_event(Some(sys::CUevent_flags::CU_EVENT_DEFAULT)).expect("an event");
        let end = context.new_event(Some(sys::CUevent_flags::CU_EVENT_DEFAULT)).expect("an event");
        start.record(&stream).expect("recorded");
        let config = LaunchConfig { grid_dim: (4, 1, 1), block_dim: (128, 1, 1), shared_mem_bytes: 0 };
        // SAFETY: the arguments are those of the kernel.
        unsafe { stream.launch_builder(&function).arg(&n).arg(&a).arg(&dx).arg(&mut dy).launch(config) }
            .expect("ok");
        end.record(&stream).expect("recorded");
        let result = stream.clone_dtoh(&dy).expect("copied");
        assert!(result.iter().zip(x.iter().zip(&y)).all(|(r, (x, y))| *r == a.mul_add(*x, *y)));
        assert!(start.elapsed_ms(&end).expect("both are reached") > 0.0);
        assert_eq!(calls("cuLaunchKernel"), 1);
        assert_eq!(live_bytes(), 2 * 8 * 10_007);
        drop((dx, dy));
        stream.synchronize().expect("ok");
        assert_eq!(live_bytes(), 0);
    });
}

#[test]
fn work_waits_until_somebody_waits() {
    on_driver("work_waits_until_somebody_waits", &[], || {
        let context = device();
        // SAFETY: this test says itself who waits for whom.
        unsafe { context.disable_event_tracking() };
        let function = kernel(&context, &module("", "st.global.u32 [%out], 7;"), "k");
        let (one, two) = (context.new_stream().expect("a stream"), context.new_stream().expect("a stream"));
        // SAFETY: the bytes are plain numbers, which may be anything.
        let mut data = unsafe { one.alloc::<u32>(1) }.expect("memory");
        // SAFETY: the argument is that of the kernel.
        unsafe { one.launch_builder(&function).arg(&mut data).launch(one_thread()) }.expect("launched");
        // The other stream does not wait for the first one.
        assert_eq!(two.clone_dtoh(&data).expect("copied"), [POISON]);
        let event = one.record_event(None).expect("recorded");
        two.wait(&event).expect("it waits");
        assert_eq!(two.clone_dtoh(&data).expect("copied"), [7]);
        assert!(event.is_complete());
    });
}

#[test]
fn queries_end() {
    on_driver("queries_end", &[], || {
        let context = device();
        let stream = context.new_stream().expect("a stream");
        let event = stream.record_event(None).expect("recorded");
        assert!(!event.is_complete());
        assert!(event.is_complete());
        event.record(&stream).expect("recorded");
        assert!(!event.is_complete());
        let mut data = stream.alloc_zeros::<u32>(4).expect("memory");
        stream.memset_zeros(&mut data).expect("ok");
        // SAFETY: the stream lives.
        let query = || unsafe { sys::cuStreamQuery(stream.cu_stream()) }.result();
        refused(query(), CUresult::CUDA_ERROR_NOT_READY);
        query().expect("done now");
    });
}

#[test]
fn the_legacy_stream_is_ordered_with_blocking_ones() {
    on_driver("the_legacy_stream_is_ordered_with_blocking_ones", &[], || {
        let context = device();
        // SAFETY: this test says itself who waits for whom.
        unsafe { context.disable_event_tracking() };
        let function = kernel(&context, &increment(), "k");
        let default = context.default_stream();
        let create = |kind| result::stream::create(kind).expect("a stream");
        let blocking = create(result::stream::StreamKind::Default);
        let other = create(result::stream::StreamKind::NonBlocking);
        let data = default.clone_htod(&[0_u32]).expect("copied");
        default.synchronize().expect("ok");
        let address = data.device_ptr(&default).0;
        // SAFETY: handle, shape and arguments are right.
        let launch = |stream| unsafe {
            let mut argument = address;
            let pointer = (&raw mut argument).cast();
            let function = function.cu_function();
            sys::cuLaunchKernel(
                function,
                1,
                1,
                1,
                1,
                1,
                1,
                0,
                stream,
                [pointer].as_mut_ptr(),
                std::ptr::null_mut(),
            )
        };
        launch(blocking).result().expect("ok");
        launch(other).result().expect("ok");
        // The copy waits for the blocking stream, and not for the other one.
        let mut found = [0_u32];
        // SAFETY: there are four bytes on both sides.
        unsafe { result::memcpy_dtoh_sync(&mut found, address) }.expect("copied");
        assert_eq!(found, [1]);
        context.synchronize().expect("ok");
        // SAFETY: as before.
        unsafe { result::memcpy_dtoh_sync(&mut found, address) }.expect("copied");
        assert_eq!(found, [2]);
    });
}

#[test]
fn pinned_copies_are_late_and_others_are_not() {
    on_driver("pinned_copies_are_late_and_others_are_not", &[], || {
        let context = device();
        let stream = context.new_stream().expect("a stream");
        // Memory that can be swapped out is read at the call, and has been written when the call is over.
        let mut plain = vec![1_u32; 4];
        let mut data = stream.clone_htod(&plain).expect("copied");
        plain.fill(9);
        assert_eq!(stream.clone_dtoh(&data).expect("copied"), [1; 4]);
        // SAFETY: plain numbers, which are written first.
        let mut pinned = unsafe { context.alloc_pinned::<u32>(4) }.expect("memory");
        let address = pinned.as_mut_ptr().expect("ready");
        // SAFETY: there are four.
        let all = unsafe { std::slice::from_raw_parts_mut(address, 4) };
        all.fill(2);
        stream.memcpy_htod(&pinned, &mut data).expect("queued");
        all.fill(3);
        // The queued copy reads what is there when it runs.
        assert_eq!(stream.clone_dtoh(&data).expect("copied"), [3; 4]);
        stream.memset_zeros(&mut data).expect("queued");
        stream.memcpy_dtoh(&data, &mut pinned).expect("queued");
        assert_eq!(all, [3; 4]);
        stream.synchronize().expect("ok");
        assert_eq!(all, [0; 4]);
    });
}

#[test]
fn kernels_see_mapped_memory() {
    on_driver("kernels_see_mapped_memory", &[], || {
        let context = device();
        let function = kernel(&context, &increment(), "k");
        let stream = context.default_stream();
        let mut own = vec![41_u32, 5];
        let mut address = 0_u64;
        // SAFETY: the vector outlives its registration.
        unsafe {
            sys::cuMemHostRegister_v2(own.as_mut_ptr().cast(), 8, 2).result().expect("registered");
            let pointer = sys::cuMemHostGetDevicePointer_v2(&raw mut address, own.as_mut_ptr().cast(), 0);
            pointer.result().expect("mapped");
            stream.launch_builder(&function).arg(&address).launch(one_thread()).expect("launched");
            stream.synchronize().expect("ok");
            assert_eq!(own.as_ptr().read_volatile(), 42);
            sys::cuMemHostUnregister(own.as_mut_ptr().cast()).result().expect("ok");
            refused(
                sys::cuMemHostUnregister(own.as_mut_ptr().cast()).result(),
                CUresult::CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED,
            );
        }
    });
}

#[test]
fn memory_of_pools() {
    on_driver("memory_of_pools", &[("FAKE_CUDA_MEMORY", "4096")], || {
        let context = device();
        let stream = context.new_stream().expect("a stream");
        let first = stream.alloc_zeros::<u8>(3000).expect("memory");
        assert_eq!(context.mem_get_info().expect("it knows"), (1096, 4096));
        // SAFETY: never read.
        refused(unsafe { stream.alloc::<u8>(3000) }, CUresult::CUDA_ERROR_OUT_OF_MEMORY);
        drop(first);
        // It is freed in the order of the stream; who needs the memory waits for that.
        assert_eq!(live_bytes(), 3000);
        // SAFETY: never read.
        let second = unsafe { stream.alloc::<u8>(3000) }.expect("memory");
        assert_eq!(live_bytes(), 3000);
        let address = second.device_ptr(&stream).0;
        // SAFETY: what is wrong here, the driver refuses.
        unsafe {
            refused(result::free_sync(address + 8), CUresult::CUDA_ERROR_INVALID_VALUE);
            refused(result::free_async(4711, stream.cu_stream()), CUresult::CUDA_ERROR_INVALID_VALUE);
            drop(second);
            refused(result::free_async(address, stream.cu_stream()), CUresult::CUDA_ERROR_INVALID_VALUE);
            refused(result::free_sync(address), CUresult::CUDA_ERROR_INVALID_VALUE);
        }
    });
}

#[test]
fn use_after_free_stays_in_the_context() {
    on_driver("use_after_free_stays_in_the_context", &[], || {
        let context = device();
        let function = kernel(&context, &increment(), "k");
        let stream = context.new_stream().expect("a stream");
        let data = stream.clone_htod(&[0_u32]).expect("copied");
        let address = data.device_ptr(&stream).0;
        drop(data);
        // SAFETY: it is not: that is the test.
        unsafe { stream.launch_builder(&function).arg(&address).launch(one_thread()) }.expect("queued");
        refused(stream.synchronize(), CUresult::CUDA_ERROR_ILLEGAL_ADDRESS);
        assert!(last_fault().contains("was freed"), "{}", last_fault());
        refused(stream.alloc_zeros::<u32>(1), CUresult::CUDA_ERROR_ILLEGAL_ADDRESS);
        refused(context.synchronize(), CUresult::CUDA_ERROR_ILLEGAL_ADDRESS);
    });
}

#[test]
fn faults_have_the_codes_of_a_device() {
    let bodies = [
        ("st.global.u32 [%out+1], 7;", CUresult::CUDA_ERROR_MISALIGNED_ADDRESS),
        ("trap;", CUresult::CUDA_ERROR_LAUNCH_FAILED),
        ("st.global.u32 [%out+4096], 7;", CUresult::CUDA_ERROR_ILLEGAL_ADDRESS),
        ("loop: bra loop;", CUresult::CUDA_ERROR_LAUNCH_TIMEOUT),
        ("st.global.u32 [%out], %r3;", CUresult::CUDA_ERROR_LAUNCH_FAILED),
    ];
    on_driver("faults_have_the_codes_of_a_device", &[("FAKE_CUDA_STEPS", "100000")], || {
        for (body, code) in bodies {
            {
                let context = device();
                let function = kernel(&context, &module("", body), "k");
                let stream = context.default_stream();
                let mut data = stream.alloc_zeros::<u32>(4).expect("memory");
                // SAFETY: it is not: that is the test.
                unsafe { stream.launch_builder(&function).arg(&mut data).launch(one_thread()) }
                    .expect("queued");
                refused(stream.synchronize(), code);
                assert!(last_fault().starts_with("kernel 'k'"), "{}", last_fault());
            }
            // A new context begins afresh.
            // SAFETY: nothing of the context is left.
            unsafe { sys::cuDevicePrimaryCtxReset_v2(0) }.result().expect("reset");
        }
    });
}

#[test]
fn functions_of_the_host_run_in_order() {
    static CALLED: AtomicU32 = AtomicU32::new(0);
    unsafe extern "C" fn inside(_: *mut c_void) {
        // Functions that streams call must not call the driver.
        refused(CudaContext::device_count(), CUresult::CUDA_ERROR_NOT_PERMITTED);
        CALLED.fetch_add(1, Ordering::Relaxed);
    }
    on_driver("functions_of_the_host_run_in_order", &[], || {
        let context = device();
        let stream = context.new_stream().expect("a stream");
        // SAFETY: the function takes no notice of its argument.
        let queued = unsafe { sys::cuLaunchHostFunc(stream.cu_stream(), Some(inside), std::ptr::null_mut()) };
        queued.result().expect("queued");
        assert_eq!(CALLED.load(Ordering::Relaxed), 0);
        stream.synchronize().expect("ok");
        assert_eq!(CALLED.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn freeing_waits() {
    on_driver("freeing_waits", &[], || {
        let context = device();
        let function = kernel(&context, &increment(), "k");
        let stream = context.new_stream().expect("a stream");
        let mut address = 0;
        // SAFETY: what is wrong here, the driver refuses.
        unsafe {
            sys::cuMemAlloc_v2(&raw mut address, 4).result().expect("memory");
            result::memset_d8_async(address, 0, 4, stream.cu_stream()).expect("queued");
            stream.launch_builder(&function).arg(&address).launch(one_thread()).expect("queued");
            sys::cuMemFree_v2(address).result().expect("freed, after the kernel");
            refused(result::free_sync(address), CUresult::CUDA_ERROR_INVALID_VALUE);
        }
        context.synchronize().expect("no fault");
    });
}

/// The last of 32 threads that exchange a value.
fn last_thread(context: &std::sync::Arc<CudaContext>) -> u32 {
    let body = "mov.u32 %r1, %tid.x; atom.global.exch.b32 %r2, [%out], %r1;";
    let function = kernel(context, &module("", body), "k");
    let stream = context.default_stream();
    let mut data = stream.alloc_zeros::<u32>(1).expect("memory");
    let config = LaunchConfig { block_dim: (32, 1, 1), ..one_thread() };
    // SAFETY: the argument is that of the kernel.
    unsafe { stream.launch_builder(&function).arg(&mut data).launch(config) }.expect("launched");
    stream.clone_dtoh(&data).expect("copied")[0]
}

#[test]
fn threads_run_in_order() {
    on_driver("threads_run_in_order", &[], || assert_eq!(last_thread(&device()), 31));
}

#[test]
fn a_seed_changes_the_order() {
    on_driver("a_seed_changes_the_order", &[("FAKE_CUDA_SEED", "5")], || {
        assert_ne!(last_thread(&device()), 31)
    });
}
