//! The Rust types of parameters and results.

use proc_macro2::{Literal, Punct, Spacing, TokenStream};
use pykernel_codegen::interface::{Overload, Param, ParamType};
use pykernel_codegen::ir::Mode;
use pykernel_codegen::types::{ArrayType, DType, Layout, Type};
use quote::{format_ident, quote};

/// The greatest rank for which `ndarray` has a type; above it arrays have a dynamic rank.
const MAX_STATIC_RANK: usize = 6;

/// A number type.
pub fn number(dtype: DType) -> TokenStream {
    match dtype {
        DType::Bool => quote!(::core::primitive::bool),
        DType::Int8 => quote!(::core::primitive::i8),
        DType::Int16 => quote!(::core::primitive::i16),
        DType::Int32 => quote!(::core::primitive::i32),
        DType::Int64 => quote!(::core::primitive::i64),
        DType::UInt8 => quote!(::core::primitive::u8),
        DType::UInt16 => quote!(::core::primitive::u16),
        DType::UInt32 => quote!(::core::primitive::u32),
        DType::UInt64 => quote!(::core::primitive::u64),
        DType::Float32 => quote!(::core::primitive::f32),
        DType::Float64 => quote!(::core::primitive::f64),
        DType::Complex64 => quote!(::pykernel::num_complex::Complex<::core::primitive::f32>),
        DType::Complex128 => quote!(::pykernel::num_complex::Complex<::core::primitive::f64>),
    }
}

/// The real type of which a complex number has two.
pub fn part(dtype: DType) -> Option<TokenStream> {
    match dtype {
        DType::Complex64 => Some(number(DType::Float32)),
        DType::Complex128 => Some(number(DType::Float64)),
        _ => None,
    }
}

/// What a kernel returns.
pub fn result(ty: &Type) -> TokenStream {
    ty.dtype().map_or(quote!(()), number)
}

/// The one form in which a parameter is passed on: a number, or a view that borrows for the
/// lifetime of parameter `index`.
pub fn canonical(param: &Param, index: usize) -> TokenStream {
    match param.ty {
        ParamType::Number(it) => number(it.dtype()),
        ParamType::Array(array, mode) => view(array, mode, index),
    }
}

fn view(array: ArrayType, mode: Mode, index: usize) -> TokenStream {
    let (lifetime, element) = (lifetime(index), number(array.element));
    let dimension = match array.rank {
        0..=MAX_STATIC_RANK => {
            let rank = Literal::usize_unsuffixed(array.rank);
            quote!(::pykernel::ndarray::Dim<[::pykernel::ndarray::Ix; #rank]>)
        }
        _ => quote!(::pykernel::ndarray::IxDyn),
    };
    match mode {
        Mode::Read => quote!(::pykernel::ndarray::ArrayView<#lifetime, #element, #dimension>),
        Mode::Write => quote!(::pykernel::ndarray::ArrayViewMut<#lifetime, #element, #dimension>),
    }
}

/// The lifetimes of the views among the parameters.
pub fn lifetimes(overload: &Overload) -> Vec<TokenStream> {
    let arrays = overload.params.iter().enumerate().filter(|(_, param)| array(param).is_some());
    arrays.map(|(index, _)| lifetime(index)).collect()
}

fn lifetime(index: usize) -> TokenStream {
    let (apostrophe, name) = (Punct::new('\'', Spacing::Joint), format_ident!("p{index}"));
    quote!(#apostrophe #name)
}

/// The type of an array parameter and how it is borrowed.
pub fn array(param: &Param) -> Option<(ArrayType, Mode)> {
    match param.ty {
        ParamType::Number(_) => None,
        ParamType::Array(array, mode) => Some((array, mode)),
    }
}

/// Whether a parameter is an array that the kernel writes.
pub fn is_written(param: &Param) -> bool {
    array(param).is_some_and(|(_, mode)| mode == Mode::Write)
}

/// Whether two signatures of a kernel take the same types in Rust.
pub fn look_alike(a: &Overload, b: &Overload) -> bool {
    let same = |(a, b): (&Param, &Param)| match (a.ty, b.ty) {
        (ParamType::Number(a), ParamType::Number(b)) => a.dtype() == b.dtype(),
        (ParamType::Array(a, a_mode), ParamType::Array(b, b_mode)) => {
            a_mode == b_mode
                && a.element == b.element
                && (a.rank == b.rank || a.rank.min(b.rank) > MAX_STATIC_RANK)
        }
        (ParamType::Number(_), ParamType::Array(..)) | (ParamType::Array(..), ParamType::Number(_)) => false,
    };
    a.params.len() == b.params.len() && a.params.iter().zip(&b.params).all(same)
}

/// The type of parameter `index`, if it is the same number type in all signatures.
pub fn shared_number(groups: &[Vec<&Overload>], index: usize) -> Option<TokenStream> {
    let mut dtypes = groups.iter().map(|group| match group[0].params[index].ty {
        ParamType::Number(it) => Some(it.dtype()),
        ParamType::Array(..) => None,
    });
    let first = dtypes.next()??;
    dtypes.all(|dtype| dtype == Some(first)).then(|| number(first))
}

/// What all signatures return, if it is the same.
pub fn shared_result(groups: &[Vec<&Overload>]) -> Option<TokenStream> {
    let mut dtypes = groups.iter().map(|group| group[0].result.dtype());
    let first = dtypes.next()?;
    dtypes.all(|dtype| dtype == first).then(|| first.map_or(quote!(()), number))
}

/// Whether a signature takes every argument of its Rust types, however it lies in memory.
pub fn takes_everything(overload: &Overload) -> bool {
    overload
        .params
        .iter()
        .filter_map(array)
        .all(|(array, _)| array.layout == Layout::Any && array.rank <= MAX_STATIC_RANK)
}
