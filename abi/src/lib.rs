//! The contract between machine code and runtime.
//!
//! Compiled kernels and the Rust programs that call them meet only here. Every layout that
//! machine code touches is defined in this crate, as a `#[repr(C)]` type with its offsets as
//! constants that a test holds against `offset_of!`.
//!
//! # The entry of a kernel
//!
//! A kernel `def f(x: float64, a: float64[:, :]) -> int64` has one exported symbol:
//!
//! ```c
//! int32_t entry(double x, const Array2 *a, int64_t *result, Raised *raised);
//! ```
//!
//! - one argument per parameter, in order: a scalar by value (a bool as `u8`, 0 or 1), a complex
//!   number as two floats (real, imaginary), an array as a pointer to its [`Array`] descriptor, a
//!   tuple as its items, one after another, an optional number as whether there is one (a `u8`) and
//!   then the number, or any other;
//! - then a pointer to the result, left out when there is nothing in it: of `None`. A result is a
//!   struct of the numbers and arrays of which it consists, in order, each at the next offset of its natural
//!   alignment: a number is itself, a complex one two floats, a tuple its items (those of a tuple
//!   in it lie between its neighbours, with no struct of their own), an optional value a `u8`, 0 or
//!   1, and then the value, an array an [`Owned`];
//! - then a pointer to the [`Raised`] record;
//! - the return value is a [`Status`] as `i32`. When it is [`Status::Raised`] the record says what
//!   was raised and the result is not written.
//!
//! Kernels never unwind. What they may assume of their arguments is what a caller must ensure:
//! an array pointer is aligned for its element type and valid for every index within its shape;
//! each extent is at least 0 and at most [`MAX_EXTENT`]; an array that the kernel writes overlaps
//! no other argument; [`Raised::stack_limit`] is set when the kernel is recursive, and
//! [`Raised::host`] when it asks something of the program that runs it, and
//! [`Raised::callables`] when it calls functions of the program. [`Raised::level`] must not be above
//! the machine's own; 0 is right for every machine.
//!
//! # The inner loop of a ufunc or gufunc
//!
//! It has one exported symbol for each of its loops, an [`InnerLoop`]: NumPy's own inner loop, with
//! the record in the place where NumPy passes user data, and a status. The operands are the inputs
//! and then the outputs. With the core dimensions in the order in which the layout names them first:
//!
//! - `args` holds the address of each operand's first element;
//! - `dimensions` holds the number of iterations and then the size of each core dimension; one that
//!   the operands leave out has size 1;
//! - `steps` holds, in bytes, the distance between iterations of each operand, and then, operand by
//!   operand, the stride of each of its core dimensions; 0 of one that is left out.
//!
//! The elements are what a loop gives that goes through the iterations in order. An output shares
//! no memory with an input, or is in every iteration exactly that input's element, or the call is
//! a *carried* one, of a loop with two inputs and one output without core dimensions: `steps[0] ==
//! steps[2]` and `args[0] + steps[0] == args[2]`. The first input is then the output of the iteration
//! before; with a step of 0 that is how NumPy reduces, with the output's stride how it accumulates.
//!
//! # Arrays that kernels make
//!
//! A kernel takes memory from its [`Host`], in blocks: the elements, then a [`Block`] that counts
//! the references to them. A block that is handed to the caller is one of the host's like any
//! other. 32 bytes, the size of a [`Block`], are a whole number of elements of every dtype, and the
//! alignment is the element's, so that a Rust program whose host is its global allocator can adopt
//! the memory as a `Vec` of `bytes / size` elements' capacity.
#![no_std]
#![forbid(unsafe_code)]

pub mod device_loop;
mod level;
pub mod routine;

pub use level::Level;

/// A loop of a ufunc or gufunc over one dimension of its operands. Gives a [`Status`]; where it
/// raised, iterations before that are done.
pub type InnerLoop = unsafe extern "C" fn(
    args: *const *mut u8,
    dimensions: *const isize,
    steps: *const isize,
    raised: *mut Raised,
) -> i32;

/// The largest extent of an array's dimension that kernels accept.
///
/// Kernels rely on it when they prove that index arithmetic cannot overflow; the runtime refuses
/// larger arrays (which only zero strides or zero-sized memory could make).
pub const MAX_EXTENT: i64 = 1 << 48;

/// An array of `N` dimensions as machine code sees it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Array<const N: usize> {
    /// The address of the element with index 0 in every dimension.
    pub data: *mut u8,
    /// The extent of each dimension, in elements.
    pub shape: [i64; N],
    /// The distance in bytes between neighbours along each dimension; may be negative or zero.
    pub strides: [i64; N],
}

/// Offsets in an [`Array`], in bytes.
pub mod array {
    /// Offset of the data pointer.
    pub const DATA: i32 = 0;

    /// Offset of the extent of dimension `axis`.
    pub const fn shape(axis: usize) -> i32 {
        8 + 8 * axis as i32
    }

    /// Offset of the stride of dimension `axis` of an array with `rank` dimensions.
    pub const fn stride(rank: usize, axis: usize) -> i32 {
        8 + 8 * (rank + axis) as i32
    }
}

/// What a kernel's entry returns.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The kernel ran to its end and wrote its result.
    Returned = 0,
    /// The kernel raised; the [`Raised`] record says what.
    Raised = 1,
}

/// How many values a raised message can hold.
pub const MAX_OPERANDS: usize = 9;

/// What went wrong, written by the kernel that raised.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Raised {
    /// Where and what: the address of a [`Site`] in the kernel's read-only data.
    pub site: *const u8,
    /// The values that the site's message mentions, in the order of its placeholders, each as
    /// its 64 bits.
    pub operands: [u64; MAX_OPERANDS],
    /// Set by the caller before the call: the lowest stack address that a recursive kernel may
    /// use. Kernels that are not recursive ignore it.
    pub stack_limit: usize,
    /// Set by the caller before the call: what the kernel may ask of the program. Kernels that ask
    /// nothing ignore it.
    pub host: *const Host,
    /// Set by the caller before the call: the functions of the program that the kernel may call, in
    /// the order that its interface gives, each with its own signature ([`Callable`]). Kernels that
    /// call none ignore it.
    pub callables: *const Callable,
    /// Set by the caller before the call: the number of the highest [`Level`] that the machine has, or
    /// less. The kernel runs its best variant for it.
    pub level: u32,
}

/// The address of a function of the program that a kernel calls. Declared in Python as
/// `f(x: float64, n: int64) -> float64` it is
///
/// ```c
/// int32_t f(double x, int64_t n, double *result);
/// ```
///
/// with the arguments of a kernel's entry and a [`Status`] as its result. It does not unwind. Where
/// it fails it gives [`Status::Raised`], and the kernel raises `RuntimeError`.
pub type Callable = *const ();

/// Offsets in a [`Raised`], in bytes.
pub mod raised {
    /// Offset of the site.
    pub const SITE: i32 = 0;

    /// Offset of operand `index`.
    pub const fn operand(index: usize) -> i32 {
        8 + 8 * index as i32
    }

    /// Offset of the stack limit.
    pub const STACK_LIMIT: i32 = 8 + 8 * super::MAX_OPERANDS as i32;

    /// Offset of the host.
    pub const HOST: i32 = STACK_LIMIT + 8;

    /// Offset of the table of callable functions.
    pub const CALLABLES: i32 = HOST + 8;

    /// Offset of the level.
    pub const LEVEL: i32 = CALLABLES + 8;
}

impl Raised {
    /// A record in which nothing has been raised, for a machine of this level.
    pub const fn new(stack_limit: usize, host: *const Host, level: u32) -> Self {
        let (site, callables) = (core::ptr::null(), core::ptr::null());
        Raised { site, operands: [0; MAX_OPERANDS], stack_limit, host, callables, level }
    }
}

/// What the first thread of a GPU that raised has written; all zero before a launch.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// One more than the number of the raise site in its module; 0 where nothing was raised.
    pub site: u32,
    /// The thread in its block, then the block in the grid: x, y, z of each.
    pub place: [u32; 6],
    /// The values that the site's message mentions, as in [`Raised`].
    pub operands: [u64; MAX_OPERANDS],
}

/// The code of a kernel for GPUs, as it lies in a program: this head, the text of the PTX, and then parts: the names of
/// entries, each ending with a zero: of each overload its own, in their order, and among them others, which begin with that and
/// say what they are for: `_contiguous_4` for operands whose elements lie side by side, of which a thread does 4 at once,
/// `_warp` for warps that do instances together; the raise sites, as [`Site`] describes them; and the templates of what is
/// printed. Before each part stand its bytes' number, in 4 bytes. Numbers are the machine's; nothing is aligned.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeviceCode {
    /// How many bytes of PTX there are.
    pub text_len: u32,
    /// How many entries.
    pub n_entries: u32,
    /// How many raise sites.
    pub n_sites: u32,
    /// How many templates.
    pub n_templates: u32,
}

impl DeviceCode {
    /// The size of the head.
    pub const SIZE: usize = 16;

    /// What the addresses of operands are multiples of where an entry is for those whose elements lie side by side.
    pub const VECTOR: usize = 16;
}

/// What a launch on a GPU writes for its host beside its results: all zero before it but for where the texts go.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LaunchRecord {
    /// What was raised first.
    pub fault: Fault,
    /// The address, on the device, of memory for what threads print, a multiple of 8: one [`PrintedText`] after
    /// the other, each with its operands behind it.
    pub texts: u64,
    /// How many bytes there are.
    pub room: u32,
    /// How many bytes all texts take; those for which there was no room are not there.
    pub used: u32,
}

/// A text that a thread of a GPU has printed. Its operands follow, as in [`Raised`].
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PrintedText {
    /// The number of its template in its module.
    pub template: u32,
    /// How many operands it has.
    pub n_operands: u32,
}

/// Offsets in a [`LaunchRecord`] behind its fault, and in what it points to, in bytes.
pub mod launch_record {
    use super::fault;

    /// Offset of the texts' address.
    pub const TEXTS: i64 = fault::operand(super::MAX_OPERANDS);

    /// Offset of how many bytes there are.
    pub const ROOM: i64 = TEXTS + 8;

    /// Offset of how many bytes are used.
    pub const USED: i64 = ROOM + 4;

    /// Offset of a text's template.
    pub const TEMPLATE: i64 = 0;

    /// Offset of its number of operands.
    pub const N_OPERANDS: i64 = 4;

    /// Offset of operand `index` of a text.
    pub const fn operand(index: usize) -> i64 {
        8 + 8 * index as i64
    }
}

/// Offsets in a [`Fault`], in bytes.
pub mod fault {
    /// Offset of the site.
    pub const SITE: i64 = 0;

    /// Offset of entry `index` of the place.
    pub const fn place(index: usize) -> i64 {
        4 + 4 * index as i64
    }

    /// Offset of operand `index`.
    pub const fn operand(index: usize) -> i64 {
        32 + 8 * index as i64
    }
}

/// What kernels ask of the program that runs them. New entries come last.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Host {
    /// Gives `bytes` bytes of memory, at least 1, at a multiple of `align`, which is a power of
    /// two, all zero if `zeroed`; null where there are none.
    pub allocate: unsafe extern "C" fn(bytes: usize, align: usize, zeroed: bool) -> *mut u8,
    /// Takes back what `allocate` gave for these `bytes` and this `align`.
    pub release: unsafe extern "C" fn(data: *mut u8, bytes: usize, align: usize),
    /// Writes a text to the standard output: a template, as [`Site`] describes it, of `len` bytes,
    /// and the values of its placeholders.
    pub print: unsafe extern "C" fn(template: *const u8, len: usize, operands: *const u64, n_operands: usize),
    /// Runs `body` over parts that together are `0..count`, on several threads if it likes, each part
    /// once; `context` is passed on. A count below 1 has no parts. `cost` is about how many operations
    /// one of them takes. Each call of `body` has a record of its own that is set as this one, but for
    /// the stack limit, which is that of its thread. Gives [`Status::Raised`] if a part raised, with
    /// what the part at the lowest place has raised in `raised`; parts behind it may be left out. Null
    /// of a host without threads: the kernel then runs `body` itself, over all.
    pub parallel_for: Option<ParallelFor>,
    /// Gives what [`random`] says of one of its numbers, for the thread that asks. It stays where it is as long as the
    /// thread runs. Null of a host that has none: a kernel that asks then raises `RuntimeError`.
    pub random: Option<RandomState>,
    /// Runs a routine of linear algebra or a Fourier transform. Null of a host that has none.
    pub run_routine: Option<routine::RunRoutine>,
}

/// [`Host::random`].
pub type RandomState = unsafe extern "C" fn(which: u32) -> *mut u32;

/// What a host keeps of random numbers for each thread, as words of 32 bits.
///
/// The state of a generator is that of the Mersenne Twister (MT19937): its 624 words; how many of them are used; whether a
/// normal number is kept for the next call, 0 or 1; and that number's bits, the lower half first. It begins unforeseeable, with
/// all words used and no number kept.
pub mod random {
    /// The state of NumPy's global generator.
    pub const NUMPY: u32 = 0;

    /// The state of Python's global generator.
    pub const PYTHON: u32 = 1;

    /// Words that nobody can foretell, other ones each time.
    pub const FRESH: u32 = 2;

    /// How many words a state has.
    pub const TWISTER: usize = 628;

    /// How many words the Mersenne Twister draws from.
    pub const KEY: usize = 624;

    /// How many words of entropy there are.
    pub const ENTROPY: usize = 4;
}

/// [`Host::parallel_for`].
pub type ParallelFor = unsafe extern "C" fn(
    body: ParallelBody,
    context: *const u8,
    count: i64,
    cost: i64,
    raised: *mut Raised,
) -> i32;

/// The iterations `first..end` of a kernel's parallel loop. Gives a [`Status`]. It may run on several
/// threads at a time, over different iterations.
pub type ParallelBody =
    unsafe extern "C" fn(context: *const u8, first: i64, end: i64, raised: *mut Raised) -> i32;

/// Offsets in a [`Host`], in bytes.
pub mod host {
    /// Offset of `allocate`.
    pub const ALLOCATE: i32 = 0;

    /// Offset of `release`.
    pub const RELEASE: i32 = 8;

    /// Offset of `print`.
    pub const PRINT: i32 = 16;

    /// Offset of `parallel_for`.
    pub const PARALLEL_FOR: i32 = 24;

    /// Offset of `random`.
    pub const RANDOM: i32 = 32;
    /// Offset of `run_routine`.
    pub const RUN_ROUTINE: i32 = 40;
}

/// An array that a kernel returns.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Owned<const N: usize> {
    /// Where its elements are.
    pub array: Array<N>,
    /// The block in which they are, with a reference to it that is now the caller's. Null where the
    /// memory belongs to an argument, or there are no elements.
    pub owner: *mut Block,
}

/// What follows the elements of an array that a kernel made. It lies at the end of its memory, at
/// a multiple of the elements' alignment, which may be less than its own.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// How many values refer to the elements; at 0 the memory goes back to the host.
    pub references: u64,
    /// The address of the memory, which is that of the first element.
    pub data: *mut u8,
    /// The size of the memory, this tail included.
    pub bytes: usize,
    /// Its alignment: the elements' own.
    pub align: usize,
}

/// Offsets in a [`Block`], in bytes.
pub mod block {
    /// Offset of the number of references.
    pub const REFERENCES: i32 = 0;

    /// Offset of the memory's address.
    pub const DATA: i32 = 8;

    /// Offset of the memory's size.
    pub const BYTES: i32 = 16;

    /// Offset of the memory's alignment.
    pub const ALIGN: i32 = 24;

    /// The size of a block's tail.
    pub const SIZE: i64 = 32;
}

/// The head of a raise site: one place in a kernel that can raise one exception.
///
/// It lies in the object's read-only data, free of relocations, aligned to 4 bytes and followed
/// at once by four UTF-8 texts without terminators, in this order: the exception's class
/// (`ValueError`), the message template, the file, and the name of the Python function.
///
/// In the template `{i}` stands for an operand printed as a signed integer, `{u}` unsigned, `{f}`
/// a `f64` printed as Python's `repr` does, `{g}` a `f64` that holds a `float32` and is printed as
/// NumPy prints that, with the fewest digits that tell it from other `float32`s, `{b}` a bool
/// (`True`, `False`), `{B}` one as NumPy's `repr` prints it (`np.True_`). Two operands, real and
/// imaginary part, make a complex number: `{C}` is one of two `f64`s as Python's `str` prints it, in
/// parentheses unless its real part is positive zero, `{c}` the same without parentheses, `{K}` and
/// `{k}` those of two `float32`s. `{{` and `}}` are braces. An empty template means an exception without arguments.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Site {
    /// Length of the class name in bytes.
    pub class_len: u32,
    /// Length of the message template in bytes.
    pub message_len: u32,
    /// Length of the file name in bytes.
    pub file_len: u32,
    /// Length of the function name in bytes.
    pub function_len: u32,
    /// The line in the file, counted from 1.
    pub line: u32,
}

impl Site {
    /// Size of the head in bytes: where the texts begin.
    pub const SIZE: usize = 20;
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::mem::{offset_of, size_of};

    #[test]
    fn array_offsets_are_those_of_the_layout() {
        assert_eq!(offset_of!(Array<3>, data), array::DATA as usize);
        assert_eq!(offset_of!(Array<3>, shape) + 8 * 2, array::shape(2) as usize);
        assert_eq!(offset_of!(Array<3>, strides) + 8, array::stride(3, 1) as usize);
        assert_eq!(offset_of!(Array<0>, strides), array::stride(0, 0) as usize);
    }

    #[test]
    fn an_owner_follows_its_array() {
        assert_eq!(offset_of!(Owned<3>, owner), size_of::<Array<3>>());
        assert_eq!(size_of::<Owned<3>>(), size_of::<Array<3>>() + 8);
    }

    #[test]
    fn raised_offsets_are_those_of_the_layout() {
        assert_eq!(offset_of!(Raised, site), raised::SITE as usize);
        assert_eq!(offset_of!(Raised, operands) + 8 * 3, raised::operand(3) as usize);
        assert_eq!(offset_of!(Raised, stack_limit), raised::STACK_LIMIT as usize);
        assert_eq!(offset_of!(Raised, host), raised::HOST as usize);
        assert_eq!(offset_of!(Raised, callables), raised::CALLABLES as usize);
        assert_eq!(offset_of!(Raised, level), raised::LEVEL as usize);
    }

    #[test]
    fn host_offsets_are_those_of_the_layout() {
        assert_eq!(offset_of!(Host, allocate), host::ALLOCATE as usize);
        assert_eq!(offset_of!(Host, release), host::RELEASE as usize);
        assert_eq!(offset_of!(Host, print), host::PRINT as usize);
        assert_eq!(offset_of!(Host, parallel_for), host::PARALLEL_FOR as usize);
        assert_eq!(offset_of!(Host, random), host::RANDOM as usize);
    }

    #[test]
    fn block_offsets_are_those_of_the_layout() {
        assert_eq!(offset_of!(Block, references), block::REFERENCES as usize);
        assert_eq!(offset_of!(Block, data), block::DATA as usize);
        assert_eq!(offset_of!(Block, bytes), block::BYTES as usize);
        assert_eq!(offset_of!(Block, align), block::ALIGN as usize);
        assert_eq!(size_of::<Block>(), block::SIZE as usize);
    }

    #[test]
    fn the_site_head_has_no_padding() {
        assert_eq!(size_of::<Site>(), Site::SIZE);
    }
}
