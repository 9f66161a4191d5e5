//! What the functions that `py_kernel!` makes are built from. Not part of the public interface:
//! it changes with the macro.

use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub use pykernel_abi::{Array, Callable, Host, Raised};

pub use crate::argument::Argument;
pub use crate::host::{HOST, printed};
pub use crate::level::{level, levels};
pub use crate::random::generator;
pub use crate::returned::Returned;
pub use crate::stack::limit as stack_limit;
pub use crate::view::{Kernel, Layout, Param, fits, read, read_record, write, write_record};

use crate::Error;
use pykernel_abi::Status;

/// A record for calls on this machine.
#[inline]
pub(crate) fn record(stack_limit: usize, host: *const Host) -> Raised {
    Raised::new(stack_limit, host, crate::level::number())
}

/// Runs a kernel. One that returns `None` has `T = ()` and no use for the first pointer.
///
/// # Safety
/// `entry` calls the entry of a kernel, as `pykernel_abi` describes it, with these two pointers
/// (result, record) and arguments that meet what it asks of them, and gives its status; what the
/// kernel returns is a `T`. A [`Returned`] in it is only good while the arguments are.
#[inline]
pub unsafe fn run<T>(
    stack_limit: usize,
    host: *const Host,
    entry: impl FnOnce(*mut T, *mut Raised) -> i32,
) -> Result<T, Error> {
    let mut raised = record(stack_limit, host);
    let mut result = MaybeUninit::<T>::uninit();
    if entry(result.as_mut_ptr(), &mut raised) == Status::Returned as i32 {
        // SAFETY: a kernel that returns has written its result; `()` needs no writing.
        return Ok(unsafe { result.assume_init() });
    }
    // SAFETY: a kernel that does not return has filled the record; its code is loaded, as it ran.
    Err(unsafe { Error::raised(&raised) })
}

/// Calls a function of the program for a kernel, which no panic may cross; gives the status.
///
/// # Safety
/// `result` is valid for writing a `T`.
pub unsafe fn callable<T>(result: *mut T, function: impl FnOnce() -> T) -> i32 {
    match catch_unwind(AssertUnwindSafe(function)) {
        Ok(value) => {
            // SAFETY: the caller vouches for it.
            unsafe { result.write(value) };
            Status::Returned as i32
        }
        Err(_) => Status::Raised as i32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pykernel_abi::Site;
    use std::ptr::null;

    /// A site as a compiled kernel carries it.
    #[repr(C)]
    struct Compiled(Site, [u8; 10], [u8; 11], [u8; 4], [u8; 1]);

    static TOO_LARGE: Compiled = Compiled(
        Site { class_len: 10, message_len: 11, file_len: 4, function_len: 1, line: 7 },
        *b"ValueError",
        *b"{f} > {i}!!",
        *b"k.py",
        *b"f",
    );

    extern "C" fn half(x: f64, result: *mut f64, raised: *mut Raised) -> i32 {
        // SAFETY: the test passes pointers to a live result and a live record.
        unsafe {
            if x > 10.0 {
                (*raised).site = (&raw const TOO_LARGE).cast();
                (*raised).operands = [x.to_bits(), 10, 0, 0, 0, 0, 0, 0, 0];
                return Status::Raised as i32;
            }
            *result = x / 2.0;
        }
        Status::Returned as i32
    }

    #[test]
    fn a_kernel_returns_or_raises() {
        // SAFETY: `half` keeps the contract and gives a `f64`.
        let call = |x| unsafe { run::<f64>(0, null(), |result, raised| half(x, result, raised)) };
        assert_eq!(call(3.0), Ok(1.5));
        let error = call(10.5).unwrap_err();
        assert_eq!(error.to_string(), "ValueError: 10.5 > 10!! (File \"k.py\", line 7, in f)");
        let parts = (error.class(), error.message(), error.file(), error.line(), error.function());
        assert_eq!(parts, ("ValueError", "10.5 > 10!!", "k.py", 7, "f"));
    }
}
