//! Element types that are made by calls: `np.dtype([("x", np.float64), ("y", "f4", 3)])`, `from_dtype(point)`,
//! `types.Record.make_c_struct([…])`.
//!
//! The rules of the format are those of <https://numpy.org/doc/2.4/user/basics.rec.html>.

use ruff_python_ast::{self as ast, Expr, ExprCall};
use ruff_text_size::Ranged;

use super::Reader;
use super::evaluate::{self, Number};
use super::function::Scope;
use super::import::Entity;
use super::signature::Declared;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Device, ExprKind, Signature};
use crate::types::{DType, Element, Field, Record, Struct, Time, Type};

/// What is written in place of what is wrong here.
const HELP: &str = "write `np.dtype([(\"x\", np.float64), (\"tag\", np.int32)])`; a third item of a field is the shape of an array";

/// The largest record, in bytes.
const MAX_SIZE: usize = 1 << 24;

/// How deep records may lie in each other.
const MAX_DEPTH: usize = 16;

/// What makes an element type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Maker {
    /// `np.dtype`.
    Dtype,
    /// `numba.from_dtype`, which has Numba's types for NumPy's.
    FromDtype,
    /// `types.Record.make_c_struct`: with the gaps that C leaves.
    CStruct,
}

/// What a field holds.
#[derive(Clone)]
struct Format {
    element: Element,
    align: usize,
    shape: Vec<usize>,
}

/// Fields as they are put one behind the other.
struct Layout {
    fields: Vec<Field>,
    size: usize,
    align: usize,
    /// Whether there are gaps as C leaves them.
    is_aligned: bool,
}

impl Layout {
    fn push(&mut self, name: String, format: Format, offset: Option<usize>) {
        let align = if self.is_aligned { format.align } else { 1 };
        let offset = offset.unwrap_or(self.size.next_multiple_of(align));
        let field = Field { name, offset, element: format.element, shape: format.shape };
        self.size = self.size.max(offset + field.size());
        self.align = self.align.max(align);
        self.fields.push(field);
    }

    fn record(self, size: Option<usize>) -> Option<Entity> {
        let size = size.unwrap_or(self.size.next_multiple_of(self.align));
        Record::new(Struct { fields: self.fields, size }).map(|record| Entity::Record(record, self.align))
    }
}

impl Reader<'_> {
    /// Whether a call makes an element type.
    pub(super) fn makes_dtype(&self, call: &ExprCall) -> Option<Maker> {
        match self.entity(&call.func, &|_| false) {
            Some(Entity::DtypeMaker(maker)) => Some(maker),
            _ => None,
        }
    }

    /// The element type that a call makes; `None` if something is wrong with it.
    pub(super) fn made_dtype(&mut self, call: &ExprCall, maker: Maker) -> Option<Entity> {
        let mut is_aligned = maker == Maker::CStruct;
        for keyword in &call.arguments.keywords {
            match (keyword.arg.as_ref().map(ast::Identifier::as_str), &keyword.value) {
                (Some("align"), Expr::BooleanLiteral(literal)) if maker == Maker::Dtype => {
                    is_aligned = literal.value;
                }
                _ => return self.bad_dtype(keyword, "only `align=True` and `align=False` can stand here"),
            }
        }
        match &*call.arguments.args {
            [format] => self.dtype_entity(format, is_aligned, 0),
            _ => self.bad_dtype(call, "an element type is made of one description"),
        }
    }

    /// The element type that a description stands for.
    fn dtype_entity(&mut self, format: &Expr, is_aligned: bool, depth: usize) -> Option<Entity> {
        match format {
            Expr::List(list) if list.elts.is_empty() => {
                self.bad_dtype(list, "a record has at least one field")
            }
            Expr::List(list) => self.fields(list, is_aligned, depth),
            Expr::Dict(dict) => self.field_lists(dict, is_aligned, depth),
            Expr::StringLiteral(text) if text.value.to_str().contains(',') => {
                self.comma_separated(text, is_aligned)
            }
            _ => {
                let found = self.format(format, is_aligned, depth)?;
                match (found.element, found.shape.as_slice()) {
                    (Element::Number(dtype), []) => Some(Entity::Number(Type::Strong(dtype))),
                    (Element::Time(time), []) => Some(Entity::Type(Type::Time(time))),
                    (Element::Record(record), []) => Some(Entity::Record(record, found.align)),
                    _ => self.bad_dtype(format, "an array's elements are no arrays"),
                }
            }
        }
    }

    /// `[(name, format), (name, format, shape), …]`.
    fn fields(&mut self, list: &ast::ExprList, is_aligned: bool, depth: usize) -> Option<Entity> {
        let mut layout = Layout { fields: Vec::new(), size: 0, align: 1, is_aligned };
        for field in &list.elts {
            let Expr::Tuple(tuple) = field else {
                return self.bad_dtype(field, "a field is a tuple of its name and its type");
            };
            let (name, format, shape) = match &*tuple.elts {
                [name, format] => (name, format, None),
                [name, format, shape] => (name, format, Some(shape)),
                _ => return self.bad_dtype(field, "a field has a name, a type, and at most a shape"),
            };
            let name = self.field_name(name, &layout.fields)?;
            let mut format = self.format(format, is_aligned, depth + 1)?;
            if let Some(shape) = shape {
                let mut extents = self.field_shape(shape)?;
                extents.extend(format.shape);
                format.shape = extents;
            }
            layout.push(name, format, None);
            self.check_size(field, layout.size)?;
        }
        self.record(layout, None, list)
    }

    /// `{"names": […], "formats": […], "offsets": […], "itemsize": n}`.
    fn field_lists(&mut self, dict: &ast::ExprDict, is_aligned: bool, depth: usize) -> Option<Entity> {
        let (mut names, mut formats, mut offsets, mut itemsize) = (None, None, None, None);
        for item in &dict.items {
            let key = match &item.key {
                Some(Expr::StringLiteral(key)) => key.value.to_str(),
                _ => "",
            };
            let value = Some(&item.value);
            match key {
                "names" => names = value,
                "formats" => formats = value,
                "offsets" => offsets = value,
                "itemsize" => itemsize = value,
                _ => {
                    let message = "a record is described by `names`, `formats`, `offsets` and `itemsize`";
                    return self.bad_dtype(&item.value, message);
                }
            }
        }
        let (Some(Expr::List(names)), Some(Expr::List(formats))) = (names, formats) else {
            return self.bad_dtype(dict, "`names` and `formats` are lists");
        };
        let offsets = match offsets {
            None => None,
            Some(Expr::List(offsets)) if offsets.elts.len() == names.elts.len() => Some(&offsets.elts),
            Some(other) => return self.bad_dtype(other, "`offsets` is a list with a number for each field"),
        };
        if names.elts.is_empty() {
            return self.bad_dtype(dict, "a record has at least one field");
        }
        if names.elts.len() != formats.elts.len() {
            return self.bad_dtype(dict, "`names` and `formats` have different lengths");
        }
        let mut layout = Layout { fields: Vec::new(), size: 0, align: 1, is_aligned };
        for (place, (name, format)) in names.elts.iter().zip(&formats.elts).enumerate() {
            let name = self.field_name(name, &layout.fields)?;
            let format = self.format(format, is_aligned, depth + 1)?;
            let offset = match offsets {
                Some(offsets) => Some(self.count(&offsets[place])?),
                None => None,
            };
            layout.push(name, format, offset);
            self.check_size(&formats.elts[place], layout.size)?;
        }
        let size = match itemsize {
            Some(itemsize) => Some((self.count(itemsize)?, itemsize)),
            None => None,
        };
        if let Some((size, place)) = size {
            self.check_size(place, size)?;
            if size < layout.size {
                let message = format!("the fields end at byte {}, behind `itemsize`", layout.size);
                return self.bad_dtype(place, message);
            }
        }
        self.record(layout, size.map(|(size, _)| size), dict)
    }

    /// `"f8, i4, 3f4"`: fields named `f0`, `f1` and so on.
    fn comma_separated(&mut self, text: &ast::ExprStringLiteral, is_aligned: bool) -> Option<Entity> {
        let mut layout = Layout { fields: Vec::new(), size: 0, align: 1, is_aligned };
        for (place, code) in split_at_commas(text.value.to_str()).into_iter().enumerate() {
            let Some(format) = coded(code.trim()) else { return self.unknown_code(text, code.trim()) };
            layout.push(format!("f{place}"), format, None);
            self.check_size(text, layout.size)?;
        }
        self.record(layout, None, text)
    }

    /// What a field holds.
    fn format(&mut self, format: &Expr, is_aligned: bool, depth: usize) -> Option<Format> {
        if depth > MAX_DEPTH {
            return self.bad_dtype(format, "records lie in each other too deeply here");
        }
        let entity = match format {
            Expr::StringLiteral(text) => {
                let code = text.value.to_str();
                return match coded(code) {
                    Some(format) => Some(format),
                    None => self.unknown_code(text, code),
                };
            }
            Expr::Tuple(tuple) if tuple.elts.len() == 2 => {
                let mut format = self.format(&tuple.elts[0], is_aligned, depth + 1)?;
                let mut shape = self.field_shape(&tuple.elts[1])?;
                shape.extend(format.shape);
                format.shape = shape;
                return Some(format);
            }
            Expr::List(_) | Expr::Dict(_) => self.dtype_entity(format, is_aligned, depth + 1)?,
            Expr::Call(call) if let Some(maker) = self.makes_dtype(call) => self.made_dtype(call, maker)?,
            _ => match self.entity(format, &|_| false) {
                Some(entity) => entity,
                None if self.is_refused(format) => return None,
                None => return self.bad_dtype(format, "this is not an element type"),
            },
        };
        let of =
            |dtype| Some(Format { element: Element::Number(dtype), align: dtype.align(), shape: Vec::new() });
        match entity {
            Entity::Number(Type::Strong(dtype)) | Entity::Type(Type::Strong(dtype)) => of(dtype),
            Entity::Number(Type::Weak(weak)) => of(weak.dtype()),
            Entity::Type(Type::Time(time)) => Some(of_times(time, Vec::new())),
            Entity::Record(record, align) => {
                Some(Format { element: Element::Record(record), align, shape: Vec::new() })
            }
            _ => self.bad_dtype(format, "this is not an element type"),
        }
    }

    /// Whether records and times stand only where they can be parameters or results.
    pub(super) fn records_fit(&mut self, declared: &Declared) -> bool {
        let is_record = |ty: &Type| matches!(ty, Type::Array(array) if array.record().is_some());
        let is_time = |ty: &Type| matches!(ty.scalar(), Some(Type::Time(_)));
        let of_times = |signature: &&Signature| {
            signature.params.iter().chain(&signature.result).any(|ty| ty.holds(&is_time))
        };
        if let Some(signature) = declared.signatures.iter().find(of_times)
            && (declared.ufunc.is_some() || declared.external.is_some())
        {
            self.report(
                Diagnostic::new(
                    Code::BadSignature,
                    signature.span,
                    "ufuncs and functions outside of the file take numbers",
                )
                .help("pass a count of a unit, `int64`, and make a time of it: `np.timedelta64(n, 's')`"),
            );
            return false;
        }
        let of_records = |signature: &&Signature| {
            signature.params.iter().chain(&signature.result).any(|ty| ty.holds(&is_record))
        };
        let Some(signature) = declared.signatures.iter().find(of_records) else { return true };
        let what = match declared {
            Declared { ufunc: Some(_), .. } => "a ufunc computes with numbers",
            Declared { device: Some(Device::Kernel(_)), .. } => {
                "kernels for GPUs take no records in this version"
            }
            Declared { external: Some(_), .. } => "functions outside of the file take numbers",
            Declared { signatures, .. } if signatures.len() > 1 => {
                "a kernel with several signatures takes no records: Rust could not tell them apart"
            }
            _ => return true,
        };
        self.report(
            Diagnostic::new(Code::BadSignature, signature.span, what)
                .help("pass the fields as arrays of their own, or write a function with one signature"),
        );
        false
    }

    /// The record of some fields.
    fn record(&mut self, layout: Layout, size: Option<usize>, place: impl Ranged) -> Option<Entity> {
        match layout.record(size) {
            Some(record) => Some(record),
            None => self.bad_dtype(place, "there are too many record types"),
        }
    }

    fn field_name(&mut self, name: &Expr, before: &[Field]) -> Option<String> {
        let Expr::StringLiteral(text) = name else {
            return self.bad_dtype(name, "the name of a field is a string");
        };
        let text = text.value.to_str();
        let is_name = |text: &str| {
            text.chars().all(|c| c.is_alphanumeric() || c == '_')
                && !text.starts_with(|c: char| c.is_numeric())
        };
        if text.is_empty() || !is_name(text) {
            return self.bad_dtype(name, "the name of a field is one that Rust and C can have, too");
        }
        if before.iter().any(|field| field.name == text) {
            return self.bad_dtype(name, format!("field '{text}' occurs more than once"));
        }
        Some(text.to_owned())
    }

    /// The extents of a field that is an array.
    fn field_shape(&mut self, shape: &Expr) -> Option<Vec<usize>> {
        match shape {
            Expr::Tuple(tuple) => tuple.elts.iter().map(|extent| self.count(extent)).collect(),
            one => self.count(one).map(|extent| vec![extent]),
        }
    }

    /// A number of elements or bytes that is known when the file is read.
    fn count(&mut self, count: &Expr) -> Option<usize> {
        let mut scope = Scope::new(self);
        let value = scope.expr(count);
        if scope.refused || matches!(value.kind, ExprKind::Refused) {
            return None;
        }
        match evaluate::number(&value) {
            Some(Number::Int(n @ 0..)) if n <= MAX_SIZE as i128 => usize::try_from(n).ok(),
            _ => self.bad_dtype(
                count,
                "this is no integer that is known when the file is read, at least 0 and not large",
            ),
        }
    }

    fn check_size(&mut self, place: impl Ranged, size: usize) -> Option<()> {
        match size <= MAX_SIZE {
            true => Some(()),
            false => self.bad_dtype(place, format!("a record has at most {MAX_SIZE} bytes")),
        }
    }

    fn unknown_code<T>(&mut self, place: impl Ranged, code: &str) -> Option<T> {
        let message = match code.starts_with('>') {
            true => format!("`{code}` has its bytes in the order of other machines"),
            false => format!("data type '{code}' not understood"),
        };
        self.bad_dtype(place, message)
    }

    fn bad_dtype<T>(&mut self, place: impl Ranged, message: impl Into<String>) -> Option<T> {
        let span = self.span(place);
        self.report(Diagnostic::new(Code::UnknownType, span, message).help(HELP));
        None
    }
}

/// What a string such as `f8`, `<i4`, `3f4` or `(2,3)f8` stands for.
fn coded(text: &str) -> Option<Format> {
    let (shape, code) = match text.strip_prefix('(') {
        Some(rest) => {
            let (shape, code) = rest.split_once(')')?;
            let extents = shape.split(',').map(str::trim).filter(|extent| !extent.is_empty());
            (extents.map(|extent| extent.parse().ok()).collect::<Option<Vec<usize>>>()?, code)
        }
        None => {
            let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            match text[..digits].parse::<usize>() {
                Err(_) => (Vec::new(), &text[digits..]),
                Ok(extent) => (vec![extent], &text[digits..]),
            }
        }
    };
    if shape.iter().try_fold(1usize, |n, extent| n.checked_mul(*extent)).is_none_or(|n| n > MAX_SIZE) {
        return None;
    }
    let code = code.strip_prefix(['<', '=', '|']).unwrap_or(code);
    if let Some(time) = Time::named(code) {
        return Some(of_times(time, shape));
    }
    let dtype = match code {
        "bool" => Some(DType::Bool),
        _ => DType::named(code).or_else(|| DType::coded(code)).or_else(|| lettered(code)),
    }?;
    Some(Format { element: Element::Number(dtype), align: dtype.align(), shape })
}

/// Times, which lie in memory as the numbers that they are.
fn of_times(time: Time, shape: Vec<usize>) -> Format {
    Format { element: Element::Time(time), align: DType::Int64.align(), shape }
}

/// The element type of one of NumPy's letters, where 64-bit Linux, macOS and Windows agree.
fn lettered(code: &str) -> Option<DType> {
    Some(match code {
        "?" => DType::Bool,
        "b" => DType::Int8,
        "h" => DType::Int16,
        "i" => DType::Int32,
        "q" => DType::Int64,
        "B" => DType::UInt8,
        "H" => DType::UInt16,
        "I" => DType::UInt32,
        "Q" => DType::UInt64,
        "f" => DType::Float32,
        "d" => DType::Float64,
        "F" => DType::Complex64,
        "D" => DType::Complex128,
        _ => return None,
    })
}

/// The parts of a text between commas that stand in no parentheses.
fn split_at_commas(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0usize);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}
