//! Reads Python text: ruff's parser, then names bound and sugar removed.
//!
//! The only room that names ruff. [`parse`] goes through these steps:
//!
//! - `dedent`: takes off the indentation of text that stands inside Rust, and maps ranges back;
//! - ruff parses; `tokens` checks what ruff does not (tabs, chains too long to walk);
//! - `names` and `import` bind the names of the module level, `signature`, `options` and
//!   `type_expr` read what is declared, `record` the structs that elements are, `alias` other names for it, `constant`, `table` and `limits` what is
//!   computed once, `evaluate` where its value is needed here;
//! - `ufunc` and `operands` read what makes a function a ufunc or a gufunc;
//! - `stub` reads what stands in a file beside it;
//! - `function`, `statement` and `expression` turn the functions into HIR.

mod absent;
mod alias;
mod cdef;
mod constant;
mod cuda;
mod dedent;
mod evaluate;
mod expression;
mod external;
mod foreign;
mod function;
mod import;
mod limits;
mod mistakes;
mod names;
mod operands;
mod optional_type;
mod options;
mod record;
mod signature;
mod statement;
mod stub;
mod table;
mod tokens;
mod tuple_type;
mod type_expr;
mod ufunc;

use ruff_python_ast::token::Tokens;
use ruff_python_ast::{ModModule, PythonVersion, Stmt};
use ruff_python_parser::{Mode, ParseError, ParseErrorType, ParseOptions, Parsed, parse_unchecked};
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::hir;
use crate::source::{self, Source, Span};
use dedent::Dedented;
use names::Names;
use stub::Stub;

/// How deep expressions and blocks may nest, counted together. Every later stage walks the tree
/// by recursion, also on a thread with a stack of 2 MiB and in a build without optimisation.
const MAX_DEPTH: usize = 200;

/// How deep the parser may call itself, which costs more of the stack. Chains of operators do
/// not count.
const MAX_PARSER_DEPTH: u16 = 100;

/// The largest text that is read, in bytes.
const MAX_LEN: usize = 1 << 26;

/// The Python whose grammar kernels have: that of the judge.
const VERSION: PythonVersion = PythonVersion::PY311;

/// Parses a kernel file and binds its names. Never fails: what is wrong is reported, and what
/// could be read is in the module.
pub fn parse(source: &Source, diagnostics: &mut Diagnostics) -> hir::Module {
    let stub = source.stub.as_deref().map(|stub| {
        let empty = Stub::default();
        read(stub, source.stub_start(), empty, diagnostics, |reader, body| reader.stub(body))
    });
    read(source, 0, stub.unwrap_or_default(), diagnostics, |reader, body| reader.module(body))
}

/// Parses a text whose spans begin at `first`, and reads its statements.
fn read<T: Default>(
    source: &Source,
    first: u32,
    stub: Stub,
    diagnostics: &mut Diagnostics,
    read: impl FnOnce(&mut Reader<'_>, &[Stmt]) -> T,
) -> T {
    if source.text.len() > MAX_LEN {
        let message = format!("the text has {} bytes; at most {MAX_LEN} are read", source.text.len());
        diagnostics.report(
            Diagnostic::new(Code::InvalidSource, Span::new(first, first), message)
                .help("split it into several files"),
        );
        return T::default();
    }
    let text = Dedented::new(source, first);
    let options = ParseOptions::from(Mode::Module)
        .with_target_version(VERSION)
        .with_max_recursion_depth(MAX_PARSER_DEPTH);
    let Some(parsed) = parse_unchecked(text.as_str(), options).try_into_module() else {
        unreachable!("bug in pykernel: a module was parsed");
    };
    if let Some(place) = tokens::too_long_chain(parsed.tokens()) {
        diagnostics.report(too_deeply_nested(text.span(place)));
        // Dropping a tree of this depth could overflow the stack.
        std::mem::forget(parsed);
        return T::default();
    }
    let mut reader = Reader {
        library: &*source.file == source::LIBRARY,
        is_stub: first > 0,
        names: Names::default(),
        errors: Vec::new(),
        text: &text,
        tokens: parsed.tokens(),
        base: TextSize::new(0),
        stub,
        foreign: foreign::Declarations::default(),
        diagnostics,
    };
    reader.syntax_errors(&parsed);
    read(&mut reader, parsed.suite())
}

/// What reading a file needs at hand.
struct Reader<'a> {
    text: &'a Dedented,
    tokens: &'a Tokens,
    /// Where in the text that begins which is read: 0, or what stands in a string.
    base: TextSize,
    /// Whether this is the compiler's own library, which may import `intrinsics`.
    library: bool,
    /// Whether this is a stub, which has `@overload`.
    is_stub: bool,
    /// Where the text is not Python, in order.
    errors: Vec<TextRange>,
    names: Names,
    /// What the file's stub declares, as far as no function of the file has taken it.
    stub: Stub,
    /// What the file declares of C.
    foreign: foreign::Declarations,
    diagnostics: &'a mut Diagnostics,
}

impl<'a> Reader<'a> {
    fn span(&self, place: impl Ranged) -> Span {
        self.text.span(place.range() + self.base)
    }

    fn slice(&self, range: TextRange) -> &'a str {
        self.text.slice(range + self.base)
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.report(diagnostic);
    }

    /// Reports what the parser refused, the first error of each line: others follow from it.
    fn syntax_errors(&mut self, parsed: &Parsed<ModModule>) {
        let too_deep = |error: &&ParseError| error.error == ParseErrorType::RecursionLimitExceeded;
        if let Some(error) = parsed.errors().iter().find(too_deep) {
            self.errors.push(error.location);
            let span = self.span(error.location);
            return self.report(too_deeply_nested(span));
        }
        let said = |message: String| lower_first(&message);
        let parser = parsed.errors().iter().map(|error| (error.location, said(error.error.to_string())));
        let version =
            parsed.unsupported_syntax_errors().iter().map(|error| (error.range, said(error.to_string())));
        let blanks = tokens::bad_indentation(self.text.as_str(), parsed.tokens());
        let blanks = blanks.into_iter().map(|(place, message)| (place, message.to_owned()));
        let mut errors: Vec<(TextRange, String)> = parser.chain(version).chain(blanks).collect();
        errors.sort_by_key(|(place, ..)| (place.start(), place.end()));
        let mut last_line = None;
        for (place, message) in errors {
            self.errors.push(place);
            let line = self.text.line_start(place.start());
            if last_line.replace(line) != Some(line) {
                let span = self.span(place);
                let text = self.text.as_str().get(line..).unwrap_or_default();
                let help = mistakes::help(&message, text.split('\n').next().unwrap_or_default());
                let error = Diagnostic::new(Code::SyntaxError, span, message);
                self.report(help.into_iter().fold(error, Diagnostic::help));
            }
        }
    }

    /// Reads the statements of the module level: first what they bind, then the functions.
    fn module(&mut self, body: &[Stmt]) -> hir::Module {
        let functions = self.bind(body);
        let mut functions: Vec<_> = functions.into_iter().map(|function| self.function(function)).collect();
        functions.extend(self.foreign_functions());
        self.check_stub_is_used();
        hir::Module { functions }
    }
}

fn too_deeply_nested(span: Span) -> Diagnostic {
    Diagnostic::new(Code::TooDeeplyNested, span, "expressions and blocks are nested too deeply here")
        .help("give parts of it to variables or functions of their own")
}

/// Says that Python has a construct and kernels do not.
fn unsupported(construct: &str, span: Span, help: &str) -> Diagnostic {
    let message = format!("{construct} is not supported in this version");
    Diagnostic::new(Code::UnsupportedSyntax, span, message).help(help)
}

/// The parser's messages in the style of ours.
fn lower_first(message: &str) -> String {
    let mut chars = message.chars();
    let first = chars.next().map(|c| c.to_lowercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}
