//! What a kernel with several signatures takes: each argument in one form, by which the
//! signature is chosen.

use ndarray::{ArrayBase, ArrayView, ArrayViewMut, Data, DataMut, Dimension, Ix1, RawData, ViewRepr};
use num_complex::Complex;

use crate::random::Generator;

/// Something that can be an argument of a kernel with several signatures.
pub trait Argument {
    /// A number, an `ArrayView` or an `ArrayViewMut`, or a tuple or an `Option` of these.
    type Canonical;

    /// Brings it into that form.
    fn canonical(self) -> Self::Canonical;
}

macro_rules! numbers {
    ($($ty:ty)*) => {
        $(impl Argument for $ty {
            type Canonical = $ty;
            #[inline]
            fn canonical(self) -> $ty {
                self
            }
        })*
    };
}

numbers! { bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 Complex<f32> Complex<f64> }

/// Kernels draw from it.
impl<'a> Argument for &'a mut Generator {
    type Canonical = &'a mut Generator;
    #[inline]
    fn canonical(self) -> Self::Canonical {
        self
    }
}

impl<T: Argument> Argument for Option<T> {
    type Canonical = Option<T::Canonical>;
    #[inline]
    fn canonical(self) -> Self::Canonical {
        self.map(T::canonical)
    }
}

macro_rules! tuples {
    ($($item:ident)*) => {
        impl<$($item: Argument),*> Argument for ($($item,)*) {
            type Canonical = ($($item::Canonical,)*);
            #[inline]
            fn canonical(self) -> Self::Canonical {
                #[expect(non_snake_case, reason = "a variable has the name of its type")]
                let ($($item,)*) = self;
                ($($item.canonical(),)*)
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
tuples! { A B C D E F G }
tuples! { A B C D E F G H }

impl<'a, S: Data, D: Dimension> Argument for &'a ArrayBase<S, D> {
    type Canonical = ArrayView<'a, S::Elem, D>;
    #[inline]
    fn canonical(self) -> Self::Canonical {
        self.view()
    }
}

impl<'a, S: DataMut, D: Dimension> Argument for &'a mut ArrayBase<S, D> {
    type Canonical = ArrayViewMut<'a, S::Elem, D>;
    #[inline]
    fn canonical(self) -> Self::Canonical {
        self.view_mut()
    }
}

/// Views, by value.
impl<T, D: Dimension> Argument for ArrayBase<ViewRepr<T>, D>
where
    ViewRepr<T>: RawData,
{
    type Canonical = Self;
    #[inline]
    fn canonical(self) -> Self {
        self
    }
}

macro_rules! slices {
    ($([$($generics:tt)*] $slice:ty;)*) => {
        $(impl<'a, T, $($generics)*> Argument for &'a $slice {
            type Canonical = ArrayView<'a, T, Ix1>;
            #[inline]
            fn canonical(self) -> Self::Canonical {
                self.into()
            }
        }

        impl<'a, T, $($generics)*> Argument for &'a mut $slice {
            type Canonical = ArrayViewMut<'a, T, Ix1>;
            #[inline]
            fn canonical(self) -> Self::Canonical {
                self.into()
            }
        })*
    };
}

slices! {
    [] [T];
    [] Vec<T>;
    [const N: usize] [T; N];
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Ix2, array};

    #[test]
    fn arrays_views_slices_and_vectors_are_views() {
        fn one(_: ArrayView<'_, f64, Ix1>) {}
        fn two(_: ArrayView<'_, f64, Ix2>) {}
        fn write(_: ArrayViewMut<'_, f64, Ix1>) {}
        let (mut a, mut v) = (array![1.0, 2.0], vec![1.0, 2.0]);
        one((&a).canonical());
        one(a.view().canonical());
        one((&v).canonical());
        one(v.as_slice().canonical());
        one((&[1.0, 2.0]).canonical());
        two((&array![[1.0]]).canonical());
        write((&mut a).canonical());
        write(a.view_mut().canonical());
        write((&mut v).canonical());
        write(v.as_mut_slice().canonical());
        let (x, (view,)) = (1.5, (&a,)).canonical();
        one(view);
        assert_eq!(x, 1.5);
    }
}
