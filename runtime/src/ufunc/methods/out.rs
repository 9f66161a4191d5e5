//! Shapes of what folds give, and NumPy's errors for outputs and masks of other shapes.

use smallvec::SmallVec;

use crate::Error;
use crate::any::Extents;
use crate::call::Kernel;
use crate::gufunc::broadcast::shape_text;
use crate::ufunc::shape;

/// The shapes of a reduction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reduced<'a> {
    pub input: &'a [usize],
    pub folded: &'a [bool],
    pub keepdims: bool,
    pub mask: Option<&'a [usize]>,
}

impl Reduced<'_> {
    /// For each axis of the input that of the result; of an axis along which elements become one, none.
    pub fn axes(&self) -> SmallVec<[Option<usize>; 4]> {
        let mut next = 0;
        let place = |folded: &bool| {
            let place = next;
            next += usize::from(self.keepdims || !folded);
            (!folded).then_some(place)
        };
        self.folded.iter().map(place).collect()
    }

    /// The result's shape.
    pub fn shape(&self) -> Extents {
        let axes = self.input.iter().zip(self.folded).filter(|(_, folded)| self.keepdims || !**folded);
        axes.map(|(extent, folded)| if *folded { 1 } else { *extent }).collect()
    }

    /// Refuses an output of another shape, and a mask that cannot be stretched to the input's.
    pub fn check(&self, out: Option<&[usize]>, kernel: &Kernel<'_>) -> Result<(), Error> {
        if (out, self.mask) == (None, None) {
            return Ok(());
        }
        let refuse = |message: String| Err(Error::refused("ValueError", message, kernel));
        let expected = self.shape();
        if let Some(out) = out.filter(|out| out.len() != expected.len()) {
            let (name, found, expected) = (kernel.name, out.len(), expected.len());
            let kept = if self.keepdims { " (must match the operand's when keepdims=True)" } else { "" };
            return refuse(format!(
                "output parameter for reduction operation {name} has the wrong number of dimensions: \
                 Found {found} but expected {expected}{kept}"
            ));
        }
        if self.mask.is_some_and(|mask| mask.len() > self.input.len()) {
            return refuse("input operand has more dimensions than allowed by the axis remapping".to_owned());
        }
        let Some(whole) = self.broadcast(out) else { return refuse(self.mismatch(out)) };
        if let Some(out) = out {
            self.check_out(out, &expected, kernel)?;
        }
        if whole[..] != *self.input {
            let (own, whole) = (shape::text(self.input), shape::text(&whole));
            return refuse(format!(
                "non-broadcastable operand with shape {own} doesn't match the broadcast shape {whole}"
            ));
        }
        Ok(())
    }

    /// The shape that input, output and mask have together.
    fn broadcast(&self, out: Option<&[usize]>) -> Option<Extents> {
        let mut whole: Extents = self.input.into();
        let mut join = |axis: usize, extent: usize| match (whole[axis], extent) {
            (_, 1) => true,
            (1, _) => {
                whole[axis] = extent;
                true
            }
            (whole, extent) => whole == extent,
        };
        let mask = self.mask.unwrap_or_default();
        let fits =
            mask.iter().enumerate().all(|(axis, extent)| join(axis + self.input.len() - mask.len(), *extent));
        let mut axes = self.axes().into_iter().enumerate();
        let out_fits =
            out.is_none_or(|out| axes.all(|(axis, own)| own.is_none_or(|own| join(axis, out[own]))));
        (fits && out_fits).then_some(whole)
    }

    fn check_out(&self, out: &[usize], expected: &[usize], kernel: &Kernel<'_>) -> Result<(), Error> {
        let reduced: Extents = self
            .folded
            .iter()
            .enumerate()
            .filter(|(_, folded)| self.keepdims && **folded)
            .map(|(axis, _)| axis)
            .collect();
        for (axis, (found, expected)) in out.iter().zip(expected).enumerate() {
            let message = if reduced.contains(&axis) && *found != 1 {
                format!(
                    "operand was set up as a reduction along axis {axis}, but the length of the axis is \
                     {found} (it has to be 1)"
                )
            } else if *found == 1 && *expected != 1 {
                format!(
                    "output operand requires a reduction along dimension {axis}, but the reduction is not \
                     enabled. The dimension size of 1 does not match the expected output shape."
                )
            } else {
                continue;
            };
            return Err(Error::refused("ValueError", message, kernel));
        }
        Ok(())
    }

    #[cold]
    fn mismatch(&self, out: Option<&[usize]>) -> String {
        let mut operands = String::new();
        if let Some(out) = out {
            let own: Vec<Option<usize>> = out.iter().copied().map(Some).collect();
            let remapped: Vec<Option<usize>> = match self.keepdims {
                true => own.clone(),
                false => self.axes().iter().map(|axis| axis.map(|axis| out[axis])).collect(),
            };
            operands += &format!("{}->{} ", shape_text(&own), shape_text(&remapped));
        }
        for own in [Some(self.input), self.mask].into_iter().flatten() {
            operands += &format!("{} ", shape::text(own));
        }
        format!(
            "operands could not be broadcast together with remapped shapes [original->remapped]: {operands}"
        )
    }
}

/// Refuses an output of `accumulate` or `reduceat` that has another shape than the results. Of the
/// operands that are read, the axes as they take part in broadcasting.
pub(crate) fn check_shape(
    out: &[usize],
    expected: &[usize],
    read: &[(&[usize], &[Option<usize>])],
    kernel: &Kernel<'_>,
) -> Result<(), Error> {
    if out == expected {
        return Ok(());
    }
    let given = |shape: &[usize]| shape.iter().copied().map(Some).collect::<Vec<_>>();
    let pairs = || out.iter().zip(expected);
    let message = if out.len() == expected.len()
        && pairs().all(|(out, expected)| out == expected || *out == 1)
    {
        let (own, whole) = (given(out), shape_text(&given(expected)));
        let remapped: Vec<_> = own.iter().rev().copied().collect();
        let (own, remapped) = (shape_text(&own), shape_text(&remapped));
        format!(
            "non-broadcastable output operand with shape {own} [remapped to {remapped}] doesn't match the \
             broadcast shape {whole}"
        )
    } else {
        let mut operands = format!("{0}->{0} ", shape_text(&given(out)));
        for (own, axes) in read {
            operands += &format!("{}->{} ", shape_text(&given(own)), shape_text(axes));
        }
        format!(
            "operands could not be broadcast together with remapped shapes [original->remapped]: {operands}"
        )
    };
    Err(Error::refused("ValueError", message, kernel))
}
