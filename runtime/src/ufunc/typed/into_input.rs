//! Arrays and numbers as inputs of calls whose types are known when the program runs, and numbers as what
//! reductions begin with.

use ndarray::{ArrayBase, ArrayView, ArrayViewMut, Data, DataMut, Dimension, aview0};
use num_complex::Complex;

use crate::dtype::Element;
use crate::ufunc::{Initial, Input, Weak};

impl<'a, T: Element, D: Dimension> From<ArrayView<'a, T, D>> for Input<'a> {
    fn from(view: ArrayView<'a, T, D>) -> Self {
        Input::Array(view.into())
    }
}

impl<'a, T: Element, D: Dimension> From<ArrayViewMut<'a, T, D>> for Input<'a> {
    fn from(view: ArrayViewMut<'a, T, D>) -> Self {
        Input::Written(view.into())
    }
}

impl<'a, S: Data<Elem: Element>, D: Dimension> From<&'a ArrayBase<S, D>> for Input<'a> {
    fn from(array: &'a ArrayBase<S, D>) -> Self {
        array.view().into()
    }
}

impl<'a, S: DataMut<Elem: Element>, D: Dimension> From<&'a mut ArrayBase<S, D>> for Input<'a> {
    fn from(array: &'a mut ArrayBase<S, D>) -> Self {
        array.view_mut().into()
    }
}

macro_rules! weak {
    ($($ty:ty: $kind:ident;)*) => {
        $(
            /// A number without a type of its own, as Python's are.
            impl From<$ty> for Input<'_> {
                fn from(number: $ty) -> Self {
                    Input::Weak(Weak::$kind(number))
                }
            }
        )*
    };
}

weak! {
    i64: Int;
    f64: Float;
    Complex<f64>: Complex;
}

/// A `bool`, whose type is its own.
impl From<bool> for Input<'_> {
    fn from(truth: bool) -> Self {
        Input::from(if truth { &true } else { &false })
    }
}

macro_rules! strong {
    ($($ty:ty)*) => {
        $(
            /// A number with its type, as NumPy's scalars are.
            impl<'a> From<&'a $ty> for Input<'a> {
                fn from(number: &'a $ty) -> Self {
                    aview0(number).into()
                }
            }

            /// The number, cast to the type of the result.
            impl<'a> From<&'a $ty> for Initial<'a> {
                fn from(number: &'a $ty) -> Self {
                    Initial::Array(aview0(number).into())
                }
            }
        )*
    };
}

strong! { bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 Complex<f32> Complex<f64> }

macro_rules! initial {
    ($($ty:ty: $kind:ident;)*) => {
        $(impl From<$ty> for Initial<'_> {
            fn from(number: $ty) -> Self {
                Initial::Weak(Weak::$kind(number.into()))
            }
        })*
    };
}

initial! {
    bool: Int;
    i8: Int;
    i16: Int;
    i32: Int;
    i64: Int;
    u8: Int;
    u16: Int;
    u32: Int;
    f32: Float;
    f64: Float;
    Complex<f64>: Complex;
}
