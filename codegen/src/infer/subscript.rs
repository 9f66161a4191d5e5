//! Typing subscripts: elements of arrays, and parts of them as views.

use super::advanced::{Indexed, Items, are_split};
use super::convert::real_number_of;
use super::elementwise::scalar;
use super::none::NOT_INDEXED;
use super::ufunc_call::only_element;
use super::{Body, Stop, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::source::Span;
use crate::typed::{Axis, Element, Expr, ExprKind};
use crate::types::Element::Number;
use crate::types::{ArrayType, DType, Kept, Kind, Type};

/// What a subscript of an array stands for.
pub(super) enum Subscript {
    /// An element: there is one index for each dimension.
    Element(Element),
    /// A view of a part.
    Part(Expr),
    /// Elements that arrays name.
    Indexed(Indexed),
}

/// An item of a subscript.
pub(super) enum Item {
    /// What becomes of a dimension.
    Axis(Axis),
    /// An ellipsis: all the dimensions that the others leave.
    Rest,
    /// An array of integers.
    Array(Expr),
    /// An array of bools.
    Mask(Expr),
}

impl Body<'_, '_> {
    pub(super) fn index(&mut self, value: &hir::Expr, indices: &[hir::Index], span: Span) -> Typed {
        if let Some(extent) = self.shape_item(value, indices, span) {
            return extent;
        }
        if let Some(array) = self.flat(value) {
            let element = self.flat_element(array?, indices, span)?;
            return Ok(element_value(element, span));
        }
        let value = self.expr(value).and_then(|value| self.required(value, NOT_INDEXED));
        if let Ok(Expr { ty: Type::Tuple(_), .. }) = &value {
            return self.item(value?, indices, span);
        }
        Ok(match self.subscript(value, indices, span)? {
            Subscript::Element(element) => element_value(element, span),
            Subscript::Part(view) => view,
            Subscript::Indexed(indexed) => return self.indexed_value(indexed, span),
        })
    }

    /// `array[indices]`.
    pub(super) fn subscript(&mut self, array: Typed, indices: &[hir::Index], span: Span) -> Typed<Subscript> {
        let array = match array {
            Ok(array) if let Some(field) = self.field_subscript(&array, indices, span) => return field,
            array => array,
        };
        if let [hir::Index::Field(name, place)] = indices {
            let message = format!("`{}` has no field `{name}` to assign", array?.ty);
            return self.report(
                Diagnostic::new(Code::NoSuchAttribute, *place, message)
                    .help("assign to a variable, an element, or the field of a record"),
            );
        }
        let items = self.subscript_items(indices);
        let array = array?;
        let Type::Array(ty) = array.ty else {
            let message = format!("`{}` cannot be indexed", array.ty);
            return self.report(Diagnostic::new(Code::NotIndexable, array.span, message).help(
                match array.ty {
                    Type::Tuple(_) => "tuples cannot be changed: make a new one",
                    _ => "only arrays have elements; declare the parameter as one: `x: float64[:]`",
                },
            ));
        };
        let items = items?;
        let is_split = are_split(&items);
        let items = self.with_rest(items, &ty, span)?;
        if items.iter().any(|item| matches!(item, Item::Array(_) | Item::Mask(_))) {
            return Ok(Subscript::Indexed(self.indexed_elements(
                array,
                ty,
                Items { items, is_split },
                span,
            )?));
        }
        let axes: Vec<Axis> = items.iter().map(Item::axis).collect();
        let array = Box::new(array);
        // `x[0, ...]` is a view without dimensions, not an element.
        let is_plain = indices.iter().all(|index| matches!(index, hir::Index::Expr(_)));
        Ok(match all_indices(&axes).filter(|_| is_plain) {
            Some(indices) if ty.record().is_none() => Subscript::Element(Element { array, indices }),
            _ => Subscript::Part(part(array, ty, axes, span)),
        })
    }

    /// `array[indices]` where it is written.
    pub(super) fn writable(&mut self, array: Typed, indices: &[hir::Index], span: Span) -> Typed<Subscript> {
        let array = array.and_then(|array| self.check_writable(&array, span).map(|()| array));
        self.subscript(array, indices, span)
    }

    /// Reports a read-only array that is written.
    pub(super) fn check_writable(&mut self, array: &Expr, span: Span) -> Typed<()> {
        match array.ty {
            Type::Array(_) if matches!(array.kind, ExprKind::Table { .. }) => self.report(
                Diagnostic::new(Code::ReadonlyArray, span, "a constant array cannot be written")
                    .help("write into a copy: `.copy()` makes one"),
            ),
            Type::Array(array) if array.readonly => {
                let message = format!("this array is declared `{array}` and cannot be written");
                self.report(
                    Diagnostic::new(Code::ReadonlyArray, span, message)
                        .help("remove `readonly=True` from its type, or write into another array"),
                )
            }
            _ => Ok(()),
        }
    }

    /// An item for each dimension, and the new ones: an ellipsis, or else the end, stands for those that no item
    /// is for.
    fn with_rest(&mut self, items: Vec<Item>, ty: &ArrayType, span: Span) -> Typed<Vec<Item>> {
        let (taken, rank) = (items.iter().map(Item::n_taken).sum::<usize>(), ty.rank);
        if taken > rank {
            let message = format!("`{ty}` has {rank} dimension{}, but is indexed with {taken}", plural(rank));
            return self.report(Diagnostic::new(Code::WrongRank, span, message).help(match rank {
                0 => "its one element is `x[()]`",
                _ => "give at most one index for each dimension",
            }));
        }
        if items.iter().filter(|item| matches!(item, Item::Rest)).count() > 1 {
            return self.report(
                Diagnostic::new(Code::WrongRank, span, "an index can only have a single ellipsis (`...`)")
                    .help("write `:` for a dimension of which all is taken"),
            );
        }
        let mut all = Vec::new();
        let mut n_rest = rank - taken;
        for item in items {
            match item {
                Item::Rest => {
                    let n = std::mem::take(&mut n_rest);
                    all.extend(std::iter::repeat_with(|| Item::Axis(Axis::Whole)).take(n));
                }
                item => all.push(item),
            }
        }
        all.extend(std::iter::repeat_with(|| Item::Axis(Axis::Whole)).take(n_rest));
        Ok(all)
    }

    /// The items of a subscript; those of a tuple, if that is all.
    fn subscript_items(&mut self, indices: &[hir::Index]) -> Typed<Vec<Item>> {
        let items: Vec<Typed<Item>> = match indices {
            [hir::Index::Expr(index)] => match self.expr(index)? {
                tuple @ Expr { ty: Type::Tuple(_), .. } => {
                    self.items(tuple).into_iter().map(|item| self.index_item(item)).collect()
                }
                index => vec![self.index_item(index)],
            },
            _ => indices.iter().map(|index| self.subscript_item(index)).collect(),
        };
        items.into_iter().collect()
    }

    fn subscript_item(&mut self, index: &hir::Index) -> Typed<Item> {
        Ok(match index {
            hir::Index::Expr(index) => {
                let index = self.expr(index)?;
                self.index_item(index)?
            }
            hir::Index::Slice(slice) => {
                let [start, stop, step] = [&slice.start, &slice.stop, &slice.step]
                    .map(|bound| bound.as_ref().map_or(Ok(None), |bound| self.slice_bound(bound)));
                Item::Axis(match [start?, stop?, step?] {
                    [None, None, None] => Axis::Whole,
                    bounds => Axis::Slice(bounds),
                })
            }
            hir::Index::Ellipsis(_) => Item::Rest,
            hir::Index::NewAxis(_) => Item::Axis(Axis::New),
            hir::Index::Field(..) => return Err(Stop),
        })
    }

    /// A number or an array as an index.
    pub(super) fn index_item(&mut self, index: Expr) -> Typed<Item> {
        Ok(match index.ty {
            Type::Array(ArrayType { rank: 1.., element: Number(dtype), .. }) if dtype.kind() == Kind::Int => {
                Item::Array(index)
            }
            Type::Array(ArrayType { rank: 1.., element: Number(DType::Bool), .. }) => Item::Mask(index),
            Type::Array(ArrayType { rank: 0, element: Number(_), .. }) => {
                Item::Axis(Axis::Index(self.index_of(only_element(index))?))
            }
            _ => Item::Axis(Axis::Index(self.index_of(index)?)),
        })
    }

    /// A bound of a slice; `None` is one that is left out.
    fn slice_bound(&mut self, bound: &hir::Expr) -> Typed<Option<Expr>> {
        let value = self.expr_or_none(bound)?;
        match value.kind {
            ExprKind::None | ExprKind::Variable { .. } if value.ty == Type::None => Ok(None),
            _ => self.index_of(value).map(Some),
        }
    }

    pub(super) fn index_value(&mut self, index: &hir::Expr) -> Typed {
        let index = self.expr(index)?;
        self.index_of(index)
    }

    /// A value as an index.
    pub(super) fn index_of(&mut self, index: Expr) -> Typed {
        match &index.ty {
            Type::Strong(dtype) if dtype.kind() == Kind::Int => Ok(index),
            &Type::INT => self.coerce(index, &Type::INT),
            ty => {
                let message = format!("an index is an integer, and this is `{ty}`");
                let help = real_number_of(ty);
                self.report(Diagnostic::new(Code::TypeMismatch, index.span, message).help(help))
            }
        }
    }
}

/// The indices, if there is one for each dimension and nothing else.
fn all_indices(axes: &[Axis]) -> Option<Vec<Expr>> {
    let index = |axis: &Axis| match axis {
        Axis::Index(index) => Some(index.clone()),
        Axis::Whole | Axis::Slice(_) | Axis::New => None,
    };
    axes.iter().map(index).collect()
}

/// The type of an element.
pub(super) fn element_type(element: &Element) -> Type {
    match element.array.ty {
        Type::Array(array) => scalar(array),
        _ => unreachable!("bug in pykernel: `{}` has no elements", element.array.ty),
    }
}

/// An element as a value.
pub(super) fn element_value(element: Element, span: Span) -> Expr {
    let ty = element_type(&element);
    Expr::new(ExprKind::Element(element), ty, span)
}

/// A part of an array.
pub(super) fn part(array: Box<Expr>, ty: ArrayType, axes: Vec<Axis>, span: Span) -> Expr {
    let kept: Vec<Kept> = axes.iter().map(Axis::kept).collect();
    Expr::new(ExprKind::Part(array, axes), Type::Array(ty.part(&kept)), span)
}

/// What an iteration over an array gives: an element, or a view of what stands at one index of the
/// first dimension.
pub(super) fn row(array: Expr, ty: ArrayType, index: Expr, span: Span) -> Expr {
    let array = Box::new(array);
    if ty.rank == 1 && ty.record().is_none() {
        return element_value(Element { array, indices: vec![index] }, span);
    }
    let rest = std::iter::repeat_n(Axis::Whole, ty.rank - 1);
    part(array, ty, [Axis::Index(index)].into_iter().chain(rest).collect(), span)
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}
