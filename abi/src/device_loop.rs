//! The parameters of a ufunc's or gufunc's loop on a GPU.
//!
//! They are words of 64 bits, one after another: the [`Share`], the size of each core dimension, a [`Moves`] and the strides
//! of its core dimensions for each operand, of a ufunc without core dimensions an [`Aside`], and the address of
//! a [`LaunchRecord`](crate::LaunchRecord).
//!
//! Threads are counted along x, over all blocks. Along y the blocks are the indices of [`AROUND`] dimensions around the threads,
//! the first the fastest. A thread does its instances one after another, as the inner loop on a CPU does; threads are in no
//! order.

/// How many dimensions there are around the threads.
pub const AROUND: usize = 3;

/// How many instances each thread does, and the extents of the dimensions around.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// What each thread does,
    pub each: u64,
    /// and so many threads
    pub longer: u64,
    /// so many more than that. Others do not read what is [`Aside`].
    pub extra: u64,
    /// The extents of all dimensions around but the last one.
    pub around: [u64; AROUND - 1],
}

/// Where the elements of an operand are: its first, and distances in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    /// Its address.
    pub address: u64,
    /// From a thread to the next one.
    pub thread: u64,
    /// From an instance of a thread to its next one.
    pub instance: u64,
    /// Along each of the dimensions around.
    pub around: [u64; AROUND],
}

/// What stands beside the operands of a ufunc, an element for each thread: its first, and distances in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aside {
    /// What it is: [`Aside::NOTHING`], [`Aside::MASK`], [`Aside::FIRST`].
    pub kind: u64,
    /// Its address.
    pub address: u64,
    /// From a thread to the next one.
    pub thread: u64,
    /// Along each of the dimensions around.
    pub around: [u64; AROUND],
}

impl Share {
    /// How many words it has.
    pub const WORDS: usize = 3 + AROUND - 1;

    /// Its words, in order.
    pub fn words(&self) -> [u64; Self::WORDS] {
        let [i, j] = self.around;
        [self.each, self.longer, self.extra, i, j]
    }
}

impl Moves {
    /// How many words it has.
    pub const WORDS: usize = 3 + AROUND;

    /// Its words, in order.
    pub fn words(&self) -> [u64; Self::WORDS] {
        let [i, j, k] = self.around;
        [self.address, self.thread, self.instance, i, j, k]
    }
}

impl Aside {
    /// There is nothing.
    pub const NOTHING: u64 = 0;

    /// A `bool`: a thread for which it is false does nothing.
    pub const MASK: u64 = 1;

    /// An element of the first operand's type, with which the thread's fold begins: it is written there, where the first instance
    /// reads it. Of loops with two inputs and an output, whose first input and output have one type.
    pub const FIRST: u64 = 2;

    /// How many words it has.
    pub const WORDS: usize = 3 + AROUND;

    /// Its words, in order.
    pub fn words(&self) -> [u64; Self::WORDS] {
        let [i, j, k] = self.around;
        [self.kind, self.address, self.thread, i, j, k]
    }
}
