//! Small typed programs, built by hand, and the IR that they become.

use super::lower;
use crate::ir::{self, BinaryOp, Stage};
use crate::source::{Source, Span};
use crate::typed::{Expr, ExprKind, Instance, Operation, Program, Stmt, StmtKind, Web, WebId};
use crate::types::Type;

const SPAN: Span = Span::new(0, 1);

fn expr(kind: ExprKind, ty: &Type) -> Expr {
    Expr::new(kind, ty.clone(), SPAN)
}

fn int(value: i128) -> Expr {
    expr(ExprKind::Int(value), &Type::INT)
}

fn var(web: u32, ty: &Type) -> Expr {
    expr(ExprKind::Variable { web: WebId(web), check: false }, ty)
}

fn op(op: Operation, args: Vec<Expr>, ty: &Type) -> Expr {
    expr(ExprKind::Operation(op, args), ty)
}

fn stmt(kind: StmtKind) -> Stmt {
    Stmt { kind, span: SPAN }
}

fn return_(value: Expr) -> Stmt {
    stmt(StmtKind::Return(Some(value)))
}

fn web(name: &str, ty: &Type) -> Web {
    Web { name: name.into(), ty: ty.clone(), may_be_unbound: false }
}

/// A function whose first variables are its parameters.
fn instance(params: &[(&str, Type)], variables: Vec<Web>, result: &Type, body: Vec<Stmt>) -> Instance {
    let webs = params.iter().map(|(name, ty)| web(name, ty)).chain(variables).collect();
    let params = params.iter().enumerate().map(|(i, (_, ty))| (ty.clone(), WebId(i as u32))).collect();
    Instance { name: "f".into(), library: false, params, result: result.clone(), webs, body, span: SPAN }
}

/// The IR of instances, verified; the lines of the last one's scope.
fn lowered(instances: Vec<Instance>) -> String {
    let program = Program { instances, ..Program::default() };
    let module = lower(&program, &Source::file("k.py", "f\n"));
    assert_eq!(ir::verify::verify(&module, Stage::Raising), Ok(()), "{}", ir::print::print(&module));
    let text = ir::print::print(&module);
    let scope = text.rfind("    scope {\n").expect("it has a body");
    let lines = text[scope..].lines().skip(1).map(|line| line.strip_prefix("        ").unwrap_or(""));
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

#[test]
fn arithmetic_of_pythons_int_is_checked_operand_by_operand() {
    let x = || var(0, &Type::INT);
    let sum = op(Operation::Checked(BinaryOp::Add), vec![x(), int(1)], &Type::INT);
    let product = op(Operation::Checked(BinaryOp::Mul), vec![sum, x()], &Type::INT);
    let f = instance(&[("x", Type::INT)], vec![], &Type::INT, vec![return_(product)]);
    assert_eq!(
        lowered(vec![f]),
        "check !add_overflows(x, 1) else OverflowError(\"integer overflow: result does not fit 64 bits\") at k.py:1  # overflow
t = (x + 1)
check !mul_overflows(t, x) else OverflowError(\"integer overflow: result does not fit 64 bits\") at k.py:1  # overflow
result = (t * x)
return"
    );
}
