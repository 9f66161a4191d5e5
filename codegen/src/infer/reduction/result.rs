//! Where the results of a reduction go.

use super::super::Body;
use super::super::tuple::{int, packed};
use super::Reducing;
use crate::source::Span;
use crate::typed::{Allocation, Element, Expr, ExprKind, Fill};
use crate::types::{ArrayType, DType, Layout, Type};

/// An array for the results; of one element where the result is a number.
pub(super) struct Results {
    /// What makes it.
    pub(super) made: Expr,
    /// It.
    pub(super) array: Expr,
    /// Its elements as an array of one dimension, which all shapes share.
    pub(super) run: Expr,
    /// How far they lie apart along each dimension of what is reduced, one at least.
    pub(super) moves: Expr,
    is_number: bool,
}

impl Body<'_, '_> {
    /// An array for a reduction's results.
    pub(super) fn results(&mut self, reducing: &Reducing, element: DType, fill: Fill) -> Results {
        self.results_behind(Vec::new(), reducing, element, fill)
    }

    /// The same with dimensions in front, along which reductions follow each other.
    pub(super) fn results_behind(
        &mut self,
        front: Vec<Expr>,
        reducing: &Reducing,
        element: DType,
        fill: Fill,
    ) -> Results {
        let (rank, span) = (reducing.ty.rank, reducing.span);
        let n_front = front.len();
        let is_one = reducing.axes.leave_nothing(rank);
        let is_number = is_one && n_front == 0;
        let left = self.extents_left(reducing);
        let shape = if is_number { vec![int(1, span)] } else { front.into_iter().chain(left).collect() };
        let (made, array) = self.made(element, shape, fill, span);
        let moves = match is_one || rank == 0 {
            true => packed(vec![int(0, span); rank.max(1)], span),
            false => self.moves_behind(n_front, reducing, &array),
        };
        let run = match &array.ty {
            Type::Array(ty) if ty.rank > 1 => {
                let ty = Type::Array(ArrayType { rank: 1, ..*ty });
                Expr::new(ExprKind::Flat(Box::new(array.clone())), ty, span)
            }
            _ => array.clone(),
        };
        Results { made, array, run, moves, is_number }
    }

    /// A new array: what makes it, and what it is then.
    pub(super) fn made(&mut self, element: DType, shape: Vec<Expr>, fill: Fill, span: Span) -> (Expr, Expr) {
        let ty = ArrayType::of(element, shape.len(), Layout::C);
        let made = ExprKind::Allocate(Box::new(Allocation { shape, fill }));
        self.bind(Expr::new(made, Type::Array(ty), span))
    }
}

impl Results {
    /// The results, once all this is done.
    pub(super) fn after(self, evaluated: Vec<Expr>) -> Expr {
        let span = self.array.span;
        let value = match (self.is_number, &self.array.ty) {
            (true, Type::Array(ty)) => {
                let ty = Type::Strong(ty.dtype());
                let element = Element { array: Box::new(self.array), indices: vec![int(0, span)] };
                Expr::new(ExprKind::Element(element), ty, span)
            }
            _ => self.array,
        };
        super::super::tuple::after(evaluated, value)
    }
}
