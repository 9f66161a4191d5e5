//! Walks over typed statements and expressions, for those that care for a few kinds of them only.

use super::{Axis, Element, Expr, ExprKind, Fill, Output, Piece, Raise, Stmt, StmtKind, WebId};

impl Expr {
    /// Visits the expressions that stand directly in this one, in the order of their evaluation.
    pub fn operands<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        match &self.kind {
            ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Complex(..) | ExprKind::Bool(_) => {}
            ExprKind::None | ExprKind::Text(_) | ExprKind::Table { .. } => {}
            ExprKind::Current | ExprKind::Operand(_) => {}
            ExprKind::Variable { .. } | ExprKind::Bound(_) | ExprKind::Optional(None) => {}
            ExprKind::Reserve(_) => {}
            ExprKind::Bind(_, value)
            | ExprKind::Convert(value)
            | ExprKind::Item(value, _)
            | ExprKind::Optional(Some(value))
            | ExprKind::Present(value)
            | ExprKind::Inner(value)
            | ExprKind::Extent(value, _)
            | ExprKind::Stride(value, _)
            | ExprKind::Size(value)
            | ExprKind::Transpose(value)
            | ExprKind::Flat(value) => visit(value),
            ExprKind::Atomic(_, element, args) => {
                element.operands(visit);
                args.iter().for_each(visit);
            }
            ExprKind::Operation(_, args)
            | ExprKind::Call(_, args)
            | ExprKind::Tuple(args)
            | ExprKind::Together(_, args) => {
                args.iter().for_each(visit);
            }
            ExprKind::Logical { left, right, .. } => [left, right].into_iter().for_each(|e| visit(e)),
            ExprKind::Conditional { cond, then, otherwise } => {
                [cond, then, otherwise].into_iter().for_each(|e| visit(e));
            }
            ExprKind::Checked { cond, raise, value } => {
                visit(cond);
                raise.values(visit);
                visit(value);
            }
            ExprKind::Element(element) => element.operands(visit),
            ExprKind::Part(array, axes) => {
                visit(array);
                axes.iter().for_each(|axis| axis.operands(visit));
            }
            ExprKind::Strided(array, strides) => {
                visit(array);
                strides.numbers().for_each(visit);
            }
            ExprKind::Allocate(allocation) => {
                allocation.shape.iter().for_each(&mut *visit);
                match &allocation.fill {
                    Fill::Zero => {}
                    Fill::Value(value) | Fill::Copy(value) => visit(value),
                    Fill::Range { start, next } => [start, next].into_iter().for_each(visit),
                }
            }
            ExprKind::Elementwise(elementwise) => {
                for input in &elementwise.inputs {
                    visit(&input.value);
                    input.core.iter().flatten().for_each(&mut *visit);
                }
                for output in &elementwise.outputs {
                    match output {
                        Output::Given { array, .. } => visit(array),
                        Output::New { core, .. } => core.iter().for_each(&mut *visit),
                    }
                }
                visit(&elementwise.body);
            }
        }
    }

    /// The same, to change them.
    pub fn operands_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        match &mut self.kind {
            ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Complex(..) | ExprKind::Bool(_) => {}
            ExprKind::None | ExprKind::Text(_) | ExprKind::Table { .. } => {}
            ExprKind::Current | ExprKind::Operand(_) => {}
            ExprKind::Variable { .. } | ExprKind::Bound(_) | ExprKind::Optional(None) => {}
            ExprKind::Reserve(_) => {}
            ExprKind::Bind(_, value)
            | ExprKind::Convert(value)
            | ExprKind::Item(value, _)
            | ExprKind::Optional(Some(value))
            | ExprKind::Present(value)
            | ExprKind::Inner(value)
            | ExprKind::Extent(value, _)
            | ExprKind::Stride(value, _)
            | ExprKind::Size(value)
            | ExprKind::Transpose(value)
            | ExprKind::Flat(value) => visit(value),
            ExprKind::Atomic(_, element, args) => {
                element.operands_mut(visit);
                args.iter_mut().for_each(visit);
            }
            ExprKind::Operation(_, args)
            | ExprKind::Call(_, args)
            | ExprKind::Tuple(args)
            | ExprKind::Together(_, args) => {
                args.iter_mut().for_each(visit);
            }
            ExprKind::Logical { left, right, .. } => [left, right].into_iter().for_each(|e| visit(e)),
            ExprKind::Conditional { cond, then, otherwise } => {
                [cond, then, otherwise].into_iter().for_each(|e| visit(e));
            }
            ExprKind::Checked { cond, raise, value } => {
                visit(cond);
                for piece in &mut raise.message {
                    match piece {
                        Piece::Text(_) => {}
                        Piece::Value(value) | Piece::Repr(value) => visit(value),
                    }
                }
                visit(value);
            }
            ExprKind::Element(element) => element.operands_mut(visit),
            ExprKind::Part(array, axes) => {
                visit(array);
                axes.iter_mut().for_each(|axis| axis.operands_mut(visit));
            }
            ExprKind::Strided(array, strides) => {
                visit(array);
                strides.numbers_mut().for_each(visit);
            }
            ExprKind::Allocate(allocation) => {
                allocation.shape.iter_mut().for_each(&mut *visit);
                match &mut allocation.fill {
                    Fill::Zero => {}
                    Fill::Value(value) | Fill::Copy(value) => visit(value),
                    Fill::Range { start, next } => [start, next].into_iter().for_each(visit),
                }
            }
            ExprKind::Elementwise(elementwise) => {
                for input in &mut elementwise.inputs {
                    visit(&mut input.value);
                    input.core.iter_mut().flatten().for_each(&mut *visit);
                }
                for output in &mut elementwise.outputs {
                    match output {
                        Output::Given { array, .. } => visit(array),
                        Output::New { core, .. } => core.iter_mut().for_each(&mut *visit),
                    }
                }
                visit(&mut elementwise.body);
            }
        }
    }

    /// Visits this expression and all in it, each before its operands.
    pub fn walk<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        visit(self);
        self.operands(&mut |operand| operand.walk(visit));
    }
}

impl Element {
    /// Visits its array and its indices.
    pub fn operands<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        visit(&self.array);
        self.indices.iter().for_each(visit);
    }
}

impl Element {
    fn operands_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        visit(&mut self.array);
        self.indices.iter_mut().for_each(visit);
    }
}

impl Axis {
    fn operands_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        match self {
            Axis::Index(index) => visit(index),
            Axis::Slice(bounds) => bounds.iter_mut().flatten().for_each(visit),
            Axis::Whole | Axis::New => {}
        }
    }

    /// Visits its indices.
    pub fn operands<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        match self {
            Axis::Index(index) => visit(index),
            Axis::Slice(bounds) => bounds.iter().flatten().for_each(visit),
            Axis::Whole | Axis::New => {}
        }
    }
}

impl Raise {
    fn values<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        values(&self.message, visit);
    }
}

fn values<'e>(pieces: &'e [Piece], visit: &mut dyn FnMut(&'e Expr)) {
    for piece in pieces {
        match piece {
            Piece::Text(_) => {}
            Piece::Value(value) | Piece::Repr(value) => visit(value),
        }
    }
}

impl StmtKind {
    /// Visits the expressions that stand directly in the statement.
    pub fn exprs<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        match self {
            StmtKind::Assign(_, value) | StmtKind::Evaluate(value) | StmtKind::CheckOverflow(value) => {
                visit(value);
            }
            StmtKind::Store(element, value) => {
                visit(value);
                element.operands(visit);
            }
            StmtKind::Update(element, value) => {
                element.operands(visit);
                visit(value);
            }
            StmtKind::If(cond, ..) | StmtKind::While(cond, ..) => visit(cond),
            StmtKind::ForRange { start, stop, step, .. } => [start, stop, step].into_iter().for_each(visit),
            StmtKind::Parallel(parallel) => [&parallel.count, &parallel.n].into_iter().for_each(visit),
            StmtKind::Fork { count, cost, args, .. } => {
                [count, cost].into_iter().chain(args).for_each(visit);
            }
            StmtKind::Return(value) => value.iter().for_each(visit),
            StmtKind::Raise(raise) => raise.values(visit),
            StmtKind::Assert(cond, raise) => {
                visit(cond);
                raise.values(visit);
            }
            StmtKind::Print(pieces) => values(pieces, visit),
            StmtKind::Sequence(_) | StmtKind::Break | StmtKind::Continue => {}
        }
    }

    /// The statement's own bodies; those that it lacks are empty.
    pub fn bodies(&self) -> [&[Stmt]; 2] {
        match self {
            StmtKind::If(_, first, second) | StmtKind::While(_, first, second) => [first, second],
            StmtKind::ForRange { body, otherwise, .. } => [body, otherwise],
            StmtKind::Parallel(parallel) => [&parallel.body, &[]],
            StmtKind::Sequence(stmts) => [stmts, &[]],
            StmtKind::Assign(..)
            | StmtKind::Store(..)
            | StmtKind::Update(..)
            | StmtKind::Evaluate(_)
            | StmtKind::Fork { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Return(_)
            | StmtKind::Raise(_)
            | StmtKind::Assert(..)
            | StmtKind::Print(_)
            | StmtKind::CheckOverflow(_) => [&[], &[]],
        }
    }

    /// The variable that the statement itself sets, but for those in its expressions.
    pub fn assigned(&self) -> Option<WebId> {
        match self {
            StmtKind::Assign(web, _) => Some(*web),
            StmtKind::ForRange { variable, .. } => Some(*variable),
            StmtKind::Parallel(parallel) => Some(parallel.variable),
            _ => None,
        }
    }
}

/// Visits statements and all in their bodies, each before its bodies.
pub fn walk<'s>(body: &'s [Stmt], visit: &mut dyn FnMut(&'s Stmt)) {
    for stmt in body {
        visit(stmt);
        stmt.kind.bodies().into_iter().for_each(|inner| walk(inner, visit));
    }
}

/// Visits all expressions in statements.
pub fn walk_exprs<'s>(body: &'s [Stmt], visit: &mut dyn FnMut(&'s Expr)) {
    walk(body, &mut |stmt| stmt.kind.exprs(&mut |expr| expr.walk(visit)));
}
