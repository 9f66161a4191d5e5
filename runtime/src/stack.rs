//! How far down the stack a recursive kernel may go.

use std::cell::Cell;

/// What stays free below the limit, for the frame that finds out, the C library and signal
/// handlers.
const RESERVE: usize = 128 << 10;

thread_local! {
    /// 0 until it is known.
    static LIMIT: Cell<usize> = const { Cell::new(0) };
}

/// The lowest address that the stack of the current thread may come down to.
#[inline]
pub fn limit() -> usize {
    match LIMIT.get() {
        0 => find(),
        limit => limit,
    }
}

/// Asks the system, once per thread.
#[cold]
fn find() -> usize {
    let limit = lowest().unwrap_or_else(guess).saturating_add(RESERVE).max(1);
    LIMIT.set(limit);
    limit
}

/// Where nothing better is known: half a megabyte below here, which the smallest usual main
/// thread (1 MiB) has. Below it, guard pages still stop an overflow.
fn guess() -> usize {
    let here = 0u8;
    (&raw const here).addr().saturating_sub(512 << 10)
}

/// The lowest address of the current thread's stack, where the system tells.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn lowest() -> Option<usize> {
    let (mut address, mut size) = (std::ptr::null_mut(), 0);
    let mut attributes = std::mem::MaybeUninit::<libc::pthread_attr_t>::uninit();
    // SAFETY: `pthread_getattr_np` initialises the attributes of a live thread, this one, when it
    // gives 0; only then are they read, and destroyed once.
    let known = unsafe {
        libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) == 0 && {
            let got = libc::pthread_attr_getstack(attributes.as_ptr(), &mut address, &mut size);
            libc::pthread_attr_destroy(attributes.as_mut_ptr());
            got == 0
        }
    };
    known.then(|| address.addr())
}

/// The lowest address of the current thread's stack, where the system tells.
#[cfg(target_vendor = "apple")]
fn lowest() -> Option<usize> {
    // SAFETY: both functions only read the record of a live thread, this one.
    let (highest, size) = unsafe {
        let thread = libc::pthread_self();
        (libc::pthread_get_stackaddr_np(thread).addr(), libc::pthread_get_stacksize_np(thread))
    };
    highest.checked_sub(size)
}

/// The lowest address of the current thread's stack, where the system tells.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn lowest() -> Option<usize> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thread_has_a_limit_within_its_own_stack() {
        fn depth() -> usize {
            let here = 0u8;
            (&raw const here).addr() - limit()
        }
        let of_size =
            |size| std::thread::Builder::new().stack_size(size).spawn(depth).unwrap().join().unwrap();
        let (small, large) = (of_size(1 << 20), of_size(8 << 20));
        // The C library may hand out the stack of a thread that has ended, which may be larger.
        assert!((512 << 10..4 << 20).contains(&small), "{small}");
        assert!((7 << 20..8 << 20).contains(&large), "{large}");
    }
}
