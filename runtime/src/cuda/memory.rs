//! Memory of a device, which belongs to a stream, and who else works on it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::driver::{CUdeviceptr, CUstream, Handle};
use super::{Device, Error, Stream};

/// A block of a device's memory. It is freed in the order of its stream.
#[derive(Debug)]
pub struct Memory {
    /// Its address; 0 of an empty one.
    pub address: CUdeviceptr,
    pub stream: Stream,
    lent: Mutex<Vec<Lent>>,
    is_lent: AtomicBool,
}

/// Another stream that works on a block.
#[derive(Debug)]
struct Lent {
    stream: Stream,
    writes: bool,
}

impl Memory {
    /// A block with anything in it.
    pub fn new(stream: &Stream, bytes: usize) -> Result<Arc<Self>, Error> {
        let address = if bytes == 0 { 0 } else { allocate(stream, bytes)? };
        let (lent, is_lent) = (Mutex::default(), AtomicBool::new(false));
        Ok(Arc::new(Memory { address, stream: stream.clone(), lent, is_lent }))
    }

    /// Lets another stream work on the block, behind all that its own stream has been asked for.
    pub fn lend(&self, stream: &Stream, writes: bool) -> Result<(), Error> {
        self.stream.refuse_in_capture("an array on another stream")?;
        stream.refuse_in_capture("an array of another stream")?;
        self.settle(writes)?;
        let mut lent = self.lent.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        stream.follow(&self.stream)?;
        match lent.iter_mut().find(|lent| lent.stream == *stream) {
            Some(lent) => lent.writes |= writes,
            None => lent.push(Lent { stream: stream.clone(), writes }),
        }
        self.is_lent.store(true, Ordering::Release);
        Ok(())
    }

    /// Has the block's stream wait for other streams that write it; if it `writes` itself, for those
    /// that read it, too.
    ///
    /// It waits for what they have been asked for so far, and forgets them. Nothing can be asked of them
    /// later: the borrow through which they worked has ended, since the one that is used now, and writes
    /// or follows a write, has no other beside it.
    #[inline]
    pub fn settle(&self, writes: bool) -> Result<(), Error> {
        if !self.is_lent.load(Ordering::Acquire) {
            return Ok(());
        }
        self.settle_lent(writes)
    }

    /// Has the block's stream wait for all others, which it does not forget: who works on the block has
    /// no borrow of it, so that theirs may go on.
    pub fn wait_for_others(&self) -> Result<(), Error> {
        if !self.is_lent.load(Ordering::Acquire) {
            return Ok(());
        }
        let lent = self.lent.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        lent.iter().try_for_each(|other| self.stream.follow(&other.stream))
    }

    #[cold]
    fn settle_lent(&self, writes: bool) -> Result<(), Error> {
        let mut lent = self.lent.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        for other in lent.iter().filter(|lent| writes || lent.writes) {
            self.stream.follow(&other.stream)?;
        }
        // Reading streams are kept where this is a read, too: their borrows may go on.
        lent.retain(|lent| !writes && !lent.writes);
        self.is_lent.store(!lent.is_empty(), Ordering::Release);
        Ok(())
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        if self.address == 0 {
            return;
        }
        let lent = self.lent.get_mut().unwrap_or_else(|poisoned| poisoned.into_inner());
        let others = lent.drain(..).map(|lent| lent.stream).collect();
        free(Dropped { address: self.address, stream: self.stream.clone(), others });
    }
}

/// A block that nobody uses any more, its stream, and the others that worked on it.
#[derive(Debug)]
pub struct Dropped {
    address: CUdeviceptr,
    stream: Stream,
    others: Vec<Stream>,
}

/// Frees a block behind all that its stream, and others that worked on it, have been asked for. Where
/// one of them records a graph, that is done when it is recorded.
///
/// After an error that the device does not recover from, its memory is gone with its context. Where another
/// stream cannot be waited for, the memory is lost, which is better than used twice.
pub fn free(dropped: Dropped) {
    let mut next = deferred(dropped);
    while let Some(block) = next {
        let waited = block.others.iter().try_for_each(|other| block.stream.follow(other));
        match waited.and_then(|()| free_now(&block.stream, block.address)) {
            // Another thread has begun to record meanwhile.
            Err(Error::Refused { .. }) => next = deferred(block),
            _ => return,
        }
    }
}

/// Leaves a block to a graph that is recorded on one of its streams; gives it back where there is none.
fn deferred(block: Dropped) -> Option<Dropped> {
    let stream = block.stream.clone();
    let mut block = stream.free_after_capture(block)?;
    for at in 0..block.others.len() {
        let other = block.others[at].clone();
        block = other.free_after_capture(block)?;
    }
    Some(block)
}

/// A block of a stream's device with anything in it.
pub fn allocate(stream: &Stream, bytes: usize) -> Result<CUdeviceptr, Error> {
    let device = stream.device().shared();
    let driver = stream.ask_now("a new array")?;
    let mut address = 0;
    // SAFETY: the device's context is the thread's, the stream is alive, and the driver writes an address.
    let allocated = unsafe {
        match device.has_pools {
            true => driver.cuMemAllocAsync(&mut address, bytes, stream.raw()),
            false => driver.cuMemAlloc_v2(&mut address, bytes),
        }
    };
    allocated.map_err(|error| error.asked_for(bytes))?;
    Ok(address)
}

fn free_now(stream: &Stream, address: CUdeviceptr) -> Result<(), Error> {
    let device = stream.device().shared();
    let driver = stream.ask_now("a freed array")?;
    // SAFETY: the address is one that `allocate` gave on this device, and nothing that is asked for
    // later uses it. Without pools, what was asked for is waited for.
    unsafe {
        match device.has_pools {
            true => driver.cuMemFreeAsync(address, stream.raw()),
            false => {
                driver.cuStreamSynchronize(stream.raw())?;
                driver.cuMemFree_v2(address)
            }
        }
    }
}

/// Frees blocks of a device behind all that a stream has been asked for, which is asked for nothing more.
pub fn release(device: Device, stream: Handle<CUstream>, blocks: impl Iterator<Item = CUdeviceptr>) {
    let Ok(driver) = device.shared().bind() else { return };
    for block in blocks {
        // SAFETY: the stream is alive, and the block is one that `allocate` gave on its device. After an error that
        // the device does not recover from, its memory is gone with its context.
        let _ = unsafe {
            match device.shared().has_pools {
                true => driver.cuMemFreeAsync(block, stream.0),
                false => driver.cuStreamSynchronize(stream.0).and_then(|()| driver.cuMemFree_v2(block)),
            }
        };
    }
}
