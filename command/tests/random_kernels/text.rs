//! Random kernels as Python text.

use pykernel_codegen::types::DType;

use super::expression::{Array, Scope, Type};
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
pub enum Within {
    /// A function, with what it returns.
    Function(Option<Type>),
    /// A loop in such a function.
    Loop(Option<Type>),
    /// The loop over `prange`, which may only go on to the next iteration.
    Parallel,
}

/// A text that is being written.
pub struct Writer {
    pub scope: Scope,
    lines: Vec<String>,
    pub depth: usize,
    /// How many names there are.
    pub names: usize,
    pub within: Within,
}

impl Writer {
    pub fn line(&mut self, text: impl AsRef<str>) {
        self.lines.push(format!("{}{}", "    ".repeat(self.depth), text.as_ref()));
    }

    pub fn name(&mut self, stem: &str) -> String {
        self.names += 1;
        format!("{stem}{}", self.names)
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.scope.random.below(n)
    }

    pub fn one_in(&mut self, n: usize) -> bool {
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
}
