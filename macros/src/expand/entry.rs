//! The call of a kernel's entry: the only unsafe code that the macro makes.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use pykernel_codegen::interface::{Kernel, Number, Overload};
use pykernel_codegen::ir::Mode;
use pykernel_codegen::types::{ArrayType, DType, Kind, Layout};
use quote::{format_ident, quote, quote_spanned};

use super::leaf::{Leaf, LeafType};
use super::returned::Returned;
use super::{Context, callable, record, rust_type};

/// The entry of one overload.
pub struct Entry<'a> {
    /// The kernel.
    pub kernel: &'a Kernel,
    /// The overload.
    pub overload: &'a Overload,
    /// What the call is made for.
    pub context: &'a Context<'a>,
    /// What the parameters consist of; the variables hold it in its canonical form.
    pub leaves: &'a [Leaf],
}

impl Entry<'_> {
    /// An expression of type `Result<result, Error>`, in a block of its own.
    ///
    /// Its variables have the macro's hygiene, the arguments the user's: they never meet.
    pub fn call(&self) -> TokenStream {
        let returned_type = Returned::new(&self.overload.result, kernel(self.kernel, self.context));
        let declaration = self.declaration(&returned_type);
        let leaves = self.leaves.iter().enumerate();
        let descriptors = leaves.clone().filter_map(|(i, leaf)| self.descriptor(i, leaf));
        let passed = leaves.map(|(i, leaf)| passed(i, leaf));
        let symbol = self.symbol();
        let limit = match self.overload.recursive {
            true => quote!(::pykernel::call::stack_limit()),
            false => quote!(0),
        };
        let host = match self.overload.host {
            true => quote!(&raw const ::pykernel::call::HOST),
            false => quote!(::core::ptr::null()),
        };
        let hygienic = Span::mixed_site();
        let (returned, raised) = (Ident::new("_returned", hygienic), Ident::new("_raised", hygienic));
        let (table, callables) = callable::table(self.kernel, self.context).unzip();
        let callables = callables.map(|address| quote_spanned!(hygienic => (*#raised).callables = #address;));
        let pointer = returned_type.parameter().map(|_| quote!(#returned,));
        let written = returned_type.written();
        let run = quote_spanned! { hygienic =>
            ::pykernel::call::run::<#written>(#limit, #host, |#returned, #raised| {
                #callables
                #symbol(#(#passed)* #pointer #raised)
            })
        };
        let result = returned_type.made_of(run);
        quote_spanned! { hygienic =>
            #declaration
            #table
            #(#descriptors)*
            // SAFETY: the build script has compiled this symbol from the text that the
            // declaration was made from; the descriptors are of arrays that are borrowed until
            // the end of the call, exclusively where the kernel writes. What is returned is
            // taken before their end.
            unsafe { #result }
        }
    }

    /// An expression: whether the arrays lie as the overload's layouts ask.
    pub fn fits(&self) -> TokenStream {
        let tests = self.leaves.iter().filter_map(|leaf| {
            let LeafType::Array(array, _) = leaf.ty else { return None };
            if record::is_one(array) {
                return None;
            }
            let variable = &leaf.variable;
            let (rank, layout) = (Literal::usize_unsuffixed(array.rank), layout(array.layout));
            Some(quote! { ::pykernel::call::fits(#variable.shape(), #variable.strides(), #rank, #layout) })
        });
        quote! { #(#tests)&&* }
    }

    /// The entry's name, which no parameter can have.
    fn symbol(&self) -> Ident {
        Ident::new(&self.overload.symbol, Span::mixed_site())
    }

    /// Declares the entry to Rust.
    fn declaration(&self, returned: &Returned<'_>) -> TokenStream {
        let (library, symbol) = (self.context.library, self.symbol());
        let params = self.leaves.iter().enumerate().map(|(i, leaf)| declared(i, leaf));
        let (declaration, result) = (returned.declaration(), returned.parameter());
        quote! {
            #declaration
            #[link(name = #library, kind = "static")]
            unsafe extern "C" {
                fn #symbol(#(#params)* #result raised: *mut ::pykernel::call::Raised) -> ::core::primitive::i32;
            }
        }
    }

    /// A statement that describes an array to the kernel, or returns the refusal.
    fn descriptor(&self, index: usize, leaf: &Leaf) -> Option<TokenStream> {
        let (descriptor, variable) = (descriptor(index), &leaf.variable);
        let (array, mode) = match leaf.ty {
            LeafType::Array(array, mode) => (array, mode),
            LeafType::Generator => {
                return Some(quote! { let #descriptor = ::pykernel::call::generator(#variable); });
            }
            LeafType::Number(_) | LeafType::Optional(_) => return None,
        };
        let facts = self.facts(leaf, array);
        let rank = Literal::usize_unsuffixed(array.rank);
        if record::is_one(array) {
            let described = match mode {
                Mode::Write => quote!(::pykernel::call::write_record(#variable)),
                Mode::Read => quote!(::pykernel::call::read_record(#variable)),
            };
            return Some(quote! { let #descriptor = #described; });
        }
        let described = match mode {
            Mode::Write => quote!(::pykernel::call::write::<_, _, #rank>(&mut #variable, &#facts)),
            Mode::Read => quote!(::pykernel::call::read::<_, _, #rank>(&#variable, &#facts)),
        };
        Some(quote! { let #descriptor = #described?; })
    }

    /// What the refusal of an array says.
    fn facts(&self, leaf: &Leaf, array: ArrayType) -> TokenStream {
        let kernel = kernel(self.kernel, self.context);
        let (name, ty, layout) = (&leaf.name, array.to_string(), layout(array.layout));
        quote! {
            ::pykernel::call::Param {
                kernel: #kernel,
                name: #name,
                ty: #ty,
                layout: #layout,
            }
        }
    }
}

/// An expression: which kernel it is, for what the runtime says of it.
pub fn kernel(kernel: &Kernel, context: &Context) -> TokenStream {
    let (name, file) = (&kernel.name, context.file);
    let line = context.source.line(kernel.span.start);
    quote!(::pykernel::call::Kernel { name: #name, file: #file, line: #line })
}

/// The variable that holds an array's descriptor.
fn descriptor(index: usize) -> Ident {
    format_ident!("_array_{index}", span = Span::mixed_site())
}

/// The C parameters of a leaf.
fn declared(index: usize, leaf: &Leaf) -> TokenStream {
    let name = format_ident!("p{index}");
    match leaf.ty {
        LeafType::Array(array, _) => {
            let rank = Literal::usize_unsuffixed(array.rank);
            quote! { #name: *const ::pykernel::call::Array<#rank>, }
        }
        LeafType::Generator => quote! { #name: *const ::pykernel::call::Array<1>, },
        LeafType::Number(number) => declared_number(&name, number.dtype()),
        LeafType::Optional(number) => {
            let (present, number) =
                (format_ident!("p{index}_present"), declared_number(&name, number.dtype()));
            quote! { #present: ::core::primitive::bool, #number }
        }
    }
}

fn declared_number(name: &Ident, dtype: DType) -> TokenStream {
    let imaginary = format_ident!("{name}_imaginary");
    match rust_type::part(dtype) {
        Some(part) => quote! { #name: #part, #imaginary: #part, },
        None => {
            let number = rust_type::number(dtype);
            quote! { #name: #number, }
        }
    }
}

/// The C arguments for a leaf.
fn passed(index: usize, leaf: &Leaf) -> TokenStream {
    let (descriptor, variable) = (descriptor(index), &leaf.variable);
    match leaf.ty {
        LeafType::Array(..) | LeafType::Generator => quote! { &raw const #descriptor, },
        LeafType::Number(number) => passed_number(quote!(#variable), number),
        LeafType::Optional(number) => {
            let value = quote!(::core::option::Option::unwrap_or_default(#variable));
            let number = passed_number(value, number);
            quote! { ::core::option::Option::is_some(&#variable), #number }
        }
    }
}

fn passed_number(value: TokenStream, number: Number) -> TokenStream {
    match (number, number.dtype().kind()) {
        (Number::Time(_), _) => quote! { #value.count(), },
        (_, Kind::Complex) => quote! { #value.re, #value.im, },
        (_, Kind::Bool | Kind::Int | Kind::Float) => quote! { #value, },
    }
}

/// An expression: a layout.
pub fn layout(layout: Layout) -> TokenStream {
    match layout {
        Layout::C => quote!(::pykernel::call::Layout::C),
        Layout::F => quote!(::pykernel::call::Layout::F),
        Layout::Any => quote!(::pykernel::call::Layout::Any),
    }
}
