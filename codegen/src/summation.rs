//! Sums up what an operation on arrays gives without the array: `np.sum(a * b)`. The sum takes its order
//! from the number of elements alone, so its elements can be computed block by block.
//!
//! Each such sum becomes an instance of its own: the library's `sum_filled`, in which the call of `fill_block` is
//! replaced by the operation on a part of its operands. It serves where these have one dimension and one length;
//! else the array is made after all.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::CompareOp;
use crate::source::Span;
use crate::typed::{
    Axis, Elementwise, Expr, ExprKind, Input, Instance, InstanceId, Operation, Output, Program, Rules, Stmt,
    StmtKind, Web, WebId, visit,
};
use crate::types::{ArrayType, Kind, Type};

/// Makes an instance for each sum of an operation that nothing else reads.
pub fn run(program: &mut Program) {
    for index in 0..program.instances.len() {
        let body = std::mem::take(&mut program.instances[index].body);
        let reads = reads_in(&body);
        program.instances[index].body = block(body, program, &reads);
    }
}

fn reads_in(body: &[Stmt]) -> BTreeMap<WebId, usize> {
    let mut reads = BTreeMap::new();
    visit::walk_exprs(body, &mut |expr| {
        if let ExprKind::Variable { web, .. } | ExprKind::Bound(web) = expr.kind {
            *reads.entry(web).or_default() += 1;
        }
    });
    reads
}

fn block(body: Vec<Stmt>, program: &mut Program, reads: &BTreeMap<WebId, usize>) -> Vec<Stmt> {
    let mut stmts: Vec<Stmt> = Vec::new();
    for mut stmt in body {
        stmt.kind = within(stmt.kind, program, reads);
        if let Some(web) = stmts.last().and_then(operation).filter(|web| reads.get(web) == Some(&1))
            && let Some(value) = value_of(&mut stmt.kind)
            && let Some(sum) = sum_of(value, web, program)
            && let Some(Stmt { kind: StmtKind::Assign(_, array), .. }) = stmts.pop()
        {
            *sum = summed(array, sum.clone(), program);
        }
        stmts.push(stmt);
    }
    stmts
}

fn within(kind: StmtKind, program: &mut Program, reads: &BTreeMap<WebId, usize>) -> StmtKind {
    match kind {
        StmtKind::If(cond, then, otherwise) => {
            let then = block(then, program, reads);
            StmtKind::If(cond, then, block(otherwise, program, reads))
        }
        StmtKind::While(cond, body, otherwise) => {
            let body = block(body, program, reads);
            StmtKind::While(cond, body, block(otherwise, program, reads))
        }
        StmtKind::ForRange { variable, start, stop, step, body, otherwise } => {
            let body = block(body, program, reads);
            let otherwise = block(otherwise, program, reads);
            StmtKind::ForRange { variable, start, stop, step, body, otherwise }
        }
        StmtKind::Sequence(stmts) => StmtKind::Sequence(block(stmts, program, reads)),
        other => other,
    }
}

/// The variable that takes the result of an operation on arrays of one dimension, and nothing else.
fn operation(stmt: &Stmt) -> Option<WebId> {
    let StmtKind::Assign(web, Expr { kind: ExprKind::Elementwise(operation), ty, .. }) = &stmt.kind else {
        return None;
    };
    let is_line = |ty: &Type| matches!(ty, Type::Array(ArrayType { rank: 1, .. }));
    let is_fit = |input: &Input| {
        let is_plain = input.core.is_empty() && input.sites.is_empty();
        is_plain && (is_line(&input.value.ty) || !matches!(input.value.ty, Type::Array(_)))
    };
    let is_one = matches!(operation.outputs.as_slice(), [Output::New { .. }]);
    let fits = operation.rules == Rules::Call && is_one && is_line(ty);
    (fits && operation.inputs.iter().all(is_fit)).then_some(*web)
}

fn value_of(kind: &mut StmtKind) -> Option<&mut Expr> {
    match kind {
        StmtKind::Assign(_, value) | StmtKind::Evaluate(value) | StmtKind::Return(Some(value)) => Some(value),
        StmtKind::If(cond, ..) | StmtKind::Assert(cond, _) => Some(cond),
        _ => None,
    }
}

/// The sum of a variable's array, if it is what a value evaluates first.
fn sum_of<'e>(value: &'e mut Expr, web: WebId, program: &Program) -> Option<&'e mut Expr> {
    let is_it = match &value.kind {
        ExprKind::Call(callee, args) => {
            let is_sum = program[*callee].library && &*program[*callee].name == "sum_run";
            let is_read =
                |arg: &Expr| matches!(arg.kind, ExprKind::Variable { web: read, .. } if read == web);
            is_sum && args.iter().all(is_read)
        }
        _ => false,
    };
    if is_it {
        return Some(value);
    }
    match &mut value.kind {
        ExprKind::Operation(_, args) | ExprKind::Call(_, args) | ExprKind::Tuple(args) => {
            let first = args.iter_mut().find(|arg| !is_free(arg))?;
            sum_of(first, web, program)
        }
        ExprKind::Convert(value) => sum_of(value, web, program),
        _ => None,
    }
}

/// Whether evaluating an expression does nothing.
const fn is_free(expr: &Expr) -> bool {
    match expr.kind {
        ExprKind::Variable { check, .. } => !check,
        ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Complex(..) | ExprKind::Bool(_) => true,
        _ => false,
    }
}

/// The sum of an operation, in an instance of its own where that serves.
fn summed(array: Expr, sum: Expr, program: &mut Program) -> Expr {
    let (span, ty) = (sum.span, sum.ty.clone());
    let ExprKind::Call(callee, _) = sum.kind else { unreachable!("bug in pykernel: a sum is a call") };
    let plain = |array: Expr| Expr::new(ExprKind::Call(callee, vec![array]), ty.clone(), span);
    let ExprKind::Elementwise(operation) = &array.kind else { return plain(array) };
    let mut extents = operation.inputs.iter().filter_map(|input| match input.value.ty {
        Type::Array(_) => {
            Some(Expr::new(ExprKind::Extent(Box::new(input.value.clone()), 0), Type::INT, span))
        }
        _ => None,
    });
    let (Some(n), Some(body)) = (extents.next(), filled(operation, &ty, program)) else {
        return plain(array);
    };
    let same = extents.map(|extent| {
        let equal = Operation::Compare(CompareOp::Eq);
        Expr::new(ExprKind::Operation(equal, vec![extent, n.clone()]), Type::BOOL, span)
    });
    let same = same.reduce(|left, right| {
        let kind = ExprKind::Logical { and: true, left: Box::new(left), right: Box::new(right) };
        Expr::new(kind, Type::BOOL, span)
    });
    let (instance, variables) = body;
    let zero = match ty.dtype().map(|dtype| dtype.kind()) {
        Some(Kind::Complex) => ExprKind::Complex(0.0, 0.0),
        _ => ExprKind::Float(0.0),
    };
    let args = [n, Expr::new(zero, ty.clone(), span)].into_iter().chain(variables).collect();
    let id = InstanceId(program.instances.len() as u32);
    program.instances.push(instance);
    let call = Expr::new(ExprKind::Call(id, args), ty.clone(), span);
    match same {
        None => call,
        Some(cond) => {
            let (cond, then, otherwise) = (Box::new(cond), Box::new(call), Box::new(plain(array)));
            Expr::new(ExprKind::Conditional { cond, then, otherwise }, ty, span)
        }
    }
}

/// The library's `sum_filled` with an operation in it, and the variables that are its arguments behind the
/// first two.
fn filled(operation: &Elementwise, ty: &Type, program: &Program) -> Option<(Instance, Vec<Expr>)> {
    let is_it = |instance: &&Instance| {
        instance.library
            && &*instance.name == "sum_filled"
            && instance.params.get(1).is_some_and(|(own, _)| own == ty)
    };
    let mut instance = program.instances.iter().find(is_it)?.clone();
    let mut set = BTreeSet::new();
    operation
        .body
        .walk(&mut |part| set.extend(if let ExprKind::Bind(web, _) = part.kind { Some(web) } else { None }));
    let (mut names, mut variables) = (BTreeMap::new(), Vec::new());
    let mut add = |web: WebId, ty: &Type| {
        let new = WebId(instance.webs.len() as u32);
        let is_new = !names.contains_key(&web);
        if is_new {
            instance.webs.push(Web { name: "t".into(), ty: ty.clone(), may_be_unbound: false });
            names.insert(web, new);
        }
        is_new.then_some(new)
    };
    let values = operation.inputs.iter().map(|input| &input.value).chain([&operation.body]);
    let mut params = Vec::new();
    values.for_each(|value| {
        value.walk(&mut |part| match &part.kind {
            ExprKind::Bind(web, value) => {
                add(*web, &value.ty);
            }
            ExprKind::Variable { web, .. } if set.contains(web) => {}
            ExprKind::Variable { web, .. } => {
                if let Some(new) = add(*web, &part.ty) {
                    params.push((part.ty.clone(), new));
                    variables
                        .push(Expr { kind: ExprKind::Variable { web: *web, check: false }, ..part.clone() });
                }
            }
            _ => {}
        });
    });
    instance.params.extend(params);
    let body = std::mem::take(&mut instance.body);
    instance.body = Filling { operation, names, program }.block(body, &mut instance.webs);
    Some((instance, variables))
}

/// Puts an operation in the place of `fill_block`.
struct Filling<'a> {
    operation: &'a Elementwise,
    /// What its variables are called in the instance.
    names: BTreeMap<WebId, WebId>,
    program: &'a Program,
}

impl Filling<'_> {
    fn block(&self, body: Vec<Stmt>, webs: &mut Vec<Web>) -> Vec<Stmt> {
        let stmt = |Stmt { kind, span }| Stmt { kind: self.stmt(kind, span, webs), span };
        body.into_iter().map(stmt).collect()
    }

    fn stmt(&self, kind: StmtKind, span: Span, webs: &mut Vec<Web>) -> StmtKind {
        match kind {
            StmtKind::While(cond, body, otherwise) => {
                let body = self.block(body, webs);
                StmtKind::While(cond, body, self.block(otherwise, webs))
            }
            StmtKind::Sequence(stmts) => StmtKind::Sequence(self.block(stmts, webs)),
            StmtKind::Evaluate(Expr { kind: ExprKind::Call(callee, args), .. })
                if &*self.program[callee].name == "fill_block" =>
            {
                self.fill(&args, span, webs)
            }
            other => other,
        }
    }

    /// `block = operation`, on the elements from the second argument to the third.
    fn fill(&self, args: &[Expr], span: Span, webs: &mut Vec<Web>) -> StmtKind {
        let [block, start, stop] = args else {
            unreachable!("bug in pykernel: a block is filled from a place to another")
        };
        let mut stmts = Vec::new();
        let mut set = |value: Expr| {
            let web = WebId(webs.len() as u32);
            webs.push(Web { name: "t".into(), ty: value.ty.clone(), may_be_unbound: false });
            let read = Expr::new(ExprKind::Variable { web, check: false }, value.ty.clone(), span);
            stmts.push(Stmt { kind: StmtKind::Assign(web, value), span });
            read
        };
        let target = set(block.clone());
        let mut inputs = Vec::new();
        for input in &self.operation.inputs {
            let value = self.renamed(input.value.clone());
            inputs.push(Input::plain(match value.ty {
                Type::Array(ty) => {
                    let axes = vec![Axis::Slice([Some(start.clone()), Some(stop.clone()), None])];
                    let ty = Type::Array(ty.part(&[axes[0].kept()]));
                    set(Expr::new(ExprKind::Part(Box::new(value), axes), ty, span))
                }
                _ => value,
            }));
        }
        let body = self.renamed(self.operation.body.clone());
        let outputs = vec![Output::given(target)];
        let fill = Elementwise::new(inputs, outputs, body, Rules::Alike);
        let fill = Expr::new(ExprKind::Elementwise(Box::new(fill)), Type::None, span);
        stmts.push(Stmt { kind: StmtKind::Evaluate(fill), span });
        StmtKind::Sequence(stmts)
    }

    /// An expression of the operation as one of the instance.
    fn renamed(&self, mut expr: Expr) -> Expr {
        self.rename(&mut expr);
        expr
    }

    fn rename(&self, expr: &mut Expr) {
        if let ExprKind::Variable { web, .. } | ExprKind::Bind(web, _) = &mut expr.kind {
            *web = self.names[web];
        }
        expr.operands_mut(&mut |operand| self.rename(operand));
    }
}
