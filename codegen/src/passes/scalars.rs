//! Keeps small arrays in locals: the elements of an array of the frame that is only indexed by
//! constants become locals of their own, which the back end can hold in registers.
//!
//! Before: `unroll` has made constants of what counts through such arrays. After: no such `Reserve`
//! is left; functions that had one are simplified.

use std::collections::BTreeMap;

use super::simplify;
use crate::ir::elements::{parts, zero_of};
use crate::ir::{
    Const, Expr, Function, LocalId, Module, Part, Scalar, Stmt, StmtKind, Type, ViewType, visit,
};

/// How many elements an array may have.
const MOST: i64 = 16;

/// Runs the pass.
pub fn run(module: &mut Module) {
    for function in &mut module.functions {
        let arrays = arrays(function);
        if !arrays.is_empty() {
            let mut elements = Elements { arrays, locals: BTreeMap::new() };
            let mut body = std::mem::take(&mut function.body);
            elements.body(function, &mut body);
            function.body = body;
            simplify::function(function);
        }
    }
}

/// The arrays that are only indexed by constants, with their extents.
fn arrays(function: &Function) -> BTreeMap<LocalId, Vec<i64>> {
    let mut arrays: BTreeMap<LocalId, Vec<i64>> = BTreeMap::new();
    visit::walk(&function.body, &mut |stmt| {
        if let StmtKind::Reserve { view, shape, room } = &stmt.kind
            && *room <= MOST
            && let Some(shape) = shape.iter().map(constant).collect()
            && arrays.insert(*view, shape).is_some()
        {
            // Made in two places: leave it.
            arrays.remove(view);
        }
    });
    visit::walk(&function.body, &mut |stmt| {
        let indexed = match &stmt.kind {
            StmtKind::Load { view, index, .. } | StmtKind::Store { view, index, .. } => {
                if !arrays.get(view).is_some_and(|shape| is_inside(index, shape)) {
                    arrays.remove(view);
                }
                Some(*view)
            }
            StmtKind::Reserve { view, .. } => Some(*view),
            _ => None,
        };
        let mut uses = Vec::new();
        stmt.kind.read(&mut |local| uses.push(local));
        stmt.kind.assigned(&mut |local| uses.push(local));
        if let Some(place) = uses.iter().position(|local| Some(*local) == indexed) {
            uses.remove(place);
        }
        uses.iter().for_each(|local| _ = arrays.remove(local));
    });
    arrays
}

fn constant(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Const(Const::Int(_, value)) => i64::try_from(*value).ok(),
        _ => None,
    }
}

fn is_inside(index: &[Expr], shape: &[i64]) -> bool {
    index.iter().zip(shape).all(|(index, extent)| constant(index).is_some_and(|k| (0..*extent).contains(&k)))
}

struct Elements {
    arrays: BTreeMap<LocalId, Vec<i64>>,
    /// The local that holds an element, or one part of it.
    locals: BTreeMap<(LocalId, Vec<i64>, Part), LocalId>,
}

impl Elements {
    fn body(&mut self, function: &mut Function, body: &mut Vec<Stmt>) {
        for Stmt { mut kind, span } in std::mem::take(body) {
            let mut push = |kind| body.push(Stmt { kind, span });
            match kind {
                StmtKind::Reserve { view, .. } if self.arrays.contains_key(&view) => {
                    // No element is read before it is written; the verifier wants to see that.
                    let zero = Expr::Const(zero_of(scalar(function, view)));
                    for local in self.all(function, view) {
                        push(StmtKind::Assign { local, value: zero.clone() });
                    }
                }
                StmtKind::Load { local, view, index, part } if self.arrays.contains_key(&view) => {
                    let element = self.element(function, view, &index, part);
                    push(StmtKind::Assign { local, value: Expr::Local(element) });
                }
                StmtKind::Store { view, index, part, value } if self.arrays.contains_key(&view) => {
                    let local = self.element(function, view, &index, part);
                    push(StmtKind::Assign { local, value });
                }
                _ => {
                    kind.bodies_mut().for_each(|inner| self.body(function, inner));
                    push(kind);
                }
            }
        }
    }

    /// The locals of all elements of an array.
    fn all(&mut self, function: &mut Function, view: LocalId) -> Vec<LocalId> {
        let mut places = vec![Vec::new()];
        for extent in self.arrays.get(&view).into_iter().flatten() {
            let longer = |place: &Vec<i64>| (0..*extent).map(|k| [place.as_slice(), &[k]].concat()).collect();
            places = places.iter().flat_map::<Vec<Vec<i64>>, _>(longer).collect();
        }
        let parts = parts(view_type(function, view).element);
        let of_place = |place: &Vec<i64>| parts.iter().map(|part| (place.clone(), *part)).collect::<Vec<_>>();
        let all: Vec<_> = places.iter().flat_map(of_place).collect();
        all.into_iter().map(|(place, part)| self.at(function, view, place, part)).collect()
    }

    fn element(&mut self, function: &mut Function, view: LocalId, index: &[Expr], part: Part) -> LocalId {
        let place = index.iter().filter_map(constant).collect();
        self.at(function, view, place, part)
    }

    fn at(&mut self, function: &mut Function, view: LocalId, place: Vec<i64>, part: Part) -> LocalId {
        *self.locals.entry((view, place, part)).or_insert_with_key(|(view, place, _)| {
            let (array, element) = (&function.locals[view.0 as usize], scalar(function, *view));
            let place: Vec<String> = place.iter().map(i64::to_string).collect();
            let name = format!("{}.{}", array.name, place.join("."));
            function.add_local(name, Type::Scalar(element))
        })
    }
}

/// The machine number of an array's elements, or of a part of them.
fn scalar(function: &Function, view: LocalId) -> Scalar {
    Scalar::of(view_type(function, view).element)
}

fn view_type(function: &Function, view: LocalId) -> ViewType {
    match function.ty(view) {
        Type::View(ty) => ty,
        ty @ (Type::Scalar(_) | Type::Owner) => unreachable!("bug in pykernel: a {ty} has elements"),
    }
}
