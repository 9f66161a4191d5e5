//! Axes and indices, as methods of ufuncs take them.

use ndarray::{ArrayBase, ArrayView, Axis, Data, Dim, Dimension, Ix, IxDyn, aview1};
use smallvec::{SmallVec, smallvec};

use super::ranks::Without;
use crate::Error;
use crate::any::AnyView;
use crate::dtype::{DType, Element};
use crate::ufunc::Table;

/// Several axes of an array with rank `D`.
pub trait Axes<D> {
    /// The rank without them.
    type Left: Dimension;

    /// The axes.
    #[doc(hidden)]
    fn list(&self) -> &[Axis];
}

impl<D: Without<Dim<[Ix; N]>, Loop: Dimension>, const N: usize> Axes<D> for [Axis; N]
where
    Dim<[Ix; N]>: Dimension,
{
    type Left = D::Loop;

    fn list(&self) -> &[Axis] {
        self
    }
}

impl<D: Without<Dim<[Ix; N]>, Loop: Dimension>, const N: usize> Axes<D> for &[Axis; N]
where
    Dim<[Ix; N]>: Dimension,
{
    type Left = D::Loop;

    fn list(&self) -> &[Axis] {
        *self
    }
}

impl<D> Axes<D> for &[Axis] {
    type Left = IxDyn;

    fn list(&self) -> &[Axis] {
        self
    }
}

/// An integer that chooses an element, or a `bool` that says whether one is chosen.
///
/// # Safety
/// Every value that fits has the layout of the dtype.
pub unsafe trait Index: Copy + 'static {
    /// The dtype of these.
    #[doc(hidden)]
    const DTYPE: DType;

    /// Whether it is not larger than every index.
    #[doc(hidden)]
    fn fits(self) -> bool {
        true
    }
}

macro_rules! indices {
    ($($ty:ty)*) => {
        $(
            // SAFETY: it is an element of that dtype.
            unsafe impl Index for $ty {
                const DTYPE: DType = <$ty as Element>::DTYPE;
            }
        )*
    };
}

indices! { bool i8 i16 i32 i64 u8 u16 u32 u64 }

// SAFETY: it has the bits of `i64`.
#[cfg(target_pointer_width = "64")]
unsafe impl Index for isize {
    const DTYPE: DType = DType::Int64;
}

// SAFETY: it has the bits of `i64` where it fits.
#[cfg(target_pointer_width = "64")]
unsafe impl Index for usize {
    const DTYPE: DType = DType::Int64;

    fn fits(self) -> bool {
        isize::try_from(self).is_ok()
    }
}

/// An index is larger than every index can be.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct TooLarge;

impl TooLarge {
    /// NumPy's error.
    #[cold]
    pub(super) fn refuse(self, table: &Table<'_>) -> Error {
        let message = "cannot fit 'int' into an index-sized integer";
        Error::refused("IndexError", message.to_owned(), &table.kernel)
    }
}

/// Indices along one axis: a slice, a vector or an array of integers of any type, `usize` among them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` are no indices of elements",
    note = "indices are `&[usize]`, `&Vec<usize>`, `&Array<i64, D>`, and the like"
)]
pub trait AxisIndices {
    /// A view of them.
    #[doc(hidden)]
    fn any_view(&self) -> Result<AnyView<'_>, TooLarge>;
}

/// Indices along the first axes: those of one axis, or a tuple with those of several.
#[diagnostic::on_unimplemented(
    message = "`{Self}` are no indices of elements",
    note = "indices are `&[usize]`, `&Vec<usize>`, `&Array<i64, D>`, and the like, or a tuple of them, for several axes"
)]
pub trait Indices {
    /// A view for each axis.
    #[doc(hidden)]
    fn views(&self) -> Result<SmallVec<[AnyView<'_>; 2]>, TooLarge>;
}

macro_rules! arrays {
    ($([$($generics:tt)*] $array:ty: $indices:ident => $view:expr;)*) => {
        $(
            impl<$($generics)*> AxisIndices for $array {
                fn any_view(&self) -> Result<AnyView<'_>, TooLarge> {
                    let $indices = self;
                    any($view)
                }
            }

            impl<$($generics)*> Indices for $array {
                fn views(&self) -> Result<SmallVec<[AnyView<'_>; 2]>, TooLarge> {
                    Ok(smallvec![self.any_view()?])
                }
            }
        )*
    };
}

arrays! {
    [S: Data<Elem: Index>, D: Dimension] &ArrayBase<S, D>: indices => indices.view();
    [T: Index] &[T]: indices => aview1(indices);
    [T: Index] &Vec<T>: indices => aview1(indices);
    [T: Index, const N: usize] &[T; N]: indices => aview1(&indices[..]);
}

macro_rules! tuples {
    ($($axis:ident)*) => {
        impl<$($axis: AxisIndices),*> Indices for ($($axis,)*) {
            fn views(&self) -> Result<SmallVec<[AnyView<'_>; 2]>, TooLarge> {
                #[expect(non_snake_case, reason = "a variable has the name of its type")]
                let ($($axis,)*) = self;
                Ok(smallvec![$($axis.any_view()?),*])
            }
        }
    };
}

tuples! { A }
tuples! { A B }
tuples! { A B C }
tuples! { A B C D }
tuples! { A B C D E }
tuples! { A B C D E F }

/// A view of indices.
fn any<T: Index, D: Dimension>(indices: ArrayView<'_, T, D>) -> Result<AnyView<'_>, TooLarge> {
    if !indices.iter().all(|index| index.fits()) {
        return Err(TooLarge);
    }
    // Wraps only where no element lies a stride away.
    let strides = indices.strides().iter().map(|stride| stride.wrapping_mul(size_of::<T>() as isize));
    let (data, shape) = (indices.as_ptr().cast(), indices.shape().to_vec());
    // SAFETY: the elements fit the dtype, and are borrowed for as long as the view.
    Ok(unsafe { AnyView::from_raw(data, T::DTYPE, shape, strides.collect()) })
}
