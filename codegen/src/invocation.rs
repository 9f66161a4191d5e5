//! Finds `py_kernel!` and `kernels!` in Rust text, and reads what they hold.
//!
//! The build helper looks through files, the macro at its own invocation; that both get the same
//! Python text, to the byte, is what this module is for. There are three forms of `py_kernel!`,
//! with any delimiters:
//!
//! ```text
//! py_kernel! { def f(x: float) -> float: … }      the text between the delimiters
//! py_kernel!(r#"def f(x: float) -> float: …"#)    the value of the string literal
//! py_kernel!(file = "kernels/f.py")               the file, by its path in the package
//! ```
//!
//! An invocation that another macro assembles, or under another name, is not found; the macro
//! says so when it misses the kernel in the manifest.

mod documentation;
mod lexer;
pub mod literal;

use std::ops::Range;
use std::sync::Arc;

use crate::source::Source;
use lexer::{Kind, Lexer};

/// A use of one of the two macros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invocation {
    /// `py_kernel!` with Python text between its delimiters.
    Tokens(Python),
    /// `py_kernel!` with a string literal.
    Literal(Python),
    /// `py_kernel!` with the path of a file.
    File(String),
    /// `kernels!()`.
    Kernels,
}

/// Python text inside Rust text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Python {
    /// The text.
    pub text: String,
    /// The line on which it begins.
    pub line: u32,
    /// The byte of the Rust text at which it begins.
    pub offset: usize,
}

impl Python {
    /// The text with its origin; `file` is the Rust file.
    pub fn source(&self, file: impl Into<Arc<str>>) -> Source {
        Source::embedded(file, self.line, &self.text)
    }
}

/// The invocations in a Rust file, in documentation too. The text must be
/// [normalised](crate::source::normalise).
pub fn scan(text: &str) -> Vec<Invocation> {
    let mut lexer = Lexer { text, at: 0 };
    let mut found = Vec::new();
    while let Some((kind, range)) = lexer.token() {
        match kind {
            Kind::Doc => {
                let range = neighbours(&mut lexer, range);
                let code = documentation::content(&text[range.clone()]);
                found.extend(search(&code, line_of(text, range.start, 1)));
            }
            Kind::Word => found.extend(read(&mut lexer, range, 1)),
            Kind::Trivia | Kind::Text | Kind::Literal | Kind::Open(_) | Kind::Close(_) | Kind::Other(_) => {}
        }
    }
    found
}

/// The invocations in a Markdown file. The text must be [normalised](crate::source::normalise).
pub fn scan_markdown(text: &str) -> Vec<Invocation> {
    search(&documentation::unhide(text), 1)
}

/// Reads the text of one invocation, from the macro's path to its closing delimiter, that begins
/// on a line.
pub fn parse(text: &str, first_line: u32) -> Option<Invocation> {
    let mut lexer = Lexer { text, at: 0 };
    loop {
        match lexer.significant()? {
            (Kind::Word, range) => {
                if let Some(invocation) = read(&mut lexer, range, first_line) {
                    return Some(invocation);
                }
            }
            (Kind::Other(':'), _) => {}
            _ => return None,
        }
    }
}

/// Invocations in text that is not Rust as a whole.
fn search(text: &str, first_line: u32) -> Vec<Invocation> {
    let mut found = Vec::new();
    let mut lexer = Lexer { text, at: 0 };
    while let Some(start) = next_name(text, lexer.at) {
        lexer.at = start;
        let Some((kind, range)) = lexer.token() else { break };
        if kind == Kind::Word {
            found.extend(read(&mut lexer, range, first_line));
        }
    }
    found
}

/// Where a word that begins with a macro's name stands next.
fn next_name(text: &str, from: usize) -> Option<usize> {
    let rest = &text[from..];
    let mut places = NAMES.iter().filter_map(|name| {
        rest.match_indices(name)
            .map(|(at, _)| from + at)
            .find(|at| !text[..*at].ends_with(|c: char| c == '_' || c.is_alphanumeric()))
    });
    let first = places.next();
    places.chain(first).min()
}

const NAMES: [&str; 2] = ["py_kernel", "kernels"];

/// Goes past the documentation comments that follow one just read, each on its own line.
fn neighbours(lexer: &mut Lexer<'_>, first: Range<usize>) -> Range<usize> {
    let text = lexer.text;
    let is_line = |range: &Range<usize>| text[range.clone()].starts_with("//");
    let mut end = first.end;
    let mut ahead = *lexer;
    while is_line(&first) {
        let Some((Kind::Trivia, blank)) = ahead.token() else { break };
        let Some((Kind::Doc, next)) = ahead.token() else { break };
        if text[blank].matches('\n').count() != 1 || !is_line(&next) {
            break;
        }
        end = next.end;
        *lexer = ahead;
    }
    first.start..end
}

/// Reads an invocation of which the lexer has read the word at `name`. Leaves the lexer where it
/// is if it is none.
fn read(lexer: &mut Lexer<'_>, name: Range<usize>, first_line: u32) -> Option<Invocation> {
    let name = NAMES.iter().find(|candidate| **candidate == &lexer.text[name.clone()])?;
    let mut ahead = *lexer;
    let (Kind::Other('!'), _) = ahead.significant()? else { return None };
    let (Kind::Open(open), start) = ahead.significant()? else { return None };
    let end = ahead.close(open)?;
    let content = start.end..end.start;
    let invocation = match *name {
        "kernels" => kernels(lexer.text, content)?,
        _ => py_kernel(lexer.text, content, first_line),
    };
    *lexer = ahead;
    Some(invocation)
}

fn kernels(text: &str, content: Range<usize>) -> Option<Invocation> {
    let mut lexer = Lexer { text: &text[..content.end], at: content.start };
    lexer.significant().is_none().then_some(Invocation::Kernels)
}

fn py_kernel(text: &str, content: Range<usize>, first_line: u32) -> Invocation {
    let python = |value: String, offset: usize| Python {
        text: value,
        line: line_of(text, offset, first_line),
        offset,
    };
    match literal(text, content.clone()) {
        Some((None, value, offset)) => Invocation::Literal(python(value, offset)),
        Some((Some("file"), value, _)) => Invocation::File(value),
        Some((Some(_), ..)) | None => {
            Invocation::Tokens(python(text[content.clone()].to_owned(), content.start))
        }
    }
}

/// Reads `"…"` and `name = "…"`: the name, the literal's value and where it begins.
fn literal(text: &str, content: Range<usize>) -> Option<(Option<&str>, String, usize)> {
    let mut lexer = Lexer { text: &text[..content.end], at: content.start };
    let (mut name, mut token) = (None, lexer.significant()?);
    if token.0 == Kind::Word {
        name = Some(&text[token.1]);
        let (Kind::Other('='), _) = lexer.significant()? else { return None };
        token = lexer.significant()?;
    }
    let (Kind::Text, range) = token else { return None };
    match (lexer.significant(), lexer.significant()) {
        (None, _) | (Some((Kind::Other(','), _)), None) => {
            Some((name, literal::value(&text[range.clone()])?, range.start))
        }
        _ => None,
    }
}

/// The line of a byte, when the text begins on a line.
fn line_of(text: &str, offset: usize, first_line: u32) -> u32 {
    first_line + text[..offset].matches('\n').count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found, in short: the form, the line and the text.
    fn found(text: &str) -> Vec<String> {
        scan(text).into_iter().map(show).collect()
    }

    fn show(invocation: Invocation) -> String {
        match invocation {
            Invocation::Tokens(python) => format!("{}:{}", python.line, python.text),
            Invocation::Literal(python) => format!("{}\"{}", python.line, python.text),
            Invocation::File(path) => format!("file {path}"),
            Invocation::Kernels => "kernels".to_owned(),
        }
    }

    #[test]
    fn finds_invocations_where_rustc_does() {
        let table: &[(&str, &[&str])] = &[
            ("py_kernel!{a}", &["1:a"]),
            ("fn f() {\n pykernel::py_kernel! [ a(b)[c] ];}", &["2: a(b)[c] "]),
            ("py_kernel /* x */ ! // y\n (a)", &["2:a"]),
            (
                "py_kernel!{ \"}\" # ' '\n '}' r\"}\" b'}' // }\n /* } /* } */ */ 'a }",
                &["1: \"}\" # ' '\n '}' r\"}\" b'}' // }\n /* } /* } */ */ 'a "],
            ),
            (
                "py_kernel!{ r##\"\"#}\"## c\"}\" br#\"}\"# '\\'' '\\u{7d}' }",
                &["1: r##\"\"#}\"## c\"}\" br#\"}\"# '\\'' '\\u{7d}' "],
            ),
            ("fn f<'a>(x: &'a str) { let c = '{'; py_kernel!{a} }", &["1:a"]),
            ("\"py_kernel!{a}\" // py_kernel!{b}\n /* py_kernel!{c} */ r#\"py_kernel!{d}\"#", &[]),
            ("other! { x py_kernel!{a} kernels!() }", &["1:a", "kernels"]),
            ("my_py_kernel!{a} py_kernels!{b} r#py_kernel!{c} py_kernel != {d}", &[]),
            ("py_kernel!{ (a] } py_kernel!{b}", &["1:b"]),
            ("py_kernel!{a", &[]),
            ("kernels!{} kernels!(a) kernels![/* */];", &["kernels", "kernels"]),
            ("kernels![py_kernel!{a}]", &["1:a"]),
            ("py_kernel!{'''doc''' 'ab' '' 'x}", &["1:'''doc''' 'ab' '' 'x"]),
            ("py_kernel!{ f\"}\" 1_000 1.5e-3j 0xFF 'α' α }", &["1: f\"}\" 1_000 1.5e-3j 0xFF 'α' α "]),
        ];
        for (text, expected) in table {
            assert_eq!(found(text), *expected, "{text}");
        }
    }

    #[test]
    fn tells_the_three_forms_apart() {
        let table: &[(&str, &str)] = &[
            ("\npy_kernel!(\nr#\"a\n\"b\"\"#)", "3\"a\n\"b\""),
            ("py_kernel!{\"a\\n\\\"\\x41\", }", "1\"a\n\"A"),
            ("py_kernel!(file = \"kernels/x.py\")", "file kernels/x.py"),
            ("py_kernel! { /* c */ file=r\"x\", }", "file x"),
            ("py_kernel!(path = \"x\")", "1:path = \"x\""),
            ("py_kernel!(\"a\" \"b\")", "1:\"a\" \"b\""),
            ("py_kernel!(b\"a\")", "1:b\"a\""),
            ("py_kernel!(\"\\d\")", "1:\"\\d\""),
            ("py_kernel!()", "1:"),
        ];
        for (text, expected) in table {
            assert_eq!(found(text), [*expected], "{text}");
        }
    }

    #[test]
    fn finds_doctests_as_rustdoc_hands_them_to_rustc() {
        let text = "//! don't say \"hi\n//! ```\n//! py_kernel! {\n//!     ## note\n//!     a\n//! }\n//! # kernels!();\n//! ```\nstruct S;\n/** \n * py_kernel!{\n *   b }\n */";
        assert_eq!(found(text), ["3:\n    # note\n    a\n", "kernels", "11:\n  b "]);
        let markdown =
            "It's \"so\n\n```rust\npy_kernel! { a }\n# kernels!();\n```\n- `py_kernel!` mykernels!()";
        let found: Vec<String> = scan_markdown(markdown).into_iter().map(show).collect();
        assert_eq!(found, ["4: a ", "kernels"]);
    }

    #[test]
    fn the_macro_reads_its_own_invocation_alike() {
        assert_eq!(parse("pykernel::py_kernel! {\n a\n}", 7).map(show).as_deref(), Some("7:\n a\n"));
        assert_eq!(parse(" :: pykernel :: kernels ! ( )", 7), Some(Invocation::Kernels));
        assert_eq!(parse("renamed! { py_kernel!{a} }", 1), None);
        assert_eq!(parse("", 1), None);
    }

    #[test]
    fn no_text_is_too_strange() {
        for text in [
            "'",
            "'\\",
            "r#",
            "r##\"\"#",
            "/*",
            "/**",
            "///",
            "b'",
            "\"\\",
            "py_kernel!",
            "/**/",
            "é'é",
            "r#\"é",
        ] {
            scan(text);
            scan_markdown(text);
            scan(&format!("py_kernel!{{{text}}}"));
        }
    }
}
