//! The Rust types of parameters and results.

use proc_macro2::{Literal, Punct, Spacing, TokenStream};
use pykernel_codegen::interface::{self, Number, Overload, Param, ParamType, rust};
use pykernel_codegen::ir::Mode;
use pykernel_codegen::types::{ArrayType, Counted, DType, Element, Layout, Time, Type};
use quote::{ToTokens, format_ident, quote};

use super::leaf::{Leaf, LeafType};
use super::record;

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

/// A number type, or a type of what is passed as a number.
pub fn scalar(number: Number) -> TokenStream {
    match number {
        Number::Time(time) => self::time(time),
        Number::Weak(_) | Number::Strong(_) => self::number(number.dtype()),
    }
}

/// A type of dates or of durations.
pub fn time(time: Time) -> TokenStream {
    let unit = format_ident!("{}", rust::unit(time.unit));
    match time.of {
        Counted::Date => quote!(::pykernel::time::DateTime64<::pykernel::time::unit::#unit>),
        Counted::Duration => quote!(::pykernel::time::TimeDelta64<::pykernel::time::unit::#unit>),
    }
}

/// What an array's elements are.
pub fn element(element: Element) -> TokenStream {
    match element {
        Element::Number(dtype) => number(dtype),
        Element::Time(time) => self::time(time),
        Element::Record(record) => record::generic(record).into_token_stream(),
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

/// What a kernel returns. One in a file with errors may claim what no kernel returns.
pub fn result(ty: &Type) -> TokenStream {
    match ty {
        Type::Weak(weak) => number(weak.dtype()),
        Type::Strong(dtype) => number(*dtype),
        Type::Time(time) => self::time(*time),
        Type::Tuple(items) => tuple(items.iter().map(result)),
        Type::Optional(inner) => {
            let inner = result(inner);
            quote!(::core::option::Option<#inner>)
        }
        Type::Array(ArrayType { element: Element::Record(record), rank: 0, .. }) => {
            record::generic(*record).into_token_stream()
        }
        Type::Array(array) => {
            let (element, dimension) = (element(array.element), dimension(*array));
            quote!(::pykernel::ndarray::Array<#element, #dimension>)
        }
        Type::None | Type::Text | Type::DType(_) | Type::Generator => quote!(()),
    }
}

/// A tuple as Rust writes it: types, patterns and values alike.
pub fn tuple(items: impl Iterator<Item = TokenStream>) -> TokenStream {
    quote! { (#(#items,)*) }
}

/// The one form in which leaf `index` of the parameters is passed on: a number, or a view that
/// borrows for a lifetime of its own.
pub fn canonical(index: usize, leaf: &Leaf) -> TokenStream {
    match leaf.ty {
        LeafType::Number(number) => scalar(number),
        LeafType::Optional(number) => {
            let number = scalar(number);
            quote!(::core::option::Option<#number>)
        }
        LeafType::Array(array, mode) => view(array, mode, index),
        LeafType::Generator => {
            let lifetime = lifetime(index);
            quote!(&#lifetime mut ::pykernel::random::Generator)
        }
    }
}

fn view(array: ArrayType, mode: Mode, index: usize) -> TokenStream {
    let (lifetime, element) = (lifetime(index), element(array.element));
    if record::is_one(array) {
        return match mode {
            Mode::Read => quote!(& #lifetime #element),
            Mode::Write => quote!(& #lifetime mut #element),
        };
    }
    let dimension = dimension(array);
    match mode {
        Mode::Read => quote!(::pykernel::ndarray::ArrayView<#lifetime, #element, #dimension>),
        Mode::Write => quote!(::pykernel::ndarray::ArrayViewMut<#lifetime, #element, #dimension>),
    }
}

/// The type of an array's dimension.
pub fn dimension(array: ArrayType) -> TokenStream {
    match array.rank {
        0..=MAX_STATIC_RANK => {
            let rank = Literal::usize_unsuffixed(array.rank);
            quote!(::pykernel::ndarray::Dim<[::pykernel::ndarray::Ix; #rank]>)
        }
        _ => quote!(::pykernel::ndarray::IxDyn),
    }
}

/// The lifetimes of what is borrowed among the parameters.
pub fn lifetimes(leaves: &[Leaf]) -> Vec<TokenStream> {
    let borrowed = leaves.iter().enumerate().filter(|(_, leaf)| leaf.borrows());
    borrowed.map(|(index, _)| lifetime(index)).collect()
}

/// The lifetime of leaf `index`.
pub fn lifetime(index: usize) -> TokenStream {
    let (apostrophe, name) = (Punct::new('\'', Spacing::Joint), format_ident!("p{index}"));
    quote!(#apostrophe #name)
}

/// Whether two signatures of a kernel take the same types in Rust.
pub fn look_alike(a: &Overload, b: &Overload) -> bool {
    let same = |(a, b): (&Param, &Param)| same_type(&a.ty, &b.ty);
    a.params.len() == b.params.len() && a.params.iter().zip(&b.params).all(same)
}

fn same_type(a: &ParamType, b: &ParamType) -> bool {
    match (a, b) {
        (ParamType::Generator, ParamType::Generator) => true,
        (ParamType::Number(a), ParamType::Number(b)) | (ParamType::Optional(a), ParamType::Optional(b)) => {
            same_number(*a, *b)
        }
        (ParamType::Array(a, a_mode), ParamType::Array(b, b_mode)) => {
            a_mode == b_mode
                && a.element == b.element
                && (a.rank == b.rank || a.rank.min(b.rank) > MAX_STATIC_RANK)
        }
        (ParamType::Tuple(a), ParamType::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_type(a, b))
        }
        (ParamType::Number(_) | ParamType::Array(..) | ParamType::Tuple(_), _) => false,
        (ParamType::Optional(_) | ParamType::Generator, _) => false,
    }
}

fn same_number(a: Number, b: Number) -> bool {
    match (a, b) {
        (Number::Time(_), _) | (_, Number::Time(_)) => a == b,
        _ => a.dtype() == b.dtype(),
    }
}

/// The type of parameter `index`, if it is the same in all signatures and holds no array.
pub fn shared(groups: &[Vec<&Overload>], index: usize) -> Option<TokenStream> {
    let mut types = groups.iter().map(|group| &group[0].params[index].ty);
    let first = types.next()?;
    let is_number = |leaf: &interface::Leaf| matches!(leaf, interface::Leaf::Number(_));
    let is_shared = first.leaves().iter().all(is_number) && types.all(|ty| same_type(first, ty));
    is_shared.then(|| result(&first.into()))
}

/// What all signatures return, if it is the same.
pub fn shared_result(groups: &[Vec<&Overload>]) -> Option<TokenStream> {
    let mut overloads = groups.iter().map(|group| group[0]);
    let first = overloads.next()?;
    overloads.all(|overload| same_result(first, overload)).then(|| result(&first.result))
}

/// Whether two signatures return the same type in Rust.
pub fn same_result(a: &Overload, b: &Overload) -> bool {
    rust::result(&a.result) == rust::result(&b.result)
}

/// Whether a signature takes every argument of its Rust types, however it lies in memory.
pub fn takes_everything(overload: &Overload) -> bool {
    let takes = |leaf| match leaf {
        interface::Leaf::Number(_) => true,
        interface::Leaf::Array(array, _) => array.layout == Layout::Any && array.rank <= MAX_STATIC_RANK,
    };
    overload.params.iter().flat_map(|param| param.ty.leaves()).all(takes)
}
