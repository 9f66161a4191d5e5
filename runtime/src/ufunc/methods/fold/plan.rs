//! In which order folds go through their elements.
//!
//! A fold combines elements along some axes, in the order C; the places along the other axes, one for each
//! fold, come in any order. The inner loop runs along the innermost axis of either kind: along a
//! fold it carries, along places it is an ordinary call for one element of each of many folds.

use smallvec::SmallVec;

use crate::dtype::DType;
use crate::gufunc::operand::Operand;
use crate::gufunc::plan;

/// Steps of the result, the input and the mask, in bytes.
pub(crate) type Steps = [isize; 3];

/// A dimension that is gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub extent: usize,
    pub steps: Steps,
}

/// Dimensions, outermost first.
pub(crate) type Lines = SmallVec<[Line; 3]>;

/// What the inner loop runs along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Along {
    Places,
    Fold,
}

/// How many places, and how many elements of the fold of each, are done with at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tile {
    pub places: usize,
    pub length: usize,
}

/// The dimensions of folds, and the order in which they are gone through.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The dimensions of the places; the innermost may have extent 1, and there is always one.
    pub places: Lines,
    /// Dimensions that are gone through for each tile of the innermost one: few places beside each of many.
    pub within: Lines,
    /// The dimensions of each fold, likewise.
    pub fold: Lines,
    pub along: Along,
    pub tile: Tile,
    /// How many rows of the innermost dimension of a fold are first brought together in memory, because
    /// the input's elements are nearer to each other along the one around it; 0 if they are not.
    pub rows: usize,
}

/// The axes of the input as folds see them.
#[derive(Clone, Debug)]
pub(crate) struct Nest<'a> {
    pub shape: &'a [usize],
    /// The strides of the result, the input and the mask along each axis: 0 of what has none.
    pub strides: [&'a [isize]; 3],
    /// Which axes are folded.
    pub folded: &'a [bool],
}

/// About how many bytes of an operand stay in the processor's caches while a fold goes through others.
const BLOCK: usize = 1 << 17;

/// What memory moves to the processor at a time, in bytes.
pub(super) const CACHE_LINE: usize = 64;

/// About how many bytes in a row memory gives about as fast as any number of them.
const PIECE: usize = 1 << 14;

/// About how many elements are cast at a time.
const CAST: usize = 4096;

/// About how many elements are brought together at a time.
const GATHER: usize = 1 << 18;

/// With fewer iterations than these, calls of the inner loop take as long as what they do.
const SHORT: usize = 16;

impl Plan {
    /// The plan for memory that is gone through as it lies, where possible. Folds may be parts of the last
    /// folded axis, of about this length.
    pub fn new(nest: &Nest<'_>, length: Option<usize>, cast: bool, masked: bool) -> Self {
        let (mut places, fold) = (nest.lines(false, false), nest.lines(true, true));
        let element = fold[fold.len() - 1];
        let element = Line { extent: length.unwrap_or(element.extent), ..element };
        let mut within = Lines::new();
        if places[places.len() - 1].extent.max(element.extent) < SHORT {
            let longest = (0..places.len()).max_by_key(|index| places[*index].extent);
            within.extend(places.drain(longest.map_or(0, |index| index + 1)..));
        }
        let place = places[places.len() - 1];
        let along = along(place, element);
        let tile = match along {
            Along::Places => {
                let bytes = place.steps[1].unsigned_abs().clamp(1, CACHE_LINE);
                let count = place.extent.clamp(1, if cast { CAST } else { BLOCK / bytes });
                Tile { places: count, length: if cast { (CAST / count).max(1) } else { element.extent } }
            }
            Along::Fold if is_inward(place, element) => {
                let count = place.extent.clamp(1, SHORT);
                Tile { places: count, length: CAST / count }
            }
            Along::Fold if cast => {
                let length = element.extent.clamp(1, CAST);
                Tile { places: CAST / length, length }
            }
            Along::Fold => Tile { places: 1, length: element.extent },
        };
        let rows = if along == Along::Fold && tile.places == 1 && !masked { rows(&fold) } else { 0 };
        Plan { places, within, fold, along, tile, rows }
    }

    /// The plan that goes through the places in the order C, and through one fold after another.
    pub fn ordered(nest: &Nest<'_>) -> Self {
        let (places, fold) = (nest.lines(false, true), nest.lines(true, true));
        let tile = Tile { places: 1, length: CAST };
        Plan { places, within: Lines::new(), fold, along: Along::Fold, tile, rows: 0 }
    }

    /// How many places there are, if those `within` count as one.
    pub fn n_places(&self) -> usize {
        self.places.iter().map(|line| line.extent).product()
    }

    /// How many neighbouring places one of some threads should have at least, if an element takes so much.
    /// Where places are nearer to each other than the elements of folds, each thread reads a piece here
    /// and a piece there: memory gives short ones slowly.
    pub fn grain(&self, threads: usize, cost: usize) -> usize {
        let (place, element) = (self.places[self.places.len() - 1], self.fold[self.fold.len() - 1]);
        if !is_inward(place, element) {
            return 1;
        }
        let least = PIECE / place.steps[1].unsigned_abs().max(1) / cost.max(1);
        self.n_places().div_ceil(threads.max(1)).max(least).max(SHORT)
    }
}

/// What the inner loop should run along: where the input's elements are nearer to each other, unless
/// there are few.
fn along(place: Line, element: Line) -> Along {
    let inward = is_inward(place, element);
    let (near, far) = if inward { (place, element) } else { (element, place) };
    let near_is_better = near.extent >= SHORT || near.extent >= far.extent;
    if inward == near_is_better { Along::Places } else { Along::Fold }
}

/// How many rows of the innermost of these dimensions are worth bringing together.
fn rows(fold: &[Line]) -> usize {
    let [.., around, element] = fold else { return 0 };
    let rows = (GATHER / element.extent.max(1)).min(around.extent);
    let line = CACHE_LINE / around.steps[1].unsigned_abs().clamp(1, CACHE_LINE);
    if is_inward(*around, *element) && rows >= line.min(around.extent) && line > 1 { rows } else { 0 }
}

/// Whether elements along one line are nearer to each other than along another.
fn is_inward(line: Line, other: Line) -> bool {
    line.steps[1].unsigned_abs() < other.steps[1].unsigned_abs()
}

impl Nest<'_> {
    /// The dimensions that are folded or not, as few as they can be. If `ordered`, they stay in the
    /// order C.
    fn lines(&self, folded: bool, ordered: bool) -> Lines {
        let axes: SmallVec<[usize; 4]> =
            (0..self.shape.len()).filter(|axis| self.folded[*axis] == folded).collect();
        let line =
            |axis: usize| Line { extent: self.shape[axis], steps: self.strides.map(|strides| strides[axis]) };
        let mut lines = Lines::new();
        match axes[..] {
            [] => lines.push(Line { extent: 1, steps: [0; 3] }),
            [axis] => lines.push(line(axis)),
            _ if axes.iter().any(|axis| self.shape[*axis] == 0) => {
                lines.push(Line { extent: 0, steps: [0; 3] });
            }
            _ => lines.extend(self.coalesced(&axes, ordered)),
        }
        lines
    }

    /// Several axes as few dimensions, but one at least.
    fn coalesced(&self, axes: &[usize], ordered: bool) -> Lines {
        let shape: SmallVec<[usize; 4]> = axes.iter().map(|axis| self.shape[*axis]).collect();
        let operand = |strides: &[isize]| {
            let strides = axes.iter().map(|axis| strides[*axis]).collect();
            // Only its steps matter.
            Operand::of_elements(std::ptr::null_mut(), DType::Bool, strides)
        };
        let dims = plan::dims(&shape, &self.strides.map(operand), ordered);
        let line =
            |dim: &plan::Dim| Line { extent: dim.extent, steps: [dim.steps[0], dim.steps[1], dim.steps[2]] };
        match dims.is_empty() {
            true => Lines::from_elem(Line { extent: 1, steps: [0; 3] }, 1),
            false => dims.iter().map(line).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The plan for `float64` with these strides, that of the result included.
    fn plan(shape: &[usize], strides: &[isize], result: &[isize]) -> Plan {
        let folded: Vec<bool> = result.iter().map(|step| *step == 0).collect();
        let nest = Nest { shape, strides: [result, strides, strides], folded: &folded };
        Plan::new(&nest, None, false, false)
    }

    #[test]
    fn memory_decides_what_the_inner_loop_runs_along() {
        let rows = plan(&[1000, 500], &[4000, 8], &[8, 0]);
        assert_eq!((rows.along, rows.tile), (Along::Fold, Tile { places: 1, length: 500 }));
        let columns = plan(&[1000, 500], &[4000, 8], &[0, 8]);
        assert_eq!((columns.along, columns.tile), (Along::Places, Tile { places: 500, length: 1000 }));
        // An array in the order F, folded along its last axis.
        assert_eq!(plan(&[1000, 500], &[8, 8000], &[8, 0]).along, Along::Places);
    }

    #[test]
    fn short_dimensions_are_beside_the_inner_loop() {
        let few = plan(&[100_000, 3], &[24, 8], &[0, 8]);
        assert_eq!((few.along, few.tile.places), (Along::Fold, 3));
        let short = plan(&[100_000, 3], &[24, 8], &[8, 0]);
        assert_eq!(short.along, Along::Places);
        let blocks = plan(&[100_000, 4, 4], &[128, 32, 8], &[32, 0, 8]);
        assert_eq!((blocks.along, blocks.n_places(), blocks.within.len()), (Along::Places, 100_000, 1));
    }

    #[test]
    fn rows_are_brought_together_where_folds_go_across_memory() {
        assert_eq!(plan(&[4000, 400], &[8, 32_000], &[0, 0]).rows, 655);
        assert_eq!(plan(&[4000, 400], &[3200, 8], &[0, 0]).rows, 0);
        // So many elements would not fit.
        assert_eq!(plan(&[4000, 400_000], &[8, 32_000], &[0, 0]).rows, 0);
    }

    #[test]
    fn threads_have_long_pieces_unless_there_is_much_to_do() {
        let columns = plan(&[1000, 50_000], &[400_000, 8], &[0, 8]);
        assert_eq!(
            (columns.grain(2, 1), columns.grain(1000, 1), columns.grain(1000, 100)),
            (25_000, 2048, 50)
        );
        let rows = plan(&[1000, 500], &[4000, 8], &[8, 0]);
        assert_eq!(rows.grain(2, 1), 1);
    }
}
