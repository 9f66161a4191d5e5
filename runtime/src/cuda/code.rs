//! The code for GPUs that a program carries: `pykernel_abi::DeviceCode`, read where it is first used.

use std::collections::HashMap;
use std::ffi::CStr;
use std::sync::{Mutex, PoisonError};

use pykernel_abi::DeviceCode as Head;

use super::launch::{Kernel, Reports};
use crate::ufunc::DeviceCode;

/// The kernels of a module, those of each loop of a ufunc in their order, which live as long as the program.
pub type Kernels = &'static [Entries];

/// The kernels of a loop.
#[derive(Debug)]
pub struct Entries {
    /// The one for all operands.
    pub own: Kernel,
    /// The others, with what their names have behind its name and a `_`.
    others: Vec<(&'static str, Kernel)>,
}

impl Entries {
    /// The kernel of which a warp does each instance, if that gains something.
    pub fn warp(&self) -> Option<&Kernel> {
        self.others.iter().find(|(kind, _)| *kind == "warp").map(|(_, kernel)| kernel)
    }

    /// The kernel for operands whose elements lie side by side, and how many of them a thread does at once.
    pub fn contiguous(&self) -> Option<(&Kernel, usize)> {
        self.others.iter().find_map(|(kind, kernel)| {
            let together = kind.strip_prefix("contiguous_")?.parse().ok()?;
            Some((kernel, together))
        })
    }
}

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
    let (text, entries, sites, templates) = unsafe {
        let [text_len, n_entries, n_sites, n_templates] = [0; Head::SIZE / 4].map(|_: u8| bytes.number());
        (bytes.take(text_len), bytes.parts(n_entries), bytes.parts(n_sites), bytes.parts(n_templates))
    };
    let text = std::str::from_utf8(text).unwrap_or_default();
    let reports = Reports { sites: sites.leak(), templates: templates.leak() };
    let names: Vec<&'static CStr> =
        entries.into_iter().map(|name| CStr::from_bytes_with_nul(name).unwrap_or_default()).collect();
    by_loop(&names, &|name| Kernel::reporting(text, name, reports)).leak()
}

/// The kernels with their names: those whose name begins with that of a loop's own belong to the loop.
fn by_loop(names: &[&'static CStr], kernel: &dyn Fn(&'static CStr) -> Kernel) -> Vec<Entries> {
    let others = |own: &'static CStr| {
        let kind = move |name: &'static CStr| {
            let kind = name.to_bytes().strip_prefix(own.to_bytes())?.strip_prefix(b"_")?;
            Some((std::str::from_utf8(kind).ok()?, name))
        };
        names.iter().filter_map(move |name| kind(name))
    };
    let is_own = |name: &&'static CStr| !names.iter().any(|own| others(own).any(|(_, other)| other == *name));
    let entries = |own: &'static CStr| {
        let others = others(own).map(|(kind, name)| (kind, kernel(name)));
        Entries { own: kernel(own), others: others.collect() }
    };
    names.iter().copied().filter(|name| is_own(name)).map(entries).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_belong_to_the_loop_whose_name_theirs_begin_with() {
        let names = [c"f_12", c"f_12_contiguous_4", c"f_13", c"f_12_warp"];
        let loops = by_loop(&names, &|name| Kernel::new("", name, &[]));
        let kinds: Vec<Vec<&str>> =
            loops.iter().map(|entries| entries.others.iter().map(|(kind, _)| *kind).collect()).collect();
        assert_eq!(kinds, [vec!["contiguous_4", "warp"], vec![]]);
        assert_eq!(loops[0].contiguous().map(|(_, together)| together), Some(4));
        assert!(loops[1].contiguous().is_none());
    }
}
