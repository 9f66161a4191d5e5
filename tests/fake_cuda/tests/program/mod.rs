//! What the tests share: a process of its own for each, in which the driver is found, and kernels.
#![allow(dead_code, reason = "each test program uses a part")]

use std::env;
use std::ffi::{CString, c_char};
use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use cudarc::driver::sys::{CUresult, culib};
use cudarc::driver::{CudaContext, CudaFunction, DriverError};
use cudarc::nvrtc::Ptx;

/// Tells the process that runs a test's body.
const INSIDE: &str = "FAKE_CUDA_INSIDE_TEST";

/// Runs a test's body in a process of its own, which finds the driver, with settings of it. There is one driver in
/// each process, and the loader reads `LD_LIBRARY_PATH` when one starts.
pub fn on_driver(test: &str, settings: &[(&str, &str)], body: impl FnOnce()) {
    if env::var_os(INSIDE).is_some() {
        body();
        return;
    }
    let output = again(test, settings);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).contains("1 passed"), "there is no test '{test}'");
}

/// The same, and what the process printed.
pub fn output_of(test: &str, settings: &[(&str, &str)], body: impl FnOnce()) -> Option<Output> {
    if env::var_os(INSIDE).is_some() {
        body();
        return None;
    }
    let output = again(test, settings);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(output)
}

fn again(test: &str, settings: &[(&str, &str)]) -> Output {
    let program = env::current_exe().expect("a program has a path");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fake_cuda");
    let mut command = fake_cuda::command(&program, &folder).expect("the library is built");
    command.args([test, "--exact", "--nocapture"]).env(INSIDE, "1").envs(settings.iter().copied());
    command.output().expect("the test starts")
}

/// The first device.
pub fn device() -> Arc<CudaContext> {
    CudaContext::new(0).expect("there is a device")
}

/// A kernel of a module.
pub fn kernel(context: &Arc<CudaContext>, text: &str, name: &str) -> CudaFunction {
    let module = context.load_module(Ptx::from_src(text)).expect("it is PTX");
    module.load_function(name).expect("the module has it")
}

/// y = a x + y, on as many threads as the grid has.
pub const AXPY: &str = include_str!("../../../ptx_machine/tests/ptx/axpy.ptx");

/// A module with one kernel `k(.param .u64 out)`, whose address is in `%out`, and what stands before it.
pub fn module(before: &str, body: &str) -> String {
    format!(
        ".version 6.0\n.target sm_60\n.address_size 64\n{before}\n.visible .entry k(.param .u64 out) {{\n\
         .reg .pred %p<4>; .reg .b32 %r<8>; .reg .b64 %rd<8>; .reg .b64 %out;\n\
         ld.param.u64 %out, [out];\n{body}\nret;\n}}\n"
    )
}

/// `*out += 1` by one thread.
pub fn increment() -> String {
    module("", "ld.global.u32 %r1, [%out]; add.u32 %r1, %r1, 1; st.global.u32 [%out], %r1;")
}

/// How often a call was made.
pub fn calls(name: &str) -> u64 {
    let name = CString::new(name).expect("a name");
    // SAFETY: the library exports the function with this type, and the text ends with a zero.
    unsafe {
        let function = culib().get::<extern "C" fn(*const c_char) -> u64>(b"fakeCudaCalls");
        function.expect("the fake driver has it")(name.as_ptr())
    }
}

/// How many bytes of devices' memory are allocated.
pub fn live_bytes() -> u64 {
    // SAFETY: the library exports the function with this type.
    unsafe { culib().get::<extern "C" fn() -> u64>(b"fakeCudaLiveBytes").expect("the fake driver has it")() }
}

/// What the machine said about the last fault.
pub fn last_fault() -> String {
    let mut text = vec![0_u8; 1000];
    // SAFETY: the library exports the function with this type, and there is as much room as we say.
    let length = unsafe {
        let function = culib().get::<extern "C" fn(*mut u8, usize) -> usize>(b"fakeCudaLastFault");
        function.expect("the fake driver has it")(text.as_mut_ptr(), text.len())
    };
    text.truncate(length);
    String::from_utf8(text).expect("text")
}

/// Expects an error.
#[track_caller]
pub fn refused<T>(result: Result<T, DriverError>, code: CUresult) {
    match result {
        Ok(_) => panic!("no error, though {code:?} was expected"),
        Err(DriverError(found)) => assert_eq!(found, code),
    }
}
