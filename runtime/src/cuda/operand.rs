//! What goes into a ufunc on a GPU: arrays and views of its stream, and numbers.

use ndarray::{Dimension, Ix0};
use num_complex::Complex;
use smallvec::SmallVec;

use super::view::RawView;
use super::{DeviceArray, DeviceView, DeviceViewMut, Error, Stream};
use crate::dtype::Element;
use crate::ufunc::typed::{Broadcast, Elements};

/// The extents of an operand.
pub type Extents = SmallVec<[usize; 4]>;

/// Where the elements of an operand lie.
#[derive(Clone)]
pub struct Placed {
    pub(super) address: u64,
    pub(super) shape: Extents,
    /// In bytes.
    strides: SmallVec<[i64; 4]>,
    /// What keeps a number in the device's memory until the launch is queued.
    _number: Option<std::sync::Arc<dyn Send + Sync>>,
}

impl Placed {
    /// Elements that lie so, with strides in bytes.
    #[cfg(test)]
    pub(super) fn at(address: u64, shape: &[usize], strides: &[i64]) -> Placed {
        let (shape, strides) = (shape.iter().copied().collect(), strides.iter().copied().collect());
        Placed { address, shape, strides, _number: None }
    }

    fn read<T: Element, D: Dimension>(view: &DeviceView<'_, T, D>, stream: &Stream) -> Result<Placed, Error> {
        Placed::of::<T, D>(&view.raw, stream, false)
    }

    pub(super) fn written<T: Element, D: Dimension>(
        view: &mut DeviceViewMut<'_, T, D>,
        stream: &Stream,
    ) -> Result<Placed, Error> {
        Placed::of::<T, D>(&view.raw, stream, true)
    }

    fn of<T: Element, D: Dimension>(
        view: &RawView<'_, D>,
        stream: &Stream,
        writes: bool,
    ) -> Result<Placed, Error> {
        if view.stream() != stream {
            let cause = "it is on another stream or device than the call: use `array.on(&stream)` or `copied(&stream)`";
            return Err(Error::refused("an operand of a ufunc", cause));
        }
        view.ready(writes)?;
        let size = size_of::<T>() as i64;
        let strides = view.place.strides().iter().map(|stride| (*stride as i64).wrapping_mul(size));
        let shape = view.place.shape.slice().iter().copied().collect();
        Ok(Placed { address: view.place.start, shape, strides: strides.collect(), _number: None })
    }

    /// The stride along an axis of a shape that this operand is broadcast to.
    pub(super) fn stride(&self, axis: usize, rank: usize) -> i64 {
        match (axis + self.shape.len()).checked_sub(rank) {
            Some(own) if self.shape[own] != 1 => self.strides[own],
            _ => 0,
        }
    }
}

/// An input of a ufunc on a GPU: a number, `&DeviceArray`, or `DeviceView`.
///
/// # Safety
/// What `placed` gives are elements of the type, alive until what comes after it in the order of the stream.
pub unsafe trait Input {
    /// The type of its elements.
    type Element: Element;
    /// Its rank.
    type Dim: Dimension;

    /// Where its elements lie.
    #[doc(hidden)]
    fn placed(&self, stream: &Stream) -> Result<Placed, Error>;
}

// SAFETY: the array is borrowed until the launch is queued, and is freed in the order of the stream.
unsafe impl<T: Element, D: Dimension> Input for &DeviceArray<T, D> {
    type Element = T;
    type Dim = D;

    fn placed(&self, stream: &Stream) -> Result<Placed, Error> {
        Placed::read(&self.view(), stream)
    }
}

// SAFETY: as above.
unsafe impl<T: Element, D: Dimension> Input for DeviceView<'_, T, D> {
    type Element = T;
    type Dim = D;

    fn placed(&self, stream: &Stream) -> Result<Placed, Error> {
        Placed::read(self, stream)
    }
}

macro_rules! numbers {
    ($($ty:ty)*) => {
        $(
            // SAFETY: the number is copied to the device, where it stays until the launch is queued.
            unsafe impl Input for $ty {
                type Element = $ty;
                type Dim = Ix0;

                fn placed(&self, stream: &Stream) -> Result<Placed, Error> {
                    let array = stream.full(Ix0(), *self)?;
                    let placed = Placed::read(&array.view(), stream)?;
                    Ok(Placed { _number: Some(std::sync::Arc::new(array)), ..placed })
                }
            }
        )*
    };
}

numbers! { bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 Complex<f32> Complex<f64> }

/// Several inputs: a tuple, or one that stands for a tuple of one.
pub trait Inputs {
    /// The types of their elements, as a tuple.
    type Elements: Elements;
    /// The rank that they have together.
    type Dim: Dimension;

    /// Where their elements lie.
    #[doc(hidden)]
    fn placed(&self, stream: &Stream) -> Result<SmallVec<[Placed; 4]>, Error>;
}

impl<I: Input> Inputs for I
where
    (I::Element,): Elements,
{
    type Elements = (I::Element,);
    type Dim = I::Dim;

    fn placed(&self, stream: &Stream) -> Result<SmallVec<[Placed; 4]>, Error> {
        Ok(SmallVec::from_iter([Input::placed(self, stream)?]))
    }
}

macro_rules! core {
    ($input:ident) => {
        Ix0
    };
}

macro_rules! tuples {
    ($($input:ident $place:tt),*) => {
        impl<$($input: Input),*> Inputs for ($($input,)*)
        where
            ($($input::Element,)*): Elements,
            ($($input::Dim,)*): Broadcast<($(core!($input),)*)>,
        {
            type Elements = ($($input::Element,)*);
            type Dim = <($($input::Dim,)*) as Broadcast<($(core!($input),)*)>>::Loop;

            fn placed(&self, stream: &Stream) -> Result<SmallVec<[Placed; 4]>, Error> {
                Ok(SmallVec::from_iter([$(self.$place.placed(stream)?),*]))
            }
        }
    };
}

tuples! { A 0 }
tuples! { A 0, B 1 }
tuples! { A 0, B 1, C 2 }
tuples! { A 0, B 1, C 2, D 3 }
tuples! { A 0, B 1, C 2, D 3, E 4 }
tuples! { A 0, B 1, C 2, D 3, E 4, F 5 }
