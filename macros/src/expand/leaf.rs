//! What parameters consist of: tuples are taken apart, and each number and array has a variable
//! of its own.

use proc_macro2::{Ident, Span, TokenStream};
use pykernel_codegen::interface::{Number, Overload, ParamType};
use pykernel_codegen::ir::Mode;
use pykernel_codegen::types::ArrayType;
use quote::{format_ident, quote};

use super::{parameters, rust_type};

/// A number, an optional number or an array that a kernel takes.
pub struct Leaf {
    /// The variable that holds it: the parameter itself, or one with the macro's hygiene.
    pub variable: Ident,
    /// What Python calls it: `x`, or `t[0]` in a tuple.
    pub name: String,
    /// Its type.
    pub ty: LeafType,
}

/// The type of a leaf.
#[derive(Clone, Copy)]
pub enum LeafType {
    /// A number.
    Number(Number),
    /// A number or `None`.
    Optional(Number),
    /// An array, borrowed as the mode says.
    Array(ArrayType, Mode),
    /// A generator of random numbers, borrowed exclusively.
    Generator,
}

impl Leaf {
    /// The pattern that binds it as it is passed on.
    pub fn binding(&self) -> TokenStream {
        let variable = &self.variable;
        match self.ty {
            LeafType::Array(_, Mode::Write) => quote!(mut #variable),
            LeafType::Array(_, Mode::Read) | LeafType::Number(_) => quote!(#variable),
            LeafType::Optional(_) | LeafType::Generator => quote!(#variable),
        }
    }

    /// Whether it borrows something.
    pub fn borrows(&self) -> bool {
        matches!(self.ty, LeafType::Array(..) | LeafType::Generator)
    }

    /// Whether it is an array.
    pub fn is_array(&self) -> bool {
        matches!(self.ty, LeafType::Array(..))
    }
}

/// The leaves of all parameters, in order.
pub fn leaves(overload: &Overload) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    for (param, variable) in overload.params.iter().zip(parameters(overload)) {
        collect(param.name.clone(), &param.ty, &mut leaves);
        if let (false, Some(leaf)) = (matches!(param.ty, ParamType::Tuple(_)), leaves.last_mut()) {
            leaf.variable = variable;
        }
    }
    leaves
}

fn collect(name: String, ty: &ParamType, leaves: &mut Vec<Leaf>) {
    let ty = match ty {
        ParamType::Number(number) => LeafType::Number(*number),
        ParamType::Optional(number) => LeafType::Optional(*number),
        ParamType::Array(array, mode) => LeafType::Array(*array, *mode),
        ParamType::Generator => LeafType::Generator,
        ParamType::Tuple(items) => {
            let items = items.iter().enumerate();
            return items.for_each(|(index, item)| collect(format!("{name}[{index}]"), item, leaves));
        }
    };
    let variable = format_ident!("_item_{}", leaves.len(), span = Span::mixed_site());
    leaves.push(Leaf { variable, name, ty });
}

/// The parameters as tuples of their leaves, each written as asked: their types or patterns.
pub fn trees(
    overload: &Overload,
    leaves: &[Leaf],
    written: impl Fn(usize, &Leaf) -> TokenStream,
) -> Vec<TokenStream> {
    let mut leaves = leaves.iter().enumerate().map(|(index, leaf)| written(index, leaf));
    overload.params.iter().map(|param| tree(&param.ty, &mut leaves)).collect()
}

fn tree(ty: &ParamType, leaves: &mut dyn Iterator<Item = TokenStream>) -> TokenStream {
    match ty {
        ParamType::Number(_) | ParamType::Optional(_) | ParamType::Array(..) | ParamType::Generator => {
            leaves.next().unwrap_or_default()
        }
        ParamType::Tuple(items) => rust_type::tuple(items.iter().map(|item| tree(item, leaves))),
    }
}
