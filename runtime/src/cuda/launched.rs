//! Kernels of `@cuda.jit`, for the code that is generated for them. Not part of the public interface: it changes with the
//! macro.

use std::sync::OnceLock;

use ndarray::Dimension;
use pykernel_abi::Array;
use smallvec::SmallVec;

use super::code::{Kernels, kernels};
use super::launch::{Kernel, fits_view};
use super::{DeviceArray, DeviceView, DeviceViewMut, Error, Extent, Stream};
use crate::Element;
use crate::ufunc::DeviceCode;
use crate::view::Layout;

/// The code of a kernel: a static of what is generated.
#[derive(Debug)]
pub struct Launched {
    name: &'static str,
    /// The most threads of a block that its launches promise.
    threads: Option<u32>,
    code: DeviceCode,
    kernels: OnceLock<Kernels>,
}

impl Launched {
    /// # Safety
    /// The code is what the build helper has made of the kernel.
    pub const unsafe fn new(name: &'static str, threads: Option<u32>, code: *const u8) -> Launched {
        Launched { name, threads, code: DeviceCode(code), kernels: OnceLock::new() }
    }

    /// A launch of an overload, whose parameters follow.
    ///
    /// # Errors
    /// [`Error::Refused`] if devices, or the kernel, have no such extent.
    pub fn on<'s>(
        &'static self,
        overload: usize,
        stream: &'s Stream,
        extent: Extent,
    ) -> Result<Launch<'s>, Error> {
        extent.check(self.name, self.threads)?;
        // SAFETY: whoever made this vouches for the code.
        let kernels = self.kernels.get_or_init(|| unsafe { kernels(self.code) });
        let Some(entries) = kernels.get(overload) else {
            unreachable!("bug in pykernel: `{}` has no entry {overload}", self.name)
        };
        Ok(Launch { kernel: &entries.own, stream, extent, parameters: SmallVec::new() })
    }
}

/// A launch while its parameters are gathered, in their order.
#[derive(Debug)]
pub struct Launch<'s> {
    kernel: &'static Kernel,
    stream: &'s Stream,
    extent: Extent,
    parameters: SmallVec<[u8; 256]>,
}

impl Launch<'_> {
    /// Adds a number; one of complex numbers is two.
    pub fn number<T: Element>(&mut self, number: T) {
        self.parameters.resize(self.parameters.len().next_multiple_of(align_of::<T>()), 0);
        // SAFETY: elements are numbers, all of whose bytes are initialised.
        let bytes = unsafe { std::slice::from_raw_parts((&raw const number).cast::<u8>(), size_of::<T>()) };
        self.parameters.extend_from_slice(bytes);
    }

    /// Adds the description of an array.
    pub fn array<const N: usize>(&mut self, array: &Array<N>) {
        self.number(array.data.addr() as u64);
        array.shape.iter().chain(&array.strides).for_each(|word| self.number(*word));
    }

    /// Queues it.
    ///
    /// # Safety
    /// The parameters are those of the kernel, and arrays among them are what `read` and `write` gave for this stream.
    ///
    /// # Errors
    /// The driver's.
    pub unsafe fn start(mut self) -> Result<(), Error> {
        let record = self.kernel.fault(self.stream)?;
        self.number(record);
        // SAFETY: the caller's.
        unsafe { self.kernel.launch_packed(self.stream, &self.extent, &self.parameters) }
    }
}

/// An argument in the form in which a kernel with several signatures takes it.
pub trait Argument {
    /// That form: a number or a view.
    type Canonical;

    /// The argument in it.
    fn canonical(self) -> Self::Canonical;
}

impl<'a, T: Element, D: Dimension> Argument for &'a DeviceArray<T, D> {
    type Canonical = DeviceView<'a, T, D>;

    fn canonical(self) -> Self::Canonical {
        self.view()
    }
}

impl<'a, T: Element, D: Dimension> Argument for &'a mut DeviceArray<T, D> {
    type Canonical = DeviceViewMut<'a, T, D>;

    fn canonical(self) -> Self::Canonical {
        self.view_mut()
    }
}

impl<T: Element, D: Dimension> Argument for DeviceView<'_, T, D> {
    type Canonical = Self;

    fn canonical(self) -> Self {
        self
    }
}

impl<T: Element, D: Dimension> Argument for DeviceViewMut<'_, T, D> {
    type Canonical = Self;

    fn canonical(self) -> Self {
        self
    }
}

macro_rules! numbers {
    ($($ty:ty)*) => {
        $(
            impl Argument for $ty {
                type Canonical = $ty;

                fn canonical(self) -> $ty {
                    self
                }
            }

            impl Argument for Option<$ty> {
                type Canonical = Option<$ty>;

                fn canonical(self) -> Option<$ty> {
                    self
                }
            }
        )*
    };
}

numbers! { bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 num_complex::Complex<f32> num_complex::Complex<f64> }

/// Whether an array lies as an overload asks.
pub trait Lies {
    /// Whether it has the rank, and lies as the layout says.
    fn lies(&self, rank: usize, layout: Layout) -> bool;
}

impl<T: Element, D: Dimension> Lies for DeviceView<'_, T, D> {
    fn lies(&self, rank: usize, layout: Layout) -> bool {
        fits_view(&self.raw, rank, layout)
    }
}

impl<T: Element, D: Dimension> Lies for DeviceViewMut<'_, T, D> {
    fn lies(&self, rank: usize, layout: Layout) -> bool {
        fits_view(&self.raw, rank, layout)
    }
}
