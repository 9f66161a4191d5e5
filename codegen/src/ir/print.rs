//! Writes the IR as text, for people and tests.
//!
//! ```text
//! fn dot(x: float64[:], n: i64) -> (result: f64) reads(x) raises {
//!     let s: f64, t.4: f64
//!     s = 0.0
//!     for L1: i in 0..n {
//!         check in_bounds(i, dim(x, 0)) else IndexError("index {i} …", i) at k.py:4  # bounds
//!         t.4 = load x[i]
//!         s = (s + t.4)
//!     }
//!     result = s
//!     return
//! }
//! ```
//!
//! A local is written by its name, followed by its number where several share the name. An
//! integer constant without a type is an `i64`, a float constant an `f64`. `return` leaves the
//! function's body, `exit L1` what is labelled so. `.re` and `.im` are the parts of an element of
//! a complex array. In a part of a view, `2 for n by -1` is a slice: its first index, its extent, its
//! step.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use super::threads::{Direction, Space, Special};
use super::{
    Axis, BinaryOp, CompareOp, Const, Conversion, Expr, Function, FunctionId, Intrinsic, Label, LaneElements,
    Lanes, LocalId, Module, Part, Purpose, Raise, Scalar, Stmt, StmtKind, Type, UnaryOp, ViewType,
};
use crate::hir;
use crate::types::{ArrayType, Kind};

/// The text of a module.
pub fn print(module: &Module) -> String {
    let functions: Vec<String> =
        module.functions.iter().map(|function| Printer::new(module, function).function()).collect();
    functions.join("\n")
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Scalar::Bool => "bool",
            Scalar::I8 => "i8",
            Scalar::I16 => "i16",
            Scalar::I32 => "i32",
            Scalar::I64 => "i64",
            Scalar::U8 => "u8",
            Scalar::U16 => "u16",
            Scalar::U32 => "u32",
            Scalar::U64 => "u64",
            Scalar::F32 => "f32",
            Scalar::F64 => "f64",
        })
    }
}

impl fmt::Display for ViewType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ViewType { element, rank, layout } = *self;
        ArrayType::of(element, rank, layout).fmt(f)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Scalar(scalar) => scalar.fmt(f),
            Type::Lanes(Lanes { scalar, count }) => write!(f, "{scalar}x{count}"),
            Type::View(view) => view.fmt(f),
            Type::Owner => f.write_str("owner"),
        }
    }
}

impl fmt::Display for Const {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Const::Bool(value) => write!(f, "{value}"),
            Const::Int(Scalar::I64, value) => write!(f, "{value}"),
            Const::Int(scalar, value) => write!(f, "{value}:{scalar}"),
            Const::F32(bits) => write!(f, "{:?}:f32", f32::from_bits(bits)),
            Const::F64(bits) => write!(f, "{:?}", f64::from_bits(bits)),
        }
    }
}

/// Writes one function.
struct Printer<'a> {
    module: &'a Module,
    function: &'a Function,
    /// What each local is called.
    names: Vec<String>,
    out: String,
    depth: usize,
}

impl<'a> Printer<'a> {
    fn new(module: &'a Module, function: &'a Function) -> Self {
        let mut shared: BTreeMap<&str, usize> = BTreeMap::new();
        for local in &function.locals {
            *shared.entry(&local.name).or_default() += 1;
        }
        let name = |(id, local): (usize, &super::Local)| match shared.get(local.name.as_str()) {
            Some(1) => local.name.clone(),
            _ => format!("{}.{id}", local.name),
        };
        let names = function.locals.iter().enumerate().map(name).collect();
        Printer { module, function, names, out: String::new(), depth: 0 }
    }

    fn function(mut self) -> String {
        let function = self.function;
        let library = if function.library { "library " } else { "" };
        let unchecked = if function.unchecked { "unchecked " } else { "" };
        let params = self.declarations(&function.params);
        let results = self.declarations(&function.results);
        let status =
            function.status.map_or(String::new(), |status| format!(" status({})", self.local(status)));
        let head = format!(
            "{library}{unchecked}fn {}({params}) -> ({results}){status}{}",
            function.name,
            self.effects()
        );
        if let Some(external) = &function.external {
            self.line(&format!("{head} = {}", at(&external.at)));
            return self.out;
        }
        self.braced(&head, |printer| {
            printer.locals();
            printer.block(&function.body);
        });
        self.out
    }

    fn effects(&self) -> String {
        let effects = &self.function.effects;
        let list = |what: &str, which: &[bool]| {
            let params = which.iter().zip(&self.function.params).filter(|(does, _)| **does);
            let names: Vec<String> = params.map(|(_, param)| self.local(*param)).collect();
            if names.is_empty() { String::new() } else { format!(" {what}({})", names.join(", ")) }
        };
        let mut text = list("reads", &effects.reads) + &list("writes", &effects.writes);
        text.push_str(&list("returns", &effects.returned));
        if effects.raises {
            text.push_str(" raises");
        }
        if effects.recursive {
            text.push_str(" recursive");
        }
        if effects.host {
            text.push_str(" host");
        }
        if effects.prints {
            text.push_str(" prints");
        }
        if effects.together {
            text.push_str(" together");
        }
        text
    }

    /// Declares what is neither a parameter nor a result.
    fn locals(&mut self) {
        let function = self.function;
        let mut declared = vec![false; function.locals.len()];
        for local in function.params.iter().chain(&function.results).chain(&function.status) {
            declared[local.0 as usize] = true;
        }
        let rest: Vec<LocalId> =
            (0..declared.len()).filter(|id| !declared[*id]).map(|id| LocalId(id as u32)).collect();
        for line in rest.chunks(8) {
            let text = self.declarations(line);
            self.line(&format!("let {text}"));
        }
    }

    fn declarations(&self, locals: &[LocalId]) -> String {
        let texts: Vec<String> = locals
            .iter()
            .map(|local| match self.function.locals.get(local.0 as usize) {
                Some(declared) => format!("{}: {}", self.local(*local), declared.ty),
                None => self.local(*local),
            })
            .collect();
        texts.join(", ")
    }

    fn line(&mut self, text: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.out, "{:width$}{text}", "", width = 4 * self.depth);
    }

    fn braced(&mut self, head: &str, body: impl FnOnce(&mut Self)) {
        self.line(&format!("{head} {{"));
        self.depth += 1;
        body(self);
        self.depth -= 1;
        self.line("}");
    }

    fn block(&mut self, body: &[Stmt]) {
        body.iter().for_each(|stmt| self.stmt(&stmt.kind));
    }

    fn stmt(&mut self, stmt: &StmtKind) {
        match stmt {
            StmtKind::Assign { local, value } => {
                self.line(&format!("{} = {}", self.local(*local), self.expr(value)));
            }
            StmtKind::Load { local, view, index, part } => {
                let element = self.element(*view, index, *part);
                self.line(&format!("{} = load {element}", self.local(*local)));
            }
            StmtKind::Store { view, index, part, value } => {
                let element = self.element(*view, index, *part);
                self.line(&format!("store {element} = {}", self.expr(value)));
            }
            StmtKind::LoadLanes { local, elements } => {
                self.line(&format!("{} = load {}", self.local(*local), self.lane_elements(elements)));
            }
            StmtKind::StoreLanes { elements, value } => {
                self.line(&format!("store {} = {}", self.lane_elements(elements), self.expr(value)));
            }
            StmtKind::CallLanes { results, function, args, mask } => {
                let results: Vec<String> = results.iter().map(|result| self.local(*result)).collect();
                let (callee, args, mask) = (self.callee(*function), self.exprs(args), self.expr(mask));
                self.line(&format!("{} = call {callee}({args}) for lanes {mask}", results.join(", ")));
            }
            StmtKind::Check { cond, raise, purpose } => {
                let purpose = match purpose {
                    Purpose::Semantics => "",
                    Purpose::Bounds => "  # bounds",
                    Purpose::Overflow => "  # overflow",
                };
                self.line(&format!("check {} else {}{purpose}", self.expr(cond), self.raise(raise)));
            }
            StmtKind::Raise(raise) => self.line(&format!("raise {}", self.raise(raise))),
            StmtKind::Print(template) => {
                let operands = template.operands.iter().map(|operand| format!(", {}", self.expr(operand)));
                let operands: String = operands.collect();
                self.line(&format!("print({:?}{operands})", template.text));
            }
            StmtKind::Record(raise) => self.line(&format!("record {}", self.raise(raise))),
            StmtKind::Call { .. } => self.call(stmt),
            StmtKind::Parallel { .. } => self.parallel(stmt),
            StmtKind::Allocate { found, owner, view, shape, zeroed, most } => {
                let locals = [found, view, owner].map(|local| self.local(*local)).join(", ");
                let zeroed = if *zeroed { " zeroed" } else { "" };
                let most = most.map_or(String::new(), |most| format!(" at most {most}"));
                self.line(&format!("{locals} = allocate({}){zeroed}{most}", self.exprs(shape)));
            }
            StmtKind::Reserve { view, shape, room, space } => {
                let (view, shape) = (self.local(*view), self.exprs(shape));
                let space = match space {
                    Space::Frame => String::new(),
                    Space::Shared(number) => format!(" shared {number}"),
                    Space::Launch => " shared by launch".to_owned(),
                    Space::Random(state) => format!(" of the thread's {state:?}"),
                };
                self.line(&format!("{view} = reserve({shape}) room {room}{space}"));
            }
            StmtKind::Together { op, results, args } => {
                let results: Vec<String> = results.iter().map(|result| self.local(*result)).collect();
                let to = if results.is_empty() { String::new() } else { results.join(", ") + " = " };
                self.line(&format!("{to}{}({})", op.name(), self.exprs(args)));
            }
            StmtKind::Atomic { op, old, view, index, args } => {
                let element = self.element(*view, index, Part::First);
                let (old, op, args) = (self.local(*old), op.name(), self.exprs(args));
                self.line(&format!("{old} = atomic {op} {element} by {args}"));
            }
            StmtKind::Retain(owner) => self.line(&format!("retain {}", self.local(*owner))),
            StmtKind::Release(owner) => self.line(&format!("release {}", self.local(*owner))),
            StmtKind::Exit(Function::BODY) => self.line("return"),
            StmtKind::Exit(label) => self.line(&format!("exit {}", name_of(*label))),
            StmtKind::If { cond, then, otherwise } => self.branch(cond, then, otherwise),
            StmtKind::Block { label, body } => {
                self.braced(&format!("block {}:", name_of(*label)), |printer| printer.block(body));
            }
            StmtKind::Loop { label, body } => {
                self.braced(&format!("loop {}:", name_of(*label)), |printer| printer.block(body));
            }
            StmtKind::For { label, var, lo, hi, step, independent, body } => {
                let kind = if *independent { "independent " } else { "" };
                let by = if *step == 1 { String::new() } else { format!(" by {step}") };
                let (var, lo, hi) = (self.local(*var), self.expr(lo), self.expr(hi));
                let head = format!("{kind}for {}: {var} in {lo}..{hi}{by}", name_of(*label));
                self.braced(&head, |printer| printer.block(body));
            }
        }
    }

    fn call(&mut self, stmt: &StmtKind) {
        let StmtKind::Call { results, function, args, status, place } = stmt else { return };
        let callee = self.callee(*function);
        let results: Vec<String> = status.iter().chain(results).map(|result| self.local(*result)).collect();
        let results = if results.is_empty() { String::new() } else { format!("{} = ", results.join(", ")) };
        let text = format!("{results}call {callee}({}) at {}:{}", self.exprs(args), place.file, place.line);
        self.line(&text);
    }

    fn parallel(&mut self, stmt: &StmtKind) {
        let StmtKind::Parallel { function, count, cost, args, status, place } = stmt else { return };
        let status = status.map_or(String::new(), |status| format!("{} = ", self.local(status)));
        let [count, cost] = [count, cost].map(|expr| self.expr(expr));
        let (callee, args) = (self.callee(*function), self.exprs(args));
        let (file, line) = (&place.file, place.line);
        self.line(&format!("{status}parallel {callee}(0..{count}, {args}) cost {cost} at {file}:{line}"));
    }

    fn callee(&self, function: FunctionId) -> String {
        match self.module.functions.get(function.0 as usize) {
            Some(callee) => callee.name.clone(),
            None => format!("fn{}", function.0),
        }
    }

    fn branch(&mut self, cond: &Expr, then: &[Stmt], otherwise: &[Stmt]) {
        let cond = self.expr(cond);
        if then.is_empty() && !otherwise.is_empty() {
            return self.braced(&format!("unless {cond}"), |printer| printer.block(otherwise));
        }
        self.braced(&format!("if {cond}"), |printer| printer.block(then));
        if !otherwise.is_empty() {
            self.out.truncate(self.out.trim_end().len());
            self.out.push_str(" else {\n");
            self.depth += 1;
            self.block(otherwise);
            self.depth -= 1;
            self.line("}");
        }
    }

    fn raise(&self, raise: &Raise) -> String {
        let operands: String =
            raise.operands.iter().map(|operand| format!(", {}", self.expr(operand))).collect();
        let (file, line) = (&raise.place.file, raise.place.line);
        format!("{}({:?}{operands}) at {file}:{line}", raise.class, raise.message)
    }

    fn local(&self, local: LocalId) -> String {
        match self.names.get(local.0 as usize) {
            Some(name) => name.clone(),
            None => format!("?{}", local.0),
        }
    }

    fn lane_elements(&self, elements: &LaneElements) -> String {
        let LaneElements { view, index, along, part, mask } = elements;
        let along = along.map_or(String::new(), |axis| format!(" along {axis}"));
        let mask = mask.as_ref().map_or(String::new(), |mask| format!(" where {}", self.expr(mask)));
        format!("{}{along}{mask}", self.element(*view, index, *part))
    }

    fn element(&self, view: LocalId, index: &[Expr], part: Part) -> String {
        let complex = match self.function.locals.get(view.0 as usize).map(|local| local.ty) {
            Some(Type::View(view)) => view.element.kind() == Kind::Complex,
            _ => false,
        };
        let part = match part {
            Part::First if complex => ".re",
            Part::First => "",
            Part::Imaginary => ".im",
        };
        format!("{}[{}]{part}", self.local(view), self.exprs(index))
    }

    fn axis(&self, axis: &Axis) -> String {
        match axis {
            Axis::Index(index) => self.expr(index),
            Axis::Whole => ":".into(),
            Axis::Slice { start, extent, step: Expr::Const(Const::Int(_, 1)) } => {
                format!("{} for {}", self.expr(start), self.expr(extent))
            }
            Axis::Slice { start, extent, step } => {
                format!("{} for {} by {}", self.expr(start), self.expr(extent), self.expr(step))
            }
            Axis::New => "new".into(),
        }
    }

    fn exprs(&self, exprs: &[Expr]) -> String {
        let texts: Vec<String> = exprs.iter().map(|expr| self.expr(expr)).collect();
        texts.join(", ")
    }

    fn expr(&self, expr: &Expr) -> String {
        match expr {
            Expr::Const(value) => value.to_string(),
            Expr::Local(local) => self.local(*local),
            Expr::Unary { op, operand } => match op {
                UnaryOp::Neg => format!("-{}", self.expr(operand)),
                UnaryOp::Abs => format!("abs({})", self.expr(operand)),
                UnaryOp::Not => format!("!{}", self.expr(operand)),
            },
            Expr::Binary { op, left, right } => {
                format!("({} {} {})", self.expr(left), binary_symbol(*op), self.expr(right))
            }
            Expr::Compare { op, left, right } => {
                format!("({} {} {})", self.expr(left), compare_symbol(*op), self.expr(right))
            }
            Expr::Select { cond, then, otherwise } => {
                format!("select({}, {}, {})", self.expr(cond), self.expr(then), self.expr(otherwise))
            }
            Expr::Convert { to, how, value } => {
                let how = match how {
                    Conversion::Round => "round",
                    Conversion::Wrap => "wrap",
                    Conversion::Saturate => "saturate",
                    Conversion::Bits => "bits",
                };
                format!("{how}.{to}({})", self.expr(value))
            }
            Expr::Intrinsic { op, args } => format!("{}({})", intrinsic_name(*op), self.exprs(args)),
            Expr::Dim { view, axis } => format!("dim({}, {axis})", self.local(*view)),
            Expr::Stride { view, axis } => format!("stride({}, {axis})", self.local(*view)),
            Expr::Address { view } => format!("address({})", self.local(*view)),
            Expr::Overlap { written, read } => {
                format!("overlap({}, {})", self.local(*written), self.local(*read))
            }
            Expr::SubView { view, axes } => {
                let axes: Vec<String> = axes.iter().map(|axis| self.axis(axis)).collect();
                format!("{}[{}]", self.local(*view), axes.join(", "))
            }
            Expr::Transpose { view } => format!("{}.T", self.local(*view)),
            Expr::OfLayout { view, layout } => format!("{}.{layout:?}", self.local(*view)),
            Expr::Strided { view, ty, offset, extents, strides } => {
                let list =
                    |numbers: &[Expr]| numbers.iter().map(|n| self.expr(n)).collect::<Vec<_>>().join(", ");
                let (extents, strides) = (list(extents), list(strides));
                format!("{} as {ty} at {} ({extents}) by ({strides})", self.local(*view), self.expr(offset))
            }
            Expr::Empty(ty) => format!("empty {ty}"),
            Expr::Table { table, cached } => format!("{}{table}", if *cached { "cached " } else { "" }),
            Expr::InBounds { index, extent } => {
                format!("in_bounds({}, {})", self.expr(index), self.expr(extent))
            }
            Expr::Splat { count, value } => format!("splat.{count}({})", self.expr(value)),
            Expr::LaneNumbers { count } => format!("lanes.{count}"),
            Expr::AnyLane { mask } => format!("any({})", self.expr(mask)),
            Expr::Lane { lanes, lane } => format!("lane({}, {lane})", self.expr(lanes)),
            Expr::Unowned => "unowned".to_owned(),
        }
    }
}

fn name_of(label: Label) -> String {
    format!("L{}", label.0)
}

const fn binary_symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Rem => "rem",
        BinaryOp::And => "&",
        BinaryOp::Or => "|",
        BinaryOp::AddFree => "+ free",
        BinaryOp::MulFree => "* free",
        BinaryOp::Xor => "^",
        BinaryOp::Shl => "<<",
        BinaryOp::Shr => ">>",
    }
}

const fn compare_symbol(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "==",
        CompareOp::Ne => "!=",
        CompareOp::Lt => "<",
        CompareOp::Le => "<=",
        CompareOp::Gt => ">",
        CompareOp::Ge => ">=",
    }
}

const fn intrinsic_name(op: Intrinsic) -> &'static str {
    match op {
        Intrinsic::AddOverflows => "add_overflows",
        Intrinsic::SubOverflows => "sub_overflows",
        Intrinsic::MulOverflows => "mul_overflows",
        Intrinsic::Sqrt => "sqrt",
        Intrinsic::Floor => "floor",
        Intrinsic::Ceil => "ceil",
        Intrinsic::Trunc => "trunc",
        Intrinsic::RoundEven => "round_even",
        Intrinsic::CopySign => "copysign",
        Intrinsic::FusedMultiplyAdd => "fma",
        Intrinsic::MultiplyAdd => "mul_add",
        Intrinsic::ProductError => "product_error",
        Intrinsic::CountOnes => "count_ones",
        Intrinsic::LeadingZeros => "leading_zeros",
        Intrinsic::ReverseBits => "reverse_bits",
        Intrinsic::MultiplyHigh => "multiply_high",
        Intrinsic::StackExhausted => "stack_exhausted",
        Intrinsic::Special(special) => special_name(special),
    }
}

const fn special_name(special: Special) -> &'static str {
    use Direction::{X, Y, Z};
    match special {
        Special::ThreadIndex(X) => "thread_index.x",
        Special::ThreadIndex(Y) => "thread_index.y",
        Special::ThreadIndex(Z) => "thread_index.z",
        Special::BlockIndex(X) => "block_index.x",
        Special::BlockIndex(Y) => "block_index.y",
        Special::BlockIndex(Z) => "block_index.z",
        Special::BlockSize(X) => "block_size.x",
        Special::BlockSize(Y) => "block_size.y",
        Special::BlockSize(Z) => "block_size.z",
        Special::GridSize(X) => "grid_size.x",
        Special::GridSize(Y) => "grid_size.y",
        Special::GridSize(Z) => "grid_size.z",
        Special::Lane => "lane",
        Special::LanesBefore => "lanes_before",
        Special::SharedBytes => "shared_bytes",
    }
}

/// Where an external function stands.
fn at(external: &hir::External) -> String {
    match external {
        hir::External::Rust(path) => format!("rust {path}"),
        hir::External::C { symbol, .. } => format!("c {symbol}"),
        hir::External::Routine(routine) => format!("routine {}", routine.name()),
    }
}
