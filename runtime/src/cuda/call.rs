//! A call of a ufunc or gufunc over operands on a device, from where they lie to launches.

use pykernel_abi::device_loop::Aside;
use smallvec::SmallVec;

use super::code::{Entries, kernels};
use super::operand::Placed;
use super::plan::{Contiguous, Entry, Job, WARP};
use super::{Error, Stream};
use crate::any::{Extents, RawView};
use crate::dtype::DType;
use crate::gufunc::invoke::{self, Resolved};
use crate::gufunc::operand::Operand;
use crate::gufunc::operands::{Operands, core};
use crate::ufunc::call::Call;
use crate::ufunc::elementwise::stretched;
use crate::ufunc::shape::{Shaped, broadcast};
use crate::ufunc::{Loop, Table};

/// A call, its loop, and the loop's code for GPUs.
pub struct Invocation<'c, 'a> {
    pub call: &'c Call<'a>,
    pub stream: &'c Stream,
    pub inner: &'a Loop<'a>,
    entries: &'static Entries,
}

/// The dimensions of a call.
#[expect(clippy::large_enum_variant, reason = "a call has one, on its stack")]
pub enum Dimensions {
    Ufunc(Extents),
    Gufunc(Resolved),
}

impl Dimensions {
    pub fn shape(&self) -> &[usize] {
        match self {
            Dimensions::Ufunc(shape) => shape,
            Dimensions::Gufunc(resolved) => &resolved.shape,
        }
    }

    fn sizes(&self) -> &[usize] {
        match self {
            Dimensions::Ufunc(_) => &[],
            Dimensions::Gufunc(resolved) => &resolved.sizes,
        }
    }

    /// The first dimension of the loop that has an extent.
    pub fn first_axis(&self) -> Option<usize> {
        self.shape().iter().position(|extent| *extent != 1)
    }

    /// The axis of an operand of a rank that goes along a dimension of the loop.
    pub fn axis_of(&self, operand: usize, rank: usize, dimension: usize) -> Option<usize> {
        match self {
            Dimensions::Ufunc(shape) => dimension.checked_sub(shape.len() - rank),
            Dimensions::Gufunc(resolved) => resolved.axis_of(operand, dimension),
        }
    }

    /// The shapes of the outputs.
    pub fn outputs(&self, table: &Table<'_>) -> SmallVec<[Extents; 2]> {
        let operands = table.n_inputs()..table.n_inputs() + table.n_outputs();
        let shape = |operand: usize| match self {
            Dimensions::Ufunc(shape) => shape.clone(),
            Dimensions::Gufunc(resolved) => resolved.output(core(&table.layout, operand), operand),
        };
        operands.map(shape).collect()
    }
}

/// What the errors of a call are about.
pub fn what(call: &Call<'_>) -> String {
    format!("the call of `{}`", call.table.kernel.name)
}

/// An error of the runtime's as one of a device's.
pub fn refused(call: &Call<'_>) -> impl Fn(crate::Error) -> Error {
    |error| Error::refused(what(call), error.message())
}

/// Whether there is more to do in an instance of these core dimensions than a warp has threads.
fn is_large(sizes: &[usize]) -> bool {
    sizes.iter().fold(1usize, |product, size| product.saturating_mul(*size)) > WARP
}

impl<'c, 'a> Invocation<'c, 'a> {
    /// The call of the loop of these types.
    pub fn new(
        call: &'c Call<'a>,
        stream: &'c Stream,
        types: impl Iterator<Item = DType> + Clone,
    ) -> Result<Self, Error> {
        let table = call.table;
        let Some(code) = table.device else {
            let cause = "it has no code for GPUs: declare the kernel with `target='cuda'`";
            return Err(Error::refused(what(call), cause));
        };
        if call.mask.is_some() {
            let cause = "its mask is on the host: give one of the device, `f.cuda(&stream).mask(&mask)`";
            return Err(Error::refused(what(call), cause));
        }
        let mut loops = table.loops.iter().enumerate();
        let Some((index, inner)) = loops.find(|(_, inner)| types.clone().eq(inner.types.iter().copied()))
        else {
            return Err(Error::refused(what(call), "it has no loop of these types"));
        };
        // SAFETY: whoever made the table vouches for the code.
        let Some(entries) = unsafe { kernels(code) }.get(index) else {
            unreachable!("bug in pykernel: {} has no entry for a loop", table.kernel.name)
        };
        Ok(Invocation { call, stream, inner, entries })
    }

    /// The same in another stream of the device.
    pub fn on<'d>(&'d self, stream: &'d Stream) -> Invocation<'d, 'a> {
        Invocation { call: self.call, stream, inner: self.inner, entries: self.entries }
    }

    /// The dimensions of the inputs and outputs; of those that the call makes there are none.
    pub fn dimensions(&self, views: &[Option<&RawView>], mask: Option<&Placed>) -> Result<Dimensions, Error> {
        let (table, refused) = (self.call.table, refused(self.call));
        self.call.check_keywords(mask.is_some()).map_err(&refused)?;
        if !table.is_gufunc() {
            let given = views.iter().enumerate().filter_map(|(index, view)| view.map(|view| (index, view)));
            let given =
                given.map(|(index, view)| Shaped { shape: &view.shape, written: table.writes(index) });
            let mask = mask.map(|mask| Shaped { shape: &mask.view.shape, written: false });
            return Ok(Dimensions::Ufunc(broadcast(given.chain(mask), &table.kernel).map_err(refused)?));
        }
        let shapes: SmallVec<[Option<&[usize]>; 4]> =
            views.iter().map(|view| view.map(|view| &view.shape[..])).collect();
        let resolved =
            Resolved::new(&Operands { table, shapes: &shapes }, &self.call.placing).map_err(&refused)?;
        resolved.iterations(table).map_err(refused)?;
        Ok(Dimensions::Gufunc(resolved))
    }

    /// Launches the loop over operands, the inputs and then the outputs.
    ///
    /// # Safety
    /// They are of the loop's types and alive in the order of the stream. What the loop writes is in no other operand, but an input may be
    /// an output where there are no core dimensions.
    pub unsafe fn run(
        &self,
        views: &[&RawView],
        mask: Option<&Placed>,
        dimensions: &Dimensions,
    ) -> Result<(), Error> {
        let mut operands: SmallVec<[Operand<'_>; 4]> = SmallVec::new();
        for (index, view) in views.iter().enumerate() {
            operands.push(self.arranged(index, view, dimensions)?);
        }
        operands.extend(mask.map(|mask| stretched(&mask.view, dimensions.shape())));
        let sizes: SmallVec<[usize; 4]> = self.inner.types.iter().map(|dtype| dtype.size()).collect();
        let contiguous = self.entries.contiguous();
        let job = Job {
            operands: &operands,
            n_operands: views.len(),
            sizes: dimensions.sizes(),
            aside: if mask.is_some() { Aside::MASK } else { Aside::NOTHING },
            turns: None,
            by_warps: is_large(dimensions.sizes()) && self.entries.warp().is_some(),
            contiguous: contiguous.map(|(_, together)| Contiguous {
                together,
                sizes: &sizes,
                n_inputs: self.call.table.n_inputs(),
            }),
        };
        // SAFETY: the caller's; shapes fit, and the mask is of `bool`s.
        unsafe { self.launch(&job, dimensions.shape()) }
    }

    fn arranged<'r>(
        &self,
        index: usize,
        view: &RawView,
        dimensions: &'r Dimensions,
    ) -> Result<Operand<'r>, Error>
    where
        'a: 'r,
    {
        let resolved = match dimensions {
            Dimensions::Ufunc(shape) => return Ok(stretched(view, shape)),
            Dimensions::Gufunc(resolved) => resolved,
        };
        let Call { table, placing, parallel, .. } = *self.call;
        let invocation = invoke::Invocation { table, inner: self.inner, placing, parallel };
        let core = core(&table.layout, index);
        invocation.arrange(core, index, view, resolved).map_err(refused(self.call))
    }

    /// Launches the loop over a shape.
    ///
    /// # Safety
    /// The job is one of the loop's operands, which are alive in the order of the stream, and of which none that is written is in another,
    /// but where the thread that writes an element is the only one that reads it.
    pub unsafe fn launch(&self, job: &Job<'_>, shape: &[usize]) -> Result<(), Error> {
        if shape.contains(&0) {
            return Ok(());
        }
        let record = self.entries.own.fault(self.stream)?;
        job.launches(shape, |entry, extent, words| {
            let kernel = match entry {
                Entry::Threads => &self.entries.own,
                Entry::Warps => self.entries.warp().unwrap_or(&self.entries.own),
                Entry::Contiguous => {
                    self.entries.contiguous().map_or(&self.entries.own, |(kernel, _)| kernel)
                }
            };
            let params: SmallVec<[u8; 512]> = words.iter().copied().chain(record.to_ne_bytes()).collect();
            // SAFETY: the parameters are those of a loop's entry; the caller vouches for the memory.
            unsafe { kernel.launch_packed(self.stream, extent, &params) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_of_more_elements_than_a_warp_has_threads_is_large() {
        let large: Vec<bool> = [&[][..], &[32], &[33], &[4, 8], &[4, 9], &[0, 100], &[usize::MAX, 2]]
            .into_iter()
            .map(is_large)
            .collect();
        assert_eq!(large, [false, false, true, false, true, false, true]);
    }
}
