//! The table of a ufunc: a constant that the runtime reads.

use proc_macro2::{Literal, TokenStream};
use pykernel_codegen::interface::{Kernel, Overload, ParamType};
use pykernel_codegen::types::{DType, Layout};
use pykernel_codegen::ufunc::{CoreDimension, CoreLayout, CoreSize, Identity, Target, Ufunc};
use quote::{format_ident, quote};

use crate::expand::{Context, entry};

/// An expression: the table. `callables` is the address of the table of the program's functions.
pub fn table(kernel: &Kernel, ufunc: &Ufunc, callables: &TokenStream, context: &Context) -> TokenStream {
    let device = device(kernel, ufunc);
    let named = entry::kernel(kernel, context);
    let (layout, identity) = (layout(&ufunc.layout), identity(ufunc.identity));
    let (parallel, writable) = (ufunc.target == Target::Parallel, positions(&ufunc.writable));
    let loops = kernel.overloads.iter().map(|overload| of_loop(overload, &ufunc.layout, callables));
    quote! {
        ::pykernel::ufunc::Table {
            kernel: #named,
            layout: #layout,
            identity: #identity,
            parallel: #parallel,
            device: #device,
            writable: #writable,
            loops: &[#(#loops),*],
        }
    }
}

/// An expression: the code for GPUs, if there is any.
fn device(kernel: &Kernel, ufunc: &Ufunc) -> TokenStream {
    match super::device_symbol(kernel, ufunc) {
        Some(symbol) => {
            quote!(::core::option::Option::Some(::pykernel::ufunc::DeviceCode(&raw const #symbol)))
        }
        None => quote!(::core::option::Option::None),
    }
}

fn of_loop(overload: &Overload, layout: &CoreLayout, callables: &TokenStream) -> TokenStream {
    let types = overload.types.iter().map(|dtype| variant(*dtype));
    let operands = layout.inputs.iter().chain(&layout.outputs).enumerate();
    let layouts = operands.map(|(operand, core)| entry::layout(core_layout(overload, operand, core.len())));
    let inner = super::symbol(overload);
    let (raises, recursive, host) = (overload.raises, overload.recursive, overload.host);
    let cost = Literal::u32_unsuffixed(overload.cost);
    quote! {
        ::pykernel::ufunc::Loop {
            types: &[#(#types),*],
            layouts: &[#(#layouts),*],
            inner: #inner,
            callables: ::pykernel::ufunc::Callables(#callables),
            raises: #raises,
            recursive: #recursive,
            host: #host,
            cost: #cost,
        }
    }
}

/// How the core dimensions of an operand must lie. An array of one dimension that is declared for an
/// operand without core dimensions has one element.
fn core_layout(overload: &Overload, operand: usize, rank: usize) -> Layout {
    match overload.params.get(operand).map(|param| &param.ty) {
        Some(ParamType::Array(array, _)) if array.rank == rank => array.layout,
        _ => Layout::Any,
    }
}

fn variant(dtype: DType) -> TokenStream {
    // The variants have the same names on both sides.
    let name = format_ident!("{dtype:?}");
    quote!(::pykernel::DType::#name)
}

fn identity(identity: Identity) -> TokenStream {
    match identity {
        Identity::None => quote!(::pykernel::ufunc::Identity::None),
        Identity::Reorderable => quote!(::pykernel::ufunc::Identity::Reorderable),
        Identity::Value(value) => {
            let value = Literal::i64_unsuffixed(value);
            quote!(::pykernel::ufunc::Identity::Value(#value))
        }
    }
}

fn layout(layout: &CoreLayout) -> TokenStream {
    let dimensions = layout.dimensions.iter().map(dimension);
    let (inputs, outputs) = (layout.inputs.iter(), layout.outputs.iter());
    let (inputs, outputs) = (inputs.map(|it| positions(it)), outputs.map(|it| positions(it)));
    quote! {
        ::pykernel::ufunc::CoreLayout {
            dimensions: &[#(#dimensions),*],
            inputs: &[#(#inputs),*],
            outputs: &[#(#outputs),*],
        }
    }
}

fn dimension(dimension: &CoreDimension) -> TokenStream {
    let (name, size) = (&dimension.name, size(&dimension.size));
    let (optional, broadcastable) = (dimension.optional, dimension.broadcastable);
    quote! {
        ::pykernel::ufunc::CoreDimension {
            name: #name,
            size: #size,
            optional: #optional,
            broadcastable: #broadcastable,
        }
    }
}

fn size(size: &CoreSize) -> TokenStream {
    match size {
        CoreSize::Operands => quote!(::pykernel::ufunc::CoreSize::Operands),
        CoreSize::Fixed(size) => {
            let size = Literal::i64_unsuffixed(*size);
            quote!(::pykernel::ufunc::CoreSize::Fixed(#size))
        }
        CoreSize::Rule { constant, terms } => {
            let constant = Literal::i64_unsuffixed(*constant);
            let terms = terms.iter().map(|(factor, dimension)| {
                let factor = Literal::i64_unsuffixed(*factor);
                let dimension = Literal::usize_unsuffixed(*dimension);
                quote!((#factor, #dimension))
            });
            quote!(::pykernel::ufunc::CoreSize::Rule { constant: #constant, terms: &[#(#terms),*] })
        }
    }
}

fn positions(positions: &[usize]) -> TokenStream {
    let positions = positions.iter().map(|position| Literal::usize_unsuffixed(*position));
    quote!(&[#(#positions),*])
}
