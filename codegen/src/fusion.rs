//! Joins operations on arrays: what one gives and only one other reads never comes to be. Its elements
//! are computed where they are read, in the same loop.
//!
//! An operation moves to the one that reads it across what stands between them, if that writes to no
//! array and sets no variable that it reads. Exceptions come as they did before: the shapes of what was
//! joined are checked in their order, what may raise in its loop is not joined, and nothing that may raise
//! changes places with another.

use std::collections::{BTreeMap, BTreeSet};

use crate::typed::effects::Effects;
use crate::typed::{
    Elementwise, Expr, ExprKind, Input, Instance, Output, Program, Rules, Stmt, StmtKind, Web, WebId, visit,
};
use crate::types::Type;

/// Joins what can be joined in all instances.
pub fn run(program: &mut Program) {
    let effects = Effects::of(program);
    for instance in &mut program.instances {
        if has_operations(&instance.body) {
            let body = std::mem::take(&mut instance.body);
            let uses = Uses::of(instance, &body);
            let mut fusion = Fusion { effects: &effects, webs: &mut instance.webs, uses };
            instance.body = fusion.block(body);
        }
    }
}

fn has_operations(body: &[Stmt]) -> bool {
    let mut found = false;
    visit::walk_exprs(body, &mut |expr| found |= matches!(expr.kind, ExprKind::Elementwise(_)));
    found
}

/// How often each variable is set and read.
struct Uses {
    sets: BTreeMap<WebId, usize>,
    reads: BTreeMap<WebId, usize>,
    /// Of arrays that are parts of others, those others.
    wholes: BTreeMap<WebId, WebId>,
}

impl Uses {
    fn of(instance: &Instance, body: &[Stmt]) -> Uses {
        let mut uses = Uses { sets: BTreeMap::new(), reads: BTreeMap::new(), wholes: BTreeMap::new() };
        instance.params.iter().for_each(|(_, web)| count(&mut uses.sets, *web));
        visit::walk(body, &mut |stmt| {
            stmt.kind.assigned().into_iter().for_each(|web| count(&mut uses.sets, web));
            if let StmtKind::Assign(web, value) = &stmt.kind {
                uses.wholes.extend(whole_of(value).map(|whole| (*web, whole)));
            }
        });
        visit::walk_exprs(body, &mut |expr| match &expr.kind {
            ExprKind::Bind(web, value) => {
                count(&mut uses.sets, *web);
                uses.wholes.extend(whole_of(value).map(|whole| (*web, whole)));
            }
            ExprKind::Variable { web, .. } | ExprKind::Bound(web) => count(&mut uses.reads, *web),
            _ => {}
        });
        uses
    }

    /// The array of which an array is a part, as far as that is seen.
    fn whole(&self, mut web: WebId) -> WebId {
        let mut steps = 0;
        while let Some(whole) = self.wholes.get(&web).filter(|_| steps < self.wholes.len()) {
            (web, steps) = (*whole, steps + 1);
        }
        web
    }
}

/// The variable whose array a value is, or is a part of.
fn whole_of(value: &Expr) -> Option<WebId> {
    match &value.kind {
        ExprKind::Variable { web, .. } | ExprKind::Bind(web, _) => Some(*web),
        ExprKind::Part(array, _) | ExprKind::Transpose(array) => whole_of(array),
        ExprKind::Item(tuple, index) if let ExprKind::Tuple(items) = &tuple.kind => {
            whole_of(items.get(*index)?)
        }
        _ => None,
    }
}

fn count(counts: &mut BTreeMap<WebId, usize>, web: WebId) {
    *counts.entry(web).or_default() += 1;
}

struct Fusion<'a> {
    effects: &'a Effects,
    webs: &'a mut Vec<Web>,
    uses: Uses,
}

impl Fusion<'_> {
    fn block(&mut self, body: Vec<Stmt>) -> Vec<Stmt> {
        let mut stmts = Vec::new();
        body.into_iter().for_each(|stmt| self.unfold(stmt, &mut stmts));
        let mut stmts: Vec<Option<Stmt>> = stmts.into_iter().map(Some).collect();
        for reader in 0..stmts.len() {
            while let Some(read) = self.operation_for(&stmts, reader) {
                let (Some(operation), Some(stmt)) = (stmts[read].take(), stmts[reader].as_mut()) else {
                    unreachable!("bug in pykernel: there is no operation to join")
                };
                self.join(operation, stmt);
            }
        }
        stmts.into_iter().flatten().collect()
    }

    /// A statement as several, one for each operation and each variable that is set on the way.
    fn unfold(&mut self, Stmt { kind, span }: Stmt, out: &mut Vec<Stmt>) {
        let kind = match kind {
            StmtKind::Sequence(stmts) => return stmts.into_iter().for_each(|stmt| self.unfold(stmt, out)),
            StmtKind::Evaluate(value) => return self.evaluate(value, out),
            StmtKind::Assign(web, mut value) => {
                self.unfold_expr(&mut value, true, out);
                StmtKind::Assign(web, value)
            }
            StmtKind::Return(Some(mut value)) => {
                self.unfold_expr(&mut value, true, out);
                StmtKind::Return(Some(value))
            }
            StmtKind::Store(element, mut value) => {
                self.unfold_expr(&mut value, false, out);
                StmtKind::Store(element, value)
            }
            StmtKind::Assert(mut cond, raise) => {
                self.unfold_expr(&mut cond, false, out);
                StmtKind::Assert(cond, raise)
            }
            StmtKind::If(mut cond, then, otherwise) => {
                self.unfold_expr(&mut cond, false, out);
                StmtKind::If(cond, self.block(then), self.block(otherwise))
            }
            StmtKind::While(cond, body, otherwise) => {
                StmtKind::While(cond, self.block(body), self.block(otherwise))
            }
            StmtKind::ForRange { variable, start, stop, step, body, otherwise } => {
                let (body, otherwise) = (self.block(body), self.block(otherwise));
                StmtKind::ForRange { variable, start, stop, step, body, otherwise }
            }
            kind @ (StmtKind::Update(..)
            | StmtKind::Parallel(_)
            | StmtKind::Fork { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Return(None)
            | StmtKind::Raise(_)
            | StmtKind::Print(_)
            | StmtKind::CheckOverflow(_)) => kind,
        };
        out.push(Stmt { kind, span });
    }

    /// Evaluates an expression for its effects.
    fn evaluate(&mut self, mut value: Expr, out: &mut Vec<Stmt>) {
        let span = value.span;
        match value.kind {
            ExprKind::Bind(web, bound) => {
                self.unfold(Stmt { kind: StmtKind::Assign(web, *bound), span }, out);
            }
            _ => match self.unfold_expr(&mut value, true, out) {
                true => variable_of(&value).into_iter().for_each(|web| self.not_read(web)),
                false => out.push(Stmt { kind: StmtKind::Evaluate(value), span }),
            },
        }
    }

    /// Moves what is evaluated first of an expression to statements before it. Says whether the rest only
    /// reads variables. An operation that is not the whole value of a statement is set aside.
    fn unfold_expr(&mut self, expr: &mut Expr, is_whole: bool, out: &mut Vec<Stmt>) -> bool {
        let span = expr.span;
        match &mut expr.kind {
            ExprKind::Variable { check, .. } => !*check,
            ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Complex(..) | ExprKind::Bool(_) => true,
            ExprKind::None | ExprKind::Text(_) | ExprKind::Table { .. } => true,
            ExprKind::Item(tuple, index) if is_last(tuple, *index) => {
                let ExprKind::Tuple(mut items) = std::mem::replace(&mut tuple.kind, ExprKind::None) else {
                    unreachable!("bug in pykernel: what has a last item is a tuple")
                };
                let value = items.pop();
                items.into_iter().for_each(|item| self.evaluate(item, out));
                value.into_iter().for_each(|value| *expr = value);
                self.unfold_expr(expr, is_whole, out)
            }
            ExprKind::Bind(web, value) => {
                let web = *web;
                let value = std::mem::replace(&mut **value, Expr::new(ExprKind::None, Type::None, span));
                expr.kind = ExprKind::Variable { web, check: false };
                count(&mut self.uses.reads, web);
                self.unfold(Stmt { kind: StmtKind::Assign(web, value), span }, out);
                true
            }
            ExprKind::Elementwise(_) if is_whole => false,
            ExprKind::Elementwise(_) => {
                let web = self.variable(expr.ty.clone());
                let read = Expr::new(ExprKind::Variable { web, check: false }, expr.ty.clone(), span);
                let value = std::mem::replace(expr, read);
                self.uses.sets.insert(web, 1);
                self.uses.reads.insert(web, 1);
                out.push(Stmt { kind: StmtKind::Assign(web, value), span });
                true
            }
            ExprKind::Logical { left: first, .. }
            | ExprKind::Conditional { cond: first, .. }
            | ExprKind::Checked { cond: first, .. }
            | ExprKind::Part(first, _) => {
                self.unfold_expr(first, false, out);
                false
            }
            ExprKind::Element(element) => {
                self.unfold_expr(&mut element.array, false, out);
                false
            }
            ExprKind::Atomic(_, element, _) => {
                self.unfold_expr(&mut element.array, false, out);
                false
            }
            ExprKind::Operation(_, operands)
            | ExprKind::Call(_, operands)
            | ExprKind::Tuple(operands)
            | ExprKind::Together(_, operands) => {
                operands.iter_mut().all(|operand| self.unfold_expr(operand, false, out));
                false
            }
            ExprKind::Convert(operand)
            | ExprKind::Item(operand, _)
            | ExprKind::Optional(Some(operand))
            | ExprKind::Present(operand)
            | ExprKind::Inner(operand)
            | ExprKind::Extent(operand, _)
            | ExprKind::Stride(operand, _)
            | ExprKind::Size(operand)
            | ExprKind::Transpose(operand)
            | ExprKind::Flat(operand) => {
                self.unfold_expr(operand, false, out);
                false
            }
            ExprKind::Bound(_)
            | ExprKind::Optional(None)
            | ExprKind::Current
            | ExprKind::Operand(_)
            | ExprKind::Reserve(_)
            | ExprKind::Strided(_)
            | ExprKind::Allocate(_) => false,
        }
    }

    /// A new variable.
    fn variable(&mut self, ty: Type) -> WebId {
        self.webs.push(Web { name: "t".into(), ty, may_be_unbound: false });
        WebId(self.webs.len() as u32 - 1)
    }

    /// The last of the operations that can be joined to the one of a statement.
    fn operation_for(&self, stmts: &[Option<Stmt>], reader: usize) -> Option<usize> {
        let reading = reading(stmts[reader].as_ref()?)?;
        let inputs = &reading.inputs;
        let is_read_here = |web: WebId| {
            let is_it = |input: &&Input| input.sites.is_empty() && variable_of(&input.value) == Some(web);
            let reads = inputs.iter().filter(is_it).count();
            reads > 0 && self.uses.reads.get(&web) == Some(&reads) && self.uses.sets.get(&web) == Some(&1)
        };
        let read = (0..reader).rev().find(|place| {
            let operation = stmts[*place].as_ref().and_then(|stmt| self.operation(stmt));
            operation.is_some_and(|(web, _)| is_read_here(web))
        })?;
        let (_, operation) = self.operation(stmts[read].as_ref()?)?;
        let mut variables = BTreeSet::new();
        let mut add = |value: &Expr| value.walk(&mut |part| variables.extend(variable_of(part)));
        operation.inputs.iter().for_each(|input| input.operands(&mut add));
        add(&operation.body);
        let between = stmts[read + 1..reader].iter().flatten();
        let may_cross = |stmt: &Stmt| {
            let effect = self.effects.of_stmt(stmt);
            let in_order = !effect.leaves || !operation.may_not_fit();
            !effect.acts && in_order && !sets_any(stmt, &variables)
        };
        let copies = self.indexes_what_it_writes(operation, reading);
        ({ between }.all(may_cross) && !copies).then_some(read)
    }

    /// Whether an operation indexes an array that another one writes: joined to it, it would copy all of the array first.
    fn indexes_what_it_writes(&self, operation: &Elementwise, other: &Elementwise) -> bool {
        let indexed = operation.inputs.iter().filter(|input| !input.sites.is_empty());
        let mut indexed = indexed.filter_map(|input| whole_of(&input.value)).map(|web| self.uses.whole(web));
        let written: Vec<WebId> = other
            .outputs
            .iter()
            .filter_map(|output| match output {
                Output::Given { array, .. } => whole_of(array).map(|web| self.uses.whole(web)),
                Output::New { .. } => None,
            })
            .collect();
        indexed.any(|web| written.contains(&web))
    }

    /// The operation of a statement that may be joined to another, and the variable that has its result.
    fn operation<'s>(&self, stmt: &'s Stmt) -> Option<(WebId, &'s Elementwise)> {
        let StmtKind::Assign(web, Expr { kind: ExprKind::Elementwise(operation), ty, .. }) = &stmt.kind
        else {
            return None;
        };
        let effect = self.effects.of_expr(&operation.body);
        let is_one = matches!(operation.outputs.as_slice(), [Output::New { .. }]) && is_plain(operation);
        let joins = is_one && matches!(ty, Type::Array(_)) && !effect.leaves && !effect.acts;
        joins.then_some((*web, operation))
    }

    /// Joins an operation to the one of the statement that reads it.
    fn join(&mut self, stmt: Stmt, reader: &mut Stmt) {
        let (StmtKind::Assign(web, value), Some(reader)) = (stmt.kind, reading_mut(reader)) else {
            unreachable!("bug in pykernel: this is no operation to join")
        };
        let (span, ExprKind::Elementwise(operation)) = (value.span, value.kind) else {
            unreachable!("bug in pykernel: this is no operation to join")
        };
        let element = self.variable(operation.body.ty.clone());
        reader.absorb(web, *operation, element, span).into_iter().for_each(|web| self.not_read(web));
    }

    /// Notes that a variable is read once less.
    fn not_read(&mut self, web: WebId) {
        self.uses.reads.entry(web).and_modify(|reads| *reads -= 1);
    }
}

/// The operation that is the whole value of a statement, if others may be joined to it.
fn reading(stmt: &Stmt) -> Option<&Elementwise> {
    let (StmtKind::Assign(_, value) | StmtKind::Evaluate(value) | StmtKind::Return(Some(value))) = &stmt.kind
    else {
        return None;
    };
    match &value.kind {
        ExprKind::Elementwise(operation) if is_plain(operation) => Some(operation),
        _ => None,
    }
}

fn reading_mut(stmt: &mut Stmt) -> Option<&mut Elementwise> {
    match &mut stmt.kind {
        StmtKind::Assign(_, value) | StmtKind::Evaluate(value) | StmtKind::Return(Some(value)) => {
            if let ExprKind::Elementwise(operation) = &mut value.kind {
                Some(operation)
            } else {
                None
            }
        }
        _ => None,
    }
}

/// Whether each element depends on none but those at its own index.
fn is_plain(operation: &Elementwise) -> bool {
    let has_core = |output: &Output| match output {
        Output::Given { n_core, .. } => *n_core > 0,
        Output::New { core, .. } => !core.is_empty(),
    };
    let is_plain =
        !matches!(operation.rules, Rules::Fold | Rules::At) && !operation.outputs.iter().any(has_core);
    is_plain && operation.inputs.iter().all(|input| input.core.is_empty())
}

fn variable_of(value: &Expr) -> Option<WebId> {
    match value.kind {
        ExprKind::Variable { web, .. } => Some(web),
        _ => None,
    }
}

fn is_last(tuple: &Expr, index: usize) -> bool {
    matches!(&tuple.kind, ExprKind::Tuple(items) if items.len() == index + 1)
}

/// Whether a statement sets one of these variables.
fn sets_any(stmt: &Stmt, variables: &BTreeSet<WebId>) -> bool {
    let mut sets = false;
    let stmts = std::slice::from_ref(stmt);
    visit::walk(stmts, &mut |stmt| {
        sets |= stmt.kind.assigned().is_some_and(|web| variables.contains(&web));
    });
    visit::walk_exprs(stmts, &mut |expr| {
        sets |= matches!(&expr.kind, ExprKind::Bind(web, _) if variables.contains(web));
    });
    sets
}
