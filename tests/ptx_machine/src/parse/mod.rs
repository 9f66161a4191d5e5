//! PTX text to a checked module. This file holds the cursor over the tokens; each of the others reads one
//! kind of thing.

mod body;
mod constant;
mod directive;
mod function;
mod operand;
mod scope;
mod variable;

pub(crate) use body::{Body, FRAME_ALIGNMENT};
pub(crate) use operand::Operand;
pub(crate) use scope::Symbol;

use std::collections::HashMap;
use std::fmt;

use crate::lexer::{Placed, Token, tokens};
use crate::module::Module;

/// Text that is not a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The line, from one.
    pub line: u32,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for ParseError {}

/// Parses and checks a module.
pub(crate) fn module(text: &str) -> Result<Module, ParseError> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens, position: 0, module: directive::empty_module(), names: HashMap::new() };
    parser.header()?;
    while parser.peek() != Token::End {
        parser.directive()?;
    }
    parser.finish()?;
    Ok(parser.module)
}

/// Reads tokens one after another, and collects the module.
pub(crate) struct Parser<'a> {
    tokens: Vec<Placed<'a>>,
    position: usize,
    pub module: Module,
    /// What the module's names are.
    pub names: HashMap<&'a str, Symbol>,
}

impl<'a> Parser<'a> {
    fn placed(&self, ahead: usize) -> Placed<'a> {
        let last = self.tokens.len() - 1;
        self.tokens[(self.position + ahead).min(last)]
    }

    pub fn peek(&self) -> Token<'a> {
        self.placed(0).token
    }

    fn peek_second(&self) -> Token<'a> {
        self.placed(1).token
    }

    /// The line of the next token.
    pub fn line(&self) -> u32 {
        self.placed(0).line
    }

    pub fn next(&mut self) -> Token<'a> {
        let token = self.peek();
        self.position = (self.position + 1).min(self.tokens.len() - 1);
        token
    }

    pub fn error<T>(&self, message: impl Into<String>) -> Result<T, ParseError> {
        Err(ParseError { line: self.line(), message: message.into() })
    }

    /// Takes the next token if it is that sign.
    pub fn accept(&mut self, sign: char) -> bool {
        let found = self.peek() == Token::Sign(sign);
        if found {
            self.next();
        }
        found
    }

    /// Takes the next token if it is that word after a dot.
    fn accept_dotted(&mut self, word: &str) -> bool {
        let found = self.peek() == Token::Dotted(word);
        if found {
            self.next();
        }
        found
    }

    pub fn expect(&mut self, sign: char) -> Result<(), ParseError> {
        if self.accept(sign) {
            Ok(())
        } else {
            self.error(format!("expected '{sign}', found {}", self.found()))
        }
    }

    fn word(&mut self) -> Result<&'a str, ParseError> {
        let Token::Word(word) = self.peek() else {
            return self.error(format!("expected a name, found {}", self.found()));
        };
        self.next();
        Ok(word)
    }

    /// A number that has to be a plain integer, no larger than `most`.
    fn integer_up_to(&mut self, most: u32) -> Result<u32, ParseError> {
        let line = self.line();
        let value = self.integer()?;
        match u32::try_from(value) {
            Ok(value) if value <= most => Ok(value),
            _ => Err(ParseError { line, message: format!("{value} is not between 0 and {most}") }),
        }
    }

    /// The next token, for messages.
    pub fn found(&self) -> String {
        match self.peek() {
            Token::Word(word) => format!("'{word}'"),
            Token::Dotted(word) => format!("'.{word}'"),
            Token::Integer(value) => format!("{value}"),
            Token::Double(value) => format!("{value}"),
            Token::Single(value) => format!("{value}"),
            Token::Text(text) => format!("\"{text}\""),
            Token::Sign(sign) => format!("'{sign}'"),
            Token::End => "the end of the text".to_owned(),
        }
    }
}
