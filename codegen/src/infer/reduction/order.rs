//! New arrays that lie in memory as NumPy would lay them out: in the order of the array that they are made of, on which
//! the order of sums depends.

use super::super::array_operation::any_array;
use super::super::tuple::{int, packed};
use super::super::{Body, Stop, Typed};
use super::Reducing;
use crate::builtin::{Reduction, What};
use crate::source::Span;
use crate::typed::{Element, Expr, ExprKind, Fill, Operation, Strided};
use crate::types::Element::Number;
use crate::types::{ArrayType, DType, Layout, Type};

impl<'i, 'a> Body<'i, 'a> {
    /// An operation on the elements of a reduction's array, and others.
    pub(super) fn laid_out(
        &mut self,
        reducing: &Reducing,
        others: Vec<Expr>,
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
        let room = self.room_in_order(&reducing.array, element, span)?;
        let room = self.set_before(room, &mut evaluated);
        let result = self.each_element_to(operands, Some(room), span, operate)?;
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

    /// A new array of an array's shape, in whose memory elements follow each other as they do there.
    fn room_in_order(&mut self, array: &Expr, element: DType, span: Span) -> Typed {
        let size = Expr::new(ExprKind::Size(Box::new(array.clone())), Type::INT, span);
        let Type::Array(ArrayType { rank, .. }) = array.ty else { return Err(Stop) };
        let (memory, room) = self.made(element, vec![size], Fill::Zero, span);
        let shape = vec![int(rank as i128, span)];
        let (made, strides) = self.made(DType::Int64, shape, Fill::Zero, span);
        let numbers = packed((0..rank).map(|axis| int(axis as i128, span)).collect(), span);
        let none = packed(vec![int(0, span); rank], span);
        let args = vec![strides.clone(), room.clone(), array.clone(), numbers, none];
        let filled = self.library_call("order_of", args, false, span)?;
        let stride = |axis| {
            let element =
                Element { array: Box::new(strides.clone()), indices: vec![int(axis as i128, span)] };
            let stride = Expr::new(ExprKind::Element(element), Type::Strong(DType::Int64), span);
            Self::operation(Operation::Cast, vec![stride], Type::INT, span)
        };
        let extent = |axis| Expr::new(ExprKind::Extent(Box::new(array.clone()), axis), Type::INT, span);
        let strided = Strided {
            array: room,
            offset: int(0, span),
            shape: (0..rank).map(extent).collect(),
            strides: (0..rank).map(stride).collect(),
        };
        let ty = Type::Array(ArrayType::of(element, rank, Layout::Any));
        let ordered = Expr::new(ExprKind::Strided(Box::new(strided)), ty, span);
        Ok(super::axes::behind(vec![memory, made, filled], ordered))
    }
}
