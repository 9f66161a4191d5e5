//! Lays small arrays that no one sees after the function, nor after the statement that makes them
//! has run again, into the function's frame.
//!
//! Before: `ranges` has told how large arrays are at most. After: an `Allocate` of a small array
//! that does not escape is a `Reserve`, whose memory always is there and has no owner.
//!
//! An array escapes if a view or an owner of it may be a result, or if some local that may hold one
//! is assigned in more than one place. Where each of them is assigned once, the verifier's rule that
//! a local is assigned before it is read, in each iteration, says that nobody reads one after its
//! array was made again.

use std::collections::BTreeSet;

use super::simplify::assignments;
use crate::ir::threads::Space;
use crate::ir::{Const, Expr, Function, LocalId, Module, Scalar, Stmt, StmtKind, Type, elements, visit};
use crate::source::Span;

/// How many bytes an array in the frame may have.
const SMALL: i64 = 4 << 10;

/// How many bytes of a frame may be arrays: recursion and the stacks of threads set the limit.
const FRAME: i64 = 32 << 10;

/// Runs the pass.
pub fn run(module: &mut Module) {
    for index in 0..module.functions.len() {
        let kept = kept(module, &module.functions[index]);
        if !kept.is_empty() {
            let function = &mut module.functions[index];
            let mut body = std::mem::take(&mut function.body);
            rewrite(function, &mut body, &kept);
            function.body = body;
        }
    }
}

/// The views of the arrays that the frame keeps.
fn kept(module: &Module, function: &Function) -> BTreeSet<LocalId> {
    let mut made: Vec<(LocalId, LocalId, i64)> = Vec::new();
    visit::walk(&function.body, &mut |stmt| {
        if let StmtKind::Allocate { owner, view, most: Some(most), .. } = stmt.kind
            && let Some(bytes) = most.checked_mul(size(function, view))
            && bytes <= SMALL
        {
            made.push((view, owner, bytes));
        }
    });
    if made.is_empty() {
        return BTreeSet::new();
    }
    let (flows, assignments) = (flows(module, function), assignments(function));
    let mut left = FRAME;
    let mut kept = BTreeSet::new();
    for (view, owner, bytes) in made {
        let stays = reached(&flows, [view, owner])
            .iter()
            .all(|local| assignments[local.0 as usize] == 1 && !function.results.contains(local));
        if stays && bytes <= left {
            left -= bytes;
            kept.insert(view);
        }
    }
    kept
}

fn size(function: &Function, view: LocalId) -> i64 {
    match function.ty(view) {
        Type::View(view) => view.element.size() as i64,
        ty @ (Type::Scalar(_) | Type::Lanes(_) | Type::Owner) => {
            unreachable!("bug in pykernel: a {ty} is an array")
        }
    }
}

/// Which views and owners may come from which others: pairs of the later and the earlier.
fn flows(module: &Module, function: &Function) -> Vec<[LocalId; 2]> {
    let holds = |local: &LocalId| !matches!(function.ty(*local), Type::Scalar(_));
    let mut flows = Vec::new();
    visit::walk(&function.body, &mut |stmt| match &stmt.kind {
        StmtKind::Assign { local, value } if holds(local) => {
            value.locals(&mut |from| flows.push([*local, from]));
        }
        StmtKind::Call { results, function: callee, args, .. } => {
            let returns = module[*callee]
                .results
                .iter()
                .any(|result| !matches!(module[*callee].ty(*result), Type::Scalar(_)));
            for result in results.iter().filter(|result| returns && holds(result)) {
                args.iter().for_each(|arg| arg.locals(&mut |from| flows.push([*result, from])));
            }
        }
        _ => {}
    });
    flows.retain(|[_, from]| holds(from));
    flows
}

/// The locals that may hold what some hold, these included.
fn reached(flows: &[[LocalId; 2]], from: [LocalId; 2]) -> BTreeSet<LocalId> {
    let mut reached = BTreeSet::from(from);
    let mut grew = true;
    while grew {
        grew = false;
        for [to, from] in flows {
            grew |= reached.contains(from) && reached.insert(*to);
        }
    }
    reached
}

fn rewrite(function: &mut Function, body: &mut Vec<Stmt>, kept: &BTreeSet<LocalId>) {
    for Stmt { mut kind, span } in std::mem::take(body) {
        match kind {
            StmtKind::Allocate { found, owner, view, shape, zeroed, most: Some(room) }
                if kept.contains(&view) =>
            {
                let zero = if zeroed { zero(function, view, &shape, room, span) } else { Vec::new() };
                let assign = |local, value| StmtKind::Assign { local, value };
                let kinds = [
                    assign(found, Expr::Const(Const::Bool(true))),
                    assign(owner, Expr::Unowned),
                    StmtKind::Reserve { view, shape, room, space: Space::Frame },
                ];
                body.extend(kinds.map(|kind| Stmt { kind, span }));
                body.extend(zero);
            }
            _ => {
                kind.bodies_mut().for_each(|inner| rewrite(function, inner, kept));
                body.push(Stmt { kind, span });
            }
        }
    }
}

/// Sets the elements to zero. Where there are few the indices are constants, for `scalars`.
fn zero(function: &mut Function, view: LocalId, shape: &[Expr], room: i64, span: Span) -> Vec<Stmt> {
    let Type::View(ty) = function.ty(view) else { return Vec::new() };
    match shape {
        [extent] if room <= elements::FEW && !matches!(extent, Expr::Const(_)) => {
            let known = [Expr::Const(Const::Int(Scalar::I64, room.into()))];
            elements::each(function, &known, span, &mut |_, index| {
                let cond =
                    Expr::InBounds { index: Box::new(index[0].clone()), extent: Box::new(extent.clone()) };
                let then = elements::zero_at(view, ty.element, index, span);
                vec![Stmt { kind: StmtKind::If { cond, then, otherwise: Vec::new() }, span }]
            })
        }
        _ => elements::each(function, shape, span, &mut |_, index| {
            elements::zero_at(view, ty.element, index, span)
        }),
    }
}
