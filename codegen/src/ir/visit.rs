//! Walks over statements and expressions, for passes that care for a few kinds of nodes only.
//!
//! A statement's own expressions, locals and bodies are those that stand in it directly; what
//! stands in the statements of its bodies belongs to those.

use super::{Expr, FunctionId, Label, LaneElements, LocalId, Raise, Stmt, StmtKind};

impl StmtKind {
    /// The statement's own bodies; those that it lacks are empty.
    pub fn bodies(&self) -> [&[Stmt]; 2] {
        match self {
            StmtKind::If { then, otherwise, .. } => [then, otherwise],
            StmtKind::Block { body, .. } | StmtKind::Loop { body, .. } | StmtKind::For { body, .. } => {
                [body, &[]]
            }
            StmtKind::Assign { .. }
            | StmtKind::Load { .. }
            | StmtKind::Store { .. }
            | StmtKind::LoadLanes { .. }
            | StmtKind::StoreLanes { .. }
            | StmtKind::CallLanes { .. }
            | StmtKind::Check { .. }
            | StmtKind::Raise(_)
            | StmtKind::Call { .. }
            | StmtKind::Parallel { .. }
            | StmtKind::Exit(_)
            | StmtKind::Record(_)
            | StmtKind::Print(_)
            | StmtKind::Allocate { .. }
            | StmtKind::Reserve { .. }
            | StmtKind::Together { .. }
            | StmtKind::Atomic { .. }
            | StmtKind::Retain(_)
            | StmtKind::Release(_) => [&[], &[]],
        }
    }

    /// The statement's own bodies, to be changed.
    pub fn bodies_mut(&mut self) -> impl Iterator<Item = &mut Vec<Stmt>> {
        let (first, second) = match self {
            StmtKind::If { then, otherwise, .. } => (Some(then), Some(otherwise)),
            StmtKind::Block { body, .. } | StmtKind::Loop { body, .. } | StmtKind::For { body, .. } => {
                (Some(body), None)
            }
            StmtKind::Assign { .. }
            | StmtKind::Load { .. }
            | StmtKind::Store { .. }
            | StmtKind::LoadLanes { .. }
            | StmtKind::StoreLanes { .. }
            | StmtKind::CallLanes { .. }
            | StmtKind::Check { .. }
            | StmtKind::Raise(_)
            | StmtKind::Call { .. }
            | StmtKind::Parallel { .. }
            | StmtKind::Exit(_)
            | StmtKind::Record(_)
            | StmtKind::Print(_)
            | StmtKind::Allocate { .. }
            | StmtKind::Reserve { .. }
            | StmtKind::Together { .. }
            | StmtKind::Atomic { .. }
            | StmtKind::Retain(_)
            | StmtKind::Release(_) => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// Visits the statement's own expressions.
    pub fn exprs(&self, visit: &mut dyn FnMut(&Expr)) {
        match self {
            StmtKind::Assign { value, .. } => visit(value),
            StmtKind::Load { index, .. } => index.iter().for_each(visit),
            StmtKind::Store { index, value, .. } => index.iter().chain([value]).for_each(visit),
            StmtKind::LoadLanes { elements, .. } => elements.exprs().for_each(visit),
            StmtKind::StoreLanes { elements, value } => elements.exprs().chain([value]).for_each(visit),
            StmtKind::CallLanes { args, mask, .. } => args.iter().chain([mask]).for_each(visit),
            StmtKind::Check { cond, raise, .. } => [cond].into_iter().chain(&raise.operands).for_each(visit),
            StmtKind::Raise(raise) | StmtKind::Record(raise) => raise.operands.iter().for_each(visit),
            StmtKind::Print(text) => text.operands.iter().for_each(visit),
            StmtKind::Call { args, .. } | StmtKind::Together { args, .. } => args.iter().for_each(visit),
            StmtKind::Atomic { index, args, .. } => index.iter().chain(args).for_each(visit),
            StmtKind::Parallel { count, cost, args, .. } => {
                [count, cost].into_iter().chain(args).for_each(visit)
            }
            StmtKind::If { cond, .. } => visit(cond),
            StmtKind::For { lo, hi, .. } => [lo, hi].into_iter().for_each(visit),
            StmtKind::Allocate { shape, .. } | StmtKind::Reserve { shape, .. } => {
                shape.iter().for_each(visit)
            }
            StmtKind::Block { .. } | StmtKind::Exit(_) | StmtKind::Loop { .. } => {}
            StmtKind::Retain(_) | StmtKind::Release(_) => {}
        }
    }

    /// Visits the statement's own expressions, to be changed.
    pub fn exprs_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        match self {
            StmtKind::Assign { value, .. } => visit(value),
            StmtKind::Load { index, .. } => index.iter_mut().for_each(visit),
            StmtKind::Store { index, value, .. } => index.iter_mut().chain([value]).for_each(visit),
            StmtKind::LoadLanes { elements, .. } => elements.exprs_mut().for_each(visit),
            StmtKind::StoreLanes { elements, value } => elements.exprs_mut().chain([value]).for_each(visit),
            StmtKind::CallLanes { args, mask, .. } => args.iter_mut().chain([mask]).for_each(visit),
            StmtKind::Check { cond, raise, .. } => {
                [cond].into_iter().chain(&mut raise.operands).for_each(visit);
            }
            StmtKind::Raise(raise) | StmtKind::Record(raise) => raise.operands.iter_mut().for_each(visit),
            StmtKind::Print(text) => text.operands.iter_mut().for_each(visit),
            StmtKind::Call { args, .. } | StmtKind::Together { args, .. } => args.iter_mut().for_each(visit),
            StmtKind::Atomic { index, args, .. } => index.iter_mut().chain(args).for_each(visit),
            StmtKind::Parallel { count, cost, args, .. } => {
                [count, cost].into_iter().chain(args).for_each(visit)
            }
            StmtKind::If { cond, .. } => visit(cond),
            StmtKind::For { lo, hi, .. } => [lo, hi].into_iter().for_each(visit),
            StmtKind::Allocate { shape, .. } | StmtKind::Reserve { shape, .. } => {
                shape.iter_mut().for_each(visit)
            }
            StmtKind::Block { .. } | StmtKind::Exit(_) | StmtKind::Loop { .. } => {}
            StmtKind::Retain(_) | StmtKind::Release(_) => {}
        }
    }

    /// The local that the statement itself uses and that no expression stands for: the view that
    /// it loads from or stores to, the owner that it counts.
    pub fn used_mut(&mut self) -> Option<&mut LocalId> {
        match self {
            StmtKind::Load { view: used, .. }
            | StmtKind::Store { view: used, .. }
            | StmtKind::Atomic { view: used, .. }
            | StmtKind::LoadLanes { elements: LaneElements { view: used, .. }, .. }
            | StmtKind::StoreLanes { elements: LaneElements { view: used, .. }, .. }
            | StmtKind::Retain(used)
            | StmtKind::Release(used) => Some(used),
            _ => None,
        }
    }

    /// The function that the statement calls, or runs in parallel.
    pub fn callee(&self) -> Option<FunctionId> {
        match self {
            StmtKind::Call { function, .. }
            | StmtKind::CallLanes { function, .. }
            | StmtKind::Parallel { function, .. } => Some(*function),
            _ => None,
        }
    }

    /// The label that the statement has or leaves.
    pub fn label_mut(&mut self) -> Option<&mut Label> {
        match self {
            StmtKind::Block { label, .. }
            | StmtKind::Loop { label, .. }
            | StmtKind::For { label, .. }
            | StmtKind::Exit(label) => Some(label),
            _ => None,
        }
    }

    /// Visits the locals that the statement itself assigns.
    pub fn assigned(&self, visit: &mut dyn FnMut(LocalId)) {
        match self {
            StmtKind::Assign { local, .. }
            | StmtKind::Load { local, .. }
            | StmtKind::LoadLanes { local, .. }
            | StmtKind::Atomic { old: local, .. } => visit(*local),
            StmtKind::CallLanes { results, .. } | StmtKind::Together { results, .. } => {
                results.iter().copied().for_each(visit)
            }
            StmtKind::For { var, .. } => visit(*var),
            StmtKind::Call { results, status, .. } => results.iter().chain(status).copied().for_each(visit),
            StmtKind::Parallel { status, .. } => status.iter().copied().for_each(visit),
            StmtKind::Allocate { found, owner, view, .. } => {
                [*found, *owner, *view].into_iter().for_each(visit)
            }
            StmtKind::Reserve { view, .. } => visit(*view),
            StmtKind::Store { .. }
            | StmtKind::StoreLanes { .. }
            | StmtKind::Check { .. }
            | StmtKind::Raise(_)
            | StmtKind::If { .. }
            | StmtKind::Block { .. }
            | StmtKind::Exit(_)
            | StmtKind::Loop { .. }
            | StmtKind::Record(_)
            | StmtKind::Print(_)
            | StmtKind::Retain(_)
            | StmtKind::Release(_) => {}
        }
    }

    /// Visits the locals that the statement itself assigns, to be changed.
    pub fn assigned_mut(&mut self, visit: &mut dyn FnMut(&mut LocalId)) {
        match self {
            StmtKind::Assign { local, .. }
            | StmtKind::Load { local, .. }
            | StmtKind::LoadLanes { local, .. }
            | StmtKind::Atomic { old: local, .. } => visit(local),
            StmtKind::CallLanes { results, .. } | StmtKind::Together { results, .. } => {
                results.iter_mut().for_each(visit)
            }
            StmtKind::For { var, .. } => visit(var),
            StmtKind::Call { results, status, .. } => results.iter_mut().chain(status).for_each(visit),
            StmtKind::Parallel { status, .. } => status.iter_mut().for_each(visit),
            StmtKind::Allocate { found, owner, view, .. } => [found, owner, view].into_iter().for_each(visit),
            StmtKind::Reserve { view, .. } => visit(view),
            StmtKind::Store { .. }
            | StmtKind::StoreLanes { .. }
            | StmtKind::Check { .. }
            | StmtKind::Raise(_)
            | StmtKind::If { .. }
            | StmtKind::Block { .. }
            | StmtKind::Exit(_)
            | StmtKind::Loop { .. }
            | StmtKind::Record(_)
            | StmtKind::Print(_)
            | StmtKind::Retain(_)
            | StmtKind::Release(_) => {}
        }
    }

    /// Visits the locals that the statement itself reads, once for each use.
    pub fn read(&self, visit: &mut dyn FnMut(LocalId)) {
        match self {
            StmtKind::Load { view, .. } | StmtKind::Store { view, .. } | StmtKind::Atomic { view, .. } => {
                visit(*view)
            }
            StmtKind::LoadLanes { elements, .. } | StmtKind::StoreLanes { elements, .. } => {
                visit(elements.view)
            }
            StmtKind::Retain(owner) | StmtKind::Release(owner) => visit(*owner),
            _ => {}
        }
        self.exprs(&mut |expr| expr.locals(visit));
    }

    /// The exception that the statement itself may raise.
    pub fn raise_mut(&mut self) -> Option<&mut Raise> {
        match self {
            StmtKind::Check { raise, .. } | StmtKind::Raise(raise) | StmtKind::Record(raise) => Some(raise),
            _ => None,
        }
    }
}

impl LaneElements {
    /// The indices and the mask.
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.index.iter().chain(&self.mask)
    }

    /// The indices and the mask, to be changed.
    pub fn exprs_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        self.index.iter_mut().chain(&mut self.mask)
    }
}

impl Expr {
    /// Visits the operands.
    pub fn operands(&self, visit: &mut dyn FnMut(&Expr)) {
        match self {
            Expr::Const(_)
            | Expr::Local(_)
            | Expr::Dim { .. }
            | Expr::Stride { .. }
            | Expr::Address { .. }
            | Expr::Overlap { .. }
            | Expr::Transpose { .. }
            | Expr::OfLayout { .. }
            | Expr::LaneNumbers { .. }
            | Expr::Unowned
            | Expr::Empty(_)
            | Expr::Table { .. } => {}
            Expr::Unary { operand: value, .. }
            | Expr::Convert { value, .. }
            | Expr::Splat { value, .. }
            | Expr::AnyLane { mask: value }
            | Expr::Lane { lanes: value, .. } => visit(value),
            Expr::Binary { left, right, .. } | Expr::Compare { left, right, .. } => {
                visit(left);
                visit(right);
            }
            Expr::Select { cond, then, otherwise } => {
                visit(cond);
                visit(then);
                visit(otherwise);
            }
            Expr::Intrinsic { args, .. } => args.iter().for_each(visit),
            Expr::SubView { axes, .. } => axes.iter().for_each(|axis| axis.operands(visit)),
            Expr::Strided { offset, extents, strides, .. } => {
                visit(offset);
                extents.iter().chain(strides).for_each(visit);
            }
            Expr::InBounds { index, extent } => {
                visit(index);
                visit(extent);
            }
        }
    }

    /// Visits the operands, to be changed.
    pub fn operands_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        match self {
            Expr::Const(_)
            | Expr::Local(_)
            | Expr::Dim { .. }
            | Expr::Stride { .. }
            | Expr::Address { .. }
            | Expr::Overlap { .. }
            | Expr::Transpose { .. }
            | Expr::OfLayout { .. }
            | Expr::LaneNumbers { .. }
            | Expr::Unowned
            | Expr::Empty(_)
            | Expr::Table { .. } => {}
            Expr::Unary { operand: value, .. }
            | Expr::Convert { value, .. }
            | Expr::Splat { value, .. }
            | Expr::AnyLane { mask: value }
            | Expr::Lane { lanes: value, .. } => visit(value),
            Expr::Binary { left, right, .. } | Expr::Compare { left, right, .. } => {
                visit(left);
                visit(right);
            }
            Expr::Select { cond, then, otherwise } => {
                visit(cond);
                visit(then);
                visit(otherwise);
            }
            Expr::Intrinsic { args, .. } => args.iter_mut().for_each(visit),
            Expr::SubView { axes, .. } => axes.iter_mut().for_each(|axis| axis.operands_mut(visit)),
            Expr::Strided { offset, extents, strides, .. } => {
                visit(offset);
                extents.iter_mut().chain(strides).for_each(visit);
            }
            Expr::InBounds { index, extent } => {
                visit(index);
                visit(extent);
            }
        }
    }

    /// The views that the expression itself asks about or is a part of.
    pub fn views(&self) -> impl Iterator<Item = LocalId> {
        let (first, second) = match self {
            Expr::Dim { view, .. }
            | Expr::Stride { view, .. }
            | Expr::Address { view }
            | Expr::SubView { view, .. }
            | Expr::Transpose { view }
            | Expr::Strided { view, .. }
            | Expr::OfLayout { view, .. } => (Some(*view), None),
            Expr::Overlap { written, read } => (Some(*written), Some(*read)),
            _ => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// The views that the expression itself asks about or is a part of, to be changed.
    pub fn views_mut(&mut self) -> impl Iterator<Item = &mut LocalId> {
        let (first, second) = match self {
            Expr::Dim { view, .. }
            | Expr::Stride { view, .. }
            | Expr::Address { view }
            | Expr::SubView { view, .. }
            | Expr::Transpose { view }
            | Expr::Strided { view, .. }
            | Expr::OfLayout { view, .. } => (Some(view), None),
            Expr::Overlap { written, read } => (Some(written), Some(read)),
            _ => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// Visits the locals that the expression reads, once for each use.
    pub fn locals(&self, visit: &mut dyn FnMut(LocalId)) {
        if let Expr::Local(local) = self {
            visit(*local);
        }
        self.views().for_each(&mut *visit);
        self.operands(&mut |operand| operand.locals(visit));
    }

    /// The number of nodes.
    pub fn size(&self) -> usize {
        let mut size = 1;
        self.operands(&mut |operand| size += operand.size());
        size
    }
}

/// Visits every statement, each before those in its bodies.
pub fn walk(body: &[Stmt], visit: &mut dyn FnMut(&Stmt)) {
    for stmt in body {
        visit(stmt);
        for inner in stmt.kind.bodies() {
            walk(inner, visit);
        }
    }
}

/// Whether an expression, or an operand of one, is one that is looked for.
pub fn any(body: &[Stmt], wanted: &dyn Fn(&Expr) -> bool) -> bool {
    fn within(expr: &Expr, wanted: &dyn Fn(&Expr) -> bool) -> bool {
        let mut found = wanted(expr);
        expr.operands(&mut |operand| found = found || within(operand, wanted));
        found
    }
    let mut found = false;
    walk(body, &mut |stmt| stmt.kind.exprs(&mut |expr| found = found || within(expr, wanted)));
    found
}

/// The number of statements and expressions.
pub fn size(body: &[Stmt]) -> usize {
    let mut size = 0;
    walk(body, &mut |stmt| {
        size += 1;
        stmt.kind.exprs(&mut |expr| size += expr.size());
    });
    size
}

/// Visits every statement, to be changed, each before those in its bodies.
pub fn walk_mut(body: &mut [Stmt], visit: &mut dyn FnMut(&mut Stmt)) {
    for stmt in body {
        visit(stmt);
        for inner in stmt.kind.bodies_mut() {
            walk_mut(inner, visit);
        }
    }
}
