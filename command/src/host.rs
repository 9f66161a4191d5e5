//! The host of kernels under test: memory that finds mistakes. What is not asked for as zero is
//! filled with a pattern, very large blocks are refused on every machine, and what kernels hold is
//! counted. What they print is kept.

use std::cell::{Cell, RefCell};

use pykernel::call::{HOST as PROGRAM, printed};
use pykernel_abi::Host;

/// The host of the kernels that the command calls.
pub static HOST: Host = Host { allocate, release, print };

/// Beyond this, there is no memory.
const LARGEST: usize = 1 << 34;

/// A number with these bytes is neither zero nor small; a bool of them is none.
const PATTERN: u8 = 0xa5;

thread_local! {
    static BLOCKS: Cell<i64> = const { Cell::new(0) };
    static PRINTED: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Takes what kernels have printed on this thread.
pub fn take_printed() -> String {
    PRINTED.take()
}

/// How many blocks kernels have taken on this thread and not given back.
pub fn blocks() -> i64 {
    BLOCKS.get()
}

unsafe extern "C" fn allocate(bytes: usize, align: usize, zeroed: bool) -> *mut u8 {
    if bytes > LARGEST {
        return std::ptr::null_mut();
    }
    // SAFETY: the kernel asks what the program's host is made to be asked.
    let data = unsafe { (PROGRAM.allocate)(bytes, align, zeroed) };
    if data.is_null() {
        return data;
    }
    if !zeroed {
        // SAFETY: the memory has this size, and nobody else knows of it.
        unsafe { data.write_bytes(PATTERN, bytes) };
    }
    BLOCKS.set(BLOCKS.get() + 1);
    data
}

unsafe extern "C" fn release(data: *mut u8, bytes: usize, align: usize) {
    BLOCKS.set(BLOCKS.get() - 1);
    // SAFETY: the kernel gives back a block with its size and its alignment, and forgets it.
    unsafe {
        data.write_bytes(PATTERN, bytes);
        (PROGRAM.release)(data, bytes, align);
    }
}

unsafe extern "C" fn print(template: *const u8, len: usize, operands: *const u64, n_operands: usize) {
    // SAFETY: the kernel's arguments are passed on.
    let text = unsafe { printed(template, len, operands, n_operands) };
    PRINTED.with_borrow_mut(|printed| printed.push_str(&text));
}
