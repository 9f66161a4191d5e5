//! Launches of kernels, for the code that is generated for them. Not part of the public interface:
//! it changes with the macro.

use std::ffi::{CStr, c_void};
use std::sync::atomic::{AtomicPtr, Ordering};

use ndarray::Dimension;
use pykernel_abi::{Array, MAX_EXTENT};

use super::driver::CUfunction;
pub use super::extent::Extent;
pub use super::fault::{Reports, Sites};
use super::view::RawView;
use super::{Device, DeviceView, DeviceViewMut, Error, Stream, module};
use crate::Element;
use crate::view::{Layout, fits, tuple};

/// Devices whose functions are remembered without a lock.
const DEVICES: usize = 16;

/// A kernel of a module, as a program carries it: a static of the code that is generated.
#[derive(Debug)]
pub struct Kernel {
    text: &'static str,
    entry: &'static CStr,
    reports: Reports,
    functions: [AtomicPtr<c_void>; DEVICES],
}

impl Kernel {
    /// A kernel: the module's PTX, the entry's name in it, and the module's raise sites.
    pub const fn new(text: &'static str, entry: &'static CStr, sites: Sites) -> Self {
        Kernel::reporting(text, entry, Reports { sites, templates: &[] })
    }

    /// The same, of a module that may print too.
    pub const fn reporting(text: &'static str, entry: &'static CStr, reports: Reports) -> Self {
        Kernel { text, entry, reports, functions: [const { AtomicPtr::new(std::ptr::null_mut()) }; DEVICES] }
    }

    /// The driver's handle on a device, which loads the module where it was not yet.
    fn function(&self, device: Device) -> Result<CUfunction, Error> {
        let Some(slot) = self.functions.get(device.ordinal()) else {
            return Ok(module::function(device.shared(), self.text, self.entry)?.0);
        };
        let known = slot.load(Ordering::Acquire);
        if !known.is_null() {
            return Ok(known.cast());
        }
        let function = module::function(device.shared(), self.text, self.entry)?.0;
        slot.store(function.cast(), Ordering::Release);
        Ok(function)
    }

    /// The address of the [`pykernel_abi::LaunchRecord`] that this kernel's next launch on a stream is to fill; 0 if it can
    /// neither raise nor print.
    ///
    /// # Errors
    /// [`Error::Refused`] where a graph records the first run of a kernel on the stream; the driver's.
    #[inline]
    pub fn fault(&self, stream: &Stream) -> Result<u64, Error> {
        if self.reports.is_empty() {
            return Ok(0);
        }
        if stream.is_recorded_here() {
            stream.captured(|capture| capture.raises = true);
        }
        stream.faults().record(stream, self.reports)
    }

    /// Launches it, with the addresses of its parameters. Does nothing where the grid is empty.
    ///
    /// # Safety
    /// The parameters are those of the entry, each readable as its type. Arrays among them are of
    /// the stream's device, and what [`read`] or [`write()`] gave for this stream. The kernel keeps within them.
    ///
    /// # Errors
    /// [`Error::Driver`] where the module does not load or the launch is refused.
    #[inline]
    pub unsafe fn launch(
        &self,
        stream: &Stream,
        extent: &Extent,
        parameters: &mut [*mut c_void],
    ) -> Result<(), Error> {
        // SAFETY: the caller vouches for the parameters.
        unsafe { self.start(stream, extent, parameters.as_mut_ptr(), std::ptr::null_mut()) }
    }

    /// Launches it, with its parameters in one block: each at the next offset of its alignment.
    ///
    /// # Safety
    /// As of [`Kernel::launch`].
    ///
    /// # Errors
    /// As of [`Kernel::launch`].
    #[inline]
    pub unsafe fn launch_packed(
        &self,
        stream: &Stream,
        extent: &Extent,
        parameters: &[u8],
    ) -> Result<(), Error> {
        const END: *mut c_void = std::ptr::null_mut();
        const BUFFER: *mut c_void = std::ptr::without_provenance_mut(1);
        const SIZE: *mut c_void = std::ptr::without_provenance_mut(2);
        let mut size = parameters.len();
        let data = parameters.as_ptr().cast_mut().cast();
        let mut extra = [BUFFER, data, SIZE, (&raw mut size).cast(), END];
        // SAFETY: the caller vouches for the parameters; the driver only reads them.
        unsafe { self.start(stream, extent, std::ptr::null_mut(), extra.as_mut_ptr()) }
    }

    /// Two calls of the driver, and nothing is allocated.
    #[inline]
    unsafe fn start(
        &self,
        stream: &Stream,
        extent: &Extent,
        parameters: *mut *mut c_void,
        extra: *mut *mut c_void,
    ) -> Result<(), Error> {
        let Extent { grid: [i, j, k], block: [x, y, z], shared } = *extent;
        if i == 0 || j == 0 || k == 0 {
            return Ok(());
        }
        let function = self.function(stream.device())?;
        let driver = stream.ask()?;
        // SAFETY: the function is of a module of this device that is never unloaded; the caller vouches
        // for the parameters.
        unsafe { driver.cuLaunchKernel(function, i, j, k, x, y, z, shared, stream.raw(), parameters, extra) }
    }
}

/// Describes an array that a kernel on a stream only reads, or refuses it.
///
/// # Errors
/// [`Error::Refused`] if the array is on another stream, has another rank, or does not lie in memory as
/// the layout asks; the driver's.
#[inline]
pub fn read<T: Element, D: Dimension, const N: usize>(
    view: &DeviceView<'_, T, D>,
    stream: &Stream,
    layout: Layout,
    name: &str,
) -> Result<Array<N>, Error> {
    describe::<T, D, N>(&view.raw, stream, layout, name, false)
}

/// Describes an array that a kernel on a stream writes, or refuses it.
///
/// # Errors
/// As of [`read`].
#[inline]
pub fn write<T: Element, D: Dimension, const N: usize>(
    view: &mut DeviceViewMut<'_, T, D>,
    stream: &Stream,
    layout: Layout,
    name: &str,
) -> Result<Array<N>, Error> {
    describe::<T, D, N>(&view.raw, stream, layout, name, true)
}

fn describe<T: Element, D: Dimension, const N: usize>(
    view: &RawView<'_, D>,
    stream: &Stream,
    layout: Layout,
    name: &str,
    writes: bool,
) -> Result<Array<N>, Error> {
    let (shape, strides) = (view.place.shape.slice(), view.place.strides());
    let large = shape.iter().any(|extent| *extent as u64 > MAX_EXTENT as u64);
    if view.stream() != stream || large || !fits(shape, strides, N, layout) {
        return Err(refuse(view, stream, N, layout, name));
    }
    view.ready(writes)?;
    let data = std::ptr::without_provenance_mut(view.place.start as usize);
    let mut array = Array { data, shape: [0; N], strides: [0; N] };
    for axis in 0..N {
        array.shape[axis] = shape[axis] as i64;
        // Wraps only where no element lies a stride away: in empty arrays and extents of 1.
        array.strides[axis] = (strides[axis] as i64).wrapping_mul(size_of::<T>() as i64);
    }
    Ok(array)
}

/// Whether an array has a rank, and lies as a layout asks.
pub(super) fn fits_view<D: Dimension>(view: &RawView<'_, D>, rank: usize, layout: Layout) -> bool {
    fits(view.place.shape.slice(), view.place.strides(), rank, layout)
}

/// Says why an array does not go into a parameter.
#[cold]
fn refuse<D: Dimension>(
    view: &RawView<'_, D>,
    stream: &Stream,
    rank: usize,
    layout: Layout,
    name: &str,
) -> Error {
    let what = format!("the argument '{name}'");
    let shape = view.place.shape.slice();
    if view.stream().device() != stream.device() {
        let (own, other) = (view.stream().device().ordinal(), stream.device().ordinal());
        let cause =
            format!("it is on device {own}, and the kernel on {other}: copy it with `copied(&stream)`");
        return Error::refused(what, cause);
    }
    if view.stream() != stream {
        return Error::refused(what, "it is on another stream than the kernel: use `array.on(&stream)`");
    }
    if shape.len() != rank {
        return Error::refused(what, format!("it has {} dimensions, and {rank} are needed", shape.len()));
    }
    let strides = tuple(view.place.strides());
    let order = match layout {
        Layout::C => "contiguous in the order C",
        Layout::F => "contiguous in the order F",
        Layout::Any => "of at most 2**48 elements along each axis",
    };
    let shape = tuple(shape);
    Error::refused(what, format!("it must be {order}, and has shape {shape} and strides {strides}"))
}
