//! What kernels raise: a record on the device for each module that a stream runs, read when the host waits.

use std::sync::Mutex;

use pykernel_abi::{Fault, LaunchRecord};

use super::driver::{CUdeviceptr, CUstream, Handle};
use super::memory::{allocate, release};
use super::{Device, Error, Stream};

/// The raise sites of a module, by their numbers: what [`pykernel_abi::Site`] describes, each with its texts.
pub type Sites = &'static [&'static [u8]];

/// How many records are allocated together.
const ROOM: usize = 64;

/// The records of a stream.
#[derive(Debug, Default)]
pub struct Faults(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The modules that have a record each, in the order of their first runs.
    modules: Vec<Sites>,
    /// Where the records are: [`ROOM`] of them in each block.
    blocks: Vec<CUdeviceptr>,
    /// Whether something ran that may have raised since they were last read.
    expected: bool,
}

/// Records as they were copied to the host; good when the stream has been waited for.
pub struct Found(Vec<(Sites, Fault)>);

impl Faults {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// The address of the record of a module, for a kernel that runs now.
    pub fn record(&self, stream: &Stream, sites: Sites) -> Result<CUdeviceptr, Error> {
        let mut state = self.state();
        state.expected = true;
        let at = match state.modules.iter().position(|module| std::ptr::eq(*module, sites)) {
            Some(at) => at,
            None => {
                if state.modules.len() == state.blocks.len() * ROOM {
                    state.blocks.push(zeroed(stream)?);
                }
                state.modules.push(sites);
                state.modules.len() - 1
            }
        };
        Ok(state.blocks[at / ROOM] + (at % ROOM * size_of::<LaunchRecord>()) as u64)
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

    /// Copies the records to the host, if something ran that may have raised.
    pub fn read(&self, stream: &Stream) -> Result<Found, Error> {
        let mut state = self.state();
        if !state.expected {
            return Ok(Found(Vec::new()));
        }
        let mut found: Vec<_> = state.modules.iter().map(|sites| (*sites, Fault::default())).collect();
        let driver = stream.ask_now("what kernels raised")?;
        for (block, found) in state.blocks.iter().zip(found.chunks_mut(ROOM)) {
            let mut records = vec![LaunchRecord::default(); found.len()];
            let bytes = size_of_val(records.as_slice());
            // SAFETY: the block has so many records, which are numbers, and they live until the
            // stream has been waited for.
            unsafe {
                driver.cuMemcpyDtoHAsync_v2(records.as_mut_ptr().cast(), *block, bytes, stream.raw())?;
                driver.cuStreamSynchronize(stream.raw())?;
            }
            for ((_, fault), record) in found.iter_mut().zip(records) {
                *fault = record.fault;
            }
        }
        state.expected = false;
        Ok(Found(found))
    }

    /// Gives the memory back, behind all that the stream has been asked for.
    pub fn free(&mut self, device: Device, stream: Handle<CUstream>) {
        let state = self.0.get_mut().unwrap_or_else(|poisoned| poisoned.into_inner());
        release(device, stream, state.blocks.drain(..));
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
    /// The first error, if any. Clears the records on the device then.
    pub fn check(self, stream: &Stream) -> Result<(), Error> {
        let Some((sites, fault)) = self.0.into_iter().find(|(_, fault)| fault.site != 0) else {
            return Ok(());
        };
        let driver = stream.ask_now("what kernels raised")?;
        for block in &stream.faults().state().blocks {
            let bytes = ROOM * size_of::<LaunchRecord>();
            // SAFETY: the block has this size, and kernels that run later find it cleared.
            unsafe { driver.cuMemsetD8Async(*block, 0, bytes, stream.raw())? };
        }
        Err(raised(sites, &fault))
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
