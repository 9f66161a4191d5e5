//! Where the elements of lanes lie.

use cranelift_codegen::ir::{InstBuilder, Value, types};

use super::{FunctionCx, Vectors};
use crate::backend::clif::expression::Operand;
use crate::ir::{LaneElements, LocalId, Part, Scalar};

/// Where they lie.
pub(super) enum Place {
    /// Behind each other, without gaps.
    Adjacent(Value),
    /// Every other number, from an address of pairs: a part of complex elements without gaps.
    Pairs(Value),
    /// From an address on, a distance in bytes apart.
    Apart(Value, Value),
    /// At indices, of which each is lanes or a number.
    Anywhere(Vec<Vectors>),
}

impl Place {
    /// The indices that may differ among the lanes.
    pub(super) fn indices(&self) -> &[Vectors] {
        match self {
            Place::Anywhere(indices) => indices,
            Place::Adjacent(_) | Place::Pairs(_) | Place::Apart(..) => &[],
        }
    }
}

impl FunctionCx<'_, '_> {
    /// Where elements lie.
    pub(super) fn place(&mut self, elements: &LaneElements, count: u32) -> Place {
        let LaneElements { view, index, along, part, mask: _ } = elements;
        let Some(axis) = *along else {
            let index = index.iter().map(|index| match self.is_lanes(index) {
                true => self.lanes(index),
                false => {
                    let value = self.expression(index).value;
                    Vectors { uniform: Some(value), ..Vectors::new(Scalar::I64, count, 64, Vec::new()) }
                }
            });
            return Place::Anywhere(index.collect());
        };
        let index: Vec<Value> = index.iter().map(|index| self.expression(index).value).collect();
        match self.adjacent_numbers(*view, axis) {
            Some(1) => Place::Adjacent(self.element_address(*view, &index, *part)),
            Some(_) => Place::Pairs(self.element_address(*view, &index, Part::First)),
            None => Place::Apart(self.element_address(*view, &index, *part), self.stride(*view, axis)),
        }
    }

    /// The address of the element of a lane, which is given with its indices.
    pub(super) fn element_of_lane(
        &mut self,
        elements: &LaneElements,
        place: &Place,
        lane: Value,
        indices: &[Operand],
    ) -> Value {
        if let Place::Anywhere(_) = place {
            let indices: Vec<Value> = indices.iter().map(|index| index.value).collect();
            return self.element_address(elements.view, &indices, elements.part);
        }
        let (first, distance) = self.distances(elements, place);
        let offset = self.builder.ins().imul(lane, distance);
        self.builder.ins().iadd(first, offset)
    }

    /// An address with the distance in bytes from each element to the next, or with lanes, each element's from there.
    pub(super) fn distances(&mut self, elements: &LaneElements, place: &Place) -> (Value, Value) {
        let LaneElements { view, part, .. } = elements;
        match place {
            Place::Adjacent(first) => {
                let size = self.number_size(*view);
                (*first, self.i64(size))
            }
            Place::Pairs(first) => {
                let size = self.number_size(*view);
                let offset = if *part == Part::Imaginary { size } else { 0 };
                (self.builder.ins().iadd_imm_s(*first, offset), self.i64(2 * size))
            }
            Place::Apart(first, distance) => (*first, *distance),
            Place::Anywhere(index) => {
                let zero = self.i64(0);
                let numbers: Vec<Value> = index.iter().map(|index| index.uniform.unwrap_or(zero)).collect();
                let address = self.element_address(*view, &numbers, *part);
                let lanes = index.iter().enumerate().filter(|(_, index)| index.uniform.is_none());
                let distances: Vec<Value> =
                    lanes.map(|(axis, index)| self.distance_along(*view, axis, index.registers[0])).collect();
                let distances =
                    distances.into_iter().reduce(|sum, distance| self.builder.ins().iadd(sum, distance));
                (address, distances.unwrap_or(zero))
            }
        }
    }

    /// Indices along a dimension in bytes.
    fn distance_along(&mut self, view: LocalId, axis: usize, index: Value) -> Value {
        let stride = self.stride(view, axis);
        if let Some(size) = self.known_stride(view, axis) {
            let count = self.builder.ins().iconst(types::I32, i64::from(size.trailing_zeros()));
            return self.builder.ins().ishl(index, count);
        }
        let ty = self.register_type(Scalar::I64, 64);
        let stride = self.builder.ins().splat(ty, stride);
        self.builder.ins().imul(index, stride)
    }
}
