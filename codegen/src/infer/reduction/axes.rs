//! Along which dimensions a reduction goes, and where its results lie.

use super::super::tuple::{after, int, packed};
use super::super::{Body, Stop, Typed};
use super::{Call, Reducing};
use crate::builtin::python_name;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::ir::{BinaryOp, CompareOp};
use crate::source::Span;
use crate::typed::{Expr, ExprKind, Operation, Piece, Raise};
use crate::types::{DType, Kind, Type};

/// The dimensions that are reduced.
#[derive(Clone)]
pub(super) struct Axes {
    pub(super) reduced: Reduced,
    /// Whether they are left as dimensions of extent 1.
    pub(super) keepdims: bool,
    /// The one dimension that `axis` names, counted from the first, if it names one: Python's `int`.
    pub(super) named: Option<Expr>,
    /// Whether `axis` is left out.
    pub(super) is_all: bool,
}

/// Which dimensions are reduced.
#[derive(Clone)]
pub(super) enum Reduced {
    /// For each one, whether it is.
    These(Vec<bool>),
    /// The one with this number, which is known at run time: Python's `int`, in range.
    At(Expr),
}

impl Axes {
    /// Whether the result is a number.
    pub(super) fn leave_nothing(&self, rank: usize) -> bool {
        self.rank_left(rank) == 0
    }

    /// How many dimensions the result has.
    pub(super) fn rank_left(&self, rank: usize) -> usize {
        match &self.reduced {
            _ if self.keepdims => rank,
            Reduced::These(reduced) => reduced.iter().filter(|reduced| !**reduced).count(),
            Reduced::At(_) => rank - 1,
        }
    }

    /// For each dimension of the array, which one of the result it is, if that is known; `None` where it is reduced.
    fn places(&self, reduced: &[bool]) -> Vec<Option<usize>> {
        let mut place = 0;
        let next = |reduced: &bool| {
            let here = place;
            place += usize::from(self.keepdims || !reduced);
            (!reduced).then_some(here)
        };
        reduced.iter().map(next).collect()
    }

    /// The same dimensions, each left with an extent of 1.
    pub(super) fn kept(&self) -> Axes {
        Axes { keepdims: true, ..self.clone() }
    }
}

impl Body<'_, '_> {
    /// The dimensions that `axis` and `keepdims` say.
    pub(super) fn axes_of(&mut self, call: &Call<'_>, rank: usize, evaluated: &mut Vec<Expr>) -> Typed<Axes> {
        let keepdims = match call.get("keepdims").map(|keepdims| (&keepdims.kind, keepdims.span)) {
            None => false,
            Some((hir::ExprKind::Bool(keepdims), _)) => *keepdims,
            Some((_, span)) => {
                return self.report(
                    Diagnostic::new(Code::ArgumentMismatch, span, "`keepdims` is not a literal").help(
                        "write `keepdims=True` or `keepdims=False`: the number of dimensions depends on it",
                    ),
                );
            }
        };
        let reduced = match call.get("axis") {
            None => Reduced::These(vec![true; rank]),
            Some(axis) => self.reduced_by(call, axis, rank, evaluated)?,
        };
        let named = match (&reduced, call.get("axis")) {
            (_, None) => None,
            (Reduced::At(at), _) => Some(at.clone()),
            (_, Some(hir::Expr { kind: hir::ExprKind::Tuple(_), .. })) => None,
            (Reduced::These(reduced), Some(axis)) => {
                let place = reduced.iter().position(|reduced| *reduced);
                place.map(|place| int(place as i128, axis.span))
            }
        };
        Ok(Axes { reduced, keepdims, named, is_all: call.get("axis").is_none() })
    }

    fn reduced_by(
        &mut self,
        call: &Call<'_>,
        axis: &hir::Expr,
        rank: usize,
        evaluated: &mut Vec<Expr>,
    ) -> Typed<Reduced> {
        if let hir::ExprKind::Tuple(items) = &axis.kind {
            let mut reduced = vec![false; rank];
            for item in items {
                let place = match self.expr(item)?.int_literal() {
                    Some(axis) => self.axis_place(axis, rank, item.span)?,
                    None => return self.no_literal(item.span),
                };
                if std::mem::replace(&mut reduced[place], true) {
                    return self.report(
                        Diagnostic::new(Code::ArgumentMismatch, item.span, "duplicate value in 'axis'")
                            .help("name each dimension once"),
                    );
                }
            }
            return Ok(Reduced::These(reduced));
        }
        let axis = self.expr(axis)?;
        // NumPy's ufuncs take these, its other functions do not.
        if rank == 0 && call.reduction.is_ufunc() && matches!(axis.int_literal(), Some(0 | -1)) {
            return Ok(Reduced::These(Vec::new()));
        }
        if let Some(axis_number) = axis.int_literal() {
            let place = self.axis_place(axis_number, rank, axis.span)?;
            return Ok(Reduced::These((0..rank).map(|axis| axis == place).collect()));
        }
        match axis.ty.dtype().map(DType::kind) {
            Some(Kind::Int) if rank > 0 => {}
            _ => {
                let wanted = "as `axis` an integer, or a tuple of literals, within the array's dimensions,";
                return self.wrong_argument(call.row, &axis, wanted);
            }
        }
        let axis = self.coerce(axis, &Type::INT)?;
        let axis = self.set_before(axis, evaluated);
        Ok(Reduced::At(self.axis_in_range(axis, rank, evaluated)))
    }

    fn no_literal<T>(&mut self, span: Span) -> Typed<T> {
        self.report(
            Diagnostic::new(Code::ArgumentMismatch, span, "a tuple of dimensions is not made of literals")
                .help("write numbers: `axis=(0, 2)`"),
        )
    }

    /// A literal dimension counted from the first; one of an array without dimensions may be 0.
    pub(in crate::infer) fn axis_place(&mut self, axis: i128, rank: usize, span: Span) -> Typed<usize> {
        let place = if axis < 0 { axis + rank as i128 } else { axis };
        if (0..rank as i128).contains(&place) {
            return Ok(place as usize);
        }
        let message = format!("axis {axis} is out of bounds for array of dimension {rank}");
        self.report(
            Diagnostic::new(Code::WrongRank, span, message)
                .help("dimensions are counted from 0, or from the last one, which is -1"),
        )
    }

    /// A dimension counted from the first, after NumPy's exception where there is none.
    fn axis_in_range(&mut self, axis: Expr, rank: usize, evaluated: &mut Vec<Expr>) -> Expr {
        let (span, n) = (axis.span, int(rank as i128, axis.span));
        let compare = |op, left: Expr, right: Expr| {
            Self::operation(Operation::Compare(op), vec![left, right], Type::BOOL, span)
        };
        let arithmetic =
            |left: Expr, right: Expr| super::super::tuple::arithmetic(BinaryOp::Add, left, right, span);
        let is_back = compare(CompareOp::Lt, axis.clone(), int(0, span));
        let from_end = arithmetic(axis.clone(), n.clone());
        let place = conditional(is_back, from_end, axis.clone());
        let place = self.set_before(place, evaluated);
        let (low, high) =
            (compare(CompareOp::Ge, place.clone(), int(0, span)), compare(CompareOp::Lt, place.clone(), n));
        let inside = ExprKind::Logical { and: true, left: Box::new(low), right: Box::new(high) };
        let message = vec![
            Piece::Text("axis ".to_owned()),
            Piece::Value(axis),
            Piece::Text(format!(" is out of bounds for array of dimension {rank}")),
        ];
        let raise = Raise { class: "AxisError".into(), message };
        let cond = Box::new(Expr::new(inside, Type::BOOL, span));
        let checked = ExprKind::Checked { cond, raise, value: Box::new(place) };
        self.set_before(Expr::new(checked, Type::INT, span), evaluated)
    }

    /// The extents of the result.
    pub(super) fn extents_left(&self, reducing: &Reducing) -> Vec<Expr> {
        let (rank, span) = (reducing.ty.rank, reducing.span);
        let extent = |axis| reducing.extent(axis);
        match &reducing.axes.reduced {
            Reduced::These(reduced) => (0..rank)
                .filter(|axis| reducing.axes.keepdims || !reduced[*axis])
                .map(|axis| if reduced[axis] { int(1, span) } else { extent(axis) })
                .collect(),
            Reduced::At(at) if reducing.axes.keepdims => {
                (0..rank).map(|axis| conditional(is(at, axis), int(1, span), extent(axis))).collect()
            }
            Reduced::At(at) => (0..rank - 1)
                .map(|place| conditional(is_behind(at, place), extent(place), extent(place + 1)))
                .collect(),
        }
    }

    /// How far elements of an array with the result's shape lie apart along each dimension of the reduced one: 0 along
    /// those that are reduced.
    pub(super) fn moves(&self, reducing: &Reducing, result: &Expr) -> Expr {
        self.moves_behind(0, reducing, result)
    }

    /// The same of an array that has other dimensions in front.
    pub(super) fn moves_behind(&self, n_front: usize, reducing: &Reducing, result: &Expr) -> Expr {
        let (rank, span) = (reducing.ty.rank, reducing.span);
        let stride =
            |place| Expr::new(ExprKind::Stride(Box::new(result.clone()), n_front + place), Type::INT, span);
        let moves = match &reducing.axes.reduced {
            Reduced::These(reduced) => {
                let places = reducing.axes.places(reduced);
                places.into_iter().map(|place| place.map_or(int(0, span), stride)).collect()
            }
            Reduced::At(at) => {
                let along = |axis| {
                    let stride = match reducing.axes.keepdims {
                        true => stride(axis),
                        false if axis == 0 => stride(0),
                        false if axis == rank - 1 => stride(axis - 1),
                        false => conditional(is_behind(at, axis), stride(axis), stride(axis - 1)),
                    };
                    conditional(is(at, axis), int(0, span), stride)
                };
                (0..rank).map(along).collect()
            }
        };
        packed(moves, span)
    }

    /// How many elements become one.
    pub(super) fn n_reduced(&self, reducing: &Reducing) -> Expr {
        let (rank, span) = (reducing.ty.rank, reducing.span);
        let extents: Vec<Expr> = match &reducing.axes.reduced {
            Reduced::These(reduced) => {
                (0..rank).filter(|axis| reduced[*axis]).map(|axis| reducing.extent(axis)).collect()
            }
            Reduced::At(at) => {
                let last = reducing.extent(rank - 1);
                let pick = |otherwise, axis| conditional(is(at, axis), reducing.extent(axis), otherwise);
                vec![(0..rank - 1).fold(last, pick)]
            }
        };
        let product = |n, extent| super::super::tuple::arithmetic(BinaryOp::Mul, n, extent, span);
        extents.into_iter().reduce(product).unwrap_or(int(1, span))
    }
}

impl Reducing {
    pub(super) fn extent(&self, axis: usize) -> Expr {
        Expr::new(ExprKind::Extent(Box::new(self.array.clone()), axis), Type::INT, self.span)
    }

    /// The reduction of another array with the same shape.
    pub(super) fn with_array(&self, array: Expr) -> Typed<Reducing> {
        let Type::Array(ty) = array.ty else { return Err(Stop) };
        Ok(Reducing {
            row: self.row,
            reduction: self.reduction,
            ty,
            array,
            axes: self.axes.clone(),
            dtype: self.dtype,
            initial: None,
            mask: self.mask.clone(),
            out: self.out,
            keys: self.keys.clone(),
            span: self.span,
        })
    }
}

/// Whether the dimension is this one.
fn is(at: &Expr, axis: usize) -> Expr {
    let operands = vec![at.clone(), int(axis as i128, at.span)];
    Body::operation(Operation::Compare(CompareOp::Eq), operands, Type::BOOL, at.span)
}

/// Whether the dimension stands behind this one.
fn is_behind(at: &Expr, axis: usize) -> Expr {
    let operands = vec![at.clone(), int(axis as i128, at.span)];
    Body::operation(Operation::Compare(CompareOp::Gt), operands, Type::BOOL, at.span)
}

fn conditional(cond: Expr, then: Expr, otherwise: Expr) -> Expr {
    let (ty, span) = (then.ty.clone(), then.span);
    let kind =
        ExprKind::Conditional { cond: Box::new(cond), then: Box::new(then), otherwise: Box::new(otherwise) };
    Expr::new(kind, ty, span)
}

/// A value that is evaluated after others.
pub(super) fn behind(evaluated: Vec<Expr>, value: Expr) -> Expr {
    after(evaluated, value)
}

/// What a message calls the function.
pub(super) fn name_of(reducing: &Reducing) -> String {
    python_name(reducing.row.name)
}
