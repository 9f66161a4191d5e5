//! The host of kernels under test: memory that finds mistakes. What is not asked for as zero is
//! filled with a pattern, very large blocks are refused on every machine, and what kernels hold is
//! counted. What they print is kept.

use std::cell::{Cell, RefCell};

use pykernel::call::{HOST as PROGRAM, printed, stack_limit};
use pykernel_abi::{Host, ParallelBody, Raised, Status};

/// The host of the kernels that the command calls.
pub static HOST: Host = Host {
    allocate,
    release,
    print,
    parallel_for: Some(parallel_for),
    random: PROGRAM.random,
    run_routine: PROGRAM.run_routine,
};

/// Beyond this, there is no memory.
const LARGEST: usize = 1 << 34;

/// A number with these bytes is neither zero nor small; a bool of them is none.
const PATTERN: u8 = 0xa5;

thread_local! {
    /// How many threads run a loop.
    static THREADS: Cell<i64> = const { Cell::new(3) };
    static BLOCKS: Cell<i64> = const { Cell::new(0) };
    static PRINTED: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Has loops of this thread's kernels, and those inside of them, run on so many threads from now on.
pub fn set_threads(threads: i64) {
    THREADS.set(threads.max(1));
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

/// A pointer for other threads.
#[derive(Clone, Copy)]
struct Shared<T>(T);

// SAFETY: what a loop's context and record point to is only read by its parts.
unsafe impl<T> Send for Shared<T> {}

/// Runs the parts of a loop, each on a thread of its own, however short it is, and goes on counting and
/// printing as if this thread had done all of it, in order.
unsafe extern "C" fn parallel_for(
    body: ParallelBody,
    context: *const u8,
    count: i64,
    _cost: i64,
    raised: *mut Raised,
) -> i32 {
    let shared = Shared((context, raised));
    let threads = THREADS.get();
    let part = |index: i64| {
        let bound = |index| count.max(0) / threads * index + (count.max(0) % threads).min(index);
        move || {
            let Shared((context, raised)) = { shared };
            THREADS.set(threads);
            // SAFETY: nobody writes the record before all threads are done.
            let mut record = Raised { stack_limit: stack_limit(), ..unsafe { *raised } };
            // SAFETY: the kernel's own body and context.
            let status = unsafe { body(context, bound(index), bound(index + 1), &mut record) };
            Shared((status, record, blocks(), take_printed()))
        }
    };
    let parts = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|index| scope.spawn(part(index))).collect();
        threads.into_iter().map(|thread| thread.join()).collect::<Vec<_>>()
    });
    let mut first = Status::Returned as i32;
    for part in parts {
        let Ok(Shared((status, record, blocks, printed))) = part else { std::process::abort() };
        BLOCKS.set(BLOCKS.get() + blocks);
        if first != Status::Returned as i32 {
            continue;
        }
        PRINTED.with_borrow_mut(|text| text.push_str(&printed));
        if status != Status::Returned as i32 {
            first = status;
            // SAFETY: the threads are done, and the kernel waits.
            unsafe { ((*raised).site, (*raised).operands) = (record.site, record.operands) };
        }
    }
    first
}
