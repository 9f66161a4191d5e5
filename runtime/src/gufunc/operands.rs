//! What a call of a gufunc is about: the operands' shapes, and how errors name them.

use crate::Error;
use crate::ufunc::{CoreLayout, Table};

/// The operands of a call: the inputs, then the outputs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operands<'a> {
    /// The gufunc.
    pub table: &'a Table<'a>,
    /// The shape of each; `None` of an output that the call makes.
    pub shapes: &'a [Option<&'a [usize]>],
}

impl<'a> Operands<'a> {
    /// The core dimensions that the layout gives to an operand.
    pub fn core(&self, operand: usize) -> &'a [usize] {
        core(&self.table.layout, operand)
    }

    /// How many operands there are.
    pub fn len(&self) -> usize {
        self.shapes.len()
    }

    /// Whether an operand is an output.
    pub fn is_output(&self, operand: usize) -> bool {
        operand >= self.table.n_inputs()
    }

    /// Whether a loop writes an operand, so that nothing may be broadcast in it.
    pub fn is_written(&self, operand: usize) -> bool {
        self.is_output(operand) || self.table.writable.contains(&operand)
    }

    /// The operands that there are, with their shapes.
    pub fn given(&self) -> impl Iterator<Item = (usize, &'a [usize])> + use<'a> {
        self.shapes.iter().enumerate().filter_map(|(operand, shape)| shape.map(|shape| (operand, shape)))
    }

    /// How NumPy names an operand: `Input operand 1`.
    pub fn name(&self, operand: usize) -> String {
        match operand.checked_sub(self.table.n_inputs()) {
            None => format!("Input operand {operand}"),
            Some(output) => format!("Output operand {output}"),
        }
    }

    /// An error that begins with the gufunc's name.
    #[cold]
    pub fn refuse(&self, class: &str, message: &str) -> Error {
        let kernel = &self.table.kernel;
        Error::refused(class, format!("{}: {message}", kernel.name), kernel)
    }
}

/// The core dimensions of an operand.
pub(crate) fn core<'a>(layout: &CoreLayout<'a>, operand: usize) -> &'a [usize] {
    match operand.checked_sub(layout.inputs.len()) {
        None => layout.inputs[operand],
        Some(output) => layout.outputs[output],
    }
}
