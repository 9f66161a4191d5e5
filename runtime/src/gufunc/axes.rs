//! Which axes of the operands are core: `axis=`, `axes=`, `keepdims=`.

use smallvec::SmallVec;

use super::operands::Operands;
use super::sizes::Ranks;
use crate::Error;
use crate::any::Extents;
use crate::ufunc::Table;

/// The axes of one operand that are core dimensions: an item of NumPy's `axes=`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CoreAxes {
    /// An integer, which operands with one core dimension may be given.
    One(isize),
    /// A tuple, with an axis for each core dimension.
    Tuple(Vec<isize>),
}

impl From<isize> for CoreAxes {
    fn from(axis: isize) -> Self {
        CoreAxes::One(axis)
    }
}

impl<const N: usize> From<[isize; N]> for CoreAxes {
    fn from(axes: [isize; N]) -> Self {
        CoreAxes::Tuple(axes.to_vec())
    }
}

impl From<Vec<isize>> for CoreAxes {
    fn from(axes: Vec<isize>) -> Self {
        CoreAxes::Tuple(axes)
    }
}

/// What a call says of the axes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Placing<'a> {
    /// The axis of all operands with core dimensions.
    pub axis: Option<isize>,
    /// An item for each operand, or for the inputs.
    pub axes: Option<&'a [CoreAxes]>,
    /// Whether outputs keep the inputs' core dimensions with size 1.
    pub keepdims: bool,
}

/// Where an operand's dimensions are. NumPy's order of dimensions is the loop's and then the core's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Placement {
    /// How many dimensions are the loop's.
    pub loops: usize,
    /// How many are core.
    pub core: usize,
    /// The axis of each dimension, if it is not the dimension itself.
    pub order: Option<Box<[usize]>>,
}

impl Placement {
    /// The axis of a dimension.
    pub fn axis(&self, dimension: usize) -> usize {
        self.order.as_ref().map_or(dimension, |order| order[dimension])
    }
}

/// The placements of all operands.
pub(crate) type Placements = SmallVec<[Placement; 4]>;

impl Placing<'_> {
    /// Whether core dimensions are the last ones, and gone from results.
    pub fn is_natural(&self) -> bool {
        self.axis.is_none() && self.axes.is_none() && !self.keepdims
    }

    /// Whether the layout lets a call say what this one does.
    pub fn check(&self, table: &Table<'_>) -> Result<(), Error> {
        if self.keepdims {
            check_keepdims(table)?;
        }
        let dimensions = table.layout.dimensions.len();
        if self.axis.is_some() && dimensions != 1 {
            let (name, signature) = (table.kernel.name, &table.layout);
            let message = format!(
                "{name}: axis can only be used with a single shared core dimension, not with the {dimensions} \
                 distinct ones implied by signature {signature}."
            );
            return Err(Error::refused("TypeError", message, &table.kernel));
        }
        Ok(())
    }

    /// Adds where the dimensions of each operand are; gives how many loop dimensions there are.
    pub fn place(
        &self,
        operands: &Operands<'_>,
        ranks: &Ranks,
        placements: &mut Placements,
    ) -> Result<usize, Error> {
        let loops = operands.given().map(|(operand, shape)| shape.len() - ranks.core[operand]).max();
        let loops = loops.unwrap_or(0);
        for (shape, &core) in operands.shapes.iter().zip(&ranks.core) {
            let loops = shape.map_or(loops, |shape| shape.len() - core);
            placements.push(Placement { loops, core, order: None });
        }
        match (self.axes, self.axis) {
            (Some(axes), _) => place_each(operands, axes, placements)?,
            (None, Some(axis)) => place_one(operands.table, axis, placements)?,
            (None, None) => {}
        }
        Ok(loops)
    }
}

/// NumPy's keepdims: for reductions alone.
fn check_keepdims(table: &Table<'_>) -> Result<(), Error> {
    let (inputs, outputs) = (table.layout.inputs, table.layout.outputs);
    let shared = inputs.first().map_or(0, |core| core.len());
    let input =
        inputs.iter().position(|core| core.len() != shared).map(|index| ("input", index, inputs[index]));
    let output = || outputs.iter().position(|core| !core.is_empty());
    let output = || output().map(|index| ("output", index, outputs[index]));
    let Some((role, index, core)) = input.or_else(output) else { return Ok(()) };
    let (name, signature) = (table.kernel.name, &table.layout);
    let message = format!(
        "{name} does not support keepdims: its signature {signature} requires {role} {index} to have {found} core \
         dimensions, but keepdims can only be used when all inputs have the same number of core dimensions \
         and all outputs have no core dimensions.",
        found = core.len(),
    );
    Err(Error::refused("TypeError", message, &table.kernel))
}

/// One axis becomes the last dimension of all operands that have a core.
fn place_one(table: &Table<'_>, axis: isize, placements: &mut Placements) -> Result<(), Error> {
    for placement in placements.iter_mut().filter(|placement| placement.core > 0) {
        let rank = placement.loops + placement.core;
        let axis = absolute(table, axis, rank)?;
        let others = (0..rank).filter(|other| *other != axis);
        placement.order = Some(others.chain([axis]).collect());
    }
    Ok(())
}

/// Each operand has its axes.
fn place_each(operands: &Operands<'_>, axes: &[CoreAxes], placements: &mut Placements) -> Result<(), Error> {
    let Operands { table, .. } = operands;
    let bare = table.layout.outputs.iter().all(|core| core.is_empty());
    if axes.len() != operands.len() && !(axes.len() == table.n_inputs() && bare) {
        let message = format!(
            "axes should be a list with an entry for all {} inputs and outputs; entries for outputs can only be \
             omitted if none of them has core axes.",
            operands.len()
        );
        return Err(Error::refused("ValueError", message, &table.kernel));
    }
    for (operand, (item, placement)) in axes.iter().zip(placements).enumerate() {
        let order = order(operands, operand, item, placement)?;
        placement.order = Some(order.into_vec().into_boxed_slice());
    }
    Ok(())
}

/// The loop dimensions in the order of the axes that an item leaves, then the axes of the item.
fn order(
    operands: &Operands<'_>,
    operand: usize,
    item: &CoreAxes,
    placement: &Placement,
) -> Result<Extents, Error> {
    let (table, rank) = (operands.table, placement.loops + placement.core);
    let axes = match item {
        CoreAxes::One(axis) if placement.core == 1 => std::slice::from_ref(axis),
        CoreAxes::Tuple(axes) if placement.core == axes.len() => axes,
        CoreAxes::One(_) | CoreAxes::Tuple(_) => {
            return Err(wrong_number(operands, operand, item, placement));
        }
    };
    let mut core = Extents::new();
    for axis in axes {
        let axis = absolute(table, *axis, rank)?;
        if core.contains(&axis) {
            let message = format!("axes item {operand} has value {axis} repeated");
            return Err(Error::refused("ValueError", message, &table.kernel));
        }
        core.push(axis);
    }
    let others = (0..rank).filter(|axis| !core.contains(axis));
    Ok(others.chain(core.iter().copied()).collect())
}

#[cold]
fn wrong_number(operands: &Operands<'_>, operand: usize, item: &CoreAxes, placement: &Placement) -> Error {
    let given = match item {
        CoreAxes::One(_) => "the axes item is a single integer.".to_owned(),
        CoreAxes::Tuple(axes) => format!("{} dimensions are specified by axes tuple.", axes.len()),
    };
    let core = placement.core;
    operands.refuse("AxisError", &format!("operand {operand} has {core} core dimensions, but {given}"))
}

/// An axis counted from the front.
pub(crate) fn absolute(table: &Table<'_>, axis: isize, rank: usize) -> Result<usize, Error> {
    let absolute = if axis < 0 { axis.checked_add_unsigned(rank) } else { Some(axis) };
    match absolute.and_then(|axis| usize::try_from(axis).ok()) {
        Some(axis) if axis < rank => Ok(axis),
        _ => {
            let message = format!("axis {axis} is out of bounds for array of dimension {rank}");
            Err(Error::refused("AxisError", message, &table.kernel))
        }
    }
}
