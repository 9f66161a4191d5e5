//! What is known of views: their extents, which those of a part come from.

use super::evaluate::{Opaque, State};
use super::linear::Linear;
use super::value::Value;
use crate::ir::{Axis, LocalId};

/// The extents that memory can have.
const EXTENTS: (i128, i128) = (0, pykernel_abi::MAX_EXTENT as i128);

impl State {
    /// An unknown view.
    pub fn unknown_view(&mut self, rank: usize) -> Value {
        self.ranks.push(rank);
        Value::View(self.ranks.len() as u32 - 1)
    }

    /// What a view local holds.
    fn view(&self, local: LocalId) -> u32 {
        match self.locals[local.0 as usize] {
            Value::View(view) => view,
            _ => unreachable!("bug in pykernel: something other than a view is asked about"),
        }
    }

    /// An extent: equal for equal views.
    pub fn extent(&mut self, view: LocalId, axis: usize) -> Linear {
        let view = self.view(view);
        self.opaque(Opaque::Dim(view, axis), EXTENTS)
    }

    /// A view with these extents.
    fn view_of(&mut self, extents: Vec<Linear>) -> Value {
        let view = self.ranks.len() as u32;
        for (axis, extent) in extents.iter().enumerate() {
            self.know(Opaque::Dim(view, axis), extent.clone());
        }
        self.unknown_view(extents.len())
    }

    /// A part of a view. That its extents are natural numbers is for whoever made the part to see to.
    pub fn part(&mut self, view: LocalId, axes: &mut [Axis]) -> Value {
        let mut base = 0..;
        let mut extents = Vec::new();
        for axis in axes {
            let place = if *axis == Axis::New { 0 } else { base.next().unwrap_or_default() };
            match axis {
                Axis::Index(index) => {
                    self.value(index);
                }
                Axis::Whole => extents.push(self.extent(view, place)),
                Axis::Slice { start, extent, step } => {
                    self.value(start);
                    self.value(step);
                    if let Value::Int(_, extent) = self.value(extent) {
                        self.facts.assume(extent.clone());
                        extents.push(extent);
                    }
                }
                Axis::New => extents.push(Linear::constant(1)),
            }
        }
        self.view_of(extents)
    }

    /// A view with its dimensions in reverse order.
    pub fn transposed(&mut self, view: LocalId) -> Value {
        let rank = self.ranks[self.view(view) as usize];
        let extents = (0..rank).rev().map(|axis| self.extent(view, axis)).collect();
        self.view_of(extents)
    }
}
