//! Modules: what the log says, which PTX is too new, variables, what kernels say of themselves, and launches that
//! are refused.
#![cfg(target_os = "linux")]

mod program;

use std::ffi::{CString, c_void};
use std::sync::Arc;

use cudarc::driver::sys::{self, CUjit_option, CUresult};
use cudarc::driver::{CudaContext, LaunchConfig, PushKernelArg, result};
use cudarc::nvrtc::Ptx;
use program::{device, kernel, module, on_driver, output_of, refused};

/// Loads a module with a buffer for the log.
fn load_with_log(context: &Arc<CudaContext>, text: &str) -> (CUresult, String) {
    context.bind_to_thread().expect("current");
    let image = CString::new(text).expect("no zeros");
    let mut log = vec![0_u8; 400];
    let mut options =
        [CUjit_option::CU_JIT_ERROR_LOG_BUFFER, CUjit_option::CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES];
    let mut values = [log.as_mut_ptr().cast(), std::ptr::without_provenance_mut::<c_void>(log.len())];
    let mut loaded = std::ptr::null_mut();
    // SAFETY: there are two options with their values, and the buffer has as many bytes as they say.
    let code = unsafe {
        let (options, values) = (options.as_mut_ptr(), values.as_mut_ptr());
        sys::cuModuleLoadDataEx(&raw mut loaded, image.as_ptr().cast(), 2, options, values)
    };
    log.truncate(values[1].addr());
    (code, String::from_utf8(log).expect("text"))
}

#[test]
fn what_is_wrong_with_a_module_is_in_the_log() {
    on_driver("what_is_wrong_with_a_module_is_in_the_log", &[], || {
        let context = device();
        let (code, log) = load_with_log(&context, &module("", "frob.u32 %r1, 1;"));
        assert_eq!(code, CUresult::CUDA_ERROR_INVALID_PTX);
        assert!(log.starts_with("ptxas application ptx input, line ") && log.contains("frob"), "{log}");
        let (code, log) = load_with_log(&context, &module("", ""));
        assert_eq!((code, log.as_str()), (CUresult::CUDA_SUCCESS, ""));
        let newer = module("", "").replace("sm_60", "sm_80").replace(".version 6.0", ".version 7.0");
        let (code, log) = load_with_log(&context, &newer);
        assert_eq!(code, CUresult::CUDA_ERROR_INVALID_PTX);
        assert!(log.contains("sm_80"), "{log}");
        let (code, _) = load_with_log(&context, "\x7fELF");
        assert_eq!(code, CUresult::CUDA_ERROR_NO_BINARY_FOR_GPU);
    });
}

#[test]
fn old_drivers_do_not_know_new_ptx() {
    on_driver("old_drivers_do_not_know_new_ptx", &[("FAKE_CUDA_VERSION", "11040")], || {
        let context = device();
        let of = |version: &str| module("", "").replace(".version 6.0", version);
        assert_eq!(load_with_log(&context, &of(".version 7.4")).0, CUresult::CUDA_SUCCESS);
        let (code, log) = load_with_log(&context, &of(".version 7.5"));
        assert_eq!(code, CUresult::CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
        assert!(log.contains("Unsupported .version 7.5; current version is '7.4'"), "{log}");
    });
}

#[test]
fn variables_of_modules() {
    on_driver("variables_of_modules", &[], || {
        let context = device();
        let stream = context.default_stream();
        let text = module(
            ".visible .const .align 4 .u32 scale = 3; .visible .global .align 4 .u32 total;",
            "ld.const.u32 %r1, [scale]; ld.global.u32 %r2, [%out]; mul.lo.u32 %r1, %r1, %r2; \
             st.global.u32 [total], %r1;",
        );
        let loaded = context.load_module(Ptx::from_src(text)).expect("it is PTX");
        let function = loaded.load_function("k").expect("it has one");
        refused(loaded.load_function("l"), CUresult::CUDA_ERROR_NOT_FOUND);
        refused(loaded.get_global("none", &stream), CUresult::CUDA_ERROR_NOT_FOUND);
        let mut scale = loaded.get_global("scale", &stream).expect("it has one");
        assert_eq!(scale.len(), 4);
        stream.memcpy_htod(&5_u32.to_le_bytes(), &mut scale).expect("copied");
        let data = stream.clone_htod(&[8_u32]).expect("copied");
        let config = LaunchConfig { grid_dim: (1, 1, 1), block_dim: (1, 1, 1), shared_mem_bytes: 0 };
        // SAFETY: the argument is that of the kernel.
        unsafe { stream.launch_builder(&function).arg(&data).launch(config) }.expect("launched");
        let total = loaded.get_global("total", &stream).expect("it has one");
        assert_eq!(stream.clone_dtoh(&total).expect("copied"), 40_u32.to_le_bytes());
    });
}

#[test]
fn what_kernels_say_of_themselves() {
    on_driver("what_kernels_say_of_themselves", &[], || {
        let context = device();
        let text = module(".shared .align 8 .b8 tile[20480];", "mov.u32 %r1, tile; st.shared.u32 [%r1], 1;");
        let text = text.replace("(.param .u64 out) {", "(.param .u64 out) .maxntid 256, 1, 1 {");
        let function = kernel(&context, &text, "k");
        assert_eq!(function.max_threads_per_block().expect("it knows"), 256);
        assert!(function.shared_size_bytes().expect("it knows") >= 20480);
        assert_eq!(function.num_regs().expect("it knows"), 32);
        assert_eq!(function.ptx_version().expect("it knows"), 60);
        // Shared memory leaves room for four blocks.
        assert_eq!(function.occupancy_max_active_blocks_per_multiprocessor(256, 0, None).expect("ok"), 4);
        extern "C" fn none(_: i32) -> usize {
            0
        }
        assert_eq!(function.occupancy_max_potential_block_size(none, 0, 0, None).expect("ok"), (16, 256));
        let attribute = sys::CUfunction_attribute_enum::CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
        refused(function.set_attribute(attribute, 96 << 10), CUresult::CUDA_ERROR_INVALID_VALUE);
        function.set_attribute(attribute, 64 << 10).expect("there is room");
        assert_eq!(function.get_attribute(attribute).expect("it knows"), 64 << 10);
    });
}

#[test]
fn launches_are_checked_at_the_call() {
    on_driver("launches_are_checked_at_the_call", &[], || {
        let context = device();
        let function = kernel(&context, &module("", ""), "k");
        let stream = context.default_stream();
        let data = stream.alloc_zeros::<u32>(1).expect("memory");
        let launch = |grid: u32, block: u32, shared: u32, together: bool| {
            let config =
                LaunchConfig { grid_dim: (grid, 1, 1), block_dim: (block, 1, 1), shared_mem_bytes: shared };
            let mut launch = stream.launch_builder(&function);
            launch.arg(&data);
            // SAFETY: the argument is that of the kernel.
            unsafe { if together { launch.launch_cooperative(config) } else { launch.launch(config) } }
        };
        for (grid, block, shared) in [(0, 1, 0), (1, 0, 0), (1, 1025, 0), (1, 1, 50_000)] {
            refused(launch(grid, block, shared, false), CUresult::CUDA_ERROR_INVALID_VALUE);
        }
        launch(8, 1024, 0, true).expect("all fit at once");
        refused(launch(9, 1024, 0, true), CUresult::CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE);
        context.synchronize().expect("the context is well");
        // Nobody's handles.
        // SAFETY: the driver knows its handles.
        let unknown = unsafe { result::stream::synchronize(std::ptr::without_provenance_mut(0x4711)) };
        refused(unknown, CUresult::CUDA_ERROR_INVALID_HANDLE);
    });
}

#[test]
fn kernels_print() {
    let output = output_of("kernels_print", &[("FAKE_CUDA_TRACE", "1")], || {
        let context = device();
        let text = module(
            ".extern .func (.param .b32 r) vprintf(.param .b64 f, .param .b64 a);\n\
             .global .align 1 .b8 format[15] = {110, 117, 109, 98, 101, 114, 32, 37, 117, 10, 0};",
            ".local .align 8 .b8 args[8]; .param .b64 p0; .param .b64 p1; .param .b32 p2;\n\
             mov.u64 %rd1, args; cvta.local.u64 %rd2, %rd1; st.local.u32 [%rd1], 42;\n\
             mov.u64 %rd3, format; cvta.global.u64 %rd4, %rd3;\n\
             st.param.b64 [p0], %rd4; st.param.b64 [p1], %rd2;\n\
             call.uni (p2), vprintf, (p0, p1);",
        );
        let function = kernel(&context, &text, "k");
        let stream = context.default_stream();
        let config = LaunchConfig { grid_dim: (1, 1, 1), block_dim: (1, 1, 1), shared_mem_bytes: 0 };
        // SAFETY: the kernel does not read its argument's memory.
        unsafe { stream.launch_builder(&function).arg(&0_u64).launch(config) }.expect("launched");
        stream.synchronize().expect("ok");
    });
    if let Some(output) = output {
        let (out, trace) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(out.contains("number 42\n"), "{out}");
        assert!(trace.contains("cuLaunchKernel -> CUDA_SUCCESS"), "{trace}");
    }
}
