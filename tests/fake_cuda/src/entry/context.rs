//! Contexts (manual, 6.8).

use super::calls;
use crate::code::Code;
use crate::context::{current, pop, push, set_current};
use crate::driver::Handle;
use crate::host::Pointer;

calls! {
    Initialised fn cuCtxCreate_v2(driver, context: Pointer<Handle>, flags: u32, device: i32) {
        let device = driver.device(device)?;
        let handle = driver.create_context(device, flags, false);
        push(handle);
        context.set(handle)
    }

    Initialised fn cuCtxCreate_v3(
        driver, context: Pointer<Handle>, _affinities: Pointer<u8>, count: i32, flags: u32, device: i32,
    ) {
        if count != 0 {
            return Err(Code::NotSupported);
        }
        let device = driver.device(device)?;
        let handle = driver.create_context(device, flags, false);
        push(handle);
        context.set(handle)
    }

    Initialised fn cuCtxDestroy_v2(driver, context: Handle) {
        if driver.context(context)?.primary {
            return Err(Code::InvalidContext);
        }
        if current() == Some(context) {
            pop()?;
        }
        driver.destroy_context(context)
    }

    Initialised fn cuCtxGetCurrent(_, context: Pointer<Handle>) {
        context.set(current().unwrap_or(0))
    }

    Initialised fn cuCtxSetCurrent(driver, context: Handle) {
        if context != 0 {
            driver.context(context)?;
        }
        set_current(context);
        Ok(())
    }

    Initialised fn cuCtxPushCurrent_v2(driver, context: Handle) {
        driver.context(context)?;
        push(context);
        Ok(())
    }

    Initialised fn cuCtxPopCurrent_v2(_, context: Pointer<Handle>) {
        context.offer(pop()?);
        Ok(())
    }

    Initialised fn cuCtxGetDevice(driver, device: Pointer<i32>) {
        device.set(driver.current()?.1 as i32)
    }

    Initialised fn cuCtxGetApiVersion(driver, context: Handle, version: Pointer<u32>) {
        let handle = if context == 0 { driver.current()?.0 } else { context };
        driver.context(handle)?;
        // That of contexts of version 2 and later.
        version.set(3020)
    }

    Initialised fn cuCtxGetId(driver, context: Handle, id: Pointer<u64>) {
        let handle = if context == 0 { driver.current()?.0 } else { context };
        driver.context(handle)?;
        id.set(handle)
    }

    Initialised fn cuCtxGetFlags(driver, flags: Pointer<u32>) {
        let (context, _) = driver.current()?;
        flags.set(driver.context(context)?.flags)
    }

    Context fn cuCtxSynchronize(driver) {
        let (context, _) = driver.current()?;
        driver.forbid_during_capture()?;
        driver.finish_context(context);
        driver.healthy(context)
    }

    Context fn cuCtxSetLimit(driver, limit: u32, value: usize) {
        let (context, _) = driver.current()?;
        if limit > 6 {
            return Err(Code::UnsupportedLimit);
        }
        driver.context_mut(context)?.limits.insert(limit, value as u64);
        Ok(())
    }

    Context fn cuCtxGetLimit(driver, value: Pointer<usize>, limit: u32) {
        let (context, _) = driver.current()?;
        if limit > 6 {
            return Err(Code::UnsupportedLimit);
        }
        value.set(driver.context(context)?.limits.get(&limit).map_or(0, |value| *value as usize))
    }

    Context fn cuCtxSetCacheConfig(driver, cache: u32) {
        let (context, _) = driver.current()?;
        driver.context_mut(context)?.cache = cache;
        Ok(())
    }

    Context fn cuCtxGetCacheConfig(driver, cache: Pointer<u32>) {
        let (context, _) = driver.current()?;
        cache.set(driver.context(context)?.cache)
    }

    Context fn cuCtxGetStreamPriorityRange(_, least: Pointer<i32>, greatest: Pointer<i32>) {
        least.offer(0);
        greatest.offer(-5);
        Ok(())
    }
}
