//! The names that kernels and their parameters have in C.

use super::record;
use crate::interface::{Kernel, Leaf, Overload, ParamType};
use crate::ir::Mode;
use crate::symbol::identifier;
use crate::types::{ArrayType, DType, Layout, Type};

/// Names that a function or a parameter cannot have in C or in C++, some of them because they are
/// macros of headers that ours includes.
const RESERVED: &[&str] = &[
    "EOF",
    "I",
    "NULL",
    "alignas",
    "alignof",
    "and",
    "and_eq",
    "asm",
    "auto",
    "bitand",
    "bitor",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "char16_t",
    "char32_t",
    "char8_t",
    "class",
    "co_await",
    "co_return",
    "co_yield",
    "compl",
    "concept",
    "const",
    "const_cast",
    "consteval",
    "constexpr",
    "constinit",
    "continue",
    "decltype",
    "default",
    "delete",
    "do",
    "double",
    "dynamic_cast",
    "else",
    "enum",
    "errno",
    "explicit",
    "export",
    "extern",
    "false",
    "float",
    "for",
    "friend",
    "goto",
    "if",
    "inline",
    "int",
    "linux",
    "long",
    "main",
    "mutable",
    "namespace",
    "new",
    "noexcept",
    "not",
    "not_eq",
    "nullptr",
    "operator",
    "or",
    "or_eq",
    "private",
    "protected",
    "public",
    "register",
    "reinterpret_cast",
    "requires",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "static_assert",
    "static_cast",
    "stderr",
    "stdin",
    "stdout",
    "struct",
    "switch",
    "template",
    "this",
    "thread_local",
    "throw",
    "true",
    "try",
    "typedef",
    "typeid",
    "typename",
    "typeof",
    "union",
    "unix",
    "unsigned",
    "using",
    "virtual",
    "void",
    "volatile",
    "wchar_t",
    "while",
    "xor",
    "xor_eq",
];

/// Names of every wrapper's own parameters and variables.
const OWN: &[&str] = &["ignored", "raised", "result"];

/// The name of an overload's function: the kernel's, with the parameters' types after it where
/// there are several.
pub(super) fn function(prefix: &str, kernel: &Kernel, overload: &Overload) -> String {
    let mut name = format!("{prefix}{}", identifier(&kernel.name));
    if kernel.overloads.len() > 1 {
        for param in &overload.params {
            name.push('_');
            name.push_str(&suffix(&param.ty));
        }
    }
    allowed(name)
}

/// What an overload's parameters consist of, each with a name of its own: `x`, `t_0` of a tuple,
/// `x_present` and `x` of an optional number.
pub(super) fn leaves(overload: &Overload) -> Vec<(String, Leaf)> {
    let mut leaves = Vec::new();
    overload.params.iter().for_each(|param| collect(identifier(&param.name), &param.ty, &mut leaves));
    leaves
}

fn collect(name: String, ty: &ParamType, leaves: &mut Vec<(String, Leaf)>) {
    let leaf = match ty {
        ParamType::Number(number) => Leaf::Number(number.dtype()),
        ParamType::Array(array, mode) => Leaf::Array(*array, *mode),
        ParamType::Generator => Leaf::Array(ArrayType::GENERATOR, Mode::Write),
        ParamType::Tuple(items) => {
            let items = items.iter().enumerate();
            return items.for_each(|(index, item)| collect(format!("{name}_{index}"), item, leaves));
        }
        ParamType::Optional(number) => {
            push(format!("{name}_present"), Leaf::Number(DType::Bool), leaves);
            Leaf::Number(number.dtype())
        }
    };
    push(name, leaf, leaves);
}

fn push(name: String, leaf: Leaf, leaves: &mut Vec<(String, Leaf)>) {
    let mut name = allowed(name);
    while leaves.iter().any(|(other, _)| *other == name) || OWN.contains(&name.as_str()) {
        name.push('_');
    }
    leaves.push((name, leaf));
}

/// A name that C and C++ take.
pub(super) fn allowed(name: String) -> String {
    match RESERVED.contains(&name.as_str()) {
        true => name + "_",
        false => name,
    }
}

/// A parameter's type as part of a name: `int`, `float32`, `float64_2d`, `float64_2dc`.
fn suffix(ty: &ParamType) -> String {
    match ty {
        ParamType::Number(number) => Type::from(*number).to_string(),
        ParamType::Tuple(items) => items.iter().map(suffix).collect::<Vec<_>>().join("_"),
        ParamType::Optional(number) => format!("optional_{}", Type::from(*number)),
        ParamType::Generator => "generator".to_owned(),
        ParamType::Array(array, _) => {
            let ArrayType { element, rank, layout, readonly } = *array;
            let layout = match layout {
                Layout::C => "c",
                Layout::F => "f",
                Layout::Any => "",
            };
            let element = record::label(element);
            format!("{element}_{rank}d{layout}{}", if readonly { "r" } else { "" })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_c_reserves_gets_an_underscore() {
        assert_eq!(allowed("register".into()), "register_");
        assert_eq!(allowed("mandel".into()), "mandel");
        assert!(RESERVED.is_sorted());
    }
}
