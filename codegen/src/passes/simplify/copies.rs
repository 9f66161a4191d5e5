//! Reads through copies: where a local is assigned once, a constant, a local that is itself
//! assigned once or an extent of such a view, its uses use that instead.
//!
//! The copy stands before each of its uses on every path, and the original before the copy, so
//! the original cannot have been assigned anew between a copy and its use without the copy being
//! executed again. Only the counter of a `For` ends with its loop: outside, copies of it stay.
//!
//! In the same way the extent of a new array or of a part of a view becomes the extent that it was
//! made with.

use std::collections::BTreeMap;

use crate::ir::construct::int;
use crate::ir::{Axis, Const, Expr, Function, Local, LocalId, Scalar, Stmt, StmtKind, Type, visit};

/// Runs the step; says whether it changed something.
pub fn run(function: &mut Function) -> bool {
    let mut copies = Copies {
        assignments: assignments(function),
        locals: &function.locals,
        known: BTreeMap::new(),
        extents: BTreeMap::new(),
        ended: vec![false; function.locals.len()],
        changed: false,
    };
    copies.body(&mut function.body);
    copies.changed
}

/// How often each local is assigned; a parameter once by the caller.
pub fn assignments(function: &Function) -> Vec<u32> {
    let mut counts = vec![0; function.locals.len()];
    for param in &function.params {
        counts[param.0 as usize] += 1;
    }
    visit::walk(&function.body, &mut |stmt| {
        stmt.kind.assigned(&mut |local| counts[local.0 as usize] += 1);
    });
    counts
}

struct Copies<'a> {
    assignments: Vec<u32>,
    locals: &'a [Local],
    /// The constant or the local that a local is a copy of.
    known: BTreeMap<LocalId, Expr>,
    /// The extents of a view that is new or a part of another one, where they are no longer than a
    /// local.
    extents: BTreeMap<(LocalId, usize), Expr>,
    /// For the counters of loops: whether the loop is left behind.
    ended: Vec<bool>,
    changed: bool,
}

impl Copies<'_> {
    fn body(&mut self, body: &mut [Stmt]) {
        for Stmt { kind, .. } in body {
            kind.exprs_mut(&mut |expr| self.expr(expr));
            if let Some(view) = kind.used_mut() {
                self.view(view);
            }
            match kind {
                StmtKind::Assign { local, value } => self.learn(*local, value),
                StmtKind::Allocate { view, shape, .. } | StmtKind::Reserve { view, shape, .. } => {
                    self.note_extents(*view, shape.clone());
                }
                _ => {}
            }
            kind.bodies_mut().for_each(|inner| self.body(inner));
            if let StmtKind::For { var, .. } = kind {
                self.ended[var.0 as usize] = true;
            }
        }
    }

    fn learn(&mut self, local: LocalId, value: &Expr) {
        let lasting = match value {
            Expr::Const(_) | Expr::Unowned => true,
            Expr::Local(original) => self.is_assigned_once(*original) && *original != local,
            // As cheap as a local, and what is known of an extent stays in sight.
            Expr::Dim { view, .. } => self.is_assigned_once(*view),
            _ => false,
        };
        if lasting && self.is_assigned_once(local) {
            self.known.insert(local, value.clone());
        }
        if self.is_assigned_once(local) {
            self.learn_extents(local, value);
        }
    }

    /// Notes the extents of a part of a view, if that view is assigned once.
    fn learn_extents(&mut self, local: LocalId, value: &Expr) {
        if let Expr::Table { table, .. } = value {
            return self.note_extents(local, table.shape.iter().map(|extent| int(*extent)).collect());
        }
        let Some(view) = value.views().next().filter(|view| self.is_assigned_once(*view)) else { return };
        let extents = match (value, self.locals[view.0 as usize].ty) {
            (Expr::SubView { axes, .. }, _) => extents_of(view, axes),
            (Expr::Transpose { .. }, Type::View(ty)) => {
                (0..ty.rank).rev().map(|axis| Expr::Dim { view, axis }).collect()
            }
            (Expr::Strided { extents, .. }, _) => extents.clone(),
            (Expr::OfLayout { .. }, Type::View(ty)) => {
                (0..ty.rank).map(|axis| Expr::Dim { view, axis }).collect()
            }
            _ => return,
        };
        self.note_extents(local, extents);
    }

    /// Notes with which extents a view is made, if that is once.
    fn note_extents(&mut self, view: LocalId, extents: Vec<Expr>) {
        if !self.is_assigned_once(view) {
            return;
        }
        for (axis, extent) in extents.into_iter().enumerate() {
            let lasting = match extent {
                Expr::Const(_) => true,
                Expr::Local(extent) | Expr::Dim { view: extent, .. } => self.is_assigned_once(extent),
                _ => false,
            };
            if lasting {
                self.extents.insert((view, axis), extent);
            }
        }
    }

    /// The extent of a part, where it is known and does not end with a loop that is left behind.
    fn extent(&self, view: LocalId, axis: usize) -> Option<&Expr> {
        let extent = self.extents.get(&(view, axis))?;
        match extent {
            Expr::Local(counter) if self.ended[counter.0 as usize] => None,
            _ => Some(extent),
        }
    }

    fn is_assigned_once(&self, local: LocalId) -> bool {
        self.assignments[local.0 as usize] == 1
    }

    fn original(&self, local: LocalId) -> Option<&Expr> {
        let original = self.known.get(&local)?;
        match original {
            Expr::Local(counter) if self.ended[counter.0 as usize] => None,
            _ => Some(original),
        }
    }

    fn view(&mut self, view: &mut LocalId) {
        if let Some(Expr::Local(original)) = self.original(*view) {
            *view = *original;
            self.changed = true;
        }
    }

    fn expr(&mut self, expr: &mut Expr) {
        expr.views_mut().for_each(|view| self.view(view));
        let simpler = match expr {
            Expr::Local(local) => self.original(*local),
            Expr::Dim { view, axis } => self.extent(*view, *axis),
            _ => None,
        };
        match simpler.cloned() {
            Some(simpler) => {
                *expr = simpler;
                self.changed = true;
            }
            None => expr.operands_mut(&mut |operand| self.expr(operand)),
        }
    }
}

/// The extents of a part of a view.
fn extents_of(view: LocalId, axes: &[Axis]) -> Vec<Expr> {
    let mut base = 0..;
    let extent = |axis: &Axis| match axis {
        Axis::Index(_) => base.next().and(None),
        Axis::Whole => base.next().map(|axis| Expr::Dim { view, axis }),
        Axis::Slice { extent, .. } => base.next().map(|_| extent.clone()),
        Axis::New => Some(Expr::Const(Const::Int(Scalar::I64, 1))),
    };
    axes.iter().filter_map(extent).collect()
}
