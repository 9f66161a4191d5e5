//! What a kernel returns: the struct that it writes, and the Rust value that is made of it.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use pykernel_codegen::interface::fields;
use pykernel_codegen::types::{DType, Type};
use quote::quote;

use super::rust_type;

/// The result of an entry.
pub struct Returned<'a> {
    result: &'a Type,
    fields: Vec<DType>,
}

impl<'a> Returned<'a> {
    /// The result of this type.
    pub fn new(result: &'a Type) -> Self {
        Returned { result, fields: fields(result) }
    }

    /// What the kernel writes: `()` if nothing, a number, or `Returned`.
    pub fn written(&self) -> TokenStream {
        match (self.is_struct(), self.fields.first()) {
            (_, None) => quote!(()),
            (true, _) => quote!(Returned),
            (false, Some(number)) => rust_type::number(*number),
        }
    }

    /// The declaration of the struct of a tree's numbers.
    pub fn declaration(&self) -> Option<TokenStream> {
        let numbers = self.fields.iter().map(|dtype| rust_type::number(*dtype));
        self.is_struct().then(|| {
            quote! {
                #[repr(C)]
                struct Returned(#(#numbers),*);
            }
        })
    }

    /// The C parameter for its address, if there is one.
    pub fn parameter(&self) -> Option<TokenStream> {
        let written = self.written();
        self.fields.first().map(|_| quote!(result: *mut #written,))
    }

    /// The Rust value, made of a `Result` of what was written.
    pub fn made_of(&self, written: TokenStream) -> TokenStream {
        match self.result {
            Type::Tuple(_) | Type::Optional(_) => {
                let variable = Ident::new("written", Span::mixed_site());
                let mut fields = (0..).map(|field| {
                    let field = Literal::usize_unsuffixed(field);
                    quote!(#variable.#field)
                });
                let value = tree(self.result, &mut fields);
                let bound = if self.is_struct() { quote!(#variable) } else { quote!(_) };
                quote!(::core::result::Result::map(#written, |#bound| #value))
            }
            Type::None | Type::Weak(_) | Type::Strong(_) | Type::Array(_) | Type::Text => written,
        }
    }

    fn is_struct(&self) -> bool {
        matches!(self.result, Type::Tuple(_) | Type::Optional(_)) && !self.fields.is_empty()
    }
}

/// A result made of its fields.
fn tree(ty: &Type, fields: &mut dyn Iterator<Item = TokenStream>) -> TokenStream {
    match ty {
        Type::Tuple(items) => rust_type::tuple(items.iter().map(|item| tree(item, fields))),
        Type::Optional(inner) => {
            let (present, value) = (fields.next(), tree(inner, fields));
            quote! { if #present { ::core::option::Option::Some(#value) } else { ::core::option::Option::None } }
        }
        Type::Weak(_) | Type::Strong(_) => fields.next().unwrap_or_default(),
        Type::None | Type::Array(_) | Type::Text => quote!(()),
    }
}
