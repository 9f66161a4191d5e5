//! How many threads a launch runs.

use super::Error;

/// The most threads of a block (CUDA C++ Programming Guide, compute capabilities).
const MOST_THREADS: u64 = 1024;

/// How many threads of a block [`Extent::for_all`] takes.
const THREADS: u32 = 256;

/// The most blocks along x, y and z (CUDA C++ Programming Guide, compute capabilities).
const MOST_BLOCKS: [u32; 3] = [i32::MAX as u32, 65_535, 65_535];

/// How many threads run: blocks of the grid and threads of a block, x, y and z, and the bytes of shared
/// memory that each block has beside what the kernel declares. Made of `(grid, block)`, both numbers, pairs or triples.
///
/// ```
/// use pykernel::cuda::Extent;
///
/// let extent = Extent::from((4, 256));
/// assert_eq!((extent.grid, extent.block), ([4, 1, 1], [256, 1, 1]));
/// let extent = Extent::from(((2, 3), (16, 16))).with_shared(2048);
/// assert_eq!((extent.grid, extent.block, extent.shared), ([2, 3, 1], [16, 16, 1], 2048));
/// assert_eq!(Extent::for_all(1000).grid, [4, 1, 1]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Blocks of the grid.
    pub grid: [u32; 3],
    /// Threads of a block.
    pub block: [u32; 3],
    /// Bytes of shared memory.
    pub shared: u32,
}

impl Extent {
    /// At least one thread for each of `n` things, along x: Numba's `forall`. Where there are more than a grid has threads
    /// for, as many as it has: a kernel that does every `cuda.gridsize(1)`th thing does them all.
    pub fn for_all(n: usize) -> Extent {
        let blocks = n.div_ceil(THREADS as usize).min(MOST_BLOCKS[0] as usize);
        Extent { grid: [blocks as u32, 1, 1], block: [THREADS, 1, 1], shared: 0 }
    }

    /// The same with so many bytes of shared memory: those of `cuda.shared.array(0, …)`.
    pub const fn with_shared(self, shared: u32) -> Extent {
        Extent { shared, ..self }
    }

    /// Whether devices have so many threads, of which a kernel may promise that a block has no more than some.
    pub(super) fn check(&self, kernel: &str, most: Option<u32>) -> Result<(), Error> {
        let threads: u64 = self.block.iter().map(|threads| u64::from(*threads)).product();
        let most = most.map_or(MOST_THREADS, u64::from).min(MOST_THREADS);
        let refused = |cause: String| Err(Error::refused(format!("the launch of `{kernel}`"), cause));
        if threads == 0 {
            return refused(format!("its blocks of {:?} threads have none", self.block));
        }
        if threads > most {
            return refused(format!(
                "its blocks of {:?} have {threads} threads, and may have {most}",
                self.block
            ));
        }
        if self.block[2] > 64 {
            return refused(format!("its blocks have {} threads along z, and may have 64", self.block[2]));
        }
        match (0..3).find(|axis| self.grid[*axis] > MOST_BLOCKS[*axis]) {
            Some(axis) => {
                let (name, blocks, most) = (["x", "y", "z"][axis], self.grid[axis], MOST_BLOCKS[axis]);
                refused(format!("its grid has {blocks} blocks along {name}, and may have {most}"))
            }
            None => Ok(()),
        }
    }
}

/// A number of blocks or threads along x, or along x and y, or in all directions.
pub trait Directions {
    /// All three.
    fn directions(self) -> [u32; 3];
}

impl Directions for u32 {
    fn directions(self) -> [u32; 3] {
        [self, 1, 1]
    }
}

impl Directions for (u32, u32) {
    fn directions(self) -> [u32; 3] {
        [self.0, self.1, 1]
    }
}

impl Directions for (u32, u32, u32) {
    fn directions(self) -> [u32; 3] {
        [self.0, self.1, self.2]
    }
}

impl Directions for [u32; 3] {
    fn directions(self) -> [u32; 3] {
        self
    }
}

impl<G: Directions, B: Directions> From<(G, B)> for Extent {
    fn from((grid, block): (G, B)) -> Extent {
        Extent { grid: grid.directions(), block: block.directions(), shared: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_have_so_many_threads() {
        let cause = |extent: Extent, most| match extent.check("f", most) {
            Ok(()) => String::new(),
            Err(error) => error.to_string(),
        };
        assert_eq!(cause(Extent::from((0, 1)), None), "");
        assert_eq!(cause(Extent::from((i32::MAX as u32, 1024)), None), "");
        assert!(cause(Extent::from((1, (64, 32))), None).contains("have 2048 threads, and may have 1024"));
        assert!(cause(Extent::from((1, 512)), Some(256)).contains("have 512 threads, and may have 256"));
        assert!(cause(Extent::from((1, 0)), None).contains("have none"));
        assert!(cause(Extent::from((1, (1, 1, 128))), None).contains("128 threads along z"));
        assert!(cause(Extent::from(((1, 70_000), 1)), None).contains("70000 blocks along y"));
        assert!(cause(Extent::from((1 << 31, 1)), None).contains("blocks along x"));
    }
}
