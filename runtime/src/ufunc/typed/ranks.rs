//! Ranks of operands and results, computed by the compiler.

use ndarray::{Array, ArrayD, DimAdd, DimMax, Dimension, Ix0, Ix1, Ix2, Ix3, Ix4, Ix5, Ix6, IxDyn};

use crate::dtype::Element;

/// The rank of a result with elements of type `T`.
///
/// Code that is generic over the rank of an array asks for it:
///
/// ```text
/// fn distance<D: Rank<f64>>(a: &Array<f64, D>, b: &Array<f64, D>) -> Result<D::Array, Error> {
///     rel_diff.call((a, b))
/// }
/// ```
pub trait Rank<T: Element>: Dimension + DimAdd<Ix0, Output = Self> {
    /// The result: an `Array<T, Self>`, and a number of rank 0.
    type Array;

    /// The result with these elements, in the order C.
    ///
    /// # Safety
    /// There are as many elements as the shape has.
    #[doc(hidden)]
    unsafe fn packed(shape: &[usize], elements: Vec<T>) -> Self::Array;

    /// The result of an array, if it has this rank.
    #[doc(hidden)]
    fn of_dyn(array: ArrayD<T>) -> Option<Self::Array>;
}

impl<T: Element> Rank<T> for Ix0 {
    type Array = T;

    #[inline(always)]
    unsafe fn packed(_: &[usize], elements: Vec<T>) -> T {
        elements.first().copied().unwrap_or_default()
    }

    fn of_dyn(array: ArrayD<T>) -> Option<T> {
        array.into_dimensionality::<Ix0>().ok().map(ndarray::Array0::into_scalar)
    }
}

macro_rules! ranks {
    ($($rank:ty)*) => {
        $(impl<T: Element> Rank<T> for $rank {
            type Array = Array<T, $rank>;

            #[inline(always)]
            unsafe fn packed(shape: &[usize], elements: Vec<T>) -> Self::Array {
                let mut rank = <$rank>::zeros(shape.len());
                ndarray::Dimension::slice_mut(&mut rank).copy_from_slice(shape);
                // SAFETY: the caller's; the rank is the shape's, or the copy panics.
                unsafe { Array::from_shape_vec_unchecked(rank, elements) }
            }

            fn of_dyn(array: ArrayD<T>) -> Option<Self::Array> {
                array.into_dimensionality().ok()
            }
        })*
    };
}

ranks! { Ix1 Ix2 Ix3 Ix4 Ix5 Ix6 IxDyn }

/// An operand's rank without its core dimensions.
#[diagnostic::on_unimplemented(
    message = "an array of the rank `{Self}` has fewer dimensions than the core dimensions `{Core}`",
    label = "too few dimensions",
    note = "the first dimensions of an operand are broadcast, the last are those of the gufunc's layout"
)]
pub trait Without<Core: Dimension>: Dimension {
    /// The rank of the loop.
    type Loop: Dimension;
}

impl<D: Dimension> Without<Ix0> for D {
    type Loop = D;
}

impl<D: Dimension> Without<IxDyn> for D {
    type Loop = IxDyn;
}

macro_rules! without {
    ($($rank:ty: $($core:ty => $rest:ty),*;)*) => {
        $($(impl Without<$core> for $rank {
            type Loop = $rest;
        })*)*
    };
}

without! {
    Ix1: Ix1 => Ix0;
    Ix2: Ix1 => Ix1, Ix2 => Ix0;
    Ix3: Ix1 => Ix2, Ix2 => Ix1, Ix3 => Ix0;
    Ix4: Ix1 => Ix3, Ix2 => Ix2, Ix3 => Ix1, Ix4 => Ix0;
    Ix5: Ix1 => Ix4, Ix2 => Ix3, Ix3 => Ix2, Ix4 => Ix1, Ix5 => Ix0;
    Ix6: Ix1 => Ix5, Ix2 => Ix4, Ix3 => Ix3, Ix4 => Ix2, Ix5 => Ix1, Ix6 => Ix0;
    IxDyn: Ix1 => IxDyn, Ix2 => IxDyn, Ix3 => IxDyn, Ix4 => IxDyn, Ix5 => IxDyn, Ix6 => IxDyn;
}

/// Ranks of operands, as a tuple, of which each has its core dimensions: `Cores` is a tuple too.
pub trait Broadcast<Cores> {
    /// The rank of the loop: the greatest.
    type Loop: Dimension;
}

impl Broadcast<()> for () {
    type Loop = Ix0;
}

impl<A, X> Broadcast<(X,)> for (A,)
where
    A: Without<X>,
    X: Dimension,
{
    type Loop = A::Loop;
}

macro_rules! broadcasts {
    ($first:ident $first_core:ident; $($rank:ident $core:ident),*) => {
        impl<$first, $first_core, $($rank, $core),*> Broadcast<($first_core, $($core),*)> for ($first, $($rank),*)
        where
            $first: Without<$first_core>,
            $first_core: Dimension,
            ($($rank,)*): Broadcast<($($core,)*)>,
            $first::Loop: DimMax<<($($rank,)*) as Broadcast<($($core,)*)>>::Loop>,
        {
            type Loop = <$first::Loop as DimMax<<($($rank,)*) as Broadcast<($($core,)*)>>::Loop>>::Output;
        }
    };
}

broadcasts! { A P; B Q }
broadcasts! { A P; B Q, C R }
broadcasts! { A P; B Q, C R, D S }
broadcasts! { A P; B Q, C R, D S, E T }
broadcasts! { A P; B Q, C R, D S, E T, F U }
broadcasts! { A P; B Q, C R, D S, E T, F U, G V }
broadcasts! { A P; B Q, C R, D S, E T, F U, G V, H W }
