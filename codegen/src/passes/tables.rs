//! Constant arrays: they stand where a function begins, each once, so that loops have them as what they do not
//! change; and elements at constant indices are constants.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::simplify::{self, assignments};
use crate::hir::Table;
use crate::ir::construct::integer;
use crate::ir::{Const, Expr, Function, LocalId, Module, Part, Scalar, Stmt, StmtKind, visit};

/// Reads the elements at constant indices.
pub fn run(module: &mut Module) {
    module.functions.iter_mut().for_each(read_elements);
}

fn read_elements(function: &mut Function) {
    let assignments = assignments(function);
    let mut tables: BTreeMap<LocalId, Arc<Table>> = BTreeMap::new();
    visit::walk(&function.body, &mut |stmt| match &stmt.kind {
        StmtKind::Assign { local, value: Expr::Table { table, .. } }
            if assignments[local.0 as usize] == 1 =>
        {
            tables.insert(*local, table.clone());
        }
        _ => {}
    });
    if tables.is_empty() {
        return;
    }
    let mut changed = false;
    visit::walk_mut(&mut function.body, &mut |stmt| {
        let StmtKind::Load { local, view, index, part } = &stmt.kind else { return };
        if let Some(value) = tables.get(view).and_then(|table| element(table, index, *part)) {
            stmt.kind = StmtKind::Assign { local: *local, value };
            changed = true;
        }
    });
    if changed {
        simplify::function(function);
    }
}

/// The element at an index, if that is a constant.
fn element(table: &Table, index: &[Expr], part: Part) -> Option<Expr> {
    let mut place = 0;
    for (index, extent) in index.iter().zip(&table.shape) {
        let Expr::Const(Const::Int(_, index)) = index else { return None };
        let index = i64::try_from(*index).ok().filter(|index| (0..*extent).contains(index))?;
        place = place * extent + index;
    }
    let parts = table.parts.len() / table.shape.iter().product::<i64>().max(1) as usize;
    let bits = *table.parts.get(place as usize * parts + usize::from(part == Part::Imaginary))?;
    Some(match Scalar::of(table.element) {
        Scalar::Bool => Expr::Const(Const::Bool(bits != 0)),
        Scalar::F32 => Expr::Const(Const::F32(bits as u32)),
        Scalar::F64 => Expr::Const(Const::F64(bits)),
        scalar => integer(scalar, bits.into()),
    })
}

/// Moves them, but for locals that are something else at other times.
pub fn to_entry(function: &mut Function) {
    let assignments = assignments(function);
    let mut first: Vec<(Expr, LocalId)> = Vec::new();
    let mut moved: Vec<Stmt> = Vec::new();
    visit::walk_mut(&mut function.body, &mut |Stmt { kind, span }| {
        let StmtKind::Assign { local, value } = kind else { return };
        if !matches!(value, Expr::Table { .. }) || assignments[local.0 as usize] != 1 {
            return;
        }
        let known = first.iter().find(|(table, _)| table == value).map(|(_, local)| *local);
        let value = std::mem::replace(value, Expr::Local(*local));
        let value = match known {
            Some(known) => Expr::Local(known),
            None => {
                first.push((value.clone(), *local));
                value
            }
        };
        moved.push(Stmt { kind: StmtKind::Assign { local: *local, value }, span: *span });
    });
    if !moved.is_empty() {
        drop_empty(&mut function.body);
        function.body.splice(0..0, moved);
    }
}

/// Drops what stands where a table was moved away.
fn drop_empty(body: &mut Vec<Stmt>) {
    let is_empty =
        |stmt: &Stmt| matches!(&stmt.kind, StmtKind::Assign { local, value: Expr::Local(of) } if local == of);
    body.retain(|stmt| !is_empty(stmt));
    body.iter_mut().flat_map(|stmt| stmt.kind.bodies_mut()).for_each(drop_empty);
}
