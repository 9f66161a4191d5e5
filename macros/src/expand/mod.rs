//! Interfaces as Rust functions.
//!
//! A kernel with one signature is a plain function. One with several is a function that is
//! generic over a trait of its own, which has the kernel's name too (types and functions have
//! separate name spaces) and is implemented for each tuple of argument types. Signatures that
//! Rust cannot tell apart, because they differ only in layouts or in weakness, count as one: the
//! call takes the first whose layouts fit. A ufunc is a static (`ufunc`), a kernel for GPUs a function that launches it
//! (`launched`).
//!
//! What the expansion names for itself begins with an underscore: no ufunc's static does, which a
//! variable must not be called as.
//!
//! Items carry the span of the Python name, with the hygiene of the macro: editors and rustc
//! point at the kernel, and no lint of the user's crate fires on what they did not write.

mod callable;
mod document;
mod entry;
mod launched;
mod leaf;
mod record;
mod returned;
mod rust_type;
mod stub;
mod ufunc;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use pykernel_codegen::interface::{Interface, Kernel, Overload, ParamType, rust};
use pykernel_codegen::source::{self, Source};
use quote::{ToTokens, format_ident, quote};

use entry::Entry;
use leaf::LeafType;
pub use stub::stubs;
pub use ufunc::unknown;

/// What the functions of one file are made for.
pub struct Context<'a> {
    /// The Python text.
    pub source: &'a Source,
    /// The file that errors at run time name.
    pub file: &'a str,
    /// The library with the package's entries.
    pub library: &'a str,
    /// Where a span of the text is for rustc.
    pub locate: &'a dyn Fn(source::Span) -> Span,
}

/// The functions of a file's kernels, and the statics of its ufuncs.
pub fn kernels(interface: &Interface, context: &Context) -> TokenStream {
    let ufuncs = interface.kernels.iter().filter(|kernel| kernel.ufunc.is_some());
    let statics: Vec<&str> = ufuncs.map(|kernel| kernel.name.as_str()).collect();
    let item = |kernel: &Kernel| match (&kernel.ufunc, kernel.launched) {
        (Some(ufunc), _) => ufunc::item(kernel, ufunc, context),
        (None, Some(bounds)) => launched::item(&beside(kernel, &statics), bounds, context),
        (None, None) => function(&beside(kernel, &statics), context),
    };
    interface.kernels.iter().map(item).collect()
}

/// A kernel beside statics, whose names no parameter of a Rust function can have.
fn beside(kernel: &Kernel, statics: &[&str]) -> Kernel {
    let mut kernel = kernel.clone();
    let params = kernel.overloads.iter_mut().flat_map(|overload| &mut overload.params);
    for param in params.filter(|param| statics.contains(&param.name.as_str())) {
        param.name.push('_');
    }
    kernel
}

/// The function of a kernel.
fn function(kernel: &Kernel, context: &Context) -> TokenStream {
    match alike(&kernel.overloads).as_slice() {
        [alike] => plain(kernel, alike, context),
        groups => generic(kernel, groups, context),
    }
}

/// The function of a kernel whose signatures look alike from Rust.
fn plain(kernel: &Kernel, alike: &[&Overload], context: &Context) -> TokenStream {
    let overload = alike[0];
    let name = name_of(kernel, context);
    let docs = document::attributes(kernel);
    let (names, leaves) = (parameters(overload), leaf::leaves(overload));
    let types = leaf::trees(overload, &leaves, |index, leaf| {
        let ty = rust_type::canonical(index, leaf);
        match leaf.ty {
            LeafType::Array(array, _) if record::is_one(array) => ty,
            LeafType::Array(..) => quote!(impl ::core::convert::Into<#ty>),
            LeafType::Number(_) | LeafType::Optional(_) | LeafType::Generator => ty,
        }
    });
    let patterns = leaf::trees(overload, &leaves, |_, leaf| leaf.variable.to_token_stream());
    let tuples = overload.params.iter().zip(names.iter().zip(&patterns));
    let taken_apart = tuples
        .filter(|(param, _)| matches!(param.ty, ParamType::Tuple(_)))
        .map(|(_, (name, pattern))| quote! { let #pattern = #name; });
    let views = leaves.iter().enumerate().filter(|(_, leaf)| leaf.is_array()).map(|(index, leaf)| {
        let (binding, variable) = (leaf.binding(), &leaf.variable);
        let view = rust_type::canonical(index, leaf);
        quote! { let #binding = ::core::convert::Into::<#view>::into(#variable); }
    });
    let (lifetimes, result) = (rust_type::lifetimes(&leaves), rust_type::result(&overload.result));
    let call = call(kernel, alike, context);
    let (lints, safety) = (lints(overload), safety(kernel));
    let (records, checks) = record::generics(overload);
    let generics = lifetimes.iter().chain(&records);
    quote! {
        #docs
        #lints
        #[inline]
        pub #safety fn #name<#(#generics),*>(#(#names: #types),*) -> ::core::result::Result<#result, ::pykernel::Error> {
            #checks
            #(#taken_apart)*
            #(#views)*
            #call
        }
    }
}

/// The function of a kernel with signatures of several kinds, and its trait.
///
/// What all of them share is concrete, so that rustc infers the types of literals and results
/// where it can.
fn generic(kernel: &Kernel, groups: &[Vec<&Overload>], context: &Context) -> TokenStream {
    let (name, names) = (name_of(kernel, context), parameters(groups[0][0]));
    let (docs, lints, safety) = (document::attributes(kernel), lints(groups[0][0]), safety(kernel));
    let generic = |i: usize| format_ident!("{}_{i}", kernel.name);
    let shared: Vec<_> = (0..names.len()).map(|i| rust_type::shared(groups, i)).collect();
    let is_generic = |i: &usize| shared[*i].is_none();
    let generics = (0..names.len()).filter(is_generic).map(generic);
    let types = shared
        .iter()
        .enumerate()
        .map(|(i, shared)| shared.clone().unwrap_or_else(|| generic(i).into_token_stream()));
    let argument = quote!(::pykernel::call::Argument);
    let canonical = types.clone().map(|ty| quote!(<#ty as #argument>::Canonical));
    let canonical = quote! { (#(#canonical,)*) };
    let (bound, result) = match rust_type::shared_result(groups) {
        Some(result) => (quote!(#name<Output = #result>), result),
        None => (quote!(#name), quote!(<#canonical as #name>::Output)),
    };
    let call = quote! { #name::call((#(#argument::canonical(#names),)*)) };
    // SAFETY (of what is made): the caller vouches for the same.
    let call = safety.as_ref().map_or(call.clone(), |safety| quote! { #safety { #call } });
    let takes = trait_of(kernel, &name);
    let implementations = groups.iter().map(|group| implementation(kernel, group, context));
    quote! {
        #docs
        #lints
        #[inline]
        pub #safety fn #name<#(#generics: #argument),*>(#(#names: #types),*) -> ::core::result::Result<#result, ::pykernel::Error>
        where
            #canonical: #bound,
        {
            #call
        }

        #takes
        #(#implementations)*
    }
}

/// The trait of a kernel with signatures of several kinds.
fn trait_of(kernel: &Kernel, name: &Ident) -> TokenStream {
    let summary = format!("The argument types that the kernel `{}` takes.", kernel.name);
    let refusal = format!("no signature of kernel `{}` takes `{{Self}}`", kernel.name);
    let signatures = kernel.overloads.iter().map(|overload| document::signature(kernel, overload));
    let safety = safety(kernel);
    quote! {
        #[doc = #summary]
        #[diagnostic::on_unimplemented(message = #refusal, label = "arguments of other types", #(note = #signatures),*)]
        pub trait #name: ::core::marker::Sized {
            /// What the kernel returns for them.
            type Output;

            #[doc(hidden)]
            #safety fn call(self) -> ::core::result::Result<Self::Output, ::pykernel::Error>;
        }
    }
}

/// The implementation of a kernel's trait for signatures that look alike from Rust.
fn implementation(kernel: &Kernel, alike: &[&Overload], context: &Context) -> TokenStream {
    let name = name_of(kernel, context);
    let first = alike[0];
    let leaves = leaf::leaves(first);
    let types = leaf::trees(first, &leaves, rust_type::canonical);
    let bindings = leaf::trees(first, &leaves, |_, leaf| leaf.binding());
    let (lifetimes, result) = (rust_type::lifetimes(&leaves), rust_type::result(&first.result));
    let (call, safety) = (call(kernel, alike, context), safety(kernel));
    quote! {
        impl<#(#lifetimes),*> #name for (#(#types,)*) {
            type Output = #result;

            #[inline]
            #safety fn call(self) -> ::core::result::Result<#result, ::pykernel::Error> {
                let (#(#bindings,)*) = self;
                #call
            }
        }
    }
}

/// The call of the first of some signatures that look alike whose layouts fit the arguments.
fn call(kernel: &Kernel, alike: &[&Overload], context: &Context) -> TokenStream {
    let calls = alike.iter().enumerate().map(|(i, overload)| {
        let leaves = leaf::leaves(overload);
        let entry = Entry { kernel, overload, context, leaves: &leaves };
        let (call, fits) = (entry.call(), entry.fits());
        match i + 1 == alike.len() {
            true => call,
            false => quote! { if #fits { return { #call }; } },
        }
    });
    calls.collect()
}

/// Groups signatures that look alike from Rust, in their order; what comes after one that takes
/// every layout can never be chosen.
fn alike(overloads: &[Overload]) -> Vec<Vec<&Overload>> {
    let mut groups: Vec<Vec<&Overload>> = Vec::new();
    for overload in overloads {
        match groups.iter_mut().find(|group| rust_type::look_alike(group[0], overload)) {
            Some(group) if group.iter().any(|earlier| rust_type::takes_everything(earlier)) => {}
            Some(group) => group.push(overload),
            None => groups.push(vec![overload]),
        }
    }
    groups
}

/// Two signatures of a kernel that Rust cannot tell apart although they return different types.
pub fn ambiguous(kernel: &Kernel) -> Option<String> {
    let (a, b) = match &kernel.ufunc {
        Some(ufunc) => ufunc::ambiguous(kernel, ufunc)?,
        None => {
            let mut alike = pairs(kernel).filter(|(a, b)| rust_type::look_alike(a, b));
            alike.find(|(a, b)| !rust_type::same_result(a, b))?
        }
    };
    Some(format!(
        "two signatures of `{}` take the same types in Rust and return different ones\n  {}\n  {}\n\
         help: give both the same result, or write two kernels",
        kernel.name,
        document::signature(kernel, a),
        document::signature(kernel, b)
    ))
}

/// Each two signatures of a kernel.
fn pairs(kernel: &Kernel) -> impl Iterator<Item = (&Overload, &Overload)> {
    let overloads = &kernel.overloads;
    overloads.iter().enumerate().flat_map(|(i, a)| overloads[i + 1..].iter().map(move |b| (a, b)))
}

/// What stands before `fn` where the caller must vouch for something.
fn safety(kernel: &Kernel) -> Option<TokenStream> {
    kernel.is_unsafe().then(|| quote!(unsafe))
}

/// Keeps clippy from counting the parameters, which are not Rust's to choose. Only where it would:
/// an `allow` is an error in a crate that forbids the lint.
fn lints(overload: &Overload) -> Option<TokenStream> {
    const CLIPPYS_LIMIT: usize = 7;
    (overload.params.len() > CLIPPYS_LIMIT).then(|| quote! { #[allow(clippy::too_many_arguments)] })
}

/// The parameters' names, with the user's hygiene, so that no name of a body's own meets them.
fn parameters(overload: &Overload) -> Vec<Ident> {
    let names = rust::parameters(&overload.params);
    names.iter().map(|name| identifier(name, Span::call_site())).collect()
}

/// The name of a kernel's function, where the Python name stands.
fn name_of(kernel: &Kernel, context: &Context) -> Ident {
    identifier(&rust::function(&kernel.name), (context.locate)(kernel.span))
}

/// An identifier from its text, which may be raw.
pub fn identifier(text: &str, span: Span) -> Ident {
    let tokens = text.parse::<TokenStream>().unwrap_or_default();
    match tokens.into_iter().next() {
        Some(TokenTree::Ident(mut name)) => {
            name.set_span(span);
            name
        }
        _ => Ident::new("not_an_identifier", span),
    }
}

#[cfg(test)]
mod tests;
