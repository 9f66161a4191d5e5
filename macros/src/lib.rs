//! The macros of pykernel: Python text in, Rust functions out.
//!
//! A macro finds the text (`source`), runs the compiler's front end over it, looks whether the
//! build script has compiled the same kernels (`built`), and writes their Rust functions
//! (`expand`) or what is wrong (`report`). It compiles nothing itself. In an editor that gives no
//! text, the functions are what the build script has written down (`editor`).

#![forbid(unsafe_code)]

mod built;
mod editor;
mod expand;
mod record;
mod report;
mod source;
mod span;
mod tree;

use proc_macro::TokenStream;
use pykernel_codegen::analysis::{Analysis, analyse};
use pykernel_codegen::kernels;
use quote::quote;

use built::Built;
use report::Error;
use source::Text;
use tree::Tree;

/// Makes Rust functions of Python kernels.
///
/// ```text
/// py_kernel! {
///     from numba import njit, float64
///
///     @njit
///     def half(x: float64) -> float64:
///         return x / 2
/// }
/// let h = half(3.0)?;
/// ```
///
/// rustc splits the text into Rust's tokens first, which some Python does not survive: strings in
/// single quotes, f-strings, apostrophes in comments, `//` with a bracket to close after it on the
/// line. Write such kernels as a string or into a file:
///
/// ```text
/// py_kernel!(r#" … "#);
/// py_kernel!(file = "kernels/finance.py");
/// ```
///
/// Each kernel becomes a `pub fn` where the invocation stands.
#[proc_macro]
pub fn py_kernel(input: TokenStream) -> TokenStream {
    let built = Built::find();
    let input = proc_macro2::TokenStream::from(input);
    let tokens = match source::read(input.clone(), built.stubs()) {
        Ok(Some(text)) => functions(&text, &built),
        Ok(None) => editor::functions(input, built.manifest()),
        Err(error) => error.compile_error(),
    };
    tokens.into()
}

/// Makes Rust functions of all kernels in the package's folder `kernels`: a module for each file,
/// `finance` for `kernels/finance.py`, within a module for each folder between.
#[proc_macro]
pub fn kernels(input: TokenStream) -> TokenStream {
    if !input.is_empty() {
        return Error::here("`kernels!()` takes nothing: it reads the package's folder `kernels`")
            .compile_error()
            .into();
    }
    let built = Built::find();
    let tokens = match kernels::list(&source::root(), built.folder(), built.stubs()) {
        Ok(files) => {
            let mut tree = Tree::default();
            for file in files {
                let text = Text::file(file.source);
                tree.add(&file.module, &text.source.file, functions(&text, &built));
            }
            tree.modules()
        }
        Err(refused) => Text::file(refused.source).explain(&refused.diagnostic).compile_error(),
    };
    tokens.into()
}

/// The functions of the kernels in a text, or what is wrong and stand-ins for them.
fn functions(text: &Text, built: &Built) -> proc_macro2::TokenStream {
    let mut analysis = analyse(&text.source, built.package());
    built.complete(&mut analysis.interface);
    let (library, file) = (built.library(), text.file_in_package());
    let context = expand::Context {
        source: &text.source,
        file: &file,
        library: &library,
        locate: &|span| text.name(span),
    };
    let errors = errors(text, &analysis, built);
    let items = match errors.is_empty() {
        true => expand::kernels(&analysis.interface, &context),
        false => expand::stubs(&analysis, &context),
    };
    let errors = errors.iter().map(Error::compile_error);
    let warnings = analysis.warnings.iter().map(|found| report::warning(found.code, &text.explain(found)));
    let (file, miri) = (text.tracked(), report::miri());
    quote! { #(#errors)* #(#warnings)* #file #miri #items }
}

/// Everything that is wrong with a text.
fn errors(text: &Text, analysis: &Analysis, built: &Built) -> Vec<Error> {
    let mut errors: Vec<Error> = analysis.diagnostics.iter().map(|found| text.explain(found)).collect();
    let kernels = &analysis.interface.kernels;
    errors.extend(
        kernels.iter().filter_map(|kernel| Some(text.error(kernel.span, expand::ambiguous(kernel)?))),
    );
    if errors.is_empty() {
        errors.extend(built.errors(text, &analysis.interface));
    }
    errors
}

/// Makes a struct the elements of arrays that kernels take: NumPy's structured arrays.
///
/// ```text
/// #[derive(Clone, Copy, pykernel::Record)]
/// #[repr(C)]
/// struct Point { x: f64, y: f64, tag: i32 }
/// ```
///
/// The struct has `#[repr(C)]` and is `Copy`. Its fields are numbers, arrays of numbers (`[f32; 3]`), other records, or
/// arrays of these.
#[proc_macro_derive(Record)]
pub fn derive_record(input: TokenStream) -> TokenStream {
    match record::derive(input.into()) {
        Ok(implementation) => implementation.into(),
        Err(error) => error.into_compile_error().into(),
    }
}
