//! Calls on one block of each operand: without loop dimensions there is nothing to plan, and small
//! calls are cheap.

use std::ops::Range;

use pykernel_abi::MAX_EXTENT;
use smallvec::SmallVec;

use super::invoke::Invocation;
use super::operand::{fits, overlap, range};
use super::operands::core;
use crate::Error;
use crate::allocate::zeros;
use crate::any::{AnyArray, Extents, RawView};
use crate::call::Layout;
use crate::ufunc::CoreSize;

/// The size of a core dimension that nothing has told yet.
const UNKNOWN: isize = -1;

/// What the inner loop is given.
struct Block {
    args: SmallVec<[*mut u8; 4]>,
    /// 1, and the sizes of the core dimensions.
    dimensions: SmallVec<[isize; 6]>,
    steps: SmallVec<[isize; 12]>,
    /// Where the operands are.
    ranges: SmallVec<[Range<usize>; 4]>,
}

impl Invocation<'_> {
    /// Calls the loop once. `None` where there is more to it than that, or something is wrong.
    ///
    /// # Safety
    /// That of [`Invocation::run`].
    pub(super) unsafe fn single(&self, views: &[Option<&RawView>]) -> Option<Result<Vec<AnyArray>, Error>> {
        let mut block = Block {
            args: SmallVec::new(),
            dimensions: SmallVec::from_elem(UNKNOWN, 1 + self.table.layout.dimensions.len()),
            steps: SmallVec::from_elem(0, views.len()),
            ranges: SmallVec::new(),
        };
        block.dimensions[0] = 1;
        if !self.placing.is_natural() {
            return None;
        }
        let mut made = Vec::new();
        for (operand, view) in views.iter().enumerate() {
            match view {
                Some(view) => self.take(operand, view, &mut block)?,
                None => made.push(self.fill(operand, &mut block)?),
            }
        }
        let (inputs, outputs) = block.ranges.split_at(self.table.n_inputs());
        if inputs.iter().any(|input| outputs.iter().any(|output| overlap(input, output))) {
            return None;
        }
        let (args, dimensions, steps) =
            (block.args.as_ptr(), block.dimensions.as_ptr(), block.steps.as_ptr());
        // SAFETY: the caller's; outputs share nothing with inputs.
        Some(unsafe { self.inner.run(args, dimensions, steps) }.map(|()| made))
    }

    /// Adds an operand that has just its core dimensions, and lies as the loop takes it.
    fn take(&self, operand: usize, view: &RawView, block: &mut Block) -> Option<()> {
        let core = core(&self.table.layout, operand);
        let (layout, written) = (self.inner.layouts[operand], self.table.writable.contains(&operand));
        let dimensions = view.shape.iter().copied().zip(view.strides.iter().copied());
        let is_plain =
            view.dtype == self.inner.types[operand] && fits(layout, view.dtype, dimensions.clone());
        if view.shape.len() != core.len() || !is_plain || written {
            return None;
        }
        for (dimension, (&extent, &stride)) in core.iter().zip(view.shape.iter().zip(&view.strides)) {
            let declared = &self.table.layout.dimensions[*dimension];
            let plain = matches!(declared.size, CoreSize::Operands) && !declared.broadcastable;
            let extent = isize::try_from(extent).ok().filter(|extent| *extent as i64 <= MAX_EXTENT)?;
            let size = &mut block.dimensions[1 + dimension];
            if !plain || (*size != UNKNOWN && *size != extent) {
                return None;
            }
            *size = extent;
            block.steps.push(stride);
        }
        block.args.push(view.data);
        block.ranges.push(range(view.data, view.dtype, dimensions));
        Some(())
    }

    /// Makes an output.
    fn fill(&self, operand: usize, block: &mut Block) -> Option<AnyArray> {
        let (core, dtype) = (core(&self.table.layout, operand), self.inner.types[operand]);
        if self.inner.layouts[operand] == Layout::F && core.len() > 1 {
            return None;
        }
        let sizes = core.iter().map(|dimension| usize::try_from(block.dimensions[1 + dimension]).ok());
        let shape: Extents = sizes.collect::<Option<_>>()?;
        let mut array = zeros(dtype, &shape, &self.table.kernel).ok()?;
        let (first, mut stride) = (block.steps.len(), dtype.size() as isize);
        block.steps.resize(first + core.len(), 0);
        for (step, extent) in block.steps[first..].iter_mut().zip(&shape).rev() {
            *step = stride;
            stride *= (*extent).max(1) as isize;
        }
        block.args.push(array.as_mut_ptr());
        block.ranges.push(0..0);
        Some(array)
    }
}
