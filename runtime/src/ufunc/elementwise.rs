//! Runs a loop of a ufunc over operands that broadcast.

use smallvec::SmallVec;

use super::shape::{Shaped, broadcast};
use super::{Loop, Table};
use crate::Error;
use crate::allocate::zeros_in_order;
use crate::any::{AnyArray, RawView};
use crate::call::Layout;
use crate::gufunc::buffer::{Memory, duplicate};
use crate::gufunc::operand::{Operand, overlap};
use crate::gufunc::run::{Addresses, Job};
use crate::gufunc::{parallel, plan};

/// Arrays that a call makes: most make one.
pub(crate) type Made = SmallVec<[AnyArray; 1]>;

/// The operands as the loop goes through them: the inputs, the outputs, a mask.
type Operands<'a> = SmallVec<[Operand<'a>; 4]>;

/// A ufunc, one of its loops, and where a call leaves elements as they are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Elementwise<'a> {
    pub table: &'a Table<'a>,
    pub inner: &'a Loop<'a>,
    pub mask: Option<&'a RawView>,
    pub parallel: bool,
}

impl Elementwise<'_> {
    /// Calls it on inputs and outputs; makes and gives the outputs that are not there, which have zeros
    /// where a mask leaves them out.
    ///
    /// # Safety
    /// The inner loop is one of the table's layout and its own types, and the mask is of `bool`s. The
    /// views are of elements that nobody writes meanwhile; those that the loop writes, of elements that
    /// nobody else touches, but an input may share them.
    pub unsafe fn run(&self, views: &[Option<&RawView>]) -> Result<Made, Error> {
        let given = views.iter().enumerate().filter_map(|(index, view)| view.map(|view| (index, view)));
        let given =
            given.map(|(index, view)| Shaped { shape: &view.shape, written: self.table.writes(index) });
        let mask = self.mask.map(|mask| Shaped { shape: &mask.shape, written: false });
        let shape = broadcast(given.chain(mask), &self.table.kernel)?;
        let mut operands: Operands<'_> =
            views[..self.table.n_inputs()].iter().flatten().map(|view| stretched(view, &shape)).collect();
        let mut made = Made::new();
        let order = plan::order(shape.len(), &operands);
        for (index, view) in views.iter().enumerate().skip(self.table.n_inputs()) {
            operands.push(match view {
                Some(view) => stretched(view, &shape),
                None => self.make(index, &shape, &order, &mut made)?,
            });
        }
        operands.extend(self.mask.map(|mask| stretched(mask, &shape)));
        if !shape.contains(&0) {
            // SAFETY: the caller's, and new outputs are the call's own.
            unsafe { self.go(&mut operands, &shape) }?;
        }
        Ok(made)
    }

    /// An output that is not given: it lies in memory as the inputs do.
    fn make(
        &self,
        index: usize,
        shape: &[usize],
        order: &[usize],
        made: &mut Made,
    ) -> Result<Operand<'static>, Error> {
        let array = zeros_in_order(self.inner.types[index], shape, order, &self.table.kernel)?;
        made.push(array);
        let Some(array) = made.last_mut() else { unreachable!("bug in pykernel: what was made is gone") };
        Ok(stretched(array.view_mut().raw(), shape))
    }

    /// Runs the loop, which has iterations.
    ///
    /// # Safety
    /// That of [`Elementwise::run`].
    unsafe fn go(&self, operands: &mut Operands<'_>, shape: &[usize]) -> Result<(), Error> {
        // SAFETY: the caller's.
        let _memory = unsafe { self.part(operands, shape) }?;
        let dims = plan::dims(shape, operands, self.inner.raises);
        let at: Addresses = operands.iter().map(|operand| operand.data).collect();
        let masked = self.mask.is_some();
        let job = Job { table: self.table, inner: self.inner, operands, sizes: &[], masked };
        if self.parallel {
            // SAFETY: the caller's; inputs share nothing with what is written, or just the same elements.
            return unsafe { parallel::run(job, &dims, at) };
        }
        // SAFETY: as above.
        unsafe { job.run(&dims, at, 0..shape.iter().product()) }
    }

    /// Duplicates what is read and shares memory with what the loop writes, unless each element is
    /// written where the same iteration reads it.
    ///
    /// # Safety
    /// That of [`Elementwise::run`].
    unsafe fn part(&self, operands: &mut Operands<'_>, shape: &[usize]) -> Result<Vec<Memory>, Error> {
        let mut memory = Vec::new();
        for index in (0..operands.len()).filter(|index| !self.table.writes(*index)) {
            let (own, range) = (&operands[index], operands[index].range(shape, &[]));
            let mut others = operands.iter().enumerate().filter(|(other, _)| self.table.writes(*other));
            let disturbs = |written: &Operand<'_>| {
                overlap(&range, &written.range(shape, &[])) && !is_same(own, written, shape)
            };
            if others.any(|(_, written)| disturbs(written)) {
                let kernel = &self.table.kernel;
                // SAFETY: the caller's.
                let (operand, copied) = unsafe { duplicate(own, shape, &[], Layout::Any, kernel) }?;
                operands[index] = operand;
                memory.push(copied);
            }
        }
        Ok(memory)
    }
}

/// An operand in a loop of this shape, to which its own is broadcast.
pub(crate) fn stretched(view: &RawView, shape: &[usize]) -> Operand<'static> {
    Operand::of_elements(view.data, view.dtype, view.stretched(shape.len()))
}

/// Whether two operands have the same element in every iteration.
fn is_same(a: &Operand<'_>, b: &Operand<'_>, shape: &[usize]) -> bool {
    let mut steps = shape.iter().zip(a.steps().iter().zip(b.steps()));
    (a.data, a.dtype) == (b.data, b.dtype) && steps.all(|(extent, (a, b))| *extent == 1 || a == b)
}
