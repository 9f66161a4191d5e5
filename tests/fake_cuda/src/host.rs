//! What C programs hand over: pointers, texts and functions. All of the package's `unsafe` blocks are here.
//!
//! These types have no constructor in Rust: a value of one is an argument of a driver call (or was read from
//! one), and so its caller has promised what the manual asks: null, or good for the accesses that the call's
//! description names, until the call returns, or, for [`HostRange`] and [`HostFunction`], until the work is done.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::fmt;
use std::ptr::with_exposed_provenance_mut;

use crate::code::{Code, Outcome};

/// A pointer to values of the program.
#[repr(transparent)]
pub struct Pointer<T>(*mut T);

impl<T> Clone for Pointer<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Pointer<T> {}

impl<T: Copy> Pointer<T> {
    /// Whether nothing is there.
    pub fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// The value.
    pub fn get(self) -> Outcome<T> {
        self.at(0)
    }

    /// The value at an index.
    pub fn at(self, index: usize) -> Outcome<T> {
        if self.is_null() {
            return Err(Code::InvalidValue);
        }
        // SAFETY: not null, and so the caller promises that there are as many values as it has said (module doc).
        Ok(unsafe { self.0.add(index).read_unaligned() })
    }

    /// Writes a value, which the program has to want.
    pub fn set(self, value: T) -> Outcome<()> {
        self.set_at(0, value)
    }

    /// Writes a value at an index.
    pub fn set_at(self, index: usize, value: T) -> Outcome<()> {
        if self.is_null() {
            return Err(Code::InvalidValue);
        }
        // SAFETY: not null, and so the caller promises room for as many values as it has said (module doc).
        unsafe { self.0.add(index).write_unaligned(value) };
        Ok(())
    }

    /// Writes a value if the program wants it.
    pub fn offer(self, value: T) {
        if !self.is_null() {
            // This cannot fail: it is not null.
            self.set(value).unwrap_or_default();
        }
    }
}

impl<T> Pointer<T> {
    /// Null, for what a call has no argument for.
    pub fn null() -> Pointer<T> {
        Pointer(std::ptr::null_mut())
    }
}

impl Pointer<u64> {
    /// The same values, as the pointers that they are.
    pub fn of_pointers(self) -> Pointer<Pointer<u8>> {
        Pointer(self.0.cast())
    }
}

impl Pointer<u8> {
    /// What is there are words.
    pub fn of_words(self) -> Pointer<u32> {
        Pointer(self.0.cast())
    }

    /// What is there are sizes.
    pub fn of_sizes(self) -> Pointer<usize> {
        Pointer(self.0.cast())
    }

    /// Writes bytes one after another.
    pub fn set_bytes(self, bytes: &[u8]) -> Outcome<()> {
        bytes.iter().enumerate().try_for_each(|(index, byte)| self.set_at(index, *byte))
    }

    /// Reads bytes.
    pub fn bytes(self, count: usize) -> Outcome<Vec<u8>> {
        (0..count).map(|index| self.at(index)).collect()
    }

    /// Writes as much of a text as there is room for, with a zero at its end.
    pub fn set_text(self, text: &str, room: usize) -> Outcome<()> {
        let Some(most) = room.checked_sub(1) else { return Err(Code::InvalidValue) };
        let text = &text.as_bytes()[..text.len().min(most)];
        self.set_bytes(text)?;
        self.set_at(text.len(), 0)
    }

    /// As a number.
    pub fn address(self) -> u64 {
        self.0.expose_provenance() as u64
    }
}

/// A text that ends with a zero.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Text(*const c_char);

impl Text {
    /// Whether there is none.
    pub fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// The bytes up to the zero.
    pub fn bytes(self) -> Outcome<Vec<u8>> {
        if self.0.is_null() {
            return Err(Code::InvalidValue);
        }
        // SAFETY: not null, and so the caller promises that a zero ends it (module doc).
        Ok(unsafe { CStr::from_ptr(self.0) }.to_bytes().to_vec())
    }

    /// The text.
    pub fn text(self) -> Outcome<String> {
        String::from_utf8(self.bytes()?).map_err(|_| Code::InvalidValue)
    }
}

/// So many bytes at an address that a call was given, in calls that tell by the address on which side it is; or at
/// that of page-locked memory. As for pointers, the program keeps them until the work is done.
pub fn host_range(address: u64, bytes: u64) -> HostRange {
    HostRange { address: address as usize, bytes: bytes as usize }
}

/// Bytes of the program that work reads or writes when it is done.
#[derive(Clone, Copy, Debug)]
pub struct HostRange {
    address: usize,
    bytes: usize,
}

impl HostRange {
    /// What the bytes hold now.
    pub fn read(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.bytes);
        // SAFETY: the program keeps the range readable until the work is done (module doc); the vector has the room,
        // and all of it is written.
        unsafe {
            with_exposed_provenance_mut::<u8>(self.address)
                .copy_to_nonoverlapping(bytes.as_mut_ptr(), self.bytes);
            bytes.set_len(self.bytes);
        }
        bytes
    }

    /// Writes bytes from `start` on.
    pub fn write(self, start: usize, bytes: &[u8]) {
        assert!(start + bytes.len() <= self.bytes, "bug in fake_cuda: a write past a range of the host");
        // SAFETY: the program keeps the range writable until the work is done (module doc); we stay inside.
        unsafe {
            with_exposed_provenance_mut::<u8>(self.address + start)
                .copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        }
    }
}

/// `CUhostFn`: a function of the program, which work calls.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Function(Option<unsafe extern "C" fn(*mut c_void)>);

impl Function {
    /// The function with its argument.
    pub fn with(self, argument: Pointer<u8>) -> Outcome<HostFunction> {
        let function = self.0.ok_or(Code::InvalidValue)?;
        Ok(HostFunction { function, argument: argument.address() as usize })
    }
}

/// A function of the program with its argument, for work that is done later.
#[derive(Clone, Copy)]
pub struct HostFunction {
    function: unsafe extern "C" fn(*mut c_void),
    argument: usize,
}

impl HostFunction {
    /// Calls it.
    pub fn call(self) {
        // SAFETY: the program promises that its function can be called with this argument (module doc).
        unsafe { (self.function)(with_exposed_provenance_mut(self.argument)) }
    }
}

impl fmt::Debug for HostFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "host function at {:p}", self.function)
    }
}

/// `CUoccupancyB2DSize`: how much dynamic shared memory blocks of a size want.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct SharedOfBlock(Option<unsafe extern "C" fn(c_int) -> usize>);

impl SharedOfBlock {
    /// The bytes for a block of so many threads, where the program says it.
    pub fn bytes(self, threads: u32) -> Option<u64> {
        // SAFETY: the program promises that its function can be called with a number of threads (module doc).
        self.0.map(|function| unsafe { function(threads as c_int) } as u64)
    }
}
