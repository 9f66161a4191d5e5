//! What an example computes: values, and the ways in which computing one fails.

use std::fmt;

use pykernel_codegen::interface;

use super::array::Array;
use super::number::{Datum, Number, Text};

/// A value of an example.
#[derive(Clone, Debug)]
pub enum Value {
    /// `None`
    None,
    /// A number, weak or strong.
    Number(Number),
    /// An array.
    Array(Array),
    /// A generator of random numbers, by its state.
    Generator(Array),
    /// A list, from which arrays are made.
    List(Vec<Value>),
    /// A tuple.
    Tuple(Vec<Value>),
    /// A string, which names a dtype.
    Text(String),
    /// A number type: `np.float32`, `float`.
    Type(interface::Number),
}

impl Value {
    /// One of Python's numbers.
    pub fn weak(datum: Datum) -> Value {
        Value::Number(Number::weak(datum))
    }

    /// What kind of thing it is, for messages.
    pub fn noun(&self) -> &'static str {
        match self {
            Value::None => "None",
            Value::Number(_) => "a number",
            Value::Array(_) => "an array",
            Value::Generator(_) => "a generator",
            Value::List(_) => "a list",
            Value::Tuple(_) => "a tuple",
            Value::Text(_) => "a string",
            Value::Type(_) => "a type",
        }
    }
}

impl fmt::Display for Value {
    /// Writes the value as `repr` does, an array's elements on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::None => f.write_str("None"),
            Value::Number(number) => number.fmt(f),
            Value::Array(array) => {
                f.write_str("array(")?;
                write_nested(f, array)?;
                match array.size() {
                    0 => write!(f, ", shape={:?}, dtype={})", array.shape, array.dtype),
                    _ => write!(f, ", dtype={})", array.dtype),
                }
            }
            Value::Generator(_) => f.write_str("Generator(PCG64)"),
            Value::List(items) => write_items(f, "[", items, "]"),
            Value::Tuple(items) if items.len() == 1 => write!(f, "({},)", items[0]),
            Value::Tuple(items) => write_items(f, "(", items, ")"),
            Value::Text(text) => write!(f, "'{text}'"),
            Value::Type(interface::Number::Weak(weak)) => f.write_str(weak.name()),
            Value::Type(interface::Number::Strong(dtype)) => write!(f, "np.{dtype}"),
            Value::Type(interface::Number::Time(time)) => write!(f, "np.dtype('{time}')"),
        }
    }
}

fn write_items(f: &mut fmt::Formatter<'_>, open: &str, items: &[Value], close: &str) -> fmt::Result {
    f.write_str(open)?;
    for (i, item) in items.iter().enumerate() {
        write!(f, "{}{item}", if i > 0 { ", " } else { "" })?;
    }
    f.write_str(close)
}

fn write_nested(f: &mut fmt::Formatter<'_>, array: &Array) -> fmt::Result {
    let Some(extent) = array.shape.first() else {
        return write!(f, "{}", Text { datum: array.get(&[]), dtype: array.dtype });
    };
    f.write_str("[")?;
    for index in 0..*extent {
        f.write_str(if index > 0 { ", " } else { "" })?;
        write_nested(f, &array.at(0, index))?;
    }
    f.write_str("]")
}

/// An exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raised {
    /// Its class.
    pub class: String,
    /// Its message, whose first line counts.
    pub message: String,
}

impl fmt::Display for Raised {
    /// Writes the exception as the last line of a traceback.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.message.is_empty() { "" } else { ": " };
        write!(f, "{}{separator}{}", self.class, self.message)
    }
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Python raises.
    Raised(Raised),
    /// The transcript asks for what transcripts cannot have.
    Misuse(String),
}

impl Failure {
    /// An exception.
    pub fn raised(class: &str, message: impl Into<String>) -> Failure {
        Failure::Raised(Raised { class: class.into(), message: message.into() })
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Failure::Misuse(message)
    }
}

impl From<&str> for Failure {
    fn from(message: &str) -> Self {
        Failure::Misuse(message.into())
    }
}
