//! The launches of a ufunc: dimensions that no operand tells apart are one, and a launch has four.

use pykernel_abi::DeviceCode;
use smallvec::SmallVec;

use super::launch::Extent;
use super::operand::Placed;

/// How many dimensions one launch has: that of the loop, and three around it.
const DIMENSIONS: usize = 4;

/// How many threads a block has.
const THREADS: u32 = 256;

/// What the addresses of contiguous operands are multiples of.
const VECTOR: u64 = DeviceCode::VECTOR as u64;

/// How many blocks there may be along y.
const MOST_ROWS: usize = 65_535;

/// A dimension of a loop over elements.
#[derive(Clone, Debug)]
struct Axis {
    extent: usize,
    /// The distance in bytes between neighbours, for each operand.
    steps: SmallVec<[i64; 4]>,
}

/// A loop over elements: dimensions that no operand tells apart are one, and the last is the fastest.
pub struct Plan {
    addresses: SmallVec<[u64; 4]>,
    axes: Vec<Axis>,
}

impl Plan {
    pub fn new(operands: &[&Placed], shape: &[usize]) -> Plan {
        let mut axes: Vec<Axis> = Vec::new();
        for (axis, extent) in shape.iter().copied().enumerate().filter(|(_, extent)| *extent != 1) {
            let steps: SmallVec<[i64; 4]> =
                operands.iter().map(|operand| operand.stride(axis, shape.len())).collect();
            let joins = |outer: &Axis| {
                let mut pairs = outer.steps.iter().zip(&steps);
                pairs.all(|(outer, inner)| *outer == inner.wrapping_mul(extent as i64))
            };
            match axes.last_mut().filter(|outer| joins(outer)) {
                Some(outer) => *outer = Axis { extent: outer.extent * extent, steps },
                None => axes.push(Axis { extent, steps }),
            }
        }
        Plan { addresses: operands.iter().map(|operand| operand.address).collect(), axes }
    }

    /// The launches: one, unless there are more dimensions or more rows than a launch has.
    pub fn parts(&self) -> Vec<Part> {
        if self.axes.iter().any(|axis| axis.extent == 0) {
            return Vec::new();
        }
        let (outer, inner) = self.axes.split_at(self.axes.len().saturating_sub(DIMENSIONS));
        let mut parts = vec![Part { addresses: self.addresses.clone(), axes: inner.to_vec() }];
        for axis in outer.iter().rev() {
            parts = (0..axis.extent)
                .flat_map(|index| parts.iter().map(move |part| part.moved(axis, index)))
                .collect();
        }
        parts.iter().flat_map(Part::within_a_grid).collect()
    }
}

/// One launch.
#[derive(Clone)]
pub struct Part {
    addresses: SmallVec<[u64; 4]>,
    /// At most [`DIMENSIONS`].
    axes: Vec<Axis>,
}

impl Part {
    /// The same at an index of a dimension around it.
    fn moved(&self, axis: &Axis, index: usize) -> Part {
        let moved = self.addresses.iter().zip(&axis.steps);
        let moved = moved.map(|(address, step)| address.wrapping_add_signed(step.wrapping_mul(index as i64)));
        Part { addresses: moved.collect(), axes: self.axes.clone() }
    }

    /// The same in as many parts as it takes for each to have no more rows than a grid.
    fn within_a_grid(&self) -> Vec<Part> {
        let [first, rest @ ..] = self.axes.as_slice() else { return vec![self.clone()] };
        let Some((_, around)) = rest.split_last() else { return vec![self.clone()] };
        let rows = around.iter().fold(1usize, |rows, axis| rows.saturating_mul(axis.extent));
        if rows.saturating_mul(first.extent) <= MOST_ROWS {
            return vec![self.clone()];
        }
        let together = MOST_ROWS / rows;
        let part = |start: usize| {
            let mut part = self.moved(first, start);
            part.axes[0].extent = together.max(1).min(first.extent - start);
            part
        };
        let parts: Vec<Part> = (0..first.extent).step_by(together.max(1)).map(part).collect();
        match together {
            // One index of the first dimension has too many rows still.
            0 => parts.iter().map(Part::without_first).flat_map(|part| part.within_a_grid()).collect(),
            _ => parts,
        }
    }

    /// The same without its first dimension, which has one index.
    fn without_first(&self) -> Part {
        Part { addresses: self.addresses.clone(), axes: self.axes[1..].to_vec() }
    }

    /// Whether each operand, with elements of these sizes, has them side by side from an address that accesses of several may
    /// begin at, or is one number; and what is written, behind so many inputs, lies apart from all else.
    pub fn is_contiguous(&self, sizes: &[usize], n_inputs: usize) -> bool {
        let [axis] = self.axes.as_slice() else { return false };
        let bytes = |place: usize| {
            let len = if axis.steps[place] == 0 { sizes[place] } else { sizes[place] * axis.extent };
            self.addresses[place]..self.addresses[place] + len as u64
        };
        let is_apart = |written: usize| {
            let own = bytes(written);
            let others = (0..sizes.len()).filter(|other| *other != written).map(bytes);
            others.into_iter().all(|other| other.end <= own.start || own.end <= other.start)
        };
        let lies_so = |place: usize| match axis.steps[place] {
            0 => place < n_inputs,
            step => step == sizes[place] as i64 && self.addresses[place].is_multiple_of(VECTOR),
        };
        (0..sizes.len()).all(lies_so) && (n_inputs..sizes.len()).all(is_apart)
    }

    /// The grid, and the parameters of the entry for contiguous operands, of which a thread does so many elements at once:
    /// addresses, size, steps, record.
    pub fn launch_contiguous(&self, together: usize, record: u64) -> (Extent, Vec<u8>) {
        let axis = &self.axes[0];
        let steps = axis.steps.iter().map(|step| *step as u64);
        let words = self.addresses.iter().copied().chain([axis.extent as u64]).chain(steps).chain([record]);
        (along(axis.extent.div_ceil(together), 1), words.flat_map(u64::to_ne_bytes).collect())
    }

    /// The grid, and the parameters of the entry: addresses, size, steps, dimensions around, record.
    pub fn launch(&self, record: u64) -> (Extent, Vec<u8>) {
        let (around, count, steps) = match self.axes.split_last() {
            Some((last, around)) => (around, last.extent, last.steps.clone()),
            None => (self.axes.as_slice(), 1, self.addresses.iter().map(|_| 0).collect()),
        };
        let extent =
            |index: usize| around.len().checked_sub(1 + index).map_or(1, |at| around[at].extent as u64);
        let mut words: Vec<u64> = self.addresses.to_vec();
        words.push(count as u64);
        words.extend(steps.iter().map(|step| *step as u64));
        words.extend([extent(0), extent(1)]);
        for operand in 0..self.addresses.len() {
            let step =
                |index: usize| around.len().checked_sub(1 + index).map_or(0, |at| around[at].steps[operand]);
            words.extend((0..DIMENSIONS - 1).map(|index| step(index) as u64));
        }
        words.push(record);
        let rows: usize = around.iter().map(|axis| axis.extent).product();
        (along(count, rows), words.iter().flat_map(|word| word.to_ne_bytes()).collect())
    }
}

/// The grid for so many threads along x and rows along y. A thread has the work of several where there would be very many.
fn along(threads: usize, rows: usize) -> Extent {
    let blocks = threads.div_ceil(THREADS as usize).min(1 << 16) as u32;
    Extent { grid: [blocks, rows as u32, 1], block: [THREADS, 1, 1], shared: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(shape: &[usize], strides: &[i64]) -> Placed {
        Placed::at(1000, shape, strides)
    }

    #[test]
    fn dimensions_that_nothing_tells_apart_are_one() {
        let (a, out) = (placed(&[3, 4, 5], &[160, 40, 8]), placed(&[3, 4, 5], &[160, 40, 8]));
        let plan = Plan::new(&[&a, &out], &[3, 4, 5]);
        assert_eq!(plan.axes.iter().map(|axis| axis.extent).collect::<Vec<_>>(), [60]);
        let row = placed(&[5], &[8]);
        let plan = Plan::new(&[&row, &out], &[3, 4, 5]);
        assert_eq!(plan.axes.iter().map(|axis| axis.extent).collect::<Vec<_>>(), [12, 5]);
        assert_eq!(plan.axes[0].steps[..], [0, 40]);
    }

    #[test]
    fn what_one_launch_does_not_hold_is_several() {
        let shape = [2, 3, 2, 3, 2, 3];
        let strides = [1000, 300, 90, 21, 10, 1];
        let plan = Plan::new(&[&placed(&shape, &strides)], &shape);
        let starts: Vec<u64> = plan.parts().iter().map(|part| part.addresses[0]).collect();
        assert_eq!(starts, [1000, 1300, 1600, 2000, 2300, 2600]);
        let many = placed(&[70_000, 2], &[64, 8]);
        let parts = Plan::new(&[&many], &[70_000, 2]).parts();
        let rows: Vec<usize> = parts.iter().map(|part| part.axes[0].extent).collect();
        assert_eq!(rows, [65_535, 4465]);
        assert_eq!(parts[1].addresses[0], 1000 + 64 * 65_535);
        let deep = placed(&[2, 70_000, 3], &[10_000_000, 64, 8]);
        assert_eq!(Plan::new(&[&deep], &[2, 70_000, 3]).parts().len(), 4);
        assert!(Plan::new(&[&placed(&[0, 2], &[16, 8])], &[0, 2]).parts().is_empty());
    }

    #[test]
    fn elements_side_by_side_and_numbers_are_contiguous() {
        let is_contiguous = |a: (u64, i64), b: (u64, i64), out: (u64, i64)| {
            let [a, b, out] = [a, b, out].map(|(at, step)| Placed::at(at, &[6], &[step]));
            let parts = Plan::new(&[&a, &b, &out], &[6]).parts();
            parts.iter().all(|part| part.is_contiguous(&[8, 4, 8], 2))
        };
        assert!(is_contiguous((1024, 8), (2048, 4), (4096, 8)));
        assert!(is_contiguous((1024, 8), (2052, 0), (4096, 8)));
        // Another step, another place, and what meets what is written.
        assert!(!is_contiguous((1024, 16), (2048, 4), (4096, 8)));
        assert!(!is_contiguous((1024, 8), (2048, -4), (4096, 8)));
        assert!(!is_contiguous((1024, 8), (2052, 4), (4096, 8)));
        assert!(!is_contiguous((1024, 8), (2048, 4), (1024, 8)));
        assert!(!is_contiguous((1024, 8), (4100, 0), (4096, 8)));
        let rows = Placed::at(1024, &[3, 4], &[64, 8]);
        assert!(!Plan::new(&[&rows, &rows], &[3, 4]).parts()[0].is_contiguous(&[8, 8], 1));
    }
}
