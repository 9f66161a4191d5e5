//! The type that says what a ufunc's loops take and give.
//!
//! It implements `Loops` for whatever implements a trait of the ufunc's own, which nobody can name:
//! so that rustc says in the ufunc's own words why a call does not fit.

use proc_macro2::{Ident, Literal, TokenStream};
use pykernel_codegen::types::DType;
use pykernel_codegen::ufunc::CoreLayout;
use quote::{format_ident, quote};

use crate::expand::rust_type;

/// The greatest rank for which `ndarray` has a type.
const MAX_STATIC_RANK: usize = 6;

/// The type of a ufunc's loops.
pub struct Marker<'a> {
    /// The name of the ufunc.
    pub name: &'a Ident,
    /// The core dimensions of its operands.
    pub layout: &'a CoreLayout,
    /// The inputs that its loops write, by position.
    pub writable: &'a [usize],
    /// The types of each loop: inputs, then outputs.
    pub types: Vec<Vec<DType>>,
}

impl Marker<'_> {
    /// The type.
    pub fn ty(&self) -> Ident {
        // Without the `r#` of a raw name.
        let name = self.name.to_string();
        format_ident!("{}_loops", name.trim_start_matches("r#"), span = self.name.span())
    }

    /// The type, and what it implements.
    pub fn items(&self) -> TokenStream {
        let (ty, signature, loops) = (self.ty(), self.signature(), self.loops());
        quote! {
            #[doc(hidden)]
            pub enum #ty {}
            #signature
            #loops
        }
    }

    fn signature(&self) -> TokenStream {
        let (ty, layout) = (self.ty(), self.layout);
        let inputs = rust_type::tuple(layout.inputs.iter().map(|it| self.core(it)));
        let outputs = rust_type::tuple(layout.outputs.iter().map(|it| self.core(it)));
        let kept = rust_type::tuple(layout.outputs.iter().map(|it| self.core(self.kept(it))));
        let access = rust_type::tuple((0..layout.inputs.len()).map(|input| self.access(input)));
        quote! {
            impl ::pykernel::ufunc::typed::Signature for #ty {
                type InputCores = #inputs;
                type OutputCores = #outputs;
                type KeptCores = #kept;
                type Access = #access;
            }
        }
    }

    /// What the loops do to an input.
    fn access(&self, input: usize) -> TokenStream {
        match self.writable.contains(&input) {
            true => quote!(::pykernel::ufunc::typed::Write),
            false => quote!(::pykernel::ufunc::typed::Read),
        }
    }

    /// The core dimensions of an output if reduced ones are kept: those of an input, where that is allowed.
    fn kept<'a>(&'a self, output: &'a [usize]) -> &'a [usize] {
        let is_reduced = self.layout.outputs.iter().all(Vec::is_empty);
        match self.layout.inputs.first() {
            Some(input) if is_reduced => input,
            _ => output,
        }
    }

    /// The type of an operand's core dimensions: a dynamic one where some may be left out.
    fn core(&self, dimensions: &[usize]) -> TokenStream {
        let is_static = dimensions.iter().all(|it| !self.layout.dimensions[*it].optional);
        match dimensions.len() {
            rank @ 0..=MAX_STATIC_RANK if is_static => {
                let rank = Literal::usize_unsuffixed(rank);
                quote!(::pykernel::ndarray::Dim<[::pykernel::ndarray::Ix; #rank]>)
            }
            _ => quote!(::pykernel::ndarray::IxDyn),
        }
    }

    fn loops(&self) -> TokenStream {
        let (name, ty, loops) = (self.name, self.ty(), self.distinct());
        let implementations = loops.iter().map(|(inputs, outputs)| {
            let (inputs, outputs) = (numbers(inputs), numbers(outputs));
            quote! {
                impl #name for #inputs {
                    type Outputs = #outputs;
                }
            }
        });
        let refusal = format!("ufunc `{name}` has no loop for inputs of the types `{{Self}}`");
        let (declared, way_out) =
            (self.declared(&loops), format!("`{name}.call_dyn([…])` converts inputs as NumPy does"));
        quote! {
            const _: () = {
                #[diagnostic::on_unimplemented(
                    message = #refusal,
                    label = "inputs of other types",
                    note = #declared,
                    note = #way_out
                )]
                pub trait #name {
                    type Outputs;
                }
                #(#implementations)*
                impl<Elements: #name> ::pykernel::ufunc::typed::Loops<Elements> for #ty {
                    type Outputs = Elements::Outputs;
                }
            };
        }
    }

    /// Inputs and outputs of the loops; of those with the same inputs the first.
    fn distinct(&self) -> Vec<(&[DType], &[DType])> {
        let mut loops: Vec<(&[DType], &[DType])> = Vec::new();
        for types in &self.types {
            let (inputs, outputs) = types.split_at(self.layout.inputs.len().min(types.len()));
            if loops.iter().all(|(earlier, _)| *earlier != inputs) {
                loops.push((inputs, outputs));
            }
        }
        loops
    }

    /// The loops as a user reads them.
    fn declared(&self, loops: &[(&[DType], &[DType])]) -> String {
        let tuple = |types: &[DType]| {
            let names: Vec<&str> =
                types.iter().map(|it| pykernel_codegen::interface::rust::scalar(*it)).collect();
            match names.as_slice() {
                [one] => format!("({one},)"),
                names => format!("({})", names.join(", ")),
            }
        };
        let loops: Vec<String> = loops.iter().map(|(inputs, _)| format!("`{}`", tuple(inputs))).collect();
        format!("its loops take {}", loops.join(", "))
    }
}

fn numbers(types: &[DType]) -> TokenStream {
    rust_type::tuple(types.iter().map(|dtype| rust_type::number(*dtype)))
}
