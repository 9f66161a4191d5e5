//! Blocks of elements cast into other memory.

use smallvec::SmallVec;

use crate::dtype::DType;
use crate::ufunc::cast::convert;

/// Elements to be read or written: a type and the first one's address.
pub(crate) type Elements = (DType, *mut u8);

/// A dimension of what is copied: its extent, and its strides here and there in bytes.
pub(crate) type Dim = (usize, isize, isize);

/// Casts elements in a nest of dimensions, in any order.
///
/// # Safety
/// Within the dimensions there are elements of these types; those of `to` are for this call alone.
pub(crate) unsafe fn copy(from: Elements, to: Elements, dims: impl Iterator<Item = Dim>) {
    let mut dims: SmallVec<[Dim; 4]> = dims.filter(|(extent, ..)| *extent != 1).collect();
    // Calls are for rows, so that the longest dimension should be one.
    if let Some(longest) = (0..dims.len()).max_by_key(|dim| dims[*dim].0) {
        let last = dims.len() - 1;
        dims.swap(longest, last);
    }
    // SAFETY: the caller's.
    unsafe { walk(from, to, &dims) }
}

/// # Safety
/// That of [`copy`].
unsafe fn walk(from: Elements, to: Elements, dims: &[Dim]) {
    let row = |step, target, extent| {
        // SAFETY: the row is within the dimensions.
        unsafe { convert((from.0, from.1, step), (to.0, to.1, target), extent) }
    };
    match dims {
        [] => row(0, 0, 1),
        [(extent, step, target)] => row(*step, *target, *extent),
        [(extent, step, target), inner @ ..] => {
            for index in 0..*extent as isize {
                // Of empty arrays no address may be looked at, which `wrapping` allows.
                let source = from.1.wrapping_offset(step.wrapping_mul(index));
                let sink = to.1.wrapping_offset(target.wrapping_mul(index));
                // SAFETY: the inner dimensions are within all of them.
                unsafe { walk((from.0, source), (to.0, sink), inner) }
            }
        }
    }
}
