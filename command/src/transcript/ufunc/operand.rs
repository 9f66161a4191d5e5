//! Operands of ufuncs: arrays and numbers of examples as the runtime takes them, and back.

use pykernel::num_complex::Complex;
use pykernel::ufunc::{Input, Weak};
use pykernel::{AnyArray, AnyView, AnyViewMut};
use pykernel_codegen::interface;
use pykernel_codegen::types::DType;

use super::super::array::Array;
use super::super::construct;
use super::super::number::{Datum, Number};
use super::super::value::{Failure, Value};

/// An input.
#[derive(Clone)]
pub enum Operand {
    /// An array, or a number with its type.
    Array(Array),
    /// A number without one.
    Weak(Weak),
}

impl Operand {
    /// What NumPy makes of an argument.
    pub fn new(value: Value) -> Result<Operand, Failure> {
        let number = match value {
            Value::Number(number) => number,
            value => return Ok(Operand::Array(array(value)?)),
        };
        Ok(match (number.ty, number.datum) {
            (interface::Number::Weak(_), Datum::Int(value)) => {
                let value = i64::try_from(value).map_err(|_| format!("{value} is no `int` of 64 bits"))?;
                Operand::Weak(Weak::Int(value))
            }
            (interface::Number::Weak(_), Datum::Float(value)) => Operand::Weak(Weak::Float(value)),
            (interface::Number::Weak(_), Datum::Complex(re, im)) => {
                Operand::Weak(Weak::Complex(Complex { re, im }))
            }
            _ => Operand::Array(of_number(number)),
        })
    }

    /// The operand as an input, which the kernel may write.
    ///
    /// # Safety
    /// It is used up before anything else looks at the array's memory.
    pub unsafe fn input(&self, written: bool) -> Input<'_> {
        match self {
            // SAFETY: the caller's.
            Operand::Array(array) if written && !array.readonly => Input::Written(unsafe { view_mut(array) }),
            // SAFETY: the caller's.
            Operand::Array(array) => Input::Array(unsafe { view(array) }),
            Operand::Weak(number) => Input::Weak(*number),
        }
    }
}

/// An argument as `np.asarray` gives it.
pub fn array(value: Value) -> Result<Array, Failure> {
    match value {
        Value::Array(array) => Ok(array),
        Value::Number(number) => Ok(of_number(number)),
        Value::List(_) => construct::from_items(&value, None),
        other => Err(format!("{} is no operand of a ufunc in a transcript", other.noun()).into()),
    }
}

fn of_number(number: Number) -> Array {
    Array::new(number.ty.dtype(), &[], &[number.datum])
}

/// The array as the runtime reads it.
///
/// # Safety
/// It is used up before anything else writes the array's memory.
pub unsafe fn view(array: &Array) -> AnyView<'_> {
    let Array { shape, strides, .. } = array;
    // SAFETY: the elements within the shape lie in the array's memory, aligned, and are valid of every
    // dtype: only their bytes of that dtype are ever written.
    unsafe { AnyView::from_raw(array.address(), dtype(array.dtype), shape.clone(), strides.clone()) }
}

/// The array as the runtime writes it.
///
/// # Safety
/// It is used up before anything else looks at the array's memory, but for other operands of one call.
pub unsafe fn view_mut(array: &Array) -> AnyViewMut<'_> {
    let Array { shape, strides, .. } = array;
    // SAFETY: as in `view`; arrays that are not read-only have each element once.
    unsafe { AnyViewMut::from_raw(array.address(), dtype(array.dtype), shape.clone(), strides.clone()) }
}

macro_rules! dtypes {
    ($($dtype:ident: $datum:expr;)*) => {
        /// The runtime's dtype.
        pub const fn dtype(dtype: DType) -> pykernel::DType {
            match dtype {
                $(DType::$dtype => pykernel::DType::$dtype,)*
            }
        }

        /// An array that the runtime has made.
        pub fn made(array: &AnyArray) -> Array {
            match array {
                $(AnyArray::$dtype(array) => {
                    let elements: Vec<Datum> = array.iter().copied().map($datum).collect();
                    Array::new(DType::$dtype, array.shape(), &elements)
                })*
            }
        }
    };
}

dtypes! {
    Bool: Datum::Bool;
    Int8: int;
    Int16: int;
    Int32: int;
    Int64: int;
    UInt8: int;
    UInt16: int;
    UInt32: int;
    UInt64: int;
    Float32: |value: f32| Datum::Float(value.into());
    Float64: Datum::Float;
    Complex64: |value: Complex<f32>| Datum::Complex(value.re.into(), value.im.into());
    Complex128: |value: Complex<f64>| Datum::Complex(value.re, value.im);
}

fn int(value: impl Into<i128>) -> Datum {
    Datum::Int(value.into())
}
