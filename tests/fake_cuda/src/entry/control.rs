//! What tests ask the driver, beside CUDA's own functions. None of these counts as a call. A test looks them up in the
//! library that it has loaded: one that is linked with this package has a second driver, which nobody uses.

use crate::driver::{Driver, ask};
use crate::host::{Pointer, Text};

/// How often a call was made, which is named as the library exports it (`cuMemAlloc_v2`); all together for null.
// SAFETY: CUDA has no such name.
#[unsafe(no_mangle)]
pub extern "C" fn fakeCudaCalls(name: Text) -> u64 {
    if name.is_null() {
        return ask(|driver| driver.calls(None));
    }
    name.text().map_or(0, |name| ask(|driver| driver.calls(Some(&name))))
}

/// How many bytes of devices' memory were allocated and not freed.
// SAFETY: CUDA has no such name.
#[unsafe(no_mangle)]
pub extern "C" fn fakeCudaLiveBytes() -> u64 {
    ask(Driver::live_bytes)
}

/// Writes the machine's words on the last fault, and a zero; the length of the text, zero where there was no fault.
// SAFETY: CUDA has no such name.
#[unsafe(no_mangle)]
pub extern "C" fn fakeCudaLastFault(text: Pointer<u8>, room: usize) -> usize {
    let fault = ask(|driver| driver.last_fault.clone()).unwrap_or_default();
    if !text.is_null() {
        // Nothing is written where there is no room.
        text.set_text(&fault, room).unwrap_or_default();
    }
    fault.len()
}
