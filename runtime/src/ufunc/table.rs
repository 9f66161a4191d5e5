//! What is known of a ufunc or gufunc before it is called: its compiled loops, and the facts that
//! its kernel declares.

use std::fmt;

use pykernel_abi::{Callable, InnerLoop, Raised, Status};

use crate::Error;
use crate::call::{Kernel, Layout};
use crate::dtype::DType;

/// A ufunc or gufunc.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    /// The kernel, for what is said of it.
    pub kernel: Kernel<'a>,
    /// The core dimensions of the operands.
    pub layout: CoreLayout<'a>,
    /// What reductions begin with.
    pub identity: Identity,
    /// Whether calls use all cores without being asked.
    pub parallel: bool,
    /// Its code for GPUs, if it has any.
    pub device: Option<DeviceCode>,
    /// The inputs that the loops write, by position.
    pub writable: &'a [usize],
    /// The loops, in the order in which they are tried; never empty. All have as many operands.
    pub loops: &'a [Loop<'a>],
}

/// A compiled loop.
#[derive(Clone, Copy, Debug)]
pub struct Loop<'a> {
    /// The types of the inputs and then of the outputs.
    pub types: &'a [DType],
    /// How the core dimensions of each operand must lie in memory.
    pub layouts: &'a [Layout],
    /// Its code.
    pub inner: InnerLoop,
    /// The functions of the program that it may call, or null (`pykernel_abi::Raised::callables`).
    pub callables: Callables,
    /// Whether it can raise.
    pub raises: bool,
    /// Whether it needs a stack limit.
    pub recursive: bool,
    /// Whether it asks something of its host.
    pub host: bool,
    /// About how many operations an iteration takes, if all core dimensions are 1.
    pub cost: u32,
}

/// The address of code for GPUs, as `pykernel_abi::device_code` lays it out.
#[derive(Clone, Copy, Debug)]
pub struct DeviceCode(pub *const u8);

// SAFETY: the code is constant.
unsafe impl Send for DeviceCode {}
// SAFETY: as above.
unsafe impl Sync for DeviceCode {}

/// The address of a table of functions, or null.
#[derive(Clone, Copy, Debug)]
pub struct Callables(pub *const Callable);

// SAFETY: the table is constant, and the functions in it are `Sync` as all functions are.
unsafe impl Send for Callables {}
// SAFETY: as above.
unsafe impl Sync for Callables {}

/// What a reduction of nothing gives, and whether its axes may be taken in any order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// There is none, and a reduction is along one axis.
    None,
    /// There is none, and a reduction may be along several axes.
    Reorderable,
    /// A number, which every loop converts to its type.
    Value(i64),
}

/// The core dimensions of operands: `(m,n),(n,p)->(m,p)`.
#[derive(Clone, Copy, Debug)]
pub struct CoreLayout<'a> {
    /// The dimensions, in the order in which they are first named.
    pub dimensions: &'a [CoreDimension<'a>],
    /// For each input its dimensions, by their positions in `dimensions`.
    pub inputs: &'a [&'a [usize]],
    /// For each output its dimensions.
    pub outputs: &'a [&'a [usize]],
}

/// A core dimension.
#[derive(Clone, Copy, Debug)]
pub struct CoreDimension<'a> {
    /// Its name, or the text of its size: `n`, `3`, `m+n-1`.
    pub name: &'a str,
    /// Where its size comes from.
    pub size: CoreSize<'a>,
    /// `n?`: operands may leave it out.
    pub optional: bool,
    /// `n|1`: operands in which it is 1 are broadcast.
    pub broadcastable: bool,
}

/// Where the size of a core dimension comes from.
#[derive(Clone, Copy, Debug)]
pub enum CoreSize<'a> {
    /// The operands; of one that only outputs have, the outputs that the caller gives.
    Operands,
    /// It is fixed.
    Fixed(i64),
    /// A rule, of a dimension of outputs: a constant and multiples of other dimensions' sizes.
    Rule {
        /// The constant.
        constant: i64,
        /// For each term the factor, and the position of the dimension.
        terms: &'a [(i64, usize)],
    },
}

impl fmt::Display for CoreLayout<'_> {
    /// Writes it as it is declared, without blanks: `(m,n),(n,p)->(m,p)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |operands: &[&[usize]]| {
            let operands: Vec<String> = operands.iter().map(|operand| self.operand(operand)).collect();
            operands.join(",")
        };
        f.write_str(&side(self.inputs))?;
        match self.outputs {
            [] => Ok(()),
            outputs => write!(f, "->{}", side(outputs)),
        }
    }
}

impl CoreLayout<'_> {
    fn operand(&self, dimensions: &[usize]) -> String {
        let dimension = |dimension: &usize| {
            let dimension = &self.dimensions[*dimension];
            let optional = if dimension.optional { "?" } else { "" };
            let broadcastable = if dimension.broadcastable { "|1" } else { "" };
            format!("{}{optional}{broadcastable}", dimension.name)
        };
        let dimensions: Vec<String> = dimensions.iter().map(dimension).collect();
        format!("({})", dimensions.join(","))
    }
}

impl Loop<'_> {
    /// Runs it over one dimension, as NumPy runs its own loops: for programs that plan the iterations themselves.
    ///
    /// `args` has the address of each operand's first element, `dimensions` the number of iterations
    /// and then the size of each core dimension, `steps` the distance between iterations of each operand, in
    /// bytes, and then, operand by operand, the stride of each core dimension.
    ///
    /// # Errors
    /// What the kernel raises; iterations before that are done.
    ///
    /// # Safety
    /// Elements of the loop's types are there, aligned, that nobody writes meanwhile, nor reads if the loop writes them; core
    /// dimensions lie as [`layouts`](Loop::layouts) say. An output shares no memory with an input, or is in every iteration
    /// exactly that input's element, or the output of each iteration is the first input of the next, of two.
    pub unsafe fn run(
        &self,
        args: *const *mut u8,
        dimensions: *const isize,
        steps: *const isize,
    ) -> Result<(), Error> {
        let mut raised = self.record();
        // SAFETY: the caller's.
        if unsafe { (self.inner)(args, dimensions, steps, &mut raised) } == Status::Returned as i32 {
            return Ok(());
        }
        // SAFETY: the loop has filled the record; its code is loaded, as it ran.
        Err(unsafe { Error::raised(&raised) })
    }

    /// A record for calls of the loop on this thread.
    pub(crate) fn record(&self) -> Raised {
        let limit = if self.recursive { crate::call::stack_limit() } else { 0 };
        let mut raised = crate::call::record(limit, &crate::call::HOST);
        raised.callables = self.callables.0;
        raised
    }
}

impl Table<'_> {
    /// How many inputs it has.
    pub const fn n_inputs(&self) -> usize {
        self.layout.inputs.len()
    }

    /// How many outputs it has.
    pub const fn n_outputs(&self) -> usize {
        self.layout.outputs.len()
    }

    /// Whether its loops write an operand: one of the outputs, or an input that is declared so.
    pub(crate) fn writes(&self, operand: usize) -> bool {
        (self.n_inputs()..self.n_inputs() + self.n_outputs()).contains(&operand)
            || self.writable.contains(&operand)
    }

    /// Whether it has core dimensions.
    pub const fn is_gufunc(&self) -> bool {
        !self.layout.dimensions.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use crate::gufunc::mocks::layout;

    #[test]
    fn layouts_read_as_written() {
        for text in
            ["(m,n),(n,p)->(m,p)", "(m?,n),(n,p?)->(m?,p?)", "(3),(n|1)->(),(n|1)", "()->(3)", "(n),(n)"]
        {
            assert_eq!(layout(text).to_string(), text);
        }
        assert_eq!(layout("(m),(n)->(m+n-1)").to_string(), "(m),(n)->(m+n-1)");
    }
}
