//! What only the library can name: operations of the IR as they are, and what it says of types, arrays and tuples.
//!
//! [`crate::library`] tells what each is.

use super::ufunc::ufunc;
use super::{Row, Rule, Target, Ufunc, row};
use crate::ir::{self, Intrinsic};
use crate::typed::Operation;
use crate::types::{DType, Type};

/// What only the library says of arrays and tuples; [`crate::library`] tells what each is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `intrinsics.strided`.
    Strided,
    /// `intrinsics.adjacent`.
    Adjacent,
    /// `intrinsics.itemsize`.
    ItemSize,
    /// `intrinsics.contiguous`.
    Contiguous,
    /// `intrinsics.with_item`.
    WithItem,
    /// `intrinsics.inserted`.
    Inserted,
    /// `intrinsics.without`.
    Without,
    /// `intrinsics.length`.
    Length,
    /// `intrinsics.kind`.
    Kind,
    /// `intrinsics.part_type`.
    PartType,
    /// `intrinsics.is_c`.
    IsC,
    /// `intrinsics.is_number`.
    IsNumber,
    /// `intrinsics.random_state`.
    RandomState,
    /// `intrinsics.generator`.
    Generator,
}

/// An operation that only the library uses.
const fn intrinsic(name: &'static str, arity: usize, op: Intrinsic) -> Row {
    row(name, arity..=arity, Rule::Operate, Target::Operation(Operation::Intrinsic(op)))
}

/// What the library says of arrays and tuples.
const fn form(name: &'static str, arity: usize, form: Form) -> Row {
    row(name, arity..=arity, Rule::Form(form), Target::Nothing)
}

/// The rows.
pub(super) static TABLE: &[Row] = &[
    intrinsic("intrinsics.sqrt", 1, Intrinsic::Sqrt),
    intrinsic("intrinsics.floor", 1, Intrinsic::Floor),
    intrinsic("intrinsics.ceil", 1, Intrinsic::Ceil),
    intrinsic("intrinsics.trunc", 1, Intrinsic::Trunc),
    intrinsic("intrinsics.round_even", 1, Intrinsic::RoundEven),
    intrinsic("intrinsics.copysign", 2, Intrinsic::CopySign),
    intrinsic("intrinsics.fma", 3, Intrinsic::FusedMultiplyAdd),
    intrinsic("intrinsics.mul_add", 3, Intrinsic::MultiplyAdd),
    intrinsic("intrinsics.product_error", 2, Intrinsic::ProductError),
    intrinsic("intrinsics.leading_zeros", 1, Intrinsic::LeadingZeros),
    intrinsic("intrinsics.multiply_high", 2, Intrinsic::MultiplyHigh),
    row("intrinsics.select", 3..=3, Rule::Select, Target::Nothing),
    row("intrinsics.is_float32", 1..=1, Rule::AboutTypes, Target::Nothing),
    row("intrinsics.is_complex", 1..=1, Rule::AboutTypes, Target::Nothing),
    row("intrinsics.is_exact", 1..=1, Rule::AboutTypes, Target::Nothing),
    row("intrinsics.is_pcg", 1..=1, Rule::AboutTypes, Target::Nothing),
    row("intrinsics.is_cast", 2..=2, Rule::AboutTypes, Target::Nothing),
    row("intrinsics.fabs", 1..=1, Rule::Operate, Target::Operation(Operation::Unary(ir::UnaryOp::Abs))),
    row(
        "intrinsics.wrapping_add",
        2..=2,
        Rule::Operate,
        Target::Operation(Operation::Binary(ir::BinaryOp::Add)),
    ),
    row(
        "intrinsics.wrapping_sub",
        2..=2,
        Rule::Operate,
        Target::Operation(Operation::Binary(ir::BinaryOp::Sub)),
    ),
    row(
        "intrinsics.wrapping_mul",
        2..=2,
        Rule::Operate,
        Target::Operation(Operation::Binary(ir::BinaryOp::Mul)),
    ),
    row(
        "intrinsics.trunc_div",
        2..=2,
        Rule::Operate,
        Target::Operation(Operation::Binary(ir::BinaryOp::Div)),
    ),
    row(
        "intrinsics.trunc_rem",
        2..=2,
        Rule::Operate,
        Target::Operation(Operation::Binary(ir::BinaryOp::Rem)),
    ),
    ufunc("intrinsics.at_least", 2, Ufunc::Same("not_below")),
    ufunc("intrinsics.at_most", 2, Ufunc::Same("not_above")),
    row("intrinsics.strided", 4..=5, Rule::Form(Form::Strided), Target::Nothing),
    form("intrinsics.adjacent", 3, Form::Adjacent),
    form("intrinsics.itemsize", 1, Form::ItemSize),
    form("intrinsics.contiguous", 2, Form::Contiguous),
    form("intrinsics.with_item", 3, Form::WithItem),
    form("intrinsics.inserted", 3, Form::Inserted),
    form("intrinsics.without", 2, Form::Without),
    form("intrinsics.length", 1, Form::Length),
    form("intrinsics.kind", 1, Form::Kind),
    form("intrinsics.part_type", 1, Form::PartType),
    form("intrinsics.is_c", 1, Form::IsC),
    form("intrinsics.is_number", 1, Form::IsNumber),
    form("intrinsics.random_state", 1, Form::RandomState),
    form("intrinsics.generator", 1, Form::Generator),
    row("intrinsics.like", 2..=2, Rule::Like, Target::Nothing),
    row("intrinsics.complex", 2..=2, Rule::ComplexOfParts, Target::Nothing),
    row("intrinsics.bits", 1..=1, Rule::Bits, Target::Nothing),
    row("intrinsics.float_of_bits", 1..=1, Rule::Bits, Target::Nothing),
    row("intrinsics.wrap_int", 1..=1, Rule::Cast, Target::Type(Type::INT)),
    row("intrinsics.wrap_int32", 1..=1, Rule::Cast, Target::Type(Type::Strong(DType::Int32))),
    row("intrinsics.wrap_uint32", 1..=1, Rule::Cast, Target::Type(Type::Strong(DType::UInt32))),
    row("intrinsics.wrap_uint64", 1..=1, Rule::Cast, Target::Type(Type::Strong(DType::UInt64))),
];
