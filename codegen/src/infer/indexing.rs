//! Typing NumPy's functions that index arrays, or say where their elements are true.

use super::advanced::{Items, check, rank_of};
use super::subscript::{Item, part};
use super::tuple::{after, int, packed};
use super::{Body, Stop, Typed};
use crate::builtin::{Indexing, Row};
use crate::ir::CompareOp;
use crate::source::Span;
use crate::typed::{Axis, Expr, ExprKind, Operation, Piece, Site};
use crate::types::Element::Number;
use crate::types::{ArrayType, DType, Kind, Type};

/// A call of one of them.
pub(super) fn index(
    body: &mut Body<'_, '_>,
    row: &'static Row,
    what: Indexing,
    args: Vec<Expr>,
    span: Span,
) -> Typed {
    let mut rest = args.into_iter();
    let Some(first) = rest.next() else { unreachable!("bug in pykernel: the arity was checked") };
    let call = Call { row, span };
    match (what, rest.next(), rest.next()) {
        (Indexing::Nonzero, ..) => body.nonzero(&call, first),
        (Indexing::FlatNonzero, ..) => body.flat_nonzero(&call, first),
        (Indexing::Argwhere, ..) => body.argwhere(&call, first),
        (Indexing::Take, Some(indices), axis) => body.take(&call, first, indices, axis),
        (Indexing::TakeAlongAxis, Some(indices), axis) => body.take_along_axis(&call, first, indices, axis),
        (Indexing::Extract, Some(array), _) => body.extract(&call, first, array),
        (Indexing::Compress, Some(array), axis) => body.compress(&call, first, array, axis),
        (Indexing::Ix, second, third) => {
            body.ix(&call, [first].into_iter().chain(second).chain(third).chain(rest).collect())
        }
        (Indexing::Take | Indexing::TakeAlongAxis | Indexing::Extract | Indexing::Compress, None, _) => {
            unreachable!("bug in pykernel: the arity was checked")
        }
    }
}

struct Call {
    row: &'static Row,
    span: Span,
}

impl Body<'_, '_> {
    /// An argument that is an array with dimensions.
    fn wants_array(&mut self, call: &Call, array: &Expr) -> Typed<ArrayType> {
        match array.ty {
            Type::Array(ty) if ty.rank > 0 => Ok(ty),
            _ => self.wrong_argument(call.row, array, "an array with dimensions"),
        }
    }

    /// For each dimension where elements are that are true: an array of each.
    fn nonzero(&mut self, call: &Call, array: Expr) -> Typed {
        self.wants_array(call, &array)?;
        let mut evaluated = Vec::new();
        let places = self.places_of(array, &mut evaluated, call.span)?;
        Ok(after(evaluated, packed(places, call.span)))
    }

    fn flat_nonzero(&mut self, call: &Call, array: Expr) -> Typed {
        let (mut evaluated, place) = (Vec::new(), self.raveled(call, array)?);
        let places = self.places_of(place, &mut evaluated, call.span)?;
        Ok(after(evaluated, places.into_iter().next().ok_or(Stop)?))
    }

    /// The indices of the elements that are true, one after the other.
    fn argwhere(&mut self, call: &Call, array: Expr) -> Typed {
        self.wants_array(call, &array)?;
        let places = self.library_call("places_of", vec![array], false, call.span)?;
        let Type::Array(ty) = places.ty else { return Err(Stop) };
        let turned = ExprKind::Transpose(Box::new(places));
        Ok(Expr::new(turned, Type::Array(ty.transposed()), call.span))
    }

    /// `np.take`: what stands at indices along a dimension, or among all elements.
    fn take(&mut self, call: &Call, array: Expr, indices: Expr, axis: Option<Expr>) -> Typed {
        let (array, axis) = self.along(call, array, axis)?;
        let item = match indices.ty {
            Type::Strong(DType::UInt64) | Type::Array(ArrayType { element: Number(DType::UInt64), .. }) => {
                return self.wrong_argument(call.row, &indices, "indices that `int64` holds");
            }
            _ => self.index_item(indices)?,
        };
        if let Item::Mask(mask) = &item {
            let mask = mask.clone();
            return self.wrong_argument(call.row, &mask, "integers as indices");
        }
        let mut evaluated = Vec::new();
        let array = self.set_before(array, &mut evaluated);
        let item = match item {
            Item::Array(index) => Item::Array(self.set_before(index, &mut evaluated)),
            item => item,
        };
        self.check_take(&array, axis, &item, &mut evaluated, call.span);
        let taken = self.taken(array, axis, item, call.span)?;
        Ok(after(evaluated, taken))
    }

    /// What stands at an index, or at all of an array, along a dimension: a new array, or a number.
    fn taken(&mut self, array: Expr, axis: usize, item: Item, span: Span) -> Typed {
        let Type::Array(ty) = array.ty else { return Err(Stop) };
        let mut items: Vec<Item> = (0..ty.rank).map(|_| Item::Axis(Axis::Whole)).collect();
        items[axis] = item;
        if let Item::Array(_) = items[axis] {
            let items = Items { items, is_split: false };
            let indexed = self.indexed(array, ty, items, span)?;
            return self.indexed_value(indexed, span);
        }
        let view = part(Box::new(array), ty, items.iter().map(Item::axis).collect(), span);
        let mut same = |_: &mut Self, mut elements: Vec<Expr>| Ok(elements.swap_remove(0));
        self.each_element(vec![view], span, &mut same)
    }

    /// Nothing is taken from where there is nothing.
    fn check_take(&mut self, array: &Expr, axis: usize, item: &Item, evaluated: &mut Vec<Expr>, span: Span) {
        let is_zero = |op, number| {
            let operands = vec![number, int(0, span)];
            Self::operation(Operation::Compare(op), operands, Type::BOOL, span)
        };
        let extent = Expr::new(ExprKind::Extent(Box::new(array.clone()), axis), Type::INT, span);
        let mut cond = is_zero(CompareOp::Ne, extent);
        if let Item::Array(index) = item {
            let size = Expr::new(ExprKind::Size(Box::new(index.clone())), Type::INT, span);
            let (left, right) = (Box::new(cond), Box::new(is_zero(CompareOp::Eq, size)));
            cond = Expr::new(ExprKind::Logical { and: false, left, right }, Type::BOOL, span);
        }
        let text = "cannot do a non-empty take from an empty axes.";
        evaluated.push(check(cond, "IndexError", vec![Piece::Text(text.to_owned())]));
    }

    /// `np.take_along_axis`: at each index of the indices, what they say along one dimension.
    fn take_along_axis(&mut self, call: &Call, array: Expr, indices: Expr, axis: Option<Expr>) -> Typed {
        let axis = axis.unwrap_or(int(-1, call.span));
        let is_flat = axis.ty == Type::None;
        let (array, axis) = self.along(call, array, Some(axis))?;
        let indices = if is_flat { self.raveled(call, indices)? } else { indices };
        let rank = rank_of(&array);
        if indices.ty.element().map(DType::kind) != Some(Kind::Int) || rank_of(&indices) != rank {
            let wanted = format!("integers in an array with {rank} dimensions as its second argument");
            return self.wrong_argument(call.row, &indices, &wanted);
        }
        let mut evaluated = Vec::new();
        let array = self.set_before(array, &mut evaluated);
        let index = self.set_before(indices, &mut evaluated);
        let site = |place| match place == axis {
            true => Site::Listed { index: index.clone(), after: 0, axis },
            false => Site::Along(rank - 1 - place),
        };
        let taken = self.gathered(array, (0..rank).map(site).collect(), call.span)?;
        Ok(after(evaluated, taken))
    }

    /// `np.extract`: the elements where a condition is true, both in the order C.
    fn extract(&mut self, call: &Call, condition: Expr, array: Expr) -> Typed {
        let mut evaluated = Vec::new();
        let condition = self.set_before(condition, &mut evaluated);
        let array = self.raveled(call, array)?;
        let array = self.set_before(array, &mut evaluated);
        let condition = self.raveled(call, condition)?;
        let mut places = self.places_of(condition, &mut evaluated, call.span)?;
        let taken = self.taken(array, 0, Item::Array(places.swap_remove(0)), call.span)?;
        Ok(after(evaluated, taken))
    }

    /// `np.compress`: what stands along a dimension where a condition is true.
    fn compress(&mut self, call: &Call, condition: Expr, array: Expr, axis: Option<Expr>) -> Typed {
        if rank_of(&condition) != 1 {
            return self.wrong_argument(call.row, &condition, "a condition with one dimension");
        }
        let mut evaluated = Vec::new();
        let condition = self.set_before(condition, &mut evaluated);
        let (array, axis) = self.along(call, array, axis)?;
        let array = self.set_before(array, &mut evaluated);
        let mut places = self.places_of(condition, &mut evaluated, call.span)?;
        let taken = self.taken(array, axis, Item::Array(places.swap_remove(0)), call.span)?;
        Ok(after(evaluated, taken))
    }

    /// `np.ix_`: arrays of indices whose dimensions are apart from each other.
    fn ix(&mut self, call: &Call, args: Vec<Expr>) -> Typed {
        let (n, mut evaluated, mut items) = (args.len(), Vec::new(), Vec::new());
        for (place, arg) in args.into_iter().enumerate() {
            let arg = match arg.ty {
                Type::Array(ArrayType { rank: 1, element: Number(DType::Bool), .. }) => {
                    self.places_of(arg, &mut evaluated, call.span)?.swap_remove(0)
                }
                Type::Array(ArrayType { rank: 1, element: Number(dtype), .. })
                    if dtype.kind() == Kind::Int =>
                {
                    self.set_before(arg, &mut evaluated)
                }
                _ => {
                    return self.wrong_argument(
                        call.row,
                        &arg,
                        "integers or bools in arrays with one dimension",
                    );
                }
            };
            let Type::Array(ty) = arg.ty else { return Err(Stop) };
            let axes = (0..n).map(|axis| if axis == place { Axis::Whole } else { Axis::New });
            items.push(part(Box::new(arg), ty, axes.collect(), call.span));
        }
        Ok(after(evaluated, packed(items, call.span)))
    }

    /// An array and one of its dimensions, by a literal; without one all its elements as an array of one dimension.
    fn along(&mut self, call: &Call, array: Expr, axis: Option<Expr>) -> Typed<(Expr, usize)> {
        let Some(axis) = axis.filter(|axis| axis.ty != Type::None) else {
            return Ok((self.raveled(call, array)?, 0));
        };
        let rank = self.wants_array(call, &array)?.rank;
        let Some(literal) = axis.int_literal() else {
            return self.wrong_argument(call.row, &axis, "an integer literal as `axis`");
        };
        Ok((array, self.axis_place(literal, rank, axis.span)?))
    }

    /// All elements of an array in the order C, as an array of one dimension.
    fn raveled(&mut self, call: &Call, array: Expr) -> Typed {
        match array.ty {
            Type::Array(_) => self.in_one_run(array, call.span),
            _ => self.wrong_argument(call.row, &array, "an array"),
        }
    }
}
