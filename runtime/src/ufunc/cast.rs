//! Elements cast from any dtype to any other, as NumPy's `astype` does. NaN and numbers out of range
//! saturate where they become integers.

use num_complex::Complex;

use crate::dtype::{DType, Element};

/// A conversion of one element.
trait Cast<T> {
    fn cast(self) -> T;
}

macro_rules! numbers {
    ($($from:ty)*) => {
        $(
            numbers!(@to $from: i8 i16 i32 i64 u8 u16 u32 u64 f32 f64);
            impl Cast<bool> for $from {
                fn cast(self) -> bool {
                    self != 0 as $from
                }
            }
            impl Cast<$from> for bool {
                fn cast(self) -> $from {
                    u8::from(self) as $from
                }
            }
            impl Cast<$from> for Complex<f32> {
                fn cast(self) -> $from {
                    self.re as $from
                }
            }
            impl Cast<$from> for Complex<f64> {
                fn cast(self) -> $from {
                    self.re as $from
                }
            }
            impl Cast<Complex<f32>> for $from {
                fn cast(self) -> Complex<f32> {
                    Complex::new(self as f32, 0.0)
                }
            }
            impl Cast<Complex<f64>> for $from {
                fn cast(self) -> Complex<f64> {
                    Complex::new(self as f64, 0.0)
                }
            }
        )*
    };
    (@to $from:ty: $($to:ty)*) => {
        $(impl Cast<$to> for $from {
            fn cast(self) -> $to {
                self as $to
            }
        })*
    };
}

numbers! { i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 }

macro_rules! others {
    ($($from:ty as $to:ty: $value:ident => $cast:expr;)*) => {
        $(impl Cast<$to> for $from {
            fn cast(self) -> $to {
                let $value = self;
                $cast
            }
        })*
    };
}

others! {
    bool as bool: x => x;
    bool as Complex<f32>: x => Complex::new(x.cast(), 0.0);
    bool as Complex<f64>: x => Complex::new(x.cast(), 0.0);
    Complex<f32> as bool: x => x.re != 0.0 || x.im != 0.0;
    Complex<f64> as bool: x => x.re != 0.0 || x.im != 0.0;
    Complex<f32> as Complex<f32>: x => x;
    Complex<f32> as Complex<f64>: x => Complex::new(x.re.into(), x.im.into());
    Complex<f64> as Complex<f32>: x => Complex::new(x.re as f32, x.im as f32);
    Complex<f64> as Complex<f64>: x => x;
}

/// Elements in a row: their type, the address of the first one, and the distance between them in bytes.
pub(crate) type Row<P> = (DType, P, isize);

/// Casts the first `n` elements of one row to those of another.
///
/// # Safety
/// Both rows have `n` elements of their type, aligned or not; those of `to` are for this call alone.
pub(crate) unsafe fn convert(from: Row<*const u8>, to: Row<*mut u8>, n: usize) {
    macro_rules! by_dtype {
        ($($dtype:ident: $ty:ty;)*) => {
            match from.0 {
                // SAFETY: the caller's, and the type is the dtype's.
                $(DType::$dtype => unsafe { convert_from::<$ty>((from.1, from.2), to, n) },)*
            }
        };
    }
    macro_rules! convert_from {
        ($($dtype:ident: $ty:ty;)*) => {
            /// # Safety
            /// That of [`convert`], from elements of type `F`.
            unsafe fn convert_from<F>(from: (*const u8, isize), to: Row<*mut u8>, n: usize)
            where
                F: Element $(+ Cast<$ty>)*,
            {
                match to.0 {
                    // SAFETY: the caller's, and the type is the dtype's.
                    $(DType::$dtype => unsafe { convert_row::<F, $ty>(from, (to.1, to.2), n) },)*
                }
            }
        };
    }
    macro_rules! dtypes {
        ($name:ident) => {
            $name! {
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
        };
    }
    dtypes!(convert_from);
    dtypes!(by_dtype)
}

/// # Safety
/// That of [`convert`], of elements of these types.
unsafe fn convert_row<F: Element + Cast<T>, T: Element>(
    from: (*const u8, isize),
    to: (*mut u8, isize),
    n: usize,
) {
    let (read, write) = (size_of::<F>() as isize, size_of::<T>() as isize);
    if (from.1, to.1) == (read, write) {
        // Strides that the compiler knows, so that it can use vectors.
        // SAFETY: the caller's.
        return unsafe { convert_strided::<F, T>((from.0, read), (to.0, write), n) };
    }
    // SAFETY: the caller's.
    unsafe { convert_strided::<F, T>(from, to, n) }
}

/// # Safety
/// That of [`convert`], of elements of these types.
#[inline(always)]
unsafe fn convert_strided<F: Element + Cast<T>, T: Element>(
    from: (*const u8, isize),
    to: (*mut u8, isize),
    n: usize,
) {
    for index in 0..n as isize {
        // SAFETY: the element with this index is within the rows.
        unsafe {
            let element = from.0.offset(from.1 * index).cast::<F>().read_unaligned();
            to.0.offset(to.1 * index).cast::<T>().write_unaligned(element.cast());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first row cast, with gaps and backwards.
    fn cast<F: Element, T: Element, const N: usize>(from: [F; N]) -> [T; N] {
        let mut to = [T::default(); N];
        // SAFETY: the rows are the arrays.
        unsafe {
            let source = (F::DTYPE, from.as_ptr().cast(), size_of::<F>() as isize);
            convert(source, (T::DTYPE, to.as_mut_ptr().cast(), size_of::<T>() as isize), N);
        }
        let mut gaps = [[T::default(); 2]; N];
        // SAFETY: the rows are the arrays, one of them from its last element on.
        unsafe {
            let source = (F::DTYPE, from.as_ptr().add(N - 1).cast(), -(size_of::<F>() as isize));
            convert(source, (T::DTYPE, gaps.as_mut_ptr().cast(), 2 * size_of::<T>() as isize), N);
        }
        gaps.reverse();
        assert_eq!(gaps.map(|[element, _]| element), to);
        assert!(gaps.iter().all(|[_, gap]| *gap == T::default()));
        to
    }

    #[test]
    fn integers_wrap_and_floats_saturate() {
        assert_eq!(cast::<i64, u8, 3>([-1, 256, 300]), [255, 0, 44]);
        assert_eq!(cast::<u64, i64, 1>([u64::MAX]), [-1]);
        assert_eq!(cast::<f64, i8, 4>([f64::NAN, 1e9, -1e9, -1.9]), [0, 127, -128, -1]);
        assert_eq!(cast::<u64, f32, 1>([u64::MAX]), [18_446_744_073_709_551_615.0]);
    }

    #[test]
    fn what_is_not_zero_is_true() {
        assert_eq!(cast::<f64, bool, 4>([0.0, -0.0, f64::NAN, 0.1]), [false, false, true, true]);
        assert_eq!(cast::<Complex<f32>, bool, 2>([Complex::new(0.0, 0.0), Complex::i()]), [false, true]);
        assert_eq!(cast::<bool, Complex<f64>, 2>([true, false]), [Complex::new(1.0, 0.0), Complex::ZERO]);
    }

    #[test]
    fn numbers_are_the_real_parts() {
        let numbers = [Complex::new(2.5, 1.0), Complex::new(-1.0, f64::INFINITY)];
        assert_eq!(cast::<Complex<f64>, i16, 2>(numbers), [2, -1]);
        assert_eq!(cast::<Complex<f64>, Complex<f32>, 2>(numbers)[0], Complex::new(2.5, 1.0));
        assert_eq!(cast::<f32, Complex<f32>, 2>([0.5, 1.0]).map(|number| number.re), [0.5, 1.0]);
    }
}
