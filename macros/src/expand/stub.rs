//! Stand-ins for the kernels of a file with errors, so that their callers get no errors on top.

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};
use pykernel_codegen::analysis::Analysis;
use pykernel_codegen::hir::{Function, FunctionId};
use pykernel_codegen::interface::rust;
use pykernel_codegen::types::Type;
use quote::{format_ident, quote};

use super::{Context, identifier, rust_type};

/// A function for each kernel that the file would have: it takes anything.
pub fn stubs(analysis: &Analysis, context: &Context) -> TokenStream {
    let functions = analysis.hir.functions.iter().enumerate();
    let kernels = functions.filter(|(_, it)| !it.name.starts_with('_') && !it.signatures.is_empty());
    // Two of one name are one of the errors; by their names, one stands for both.
    let by_name: BTreeMap<&str, _> = kernels.map(|(id, it)| (it.name.as_str(), (id, it))).collect();
    let stubs = by_name.into_values().map(|(id, function)| {
        let result = result(analysis, FunctionId(id as u32));
        stub(function, &result, context)
    });
    stubs.collect()
}

/// What a kernel returns, as far as its errors allow to say.
fn result(analysis: &Analysis, id: FunctionId) -> Type {
    let signatures = &analysis.hir.functions[id.0 as usize].signatures;
    let declared = signatures.iter().find_map(|signature| signature.result.clone());
    let kernel = analysis.program.kernels.iter().find(|(kernel, _)| *kernel == id);
    let inferred = || kernel.and_then(|(_, ids)| Some(analysis.program[*ids.first()?].result.clone()));
    declared.or_else(inferred).unwrap_or(Type::None)
}

fn stub(function: &Function, result: &Type, context: &Context) -> TokenStream {
    let name = identifier(&rust::function(&function.name), (context.locate)(function.name_span));
    let types: Vec<Ident> = (0..function.n_params).map(|i| format_ident!("{}_{i}", function.name)).collect();
    let result = rust_type::result(result);
    quote! {
        #[doc(hidden)]
        pub fn #name<#(#types),*>(#(_: #types),*) -> ::core::result::Result<#result, ::pykernel::Error> {
            ::core::unreachable!()
        }
    }
}
