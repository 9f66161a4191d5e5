//! Arrays whose dtype and rank are known when the program runs.

use std::alloc::Layout;
use std::any::Any;
use std::marker::PhantomData;
use std::ops::Range;

use ndarray::{ArrayD, ArrayView, ArrayViewD, ArrayViewMut, Dimension, IxDyn, ShapeBuilder};
use num_complex::Complex;
use smallvec::SmallVec;

use crate::dtype::{DType, Element};
use crate::gufunc::operand::range;

/// An array of any dtype and rank that is only read.
#[derive(Clone, Debug)]
pub struct AnyView<'a> {
    raw: RawView,
    life: PhantomData<&'a [u8]>,
}

/// An array of any dtype and rank that is written.
#[derive(Debug)]
pub struct AnyViewMut<'a> {
    raw: RawView,
    life: PhantomData<&'a mut [u8]>,
}

/// Where an array's elements are: shape in elements, strides in bytes.
#[derive(Clone, Debug)]
pub(crate) struct RawView {
    pub data: *mut u8,
    pub dtype: DType,
    pub shape: Extents,
    pub strides: Strides,
}

/// Extents of an array; those of few dimensions lie in it.
pub(crate) type Extents = SmallVec<[usize; 4]>;

/// Strides of an array, in bytes; those of few dimensions lie in it.
pub(crate) type Strides = SmallVec<[isize; 4]>;

// SAFETY: a view is a shared borrow of elements, which are `Sync`.
unsafe impl Send for AnyView<'_> {}
// SAFETY: as above.
unsafe impl Sync for AnyView<'_> {}
// SAFETY: a view is an exclusive borrow of elements, which are `Send`.
unsafe impl Send for AnyViewMut<'_> {}
// SAFETY: through a shared reference, elements are only read, and they are `Sync`.
unsafe impl Sync for AnyViewMut<'_> {}

impl RawView {
    fn new<T: Element>(data: *mut T, shape: &[usize], strides: &[isize]) -> Self {
        // Wraps only where no element lies a stride away: in empty arrays and extents of 1.
        let strides = strides.iter().map(|stride| stride.wrapping_mul(size_of::<T>() as isize)).collect();
        RawView { data: data.cast(), dtype: T::DTYPE, shape: shape.into(), strides }
    }

    fn of(data: *mut u8, dtype: DType, shape: Vec<usize>, strides: Vec<isize>) -> Self {
        RawView { data, dtype, shape: shape.into(), strides: strides.into() }
    }

    fn widen(&mut self, axes: usize) {
        self.shape.resize(self.shape.len() + axes, 1);
        self.strides.resize(self.strides.len() + axes, 0);
    }

    /// The strides with which it is broadcast to so many dimensions.
    pub fn stretched(&self, rank: usize) -> Strides {
        let mut strides = Strides::from_elem(0, rank - self.shape.len());
        let own = self.shape.iter().zip(&self.strides);
        strides.extend(own.map(|(extent, stride)| if *extent == 1 { 0 } else { *stride }));
        strides
    }

    /// Its dimensions, beside those of another array of the same shape: extents, and strides here and there.
    pub fn beside(&self, other: &RawView) -> impl Iterator<Item = (usize, isize, isize)> {
        let strides = self.strides.iter().zip(&other.strides);
        self.shape.iter().zip(strides).map(|(extent, (own, other))| (*extent, *own, *other))
    }

    /// Where its elements are.
    pub fn range(&self) -> Range<usize> {
        range(self.data, self.dtype, self.shape.iter().copied().zip(self.strides.iter().copied()))
    }
}

impl<'a> AnyView<'a> {
    /// An array from its parts: strides in bytes.
    ///
    /// # Safety
    /// Every element within the shape is a valid value of the dtype, aligned for it, and stays
    /// readable and unchanged for the lifetime.
    pub unsafe fn from_raw(data: *const u8, dtype: DType, shape: Vec<usize>, strides: Vec<isize>) -> Self {
        AnyView { raw: RawView::of(data.cast_mut(), dtype, shape, strides), life: PhantomData }
    }

    /// The type of the elements.
    pub fn dtype(&self) -> DType {
        self.raw.dtype
    }

    /// The extents.
    pub fn shape(&self) -> &[usize] {
        &self.raw.shape
    }

    /// The strides, in bytes.
    pub fn strides(&self) -> &[isize] {
        &self.raw.strides
    }

    pub(crate) fn raw(&self) -> &RawView {
        &self.raw
    }

    /// The same with further axes at the end, of extent 1.
    pub(crate) fn widened(mut self, axes: usize) -> Self {
        self.raw.widen(axes);
        self
    }

    /// The same array with its type; `None` if it has another one.
    pub fn downcast<T: Element>(&self) -> Option<ArrayViewD<'a, T>> {
        (self.raw.dtype == T::DTYPE).then(|| {
            let RawView { data, shape, strides, .. } = &self.raw;
            // SAFETY: the elements are `T`s that live for `'a`.
            unsafe { typed_view(data.cast_const().cast(), shape, strides) }
        })
    }
}

/// A view from strides in bytes, which `ndarray` has no constructor for where they are negative.
///
/// # Safety
/// As for [`AnyView::from_raw`], of elements of type `T`.
unsafe fn typed_view<'a, T: Element>(
    data: *const T,
    shape: &[usize],
    strides: &[isize],
) -> ArrayViewD<'a, T> {
    let size = size_of::<T>() as isize;
    let extent = |axis: usize| shape[axis].saturating_sub(1) as isize;
    let is_empty = shape.contains(&0);
    let reversed: Vec<usize> = (0..shape.len()).filter(|axis| strides[*axis] < 0 && !is_empty).collect();
    let back: isize = reversed.iter().map(|axis| extent(*axis) * strides[*axis]).sum();
    let absolute: Vec<usize> = strides.iter().map(|stride| stride.unsigned_abs() / size as usize).collect();
    let shape = IxDyn(shape).strides(IxDyn(&absolute));
    // SAFETY: the first element in memory is where all reversed dimensions have their last index.
    let mut view = unsafe { ArrayView::from_shape_ptr(shape, data.byte_offset(back)) };
    for axis in reversed {
        view.invert_axis(ndarray::Axis(axis));
    }
    view
}

impl<'a> AnyViewMut<'a> {
    /// An array from its parts: strides in bytes.
    ///
    /// # Safety
    /// Every element within the shape is a valid value of the dtype, aligned for it, lies where no
    /// other element does, and is this view's alone for the lifetime.
    pub unsafe fn from_raw(data: *mut u8, dtype: DType, shape: Vec<usize>, strides: Vec<isize>) -> Self {
        AnyViewMut { raw: RawView::of(data, dtype, shape, strides), life: PhantomData }
    }

    /// The type of the elements.
    pub fn dtype(&self) -> DType {
        self.raw.dtype
    }

    /// The extents.
    pub fn shape(&self) -> &[usize] {
        &self.raw.shape
    }

    /// The strides, in bytes.
    pub fn strides(&self) -> &[isize] {
        &self.raw.strides
    }

    pub(crate) fn raw(&self) -> &RawView {
        &self.raw
    }

    /// The array, only to be read.
    pub fn view(&self) -> AnyView<'_> {
        AnyView { raw: self.raw.clone(), life: PhantomData }
    }

    /// The same with further axes at the end, of extent 1.
    pub(crate) fn widened(mut self, axes: usize) -> Self {
        self.raw.widen(axes);
        self
    }

    /// The array, only to be read, beside itself.
    ///
    /// # Safety
    /// Nothing reads it while something writes this one, other than by what both are made of.
    pub(crate) unsafe fn alias<'b>(&self) -> AnyView<'b> {
        AnyView { raw: self.raw.clone(), life: PhantomData }
    }

    /// The array for a shorter time.
    pub fn reborrow(&mut self) -> AnyViewMut<'_> {
        AnyViewMut { raw: self.raw.clone(), life: PhantomData }
    }
}

impl<'a, T: Element, D: Dimension> From<ArrayView<'a, T, D>> for AnyView<'a> {
    fn from(view: ArrayView<'a, T, D>) -> Self {
        let raw = RawView::new(view.as_ptr().cast_mut(), view.shape(), view.strides());
        AnyView { raw, life: PhantomData }
    }
}

impl<'a, T: Element, D: Dimension> From<ArrayViewMut<'a, T, D>> for AnyViewMut<'a> {
    fn from(mut view: ArrayViewMut<'a, T, D>) -> Self {
        let raw = RawView::new(view.as_mut_ptr(), view.shape(), view.strides());
        AnyViewMut { raw, life: PhantomData }
    }
}

/// An array of zeros, or nothing where there is no memory for it.
fn zeroed<T: Element>(shape: &[usize]) -> Option<ArrayD<T>> {
    ArrayD::from_shape_vec(IxDyn(shape), zeros(shape.iter().product())?).ok()
}

/// So many zeros, or nothing where there is no memory for them.
#[inline]
pub(crate) fn zeros<T: Element>(count: usize) -> Option<Vec<T>> {
    let layout = Layout::array::<T>(count).ok()?;
    if layout.size() == 0 {
        return Some(Vec::new());
    }
    // SAFETY: the layout has a size.
    let data = unsafe { std::alloc::alloc_zeroed(layout) };
    // SAFETY: the memory is the global allocator's, of this layout; zeros are elements.
    (!data.is_null()).then(|| unsafe { Vec::from_raw_parts(data.cast::<T>(), count, count) })
}

/// The value itself, if the types are the same.
fn same_type<From: 'static, To: 'static>(value: From) -> Option<To> {
    let mut value = Some(value);
    (&mut value as &mut dyn Any).downcast_mut::<Option<To>>()?.take()
}

macro_rules! arrays {
    ($($dtype:ident: $ty:ty;)*) => {
        /// An array of any dtype and rank that owns its elements.
        #[derive(Clone, Debug, PartialEq)]
        #[expect(missing_docs, reason = "the names say all")]
        pub enum AnyArray {
            $($dtype(ArrayD<$ty>),)*
        }

        impl AnyArray {
            /// An array of zeros, contiguous in the order C.
            pub fn zeros(dtype: DType, shape: &[usize]) -> Self {
                match dtype {
                    $(DType::$dtype => AnyArray::$dtype(ArrayD::default(IxDyn(shape))),)*
                }
            }

            /// An array of zeros; `None` where there is no memory for it. The number of bytes, if
            /// extents of 0 were 1, is an `isize`.
            pub(crate) fn try_zeros(dtype: DType, shape: &[usize]) -> Option<Self> {
                match dtype {
                    $(DType::$dtype => zeroed::<$ty>(shape).map(AnyArray::$dtype),)*
                }
            }

            /// The address of the first element.
            pub(crate) fn as_mut_ptr(&mut self) -> *mut u8 {
                match self {
                    $(AnyArray::$dtype(array) => array.as_mut_ptr().cast(),)*
                }
            }

            /// The array with its axes in this order.
            pub(crate) fn permuted(self, axes: &[usize]) -> Self {
                match self {
                    $(AnyArray::$dtype(array) => AnyArray::$dtype(array.permuted_axes(IxDyn(axes))),)*
                }
            }

            /// The type of the elements.
            pub fn dtype(&self) -> DType {
                match self {
                    $(AnyArray::$dtype(_) => DType::$dtype,)*
                }
            }

            /// The extents.
            pub fn shape(&self) -> &[usize] {
                match self {
                    $(AnyArray::$dtype(array) => array.shape(),)*
                }
            }

            /// The same array with its type; `None` if it has another one.
            pub fn typed<T: Element>(self) -> Option<ArrayD<T>> {
                match self {
                    $(AnyArray::$dtype(array) => same_type(array),)*
                }
            }

            /// The array, only to be read.
            pub fn view(&self) -> AnyView<'_> {
                match self {
                    $(AnyArray::$dtype(array) => array.view().into(),)*
                }
            }

            /// The array, to be written.
            pub fn view_mut(&mut self) -> AnyViewMut<'_> {
                match self {
                    $(AnyArray::$dtype(array) => array.view_mut().into(),)*
                }
            }
        }

        $(impl From<ArrayD<$ty>> for AnyArray {
            fn from(array: ArrayD<$ty>) -> Self {
                AnyArray::$dtype(array)
            }
        }

        /// Gives the array back where it has another type.
        impl TryFrom<AnyArray> for ArrayD<$ty> {
            type Error = AnyArray;
            fn try_from(array: AnyArray) -> Result<Self, AnyArray> {
                match array {
                    AnyArray::$dtype(array) => Ok(array),
                    other => Err(other),
                }
            }
        })*
    };
}

arrays! {
    Bool: bool;
    Int8: i8;
    Int16: i16;
    Int32: i32;
    Int64: i64;
    UInt8: u8;
    UInt16: u16;
    UInt32: u32;
    UInt64: u64;
    Float32: f32;
    Float64: f64;
    Complex64: Complex<f32>;
    Complex128: Complex<f64>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, ArrayD, Axis, array, s};

    #[test]
    fn views_keep_negative_strides() {
        let a = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        let mut view = a.slice(s![.., ..;2]);
        view.invert_axis(Axis(1));
        view.invert_axis(Axis(0));
        let any = AnyView::from(view);
        assert_eq!((any.dtype(), any.shape(), any.strides()), (DType::Float64, &[2, 2][..], &[-24, -16][..]));
        assert_eq!(any.downcast::<f64>().unwrap(), array![[6.0, 4.0], [3.0, 1.0]].into_dyn());
        assert_eq!(any.downcast::<i64>(), None);
    }

    #[test]
    fn arrays_tell_their_type() {
        let mut array = AnyArray::zeros(DType::Complex64, &[2, 0]);
        assert_eq!((array.dtype(), array.shape()), (DType::Complex64, &[2, 0][..]));
        assert_eq!(array.view_mut().shape(), [2, 0]);
        let array = ArrayD::<f64>::try_from(array).unwrap_err();
        assert_eq!(array.clone().typed::<f64>(), None);
        assert!(array.clone().typed::<Complex<f32>>().is_some());
        assert!(ArrayD::<Complex<f32>>::try_from(array).is_ok());
        let empty = Array2::<u8>::zeros((0, 3));
        assert_eq!(AnyView::from(empty.view()).downcast::<u8>().unwrap().shape(), [0, 3]);
    }
}
