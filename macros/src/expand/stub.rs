//! Stand-ins for the kernels of a file with errors, so that their callers get no errors on top.

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};
use pykernel_codegen::analysis::Analysis;
use pykernel_codegen::hir::{Device, Function, FunctionId, Stmt, StmtKind};
use pykernel_codegen::interface::rust;
use pykernel_codegen::types::Type;
use quote::{format_ident, quote};

use super::{Context, identifier, rust_type, ufunc};

/// A function for each kernel that the file would have: it takes anything.
pub fn stubs(analysis: &Analysis, context: &Context) -> TokenStream {
    let functions = analysis.hir.functions.iter().enumerate();
    let kernels = functions.filter(|(_, it)| is_kernel(it));
    // Two of one name are one of the errors; by their names, one stands for both.
    let by_name: BTreeMap<&str, _> = kernels.map(|(id, it)| (it.name.as_str(), (id, it))).collect();
    let stubs = by_name.into_values().map(|(id, function)| match &function.ufunc {
        Some(ufunc) => ufunc::stub(function, ufunc, context),
        None if function.device == Some(Device::Function) => TokenStream::new(),
        None if function.device.is_some() => launched(function, context),
        None => stub(function, &result(analysis, FunctionId(id as u32)), context),
    });
    stubs.collect()
}

fn is_kernel(function: &Function) -> bool {
    !function.name.starts_with('_') && !function.signatures.is_empty() && function.external.is_none()
}

/// What a kernel returns, as far as its errors allow to say; a float where they do not, which
/// suits most callers.
fn result(analysis: &Analysis, id: FunctionId) -> Type {
    let function = &analysis.hir.functions[id.0 as usize];
    let declared = function.signatures.iter().find_map(|signature| signature.result.clone());
    let kernel = analysis.program.kernels.iter().find(|(kernel, _)| *kernel == id);
    let inferred = || Some(analysis.program[*kernel?.1.first()?].result.clone());
    let is_known = |ty: &Type| *ty != Type::None || !function.body.as_deref().is_none_or(returns_a_value);
    declared.or_else(|| inferred().filter(is_known)).unwrap_or(Type::FLOAT)
}

/// Whether some statement gives a value to the caller.
fn returns_a_value(body: &[Stmt]) -> bool {
    let mut pending = vec![body];
    while let Some(body) = pending.pop() {
        for stmt in body {
            match &stmt.kind {
                StmtKind::Return(value) if value.is_some() => return true,
                StmtKind::If { then, otherwise, .. } => pending.extend([&then[..], otherwise]),
                StmtKind::While { body, .. } | StmtKind::For { body, .. } => pending.push(body),
                StmtKind::Return(_) | StmtKind::Raise { .. } | StmtKind::Assert { .. } => {}
                StmtKind::Assign { .. } | StmtKind::Augment { .. } | StmtKind::Expr(_) => {}
                StmtKind::Break | StmtKind::Continue => {}
            }
        }
    }
    false
}

/// A kernel that is launched takes a stream and an extent first.
fn launched(function: &Function, context: &Context) -> TokenStream {
    let name = identifier(&rust::function(&function.name), (context.locate)(function.name_span));
    let types: Vec<Ident> =
        (0..function.n_params + 2).map(|i| format_ident!("{}_{i}", function.name)).collect();
    let safety = (function.options.boundscheck == Some(false)).then(|| quote!(unsafe));
    quote! {
        #[doc(hidden)]
        pub #safety fn #name<#(#types),*>(#(_: #types),*) -> ::core::result::Result<(), ::pykernel::cuda::Error> {
            ::core::unreachable!()
        }
    }
}

fn stub(function: &Function, result: &Type, context: &Context) -> TokenStream {
    let name = identifier(&rust::function(&function.name), (context.locate)(function.name_span));
    let types: Vec<Ident> = (0..function.n_params).map(|i| format_ident!("{}_{i}", function.name)).collect();
    let result = rust_type::result(result);
    let safety = (function.options.boundscheck == Some(false)).then(|| quote!(unsafe));
    quote! {
        #[doc(hidden)]
        pub #safety fn #name<#(#types),*>(#(_: #types),*) -> ::core::result::Result<#result, ::pykernel::Error> {
            ::core::unreachable!()
        }
    }
}
