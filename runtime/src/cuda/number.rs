//! Numbers in a device's memory: what ufuncs are given as numbers, kept for the next calls.
//!
//! A number that a stream has had before costs no call of the driver, another one a copy of 16 bytes. All is done in the stream's
//! order, so that a place may be used again as soon as nobody is about to launch something that reads it.

use std::sync::{Arc, Mutex, PoisonError};

use super::driver::{CUdeviceptr, CUstream, Handle};
use super::memory::{allocate, release};
use super::{Device, Error, Stream};

/// The bytes of a number, with zeros behind a smaller one.
pub type Bytes = [u8; 16];

/// How many numbers are allocated together.
const ROOM: usize = 256;

/// For how many numbers there is room where a graph begins, which cannot make more.
const OF_A_GRAPH: usize = 64;

/// The numbers of a stream.
#[derive(Debug, Default)]
pub struct Numbers(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Where the numbers are: [`ROOM`] of them in each block.
    blocks: Vec<CUdeviceptr>,
    places: Vec<Place>,
    /// Where to look next for a place to use again.
    next: usize,
}

/// A place for a number.
#[derive(Debug)]
struct Place {
    /// What it holds; `None` if a graph writes it each time that it is launched.
    bytes: Option<Bytes>,
    used: Use,
}

/// Keeps a number where it is, until a launch that reads it is queued, or as long as a graph may be launched.
pub type Use = Arc<()>;

impl Numbers {
    /// The address of a number, for a kernel that runs next.
    pub fn address(&self, stream: &Stream, bytes: Bytes) -> Result<(CUdeviceptr, Use), Error> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let recorded = stream.is_recorded_here();
        let at = match state.places.iter().position(|place| place.bytes == Some(bytes)) {
            Some(at) => at,
            None => {
                let at = state.free_place(stream)?;
                let address = state.at(at);
                state.places[at].bytes = None;
                if recorded {
                    // A graph would read the host's memory when it is launched.
                    write_words(stream, address, &bytes)?;
                } else {
                    write(stream, address, &bytes)?;
                    state.places[at].bytes = Some(bytes);
                }
                at
            }
        };
        let used = state.places[at].used.clone();
        if recorded {
            stream.hold_number(used.clone());
        }
        Ok((state.at(at), used))
    }

    /// Has room for the numbers of a graph.
    pub fn prepare(&self, stream: &Stream) -> Result<(), Error> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let unused = state.blocks.len() * ROOM - state.places.len();
        let free = state.places.iter().filter(|place| place.is_free()).count();
        if unused + free < OF_A_GRAPH { state.extend(stream) } else { Ok(()) }
    }

    /// Gives the memory back, behind all that the stream has been asked for.
    pub fn free(&mut self, device: Device, stream: Handle<CUstream>) {
        let state = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        release(device, stream, state.blocks.drain(..));
    }
}

impl Place {
    /// Whether nobody is about to read it.
    fn is_free(&self) -> bool {
        Arc::strong_count(&self.used) == 1
    }
}

impl State {
    fn at(&self, place: usize) -> CUdeviceptr {
        self.blocks[place / ROOM] + (place % ROOM * size_of::<Bytes>()) as u64
    }

    /// A place that nobody uses.
    fn free_place(&mut self, stream: &Stream) -> Result<usize, Error> {
        let n = self.places.len();
        // A block is filled before its places are used again.
        if n == self.blocks.len() * ROOM {
            let order = (self.next..n).chain(0..self.next);
            if let Some(place) = order.into_iter().find(|place| self.places[*place].is_free()) {
                self.next = (place + 1) % n;
                return Ok(place);
            }
            self.extend(stream)?;
        }
        self.places.push(Place { bytes: None, used: Use::default() });
        Ok(n)
    }

    fn extend(&mut self, stream: &Stream) -> Result<(), Error> {
        self.blocks.push(allocate(stream, ROOM * size_of::<Bytes>())?);
        Ok(())
    }
}

fn write(stream: &Stream, address: CUdeviceptr, bytes: &Bytes) -> Result<(), Error> {
    let driver = stream.ask_now("a number")?;
    // SAFETY: the place has so many bytes; the driver has read them when it returns, as they are in no memory that is
    // registered with it.
    unsafe { driver.cuMemcpyHtoDAsync_v2(address, bytes.as_ptr().cast(), bytes.len(), stream.raw()) }
}

fn write_words(stream: &Stream, address: CUdeviceptr, bytes: &Bytes) -> Result<(), Error> {
    let driver = stream.ask()?;
    for (at, word) in bytes.chunks_exact(4).enumerate() {
        let word = u32::from_ne_bytes([word[0], word[1], word[2], word[3]]);
        // SAFETY: the place has so many words.
        unsafe { driver.cuMemsetD32Async(address + 4 * at as u64, word, 1, stream.raw())? };
    }
    Ok(())
}
