//! What stands outside of functions (PTX ISA 11).

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use super::variable::Declaration;
use super::{ParseError, Parser, Symbol};
use crate::instruction::{Callee, Operation};
use crate::lexer::Token;
use crate::module::{Module, SharedVariable, Variable};
use crate::types::Space;

/// Bytes between two variables in shared memory, so that running past one is seen.
const GAP: u32 = 256;
/// The most bytes of static shared memory (CUDA C++ Programming Guide, "Compute Capabilities").
const STATIC_SHARED: u64 = 48 * 1024;

pub(super) fn empty_module() -> Module {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    Module {
        id: NEXT.fetch_add(1, Ordering::Relaxed),
        version: 0,
        target: 0,
        kernels: Vec::new(),
        functions: Vec::new(),
        variables: Vec::new(),
        files: HashMap::new(),
    }
}

/// What is said of a name's visibility.
#[derive(Clone, Copy, Default)]
pub(super) struct Linkage {
    pub external: bool,
}

impl<'a> Parser<'a> {
    /// `.version`, `.target` and `.address_size`.
    pub(super) fn header(&mut self) -> Result<(), ParseError> {
        if !self.accept_dotted("version") {
            return self.error(format!("expected '.version', found {}", self.found()));
        }
        let Token::Double(version) = self.next() else { return self.error("expected a version, like 6.3") };
        self.module.version = (version * 10.0).round() as u32;
        if !self.accept_dotted("target") {
            return self.error(format!("expected '.target', found {}", self.found()));
        }
        let target = self.word()?;
        let digits = target.strip_prefix("sm_").map(|name| name.trim_end_matches(['a', 'f']));
        match digits.and_then(|digits| digits.parse().ok()) {
            Some(number) => self.module.target = number,
            None => return self.error(format!("unknown target '{target}'")),
        }
        while self.accept(',') {
            self.word()?;
        }
        if self.accept_dotted("address_size") && self.integer_up_to(64)? != 64 {
            return self.error("only addresses of 64 bits are known");
        }
        Ok(())
    }

    pub(super) fn directive(&mut self) -> Result<(), ParseError> {
        let mut linkage = Linkage::default();
        while let Token::Dotted(word @ ("visible" | "weak" | "extern" | "common")) = self.peek() {
            linkage.external |= word == "extern";
            self.next();
        }
        let Token::Dotted(word) = self.peek() else {
            return self.error(format!("expected a directive, found {}", self.found()));
        };
        match word {
            "entry" => self.entry(),
            "func" => self.function(linkage),
            "global" | "const" | "shared" => self.module_variables(linkage),
            "file" => self.file(),
            "section" => self.section(),
            "pragma" => self.pragma(),
            "loc" => self.location().map(|_| ()),
            _ => self.error(format!("unknown directive '.{word}'")),
        }
    }

    /// `.file 1 "kernel.py"`, and optionally a time and a size.
    fn file(&mut self) -> Result<(), ParseError> {
        self.next();
        let number = self.integer_up_to(u32::MAX)?;
        let Token::Text(name) = self.next() else { return self.error("expected a file's name in quotes") };
        self.module.files.insert(number, name.to_owned());
        while self.accept(',') {
            self.integer()?;
        }
        Ok(())
    }

    /// `.loc 1 12 3`, and `, function_name …`: the file and the line.
    pub(super) fn location(&mut self) -> Result<(u32, u32), ParseError> {
        self.next();
        let file = self.integer_up_to(u32::MAX)?;
        let line = self.integer_up_to(u32::MAX)?;
        self.integer_up_to(u32::MAX)?;
        while self.accept(',') {
            // `function_name label`, `inlined_at file line column`.
            self.word()?;
            while matches!(self.peek(), Token::Integer(_))
                || matches!(self.peek(), Token::Word(name) if name.starts_with('$'))
            {
                self.next();
            }
        }
        Ok((file, line))
    }

    pub(super) fn pragma(&mut self) -> Result<(), ParseError> {
        self.next();
        loop {
            let Token::Text(_) = self.next() else { return self.error("expected a pragma in quotes") };
            if !self.accept(',') {
                return self.expect(';');
            }
        }
    }

    /// `.section .debug_info { … }`, which is only for debuggers.
    fn section(&mut self) -> Result<(), ParseError> {
        self.next();
        self.next();
        self.expect('{')?;
        loop {
            match self.next() {
                Token::Sign('}') => return Ok(()),
                Token::End => return self.error("a section without end"),
                _ => {}
            }
        }
    }

    fn module_variables(&mut self, linkage: Linkage) -> Result<(), ParseError> {
        let space = self.space()?;
        loop {
            let declaration = self.declaration(space != Space::Shared)?;
            let (name, line) = (declaration.name, declaration.line);
            let symbol = Symbol::Variable(self.add_variable(space, linkage, declaration)?);
            // An external declaration may be repeated.
            if self.names.insert(name, symbol).is_some() && !linkage.external {
                return Err(ParseError { line, message: format!("'{name}' is declared twice") });
            }
            if !self.accept(',') {
                return self.expect(';');
            }
        }
    }

    /// Takes the name of a state space.
    pub(super) fn space(&mut self) -> Result<Space, ParseError> {
        match self.next() {
            Token::Dotted(word) => match Space::named(word) {
                Some(space) => Ok(space),
                None => self.error(format!("unknown state space '.{word}'")),
            },
            _ => self.error("expected a state space"),
        }
    }

    /// Adds a variable that outlives activations.
    pub(super) fn add_variable(
        &mut self,
        space: Space,
        linkage: Linkage,
        declaration: Declaration<'a>,
    ) -> Result<u32, ParseError> {
        let Declaration { name, line, alignment, size, initial, references, .. } = declaration;
        let error = |message: String| Err(ParseError { line, message });
        if size.is_none() && !(linkage.external && space == Space::Shared) {
            return error(format!("'{name}' has no size, which only '.extern .shared' may do without"));
        }
        if linkage.external && space != Space::Shared {
            return error(format!("'{name}' is external: modules are not linked here"));
        }
        let variable = Variable { name: name.to_owned(), space, alignment, size, initial, references };
        self.module.variables.push(variable);
        Ok(self.module.variables.len() as u32 - 1)
    }

    /// What can be said only at the end: whether functions that are called have bodies, and the shared memory
    /// of each kernel.
    pub(super) fn finish(&mut self) -> Result<(), ParseError> {
        self.check_calls()?;
        for index in 0..self.module.kernels.len() {
            let used = shared_variables(&self.module, self.module.kernels[index].function);
            let (layout, size) = shared_layout(&self.module, &used);
            let kernel = &mut self.module.kernels[index];
            kernel.layout = layout;
            kernel.static_shared = u32::try_from(size).unwrap_or(u32::MAX);
            if size > STATIC_SHARED {
                let name = &kernel.name;
                let message = format!(
                    "kernel '{name}' has {size} bytes of static shared memory, the most is {STATIC_SHARED}"
                );
                return self.error(message);
            }
        }
        Ok(())
    }
}

impl Parser<'_> {
    /// Every function that is called has a body.
    fn check_calls(&self) -> Result<(), ParseError> {
        for function in &self.module.functions {
            for (instruction, position) in function.code.iter().zip(&function.positions) {
                let Operation::Call(call) = &instruction.operation else { continue };
                let Callee::Function(index) = call.callee else { continue };
                let callee = &self.module.functions[index as usize];
                if !callee.defined {
                    let message = format!("'{}' is called and has no body here", callee.name);
                    return Err(ParseError { line: position.line, message });
                }
            }
        }
        Ok(())
    }
}

/// The shared variables of a function and all that it calls, in the module's order.
fn shared_variables(module: &Module, function: u32) -> Vec<u32> {
    let mut reached = vec![false; module.functions.len()];
    let mut left = vec![function];
    let mut used = Vec::new();
    while let Some(index) = left.pop() {
        if !std::mem::replace(&mut reached[index as usize], true) {
            used.extend_from_slice(&module.functions[index as usize].shared);
            left.extend_from_slice(&module.functions[index as usize].callees);
        }
    }
    used.sort_unstable();
    used.dedup();
    used
}

/// Where the variables lie, and how many bytes they would take without gaps. Those without a size share the end.
fn shared_layout(module: &Module, used: &[u32]) -> (Vec<SharedVariable>, u64) {
    let (mut layout, mut next, mut size) = (Vec::new(), 0_u32, 0_u64);
    let variable = |index: u32| &module.variables[index as usize];
    for &index in used {
        if let Some(bytes) = variable(index).size {
            let alignment = variable(index).alignment;
            size = size.next_multiple_of(u64::from(alignment)) + u64::from(bytes);
            let offset = next.saturating_add(alignment - 1) / alignment * alignment;
            layout.push(SharedVariable { variable: index, offset, size: Some(bytes) });
            next = offset.saturating_add(bytes).saturating_add(GAP);
        }
    }
    // Dynamic shared memory is aligned at least as `float4` is.
    let dynamic = used.iter().filter(|&&index| variable(index).size.is_none());
    let alignment = dynamic.clone().map(|&index| variable(index).alignment).max().unwrap_or(16).max(16);
    let offset = next.saturating_add(alignment - 1) / alignment * alignment;
    layout.extend(dynamic.map(|&index| SharedVariable { variable: index, offset, size: None }));
    (layout, size)
}
