//! Calls over operands that lie one after another in the same order: all that there is to do is to call
//! the loop once, so that small calls are cheap.

use pykernel_abi::MAX_EXTENT;

use super::Loop;
use crate::Error;
use crate::any::RawView;
use crate::dtype::DType;
use crate::gufunc::parallel::is_worth;

/// An array that is borrowed with its shape.
#[derive(Clone, Copy, Debug)]
pub struct Borrowed<'a> {
    pub(crate) data: *mut u8,
    pub(crate) dtype: DType,
    pub(crate) shape: &'a [usize],
    /// In units of so many bytes.
    pub(crate) strides: &'a [isize],
    pub(crate) unit: isize,
}

impl<'a> From<&'a RawView> for Borrowed<'a> {
    fn from(view: &'a RawView) -> Self {
        let RawView { data, dtype, shape, strides } = view;
        Borrowed { data: *data, dtype: *dtype, shape, strides, unit: 1 }
    }
}

/// How many operands a row may have.
const MAX_OPERANDS: usize = 8;

/// What the inner loop is given: elements of each operand, with the same distance between neighbours.
/// Each method that adds an operand gives `None` where that is not all there is to it.
pub(crate) struct Row<'a> {
    inner: &'a Loop<'a>,
    /// The shape of all operands that are not numbers.
    shape: &'a [usize],
    count: usize,
    args: [*mut u8; MAX_OPERANDS],
    steps: [isize; MAX_OPERANDS],
    /// From where to where each operand lies, and where its first element is. Of outputs that nobody else knows
    /// yet it is nowhere.
    places: [(usize, usize); MAX_OPERANDS],
    operands: usize,
}

impl<'a> Row<'a> {
    /// A row of the elements of an array with this shape.
    #[inline(always)]
    pub fn new(inner: &'a Loop<'a>, shape: &'a [usize]) -> Option<Self> {
        let count = shape.iter().try_fold(1usize, |count, extent| count.checked_mul(*extent))?;
        let (args, steps) = ([std::ptr::null_mut(); MAX_OPERANDS], [0; MAX_OPERANDS]);
        let row = Row { inner, shape, count, args, steps, places: [(0, 0); MAX_OPERANDS], operands: 0 };
        (count as u64 <= MAX_EXTENT as u64 && inner.types.len() <= MAX_OPERANDS).then_some(row)
    }

    /// Adds an input: a number, or an array of the row's shape.
    #[inline(always)]
    pub fn read(&mut self, operand: Borrowed<'_>) -> Option<()> {
        match operand.shape {
            [] => self.add(operand, 0),
            _ => self.written(operand),
        }
    }

    /// Adds an output, or an input: an array of the row's shape.
    #[inline(always)]
    pub fn written(&mut self, operand: Borrowed<'_>) -> Option<()> {
        let step = match operand.strides {
            _ if operand.shape != self.shape => return None,
            [] => 0,
            [stride] => stride.wrapping_mul(operand.unit),
            strides => {
                packed(operand.shape, strides, operand.dtype.size() as isize / operand.unit)? * operand.unit
            }
        };
        self.add(operand, step)
    }

    /// Adds an output that is new: nothing refers to it yet.
    #[inline(always)]
    pub fn made(&mut self, data: *mut u8) {
        self.args[self.operands] = data;
        self.steps[self.operands] = self.inner.types[self.operands].size() as isize;
        self.operands += 1;
    }

    #[inline(always)]
    fn add(&mut self, operand: Borrowed<'_>, step: isize) -> Option<()> {
        let index = self.operands;
        if self.inner.types.get(index) != Some(&operand.dtype) {
            return None;
        }
        let (first, reach) = (operand.data.addr(), step.wrapping_mul(self.count as isize - 1));
        let last = first.wrapping_add_signed(reach);
        let size = operand.dtype.size();
        self.places[index] = (first.min(last), first.max(last).wrapping_add(size));
        self.args[index] = operand.data;
        self.steps[index] = step;
        self.operands += 1;
        Some(())
    }

    /// Whether an output shares memory with an input, other than each element with itself.
    #[inline(always)]
    fn is_disturbed(&self, n_inputs: usize) -> bool {
        let place = |index: usize| (self.args[index], self.steps[index]);
        (n_inputs..self.operands).any(|output| {
            let (start, end) = self.places[output];
            (0..n_inputs).any(|input| {
                let (first, last) = self.places[input];
                first < end && start < last && place(input) != place(output)
            })
        })
    }

    /// Calls the loop, which writes outputs alone. `None` where operands share memory, or there are threads that could
    /// help.
    ///
    /// # Safety
    /// All operands have been added, of elements that nobody writes meanwhile; the outputs' elements
    /// nobody else touches, but an input may share them.
    #[inline(always)]
    pub unsafe fn run(&self, n_inputs: usize, parallel: bool) -> Option<Result<(), Error>> {
        if self.count == 0 {
            return Some(Ok(()));
        }
        if self.is_disturbed(n_inputs) || (parallel && is_worth(self.inner, self.count)) {
            return None;
        }
        let (args, steps, count) = (self.args.as_ptr(), self.steps.as_ptr(), self.count as isize);
        // SAFETY: the caller's; inputs share nothing with outputs, or just the same elements.
        Some(unsafe { self.inner.run(args, &count, steps) })
    }
}

/// The distance between elements that lie in the order C without gaps: their size.
fn packed(shape: &[usize], strides: &[isize], size: isize) -> Option<isize> {
    let mut expected = size;
    for (extent, stride) in shape.iter().zip(strides).rev() {
        if *extent != 1 && *stride != expected {
            return None;
        }
        expected = expected.wrapping_mul(*extent as isize);
    }
    Some(size)
}
