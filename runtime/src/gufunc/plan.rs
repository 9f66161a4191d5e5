//! In which order a call goes through its loop dimensions.

use smallvec::SmallVec;

use super::operand::Operand;
use crate::any::Extents;

/// Steps of all operands in bytes.
pub(crate) type Steps = SmallVec<[isize; 4]>;

/// A loop dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dim {
    /// How many iterations it has.
    pub extent: usize,
    /// The step of each operand.
    pub steps: Steps,
}

/// Loop dimensions, outermost first.
pub(crate) type Dims = SmallVec<[Dim; 2]>;

/// The dimensions of a loop that is not empty, with none of extent 1, made as few as they can be.
/// If `ordered`, iterations stay in the order C; otherwise memory decides.
pub(crate) fn dims(shape: &[usize], operands: &[Operand<'_>], ordered: bool) -> Dims {
    let axes = if ordered { (0..shape.len()).collect() } else { order(shape.len(), operands) };
    let mut dims: Dims = axes
        .into_iter()
        .filter(|axis| shape[*axis] != 1)
        .map(|axis| {
            let steps = operands.iter().map(|operand| operand.steps()[axis]).collect();
            Dim { extent: shape[axis], steps }
        })
        .collect();
    if dims.len() > 1 {
        coalesce(&mut dims);
    }
    dims
}

/// The loop dimensions from the outermost to the innermost. Those with smaller steps are further
/// inward, where all operands that move along both agree, as in NumPy's iterator. Stable, so that
/// the order C decides what memory does not.
pub(crate) fn order(rank: usize, operands: &[Operand<'_>]) -> Extents {
    let mut axes: Extents = (0..rank).collect();
    for sorted in 1..rank {
        let mut at = sorted;
        while at > 0 && goes_inward(operands, axes[at - 1], axes[at]) {
            axes.swap(at - 1, at);
            at -= 1;
        }
    }
    axes
}

/// Whether a dimension belongs inside the one that follows it.
fn goes_inward(operands: &[Operand<'_>], outer: usize, inner: usize) -> bool {
    let steps = operands.iter().map(|operand| (operand.steps()[outer], operand.steps()[inner]));
    let both = steps.filter(|(outer, inner)| *outer != 0 && *inner != 0);
    let mut smaller = both.map(|(outer, inner)| outer.unsigned_abs() < inner.unsigned_abs());
    smaller.next().unwrap_or(false) && smaller.all(|smaller| smaller)
}

/// Makes one dimension of two where every operand steps over the inner one into the next of the outer.
fn coalesce(dims: &mut Dims) {
    let mut kept = 0;
    for next in 1..dims.len() {
        let (before, after) = dims.split_at_mut(next);
        let (outer, inner) = (&mut before[kept], &after[0]);
        let follows =
            |(outer, step): (&isize, &isize)| Some(*outer) == step.checked_mul(inner.extent as isize);
        if outer.steps.iter().zip(&inner.steps).all(follows) {
            outer.extent *= inner.extent;
            outer.steps.copy_from_slice(&inner.steps);
        } else {
            kept += 1;
            dims.swap(kept, next);
        }
    }
    dims.truncate(kept + 1);
}

#[cfg(test)]
mod tests {
    use super::super::axes::Placement;
    use super::super::sizes::Ranks;
    use super::*;
    use crate::any::RawView;
    use crate::dtype::DType;

    fn plan(shape: &[usize], steps: &[&[isize]], ordered: bool) -> Vec<(usize, Vec<isize>)> {
        let operand = |steps: &&[isize]| {
            let (shape, strides) = (SmallVec::from_elem(7, steps.len()), steps.iter().copied().collect());
            let view = RawView { data: std::ptr::null_mut(), dtype: DType::Float64, shape, strides };
            let ranks = Ranks { core: SmallVec::new(), missing: SmallVec::new() };
            let placement = Placement { loops: steps.len(), ..Placement::default() };
            Operand::of_view(&view, &placement, steps.len(), &[], &ranks, &[])
        };
        let operands: Vec<Operand> = steps.iter().map(operand).collect();
        dims(shape, &operands, ordered).into_iter().map(|dim| (dim.extent, dim.steps.to_vec())).collect()
    }

    #[test]
    fn contiguous_dimensions_become_one() {
        assert_eq!(plan(&[2, 3, 4], &[&[96, 32, 8], &[96, 32, 8]], true), [(24, vec![8, 8])]);
        assert_eq!(plan(&[2, 1, 4], &[&[32, 0, 8]], true), [(8, vec![8])]);
        assert_eq!(plan(&[2, 3, 4], &[&[0, 0, 0]], true), [(24, vec![0])]);
        assert_eq!(plan(&[3, 4], &[&[-32, -8]], true), [(12, vec![-8])]);
        assert_eq!(plan(&[], &[&[]], true), []);
    }

    #[test]
    fn broadcast_dimensions_stay_apart() {
        let dims = plan(&[5, 3, 4], &[&[96, 32, 8], &[0, 32, 8]], true);
        assert_eq!(dims, [(5, vec![96, 0]), (12, vec![8, 8])]);
        let dims = plan(&[5, 3, 4], &[&[96, 32, 8], &[8, 0, 0]], true);
        assert_eq!(dims, [(5, vec![96, 8]), (12, vec![8, 0])]);
        let dims = plan(&[5, 3, 4], &[&[96, 32, 8], &[96, 0, 8]], true);
        assert_eq!(dims, [(5, vec![96, 96]), (3, vec![32, 0]), (4, vec![8, 8])]);
    }

    #[test]
    fn memory_decides_where_order_does_not_matter() {
        let transposed: &[isize] = &[8, 16, 48];
        assert_eq!(plan(&[2, 3, 4], &[transposed, transposed], false), [(24, vec![8, 8])]);
        let kept = plan(&[2, 3, 4], &[transposed, transposed], true);
        assert_eq!(kept, [(2, vec![8, 8]), (3, vec![16, 16]), (4, vec![48, 48])]);
        // One operand for each order: the order C.
        assert_eq!(plan(&[2, 3], &[&[8, 16], &[24, 8]], false), [(2, vec![8, 24]), (3, vec![16, 8])]);
    }
}
