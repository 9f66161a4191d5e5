//! What kernels ask of a Rust program: memory, from its global allocator.

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc};

use pykernel_abi::Host;

/// The host of the kernels that this program calls.
pub static HOST: Host = Host { allocate, release };

unsafe extern "C" fn allocate(bytes: usize, align: usize, zeroed: bool) -> *mut u8 {
    let Ok(layout) = Layout::from_size_align(bytes, align) else { return std::ptr::null_mut() };
    // SAFETY: kernels ask for at least one byte.
    unsafe { if zeroed { alloc_zeroed(layout) } else { alloc(layout) } }
}

unsafe extern "C" fn release(data: *mut u8, bytes: usize, align: usize) {
    // SAFETY: kernels give back what `allocate` gave them, with the size and the alignment, both
    // valid, that they asked for.
    unsafe { dealloc(data, Layout::from_size_align_unchecked(bytes, align)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_aligned_and_zero_where_asked() {
        // SAFETY: what is taken is given back as it was asked for, and read within its size.
        unsafe {
            let data = (HOST.allocate)(48, 16, true);
            assert!(!data.is_null() && data.addr().is_multiple_of(16));
            assert_eq!(std::slice::from_raw_parts(data, 48), [0; 48]);
            (HOST.release)(data, 48, 16);
            assert!((HOST.allocate)(isize::MAX as usize + 1, 8, false).is_null());
        }
    }
}
