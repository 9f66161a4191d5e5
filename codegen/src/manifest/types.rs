//! Types as fields of a manifest's line, in prefix order.
//!
//! ```text
//! float64                                  a number
//! datetime64[ns]                           a date or a duration
//! None
//! array    float64    2    C    write      element type, rank, layout; read, write or readonly
//! record    12    2    x    0    float64    0    n    8    int32    1    3
//!                                          as an element type: bytes, the number of fields, and of each its name,
//!                                          offset, element type, rank and extents
//! tuple    2    int    float64             the number of items, then each
//! optional    float64                      a value that may be `None`
//! generator                                of random numbers
//! ```

use crate::interface::{Number, ParamType};
use crate::ir::Mode;
use crate::types::{self, ArrayType, DType, Element, Layout, Record, Struct, Time, Type, Weak};

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
        Type::None | Type::Weak(_) | Type::Strong(_) | Type::Time(_) => fields.push(ty.to_string()),
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
    fields.push("array".to_owned());
    write_element(array.element, fields);
    fields.extend([&rank, layout, mode].map(str::to_owned));
}

/// What an array's elements are.
fn write_element(element: Element, fields: &mut Vec<String>) {
    match element {
        Element::Number(dtype) => fields.push(dtype.name().to_owned()),
        Element::Time(time) => fields.push(time.to_string()),
        Element::Record(record) => {
            let (size, n) = (record.size().to_string(), record.fields().len().to_string());
            fields.extend(["record".to_owned(), size, n]);
            for field in record.fields() {
                fields.extend([field.name.clone(), field.offset.to_string()]);
                write_element(field.element, fields);
                fields.push(field.shape.len().to_string());
                fields.extend(field.shape.iter().map(usize::to_string));
            }
        }
    }
}

fn read_element(fields: &mut &[&str]) -> Option<Element> {
    let name = next(fields)?;
    if name != "record" {
        return dtype(name).map(Element::Number).or_else(|| Time::named(name).map(Element::Time));
    }
    let size = next(fields)?.parse().ok()?;
    let n: usize = next(fields)?.parse().ok()?;
    let field = |_| {
        let (name, offset) = (next(fields)?.to_owned(), next(fields)?.parse().ok()?);
        let element = read_element(fields)?;
        let rank: usize = next(fields)?.parse().ok()?;
        let shape = (0..rank).map(|_| next(fields)?.parse().ok()).collect::<Option<_>>()?;
        Some(types::Field { name, offset, element, shape })
    };
    let record = Struct { fields: (0..n).map(field).collect::<Option<_>>()?, size };
    Record::new(record).map(Element::Record)
}

fn read_items<T>(fields: &mut &[&str], read: impl Fn(&mut &[&str]) -> Option<T>) -> Option<Vec<T>> {
    let n: usize = next(fields)?.parse().ok()?;
    (0..n).map(|_| read(fields)).collect()
}

fn read_array(fields: &mut &[&str]) -> Option<(ArrayType, Mode)> {
    let element = read_element(fields)?;
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
    let strong = || dtype(name).map(Number::Strong);
    Weak::named(name).map(Number::Weak).or_else(strong).or_else(|| Time::named(name).map(Number::Time))
}

pub(super) fn dtype(name: &str) -> Option<DType> {
    DType::ALL.into_iter().find(|dtype| dtype.name() == name)
}
