//! Rust's tokens, as far as one must know them to find where a macro's text ends.
//!
//! A flat lexer: it tells comments, strings, characters, lifetimes, words and delimiters apart,
//! as rustc's does. It needs neither a file that parses nor an edition.

use std::ops::Range;

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Blanks, and comments that are not documentation.
    Trivia,
    /// `///`, `//!`, `/** */`, `/*! */`.
    Doc,
    /// An identifier or keyword; a raw one includes its `r#`.
    Word,
    /// `"…"` or `r#"…"#`, without suffix.
    Text,
    /// Any other literal, or a lifetime.
    Literal,
    /// `(`, `[`, `{`.
    Open(char),
    /// `)`, `]`, `}`.
    Close(char),
    /// One other character.
    Other(char),
}

/// A place between two tokens of a Rust text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lexer<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl<'a> Lexer<'a> {
    /// The next token. `None` at the end, and where a comment or a literal has no end.
    pub(super) fn token(&mut self) -> Option<(Kind, Range<usize>)> {
        let start = self.at;
        let (kind, length) = token(&self.text[start..])?;
        self.at = start + length;
        Some((kind, start..self.at))
    }

    /// The next token that is not trivia. Documentation counts as trivia here.
    pub(super) fn significant(&mut self) -> Option<(Kind, Range<usize>)> {
        loop {
            let (kind, range) = self.token()?;
            if !matches!(kind, Kind::Trivia | Kind::Doc) {
                return Some((kind, range));
            }
        }
    }

    /// Goes past the delimiter that closes one just read, and gives its place. `None` when the
    /// delimiters between do not pair.
    pub(super) fn close(&mut self, open: char) -> Option<Range<usize>> {
        let mut open = vec![open];
        loop {
            let (kind, range) = self.token()?;
            match kind {
                Kind::Open(delimiter) => open.push(delimiter),
                Kind::Close(delimiter) if pairs(open.pop()?, delimiter) => {
                    if open.is_empty() {
                        return Some(range);
                    }
                }
                Kind::Close(_) => return None,
                Kind::Trivia | Kind::Doc | Kind::Word | Kind::Text | Kind::Literal | Kind::Other(_) => {}
            }
        }
    }
}

fn pairs(open: char, close: char) -> bool {
    matches!((open, close), ('(', ')') | ('[', ']') | ('{', '}'))
}

/// The token at the start of a text, and its length.
fn token(text: &str) -> Option<(Kind, usize)> {
    let first = text.chars().next()?;
    match first {
        '/' if text.starts_with("//") => Some(line_comment(text)),
        '/' if text.starts_with("/*") => block_comment(text),
        '"' => Some((Kind::Text, quoted(text, '"')?)),
        '\'' => Some((Kind::Literal, character_or_lifetime(text)?)),
        '(' | '[' | '{' => Some((Kind::Open(first), 1)),
        ')' | ']' | '}' => Some((Kind::Close(first), 1)),
        _ if first.is_whitespace() => Some((Kind::Trivia, span(text, char::is_whitespace))),
        _ if first.is_ascii_digit() => Some((Kind::Literal, span(text, continues_word))),
        _ if starts_word(first) => word(text),
        _ => Some((Kind::Other(first), first.len_utf8())),
    }
}

/// The length of the leading characters that have a property.
fn span(text: &str, has: impl Fn(char) -> bool) -> usize {
    text.find(|c| !has(c)).unwrap_or(text.len())
}

fn starts_word(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn continues_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn line_comment(text: &str) -> (Kind, usize) {
    let doc = text.starts_with("//!") || text.starts_with("///") && !text.starts_with("////");
    (if doc { Kind::Doc } else { Kind::Trivia }, span(text, |c| c != '\n'))
}

fn block_comment(text: &str) -> Option<(Kind, usize)> {
    let plain = text.starts_with("/***") || text.starts_with("/**/");
    let doc = text.starts_with("/*!") || text.starts_with("/**") && !plain;
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        let step = match &text.as_bytes()[at..] {
            [b'/', b'*', ..] => {
                depth += 1;
                2
            }
            [b'*', b'/', ..] => {
                depth -= 1;
                2
            }
            _ => 1,
        };
        at += step;
        if depth == 0 {
            return Some((if doc { Kind::Doc } else { Kind::Trivia }, at));
        }
    }
    None
}

/// A word, or the literal of which it is the prefix.
fn word(text: &str) -> Option<(Kind, usize)> {
    let length = span(text, continues_word);
    let rest = &text[length..];
    match &text[..length] {
        "r" if starts_raw(rest) => Some((Kind::Text, length + raw(rest)?)),
        "br" | "cr" if starts_raw(rest) => Some((Kind::Literal, length + raw(rest)?)),
        "b" | "c" if rest.starts_with('"') => Some((Kind::Literal, length + quoted(rest, '"')?)),
        "b" if rest.starts_with('\'') => Some((Kind::Literal, length + quoted(rest, '\'')?)),
        "r" if rest.starts_with('#') && rest[1..].starts_with(starts_word) => {
            Some((Kind::Word, length + 1 + span(&rest[1..], continues_word)))
        }
        _ => Some((Kind::Word, length)),
    }
}

fn starts_raw(text: &str) -> bool {
    text.trim_start_matches('#').starts_with('"')
}

/// The length of a raw string from its first `#` or quote to its last.
fn raw(text: &str) -> Option<usize> {
    let hashes = span(text, |c| c == '#');
    let end = format!("\"{}", &text[..hashes]);
    let content = hashes + 1;
    Some(content + text.get(content..)?.find(&end)? + end.len())
}

/// The length of a literal between two quotes, with backslash escapes.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            _ if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn character_or_lifetime(text: &str) -> Option<usize> {
    let mut chars = text[1..].chars();
    let (first, second) = (chars.next()?, chars.next());
    if second != Some('\'') && continues_word(first) {
        let length = 1 + span(&text[1..], continues_word);
        return Some(if text[length..].starts_with('\'') { length + 1 } else { length });
    }
    if second == Some('\'') && first != '\\' { Some(2 + first.len_utf8()) } else { character(text) }
}

/// The length of a character literal that is not one plain character; ends with its line.
fn character(text: &str) -> Option<usize> {
    let length = quoted(text, '\'')?;
    (!text[..length].contains('\n')).then_some(length)
}
