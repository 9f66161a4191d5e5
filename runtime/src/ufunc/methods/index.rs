//! Arrays of indices: NumPy's advanced indexing.

use smallvec::SmallVec;

use crate::Error;
use crate::any::{AnyView, Extents};
use crate::call::Kernel;
use crate::dtype::{DType, Kind};
use crate::gufunc::copy::copy;
use crate::ufunc::shape;

/// The elements of an array in the order C, as integers.
pub(crate) fn integers(view: &AnyView<'_>) -> Vec<i64> {
    let raw = view.raw();
    let count = raw.shape.iter().product();
    let mut elements = vec![0i64; count];
    let mut stride = size_of::<i64>() as isize;
    let mut dims: SmallVec<[(usize, isize, isize); 4]> = SmallVec::new();
    for (extent, own) in raw.shape.iter().zip(&raw.strides).rev() {
        dims.push((*extent, *own, stride));
        stride = stride.wrapping_mul((*extent).max(1) as isize);
    }
    // SAFETY: the view borrows its elements; there is room for as many.
    unsafe { copy((raw.dtype, raw.data), (DType::Int64, elements.as_mut_ptr().cast()), dims.into_iter()) };
    elements
}

/// Indices of the first axes of an array, broadcast together.
#[derive(Debug)]
pub(crate) struct Indices {
    /// Their shape together.
    pub shape: Extents,
    /// How many axes they index.
    pub axes: usize,
    /// The distance of each indexed element, or array, from the first one, in bytes.
    pub offsets: Vec<isize>,
}

/// The indices of one axis.
struct AxisIndices {
    shape: Extents,
    elements: Vec<i64>,
}

impl Indices {
    /// Arrays of integers, of an axis each, or of bools, which say which elements of as many axes as
    /// they have.
    pub fn new(
        indices: &[AnyView<'_>],
        shape: &[usize],
        strides: &[isize],
        kernel: &Kernel<'_>,
    ) -> Result<Self, Error> {
        let refuse = |message: String| Error::refused("IndexError", message, kernel);
        let count = |index: &AnyView<'_>| if index.dtype() == DType::Bool { index.shape().len() } else { 1 };
        let axes = indices.iter().map(count).sum();
        if axes > shape.len() {
            let rank = shape.len();
            return Err(refuse(format!(
                "too many indices for array: array is {rank}-dimensional, but {axes} were indexed"
            )));
        }
        let mut each = Vec::new();
        for index in indices {
            match index.dtype().kind() {
                Kind::Signed | Kind::Unsigned => {
                    each.push(AxisIndices { shape: index.shape().into(), elements: integers(index) });
                }
                Kind::Bool => nonzero(index, &shape[each.len()..], each.len(), &mut each).map_err(refuse)?,
                Kind::Float | Kind::Complex => {
                    let message = "arrays used as indices must be of integer (or boolean) type";
                    return Err(refuse(message.to_owned()));
                }
            }
        }
        let whole = broadcast(&each).map_err(refuse)?;
        let offsets = offsets(&each, &whole, (shape, strides)).map_err(refuse)?;
        Ok(Indices { shape: whole, axes, offsets })
    }
}

/// Adds the indices of the true elements of an array, for each of its axes, which are `first` and those
/// after it.
fn nonzero(
    mask: &AnyView<'_>,
    shape: &[usize],
    first: usize,
    each: &mut Vec<AxisIndices>,
) -> Result<(), String> {
    let own = mask.shape();
    for (axis, (extent, own)) in shape.iter().zip(own).enumerate() {
        if extent != own {
            let axis = first + axis;
            return Err(format!(
                "boolean index did not match indexed array along axis {axis}; size of axis is {extent} \
                 but size of corresponding boolean axis is {own}"
            ));
        }
    }
    let elements = integers(mask);
    let is_true: Vec<usize> =
        elements.iter().enumerate().filter(|(_, element)| **element != 0).map(|(index, _)| index).collect();
    let mut inner: usize = own.iter().product();
    for extent in own {
        inner /= (*extent).max(1);
        let of_axis = |index: &usize| (index / inner.max(1) % (*extent).max(1)) as i64;
        let shape = [is_true.len()].into_iter().collect();
        each.push(AxisIndices { shape, elements: is_true.iter().map(of_axis).collect() });
    }
    Ok(())
}

fn broadcast(each: &[AxisIndices]) -> Result<Extents, String> {
    let rank = each.iter().map(|index| index.shape.len()).max().unwrap_or(0);
    let mut whole = Extents::from_elem(1, rank);
    for index in each {
        for (extent, own) in whole[rank - index.shape.len()..].iter_mut().zip(&index.shape) {
            match *own {
                1 => {}
                own if *extent == 1 || *extent == own => *extent = own,
                _ => {
                    let shapes: String = each.iter().map(|index| shape::text(&index.shape) + " ").collect();
                    return Err(format!(
                        "shape mismatch: indexing arrays could not be broadcast together with shapes {shapes}"
                    ));
                }
            }
        }
    }
    Ok(whole)
}

/// Where the elements are; indices out of bounds matter only if there are elements.
fn offsets(
    each: &[AxisIndices],
    whole: &[usize],
    (shape, strides): (&[usize], &[isize]),
) -> Result<Vec<isize>, String> {
    let count = whole.iter().product();
    let mut offsets = vec![0isize; count];
    if count == 0 {
        return Ok(offsets);
    }
    for (axis, index) in each.iter().enumerate() {
        let extent = shape[axis];
        let within = |element: &i64| {
            let index = if *element < 0 { element.wrapping_add_unsigned(extent as u64) } else { *element };
            let index = usize::try_from(index).ok().filter(|index| *index < extent);
            index
                .map(|index| strides[axis].wrapping_mul(index as isize))
                .ok_or_else(|| format!("index {element} is out of bounds for axis {axis} with size {extent}"))
        };
        let own = index.elements.iter().map(within).collect::<Result<Vec<isize>, String>>()?;
        add(&own, &index.shape, &mut offsets, whole);
    }
    Ok(offsets)
}

/// Adds elements of a shape to those of another, to which it broadcasts.
fn add(own: &[isize], shape: &[usize], to: &mut [isize], whole: &[usize]) {
    if shape == whole {
        to.iter_mut().zip(own).for_each(|(to, own)| *to = to.wrapping_add(*own));
        return;
    }
    let lacking = whole.len() - shape.len();
    for (position, to) in to.iter_mut().enumerate() {
        let (mut rest, mut index, mut step) = (position, 0, 1);
        for (axis, extent) in whole.iter().enumerate().rev() {
            let at = rest % extent;
            rest /= extent;
            if let Some(axis) = axis.checked_sub(lacking) {
                index += if shape[axis] == 1 { 0 } else { at * step };
                step *= shape[axis];
            }
        }
        *to = to.wrapping_add(own[index]);
    }
}
