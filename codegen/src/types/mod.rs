//! The types of the language: what a kernel's author writes and what inference gives to every
//! expression.
//!
//! `int`, `float`, `complex` and `bool` are Python's and **weak** (NumPy's NEP 50): they take
//! the type of what they meet. NumPy's scalar types are **strong**. See `docs/language.md`.

mod record;
mod time;

use std::fmt;

pub use record::{Element, Field, Record, Struct};
pub use time::{Counted, Time, Unit};

/// NumPy's scalar types, which are also the elements of arrays of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DType {
    /// `bool_`, one byte, 0 or 1.
    Bool,
    /// `int8`.
    Int8,
    /// `int16`.
    Int16,
    /// `int32`.
    Int32,
    /// `int64`.
    Int64,
    /// `uint8`.
    UInt8,
    /// `uint16`.
    UInt16,
    /// `uint32`.
    UInt32,
    /// `uint64`.
    UInt64,
    /// `float32`.
    Float32,
    /// `float64`.
    Float64,
    /// `complex64`, two `float32`.
    Complex64,
    /// `complex128`, two `float64`.
    Complex128,
}

/// The kinds of numbers, in the order in which they absorb each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Truth values.
    Bool,
    /// Signed and unsigned integers.
    Int,
    /// Floating-point numbers.
    Float,
    /// Complex numbers.
    Complex,
}

impl DType {
    /// Every dtype, in NumPy's order.
    pub const ALL: [DType; 13] = [
        DType::Bool,
        DType::Int8,
        DType::Int16,
        DType::Int32,
        DType::Int64,
        DType::UInt8,
        DType::UInt16,
        DType::UInt32,
        DType::UInt64,
        DType::Float32,
        DType::Float64,
        DType::Complex64,
        DType::Complex128,
    ];

    /// The name that messages and `reveal_type` use, which is Numba's: `float64`, `bool_`.
    pub const fn name(self) -> &'static str {
        match self {
            DType::Bool => "bool_",
            DType::Int8 => "int8",
            DType::Int16 => "int16",
            DType::Int32 => "int32",
            DType::Int64 => "int64",
            DType::UInt8 => "uint8",
            DType::UInt16 => "uint16",
            DType::UInt32 => "uint32",
            DType::UInt64 => "uint64",
            DType::Float32 => "float32",
            DType::Float64 => "float64",
            DType::Complex64 => "complex64",
            DType::Complex128 => "complex128",
        }
    }

    /// The dtype with this name; Python's names are those of NumPy's defaults.
    pub fn named(name: &str) -> Option<DType> {
        let weak = || Weak::named(name).map(Weak::dtype);
        DType::ALL.into_iter().find(|dtype| dtype.name() == name).or_else(weak)
    }

    /// The dtype with this code: its kind and its size in bytes, as in `f8`.
    pub fn coded(code: &str) -> Option<DType> {
        let letter = |dtype: DType| match dtype.kind() {
            Kind::Bool => 'b',
            Kind::Int if dtype.is_signed_int() => 'i',
            Kind::Int => 'u',
            Kind::Float => 'f',
            Kind::Complex => 'c',
        };
        DType::ALL.into_iter().find(|dtype| format!("{}{}", letter(*dtype), dtype.size()) == code)
    }

    /// The kind of number.
    pub const fn kind(self) -> Kind {
        match self {
            DType::Bool => Kind::Bool,
            DType::Int8 | DType::Int16 | DType::Int32 | DType::Int64 => Kind::Int,
            DType::UInt8 | DType::UInt16 | DType::UInt32 | DType::UInt64 => Kind::Int,
            DType::Float32 | DType::Float64 => Kind::Float,
            DType::Complex64 | DType::Complex128 => Kind::Complex,
        }
    }

    /// The size of one element, in bytes.
    pub const fn size(self) -> usize {
        match self {
            DType::Bool | DType::Int8 | DType::UInt8 => 1,
            DType::Int16 | DType::UInt16 => 2,
            DType::Int32 | DType::UInt32 | DType::Float32 => 4,
            DType::Int64 | DType::UInt64 | DType::Float64 | DType::Complex64 => 8,
            DType::Complex128 => 16,
        }
    }

    /// The alignment of one element in C, in bytes: of a complex number, that of its parts.
    pub const fn align(self) -> usize {
        match self.kind() {
            Kind::Complex => self.size() / 2,
            Kind::Bool | Kind::Int | Kind::Float => self.size(),
        }
    }

    /// Whether this is a signed integer type.
    pub const fn is_signed_int(self) -> bool {
        matches!(self, DType::Int8 | DType::Int16 | DType::Int32 | DType::Int64)
    }

    /// Whether this is an unsigned integer type.
    pub const fn is_unsigned_int(self) -> bool {
        matches!(self, DType::UInt8 | DType::UInt16 | DType::UInt32 | DType::UInt64)
    }

    /// The smallest and the largest value of an integer type (of a bool: 0 and 1); `None` for
    /// floats and complex numbers.
    pub const fn int_range(self) -> Option<(i128, i128)> {
        let bits = 8 * self.size() as u32;
        match self.kind() {
            Kind::Bool => Some((0, 1)),
            Kind::Int if self.is_signed_int() => Some((-(1 << (bits - 1)), (1 << (bits - 1)) - 1)),
            Kind::Int => Some((0, (1 << bits) - 1)),
            Kind::Float | Kind::Complex => None,
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Python's own number types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Weak {
    /// `bool`.
    Bool,
    /// `int`, held in 64 signed bits.
    Int,
    /// `float`, held as `float64`.
    Float,
    /// `complex`, held as `complex128`.
    Complex,
}

impl Weak {
    /// NumPy's default type of the kind, which also holds the value at run time.
    pub const fn dtype(self) -> DType {
        match self {
            Weak::Bool => DType::Bool,
            Weak::Int => DType::Int64,
            Weak::Float => DType::Float64,
            Weak::Complex => DType::Complex128,
        }
    }

    /// Python's name.
    pub const fn name(self) -> &'static str {
        match self {
            Weak::Bool => "bool",
            Weak::Int => "int",
            Weak::Float => "float",
            Weak::Complex => "complex",
        }
    }

    /// The weak type with this Python name.
    pub fn named(name: &str) -> Option<Weak> {
        [Weak::Bool, Weak::Int, Weak::Float, Weak::Complex].into_iter().find(|weak| weak.name() == name)
    }
}

/// How an array's elements lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layout {
    /// Contiguous, last dimension fastest: `float64[:, ::1]`.
    C,
    /// Contiguous, first dimension fastest: `float64[::1, :]`.
    F,
    /// Any strides: `float64[:, :]`.
    Any,
}

/// What a subscript leaves of a dimension, as far as the layout is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Nothing: an index drops it.
    None,
    /// All of it.
    All,
    /// Neighbours: a slice of step 1.
    Run,
    /// Something else, or a new dimension.
    Other,
}

impl Layout {
    /// The layout of a part of an array: still contiguous if only slow dimensions are dropped, and
    /// only the slowest one that is left is cut.
    pub fn of_part(self, axes: &[Kept]) -> Layout {
        let contiguous = |axes: &mut dyn Iterator<Item = &Kept>| {
            let mut rest = axes.skip_while(|kept| **kept == Kept::None).peekable();
            rest.next_if(|kept| **kept == Kept::Run);
            rest.all(|kept| *kept == Kept::All)
        };
        let is_contiguous = match self {
            Layout::C => contiguous(&mut axes.iter()),
            Layout::F => contiguous(&mut axes.iter().rev()),
            Layout::Any => false,
        };
        match axes.iter().filter(|kept| **kept != Kept::None).count() {
            0 => Layout::C,
            1 if is_contiguous => Layout::C,
            _ if is_contiguous => self,
            _ => Layout::Any,
        }
    }

    /// The layout of an array of some rank with its dimensions in reverse order.
    pub const fn transposed(self, rank: usize) -> Layout {
        match self {
            _ if rank < 2 => self,
            Layout::C => Layout::F,
            Layout::F => Layout::C,
            Layout::Any => Layout::Any,
        }
    }
}

/// The type of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ArrayType {
    /// What the elements are.
    pub element: Element,
    /// The number of dimensions.
    pub rank: usize,
    /// How the elements lie in memory.
    pub layout: Layout,
    /// Whether the declaration forbids writing (`readonly=True`).
    pub readonly: bool,
}

impl ArrayType {
    /// What the state of a generator is to the library that draws from it.
    pub const GENERATOR: ArrayType = ArrayType::of(DType::UInt64, 1, Layout::C);

    /// The type of a part of such an array.
    pub fn part(self, axes: &[Kept]) -> ArrayType {
        let rank = axes.iter().filter(|kept| **kept != Kept::None).count();
        ArrayType { rank, layout: self.layout.of_part(axes), ..self }
    }

    /// The type of such an array with its dimensions in reverse order.
    pub const fn transposed(self) -> ArrayType {
        ArrayType { layout: self.layout.transposed(self.rank), ..self }
    }

    /// Whether an array of this type may be passed where `wanted` is declared: a looser layout
    /// and fewer rights are no conversion.
    pub fn passes_as(&self, wanted: &ArrayType) -> bool {
        let layout = wanted.layout == Layout::Any || wanted.layout == self.layout || wanted.rank == 0;
        let writable = wanted.readonly || !self.readonly;
        self.element == wanted.element && self.rank == wanted.rank && layout && writable
    }
}

impl fmt::Display for ArrayType {
    /// Writes the type as Numba's users do: `float64[:, ::1]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let axes: Vec<&str> = (0..self.rank)
            .map(|axis| match self.layout {
                Layout::C if axis + 1 == self.rank => "::1",
                Layout::F if axis == 0 => "::1",
                _ => ":",
            })
            .collect();
        match self.rank {
            0 if self.record().is_some() => write!(f, "{}", self.element)?,
            0 => write!(f, "{}[()]", self.element)?,
            _ => write!(f, "{}[{}]", self.element, axes.join(", "))?,
        }
        if self.readonly { f.write_str(" readonly") } else { Ok(()) }
    }
}

/// The type of an expression or a variable.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    /// `None`.
    None,
    /// One of Python's numbers.
    Weak(Weak),
    /// A NumPy scalar.
    Strong(DType),
    /// A date or a duration.
    Time(Time),
    /// An array.
    Array(ArrayType),
    /// A tuple.
    Tuple(Vec<Type>),
    /// `None` or a value of the type, a number or an array; which one is known at run time.
    Optional(Box<Type>),
    /// A string literal, which only exception messages and dtype arguments can be.
    Text,
    /// An element type, `np.float32` or `x.dtype`, which is known when a kernel is compiled.
    DType(Element),
    /// `np.random.Generator` with PCG64: the memory of its state, which is [`ArrayType::GENERATOR`] to the library.
    Generator,
}

impl Type {
    /// Python's `bool`.
    pub const BOOL: Type = Type::Weak(Weak::Bool);
    /// Python's `int`.
    pub const INT: Type = Type::Weak(Weak::Int);
    /// Python's `float`.
    pub const FLOAT: Type = Type::Weak(Weak::Float);
    /// Python's `complex`.
    pub const COMPLEX: Type = Type::Weak(Weak::Complex);

    /// Whether a type, or one that it is made of, is one that is asked for.
    pub fn holds(&self, asked: &dyn Fn(&Type) -> bool) -> bool {
        match self {
            Type::Tuple(items) => asked(self) || items.iter().any(|item| item.holds(asked)),
            Type::Optional(inner) => asked(self) || inner.holds(asked),
            Type::None | Type::Weak(_) | Type::Strong(_) | Type::Time(_) | Type::Array(_) => asked(self),
            Type::Text | Type::DType(_) | Type::Generator => asked(self),
        }
    }

    /// Whether a value of this type, or a part of it, lies in memory.
    pub fn holds_memory(&self) -> bool {
        self.holds(&|ty| matches!(ty, Type::Array(_) | Type::Generator))
    }

    /// The dtype that holds a number of this type; `None` when it is not a number.
    pub const fn dtype(&self) -> Option<DType> {
        match self {
            Type::Weak(weak) => Some(weak.dtype()),
            Type::Strong(dtype) => Some(*dtype),
            Type::None | Type::Time(_) | Type::Array(_) | Type::Tuple(_) | Type::Optional(_) => None,
            Type::Text | Type::DType(_) | Type::Generator => None,
        }
    }

    /// The dtype of a number, or of an array's elements; `None` of records.
    pub const fn element(&self) -> Option<DType> {
        match self {
            Type::Array(array) => array.element.number(),
            _ => self.dtype(),
        }
    }

    /// The type of one of an array's elements, and of anything else its own; `None` of records.
    pub const fn scalar(&self) -> Option<Type> {
        match self {
            Type::Array(array) => array.element.scalar(),
            Type::Weak(weak) => Some(Type::Weak(*weak)),
            Type::Strong(dtype) => Some(Type::Strong(*dtype)),
            Type::Time(time) => Some(Type::Time(*time)),
            Type::None | Type::Tuple(_) | Type::Optional(_) => None,
            Type::Text | Type::DType(_) | Type::Generator => None,
        }
    }

    /// What a function of this result returns, one by one.
    pub fn results(&self) -> &[Type] {
        match self {
            Type::Tuple(items) => items,
            Type::None => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// `None` or a value of this type.
    pub fn optional(self) -> Type {
        match self {
            Type::None | Type::Optional(_) => self,
            _ => Type::Optional(Box::new(self)),
        }
    }

    /// The type of a value that is not `None`; `None` where there is no such value.
    pub fn present(&self) -> Option<&Type> {
        match self {
            Type::None => None,
            Type::Optional(inner) => Some(inner),
            other => Some(other),
        }
    }

    /// Whether a value of this type may be `None`.
    pub const fn may_be_none(&self) -> bool {
        matches!(self, Type::None | Type::Optional(_))
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::None => f.write_str("None"),
            Type::Weak(weak) => f.write_str(weak.name()),
            Type::Strong(dtype) => dtype.fmt(f),
            Type::Time(time) => time.fmt(f),
            Type::Array(array) => array.fmt(f),
            Type::Tuple(items) => {
                let items: Vec<String> = items.iter().map(Type::to_string).collect();
                match items.as_slice() {
                    [one] => write!(f, "({one},)"),
                    _ => write!(f, "({})", items.join(", ")),
                }
            }
            Type::Optional(inner) => write!(f, "optional({inner})"),
            Type::Text => f.write_str("str"),
            Type::DType(dtype) => write!(f, "dtype[{dtype}]"),
            Type::Generator => f.write_str("Generator"),
        }
    }
}
