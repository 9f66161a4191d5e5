//! New arrays, or NumPy's errors where they are too large.

use crate::Error;
use crate::any::{AnyArray, Extents};
use crate::call::Kernel;
use crate::dtype::DType;
use crate::view::tuple;

/// An array of zeros, contiguous in the order C.
pub(crate) fn zeros(dtype: DType, shape: &[usize], kernel: &Kernel<'_>) -> Result<AnyArray, Error> {
    let mut extents = shape.iter().map(|extent| (*extent).max(1));
    let bytes = extents.try_fold(dtype.size(), usize::checked_mul);
    let Some(bytes) = bytes.filter(|bytes| isize::try_from(*bytes).is_ok()) else {
        return Err(too_big(kernel));
    };
    AnyArray::try_zeros(dtype, shape).ok_or_else(|| no_memory(bytes, dtype, shape, kernel))
}

/// An array of zeros that is contiguous, its axes from the outermost to the innermost in this order.
pub(crate) fn zeros_in_order(
    dtype: DType,
    shape: &[usize],
    order: &[usize],
    kernel: &Kernel<'_>,
) -> Result<AnyArray, Error> {
    if order.is_sorted() {
        return zeros(dtype, shape, kernel);
    }
    let extents: Extents = order.iter().map(|axis| shape[*axis]).collect();
    let mut places = Extents::from_elem(0, shape.len());
    for (place, axis) in order.iter().enumerate() {
        places[*axis] = place;
    }
    Ok(zeros(dtype, &extents, kernel)?.permuted(&places))
}

/// An array has more bytes than there are addresses.
#[cold]
pub(crate) fn too_big(kernel: &Kernel<'_>) -> Error {
    let message =
        "array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum possible size.";
    Error::refused("ValueError", message.to_owned(), kernel)
}

/// The system has no memory for an array.
#[cold]
pub(crate) fn no_memory(bytes: usize, dtype: DType, shape: &[usize], kernel: &Kernel<'_>) -> Error {
    let (bytes, shape) = (size_text(bytes), tuple(shape));
    let message = format!("Unable to allocate {bytes} for an array with shape {shape} and data type {dtype}");
    Error::refused("MemoryError", message, kernel)
}

/// A number of bytes as NumPy prints it: with three figures, unless there are more before the point.
fn size_text(bytes: usize) -> String {
    const UNITS: [&str; 7] = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let (mut number, mut unit) = (bytes as f64, 0);
    while number.round_ties_even() >= 1024.0 && unit + 1 < UNITS.len() {
        number /= 1024.0;
        unit += 1;
    }
    let unit_name = UNITS[unit];
    match number {
        _ if unit == 0 => format!("{number} {unit_name}"),
        n if n < 9.995 => format!("{number:.2} {unit_name}"),
        n if n < 99.95 => format!("{number:.1} {unit_name}"),
        _ => format!("{number:.0}. {unit_name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_numpys() {
        let sizes =
            [(800, "800 bytes"), (1 << 10, "1.00 KiB"), (10 << 20, "10.0 MiB"), (512 << 50, "512. PiB")];
        for (bytes, text) in sizes.into_iter().chain([(1010 << 20, "1010. MiB"), (1_048_570, "1.00 MiB")]) {
            assert_eq!(size_text(bytes), text);
        }
    }

    #[test]
    fn what_is_too_large_is_an_error() {
        let kernel = Kernel { name: "f", file: "k.py", line: 3 };
        let refused = |shape: &[usize]| zeros(DType::Float64, shape, &kernel).unwrap_err();
        assert!(refused(&[1 << 40, 1 << 40]).message().starts_with("array is too big"));
        assert!(refused(&[0, 1 << 62, 1 << 62]).message().starts_with("array is too big"));
        let error = refused(&[1 << 28, 1 << 28]);
        assert_eq!(error.class(), "MemoryError");
        let message = "Unable to allocate 512. PiB for an array with shape (268435456, 268435456) and data type float64";
        assert_eq!(error.message(), message);
    }
}
