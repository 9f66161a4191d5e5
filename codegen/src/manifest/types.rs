//! Types as fields of a manifest's line, in prefix order.
//!
//! ```text
//! float64                                  a number
//! None
//! array    float64    2    C    write      element type, rank, layout; read, write or readonly
//! tuple    2    int    float64             the number of items, then each
//! optional    float64                      a value that may be `None`
//! generator                                of random numbers
//! ```

use crate::interface::{Number, ParamType};
use crate::ir::Mode;
use crate::types::{ArrayType, DType, Layout, Type, Weak};

/// The type of a parameter.
pub fn write_param(ty: &ParamType, fields: &mut Vec<String>) {
    match ty {
        ParamType::Number(number) => fields.push(Type::from(*number).to_string()),
        ParamType::Array(array, mode) => {
            write_array(array, *mode, fields);
        }
        ParamType::Tuple(items) => {
            begin_tuple(items.len(), fields);
            items.iter().for_each(|item| write_param(item, fields));
        }
        ParamType::Generator => fields.push("generator".to_owned()),
        ParamType::Optional(number) => {
            fields.extend(["optional".to_owned(), Type::from(*number).to_string()]);
        }
    }
}

/// Reads what [`write_param`] wrote.
pub fn read_param(fields: &mut &[&str]) -> Option<ParamType> {
    match next(fields)? {
        "array" => read_array(fields).map(|(array, mode)| ParamType::Array(array, mode)),
        "tuple" => read_items(fields, read_param).map(ParamType::Tuple),
        "optional" => number(next(fields)?).map(ParamType::Optional),
        "generator" => Some(ParamType::Generator),
        name => number(name).map(ParamType::Number),
    }
}

/// The type of a result.
pub fn write_result(ty: &Type, fields: &mut Vec<String>) {
    match ty {
        Type::None | Type::Weak(_) | Type::Strong(_) => fields.push(ty.to_string()),
        Type::Tuple(items) => {
            begin_tuple(items.len(), fields);
            items.iter().for_each(|item| write_result(item, fields));
        }
        Type::Optional(inner) => {
            fields.push("optional".to_owned());
            write_result(inner, fields);
        }
        Type::Array(array) => write_array(array, Mode::Read, fields),
        Type::Text | Type::DType(_) | Type::Generator => {
            unreachable!("bug in pykernel: a kernel returns `{ty}`")
        }
    }
}

/// Reads what [`write_result`] wrote.
pub fn read_result(fields: &mut &[&str]) -> Option<Type> {
    match next(fields)? {
        "None" => Some(Type::None),
        "array" => read_array(fields).map(|(array, _)| Type::Array(array)),
        "tuple" => read_items(fields, read_result).map(Type::Tuple),
        "optional" => read_result(fields).map(Type::optional),
        name => number(name).map(Type::from),
    }
}

fn next<'f>(fields: &mut &[&'f str]) -> Option<&'f str> {
    let (first, rest) = fields.split_first()?;
    *fields = rest;
    Some(first)
}

fn begin_tuple(n: usize, fields: &mut Vec<String>) {
    fields.extend(["tuple".to_owned(), n.to_string()]);
}

/// An array, and how a parameter borrows it.
fn write_array(array: &ArrayType, mode: Mode, fields: &mut Vec<String>) {
    let mode = match (mode, array.readonly) {
        (Mode::Write, _) => "write",
        (Mode::Read, false) => "read",
        (Mode::Read, true) => "readonly",
    };
    let (rank, layout) = (array.rank.to_string(), layout_name(array.layout));
    fields.extend(["array", array.element.name(), &rank, layout, mode].map(str::to_owned));
}

fn read_items<T>(fields: &mut &[&str], read: impl Fn(&mut &[&str]) -> Option<T>) -> Option<Vec<T>> {
    let n: usize = next(fields)?.parse().ok()?;
    (0..n).map(|_| read(fields)).collect()
}

fn read_array(fields: &mut &[&str]) -> Option<(ArrayType, Mode)> {
    let element = dtype(next(fields)?)?;
    let rank = next(fields)?.parse().ok()?;
    let name = next(fields)?;
    let layout = [Layout::C, Layout::F, Layout::Any].into_iter().find(|it| layout_name(*it) == name)?;
    let (mode, readonly) = match next(fields)? {
        "write" => (Mode::Write, false),
        "read" => (Mode::Read, false),
        "readonly" => (Mode::Read, true),
        _ => return None,
    };
    Some((ArrayType { element, rank, layout, readonly }, mode))
}

const fn layout_name(layout: Layout) -> &'static str {
    match layout {
        Layout::C => "C",
        Layout::F => "F",
        Layout::Any => "any",
    }
}

fn number(name: &str) -> Option<Number> {
    Weak::named(name).map(Number::Weak).or_else(|| dtype(name).map(Number::Strong))
}

pub(super) fn dtype(name: &str) -> Option<DType> {
    DType::ALL.into_iter().find(|dtype| dtype.name() == name)
}
