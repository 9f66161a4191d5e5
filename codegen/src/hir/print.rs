//! Writes the HIR as text: Python with every name resolved.
//!
//! A variable is written with its number (`z#3`), an operation with parentheses around it, `elif`
//! as an `if` in an `else`, something built in by its full name.

use std::fmt::Write;

use super::{
    ErrorModel, Expr, ExprKind, Function, Index, Inline, LogicalOp, Module, Options, Signature, Stmt,
    StmtKind, Target, VariableId,
};
use crate::types::Type;

/// The text of a module.
pub fn print(module: &Module) -> String {
    let mut functions = module.functions.iter().map(|function| {
        let mut printer = Printer { module, function, out: String::new() };
        printer.function();
        printer.out
    });
    let first = functions.next().unwrap_or_default();
    functions.fold(first, |text, function| text + "\n" + &function)
}

struct Printer<'a> {
    module: &'a Module,
    function: &'a Function,
    out: String,
}

impl Printer<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.out, "{:width$}{text}", "", width = 4 * depth);
    }

    fn function(&mut self) {
        let function = self.function;
        for signature in &function.signatures {
            self.line(0, &format!("@{}", signature_text(signature)));
        }
        self.options();
        let params: Vec<String> =
            (0..function.n_params).map(|index| self.param(VariableId(index as u32))).collect();
        self.line(0, &format!("def {}({}):", function.name, params.join(", ")));
        match &function.body {
            None => self.line(1, "# refused"),
            Some(body) => self.block(body, 1),
        }
    }

    fn options(&mut self) {
        let Options { error_model, boundscheck, fastmath, inline, parallel } = self.function.options;
        match error_model {
            Some(ErrorModel::Mixed) | None => {}
            Some(ErrorModel::Python) => self.line(0, "@error_model('python')"),
            Some(ErrorModel::NumPy) => self.line(0, "@error_model('numpy')"),
        }
        match boundscheck {
            Some(true) => self.line(0, "@boundscheck(True)"),
            Some(false) => self.line(0, "@boundscheck(False)"),
            None => {}
        }
        match inline {
            Inline::Auto => {}
            Inline::Always => self.line(0, "@inline('always')"),
            Inline::Never => self.line(0, "@inline('never')"),
        }
        if let Some(fastmath) = fastmath {
            self.line(0, &format!("@fastmath({})", fastmath.names().join(", ")));
        }
        if parallel {
            self.line(0, "@parallel(True)");
        }
        for local in &self.function.locals {
            let text = format!("@locals({}: {})", self.name(local.variable), local.ty);
            self.line(0, &text);
        }
    }

    fn name(&self, variable: VariableId) -> String {
        format!("{}#{}", self.function.variables[variable.0 as usize].name, variable.0)
    }

    fn param(&self, variable: VariableId) -> String {
        let first = self.function.n_params - self.function.defaults.len();
        match (variable.0 as usize).checked_sub(first).map(|index| &self.function.defaults[index]) {
            Some(default) => format!("{}={}", self.name(variable), self.expr(default)),
            None => self.name(variable),
        }
    }

    fn block(&mut self, body: &[Stmt], depth: usize) {
        if body.is_empty() {
            self.line(depth, "pass");
        }
        body.iter().for_each(|stmt| self.stmt(stmt, depth));
    }

    fn stmt(&mut self, stmt: &Stmt, depth: usize) {
        let text = match &stmt.kind {
            StmtKind::Assign { targets, annotation, value } => {
                let annotation = annotation.as_ref().map(|ty| format!(": {ty}")).unwrap_or_default();
                let targets: Vec<String> = targets.iter().map(|target| self.target(target)).collect();
                format!("{}{annotation} = {}", targets.join(" = "), self.expr(value))
            }
            StmtKind::Augment { target, op, value } => {
                format!("{} {}= {}", self.target(target), op.symbol(), self.expr(value))
            }
            StmtKind::Expr(value) => self.expr(value),
            StmtKind::If { cond, then, otherwise } => {
                let head = format!("if {}:", self.expr(cond));
                return self.compound(&head, then, otherwise, depth);
            }
            StmtKind::While { cond, body, otherwise } => {
                let head = format!("while {}:", self.expr(cond));
                return self.compound(&head, body, otherwise, depth);
            }
            StmtKind::For { target, iterable, body, otherwise } => {
                let head = format!("for {} in {}:", self.target(target), self.expr(iterable));
                return self.compound(&head, body, otherwise, depth);
            }
            StmtKind::Break => "break".to_owned(),
            StmtKind::Continue => "continue".to_owned(),
            StmtKind::Return(None) => "return".to_owned(),
            StmtKind::Return(Some(value)) => format!("return {}", self.expr(value)),
            StmtKind::Raise { class, args } => format!("raise {class}({})", self.list(args)),
            StmtKind::Assert { cond, message } => match message {
                Some(message) => format!("assert {}, {}", self.expr(cond), self.expr(message)),
                None => format!("assert {}", self.expr(cond)),
            },
        };
        self.line(depth, &text);
    }

    fn compound(&mut self, head: &str, body: &[Stmt], otherwise: &[Stmt], depth: usize) {
        self.line(depth, head);
        self.block(body, depth + 1);
        if !otherwise.is_empty() {
            self.line(depth, "else:");
            self.block(otherwise, depth + 1);
        }
    }

    fn target(&self, target: &Target) -> String {
        match target {
            Target::Variable(variable, _) => self.name(*variable),
            Target::Tuple(targets, _) => {
                let targets: Vec<String> = targets.iter().map(|target| self.target(target)).collect();
                format!("({},)", targets.join(", "))
            }
            Target::Element { value, indices, .. } => self.subscript(value, indices),
        }
    }

    fn list(&self, exprs: &[Expr]) -> String {
        exprs.iter().map(|expr| self.expr(expr)).collect::<Vec<_>>().join(", ")
    }

    fn expr(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Int(value) => value.to_string(),
            ExprKind::Float(value) => format!("{value:?}"),
            ExprKind::Imaginary(value) => format!("{value:?}j"),
            ExprKind::Bool(true) => "True".to_owned(),
            ExprKind::Bool(false) => "False".to_owned(),
            ExprKind::Text(text) => format!("{text:?}"),
            ExprKind::Table(table) => table.to_string(),
            ExprKind::DType(element) => element.to_string(),
            ExprKind::None => "None".to_owned(),
            ExprKind::Refused => "<refused>".to_owned(),
            ExprKind::Typed(number) => format!("<typed {number}>"),
            ExprKind::Tuple(items) => format!("({},)", self.list(items)),
            ExprKind::Variable(variable) => self.name(*variable),
            ExprKind::Function(function) => self.module.functions[function.0 as usize].name.clone(),
            ExprKind::Builtin(name) => name.clone(),
            ExprKind::Unary { op, operand } => format!("({}{})", op.symbol(), self.expr(operand)),
            ExprKind::Binary { op, left, right } => self.infix(op.symbol(), left, right),
            ExprKind::Compare { op, left, right } => self.infix(op.symbol(), left, right),
            ExprKind::IsNone { value, not } => {
                format!("({} {} None)", self.expr(value), if *not { "is not" } else { "is" })
            }
            ExprKind::Chain { first, rest } => {
                let rest =
                    rest.iter().map(|(op, operand)| format!(" {} {}", op.symbol(), self.expr(operand)));
                format!("({}{})", self.expr(first), rest.collect::<String>())
            }
            ExprKind::Conditional { cond, then, otherwise } => {
                format!("({} if {} else {})", self.expr(then), self.expr(cond), self.expr(otherwise))
            }
            ExprKind::Logical { op: LogicalOp::And, left, right } => self.infix("and", left, right),
            ExprKind::Logical { op: LogicalOp::Or, left, right } => self.infix("or", left, right),
            ExprKind::Call { callee, args, keywords } => {
                let mut args: Vec<String> = args.iter().map(|arg| self.expr(arg)).collect();
                args.extend(keywords.iter().map(|k| format!("{}={}", k.name, self.expr(&k.value))));
                format!("{}({})", self.expr(callee), args.join(", "))
            }
            ExprKind::Attribute { value, name } => format!("{}.{name}", self.expr(value)),
            ExprKind::Index { value, indices } => self.subscript(value, indices),
        }
    }

    fn subscript(&self, value: &Expr, indices: &[Index]) -> String {
        let indices: Vec<String> = indices.iter().map(|index| self.index(index)).collect();
        format!("{}[{}]", self.expr(value), indices.join(", "))
    }

    fn index(&self, index: &Index) -> String {
        match index {
            Index::Expr(index) => self.expr(index),
            Index::Slice(slice) => {
                let bounds = [&slice.start, &slice.stop, &slice.step];
                bounds.map(|bound| bound.as_ref().map_or(String::new(), |bound| self.expr(bound))).join(":")
            }
            Index::Ellipsis(_) => "...".to_owned(),
            Index::NewAxis(_) => "None".to_owned(),
            Index::Field(name, _) => format!(".{name}"),
        }
    }

    fn infix(&self, symbol: &str, left: &Expr, right: &Expr) -> String {
        format!("({} {symbol} {})", self.expr(left), self.expr(right))
    }
}

fn signature_text(signature: &Signature) -> String {
    let params: Vec<String> = signature.params.iter().map(Type::to_string).collect();
    match &signature.result {
        Some(result) => format!("({}) -> {result}", params.join(", ")),
        None => format!("({})", params.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Diagnostics;
    use crate::source::Source;

    #[test]
    fn names_are_resolved_and_sugar_is_gone() {
        let text = "\
from numba import njit, float64
import numpy as np
N = 2

@njit(float64(float64, float64[:, ::1]), error_model='numpy')
def f(x, a):
    if x < -1:
        a[0, N] += g(np.float32(x))
    elif not x:
        return 1j.real
    for i in range(N):
        pass
    raise ValueError('no', i)

def g(x):
    return x ** 2
";
        let module = crate::syntax::parse(&Source::file("a.py", text), &mut Diagnostics::default());
        assert_eq!(
            super::print(&module),
            "\
@(float64, float64[:, ::1]) -> float64
@error_model('numpy')
def f(x#0, a#1):
    if (x#0 < -1):
        a#1[0, 2] += g(numpy.float32(x#0))
    else:
        if (not x#0):
            return 1.0j.real
    for i#2 in range(2):
        pass
    raise ValueError(\"no\", i#2)

def g(x#0):
    return (x#0 ** 2)
"
        );
    }
}
