//! What kernels return to C: a number, or a struct of the numbers and arrays of which anything else
//! consists.

use std::fmt::Write as _;

use super::header::{View, element};
use super::names;
use crate::interface::{Field, Kernel, Number, Overload, fields};
use crate::ir::Mode;
use crate::types::{DType, Type};

/// The C type of what an overload returns, if it returns something.
pub(super) fn name(prefix: &str, kernel: &Kernel, overload: &Overload) -> Option<String> {
    match (Number::of(&overload.result), fields(&overload.result).is_empty()) {
        (Some(number), _) => Some(element(number.dtype()).to_owned()),
        (None, true) => None,
        (None, false) => Some(format!("{}_result", names::function(prefix, kernel, overload))),
    }
}

/// The definition of that type, if it is a struct.
pub(super) fn definition(prefix: &str, kernel: &Kernel, overload: &Overload) -> Option<String> {
    let name = name(prefix, kernel, overload).filter(|_| Number::of(&overload.result).is_none())?;
    let mut text = format!("typedef struct {name} {{\n");
    let mut all = Vec::new();
    members("", &overload.result, &mut all);
    for (member, field) in all {
        let _ = match field {
            Field::Number(dtype) => writeln!(text, "    {} {member};", element(dtype)),
            Field::Array(array) => {
                let view = View::of(array, Mode::Write).name();
                writeln!(text, "    {view} {member};\n    void *{member}_owner;")
            }
        };
    }
    let _ = writeln!(text, "}} {name};");
    Some(text)
}

/// The members, named by the way to them: `item0`, `item1_0`, `item2_present` and `item2`.
fn members(path: &str, ty: &Type, found: &mut Vec<(String, Field)>) {
    match ty {
        Type::Tuple(items) => items.iter().enumerate().for_each(|(index, item)| {
            let path = if path.is_empty() { format!("item{index}") } else { format!("{path}_{index}") };
            members(&path, item, found);
        }),
        Type::Optional(inner) => {
            let (present, value) = match path {
                "" => ("present".to_owned(), "value"),
                path => (format!("{path}_present"), path),
            };
            found.push((present, Field::Number(DType::Bool)));
            members(value, inner, found);
        }
        Type::Array(array) => {
            let path = if path.is_empty() { "value" } else { path };
            found.push((path.to_owned(), Field::Array(*array)));
        }
        Type::Weak(_) | Type::Strong(_) | Type::Time(_) => {
            found.extend(Number::of(ty).map(|number| (path.to_owned(), Field::Number(number.dtype()))));
        }
        Type::None | Type::Text | Type::DType(_) | Type::Generator => {}
    }
}
