//! Devices: what they are, and what is kept for each as long as the process runs.

use std::collections::HashMap;
use std::ffi::{c_char, c_int, c_uint};
use std::sync::{Mutex, OnceLock};

use super::driver::{CUcontext, CUdevice, CUmodule, Driver, Handle, driver};
use super::{Error, Pinned, Stream};
use crate::Element;

/// A GPU.
///
/// Cheap to copy. Two are equal if they are the same device. A device's primary context is shared
/// with everything else in the process that uses CUDA's runtime, and is kept until the process ends.
#[derive(Clone, Copy)]
pub struct Device(&'static Shared);

/// What is kept for a device.
pub(super) struct Shared {
    pub driver: &'static Driver,
    pub ordinal: usize,
    pub context: Handle<CUcontext>,
    /// Whether memory is allocated in the order of streams.
    pub has_pools: bool,
    /// The modules that are loaded, by address and length of their texts.
    pub modules: Mutex<HashMap<(usize, usize), Handle<CUmodule>>>,
    /// Free pinned buffers, by their sizes: their addresses.
    pub pinned: Mutex<HashMap<usize, Vec<usize>>>,
    /// Streams for parts of calls, which nobody uses now.
    spare: Mutex<Vec<Stream>>,
    name: String,
    capability: (u32, u32),
    memory: usize,
    multiprocessors: u32,
}

/// The device with a number, counted from 0 among those that the driver shows.
///
/// # Errors
/// [`Error::NoDriver`], [`Error::StubDriver`], [`Error::OldDriver`] or [`Error::Incomplete`] where there is
/// no usable driver, [`Error::NoDevice`] where there are fewer devices.
pub fn device(number: usize) -> Result<Device, Error> {
    static TABLE: OnceLock<Vec<Mutex<Option<&'static Shared>>>> = OnceLock::new();
    let driver = driver()?;
    let table = TABLE.get_or_init(|| (0..driver.n_devices).map(|_| Mutex::default()).collect());
    let Some(slot) = table.get(number) else {
        return Err(Error::NoDevice { asked: number, found: driver.n_devices });
    };
    let mut slot = slot.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some(shared) = *slot {
        return Ok(Device(shared));
    }
    // It stays as long as the process. A device that is busy now may not be later.
    let shared: &'static Shared = Box::leak(Box::new(Shared::open(driver, number)?));
    *slot = Some(shared);
    Ok(Device(shared))
}

/// All devices, in the driver's order; none where there is a driver without devices.
///
/// # Errors
/// As [`device`].
pub fn devices() -> Result<Vec<Device>, Error> {
    match driver() {
        Ok(driver) => (0..driver.n_devices).map(device).collect(),
        Err(Error::NoDevice { .. }) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Attributes of a device, by the driver's numbers.
mod attribute {
    pub const MULTIPROCESSORS: u32 = 16;
    pub const CAPABILITY_MAJOR: u32 = 75;
    pub const CAPABILITY_MINOR: u32 = 76;
    pub const HAS_POOLS: u32 = 115;
}

/// The attribute of a memory pool that says how many bytes it keeps when nothing is in use.
const RELEASE_THRESHOLD: c_uint = 4;

impl Shared {
    fn open(driver: &'static Driver, ordinal: usize) -> Result<Self, Error> {
        let (mut device, mut context, mut memory) = (CUdevice::default(), std::ptr::null_mut(), 0);
        let mut name = [0 as c_char; 256];
        // SAFETY: the driver is initialised, and writes what its arguments have room for. The
        // device is one of those that it counted.
        unsafe {
            driver.cuDeviceGet(&mut device, ordinal as c_int)?;
            driver.cuDeviceGetName(name.as_mut_ptr(), name.len() as c_int - 1, device)?;
            driver.cuDeviceTotalMem_v2(&mut memory, device)?;
            driver.cuDevicePrimaryCtxRetain(&mut context, device)?;
        }
        let name: Vec<u8> = name.iter().map(|byte| *byte as u8).take_while(|byte| *byte != 0).collect();
        let attribute = |number| attribute(driver, device, number);
        let has_pools = attribute(attribute::HAS_POOLS).is_ok_and(|value| value != 0);
        if has_pools {
            keep_memory(driver, device)?;
        }
        Ok(Shared {
            driver,
            ordinal,
            context: Handle(context),
            has_pools,
            modules: Mutex::default(),
            pinned: Mutex::default(),
            spare: Mutex::default(),
            name: String::from_utf8_lossy(&name).into_owned(),
            capability: (attribute(attribute::CAPABILITY_MAJOR)?, attribute(attribute::CAPABILITY_MINOR)?),
            memory,
            multiprocessors: attribute(attribute::MULTIPROCESSORS)?,
        })
    }

    /// Makes the device's context the thread's. Gives the driver, to call it for the device.
    #[inline]
    pub fn bind(&self) -> Result<&'static Driver, Error> {
        // SAFETY: the context is retained and never released.
        unsafe { self.driver.cuCtxSetCurrent(self.context.0)? };
        Ok(self.driver)
    }
}

fn attribute(driver: &Driver, device: CUdevice, number: u32) -> Result<u32, Error> {
    let mut value = 0;
    // SAFETY: the driver writes one number.
    unsafe { driver.cuDeviceGetAttribute(&mut value, number, device)? };
    Ok(u32::try_from(value).unwrap_or(0))
}

/// Has a device's memory pool keep what is free. By default it gives all of it back whenever the
/// host waits, and the next array costs a hundred times more.
fn keep_memory(driver: &Driver, device: CUdevice) -> Result<(), Error> {
    let (mut pool, mut threshold) = (std::ptr::null_mut(), u64::MAX);
    // SAFETY: the driver writes a handle, and reads a number of 64 bits.
    unsafe {
        driver.cuDeviceGetDefaultMemPool(&mut pool, device)?;
        driver.cuMemPoolSetAttribute(pool, RELEASE_THRESHOLD, (&raw mut threshold).cast())
    }
}

impl Device {
    /// Its number, counted from 0.
    pub fn ordinal(&self) -> usize {
        self.0.ordinal
    }

    /// Its name: `NVIDIA H100 80GB HBM3`.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Its compute capability, major and minor: `(9, 0)`.
    pub fn compute_capability(&self) -> (u32, u32) {
        self.0.capability
    }

    /// The size of its memory, in bytes.
    pub fn memory(&self) -> usize {
        self.0.memory
    }

    /// How much of its memory nobody uses, in bytes. What is kept for further arrays counts as used.
    ///
    /// # Errors
    /// The driver's.
    pub fn free_memory(&self) -> Result<usize, Error> {
        let (mut free, mut total) = (0, 0);
        // SAFETY: the device's context is the thread's; the driver writes two numbers.
        unsafe { self.0.bind()?.cuMemGetInfo_v2(&mut free, &mut total)? };
        Ok(free)
    }

    /// How many multiprocessors it has.
    pub fn multiprocessors(&self) -> u32 {
        self.0.multiprocessors
    }

    /// A new stream on it.
    ///
    /// # Errors
    /// The driver's.
    pub fn stream(&self) -> Result<Stream, Error> {
        Stream::new(*self)
    }

    /// A stream for a part of a call.
    pub(super) fn spare_stream(&self) -> Result<Stream, Error> {
        let spare = self.0.spare.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).pop();
        spare.map_or_else(|| self.stream(), Ok)
    }

    /// Keeps streams for other calls, which have nothing to do.
    pub(super) fn spare(&self, streams: impl Iterator<Item = Stream>) {
        self.0.spare.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).extend(streams);
    }

    /// A buffer of `len` zeros in memory of the host that the device copies from and to directly.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] where the system has none.
    pub fn pinned<T: Element>(&self, len: usize) -> Result<Pinned<T>, Error> {
        Pinned::new(*self, len)
    }

    /// The driver's handle of its primary context, which is never released.
    pub fn context(&self) -> CUcontext {
        self.0.context.0
    }

    pub(super) fn shared(&self) -> &'static Shared {
        self.0
    }
}

impl PartialEq for Device {
    fn eq(&self, other: &Device) -> bool {
        self.0.ordinal == other.0.ordinal
    }
}

impl Eq for Device {}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (major, minor) = self.0.capability;
        write!(f, "Device({}: {}, sm_{major}{minor})", self.0.ordinal, self.0.name)
    }
}
