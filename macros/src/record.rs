//! `#[derive(Record)]`: a Rust struct as the elements of arrays that kernels take.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Fields, Meta, Result};

/// The implementation of `pykernel::Record`.
pub fn derive(input: TokenStream) -> Result<TokenStream> {
    let input: DeriveInput = syn::parse2(input)?;
    let name = &input.ident;
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) if !fields.named.is_empty() => &fields.named,
            _ => return Err(Error::new(name.span(), "a record has fields with names")),
        },
        Data::Enum(_) | Data::Union(_) => {
            return Err(Error::new(name.span(), "a record is a struct: each of its values has all fields"));
        }
    };
    if !input.generics.params.is_empty() {
        return Err(Error::new(input.generics.span(), "a record has one layout, and so no parameters"));
    }
    if !is_repr_c(&input)? {
        let message = "a record needs `#[repr(C)]`: other structs have their fields in any order";
        return Err(Error::new(name.span(), message));
    }
    let described = fields.iter().filter_map(|field| {
        let (ident, ty) = (field.ident.as_ref()?, &field.ty);
        let text = ident.unraw().to_string();
        Some(quote_spanned! { ty.span() =>
            ::pykernel::record::Field {
                name: #text,
                offset: ::core::mem::offset_of!(#name, #ident),
                ty: <#ty as ::pykernel::record::FieldOf>::TYPE,
            }
        })
    });
    Ok(quote! {
        // SAFETY: the fields are all that the struct has, in C's order, and their types say that they are numbers,
        // arrays or records.
        unsafe impl ::pykernel::Record for #name {
            const FIELDS: &'static [::pykernel::record::Field] = &[#(#described),*];
        }
    })
}

/// Whether the fields of a struct lie in the order in which they are written.
fn is_repr_c(input: &DeriveInput) -> Result<bool> {
    let mut found = false;
    for attribute in &input.attrs {
        if let Meta::List(list) = &attribute.meta
            && list.path.is_ident("repr")
        {
            list.parse_nested_meta(|meta| {
                found |= meta.path.is_ident("C");
                // `align(16)`, `packed(2)`.
                if meta.input.peek(syn::token::Paren) {
                    let content;
                    syn::parenthesized!(content in meta.input);
                    content.parse::<TokenStream>()?;
                }
                Ok(())
            })?;
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structs_are_described_and_others_refused() {
        let described = derive(quote!(
            #[repr(C, packed(2))]
            struct Point {
                x: f64,
                r#type: [i32; 3],
            }
        ));
        let text = described.map(|tokens| tokens.to_string()).unwrap_or_default();
        assert!(text.contains("name : \"type\"") && text.contains("offset_of ! (Point , r#type)"), "{text}");
        let refused = |input| derive(input).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(
            refused(quote!(
                struct Point {
                    x: f64,
                }
            ))
            .contains("#[repr(C)]")
        );
        assert!(
            refused(quote!(
                #[repr(C)]
                struct Point(f64);
            ))
            .contains("names")
        );
        assert!(
            refused(quote!(
                #[repr(C)]
                struct Point<T> {
                    x: T,
                }
            ))
            .contains("parameters")
        );
        assert!(refused(quote!(#[repr(C)] union Bits { x: f64, n: u64 })).contains("struct"));
    }
}
