//! `ndarray` views as the descriptors that kernels read.

use ndarray::{ArrayView, ArrayViewMut, Dimension};
use pykernel_abi::{Array, MAX_EXTENT};

use crate::{Error, Record};

/// A kernel, as the refusal of a call names it.
#[derive(Clone, Copy, Debug)]
pub struct Kernel<'a> {
    /// Its Python name.
    pub name: &'a str,
    /// The file that holds it.
    pub file: &'a str,
    /// The line of its definition.
    pub line: u32,
}

/// An array parameter of a kernel.
#[derive(Debug)]
pub struct Param {
    /// The kernel.
    pub kernel: Kernel<'static>,
    /// Its Python name.
    pub name: &'static str,
    /// Its declared type: `float64[:, ::1]`.
    pub ty: &'static str,
    /// The layout that the type asks for.
    pub layout: Layout,
}

/// How an array's elements must lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Contiguous, last dimension fastest.
    C,
    /// Contiguous, first dimension fastest.
    F,
    /// Any strides.
    Any,
}

/// Describes an array that a kernel only reads, or refuses it.
#[inline]
pub fn read<T, D: Dimension, const N: usize>(
    view: &ArrayView<'_, T, D>,
    param: &'static Param,
) -> Result<Array<N>, Error> {
    describe::<T, N>(view.as_ptr().cast_mut(), view.shape(), view.strides(), param)
}

/// Describes an array that a kernel writes, or refuses it.
#[inline]
pub fn write<T, D: Dimension, const N: usize>(
    view: &mut ArrayViewMut<'_, T, D>,
    param: &'static Param,
) -> Result<Array<N>, Error> {
    describe::<T, N>(view.as_mut_ptr(), view.shape(), view.strides(), param)
}

/// Describes a record that a kernel only reads.
#[inline]
pub fn read_record<R: Record>(record: &R) -> Array<0> {
    Array { data: std::ptr::from_ref(record).cast_mut().cast(), shape: [], strides: [] }
}

/// Describes a record that a kernel writes.
#[inline]
pub fn write_record<R: Record>(record: &mut R) -> Array<0> {
    Array { data: std::ptr::from_mut(record).cast(), shape: [], strides: [] }
}

/// Whether an array has a rank and lies in memory as a layout asks. Extents of 1 and empty arrays
/// have no order.
#[inline]
pub fn fits(shape: &[usize], strides: &[isize], rank: usize, layout: Layout) -> bool {
    let dimensions = shape.iter().zip(strides);
    shape.len() == rank
        && match layout {
            Layout::Any => true,
            Layout::C => is_packed(dimensions.rev()),
            Layout::F => is_packed(dimensions),
        }
}

/// Whether dimensions, innermost first, lie without gaps.
#[inline]
fn is_packed<'a>(dimensions: impl Iterator<Item = (&'a usize, &'a isize)> + Clone) -> bool {
    let mut expected = 1isize;
    let packed = dimensions.clone().all(|(&extent, &stride)| {
        let follows = extent == 1 || stride == expected;
        expected = expected.wrapping_mul(extent as isize);
        follows
    });
    packed || dimensions.clone().any(|(&extent, _)| extent == 0)
}

#[inline]
fn describe<T, const N: usize>(
    data: *mut T,
    shape: &[usize],
    strides: &[isize],
    param: &'static Param,
) -> Result<Array<N>, Error> {
    let large = shape.iter().any(|extent| *extent as u64 > MAX_EXTENT as u64);
    if large || !fits(shape, strides, N, param.layout) {
        return Err(refuse::<T>(N, shape, strides, param));
    }
    let mut array = Array { data: data.cast(), shape: [0; N], strides: [0; N] };
    for axis in 0..N {
        array.shape[axis] = shape[axis] as i64;
        // Wraps only where no element lies a stride away: in empty arrays and extents of 1.
        array.strides[axis] = (strides[axis] as i64).wrapping_mul(size_of::<T>() as i64);
    }
    Ok(array)
}

/// Says why an array does not go into a parameter.
#[cold]
fn refuse<T>(rank: usize, shape: &[usize], strides: &[isize], param: &'static Param) -> Error {
    let Param { kernel, name, ty, .. } = param;
    let argument = format!("{}() argument '{name}'", kernel.name);
    if shape.len() != rank {
        let message = format!("{argument} must be {ty}, got an array of {} dimensions", shape.len());
        return Error::refused("TypeError", message, kernel);
    }
    if let Some(axis) = shape.iter().position(|extent| *extent as u64 > MAX_EXTENT as u64) {
        let extent = shape[axis];
        let message = format!("{argument} has {extent} elements along axis {axis}; kernels take up to 2**48");
        return Error::refused("ValueError", message, kernel);
    }
    let bytes: Vec<isize> = strides.iter().map(|s| s.wrapping_mul(size_of::<T>() as isize)).collect();
    let (shape, strides) = (tuple(shape), tuple(&bytes));
    let message = format!("{argument} must be {ty}, got shape {shape} with strides {strides} in bytes");
    Error::refused("TypeError", message, kernel)
}

/// A tuple as Python prints it.
pub(crate) fn tuple(items: &[impl ToString]) -> String {
    let texts: Vec<String> = items.iter().map(ToString::to_string).collect();
    match texts.as_slice() {
        [one] => format!("({one},)"),
        _ => format!("({})", texts.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, ArrayD, Axis, IxDyn, ShapeBuilder, s};

    const fn param(ty: &'static str, layout: Layout) -> Param {
        Param { kernel: Kernel { name: "f", file: "k.py", line: 3 }, name: "a", ty, layout }
    }
    static C: Param = param("float64[:, ::1]", Layout::C);
    static F: Param = param("float64[::1, :]", Layout::F);
    static ANY: Param = param("float64[:, :]", Layout::Any);

    #[test]
    fn strides_are_in_bytes_and_may_be_negative() {
        let mut a = Array2::<f64>::zeros((2, 3));
        a.invert_axis(Axis(1));
        let array: Array<2> = read(&a.view(), &ANY).unwrap();
        assert_eq!((array.shape, array.strides), ([2, 3], [24, -8]));
        assert_eq!(array.data.cast_const().cast(), &raw const a[[0, 0]]);
    }

    #[test]
    fn layouts_are_kept_or_refused() {
        let c = Array2::<f64>::zeros((2, 3));
        let f = Array2::<f64>::zeros((2, 3).f());
        assert!(read::<_, _, 2>(&c.view(), &C).is_ok() && read::<_, _, 2>(&f.view(), &F).is_ok());
        let error = read::<_, _, 2>(&f.view(), &C).unwrap_err();
        assert_eq!(
            error.to_string(),
            "TypeError: f() argument 'a' must be float64[:, ::1], got shape (2, 3) with strides (8, 16) in bytes \
             (File \"k.py\", line 3, in f)"
        );
        assert!(read::<_, _, 2>(&c.view(), &F).is_err());
        assert!(read::<_, _, 2>(&c.slice(s![.., ..2]), &C).is_err());
    }

    #[test]
    fn extents_of_one_and_empty_arrays_have_any_layout() {
        let a = Array2::<f64>::zeros((4, 6));
        for view in [a.slice(s![1..2, ..]), a.slice(s![..0, ..;2]), a.slice(s![2..3, 3..4])] {
            assert!(read::<_, _, 2>(&view, &C).is_ok(), "{:?}", view.strides());
        }
        let column = a.slice(s![.., ..1]);
        assert!(read::<_, _, 2>(&column, &C).is_err());
    }

    #[test]
    fn what_kernels_cannot_index_is_refused() {
        let one = ndarray::arr0(1.0);
        let wide = one.broadcast((1, 1 << 50)).unwrap();
        let error = read::<_, _, 2>(&wide, &ANY).unwrap_err();
        assert_eq!(error.class(), "ValueError");
        assert!(error.message().contains("axis 1"), "{error}");
        let flat = ArrayD::<f64>::zeros(IxDyn(&[4]));
        let error = read::<_, _, 2>(&flat.view(), &ANY).unwrap_err();
        assert_eq!(error.message(), "f() argument 'a' must be float64[:, :], got an array of 1 dimensions");
    }
}
