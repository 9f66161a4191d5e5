//! What tests ask the driver, beside CUDA's own functions. None of these counts as a call.

use crate::driver::lock;
use crate::host::{Pointer, Text};

/// How often a call was made, which is named as the library exports it (`cuMemAlloc_v2`); all together for null.
// SAFETY: CUDA has no such name.
#[unsafe(no_mangle)]
pub extern "C" fn fakeCudaCalls(name: Text) -> u64 {
    if name.is_null() {
        return lock().calls(None);
    }
    name.text().map_or(0, |name| lock().calls(Some(&name)))
}

/// How many bytes of devices' memory were allocated and not freed.
// SAFETY: CUDA has no such name.
#[unsafe(no_mangle)]
pub extern "C" fn fakeCudaLiveBytes() -> u64 {
    lock().live_bytes()
}

/// Writes the machine's words on the last fault, and a zero; the length of the text, zero where there was no fault.
// SAFETY: CUDA has no such name.
#[unsafe(no_mangle)]
pub extern "C" fn fakeCudaLastFault(text: Pointer<u8>, room: usize) -> usize {
    let fault = lock().last_fault.clone().unwrap_or_default();
    if !text.is_null() {
        // Nothing is written where there is no room.
        text.set_text(&fault, room).unwrap_or_default();
    }
    fault.len()
}
