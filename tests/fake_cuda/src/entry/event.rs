//! Events (manual, 6.19).

use super::calls;
use crate::code::Code;
use crate::driver::Handle;
use crate::host::Pointer;

calls! {
    Context fn cuEventCreate(driver, event: Pointer<Handle>, flags: u32) {
        event.set(driver.create_event(flags)?)
    }

    Context fn cuEventRecord(driver, event: Handle, stream: Handle) {
        let stream = driver.stream(stream)?;
        driver.record_event(event, stream)
    }

    Context fn cuEventRecordWithFlags(driver, event: Handle, stream: Handle, flags: u32) {
        // External events become nodes of graphs, which have none here.
        if flags != 0 {
            return Err(Code::NotSupported);
        }
        let stream = driver.stream(stream)?;
        driver.record_event(event, stream)
    }

    Context fn cuEventQuery(driver, event: Handle) {
        driver.query_event(event)
    }

    Context fn cuEventSynchronize(driver, event: Handle) {
        driver.finish_event(event)
    }

    Context fn cuEventElapsedTime(driver, milliseconds: Pointer<f32>, start: Handle, end: Handle) {
        milliseconds.set(driver.elapsed(start, end)?)
    }

    Context fn cuEventElapsedTime_v2(driver, milliseconds: Pointer<f32>, start: Handle, end: Handle) {
        milliseconds.set(driver.elapsed(start, end)?)
    }

    Context fn cuEventDestroy_v2(driver, event: Handle) {
        driver.destroy_event(event)
    }
}
