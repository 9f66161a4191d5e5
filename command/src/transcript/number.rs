//! Numbers with their exact types, as examples and their answers write them.

use std::fmt;

use pykernel::repr;
use pykernel_codegen::interface::Number as Type;
use pykernel_codegen::types::{DType, Kind, Weak};

/// The value of a number. A float of `float32` is held exactly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Datum {
    /// A truth value.
    Bool(bool),
    /// An integer of any width.
    Int(i128),
    /// A float.
    Float(f64),
    /// A complex number: real and imaginary part.
    Complex(f64, f64),
}

/// A number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number {
    /// Its type, weak or strong.
    pub ty: Type,
    /// Its value.
    pub datum: Datum,
}

/// Why a number cannot become one of another type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The exception's class.
    pub class: &'static str,
    /// Its message.
    pub message: String,
}

impl Number {
    /// A number of one of Python's types, by its value.
    pub fn weak(datum: Datum) -> Number {
        let weak = match datum {
            Datum::Bool(_) => Weak::Bool,
            Datum::Int(_) => Weak::Int,
            Datum::Float(_) => Weak::Float,
            Datum::Complex(..) => Weak::Complex,
        };
        Number { ty: Type::Weak(weak), datum }
    }

    /// The number as one of another type, as `T(x)` converts in Python and NumPy.
    pub fn convert(self, ty: Type) -> Result<Number, Refused> {
        let datum = match (ty.dtype().kind(), self.datum) {
            (Kind::Bool, datum) => Datum::Bool(datum.is_true()),
            (Kind::Int, datum) => Datum::Int(self.int(datum, ty)?),
            (Kind::Float, Datum::Complex(..)) => {
                let message = "float() argument must be a string or a real number, not 'complex'".into();
                return Err(Refused { class: "TypeError", message });
            }
            (Kind::Float, datum) => Datum::Float(datum.parts().0),
            (Kind::Complex, datum) => Datum::Complex(datum.parts().0, datum.parts().1),
        };
        Ok(Number { ty, datum: datum.rounded(ty.dtype()) })
    }

    fn int(self, datum: Datum, ty: Type) -> Result<i128, Refused> {
        let value = match datum {
            Datum::Bool(value) => i128::from(value),
            Datum::Int(value) => value,
            Datum::Float(value) => value as i128,
            Datum::Complex(..) => {
                let message = "int() argument must be a string, a bytes-like object or a real number, \
                               not 'complex'";
                return Err(Refused { class: "TypeError", message: message.into() });
            }
        };
        let (low, high) = ty.dtype().int_range().unwrap_or((i128::MIN, i128::MAX));
        if (low..=high).contains(&value) {
            return Ok(value);
        }
        match (self.ty, self.datum) {
            (_, Datum::Float(_)) => Ok(value.clamp(low, high)),
            (Type::Strong(_) | Type::Time(_), _) => Ok(wrap(value, ty.dtype())),
            (Type::Weak(_), _) => Err(out_of_bounds(value, ty)),
        }
    }
}

fn out_of_bounds(value: i128, ty: Type) -> Refused {
    let message = match ty {
        Type::Strong(dtype) if dtype != DType::Int64 && dtype != DType::UInt64 => {
            format!("Python integer {value} out of bounds for {dtype}")
        }
        Type::Strong(_) | Type::Time(_) | Type::Weak(_) => "Python int too large to convert to C long".into(),
    };
    Refused { class: "OverflowError", message }
}

fn wrap(value: i128, dtype: DType) -> i128 {
    let modulus = 1i128 << (8 * dtype.size());
    let wrapped = value.rem_euclid(modulus);
    if dtype.is_signed_int() && wrapped >= modulus / 2 { wrapped - modulus } else { wrapped }
}

impl Datum {
    /// The truth value.
    pub fn is_true(self) -> bool {
        match self {
            Datum::Bool(value) => value,
            Datum::Int(value) => value != 0,
            Datum::Float(value) => value != 0.0,
            Datum::Complex(re, im) => re != 0.0 || im != 0.0,
        }
    }

    /// The number as floats: real and imaginary part.
    pub fn parts(self) -> (f64, f64) {
        match self {
            Datum::Bool(value) => (f64::from(u8::from(value)), 0.0),
            Datum::Int(value) => (value as f64, 0.0),
            Datum::Float(value) => (value, 0.0),
            Datum::Complex(re, im) => (re, im),
        }
    }

    /// Whether no part is infinite or NaN.
    pub fn is_finite(self) -> bool {
        let (re, im) = self.parts();
        re.is_finite() && im.is_finite()
    }

    /// Floats rounded to what the type holds.
    fn rounded(self, dtype: DType) -> Datum {
        let narrow = |value: f64| f64::from(value as f32);
        match (self, dtype) {
            (Datum::Int(value), DType::Float32) => Datum::Float(f64::from(value as f32)),
            (Datum::Float(value), DType::Float32) => Datum::Float(narrow(value)),
            (Datum::Complex(re, im), DType::Complex64) => Datum::Complex(narrow(re), narrow(im)),
            (datum, _) => datum,
        }
    }

    /// The bytes that hold the number in memory. The value must be of the type's kind.
    pub fn to_bytes(self, dtype: DType) -> Vec<u8> {
        match (dtype, self) {
            (DType::Complex64, datum) => {
                let (re, im) = datum.parts();
                [(re as f32).to_ne_bytes(), (im as f32).to_ne_bytes()].concat()
            }
            (DType::Complex128, datum) => {
                let (re, im) = datum.parts();
                [re.to_ne_bytes(), im.to_ne_bytes()].concat()
            }
            (DType::Float32, datum) => (datum.parts().0 as f32).to_ne_bytes().to_vec(),
            (DType::Float64, datum) => datum.parts().0.to_ne_bytes().to_vec(),
            (dtype, Datum::Int(value)) => int_bytes(value, dtype.size()),
            (dtype, datum) => int_bytes(i128::from(datum.is_true()), dtype.size()),
        }
    }

    /// The number that bytes hold; there must be as many as the type has.
    pub fn from_bytes(dtype: DType, bytes: &[u8]) -> Datum {
        let float = |bytes: &[u8]| match bytes.len() {
            4 => f64::from(f32::from_bits(int_from_bytes(bytes) as u32)),
            _ => f64::from_bits(int_from_bytes(bytes) as u64),
        };
        match dtype.kind() {
            Kind::Bool => Datum::Bool(bytes[0] != 0),
            Kind::Int => Datum::Int(wrap(int_from_bytes(bytes), dtype)),
            Kind::Float => Datum::Float(float(bytes)),
            Kind::Complex => {
                let (re, im) = bytes.split_at(bytes.len() / 2);
                Datum::Complex(float(re), float(im))
            }
        }
    }
}

fn int_bytes(value: i128, size: usize) -> Vec<u8> {
    let bytes = value.to_ne_bytes();
    if cfg!(target_endian = "little") { bytes[..size].to_vec() } else { bytes[16 - size..].to_vec() }
}

fn int_from_bytes(bytes: &[u8]) -> i128 {
    let mut all = [0; 16];
    let at = if cfg!(target_endian = "little") { 0 } else { 16 - bytes.len() };
    all[at..at + bytes.len()].copy_from_slice(bytes);
    i128::from_ne_bytes(all)
}

impl fmt::Display for Number {
    /// Writes the number as `repr` does: `1.5`, `(1+2j)`, `np.float32(0.1)`, `np.True_`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = Text { datum: self.datum, dtype: self.ty.dtype() };
        match (self.ty, self.datum) {
            (Type::Weak(_), Datum::Complex(re, _)) if is_plus_zero(re) => write!(f, "{text}"),
            (Type::Weak(_), Datum::Complex(..)) => write!(f, "({text})"),
            (Type::Weak(_), _) => write!(f, "{text}"),
            (Type::Strong(_), Datum::Bool(_)) => write!(f, "np.{text}_"),
            (Type::Strong(dtype), _) => write!(f, "np.{dtype}({text})"),
            (Type::Time(time), _) => write!(f, "{time} {text}"),
        }
    }
}

fn is_plus_zero(value: f64) -> bool {
    value.to_bits() == 0
}

/// A number without its type.
pub struct Text {
    /// The value.
    pub datum: Datum,
    /// The type, which says how many digits a float needs.
    pub dtype: DType,
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let narrow = matches!(self.dtype, DType::Float32 | DType::Complex64);
        match self.datum {
            Datum::Bool(value) => f.write_str(repr::bool(value)),
            Datum::Int(value) => write!(f, "{value}"),
            Datum::Float(value) => f.write_str(&float(value, narrow)),
            Datum::Complex(re, im) => {
                let part = |value| float(value, narrow).trim_end_matches(".0").to_owned();
                let sign = if im.is_sign_negative() && !im.is_nan() { "" } else { "+" };
                match is_plus_zero(re) {
                    true => write!(f, "{}j", part(im)),
                    false => write!(f, "{}{sign}{}j", part(re), part(im)),
                }
            }
        }
    }
}

/// A float as `repr` writes it, of `float32` if it is narrow.
fn float(value: f64, narrow: bool) -> String {
    if narrow { repr::float32(value as f32) } else { repr::float(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strong(dtype: DType, datum: Datum) -> Number {
        Number { ty: Type::Strong(dtype), datum }
    }

    #[test]
    fn numbers_print_as_in_python() {
        for (value, text) in [
            (0.1, "0.1"),
            (1e16, "1e+16"),
            (-0.0, "-0.0"),
            (1e-5, "1e-05"),
            (123456.0, "123456.0"),
            (1.5e300, "1.5e+300"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(Number::weak(Datum::Float(value)).to_string(), text);
        }
        let f32 = |value: f32| strong(DType::Float32, Datum::Float(value.into())).to_string();
        assert_eq!(f32(0.1), "np.float32(0.1)");
        assert_eq!(f32(1e-5), "np.float32(1e-05)");
        assert_eq!(Number::weak(Datum::Complex(1.0, -2.5)).to_string(), "(1-2.5j)");
        assert_eq!(Number::weak(Datum::Complex(0.0, f64::NAN)).to_string(), "nanj");
        assert_eq!(Number::weak(Datum::Complex(-0.0, 2.0)).to_string(), "(-0+2j)");
        assert_eq!(strong(DType::Bool, Datum::Bool(true)).to_string(), "np.True_");
    }

    #[test]
    fn weak_integers_must_fit_and_strong_ones_wrap() {
        let int8 = Type::Strong(DType::Int8);
        let refused = Number::weak(Datum::Int(300)).convert(int8).unwrap_err();
        assert_eq!(refused.message, "Python integer 300 out of bounds for int8");
        let wrapped = strong(DType::Int64, Datum::Int(300)).convert(int8).unwrap();
        assert_eq!(wrapped.datum, Datum::Int(44));
        assert_eq!(Number::weak(Datum::Float(f64::NAN)).convert(int8).unwrap().datum, Datum::Int(0));
    }

    #[test]
    fn bytes_give_back_what_they_were_made_of() {
        for (dtype, datum) in [
            (DType::Int16, Datum::Int(-2)),
            (DType::UInt64, Datum::Int((1 << 64) - 1)),
            (DType::Float32, Datum::Float(0.5)),
            (DType::Complex64, Datum::Complex(1.0, -0.0)),
            (DType::Bool, Datum::Bool(true)),
        ] {
            assert_eq!(Datum::from_bytes(dtype, &datum.to_bytes(dtype)), datum);
        }
    }
}
