//! Devices: none, old drivers, two of them; and calls that find no memory.
#![cfg(target_os = "linux")]

mod program;

use cudarc::driver::sys::{self, CUresult, culib};
use cudarc::driver::{CudaContext, DevicePtr, DriverError, LaunchConfig, PushKernelArg, result};
use program::{calls, device, kernel, live_bytes, module, on_driver, refused};

#[test]
fn a_device_says_what_it_is() {
    on_driver("a_device_says_what_it_is", &[], || {
        let context = device();
        let attribute = |attribute| context.attribute(attribute).expect("it knows");
        assert_eq!(context.name().expect("it has one"), "Fake CUDA device");
        assert_eq!(context.total_mem().expect("it knows"), 8 << 30);
        assert_eq!(attribute(sys::CUdevice_attribute::CU_DEVICE_ATTRIBUTE_WARP_SIZE), 32);
        assert_eq!(attribute(sys::CUdevice_attribute::CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK), 1024);
        assert_eq!(attribute(sys::CUdevice_attribute::CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY), 0);
        assert_eq!(CudaContext::device_count().expect("it knows"), 1);
        refused(CudaContext::new(1), CUresult::CUDA_ERROR_INVALID_DEVICE);
    });
}

#[test]
fn errors_have_names() {
    on_driver("errors_have_names", &[], || {
        device();
        let error = DriverError(CUresult::CUDA_ERROR_ILLEGAL_ADDRESS);
        assert_eq!(error.error_name().expect("known").to_str(), Ok("CUDA_ERROR_ILLEGAL_ADDRESS"));
        assert_eq!(
            error.error_string().expect("known").to_str(),
            Ok("an illegal memory access was encountered")
        );
        // Found by its plain name, as programs ask that do not use the headers' macros.
        let mut found = std::ptr::null_mut();
        // SAFETY: the name ends with a zero, and there is a place for the result.
        let code = unsafe {
            sys::cuGetProcAddress_v2(c"cuMemAlloc".as_ptr(), &raw mut found, 12000, 0, std::ptr::null_mut())
        };
        assert_eq!(code, CUresult::CUDA_SUCCESS);
        // SAFETY: only its address is wanted.
        let direct = unsafe { *culib().get::<*mut std::ffi::c_void>(b"cuMemAlloc_v2").expect("exported") };
        assert_eq!(found, direct);
    });
}

#[test]
fn no_device() {
    on_driver("no_device", &[("FAKE_CUDA_NO_DEVICE", "1")], || {
        refused(CudaContext::new(0), CUresult::CUDA_ERROR_NO_DEVICE);
        refused(result::device::get_count(), CUresult::CUDA_ERROR_NOT_INITIALIZED);
    });
}

#[test]
fn the_stub() {
    on_driver("the_stub", &[("FAKE_CUDA_STUB", "1")], || {
        refused(CudaContext::new(0), CUresult::CUDA_ERROR_STUB_LIBRARY);
    });
}

#[test]
fn an_old_driver() {
    on_driver("an_old_driver", &[("FAKE_CUDA_VERSION", "11010")], || {
        let mut version = 0;
        // SAFETY: there is a place for the result. This call needs no `cuInit`.
        unsafe { sys::cuDriverGetVersion(&raw mut version) }.result().expect("it knows");
        assert_eq!(version, 11010);
        // It has no memory pools: cudarc allocates and frees in the old way.
        let context = device();
        assert!(!context.has_async_alloc());
        drop(context.default_stream().alloc_zeros::<u8>(100).expect("memory"));
        assert_eq!((calls("cuMemAlloc_v2"), calls("cuMemAllocAsync"), live_bytes()), (1, 0, 0));
    });
}

#[test]
fn two_devices() {
    on_driver("two_devices", &[("FAKE_CUDA_DEVICES", "2")], || {
        let (one, two) = (device(), CudaContext::new(1).expect("there are two"));
        assert_ne!(one.uuid().expect("it has one").bytes, two.uuid().expect("it has one").bytes);
        let (here, there) = (one.new_stream().expect("a stream"), two.new_stream().expect("a stream"));
        let data = here.clone_htod(&[1_u32, 2, 3]).expect("copied");
        // Of a slice of another context, cudarc makes a peer copy.
        let mut copy = there.alloc_zeros::<u32>(3).expect("memory");
        there.memcpy_dtod(&data, &mut copy).expect("copied");
        assert_eq!(there.clone_dtoh(&copy).expect("copied"), [1, 2, 3]);
        assert_eq!(calls("cuMemcpyPeerAsync"), 1);
        assert_ne!(data.device_ptr(&here).0, copy.device_ptr(&there).0);
        let mut can = 0;
        // SAFETY: there is a place for the result, and the contexts live.
        unsafe {
            sys::cuDeviceCanAccessPeer(&raw mut can, 0, 1).result().expect("it knows");
            one.bind_to_thread().expect("current");
            sys::cuCtxEnablePeerAccess(two.cu_ctx(), 0).result().expect("enabled");
            let again = sys::cuCtxEnablePeerAccess(two.cu_ctx(), 0).result();
            refused(again, CUresult::CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED);
            sys::cuCtxDisablePeerAccess(two.cu_ctx()).result().expect("disabled");
        }
        assert_eq!(can, 1);
        // A stream of one context takes no event of the other.
        let event = one.new_event(None).expect("an event");
        // SAFETY: both live.
        let recorded = unsafe { sys::cuEventRecord(event.cu_event(), there.cu_stream()) }.result();
        refused(recorded, CUresult::CUDA_ERROR_INVALID_HANDLE);
    });
}

#[test]
fn calls_fail_as_wanted() {
    on_driver("calls_fail_as_wanted", &[("FAKE_CUDA_FAIL", "cuMemAllocAsync:2,cuStreamCreate:1")], || {
        let stream = device().default_stream();
        let first = stream.alloc_zeros::<u32>(1);
        refused(stream.alloc_zeros::<u32>(1), CUresult::CUDA_ERROR_OUT_OF_MEMORY);
        let third = stream.alloc_zeros::<u32>(1);
        assert!(first.is_ok() && third.is_ok());
        assert_eq!(calls("cuMemAllocAsync"), 3);
        // A failing call leaves the context well.
        device().synchronize().expect("ok");
    });
}

#[test]
fn contexts_are_stacked() {
    on_driver("contexts_are_stacked", &[], || {
        refused(result::device::get(0), CUresult::CUDA_ERROR_NOT_INITIALIZED);
        result::init().expect("there is a device");
        // SAFETY: there are places for the results.
        unsafe {
            refused(sys::cuCtxSynchronize().result(), CUresult::CUDA_ERROR_INVALID_CONTEXT);
            let (mut own, mut popped) = (std::ptr::null_mut(), std::ptr::null_mut());
            sys::cuCtxCreate_v2(&raw mut own, 0, 0).result().expect("created");
            assert_eq!(result::ctx::get_current().expect("ok"), Some(own));
            let mut address = 0;
            sys::cuMemAlloc_v2(&raw mut address, 64).result().expect("memory");
            sys::cuCtxPopCurrent_v2(&raw mut popped).result().expect("popped");
            assert_eq!((popped, result::ctx::get_current().expect("ok")), (own, None));
            assert_eq!(live_bytes(), 64);
            sys::cuCtxDestroy_v2(own).result().expect("destroyed");
            assert_eq!(live_bytes(), 0);
            refused(sys::cuCtxSetCurrent(own).result(), CUresult::CUDA_ERROR_INVALID_CONTEXT);
        }
    });
}

#[test]
fn a_reset_ends_the_error() {
    on_driver("a_reset_ends_the_error", &[], || {
        let context = device();
        let stream = context.default_stream();
        let function = kernel(&context, &module("", "st.global.u32 [%out+4096], 1;"), "k");
        let config = LaunchConfig { grid_dim: (1, 1, 1), block_dim: (1, 1, 1), shared_mem_bytes: 0 };
        let data = stream.alloc_zeros::<u32>(1).expect("memory");
        // SAFETY: it is not: that is the test. Nothing of the old context is used after the reset.
        unsafe {
            stream.launch_builder(&function).arg(&data).launch(config).expect("queued");
            refused(context.synchronize(), CUresult::CUDA_ERROR_ILLEGAL_ADDRESS);
            let mut address = 0;
            let again = sys::cuMemAlloc_v2(&raw mut address, 4).result();
            refused(again, CUresult::CUDA_ERROR_ILLEGAL_ADDRESS);
            sys::cuDevicePrimaryCtxReset_v2(0).result().expect("reset");
            assert_eq!(live_bytes(), 0);
            sys::cuMemAlloc_v2(&raw mut address, 4).result().expect("memory");
            sys::cuCtxSynchronize().result().expect("the new context is well");
        }
    });
}

#[test]
fn threads_share_the_driver() {
    on_driver("threads_share_the_driver", &[("FAKE_CUDA_SEED", "7")], || {
        let context = device();
        let work = |number: u32| {
            let stream = context.per_thread_stream();
            for round in 0..20 {
                let data = stream.clone_htod(&[number, round]).expect("copied");
                let copy = stream.clone_dtod(&data).expect("copied");
                assert_eq!(stream.clone_dtoh(&copy).expect("copied"), [number, round]);
            }
        };
        std::thread::scope(|scope| {
            for number in 0..4 {
                let work = &work;
                scope.spawn(move || work(number));
            }
        });
        context.synchronize().expect("ok");
        assert_eq!(live_bytes(), 0);
    });
}
