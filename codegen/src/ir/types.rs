//! Types of values: machine numbers, lanes of them, arrays; and constants.

use crate::types::{ArrayType, DType, Element, Layout};

/// A machine number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scalar {
    /// 0 or 1, one byte in memory.
    Bool,
    /// Signed integers.
    I8,
    /// 16 bits.
    I16,
    /// 32 bits.
    I32,
    /// 64 bits; also every index, extent and trip count.
    I64,
    /// Unsigned integers.
    U8,
    /// 16 bits.
    U16,
    /// 32 bits.
    U32,
    /// 64 bits.
    U64,
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary64.
    F64,
}

impl Scalar {
    /// The machine number that holds a real dtype, or one part of a complex one.
    pub const fn of(dtype: DType) -> Scalar {
        match dtype {
            DType::Bool => Scalar::Bool,
            DType::Int8 => Scalar::I8,
            DType::Int16 => Scalar::I16,
            DType::Int32 => Scalar::I32,
            DType::Int64 => Scalar::I64,
            DType::UInt8 => Scalar::U8,
            DType::UInt16 => Scalar::U16,
            DType::UInt32 => Scalar::U32,
            DType::UInt64 => Scalar::U64,
            DType::Float32 | DType::Complex64 => Scalar::F32,
            DType::Float64 | DType::Complex128 => Scalar::F64,
        }
    }

    /// The width in bits (of a bool: 8).
    pub const fn bits(self) -> u32 {
        match self {
            Scalar::Bool | Scalar::I8 | Scalar::U8 => 8,
            Scalar::I16 | Scalar::U16 => 16,
            Scalar::I32 | Scalar::U32 | Scalar::F32 => 32,
            Scalar::I64 | Scalar::U64 | Scalar::F64 => 64,
        }
    }

    /// Whether this is `F32` or `F64`.
    pub const fn is_float(self) -> bool {
        matches!(self, Scalar::F32 | Scalar::F64)
    }

    /// Whether this is a signed integer.
    pub const fn is_signed(self) -> bool {
        matches!(self, Scalar::I8 | Scalar::I16 | Scalar::I32 | Scalar::I64)
    }

    /// Whether this is a signed or unsigned integer (not a bool).
    pub const fn is_int(self) -> bool {
        !self.is_float() && !matches!(self, Scalar::Bool)
    }
}

/// The type of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ViewType {
    /// The type of its elements; a complex element is two adjacent floats.
    pub element: DType,
    /// The number of dimensions.
    pub rank: usize,
    /// What is known of the strides.
    pub layout: Layout,
}

impl From<ArrayType> for ViewType {
    fn from(array: ArrayType) -> Self {
        match array.element {
            Element::Number(_) | Element::Time(_) => {
                ViewType { element: array.dtype(), rank: array.rank, layout: array.layout }
            }
            // Records are only looked at through views of their fields: of one itself, its first byte counts.
            Element::Record(_) => ViewType { element: DType::UInt8, rank: array.rank, layout: Layout::Any },
        }
    }
}

/// Several numbers, one for each of so many neighbouring iterations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lanes {
    /// The type of each.
    pub scalar: Scalar,
    /// How many they are: a power of 2, at least 2 and at most [`Lanes::MOST`].
    pub count: u32,
}

impl Lanes {
    /// The most lanes that there can be.
    pub const MOST: u32 = 64;
}

/// The type of a local.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// A machine number.
    Scalar(Scalar),
    /// Several numbers.
    Lanes(Lanes),
    /// An array.
    View(ViewType),
    /// A share in memory that a kernel took from its host, or in none.
    Owner,
}

/// A constant. Floats are kept as bits, so that constants compare and hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Const {
    /// A bool.
    Bool(bool),
    /// An integer of the given type, sign- or zero-extended to 128 bits.
    Int(Scalar, i128),
    /// The bits of an `F32`.
    F32(u32),
    /// The bits of an `F64`.
    F64(u64),
}

impl Const {
    /// The type of the number.
    pub const fn scalar(self) -> Scalar {
        match self {
            Const::Bool(_) => Scalar::Bool,
            Const::Int(scalar, _) => scalar,
            Const::F32(_) => Scalar::F32,
            Const::F64(_) => Scalar::F64,
        }
    }
}
