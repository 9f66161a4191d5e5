//! Parts of views: what a subscript makes of each dimension, and what type comes of it.

use super::{Const, Expr, Function, LocalId, Type, ViewType};
use crate::types::{Kept, Layout};

/// What becomes of a dimension in an [`Expr::SubView`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Axis {
    /// Only what stands at an index, an `I64` in bounds; the dimension is gone.
    Index(Expr),
    /// All of it.
    Whole,
    /// What stands at `start, start + step, …`. All three are `I64`; each of these indices is in
    /// bounds, and `extent` is at least 0.
    Slice {
        /// The first index; any number if `extent` is 0.
        start: Expr,
        /// How many.
        extent: Expr,
        /// The distance between two.
        step: Expr,
    },
    /// A new dimension of extent 1.
    New,
}

impl Axis {
    /// What it means for the layout.
    fn kept(&self) -> Kept {
        match self {
            Axis::Index(_) => Kept::None,
            Axis::Whole => Kept::All,
            Axis::Slice { step: Expr::Const(Const::Int(_, 1)), .. } => Kept::Run,
            Axis::Slice { .. } | Axis::New => Kept::Other,
        }
    }

    /// Visits its operands.
    pub fn operands(&self, visit: &mut dyn FnMut(&Expr)) {
        match self {
            Axis::Index(index) => visit(index),
            Axis::Slice { start, extent, step } => [start, extent, step].into_iter().for_each(visit),
            Axis::Whole | Axis::New => {}
        }
    }

    /// Visits its operands, to be changed.
    pub fn operands_mut(&mut self, visit: &mut dyn FnMut(&mut Expr)) {
        match self {
            Axis::Index(index) => visit(index),
            Axis::Slice { start, extent, step } => [start, extent, step].into_iter().for_each(visit),
            Axis::Whole | Axis::New => {}
        }
    }
}

impl ViewType {
    /// The type of an [`Expr::SubView`] of a view of this type.
    pub fn part(self, axes: &[Axis]) -> ViewType {
        let kept: Vec<Kept> = axes.iter().map(Axis::kept).collect();
        let rank = kept.iter().filter(|kept| **kept != Kept::None).count();
        ViewType { rank, layout: self.layout.of_part(&kept), ..self }
    }

    /// The type of an [`Expr::Transpose`] of a view of this type.
    pub fn transposed(self) -> ViewType {
        ViewType { layout: self.layout.transposed(self.rank), ..self }
    }

    /// The type of an [`Expr::Strided`] of some rank of a view of this type.
    pub fn strided(self, rank: usize) -> ViewType {
        ViewType { rank, layout: Layout::Any, ..self }
    }
}

impl Function {
    /// The type of an expression that is a view.
    pub fn view_type(&self, expr: &Expr) -> Option<ViewType> {
        let of = |local: LocalId| match self.ty(local) {
            Type::View(view) => Some(view),
            Type::Scalar(_) | Type::Lanes(_) | Type::Owner => None,
        };
        match expr {
            Expr::Local(local) => of(*local),
            Expr::SubView { view, axes } => Some(of(*view)?.part(axes)),
            Expr::Transpose { view } => Some(of(*view)?.transposed()),
            Expr::Strided { view, extents, .. } => Some(of(*view)?.strided(extents.len())),
            Expr::OfLayout { view, layout } => Some(ViewType { layout: *layout, ..of(*view)? }),
            Expr::Empty(view) => Some(*view),
            Expr::Table { table, .. } => Some(table.ty().into()),
            _ => None,
        }
    }
}
