//! Kernels and device functions: their names, parameters and limits (PTX ISA 11.1 to 11.4).

use super::directive::Linkage;
use super::variable::Declaration;
use super::{Body, ParseError, Parser, Symbol};
use crate::lexer::Token;
use crate::module::{Formal, Function, Kernel, Parameter};
use crate::types::Type;

/// Kernel parameters take at most this many bytes, from PTX 8.1 and sm_70 on many more (PTX ISA 5.1.6).
const PARAMETER_BYTES: u32 = 4352;
const MANY_PARAMETER_BYTES: u32 = 32764;

/// What a device function takes or gives, by name.
enum Declared<'a> {
    Register(&'a str, Type),
    Variable(Declaration<'a>),
}

impl<'a> Parser<'a> {
    /// `.entry name (…) .maxntid 256 { … }`
    pub(super) fn entry(&mut self) -> Result<(), ParseError> {
        self.next();
        let line = self.line();
        let name = self.word()?;
        let mut parameters = Vec::new();
        if self.accept('(') {
            while !self.accept(')') {
                if !parameters.is_empty() {
                    self.expect(',')?;
                }
                self.parameter(&mut parameters)?;
            }
        }
        let mut kernel = self.new_kernel(name, parameters)?;
        self.limits(&mut kernel)?;
        if self.accept(';') {
            return Ok(());
        }
        kernel.function = self.module.functions.len() as u32;
        self.declare_function(name, line)?;
        let function = Body::of_kernel(self, &kernel)?.read()?;
        self.module.functions[kernel.function as usize] = function;
        self.module.kernels.push(kernel);
        Ok(())
    }

    fn new_kernel(&self, name: &str, parameters: Vec<Parameter>) -> Result<Kernel, ParseError> {
        let parameter_bytes = parameters.last().map_or(0, |last| last.offset + last.size);
        let long = self.module.version >= 81 && self.module.target >= 70;
        let most = if long { MANY_PARAMETER_BYTES } else { PARAMETER_BYTES };
        if parameter_bytes > most {
            return self.error(format!("the parameters take {parameter_bytes} bytes, the most is {most}"));
        }
        Ok(Kernel {
            name: name.to_owned(),
            parameters,
            parameter_bytes,
            max_threads: None,
            required_threads: None,
            min_blocks: None,
            static_shared: 0,
            function: 0,
            layout: Vec::new(),
        })
    }

    fn parameter(&mut self, parameters: &mut Vec<Parameter>) -> Result<(), ParseError> {
        if !self.accept_dotted("param") {
            return self.error(format!("expected '.param', found {}", self.found()));
        }
        let Declaration { name, alignment, size, .. } = self.declaration(false)?;
        let Some(size) = size else { return self.error(format!("parameter '{name}' has no size")) };
        if parameters.iter().any(|parameter| parameter.name == name) {
            return self.error(format!("'{name}' is declared twice"));
        }
        let end = parameters.last().map_or(0, |last| last.offset + last.size);
        if size > MANY_PARAMETER_BYTES || alignment > MANY_PARAMETER_BYTES || end > MANY_PARAMETER_BYTES {
            return self.error(format!("the parameters take more than {MANY_PARAMETER_BYTES} bytes"));
        }
        let offset = end.next_multiple_of(alignment);
        parameters.push(Parameter { name: name.to_owned(), offset, size, alignment });
        Ok(())
    }

    /// Directives between a kernel's parameters and its body.
    fn limits(&mut self, kernel: &mut Kernel) -> Result<(), ParseError> {
        while let Token::Dotted(word) = self.peek() {
            self.next();
            match word {
                "maxntid" => kernel.max_threads = Some(self.up_to_three()?),
                "reqntid" => kernel.required_threads = Some(self.up_to_three()?),
                "minnctapersm" => kernel.min_blocks = Some(self.integer_up_to(u32::MAX)?),
                "maxnreg" | "maxnctapersm" => {
                    self.integer_up_to(u32::MAX)?;
                }
                "pragma" => {
                    self.position -= 1;
                    self.pragma()?;
                }
                _ => return self.error(format!("unknown directive '.{word}'")),
            }
        }
        Ok(())
    }

    fn up_to_three(&mut self) -> Result<[u32; 3], ParseError> {
        let mut counts = [1; 3];
        for (index, count) in counts.iter_mut().enumerate() {
            if index > 0 && !self.accept(',') {
                break;
            }
            *count = self.integer_up_to(u32::MAX)?;
        }
        Ok(counts)
    }

    /// `.func (result) name (parameters) { … }`, or its declaration alone.
    pub(super) fn function(&mut self, linkage: Linkage) -> Result<(), ParseError> {
        self.next();
        let results = if self.peek() == Token::Sign('(') { self.formals()? } else { Vec::new() };
        let line = self.line();
        let name = self.word()?;
        let parameters = if self.peek() == Token::Sign('(') { self.formals()? } else { Vec::new() };
        self.accept_dotted("noreturn");
        let known = match self.names.get(name) {
            Some(Symbol::Function(index)) => Some(*index),
            _ => None,
        };
        let index = known.unwrap_or(self.module.functions.len() as u32) as usize;
        if known.is_none() {
            self.declare_function(name, line)?;
        }
        let body = Body::of_function(self, name, results, parameters)?;
        let prototype = body.function.clone();
        let earlier = &body.parser.module.functions[index];
        let same = earlier.parameters == prototype.parameters && earlier.results == prototype.results;
        if known.is_some() && !same {
            return Err(ParseError {
                line,
                message: format!("'{name}' is declared with other parameters before"),
            });
        }
        let repeated = earlier.defined || linkage.external;
        if body.parser.accept(';') {
            if known.is_none() {
                self.module.functions[index] = Function { defined: false, ..prototype };
            }
            return Ok(());
        }
        if repeated {
            return Err(ParseError { line, message: format!("'{name}' has a second body, or is external") });
        }
        // Known before its body is read: it may call itself.
        body.parser.module.functions[index] = prototype;
        let function = body.read()?;
        self.module.functions[index] = function;
        Ok(())
    }

    fn declare_function(&mut self, name: &'a str, line: u32) -> Result<(), ParseError> {
        let symbol = Symbol::Function(self.module.functions.len() as u32);
        if self.names.insert(name, symbol).is_some() {
            return Err(ParseError { line, message: format!("'{name}' is declared twice") });
        }
        self.module.functions.push(Function { name: name.to_owned(), ..Function::default() });
        Ok(())
    }

    /// `(.reg .f64 %x, .param .b32 y)`
    fn formals(&mut self) -> Result<Vec<Declared<'a>>, ParseError> {
        self.expect('(')?;
        let mut formals = Vec::new();
        while !self.accept(')') {
            if !formals.is_empty() {
                self.expect(',')?;
            }
            let Token::Dotted(word @ ("reg" | "param")) = self.next() else {
                return self.error("expected '.reg' or '.param'");
            };
            formals.push(if word == "reg" {
                let t = self.register_type()?;
                Declared::Register(self.word()?, t)
            } else {
                Declared::Variable(self.declaration(false)?)
            });
        }
        Ok(formals)
    }

    /// The type of registers that are declared.
    pub(super) fn register_type(&mut self) -> Result<Type, ParseError> {
        let Token::Dotted(word) = self.next() else { return self.error("expected a register's type") };
        match Type::named(word) {
            Some(t) => Ok(t),
            None => self.error(format!("no registers of type '.{word}'")),
        }
    }
}

impl<'p, 'a> Body<'p, 'a> {
    fn of_function(
        parser: &'p mut Parser<'a>,
        name: &str,
        results: Vec<Declared<'a>>,
        parameters: Vec<Declared<'a>>,
    ) -> Result<Body<'p, 'a>, ParseError> {
        let mut body = Body::new(parser, name);
        for declared in results {
            let formal = body.declare_formal(declared)?;
            body.function.results.push(formal);
        }
        for declared in parameters {
            let formal = body.declare_formal(declared)?;
            body.function.parameters.push(formal);
        }
        Ok(body)
    }

    fn declare_formal(&mut self, declared: Declared<'a>) -> Result<Formal, ParseError> {
        match declared {
            Declared::Register(name, t) => {
                Ok(Formal::Register(self.declare_register(name.to_owned(), t)?, t))
            }
            Declared::Variable(declaration) => {
                let (index, size) = self.declare_frame(crate::types::Space::Param, declaration)?;
                Ok(Formal::Frame(index, size))
            }
        }
    }
}
