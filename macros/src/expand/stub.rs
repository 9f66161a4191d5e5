//! Stand-ins for the kernels of a file with errors, so that their callers get no errors on top.

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};
use pykernel_codegen::hir::{self, Function};
use pykernel_codegen::interface::rust;
use quote::{format_ident, quote};

use super::{Context, identifier, rust_type};

/// A function for each kernel that the file would have: it takes anything.
pub fn stubs(module: &hir::Module, context: &Context) -> TokenStream {
    let kernels = module.functions.iter().filter(|f| !f.name.starts_with('_') && !f.signatures.is_empty());
    // Two of one name are one of the errors; by their names, one stands for both.
    let by_name: BTreeMap<&str, &Function> =
        kernels.map(|function| (function.name.as_str(), function)).collect();
    by_name.values().map(|function| stub(function, context)).collect()
}

fn stub(function: &Function, context: &Context) -> TokenStream {
    let name = identifier(&rust::function(&function.name), (context.locate)(function.name_span));
    let types: Vec<Ident> = (0..function.n_params).map(|i| format_ident!("{}_{i}", function.name)).collect();
    let declared = function.signatures.iter().find_map(|signature| signature.result.as_ref());
    let result = declared.map_or(quote!(::core::primitive::f64), rust_type::result);
    quote! {
        #[doc(hidden)]
        pub fn #name<#(#types),*>(#(_: #types),*) -> ::core::result::Result<#result, ::pykernel::Error> {
            ::core::unreachable!()
        }
    }
}
