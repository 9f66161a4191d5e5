//! What a kernel returns: the struct that it writes, and the Rust value that is made of it.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use pykernel_codegen::interface::{Field, fields};
use pykernel_codegen::types::Type;
use quote::quote;

use super::{record, rust_type};

/// The result of an entry.
pub struct Returned<'a> {
    result: &'a Type,
    fields: Vec<Field>,
    /// An expression: which kernel it is.
    kernel: TokenStream,
}

impl<'a> Returned<'a> {
    /// The result of this type, of a kernel.
    pub fn new(result: &'a Type, kernel: TokenStream) -> Self {
        Returned { result, fields: fields(result), kernel }
    }

    /// What the kernel writes: `()` if nothing, a number, or `Returned`.
    pub fn written(&self) -> TokenStream {
        match self.fields.first() {
            None => quote!(()),
            Some(_) if self.is_struct() => quote!(Returned),
            Some(number) => field(*number),
        }
    }

    /// The declaration of the struct of what a tree consists of.
    pub fn declaration(&self) -> Option<TokenStream> {
        let fields = self.fields.iter().map(|it| field(*it));
        self.is_struct().then(|| {
            quote! {
                #[repr(C)]
                struct Returned(#(#fields),*);
            }
        })
    }

    /// The C parameter for its address, if there is one.
    pub fn parameter(&self) -> Option<TokenStream> {
        let written = self.written();
        self.fields.first().map(|_| quote!(result: *mut #written,))
    }

    /// The Rust value, made of a `Result` of what was written. Unsafe if arrays are returned.
    pub fn made_of(&self, written: TokenStream) -> TokenStream {
        if self.result.dtype().is_some() || *self.result == Type::None {
            return written;
        }
        let variable = Ident::new("_written", Span::mixed_site());
        let mut fields = (0..).map(|field| {
            let field = Literal::usize_unsuffixed(field);
            quote!(#variable.#field)
        });
        let value = self.tree(self.result, &mut fields);
        let bound = if self.is_struct() { quote!(#variable) } else { quote!(_) };
        match self.fields.iter().any(|field| matches!(field, Field::Array(_))) {
            true => quote! {
                ::core::result::Result::and_then(#written, |#bound| ::core::result::Result::Ok(#value))
            },
            false => quote!(::core::result::Result::map(#written, |#bound| #value)),
        }
    }

    fn is_struct(&self) -> bool {
        self.result.dtype().is_none() && !self.fields.is_empty()
    }

    /// A result made of its fields.
    fn tree(&self, ty: &Type, fields: &mut dyn Iterator<Item = TokenStream>) -> TokenStream {
        match ty {
            Type::Tuple(items) => rust_type::tuple(items.iter().map(|item| self.tree(item, fields))),
            Type::Optional(inner) => {
                let (present, value) = (fields.next(), self.tree(inner, fields));
                quote! {
                    if #present { ::core::option::Option::Some(#value) } else { ::core::option::Option::None }
                }
            }
            Type::Array(array) => {
                let (field, kernel) = (fields.next(), &self.kernel);
                let (element, dimension) = (rust_type::element(array.element), rust_type::dimension(*array));
                match record::is_one(*array) {
                    true => quote!(#field.record::<#element>()),
                    false => quote!(#field.take::<#element, #dimension>(&#kernel)?),
                }
            }
            Type::Weak(_) | Type::Strong(_) => fields.next().unwrap_or_default(),
            Type::Time(time) => {
                let (time, count) = (rust_type::time(*time), fields.next());
                quote!(<#time>::new(#count))
            }
            Type::None | Type::Text | Type::DType(_) | Type::Generator => quote!(()),
        }
    }
}

/// The type of a field.
fn field(field: Field) -> TokenStream {
    match field {
        Field::Number(dtype) => rust_type::number(dtype),
        Field::Array(array) => {
            let rank = Literal::usize_unsuffixed(array.rank);
            quote!(::pykernel::call::Returned<#rank>)
        }
    }
}
