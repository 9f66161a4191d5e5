//! Records in a kernel's signature: type parameters, for any struct of the program with the same fields at the same
//! places, which is checked when the call is compiled.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use pykernel_codegen::interface::Overload;
use pykernel_codegen::types::{ArrayType, Element, Field, Record, Type};
use quote::{format_ident, quote, quote_spanned};

use super::rust_type;

/// Whether a parameter is one record, which Rust passes by reference.
pub fn is_one(array: ArrayType) -> bool {
    array.rank == 0 && array.record().is_some()
}

/// The type parameter that stands for a record type.
pub fn generic(record: Record) -> Ident {
    format_ident!("Record{}", format!("{:08x}", record.fingerprint()), span = Span::mixed_site())
}

/// The type parameters of an overload, and what compiles only where they are structs with its records' fields.
pub fn generics(overload: &Overload) -> (Vec<TokenStream>, Option<TokenStream>) {
    let mut records = Vec::new();
    let params = overload.params.iter().map(|param| Type::from(&param.ty));
    params.chain([overload.result.clone()]).for_each(|ty| collect(&ty, &mut records));
    let declared = records.iter().map(|record| {
        let name = generic(*record);
        quote!(#name: ::pykernel::Record)
    });
    let checks = records.iter().map(|record| check(*record));
    let checks = (!records.is_empty()).then(|| quote!(const { #(#checks)* };));
    (declared.collect(), checks)
}

fn collect(ty: &Type, records: &mut Vec<Record>) {
    match ty {
        Type::Array(array) => {
            records.extend(array.record());
            records.sort_unstable();
            records.dedup();
        }
        Type::Tuple(items) => items.iter().for_each(|item| collect(item, records)),
        Type::Optional(inner) => collect(inner, records),
        Type::None | Type::Weak(_) | Type::Strong(_) | Type::Time(_) => {}
        Type::Text | Type::DType(_) | Type::Generator => {}
    }
}

/// Statements that panic at compile time where the type parameter is another struct.
fn check(record: Record) -> TokenStream {
    let (name, size) = (generic(record), Literal::usize_unsuffixed(record.size()));
    let n = Literal::usize_unsuffixed(record.fields().len());
    let message = format!(
        "this struct is not the kernel's record: that has {} fields in {} bytes: {}",
        record.fields().len(),
        record.size(),
        record.field_types()
    );
    let fields = record.fields().iter().enumerate().map(|(place, field)| {
        let message = format!(
            "this struct is not the kernel's record: field {place} of that is `{}`, of type {}, {} bytes behind the beginning",
            field.name, one(field), field.offset
        );
        let (place, wanted) = (Literal::usize_unsuffixed(place), described(field));
        quote!(::pykernel::record::check_field::<#name>(#place, &#wanted, #message);)
    });
    quote_spanned! { Span::mixed_site() =>
        ::pykernel::record::check_size::<#name>(#size, #n, #message);
        #(#fields)*
    }
}

/// The type of a field, for messages.
fn one(field: &Field) -> String {
    match field.shape.as_slice() {
        [] => field.element.to_string(),
        shape => format!("{} of shape {shape:?}", field.element),
    }
}

/// A field as the derive describes those of a struct.
fn described(field: &Field) -> TokenStream {
    let (name, offset) = (&field.name, Literal::usize_unsuffixed(field.offset));
    let mut ty = match field.element {
        Element::Number(dtype) => {
            let number = rust_type::number(dtype);
            quote!(<#number as ::pykernel::record::FieldOf>::TYPE)
        }
        Element::Time(time) => {
            let time = rust_type::time(time);
            quote!(<#time as ::pykernel::record::FieldOf>::TYPE)
        }
        Element::Record(record) => {
            let (size, fields) =
                (Literal::usize_unsuffixed(record.size()), record.fields().iter().map(described));
            quote!(::pykernel::record::FieldType::Record { size: #size, fields: &[#(#fields),*] })
        }
    };
    for extent in field.shape.iter().rev() {
        let extent = Literal::usize_unsuffixed(*extent);
        ty = quote!(::pykernel::record::FieldType::Array(#extent, &#ty));
    }
    quote!(::pykernel::record::Field { name: #name, offset: #offset, ty: #ty })
}
