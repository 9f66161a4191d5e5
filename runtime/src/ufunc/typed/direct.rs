//! Small calls of ufuncs over arrays that lie in memory one element after another: the inner loop runs
//! once, and nothing is planned, so that the call costs little more than the loop.

use pykernel_abi::Status;
use smallvec::SmallVec;

use super::operand::Packed;
use crate::Error;
use crate::dtype::DType;
use crate::ufunc::{Call, Loop};

/// With more iterations than these, planning takes no time that counts.
const MOST: usize = 1024;

/// A call of an inner loop.
#[derive(Debug)]
pub(crate) struct Direct<'a> {
    inner: &'a Loop<'a>,
    /// The operands that are given, in the loop's order.
    given: &'a [Packed<'a>],
    /// The shape that all have but those without dimensions.
    shape: &'a [usize],
    iterations: usize,
}

impl<'a> Direct<'a> {
    /// A call over the inputs, and the outputs if there are any, where it is one for here. The types are
    /// those of the inputs and the outputs.
    #[inline]
    pub fn new(call: &Call<'a>, types: [&[DType]; 2], given: &'a [Packed<'a>]) -> Option<Self> {
        let table = call.table;
        let [inputs, outputs] = types;
        let is_plain = table.layout.dimensions.is_empty() && table.writable.is_empty();
        if !is_plain || call.mask.is_some() || call.parallel || !call.placing.is_natural() {
            return None;
        }
        let takes = |inner: &&Loop<'_>| {
            inner.types.len() == inputs.len() + outputs.len()
                && inner.types.iter().eq(inputs.iter().chain(outputs))
        };
        let inner = table.loops.iter().find(takes)?;
        let shape = given.iter().map(|operand| operand.shape).find(|shape| !shape.is_empty()).unwrap_or(&[]);
        // What is written is never repeated.
        let (read, written) = given.split_at_checked(inputs.len())?;
        let fits = read.iter().all(|operand| operand.shape.is_empty() || operand.shape == shape)
            && written.iter().all(|operand| operand.shape == shape);
        let iterations = shape.iter().try_fold(1usize, |product, extent| product.checked_mul(*extent))?;
        (fits && iterations <= MOST).then_some(Direct { inner, given, shape, iterations })
    }

    /// The shape of the outputs.
    pub fn shape(&self) -> &'a [usize] {
        self.shape
    }

    /// Runs it; what outputs are not given are at these addresses.
    ///
    /// # Safety
    /// The inner loop is one for elements of its own types. The operands have as many elements as the
    /// shape, one after another, or one if they have no dimensions. Nobody writes inputs meanwhile; outputs
    /// are this call's alone, and share nothing with inputs.
    #[inline]
    pub unsafe fn run(&self, outputs: &[*mut u8]) -> Result<(), Error> {
        if self.iterations == 0 {
            return Ok(());
        }
        let given = self.given.iter().map(|operand| operand.data);
        let args: SmallVec<[*mut u8; 4]> = given.chain(outputs.iter().copied()).collect();
        let mut steps: SmallVec<[isize; 4]> =
            self.inner.types.iter().map(|dtype| dtype.size() as isize).collect();
        for (step, operand) in steps.iter_mut().zip(self.given) {
            if operand.shape.is_empty() {
                *step = 0;
            }
        }
        let (dimensions, mut raised) = ([self.iterations as isize], self.inner.record());
        let (args, steps) = (args.as_ptr(), steps.as_ptr());
        // SAFETY: the caller's; there is an address and a step for each operand.
        let status = unsafe { (self.inner.inner)(args, dimensions.as_ptr(), steps, &mut raised) };
        if status == Status::Returned as i32 {
            return Ok(());
        }
        // SAFETY: the loop has filled the record; its code is loaded, as it ran.
        Err(unsafe { Error::raised(&raised) })
    }
}
