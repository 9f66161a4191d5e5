//! The PTX back end: kernels for NVIDIA's GPUs.
//!
//! PTX is data (`instruction`, `module`), which one printer writes (`print`). A kernel's functions become
//! functions of PTX, and each overload an entry that one thread runs as the C entry would run: its
//! parameters are those of the C entry in their order, numbers and arrays (`pykernel_abi::Array`) by value, then
//! the address of the result if it has one, then that of the [`LaunchRecord`](pykernel_abi::LaunchRecord). Locals of the IR are registers of PTX, which may be
//! assigned again and again: `ptxas` and the driver make their own SSA of it.
//!
//! The same bits as on CPUs with fused multiply-add: every operation says how it rounds, so that nothing is
//! contracted, and what PTX leaves open (divisions by zero, counts of shifts, NaN as an integer) is spelled out.
//!
//! Source: "Parallel Thread Execution ISA", NVIDIA, version 8.8.

mod address;
mod arithmetic;
mod atomic;
mod branch;
mod call;
mod compare;
mod convert;
mod embed;
mod entry;
mod expression;
mod fault;
mod function;
mod instruction;
mod intrinsic;
mod memory;
mod module;
mod output;
mod print;
mod statement;
mod threads;
mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use module::{Module, Site};

use crate::interface::Kernel;
use crate::ir::{self, FunctionId, visit};
use crate::passes;
use crate::source::Span;

/// How many bytes the threads of a block can share without the launch saying so (CUDA C++ Programming Guide, compute
/// capabilities).
const MOST_SHARED: u32 = 48 << 10;

/// Why a kernel cannot run on a GPU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// What it does that GPUs cannot.
    pub what: String,
    /// Where.
    pub span: Span,
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "on a GPU a kernel cannot {}", self.what)
    }
}

/// Compiles the kernels of a module to one module of PTX. Those that cannot run on a GPU are left out, and named.
pub fn compile(module: ir::Module, kernels: &[Kernel], overflow_checks: bool) -> Module {
    let overloads = kernels.iter().flat_map(|kernel| &kernel.overloads);
    let entries: Vec<FunctionId> = overloads.map(|overload| overload.function).collect();
    compile_finished(&finish(module, &entries, overflow_checks), kernels)
}

/// Runs all passes over a module, as `backend::for_levels` does; there are no lanes.
fn finish(module: ir::Module, entries: &[FunctionId], overflow_checks: bool) -> ir::Module {
    passes::finish(passes::prepare(module, entries, overflow_checks), None).0
}

/// Compiles kernels whose functions are those of `ir`.
pub fn compile_finished(ir: &ir::Module, kernels: &[Kernel]) -> Module {
    let mut unit = Unit { ir, module: Module::default(), functions: BTreeMap::new() };
    for kernel in kernels {
        let n_functions = unit.module.functions.len();
        if let Err(why) = unit.kernel(kernel) {
            unit.module.functions.truncate(n_functions);
            unit.module.refused.push((kernel.name.clone(), why));
        }
    }
    unit.module
}

/// What the functions of a module share.
struct Unit<'a> {
    ir: &'a ir::Module,
    module: Module,
    /// The names of the functions that have a body of their own.
    functions: BTreeMap<FunctionId, String>,
}

impl Unit<'_> {
    fn kernel(&mut self, kernel: &Kernel) -> Result<(), Unsupported> {
        let called = super::clif::called(self.ir, kernel);
        self.functions.extend(called.iter().map(|id| (*id, format!("function_{}", id.0))));
        // What is called stands before what calls it: nothing calls itself.
        let mut done = BTreeSet::new();
        for id in called {
            self.function(id, &mut done)?;
        }
        for overload in &kernel.overloads {
            let mut entry = match &kernel.ufunc {
                Some(ufunc) => entry::inner_loop(self, overload, &ufunc.layout)?,
                None => entry::translate(self, overload)?,
            };
            entry.bounds = kernel.launched.unwrap_or_default();
            self.module.functions.push(entry);
        }
        self.shares_enough(kernel)
    }

    /// Whether the threads of a block share no more than a multiprocessor has for them.
    fn shares_enough(&self, kernel: &Kernel) -> Result<(), Unsupported> {
        let bytes: u32 = self.module.shared.values().map(|bytes| bytes.next_multiple_of(16)).sum();
        if bytes <= MOST_SHARED {
            return Ok(());
        }
        let what = format!("share {bytes} bytes among the threads of a block: there are {MOST_SHARED}");
        Err(Unsupported { what, span: kernel.span })
    }

    /// Translates a function, unless it is there, and before it those that it calls.
    fn function(&mut self, id: FunctionId, done: &mut BTreeSet<FunctionId>) -> Result<(), Unsupported> {
        let is_there = |function: &module::Function| function.name == self.functions[&id];
        if !done.insert(id) || self.module.functions.iter().any(is_there) {
            return Ok(());
        }
        let mut callees = Vec::new();
        visit::walk(&self.ir[id].body, &mut |stmt| callees.extend(stmt.kind.callee()));
        for callee in callees.into_iter().filter(|callee| self.ir[*callee].external.is_none()) {
            self.function(callee, done)?;
        }
        let function = function::translate(self, id)?;
        self.module.functions.push(function);
        Ok(())
    }
}
