//! What is known of views: their extents, which those of a part come from.

use super::evaluate::{Opaque, State};
use super::linear::Linear;
use super::value::Value;
use crate::ir::{Axis, LocalId, Scalar};

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

    /// A new view with these extents, which are ones that a view can have.
    pub fn view_of(&mut self, shape: impl IntoIterator<Item = Value>) -> Value {
        let (view, mut rank) = (self.ranks.len() as u32, 0);
        for extent in shape {
            if let Value::Int(_, extent) = extent {
                let most = Linear::constant(EXTENTS.1);
                for fact in [Some(extent.clone()), most.minus(&extent)].into_iter().flatten() {
                    self.facts.assume(fact);
                }
                self.know(Opaque::Dim(view, rank), extent);
            }
            rank += 1;
        }
        self.unknown_view(rank)
    }

    /// A new view with these extents.
    pub fn view_of_extents(&mut self, extents: &[i64]) -> Value {
        self.view_of(extents.iter().map(|extent| int(Linear::constant(*extent as _))))
    }

    /// A part of a view.
    pub fn part(&mut self, view: LocalId, axes: &mut [Axis]) -> Value {
        let mut base = 0..;
        let mut shape = Vec::new();
        for axis in axes {
            let place = if *axis == Axis::New { 0 } else { base.next().unwrap_or_default() };
            match axis {
                Axis::Index(index) => {
                    self.value(index);
                }
                Axis::Whole => shape.push(int(self.extent(view, place))),
                Axis::Slice { start, extent, step } => {
                    self.value(start);
                    self.value(step);
                    shape.push(self.value(extent));
                }
                Axis::New => shape.push(int(Linear::constant(1))),
            }
        }
        self.view_of(shape)
    }

    /// A view with its dimensions in reverse order.
    pub fn transposed(&mut self, view: LocalId) -> Value {
        let rank = self.ranks[self.view(view) as usize];
        let shape: Vec<Value> = (0..rank).rev().map(|axis| int(self.extent(view, axis))).collect();
        self.view_of(shape)
    }
}

const fn int(value: Linear) -> Value {
    Value::Int(Scalar::I64, value)
}
