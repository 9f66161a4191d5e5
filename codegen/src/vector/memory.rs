//! Elements and calls on lanes.

use super::expression::Number;
use super::refusal::Why;
use super::rewrite::{Live, Part, Rewrite};
use super::shape::Shape;
use crate::ir::construct::int;
use crate::ir::{
    self, Axis, Expr, FunctionId, LaneElements, Lanes, LocalId, Place, Scalar, Stmt, StmtKind, Type, ViewType,
};
use crate::types::Layout;

/// An access of single numbers: the view, the index, the part.
type Access<'a> = (LocalId, &'a [Expr], ir::Part);

impl Rewrite<'_> {
    pub(super) fn load(&mut self, local: LocalId, access: Access<'_>, live: Live, out: &mut Vec<Stmt>) {
        let (view, index) = self.resolved(access);
        let part = access.2;
        if index.iter().all(|index| matches!(index, Number::Single { step: 0, .. }))
            && !self.is_protected(local, live)
            && self.shape_of(local) != Shape::Varying
        {
            self.give(local, Shape::Uniform);
            let index = index.into_iter().map(|index| self.single(index)).collect();
            return out.push(self.stmt(StmtKind::Load { local, view, index, part }));
        }
        self.give(local, Shape::Varying);
        if self.shape_of(local) != Shape::Varying {
            return;
        }
        let Type::Scalar(scalar) = self.on.function.ty(local) else { return };
        let loaded = self.add_lanes("loaded", scalar);
        match index.iter().all(|index| matches!(index, Number::Single { step: 0, .. })) {
            true => {
                let single = self.add("loaded", Type::Scalar(scalar));
                let index = index.into_iter().map(|index| self.single(index)).collect();
                out.push(self.stmt(StmtKind::Load { local: single, view, index, part }));
                out.push(self.assign(loaded, self.splat(Expr::Local(single))));
            }
            false => {
                let elements = self.elements((view, index, part), false, live, out);
                out.push(self.stmt(StmtKind::LoadLanes { local: loaded, elements }));
            }
        }
        self.set_lanes(local, Expr::Local(loaded), live, out);
    }

    pub(super) fn store(&mut self, access: Access<'_>, value: &Expr, live: Live, out: &mut Vec<Stmt>) {
        let (view, index) = self.resolved(access);
        if index.iter().all(|index| matches!(index, Number::Single { step: 0, .. })) {
            return self.refuse(Why::OneElement);
        }
        self.gain += self.gain_of(value);
        let value = self.lanes(value);
        let elements = self.elements((view, index, access.2), true, live, out);
        out.push(self.stmt(StmtKind::StoreLanes { elements, value }));
    }

    fn single(&self, number: Number) -> Expr {
        match number {
            Number::Single { value, .. } => value,
            Number::Lanes(lanes) => Expr::Lane { lanes: Box::new(lanes), lane: 0 },
        }
    }

    /// The view that is the same for all lanes, and the index in it.
    fn resolved(&mut self, (view, index, _): Access<'_>) -> (LocalId, Vec<Number>) {
        let mut index: Vec<Number> = index.iter().map(|index| self.number(index)).collect();
        let mut view = view;
        while let Some((whole, parts)) = self.views.get(&view).cloned() {
            let mut inner = index.into_iter();
            let mut outer = Vec::new();
            for part in parts {
                match part {
                    Part::Index(at) => outer.push(at),
                    Part::Whole => outer.extend(inner.next()),
                    Part::Slice { start, step, extent: _ } => {
                        let at = inner.next().map(|at| self.plus(start, self.times(at, &step)));
                        outer.extend(at);
                    }
                    Part::New => drop(inner.next()),
                }
            }
            (view, index) = (whole, outer);
        }
        (view, index)
    }

    /// The elements that lanes read or write.
    fn elements(
        &mut self,
        (view, index, part): (LocalId, Vec<Number>, ir::Part),
        stores: bool,
        live: Live,
        out: &mut Vec<Stmt>,
    ) -> LaneElements {
        let mask = match live {
            Live::All => None,
            live => Some(self.mask(live)),
        };
        let Some(axis) = neighbours(&index) else {
            self.note_access(false, stores);
            let index = index.into_iter().map(|index| match index {
                Number::Single { value, step: 0 } => value,
                index => self.spread(index),
            });
            return LaneElements { view, index: index.collect(), along: None, part, mask };
        };
        let index: Vec<Expr> = index.into_iter().map(|index| self.single(index)).collect();
        let Type::View(ty) = self.on.function.ty(view) else {
            unreachable!("bug in pykernel: a number is indexed")
        };
        let laid_out = is_adjacent(ty, axis);
        if !laid_out && self.on.survey.assignments(view) == 0 {
            self.adjacent.insert((view, axis));
        }
        let adjacent = laid_out || (self.on.adjacent && self.adjacent.contains(&(view, axis)));
        self.note_access(adjacent, stores);
        if laid_out || !adjacent {
            return LaneElements { view, index, along: Some(axis), part, mask };
        }
        let (view, at) = self.row((view, ty), index, axis, out);
        LaneElements { view, index: vec![at], along: Some(0), part, mask }
    }

    /// A row of a view, whose elements are neighbours, and the index in it.
    fn row(
        &mut self,
        (view, ty): (LocalId, ViewType),
        mut index: Vec<Expr>,
        axis: usize,
        out: &mut Vec<Stmt>,
    ) -> (LocalId, Expr) {
        let at = std::mem::replace(&mut index[axis], int(0));
        let ty = ViewType { rank: 1, layout: Layout::Any, ..ty };
        let mut row = view;
        if index.len() > 1 {
            let axes = index.into_iter().enumerate().map(|(place, index)| match place == axis {
                true => Axis::Whole,
                false => Axis::Index(index),
            });
            let axes = axes.collect();
            row = self.add("row", Type::View(ty));
            out.push(self.assign(row, Expr::SubView { view, axes }));
        }
        let laid_out = self.add("row", Type::View(ViewType { layout: Layout::C, ..ty }));
        out.push(self.assign(laid_out, Expr::OfLayout { view: row, layout: Layout::C }));
        (laid_out, at)
    }

    /// A call, for each of the lanes.
    pub(super) fn call(
        &mut self,
        (results, function, args, place): (&[LocalId], FunctionId, &[Expr], &Place),
        live: Live,
        out: &mut Vec<Stmt>,
    ) {
        let uniform = args.iter().all(|arg| self.shape(arg) == Shape::Uniform);
        let kept = results
            .iter()
            .any(|result| self.is_protected(*result, live) || self.shape_of(*result) == Shape::Varying);
        let shape = if uniform && !kept { Shape::Uniform } else { Shape::Varying };
        results.iter().for_each(|result| self.give(*result, shape));
        if self.found != *self.facts {
            return;
        }
        if shape == Shape::Uniform {
            let args = args.iter().map(|arg| self.uniform(arg)).collect();
            let (results, place) = (results.to_vec(), place.clone());
            return out.push(self.stmt(StmtKind::Call { results, function, args, status: None, place }));
        }
        let args = args.iter().map(|arg| match self.shape(arg) {
            Shape::Uniform => self.uniform(arg),
            Shape::Strided(_) | Shape::Varying => self.lanes(arg),
        });
        let args = args.collect();
        let given: Vec<LocalId> = results.iter().map(|result| self.given(*result)).collect();
        let (mask, taken) = (self.mask(live), given.clone());
        out.push(self.stmt(StmtKind::CallLanes { results: taken, function, args, mask }));
        for (result, given) in results.iter().zip(given) {
            self.set_lanes(*result, Expr::Local(given), live, out);
        }
    }

    /// New lanes for what a call gives.
    fn given(&mut self, result: LocalId) -> LocalId {
        let scalar = match self.on.function.ty(result) {
            Type::Scalar(scalar) | Type::Lanes(Lanes { scalar, .. }) => scalar,
            Type::View(_) | Type::Owner => Scalar::I64,
        };
        self.add_lanes("given", scalar)
    }
}

/// The dimension along which lanes are neighbours; none if there is no one dimension.
fn neighbours(index: &[Number]) -> Option<usize> {
    let mut found = None;
    for (axis, index) in index.iter().enumerate() {
        match index {
            Number::Single { step: 0, .. } => {}
            Number::Single { step: 1, .. } if found.is_none() => found = Some(axis),
            Number::Single { .. } | Number::Lanes(_) => return None,
        }
    }
    found
}

/// Whether elements along a dimension are surely neighbours.
fn is_adjacent(ty: ViewType, axis: usize) -> bool {
    match ty.layout {
        Layout::C => axis + 1 == ty.rank,
        Layout::F => axis == 0,
        Layout::Any => false,
    }
}
