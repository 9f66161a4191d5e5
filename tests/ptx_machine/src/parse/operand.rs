//! Operands as they are written, before names are looked up (PTX ISA 6).

use super::constant::Constant;
use super::{ParseError, Parser};
use crate::lexer::Token;

/// An operand.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Operand<'a> {
    /// A register, a variable, a label or a function.
    Name(&'a str),
    /// A variable's address and an offset.
    NameOffset(&'a str, i64),
    /// `%tid.x`
    Component(&'a str, &'a str),
    /// `!p`
    Not(&'a str),
    Constant(Constant),
    /// `_`: the value is not wanted.
    Sink,
    /// `[name+offset]`, `[offset]`
    Address(Option<&'a str>, i64),
    /// `{a, b}`, and `(a, b)` in calls.
    List(Vec<Operand<'a>>),
    /// `d|p`
    Pair(Box<(Operand<'a>, Operand<'a>)>),
}

impl<'a> Parser<'a> {
    /// The operands up to the semicolon, which is taken too. In a call, parentheses hold a list and not an
    /// expression.
    pub(super) fn operands(&mut self, call: bool) -> Result<Vec<Operand<'a>>, ParseError> {
        let mut operands = Vec::new();
        if self.accept(';') {
            return Ok(operands);
        }
        loop {
            let operand = self.operand(call)?;
            operands.push(if self.accept('|') {
                Operand::Pair(Box::new((operand, self.simple()?)))
            } else {
                operand
            });
            if self.accept(';') {
                return Ok(operands);
            }
            self.expect(',')?;
        }
    }

    fn operand(&mut self, call: bool) -> Result<Operand<'a>, ParseError> {
        match self.peek() {
            Token::Sign('[') => self.address(),
            Token::Sign('{') => self.list('{', '}'),
            Token::Sign('(') if call => self.list('(', ')'),
            _ => self.simple(),
        }
    }

    fn list(&mut self, open: char, close: char) -> Result<Operand<'a>, ParseError> {
        self.expect(open)?;
        let mut items = Vec::new();
        while !self.accept(close) {
            if !items.is_empty() {
                self.expect(',')?;
            }
            items.push(self.simple()?);
        }
        Ok(Operand::List(items))
    }

    fn address(&mut self) -> Result<Operand<'a>, ParseError> {
        self.expect('[')?;
        let mut name = None;
        let mut offset = 0;
        if let Token::Word(word) = self.peek() {
            self.next();
            name = Some(word);
        }
        // After a name comes `+`, and a negative offset after it: `[%rd1+-8]`.
        if name.is_none() || self.accept('+') {
            offset = self.integer()?;
        }
        self.expect(']')?;
        Ok(Operand::Address(name, offset))
    }

    /// An operand that holds no other.
    fn simple(&mut self) -> Result<Operand<'a>, ParseError> {
        if self.at_constant() {
            return Ok(Operand::Constant(self.constant()?));
        }
        if self.accept('!') {
            return Ok(Operand::Not(self.word()?));
        }
        let name = self.word()?;
        if name == "_" {
            return Ok(Operand::Sink);
        }
        if let Token::Dotted(component) = self.peek() {
            self.next();
            return Ok(Operand::Component(name, component));
        }
        if self.accept('+') {
            return Ok(Operand::NameOffset(name, self.integer()?));
        }
        Ok(Operand::Name(name))
    }
}
