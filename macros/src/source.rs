//! Where the Python text of an invocation is.

use std::path::PathBuf;

use proc_macro2::{Span, TokenStream};
use pykernel_codegen::diagnostic::Diagnostic;
use pykernel_codegen::invocation::{self, Invocation, Python};
use pykernel_codegen::source::{self, Source};
use pykernel_codegen::{kernels, render};
use quote::quote;

use crate::editor;
use crate::report::{Error, MADE_BY_A_MACRO};
use crate::span::Tokens;

/// Python text, and where rustc sees it.
pub struct Text {
    /// The text. Its file is named as rustc names it.
    pub source: Source,
    /// Where it is for rustc.
    place: Place,
}

enum Place {
    /// Between the delimiters: `offset` bytes into the invocation's text.
    Tokens { tokens: Tokens, offset: usize },
    /// In a literal or a file. rustc can only show the whole.
    Whole(Span),
}

impl Text {
    /// A `.py` file.
    pub fn file(source: Source) -> Self {
        Text { source, place: Place::Whole(Span::call_site()) }
    }

    /// The file by its path in the package, as the build script names it.
    pub fn file_in_package(&self) -> String {
        let local = Span::call_site().local_file().and_then(|file| std::path::absolute(file).ok());
        let inside = local.as_deref().and_then(|file| file.strip_prefix(root()).ok());
        match inside {
            Some(file) if self.source.module.is_empty() => file.to_string_lossy().replace('\\', "/"),
            _ => self.source.file.to_string(),
        }
    }

    /// The first and the last token of a span.
    fn tokens(&self, span: source::Span) -> (Span, Span) {
        match &self.place {
            Place::Tokens { tokens, offset } => {
                tokens.locate(offset + span.start as usize..offset + span.end as usize)
            }
            Place::Whole(span) => (*span, *span),
        }
    }

    /// The span for what is made from a name: rustc and editors see the name, and lints that it
    /// is the macro's work.
    pub fn name(&self, span: source::Span) -> Span {
        Span::call_site().located_at(self.tokens(span).0)
    }

    /// What makes rustc read the text again when its file or its stub changes.
    pub fn tracked(&self) -> TokenStream {
        let sources = [Some(&self.source), self.source.stub.as_deref()];
        let paths =
            sources.into_iter().flatten().map(|source| &*source.module).filter(|path| !path.is_empty());
        let paths = paths.map(|path| root().join(path).to_string_lossy().into_owned());
        quote! { #(const _: &[::core::primitive::u8] = ::core::include_bytes!(#paths);)* }
    }

    /// An error about a span.
    pub fn error(&self, span: source::Span, message: impl Into<String>) -> Error {
        Error { place: self.tokens(span), message: message.into() }
    }

    /// What a diagnostic says.
    pub fn explain(&self, diagnostic: &Diagnostic) -> Error {
        let message = match self.place {
            Place::Tokens { .. } => render::explanation(&self.source, diagnostic),
            Place::Whole(_) => render::embedded(&self.source, diagnostic),
        };
        self.error(diagnostic.span, message)
    }
}

/// Reads an invocation of `py_kernel!`. `None` in an editor that tells the macro no text but that of
/// tokens, and it stands between the delimiters.
pub fn read(tokens: TokenStream, stubs: &[String]) -> Result<Option<Text>, Error> {
    let call = Span::call_site();
    let text = match (call.source_text(), call.file().as_str()) {
        (Some(text), _) => text,
        (None, "") => editor::text(&tokens),
        (None, file) => {
            return Err(Error::here(format!("the text of this invocation, in {file}, cannot be read")));
        }
    };
    match invocation::parse(&text, call.start().line as u32) {
        Some(Invocation::Tokens(_)) if call.source_text().is_none() => Ok(None),
        Some(Invocation::Tokens(python)) => between_delimiters(call, &text, tokens, &python).map(Some),
        Some(Invocation::Literal(python)) => {
            let literal = tokens.into_iter().next().map_or(call, |literal| literal.span());
            Ok(Some(Text { source: python.source(call.file()), place: Place::Whole(literal) }))
        }
        Some(Invocation::File(path)) => match kernels::read(&root(), &path, stubs) {
            Ok(source) => Ok(Some(Text::file(source))),
            Err(refused) => Err(Text::file(refused.source).explain(&refused.diagnostic)),
        },
        Some(Invocation::Kernels) | None => Err(Error::here(
            "this is `py_kernel!` under another name, where the build script does not find it\n\
             help: write `py_kernel!` or `pykernel::py_kernel!`",
        )),
    }
}

fn between_delimiters(call: Span, text: &str, tokens: TokenStream, python: &Python) -> Result<Text, Error> {
    let tokens = Tokens::new(call, text, tokens).ok_or_else(|| Error::here(MADE_BY_A_MACRO))?;
    let place = Place::Tokens { tokens, offset: python.offset };
    Ok(Text { source: python.source(call.file()), place })
}

/// The package's folder.
pub fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(PathBuf::new, PathBuf::from)
}
