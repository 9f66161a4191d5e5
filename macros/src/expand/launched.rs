//! Kernels of `@cuda.jit` as Rust functions: a stream and an extent, and then the kernel's own parameters, whose arrays
//! are those of devices.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use pykernel_codegen::hir::LaunchBounds;
use pykernel_codegen::interface::{Kernel, Number, Overload};
use pykernel_codegen::ir::Mode;
use pykernel_codegen::types::{ArrayType, Kind};
use quote::{ToTokens, format_ident, quote, quote_spanned};

use super::leaf::{self, Leaf, LeafType};
use super::{Context, alike, document, entry, name_of, parameters, rust_type, safety};

/// The function of a kernel, and its trait if it has signatures of several kinds.
pub fn item(kernel: &Kernel, bounds: LaunchBounds, context: &Context) -> TokenStream {
    match alike(&kernel.overloads).as_slice() {
        [alike] => plain(kernel, bounds, alike, context),
        groups => generic(kernel, bounds, groups, context),
    }
}

/// The first parameters, which no parameter of the kernel can meet.
fn own_parameters() -> [Ident; 2] {
    ["_stream", "_extent"].map(|name| Ident::new(name, Span::mixed_site()))
}

fn result() -> TokenStream {
    quote!(::core::result::Result<(), ::pykernel::cuda::Error>)
}

/// Keeps clippy from counting the parameters, which are not Rust's to choose.
fn lints(overload: &Overload) -> Option<TokenStream> {
    const CLIPPYS_LIMIT: usize = 5;
    (overload.params.len() > CLIPPYS_LIMIT).then(|| quote! { #[allow(clippy::too_many_arguments)] })
}

/// The function of a kernel whose signatures look alike from Rust.
fn plain(kernel: &Kernel, bounds: LaunchBounds, alike: &[&Overload], context: &Context) -> TokenStream {
    let overload = alike[0];
    let (name, docs, result) = (name_of(kernel, context), document::attributes(kernel), result());
    let (names, leaves) = (parameters(overload), leaf::leaves(overload));
    let types = leaf::trees(overload, &leaves, |index, leaf| {
        let ty = canonical(index, leaf);
        match leaf.ty {
            LeafType::Array(..) => quote!(impl ::core::convert::Into<#ty>),
            LeafType::Number(_) | LeafType::Optional(_) | LeafType::Generator => ty,
        }
    });
    let patterns = leaf::trees(overload, &leaves, |_, leaf| leaf.variable.to_token_stream());
    let taken_apart = names.iter().zip(&patterns).map(|(name, pattern)| quote! { let #pattern = #name; });
    let views = leaves.iter().enumerate().filter(|(_, leaf)| leaf.is_array()).map(|(index, leaf)| {
        let (binding, variable, view) = (leaf.binding(), &leaf.variable, canonical(index, leaf));
        quote! { let #binding = ::core::convert::Into::<#view>::into(#variable); }
    });
    let (lifetimes, lints, safety) = (rust_type::lifetimes(&leaves), lints(overload), safety(kernel));
    let ([stream, extent], launch) = (own_parameters(), launch(kernel, bounds, alike, context));
    quote! {
        #docs
        #lints
        pub #safety fn #name<#(#lifetimes),*>(
            #stream: &::pykernel::cuda::Stream,
            #extent: impl ::core::convert::Into<::pykernel::cuda::Extent>,
            #(#names: #types),*
        ) -> #result {
            #(#taken_apart)*
            #(#views)*
            let #extent = ::core::convert::Into::<::pykernel::cuda::Extent>::into(#extent);
            #launch
        }
    }
}

/// The function of a kernel with signatures of several kinds, and its trait.
fn generic(
    kernel: &Kernel,
    bounds: LaunchBounds,
    groups: &[Vec<&Overload>],
    context: &Context,
) -> TokenStream {
    let (name, names, result) = (name_of(kernel, context), parameters(groups[0][0]), result());
    let (docs, lints, safety) = (document::attributes(kernel), lints(groups[0][0]), safety(kernel));
    let generics: Vec<Ident> = (0..names.len()).map(|i| format_ident!("{}_{i}", kernel.name)).collect();
    let argument = quote!(::pykernel::cuda::launched::Argument);
    let refusal = format!("no signature of kernel `{}` takes `{{Self}}`", kernel.name);
    let signatures = kernel.overloads.iter().map(|overload| document::signature(kernel, overload));
    let implementations = groups.iter().map(|group| implementation(kernel, bounds, group, context));
    let [stream, extent] = own_parameters();
    let call = quote! { #name::launch((#(#argument::canonical(#names),)*), #stream, #extent.into()) };
    // SAFETY (of what is made): the caller vouches for the same.
    let call = safety.as_ref().map_or(call.clone(), |safety| quote! { #safety { #call } });
    quote! {
        #docs
        #lints
        pub #safety fn #name<#(#generics: #argument),*>(
            #stream: &::pykernel::cuda::Stream,
            #extent: impl ::core::convert::Into<::pykernel::cuda::Extent>,
            #(#names: #generics),*
        ) -> #result
        where
            (#(<#generics as #argument>::Canonical,)*): #name,
        {
            #call
        }

        /// The argument types that the kernel takes.
        #[diagnostic::on_unimplemented(message = #refusal, label = "arguments of other types", #(note = #signatures),*)]
        pub trait #name: ::core::marker::Sized {
            #[doc(hidden)]
            #safety fn launch(self, stream: &::pykernel::cuda::Stream, extent: ::pykernel::cuda::Extent) -> #result;
        }

        #(#implementations)*
    }
}

/// The implementation of a kernel's trait for signatures that look alike from Rust.
fn implementation(
    kernel: &Kernel,
    bounds: LaunchBounds,
    alike: &[&Overload],
    context: &Context,
) -> TokenStream {
    let (name, first, result) = (name_of(kernel, context), alike[0], result());
    let leaves = leaf::leaves(first);
    let types = leaf::trees(first, &leaves, canonical);
    let bindings = leaf::trees(first, &leaves, |_, leaf| leaf.binding());
    let (lifetimes, safety) = (rust_type::lifetimes(&leaves), safety(kernel));
    let ([stream, extent], launch) = (own_parameters(), launch(kernel, bounds, alike, context));
    quote! {
        impl<#(#lifetimes),*> #name for (#(#types,)*) {
            #safety fn launch(self, #stream: &::pykernel::cuda::Stream, #extent: ::pykernel::cuda::Extent) -> #result {
                let (#(#bindings,)*) = self;
                #launch
            }
        }
    }
}

/// The launch of the first of some signatures that look alike whose layouts fit the arguments.
fn launch(kernel: &Kernel, bounds: LaunchBounds, alike: &[&Overload], context: &Context) -> TokenStream {
    let (library, name) = (context.library, kernel.name.as_str());
    let symbol = kernel.overloads.first().map(|overload| overload.symbol.as_str()).unwrap_or_default();
    let symbol = Ident::new(&pykernel_codegen::symbol::of_device(symbol), Span::mixed_site());
    let threads = match bounds.threads {
        Some(threads) => quote!(::core::option::Option::Some(#threads)),
        None => quote!(::core::option::Option::None),
    };
    let launches = alike.iter().enumerate().map(|(i, overload)| {
        let position = kernel.overloads.iter().position(|other| std::ptr::eq(other, *overload));
        let (launch, fits) = (of_overload(position.unwrap_or_default(), overload), fits(overload));
        match i + 1 == alike.len() {
            true => launch,
            false => quote! { if #fits { return { #launch }; } },
        }
    });
    quote! {
        #[link(name = #library, kind = "static")]
        unsafe extern "C" {
            static #symbol: ::core::primitive::u8;
        }
        // SAFETY: the build script has compiled this code from the text that the declaration was made from.
        static _CODE: ::pykernel::cuda::launched::Launched =
            unsafe { ::pykernel::cuda::launched::Launched::new(#name, #threads, &raw const #symbol) };
        #(#launches)*
    }
}

/// The launch of an overload: an expression of the function's result, in a block of its own.
fn of_overload(position: usize, overload: &Overload) -> TokenStream {
    let [stream, extent] = own_parameters();
    let launch = Ident::new("_launch", Span::mixed_site());
    let position = Literal::usize_unsuffixed(position);
    let leaves = leaf::leaves(overload);
    let parameters = leaves.iter().map(|leaf| {
        let (variable, name) = (&leaf.variable, &leaf.name);
        match leaf.ty {
            LeafType::Number(number) => self::number(&launch, quote!(#variable), number),
            LeafType::Generator => unreachable!("bug in pykernel: a kernel for GPUs takes a generator"),
            LeafType::Optional(number) => {
                let present = quote!(::core::option::Option::is_some(&#variable));
                let inner = quote!(::core::option::Option::unwrap_or_default(#variable));
                let inner = self::number(&launch, inner, number);
                quote! { #launch.number(#present); #inner }
            }
            LeafType::Array(array, mode) => {
                let (rank, layout) = (Literal::usize_unsuffixed(array.rank), entry::layout(array.layout));
                let (function, view) = match mode {
                    Mode::Read => (quote!(read), quote!(&#variable)),
                    Mode::Write => (quote!(write), quote!(&mut #variable)),
                };
                quote! {
                    #launch.array(&::pykernel::cuda::launch::#function::<_, _, #rank>(#view, #stream, #layout, #name)?);
                }
            }
        }
    });
    quote_spanned! { Span::mixed_site() =>
        let mut #launch = _CODE.on(#position, #stream, #extent)?;
        #(#parameters)*
        // SAFETY: these are the parameters of the overload, in their order. Arrays that it writes are borrowed exclusively.
        unsafe { #launch.start() }
    }
}

fn number(launch: &Ident, value: TokenStream, number: Number) -> TokenStream {
    match (number, number.dtype().kind()) {
        (Number::Time(_), _) => quote! { #launch.number(#value.count()); },
        (_, Kind::Complex) => quote! { #launch.number(#value.re); #launch.number(#value.im); },
        (_, Kind::Bool | Kind::Int | Kind::Float) => quote! { #launch.number(#value); },
    }
}

/// An expression: whether the arrays lie as an overload's layouts ask.
fn fits(overload: &Overload) -> TokenStream {
    let leaves = leaf::leaves(overload);
    let tests = leaves.iter().filter_map(|leaf| {
        let LeafType::Array(array, _) = leaf.ty else { return None };
        let variable = &leaf.variable;
        let (rank, layout) = (Literal::usize_unsuffixed(array.rank), entry::layout(array.layout));
        Some(quote! { ::pykernel::cuda::launched::Lies::lies(&#variable, #rank, #layout) })
    });
    quote! { #(#tests)&&* }
}

/// The one form in which leaf `index` of the parameters is passed on: a number, or a view that borrows for a lifetime
/// of its own.
fn canonical(index: usize, leaf: &Leaf) -> TokenStream {
    match leaf.ty {
        LeafType::Number(_) | LeafType::Optional(_) | LeafType::Generator => {
            rust_type::canonical(index, leaf)
        }
        LeafType::Array(array, mode) => view(array, mode, index),
    }
}

fn view(array: ArrayType, mode: Mode, index: usize) -> TokenStream {
    let (lifetime, element) = (rust_type::lifetime(index), rust_type::element(array.element));
    let dimension = rust_type::dimension(array);
    match mode {
        Mode::Read => quote!(::pykernel::cuda::DeviceView<#lifetime, #element, #dimension>),
        Mode::Write => quote!(::pykernel::cuda::DeviceViewMut<#lifetime, #element, #dimension>),
    }
}
