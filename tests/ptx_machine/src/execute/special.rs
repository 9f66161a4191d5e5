//! The values of special registers (PTX ISA 10).

use crate::machine::Machine;
use crate::special::Special;
use crate::thread::Thread;

impl Machine<'_> {
    /// A special register's value for that thread.
    pub fn special(&self, thread: &Thread, special: Special) -> u64 {
        let of = |values: [u32; 3], dimension: u8| values.get(usize::from(dimension)).copied();
        let lane = thread.lane();
        let less = (1_u32 << lane) - 1;
        let value = match special {
            Special::Tid(dimension) => of(thread.index, dimension).unwrap_or(0),
            Special::Ntid(dimension) => of(self.launch.block, dimension).unwrap_or(0),
            Special::Ctaid(dimension) => of(self.block.index, dimension).unwrap_or(0),
            Special::Nctaid(dimension) => of(self.launch.grid, dimension).unwrap_or(0),
            Special::LaneId => lane,
            Special::WarpId => thread.number / 32,
            Special::NumberOfWarps => self.block.threads.div_ceil(32),
            Special::LaneMaskEqual => 1 << lane,
            Special::LaneMaskLess => less,
            Special::LaneMaskLessEqual => less << 1 | 1,
            Special::LaneMaskGreater => !(less << 1 | 1),
            Special::LaneMaskGreaterEqual => !less,
            Special::Clock => self.steps as u32,
            Special::Clock64 | Special::GlobalTimer => return self.steps,
            Special::MultiprocessorId => 0,
            Special::NumberOfMultiprocessors => 1,
            Special::GridId => return self.number,
            Special::DynamicSharedSize => self.launch.dynamic_shared,
            Special::TotalSharedSize => self.launch.dynamic_shared + self.kernel.static_shared,
        };
        u64::from(value)
    }
}
