//! The code for GPUs that a program carries: `pykernel_abi::DeviceCode`, read where it is first used.

use std::collections::HashMap;
use std::ffi::CStr;
use std::sync::{Mutex, PoisonError};

use pykernel_abi::DeviceCode as Head;

use super::launch::{Kernel, Sites};
use crate::ufunc::DeviceCode;

/// The kernels of a module, one for each loop of a ufunc in their order, which live as long as the program.
pub type Kernels = &'static [Kernel];

/// The kernels of the modules that were used, by the address of the code.
static KNOWN: Mutex<Option<HashMap<usize, Kernels>>> = Mutex::new(None);

/// The kernels of a ufunc.
///
/// # Safety
/// The code is what the build helper has made.
pub unsafe fn kernels(code: DeviceCode) -> Kernels {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    // SAFETY: the caller's.
    known.entry(code.0.addr()).or_insert_with(|| unsafe { read(code) })
}

/// Bytes that are read from front to back.
struct Bytes(*const u8);

impl Bytes {
    /// # Safety
    /// So many bytes follow, and live as long as the program.
    unsafe fn take(&mut self, len: usize) -> &'static [u8] {
        // SAFETY: the caller's.
        unsafe {
            let taken = std::slice::from_raw_parts(self.0, len);
            self.0 = self.0.add(len);
            taken
        }
    }

    /// # Safety
    /// A number follows.
    unsafe fn number(&mut self) -> usize {
        let mut bytes = [0; 4];
        // SAFETY: the caller's.
        bytes.copy_from_slice(unsafe { self.take(4) });
        u32::from_ne_bytes(bytes) as usize
    }

    /// # Safety
    /// So many parts follow.
    unsafe fn parts(&mut self, count: usize) -> Vec<&'static [u8]> {
        let part = |_| {
            // SAFETY: the caller's.
            unsafe {
                let len = self.number();
                self.take(len)
            }
        };
        (0..count).map(part).collect()
    }
}

/// # Safety
/// As of [`kernels`].
unsafe fn read(code: DeviceCode) -> Kernels {
    let mut bytes = Bytes(code.0);
    // SAFETY: the code begins with a head, which says what follows.
    let (text, entries, sites) = unsafe {
        let [text_len, n_entries, n_sites, _] = [0; Head::SIZE / 4].map(|_: u8| bytes.number());
        (bytes.take(text_len), bytes.parts(n_entries), bytes.parts(n_sites))
    };
    let text = std::str::from_utf8(text).unwrap_or_default();
    let sites: Sites = sites.leak();
    let kernel =
        |name: &'static [u8]| Kernel::new(text, CStr::from_bytes_with_nul(name).unwrap_or_default(), sites);
    entries.into_iter().map(kernel).collect::<Vec<_>>().leak()
}
