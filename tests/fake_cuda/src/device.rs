//! A device: its memory, and what it says of itself, which is a small Volta.

use ptx_machine::Memory;

use crate::driver::Handle;
use crate::settings::Settings;

/// Where the addresses of the first device start, as the machine has it, and how far those of the next are away.
const FIRST_ADDRESS: u64 = 0x7_0000_0000;
const ADDRESSES: u64 = 1 << 41;

/// Multiprocessors: few, so that grids that are made for the device are small.
pub const MULTIPROCESSORS: u32 = 4;
/// The most threads in a block.
pub const THREADS_PER_BLOCK: u32 = 1024;
/// The most blocks in each dimension of a grid.
pub const GRID: [u32; 3] = [i32::MAX as u32, 65535, 65535];
/// The most threads in each dimension of a block.
pub const BLOCK: [u32; 3] = [1024, 1024, 64];
/// Bytes of shared memory that every block may have.
pub const SHARED_PER_BLOCK: u32 = 48 * 1024;
/// Bytes of shared memory for blocks of kernels that ask for it.
pub const SHARED_OPTIN: u32 = 96 * 1024;
/// Threads that are at home on a multiprocessor.
pub const THREADS_PER_MULTIPROCESSOR: u32 = 2048;
/// Blocks that are at home on a multiprocessor.
pub const BLOCKS_PER_MULTIPROCESSOR: u32 = 32;
/// Registers of a multiprocessor.
pub const REGISTERS: u32 = 64 * 1024;

/// A device.
#[derive(Debug)]
pub struct Device {
    /// Its number.
    pub ordinal: usize,
    /// Its memory.
    pub memory: Memory,
    /// The primary context, while it is retained.
    pub primary: Option<Handle>,
    /// How often it is retained.
    pub retained: u32,
    /// `cuDevicePrimaryCtxSetFlags`.
    pub primary_flags: u32,
    /// The default memory pool.
    pub default_pool: Handle,
    /// The pool that `cuMemAllocAsync` takes from.
    pub pool: Handle,
}

impl Device {
    /// A device with so many bytes of memory.
    pub fn new(ordinal: usize, bytes: u64, pool: Handle) -> Device {
        let mut memory = Memory::with_capacity(bytes);
        // All devices share one space of addresses (manual, "Unified Addressing"). An allocation of no bytes moves
        // the place of the next one.
        if ordinal > 0 {
            let moved = memory.allocate_at(FIRST_ADDRESS + ordinal as u64 * ADDRESSES, 0);
            moved.unwrap_or_else(|problem| unreachable!("bug in fake_cuda: {problem}"));
        }
        Device { ordinal, memory, primary: None, retained: 0, primary_flags: 0, default_pool: pool, pool }
    }

    /// Its name.
    pub fn name(&self) -> String {
        "Fake CUDA device".to_owned()
    }

    /// `CUuuid`, as a program's own tools print it.
    pub fn uuid(&self) -> [u8; 16] {
        let mut uuid = *b"fake-cuda-device";
        uuid[15] = self.ordinal as u8;
        uuid
    }

    /// `cuDeviceGetAttribute`, by the number of `CUdevice_attribute`.
    pub fn attribute(&self, number: u32, settings: &Settings) -> Option<i32> {
        Some(match number {
            1 => THREADS_PER_BLOCK as i32,
            2..=4 => BLOCK[number as usize - 2] as i32,
            5..=7 => GRID[number as usize - 5] as i32,
            8 => SHARED_PER_BLOCK as i32,
            9 => 64 * 1024,
            // Warp size, pitch, registers, clock in kHz.
            10 => 32,
            11 => i32::MAX,
            12 | 82 => REGISTERS as i32,
            13 => 1_380_000,
            14 => 512,
            16 => MULTIPROCESSORS as i32,
            // Overlap, mapped memory, concurrent kernels.
            15 | 19 | 31 => 1,
            33 => self.ordinal as i32 + 1,
            // Memory clock in kHz, bus width in bits, bytes of the L2 cache.
            36 => 877_000,
            37 => 4096,
            38 => 6 << 20,
            39 => THREADS_PER_MULTIPROCESSOR as i32,
            40 => 2,
            // Unified addressing, priorities of streams, caches.
            41 | 78 | 79 | 80 => 1,
            75 => (settings.capability / 10) as i32,
            76 => (settings.capability % 10) as i32,
            81 | 97 => SHARED_OPTIN as i32,
            87 => 2,
            // Preemption, cooperative launches, registering of host memory, memory pools.
            90 | 95 | 99 => 1,
            106 => BLOCKS_PER_MULTIPROCESSOR as i32,
            115 => i32::from(settings.version >= 11020),
            // Everything else that there is: no, or none. Kernels reach page-locked memory under an address of its
            // own, and managed memory not at all.
            17..=130 => 0,
            _ => return None,
        })
    }
}

/// The device whose address it would be.
pub fn of_address(address: u64) -> Option<usize> {
    Some((address.checked_sub(FIRST_ADDRESS)? / ADDRESSES) as usize)
}
