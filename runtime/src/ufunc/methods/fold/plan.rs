//! In which order folds go through their elements.
//!
//! A fold combines elements along some axes, in the order C; the places along the other axes, one for each
//! fold, come in any order. The inner loop runs along the innermost axis of either kind: along a
//! fold it carries, along places it is an ordinary call for one element of each of many folds.

use smallvec::SmallVec;

use crate::any::Strides;
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
    /// The dimensions of each fold, likewise.
    pub fold: Lines,
    pub along: Along,
    pub tile: Tile,
}

/// The axes of the input as folds see them.
#[derive(Clone, Debug)]
pub(crate) struct Nest<'a> {
    pub shape: &'a [usize],
    /// The strides of the result, the input and the mask along each axis: 0 of what has none.
    pub strides: [Strides; 3],
    /// Which axes are folded.
    pub folded: &'a [bool],
}

/// About how many elements of an operand the processor's first cache takes beside others.
const BLOCK: usize = 1024;

/// About how many elements are cast at a time.
const CAST: usize = 4096;

/// With fewer iterations than these, calls of the inner loop take as long as what they do.
const SHORT: usize = 16;

impl Plan {
    /// The plan for memory that is gone through as it lies, where possible.
    pub fn new(nest: &Nest<'_>, cast: bool) -> Self {
        let (places, fold) = (nest.lines(false, false), nest.lines(true, true));
        let (place, element) = (places[places.len() - 1], fold[fold.len() - 1]);
        let along = along(place, element);
        let inward = |line: Line, other: Line| line.steps[1].unsigned_abs() < other.steps[1].unsigned_abs();
        let tile = match along {
            Along::Places => {
                let count = place.extent.clamp(1, BLOCK);
                Tile { places: count, length: if cast { (CAST / count).max(1) } else { element.extent } }
            }
            Along::Fold if inward(place, element) => {
                let count = place.extent.clamp(1, SHORT);
                Tile { places: count, length: CAST / count }
            }
            Along::Fold if cast => {
                let length = element.extent.clamp(1, CAST);
                Tile { places: CAST / length, length }
            }
            Along::Fold => Tile { places: 1, length: element.extent },
        };
        Plan { places, fold, along, tile }
    }

    /// The plan that goes through the places in the order C, and through one fold after another.
    pub fn ordered(nest: &Nest<'_>) -> Self {
        let (places, fold) = (nest.lines(false, true), nest.lines(true, true));
        Plan { places, fold, along: Along::Fold, tile: Tile { places: 1, length: CAST } }
    }

    /// How many places there are.
    pub fn n_places(&self) -> usize {
        self.places.iter().map(|line| line.extent).product()
    }
}

fn along(place: Line, element: Line) -> Along {
    let inward = place.steps[1].unsigned_abs() < element.steps[1].unsigned_abs();
    let (near, far) = if inward { (place, element) } else { (element, place) };
    let near_is_better = near.extent >= SHORT || near.extent >= far.extent;
    if inward == near_is_better { Along::Places } else { Along::Fold }
}

impl Nest<'_> {
    /// The dimensions that are folded or not, as few as they can be. If `ordered`, they stay in the order C.
    fn lines(&self, folded: bool, ordered: bool) -> Lines {
        let axes = || (0..self.shape.len()).filter(|axis| self.folded[*axis] == folded);
        let shape: SmallVec<[usize; 4]> = axes().map(|axis| self.shape[axis]).collect();
        if shape.contains(&0) {
            return Lines::from_elem(Line { extent: 0, steps: [0; 3] }, 1);
        }
        let operand = |strides: &Strides| {
            let strides = axes().map(|axis| strides[axis]).collect();
            // Only its steps matter.
            Operand::of_elements(std::ptr::null_mut(), DType::Bool, strides)
        };
        let operands = self.strides.each_ref().map(operand);
        let dims = plan::dims(&shape, &operands, ordered);
        let line =
            |dim: &plan::Dim| Line { extent: dim.extent, steps: [dim.steps[0], dim.steps[1], dim.steps[2]] };
        let mut lines: Lines = dims.iter().map(line).collect();
        if lines.is_empty() {
            lines.push(Line { extent: 1, steps: [0; 3] });
        }
        lines
    }
}
