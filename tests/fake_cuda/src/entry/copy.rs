//! Copies (manual, 6.13).

use super::calls;
use crate::code::{Code, Outcome};
use crate::copy::{Rows, Waits};
use crate::driver::{Driver, Handle};
use crate::host::Pointer;

/// The sides that a call's name says: whether each is a device.
type Sides = Option<(bool, bool)>;
const TO_DEVICE: Sides = Some((true, false));
const TO_HOST: Sides = Some((false, true));
const ON_DEVICE: Sides = Some((true, true));

/// Copies one row.
fn copy(
    driver: &mut Driver,
    sides: Sides,
    to: u64,
    from: u64,
    bytes: usize,
    at: (Handle, Waits),
) -> Outcome<()> {
    let stream = driver.stream(at.0)?;
    if let (Some((to_device, from_device)), true) = (sides, bytes > 0) {
        driver.expect_side(to, to_device)?;
        driver.expect_side(from, from_device)?;
    }
    driver.copy(stream, to, from, Rows::one(bytes as u64), at.1)
}

/// A side of `CUDA_MEMCPY2D`.
#[derive(Clone, Copy)]
#[repr(C)]
struct Plane {
    x: usize,
    y: usize,
    kind: u32,
    host: u64,
    device: u64,
    array: u64,
    pitch: usize,
}

impl Plane {
    /// Where the first row starts. `CUmemorytype`: host, device, array, unified.
    fn address(&self) -> Outcome<u64> {
        let start = match self.kind {
            1 => self.host,
            2 | 4 => self.device,
            _ => return Err(Code::NotSupported),
        };
        Ok(start + (self.y * self.pitch + self.x) as u64)
    }
}

/// `CUDA_MEMCPY2D`
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Rectangle {
    from: Plane,
    to: Plane,
    width: usize,
    height: usize,
}

fn copy_rectangle(driver: &mut Driver, rectangle: Rectangle, stream: Handle, waits: Waits) -> Outcome<()> {
    let stream = driver.stream(stream)?;
    let Rectangle { from, to, width, height } = rectangle;
    // A pitch of zero is the width.
    let pitch = |plane: Plane| if plane.pitch == 0 { width } else { plane.pitch } as u64;
    let rows =
        Rows { width: width as u64, height: height as u64, to_pitch: pitch(to), from_pitch: pitch(from) };
    driver.copy(stream, to.address()?, from.address()?, rows, waits)
}

calls! {
    Context fn cuMemcpyHtoD_v2(driver, to: u64, from: u64, bytes: usize) {
        copy(driver, TO_DEVICE, to, from, bytes, (0, Waits::Yes))
    }

    Context fn cuMemcpyDtoH_v2(driver, to: u64, from: u64, bytes: usize) {
        copy(driver, TO_HOST, to, from, bytes, (0, Waits::Yes))
    }

    Context fn cuMemcpyDtoD_v2(driver, to: u64, from: u64, bytes: usize) {
        copy(driver, ON_DEVICE, to, from, bytes, (0, Waits::Yes))
    }

    Context fn cuMemcpy(driver, to: u64, from: u64, bytes: usize) {
        copy(driver, None, to, from, bytes, (0, Waits::Yes))
    }

    Context fn cuMemcpyHtoDAsync_v2(driver, to: u64, from: u64, bytes: usize, stream: Handle) {
        copy(driver, TO_DEVICE, to, from, bytes, (stream, Waits::No))
    }

    Context fn cuMemcpyDtoHAsync_v2(driver, to: u64, from: u64, bytes: usize, stream: Handle) {
        copy(driver, TO_HOST, to, from, bytes, (stream, Waits::No))
    }

    Context fn cuMemcpyDtoDAsync_v2(driver, to: u64, from: u64, bytes: usize, stream: Handle) {
        copy(driver, ON_DEVICE, to, from, bytes, (stream, Waits::No))
    }

    Context fn cuMemcpyAsync(driver, to: u64, from: u64, bytes: usize, stream: Handle) {
        copy(driver, None, to, from, bytes, (stream, Waits::No))
    }

    Context fn cuMemcpyPeer(driver, to: u64, to_context: Handle, from: u64, from_context: Handle, bytes: usize) {
        driver.context(to_context)?;
        driver.context(from_context)?;
        copy(driver, ON_DEVICE, to, from, bytes, (0, Waits::Yes))
    }

    Context fn cuMemcpyPeerAsync(
        driver, to: u64, to_context: Handle, from: u64, from_context: Handle, bytes: usize, stream: Handle,
    ) {
        driver.context(to_context)?;
        driver.context(from_context)?;
        copy(driver, ON_DEVICE, to, from, bytes, (stream, Waits::No))
    }

    Context fn cuMemcpy2D_v2(driver, rectangle: Pointer<Rectangle>) {
        copy_rectangle(driver, rectangle.get()?, 0, Waits::Yes)
    }

    Context fn cuMemcpy2DUnaligned_v2(driver, rectangle: Pointer<Rectangle>) {
        copy_rectangle(driver, rectangle.get()?, 0, Waits::Yes)
    }

    Context fn cuMemcpy2DAsync_v2(driver, rectangle: Pointer<Rectangle>, stream: Handle) {
        copy_rectangle(driver, rectangle.get()?, stream, Waits::No)
    }
}
