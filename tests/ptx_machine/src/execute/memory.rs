//! Loads and stores: which memory an address lies in, and what may go wrong there (PTX ISA 9.7.9.8, 9.7.9.11).

use super::shared_memory::{from_generic, small_space};
use crate::fault::{FaultKind, Problem};
use crate::instruction::{Address, Base, Register, Source, Strength};
use crate::machine::Machine;
use crate::memory::from_bytes;
use crate::shadow::{Conflict, Touch};
use crate::thread::Thread;
use crate::types::{Kind, Space, Type};

/// Where an access lies.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    Global(u64),
    Shared(u64),
    /// The activation's variables: local memory and `.param`.
    Local(u64),
    /// The kernel's parameters.
    Parameter(u64),
}

impl Machine<'_> {
    pub(super) fn load(
        &mut self,
        thread: &mut Thread,
        (space, access): (Space, Strength),
        t: Type,
        address: Address,
        width: u8,
        d: &[Option<Register>],
    ) -> Result<(), Problem> {
        let bytes = t.bytes();
        let place = self.place(thread, space, address, bytes, d.len())?;
        let touch = match access {
            Strength::Weak => Touch::Read,
            Strength::Strong => Touch::StrongRead,
            Strength::NonCoherent => Touch::NonCoherentRead,
        };
        for (index, &register) in d.iter().enumerate() {
            let value = self.load_one(thread, place.plus(index * bytes), bytes, touch)?;
            // A register that is wider gets the sign or zeros (PTX ISA 9.4.1).
            let value = if t.is_signed() { t.extend(value) as u64 } else { value };
            thread.set(register, Type { kind: Kind::Bits, bits: width.max(t.bits) }.truncate(value));
        }
        Ok(())
    }

    pub(super) fn store(
        &mut self,
        thread: &mut Thread,
        (space, access): (Space, Strength),
        t: Type,
        address: Address,
        s: &[Source],
    ) -> Result<(), Problem> {
        let bytes = t.bytes();
        let place = self.place(thread, space, address, bytes, s.len())?;
        let touch = if access == Strength::Weak { Touch::Write } else { Touch::StrongWrite };
        for (index, &source) in s.iter().enumerate() {
            let value = t.truncate(self.read(thread, source)?);
            self.store_one(thread, place.plus(index * bytes), bytes, touch, value)?;
        }
        Ok(())
    }

    /// Where an access of `count` values of `bytes` bytes lies. A vector is aligned as a whole.
    pub(super) fn place(
        &self,
        thread: &Thread,
        space: Space,
        address: Address,
        bytes: usize,
        count: usize,
    ) -> Result<Place, Problem> {
        let (base, lies_in) = match address.base {
            Base::Register(register) => (self.register(thread, register)?, space),
            Base::Variable(index) => (self.variable_address(index), space),
            Base::Frame(index) => (self.frame_address(thread, index), Space::Local),
            Base::Parameter(index) => return self.parameter(index, address.offset, bytes * count),
            Base::Absolute => (0, space),
        };
        let value = base.wrapping_add_signed(address.offset);
        let whole = (bytes * count) as u64;
        if value & (whole - 1) != 0 {
            let detail = format!("access of {whole} bytes at {value:#x}, which is no multiple of {whole}");
            return Err(Problem::new(FaultKind::Misaligned, detail));
        }
        match lies_in {
            Space::Generic => match small_space(value) {
                Space::Shared => Ok(Place::Shared(from_generic(Space::Shared, value)?)),
                Space::Local => Ok(Place::Local(from_generic(Space::Local, value)?)),
                _ => Ok(Place::Global(value)),
            },
            Space::Shared => Ok(Place::Shared(value)),
            Space::Local | Space::Param => Ok(Place::Local(value)),
            Space::Const if !self.memory.is_constant(value) => {
                let detail = format!("load at {value:#x}, which is no constant memory");
                Err(Problem::new(FaultKind::OutOfBounds, detail))
            }
            Space::Const | Space::Global => Ok(Place::Global(value)),
        }
    }

    /// A place in the kernel's parameters, which must lie in that one.
    fn parameter(&self, index: u32, offset: i64, bytes: usize) -> Result<Place, Problem> {
        let parameter = &self.kernel.parameters[index as usize];
        let (name, size) = (&parameter.name, parameter.size);
        let end = offset.saturating_add(bytes as i64);
        if offset < 0 || end > i64::from(size) {
            let detail = format!("read of bytes {offset} to {end} of parameter '{name}', which has {size}");
            return Err(Problem::new(FaultKind::ParameterOutOfBounds, detail));
        }
        let start = u64::from(parameter.offset) + offset as u64;
        if !start.is_multiple_of(bytes as u64) {
            let detail = format!("read of {bytes} bytes at byte {offset} of parameter '{name}'");
            return Err(Problem::new(FaultKind::Misaligned, detail));
        }
        Ok(Place::Parameter(start))
    }

    /// Reads a value at a generic address.
    pub fn load_generic(&mut self, thread: &Thread, address: Address, bytes: usize) -> Result<u64, Problem> {
        let place = self.place(thread, Space::Generic, address, bytes, 1)?;
        self.load_one(thread, place, bytes, Touch::Read)
    }

    pub(super) fn load_one(
        &mut self,
        thread: &Thread,
        place: Place,
        bytes: usize,
        touch: Touch,
    ) -> Result<u64, Problem> {
        match place {
            Place::Global(address) => {
                self.touch_global(thread, address, bytes, touch)?;
                self.memory.load(address, bytes)
            }
            Place::Shared(address) => {
                let value = self.block.shared.load(address, bytes);
                // A race explains more than that nobody wrote yet.
                self.touch_shared(thread, address, bytes, touch)?;
                value
            }
            Place::Local(address) => {
                let start = self.local(thread, address, bytes, "load")?;
                if let Some(missing) = (start..start + bytes).find(|&byte| !thread.local_written[byte]) {
                    let detail =
                        format!("load of {bytes} bytes of local memory: byte {missing} was never written");
                    return Err(Problem::new(FaultKind::UninitialisedMemory, detail));
                }
                Ok(from_bytes(&thread.local[start..start + bytes]))
            }
            Place::Parameter(start) => {
                Ok(from_bytes(&self.parameters[start as usize..start as usize + bytes]))
            }
        }
    }

    pub(super) fn store_one(
        &mut self,
        thread: &mut Thread,
        place: Place,
        bytes: usize,
        touch: Touch,
        value: u64,
    ) -> Result<(), Problem> {
        match place {
            Place::Global(address) => {
                self.memory.store(address, bytes, value)?;
                self.touch_global(thread, address, bytes, touch)
            }
            Place::Shared(address) => {
                self.block.shared.store(address, bytes, value)?;
                self.touch_shared(thread, address, bytes, touch)
            }
            Place::Local(address) => {
                let start = self.local(thread, address, bytes, "store")?;
                thread.local[start..start + bytes].copy_from_slice(&value.to_le_bytes()[..bytes]);
                thread.local_written[start..start + bytes].fill(true);
                Ok(())
            }
            Place::Parameter(_) => {
                Err(Problem::new(FaultKind::WriteToConstant, "store to a kernel's parameter"))
            }
        }
    }

    /// The start of an access that lies in one variable of one of the thread's activations.
    fn local(&self, thread: &Thread, address: u64, bytes: usize, what: &str) -> Result<usize, Problem> {
        let callers = thread.callers.iter().rev().map(|caller| (caller.function, caller.frame));
        let mut nearest = None;
        for (function, frame) in std::iter::once((thread.function, thread.frame)).chain(callers) {
            for variable in &self.module.functions[function as usize].frame {
                let start = frame as u64 + u64::from(variable.offset);
                let end = start + u64::from(variable.size);
                if start <= address && address.saturating_add(bytes as u64) <= end {
                    return Ok(address as usize);
                }
                if start <= address && nearest.is_none_or(|(_, best, _)| start > best) {
                    nearest = Some((variable, start, end));
                }
            }
        }
        let access = format!("{what} of {bytes} bytes at local address {address:#x}");
        let detail = match nearest {
            Some((variable, _, end)) => {
                let past = address.saturating_add(bytes as u64).saturating_sub(end);
                format!("{access}: ends {past} bytes past '{}' of {} bytes", variable.name, variable.size)
            }
            None => format!("{access}: no variable is there"),
        };
        Err(Problem::new(FaultKind::OutOfBounds, detail))
    }

    fn touch_shared(
        &mut self,
        thread: &Thread,
        address: u64,
        bytes: usize,
        touch: Touch,
    ) -> Result<(), Problem> {
        let by = self.accessor(thread);
        let result = self.block.shared.shadow.touch(address as usize, bytes, touch, &by, &self.published);
        result.map_err(|conflict| {
            let place = format!("shared memory, {}", self.block.shared.describe(conflict.byte));
            self.race(FaultKind::SharedRace, &place, conflict, touch)
        })
    }

    /// Looks for races in global memory. An access outside of any allocation is somebody else's to report.
    fn touch_global(
        &mut self,
        thread: &Thread,
        address: u64,
        bytes: usize,
        touch: Touch,
    ) -> Result<(), Problem> {
        if !self.launch.global_races {
            return Ok(());
        }
        if matches!(touch, Touch::StrongRead | Touch::StrongWrite) {
            self.block.acquired = true;
        }
        let by = self.accessor(thread);
        let number = self.number;
        let Some(allocation) = self.memory.at(address) else { return Ok(()) };
        allocation.shadow.begin(number);
        let start = (address - allocation.address) as usize;
        if let Err(conflict) = allocation.shadow.touch(start, bytes, touch, &by, &self.published) {
            let place = format!("byte {} of {}", conflict.byte, allocation.describe());
            let kind = if conflict.non_coherent { FaultKind::NonCoherentLoad } else { FaultKind::GlobalRace };
            return Err(self.race(kind, &place, conflict, touch));
        }
        Ok(())
    }

    #[cold]
    fn race(&self, kind: FaultKind, place: &str, conflict: Conflict, touch: Touch) -> Problem {
        let threads = self.block.threads;
        let other = match conflict.other {
            Some(other) if other / threads == self.block.number => format!("thread {}", other % threads),
            Some(other) => format!("thread {} of block {}", other % threads, other / threads),
            None => "several threads".to_owned(),
        };
        let did = if conflict.other_wrote { "wrote" } else { "read" };
        let does = match touch {
            Touch::Read | Touch::StrongRead => "reads",
            Touch::Write | Touch::StrongWrite => "writes",
            Touch::NonCoherentRead => "reads",
        };
        let detail = if conflict.non_coherent {
            format!("'.nc' load of what this launch writes: {place}: {other} {did} it, this thread {does} it")
        } else {
            format!(
                "race on {place}: {other} {did} it and this thread {does} it with nothing that orders them"
            )
        };
        Problem::new(kind, detail)
    }
}

impl Place {
    fn plus(self, bytes: usize) -> Place {
        let bytes = bytes as u64;
        match self {
            Place::Global(address) => Place::Global(address.wrapping_add(bytes)),
            Place::Shared(address) => Place::Shared(address.wrapping_add(bytes)),
            Place::Local(address) => Place::Local(address.wrapping_add(bytes)),
            Place::Parameter(start) => Place::Parameter(start + bytes),
        }
    }
}
