//! How a kernel is launched, and what a launch reports.

/// What `cvt` makes of a NaN where it converts to an integer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NanToInteger {
    /// A fault: PTX defines a value, which hardly anybody wants.
    #[default]
    Fault,
    /// What PTX defines: zero, or the highest bit where 64 bits take part.
    Value,
}

/// A launch: its shape, and what the machine checks.
#[derive(Clone, Debug)]
pub struct Launch {
    /// Blocks in each dimension.
    pub grid: [u32; 3],
    /// Threads of a block in each dimension.
    pub block: [u32; 3],
    /// Bytes of dynamic shared memory.
    pub dynamic_shared: u32,
    /// Chooses the order in which threads run.
    pub seed: u64,
    /// The most instructions that all threads execute together.
    pub step_limit: u64,
    /// The most bytes of static and dynamic shared memory together.
    pub shared_limit: u32,
    /// The most bytes of local memory that a thread's calls take together, 32 for each call included.
    pub stack_limit: u32,
    /// What a NaN becomes as an integer.
    pub nan_to_integer: NanToInteger,
    /// Whether races in global memory are looked for, and `.nc` loads of what the launch writes.
    pub global_races: bool,
    /// Whether barriers without a count are held to what compilers mean: no thread of the block has exited, and all
    /// wait at the same instruction. PTX asks that only of the threads of a warp.
    pub strict_barriers: bool,
}

impl Default for Launch {
    fn default() -> Launch {
        Launch {
            grid: [1; 3],
            block: [1; 3],
            dynamic_shared: 0,
            seed: 0,
            step_limit: 1 << 32,
            shared_limit: 48 * 1024,
            stack_limit: 64 * 1024,
            nan_to_integer: NanToInteger::Fault,
            global_races: true,
            strict_barriers: true,
        }
    }
}

impl Launch {
    /// A launch of so many blocks of so many threads, in one dimension.
    pub fn new(blocks: u32, threads: u32) -> Launch {
        Launch { grid: [blocks, 1, 1], block: [threads, 1, 1], ..Launch::default() }
    }
}

/// What a launch did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many instructions all threads executed together, those included whose guard did not hold.
    pub steps: u64,
    /// What `vprintf` printed.
    pub printed: String,
}
