//! Memory: what programs allocate on devices, in pools, and page-locked on the host (manual, 6.13 and 6.15).

use std::collections::HashMap;

use crate::code::{Code, Outcome};
use crate::device;
use crate::driver::{Driver, Handle};
use crate::host::{HostRange, host_range};
use crate::work::Work;

/// What CUDA aligns allocations to.
const ALIGNMENT: u64 = 256;
/// The most bytes of page-locked memory that one call gives.
const MOST_PINNED: u64 = 1 << 40;

/// Memory of a device that a program has.
#[derive(Debug)]
pub struct Allocation {
    /// Where it was allocated.
    pub context: Handle,
    /// How many bytes.
    pub bytes: u64,
    /// The pool that it came from.
    pub pool: Option<Handle>,
    /// Whether a stream will free it.
    pub freeing: bool,
}

/// A memory pool. It keeps nothing: what is freed is free, so that uses afterwards are seen.
#[derive(Debug)]
pub struct Pool {
    /// Whose memory it gives.
    pub device: usize,
    /// `CUmemPool_attribute` by number: reuse, threshold, high-water mark.
    pub attributes: HashMap<u32, u64>,
    /// Bytes that programs have.
    pub used: u64,
    /// The most that they had.
    pub high: u64,
}

impl Pool {
    /// A pool as the driver makes it.
    pub fn new(device: usize) -> Pool {
        Pool { device, attributes: HashMap::from([(1, 1), (2, 1), (3, 1), (4, 0)]), used: 0, high: 0 }
    }
}

/// Page-locked memory of the host.
#[derive(Debug)]
pub struct Pinned {
    /// How many bytes.
    pub bytes: u64,
    /// What the program asked for.
    pub flags: u32,
    /// The memory itself, unless the program registered its own.
    pages: Option<Vec<Page>>,
    /// Where kernels of a device find it.
    pub aliases: HashMap<usize, u64>,
}

/// Page-locked memory is aligned to pages.
#[derive(Clone, Debug)]
#[repr(align(4096))]
struct Page(#[expect(dead_code, reason = "the program's")] [u8; 4096]);

impl Driver {
    /// `cuMemAlloc`, and from pools.
    pub fn allocate(&mut self, context: Handle, bytes: u64, pool: Option<Handle>) -> Outcome<u64> {
        if bytes == 0 {
            return Err(Code::InvalidValue);
        }
        let device = match pool {
            Some(pool) => self.pools.get(&pool).ok_or(Code::InvalidValue)?.device,
            None => self.context(context)?.device,
        };
        let first = self.devices[device].memory.allocate(bytes, ALIGNMENT);
        let address = match first {
            Ok(address) => address,
            Err(_) => {
                // Memory that streams are to free may be had by waiting for them.
                self.finish_all();
                self.healthy(context)?;
                let second = self.devices[device].memory.allocate(bytes, ALIGNMENT);
                second.map_err(|_| Code::OutOfMemory)?
            }
        };
        if let Some(pool) = pool.and_then(|pool| self.pools.get_mut(&pool)) {
            pool.used += bytes;
            pool.high = pool.high.max(pool.used);
        }
        self.allocations.insert(address, Allocation { context, bytes, pool, freeing: false });
        Ok(address)
    }

    /// `cuMemFree`: waits, as drivers do, for all that may use the memory.
    pub fn free(&mut self, context: Handle, address: u64) -> Outcome<()> {
        self.allocations.get(&address).filter(|found| !found.freeing).ok_or(Code::InvalidValue)?;
        self.finish_all();
        self.healthy(context)?;
        self.release(address)
    }

    /// `cuMemFreeAsync`.
    pub fn free_async(&mut self, stream: Handle, address: u64) -> Outcome<()> {
        let allocation = self.allocations.get(&address).filter(|found| !found.freeing);
        if allocation.is_none() {
            return Err(Code::InvalidValue);
        }
        self.forbid_memory_in_graphs(stream)?;
        self.enqueue(stream, Work::Free(address))?;
        if let Some(allocation) = self.allocations.get_mut(&address) {
            allocation.freeing = true;
        }
        Ok(())
    }

    /// Frees memory now.
    pub fn release(&mut self, address: u64) -> Outcome<()> {
        let allocation = self.allocations.remove(&address).ok_or(Code::InvalidValue)?;
        if let Some(pool) = allocation.pool.and_then(|pool| self.pools.get_mut(&pool)) {
            pool.used -= allocation.bytes;
        }
        let device = self.device_at(address)?;
        self.devices[device].memory.free(address).map_err(|_| Code::InvalidValue)
    }

    /// Frees what was allocated in a context.
    pub fn free_all(&mut self, context: Handle) {
        let of_context =
            |(address, found): (&u64, &Allocation)| (found.context == context).then_some(*address);
        let addresses: Vec<u64> = self.allocations.iter().filter_map(of_context).collect();
        for address in addresses {
            // It is live, as it is in the list.
            self.release(address).unwrap_or_default();
        }
    }

    /// How many bytes of all devices programs have.
    pub fn live_bytes(&self) -> u64 {
        self.allocations.values().map(|allocation| allocation.bytes).sum()
    }

    /// The device of an address.
    pub fn device_at(&self, address: u64) -> Outcome<usize> {
        device::of_address(address).filter(|device| *device < self.devices.len()).ok_or(Code::InvalidValue)
    }

    /// The live allocation or variable of a device that an address lies in, with its size.
    pub fn range_at(&self, address: u64) -> Option<(u64, u64)> {
        let device = self.device_at(address).ok()?;
        self.devices[device].memory.allocation_of(address)
    }

    /// Sees that bytes lie in one live allocation.
    pub fn check_range(&self, address: u64, bytes: u64) -> Outcome<()> {
        let (start, size) = self.range_at(address).ok_or(Code::InvalidValue)?;
        if bytes <= size - (address - start) { Ok(()) } else { Err(Code::InvalidValue) }
    }

    /// `cuMemHostAlloc`.
    pub fn allocate_pinned(&mut self, bytes: u64, flags: u32) -> Outcome<u64> {
        if bytes == 0 || flags > 7 {
            return Err(Code::InvalidValue);
        }
        if bytes > MOST_PINNED {
            return Err(Code::OutOfMemory);
        }
        let count = bytes.div_ceil(size_of::<Page>() as u64) as usize;
        let mut pages = Vec::new();
        pages.try_reserve_exact(count).map_err(|_| Code::OutOfMemory)?;
        // What fresh memory holds, so that reading too early is seen.
        pages.resize(count, Page([0xcb; 4096]));
        let address = pages.as_mut_ptr().expose_provenance() as u64;
        self.pinned.insert(address, Pinned { bytes, flags, pages: Some(pages), aliases: HashMap::new() });
        Ok(address)
    }

    /// `cuMemHostRegister`.
    pub fn register(&mut self, address: u64, bytes: u64, flags: u32) -> Outcome<()> {
        if bytes == 0 || address == 0 {
            return Err(Code::InvalidValue);
        }
        let before = self.pinned.range(..address + bytes).next_back();
        if before.is_some_and(|(start, pinned)| start + pinned.bytes > address) {
            return Err(Code::HostMemoryAlreadyRegistered);
        }
        self.pinned.insert(address, Pinned { bytes, flags, pages: None, aliases: HashMap::new() });
        Ok(())
    }

    /// `cuMemFreeHost`, or `cuMemHostUnregister` where the memory is the program's. Work that uses it is done first.
    pub fn unpin(&mut self, address: u64, registered: bool) -> Outcome<()> {
        let absent = if registered { Code::HostMemoryNotRegistered } else { Code::InvalidValue };
        let found = self.pinned.get(&address).ok_or(absent)?;
        if found.pages.is_none() != registered {
            return Err(absent);
        }
        self.finish_all();
        if let Some(pinned) = self.pinned.remove(&address) {
            for (device, alias) in pinned.aliases {
                self.devices[device].memory.free(alias).map_err(|_| Code::InvalidValue)?;
            }
        }
        Ok(())
    }

    /// The page-locked memory that all of a range lies in: its start and itself.
    pub fn pinned_at(&self, address: u64, bytes: u64) -> Option<(u64, &Pinned)> {
        let (start, pinned) = self.pinned.range(..=address).next_back()?;
        let inside = address - start;
        (inside < pinned.bytes && bytes <= pinned.bytes - inside).then_some((*start, pinned))
    }

    /// `cuMemHostGetDevicePointer`: an address under which kernels see page-locked memory. Its bytes are carried
    /// back and forth around each launch.
    pub fn device_pointer(&mut self, device: usize, address: u64) -> Outcome<u64> {
        let (start, pinned) = self.pinned_at(address, 1).ok_or(Code::InvalidValue)?;
        if let Some(alias) = pinned.aliases.get(&device) {
            return Ok(alias + (address - start));
        }
        let bytes = pinned.bytes;
        let alias = self.devices[device].memory.allocate(bytes, ALIGNMENT).map_err(|_| Code::OutOfMemory)?;
        if let Some(pinned) = self.pinned.get_mut(&start) {
            pinned.aliases.insert(device, alias);
        }
        Ok(alias + (address - start))
    }

    /// The page-locked memory that kernels of a device see, and where.
    pub fn aliases_of(&self, device: usize) -> Vec<(u64, HostRange)> {
        let alias = |(start, pinned): (&u64, &Pinned)| {
            let alias = pinned.aliases.get(&device)?;
            Some((*alias, host_range(*start, pinned.bytes)))
        };
        self.pinned.iter().filter_map(alias).collect()
    }
}
