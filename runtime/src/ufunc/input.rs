//! What a call of a ufunc may be given.

use num_complex::Complex;
use smallvec::SmallVec;

use crate::Error;
use crate::any::{AnyView, AnyViewMut, Extents, RawView, Strides};
use crate::call::Kernel;
use crate::dtype::{DType, Element, Kind};

/// An input of a ufunc.
#[derive(Debug)]
pub enum Input<'a> {
    /// An array, or a number with its type: an array without dimensions.
    Array(AnyView<'a>),
    /// An array that the ufunc declares to write (`writable_args`).
    Written(AnyViewMut<'a>),
    /// A number that takes the type of the others, as Python's numbers do.
    Weak(Weak),
}

/// A number without a type of its own: an `int`, `float` or `complex` of Python.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Weak {
    /// An `int`: a number of any integer, floating or complex type.
    Int(i64),
    /// A `float`: a number of any floating or complex type.
    Float(f64),
    /// A `complex`.
    Complex(Complex<f64>),
}

impl<'a> From<AnyView<'a>> for Input<'a> {
    fn from(view: AnyView<'a>) -> Self {
        Input::Array(view)
    }
}

impl<'a> From<AnyViewMut<'a>> for Input<'a> {
    fn from(view: AnyViewMut<'a>) -> Self {
        Input::Written(view)
    }
}

impl From<Weak> for Input<'_> {
    fn from(number: Weak) -> Self {
        Input::Weak(number)
    }
}

/// The type of an input, as far as loops are chosen by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// It has one.
    Strong(DType),
    /// It is a [`Weak`] number of this kind: signed, floating or complex.
    Weak(Kind),
}

impl Given {
    /// The type that it has where nothing else decides.
    pub fn dtype(self) -> DType {
        match self {
            Given::Strong(dtype) => dtype,
            Given::Weak(Kind::Complex) => DType::Complex128,
            Given::Weak(Kind::Float) => DType::Float64,
            Given::Weak(_) => DType::Int64,
        }
    }
}

/// The types of inputs.
pub(crate) type Types = SmallVec<[Given; 4]>;

impl Input<'_> {
    /// Its type.
    pub(crate) fn given(&self) -> Given {
        match self {
            Input::Array(view) => Given::Strong(view.dtype()),
            Input::Written(view) => Given::Strong(view.dtype()),
            Input::Weak(number) => Given::Weak(number.kind()),
        }
    }
}

/// A number in memory, at the alignment of every dtype.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(16))]
pub(crate) struct Scalar([u8; 16]);

impl Scalar {
    fn new<T: Element>(value: T) -> Self {
        let mut scalar = Scalar::default();
        // SAFETY: elements have 16 bytes at most, and no greater alignment.
        unsafe { scalar.0.as_mut_ptr().cast::<T>().write(value) };
        scalar
    }

    /// Its bytes, with zeros behind a smaller one.
    #[cfg(feature = "cuda")]
    pub fn bytes(&self) -> [u8; 16] {
        self.0
    }

    /// The number as an array without dimensions.
    pub fn view(&self, dtype: DType) -> RawView {
        let data = self.0.as_ptr().cast_mut();
        RawView { data, dtype, shape: Extents::new(), strides: Strides::new() }
    }
}

impl Weak {
    /// Its kind: signed, floating or complex.
    pub(crate) fn kind(self) -> Kind {
        match self {
            Weak::Int(_) => Kind::Signed,
            Weak::Float(_) => Kind::Float,
            Weak::Complex(_) => Kind::Complex,
        }
    }

    /// What Python calls its type.
    pub(crate) fn python(self) -> &'static str {
        match self {
            Weak::Int(_) => "int",
            Weak::Float(_) => "float",
            Weak::Complex(_) => "complex",
        }
    }

    /// The number as an element of a type; an error where an integer is out of its range.
    pub(crate) fn of(self, dtype: DType, kernel: &Kernel<'_>) -> Result<Scalar, Error> {
        macro_rules! by_dtype {
            ($($integer:ident: $ty:ty;)*) => {
                match (dtype, self) {
                    $((DType::$integer, Weak::Int(value)) => {
                        let value = <$ty>::try_from(value);
                        value.map(Scalar::new).map_err(|_| self.out_of_bounds(dtype, kernel))
                    })*
                    $((DType::$integer, _) => Ok(Scalar::new(self.complex().re as $ty)),)*
                    (DType::Bool, _) => Ok(Scalar::new(self.complex() != Complex::ZERO)),
                    (DType::Float32, Weak::Int(value)) => Ok(Scalar::new(value as f64 as f32)),
                    (DType::Float32, _) => Ok(Scalar::new(self.complex().re as f32)),
                    (DType::Float64, _) => Ok(Scalar::new(self.complex().re)),
                    (DType::Complex64, _) => {
                        let Complex { re, im } = self.complex();
                        Ok(Scalar::new(Complex::new(re as f32, im as f32)))
                    }
                    (DType::Complex128, _) => Ok(Scalar::new(self.complex())),
                }
            };
        }
        by_dtype! {
            Int8: i8;
            Int16: i16;
            Int32: i32;
            Int64: i64;
            UInt8: u8;
            UInt16: u16;
            UInt32: u32;
            UInt64: u64;
        }
    }

    fn complex(self) -> Complex<f64> {
        match self {
            Weak::Int(value) => Complex::new(value as f64, 0.0),
            Weak::Float(value) => Complex::new(value, 0.0),
            Weak::Complex(value) => value,
        }
    }

    #[cold]
    fn out_of_bounds(self, dtype: DType, kernel: &Kernel<'_>) -> Error {
        let value = self.complex().re;
        let message = match self {
            Weak::Int(value) => format!("Python integer {value} out of bounds for {dtype}"),
            _ => format!("{value} out of bounds for {dtype}"),
        };
        Error::refused("OverflowError", message, kernel)
    }
}
