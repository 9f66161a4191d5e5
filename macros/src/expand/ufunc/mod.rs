//! Ufuncs and gufuncs as statics.
//!
//! `rel_diff` becomes a static of the type `pykernel::Ufunc<rel_diff_loops>`, over a constant table
//! with the addresses of its inner loops (`table`). The type `rel_diff_loops` says what they take and
//! give (`marker`).

mod marker;
mod table;
#[cfg(test)]
mod tests;

use proc_macro2::{Ident, Span, TokenStream};
use pykernel_codegen::hir::Function;
use pykernel_codegen::interface::{Kernel, Overload, rust};
use pykernel_codegen::types::Type;
use pykernel_codegen::ufunc::{Target, Ufunc};
use quote::{quote, quote_spanned};

use super::{Context, callable, document, identifier, name_of, pairs};
use marker::Marker;

/// The static of a ufunc, and the type of its loops.
pub fn item(kernel: &Kernel, ufunc: &Ufunc, context: &Context) -> TokenStream {
    let name = name_of(kernel, context);
    let types = kernel.overloads.iter().map(|overload| overload.types.clone()).collect();
    let marker = Marker { name: &name, layout: &ufunc.layout, writable: &ufunc.writable, types };
    let (docs, loops, items) = (document::attributes(kernel), marker.ty(), marker.items());
    let declaration = declaration(kernel, ufunc, context);
    let (functions, callables) = callable::table(kernel, context).unzip();
    let callables = callables.unwrap_or_else(|| quote!(::core::ptr::null()));
    let table = table::table(kernel, ufunc, &callables, context);
    let made = quote_spanned! { Span::mixed_site() => {
        const TABLE: ::pykernel::ufunc::Table<'static> = #table;
        // SAFETY: the build script has compiled these symbols from the text that the declarations
        // were made from, as loops of this layout and these types.
        unsafe { ::pykernel::Ufunc::new(&TABLE) }
    }};
    let (ty, made) = vouched_for(kernel.is_unsafe(), quote!(::pykernel::Ufunc<'static, #loops>), made);
    quote! {
        #docs
        pub static #name: #ty = {
            #declaration
            #functions
            #made
        };
        #items
    }
}

/// The type and the value of a ufunc, whose caller may have to vouch for something.
fn vouched_for(is_unsafe: bool, ty: TokenStream, value: TokenStream) -> (TokenStream, TokenStream) {
    match is_unsafe {
        true => {
            (quote!(::pykernel::ufunc::Unchecked<#ty>), quote!(::pykernel::ufunc::Unchecked::new(#value)))
        }
        false => (ty, value),
    }
}

/// Declares the inner loops to Rust, and the code for GPUs.
fn declaration(kernel: &Kernel, ufunc: &Ufunc, context: &Context) -> TokenStream {
    let (library, symbols) = (context.library, kernel.overloads.iter().map(symbol));
    let device = device_symbol(kernel, ufunc).into_iter();
    quote! {
        #[link(name = #library, kind = "static")]
        unsafe extern "C" {
            #(fn #symbols(
                args: *const *mut ::core::primitive::u8,
                dimensions: *const ::core::primitive::isize,
                steps: *const ::core::primitive::isize,
                raised: *mut ::pykernel::call::Raised,
            ) -> ::core::primitive::i32;)*
            #(static #device: ::core::primitive::u8;)*
        }
    }
}

/// The name of the code for GPUs, if there is any.
fn device_symbol(kernel: &Kernel, ufunc: &Ufunc) -> Option<Ident> {
    let symbol = pykernel_codegen::symbol::of_device(&kernel.overloads.first()?.symbol);
    (ufunc.target == Target::Cuda).then(|| Ident::new(&symbol, Span::mixed_site()))
}

/// The name of an inner loop.
fn symbol(overload: &Overload) -> Ident {
    Ident::new(&overload.symbol, Span::mixed_site())
}

/// The static of a ufunc in a file with errors: it has the declared loops, and no code.
pub fn stub(function: &Function, ufunc: &Ufunc, context: &Context) -> TokenStream {
    let name = identifier(&rust::function(&function.name), (context.locate)(function.name_span));
    let operands = ufunc.layout.inputs.len() + ufunc.layout.outputs.len();
    let types = function.signatures.iter().map(|signature| {
        let declared = signature.params.iter().chain(signature.result.iter().flat_map(Type::results));
        declared.filter_map(Type::element).collect::<Vec<_>>()
    });
    let types = types.filter(|types| types.len() == operands).collect();
    let marker = Marker { name: &name, layout: &ufunc.layout, writable: &ufunc.writable, types };
    let (loops, items) = (marker.ty(), marker.items());
    let is_unsafe = function.options.boundscheck == Some(false);
    let ty = quote!(::pykernel::Ufunc<'static, #loops>);
    let (ty, made) = vouched_for(is_unsafe, ty, quote!(::pykernel::Ufunc::without_loops()));
    quote! {
        #[doc(hidden)]
        pub static #name: #ty = #made;
        #items
    }
}

/// Stands for a ufunc that no build has seen yet: it takes and gives whatever is asked for.
pub fn unknown(name: &Ident) -> TokenStream {
    quote! {
        #[doc(hidden)]
        pub static #name: ::pykernel::ufunc::Unknown = ::pykernel::ufunc::Unknown;
    }
}

/// Two signatures with the same inputs and other outputs.
pub fn ambiguous<'a>(kernel: &'a Kernel, ufunc: &Ufunc) -> Option<(&'a Overload, &'a Overload)> {
    let inputs = ufunc.layout.inputs.len();
    let mut alike = pairs(kernel).filter(|(a, b)| a.types.get(..inputs) == b.types.get(..inputs));
    alike.find(|(a, b)| a.types != b.types)
}
