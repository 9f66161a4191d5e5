//! Initialization, versions, errors and entry points (manual, 6.2, 6.3, 6.1 and 6.39).

use std::ffi::c_char;

use super::calls;
use crate::code::{Code, texts};
use crate::host::{Pointer, Text};

calls! {
    Nothing fn cuInit(driver, flags: u32) {
        if flags != 0 {
            return Err(Code::InvalidValue);
        }
        driver.initialise()
    }

    Nothing fn cuDriverGetVersion(driver, version: Pointer<i32>) {
        version.set(driver.settings.version)
    }

    Nothing fn cuGetErrorName(_, error: u32, text: Pointer<*const c_char>) {
        text.offer(std::ptr::null());
        let (name, _) = texts(error).ok_or(Code::InvalidValue)?;
        text.set(name.as_ptr())
    }

    Nothing fn cuGetErrorString(_, error: u32, text: Pointer<*const c_char>) {
        text.offer(std::ptr::null());
        let (_, sentence) = texts(error).ok_or(Code::InvalidValue)?;
        text.set(sentence.as_ptr())
    }

    Nothing fn cuGetProcAddress(_, symbol: Text, call: Pointer<u64>, _version: i32, _flags: u64) {
        let found = super::find(&symbol.text()?).ok_or(Code::NotFound)?;
        call.set(found.expose_provenance() as u64)
    }

    Nothing fn cuGetProcAddress_v2(
        _, symbol: Text, call: Pointer<u64>, _version: i32, _flags: u64, status: Pointer<u32>,
    ) {
        // `CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND` is no error of the call.
        let found = super::find(&symbol.text()?);
        status.offer(u32::from(found.is_none()));
        call.set(found.map_or(0, |call| call.expose_provenance() as u64))
    }

    Nothing fn cuProfilerStart(_) {
        Ok(())
    }

    Nothing fn cuProfilerStop(_) {
        Ok(())
    }
}
