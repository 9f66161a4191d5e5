//! What kernels raise and print: a record on the device for each module that a stream runs, read when the host waits.

use std::mem::offset_of;
use std::sync::Mutex;

use pykernel_abi::{Fault, LaunchRecord};

use super::driver::{CUdeviceptr, CUstream, Handle};
use super::memory::{allocate, release};
use super::printed;
use super::{Device, Error, Stream};

/// The raise sites of a module, by their numbers: what [`pykernel_abi::Site`] describes, each with its texts.
pub type Sites = &'static [&'static [u8]];

/// The texts that a module prints, by their numbers, as [`pykernel_abi::Site`] describes templates.
pub type Templates = &'static [&'static [u8]];

/// What kernels of a module may say to the host.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reports {
    /// What they raise.
    pub sites: Sites,
    /// What they print.
    pub templates: Templates,
}

impl Reports {
    /// Whether there is nothing.
    pub const fn is_empty(&self) -> bool {
        self.sites.is_empty() && self.templates.is_empty()
    }

    /// Whether these are those of one module: it has one list of each, which is its own unless it is empty.
    fn is_same(&self, other: &Reports) -> bool {
        std::ptr::eq(self.sites, other.sites) && std::ptr::eq(self.templates, other.templates)
    }
}

/// How many records are allocated together.
const ROOM: usize = 64;

/// The records of a stream.
#[derive(Debug, Default)]
pub struct Faults(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The modules that have a record each, in the order of their first runs.
    modules: Vec<Module>,
    /// Where the records are: [`ROOM`] of them in each block.
    blocks: Vec<CUdeviceptr>,
    /// Whether something ran that may have raised since they were last read.
    expected: bool,
}

/// A module that has a record.
#[derive(Debug)]
struct Module {
    reports: Reports,
    /// Where its texts go, if it prints.
    texts: Option<CUdeviceptr>,
}

impl State {
    /// The address of the record of a module.
    fn address(&self, at: usize) -> CUdeviceptr {
        self.blocks[at / ROOM] + (at % ROOM * size_of::<LaunchRecord>()) as u64
    }
}

/// What kernels have raised, each with its module's place and sites.
pub struct Found(Vec<(usize, Sites, Fault)>);

impl Faults {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// The address of the record of a module, for a kernel that runs now.
    pub fn record(&self, stream: &Stream, reports: Reports) -> Result<CUdeviceptr, Error> {
        let mut state = self.state();
        state.expected = true;
        let at = match state.modules.iter().position(|module| module.reports.is_same(&reports)) {
            Some(at) => at,
            None => {
                if state.modules.len() == state.blocks.len() * ROOM {
                    state.blocks.push(zeroed(stream)?);
                }
                let texts = match reports.templates.is_empty() {
                    true => None,
                    false => Some(printed::room(stream, state.address(state.modules.len()))?),
                };
                state.modules.push(Module { reports, texts });
                state.modules.len() - 1
            }
        };
        Ok(state.address(at))
    }

    /// Has room for the records of modules that first run while a graph is recorded.
    pub fn prepare(&self, stream: &Stream) -> Result<(), Error> {
        let mut state = self.state();
        if state.modules.len() == state.blocks.len() * ROOM {
            state.blocks.push(zeroed(stream)?);
        }
        Ok(())
    }

    /// Something runs that may raise.
    pub fn expect(&self) {
        self.state().expected = true;
    }

    /// Copies the records to the host, if something ran that may have raised, and prints what kernels have printed.
    pub fn read(&self, stream: &Stream) -> Result<Found, Error> {
        let mut state = self.state();
        if !state.expected {
            return Ok(Found(Vec::new()));
        }
        let driver = stream.ask_now("what kernels raised")?;
        let mut all = Vec::new();
        for (block, modules) in state.blocks.iter().zip(state.modules.chunks(ROOM)) {
            let mut records = vec![LaunchRecord::default(); modules.len()];
            let bytes = size_of_val(records.as_slice());
            // SAFETY: the block has so many records, which are numbers, and they live until the
            // stream has been waited for.
            unsafe {
                driver.cuMemcpyDtoHAsync_v2(records.as_mut_ptr().cast(), *block, bytes, stream.raw())?;
                driver.cuStreamSynchronize(stream.raw())?;
            }
            all.append(&mut records);
        }
        for (at, record) in all.iter().enumerate().filter(|(_, record)| record.used > 0) {
            printed::print(stream, state.address(at), record, state.modules[at].reports.templates)?;
        }
        state.expected = false;
        let raised = all.iter().enumerate().filter(|(_, record)| record.fault.site != 0);
        let found = raised.map(|(at, record)| (at, state.modules[at].reports.sites, record.fault));
        Ok(Found(found.collect()))
    }

    /// Gives the memory back, behind all that the stream has been asked for.
    pub fn free(&mut self, device: Device, stream: Handle<CUstream>) {
        let state = self.0.get_mut().unwrap_or_else(|poisoned| poisoned.into_inner());
        let texts = state.modules.drain(..).filter_map(|module| module.texts);
        release(device, stream, state.blocks.drain(..).chain(texts));
    }
}

/// A block of records in which nothing was raised.
fn zeroed(stream: &Stream) -> Result<CUdeviceptr, Error> {
    let (driver, bytes) = (stream.ask_now("a kernel's first run")?, ROOM * size_of::<LaunchRecord>());
    let block = allocate(stream, bytes)?;
    // SAFETY: the stream is alive, its device's context the thread's, and the block has this size.
    unsafe { driver.cuMemsetD8Async(block, 0, bytes, stream.raw())? };
    Ok(block)
}

impl Found {
    /// The first error, if any. Clears all on the device then.
    pub fn check(self, stream: &Stream) -> Result<(), Error> {
        let Some((_, sites, fault)) = self.0.first() else { return Ok(()) };
        let driver = stream.ask_now("what kernels raised")?;
        let state = stream.faults().state();
        for (at, ..) in &self.0 {
            let (address, bytes) = (state.address(*at), size_of::<Fault>());
            // SAFETY: the record begins with the fault, and kernels that run later find it cleared.
            unsafe { driver.cuMemsetD8Async(address, 0, bytes, stream.raw())? };
        }
        Err(raised(sites, fault))
    }
}

/// What a record says, by the sites of its module.
fn raised(sites: Sites, fault: &Fault) -> Error {
    let site = (fault.site as usize).checked_sub(1).and_then(|number| sites.get(number));
    let error = site.and_then(|site| crate::Error::at(site, &fault.operands));
    let [x, y, z, i, j, k] = fault.place;
    match error {
        Some(error) => Error::Raised { error, thread: [x, y, z], block: [i, j, k] },
        None => {
            let cause = format!("site {} is none of its module's {}", fault.site, sites.len());
            Error::refused("what a kernel raised", cause)
        }
    }
}

/// What is raised stands first in a record.
const _: () = assert!(offset_of!(LaunchRecord, fault) == 0);

#[cfg(test)]
mod tests {
    use super::*;

    /// A site as the head and its texts.
    fn site() -> &'static [u8] {
        let heads: [u32; 5] = [10, 7, 4, 1, 7];
        let mut bytes: Vec<u8> = heads.iter().flat_map(|head| head.to_ne_bytes()).collect();
        bytes.extend(b"ValueErrorx < {i}k.pyf");
        bytes.leak()
    }

    #[test]
    fn records_become_errors() {
        let sites: Sites = vec![site()].leak();
        let mut fault = Fault { site: 1, place: [3, 0, 0, 2, 0, 0], ..Fault::default() };
        fault.operands[0] = 5;
        let text = "ValueError: x < 5 (File \"k.py\", line 7, in f), thread (3, 0, 0) of block (2, 0, 0)";
        assert_eq!(raised(sites, &fault).to_string(), text);
        fault.site = 2;
        assert!(matches!(raised(sites, &fault), Error::Refused { .. }));
    }
}
