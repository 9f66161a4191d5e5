//! Operands that are arrays indexed with arrays of integers: their shapes, checks of the indices, and where their
//! elements lie.

use super::element::Place;
use super::elementwise::Array;
use super::expression::scalar_of;
use super::function::Lowering;
use crate::ir::construct::{and, binary, boolean, compare, int, select};
use crate::ir::{self, Axis, BinaryOp, CompareOp, LocalId, Scalar};
use crate::source::Span;
use crate::typed;
use crate::types::Type;

/// Where an operand's elements lie along a dimension of its array; as [`typed::Site`].
#[derive(Clone)]
pub(super) enum Site {
    Listed { index: LocalId, after: usize, axis: usize },
    Along(usize),
}

impl Lowering<'_> {
    pub(super) fn sites(&mut self, sites: &[typed::Site]) -> Vec<Site> {
        let mut site = |site: &typed::Site| match site {
            typed::Site::Listed { index, after, axis } => {
                Site::Listed { index: self.view(index), after: *after, axis: *axis }
            }
            typed::Site::Along(after) => Site::Along(*after),
        };
        sites.iter().map(&mut site).collect()
    }

    /// The extents of an operand with sites, whose indices are checked to be broadcast together.
    pub(super) fn indexed_extents(&mut self, array: &Array, span: Span) -> Vec<ir::Expr> {
        let reach = |site: &Site| match site {
            Site::Listed { index, after, .. } => (*after, after + self.view_type(*index).rank),
            Site::Along(after) => (*after, after + 1),
        };
        let rank = array.sites.iter().map(|site| reach(site).1).max().unwrap_or(0);
        let (mut indices, mut all) = (Vec::new(), Vec::new());
        for (axis, site) in array.sites.iter().enumerate() {
            let mut extents = vec![int(1); rank];
            let (after, end) = reach(site);
            match site {
                Site::Listed { index, .. } => {
                    let own = self.extents(*index);
                    indices.push(own.clone());
                    extents.splice(rank - end..rank - after, own);
                }
                Site::Along(_) => {
                    extents[rank - end] = ir::Expr::Dim { view: array.view, axis };
                    // NumPy counts the places along such a dimension by an index of its own.
                    if self
                        .listed(array)
                        .any(|(view, from)| (from..from + self.view_type(view).rank).contains(&after))
                    {
                        indices.push(extents.clone());
                    }
                }
            }
            all.push(extents);
        }
        let all: Vec<&[ir::Expr]> = all.iter().map(Vec::as_slice).collect();
        let (together, fits) = self.together(&all, span);
        self.check_indices_together(fits, &indices, span);
        together
    }

    /// Checks that all indices are in bounds; none is looked at where all together are none.
    pub(super) fn check_listed(&mut self, array: &Array, span: Span) {
        if !self.instance.boundscheck {
            return;
        }
        let listed: Vec<Vec<ir::Expr>> = self.listed(array).map(|(index, _)| self.extents(index)).collect();
        let checks = self.block(|lowering| {
            for (place, site) in array.sites.iter().enumerate() {
                if let Site::Listed { index, axis, .. } = site {
                    let extent = ir::Expr::Dim { view: array.view, axis: place };
                    lowering.check_all(*index, &extent, *axis, span);
                }
            }
        });
        let is_some = |extent: &ir::Expr| compare(CompareOp::Ne, extent.clone(), int(0));
        let any = match listed.as_slice() {
            // A loop over no indices checks none.
            [_] => boolean(true),
            many => many.iter().flatten().map(is_some).fold(boolean(true), and),
        };
        self.branch(any, checks, Vec::new(), span);
    }

    fn check_all(&mut self, index: LocalId, extent: &ir::Expr, axis: usize, span: Span) {
        let shape = self.extents(index);
        self.each(&shape, span, &mut |lowering, at| {
            let (value, scalar) = lowering.listed_index(index, at, span);
            lowering.in_bounds(value, scalar, extent.clone(), axis, span);
        });
    }

    /// An index as an `I64`, and the type that says whether it may count from the end. NumPy takes one of `uint64` as
    /// an `int64`.
    fn listed_index(&mut self, index: LocalId, at: Vec<ir::Expr>, span: Span) -> (ir::Expr, Scalar) {
        let dtype = self.view_type(index).element;
        let scalar = scalar_of(&Type::Strong(dtype));
        let parts = self.load_from(&Place { view: index, index: at, dtype }, span);
        let wide = parts.into_iter().map(|part| super::convert::number(part, scalar, Scalar::I64)).next();
        let wide = self.save(wide.unwrap_or(int(0)), Scalar::I64, span);
        (wide, if scalar == Scalar::U64 { Scalar::I64 } else { scalar })
    }

    /// The place that an index names. Should memory have changed since the check, it is the first one: no access is out of
    /// bounds.
    fn listed_place(&mut self, index: LocalId, at: Vec<ir::Expr>, extent: ir::Expr, span: Span) -> ir::Expr {
        let (value, scalar) = self.listed_index(index, at, span);
        let place = match scalar.is_signed() {
            true => {
                let is_negative = compare(CompareOp::Lt, value.clone(), int(0));
                select(is_negative, binary(BinaryOp::Add, value.clone(), extent.clone()), value)
            }
            false => value,
        };
        let place = self.save(place, Scalar::I64, span);
        if !self.instance.boundscheck {
            return place;
        }
        let inside = ir::Expr::InBounds { index: Box::new(place.clone()), extent: Box::new(extent) };
        self.save(select(inside, place, int(0)), Scalar::I64, span)
    }

    /// The index in its array of the element of an operand with sites at an index of a loop.
    pub(super) fn site_index(&mut self, array: &Array, at: &[ir::Expr], span: Span) -> Vec<ir::Expr> {
        let mut places = Vec::new();
        for (axis, site) in array.sites.iter().enumerate() {
            places.push(match site {
                Site::Listed { index, after, .. } => {
                    let at = self.indices_of(*index, *after, at);
                    self.listed_place(*index, at, ir::Expr::Dim { view: array.view, axis }, span)
                }
                Site::Along(after) => at[at.len() - 1 - after].clone(),
            });
        }
        places
    }

    /// Of an index or a shape, what is for the dimensions of an array of indices.
    fn indices_of(&self, index: LocalId, after: usize, of: &[ir::Expr]) -> Vec<ir::Expr> {
        let end = of.len() - after;
        of[end - self.view_type(index).rank..end].to_vec()
    }

    /// An operand with sites, broadcast to a shape.
    pub(super) fn broadcast_sites(&mut self, array: &Array, shape: &[ir::Expr], span: Span) -> Array {
        let mut axes = Vec::new();
        let mut sites = array.sites.clone();
        for (axis, site) in sites.iter_mut().enumerate() {
            axes.push(match site {
                Site::Listed { index, after, .. } => {
                    let to = self.indices_of(*index, *after, shape);
                    *index = self.broadcast(*index, &to, span);
                    Axis::Whole
                }
                Site::Along(after) => {
                    let own = ir::Expr::Dim { view: array.view, axis };
                    self.broadcast_axis(&own, &shape[shape.len() - 1 - *after], span)
                }
            });
        }
        let view = self.part_or_all(array.view, axes, span);
        Array { view, sites, core: Vec::new() }
    }

    /// The views, and of each the dimension, along which a row of a loop with several elements goes.
    pub(super) fn lines(&self, array: &Array) -> Vec<(LocalId, Option<usize>)> {
        if array.sites.is_empty() {
            return vec![(array.view, self.view_type(array.view).rank.checked_sub(1))];
        }
        let reaching = self.listed(array).filter(|(_, after)| *after == 0);
        let reaching: Vec<_> =
            reaching.map(|(index, _)| (index, self.view_type(index).rank.checked_sub(1))).collect();
        let along = array.sites.iter().position(|site| matches!(site, Site::Along(0)));
        match along {
            Some(axis) if reaching.is_empty() => vec![(array.view, Some(axis))],
            _ => reaching,
        }
    }

    /// The arrays whose elements are read one after the other in a loop of so many dimensions that is taken for one; none
    /// if it cannot be.
    pub(super) fn run_of(&self, array: &Array, n: usize) -> Option<Vec<LocalId>> {
        let has_all = |view: LocalId| self.view_type(view).rank == n;
        if array.sites.is_empty() {
            return has_all(array.view).then(|| vec![array.view]);
        }
        let view = |site: &Site| match site {
            Site::Listed { index, after: 0, .. } if has_all(*index) => Some(*index),
            Site::Listed { .. } | Site::Along(_) => None,
        };
        array.sites.iter().map(view).collect()
    }

    /// The row of an operand with sites at an index of the dimensions but the last.
    pub(super) fn indexed_row(
        &mut self,
        array: &Array,
        outer: &[ir::Expr],
        length: &ir::Expr,
        span: Span,
    ) -> Array {
        let (mut axes, mut sites) = (Vec::new(), Vec::new());
        for (place, site) in array.sites.iter().enumerate() {
            axes.push(match site {
                Site::Along(0) => {
                    sites.push(Site::Along(0));
                    Axis::Slice { start: int(0), extent: length.clone(), step: int(1) }
                }
                Site::Along(after) => Axis::Index(outer[outer.len() - after].clone()),
                Site::Listed { index, after: 0, axis } => {
                    let index = self.row(*index, outer, length, span);
                    sites.push(Site::Listed { index, after: 0, axis: *axis });
                    Axis::Whole
                }
                Site::Listed { index, after, .. } => {
                    let end = outer.len() + 1 - after;
                    let at = outer[end - self.view_type(*index).rank..end].to_vec();
                    let extent = ir::Expr::Dim { view: array.view, axis: place };
                    Axis::Index(self.listed_place(*index, at, extent, span))
                }
            });
        }
        let view = self.part_or_all(array.view, axes, span);
        match sites.iter().any(|site| matches!(site, Site::Listed { .. })) {
            true => Array { view, sites, core: Vec::new() },
            false => Array { view: self.adjacent(view, span), sites: Vec::new(), core: Vec::new() },
        }
    }

    /// A part of an array, or itself where all of it is taken.
    pub(super) fn part_or_all(&mut self, view: LocalId, axes: Vec<Axis>, span: Span) -> LocalId {
        match axes.iter().all(|axis| *axis == Axis::Whole) {
            true => view,
            false => self.part_of(view, axes, span),
        }
    }

    /// The arrays of indices, and how many dimensions stand behind those of each.
    fn listed(&self, array: &Array) -> impl Iterator<Item = (LocalId, usize)> {
        array.sites.iter().filter_map(|site| match site {
            Site::Listed { index, after, .. } => Some((*index, *after)),
            Site::Along(_) => None,
        })
    }
}
