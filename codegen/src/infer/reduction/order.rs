//! New arrays that lie in memory as NumPy would lay them out: in the order of the array that they are made of, on which
//! the order of sums depends.

use super::super::array_operation::any_array;
use super::super::tuple::{int, packed};
use super::super::{Body, Stop, Typed};
use super::Reducing;
use crate::builtin::{Reduction, What};
use crate::typed::{Element, Expr, ExprKind, Fill, Operation, Strided};
use crate::types::Element::Number;
use crate::types::{ArrayType, DType, Layout, Type};

impl<'i, 'a> Body<'i, 'a> {
    /// An operation on the elements of a reduction's array, and others. These are known to fit, or may turn out not to.
    pub(super) fn laid_out(
        &mut self,
        reducing: &Reducing,
        (others, fit): (Vec<Expr>, bool),
        operate: &mut dyn FnMut(&mut Body<'i, 'a>, Vec<Expr>) -> Typed,
    ) -> Typed {
        let (ty, span) = (reducing.ty, reducing.span);
        let (mut evaluated, mut operands) = (Vec::new(), vec![reducing.array.clone()]);
        for other in others {
            operands.push(self.set_before(other, &mut evaluated));
        }
        // Without dimensions it is a number.
        if ty.rank == 0 || !any_array(&operands) {
            let value = self.elementwise(operands, span, operate)?;
            return Ok(super::axes::behind(evaluated, value));
        }
        let plain = self.each_element(operands.clone(), span, operate)?;
        if ty.rank == 1 || ty.layout == Layout::C {
            return Ok(super::axes::behind(evaluated, plain));
        }
        let element = plain.ty.element().ok_or(Stop)?;
        let order = self.order_of(&reducing.array, element, &mut evaluated)?;
        let has_rank = |operand: &Expr| match operand.ty {
            Type::Array(ArrayType { rank, .. }) => rank == ty.rank,
            _ => true,
        };
        let result = if fit && operands.iter().all(has_rank) {
            // As it lies in memory, so that neighbours there are.
            let operands = operands.into_iter().map(|operand| self.permuted_by(operand, &order.axes));
            let operands = operands.collect::<Typed<Vec<_>>>()?;
            let room = self.permuted_by(order.room.clone(), &order.axes)?;
            let filled = self.each_element_to(operands, Some(room), span, operate)?;
            super::axes::behind(vec![filled], order.room)
        } else {
            self.each_element_to(operands, Some(order.room), span, operate)?
        };
        Ok(super::axes::behind(evaluated, result))
    }

    /// The sum along a reduction's dimensions of a new array of the same shape.
    pub(super) fn sum_of_new(&mut self, reducing: &Reducing, array: Expr, dtype: Option<DType>) -> Typed {
        let span = reducing.span;
        let Type::Array(ArrayType { rank, element, .. }) = array.ty else { return Ok(array) };
        let is_all = reducing.axes.leave_nothing(rank) && reducing.out.is_none();
        if rank == 1
            && is_all
            && reducing.mask.is_none()
            && dtype.is_none_or(|dtype| Number(dtype) == element)
        {
            // The array may never come to be.
            return self.sum_of_run(array, span);
        }
        let (array, again) = self.bind(array);
        let mut sum = reducing.with_array(again)?;
        (sum.reduction, sum.dtype) = (Reduction::of(What::Sum), dtype);
        let total = self.sum_along(&sum)?;
        Ok(super::axes::behind(vec![array], total))
    }

    /// The order of an array's dimensions in memory, and a new array of its shape whose elements follow each other so.
    fn order_of(&mut self, array: &Expr, element: DType, evaluated: &mut Vec<Expr>) -> Typed<Order> {
        let span = array.span;
        let size = Expr::new(ExprKind::Size(Box::new(array.clone())), Type::INT, span);
        let Type::Array(ArrayType { rank, .. }) = array.ty else { return Err(Stop) };
        let (memory, room) = self.made(element, vec![size], Fill::Zero, span);
        let shape = || vec![int(rank as i128, span)];
        let (made_strides, strides) = self.made(DType::Int64, shape(), Fill::Zero, span);
        let (made_axes, axes) = self.made(DType::Int64, shape(), Fill::Zero, span);
        let numbers = packed((0..rank).map(|axis| int(axis as i128, span)).collect(), span);
        let none = packed(vec![int(0, span); rank], span);
        let args = vec![strides.clone(), axes.clone(), room.clone(), array.clone(), numbers, none];
        evaluated.extend([memory, made_strides, made_axes]);
        evaluated.push(self.library_call("order_of", args, false, span)?);
        let extent = |axis| Expr::new(ExprKind::Extent(Box::new(array.clone()), axis), Type::INT, span);
        let strided = Strided {
            array: room,
            offset: int(0, span),
            shape: (0..rank).map(extent).collect(),
            strides: (0..rank).map(|axis| item(&strides, axis)).collect(),
        };
        let ty = Type::Array(ArrayType::of(element, rank, Layout::Any));
        let ordered = Expr::new(ExprKind::Strided(Box::new(strided)), ty, span);
        Ok(Order { axes, room: self.set_before(ordered, evaluated) })
    }

    /// An array with its dimensions in this order. A number is as it was.
    fn permuted_by(&mut self, array: Expr, axes: &Expr) -> Typed {
        let Type::Array(ArrayType { rank, .. }) = array.ty else { return Ok(array) };
        let span = array.span;
        let axes = packed((0..rank).map(|place| item(axes, place)).collect(), span);
        self.library_call("permuted", vec![array, axes], false, span)
    }
}

/// How an array lies in memory.
struct Order {
    /// Its dimensions, from the outermost: an array.
    axes: Expr,
    /// A new array of its shape that lies so.
    room: Expr,
}

/// An integer of an array of them.
fn item(array: &Expr, place: usize) -> Expr {
    let span = array.span;
    let element = Element { array: Box::new(array.clone()), indices: vec![int(place as i128, span)] };
    let element = Expr::new(ExprKind::Element(element), Type::Strong(DType::Int64), span);
    Body::operation(Operation::Cast, vec![element], Type::INT, span)
}
