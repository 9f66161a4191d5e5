//! The grammar of examples: the small closed part of Python in which transcripts write arguments.
//!
//! ```text
//! expr    := term (('+' | '-') term)*
//! term    := factor (('*' | '/') factor)*
//! factor  := ('-' | '+') factor | power
//! power   := postfix ('**' factor)?
//! postfix := atom ('.' name | '(' arguments ')' | '[' subscript ']')*
//! atom    := number | string | name | '(' … ')' | '[' … ']'
//! ```

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// `3`
    Int(i128),
    /// `1.5`
    Float(f64),
    /// `2j`
    Imaginary(f64),
    /// `'float32'`
    Text(String),
    /// `x`, `True`
    Name(String),
    /// `-x`
    Negate(Box<Expr>),
    /// `x + y`
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// `[x, y]`
    List(Vec<Expr>),
    /// `(x, y)`
    Tuple(Vec<Expr>),
    /// `x.name`
    Attribute(Box<Expr>, String),
    /// `f(x, name=y)`
    Call(Box<Expr>, Vec<Expr>, Vec<(String, Expr)>),
    /// `x[i, 1:2]`
    Subscript(Box<Expr>, Vec<Index>),
}

/// An operator between two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `**`
    Pow,
}

/// The arguments of a call: those by position and those by name.
type Arguments = (Vec<Expr>, Vec<(String, Expr)>);

/// One item of a subscript.
#[derive(Clone, Debug, PartialEq)]
pub enum Index {
    /// `i`
    At(Expr),
    /// `start:stop:step`
    Slice(Option<Expr>, Option<Expr>, Option<Expr>),
}

/// How deeply expressions may nest; a transcript never needs more.
const MAX_DEPTH: usize = 64;

/// Reads one expression; the text must hold nothing else but white space and a comment.
pub fn parse(text: &str) -> Result<Expr, String> {
    let mut parser = Parser { tokens: tokenize(text)?, next: 0, depth: 0 };
    let expr = parser.expr()?;
    match parser.peek() {
        None => Ok(expr),
        Some(token) => Err(format!("unexpected {token} after an expression")),
    }
}

/// Splits `name = expr` into its parts.
pub fn split_assignment(text: &str) -> (Option<&str>, &str) {
    let Some((name, rest)) = text.split_once('=') else { return (None, text) };
    let name = name.trim();
    let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && name.chars().next().is_some_and(|c| !c.is_numeric());
    if is_name && !rest.starts_with('=') { (Some(name), rest.trim()) } else { (None, text) }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Int(i128),
    Float(f64),
    Imaginary(f64),
    Text(String),
    Name(String),
    Mark(&'static str),
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Token::Int(value) => write!(f, "`{value}`"),
            Token::Float(value) => write!(f, "`{value}`"),
            Token::Imaginary(value) => write!(f, "`{value}j`"),
            Token::Text(text) => write!(f, "`{text:?}`"),
            Token::Name(name) => write!(f, "`{name}`"),
            Token::Mark(mark) => write!(f, "`{mark}`"),
        }
    }
}

const MARKS: [&str; 14] = ["**", "+", "-", "*", "/", "(", ")", "[", "]", ",", ":", ".", "=", "..."];

fn tokenize(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if first == '#' {
            rest = rest.split_once('\n').map_or("", |(_, next)| next);
        } else {
            let (token, len) = token(rest, first)?;
            tokens.push(token);
            rest = &rest[len..];
        }
        rest = rest.trim_start();
    }
    Ok(tokens)
}

/// The token at the start of a text, and its length.
fn token(text: &str, first: char) -> Result<(Token, usize), String> {
    let second_is_digit = text[first.len_utf8()..].starts_with(|c: char| c.is_ascii_digit());
    if first.is_ascii_digit() || (first == '.' && second_is_digit) {
        return number(text);
    }
    if first.is_alphabetic() || first == '_' {
        let len = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        return Ok((Token::Name(text[..len].to_owned()), len));
    }
    if first == '\'' || first == '"' {
        let inner = &text[1..];
        let len = inner.find(first).ok_or("a string has no end")?;
        return Ok((Token::Text(inner[..len].to_owned()), len + 2));
    }
    let mark = MARKS.into_iter().find(|mark| text.starts_with(mark));
    mark.map(|mark| (Token::Mark(mark), mark.len())).ok_or(format!("unexpected `{first}`"))
}

/// The number at the start of a text, and its length.
fn number(text: &str) -> Result<(Token, usize), String> {
    let len = number_len(text);
    let digits = text[..len].replace('_', "");
    let wrong = |_| format!("`{}` is not a number", &text[..len]);
    if let Some(hex) = digits.strip_prefix("0x") {
        return i128::from_str_radix(hex, 16)
            .map(|value| (Token::Int(value), len))
            .map_err(|e| wrong(e.to_string()));
    }
    let is_int = digits.bytes().all(|b| b.is_ascii_digit());
    if text[len..].starts_with('j') {
        let value = digits.parse().map_err(|_| wrong(String::new()))?;
        return Ok((Token::Imaginary(value), len + 1));
    }
    let token = match is_int {
        true => digits.parse().map(Token::Int).map_err(|_| wrong(String::new())),
        false => digits.parse().map(Token::Float).map_err(|_| wrong(String::new())),
    };
    token.map(|token| (token, len))
}

fn number_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    if text.starts_with("0x") {
        return 2 + bytes[2..].iter().take_while(|b| b.is_ascii_hexdigit() || **b == b'_').count();
    }
    let mut len = 0;
    while let Some(byte) = bytes.get(len) {
        let sign_of_exponent = matches!(byte, b'+' | b'-') && matches!(bytes[len.max(1) - 1], b'e' | b'E');
        if !(byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'e' | b'E') || sign_of_exponent) {
            break;
        }
        len += 1;
    }
    len
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn advance(&mut self) -> Result<Token, String> {
        let token = self.peek().cloned().ok_or("the expression ends too early")?;
        self.next += 1;
        Ok(token)
    }

    fn accept(&mut self, mark: &'static str) -> bool {
        let found = self.peek() == Some(&Token::Mark(mark));
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, mark: &'static str) -> Result<(), String> {
        match self.advance()? {
            Token::Mark(found) if found == mark => Ok(()),
            other => Err(format!("expected `{mark}`, found {other}")),
        }
    }

    /// Parses something that may hold itself.
    fn nested(&mut self, parse: fn(&mut Self) -> Result<Expr, String>) -> Result<Expr, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("the expression is nested too deeply".into());
        }
        let expr = parse(self)?;
        self.depth -= 1;
        Ok(expr)
    }

    fn expr(&mut self) -> Result<Expr, String> {
        self.nested(Self::sum)
    }

    fn sum(&mut self) -> Result<Expr, String> {
        let mut left = self.term()?;
        loop {
            let op = match self.peek() {
                Some(Token::Mark("+")) => Operator::Add,
                Some(Token::Mark("-")) => Operator::Sub,
                _ => break,
            };
            self.next += 1;
            left = Expr::Binary(op, Box::new(left), Box::new(self.term()?));
        }
        Ok(left)
    }

    fn term(&mut self) -> Result<Expr, String> {
        let mut left = self.factor()?;
        loop {
            let op = match self.peek() {
                Some(Token::Mark("*")) => Operator::Mul,
                Some(Token::Mark("/")) => Operator::Div,
                _ => break,
            };
            self.next += 1;
            left = Expr::Binary(op, Box::new(left), Box::new(self.factor()?));
        }
        Ok(left)
    }

    fn factor(&mut self) -> Result<Expr, String> {
        if self.accept("+") {
            return self.nested(Self::factor);
        }
        if self.accept("-") {
            return Ok(Expr::Negate(Box::new(self.nested(Self::factor)?)));
        }
        self.power()
    }

    fn power(&mut self) -> Result<Expr, String> {
        let base = self.postfix()?;
        if !self.accept("**") {
            return Ok(base);
        }
        Ok(Expr::Binary(Operator::Pow, Box::new(base), Box::new(self.nested(Self::factor)?)))
    }

    fn postfix(&mut self) -> Result<Expr, String> {
        let mut expr = self.atom()?;
        loop {
            if self.accept(".") {
                let Token::Name(name) = self.advance()? else {
                    return Err("expected a name after `.`".into());
                };
                expr = Expr::Attribute(Box::new(expr), name);
            } else if self.accept("(") {
                let (args, keywords) = self.arguments()?;
                expr = Expr::Call(Box::new(expr), args, keywords);
            } else if self.accept("[") {
                let (items, _) = self.items("]", Self::index)?;
                expr = Expr::Subscript(Box::new(expr), items);
            } else {
                return Ok(expr);
            }
        }
    }

    fn atom(&mut self) -> Result<Expr, String> {
        Ok(match self.advance()? {
            Token::Int(value) => Expr::Int(value),
            Token::Float(value) => Expr::Float(value),
            Token::Imaginary(value) => Expr::Imaginary(value),
            Token::Text(text) => Expr::Text(text),
            Token::Name(name) => Expr::Name(name),
            Token::Mark("[") => Expr::List(self.items("]", Self::expr)?.0),
            Token::Mark("(") => {
                let (mut items, comma) = self.items(")", Self::expr)?;
                if items.len() == 1 && !comma { items.swap_remove(0) } else { Expr::Tuple(items) }
            }
            Token::Mark(mark) => return Err(format!("unexpected `{mark}`")),
        })
    }

    /// Items between commas up to a closing mark, and whether a comma stood behind the last.
    fn items<T>(
        &mut self,
        close: &'static str,
        item: fn(&mut Self) -> Result<T, String>,
    ) -> Result<(Vec<T>, bool), String> {
        let mut items = Vec::new();
        loop {
            if self.accept(close) {
                let comma = !items.is_empty();
                return Ok((items, comma));
            }
            items.push(item(self)?);
            if !self.accept(",") {
                self.expect(close)?;
                return Ok((items, false));
            }
        }
    }

    fn arguments(&mut self) -> Result<Arguments, String> {
        let (items, _) = self.items(")", Self::argument)?;
        let (mut args, mut keywords) = (Vec::new(), Vec::new());
        for (name, value) in items {
            match name {
                Some(name) => keywords.push((name, value)),
                None => args.push(value),
            }
        }
        Ok((args, keywords))
    }

    fn argument(&mut self) -> Result<(Option<String>, Expr), String> {
        let keyword = match (self.peek(), self.tokens.get(self.next + 1)) {
            (Some(Token::Name(name)), Some(Token::Mark("="))) => Some(name.clone()),
            _ => None,
        };
        if keyword.is_some() {
            self.next += 2;
        }
        Ok((keyword, self.expr()?))
    }

    fn index(&mut self) -> Result<Index, String> {
        let mut parts = [None, None, None];
        let mut colons = 0;
        loop {
            match self.peek() {
                Some(Token::Mark("," | "]")) | None => break,
                Some(Token::Mark(":")) if colons == 2 => return Err("a slice has at most two colons".into()),
                Some(Token::Mark(":")) => {
                    colons += 1;
                    self.next += 1;
                }
                Some(token) if parts[colons].is_some() => return Err(format!("unexpected {token}")),
                Some(_) => parts[colons] = Some(self.expr()?),
            }
        }
        match (colons, parts) {
            (0, [Some(at), ..]) => Ok(Index::At(at)),
            (0, _) => Err("a subscript is empty".into()),
            (_, [start, stop, step]) => Ok(Index::Slice(start, stop, step)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_bind_as_in_python() {
        let (one, two) = (Box::new(Expr::Int(1)), Box::new(Expr::Int(2)));
        let power = Box::new(Expr::Binary(Operator::Pow, two.clone(), Box::new(Expr::Int(63))));
        assert_eq!(parse("2**63 - 1"), Ok(Expr::Binary(Operator::Sub, power.clone(), one)));
        assert_eq!(parse("-2**63  # the least"), Ok(Expr::Negate(power)));
    }

    #[test]
    fn calls_subscripts_and_tuples() {
        let x = || Box::new(Expr::Name("x".into()));
        let slice = |start| Index::Slice(start, None, Some(Expr::Int(2)));
        assert_eq!(
            parse("x[1::2, 0]"),
            Ok(Expr::Subscript(x(), vec![slice(Some(Expr::Int(1))), Index::At(Expr::Int(0))]))
        );
        assert_eq!(
            parse("x((2,), a=1e-3)"),
            Ok(Expr::Call(x(), vec![Expr::Tuple(vec![Expr::Int(2)])], vec![("a".into(), Expr::Float(1e-3))]))
        );
        assert_eq!(parse("(x)"), Ok(*x()));
    }

    #[test]
    fn mistakes_are_said() {
        assert!(parse("f(1").is_err_and(|e| e.contains("too early")));
        assert!(parse("1 2").is_err_and(|e| e.contains("unexpected `2`")));
        assert!(parse(&"(".repeat(100_000)).is_err_and(|e| e.contains("too deeply")));
        assert!(parse(&"-".repeat(100_000)).is_err_and(|e| e.contains("too deeply")));
        assert!(parse("999999999999999999999999999999999999999999").is_err());
    }

    #[test]
    fn assignments_are_told_from_calls_with_keywords() {
        assert_eq!(split_assignment("x = f(a, dtype=b)"), (Some("x"), "f(a, dtype=b)"));
        assert_eq!(split_assignment("f(a, dtype=b)"), (None, "f(a, dtype=b)"));
    }
}
