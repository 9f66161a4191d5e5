//! Typing what numbers all elements of an array in the order C: `x.flat`, `x.item()`, `np.ndenumerate`,
//! `np.ndindex`.

use super::advanced::{check, rank_of};
use super::iteration::Sequence;
use super::subscript::{element_type, element_value, part};
use super::tuple::{after, arithmetic, int, packed};
use super::{Body, Stop, Typed};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir;
use crate::ir::{BinaryOp, CompareOp};
use crate::source::Span;
use crate::typed::{Axis, Element, Expr, ExprKind, Operation, Piece, StmtKind};
use crate::types::{Kind, Type, Weak};

impl Body<'_, '_> {
    /// The array whose elements `x.flat` has, if an expression is that.
    pub(super) fn flat(&mut self, value: &hir::Expr) -> Option<Typed> {
        match &value.kind {
            hir::ExprKind::Attribute { value, name } if name == "flat" => {
                let array = self.expr(value);
                let array =
                    array.and_then(|array| self.required(array, "'NoneType' object has no attribute 'flat'"));
                match array {
                    Ok(Expr { ty: Type::Array(ty), .. }) if ty.record().is_none() => Some(array),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The element of `x.flat[index]`.
    pub(super) fn flat_element(&mut self, array: Expr, indices: &[hir::Index], span: Span) -> Typed<Element> {
        let [hir::Index::Expr(index)] = indices else {
            return self.report(
                Diagnostic::new(
                    Code::UnsupportedSyntax,
                    span,
                    "`flat` is indexed with one integer in this version",
                )
                .help("write `x.flat[i]`, or iterate over `x.flat`"),
            );
        };
        let index = self.index_value(index)?;
        self.element_at(array, index, span)
    }

    /// The element of a number in the order C, which may count from the end.
    fn element_at(&mut self, array: Expr, index: Expr, span: Span) -> Typed<Element> {
        let mut evaluated = Vec::new();
        let array = self.set_before(array, &mut evaluated);
        let index = self.coerce(index, &Type::INT)?;
        let index = self.set_before(index, &mut evaluated);
        let size = Expr::new(ExprKind::Size(Box::new(array.clone())), Type::INT, span);
        let size = self.set_before(size, &mut evaluated);
        let holds = |op, left: &Expr, right: &Expr| {
            Self::operation(Operation::Compare(op), vec![left.clone(), right.clone()], Type::BOOL, span)
        };
        let is_negative = holds(CompareOp::Lt, &index, &int(0, span));
        let from_end = arithmetic(BinaryOp::Add, index.clone(), size.clone(), span);
        let kind = ExprKind::Conditional {
            cond: Box::new(is_negative),
            then: Box::new(from_end),
            otherwise: Box::new(index.clone()),
        };
        let place = self.set_before(Expr::new(kind, Type::INT, span), &mut evaluated);
        let cond = ExprKind::Logical {
            and: true,
            left: Box::new(holds(CompareOp::Ge, &place, &int(0, span))),
            right: Box::new(holds(CompareOp::Lt, &place, &size)),
        };
        let text = |text: &str| Piece::Text(text.to_owned());
        let message = vec![
            text("index "),
            Piece::Value(index),
            text(" is out of bounds for size "),
            Piece::Value(size),
        ];
        evaluated.push(check(Expr::new(cond, Type::BOOL, span), "IndexError", message));
        let extents = extents_of(&array, span);
        let indices = self.unraveled(&extents, place, &mut evaluated, span);
        Ok(Element { array: Box::new(after(evaluated, array)), indices })
    }

    /// The indices of a number in the order C, and what is evaluated before.
    fn unraveled(
        &mut self,
        extents: &[Expr],
        place: Expr,
        evaluated: &mut Vec<Expr>,
        span: Span,
    ) -> Vec<Expr> {
        let (mut indices, mut rest) = (Vec::new(), place);
        for extent in extents.iter().skip(1).rev() {
            let behind = arithmetic(BinaryOp::Rem, rest.clone(), extent.clone(), span);
            indices.push(self.set_before(behind, evaluated));
            let before = arithmetic(BinaryOp::Div, rest, extent.clone(), span);
            rest = self.set_before(before, evaluated);
        }
        if !extents.is_empty() {
            indices.push(rest);
        }
        indices.reverse();
        indices
    }

    /// The elements of `x.flat`.
    pub(super) fn flat_sequence(&mut self, array: Expr, place: Expr) -> Typed<Sequence> {
        let sequence = self.numbered(array, place)?;
        Ok(Sequence { item: self.items(sequence.item).pop().ok_or(Stop)?, ..sequence })
    }

    /// The indices and the element at each place, as `np.ndenumerate` gives them.
    fn numbered(&mut self, array: Expr, place: Expr) -> Typed<Sequence> {
        let (span, mut before) = (array.span, Vec::new());
        let array = self.aside(array, &mut before);
        let length = Expr::new(ExprKind::Size(Box::new(array.clone())), Type::INT, span);
        let length = self.aside(length, &mut before);
        let mut evaluated = Vec::new();
        let indices = self.unraveled(&extents_of(&array, span), place, &mut evaluated, span);
        let each = evaluated.into_iter().map(StmtKind::Evaluate).collect();
        let value = element_value(Element { array: Box::new(array), indices: indices.clone() }, span);
        Ok(Sequence { before, length, each, item: packed(vec![packed(indices, span), value], span) })
    }

    /// `np.ndenumerate(array)`.
    pub(super) fn nd_enumerated(&mut self, args: &[hir::Expr], place: Expr, span: Span) -> Typed<Sequence> {
        let [array] = args else {
            return self.wrong_iterator("np.ndenumerate", args, &[], "`np.ndenumerate(x)`", span);
        };
        let array = self.expr(array)?;
        match array.ty {
            Type::Array(_) if rank_of(&array) > 0 => self.numbered(array, place),
            _ => self.wrong_iterator(
                "np.ndenumerate",
                args,
                &[],
                "`np.ndenumerate(x)` of an array with dimensions",
                span,
            ),
        }
    }

    /// `np.nditer(array)`, `np.nditer((a, b))`: views without dimensions of the elements of arrays that are broadcast
    /// together, in the order C.
    pub(super) fn nd_iter(
        &mut self,
        args: &[hir::Expr],
        keywords: &[hir::Keyword],
        place: Expr,
        span: Span,
    ) -> Typed<Sequence> {
        let form = "`np.nditer(x)`, or `np.nditer((x, y))` of arrays";
        let is_order = |keyword: &hir::Keyword| {
            keyword.name == "order"
                && matches!(&keyword.value.kind, hir::ExprKind::Text(order) if order == "C")
        };
        let others: Vec<hir::Keyword> =
            keywords.iter().filter(|keyword| !is_order(keyword)).cloned().collect();
        let ([given], []) = (args, &others[..]) else {
            return self.wrong_iterator("np.nditer", args, &others, form, span);
        };
        let given = self.argument(given)?;
        let (mut evaluated, mut arrays) = (Vec::new(), Vec::new());
        let operands = match given.ty {
            Type::Tuple(_) => self.items(given),
            _ => vec![given],
        };
        for operand in operands {
            let Type::Array(_) = operand.ty else {
                return self.wrong_iterator("np.nditer", args, &[], form, span);
            };
            arrays.push(self.set_before(operand, &mut evaluated));
        }
        let (views, extents) = self.broadcast_together(arrays, span, &mut evaluated)?;
        let mut before: Vec<StmtKind> = evaluated.into_iter().map(StmtKind::Evaluate).collect();
        let product = |length: Expr, extent: &Expr| {
            Self::operation(Operation::Checked(BinaryOp::Mul), vec![length, extent.clone()], Type::INT, span)
        };
        let length = extents.iter().fold(int(1, span), product);
        let length = self.aside(length, &mut before);
        let operands = vec![length.clone(), int(0, span)];
        let some = Self::operation(Operation::Compare(CompareOp::Ne), operands, Type::BOOL, span);
        let text = Piece::Text("Iteration of zero-sized operands is not enabled".to_owned());
        before.push(StmtKind::Evaluate(check(some, "ValueError", vec![text])));
        let mut evaluated = Vec::new();
        let indices = self.unraveled(&extents, place, &mut evaluated, span);
        let each = evaluated.into_iter().map(StmtKind::Evaluate).collect();
        let mut items = Vec::new();
        for view in views {
            let Type::Array(ty) = view.ty else { return Err(Stop) };
            items.push(part(Box::new(view), ty, indices.iter().cloned().map(Axis::Index).collect(), span));
        }
        let item = match <[Expr; 1]>::try_from(items) {
            Ok([item]) => item,
            Err(items) => packed(items, span),
        };
        Ok(Sequence { before, length, each, item })
    }

    /// `np.ndindex(shape)`, `np.ndindex(n, m)`: the indices of all elements.
    pub(super) fn nd_index(&mut self, args: &[hir::Expr], place: Expr, span: Span) -> Typed<Sequence> {
        let args: Vec<Typed> = args.iter().map(|arg| self.expr(arg)).collect();
        let args = args.into_iter().collect::<Typed<Vec<_>>>()?;
        let mut before = Vec::new();
        let given = match <[Expr; 1]>::try_from(args) {
            Ok([tuple @ Expr { ty: Type::Tuple(_), .. }]) => {
                let (evaluated, items) = self.set_aside(tuple);
                before.extend(evaluated);
                items
            }
            Ok([extent]) => vec![extent],
            Err(extents) => extents,
        };
        let mut extents = Vec::new();
        for extent in given {
            if extent.ty.dtype().map(|dtype| dtype.kind()) != Some(Kind::Int) {
                return self.wrong_iterator("np.ndindex", &[], &[], "`np.ndindex(n, m)` of integers", span);
            }
            let extent = self.coerce(extent, &Type::INT)?;
            extents.push(self.aside(extent, &mut before));
        }
        if extents.is_empty() {
            return self.wrong_iterator("np.ndindex", &[], &[], "`np.ndindex(n, m)`", span);
        }
        let mut length: Option<Expr> = None;
        for extent in &extents {
            let operands = vec![extent.clone(), int(0, span)];
            let cond = Self::operation(Operation::Compare(CompareOp::Ge), operands, Type::BOOL, span);
            let text = Piece::Text("negative dimensions are not allowed".to_owned());
            before.push(StmtKind::Evaluate(check(cond, "ValueError", vec![text])));
            length = Some(match length {
                None => extent.clone(),
                Some(length) => {
                    let operands = vec![length, extent.clone()];
                    Self::operation(Operation::Checked(BinaryOp::Mul), operands, Type::INT, span)
                }
            });
        }
        let length = self.aside(length.ok_or(Stop)?, &mut before);
        let mut evaluated = Vec::new();
        let indices = self.unraveled(&extents, place, &mut evaluated, span);
        let each = evaluated.into_iter().map(StmtKind::Evaluate).collect();
        Ok(Sequence { before, length, each, item: packed(indices, span) })
    }

    /// `x.item()`, `x.item(i)`, `x.item(i, j)`: an element as Python's number.
    pub(super) fn array_item(&mut self, array: Expr, args: &[hir::Expr], span: Span) -> Typed {
        self.check_numbers(std::slice::from_ref(&array), "`item`")?;
        let args: Vec<Typed> = args.iter().map(|arg| self.index_value(arg)).collect();
        let args = args.into_iter().collect::<Typed<Vec<_>>>()?;
        let rank = rank_of(&array);
        let element = match args.len() {
            0 => self.only_item(array, span)?,
            1 => {
                let [index] = <[Expr; 1]>::try_from(args).map_err(|_| Stop)?;
                self.element_at(array, index, span)?
            }
            n if n == rank => Element { array: Box::new(array), indices: args },
            n => {
                let message = format!("`item` of an array with {rank} dimensions is given {n} indices");
                return self.report(
                    Diagnostic::new(Code::WrongRank, span, message)
                        .help("give none, the number of the element, or an index for each dimension"),
                );
            }
        };
        let weak = match element_type(&element).dtype().map(|dtype| dtype.kind()) {
            Some(Kind::Bool) => Weak::Bool,
            Some(Kind::Float) => Weak::Float,
            Some(Kind::Complex) => Weak::Complex,
            Some(Kind::Int) | None => Weak::Int,
        };
        self.convert(element_value(element, span), &Type::Weak(weak))
    }

    /// The element of an array that has one.
    fn only_item(&mut self, array: Expr, span: Span) -> Typed<Element> {
        let mut evaluated = Vec::new();
        let array = self.set_before(array, &mut evaluated);
        let size = Expr::new(ExprKind::Size(Box::new(array.clone())), Type::INT, span);
        let operands = vec![size, int(1, span)];
        let cond = Self::operation(Operation::Compare(CompareOp::Eq), operands, Type::BOOL, span);
        let text = "can only convert an array of size 1 to a Python scalar";
        evaluated.push(check(cond, "ValueError", vec![Piece::Text(text.to_owned())]));
        let indices = vec![int(0, span); rank_of(&array)];
        Ok(Element { array: Box::new(after(evaluated, array)), indices })
    }
}

fn extents_of(array: &Expr, span: Span) -> Vec<Expr> {
    let extent = |axis| Expr::new(ExprKind::Extent(Box::new(array.clone()), axis), Type::INT, span);
    (0..rank_of(array)).map(extent).collect()
}
