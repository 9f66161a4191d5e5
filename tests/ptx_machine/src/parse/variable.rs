//! Declarations of variables and their initial values (PTX ISA 5.4).

use super::constant::Constant;
use super::{ParseError, Parser, Symbol};
use crate::lexer::Token;
use crate::module::Reference;
use crate::types::{Kind, Space, Type};

/// A variable as it is declared.
pub(super) struct Declaration<'a> {
    pub name: &'a str,
    pub line: u32,
    pub t: Type,
    pub alignment: u32,
    /// None: an array without a size.
    pub size: Option<u32>,
    pub initial: Vec<u8>,
    pub references: Vec<Reference>,
}

/// The largest variable, in bytes.
const LARGEST: u64 = 1 << 31;

impl<'a> Parser<'a> {
    /// One variable after its state space: `.align 8 .f64 name[2] = {1.0, 2.0}`, without the semicolon.
    pub(super) fn declaration(&mut self, initialised: bool) -> Result<Declaration<'a>, ParseError> {
        let (t, lanes, alignment) = self.declared_type()?;
        let line = self.line();
        let name = self.word()?;
        let dimensions = self.dimensions()?;
        let natural = u64::from(lanes) * t.bytes() as u64;
        let known = dimensions.iter().flatten();
        let size = known.fold(natural, |size, &count| size.saturating_mul(u64::from(count)));
        if size > LARGEST {
            return self.error(format!("'{name}' has more than {LARGEST} bytes"));
        }
        let size = if dimensions.contains(&None) { None } else { Some(size as u32) };
        let mut declaration =
            Declaration { name, line, t, alignment, size, initial: Vec::new(), references: Vec::new() };
        if self.peek() == Token::Sign('=') {
            if !initialised {
                return self.error("only .global and .const variables have initial values");
            }
            self.next();
            let counts: Vec<u32> = dimensions.iter().map(|count| count.unwrap_or(u32::MAX)).collect();
            self.initialiser(&mut declaration, &counts, 0)?;
            // `x[] = {…}` is as long as its values.
            declaration.size = declaration.size.or(Some(declaration.initial.len() as u32));
        }
        Ok(declaration)
    }

    /// Alignment, vector size and type, in any order that the ISA has; `.ptr` and its attributes say nothing
    /// that is checked.
    fn declared_type(&mut self) -> Result<(Type, u32, u32), ParseError> {
        let (mut alignment, mut lanes, mut t) = (None, 1, None);
        while let Token::Dotted(word) = self.peek() {
            self.next();
            match word {
                "align" => {
                    let given = self.alignment()?;
                    // After `.ptr` it is the pointer's target that is aligned.
                    alignment = alignment.or(t.is_none().then_some(given));
                }
                "v2" => lanes = 2,
                "v4" => lanes = 4,
                "ptr" | "global" | "const" | "shared" | "local" if t.is_some() => {}
                _ => match Type::named(word) {
                    Some(named) if named.kind != Kind::Predicate => t = Some(named),
                    _ => return self.error(format!("'.{word}' does not belong into a declaration")),
                },
            }
        }
        let Some(t) = t else { return self.error(format!("expected a type, found {}", self.found())) };
        let natural = t.bytes() as u32 * lanes;
        Ok((t, lanes, alignment.unwrap_or(natural)))
    }

    fn alignment(&mut self) -> Result<u32, ParseError> {
        let alignment = self.integer_up_to(1 << 20)?;
        if alignment.is_power_of_two() { Ok(alignment) } else { self.error("an alignment is a power of two") }
    }

    /// `[2][3]`; None for `[]`, which only the first may be.
    fn dimensions(&mut self) -> Result<Vec<Option<u32>>, ParseError> {
        let mut dimensions = Vec::new();
        while self.accept('[') {
            if dimensions.len() == 8 {
                return self.error("an array has at most eight dimensions");
            }
            if self.accept(']') && dimensions.is_empty() {
                dimensions.push(None);
                continue;
            }
            dimensions.push(Some(self.integer_up_to(u32::MAX)?));
            self.expect(']')?;
        }
        Ok(dimensions)
    }

    /// A value, or values in braces, for the part of a variable that starts at byte `at` and has those dimensions.
    fn initialiser(
        &mut self,
        variable: &mut Declaration<'a>,
        counts: &[u32],
        at: u64,
    ) -> Result<(), ParseError> {
        let [count, rest @ ..] = counts else { return self.initial_value(variable, at) };
        self.expect('{')?;
        let stride =
            rest.iter().fold(variable.t.bytes() as u64, |size, &count| size.saturating_mul(u64::from(count)));
        let mut index = 0;
        while !self.accept('}') {
            if index > 0 {
                self.expect(',')?;
            }
            if index >= u64::from(*count) {
                return self.error(format!("'{}' has more initial values than elements", variable.name));
            }
            self.initialiser(variable, rest, at + index * stride)?;
            index += 1;
        }
        Ok(())
    }

    fn initial_value(&mut self, variable: &mut Declaration<'a>, at: u64) -> Result<(), ParseError> {
        let bytes = variable.t.bytes();
        if at + bytes as u64 > LARGEST {
            return self.error("too many initial values");
        }
        let bits = if self.at_constant() {
            let constant = self.constant()?;
            match constant.bits(variable.t) {
                Some(bits) => bits,
                None => match constant {
                    // Unlike an instruction's operand, an initial value may be an integer for a float.
                    Constant::Integer(value) => Constant::Double(value as f64).bits(variable.t).unwrap_or(0),
                    _ => {
                        return self
                            .error(format!("'{}' is {}, its value a float", variable.name, variable.t));
                    }
                },
            }
        } else {
            let reference = self.reference(variable.t, at as u32)?;
            variable.references.push(reference);
            0
        };
        let end = at as usize + bytes;
        if variable.initial.len() < end {
            variable.initial.resize(end, 0);
        }
        variable.initial[at as usize..end].copy_from_slice(&bits.to_le_bytes()[..bytes]);
        Ok(())
    }

    /// `name`, `name+4`, `generic(name)`: the address of a variable of this module.
    fn reference(&mut self, t: Type, at: u32) -> Result<Reference, ParseError> {
        let mut name = self.word()?;
        let generic = name == "generic" && self.accept('(');
        if generic {
            name = self.word()?;
            self.expect(')')?;
        }
        let addend = if self.accept('+') { self.integer()? } else { 0 };
        let Some(Symbol::Variable(variable)) = self.names.get(name).copied() else {
            return self.error(format!("unknown variable '{name}'"));
        };
        if !matches!(self.module.variables[variable as usize].space, Space::Global | Space::Const)
            || t.is_float()
        {
            return self.error(format!("the address of '{name}' is no initial value here"));
        }
        Ok(Reference { at, bytes: t.bytes() as u8, variable, addend })
    }
}
