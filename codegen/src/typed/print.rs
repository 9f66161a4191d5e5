//! Writes a typed program as text: an instance looks like the Python function it came from, with
//! its types, its conversions and its operations written out.
//!
//! A variable is written with its web's number (`z#3`), a call with its instance's number
//! (`f@2(…)`). A conversion is a call of the type (`float64(x)`), one that never raises
//! `cast[float64](x)`. A literal that is not Python's has its type behind it (`2:int8`), a use
//! that must check that the variable is bound a `?`.

use std::fmt::Write;

use super::{
    Allocation, Axis, Element, Elementwise, Expr, ExprKind, Fill, Instance, InstanceId, Operation, Output,
    Piece, Program, Raise, Stmt, StmtKind, Strides, WebId,
};
use crate::types::Type;

/// The text of a program.
pub fn print(program: &Program) -> String {
    let instances = program.instances.iter().enumerate().map(|(index, instance)| {
        let mut printer = Printer { program, instance, out: String::new() };
        printer.instance(index);
        printer.out
    });
    instances.collect::<Vec<_>>().join("\n")
}

struct Printer<'a> {
    program: &'a Program,
    instance: &'a Instance,
    out: String,
}

impl Printer<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.out, "{:width$}{text}", "", width = 4 * depth);
    }

    fn instance(&mut self, index: usize) {
        let instance = self.instance;
        let params: Vec<String> =
            instance.params.iter().map(|(ty, web)| format!("{}: {ty}", self.web(*web))).collect();
        let library = if instance.library { "  # library" } else { "" };
        let (name, result) = (&instance.name, &instance.result);
        self.line(0, &format!("def {name}@{index}({}) -> {result}:{library}", params.join(", ")));
        let is_param = |web: usize| instance.params.iter().any(|(_, param)| param.0 as usize == web);
        for (index, web) in instance.webs.iter().enumerate().filter(|(index, _)| !is_param(*index)) {
            let unbound = if web.may_be_unbound { "  # may be unbound" } else { "" };
            self.line(1, &format!("{}#{index}: {}{unbound}", web.name, web.ty));
        }
        self.block(&instance.body, 1);
    }

    fn web(&self, web: WebId) -> String {
        format!("{}#{}", self.instance.webs[web.0 as usize].name, web.0)
    }

    fn block(&mut self, body: &[Stmt], depth: usize) {
        if body.is_empty() {
            self.line(depth, "pass");
        }
        body.iter().for_each(|stmt| self.stmt(stmt, depth));
    }

    fn stmt(&mut self, stmt: &Stmt, depth: usize) {
        let text = match &stmt.kind {
            StmtKind::Assign(web, value) => format!("{} = {}", self.web(*web), self.expr(value)),
            StmtKind::Store(element, value) => format!("{} = {}", self.element(element), self.expr(value)),
            StmtKind::Update(element, value) => format!("{} := {}", self.element(element), self.expr(value)),
            StmtKind::Evaluate(value) => self.expr(value),
            StmtKind::If(cond, then, otherwise) => {
                let head = format!("if {}:", self.expr(cond));
                return self.compound(&head, then, otherwise, depth);
            }
            StmtKind::While(cond, body, otherwise) => {
                let head = format!("while {}:", self.expr(cond));
                return self.compound(&head, body, otherwise, depth);
            }
            StmtKind::ForRange { variable, start, stop, step, body, otherwise } => {
                let range = [start, stop, step].map(|bound| self.expr(bound)).join(", ");
                let head = format!("for {} in range({range}):", self.web(*variable));
                return self.compound(&head, body, otherwise, depth);
            }
            StmtKind::Parallel(parallel) => {
                let (variable, count) = (self.web(parallel.variable), self.expr(&parallel.count));
                let head = format!("for {variable} in parallel({count}):");
                return self.compound(&head, &parallel.body, &[], depth);
            }
            StmtKind::Fork { body, count, cost, args } => {
                let (body, args) = (self.callee(*body), self.list(args));
                format!("fork {body}(0..{}, {args}) cost {}", self.expr(count), self.expr(cost))
            }
            StmtKind::Sequence(stmts) => return stmts.iter().for_each(|stmt| self.stmt(stmt, depth)),
            StmtKind::Break => "break".to_owned(),
            StmtKind::Continue => "continue".to_owned(),
            StmtKind::Return(None) => "return".to_owned(),
            StmtKind::Return(Some(value)) => format!("return {}", self.expr(value)),
            StmtKind::Raise(raise) => format!("raise {}", self.raise(raise)),
            StmtKind::Print(pieces) => format!("print({})", self.pieces(pieces)),
            StmtKind::Assert(cond, raise) => format!("assert {} else {}", self.expr(cond), self.raise(raise)),
            StmtKind::CheckOverflow(cond) => format!("overflow_unless({})", self.expr(cond)),
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

    fn raise(&self, raise: &Raise) -> String {
        format!("{}({})", raise.class, self.pieces(&raise.message))
    }

    fn pieces(&self, pieces: &[Piece]) -> String {
        let pieces = pieces.iter().map(|piece| match piece {
            Piece::Text(text) => format!("{text:?}"),
            Piece::Value(value) => self.expr(value),
            Piece::Repr(value) => format!("repr({})", self.expr(value)),
        });
        pieces.collect::<Vec<_>>().join(" + ")
    }

    fn allocation(&self, allocation: &Allocation) -> String {
        let fill = match &allocation.fill {
            Fill::Zero => "0".to_owned(),
            Fill::Value(value) => self.expr(value),
            Fill::Range { start, next } => format!("{}, {}, ...", self.expr(start), self.expr(next)),
            Fill::Copy(array) => self.expr(array),
        };
        format!("allocate[{}]({fill})", self.list(&allocation.shape))
    }

    fn elementwise(&self, elementwise: &Elementwise) -> String {
        let inputs = elementwise.inputs.iter().map(|input| self.expr(&input.value));
        let outputs = elementwise.outputs.iter().map(|output| match output {
            Output::Given { array, .. } => self.expr(array),
            Output::New { element, core } => format!("{element}[..., {}]", self.list(core)),
        });
        let [inputs, outputs] = [inputs.collect::<Vec<_>>(), outputs.collect()].map(|each| each.join(", "));
        format!("elementwise({inputs} -> {outputs}: {})", self.expr(&elementwise.body))
    }

    fn element(&self, element: &Element) -> String {
        format!("{}[{}]", self.expr(&element.array), self.list(&element.indices))
    }

    fn axis(&self, axis: &Axis) -> String {
        match axis {
            Axis::Index(index) => self.expr(index),
            Axis::Whole => ":".to_owned(),
            Axis::Slice(bounds) => {
                let bound = |bound: &Option<Expr>| bound.as_ref().map_or(String::new(), |e| self.expr(e));
                bounds.iter().map(bound).collect::<Vec<_>>().join(":")
            }
            Axis::New => "None".to_owned(),
        }
    }

    fn list(&self, exprs: &[Expr]) -> String {
        exprs.iter().map(|expr| self.expr(expr)).collect::<Vec<_>>().join(", ")
    }

    fn callee(&self, id: InstanceId) -> String {
        format!("{}@{}", self.program[id].name, id.0)
    }

    fn expr(&self, expr: &Expr) -> String {
        let ty = &expr.ty;
        match &expr.kind {
            ExprKind::Int(value) => format!("{value}{}", suffix(ty, &Type::INT)),
            ExprKind::Float(value) => format!("{value:?}{}", suffix(ty, &Type::FLOAT)),
            ExprKind::Complex(re, im) => format!("({re:?}, {im:?}j){}", suffix(ty, &Type::COMPLEX)),
            ExprKind::Bool(true) => format!("True{}", suffix(ty, &Type::BOOL)),
            ExprKind::Bool(false) => format!("False{}", suffix(ty, &Type::BOOL)),
            ExprKind::None => "None".to_owned(),
            ExprKind::Text(text) => format!("{text:?}"),
            ExprKind::Variable { web, check } => {
                format!("{}{}", self.web(*web), if *check { "?" } else { "" })
            }
            ExprKind::Bound(web) => format!("bound({})", self.web(*web)),
            ExprKind::Bind(web, value) => format!("({} := {})", self.web(*web), self.expr(value)),
            ExprKind::Current => "current".to_owned(),
            ExprKind::Operand(operand) => format!("operand.{operand}"),
            ExprKind::Convert(value) => format!("{ty}({})", self.expr(value)),
            ExprKind::Operation(Operation::Cast, args) => format!("cast[{ty}]({})", self.list(args)),
            ExprKind::Operation(Operation::Bits, args) => format!("bits[{ty}]({})", self.list(args)),
            ExprKind::Operation(op, args) => format!("{}({})", operation(*op), self.list(args)),
            ExprKind::Call(id, args) => format!("{}({})", self.callee(*id), self.list(args)),
            ExprKind::Logical { and, left, right } => {
                let word = if *and { "and" } else { "or" };
                format!("({} {word} {})", self.expr(left), self.expr(right))
            }
            ExprKind::Conditional { cond, then, otherwise } => {
                format!("({} if {} else {})", self.expr(then), self.expr(cond), self.expr(otherwise))
            }
            ExprKind::Tuple(items) => format!("({},)", self.list(items)),
            ExprKind::Item(tuple, index) => format!("{}[{index}]", self.expr(tuple)),
            ExprKind::Optional(None) => format!("{ty}(None)"),
            ExprKind::Optional(Some(value)) => format!("{ty}({})", self.expr(value)),
            ExprKind::Present(value) => format!("present({})", self.expr(value)),
            ExprKind::Inner(value) => format!("inner({})", self.expr(value)),
            ExprKind::Checked { cond, raise, value } => {
                format!("checked({} else {}, {})", self.expr(cond), self.raise(raise), self.expr(value))
            }
            ExprKind::Table { table, cached } => format!("{}{table}", if *cached { "cached " } else { "" }),
            ExprKind::Element(element) => self.element(element),
            ExprKind::Extent(array, axis) => format!("{}.shape[{axis}]", self.expr(array)),
            ExprKind::Stride(array, axis) => format!("{}.strides[{axis}]", self.expr(array)),
            ExprKind::Part(array, axes) => {
                let axes: Vec<String> = axes.iter().map(|axis| self.axis(axis)).collect();
                format!("{}[{}]", self.expr(array), axes.join(", "))
            }
            ExprKind::Flat(array) => format!("flat({})", self.expr(array)),
            ExprKind::Strided(array, strides) => {
                let Strides { offset, extents, strides } = &**strides;
                let (offset, extents, strides) = (self.expr(offset), self.list(extents), self.list(strides));
                format!("strided({}, {offset}, [{extents}], [{strides}])", self.expr(array))
            }
            ExprKind::Transpose(array) => format!("{}.T", self.expr(array)),
            ExprKind::Size(array) => format!("{}.size", self.expr(array)),
            ExprKind::Allocate(allocation) => self.allocation(allocation),
            ExprKind::Elementwise(elementwise) => self.elementwise(elementwise),
            ExprKind::Together(op, args) => format!("{}({})", op.name(), self.list(args)),
            ExprKind::Atomic(op, element, args) => {
                format!("atomic.{}({}, {})", op.name(), self.element(element), self.list(args))
            }
            ExprKind::Reserve(room) => format!("reserve[{ty}]({room:?})"),
        }
    }
}

/// The type of a literal, unless it is Python's own.
fn suffix(ty: &Type, own: &Type) -> String {
    if ty == own { String::new() } else { format!(":{ty}") }
}

fn operation(op: Operation) -> String {
    match op {
        Operation::Unary(op) => format!("{op:?}").to_lowercase(),
        Operation::Binary(op) => format!("{op:?}").to_lowercase(),
        Operation::Checked(op) => format!("checked_{op:?}").to_lowercase(),
        Operation::Compare(op) => format!("{op:?}").to_lowercase(),
        Operation::Intrinsic(op) => format!("{op:?}").to_lowercase(),
        Operation::Complex => "complex".to_owned(),
        Operation::Real => "real".to_owned(),
        Operation::Imaginary => "imag".to_owned(),
        Operation::Bits => "bits".to_owned(),
        Operation::Cast => "cast".to_owned(),
        Operation::Select => "select".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Diagnostics;
    use crate::source::Source;

    #[test]
    fn types_conversions_and_operations_are_written_out() {
        let text = "\
from numba import njit, float64

@njit
def f(n: int, a: float64[:]) -> float64:
    s = 0.0
    for i in range(n):
        s += a[i]
        a[i] *= 2
    if n > 3:
        t = n
    return s / t
";
        let mut diagnostics = Diagnostics::default();
        let module = crate::syntax::parse(&Source::file("a.py", text), &mut diagnostics);
        let program = crate::infer::infer(&module, &mut diagnostics);
        assert_eq!(diagnostics.into_sorted(), []);
        assert_eq!(
            super::print(&program),
            "\
def f@0(n#0: int, a#1: float64[:]) -> float64:
    s#2: float64
    i#3: int
    t#4: int  # may be unbound
    s#2 = 0.0:float64
    for i#3 in range(0, n#0, 1):
        s#2 = add(s#2, a#1[i#3])
        a#1[i#3] := mul(current, 2.0:float64)
    if gt(int64(n#0), 3:int64):
        t#4 = n#0
    return div(s#2, float64(t#4?))
"
        );
    }
}
