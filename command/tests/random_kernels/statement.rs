//! Random statements.

use pykernel_codegen::types::DType;

use super::expression::{Array, BOOL, Type};
use super::text::{Within, Writer};

impl Writer {
    /// The body of a function.
    pub fn body(&mut self, most: usize, depth: usize) {
        self.depth = 1;
        let most = self.below(most + 1);
        self.statements(most, depth);
    }

    /// A block one level deeper. What it binds is not known behind it.
    fn block(&mut self, depth: usize) {
        let known = self.scope.variables.len();
        self.depth += 1;
        self.statements(2, depth);
        self.depth -= 1;
        self.scope.variables.truncate(known);
    }

    pub fn statements(&mut self, most: usize, depth: usize) {
        for _ in 0..1 + self.below(most.max(1)) {
            self.statement(depth);
        }
    }

    fn statement(&mut self, depth: usize) {
        match self.below(if depth == 0 { 8 } else { 16 }) {
            0..4 => self.assign(),
            4 | 5 => self.augment(),
            6 | 7 if self.scope.counters.is_empty() => self.assign(),
            6 => self.store(),
            7 => self.leave(),
            8..12 => self.branch(depth - 1),
            12 | 13 => self.inner_for(depth - 1),
            14 => self.inner_while(depth - 1),
            _ => self.leave(),
        }
    }

    fn assign(&mut self) {
        let own: Vec<(String, Type)> =
            self.scope.variables.iter().filter(|(name, _)| name.starts_with('v')).cloned().collect();
        let (name, ty) = match own.get(self.below(2 * own.len() + 1)) {
            Some(known) => known.clone(),
            None => (self.name("v"), self.scope.any_type()),
        };
        let value = self.scope.expression(ty, 3);
        self.line(format!("{name} = {value}"));
        if !self.scope.variables.iter().any(|(other, _)| *other == name) {
            self.scope.variables.push((name, ty));
        }
    }

    fn augment(&mut self) {
        let own: Vec<(String, Type)> = self
            .scope
            .variables
            .iter()
            .filter(|(name, ty)| name.starts_with('v') && *ty != BOOL)
            .cloned()
            .collect();
        let Some((name, ty)) = own.get(self.below(own.len().max(1))).cloned() else { return self.assign() };
        let value = self.scope.expression(ty, 2);
        let op = self.scope.random.pick(&["+", "-", "*"]);
        self.line(format!("{name} {op}= {value}"));
    }

    pub fn store(&mut self) {
        let written: Vec<Array> = self.scope.arrays.iter().filter(|array| array.written).cloned().collect();
        let Some(array) = written.get(self.below(written.len().max(1))).cloned() else {
            return self.assign();
        };
        let plain = !self.one_in(8);
        let index: Vec<String> =
            (0..array.rank).map(|axis| self.scope.index(&array.name, axis, array.rank, plain)).collect();
        let op = match array.dtype {
            DType::Bool => "=",
            _ => self.scope.random.pick(&["=", "=", "=", "+=", "*="]),
        };
        let value = self.scope.expression(Type::Of(array.dtype), 3);
        self.line(format!("{}[{}] {op} {value}", array.name, index.join(", ")));
    }

    /// Leaves the loop, the iteration or the function, or raises, under a condition.
    fn leave(&mut self) {
        let condition = self.scope.condition(2);
        self.line(format!("if {condition}:"));
        let raised = format!("raise ValueError('{}')", self.names);
        self.names += 1;
        let left = match (self.within, self.below(8)) {
            (_, 0) => raised,
            (Within::Loop(Some(result)) | Within::Function(Some(result)), 1 | 2) => {
                format!("return {}", self.scope.expression(result, 1))
            }
            (Within::Loop(None), 1) => "return".into(),
            (Within::Loop(_), 2..5) => "break".into(),
            (Within::Loop(_) | Within::Parallel, _) => "continue".into(),
            (Within::Function(Some(result)), _) => format!("return {}", self.scope.expression(result, 1)),
            (Within::Function(None), _) => raised,
        };
        self.depth += 1;
        self.line(left);
        self.depth -= 1;
    }

    fn branch(&mut self, depth: usize) {
        let condition = self.scope.condition(2);
        self.line(format!("if {condition}:"));
        self.block(depth);
        while self.one_in(4) {
            let condition = self.scope.condition(2);
            self.line(format!("elif {condition}:"));
            self.block(depth);
        }
        if self.one_in(2) {
            self.line("else:");
            self.block(depth);
        }
    }

    fn inner_for(&mut self, depth: usize) {
        let counter = self.name("j");
        let bound = match self.below(4) {
            0 => format!("{}", 1 + self.below(6)),
            1 => format!("2, {}", 3 + self.below(4)),
            2 => format!("min({}, 5)", self.scope.expression(Type::Int, 1)),
            _ => format!("{} % 5", self.scope.expression(Type::Int, 1)),
        };
        self.line(format!("for {counter} in range({bound}):"));
        self.scope.counters.push(counter);
        self.repeated(depth);
        self.scope.counters.pop();
    }

    fn inner_while(&mut self, depth: usize) {
        let (rounds, condition) = (self.name("w"), self.scope.condition(2));
        let most = 1 + self.below(7);
        self.line(format!("{rounds} = 0"));
        self.line(format!("while {rounds} < {most} and {condition}:"));
        self.depth += 1;
        self.line(format!("{rounds} += 1"));
        self.depth -= 1;
        self.repeated(depth);
    }

    /// The body of an inner loop.
    fn repeated(&mut self, depth: usize) {
        let outer = self.within;
        self.within = match outer {
            Within::Function(result) | Within::Loop(result) => Within::Loop(result),
            Within::Parallel => Within::Loop(None),
        };
        // A loop in a loop over `prange` may be left for its end, the function may not.
        self.block(depth);
        self.within = outer;
    }
}
