//! The loop dimensions of a call, broadcast as NumPy's iterator does, with its errors.

use std::fmt::Write;

use super::axes::Placements;
use super::operands::Operands;
use crate::Error;
use crate::any::Extents;

/// What the operands' loop dimensions are together.
#[derive(Debug)]
pub(crate) struct Broadcast<'a> {
    pub operands: &'a Operands<'a>,
    pub placements: &'a Placements,
    /// How many loop dimensions there are.
    pub loops: usize,
    /// The sizes of the core dimensions.
    pub sizes: &'a Extents,
    /// Of each core dimension, whether it is left out.
    pub missing: &'a [bool],
}

impl Broadcast<'_> {
    /// The extents of the loop dimensions.
    pub fn shape(&self) -> Result<Extents, Error> {
        let mut shape = Extents::from_elem(1, self.loops);
        for (operand, extents) in self.operands.given() {
            let placement = &self.placements[operand];
            let first = self.loops - placement.loops;
            for (dimension, extent) in shape[first..].iter_mut().enumerate() {
                match extents[placement.axis(dimension)] {
                    1 => {}
                    own if *extent == 1 => *extent = own,
                    own if own == *extent => {}
                    _ => return Err(self.mismatch()),
                }
            }
        }
        self.check_kept()?;
        self.check_written(&shape)?;
        Ok(shape)
    }

    /// The dimensions that `keepdims` gives to outputs have size 1.
    fn check_kept(&self) -> Result<(), Error> {
        for (operand, extents) in
            self.operands.given().filter(|(operand, _)| self.operands.is_output(*operand))
        {
            let placement = &self.placements[operand];
            let kept = self.operands.core(operand).is_empty();
            let mut core = (placement.loops..placement.loops + placement.core).map(|at| placement.axis(at));
            if kept && core.any(|axis| extents[axis] != 1) {
                return Err(self.mismatch());
            }
        }
        Ok(())
    }

    /// Nothing that is written is broadcast.
    fn check_written(&self, shape: &[usize]) -> Result<(), Error> {
        for (operand, extents) in
            self.operands.given().filter(|(operand, _)| self.operands.is_written(*operand))
        {
            let placement = &self.placements[operand];
            for (dimension, _) in shape.iter().enumerate().rev().filter(|(_, extent)| **extent != 1) {
                let axis = dimension.checked_sub(self.loops - placement.loops).map(|own| placement.axis(own));
                match axis {
                    Some(axis) if extents[axis] != 1 => {}
                    Some(_) if self.operands.is_output(operand) => {
                        return Err(self.stretched(operand, extents, shape));
                    }
                    _ => return Err(self.reduced(axis)),
                }
            }
        }
        Ok(())
    }

    /// The axes of an operand in NumPy's iterator: the loop's dimensions, then the core dimensions
    /// of each output, of which it has its own.
    fn iterated(&self, operand: usize) -> Vec<Option<usize>> {
        let placement = &self.placements[operand];
        let mut axes = vec![None; self.loops - placement.loops];
        axes.extend((0..placement.loops).map(|dimension| Some(placement.axis(dimension))));
        for output in self.operands.table.n_inputs()..self.operands.len() {
            let core = (placement.loops..).take(self.placements[output].core);
            axes.extend(core.map(|dimension| (output == operand).then(|| placement.axis(dimension))));
        }
        axes
    }

    /// What NumPy asks of its iterator: no sizes of the loop's dimensions, and those of the outputs' cores.
    fn requested(&self, loops: &[Option<usize>]) -> Vec<Option<usize>> {
        let mut shape = loops.to_vec();
        for output in self.operands.table.n_inputs()..self.operands.len() {
            let core = self.operands.core(output);
            let core = core.iter().filter(|dimension| !self.missing[**dimension]);
            let sizes = core.map(|dimension| self.sizes[*dimension]).chain(std::iter::repeat(1));
            shape.extend(sizes.take(self.placements[output].core).map(Some));
        }
        shape
    }

    #[cold]
    fn mismatch(&self) -> Error {
        let mut message =
            "operands could not be broadcast together with remapped shapes [original->remapped]: ".to_owned();
        for (operand, extents) in self.operands.given() {
            let own: Vec<Option<usize>> = extents.iter().copied().map(Some).collect();
            let remapped =
                self.iterated(operand).iter().map(|axis| axis.map(|axis| extents[axis])).collect::<Vec<_>>();
            // Writing to a string cannot fail.
            let _ = write!(message, "{}->{} ", shape_text(&own), shape_text(&remapped));
        }
        let requested = shape_text(&self.requested(&vec![None; self.loops]));
        let _ = write!(message, " and requested shape {requested}");
        Error::refused("ValueError", message, &self.operands.table.kernel)
    }

    /// An output has extent 1 where the loop has more. NumPy prints its dimensions from last to first.
    #[cold]
    fn stretched(&self, operand: usize, extents: &[usize], loops: &[usize]) -> Error {
        let own: Vec<Option<usize>> = extents.iter().copied().map(Some).collect();
        let axes = self.iterated(operand);
        let remapped: Vec<Option<usize>> =
            axes.iter().rev().map(|axis| axis.map(|axis| extents[axis])).collect();
        let loops: Vec<Option<usize>> = loops.iter().copied().map(Some).collect();
        let message = format!(
            "non-broadcastable output operand with shape {} [remapped to {}] doesn't match the broadcast shape {}",
            shape_text(&own),
            shape_text(&remapped),
            shape_text(&self.requested(&loops)),
        );
        Error::refused("ValueError", message, &self.operands.table.kernel)
    }

    /// What is written has no dimension, or extent 1, where the loop has more.
    #[cold]
    fn reduced(&self, axis: Option<usize>) -> Error {
        let axis = axis.map_or("-1".to_owned(), |axis| axis.to_string());
        let message = format!(
            "output operand requires a reduction along dimension {axis}, but the reduction is not enabled. \
             The dimension size of 1 does not match the expected output shape."
        );
        Error::refused("ValueError", message, &self.operands.table.kernel)
    }
}

/// A shape as NumPy prints it in errors: without spaces, and without leading new axes.
pub(crate) fn shape_text(shape: &[Option<usize>]) -> String {
    let given = shape.iter().skip_while(|extent| extent.is_none());
    let texts: Vec<String> =
        given.map(|extent| extent.map_or("newaxis".to_owned(), |extent| extent.to_string())).collect();
    match (texts.as_slice(), shape) {
        ([one], [_]) => format!("({one},)"),
        _ => format!("({})", texts.join(",")),
    }
}
