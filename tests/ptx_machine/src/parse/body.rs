//! A function's body: blocks, registers, labels and instructions (PTX ISA 4.3).

use super::scope::Scope;
use super::variable::Declaration;
use super::{ParseError, Parser, Symbol};
use crate::instruction::{Instruction, Operation, Register};
use crate::lexer::Token;
use crate::module::{FrameVariable, Function, Kernel, Position};
use crate::types::{PRED, Space, Type};

/// Bytes between two variables of an activation, so that running past one is seen.
const GAP: u32 = 16;
/// The largest alignment of a variable of an activation.
pub(crate) const FRAME_ALIGNMENT: u32 = 128;
/// The most registers of a function, and the most bytes of its variables.
const MOST_REGISTERS: usize = 1 << 16;
const MOST_FRAME_BYTES: u32 = 1 << 24;
/// How deep blocks may nest.
const DEPTH: usize = 64;

/// Reads one function.
pub(crate) struct Body<'p, 'a> {
    pub parser: &'p mut Parser<'a>,
    pub function: Function,
    pub scopes: Vec<Scope<'a>>,
    /// The kernel's parameters: where each starts and its size.
    pub parameters: Vec<(u32, u32)>,
    source: Option<(u32, u32)>,
    /// A label that stands before `.branchtargets`.
    label: Option<&'a str>,
}

impl<'p, 'a> Body<'p, 'a> {
    pub fn new(parser: &'p mut Parser<'a>, name: &str) -> Body<'p, 'a> {
        let function = Function { name: name.to_owned(), defined: true, ..Function::default() };
        Body {
            parser,
            function,
            scopes: vec![Scope::default()],
            parameters: Vec::new(),
            source: None,
            label: None,
        }
    }

    pub fn of_kernel(parser: &'p mut Parser<'a>, kernel: &Kernel) -> Result<Body<'p, 'a>, ParseError> {
        let mut body = Body::new(parser, &kernel.name);
        body.function.defined = false;
        for (index, parameter) in kernel.parameters.iter().enumerate() {
            body.declare(parameter.name.clone(), Symbol::Parameter(index as u32))?;
            body.parameters.push((parameter.offset, parameter.size));
        }
        Ok(body)
    }

    /// Reads from the opening brace to the closing one.
    pub fn read(mut self) -> Result<Function, ParseError> {
        self.parser.expect('{')?;
        self.scopes.push(Scope::default());
        while self.scopes.len() > 1 {
            self.statement()?;
        }
        // A function may end without `ret`.
        self.emit(None, Operation::Return, self.parser.line());
        if let Some(outermost) = self.scopes.pop() {
            outermost.end(None, &mut self.function)?;
        }
        Ok(self.function)
    }

    fn statement(&mut self) -> Result<(), ParseError> {
        match self.parser.peek() {
            Token::Sign('{') if self.scopes.len() > DEPTH => self.parser.error("blocks nest too deeply"),
            Token::Sign('{') => {
                self.parser.next();
                self.scopes.push(Scope::default());
                Ok(())
            }
            Token::Sign('}') => {
                self.parser.next();
                match self.scopes.pop() {
                    Some(inner) => inner.end(self.scopes.last_mut(), &mut self.function),
                    None => self.parser.error("a brace too many"),
                }
            }
            Token::Sign('@') => self.guarded(),
            Token::Sign(';') => self.parser.expect(';'),
            Token::Dotted(word) => self.body_directive(word),
            Token::Word(name) if self.parser.peek_second() == Token::Sign(':') => self.declare_label(name),
            Token::Word(_) => self.instruction(None),
            _ => self.parser.error(format!("expected an instruction, found {}", self.parser.found())),
        }
    }

    fn scope(&mut self) -> &mut Scope<'a> {
        // `read` ends with the outermost block.
        let last = self.scopes.len() - 1;
        &mut self.scopes[last]
    }

    fn declare_label(&mut self, name: &'a str) -> Result<(), ParseError> {
        let instruction = self.function.code.len() as u32;
        if !self.scope().declare_label(name, instruction) {
            return self.parser.error(format!("label '{name}' is declared twice"));
        }
        self.label = Some(name);
        self.parser.next();
        self.parser.expect(':')
    }

    fn body_directive(&mut self, word: &'a str) -> Result<(), ParseError> {
        match word {
            "reg" => self.registers(),
            "local" | "param" => self.frame_variables(),
            "shared" | "global" | "const" => self.static_variables(),
            "loc" => {
                self.source = Some(self.parser.location()?);
                Ok(())
            }
            "pragma" => self.parser.pragma(),
            "branchtargets" => self.branch_targets(),
            _ => self.parser.error(format!("unknown directive '.{word}'")),
        }
    }

    fn branch_targets(&mut self) -> Result<(), ParseError> {
        self.parser.next();
        let Some(name) = self.label.take() else {
            return self.parser.error("'.branchtargets' needs a label");
        };
        let mut targets = vec![self.parser.word()?];
        while self.parser.accept(',') {
            targets.push(self.parser.word()?);
        }
        self.scope().declare_list(name, targets);
        self.parser.expect(';')
    }

    /// `.reg .f64 %a, %d<12>;`
    fn registers(&mut self) -> Result<(), ParseError> {
        self.parser.next();
        let t = self.parser.register_type()?;
        loop {
            let name = self.parser.word()?;
            if self.parser.accept('<') {
                let count = self.parser.integer_up_to(MOST_REGISTERS as u32)?;
                self.parser.expect('>')?;
                for index in 0..count {
                    self.declare_register(format!("{name}{index}"), t)?;
                }
            } else {
                self.declare_register(name.to_owned(), t)?;
            }
            if !self.parser.accept(',') {
                return self.parser.expect(';');
            }
        }
    }

    pub fn declare_register(&mut self, name: String, t: Type) -> Result<Register, ParseError> {
        let register = self.function.registers.len();
        if register == MOST_REGISTERS {
            return self.parser.error(format!("more than {MOST_REGISTERS} registers"));
        }
        self.function.registers.push((name.clone(), t));
        self.declare(name, Symbol::Register(register as Register))?;
        Ok(register as Register)
    }

    fn declare(&mut self, name: String, symbol: Symbol) -> Result<(), ParseError> {
        if self.scope().declare(name.clone(), symbol) {
            Ok(())
        } else {
            self.parser.error(format!("'{name}' is declared twice"))
        }
    }

    fn frame_variables(&mut self) -> Result<(), ParseError> {
        let space = self.parser.space()?;
        let declaration = self.parser.declaration(false)?;
        self.declare_frame(space, declaration)?;
        self.parser.expect(';')
    }

    /// Adds a variable that every activation has; its index and size.
    pub(super) fn declare_frame(
        &mut self,
        space: Space,
        variable: Declaration<'a>,
    ) -> Result<(u32, u32), ParseError> {
        let Declaration { name, line, alignment, size, .. } = variable;
        let error = |message: String| Err(ParseError { line, message });
        let Some(size) = size else { return error(format!("'{name}' has no size")) };
        if alignment > FRAME_ALIGNMENT {
            return error(format!("'{name}' has an alignment above {FRAME_ALIGNMENT}"));
        }
        let offset = self.function.frame_bytes.next_multiple_of(alignment);
        if size > MOST_FRAME_BYTES || offset > MOST_FRAME_BYTES {
            return error(format!("the function's variables have more than {MOST_FRAME_BYTES} bytes"));
        }
        self.function.frame_bytes = offset + size + GAP;
        let index = self.function.frame.len() as u32;
        self.function.frame.push(FrameVariable { name: name.to_owned(), space, offset, size });
        self.declare(name.to_owned(), Symbol::Frame(index))?;
        Ok((index, size))
    }

    /// Variables in a function that live as long as the module's.
    fn static_variables(&mut self) -> Result<(), ParseError> {
        let space = self.parser.space()?;
        loop {
            let declaration = self.parser.declaration(space != Space::Shared)?;
            let name = declaration.name.to_owned();
            let index = self.parser.add_variable(space, Default::default(), declaration)?;
            self.declare(name, Symbol::Variable(index))?;
            if !self.parser.accept(',') {
                return self.parser.expect(';');
            }
        }
    }

    fn guarded(&mut self) -> Result<(), ParseError> {
        self.parser.next();
        let negated = self.parser.accept('!');
        let name = self.parser.word()?;
        match self.symbol(name) {
            Some(Symbol::Register(register)) if self.function.registers[register as usize].1 == PRED => {
                self.instruction(Some((register, negated)))
            }
            Some(_) => self.parser.error(format!("'{name}' is no predicate")),
            None => self.parser.error(format!("unknown register '{name}'")),
        }
    }

    /// What a name stands for here.
    pub fn symbol(&self, name: &str) -> Option<Symbol> {
        let local = self.scopes.iter().rev().find_map(|scope| scope.symbol(name));
        local.or_else(|| self.parser.names.get(name).copied())
    }

    fn instruction(&mut self, guard: Option<(Register, bool)>) -> Result<(), ParseError> {
        let line = self.parser.line();
        let name = self.parser.word()?;
        let mut words = Vec::new();
        while let Token::Dotted(word) = self.parser.peek() {
            self.parser.next();
            words.push(word);
        }
        // Names first: an unknown instruction's operands may have any form.
        let (version, target) = (self.parser.module.version, self.parser.module.target);
        let place = |message| ParseError { line, message };
        let mnemonic = crate::mnemonic::find(name, &words, version, target).map_err(place)?;
        let operands = self.parser.operands(name == "call")?;
        let whole: String = words.iter().map(|word| format!(".{word}")).collect();
        let operation = self
            .decode(&mnemonic, &operands, line)
            .map_err(|message| place(format!("'{name}{whole}': {message}")))?;
        self.emit(guard, operation, line);
        Ok(())
    }

    fn emit(&mut self, guard: Option<(Register, bool)>, operation: Operation, line: u32) {
        self.label = None;
        self.function.code.push(Instruction { guard, operation });
        self.function.positions.push(Position { line, source: self.source });
    }

    /// Makes the instruction that comes next branch to a label, which may come later.
    pub fn branch_to(&mut self, label: &'a str, index: usize, line: u32) {
        let instruction = self.function.code.len();
        self.scope().wait_for(label, instruction, index, line);
    }

    /// The labels of `.branchtargets`.
    pub fn targets(&self, name: &str) -> Option<Vec<&'a str>> {
        self.scopes.iter().rev().find_map(|scope| scope.list(name)).map(<[_]>::to_vec)
    }
}
