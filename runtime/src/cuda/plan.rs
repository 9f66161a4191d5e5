//! The launches of a ufunc's loop: which dimension threads share, which are around them, and what one launch cannot hold.

use pykernel_abi::DeviceCode;
use pykernel_abi::device_loop::{AROUND, Aside, Moves, Share};
use smallvec::SmallVec;

use super::launch::Extent;
use crate::gufunc::operand::Operand;
use crate::gufunc::plan::{Dim, Dims, Steps, dims};

/// How many threads a block has at most.
const THREADS: usize = 256;

/// How many that folds have: small ones, so that long folds are spread over more multiprocessors.
const FOLDING: usize = 64;

/// Threads that run together. A dimension with fewer is better left to the blocks.
pub const WARP: usize = 32;

/// What the addresses of contiguous operands are multiples of.
const VECTOR: u64 = DeviceCode::VECTOR as u64;

/// How many blocks there may be along y.
const MOST_ROWS: usize = 65_535;

/// From so many blocks on threads do several instances each.
const MANY_BLOCKS: usize = 1 << 16;

/// What a loop goes over, for all its launches.
pub struct Job<'a> {
    /// The operands, and behind them what is beside them, if anything is.
    pub operands: &'a [Operand<'a>],
    /// How many operands there are.
    pub n_operands: usize,
    /// The sizes of the core dimensions.
    pub sizes: &'a [usize],
    /// What is beside the operands: a kind of [`Aside`].
    pub aside: u64,
    /// What each thread does, one instance after another; nothing where threads share all.
    pub turns: Option<Dim>,
    /// Whether warps do instances together.
    pub by_warps: bool,
    /// The entry for elements that lie side by side, if there is one.
    pub contiguous: Option<Contiguous<'a>>,
}

/// What an entry takes for elements that lie side by side.
#[derive(Clone, Copy, Debug)]
pub struct Contiguous<'a> {
    /// How many elements of each operand a thread does at once.
    pub together: usize,
    /// How many bytes the elements of each operand have.
    pub sizes: &'a [usize],
    /// How many operands are inputs; the others are written.
    pub n_inputs: usize,
}

/// The entry that a launch is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// That in which each thread does instances.
    Threads,
    /// That in which each warp does.
    Warps,
    /// That for elements that lie side by side.
    Contiguous,
}

impl Job<'_> {
    /// Makes the launches for a shape that is not empty: one, unless there are more dimensions or more rows than a launch has.
    pub fn launches<E>(
        &self,
        shape: &[usize],
        mut launch: impl FnMut(Entry, &Extent, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let plan = Plan::new(self.operands, shape);
        if let Some(contiguous) = self.contiguous.filter(|it| self.is_plain() && plan.is_contiguous(it)) {
            let (extent, words) = plan.contiguous(contiguous.together);
            return launch(Entry::Contiguous, &extent, &bytes_of(words));
        }
        let (entry, together) = if self.by_warps { (Entry::Warps, WARP) } else { (Entry::Threads, 1) };
        for part in plan.parts() {
            let (blocks, threads) = self.grid(plan.thread.extent);
            let rows: usize = part.around.iter().map(|dim| dim.extent).product();
            let extent =
                Extent { grid: [blocks as u32, rows as u32, 1], block: [threads as u32, 1, 1], shared: 0 };
            let words = self.words(&plan.thread, &part, blocks * threads / together);
            launch(entry, &extent, &bytes_of(words))?;
        }
        Ok(())
    }

    /// Whether there are only operands, of which threads share all elements.
    fn is_plain(&self) -> bool {
        self.aside == Aside::NOTHING && self.turns.is_none() && self.sizes.is_empty()
    }

    /// How many blocks, and how many threads in each, share so many instances along x.
    fn grid(&self, count: usize) -> (usize, usize) {
        if self.by_warps {
            let most = THREADS / WARP;
            return (count.div_ceil(most).min(MANY_BLOCKS), count.clamp(1, most) * WARP);
        }
        let most = if self.turns.is_some() { FOLDING } else { THREADS };
        let blocks = count.div_ceil(most);
        // A thread looks once at what is aside, and has its turns for itself.
        let each_has_one = self.aside != Aside::NOTHING || self.turns.is_some();
        let blocks = if each_has_one { blocks } else { blocks.min(MANY_BLOCKS) };
        (blocks, count.clamp(1, most).next_multiple_of(WARP))
    }

    /// The parameters of a launch but for the record.
    fn words(&self, thread: &Dim, part: &Part, threads: usize) -> SmallVec<[u64; 64]> {
        let mut words = SmallVec::new();
        // The last dimension is the fastest, and the first one counted.
        let dim = |index: usize| part.around.len().checked_sub(1 + index).map(|at| &part.around[at]);
        let (each, longer, extra) = match &self.turns {
            Some(turns) => (0, thread.extent, turns.extent),
            None => (thread.extent / threads, thread.extent % threads, 1),
        };
        let around = std::array::from_fn(|index| dim(index).map_or(1, |dim| dim.extent as u64));
        words.extend(Share { each: each as u64, longer: longer as u64, extra: extra as u64, around }.words());
        words.extend(self.sizes.iter().map(|size| *size as u64));
        let steps = |operand: usize| {
            let around = std::array::from_fn(|index| dim(index).map_or(0, |dim| dim.steps[operand] as u64));
            (part.addresses[operand], thread.steps[operand] as u64, around)
        };
        for (operand, placed) in self.operands[..self.n_operands].iter().enumerate() {
            let (address, own, around) = steps(operand);
            let instance = match &self.turns {
                Some(turns) => turns.steps[operand] as u64,
                None => own.wrapping_mul(threads as u64),
            };
            words.extend(Moves { address, thread: own, instance, around }.words());
            words.extend(placed.core_strides().iter().map(|stride| *stride as u64));
        }
        if self.sizes.is_empty() {
            let aside = match self.aside {
                Aside::NOTHING => Aside::default(),
                kind => {
                    let (address, thread, around) = steps(self.n_operands);
                    Aside { kind, address, thread, around }
                }
            };
            words.extend(aside.words());
        }
        words
    }
}

/// The bytes of words, as parameters.
fn bytes_of(words: impl IntoIterator<Item = u64>) -> SmallVec<[u8; 512]> {
    words.into_iter().flat_map(u64::to_ne_bytes).collect()
}

/// A loop over instances.
struct Plan {
    addresses: SmallVec<[u64; 4]>,
    /// The dimension that threads share.
    thread: Dim,
    /// Those around it, the last the fastest.
    around: Dims,
}

impl Plan {
    fn new(operands: &[Operand<'_>], shape: &[usize]) -> Plan {
        let mut around = dims(shape, operands, false);
        let longest = (0..around.len()).max_by_key(|at| around[*at].extent);
        let last = around.len().checked_sub(1);
        let shared = match last.filter(|last| around[*last].extent < WARP) {
            Some(_) => longest,
            None => last,
        };
        let thread = match shared {
            Some(at) => around.remove(at),
            None => Dim { extent: 1, steps: Steps::from_elem(0, operands.len()) },
        };
        let addresses = operands.iter().map(|operand| operand.data.addr() as u64).collect();
        Plan { addresses, thread, around }
    }

    /// Whether each operand has its elements side by side from an address that accesses of several may begin at, or is one
    /// number; and what is written lies apart from all else.
    fn is_contiguous(&self, entry: &Contiguous<'_>) -> bool {
        let (steps, sizes) = (&self.thread.steps, entry.sizes);
        let bytes = |place: usize| {
            let len = if steps[place] == 0 { sizes[place] } else { sizes[place] * self.thread.extent };
            self.addresses[place]..self.addresses[place] + len as u64
        };
        let is_apart = |written: usize| {
            let own = bytes(written);
            let mut others = (0..sizes.len()).filter(|other| *other != written).map(bytes);
            others.all(|other| other.end <= own.start || own.end <= other.start)
        };
        let lies_so = |place: usize| match steps[place] {
            0 => place < entry.n_inputs,
            step => step == sizes[place] as isize && self.addresses[place].is_multiple_of(VECTOR),
        };
        let is_apart = (entry.n_inputs..sizes.len()).all(is_apart);
        self.around.is_empty() && is_apart && (0..sizes.len()).all(lies_so)
    }

    /// The launch of the entry for such operands, of which a thread does so many elements at once: addresses, size, steps.
    fn contiguous(&self, together: usize) -> (Extent, SmallVec<[u64; 64]>) {
        let mut words: SmallVec<[u64; 64]> = self.addresses.iter().copied().collect();
        words.push(self.thread.extent as u64);
        words.extend(self.thread.steps.iter().map(|step| *step as u64));
        let blocks = self.thread.extent.div_ceil(together).div_ceil(THREADS).min(MANY_BLOCKS);
        (Extent { grid: [blocks as u32, 1, 1], block: [THREADS as u32, 1, 1], shared: 0 }, words)
    }

    fn parts(&self) -> SmallVec<[Part; 1]> {
        let (outer, inner) = self.around.split_at(self.around.len().saturating_sub(AROUND));
        let whole = Part { addresses: self.addresses.clone(), around: inner.into() };
        let mut parts: SmallVec<[Part; 1]> = SmallVec::from_iter([whole]);
        for dim in outer.iter().rev() {
            let at = |index: usize| parts.iter().map(move |part| part.moved(dim, index));
            parts = (0..dim.extent).flat_map(at).collect();
        }
        parts.iter().flat_map(Part::within_a_grid).collect()
    }
}

/// One launch.
#[derive(Clone, Debug)]
struct Part {
    addresses: SmallVec<[u64; 4]>,
    /// At most [`AROUND`].
    around: Dims,
}

impl Part {
    /// The same at an index of a dimension around it.
    fn moved(&self, dim: &Dim, index: usize) -> Part {
        let moved = self.addresses.iter().zip(&dim.steps);
        let moved = moved
            .map(|(address, step)| address.wrapping_add_signed((*step as i64).wrapping_mul(index as i64)));
        Part { addresses: moved.collect(), around: self.around.clone() }
    }

    /// The same in as many parts as it takes for each to have no more rows than a grid.
    fn within_a_grid(&self) -> Vec<Part> {
        let rows = |dims: &[Dim]| dims.iter().fold(1usize, |rows, dim| rows.saturating_mul(dim.extent));
        let Some((first, rest)) = self.around.split_first() else { return vec![self.clone()] };
        let rest = rows(rest);
        if rest.saturating_mul(first.extent) <= MOST_ROWS {
            return vec![self.clone()];
        }
        let together = MOST_ROWS / rest;
        let part = |start: usize| {
            let mut part = self.moved(first, start);
            part.around[0].extent = together.max(1).min(first.extent - start);
            part
        };
        let parts: Vec<Part> = (0..first.extent).step_by(together.max(1)).map(part).collect();
        match together {
            // One index of the first dimension has too many rows still.
            0 => parts.iter().map(Part::without_first).flat_map(|part| part.within_a_grid()).collect(),
            _ => parts,
        }
    }

    /// The same without its first dimension, which has one index.
    fn without_first(&self) -> Part {
        Part { addresses: self.addresses.clone(), around: self.around[1..].into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::DType;

    fn operand(strides: &[isize]) -> Operand<'static> {
        let data = std::ptr::without_provenance_mut(1000);
        Operand::of_elements(data, DType::Float64, strides.iter().copied().collect())
    }

    fn extents(dims: &[Dim]) -> Vec<usize> {
        dims.iter().map(|dim| dim.extent).collect()
    }

    #[test]
    fn threads_share_what_lies_together() {
        let whole = operand(&[1280, 320, 8]);
        let plan = Plan::new(&[whole.clone(), whole.clone()], &[3, 4, 40]);
        assert_eq!((plan.thread.extent, extents(&plan.around)), (480, vec![]));
        let plan = Plan::new(&[operand(&[0, 0, 8]), whole], &[3, 4, 40]);
        assert_eq!((plan.thread.extent, extents(&plan.around)), (40, vec![12]));
        let plan = Plan::new(&[operand(&[64, 8])], &[70_000, 2]);
        assert_eq!((plan.thread.extent, extents(&plan.around)), (70_000, vec![2]));
    }

    #[test]
    fn what_one_launch_does_not_hold_is_several() {
        let shape = [2, 3, 2, 3, 2, 40];
        let plan = Plan::new(&[operand(&[100_000, 30_000, 9000, 2100, 1000, 1])], &shape);
        let starts: Vec<u64> = plan.parts().iter().map(|part| part.addresses[0]).collect();
        assert_eq!(starts, [1000, 31_000, 61_000, 101_000, 131_000, 161_000]);
        let plan = Plan::new(&[operand(&[640, 8])], &[70_000, 40]);
        let parts = plan.parts();
        assert_eq!(parts.iter().map(|part| part.around[0].extent).collect::<Vec<_>>(), [65_535, 4465]);
        assert_eq!(parts[1].addresses[0], 1000 + 640 * 65_535);
        let deep = operand(&[100_000_000, 640, 8]);
        assert_eq!(Plan::new(&[deep], &[2, 70_000, 40]).parts().len(), 4);
    }

    #[test]
    fn threads_do_all_instances_once() {
        for count in [2usize, 31, 256, 257, 100_000, 40_000_000] {
            let operands = [operand(&[8])];
            let job = Job {
                operands: &operands,
                n_operands: 1,
                sizes: &[],
                aside: Aside::NOTHING,
                turns: None,
                by_warps: false,
                contiguous: None,
            };
            let launched = job.launches(&[count], |_, extent, bytes| {
                let word = |at: usize| u64::from_ne_bytes(bytes[8 * at..8 * at + 8].try_into().unwrap());
                let threads = u64::from(extent.grid[0] * extent.block[0]);
                assert_eq!(threads * word(0) + word(1) * word(2), count as u64);
                assert!(word(1) < threads && word(Share::WORDS + 2) == 8 * threads);
                Ok::<_, ()>(())
            });
            assert_eq!(launched, Ok(()));
        }
    }

    #[test]
    fn warps_do_all_instances_once() {
        for count in [1usize, 7, 8, 9, 100_000, 40_000_000] {
            let operands = [operand(&[8])];
            let job = Job {
                operands: &operands,
                n_operands: 1,
                sizes: &[33],
                aside: Aside::NOTHING,
                turns: None,
                by_warps: true,
                contiguous: None,
            };
            let launched = job.launches(&[count], |entry, extent, bytes| {
                let word = |at: usize| u64::from_ne_bytes(bytes[8 * at..8 * at + 8].try_into().unwrap());
                let warps = u64::from(extent.grid[0] * extent.block[0]) / 32;
                assert_eq!((entry, extent.block[0] % 32), (Entry::Warps, 0));
                assert_eq!(warps * word(0) + word(1) * word(2), count as u64);
                Ok::<_, ()>(())
            });
            assert_eq!(launched, Ok(()));
        }
    }

    #[test]
    fn elements_side_by_side_and_numbers_are_contiguous() {
        let at = |(address, step): (usize, isize)| {
            let data = std::ptr::without_provenance_mut(address);
            Operand::of_elements(data, DType::Float64, [step].into_iter().collect())
        };
        let is_contiguous = |a: (usize, isize), b: (usize, isize), out: (usize, isize)| {
            let plan = Plan::new(&[at(a), at(b), at(out)], &[6]);
            plan.is_contiguous(&Contiguous { together: 2, sizes: &[8, 4, 8], n_inputs: 2 })
        };
        assert!(is_contiguous((1024, 8), (2048, 4), (4096, 8)));
        assert!(is_contiguous((1024, 8), (2052, 0), (4096, 8)));
        // Another step, another place, and what meets what is written.
        assert!(!is_contiguous((1024, 16), (2048, 4), (4096, 8)));
        assert!(!is_contiguous((1024, 8), (2048, -4), (4096, 8)));
        assert!(!is_contiguous((1024, 8), (2052, 4), (4096, 8)));
        assert!(!is_contiguous((1024, 8), (2048, 4), (1024, 8)));
        assert!(!is_contiguous((1024, 8), (4100, 0), (4096, 8)));
        let rows = || {
            Operand::of_elements(
                std::ptr::without_provenance_mut(1024),
                DType::Float64,
                [64, 8].into_iter().collect(),
            )
        };
        let plan = Plan::new(&[rows(), rows()], &[3, 40]);
        assert!(!plan.is_contiguous(&Contiguous { together: 2, sizes: &[8, 8], n_inputs: 1 }));
    }
}
