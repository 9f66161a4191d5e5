//! Records: structs of a program whose arrays kernels take, NumPy's structured arrays.
//!
//! A kernel that declares `point = np.dtype([("x", np.float64), ("y", np.float64)])` takes arrays of any struct that
//! derives [`Record`] and has the same fields, in the same order and at the same places. What differs is an error when
//! the call is compiled.

pub use pykernel_macros::Record;

use num_complex::Complex;

use crate::dtype::DType;

/// A struct that is a record: `#[derive(Record)]` on one with `#[repr(C)]` that is `Copy`.
///
/// Fields are numbers, arrays of numbers, records and arrays of records. NumPy's `align=True` has the gaps that
/// `#[repr(C)]` has; without it there are none, as in `#[repr(C, packed)]`.
///
/// # Safety
/// The fields are those of the struct, all of them, each with its offset and type; all bytes 0 are a value, and so is
/// what kernels write: bools that are 0 or 1, and any number.
pub unsafe trait Record: Copy + Send + Sync + 'static {
    /// The fields, in their order.
    const FIELDS: &'static [Field];
}

/// A field of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// How many bytes it lies behind the record's beginning.
    pub offset: usize,
    /// What it holds.
    pub ty: FieldType,
}

/// What a field of a record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// A number.
    Number(DType),
    /// A date or a duration.
    Time {
        /// Which: `datetime64` or `timedelta64`.
        of: &'static str,
        /// NumPy's code of its unit.
        unit: &'static str,
    },
    /// So many of something, side by side.
    Array(usize, &'static FieldType),
    /// A record.
    Record {
        /// Its size in bytes.
        size: usize,
        /// Its fields.
        fields: &'static [Field],
    },
}

/// A Rust type that a field can have.
pub trait FieldOf {
    /// What kernels know of it.
    const TYPE: FieldType;
}

macro_rules! numbers {
    ($($ty:ty: $dtype:ident;)*) => {
        $(impl FieldOf for $ty {
            const TYPE: FieldType = FieldType::Number(DType::$dtype);
        })*
    };
}

numbers! {
    bool: Bool;
    i8: Int8;
    i16: Int16;
    i32: Int32;
    i64: Int64;
    u8: UInt8;
    u16: UInt16;
    u32: UInt32;
    u64: UInt64;
    f32: Float32;
    f64: Float64;
    Complex<f32>: Complex64;
    Complex<f64>: Complex128;
}

impl<T: FieldOf, const N: usize> FieldOf for [T; N] {
    const TYPE: FieldType = FieldType::Array(N, &T::TYPE);
}

impl<R: Record> FieldOf for R {
    const TYPE: FieldType = FieldType::Record { size: size_of::<R>(), fields: R::FIELDS };
}

/// Panics, at compile time, unless a struct has this size and so many fields.
#[doc(hidden)]
pub const fn check_size<R: Record>(size: usize, n_fields: usize, message: &'static str) {
    if size_of::<R>() != size || R::FIELDS.len() != n_fields {
        panic!("{}", message);
    }
}

/// Panics, at compile time, unless a struct has this field at a place.
#[doc(hidden)]
pub const fn check_field<R: Record>(place: usize, wanted: &Field, message: &'static str) {
    if !same_field(&R::FIELDS[place], wanted) {
        panic!("{}", message);
    }
}

const fn same_field(a: &Field, b: &Field) -> bool {
    a.offset == b.offset && same_text(a.name, b.name) && same_type(&a.ty, &b.ty)
}

const fn same_type(a: &FieldType, b: &FieldType) -> bool {
    match (a, b) {
        (FieldType::Number(a), FieldType::Number(b)) => *a as u8 == *b as u8,
        (FieldType::Time { of: a, unit }, FieldType::Time { of: b, unit: other }) => {
            same_text(a, b) && same_text(unit, other)
        }
        (FieldType::Array(n, a), FieldType::Array(m, b)) => *n == *m && same_type(a, b),
        (FieldType::Record { size, fields }, FieldType::Record { size: other, fields: others }) => {
            let mut at = 0;
            while at < fields.len() && at < others.len() {
                if !same_field(&fields[at], &others[at]) {
                    return false;
                }
                at += 1;
            }
            *size == *other && fields.len() == others.len()
        }
        (FieldType::Number(_) | FieldType::Time { .. }, _) => false,
        (FieldType::Array(..) | FieldType::Record { .. }, _) => false,
    }
}

const fn same_text(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut at = 0;
    while at < a.len() && at < b.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    a.len() == b.len()
}
