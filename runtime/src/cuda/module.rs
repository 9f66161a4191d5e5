//! PTX as a device runs it: compiled by the driver once for each device, and kept.

use std::ffi::{CStr, CString, c_uint, c_void};

use super::Error;
use super::device::Shared;
use super::driver::{CUfunction, CUmodule, Driver, Handle};

/// Room for what the driver's compiler says.
const LOG_SIZE: usize = 8192;

/// Options of the driver's compiler, by its numbers.
mod option {
    pub const ERROR_LOG: u32 = 5;
    pub const ERROR_LOG_SIZE: u32 = 6;
}

/// The entry of a module, which is loaded if it was not yet.
pub fn function(device: &Shared, text: &'static str, entry: &CStr) -> Result<Handle<CUfunction>, Error> {
    let driver = device.bind()?;
    let module = module(device, driver, text)?;
    let mut function = std::ptr::null_mut();
    // SAFETY: the module is loaded and never unloaded; the name ends with a zero.
    unsafe { driver.cuModuleGetFunction(&mut function, module.0, entry.as_ptr())? };
    Ok(Handle(function))
}

/// A module by its text. A text that is `'static` never changes, so that its place says which it is.
fn module(device: &Shared, driver: &Driver, text: &'static str) -> Result<Handle<CUmodule>, Error> {
    let mut modules = device.modules.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let key = (text.as_ptr().addr(), text.len());
    if let Some(module) = modules.get(&key) {
        return Ok(*module);
    }
    let module = load(driver, text)?;
    modules.insert(key, module);
    Ok(module)
}

fn load(driver: &Driver, text: &str) -> Result<Handle<CUmodule>, Error> {
    let Ok(text) = CString::new(text) else {
        return Err(Error::refused("the text of a module", "it has a zero in it"));
    };
    let mut log = [0u8; LOG_SIZE];
    let mut options: [c_uint; 2] = [option::ERROR_LOG, option::ERROR_LOG_SIZE];
    let mut values = [log.as_mut_ptr().cast::<c_void>(), std::ptr::without_provenance_mut(LOG_SIZE - 1)];
    let mut module = std::ptr::null_mut();
    // SAFETY: the device's context is the thread's. The text ends with a zero. The options are a
    // buffer and its size, which the driver's manual has in the place of pointers.
    let loaded = unsafe {
        let (options, values) = (options.as_mut_ptr(), values.as_mut_ptr());
        driver.cuModuleLoadDataEx(&mut module, text.as_ptr().cast(), 2, options, values)
    };
    loaded.map(|()| Handle(module)).map_err(|error| with_log(error, &log))
}

/// Adds what the compiler said to an error.
fn with_log(error: Error, log: &[u8]) -> Error {
    let log = log.split(|byte| *byte == 0).next().unwrap_or_default();
    let log = String::from_utf8_lossy(log);
    match error {
        Error::Driver { call, code, name, text } if !log.trim().is_empty() => {
            Error::Driver { call, code, name, text: format!("{text}: {}", log.trim()) }
        }
        other => other,
    }
}
