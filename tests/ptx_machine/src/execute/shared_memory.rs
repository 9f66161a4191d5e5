//! Shared memory, and the windows through which generic addresses reach the small spaces (PTX ISA 6.4.1.1).

use crate::fault::{FaultKind, Problem};
use crate::machine::Machine;
use crate::memory::{Written, from_bytes};
use crate::module::{Kernel, Module, SharedVariable};
use crate::shadow::Shadow;
use crate::types::Space;

/// Where the windows of shared and local memory start in generic addresses.
pub(crate) const SHARED_WINDOW: u64 = 1 << 56;
pub(crate) const LOCAL_WINDOW: u64 = 2 << 56;
const WINDOW_BYTES: u64 = 1 << 32;

/// A block's shared memory.
#[derive(Debug)]
pub(crate) struct SharedMemory {
    /// Name, start and size of each variable.
    variables: Vec<(String, u32, u32)>,
    layout: Vec<SharedVariable>,
    data: Vec<u8>,
    written: Written,
    pub shadow: Shadow,
}

impl SharedMemory {
    pub fn new(module: &Module, kernel: &Kernel, dynamic: u32) -> SharedMemory {
        let name = |variable: &SharedVariable| module.variables[variable.variable as usize].name.clone();
        let size = |variable: &SharedVariable| variable.size.unwrap_or(dynamic);
        let variables: Vec<_> = kernel.layout.iter().map(|v| (name(v), v.offset, size(v))).collect();
        let bytes =
            variables.iter().map(|(_, start, size)| start.saturating_add(*size) as usize).max().unwrap_or(0);
        SharedMemory {
            variables,
            layout: kernel.layout.clone(),
            data: vec![0xcb; bytes],
            written: Written::new(bytes),
            shadow: Shadow::new(bytes),
        }
    }

    /// Where a variable of the module lies.
    pub fn offset(&self, variable: u32) -> u64 {
        self.layout.iter().find(|place| place.variable == variable).map_or(0, |place| u64::from(place.offset))
    }

    /// The start of an access that lies in one variable.
    fn locate(&self, address: u64, bytes: usize, what: &str) -> Result<usize, Problem> {
        let fits = |start: u32, size: u32| {
            address >= u64::from(start)
                && address.saturating_add(bytes as u64) <= u64::from(start) + u64::from(size)
        };
        if self.variables.iter().any(|&(_, start, size)| fits(start, size)) {
            return Ok(address as usize);
        }
        Err(self.outside(address, bytes, what))
    }

    #[cold]
    fn outside(&self, address: u64, bytes: usize, what: &str) -> Problem {
        let access = format!("{what} of {bytes} bytes at shared address {address:#x}");
        let before = self.variables.iter().rev().find(|variable| u64::from(variable.1) <= address);
        let detail = match before {
            Some((name, start, size)) => {
                let past = address.saturating_add(bytes as u64) - u64::from(*start) - u64::from(*size);
                format!("{access}: ends {past} bytes past '{name}' of {size} bytes")
            }
            None => format!("{access}: no variable is there"),
        };
        Problem::new(FaultKind::OutOfBounds, detail)
    }

    /// The name of the variable at an address, and the address's place in it.
    pub fn describe(&self, address: usize) -> String {
        let before = self.variables.iter().rev().find(|variable| variable.1 as usize <= address);
        before.map_or_else(String::new, |(name, start, _)| {
            format!("byte {} of '{name}'", address - *start as usize)
        })
    }

    /// Reads up to eight bytes.
    pub fn load(&self, address: u64, bytes: usize) -> Result<u64, Problem> {
        let start = self.locate(address, bytes, "load")?;
        if let Some(missing) = self.written.missing(start, bytes) {
            let place = self.describe(missing);
            let detail =
                format!("load of {bytes} bytes at shared address {address:#x}: {place} was never written");
            return Err(Problem::new(FaultKind::UninitialisedMemory, detail));
        }
        Ok(from_bytes(&self.data[start..start + bytes]))
    }

    /// Writes up to eight bytes.
    pub fn store(&mut self, address: u64, bytes: usize, value: u64) -> Result<(), Problem> {
        let start = self.locate(address, bytes, "store")?;
        self.data[start..start + bytes].copy_from_slice(&value.to_le_bytes()[..bytes]);
        self.written.set(start, bytes);
        Ok(())
    }
}

fn window(space: Space) -> Option<u64> {
    match space {
        Space::Shared => Some(SHARED_WINDOW),
        Space::Local => Some(LOCAL_WINDOW),
        _ => None,
    }
}

/// An address of a space as a generic one.
pub(crate) fn to_generic(space: Space, address: u64) -> u64 {
    address.wrapping_add(window(space).unwrap_or(0))
}

/// A generic address as one of the space.
pub(crate) fn from_generic(space: Space, address: u64) -> Result<u64, Problem> {
    match window(space) {
        Some(start) if address.wrapping_sub(start) < WINDOW_BYTES => Ok(address - start),
        None if !in_window(address) => Ok(address),
        _ => {
            let detail = format!("generic address {address:#x} does not lie in {space} memory");
            Err(Problem::new(FaultKind::WrongSpace, detail))
        }
    }
}

fn in_window(address: u64) -> bool {
    [SHARED_WINDOW, LOCAL_WINDOW].iter().any(|start| address.wrapping_sub(*start) < WINDOW_BYTES)
}

/// The small space that a generic address reaches.
pub(crate) fn small_space(address: u64) -> Space {
    [Space::Shared, Space::Local]
        .into_iter()
        .find(|&space| window(space).is_some_and(|start| address.wrapping_sub(start) < WINDOW_BYTES))
        .unwrap_or(Space::Global)
}

impl Machine<'_> {
    /// `isspacep`
    pub fn is_space(&self, space: Space, address: u64) -> bool {
        match space {
            Space::Const => self.memory.is_constant(address),
            Space::Global => small_space(address) == Space::Global && !self.memory.is_constant(address),
            _ => small_space(address) == space,
        }
    }
}
