//! What the tests of GPUs share: programs on a driver for tests, and kernels for them.
//!
//! Each test starts its own program again, with the driver of `fake_cuda` where programs look for NVIDIA's. With
//! `PYKERNEL_CUDA=real` in the environment those that do not count the driver's calls run on the machine's own.

pub mod kernels;
pub mod launched;
pub mod random;
pub mod ufuncs;

use std::ffi::{CString, c_char};
use std::sync::Mutex;

use pykernel::cuda::{Device, Stream, device};

/// Set in the programs that tests start.
const INSIDE: &str = "PYKERNEL_CUDA_TEST";

/// Whether tests are to run on the machine's own driver.
pub fn on_real_driver() -> bool {
    std::env::var("PYKERNEL_CUDA").is_ok_and(|value| value == "real")
}

/// Runs a test in a program of its own, which `command` gives: this program, with a driver.
pub fn on_driver(
    test: &str,
    settings: &[(&str, &str)],
    command: impl FnOnce() -> std::process::Command,
    body: impl FnOnce(),
) {
    if std::env::var_os(INSIDE).is_some() || (on_real_driver() && settings.is_empty()) {
        return body();
    }
    // The library is put in place by one thread at a time.
    static PLACING: Mutex<()> = Mutex::new(());
    let placing = PLACING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut command = command();
    drop(placing);
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(INSIDE, "1");
    command.envs(settings.iter().copied());
    let output = command.output().expect("the program starts");
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{test}: {}\n{text}", output.status);
}

/// Declares tests that run on the driver for tests; with settings of it, where there are some.
#[macro_export]
macro_rules! on_driver {
    ($(#[$attribute:meta])* fn $name:ident($($setting:ident = $value:literal),*) $body:block) => {
        $(#[$attribute])*
        #[test]
        fn $name() {
            let command = || {
                let folder = ::std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("driver");
                let program = ::std::env::current_exe().expect("this program has a path");
                ::fake_cuda::command(&program, &folder).expect("the library is built")
            };
            let settings: &[(&str, &str)] = &[$((concat!("FAKE_CUDA_", stringify!($setting)), $value)),*];
            $crate::on_driver(stringify!($name), settings, command, || $body);
        }
    };
}

/// The first device, and a stream of it.
pub fn stream() -> (Device, Stream) {
    let device = device(0).expect("a device");
    let stream = device.stream().expect("a stream");
    (device, stream)
}

/// How often a function of the driver was called, counted by the driver for tests; `None` on a real one.
pub fn calls(name: &str) -> Option<u64> {
    let name = CString::new(name).expect("a name without zeros");
    // SAFETY: the driver for tests has this function, of this type.
    unsafe {
        let library = libloading::Library::new("libcuda.so.1").ok()?;
        let calls = library.get::<unsafe extern "C" fn(*const c_char) -> u64>(b"fakeCudaCalls").ok()?;
        Some(calls(name.as_ptr()))
    }
}

/// All calls of the driver so far; `None` on a real one.
pub fn all_calls() -> Option<u64> {
    // SAFETY: as above.
    unsafe {
        let library = libloading::Library::new("libcuda.so.1").ok()?;
        let calls = library.get::<unsafe extern "C" fn(*const c_char) -> u64>(b"fakeCudaCalls").ok()?;
        Some(calls(std::ptr::null()))
    }
}

/// How many bytes of the devices' memory are in use, by the driver for tests; `None` on a real one.
pub fn live_bytes() -> Option<u64> {
    // SAFETY: as above.
    unsafe {
        let library = libloading::Library::new("libcuda.so.1").ok()?;
        let bytes = library.get::<unsafe extern "C" fn() -> u64>(b"fakeCudaLiveBytes").ok()?;
        Some(bytes())
    }
}
