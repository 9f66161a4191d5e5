//! Errors, as rustc shows them.

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use pykernel_codegen::diagnostic::Code;
use pykernel_codegen::manifest::VERSION;
use quote::{quote, quote_spanned};

/// Something that keeps an invocation from becoming functions.
#[derive(Debug)]
pub struct Error {
    /// The first and the last token that it is about.
    pub place: (Span, Span),
    /// What is wrong, and the way out.
    pub message: String,
}

impl Error {
    /// An error about a single token.
    pub fn at(span: Span, message: impl Into<String>) -> Self {
        Error { place: (span, span), message: message.into() }
    }

    /// An error about the whole invocation.
    pub fn here(message: impl Into<String>) -> Self {
        Self::at(Span::call_site(), message)
    }

    /// A `compile_error!`. rustc underlines from its first token to its last one, which is how two
    /// spans become one on stable.
    pub fn compile_error(&self) -> TokenStream {
        let (first, last) = self.place;
        let mut message = Literal::string(&self.message);
        message.set_span(last);
        let mut braces = Group::new(Delimiter::Brace, TokenTree::Literal(message).into());
        braces.set_span(last);
        let mut tokens = quote_spanned! { first => ::core::compile_error! };
        tokens.extend([TokenTree::Group(braces)]);
        tokens
    }
}

/// A warning. On stable rustc gives one only where something deprecated is used: a constant, at the
/// first token of the place.
pub fn warning(code: Code, found: &Error) -> TokenStream {
    let name = Ident::new(&code.name().replace('-', "_").to_uppercase(), found.place.0);
    let message = &found.message;
    quote! {
        const _: () = {
            #[deprecated(note = #message)]
            const #name: () = ();
            #name
        };
    }
}

/// The package has no build script that compiles kernels.
pub fn no_build_script(package: &str) -> String {
    format!(
        "package `{package}` has no build script that compiles its kernels\n\
         help: add to Cargo.toml\n    \
             [build-dependencies]\n    \
             pykernel-codegen = \"{version}\"\n\
         and a build.rs with\n    \
             fn main() {{ pykernel_codegen::Build::new().compile(); }}",
        version = VERSION,
    )
}

/// The build script has another compiler than this macro.
pub fn other_version(package: &str, version: &str) -> String {
    format!(
        "the build script of package `{package}` compiles kernels with pykernel-codegen {version}, which pykernel \
         {VERSION} cannot call\n\
         help: use one version of both: in Cargo.toml `pykernel = \"{VERSION}\"` under [dependencies] and \
         `pykernel-codegen = \"{VERSION}\"` under [build-dependencies]"
    )
}

/// The build script has not compiled a kernel.
pub fn not_compiled(kernel: &str) -> String {
    format!(
        "the build script has not compiled kernel `{kernel}`\n\
         help: it reads the package's src, tests, examples, benches and kernels; name other places with \
         `Build::new().path(\"…\")`, and write `py_kernel!` itself there, not a macro that makes it\n\
         help: if one of these folders is new, cargo does not watch it yet: run `touch build.rs` once"
    )
}

/// The invocation does not stand in the text as the macro gets it.
pub const MADE_BY_A_MACRO: &str = "this `py_kernel!` is put together by another macro, so its Python text \
    (line breaks, comments) is lost\nhelp: write the invocation out, or put the Python into a file: \
    `py_kernel!(file = \"kernels/name.py\")`";

/// Miri cannot call native code: says so at compile time.
pub fn miri() -> TokenStream {
    quote! {
        #[cfg(miri)]
        ::core::compile_error! { "Miri cannot run native kernels: leave this module out with `#[cfg(not(miri))]`" }
    }
}
