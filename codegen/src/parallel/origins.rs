//! Where arrays come from, and which parameters functions write.

use std::collections::BTreeSet;

use crate::hir::External;
use crate::source::Span;
use crate::typed::{Expr, ExprKind, Instance, Output, Program, Stmt, StmtKind, WebId, visit};

/// Memory that an array may be a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// That of a parameter.
    Param(usize),
    /// What the expression at a place has made.
    Made(Span),
}

pub(super) type Origins = BTreeSet<Origin>;

/// What is known of the instances of a program.
pub(super) struct Facts {
    /// For each instance, for each web, where the arrays in it may come from.
    origins: Vec<Vec<Origins>>,
    /// For each instance, for each parameter, whether elements of it are written.
    pub(super) writes: Vec<Vec<bool>>,
}

impl Facts {
    /// Where the arrays in a web may come from.
    pub(super) fn of(&self, instance: usize, web: WebId) -> &Origins {
        &self.origins[instance][web.0 as usize]
    }

    /// Where the arrays in a value may come from.
    pub(super) fn of_value(&self, instance: usize, value: &Expr) -> Origins {
        let mut found = Origins::new();
        origins(value, &self.origins[instance], &mut found);
        found
    }
}

/// Looks at all instances.
pub(super) fn facts(program: &Program) -> Facts {
    let origins = program.instances.iter().map(of_webs).collect();
    let writes = program.instances.iter().map(written_elsewhere).collect();
    let mut facts = Facts { origins, writes };
    // What is written only grows, so this ends.
    while (0..program.instances.len()).any(|index| refine(program, index, &mut facts)) {}
    facts
}

/// For each parameter of an instance, whether a routine of the host that it stands for writes it.
fn written_elsewhere(instance: &Instance) -> Vec<bool> {
    let writes = |position| match &instance.external {
        Some(External::Routine(routine)) => routine.writes(position),
        _ => false,
    };
    (0..instance.params.len()).map(writes).collect()
}

/// For each web, where the arrays in it may come from.
fn of_webs(instance: &Instance) -> Vec<Origins> {
    let mut known = vec![Origins::new(); instance.webs.len()];
    for (position, (_, web)) in instance.params.iter().enumerate() {
        known[web.0 as usize].insert(Origin::Param(position));
    }
    let mut grew = true;
    while grew {
        grew = false;
        let mut flow = |web: WebId, value: &Expr| {
            let mut found = known[web.0 as usize].clone();
            let n = found.len();
            origins(value, &known, &mut found);
            grew |= found.len() != n;
            known[web.0 as usize] = found;
        };
        visit::walk(&instance.body, &mut |stmt| {
            if let StmtKind::Assign(web, value) = &stmt.kind {
                flow(*web, value);
            }
        });
        visit::walk_exprs(&instance.body, &mut |expr| {
            if let ExprKind::Bind(web, value) = &expr.kind {
                flow(*web, value);
            }
        });
    }
    known
}

/// Adds where the arrays in a value may come from.
fn origins(value: &Expr, known: &[Origins], found: &mut Origins) {
    if !value.ty.holds_memory() {
        return;
    }
    match &value.kind {
        ExprKind::Variable { web, .. } => found.extend(&known[web.0 as usize]),
        ExprKind::Call(_, args) => {
            found.insert(Origin::Made(value.span));
            args.iter().for_each(|arg| origins(arg, known, found));
        }
        ExprKind::Allocate(_) => drop(found.insert(Origin::Made(value.span))),
        ExprKind::Elementwise(elementwise) => {
            for output in &elementwise.outputs {
                match output {
                    Output::Given { array, .. } => origins(array, known, found),
                    Output::New { .. } => drop(found.insert(Origin::Made(value.span))),
                }
            }
        }
        _ => value.operands(&mut |operand| origins(operand, known, found)),
    }
}

/// Visits the arrays that statements write, by stores, for elements, and by calls; the place is that of
/// the access.
pub(super) fn written<'s>(body: &'s [Stmt], writes: &[Vec<bool>], visit: &mut dyn FnMut(&Expr, Span)) {
    visit::walk(body, &mut |stmt: &'s Stmt| {
        if let StmtKind::Store(element, _) | StmtKind::Update(element, _) = &stmt.kind {
            visit(&element.array, stmt.span);
        }
    });
    visit::walk_exprs(body, &mut |expr| match &expr.kind {
        ExprKind::Call(callee, args) => {
            let args = args.iter().zip(&writes[callee.0 as usize]);
            args.filter(|(_, written)| **written).for_each(|(arg, _)| visit(arg, arg.span));
        }
        ExprKind::Elementwise(elementwise) => {
            for output in &elementwise.outputs {
                if let Output::Given { array, .. } = output {
                    visit(array, expr.span);
                }
            }
        }
        _ => {}
    });
}

/// Recomputes which parameters an instance writes; says whether they grew.
fn refine(program: &Program, index: usize, facts: &mut Facts) -> bool {
    let mut found = facts.writes[index].clone();
    written(&program.instances[index].body, &facts.writes, &mut |array, _| {
        for origin in facts.of_value(index, array) {
            if let Origin::Param(position) = origin {
                found[position] = true;
            }
        }
    });
    let grew = found != facts.writes[index];
    facts.writes[index] = found;
    grew
}
