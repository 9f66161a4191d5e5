//! Copies and fills: which of them wait, and which read the program's memory later (CUDA Driver API manual,
//! "API synchronization behavior").

use std::sync::Arc;

use crate::code::{Code, Outcome};
use crate::driver::{Driver, Handle};
use crate::host::host_range;
use crate::work::{Place, Work};

/// What an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Device,
    Pinned,
    Pageable,
}

/// Whether the caller waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// `cuMemcpy…`
    Yes,
    /// `cuMemcpy…Async`
    No,
}

/// Rows that are copied (`CUDA_MEMCPY2D`); one for other copies.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    /// Bytes of a row.
    pub width: u64,
    /// How many rows.
    pub height: u64,
    /// Bytes from row to row where they go.
    pub to_pitch: u64,
    /// Bytes from row to row where they come from.
    pub from_pitch: u64,
}

impl Rows {
    /// One row.
    pub fn one(bytes: u64) -> Rows {
        Rows { width: bytes, height: 1, to_pitch: bytes, from_pitch: bytes }
    }
}

impl Driver {
    /// Any copy. Addresses say on which side they are.
    pub fn copy(&mut self, stream: Handle, to: u64, from: u64, rows: Rows, waits: Waits) -> Outcome<()> {
        if rows.width == 0 || rows.height == 0 {
            return Ok(());
        }
        if rows.height > 1 && (rows.to_pitch < rows.width || rows.from_pitch < rows.width) {
            return Err(Code::InvalidValue);
        }
        if waits == Waits::Yes {
            self.forbid_during_capture()?;
        }
        let captured = self.capture_position(stream)?.is_some();
        let mut finish = waits == Waits::Yes;
        for row in 0..rows.height {
            let (to, from) = (to + row * rows.to_pitch, from + row * rows.from_pitch);
            let (to_side, from_side) = (self.side(to, rows.width)?, self.side(from, rows.width)?);
            let target = match to_side {
                Side::Device => Place::Device(to),
                _ => Place::Host(host_range(to, rows.width)),
            };
            let source = match from_side {
                Side::Device => Place::Device(from),
                // Graphs read when they are launched.
                Side::Pageable if !captured => Place::Staged(Arc::from(host_range(from, rows.width).read())),
                _ => Place::Host(host_range(from, rows.width)),
            };
            // Nobody waits for copies within a device, and everybody for those to memory that can be swapped out.
            finish &= (to_side, from_side) != (Side::Device, Side::Device);
            finish |= to_side == Side::Pageable && !captured;
            self.enqueue(stream, Work::Copy { to: target, from: source, bytes: rows.width })?;
        }
        if finish { self.finish_stream(stream) } else { Ok(()) }
    }

    fn side(&self, address: u64, bytes: u64) -> Outcome<Side> {
        if self.device_at(address).is_ok() {
            return self.check_range(address, bytes).map(|()| Side::Device);
        }
        match address {
            0 => Err(Code::InvalidValue),
            _ if self.pinned_at(address, bytes).is_some() => Ok(Side::Pinned),
            _ => Ok(Side::Pageable),
        }
    }

    /// Sees that an address is a device's, or the host's, as the call's name says.
    pub fn expect_side(&self, address: u64, device: bool) -> Outcome<()> {
        if self.device_at(address).is_ok() == device { Ok(()) } else { Err(Code::InvalidValue) }
    }

    /// Any fill, of rows of `width` values each. Nobody waits for fills of a device's memory.
    pub fn fill(
        &mut self,
        stream: Handle,
        address: u64,
        value: &[u8],
        (width, height, pitch): (u64, u64, u64),
    ) -> Outcome<()> {
        let bytes = width.checked_mul(value.len() as u64).ok_or(Code::InvalidValue)?;
        if !address.is_multiple_of(value.len() as u64) || height > 1 && pitch < bytes {
            return Err(Code::InvalidValue);
        }
        if bytes == 0 {
            return Ok(());
        }
        for row in 0..height {
            let address = address + row * pitch;
            self.check_range(address, bytes)?;
            self.enqueue(stream, Work::Fill { address, value: value.to_vec(), count: width })?;
        }
        Ok(())
    }
}
