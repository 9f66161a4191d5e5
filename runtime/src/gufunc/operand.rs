//! Where an operand's core blocks are in memory.

use std::ops::Range;

use super::axes::Placement;
use super::sizes::Ranks;
use crate::any::{RawView, Strides};
use crate::call::Layout;
use crate::dtype::DType;

/// An operand as the loop goes through it.
#[derive(Clone, Debug)]
pub(crate) struct Operand<'a> {
    /// The address of its first element.
    pub data: *mut u8,
    /// The type of its elements, which need not be the loop's.
    pub dtype: DType,
    /// Its core dimensions, by their positions in the layout.
    pub core: &'a [usize],
    /// In bytes: of the loop dimensions, then of its core dimensions; 0 where it is broadcast, or a core
    /// dimension is left out.
    strides: Strides,
    /// How many loop dimensions there are.
    loops: usize,
}

impl<'a> Operand<'a> {
    /// An operand of single elements, with a stride for each loop dimension.
    pub fn of_elements(data: *mut u8, dtype: DType, strides: Strides) -> Self {
        let loops = strides.len();
        Operand { data, dtype, core: &[], strides, loops }
    }

    /// An operand that the caller gives. The number of loop dimensions and the sizes are those of the call.
    pub fn of_view(
        view: &RawView,
        placement: &Placement,
        loops: usize,
        core: &'a [usize],
        ranks: &Ranks,
        sizes: &[usize],
    ) -> Self {
        let mut strides = Strides::from_elem(0, loops - placement.loops);
        for dimension in 0..placement.loops {
            let axis = placement.axis(dimension);
            strides.push(if view.shape[axis] == 1 { 0 } else { view.strides[axis] });
        }
        let mut position = placement.loops;
        for &dimension in core {
            if ranks.missing[dimension] {
                strides.push(0);
                continue;
            }
            let axis = placement.axis(position);
            strides.push(if view.shape[axis] == sizes[dimension] { view.strides[axis] } else { 0 });
            position += 1;
        }
        Operand { data: view.data, dtype: view.dtype, core, strides, loops }
    }

    /// An operand, of no memory yet, with its blocks one after another, each with the given layout.
    /// Dimensions for which `has` is false are broadcast. Gives the number of elements too, as if no
    /// extent were 0; `None` if there are more bytes than addresses.
    pub fn packed(
        dtype: DType,
        shape: &[usize],
        (core, sizes): (&'a [usize], &[usize]),
        layout: Layout,
        has: impl Fn(usize) -> bool,
    ) -> Option<(Self, usize)> {
        let (loops, rank) = (shape.len(), shape.len() + core.len());
        let mut strides = Strides::from_elem(0, rank);
        let mut bytes = dtype.size();
        for step in 0..rank {
            let dimension = match layout {
                Layout::F if step < core.len() => loops + step,
                Layout::F | Layout::C | Layout::Any => rank - 1 - step,
            };
            if has(dimension) {
                let extent = shape.get(dimension).copied();
                let extent = extent.unwrap_or_else(|| sizes[core[dimension - loops]]);
                strides[dimension] = bytes as isize;
                bytes = bytes.checked_mul(extent.max(1))?;
            }
        }
        isize::try_from(bytes).ok()?;
        let operand = Operand { data: std::ptr::null_mut(), dtype, core, strides, loops };
        Some((operand, bytes / dtype.size()))
    }

    /// The step along each loop dimension.
    pub fn steps(&self) -> &[isize] {
        &self.strides[..self.loops]
    }

    /// The stride of each of its core dimensions.
    pub fn core_strides(&self) -> &[isize] {
        &self.strides[self.loops..]
    }

    /// All strides: of the loop dimensions, then of its core dimensions.
    pub fn strides(&self) -> &[isize] {
        &self.strides
    }

    /// The sizes of its core dimensions.
    pub fn sizes(
        &self,
        sizes: &'a [usize],
    ) -> impl DoubleEndedIterator<Item = usize> + ExactSizeIterator + Clone + use<'a> {
        self.core.iter().map(|dimension| sizes[*dimension])
    }

    /// Whether the core dimensions lie as a layout asks.
    pub fn fits(&self, layout: Layout, sizes: &'a [usize]) -> bool {
        let dimensions = self.sizes(sizes).zip(self.core_strides().iter().copied());
        fits(layout, self.dtype, dimensions)
    }

    /// Where its elements are, in a loop of this shape.
    pub fn range(&self, shape: &[usize], sizes: &'a [usize]) -> Range<usize> {
        let extents = shape.iter().copied().chain(self.sizes(sizes));
        range(self.data, self.dtype, extents.zip(self.strides.iter().copied()))
    }
}

/// The addresses from the first byte to that after the last, of elements in these dimensions.
pub(crate) fn range(
    data: *const u8,
    dtype: DType,
    dimensions: impl Iterator<Item = (usize, isize)>,
) -> Range<usize> {
    let (mut low, mut high) = (data.addr(), data.addr());
    for (extent, stride) in dimensions {
        let Some(last) = extent.checked_sub(1) else { return low..low };
        let distance = stride.unsigned_abs().wrapping_mul(last);
        if stride < 0 {
            low = low.wrapping_sub(distance);
        } else {
            high = high.wrapping_add(distance);
        }
    }
    low..high.wrapping_add(dtype.size())
}

/// Whether two ranges have something in common.
pub(crate) fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// Whether dimensions, extents and strides in bytes, lie as a layout asks.
pub(crate) fn fits(
    layout: Layout,
    dtype: DType,
    dimensions: impl DoubleEndedIterator<Item = (usize, isize)> + ExactSizeIterator + Clone,
) -> bool {
    match layout {
        Layout::Any => true,
        Layout::C => is_packed(dimensions.rev(), dtype.size()),
        Layout::F => is_packed(dimensions, dtype.size()),
    }
}

/// Whether dimensions, innermost first, lie without gaps.
fn is_packed(dimensions: impl Iterator<Item = (usize, isize)> + Clone, size: usize) -> bool {
    let mut expected = size as isize;
    let packed = dimensions.clone().all(|(extent, stride)| {
        let follows = extent == 1 || stride == expected;
        expected = expected.wrapping_mul(extent as isize);
        follows
    });
    packed || dimensions.clone().any(|(extent, _)| extent == 0)
}
