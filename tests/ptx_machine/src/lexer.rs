//! PTX text to tokens (PTX ISA 4.1 to 4.5).

use crate::parse::ParseError;

/// One token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Token<'a> {
    /// An identifier, with its `%`, `$` or `_`.
    Word(&'a str),
    /// A word after a dot, without it: a directive or a part of an instruction's name.
    Dotted(&'a str),
    /// An integer literal.
    Integer(u64),
    /// A literal of double precision: decimal, or `0d…`.
    Double(f64),
    /// `0f…`, a literal of single precision.
    Single(f32),
    /// Text in quotes.
    Text(&'a str),
    /// Any other character.
    Sign(char),
    /// The end of the text.
    End,
}

/// A token and its line, from one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed<'a> {
    pub token: Token<'a>,
    pub line: u32,
}

/// Splits text into tokens; the last is `End`.
pub(crate) fn tokens(text: &str) -> Result<Vec<Placed<'_>>, ParseError> {
    let mut lexer = Lexer { text, position: 0, line: 1 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blanks()?;
        let line = lexer.line;
        let token = lexer.next()?;
        tokens.push(Placed { token, line });
        if token == Token::End {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    position: usize,
    line: u32,
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || character == '$'
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    fn error(&self, message: impl Into<String>) -> ParseError {
        ParseError { line: self.line, message: message.into() }
    }

    fn advance(&mut self, bytes: usize) -> &'a str {
        let taken = &self.rest()[..bytes];
        self.line += taken.matches('\n').count() as u32;
        self.position += bytes;
        taken
    }

    fn skip_blanks(&mut self) -> Result<(), ParseError> {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start().len();
            self.advance(blank);
            let rest = self.rest();
            if rest.starts_with("//") {
                self.advance(rest.find('\n').unwrap_or(rest.len()));
            } else if let Some(comment) = rest.strip_prefix("/*") {
                let end = comment.find("*/").ok_or_else(|| self.error("comment without end"))?;
                self.advance(end + 4);
            } else {
                return Ok(());
            }
        }
    }

    /// How many bytes of the rest, from `start` on, belong to a word.
    fn word_end(&self, start: usize) -> usize {
        let rest = &self.rest()[start..];
        start + rest.find(|c| !is_word(c)).unwrap_or(rest.len())
    }

    fn next(&mut self) -> Result<Token<'a>, ParseError> {
        let mut characters = self.rest().chars();
        let Some(first) = characters.next() else { return Ok(Token::End) };
        let second = characters.next().unwrap_or(' ');
        match first {
            '"' => self.quoted(),
            '.' if is_word(second) => Ok(Token::Dotted(self.dotted())),
            '0'..='9' => self.number(),
            '%' if is_word(second) => Ok(Token::Word(self.advance(self.word_end(1)))),
            _ if is_word(first) => Ok(Token::Word(self.advance(self.word_end(0)))),
            _ if first.is_ascii_graphic() => {
                self.advance(1);
                Ok(Token::Sign(first))
            }
            _ => Err(self.error(format!("unexpected character {first:?}"))),
        }
    }

    /// A word after a dot; `::` may join two, as in `.shared::cta`.
    fn dotted(&mut self) -> &'a str {
        let mut end = self.word_end(1);
        if self.rest()[end..].starts_with("::") {
            end = self.word_end(end + 2);
        }
        &self.advance(end)[1..]
    }

    fn quoted(&mut self) -> Result<Token<'a>, ParseError> {
        let inside = &self.rest()[1..];
        let end = inside.find(['"', '\n']).filter(|&end| inside[end..].starts_with('"'));
        let end = end.ok_or_else(|| self.error("text in quotes without end"))?;
        let taken = self.advance(end + 2);
        Ok(Token::Text(&taken[1..=end]))
    }

    fn number(&mut self) -> Result<Token<'a>, ParseError> {
        let rest = self.rest();
        let end = self.word_end(0);
        let word = &rest[..end];
        if let Some(digits) = word.strip_prefix("0f").or(word.strip_prefix("0F")) {
            return self.hexadecimal_float(digits, 8).map(|bits| Token::Single(f32::from_bits(bits as u32)));
        }
        if let Some(digits) = word.strip_prefix("0d").or(word.strip_prefix("0D")) {
            return self.hexadecimal_float(digits, 16).map(|bits| Token::Double(f64::from_bits(bits)));
        }
        let is_hexadecimal = word.starts_with("0x") || word.starts_with("0X");
        if !is_hexadecimal && (rest[end..].starts_with('.') || word.contains(['e', 'E'])) {
            return self.decimal_float();
        }
        self.advance(end);
        integer(word).map(Token::Integer).ok_or_else(|| self.error(format!("no integer: '{word}'")))
    }

    fn hexadecimal_float(&mut self, digits: &str, wanted: usize) -> Result<u64, ParseError> {
        self.advance(digits.len() + 2);
        match u64::from_str_radix(digits, 16) {
            Ok(bits) if digits.len() == wanted => Ok(bits),
            _ => Err(self.error(format!("a float in hexadecimal has {wanted} digits, not '{digits}'"))),
        }
    }

    fn decimal_float(&mut self) -> Result<Token<'a>, ParseError> {
        let bytes = self.rest().as_bytes();
        let mut end = 0;
        while end < bytes.len() {
            let signed_exponent =
                end > 0 && matches!(bytes[end - 1], b'e' | b'E') && matches!(bytes[end], b'+' | b'-');
            if !(signed_exponent || bytes[end].is_ascii_alphanumeric() || bytes[end] == b'.') {
                break;
            }
            end += 1;
        }
        let word = self.advance(end);
        word.parse().map(Token::Double).map_err(|_| self.error(format!("no number: '{word}'")))
    }
}

/// An integer in decimal, hexadecimal, octal or binary, with or without `U` (PTX ISA 4.5.1).
fn integer(word: &str) -> Option<u64> {
    let digits = word.strip_suffix('U').unwrap_or(word);
    let (digits, radix) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&digits[2..], 16),
        [b'0', b'b' | b'B', ..] => (&digits[2..], 2),
        [b'0', _, ..] => (&digits[1..], 8),
        _ => (digits, 10),
    };
    u64::from_str_radix(digits, radix).ok()
}
