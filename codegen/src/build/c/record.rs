//! Records as C structs.

use std::fmt::Write as _;

use super::{header, names};
use crate::types::{DType, Element, Field, Record};

/// The name of a record's struct.
pub(super) fn name(record: Record) -> String {
    format!("pykernel_record_{:08x}", record.fingerprint())
}

/// The C type of an element.
pub(super) fn element(element: Element) -> String {
    match element {
        Element::Number(dtype) => header::element(dtype).to_owned(),
        Element::Time(_) => header::element(DType::Int64).to_owned(),
        Element::Record(record) => name(record),
    }
}

/// What an element is called in the names of array descriptors.
pub(super) fn label(element: Element) -> String {
    match element {
        Element::Number(dtype) => dtype.to_string(),
        Element::Time(_) => DType::Int64.to_string(),
        Element::Record(record) => format!("record_{:08x}", record.fingerprint()),
    }
}

/// The structs of records and of those in them, innermost first.
pub(super) fn definitions(records: impl Iterator<Item = Record>) -> String {
    let mut all = Vec::new();
    records.for_each(|record| collect(record, &mut all));
    all.into_iter().map(definition).collect()
}

fn collect(record: Record, all: &mut Vec<Record>) {
    for field in record.fields() {
        if let Element::Record(inner) = field.element {
            collect(inner, all);
        }
    }
    if !all.contains(&record) {
        all.push(record);
    }
}

/// The struct of a record. Headers of several packages may define it.
fn definition(record: Record) -> String {
    let name = name(record);
    let guard = name.to_uppercase();
    let is_natural = is_natural(record);
    let mut text = format!("#ifndef {guard}\n#define {guard}\n/* A record of {} bytes. */\n", record.size());
    if !is_natural {
        text.push_str("#pragma pack(push, 1)\n");
    }
    let _ = writeln!(text, "typedef struct {name} {{");
    let mut end = 0;
    for (place, field) in record.fields().iter().enumerate() {
        if !is_natural && field.offset > end {
            let _ = writeln!(text, "    uint8_t gap{place}[{}];", field.offset - end);
        }
        let extents: String = field.shape.iter().map(|extent| format!("[{extent}]")).collect();
        let _ = writeln!(text, "    {} {}{extents};", element(field.element), member(field));
        end = field.offset + field.size();
    }
    if !is_natural && record.size() > end {
        let _ = writeln!(text, "    uint8_t gap[{}];", record.size() - end);
    }
    let _ = writeln!(text, "}} {name};");
    if !is_natural {
        text.push_str("#pragma pack(pop)\n");
    }
    for field in record.fields() {
        let member = member(field);
        let fact = format!("offsetof({name}, {member}) == {}", field.offset);
        let _ = writeln!(text, "PYKERNEL_ASSERT({name}_{member}, {fact});");
    }
    let _ = writeln!(text, "PYKERNEL_ASSERT({name}_size, sizeof({name}) == {});", record.size());
    text + "#endif\n\n"
}

/// The name of a field, which in C is no keyword.
fn member(field: &Field) -> String {
    names::allowed(field.name.clone())
}

/// Whether C puts the fields where they lie by itself.
fn is_natural(record: Record) -> bool {
    let mut end = 0usize;
    let in_order = record.fields().iter().all(|field| {
        let fits = end.next_multiple_of(align(field.element)) == field.offset;
        end = field.offset + field.size();
        fits
    });
    in_order && end.next_multiple_of(widest(record)) == record.size()
}

/// The alignment that C gives an element.
fn align(element: Element) -> usize {
    match element {
        Element::Number(dtype) => dtype.align(),
        Element::Time(_) => DType::Int64.align(),
        Element::Record(record) if is_natural(record) => widest(record),
        Element::Record(_) => 1,
    }
}

/// The largest alignment of a record's fields.
fn widest(record: Record) -> usize {
    record.fields().iter().map(|field| align(field.element)).max().unwrap_or(1)
}
