//! The shape that the operands of a ufunc have together, or NumPy's errors.

use std::fmt::Write;

use pykernel_abi::MAX_EXTENT;

use crate::Error;
use crate::any::Extents;
use crate::call::Kernel;

/// An operand's shape as it takes part in broadcasting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shaped<'a> {
    pub shape: &'a [usize],
    /// Whether the call writes it, so that nothing may be repeated in it.
    pub written: bool,
}

/// The shape of a call. Written operands count too: what is read may be repeated in them.
pub(crate) fn broadcast<'a>(
    operands: impl Iterator<Item = Shaped<'a>> + Clone,
    kernel: &Kernel<'_>,
) -> Result<Extents, Error> {
    let rank = operands.clone().map(|operand| operand.shape.len()).max().unwrap_or(0);
    let mut shape = Extents::from_elem(1, rank);
    for operand in operands.clone() {
        for (extent, own) in shape[rank - operand.shape.len()..].iter_mut().zip(operand.shape) {
            match *own {
                1 => {}
                own if *extent == 1 => *extent = own,
                own if own == *extent => {}
                _ => return Err(mismatch(operands, kernel)),
            }
        }
    }
    for Shaped { shape: own, .. } in operands.filter(|operand| operand.written) {
        if own != &shape[..] {
            let (own, shape) = (text(own), text(&shape));
            let message = format!(
                "non-broadcastable output operand with shape {own} doesn't match the broadcast shape {shape}"
            );
            return Err(Error::refused("ValueError", message, kernel));
        }
    }
    let iterations = shape.iter().try_fold(1usize, |product, extent| product.checked_mul(*extent));
    match iterations {
        _ if shape.contains(&0) => Ok(shape),
        Some(iterations) if iterations as u64 <= MAX_EXTENT as u64 => Ok(shape),
        _ => Err(Error::refused("ValueError", "iterator is too large".to_owned(), kernel)),
    }
}

#[cold]
fn mismatch<'a>(operands: impl Iterator<Item = Shaped<'a>>, kernel: &Kernel<'_>) -> Error {
    let mut message = "operands could not be broadcast together with shapes ".to_owned();
    for operand in operands {
        // Writing to a string cannot fail.
        let _ = write!(message, "{} ", text(operand.shape));
    }
    Error::refused("ValueError", message, kernel)
}

/// A shape as NumPy prints it in errors: without blanks.
pub(crate) fn text(shape: &[usize]) -> String {
    match shape {
        [one] => format!("({one},)"),
        _ => {
            let extents: Vec<String> = shape.iter().map(usize::to_string).collect();
            format!("({})", extents.join(","))
        }
    }
}
