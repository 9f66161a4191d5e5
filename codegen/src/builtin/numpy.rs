//! NumPy's functions that make arrays and index them, and its types of elements.

use std::ops::RangeInclusive;

use super::{Indexing, Maker, Row, Rule, Target, row};
use crate::types::{Counted, DType, Type};

/// A conversion to a NumPy scalar.
const fn scalar(name: &'static str, dtype: DType) -> Row {
    row(name, 0..=1, Rule::Construct, Target::Type(Type::Strong(dtype)))
}

/// A function that makes an array.
const fn make(name: &'static str, maker: Maker) -> Row {
    row(name, 1..=usize::MAX, Rule::Make(maker), Target::Nothing)
}

/// What indexes an array.
const fn index(name: &'static str, arity: RangeInclusive<usize>, what: Indexing) -> Row {
    row(name, arity, Rule::Index(what), Target::Nothing)
}

pub(super) static TABLE: &[Row] = &[
    make("numpy.arange", Maker::Arange),
    row("numpy.array", 1..=2, Rule::Array, Target::Nothing),
    row("numpy.asarray", 1..=2, Rule::Array, Target::Nothing),
    row("ndarray.view", 1..=2, Rule::View, Target::Nothing),
    row("numpy.result_type", 1..=usize::MAX, Rule::ResultType, Target::Nothing),
    row("numpy.einsum", 2..=usize::MAX, Rule::Einsum, Target::Nothing),
    row("numpy.tensordot", 2..=3, Rule::Tensordot, Target::Nothing),
    row("numpy.datetime64", 1..=2, Rule::Time(Counted::Date), Target::Nothing),
    row("numpy.timedelta64", 1..=2, Rule::Time(Counted::Duration), Target::Nothing),
    make("numpy.copy", Maker::Copy),
    make("numpy.empty", Maker::Zeros),
    make("numpy.empty_like", Maker::ZerosLike),
    make("numpy.full", Maker::Full),
    make("numpy.full_like", Maker::FullLike),
    make("numpy.ones", Maker::Ones),
    make("numpy.ones_like", Maker::OnesLike),
    make("numpy.zeros", Maker::Zeros),
    make("numpy.zeros_like", Maker::ZerosLike),
    index("numpy.argwhere", 1..=1, Indexing::Argwhere),
    index("numpy.compress", 2..=3, Indexing::Compress),
    index("numpy.extract", 2..=2, Indexing::Extract),
    index("numpy.flatnonzero", 1..=1, Indexing::FlatNonzero),
    index("numpy.ix_", 1..=usize::MAX, Indexing::Ix),
    row("numpy.ndenumerate", 1..=1, Rule::Iterator, Target::Nothing),
    row("numpy.ndindex", 1..=usize::MAX, Rule::Iterator, Target::Nothing),
    row("numpy.nditer", 1..=1, Rule::Iterator, Target::Nothing),
    index("numpy.nonzero", 1..=1, Indexing::Nonzero),
    index("numpy.take", 2..=3, Indexing::Take),
    index("numpy.take_along_axis", 2..=3, Indexing::TakeAlongAxis),
    scalar("numpy.bool_", DType::Bool),
    scalar("numpy.int8", DType::Int8),
    scalar("numpy.int16", DType::Int16),
    scalar("numpy.int32", DType::Int32),
    scalar("numpy.int64", DType::Int64),
    scalar("numpy.uint8", DType::UInt8),
    scalar("numpy.uint16", DType::UInt16),
    scalar("numpy.uint32", DType::UInt32),
    scalar("numpy.uint64", DType::UInt64),
    scalar("numpy.float32", DType::Float32),
    scalar("numpy.float64", DType::Float64),
    scalar("numpy.complex64", DType::Complex64),
    scalar("numpy.complex128", DType::Complex128),
];
