//! With what a reduction begins.

use crate::Error;
use crate::any::AnyView;
use crate::call::Kernel;
use crate::dtype::{DType, Kind};
use crate::ufunc::cast::convert;
use crate::ufunc::input::{Scalar, Weak};

/// With what a reduction begins: NumPy's `initial`.
#[derive(Clone, Debug, Default)]
pub enum Initial<'a> {
    /// The identity of the ufunc; if it has none, the first element.
    #[default]
    Identity,
    /// The first element, whatever the identity is: NumPy's `None`.
    First,
    /// A number of Python.
    Weak(Weak),
    /// An array without dimensions, whose element is cast to the type of the result.
    Array(AnyView<'a>),
}

impl Scalar {
    /// An integer as an element of a type: of a smaller one, its lowest bits.
    pub(super) fn identity(value: i64, dtype: DType) -> Self {
        // SAFETY: the value is there.
        unsafe { Scalar::cast(DType::Int64, (&raw const value).cast(), dtype) }
    }

    /// # Safety
    /// There is an element of this type.
    unsafe fn cast(from: DType, data: *const u8, to: DType) -> Self {
        let mut scalar = Scalar::default();
        let row = (to, (&raw mut scalar).cast(), 0);
        // SAFETY: the caller's; a scalar has room for every element.
        unsafe { convert((from, data, 0), row, 1) };
        scalar
    }

    /// The only element of an array.
    pub(super) fn only(view: &AnyView<'_>, dtype: DType, kernel: &Kernel<'_>) -> Result<Self, Error> {
        if !view.shape().is_empty() {
            let message = "setting an array element with a sequence.".to_owned();
            return Err(Error::refused("ValueError", message, kernel));
        }
        // SAFETY: an array without dimensions has one element.
        Ok(unsafe { Scalar::cast(view.dtype(), view.raw().data, dtype) })
    }
}

impl Weak {
    /// The number as Python's constructor of a type converts it: `int`, `float`, `complex`.
    pub(super) fn constructed(self, dtype: DType, kernel: &Kernel<'_>) -> Result<Scalar, Error> {
        let refuse = |class: &str, message: &str| Err(Error::refused(class, message.to_owned(), kernel));
        match (self, dtype.kind()) {
            (Weak::Complex(_), Kind::Signed | Kind::Unsigned) => refuse(
                "TypeError",
                "int() argument must be a string, a bytes-like object or a real number, not 'complex'",
            ),
            (Weak::Complex(_), Kind::Float) => {
                refuse("TypeError", "float() argument must be a string or a real number, not 'complex'")
            }
            (Weak::Float(value), Kind::Signed | Kind::Unsigned) if value.is_nan() => {
                refuse("ValueError", "cannot convert float NaN to integer")
            }
            (Weak::Float(value), Kind::Signed | Kind::Unsigned) if value.is_infinite() => {
                refuse("OverflowError", "cannot convert float infinity to integer")
            }
            (Weak::Float(value), Kind::Signed | Kind::Unsigned) => whole(value.trunc(), dtype, kernel),
            _ => self.of(dtype, kernel),
        }
    }
}

/// A float that is a whole number, as an element of an integer type.
fn whole(value: f64, dtype: DType, kernel: &Kernel<'_>) -> Result<Scalar, Error> {
    let signed = dtype.kind() == Kind::Signed;
    let above = 2f64.powi(8 * dtype.size() as i32 - i32::from(signed));
    let least = if signed { -above } else { 0.0 };
    if !(least..above).contains(&value) {
        let message = format!("Python integer {value:.0} out of bounds for {dtype}");
        return Err(Error::refused("OverflowError", message, kernel));
    }
    // SAFETY: the value is there.
    Ok(unsafe { Scalar::cast(DType::Float64, (&raw const value).cast(), dtype) })
}
