//! What goes into a ufunc on a GPU: arrays and views of its stream, and numbers.

use ndarray::{Dimension, Ix0};
use num_complex::Complex;
use smallvec::SmallVec;

use super::number::{Bytes, Use};
use super::view::RawView;
use super::{DeviceArray, DeviceView, DeviceViewMut, Error, Stream};
use crate::any;
use crate::dtype::{DType, Element};
use crate::ufunc::typed::{Read, Write};

/// Where the elements of an operand lie: addresses are those of a device, and no pointers of the host.
#[doc(hidden)]
#[derive(Debug)]
pub struct Placed {
    pub(super) view: any::RawView,
    /// Keeps a number where it is.
    _number: Option<Use>,
}

/// Those of all operands.
pub type AllPlaced = SmallVec<[Placed; 4]>;

impl Placed {
    pub(super) fn read<T: Element, D: Dimension>(
        view: &DeviceView<'_, T, D>,
        stream: &Stream,
    ) -> Result<Placed, Error> {
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
        let place = &view.place;
        // Wraps only where no element lies a stride away.
        let bytes = |stride: &isize| stride.wrapping_mul(size_of::<T>() as isize);
        let view = any::RawView {
            data: std::ptr::without_provenance_mut(place.start as usize),
            dtype: T::DTYPE,
            shape: place.shape.slice().into(),
            strides: place.strides().iter().map(bytes).collect(),
        };
        Ok(Placed { view, _number: None })
    }

    /// A number of a type, by its bytes.
    pub(super) fn number(bytes: Bytes, dtype: DType, stream: &Stream) -> Result<Placed, Error> {
        let (address, used) = stream.numbers().address(stream, bytes)?;
        let data = std::ptr::without_provenance_mut(address as usize);
        let view = any::RawView { data, dtype, shape: SmallVec::new(), strides: SmallVec::new() };
        Ok(Placed { view, _number: Some(used) })
    }
}

/// An operand of a ufunc on a GPU, with elements of type `T`, to which the ufunc has an access: [`Read`] or [`Write`].
///
/// Ufuncs read numbers, `&DeviceArray` and `DeviceView`, and write `&mut DeviceArray` and `DeviceViewMut`.
///
/// # Safety
/// What `placed` gives are elements of the type, alive until what comes after it in the order of the stream, and
/// borrowed exclusively where they are written.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an operand of the type `{T}` on a GPU",
    label = "the ufunc's access to it is `{Access}`",
    note = "a ufunc on a GPU reads numbers, `&DeviceArray` and `DeviceView`, and writes `&mut DeviceArray` and `DeviceViewMut`",
    note = "arrays of the host go there by `stream.upload(&array)?`, or all of a call by `call_host`"
)]
pub unsafe trait Operand<T, Access> {
    /// Its rank.
    type Dim: Dimension;

    /// Where its elements lie.
    #[doc(hidden)]
    fn placed(&mut self, stream: &Stream) -> Result<Placed, Error>;
}

macro_rules! read {
    ($($operand:ty)*) => {
        $(
            // SAFETY: the array is borrowed until the launch is queued, and is freed in the order of the stream.
            unsafe impl<T: Element, D: Dimension> Operand<T, Read> for $operand {
                type Dim = D;

                fn placed(&mut self, stream: &Stream) -> Result<Placed, Error> {
                    Placed::read(&DeviceView::from(&**self), stream)
                }
            }
        )*
    };
}

read! { &DeviceArray<T, D> &DeviceView<'_, T, D> }

// SAFETY: as above.
unsafe impl<T: Element, D: Dimension> Operand<T, Read> for DeviceView<'_, T, D> {
    type Dim = D;

    fn placed(&mut self, stream: &Stream) -> Result<Placed, Error> {
        Placed::read(self, stream)
    }
}

macro_rules! written {
    ($($operand:ty: $view:expr;)*) => {
        $(
            // SAFETY: the array is borrowed exclusively until the launch is queued, and is freed in the order of the stream.
            unsafe impl<T: Element, D: Dimension> Operand<T, Write> for $operand {
                type Dim = D;

                fn placed(&mut self, stream: &Stream) -> Result<Placed, Error> {
                    let view: fn(&mut Self) -> DeviceViewMut<'_, T, D> = $view;
                    Placed::written(&mut view(self), stream)
                }
            }
        )*
    };
}

written! {
    &mut DeviceArray<T, D>: |array| array.view_mut();
    &mut DeviceViewMut<'_, T, D>: |view| view.reborrow();
    DeviceViewMut<'_, T, D>: |view| view.reborrow();
}

macro_rules! numbers {
    ($($ty:ty: $bytes:expr;)*) => {
        $(
            // SAFETY: the number is copied to the device, where it stays until the launch is queued.
            unsafe impl Operand<$ty, Read> for $ty {
                type Dim = Ix0;

                fn placed(&mut self, stream: &Stream) -> Result<Placed, Error> {
                    let bytes: fn($ty) -> Bytes = $bytes;
                    Placed::number(bytes(*self), <$ty>::DTYPE, stream)
                }
            }
        )*
    };
}

macro_rules! reals {
    ($($ty:ty)*) => {
        numbers! { $($ty: |number| padded(&number.to_ne_bytes());)* }
    };
}

reals! { i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 }

numbers! {
    bool: |truth| padded(&[u8::from(truth)]);
    Complex<f32>: |z| padded(&[z.re.to_ne_bytes(), z.im.to_ne_bytes()].concat());
    Complex<f64>: |z| padded(&[z.re.to_ne_bytes(), z.im.to_ne_bytes()].concat());
}

/// The bytes of a number, which are 16 at most.
fn padded(bytes: &[u8]) -> Bytes {
    let mut padded = [0; 16];
    padded[..bytes.len()].copy_from_slice(bytes);
    padded
}

/// Several operands: a tuple, or one that stands for a tuple of one. `Elements` are the types of their elements, `Access` what the ufunc
/// does to each.
#[diagnostic::on_unimplemented(
    message = "`{Self}` are not the operands of this ufunc on a GPU",
    label = "the ufunc's access to its operands is `{Access}`",
    note = "several operands are a tuple: `f.cuda(&stream).call((&a, &b))`, and one may be alone: `.call(&a)`",
    note = "a ufunc on a GPU reads numbers, `&DeviceArray` and `DeviceView`, and writes `&mut DeviceArray` and `DeviceViewMut`",
    note = "arrays of the host go there by `stream.upload(&array)?`, or all of a call by `call_host`"
)]
pub trait Operands<Elements, Access> {
    /// Their ranks, as a tuple.
    type Dims;

    /// Adds where their elements lie.
    #[doc(hidden)]
    fn placed(&mut self, stream: &Stream, to: &mut AllPlaced) -> Result<(), Error>;
}

impl Operands<(), ()> for () {
    type Dims = ();

    fn placed(&mut self, _: &Stream, _: &mut AllPlaced) -> Result<(), Error> {
        Ok(())
    }
}

/// Operands that stand for a tuple of one.
macro_rules! alone {
    ($([$($generics:tt)*] $operand:ty: $element:ty, $access:ty;)*) => {
        $(impl<$($generics)*> Operands<($element,), ($access,)> for $operand {
            type Dims = (<Self as Operand<$element, $access>>::Dim,);

            fn placed(&mut self, stream: &Stream, to: &mut AllPlaced) -> Result<(), Error> {
                to.push(Operand::<$element, $access>::placed(self, stream)?);
                Ok(())
            }
        })*
    };
}

macro_rules! alone_numbers {
    ($($ty:ty)*) => {
        alone! { $([] $ty: $ty, Read;)* }
    };
}

alone_numbers! { bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 Complex<f32> Complex<f64> }

alone! {
    [T: Element, D: Dimension] &DeviceArray<T, D>: T, Read;
    [T: Element, D: Dimension] &DeviceView<'_, T, D>: T, Read;
    [T: Element, D: Dimension] DeviceView<'_, T, D>: T, Read;
    [T: Element, D: Dimension] &mut DeviceArray<T, D>: T, Write;
    [T: Element, D: Dimension] &mut DeviceViewMut<'_, T, D>: T, Write;
    [T: Element, D: Dimension] DeviceViewMut<'_, T, D>: T, Write;
}

macro_rules! tuples {
    ($($operand:ident $element:ident $access:ident),*) => {
        impl<$($operand, $element, $access),*> Operands<($($element,)*), ($($access,)*)> for ($($operand,)*)
        where
            $($operand: Operand<$element, $access>),*
        {
            type Dims = ($($operand::Dim,)*);

            fn placed(&mut self, stream: &Stream, to: &mut AllPlaced) -> Result<(), Error> {
                #[expect(non_snake_case, reason = "a variable has the name of its type")]
                let ($($operand,)*) = self;
                $(to.push($operand.placed(stream)?);)*
                Ok(())
            }
        }
    };
}

tuples! { A T P }
tuples! { A T P, B U Q }
tuples! { A T P, B U Q, C V R }
tuples! { A T P, B U Q, C V R, D W S }
tuples! { A T P, B U Q, C V R, D W S, E X E1 }
tuples! { A T P, B U Q, C V R, D W S, E X E1, F Y F1 }
tuples! { A T P, B U Q, C V R, D W S, E X E1, F Y F1, G Z G1 }
tuples! { A T P, B U Q, C V R, D W S, E X E1, F Y F1, G Z G1, H H1 H2 }
