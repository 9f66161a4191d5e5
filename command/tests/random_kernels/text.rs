//! Random kernels as Python text.

use pykernel_codegen::types::DType;

use super::expression::{Array, BOOL, Scope, Type};
use super::random::Random;

/// The text of a random kernel, the last of its text.
pub fn kernel(seed: u64) -> String {
    let mut random = Random::new(seed);
    let palette: Vec<DType> = (0..1 + random.below(3)).map(|_| random.pick(&DType::ALL)).collect();
    let scope = Scope {
        random,
        palette,
        variables: Vec::new(),
        arrays: Vec::new(),
        counters: Vec::new(),
        indices: Vec::new(),
        helpers: Vec::new(),
    };
    let mut writer = Writer { scope, lines: Vec::new(), depth: 0, names: 0, within: Within::Function(None) };
    writer.file();
    writer.lines.join("\n") + "\n"
}

/// What a statement may leave.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    /// A function, with what it returns.
    Function(Option<Type>),
    /// A loop in such a function.
    Loop(Option<Type>),
    /// The loop over `prange`, which may only go on to the next iteration.
    Parallel,
}

struct Writer {
    scope: Scope,
    lines: Vec<String>,
    depth: usize,
    names: usize,
    within: Within,
}

impl Writer {
    fn line(&mut self, text: impl AsRef<str>) {
        self.lines.push(format!("{}{}", "    ".repeat(self.depth), text.as_ref()));
    }

    fn name(&mut self, stem: &str) -> String {
        self.names += 1;
        format!("{stem}{}", self.names)
    }

    fn below(&mut self, n: usize) -> usize {
        self.scope.random.below(n)
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.scope.random.one_in(n)
    }

    fn file(&mut self) {
        self.line("import math\n\nimport numpy as np");
        self.line("from numba import guvectorize, njit, prange, types, vectorize");
        let names: Vec<&str> = DType::ALL.iter().map(|dtype| dtype.name()).collect();
        self.line(format!("from numba.types import {}\n", names.join(", ")));
        for _ in 0..self.below(3) {
            self.helper();
        }
        match self.below(10) {
            0 | 1 => self.ufunc(),
            2 => self.gufunc(),
            3 => self.expressions(),
            4 => self.loops(true),
            _ => self.loops(false),
        }
    }

    /// A function that kernels call.
    fn helper(&mut self) {
        let name = self.name("helper");
        let params: Vec<Type> = (0..1 + self.below(3)).map(|_| self.scope.any_type()).collect();
        let result = self.scope.any_type();
        match self.below(4) {
            0 => self.line("@njit"),
            1 => self.line("@njit(inline='never')"),
            _ => {}
        }
        let names: Vec<String> = params.iter().map(|_| self.name("p")).collect();
        self.line(format!("def {name}({}):", names.join(", ")));
        self.scope.variables = names.into_iter().zip(params.iter().copied()).collect();
        self.within = Within::Function(Some(result));
        self.body(2, 1);
        self.returned(result);
        self.depth = 0;
        self.line("");
        self.scope.variables.clear();
        self.scope.helpers.push((name, params, result));
    }

    fn returned(&mut self, result: Type) {
        self.depth = 1;
        let value = self.scope.expression(result, 2);
        self.line(format!("return {value}"));
    }

    fn ufunc(&mut self) {
        let params: Vec<DType> = (0..1 + self.below(3)).map(|_| self.dtype()).collect();
        let result = if self.one_in(2) { params[0] } else { self.dtype() };
        let types: Vec<&str> = params.iter().map(|dtype| dtype.name()).collect();
        let model = self.scope.random.pick(&["", ", error_model='python'"]);
        self.line(format!("@vectorize([{}({})]{model})", result.name(), types.join(", ")));
        let names: Vec<String> = params.iter().map(|_| self.name("x")).collect();
        self.line(format!("def kernel({}):", names.join(", ")));
        self.scope.variables = names.into_iter().zip(params.iter().map(|dtype| Type::Of(*dtype))).collect();
        self.within = Within::Function(Some(Type::Of(result)));
        self.body(3, 2);
        self.returned(Type::Of(result));
    }

    fn gufunc(&mut self) {
        let arrays: Vec<DType> = (0..2 + self.below(3)).map(|_| self.dtype()).collect();
        let layout = self.scope.random.pick(&["[:]", "[::1]"]);
        let number = self.dtype();
        let inputs = arrays.len() - 1;
        let types: Vec<String> = arrays.iter().map(|dtype| format!("{}{layout}", dtype.name())).collect();
        let core = vec!["(n)"; inputs].join(",");
        let (ins, out) = types.split_at(inputs);
        let all = format!("{}, {}, {}", ins.join(", "), number.name(), out[0]);
        self.line(format!("@guvectorize([({all})], '{core},()->(n)')"));
        let names: Vec<String> = arrays.iter().map(|_| self.name("a")).collect();
        let (ins, out) = names.split_at(inputs);
        self.line(format!("def kernel({}, s, {}):", ins.join(", "), out[0]));
        self.scope.variables.push(("s".into(), Type::Of(number)));
        for (index, (name, dtype)) in names.iter().zip(&arrays).enumerate() {
            self.array(name, *dtype, 1, index == inputs);
        }
        self.within = Within::Function(None);
        self.depth = 1;
        self.counted("range", 1);
    }

    fn dtype(&mut self) -> DType {
        match self.one_in(6) {
            true => self.scope.random.pick(&DType::ALL),
            false => self.scope.random.pick(&self.scope.palette.clone()),
        }
    }

    fn array(&mut self, name: &str, dtype: DType, rank: usize, written: bool) {
        self.scope.arrays.push(Array { name: name.to_owned(), dtype, rank, written });
    }

    /// The head of a kernel on arrays: some that are read, and at least one that is written.
    fn head(&mut self, rank: usize, options: &str, result: Option<Type>) {
        let mut params = Vec::new();
        for index in 0..2 + self.below(4) {
            let written = index == 0 || self.one_in(4);
            let rank = if written || !self.one_in(4) { rank } else { 1 };
            let layouts: &[&str] = match rank {
                1 => &["[:]", "[::1]"],
                _ => &["[:, :]", "[:, ::1]", "[::1, :]"],
            };
            let (name, dtype) = (self.name(if written { "o" } else { "a" }), self.dtype());
            params.push(format!("{name}: {}{}", dtype.name(), self.scope.random.pick(layouts)));
            self.array(&name, dtype, rank, written);
        }
        if self.one_in(3) {
            params.push("at: int64[:]".into());
            self.array("at", DType::Int64, 1, false);
            self.scope.indices.push("at".into());
        }
        for _ in 0..self.below(3) {
            let (name, dtype) = (self.name("s"), self.dtype());
            params.push(format!("{name}: {}", dtype.name()));
            self.scope.variables.push((name, Type::Of(dtype)));
        }
        params.push("n: int".into());
        self.scope.variables.push(("n".into(), Type::Int));
        let result = match result {
            Some(Type::Of(dtype)) => format!(" -> {}", dtype.name()),
            _ => String::new(),
        };
        self.line(format!("@njit{options}"));
        self.line(format!("def kernel({}){result}:", params.join(", ")));
        self.depth = 1;
    }

    /// Array expressions, and reductions of what they make.
    fn expressions(&mut self) {
        self.head(1, "", Some(Type::Of(DType::Float64)));
        let arrays: Vec<Array> = self.scope.arrays.iter().filter(|array| array.rank == 1).cloned().collect();
        for _ in 0..1 + self.below(3) {
            let [a, b, c] = [(); 3].map(|()| arrays[self.below(arrays.len())].name.clone());
            let out = arrays[0].name.clone();
            let op = self.scope.random.pick(&["+", "-", "*"]);
            let last = self.scope.random.pick(&["+", "-", "*"]);
            let dtype = arrays[0].dtype.name();
            match self.below(4) {
                0 => self.line(format!("{out}[:] = {a} {op} {b}")),
                1 => {
                    let number = self.below(3);
                    self.line(format!("{out} += np.{dtype}({number})"));
                }
                2 => self.line(format!("{out}[:] = {out} {op} {a} {last} {a}")),
                _ => self.line(format!("{out}[:] = ({a} {op} {b}) {last} {c}")),
            }
        }
        let number = self.below(arrays.len());
        let Array { name, dtype, .. } = &arrays[number];
        let part = match dtype {
            DType::Complex64 | DType::Complex128 => ".imag",
            _ => "",
        };
        self.line(format!("return np.float64(np.sum({name}){part})"));
    }

    /// A kernel of one or two loops.
    fn loops(&mut self, parallel: bool) {
        let rank = 1 + usize::from(self.one_in(3));
        let result = (!parallel && self.one_in(3)).then(|| Type::Of(self.dtype()));
        let mut options = Vec::new();
        if parallel {
            options.push("parallel=True");
        }
        if self.one_in(4) {
            options.push("error_model='python'");
        }
        let options = if options.is_empty() { String::new() } else { format!("({})", options.join(", ")) };
        self.head(rank, &options, result);
        let mut last = None;
        if let Some(ty) = result {
            let (name, value) = (self.name("last"), self.scope.expression(ty, 0));
            self.line(format!("{name} = {value}"));
            self.scope.variables.push((name.clone(), ty));
            last = Some((name, ty));
        }
        self.within = if parallel { Within::Parallel } else { Within::Function(result) };
        let known = self.scope.variables.len();
        for _ in 0..1 + usize::from(self.one_in(4)) {
            self.counted(if parallel { "prange" } else { "range" }, rank);
            self.scope.variables.truncate(known);
            if let Some((name, ty)) = last.clone().filter(|_| self.one_in(2)) {
                self.depth += 1;
                let value = self.scope.expression(ty, 1);
                self.line(format!("{name} = {value}"));
                self.depth -= 1;
            }
        }
        if let Some((name, _)) = last {
            self.line(format!("return {name}"));
        }
    }

    /// Loops over the arrays' dimensions.
    fn counted(&mut self, range: &str, rank: usize) {
        let known = (self.scope.variables.len(), self.depth, self.within);
        let number = self.below(self.scope.arrays.len());
        let out = self.scope.arrays[number].clone();
        let has_n = self.scope.variables.iter().any(|(name, _)| name == "n");
        for axis in 0..rank {
            let counter = self.name("i");
            let bound = match (self.below(6), axis < out.rank) {
                (0, _) if has_n && self.depth == 1 && range == "range" => "1, n".to_owned(),
                (1, _) if has_n => "n".to_owned(),
                (_, true) => format!("{}.shape[{axis}]", out.name),
                (_, false) => "7".to_owned(),
            };
            self.line(format!("for {counter} in {}({bound}):", if axis == 0 { range } else { "range" }));
            self.scope.counters.push(counter);
            self.depth += 1;
            self.within = match self.within {
                Within::Parallel if axis == 0 => Within::Parallel,
                Within::Function(result) | Within::Loop(result) => Within::Loop(result),
                Within::Parallel => Within::Loop(None),
            };
        }
        if self.one_in(4) {
            self.row();
        }
        self.statements(4, 3);
        self.store();
        self.scope.counters.clear();
        self.scope.arrays.retain(|array| !array.name.starts_with("row"));
        (self.depth, self.within) = (known.1, known.2);
    }

    /// A view of a row.
    fn row(&mut self) {
        let Some(array) = self.scope.arrays.iter().find(|array| array.rank == 2).cloned() else { return };
        let (name, counter) = (self.name("row"), self.scope.counters[0].clone());
        self.line(format!("{name} = {}[{counter}]", array.name));
        if self.one_in(3) {
            let (sum, dtype) = (self.name("v"), array.dtype.name());
            self.line(format!("{sum} = np.{dtype}(np.sum({name}))"));
            self.scope.variables.push((sum, Type::Of(array.dtype)));
        }
        self.array(&name, array.dtype, 1, array.written);
    }

    /// The body of a function.
    fn body(&mut self, most: usize, depth: usize) {
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

    fn statements(&mut self, most: usize, depth: usize) {
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

    fn store(&mut self) {
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
