//! How a kernel looks from Rust: the signatures of its wrapper, as text.

use super::{Kernel, Number, Overload, Param, ParamType};
use crate::ir::Mode;
use crate::types::{ArrayType, Counted, DType, Element, Time, Type, Unit};
use crate::ufunc::Ufunc;

/// Rust's keywords that are not Python's too and that a raw identifier can name.
const KEYWORDS: [&str; 42] = [
    "abstract", "async", "await", "become", "box", "const", "do", "dyn", "enum", "extern", "final", "fn",
    "gen", "impl", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "static", "struct", "trait", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where",
    "yield", "as", "break", "continue", "false", "true",
];

/// Rust's keywords that not even a raw identifier can name.
const PATHS: [&str; 4] = ["self", "super", "crate", "Self"];

/// A Python name as a Rust identifier; `None` when Rust cannot have that name.
pub fn identifier(name: &str) -> Option<String> {
    match name {
        "_" => None,
        _ if PATHS.contains(&name) => None,
        _ if KEYWORDS.contains(&name) => Some(format!("r#{name}")),
        _ => Some(name.to_owned()),
    }
}

/// The name of a kernel's function: the Python name, raw where it is a keyword, with a trailing
/// underscore where even that is not possible.
pub fn function(name: &str) -> String {
    identifier(name).unwrap_or_else(|| format!("{name}_"))
}

/// The names of a function's parameters, made as the function's own. One with a capital gets small
/// letters: with a constant of that name in scope, Rust would make a pattern of it.
pub fn parameters(params: &[Param]) -> Vec<String> {
    let has_capital = |param: &&Param| param.name.starts_with(char::is_uppercase);
    let small = params.iter().filter(|param| !has_capital(param));
    let mut taken: Vec<String> = small.map(|param| function(&param.name)).collect();
    let name = |param: &Param| {
        if !has_capital(&param) {
            return function(&param.name);
        }
        let mut name = function(&param.name.to_lowercase());
        while taken.contains(&name) {
            name.push('_');
        }
        taken.push(name.clone());
        name
    };
    params.iter().map(name).collect()
}

/// The signatures under which Rust can call a kernel, one for each overload. A kernel with several
/// is one function, generic over its argument types; a ufunc a static with a loop for each.
pub fn signatures(kernel: &Kernel) -> Vec<String> {
    match &kernel.ufunc {
        Some(ufunc) => kernel.overloads.iter().map(|overload| looped(kernel, ufunc, overload)).collect(),
        None if kernel.launched.is_some() => {
            kernel.overloads.iter().map(|overload| launched(kernel, overload)).collect()
        }
        None => kernel.overloads.iter().map(|overload| signature(kernel, overload)).collect(),
    }
}

/// A ufunc with one of its loops: `pub static f: Ufunc // (f64, f64) -> f64`.
fn looped(kernel: &Kernel, ufunc: &Ufunc, overload: &Overload) -> String {
    let (inputs, outputs) = overload.types.split_at(ufunc.layout.inputs.len().min(overload.types.len()));
    let names = |types: &[DType]| types.iter().map(|dtype| scalar(*dtype)).collect::<Vec<_>>().join(", ");
    let outputs = match outputs {
        [one] => scalar(*one).to_owned(),
        several => format!("({})", names(several)),
    };
    let ty = if kernel.is_unsafe() { "Unchecked<Ufunc>" } else { "Ufunc" };
    let layout = match ufunc.layout.dimensions.is_empty() {
        true => String::new(),
        false => format!(" over {}", ufunc.layout),
    };
    format!("pub static {}: {ty} // ({}) -> {outputs}{layout}", function(&kernel.name), names(inputs))
}

fn signature(kernel: &Kernel, overload: &Overload) -> String {
    let names = parameters(&overload.params);
    let params: Vec<String> = names.iter().zip(&overload.params).map(|(name, of)| param(name, of)).collect();
    let (safety, name) = (if kernel.is_unsafe() { "unsafe " } else { "" }, function(&kernel.name));
    format!("pub {safety}fn {name}({}) -> Result<{}, Error>", params.join(", "), result(&overload.result))
}

/// A kernel that is launched on a GPU takes a stream and how many threads run, and arrays of the device.
fn launched(kernel: &Kernel, overload: &Overload) -> String {
    let names = parameters(&overload.params);
    let own = ["stream: &Stream".to_owned(), "extent: impl Into<Extent>".to_owned()];
    let params = names.iter().zip(&overload.params).map(|(name, of)| {
        let argument = argument(&of.ty).replace("ArrayView", "DeviceView");
        format!("{name}: {argument}")
    });
    let params: Vec<String> = own.into_iter().chain(params).collect();
    let (safety, name) = (if kernel.is_unsafe() { "unsafe " } else { "" }, function(&kernel.name));
    format!("pub {safety}fn {name}({}) -> Result<(), cuda::Error>", params.join(", "))
}

fn param(name: &str, param: &Param) -> String {
    format!("{name}: {}", argument(&param.ty))
}

fn argument(ty: &ParamType) -> String {
    match ty {
        ParamType::Number(number) => self::number(*number),
        ParamType::Array(array @ ArrayType { rank: 0, element: Element::Record(_), .. }, mode) => {
            let reference = if *mode == Mode::Write { "&mut " } else { "&" };
            format!("{reference}{}", element(array.element))
        }
        ParamType::Array(array, Mode::Read) => format!("impl Into<{}>", view("ArrayView", *array)),
        ParamType::Array(array, Mode::Write) => format!("impl Into<{}>", view("ArrayViewMut", *array)),
        ParamType::Tuple(items) => tuple(items.iter().map(argument)),
        ParamType::Generator => "&mut Generator".to_owned(),
        ParamType::Optional(number) => format!("Option<{}>", self::number(*number)),
    }
}

fn tuple(items: impl Iterator<Item = String>) -> String {
    match items.collect::<Vec<_>>().as_slice() {
        [one] => format!("({one},)"),
        items => format!("({})", items.join(", ")),
    }
}

/// `ndarray` has names for up to six dimensions.
fn view(name: &str, array: ArrayType) -> String {
    let element = element(array.element);
    match array.rank {
        0..=6 => format!("{name}{}<'_, {element}>", array.rank),
        _ => format!("{name}D<'_, {element}>"),
    }
}

/// The Rust type of what a kernel returns.
pub fn result(ty: &Type) -> String {
    match ty {
        Type::None => "()".to_owned(),
        Type::Weak(weak) => scalar(weak.dtype()).to_owned(),
        Type::Strong(dtype) => scalar(*dtype).to_owned(),
        Type::Time(time) => self::time(*time),
        Type::Tuple(items) => tuple(items.iter().map(result)),
        Type::Optional(inner) => format!("Option<{}>", result(inner)),
        Type::Array(array) => match array.rank {
            0 if array.record().is_some() => element(array.element),
            0..=6 => format!("Array{}<{}>", array.rank, element(array.element)),
            _ => format!("ArrayD<{}>", element(array.element)),
        },
        Type::Text | Type::DType(_) | Type::Generator => {
            unreachable!("bug in pykernel: a kernel returns `{ty}`")
        }
    }
}

/// The Rust type of an element. Any struct that derives `Record` with these fields is a record.
fn element(element: Element) -> String {
    match element {
        Element::Number(dtype) => scalar(dtype).to_owned(),
        Element::Time(time) => self::time(time),
        Element::Record(record) => format!("impl Record /* {} */", record.field_types()),
    }
}

/// The Rust type of a number, or of what is passed as one.
fn number(number: Number) -> String {
    match number {
        Number::Time(time) => self::time(time),
        Number::Weak(_) | Number::Strong(_) => scalar(number.dtype()).to_owned(),
    }
}

/// The Rust type of dates or of durations.
fn time(time: Time) -> String {
    let name = match time.of {
        Counted::Date => "DateTime64",
        Counted::Duration => "TimeDelta64",
    };
    format!("{name}<{}>", unit(time.unit))
}

/// The type that stands for a unit.
pub const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Generic => "Generic",
        Unit::Year => "Year",
        Unit::Month => "Month",
        Unit::Week => "Week",
        Unit::Day => "Day",
        Unit::Hour => "Hour",
        Unit::Minute => "Minute",
        Unit::Second => "Second",
        Unit::Millisecond => "Millisecond",
        Unit::Microsecond => "Microsecond",
        Unit::Nanosecond => "Nanosecond",
        Unit::Picosecond => "Picosecond",
        Unit::Femtosecond => "Femtosecond",
        Unit::Attosecond => "Attosecond",
    }
}

/// The Rust type of a number.
pub const fn scalar(dtype: DType) -> &'static str {
    match dtype {
        DType::Bool => "bool",
        DType::Int8 => "i8",
        DType::Int16 => "i16",
        DType::Int32 => "i32",
        DType::Int64 => "i64",
        DType::UInt8 => "u8",
        DType::UInt16 => "u16",
        DType::UInt32 => "u32",
        DType::UInt64 => "u64",
        DType::Float32 => "f32",
        DType::Float64 => "f64",
        DType::Complex64 => "Complex<f32>",
        DType::Complex128 => "Complex<f64>",
    }
}
