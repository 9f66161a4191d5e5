//! A call of a gufunc, from views to results.

use smallvec::SmallVec;

use super::axes::{Placement, Placements, Placing};
use super::broadcast::Broadcast;
use super::buffer::{Memory, duplicate};
use super::operand::{Operand, overlap};
use super::operands::Operands;
use super::parallel;
use super::plan;
use super::run::{Addresses, Job};
use super::sizes::{Ranks, sizes};
use crate::Error;
use crate::allocate::{too_big, zeros};
use crate::any::{AnyArray, Extents, RawView};
use crate::call::Layout;
use crate::ufunc::{Loop, Table};
use crate::view::tuple;
use pykernel_abi::MAX_EXTENT;

/// The operands as the loop goes through them.
type Arranged<'a> = SmallVec<[Operand<'a>; 4]>;

/// A gufunc, one of its loops, and how a call places the core dimensions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Invocation<'a> {
    pub table: &'a Table<'a>,
    pub inner: &'a Loop<'a>,
    pub placing: Placing<'a>,
    pub parallel: bool,
}

/// The dimensions of a call.
pub(crate) struct Resolved {
    ranks: Ranks,
    placements: Placements,
    /// The sizes of the core dimensions.
    pub sizes: Extents,
    /// The extents of the loop dimensions.
    pub shape: Extents,
}

impl Resolved {
    /// Finds them, or NumPy's errors.
    pub fn new(operands: &Operands<'_>, placing: &Placing<'_>) -> Result<Self, Error> {
        placing.check(operands.table)?;
        let (ranks, mut placements) = (Ranks::new(operands, placing.keepdims)?, Placements::new());
        let loops = placing.place(operands, &ranks, &mut placements)?;
        let sizes = sizes(operands, &ranks, &placements)?;
        let missing = &ranks.missing;
        let broadcast = Broadcast { operands, placements: &placements, loops, sizes: &sizes, missing };
        let shape = broadcast.shape()?;
        Ok(Resolved { ranks, placements, sizes, shape })
    }

    /// How many iterations there are.
    pub fn iterations(&self, table: &Table<'_>) -> Result<usize, Error> {
        if self.shape.contains(&0) {
            return Ok(0);
        }
        match self.shape.iter().try_fold(1usize, |product, extent| product.checked_mul(*extent)) {
            Some(iterations) if iterations as u64 <= MAX_EXTENT as u64 => Ok(iterations),
            _ => Err(Error::refused("ValueError", "iterator is too large".to_owned(), &table.kernel)),
        }
    }

    /// The extents of an output that the call makes: the loop's, then the core's in the order of the layout.
    fn extents(&self, core: &[usize], output: usize) -> Extents {
        let present = core.iter().filter(|dimension| !self.ranks.missing[**dimension]);
        let mut extents = self.shape.clone();
        extents.extend(present.map(|dimension| self.sizes[*dimension]));
        extents.resize(self.shape.len() + self.placements[output].core, 1);
        extents
    }

    /// The axis of an operand that goes along a loop dimension.
    #[cfg(feature = "cuda")]
    pub fn axis_of(&self, operand: usize, dimension: usize) -> Option<usize> {
        let placement = &self.placements[operand];
        let own = dimension.checked_sub(self.shape.len() - placement.loops)?;
        Some(placement.axis(own))
    }

    /// The shape of an output that the call makes, with its axes where the call places them.
    #[cfg(feature = "cuda")]
    pub fn output(&self, core: &[usize], output: usize) -> Extents {
        let extents = self.extents(core, output);
        let mut shape = extents.clone();
        for (dimension, extent) in extents.iter().enumerate() {
            shape[self.placements[output].axis(dimension)] = *extent;
        }
        shape
    }
}

impl<'a> Invocation<'a> {
    /// Calls it on inputs and outputs; makes and gives the outputs that are not there.
    ///
    /// # Safety
    /// The inner loop is one of the table's layout and its own types. The views are of elements that
    /// nobody writes meanwhile; those that the loop writes, of elements that nobody else touches,
    /// but an input may share them.
    pub unsafe fn run(&self, views: &[Option<&RawView>]) -> Result<Vec<AnyArray>, Error> {
        // SAFETY: the caller's.
        if let Some(result) = unsafe { self.single(views) } {
            return result;
        }
        let shapes: SmallVec<[Option<&[usize]>; 4]> =
            views.iter().map(|view| view.map(|view| &view.shape[..])).collect();
        let operands = Operands { table: self.table, shapes: &shapes };
        let resolved = Resolved::new(&operands, &self.placing)?;
        let iterations = resolved.iterations(self.table)?;
        let mut arranged = Arranged::new();
        let mut made = Vec::new();
        for (index, view) in views.iter().enumerate() {
            arranged.push(match view {
                Some(view) => self.arrange(operands.core(index), index, view, &resolved)?,
                None => self.make(&operands, index, &resolved, &mut made)?,
            });
        }
        if iterations > 0 {
            // SAFETY: the caller's, and new outputs are the call's own.
            unsafe { self.go(&mut arranged, &resolved) }?;
        }
        let mut outputs = (0..views.len()).filter(|index| views[*index].is_none());
        let finish = |array| match outputs.next() {
            Some(output) => finish(array, &resolved.placements[output], self.inner.layouts[output]),
            None => unreachable!("bug in pykernel: more arrays were made than asked for"),
        };
        Ok(made.into_iter().map(finish).collect())
    }

    /// An operand that is given, with its core dimensions. Blocks that are not cast must lie as the loop asks.
    pub fn arrange<'r>(
        &self,
        core: &'r [usize],
        index: usize,
        view: &RawView,
        resolved: &'r Resolved,
    ) -> Result<Operand<'r>, Error> {
        let Resolved { ranks, placements, sizes, shape } = resolved;
        let operand = Operand::of_view(view, &placements[index], shape.len(), core, ranks, sizes);
        if operand.dtype == self.inner.types[index] && !operand.fits(self.inner.layouts[index], sizes) {
            return Err(self.wrong_layout(index, &operand, sizes));
        }
        Ok(operand)
    }

    /// An output that is not given: its blocks one after another.
    fn make<'r>(
        &self,
        operands: &Operands<'a>,
        index: usize,
        resolved: &'r Resolved,
        made: &mut Vec<AnyArray>,
    ) -> Result<Operand<'r>, Error>
    where
        'a: 'r,
    {
        let Resolved { ranks, sizes, shape, .. } = resolved;
        let (dtype, layout) = (self.inner.types[index], self.inner.layouts[index]);
        let dimensions = operands.core(index);
        let has = |dimension: usize| {
            dimension.checked_sub(shape.len()).is_none_or(|core| !ranks.missing[dimensions[core]])
        };
        let Some((mut operand, _)) = Operand::packed(dtype, shape, (dimensions, sizes), layout, has) else {
            return Err(too_big(&self.table.kernel));
        };
        let mut extents = resolved.extents(dimensions, index);
        if layout == Layout::F {
            extents[shape.len()..].reverse();
        }
        let mut array = zeros(dtype, &extents, &self.table.kernel)?;
        operand.data = array.as_mut_ptr();
        made.push(array);
        Ok(operand)
    }

    /// Runs the loop, which has iterations.
    ///
    /// # Safety
    /// That of [`Invocation::run`].
    unsafe fn go<'r>(&self, operands: &mut Arranged<'r>, resolved: &'r Resolved) -> Result<(), Error> {
        // SAFETY: the caller's.
        let _memory = unsafe { self.part(operands, &resolved.shape, &resolved.sizes) }?;
        let dims = plan::dims(&resolved.shape, operands, self.inner.raises);
        let at: Addresses = operands.iter().map(|operand| operand.data).collect();
        let (sizes, masked) = (&resolved.sizes, false);
        let job = Job { table: self.table, inner: self.inner, operands, sizes, masked };
        if self.parallel {
            // SAFETY: the caller's; inputs share nothing with what is written.
            return unsafe { parallel::run(job, &dims, at) };
        }
        let iterations = dims.iter().map(|dim| dim.extent).product();
        // SAFETY: as above.
        unsafe { job.run(&dims, at, 0..iterations) }
    }

    /// Duplicates the inputs that share memory with what the loop writes.
    ///
    /// # Safety
    /// That of [`Invocation::run`].
    unsafe fn part<'r>(
        &self,
        operands: &mut Arranged<'r>,
        shape: &[usize],
        sizes: &'r [usize],
    ) -> Result<Vec<Memory>, Error> {
        let mut memory = Vec::new();
        for input in (0..self.table.n_inputs()).filter(|input| !self.table.writable.contains(input)) {
            let range = operands[input].range(shape, sizes);
            let written = (self.table.n_inputs()..operands.len()).chain(self.table.writable.iter().copied());
            let mut ranges = written.map(|operand| operands[operand].range(shape, sizes));
            if ranges.any(|written| overlap(&range, &written)) {
                let (layout, kernel) = (self.inner.layouts[input], &self.table.kernel);
                // SAFETY: the caller's.
                let (operand, own) = unsafe { duplicate(&operands[input], shape, sizes, layout, kernel) }?;
                operands[input] = operand;
                memory.push(own);
            }
        }
        Ok(memory)
    }

    #[cold]
    fn wrong_layout<'r>(&self, index: usize, operand: &Operand<'r>, sizes: &'r [usize]) -> Error {
        let (name, rank) = (self.table.kernel.name, operand.core.len());
        let role = match index.checked_sub(self.table.n_inputs()) {
            None => format!("input {index}"),
            Some(output) => format!("output {output}"),
        };
        let mut axes = vec![":"; rank];
        match self.inner.layouts[index] {
            Layout::C => axes[rank - 1] = "::1",
            Layout::F => axes[0] = "::1",
            Layout::Any => {}
        }
        let ty = format!("{}[{}]", operand.dtype, axes.join(", "));
        let (shape, strides) =
            (tuple(&operand.sizes(sizes).collect::<Extents>()), tuple(operand.core_strides()));
        let message =
            format!("{name}() {role} must be {ty}, got shape {shape} with strides {strides} in bytes");
        Error::refused("TypeError", message, &self.table.kernel)
    }
}

/// An array that has the loop's dimensions first, and core dimensions in the order of the layout, with
/// its axes where the call places them.
fn finish(array: AnyArray, placement: &Placement, layout: Layout) -> AnyArray {
    let (loops, rank) = (placement.loops, placement.loops + placement.core);
    let made = |dimension: usize| match layout {
        Layout::F if dimension >= loops => loops + rank - 1 - dimension,
        Layout::F | Layout::C | Layout::Any => dimension,
    };
    if placement.order.is_none() && (layout != Layout::F || placement.core < 2) {
        return array;
    }
    let mut axes = Extents::from_elem(0, rank);
    for dimension in 0..rank {
        axes[placement.axis(dimension)] = made(dimension);
    }
    array.permuted(&axes)
}
