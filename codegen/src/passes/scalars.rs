//! Makes numbers of small arrays in the frame that are only indexed by constants: their elements then
//! can live in registers.
//!
//! Before: `escape` has found the arrays, `unroll` has made constants of indices. After: the same,
//! with a local for each part of each element instead of such an array.

use std::collections::BTreeMap;

use super::simplify::{self, assignments};
use crate::ir::threads::Space;
use crate::ir::{
    Const, Expr, Function, LocalId, Module, Part, Scalar, Stmt, StmtKind, Type, elements, visit,
};
use crate::source::Span;
use crate::types::DType;

/// Runs the pass.
pub fn run(module: &mut Module) {
    for function in &mut module.functions {
        let found = found(function);
        if !found.is_empty() {
            rewrite(function, found);
            simplify::function(function);
        }
    }
}

/// An array.
struct Array {
    /// The extents; of one dimension, what there is room for.
    extents: Vec<i64>,
    dtype: DType,
}

impl Array {
    fn n_elements(&self) -> i64 {
        self.extents.iter().product()
    }

    /// The number of an element, if the index is one of constants and lies inside.
    fn place(&self, index: &[Expr]) -> Option<usize> {
        index.iter().zip(&self.extents).try_fold(0, |place, (index, extent)| {
            let at = constant(index).filter(|at| (0..*extent).contains(at))?;
            Some(place * *extent as usize + at as usize)
        })
    }
}

fn constant(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Const(Const::Int(Scalar::I64, value)) => i64::try_from(*value).ok(),
        _ => None,
    }
}

/// The extents of a shape. An index into the only dimension is below what there is room for.
fn extents(shape: &[Expr], room: i64) -> Option<Vec<i64>> {
    match shape {
        [_] => Some(vec![room]),
        _ => shape.iter().map(constant).collect(),
    }
}

/// The arrays, by their views.
fn found(function: &Function) -> BTreeMap<LocalId, Array> {
    let assignments = assignments(function);
    let mut found = BTreeMap::new();
    visit::walk(&function.body, &mut |stmt| {
        if let StmtKind::Reserve { view, shape, room, space: Space::Frame } = &stmt.kind
            && assignments[view.0 as usize] == 1
            && let Type::View(ty) = function.ty(*view)
            && let Some(extents) = extents(shape, *room)
        {
            found.insert(*view, Array { extents, dtype: ty.element });
        }
    });
    found.retain(|_, array| array.n_elements() <= elements::FEW);
    if !found.is_empty() {
        visit::walk(&function.body, &mut |stmt| {
            stmt.kind.read(&mut |read| {
                if found.get(&read).is_some_and(|array| !is_direct(&stmt.kind, read, array)) {
                    found.remove(&read);
                }
            })
        });
    }
    found
}

/// Whether a statement that reads a view only loads from or stores to a known place in it.
fn is_direct(stmt: &StmtKind, view: LocalId, array: &Array) -> bool {
    let (StmtKind::Load { view: accessed, index, .. } | StmtKind::Store { view: accessed, index, .. }) = stmt
    else {
        return false;
    };
    let mut elsewhere = false;
    stmt.exprs(&mut |expr| expr.locals(&mut |read| elsewhere |= read == view));
    *accessed == view && !elsewhere && array.place(index).is_some()
}

/// The locals that stand for the elements of each array: for each its parts.
type Elements = BTreeMap<LocalId, (Array, Vec<Vec<LocalId>>)>;

fn rewrite(function: &mut Function, found: BTreeMap<LocalId, Array>) {
    let mut elements = Elements::new();
    for (view, array) in found {
        let name = function.locals[view.0 as usize].name.clone();
        let scalar = Type::Scalar(Scalar::of(array.dtype));
        let element = |place| {
            let part = |_: &Part| function.add_local(format!("{name}.{place}"), scalar);
            elements::parts(array.dtype).iter().map(part).collect()
        };
        let locals = (0..array.n_elements()).map(element).collect();
        elements.insert(view, (array, locals));
    }
    rewrite_body(&mut function.body, &elements);
}

fn rewrite_body(body: &mut Vec<Stmt>, elements: &Elements) {
    for Stmt { mut kind, span } in std::mem::take(body) {
        match kind {
            StmtKind::Reserve { view, .. } if elements.contains_key(&view) => {
                body.extend(zeros(&elements[&view], span));
            }
            StmtKind::Load { local, view, ref index, part } if elements.contains_key(&view) => {
                let value = Expr::Local(part_of(&elements[&view], index, part));
                body.push(Stmt { kind: StmtKind::Assign { local, value }, span });
            }
            StmtKind::Store { view, ref index, part, value } if elements.contains_key(&view) => {
                let local = part_of(&elements[&view], index, part);
                body.push(Stmt { kind: StmtKind::Assign { local, value }, span });
            }
            _ => {
                kind.bodies_mut().for_each(|inner| rewrite_body(inner, elements));
                body.push(Stmt { kind, span });
            }
        }
    }
}

/// Sets all elements, so that each is assigned before it is read on every path that there seems to be.
fn zeros<'e>((array, locals): &'e (Array, Vec<Vec<LocalId>>), span: Span) -> impl Iterator<Item = Stmt> + 'e {
    let value = Expr::Const(elements::zero_of(Scalar::of(array.dtype)));
    let zero = move |local: &LocalId| StmtKind::Assign { local: *local, value: value.clone() };
    locals.iter().flatten().map(move |local| Stmt { kind: zero(local), span })
}

fn part_of((array, locals): &(Array, Vec<Vec<LocalId>>), index: &[Expr], part: Part) -> LocalId {
    let Some(place) = array.place(index) else {
        unreachable!("bug in pykernel: an element outside of its array was taken for a number")
    };
    match part {
        Part::First => locals[place][0],
        Part::Imaginary => locals[place][1],
    }
}
