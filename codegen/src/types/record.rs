//! Records, NumPy's structured dtypes: elements that are made of fields.

use std::cmp::Ordering;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::{ArrayType, DType, Layout, Time, Type};

/// What the elements of an array are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Element {
    /// Numbers.
    Number(DType),
    /// Dates or durations.
    Time(Time),
    /// Records.
    Record(Record),
}

/// A record type: its place among those that this process has met. Two with the same fields at the same places are the
/// same. It is small, as types stand in every expression.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Record(u16);

/// The memory of a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Struct {
    /// The fields, in their order.
    pub fields: Vec<Field>,
    /// The size of one record in bytes: with what stands between fields and behind the last.
    pub size: usize,
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// How many bytes it lies behind the record's beginning.
    pub offset: usize,
    /// What it holds, or what its array holds.
    pub element: Element,
    /// The extents, if it is an array: contiguous in C's order.
    pub shape: Vec<usize>,
}

/// All record types that this process has met, each once. They are few, and kept until it ends.
static KNOWN: Mutex<Vec<&'static Struct>> = Mutex::new(Vec::new());

impl Record {
    /// The type of records with this memory; `None` where a process meets too many.
    pub fn new(memory: Struct) -> Option<Record> {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let place = known.iter().position(|other| **other == memory).unwrap_or_else(|| {
            known.push(Box::leak(Box::new(memory)));
            known.len() - 1
        });
        u16::try_from(place).ok().map(Record)
    }

    fn memory(self) -> &'static Struct {
        KNOWN.lock().unwrap_or_else(PoisonError::into_inner)[self.0 as usize]
    }

    /// The fields, in their order.
    pub fn fields(self) -> &'static [Field] {
        self.memory().fields.as_slice()
    }

    /// The size of one in bytes.
    pub fn size(self) -> usize {
        self.memory().size
    }

    /// The field of a name.
    pub fn field(self, name: &str) -> Option<&'static Field> {
        self.fields().iter().find(|field| field.name == name)
    }

    /// A number that other records hardly have (FNV-1a of what the type says), the same in each process.
    pub fn fingerprint(self) -> u32 {
        let text = format!("{:?}", self.memory());
        text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
    }

    /// The names of the fields, for messages.
    pub fn field_names(self) -> String {
        let names: Vec<String> = self.fields().iter().map(|field| format!("`{}`", field.name)).collect();
        names.join(", ")
    }
}

impl Field {
    /// The size of it in bytes.
    pub fn size(&self) -> usize {
        self.shape.iter().product::<usize>() * self.element.size()
    }

    /// The strides in bytes of its array.
    pub fn strides(&self) -> Vec<usize> {
        let mut stride = self.element.size();
        let mut strides = Vec::new();
        for extent in self.shape.iter().rev() {
            strides.push(stride);
            stride *= extent;
        }
        strides.reverse();
        strides
    }
}

impl Element {
    /// The size of one in bytes.
    pub fn size(self) -> usize {
        match self {
            Element::Number(dtype) => dtype.size(),
            Element::Time(_) => DType::Int64.size(),
            Element::Record(record) => record.size(),
        }
    }

    /// The dtype, if it is a number.
    pub const fn number(self) -> Option<DType> {
        match self {
            Element::Number(dtype) => Some(dtype),
            Element::Time(_) | Element::Record(_) => None,
        }
    }

    /// The type of one that is no record.
    pub const fn scalar(self) -> Option<Type> {
        match self {
            Element::Number(dtype) => Some(Type::Strong(dtype)),
            Element::Time(time) => Some(Type::Time(time)),
            Element::Record(_) => None,
        }
    }
}

impl ArrayType {
    /// The type of an array of numbers.
    pub const fn of(dtype: DType, rank: usize, layout: Layout) -> ArrayType {
        ArrayType { element: Element::Number(dtype), rank, layout, readonly: false }
    }

    /// The dtype of the elements of an array of numbers, which one of records is not where this is asked. Times are the
    /// numbers that count their units.
    pub const fn dtype(&self) -> DType {
        match self.element {
            Element::Number(dtype) => dtype,
            Element::Time(_) => DType::Int64,
            Element::Record(_) => panic!("bug in pykernel: records stand where numbers do"),
        }
    }

    /// The record type, of an array of records.
    pub const fn record(&self) -> Option<Record> {
        match self.element {
            Element::Number(_) | Element::Time(_) => None,
            Element::Record(record) => Some(record),
        }
    }
}

impl From<DType> for Element {
    fn from(dtype: DType) -> Element {
        Element::Number(dtype)
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Element::Number(dtype) => dtype.fmt(f),
            Element::Time(time) => time.fmt(f),
            Element::Record(record) => record.fmt(f),
        }
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({})", self.field_types())
    }
}

impl Record {
    /// The fields with their types.
    pub fn field_types(self) -> String {
        let field = |field: &Field| match field.shape.as_slice() {
            [] => format!("{}: {}", field.name, field.element),
            shape => {
                let extents: Vec<String> = shape.iter().map(usize::to_string).collect();
                format!("{}: {}[{}]", field.name, field.element, extents.join(", "))
            }
        };
        self.fields().iter().map(field).collect::<Vec<String>>().join(", ")
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.memory(), f)
    }
}

/// The order is that of what records are, which is the same in each process.
impl Ord for Record {
    fn cmp(&self, other: &Record) -> Ordering {
        self.memory().cmp(other.memory())
    }
}

impl PartialOrd for Record {
    fn partial_cmp(&self, other: &Record) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
