//! Who touched which byte, to find races: accesses of two threads with nothing that orders them (PTX ISA 8.10).
//!
//! Time is a count of events that order accesses: barriers, `bar.warp.sync`, fences. An access is ordered
//! before another if such an event of the right threads lies between. Where the exact answer would take a
//! clock for each pair of threads, the answer here is "ordered": a race may be missed, but none is invented.

use std::collections::HashMap;

/// Bytes in a page of the shadow, which is made when the first of them is touched.
const PAGE: usize = 4096;
const NOBODY: u32 = u32::MAX;

/// How an access meets others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Touch {
    Read,
    Write,
    /// Atomic, volatile, relaxed and stronger: races only with the two above.
    StrongRead,
    StrongWrite,
    /// Through the cache that does not see writes.
    NonCoherentRead,
}

/// Who accesses, and what was ordered before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Accessor {
    /// The thread's number in the grid.
    pub thread: u32,
    pub block_threads: u32,
    /// The present time.
    pub now: u32,
    /// When all threads of the block last met, and when the warp did.
    pub barrier: u32,
    pub warp_sync: u32,
    /// Whether a strong operation may have shown this block what others published.
    pub acquired: bool,
}

/// When blocks last made their writes visible, to all and to their own threads.
#[derive(Debug, Default)]
pub(crate) struct Published {
    grid: HashMap<u32, u32>,
    block: HashMap<u32, u32>,
    latest: u32,
}

impl Published {
    /// A thread of that block executed a fence.
    pub fn fence(&mut self, block: u32, now: u32, block_only: bool) {
        let map = if block_only { &mut self.block } else { &mut self.grid };
        map.insert(block, now);
        if !block_only {
            self.latest = now;
        }
    }
}

/// Two accesses that race.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conflict {
    pub byte: usize,
    /// The other thread's number in the grid; None if there are several.
    pub other: Option<u32>,
    pub other_wrote: bool,
    /// One of both is an `.nc` load.
    pub non_coherent: bool,
}

/// How many threads a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Breadth {
    Thread,
    /// Several of the warp, or of the block, or of the grid, of which `thread` is one.
    Warp,
    Block,
    Grid,
}

/// The last accesses of a kind.
#[derive(Clone, Copy, Debug)]
struct Mark {
    thread: u32,
    time: u32,
    breadth: Breadth,
    strong: bool,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    writer: Mark,
    reader: Mark,
    /// Whether an `.nc` load was among the readers.
    non_coherent: bool,
}

const UNTOUCHED: Mark = Mark { thread: NOBODY, time: 0, breadth: Breadth::Thread, strong: false };
const EMPTY: Cell = Cell { writer: UNTOUCHED, reader: UNTOUCHED, non_coherent: false };

/// Cells for a page: as coarse as its accesses are, to be fast for the usual ones of four and eight bytes.
#[derive(Debug)]
struct Page {
    /// A cell has `1 << shift` bytes.
    shift: u32,
    cells: Vec<Cell>,
}

/// The shadow of some memory.
#[derive(Debug)]
pub(crate) struct Shadow {
    pages: Vec<Option<Page>>,
    /// The launch that the pages are of.
    launch: u64,
}

impl Shadow {
    pub fn new(bytes: usize) -> Shadow {
        let mut pages = Vec::new();
        pages.resize_with(bytes.div_ceil(PAGE), || None);
        Shadow { pages, launch: 0 }
    }

    /// Forgets what was touched, unless it was in this launch.
    pub fn begin(&mut self, launch: u64) {
        if self.launch != launch {
            self.launch = launch;
            self.pages.fill_with(|| None);
        }
    }

    /// Remembers an access to `bytes` bytes, a power of two no larger than eight, at a multiple of it.
    pub fn touch(
        &mut self,
        start: usize,
        bytes: usize,
        touch: Touch,
        by: &Accessor,
        published: &Published,
    ) -> Result<(), Conflict> {
        let Some(page) = self.pages.get_mut(start / PAGE) else { return Ok(()) };
        let shift = bytes.trailing_zeros();
        let page = page.get_or_insert_with(|| Page { shift, cells: vec![EMPTY; PAGE >> shift] });
        if page.shift > shift {
            page.refine(shift);
        }
        let first = (start % PAGE) >> page.shift;
        let last = (start % PAGE + bytes - 1) >> page.shift;
        for (index, cell) in page.cells[first..=last].iter_mut().enumerate() {
            cell.touch(touch, by, published).map_err(|conflict| {
                let byte = start / PAGE * PAGE + ((first + index) << page.shift);
                Conflict { byte, ..conflict }
            })?;
        }
        Ok(())
    }
}

impl Page {
    /// Makes cells smaller; what a cell knew is true of all its bytes.
    fn refine(&mut self, shift: u32) {
        let parts = 1 << (self.shift - shift);
        self.cells = self.cells.iter().flat_map(|&cell| std::iter::repeat_n(cell, parts)).collect();
        self.shift = shift;
    }
}

impl Cell {
    #[inline]
    fn touch(&mut self, touch: Touch, by: &Accessor, published: &Published) -> Result<(), Conflict> {
        let (writes, strong) = match touch {
            Touch::Read | Touch::NonCoherentRead => (false, false),
            Touch::Write => (true, false),
            Touch::StrongRead => (false, true),
            Touch::StrongWrite => (true, true),
        };
        let conflict = |mark: &Mark, other_wrote, non_coherent| {
            let other = (mark.breadth == Breadth::Thread).then_some(mark.thread);
            Err(Conflict { byte: 0, other, other_wrote, non_coherent })
        };
        // A cache that does not see writes may miss even ordered ones.
        if touch == Touch::NonCoherentRead && self.writer.thread != NOBODY {
            return conflict(&self.writer, true, true);
        }
        if writes && self.non_coherent {
            return conflict(&self.reader, false, true);
        }
        if self.writer.races(strong, by, published) {
            return conflict(&self.writer, true, false);
        }
        if writes && self.reader.races(strong, by, published) {
            return conflict(&self.reader, false, false);
        }
        let mark = if writes { &mut self.writer } else { &mut self.reader };
        mark.add(strong, by, published);
        self.non_coherent |= touch == Touch::NonCoherentRead;
        Ok(())
    }
}

impl Mark {
    /// Whether an access, one of them writing, has nothing that orders it after this one.
    #[inline]
    fn races(&self, strong: bool, by: &Accessor, published: &Published) -> bool {
        if self.thread == NOBODY || strong && self.strong {
            return false;
        }
        if self.thread == by.thread && self.breadth == Breadth::Thread {
            return false;
        }
        !self.is_ordered(by, published)
    }

    fn is_ordered(&self, by: &Accessor, published: &Published) -> bool {
        let block = self.thread / by.block_threads;
        let seen =
            |map: &HashMap<u32, u32>| by.acquired && map.get(&block).is_some_and(|&time| self.time < time);
        if self.breadth == Breadth::Grid {
            return by.acquired && self.time < published.latest;
        }
        if block != by.thread / by.block_threads {
            return seen(&published.grid);
        }
        let same_warp = self.warp(by) == by.thread % by.block_threads / 32 && self.breadth != Breadth::Block;
        self.time < by.barrier
            || same_warp && self.time < by.warp_sync
            || seen(&published.grid)
            || seen(&published.block)
    }

    fn warp(&self, by: &Accessor) -> u32 {
        self.thread % by.block_threads / 32
    }

    /// Adds an access to those that this mark stands for. What is ordered before it is forgotten: who races
    /// with that one races with this one too.
    #[inline]
    fn add(&mut self, strong: bool, by: &Accessor, published: &Published) {
        let mut mark = Mark { thread: by.thread, time: by.now, breadth: Breadth::Thread, strong };
        let same_thread = self.thread == by.thread && self.breadth == Breadth::Thread;
        if self.thread != NOBODY && (same_thread || !self.is_ordered(by, published)) {
            mark.strong &= self.strong || same_thread && self.time < by.barrier;
            if !same_thread {
                mark.breadth = self.breadth_with(by);
            }
        }
        *self = mark;
    }

    fn breadth_with(&self, by: &Accessor) -> Breadth {
        if self.breadth == Breadth::Grid || self.thread / by.block_threads != by.thread / by.block_threads {
            Breadth::Grid
        } else if self.breadth == Breadth::Block || self.warp(by) != by.thread % by.block_threads / 32 {
            Breadth::Block
        } else {
            Breadth::Warp
        }
    }
}
