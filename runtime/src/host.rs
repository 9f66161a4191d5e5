//! What kernels ask of a Rust program: memory, from its global allocator, and its standard output.

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc};
use std::io::Write;

use pykernel_abi::Host;
use pykernel_abi::routine::RunRoutine;

use crate::parallel_for::parallel_for;
use crate::random;
use crate::template::expand;

/// The host of the kernels that this program calls.
pub static HOST: Host = Host {
    allocate,
    release,
    print,
    parallel_for: Some(parallel_for),
    random: Some(random::state),
    run_routine: RUN_ROUTINE,
};

/// The routines that the features of this package have.
#[cfg(any(feature = "linalg", feature = "fft"))]
const RUN_ROUTINE: Option<RunRoutine> = Some(pykernel_routines::run);

/// The routines that the features of this package have.
#[cfg(not(any(feature = "linalg", feature = "fft")))]
const RUN_ROUTINE: Option<RunRoutine> = None;

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

unsafe extern "C" fn print(template: *const u8, len: usize, operands: *const u64, n_operands: usize) {
    // SAFETY: kernels pass their arguments on.
    let text = unsafe { printed(template, len, operands, n_operands) };
    // A program whose output nobody reads goes on: there is no exception that a kernel could raise.
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// The text that a kernel prints.
///
/// # Safety
/// The arguments are those of a kernel that calls [`Host::print`].
pub unsafe fn printed(template: *const u8, len: usize, operands: *const u64, n_operands: usize) -> String {
    // SAFETY: kernels pass a template of this length, which lies in their read-only data, and as
    // many operands, which lie in their frame.
    let (template, operands) = unsafe {
        (std::slice::from_raw_parts(template, len), std::slice::from_raw_parts(operands, n_operands))
    };
    expand(&String::from_utf8_lossy(template), operands)
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
