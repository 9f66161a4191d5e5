//! What goes into a ufunc, one by one: numbers, arrays and views that it reads, and those that it writes.

use ndarray::{
    ArrayBase, ArrayRef, ArrayView, ArrayViewMut, Axis, Data, DataMut, Dimension, Ix0, Ix1, ViewRepr,
    aview_mut1, aview0,
};
use num_complex::Complex;

use crate::dtype::Element;
use crate::ufunc::Input;
use crate::ufunc::direct::Borrowed;

/// Marks an operand that a ufunc reads.
#[derive(Clone, Copy, Debug)]
pub enum Read {}

/// Marks an operand that a ufunc writes: an output, or an input of `writable_args`.
#[derive(Clone, Copy, Debug)]
pub enum Write {}

/// An operand with elements of type `T`, for a ufunc that has an [`Access`](Read) to it.
///
/// Ufuncs read numbers, `&Array`, `ArrayView`, `&ArrayView`, slices and vectors. They write `&mut Array`,
/// `ArrayViewMut`, `&mut ArrayViewMut`, and `&mut` of a number, a slice or a vector.
///
/// # Safety
/// What the methods give are elements of type `T`, borrowed for as long as it says; those of an operand
/// with the access [`Write`] are borrowed exclusively.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an operand of the type `{T}`",
    label = "the ufunc's access to it is `{Access}`",
    note = "a ufunc reads numbers, `&Array` and `ArrayView`, and writes `&mut Array` and `ArrayViewMut`",
    note = "`call_dyn` converts other types as NumPy does"
)]
pub unsafe trait Operand<T, Access> {
    /// Its rank.
    type Dim: Dimension;

    /// The operand for a call.
    #[doc(hidden)]
    fn input(&mut self) -> Input<'_>;

    /// Where its elements are, if its shape is at hand.
    #[doc(hidden)]
    fn borrowed(&mut self) -> Option<Borrowed<'_>>;
}

/// A number where it is.
#[inline(always)]
fn number<'a, T: Element>(number: *mut T) -> Borrowed<'a> {
    Borrowed { data: number.cast(), dtype: T::DTYPE, shape: &[], strides: &[], unit: 1 }
}

macro_rules! numbers {
    ($($ty:ty)*) => {
        $(
            // SAFETY: a number is borrowed.
            unsafe impl Operand<$ty, Read> for $ty {
                type Dim = Ix0;

                #[inline]
                fn input(&mut self) -> Input<'_> {
                    Input::Array(aview0(&*self).into())
                }

                #[inline]
                fn borrowed(&mut self) -> Option<Borrowed<'_>> {
                    Some(number(self))
                }
            }

            // SAFETY: a number is borrowed exclusively.
            unsafe impl Operand<$ty, Write> for &mut $ty {
                type Dim = Ix0;

                #[inline]
                fn input(&mut self) -> Input<'_> {
                    Input::Written(aview_mut1(std::slice::from_mut(&mut **self)).index_axis_move(Axis(0), 0).into())
                }

                #[inline]
                fn borrowed(&mut self) -> Option<Borrowed<'_>> {
                    Some(number(*self))
                }
            }
        )*
    };
}

numbers! { bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 Complex<f32> Complex<f64> }

macro_rules! read {
    ($([$($generics:tt)*] $array:ty;)*) => {
        $(
// SAFETY: the array is borrowed.
unsafe impl<'a, T: Element, D: Dimension, $($generics)*> Operand<T, Read> for $array {
            type Dim = D;

            #[inline]
            fn input(&mut self) -> Input<'_> {
                Input::Array(self.view().into())
            }

            #[inline]
            fn borrowed(&mut self) -> Option<Borrowed<'_>> {
                let data = self.as_ptr().cast_mut().cast();
                let (shape, strides) = (self.shape(), self.strides());
                Some(Borrowed { data, dtype: T::DTYPE, shape, strides, unit: size_of::<T>() as isize })
            }
        })*
    };
}

read! {
    [S: Data<Elem = T>] &'a ArrayBase<S, D>;
    [] &'a ArrayRef<T, D>;
    [] ArrayBase<ViewRepr<&'a T>, D>;
}

macro_rules! written {
    ($([$($generics:tt)*] $array:ty;)*) => {
        $(
// SAFETY: the array is borrowed exclusively.
unsafe impl<'a, T: Element, D: Dimension, $($generics)*> Operand<T, Write> for $array {
            type Dim = D;

            #[inline]
            fn input(&mut self) -> Input<'_> {
                Input::Written(self.view_mut().into())
            }

            #[inline]
            fn borrowed(&mut self) -> Option<Borrowed<'_>> {
                let data = self.as_mut_ptr().cast();
                let (shape, strides) = (self.shape(), self.strides());
                Some(Borrowed { data, dtype: T::DTYPE, shape, strides, unit: size_of::<T>() as isize })
            }
        })*
    };
}

written! {
    [S: DataMut<Elem = T>] &'a mut ArrayBase<S, D>;
    [] &'a mut ArrayRef<T, D>;
    [] ArrayBase<ViewRepr<&'a mut T>, D>;
}

macro_rules! slices {
    ($([$($generics:tt)*] $slice:ty;)*) => {
        $(
            // SAFETY: the slice is borrowed.
            unsafe impl<T: Element, $($generics)*> Operand<T, Read> for &$slice {
                type Dim = Ix1;

                fn input(&mut self) -> Input<'_> {
                    Input::Array(ArrayView::from(&**self).into())
                }

                fn borrowed(&mut self) -> Option<Borrowed<'_>> {
                    None
                }
            }

            // SAFETY: the slice is borrowed exclusively.
            unsafe impl<T: Element, $($generics)*> Operand<T, Write> for &mut $slice {
                type Dim = Ix1;

                fn input(&mut self) -> Input<'_> {
                    Input::Written(ArrayViewMut::from(&mut **self).into())
                }

                fn borrowed(&mut self) -> Option<Borrowed<'_>> {
                    None
                }
            }
        )*
    };
}

slices! {
    [] [T];
    [] Vec<T>;
    [const N: usize] [T; N];
}
