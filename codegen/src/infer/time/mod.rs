//! Typing dates and durations, `datetime64` and `timedelta64`: numbers of units, of which one is NaT.
//!
//! What comes behind inference meets the numbers alone. A value changes its type and nothing else where it becomes the
//! number that it is, and where a number becomes a time.

mod call;
mod convert;
mod make;
mod operator;

pub(super) use call::takes_themselves;
pub(super) use convert::common_time;
pub(super) use make::{NUMBERS, time};

use crate::typed::Expr;
use crate::types::{ArrayType, DType, Element, Time, Type};

/// The numbers that times are; what is no time is itself.
pub(super) fn count(value: Expr) -> Expr {
    Expr { ty: count_type(&value.ty), ..value }
}

fn count_type(ty: &Type) -> Type {
    match ty {
        Type::Time(_) => Type::Strong(DType::Int64),
        Type::Array(array) if matches!(array.element, Element::Time(_)) => {
            Type::Array(ArrayType { element: Element::Number(DType::Int64), ..*array })
        }
        Type::Tuple(items) => Type::Tuple(items.iter().map(count_type).collect()),
        other => other.clone(),
    }
}

/// The times that numbers are.
pub(super) fn times(numbers: Expr, time: Time) -> Expr {
    Expr { ty: time_type(&numbers.ty, time), ..numbers }
}

/// One value, or the items of a tuple, each as the times that it is if it is some.
pub(super) fn each_as(value: Expr, kinds: &[Option<Time>]) -> Expr {
    let as_kind = |(ty, kind): (&Type, &Option<Time>)| kind.map_or(ty.clone(), |time| time_type(ty, time));
    let ty = match &value.ty {
        Type::Tuple(items) => Type::Tuple(items.iter().zip(kinds).map(as_kind).collect()),
        ty => kinds.first().map_or(ty.clone(), |kind| as_kind((ty, kind))),
    };
    Expr { ty, ..value }
}

fn time_type(ty: &Type, time: Time) -> Type {
    match ty {
        Type::Array(array) => Type::Array(ArrayType { element: Element::Time(time), ..*array }),
        Type::Tuple(items) => Type::Tuple(items.iter().map(|item| time_type(item, time)).collect()),
        _ => Type::Time(time),
    }
}

/// The type of a time, or of an array's elements if these are times.
pub(super) fn time_of(ty: &Type) -> Option<Time> {
    match ty.scalar() {
        Some(Type::Time(time)) => Some(time),
        _ => None,
    }
}

/// Whether times stand in a type.
pub(super) fn holds_time(ty: &Type) -> bool {
    ty.holds(&|ty| time_of(ty).is_some())
}

/// The type of the first time that stands in a type.
pub(super) fn first_of(ty: &Type) -> Option<Time> {
    match ty {
        Type::Tuple(items) => items.iter().find_map(first_of),
        _ => time_of(ty),
    }
}
