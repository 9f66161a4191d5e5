//! The table of the program's functions that a kernel calls.
//!
//! Each has a function of its own here, with the C signature that `pykernel_abi` describes, which
//! calls it by its path. That the path leads to a safe function of the declared types is for rustc
//! to check.

use proc_macro2::{Span, TokenStream};
use pykernel_codegen::interface::{Callable, Kernel, Leaf, ParamType};
use pykernel_codegen::types::{DType, Type};
use quote::{format_ident, quote, quote_spanned};

use super::{Context, rust_type};

/// The items that stand before a kernel's call, and an expression: the address of its table.
pub fn table(kernel: &Kernel, context: &Context) -> Option<(TokenStream, TokenStream)> {
    if kernel.callables.is_empty() {
        return None;
    }
    let callables = kernel.callables.iter().enumerate();
    let functions = callables.clone().map(|(index, callable)| function(index, callable, context));
    let names = callables.map(|(index, _)| format_ident!("callable_{index}", span = Span::mixed_site()));
    let items = quote_spanned! { Span::mixed_site() =>
        #(#functions)*
        const CALLABLES: &[::pykernel::call::Callable] = &[#(#names as ::pykernel::call::Callable),*];
    };
    Some((items, quote_spanned!(Span::mixed_site() => CALLABLES.as_ptr())))
}

fn function(index: usize, callable: &Callable, context: &Context) -> TokenStream {
    let hygienic = Span::mixed_site();
    let name = format_ident!("callable_{index}", span = hygienic);
    let dtypes: Vec<DType> = callable.params.iter().flat_map(ParamType::leaves).filter_map(number).collect();
    let params = dtypes.iter().enumerate().map(|(index, dtype)| declared(index, *dtype));
    let passed = dtypes.iter().enumerate().map(|(index, dtype)| passed(index, *dtype));
    let types = dtypes.iter().map(|dtype| rust_type::number(*dtype));
    let result = rust_type::result(&callable.result);
    let (parameter, pointer) = match callable.result {
        Type::None => (None, quote!(::core::ptr::NonNull::<()>::dangling().as_ptr())),
        _ => (Some(quote!(_result: *mut #result)), quote!(_result)),
    };
    let path = path(callable, context);
    quote_spanned! { hygienic =>
        unsafe extern "C" fn #name(#(#params)* #parameter) -> ::core::primitive::i32 {
            let _function: fn(#(#types),*) -> #result = #path;
            // SAFETY: the kernel gives a place for the result that its declaration says.
            unsafe { ::pykernel::call::callable(#pointer, || _function(#(#passed),*)) }
        }
    }
}

/// What is passed, which is a number.
fn number(leaf: Leaf) -> Option<DType> {
    match leaf {
        Leaf::Number(dtype) => Some(dtype),
        Leaf::Array(..) => None,
    }
}

/// The path, as if it stood where the declaration does.
fn path(callable: &Callable, context: &Context) -> TokenStream {
    let span = (context.locate)(callable.span);
    let tokens = callable.path.parse::<TokenStream>().unwrap_or_default();
    let at = |mut token: proc_macro2::TokenTree| {
        token.set_span(span);
        token
    };
    tokens.into_iter().map(at).collect()
}

fn declared(index: usize, dtype: DType) -> TokenStream {
    let (name, imaginary) = (format_ident!("_p{index}"), format_ident!("_p{index}_imaginary"));
    match rust_type::part(dtype) {
        Some(part) => quote!(#name: #part, #imaginary: #part,),
        None => {
            let number = rust_type::number(dtype);
            quote!(#name: #number,)
        }
    }
}

fn passed(index: usize, dtype: DType) -> TokenStream {
    let (name, imaginary) = (format_ident!("_p{index}"), format_ident!("_p{index}_imaginary"));
    match rust_type::part(dtype) {
        Some(_) => quote!(::pykernel::num_complex::Complex { re: #name, im: #imaginary }),
        None => quote!(#name),
    }
}
