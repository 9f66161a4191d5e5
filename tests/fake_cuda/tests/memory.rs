//! Memory by the driver's own calls: rectangles, fills, what pointers and pools say of themselves.
#![cfg(target_os = "linux")]

mod program;

use std::ffi::c_void;

use cudarc::driver::sys::{self, CUDA_MEMCPY2D, CUmemorytype, CUpointer_attribute, CUresult};
use cudarc::driver::{DevicePtr, LaunchConfig, PushKernelArg};
use program::{device, increment, kernel, live_bytes, on_driver, refused};

#[test]
fn rectangles() {
    on_driver("rectangles", &[], || {
        let context = device();
        let stream = context.default_stream();
        let source: Vec<u8> = (0..30).collect();
        let data = stream.alloc_zeros::<u8>(32).expect("memory");
        // Three columns of two rows, from the second column and row of ten, to rows of eight.
        let rectangle = CUDA_MEMCPY2D {
            srcXInBytes: 1,
            srcY: 1,
            srcMemoryType: CUmemorytype::CU_MEMORYTYPE_HOST,
            srcHost: source.as_ptr().cast(),
            srcDevice: 0,
            srcArray: std::ptr::null_mut(),
            srcPitch: 10,
            dstXInBytes: 2,
            dstY: 0,
            dstMemoryType: CUmemorytype::CU_MEMORYTYPE_DEVICE,
            dstHost: std::ptr::null_mut(),
            dstDevice: data.device_ptr(&stream).0,
            dstArray: std::ptr::null_mut(),
            dstPitch: 8,
            WidthInBytes: 3,
            Height: 2,
        };
        // SAFETY: the rectangle lies in both.
        unsafe { sys::cuMemcpy2DAsync_v2(&raw const rectangle, stream.cu_stream()) }
            .result()
            .expect("copied");
        let found = stream.clone_dtoh(&data).expect("copied");
        assert_eq!(found[..16], [0, 0, 11, 12, 13, 0, 0, 0, 0, 0, 21, 22, 23, 0, 0, 0]);
        let narrow = CUDA_MEMCPY2D { dstPitch: 2, ..rectangle };
        // SAFETY: the driver refuses it.
        refused(
            unsafe { sys::cuMemcpy2D_v2(&raw const narrow) }.result(),
            CUresult::CUDA_ERROR_INVALID_VALUE,
        );
    });
}

#[test]
fn fills_and_ranges() {
    on_driver("fills_and_ranges", &[], || {
        let context = device();
        let stream = context.default_stream();
        // SAFETY: plain numbers.
        let data = unsafe { stream.alloc::<u32>(4) }.expect("memory");
        let address = data.device_ptr(&stream).0;
        let invalid = CUresult::CUDA_ERROR_INVALID_VALUE;
        // SAFETY: what does not lie in the allocation, the driver refuses.
        unsafe {
            sys::cuMemsetD32Async(address, 0x0102_0304, 2, stream.cu_stream()).result().expect("ok");
            sys::cuMemsetD16_v2(address + 8, 0x0506, 2).result().expect("ok");
            sys::cuMemsetD2D8_v2(address + 12, 2, 7, 1, 2).result().expect("ok");
            refused(sys::cuMemsetD32_v2(address, 0, 5).result(), invalid);
            refused(sys::cuMemsetD32_v2(address + 2, 0, 1).result(), invalid);
            refused(sys::cuMemsetD8_v2(4711, 0, 1).result(), invalid);
            let mut byte = [0_u8];
            refused(sys::cuMemcpyDtoH_v2(byte.as_mut_ptr().cast(), address + 16, 1).result(), invalid);
            let (mut start, mut bytes) = (0, 0);
            sys::cuMemGetAddressRange_v2(&raw mut start, &raw mut bytes, address + 5).result().expect("ok");
            assert_eq!((start, bytes), (address, 16));
        }
        let found = stream.clone_dtoh(&data).expect("copied");
        assert_eq!(found, [0x0102_0304, 0x0102_0304, 0x0506_0506, 0xcb07_cb07]);
    });
}

#[test]
fn what_pointers_say() {
    on_driver("what_pointers_say", &[("FAKE_CUDA_DEVICES", "2")], || {
        let context = device();
        let stream = context.default_stream();
        let data = stream.alloc_zeros::<u8>(100).expect("memory");
        // SAFETY: never read.
        let pinned = unsafe { context.alloc_pinned::<u8>(100) }.expect("memory");
        let host = pinned.as_ptr().expect("ready").addr() as u64;
        let ask = |attribute, address| {
            let mut value = 0_u64;
            // SAFETY: no value takes more than eight bytes.
            let code = unsafe { sys::cuPointerGetAttribute((&raw mut value).cast(), attribute, address) };
            code.result().map(|()| value)
        };
        let kind = CUpointer_attribute::CU_POINTER_ATTRIBUTE_MEMORY_TYPE;
        assert_eq!(ask(kind, data.device_ptr(&stream).0 + 99), Ok(2));
        assert_eq!(ask(kind, host + 99), Ok(1));
        refused(ask(kind, 4711), CUresult::CUDA_ERROR_INVALID_VALUE);
        let size = CUpointer_attribute::CU_POINTER_ATTRIBUTE_RANGE_SIZE;
        assert_eq!(ask(size, data.device_ptr(&stream).0), Ok(100));
        let own = CUpointer_attribute::CU_POINTER_ATTRIBUTE_CONTEXT;
        assert_eq!(ask(own, data.device_ptr(&stream).0), Ok(context.cu_ctx().addr() as u64));
        let mut flags = 0;
        // SAFETY: there is a place for the result.
        unsafe { sys::cuMemHostGetFlags(&raw mut flags, pinned.as_ptr().expect("ready").cast_mut().cast()) }
            .result()
            .expect("it knows");
        assert_eq!(flags, sys::CU_MEMHOSTALLOC_WRITECOMBINED);
    });
}

#[test]
fn pools_count() {
    on_driver("pools_count", &[], || {
        let context = device();
        let stream = context.new_stream().expect("a stream");
        let mut pool = std::ptr::null_mut();
        // SAFETY: there is a place for the result.
        unsafe { sys::cuDeviceGetDefaultMemPool(&raw mut pool, 0) }.result().expect("there is one");
        let ask = |attribute| {
            let mut value = 0_u64;
            // SAFETY: no value takes more than eight bytes.
            unsafe { sys::cuMemPoolGetAttribute(pool, attribute, (&raw mut value).cast()) }
                .result()
                .expect("known");
            value
        };
        let (used, high) = (
            sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_USED_MEM_CURRENT,
            sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_USED_MEM_HIGH,
        );
        let threshold = sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD;
        let mut most = u64::MAX;
        // SAFETY: the value is a number of 64 bits.
        unsafe { sys::cuMemPoolSetAttribute(pool, threshold, (&raw mut most).cast()) }.result().expect("set");
        assert_eq!(ask(threshold), u64::MAX);
        drop(stream.alloc_zeros::<u8>(100).expect("memory"));
        assert_eq!((ask(used), ask(high)), (100, 100));
        stream.synchronize().expect("ok");
        assert_eq!((ask(used), ask(high), live_bytes()), (0, 100, 0));
    });
}

#[test]
fn parameters_in_one_block() {
    on_driver("parameters_in_one_block", &[], || {
        let context = device();
        let function = kernel(&context, &increment(), "k");
        let stream = context.default_stream();
        let data = stream.clone_htod(&[1_u32]).expect("copied");
        let (mut block, mut size) = (data.device_ptr(&stream).0, 8_usize);
        let mark = std::ptr::without_provenance_mut::<c_void>;
        let mut extra = [mark(1), (&raw mut block).cast(), mark(2), (&raw mut size).cast(), mark(0)];
        let config = sys::CUlaunchConfig {
            gridDimX: 1,
            gridDimY: 1,
            gridDimZ: 1,
            blockDimX: 1,
            blockDimY: 1,
            blockDimZ: 1,
            sharedMemBytes: 0,
            hStream: stream.cu_stream(),
            attrs: std::ptr::null_mut(),
            numAttrs: 0,
        };
        // SAFETY: the block has the kernel's parameter.
        unsafe {
            let function = function.cu_function();
            let launch =
                sys::cuLaunchKernelEx(&raw const config, function, std::ptr::null_mut(), extra.as_mut_ptr());
            launch.result().expect("launched");
            let usual = LaunchConfig { grid_dim: (1, 1, 1), block_dim: (1, 1, 1), shared_mem_bytes: 0 };
            stream
                .launch_builder(&kernel(&context, &increment(), "k"))
                .arg(&data)
                .launch(usual)
                .expect("launched");
        }
        assert_eq!(stream.clone_dtoh(&data).expect("copied"), [3]);
    });
}
