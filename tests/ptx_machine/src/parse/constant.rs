//! Constant expressions (PTX ISA 4.5).

use super::{ParseError, Parser};
use crate::lexer::Token;
use crate::types::{F32, F64, Type};

/// The value of a constant expression.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Constant {
    Integer(i64),
    Double(f64),
    Single(f32),
}

impl Constant {
    /// The bits of this constant as a value of type `t`. None where an integer stands for a float or the
    /// reverse: PTX converts neither.
    pub fn bits(self, t: Type) -> Option<u64> {
        match self {
            Constant::Integer(value) if !t.is_float() => Some(t.truncate(value as u64)),
            Constant::Integer(_) => None,
            Constant::Single(value) if t == F64 => Some(f64::from(value).to_bits()),
            Constant::Single(value) if t.bits == 32 && accepts_floats(t) => Some(u64::from(value.to_bits())),
            Constant::Double(value) if t == F32 => Some(u64::from((value as f32).to_bits())),
            Constant::Double(value) if t.bits == 64 && accepts_floats(t) => Some(value.to_bits()),
            _ => None,
        }
    }
}

fn accepts_floats(t: Type) -> bool {
    t.is_float() || t.kind == crate::types::Kind::Bits
}

/// How deep parentheses may nest; the parser calls itself for each.
const DEPTH: u32 = 64;

/// Binary operators of one or two characters, from those that bind least.
const LEVELS: &[&[&str]] = &[&["|"], &["^"], &["&"], &["<<", ">>"], &["+", "-"], &["*", "/", "%"]];

impl<'a> Parser<'a> {
    /// An expression of integers.
    pub(super) fn integer(&mut self) -> Result<i64, ParseError> {
        let line = self.line();
        match self.constant()? {
            Constant::Integer(value) => Ok(value),
            _ => Err(ParseError { line, message: "expected an integer".to_owned() }),
        }
    }

    /// A constant expression. Floats take a sign and nothing else.
    pub(super) fn constant(&mut self) -> Result<Constant, ParseError> {
        self.binary(0, 0)
    }

    /// Whether a constant starts here.
    pub(super) fn at_constant(&self) -> bool {
        match self.peek() {
            Token::Integer(_) | Token::Double(_) | Token::Single(_) => true,
            Token::Sign(sign) => matches!(sign, '-' | '+' | '~' | '('),
            Token::Word(word) => word == "WARP_SZ",
            _ => false,
        }
    }

    fn operator(&self, level: usize) -> Option<&'static str> {
        let Token::Sign(first) = self.peek() else { return None };
        let second = match self.peek_second() {
            Token::Sign(sign) => sign,
            _ => ' ',
        };
        LEVELS[level].iter().copied().find(|name| {
            let mut signs = name.chars();
            signs.next() == Some(first) && signs.next().is_none_or(|sign| sign == second)
        })
    }

    fn binary(&mut self, level: usize, depth: u32) -> Result<Constant, ParseError> {
        if level == LEVELS.len() {
            return self.unary(depth);
        }
        let mut left = self.binary(level + 1, depth)?;
        while let Some(operator) = self.operator(level) {
            for _ in operator.chars() {
                self.next();
            }
            let right = self.binary(level + 1, depth)?;
            let (Constant::Integer(a), Constant::Integer(b)) = (left, right) else {
                return self.error(format!("'{operator}' takes integers"));
            };
            left = match apply(operator, a, b) {
                Some(value) => Constant::Integer(value),
                None => return self.error("division by zero in a constant"),
            };
        }
        Ok(left)
    }

    fn unary(&mut self, depth: u32) -> Result<Constant, ParseError> {
        if depth > DEPTH {
            return self.error("an expression nests too deeply");
        }
        if !self.at_constant() {
            return self.error(format!("expected a constant, found {}", self.found()));
        }
        match self.next() {
            Token::Integer(value) => Ok(Constant::Integer(value as i64)),
            Token::Double(value) => Ok(Constant::Double(value)),
            Token::Single(value) => Ok(Constant::Single(value)),
            Token::Word("WARP_SZ") => Ok(Constant::Integer(32)),
            Token::Sign('+') => self.unary(depth + 1),
            Token::Sign('-') => Ok(match self.unary(depth + 1)? {
                Constant::Integer(value) => Constant::Integer(value.wrapping_neg()),
                Constant::Double(value) => Constant::Double(-value),
                Constant::Single(value) => Constant::Single(-value),
            }),
            Token::Sign('~') => match self.unary(depth + 1)? {
                Constant::Integer(value) => Ok(Constant::Integer(!value)),
                _ => self.error("'~' takes an integer"),
            },
            Token::Sign('(') => {
                // A cast says only the sign of 64 bits, which changes division alone.
                if self.accept_dotted("s64") || self.accept_dotted("u64") {
                    self.expect(')')?;
                    return self.unary(depth + 1);
                }
                let value = self.binary(0, depth + 1)?;
                self.expect(')')?;
                Ok(value)
            }
            _ => self.error("expected a constant"),
        }
    }
}

fn apply(operator: &str, a: i64, b: i64) -> Option<i64> {
    Some(match operator {
        "|" => a | b,
        "^" => a ^ b,
        "&" => a & b,
        "<<" => a.wrapping_shl(b as u32),
        ">>" => a.wrapping_shr(b as u32),
        "+" => a.wrapping_add(b),
        "-" => a.wrapping_sub(b),
        "*" => a.wrapping_mul(b),
        "/" if b != 0 => a.wrapping_div(b),
        "%" if b != 0 => a.wrapping_rem(b),
        _ => return None,
    })
}
