//! From bytes of Python text to the tokens that rustc knows.

use std::ops::Range;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

/// The tokens of an invocation, each with the bytes of the invocation's text that it covers.
pub struct Tokens {
    /// In the order of the text.
    places: Vec<(Span, Range<usize>)>,
}

impl Tokens {
    /// Finds the tokens in the text of the invocation `call`. `None` when one of them comes from
    /// elsewhere: then another macro has put the invocation together.
    pub fn new(call: Span, text: &str, tokens: TokenStream) -> Option<Self> {
        let lines = Lines::new(call, text);
        let mut spans = Vec::new();
        leaves(tokens, &mut spans);
        let place = |span: Span| {
            let range = lines.offset(span.start())?..lines.offset(span.end())?;
            let is_here = text.get(range.clone())? == span.source_text()?;
            is_here.then_some((span, range))
        };
        Some(Tokens { places: spans.into_iter().map(place).collect::<Option<_>>()? })
    }

    /// The first and the last token that a range of the text touches. Where rustc sees none (it
    /// takes `//` for a comment), the last one before it.
    pub fn locate(&self, range: Range<usize>) -> (Span, Span) {
        let before = self.places.partition_point(|(_, place)| place.end <= range.start);
        let touched: Vec<Span> = self.places[before..]
            .iter()
            .take_while(|(_, place)| place.start < range.end.max(range.start + 1))
            .map(|(span, _)| *span)
            .collect();
        match (touched.first(), touched.last()) {
            (Some(first), Some(last)) => (*first, *last),
            _ => {
                let last = before.checked_sub(1).map_or_else(Span::call_site, |last| self.places[last].0);
                (last, last)
            }
        }
    }
}

/// The spans of the tokens without content, delimiters included.
fn leaves(tokens: TokenStream, spans: &mut Vec<Span>) {
    // A stack instead of recursion: nesting is the user's, and may be deep.
    let mut pending = vec![(tokens.into_iter(), None)];
    while let Some((tokens, close)) = pending.last_mut() {
        match tokens.next() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::None => {
                pending.push((group.stream().into_iter(), None));
            }
            Some(TokenTree::Group(group)) => {
                spans.push(group.span_open());
                pending.push((group.stream().into_iter(), Some(group.span_close())));
            }
            Some(leaf) => spans.push(leaf.span()),
            None => {
                spans.extend(*close);
                pending.pop();
            }
        }
    }
}

/// The lines of a text, by the numbers that rustc gives them.
struct Lines<'a> {
    text: &'a str,
    first: usize,
    /// How many characters stand before the text on its first line.
    indent: usize,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(call: Span, text: &'a str) -> Self {
        let start = call.start();
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Lines { text, first: start.line, indent: start.column, starts }
    }

    /// The byte at a line and a column, which counts characters; `None` outside the text.
    fn offset(&self, at: proc_macro2::LineColumn) -> Option<usize> {
        let line = at.line.checked_sub(self.first)?;
        let column = at.column.checked_sub(if line == 0 { self.indent } else { 0 })?;
        let start = *self.starts.get(line)?;
        let rest = &self.text[start..];
        let length = rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at);
        Some(start + length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Outside rustc, `proc_macro2` reads text by itself, from line 1 and column 0.
    fn tokens(text: &str) -> (Span, TokenStream) {
        let group: TokenStream = format!("({text})").parse().unwrap();
        match group.into_iter().next() {
            Some(TokenTree::Group(group)) => (group.span(), group.stream()),
            other => panic!("{other:?}"),
        }
    }

    fn located(text: &str, part: &str) -> (String, String) {
        let (call, stream) = tokens(text);
        let text = format!("({text})");
        let at = text.find(part).unwrap();
        let tokens = Tokens::new(call, &text, stream).unwrap();
        let (first, last) = tokens.locate(at..at + part.len());
        (first.source_text().unwrap(), last.source_text().unwrap())
    }

    #[test]
    fn a_range_is_its_first_and_last_token() {
        let text = "def f(é: float64):\n    return é + (x * y)\n";
        assert_eq!(located(text, "é + (x * y)"), ("é".into(), ")".into()));
        assert_eq!(located(text, "x * y"), ("x".into(), "y".into()));
        assert_eq!(located(text, "float64"), ("float64".into(), "float64".into()));
    }

    #[test]
    fn text_that_rustc_skips_is_the_token_before() {
        assert_eq!(located("return a // undefined\n", "undefined"), ("a".into(), "a".into()));
    }

    #[test]
    fn tokens_from_elsewhere_are_refused() {
        let (call, _) = tokens("a + b");
        let (_, foreign) = tokens("a + c");
        assert!(Tokens::new(call, "(a + b)", foreign).is_none());
        let (_, later) = tokens("a + b\n+ b");
        assert!(Tokens::new(call, "(a + b)", later).is_none());
    }
}
