//! The device's memory: allocations at 64-bit addresses, which know which of their bytes were written.

use std::collections::HashMap;

use crate::fault::{FaultKind, Problem};
use crate::module::Variable;
use crate::shadow::Shadow;
use crate::types::Space;

/// Where allocations start; addresses below are never valid, so that small offsets from null are seen.
const FIRST: u64 = 0x7_0000_0000;
/// Bytes between two allocations that belong to none.
const GAP: u64 = 4096;
/// What fresh memory holds.
const POISON: u8 = 0xcb;

/// Device memory, which lives on from launch to launch. Addresses are never given out twice.
#[derive(Debug)]
pub struct Memory {
    /// By address.
    allocations: Vec<Allocation>,
    next: u64,
    capacity: u64,
    used: u64,
    /// Where the last access was, which is where the next one often is.
    recent: usize,
    launches: u64,
    /// The addresses of the variables of the modules that are loaded.
    modules: HashMap<u64, Vec<u64>>,
}

/// A piece of memory that was asked for at once.
#[derive(Debug)]
pub(crate) struct Allocation {
    pub address: u64,
    pub size: u64,
    /// Empty once it was freed.
    data: Vec<u8>,
    written: Written,
    state: State,
    /// A variable's name.
    name: Option<String>,
    /// Who touched which byte in this launch.
    pub shadow: Shadow,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Live,
    Constant,
    Freed,
}

/// Which bytes were written: one bit for each.
#[derive(Debug, Default)]
pub(crate) struct Written(Vec<u64>);

impl Written {
    pub fn new(bytes: usize) -> Written {
        Written(vec![0; bytes.div_ceil(64)])
    }

    /// Remembers that bytes were written.
    #[inline]
    pub fn set(&mut self, start: usize, count: usize) {
        // What threads access lies in one word.
        if start % 64 + count <= 64 && count > 0 {
            self.0[start / 64] |= u64::MAX >> (64 - count) << (start % 64);
            return;
        }
        for (word, mask) in words(start, count) {
            self.0[word] |= mask;
        }
    }

    fn clear(&mut self, start: usize, count: usize) {
        for (word, mask) in words(start, count) {
            self.0[word] &= !mask;
        }
    }

    /// The first byte of these that was not written.
    #[inline]
    pub fn missing(&self, start: usize, count: usize) -> Option<usize> {
        if start % 64 + count <= 64 && count > 0 {
            let missing = !self.0[start / 64] & u64::MAX >> (64 - count) << (start % 64);
            return (missing != 0).then(|| start / 64 * 64 + missing.trailing_zeros() as usize);
        }
        words(start, count).find_map(|(word, mask)| {
            let missing = !self.0[word] & mask;
            (missing != 0).then(|| word * 64 + missing.trailing_zeros() as usize)
        })
    }
}

/// The words that hold bits from `start` on, and which bits of each.
fn words(start: usize, count: usize) -> impl Iterator<Item = (usize, u64)> {
    let end = start + count;
    (start / 64..end.div_ceil(64)).filter(move |_| count > 0).map(move |word| {
        let from = start.max(word * 64) - word * 64;
        let to = end.min(word * 64 + 64) - word * 64;
        (word, u64::MAX >> (64 - (to - from)) << from)
    })
}

impl Default for Memory {
    fn default() -> Memory {
        Memory::with_capacity(8 << 30)
    }
}

impl Memory {
    /// Memory of 8 GiB.
    pub fn new() -> Memory {
        Memory::default()
    }

    /// Memory of that many bytes, at most 2^40.
    pub fn with_capacity(bytes: u64) -> Memory {
        let bytes = bytes.min(1 << 40);
        Memory {
            allocations: Vec::new(),
            next: FIRST,
            capacity: bytes,
            used: 0,
            recent: 0,
            launches: 0,
            modules: HashMap::new(),
        }
    }

    /// How many bytes there are, and how many are allocated.
    pub fn capacity_and_used(&self) -> (u64, u64) {
        (self.capacity, self.used)
    }

    /// Allocates bytes, which hold poison and count as never written.
    ///
    /// # Errors
    ///
    /// `Allocation` where the capacity is spent, or the alignment is no power of two.
    pub fn allocate(&mut self, bytes: u64, alignment: u64) -> Result<u64, Problem> {
        self.add(bytes, alignment, None)
    }

    /// Allocates bytes at an address, where no other allocation may be or have been. They count as never written.
    ///
    /// # Errors
    ///
    /// `Allocation` where the capacity is spent, or something else is there.
    pub fn allocate_at(&mut self, address: u64, bytes: u64) -> Result<(), Problem> {
        let index = self.allocations.partition_point(|allocation| allocation.address <= address);
        let end_before = index.checked_sub(1).map_or(0, |index| self.allocations[index].end());
        let next = self.allocations.get(index).map_or(u64::MAX, |allocation| allocation.address);
        let end = address.checked_add(bytes).and_then(|end| end.checked_add(GAP));
        let fits = address >= end_before && next - address >= bytes && bytes <= self.capacity - self.used;
        let Some(end) = end.filter(|_| fits) else {
            let detail = format!("there is no room for {bytes} bytes at {address:#x}");
            return Err(Problem::new(FaultKind::Allocation, detail));
        };
        self.next = self.next.max(end);
        self.used += bytes;
        self.allocations.insert(index, Allocation::new(address, bytes, None));
        Ok(())
    }

    fn add(&mut self, size: u64, alignment: u64, name: Option<String>) -> Result<u64, Problem> {
        let error = |detail: String| Err(Problem::new(FaultKind::Allocation, detail));
        if !alignment.is_power_of_two() || alignment > 1 << 30 {
            return error(format!("an allocation's alignment is {alignment}"));
        }
        if size > self.capacity - self.used {
            return error(format!(
                "{size} bytes wanted, {} of {} are free",
                self.capacity - self.used,
                self.capacity
            ));
        }
        let address = self.next.next_multiple_of(alignment);
        self.next = address + size + GAP;
        self.used += size;
        self.allocations.push(Allocation::new(address, size, name));
        Ok(address)
    }

    /// Allocates a variable of a module. It has its initial value, and zeros after it (PTX ISA 5.4.4).
    pub(crate) fn allocate_variable(&mut self, variable: &Variable) -> Result<u64, Problem> {
        let size = u64::from(variable.size.unwrap_or(0));
        let address = self.add(size, u64::from(variable.alignment), Some(variable.name.clone()))?;
        if let Some(allocation) = self.allocations.last_mut() {
            allocation.data.fill(0);
            allocation.data[..variable.initial.len()].copy_from_slice(&variable.initial);
            allocation.written.set(0, size as usize);
            if variable.space == Space::Const {
                allocation.state = State::Constant;
            }
        }
        Ok(address)
    }

    /// Frees an allocation. Later accesses to it are faults.
    ///
    /// # Errors
    ///
    /// `UseAfterFree` on a second time, `OutOfBounds` where no allocation starts there.
    pub fn free(&mut self, address: u64) -> Result<(), Problem> {
        let index = self.allocations.binary_search_by_key(&address, |allocation| allocation.address);
        let Ok(index) = index else {
            return Err(Problem::new(
                FaultKind::OutOfBounds,
                format!("no allocation starts at {address:#x}"),
            ));
        };
        let allocation = &mut self.allocations[index];
        if allocation.state == State::Freed {
            return Err(Problem::new(FaultKind::UseAfterFree, format!("{address:#x} is freed twice")));
        }
        allocation.state = State::Freed;
        allocation.data = Vec::new();
        allocation.written = Written::default();
        allocation.shadow = Shadow::new(0);
        self.used -= allocation.size;
        Ok(())
    }

    /// Copies memory out, as the host does: bytes that nobody wrote are read as what they hold.
    ///
    /// # Errors
    ///
    /// The range does not lie in one live allocation.
    pub fn read(&mut self, address: u64, bytes: &mut [u8]) -> Result<(), Problem> {
        let (index, start) = self.locate(address, bytes.len(), "copy")?;
        bytes.copy_from_slice(&self.allocations[index].data[start..start + bytes.len()]);
        Ok(())
    }

    /// Copies memory in, as the host does. Constant variables may be written too.
    ///
    /// # Errors
    ///
    /// The range does not lie in one live allocation.
    pub fn write(&mut self, address: u64, bytes: &[u8]) -> Result<(), Problem> {
        let (index, start) = self.locate(address, bytes.len(), "copy")?;
        let allocation = &mut self.allocations[index];
        allocation.data[start..start + bytes.len()].copy_from_slice(bytes);
        allocation.written.set(start, bytes.len());
        Ok(())
    }

    /// Sets bytes to a value.
    ///
    /// # Errors
    ///
    /// The range does not lie in one live allocation.
    pub fn fill(&mut self, address: u64, value: u8, bytes: u64) -> Result<(), Problem> {
        let (index, start) = self.locate(address, bytes as usize, "fill")?;
        let allocation = &mut self.allocations[index];
        allocation.data[start..start + bytes as usize].fill(value);
        allocation.written.set(start, bytes as usize);
        Ok(())
    }

    /// Copies bytes from one place to another. Bytes that nobody wrote stay so.
    ///
    /// # Errors
    ///
    /// A range does not lie in one live allocation.
    pub fn copy(&mut self, to: u64, from: u64, bytes: u64) -> Result<(), Problem> {
        let count = bytes as usize;
        let (source, start) = self.locate(from, count, "copy")?;
        let data = self.allocations[source].data[start..start + count].to_vec();
        let written: Vec<bool> = (0..count)
            .map(|byte| self.allocations[source].written.missing(start + byte, 1).is_none())
            .collect();
        let (target, start) = self.locate(to, count, "copy")?;
        let allocation = &mut self.allocations[target];
        allocation.data[start..start + count].copy_from_slice(&data);
        for (byte, written) in written.into_iter().enumerate() {
            if written {
                allocation.written.set(start + byte, 1);
            } else {
                allocation.written.clear(start + byte, 1);
            }
        }
        Ok(())
    }

    /// Counts the bytes of an allocation as written, whatever they hold.
    ///
    /// # Errors
    ///
    /// The range does not lie in one live allocation.
    pub fn assume_written(&mut self, address: u64, bytes: u64) -> Result<(), Problem> {
        let (index, start) = self.locate(address, bytes as usize, "access")?;
        self.allocations[index].written.set(start, bytes as usize);
        Ok(())
    }

    /// The start and size of the live allocation that an address lies in.
    pub fn allocation_of(&self, address: u64) -> Option<(u64, u64)> {
        let index = self.before(address)?;
        let found = &self.allocations[index];
        let inside = found.state != State::Freed && address - found.address < found.size;
        inside.then_some((found.address, found.size))
    }

    /// Whether an address lies in a `.const` variable.
    pub(crate) fn is_constant(&self, address: u64) -> bool {
        self.before(address).is_some_and(|index| {
            let found = &self.allocations[index];
            found.state == State::Constant && address - found.address < found.size
        })
    }

    /// The last allocation that starts at or before an address.
    fn before(&self, address: u64) -> Option<usize> {
        self.allocations.partition_point(|allocation| allocation.address <= address).checked_sub(1)
    }

    /// The allocation of an access, and where in it the access starts.
    #[inline]
    fn locate(&mut self, address: u64, bytes: usize, what: &str) -> Result<(usize, usize), Problem> {
        let fits = |allocation: &Allocation| {
            let start = address.wrapping_sub(allocation.address);
            start <= allocation.size
                && bytes as u64 <= allocation.size - start
                && allocation.state != State::Freed
        };
        if self.allocations.get(self.recent).is_some_and(fits) {
            return Ok((self.recent, (address - self.allocations[self.recent].address) as usize));
        }
        match self.before(address) {
            Some(index) if fits(&self.allocations[index]) => {
                self.recent = index;
                Ok((index, (address - self.allocations[index].address) as usize))
            }
            index => Err(self.outside(address, bytes, what, index)),
        }
    }

    /// Says why an access is in no allocation.
    #[cold]
    fn outside(&self, address: u64, bytes: usize, what: &str, before: Option<usize>) -> Problem {
        let access = format!("{what} of {bytes} bytes at {address:#x}");
        if address < 1 << 16 {
            return Problem::new(FaultKind::NullAccess, format!("{access}: a null pointer"));
        }
        let Some(index) = before else {
            return Problem::new(FaultKind::OutOfBounds, format!("{access}: no memory is there"));
        };
        let allocation = &self.allocations[index];
        let name = allocation.describe();
        let start = address - allocation.address;
        if allocation.state == State::Freed && start < allocation.size {
            return Problem::new(FaultKind::UseAfterFree, format!("{access}: {name} was freed"));
        }
        let past = start.saturating_add(bytes as u64) - allocation.size;
        let mut detail = format!("{access}: ends {past} bytes past {name}");
        if let Some(next) = self.allocations.get(index + 1) {
            let before = next.address - address;
            if before < past {
                detail = format!("{access}: starts {before} bytes before {}", next.describe());
            }
        }
        Problem::new(FaultKind::OutOfBounds, detail)
    }

    /// Reads what a thread loads. Up to eight bytes.
    #[inline]
    pub(crate) fn load(&mut self, address: u64, bytes: usize) -> Result<u64, Problem> {
        let (index, start) = self.locate(address, bytes, "load")?;
        let allocation = &mut self.allocations[index];
        if let Some(missing) = allocation.written.missing(start, bytes) {
            let name = allocation.describe();
            let detail =
                format!("load of {bytes} bytes at {address:#x}: byte {missing} of {name} was never written");
            return Err(Problem::new(FaultKind::UninitialisedMemory, detail));
        }
        Ok(from_bytes(&allocation.data[start..start + bytes]))
    }

    /// Writes what a thread stores. Up to eight bytes.
    #[inline]
    pub(crate) fn store(&mut self, address: u64, bytes: usize, value: u64) -> Result<(), Problem> {
        let (index, start) = self.locate(address, bytes, "store")?;
        let allocation = &mut self.allocations[index];
        if allocation.state == State::Constant {
            let detail = format!("store to {}, which is constant", allocation.describe());
            return Err(Problem::new(FaultKind::WriteToConstant, detail));
        }
        allocation.data[start..start + bytes].copy_from_slice(&value.to_le_bytes()[..bytes]);
        allocation.written.set(start, bytes);
        Ok(())
    }

    /// The live allocation that an address lies in.
    #[inline]
    pub(crate) fn at(&mut self, address: u64) -> Option<&mut Allocation> {
        let (index, _) = self.locate(address, 1, "access").ok()?;
        self.allocations.get_mut(index)
    }

    /// A number for a launch that no other launch on this memory has.
    pub(crate) fn begin_launch(&mut self) -> u64 {
        self.launches += 1;
        self.launches
    }

    pub(crate) fn module(&self, id: u64) -> Option<Vec<u64>> {
        self.modules.get(&id).cloned()
    }

    pub(crate) fn set_module(&mut self, id: u64, addresses: Vec<u64>) {
        self.modules.insert(id, addresses);
    }
}

impl Allocation {
    fn new(address: u64, size: u64, name: Option<String>) -> Allocation {
        let (data, written) = (vec![POISON; size as usize], Written::new(size as usize));
        let shadow = Shadow::new(size as usize);
        Allocation { address, size, data, written, state: State::Live, name, shadow }
    }

    fn end(&self) -> u64 {
        self.address + self.size
    }

    pub fn describe(&self) -> String {
        match &self.name {
            Some(name) => format!("variable '{name}' of {} bytes", self.size),
            None => format!("the allocation of {} bytes at {:#x}", self.size, self.address),
        }
    }
}

/// Up to eight bytes as a number.
#[inline]
pub(crate) fn from_bytes(bytes: &[u8]) -> u64 {
    let mut all = [0; 8];
    all[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(all)
}
