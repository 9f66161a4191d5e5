//! What crosses between a kernel and its caller: trees of numbers and arrays.
//!
//! In C there are no trees. A parameter is passed as its leaves, one argument after another; a
//! result is a struct whose fields are its leaves.

use crate::ir::Mode;
use crate::types::{ArrayType, DType, Time, Type, Weak};

/// The type of a parameter, as a caller sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParamType {
    /// A number. Weak and strong ones look alike from outside: `int` is `i64`. The weak ones are
    /// kept apart for `reveal` and for overloads.
    Number(Number),
    /// An array, borrowed as the mode says.
    Array(ArrayType, Mode),
    /// A tuple.
    Tuple(Vec<ParamType>),
    /// A number or `None`.
    Optional(Number),
    /// A generator of random numbers, borrowed to be drawn from.
    Generator,
}

/// A part of a parameter that is passed on its own. A complex number is one, though C passes two
/// floats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaf {
    /// A number.
    Number(DType),
    /// An array, borrowed as the mode says.
    Array(ArrayType, Mode),
}

impl ParamType {
    /// Whether it is, or holds, a generator of random numbers.
    pub fn holds_generator(&self) -> bool {
        match self {
            ParamType::Generator => true,
            ParamType::Tuple(items) => items.iter().any(ParamType::holds_generator),
            ParamType::Number(_) | ParamType::Array(..) | ParamType::Optional(_) => false,
        }
    }

    /// What is passed for it, in order: of an optional number, whether there is one, and then the
    /// number, or any other.
    pub fn leaves(&self) -> Vec<Leaf> {
        match self {
            ParamType::Number(number) => vec![Leaf::Number(number.dtype())],
            ParamType::Array(array, mode) => vec![Leaf::Array(*array, *mode)],
            ParamType::Tuple(items) => items.iter().flat_map(ParamType::leaves).collect(),
            ParamType::Generator => vec![Leaf::Array(ArrayType::GENERATOR, Mode::Write)],
            ParamType::Optional(number) => vec![Leaf::Number(DType::Bool), Leaf::Number(number.dtype())],
        }
    }
}

impl From<&ParamType> for Type {
    fn from(ty: &ParamType) -> Type {
        match ty {
            ParamType::Number(number) => (*number).into(),
            ParamType::Array(array, _) => Type::Array(*array),
            ParamType::Tuple(items) => Type::Tuple(items.iter().map(Type::from).collect()),
            ParamType::Generator => Type::Generator,
            ParamType::Optional(number) => Type::from(*number).optional(),
        }
    }
}

/// A part of a result: a field of the struct that a kernel writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// A number.
    Number(DType),
    /// An array, with a reference to its memory.
    Array(ArrayType),
}

/// What a result is made of, in order.
pub fn fields(result: &Type) -> Vec<Field> {
    match result {
        Type::None => Vec::new(),
        Type::Weak(weak) => vec![Field::Number(weak.dtype())],
        Type::Strong(dtype) => vec![Field::Number(*dtype)],
        Type::Time(time) => vec![Field::Number(Number::Time(*time).dtype())],
        Type::Array(array) => vec![Field::Array(*array)],
        Type::Tuple(items) => items.iter().flat_map(fields).collect(),
        Type::Optional(inner) => std::iter::once(Field::Number(DType::Bool)).chain(fields(inner)).collect(),
        Type::Text | Type::DType(_) | Type::Generator => {
            unreachable!("bug in pykernel: a kernel returns `{result}`")
        }
    }
}

/// The type of a number, or of what is passed as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// One of Python's.
    Weak(Weak),
    /// One of NumPy's.
    Strong(DType),
    /// A date or a duration, which is the number of its units.
    Time(Time),
}

impl Number {
    /// The dtype that holds it.
    pub const fn dtype(self) -> DType {
        match self {
            Number::Weak(weak) => weak.dtype(),
            Number::Strong(dtype) => dtype,
            Number::Time(_) => DType::Int64,
        }
    }
}

impl Number {
    /// The number type that a type is, if it is one.
    pub const fn of(ty: &Type) -> Option<Number> {
        match ty {
            Type::Weak(weak) => Some(Number::Weak(*weak)),
            Type::Strong(dtype) => Some(Number::Strong(*dtype)),
            Type::Time(time) => Some(Number::Time(*time)),
            Type::None | Type::Array(_) | Type::Tuple(_) | Type::Optional(_) => None,
            Type::Text | Type::DType(_) | Type::Generator => None,
        }
    }
}

impl From<Number> for Type {
    fn from(number: Number) -> Type {
        match number {
            Number::Weak(weak) => Type::Weak(weak),
            Number::Strong(dtype) => Type::Strong(dtype),
            Number::Time(time) => Type::Time(time),
        }
    }
}
