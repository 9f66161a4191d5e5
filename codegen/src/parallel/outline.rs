//! Makes the bodies of parallel loops instances of their own.
//!
//! An outlined instance has the webs of the one that it was cut out of, by the same numbers. Those that
//! the body reads and never assigns are its parameters; all others are its own.

use std::collections::{BTreeSet, VecDeque};

use super::Guard;
use crate::ir::BinaryOp;
use crate::source::Span;
use crate::typed::{
    Expr, ExprKind, Instance, InstanceId, Operation, Parallel, Program, Stmt, StmtKind, Web, WebId, clamp,
    visit,
};
use crate::types::Type;

/// Outlines all parallel loops; each has its guard and what an iteration costs, in the order of the text.
pub(super) fn run(program: &mut Program, found: Vec<(Guard, i128)>) {
    let mut outline = Outline { found: found.into(), made: Vec::new(), next: program.instances.len() };
    for index in 0..program.instances.len() {
        let body = std::mem::take(&mut program.instances[index].body);
        let body = outline.body(body, program, InstanceId(index as u32));
        program.instances[index].body = body;
    }
    program.instances.extend(outline.made);
}

struct Outline {
    found: VecDeque<(Guard, i128)>,
    made: Vec<Instance>,
    /// The number of the next instance.
    next: usize,
}

impl Outline {
    fn body(&mut self, body: Vec<Stmt>, program: &Program, id: InstanceId) -> Vec<Stmt> {
        let stmt = |Stmt { kind, span }| Stmt { kind: self.stmt(kind, span, program, id), span };
        body.into_iter().map(stmt).collect()
    }

    fn stmt(&mut self, kind: StmtKind, span: Span, program: &Program, id: InstanceId) -> StmtKind {
        match kind {
            StmtKind::Parallel(parallel) => self.fork(*parallel, span, program, id),
            StmtKind::If(cond, then, otherwise) => {
                let then = self.body(then, program, id);
                StmtKind::If(cond, then, self.body(otherwise, program, id))
            }
            StmtKind::While(cond, body, otherwise) => {
                let body = self.body(body, program, id);
                StmtKind::While(cond, body, self.body(otherwise, program, id))
            }
            StmtKind::ForRange { variable, start, stop, step, body, otherwise } => {
                let body = self.body(body, program, id);
                let otherwise = self.body(otherwise, program, id);
                StmtKind::ForRange { variable, start, stop, step, body, otherwise }
            }
            StmtKind::Sequence(stmts) => StmtKind::Sequence(self.body(stmts, program, id)),
            other => other,
        }
    }

    /// Runs a loop's body in parallel if its guard holds, and at once over all if not.
    fn fork(&mut self, parallel: Parallel, span: Span, program: &Program, id: InstanceId) -> StmtKind {
        let Some((guard, cost)) = self.found.pop_front() else {
            unreachable!("bug in pykernel: a parallel loop was not proved")
        };
        let cost = cost_of_place(cost, &parallel);
        let count = parallel.count.clone();
        let (instance, args) = outlined(parallel, &program[id], span);
        let body = InstanceId(self.next as u32);
        self.next += 1;
        self.made.push(instance);
        let serial = guard.is_some().then(|| {
            let ends = [Expr::new(ExprKind::Int(0), Type::INT, span), count.clone()];
            let args = ends.into_iter().chain(args.iter().cloned()).collect();
            let call = Expr::new(ExprKind::Call(body, args), Type::None, span);
            vec![Stmt { kind: StmtKind::Evaluate(call), span }]
        });
        let fork = StmtKind::Fork { body, count, cost, args };
        match (guard, serial) {
            (Some(guard), Some(serial)) => StmtKind::If(guard, vec![Stmt { kind: fork, span }], serial),
            _ => fork,
        }
    }
}

/// About how many operations a place of a loop takes.
fn cost_of_place(cost: i128, parallel: &Parallel) -> Expr {
    let span = parallel.count.span;
    let int = |kind| Expr::new(kind, Type::INT, span);
    let one = int(ExprKind::Int(cost));
    if parallel.iteration == parallel.variable {
        return one;
    }
    let operation = |op, left, right| int(ExprKind::Operation(Operation::Binary(op), vec![left, right]));
    let iterations = operation(BinaryOp::Div, parallel.n.clone(), parallel.count.clone());
    operation(BinaryOp::Mul, one, iterations)
}

/// A loop's body as an instance, with the arguments behind the ends of a part.
fn outlined(parallel: Parallel, around: &Instance, span: Span) -> (Instance, Vec<Expr>) {
    let Parallel { variable, body, count, .. } = parallel;
    let mut webs = around.webs.clone();
    let mut new = |name: &str, ty: Type| {
        webs.push(Web { name: name.into(), ty, may_be_unbound: false });
        WebId(webs.len() as u32 - 1)
    };
    let read = |web, ty: &Type| Expr::new(ExprKind::Variable { web, check: false }, ty.clone(), span);
    let [first, end] = ["first", "end"].map(|name| new(name, Type::INT));
    let step = Expr::new(ExprKind::Int(1), Type::INT, span);
    let [start, stop] = [first, end].map(|end| read(end, &Type::INT));
    let [start, stop] = clamp::within(start, stop, count);
    let places = StmtKind::ForRange { variable, start, stop, step, body, otherwise: Vec::new() };
    let places = Stmt { kind: places, span };
    let mut params = vec![(Type::INT, first), (Type::INT, end)];
    let (mut args, mut before) = (Vec::new(), Vec::new());
    for captured in captured(&places, [first, end]) {
        let Web { name, ty, may_be_unbound } = &around.webs[captured.0 as usize];
        args.push(read(captured, ty));
        if !may_be_unbound {
            params.push((ty.clone(), captured));
            continue;
        }
        // It is assigned, and so bound, if it was bound outside.
        let (value, bound) = (new(name, ty.clone()), new(&format!("{name}.bound"), Type::BOOL));
        params.extend([(ty.clone(), value), (Type::BOOL, bound)]);
        args.push(Expr::new(ExprKind::Bound(captured), Type::BOOL, span));
        let assign = Stmt { kind: StmtKind::Assign(captured, read(value, ty)), span };
        before.push(Stmt { kind: StmtKind::If(read(bound, &Type::BOOL), vec![assign], Vec::new()), span });
    }
    before.push(places);
    let instance = Instance {
        name: format!("{}.prange", around.name).into(),
        library: false,
        boundscheck: around.boundscheck,
        fastmath: around.fastmath,
        disjoint: around.disjoint,
        inline: around.inline,
        params,
        result: Type::None,
        webs,
        body: before,
        external: None,
        span: around.span,
    };
    (instance, args)
}

/// The webs that statements use.
pub(super) struct Webs {
    pub(super) read: BTreeSet<WebId>,
    pub(super) assigned: BTreeSet<WebId>,
}

/// The webs that a body uses.
pub(super) fn webs(body: &[Stmt]) -> Webs {
    let mut webs = Webs { read: BTreeSet::new(), assigned: BTreeSet::new() };
    visit::walk(body, &mut |stmt| {
        webs.assigned.extend(stmt.kind.assigned());
        stmt.kind.exprs(&mut |expr| {
            expr.walk(&mut |expr| match expr.kind {
                ExprKind::Variable { web, .. } | ExprKind::Bound(web) => drop(webs.read.insert(web)),
                ExprKind::Bind(web, _) => drop(webs.assigned.insert(web)),
                _ => {}
            });
        });
    });
    webs
}

/// The webs that a loop reads and never assigns, but for some.
fn captured(places: &Stmt, but: [WebId; 2]) -> Vec<WebId> {
    let Webs { read, assigned } = webs(std::slice::from_ref(places));
    read.difference(&assigned).filter(|web| !but.contains(web)).copied().collect()
}
