//! The call of a kernel's entry: the only unsafe code that the macro makes.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use pykernel_codegen::interface::{Kernel, Overload, Param, ParamType};
use pykernel_codegen::types::{ArrayType, Kind, Layout};
use quote::{format_ident, quote, quote_spanned};

use super::{Context, callable, rust_type};

/// The entry of one overload.
pub struct Entry<'a> {
    /// The kernel.
    pub kernel: &'a Kernel,
    /// The overload.
    pub overload: &'a Overload,
    /// What the call is made for.
    pub context: &'a Context<'a>,
    /// The variables that hold the arguments, in their canonical form.
    pub arguments: &'a [Ident],
}

impl Entry<'_> {
    /// An expression of type `Result<result, Error>`, in a block of its own.
    ///
    /// Its variables have the macro's hygiene, the arguments the user's: they never meet.
    pub fn call(&self) -> TokenStream {
        let (arguments, declaration) = (self.pairs(), self.declaration());
        let descriptors = arguments.clone().filter_map(|(i, name, param)| self.descriptor(i, name, param));
        let passed = arguments.map(|(i, name, param)| passed(i, name, param));
        let symbol = self.symbol();
        let result = rust_type::result(&self.overload.result);
        let limit = match self.overload.recursive {
            true => quote!(::pykernel::call::stack_limit()),
            false => quote!(0),
        };
        let host = match self.overload.host {
            true => quote!(&raw const ::pykernel::call::HOST),
            false => quote!(::core::ptr::null()),
        };
        let hygienic = Span::mixed_site();
        let (returned, raised) = (Ident::new("returned", hygienic), Ident::new("raised", hygienic));
        let result_pointer = self.overload.result.dtype().map(|_| quote!(#returned,));
        let (table, callables) = callable::table(self.kernel, self.context).unzip();
        let callables = callables.map(|address| quote_spanned!(hygienic => (*#raised).callables = #address;));
        quote_spanned! { hygienic =>
            #declaration
            #table
            #(#descriptors)*
            // SAFETY: the build script has compiled this symbol from the text that the
            // declaration was made from; the descriptors are of arrays that are borrowed until
            // the end of the call, exclusively where the kernel writes.
            unsafe {
                ::pykernel::call::run::<#result>(#limit, #host, |#returned, #raised| {
                    #callables
                    #symbol(#(#passed)* #result_pointer #raised)
                })
            }
        }
    }

    /// An expression: whether the arrays lie as the overload's layouts ask.
    pub fn fits(&self) -> TokenStream {
        let tests = self.pairs().filter_map(|(_, name, param)| {
            let (array, _) = rust_type::array(param)?;
            let (rank, layout) = (Literal::usize_unsuffixed(array.rank), layout(array.layout));
            Some(quote! { ::pykernel::call::fits(#name.shape(), #name.strides(), #rank, #layout) })
        });
        quote! { #(#tests)&&* }
    }

    fn pairs(&self) -> impl Iterator<Item = (usize, &Ident, &Param)> + Clone {
        let pairs = self.arguments.iter().zip(&self.overload.params);
        pairs.enumerate().map(|(i, (name, param))| (i, name, param))
    }

    /// The entry's name, which no parameter can have.
    fn symbol(&self) -> Ident {
        Ident::new(&self.overload.symbol, Span::mixed_site())
    }

    /// Declares the entry to Rust.
    fn declaration(&self) -> TokenStream {
        let (library, symbol) = (self.context.library, self.symbol());
        let params = self.pairs().map(|(i, _, param)| declared(i, param));
        let result =
            self.overload.result.dtype().map(rust_type::number).map(|number| quote!(result: *mut #number,));
        quote! {
            #[link(name = #library, kind = "static")]
            unsafe extern "C" {
                fn #symbol(#(#params)* #result raised: *mut ::pykernel::call::Raised) -> ::core::primitive::i32;
            }
        }
    }

    /// A statement that describes an array to the kernel, or returns the refusal.
    fn descriptor(&self, index: usize, name: &Ident, param: &Param) -> Option<TokenStream> {
        let (array, _) = rust_type::array(param)?;
        let descriptor = descriptor(index);
        let facts = self.facts(param, array);
        let rank = Literal::usize_unsuffixed(array.rank);
        let described = match rust_type::is_written(param) {
            true => quote!(::pykernel::call::write::<_, _, #rank>(&mut #name, &#facts)),
            false => quote!(::pykernel::call::read::<_, _, #rank>(&#name, &#facts)),
        };
        Some(quote! { let #descriptor = #described?; })
    }

    /// What the refusal of an array says.
    fn facts(&self, param: &Param, array: ArrayType) -> TokenStream {
        let (kernel, file) = (&self.kernel.name, self.context.file);
        let line = self.context.source.line(self.kernel.span.start);
        let (name, ty, layout) = (&param.name, array.to_string(), layout(array.layout));
        quote! {
            ::pykernel::call::Param {
                kernel: ::pykernel::call::Kernel { name: #kernel, file: #file, line: #line },
                name: #name,
                ty: #ty,
                layout: #layout,
            }
        }
    }
}

/// The variable that holds an array's descriptor.
fn descriptor(index: usize) -> Ident {
    format_ident!("array_{index}", span = Span::mixed_site())
}

/// The C parameters of a parameter.
fn declared(index: usize, param: &Param) -> TokenStream {
    let (name, imaginary) = (format_ident!("p{index}"), format_ident!("p{index}_imaginary"));
    match param.ty {
        ParamType::Array(array, _) => {
            let rank = Literal::usize_unsuffixed(array.rank);
            quote! { #name: *const ::pykernel::call::Array<#rank>, }
        }
        ParamType::Number(it) => match rust_type::part(it.dtype()) {
            Some(part) => quote! { #name: #part, #imaginary: #part, },
            None => {
                let number = rust_type::number(it.dtype());
                quote! { #name: #number, }
            }
        },
    }
}

/// The C arguments for a parameter.
fn passed(index: usize, name: &Ident, param: &Param) -> TokenStream {
    let descriptor = descriptor(index);
    match param.ty {
        ParamType::Array(..) => quote! { &raw const #descriptor, },
        ParamType::Number(it) if it.dtype().kind() == Kind::Complex => quote! { #name.re, #name.im, },
        ParamType::Number(_) => quote! { #name, },
    }
}

fn layout(layout: Layout) -> TokenStream {
    match layout {
        Layout::C => quote!(::pykernel::call::Layout::C),
        Layout::F => quote!(::pykernel::call::Layout::F),
        Layout::Any => quote!(::pykernel::call::Layout::Any),
    }
}
