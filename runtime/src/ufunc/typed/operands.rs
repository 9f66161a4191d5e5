//! The operands of a call together.

use ndarray::{ArrayBase, ArrayRef, Data, DataMut, Dimension, ViewRepr};
use num_complex::Complex;
use smallvec::SmallVec;

use super::operand::{Operand, Read, Write};
use crate::dtype::{DType, Element};
use crate::ufunc::Input;
use crate::ufunc::direct::Borrowed;

/// Operands as calls of any dtypes take them.
pub(crate) type Inputs<'a> = SmallVec<[Input<'a>; 4]>;

/// Several operands: a tuple, or an operand that stands for a tuple of one.
///
/// `Elements` is the tuple of the types of their elements, `Access` that of what the ufunc does to each.
///
/// # Safety
/// The methods give as many operands as the tuples have items, in their order, each as [`Operand`] says.
#[diagnostic::on_unimplemented(
    message = "`{Self}` are not the operands of this ufunc",
    label = "the ufunc's access to its operands is `{Access}`",
    note = "several operands are a tuple: `f.call((&a, &b))`, and one may be alone: `f.call(&a)`",
    note = "a ufunc reads numbers, `&Array` and `ArrayView`, and writes `&mut Array` and `ArrayViewMut`"
)]
pub unsafe trait Operands<Elements, Access> {
    /// Their ranks, as a tuple.
    type Dims;

    /// Adds them to others.
    #[doc(hidden)]
    fn inputs<'a>(&'a mut self, to: &mut Inputs<'a>);

    /// An array of them.
    #[doc(hidden)]
    type All<'a>: AsRef<[Borrowed<'a>]>
    where
        Self: 'a;

    /// Where their elements are, if the shape of each is at hand.
    #[doc(hidden)]
    fn borrowed(&mut self) -> Option<Self::All<'_>>;
}

/// A tuple of types.
pub trait Elements {
    /// Their dtypes.
    const DTYPES: &'static [DType];
}

/// A tuple with one more item before the others.
pub trait Prepend<First> {
    /// That tuple.
    type Tuple;
}

/// A tuple without its first item.
pub trait Split {
    /// The first item.
    type First;
    /// The others.
    type Rest;
}

/// A tuple of as many items, all the same.
pub trait Repeat<Item> {
    /// That tuple.
    type Tuple;
}

// SAFETY: there are none.
unsafe impl Operands<(), ()> for () {
    type Dims = ();
    type All<'a> = [Borrowed<'a>; 0];

    #[inline]
    fn inputs<'a>(&'a mut self, _: &mut Inputs<'a>) {}

    #[inline]
    fn borrowed(&mut self) -> Option<[Borrowed<'_>; 0]> {
        Some([])
    }
}

/// The same type for each item.
macro_rules! for_each {
    ($item:ident $type:ident) => {
        $type
    };
}

macro_rules! tuples {
    ($($item:ident)*) => {
        impl<$($item: Element),*> Elements for ($($item,)*) {
            const DTYPES: &'static [DType] = &[$($item::DTYPE),*];
        }

        impl<First, $($item),*> Prepend<First> for ($($item,)*) {
            type Tuple = (First, $($item,)*);
        }

        impl<First, $($item),*> Split for (First, $($item,)*) {
            type First = First;
            type Rest = ($($item,)*);
        }

        impl<Item, $($item),*> Repeat<Item> for ($($item,)*) {
            type Tuple = ($(for_each!($item Item),)*);
        }
    };
}

tuples! {}
tuples! { A }
tuples! { A B }
tuples! { A B C }
tuples! { A B C D }
tuples! { A B C D E }
tuples! { A B C D E F }
tuples! { A B C D E F G }
tuples! { A B C D E F G H }

macro_rules! operands {
    ($arity:literal: $($operand:ident $element:ident $access:ident),*) => {
        // SAFETY: the items are operands.
        unsafe impl<$($operand, $element, $access),*> Operands<($($element,)*), ($($access,)*)> for ($($operand,)*)
        where
            $($operand: Operand<$element, $access>),*
        {
            type Dims = ($($operand::Dim,)*);
            type All<'a>
                = [Borrowed<'a>; $arity]
            where
                Self: 'a;

            #[inline]
            fn inputs<'a>(&'a mut self, to: &mut Inputs<'a>) {
                #[expect(non_snake_case, reason = "a variable has the name of its type")]
                let ($($operand,)*) = self;
                $(to.push($operand.input());)*
            }

            #[inline]
            fn borrowed(&mut self) -> Option<[Borrowed<'_>; $arity]> {
                #[expect(non_snake_case, reason = "a variable has the name of its type")]
                let ($($operand,)*) = self;
                Some([$($operand.borrowed()?),*])
            }
        }
    };
}

operands! { 1: A T P }
operands! { 2: A T P, B U Q }
operands! { 3: A T P, B U Q, C V R }
operands! { 4: A T P, B U Q, C V R, D W S }
operands! { 5: A T P, B U Q, C V R, D W S, E X E1 }
operands! { 6: A T P, B U Q, C V R, D W S, E X E1, F Y F1 }
operands! { 7: A T P, B U Q, C V R, D W S, E X E1, F Y F1, G Z G1 }
operands! { 8: A T P, B U Q, C V R, D W S, E X E1, F Y F1, G Z G1, H H1 H2 }

/// Operands that stand for a tuple of one.
macro_rules! alone {
    ($([$($generics:tt)*] $operand:ty: $element:ty, $access:ty;)*) => {
        $(
// SAFETY: it is an operand.
unsafe impl<$($generics)*> Operands<($element,), ($access,)> for $operand {
            type Dims = (<Self as Operand<$element, $access>>::Dim,);
            type All<'a>
                = [Borrowed<'a>; 1]
            where
                Self: 'a;

            #[inline]
            fn inputs<'a>(&'a mut self, to: &mut Inputs<'a>) {
                to.push(self.input());
            }

            #[inline]
            fn borrowed(&mut self) -> Option<[Borrowed<'_>; 1]> {
                Some([Operand::<$element, $access>::borrowed(self)?])
            }
        })*
    };
}

macro_rules! numbers {
    ($($ty:ty)*) => {
        alone! { $(
            [] $ty: $ty, Read;
            [] &mut $ty: $ty, Write;
        )* }
    };
}

numbers! { bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 Complex<f32> Complex<f64> }

alone! {
    [T: Element, S: Data<Elem = T>, D: Dimension] &ArrayBase<S, D>: T, Read;
    [T: Element, S: DataMut<Elem = T>, D: Dimension] &mut ArrayBase<S, D>: T, Write;
    [T: Element, D: Dimension] &ArrayRef<T, D>: T, Read;
    [T: Element, D: Dimension] &mut ArrayRef<T, D>: T, Write;
    ['v, T: Element, D: Dimension] ArrayBase<ViewRepr<&'v T>, D>: T, Read;
    ['v, T: Element, D: Dimension] ArrayBase<ViewRepr<&'v mut T>, D>: T, Write;
    [T: Element] &[T]: T, Read;
    [T: Element] &mut [T]: T, Write;
    [T: Element] &Vec<T>: T, Read;
    [T: Element] &mut Vec<T>: T, Write;
    [T: Element, const N: usize] &[T; N]: T, Read;
    [T: Element, const N: usize] &mut [T; N]: T, Write;
}
