//! The text of one kernel file or one macro invocation, and where it came from.

use std::sync::Arc;

/// A range of bytes in a [`Source`]'s text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` up to, not including, `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Span { start, end }
    }

    /// The smallest range that holds both.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether the other range lies in this one.
    pub const fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// The file name of the compiler's own library, whose text may import `intrinsics`.
pub const LIBRARY: &str = "<library>";

/// Python text with its origin.
///
/// The text is normalised as rustc normalises its own sources (CRLF becomes LF, a byte-order
/// mark is dropped), so that the macro and the build helper see the same bytes.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file that messages and tracebacks name. For text inside a Rust file: the Rust file.
    pub file: Arc<str>,
    /// What tells the functions of two files of a package apart: the file's path in the package
    /// (`kernels/finance.py`). Empty for text inside a Rust file, which may move.
    pub module: Arc<str>,
    /// The line of `file` on which the text begins, counted from 1.
    pub first_line: u32,
    /// The text, as it stands in the file (still indented when it stands inside Rust).
    pub text: Arc<str>,
    /// The stub that declares the file's signatures, if there is one. Spans can lie in it too: its
    /// bytes are counted on from those of the text (see [`Source::part`]).
    pub stub: Option<Arc<Source>>,
    /// The byte at which each line begins.
    line_starts: Arc<[u32]>,
}

impl Source {
    /// Takes the text of a whole `.py` file, named by its path in the package.
    pub fn file(file: impl Into<Arc<str>>, text: &str) -> Self {
        let source = Self::embedded(file, 1, text);
        Source { module: source.file.clone(), ..source }
    }

    /// Takes text that stands inside `file` and begins on line `first_line`.
    pub fn embedded(file: impl Into<Arc<str>>, first_line: u32, text: &str) -> Self {
        let text = normalise(text);
        let line_starts = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1))
            .collect();
        Source {
            file: file.into(),
            module: "".into(),
            first_line,
            text: text.into(),
            stub: None,
            line_starts,
        }
    }

    /// The source with a stub.
    pub fn with_stub(self, stub: Option<Source>) -> Self {
        Source { stub: stub.map(Arc::new), ..self }
    }

    /// Where the spans of the stub begin: behind the end of the text, at which a span can stand.
    pub fn stub_start(&self) -> u32 {
        self.text.len() as u32 + 1
    }

    /// The text in which a span lies, this one or the stub's, and its place there.
    pub fn part(&self, span: Span) -> (&Source, Span) {
        match (&self.stub, span.start.checked_sub(self.stub_start())) {
            (Some(stub), Some(start)) => (stub, Span::new(start, span.end - self.stub_start())),
            _ => (self, span),
        }
    }

    /// The text in which a byte lies, and its place there.
    fn at(&self, offset: u32) -> (&Source, u32) {
        let (part, span) = self.part(Span::new(offset, offset));
        (part, span.start)
    }

    /// The line on which a byte stands, counted from 1.
    pub fn line(&self, offset: u32) -> u32 {
        let (part, offset) = self.at(offset);
        part.first_line + part.line_starts.partition_point(|start| *start <= offset) as u32 - 1
    }

    /// The byte at which the line of a byte begins.
    pub fn line_start(&self, offset: u32) -> u32 {
        let (part, there) = self.at(offset);
        let start = part.line_starts[part.line_starts.partition_point(|start| *start <= there) - 1];
        offset - (there - start)
    }

    /// The column of a byte in its line, in characters, counted from 1.
    pub fn column(&self, offset: u32) -> u32 {
        let head = self.slice(Span::new(self.line_start(offset), offset));
        head.chars().count() as u32 + 1
    }

    /// The text of a span; empty when the span lies outside.
    pub fn slice(&self, span: Span) -> &str {
        let (part, span) = self.part(span);
        part.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }
}

/// A text as rustc reads it: without a byte-order mark, and with LF for CRLF.
pub fn normalise(text: &str) -> String {
    text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n")
}

/// A text without the margin that all its lines but blank ones share.
pub fn dedent(text: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let lines = || text.split('\n');
    let margin = lines().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
    lines().map(|line| line.get(margin..).unwrap_or("")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_in_characters() {
        let source = Source::embedded("a.rs", 10, "\u{feff}def α(x):\r\n    return x\n");
        assert_eq!(&*source.text, "def α(x):\n    return x\n");
        assert_eq!((source.line(0), source.column(0)), (10, 1));
        let x = source.text.find("(x").unwrap() as u32 + 1;
        assert_eq!((source.line(x), source.column(x)), (10, 7));
        let last = source.text.rfind('x').unwrap() as u32;
        assert_eq!((source.line(last), source.column(last)), (11, 12));
        assert_eq!(source.slice(Span::new(last, last + 1)), "x");
    }

    #[test]
    fn spans_of_a_stub_follow_those_of_the_text() {
        let stub = Source::file("a.pyi", "def f():\n    ...\n");
        let source = Source::file("a.py", "def f(): pass\n").with_stub(Some(stub));
        let at = source.stub_start() + "def f():\n    ".len() as u32;
        assert_eq!((source.line(at), source.column(at), source.slice(Span::new(at, at + 3))), (2, 5, "..."));
        assert_eq!(source.slice(Span::new(source.line_start(at), at)), "    ");
        let (part, span) = source.part(Span::new(at, at + 3));
        assert_eq!((&*part.file, span), ("a.pyi", Span::new(13, 16)));
        let end = source.text.len() as u32;
        assert_eq!(&*source.part(Span::new(end, end)).0.file, "a.py");
    }

    #[test]
    fn dedent_takes_the_shared_margin_and_leaves_blank_lines() {
        assert_eq!(dedent("    a\n\n      b\n  \n"), "a\n\n  b\n\n");
        assert_eq!(dedent("a\n  b"), "a\n  b");
    }
}
