//! Shows diagnostics as text, as rustc shows its own.

use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Renderer, Snippet, Title, normalize_untrusted_str,
};

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{Source, Span};

/// Whether text is for a terminal that shows colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Only text.
    Plain,
    /// With ANSI escape codes.
    Colored,
}

/// Shows diagnostics of one source, with a blank line between two, each with the code and the
/// lines that it is about.
pub fn render(source: &Source, diagnostics: &[Diagnostic], style: Style) -> String {
    let shown = diagnostics.iter().map(|diagnostic| {
        let level = match diagnostic.code.severity() {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(&diagnostic.message).id(diagnostic.code.name());
        report(source, diagnostic, title, style) + "\n"
    });
    shown.collect::<Vec<_>>().join("\n")
}

/// Shows a fact about a place, which is no mistake.
pub fn note(source: &Source, span: Span, fact: &str, style: Style) -> String {
    let group = Group::with_title(Level::NOTE.primary_title(fact)).element(snippet(
        source,
        span,
        ("", AnnotationKind::Primary),
        &[],
    ));
    renderer(style).render(&[group]) + "\n"
}

/// Shows a diagnostic for a `compile_error!` that cannot point into the text: what rustc prints
/// after its own `error: `, with the lines that it is about.
pub fn embedded(source: &Source, diagnostic: &Diagnostic) -> String {
    report(source, diagnostic, Level::ERROR.no_name().primary_title(headline(diagnostic)), Style::Plain)
}

/// Shows a diagnostic for a `compile_error!` that points into the text, so that rustc shows the
/// lines: the message and what else is known.
pub fn explanation(source: &Source, diagnostic: &Diagnostic) -> String {
    let mut text = headline(diagnostic);
    if !diagnostic.label.is_empty() {
        text.push_str(&format!("\n  {}", diagnostic.label));
    }
    for note in &diagnostic.notes {
        match note.span {
            Some(span) => {
                text.push_str(&format!("\n  note: line {}: {}", source.line(span.start), note.text))
            }
            None => text.push_str(&format!("\n  note: {}", note.text)),
        }
    }
    if let Some(help) = &diagnostic.help {
        text.push_str(&format!("\n  help: {help}"));
    }
    text
}

/// The first line where rustc writes the `error: ` before it.
fn headline(diagnostic: &Diagnostic) -> String {
    format!("{} [{}]", diagnostic.message, diagnostic.code.name())
}

fn report(source: &Source, diagnostic: &Diagnostic, title: Title<'_>, style: Style) -> String {
    let mut group = Group::with_title(title);
    let (part, span) = source.part(diagnostic.span);
    if !part.text.is_empty() {
        let notes = diagnostic.notes.iter().filter_map(|note| Some((note.span?, note.text.as_str())));
        let places: Vec<Place<'_>> = notes.map(|(span, text)| (source.part(span), text)).collect();
        let (here, elsewhere): (Vec<_>, Vec<_>) =
            places.into_iter().partition(|((of, _), _)| std::ptr::eq(*of, part));
        let label = (diagnostic.label.as_str(), AnnotationKind::Primary);
        group = group.element(snippet(part, span, label, &here));
        if let Some(((other, first), text)) = elsewhere.first() {
            let label = (*text, AnnotationKind::Context);
            group = group.element(snippet(other, *first, label, &elsewhere[1..]));
        }
    }
    for note in diagnostic.notes.iter().filter(|note| note.span.is_none()) {
        group = group.element(Level::NOTE.message(normalize_untrusted_str(&note.text)));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(normalize_untrusted_str(help)));
    }
    renderer(style).render(&[group])
}

fn renderer(style: Style) -> Renderer {
    match style {
        Style::Plain => Renderer::plain(),
        Style::Colored => Renderer::styled(),
    }
}

/// A place in the file or its stub, and what is said of it.
type Place<'a> = ((&'a Source, Span), &'a str);

/// The lines that hold a place and others of the same text that belong to it, and no more: the
/// renderer looks at every line it gets.
fn snippet<'a>(
    source: &'a Source,
    span: Span,
    (label, kind): (&'a str, AnnotationKind),
    places: &[Place<'a>],
) -> Snippet<'a, Annotation<'a>> {
    let all = places.iter().fold(span, |all, ((_, span), _)| all.to(*span));
    let window = lines(source, all);
    let within = |span: Span| {
        let end = (span.end as usize).clamp(window.start, window.end) - window.start;
        (span.start as usize - window.start).min(end)..end
    };
    let primary = kind.span(within(span));
    let primary = if label.is_empty() { primary } else { primary.label(label) };
    let others =
        places.iter().map(|((_, span), text)| AnnotationKind::Context.span(within(*span)).label(*text));
    Snippet::source(&source.text[window.clone()])
        .path(&*source.file)
        .line_start(source.line(window.start as u32) as usize)
        .annotation(primary)
        .annotations(others)
}

/// The whole lines that hold a span.
fn lines(source: &Source, span: Span) -> Range<usize> {
    let length = source.text.len();
    let start = source.line_start(span.start.min(length as u32)) as usize;
    let from = (span.end as usize).clamp(start, length);
    let end = source.text.as_bytes()[from..].iter().position(|byte| *byte == b'\n');
    start..end.map_or(length, |distance| from + distance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    const TEXT: &str =
        "@njit\ndef f(x: float64):\n    s = np.int8(1)\n\n\n\n\n    y = 3 + (x + 1) * s - 2\n    return y\n";

    fn span(text: &str) -> Span {
        let start = TEXT.find(text).unwrap() as u32;
        Span::new(start, start + text.len() as u32)
    }

    fn diagnostic() -> Diagnostic {
        Diagnostic::new(Code::UnsupportedOperand, span("(x + 1) * s"), "`float64 * str` has no meaning")
            .label("`float64 * str`")
            .note_at(span("s = np"), "assigned here")
            .note("a second fact")
            .help("convert it first")
    }

    #[test]
    fn looks_like_rustc() {
        let source = Source::file("kernels/x.py", TEXT);
        let second = Diagnostic::new(Code::UndefinedName, span("return y"), "name `y` is not defined");
        let shown = render(&source, &[diagnostic(), second], Style::Plain);
        let expected = "\
error[unsupported-operand]: `float64 * str` has no meaning
 --> kernels/x.py:8:13
  |
3 |     s = np.int8(1)
  |     ------ assigned here
...
8 |     y = 3 + (x + 1) * s - 2
  |             ^^^^^^^^^^^ `float64 * str`
  |
  = note: a second fact
  = help: convert it first

error[undefined-name]: name `y` is not defined
 --> kernels/x.py:9:5
  |
9 |     return y
  |     ^^^^^^^^
";
        assert_eq!(shown, expected);
    }

    #[test]
    fn says_the_same_inside_a_compile_error() {
        let source = Source::embedded("src/lib.rs", 10, TEXT);
        let expected = "\
`float64 * str` has no meaning [unsupported-operand]
  --> src/lib.rs:17:13
   |
12 |     s = np.int8(1)
   |     ------ assigned here
...
17 |     y = 3 + (x + 1) * s - 2
   |             ^^^^^^^^^^^ `float64 * str`
   |
   = note: a second fact
   = help: convert it first";
        assert_eq!(embedded(&source, &diagnostic()), expected);
        let expected = "\
`float64 * str` has no meaning [unsupported-operand]
  `float64 * str`
  note: line 12: assigned here
  note: a second fact
  help: convert it first";
        assert_eq!(explanation(&source, &diagnostic()), expected);
    }

    #[test]
    fn shows_the_file_and_its_stub() {
        let stub = "from numba import float64\n\ndef f(y: float64): ...\n";
        let source = Source::file("x.py", TEXT).with_stub(Some(Source::file("x.pyi", stub)));
        let start = source.stub_start() + stub.find("(y").unwrap() as u32;
        let names = Diagnostic::new(Code::BadSignature, Span::new(start, start + 12), "the stub says `f(y)`")
            .note_at(span("(x: float64)"), "the function's parameters")
            .help("give them the same names");
        let expected = "\
error[bad-signature]: the stub says `f(y)`
 --> x.pyi:3:6
  |
3 | def f(y: float64): ...
  |      ^^^^^^^^^^^^
  |
 ::: x.py:2:6
  |
2 | def f(x: float64):
  |      ------------ the function's parameters
  |
  = help: give them the same names
";
        assert_eq!(render(&source, &[names], Style::Plain), expected);
    }

    #[test]
    fn shows_places_that_do_not_exist() {
        for text in ["", "\n", "ä"] {
            let source = Source::file("x.py", text);
            for (start, end) in [(0, 0), (0, 9), (1, 0), (7, 9)] {
                let diagnostic = Diagnostic::new(Code::SyntaxError, Span::new(start, end), "no");
                assert!(
                    render(&source, &[diagnostic], Style::Plain).starts_with("error[syntax-error]: no\n")
                );
            }
        }
    }
}
