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
mod contiguous;
mod convert;
mod embed;
mod entry;
mod expression;
mod fault;
mod function;
mod instances;
mod instruction;
mod intrinsic;
mod memory;
mod module;
mod output;
mod print;
mod statement;
mod threads;
mod view;
mod warp;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

pub use module::{Module, Site};

use crate::hir::Table;
use crate::interface::{Kernel, Overload};
use crate::ir::threads::{MOST_CONSTANT, MOST_SHARED};
use crate::ir::{self, FunctionId, visit};
use crate::passes;
use crate::source::Span;
use crate::ufunc::Kind;

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

/// The IR of kernels for GPUs, after all passes.
#[derive(Clone, Debug)]
pub struct DeviceIr {
    /// Without lanes: a thread does an instance alone.
    alone: ir::Module,
    /// With as many lanes as a warp has threads, which do an instance together. None where no kernel is a gufunc.
    warps: Option<ir::Module>,
}

impl DeviceIr {
    /// Runs the passes from `vector` on over a module that `passes::prepare` gave.
    pub fn finish(prepared: ir::Module, kernels: &[Kernel]) -> DeviceIr {
        let are_gufuncs = kernels.iter().any(|kernel| kind(kernel) == Some(Kind::Guvectorize));
        let warps = are_gufuncs.then(|| passes::finish(prepared.clone(), Some(warp::LANES)).0);
        DeviceIr { alone: passes::finish(prepared, None).0, warps }
    }
}

/// How the function of a kernel that is a ufunc is written.
fn kind(kernel: &Kernel) -> Option<Kind> {
    kernel.ufunc.as_ref().map(|ufunc| ufunc.kind)
}

/// Compiles the kernels of a module to one module of PTX. Those that cannot run on a GPU are left out, and named.
pub fn compile(module: ir::Module, kernels: &[Kernel], overflow_checks: bool) -> Module {
    let overloads = kernels.iter().flat_map(|kernel| &kernel.overloads);
    let entries: Vec<FunctionId> = overloads.map(|overload| overload.function).collect();
    compile_finished(&DeviceIr::finish(passes::prepare(module, &entries, overflow_checks), kernels), kernels)
}

/// Compiles kernels whose functions are those of `ir`.
pub fn compile_finished(ir: &DeviceIr, kernels: &[Kernel]) -> Module {
    let mut module = Module::default();
    let (mut functions, mut of_warps) = (Names::new(), Names::new());
    for kernel in kernels {
        let (n_functions, n_tables) = (module.functions.len(), module.tables.len());
        let shared_before = module.shared.clone();
        let mut alone = Unit { ir: &ir.alone, module: &mut module, functions: &mut functions, alone: None };
        let mut compiled = alone.kernel(kernel);
        if let (Ok(()), Some(ir)) = (&compiled, &ir.warps) {
            let alone = Some(&functions);
            let mut warps = Unit { ir, module: &mut module, functions: &mut of_warps, alone };
            compiled = warps.for_warps(kernel);
        }
        let own = module.shared.iter().filter(|(number, _)| !shared_before.contains_key(number));
        compiled = compiled.and_then(|()| shares_enough(kernel, own.map(|(_, bytes)| *bytes)));
        compiled = compiled.and_then(|()| caches_enough(kernel, &module.tables));
        if let Err(why) = compiled {
            module.functions.truncate(n_functions);
            module.tables.truncate(n_tables);
            module.refused.push((kernel.name.clone(), why));
        }
    }
    module
}

/// Whether the threads of a block share no more than a multiprocessor has for them.
fn shares_enough(kernel: &Kernel, arrays: impl Iterator<Item = u32>) -> Result<(), Unsupported> {
    let bytes: i64 = arrays.map(|bytes| i64::from(bytes.next_multiple_of(16))).sum();
    if bytes <= MOST_SHARED {
        return Ok(());
    }
    let what = format!("share {bytes} bytes among the threads of a block: there are {MOST_SHARED}");
    Err(Unsupported { what, span: kernel.span })
}

/// Whether a module's constant memory holds its arrays.
fn caches_enough(kernel: &Kernel, tables: &[(Arc<Table>, bool)]) -> Result<(), Unsupported> {
    let cached = tables.iter().filter(|(_, cached)| *cached);
    let bytes: usize = cached.map(|(table, _)| table.size().next_multiple_of(16)).sum();
    if bytes <= MOST_CONSTANT {
        return Ok(());
    }
    let what = format!(
        "have {bytes} bytes in constant memory, with those of the kernels before it in the file: there are {MOST_CONSTANT}"
    );
    Err(Unsupported { what, span: kernel.span })
}

/// The names of functions that have a body of their own.
type Names = BTreeMap<FunctionId, String>;

/// What the functions of a module share.
struct Unit<'a> {
    ir: &'a ir::Module,
    module: &'a mut Module,
    /// The names of the functions here.
    functions: &'a mut Names,
    /// For warps: what functions are called where a thread does them alone.
    alone: Option<&'a Names>,
}

impl Unit<'_> {
    /// Whether the threads of a warp do the functions together.
    const fn is_for_warps(&self) -> bool {
        self.alone.is_some()
    }

    fn kernel(&mut self, kernel: &Kernel) -> Result<(), Unsupported> {
        self.called(kernel, "function")?;
        for overload in &kernel.overloads {
            let mut entry = match &kernel.ufunc {
                Some(ufunc) => {
                    entry::loop_over_instances(self, overload, &ufunc.layout, overload.symbol.clone())?
                }
                None => entry::translate(self, overload)?,
            };
            entry.bounds = kernel.launched.unwrap_or_default();
            self.module.functions.push(entry);
            if kind(kernel) == Some(Kind::Vectorize) {
                let contiguous = contiguous::inner_loop(self, overload)?;
                self.module.functions.extend(contiguous);
            }
        }
        Ok(())
    }

    /// Adds the entries for warps of a gufunc.
    fn for_warps(&mut self, kernel: &Kernel) -> Result<(), Unsupported> {
        let Some(ufunc) = kernel.ufunc.as_ref().filter(|ufunc| ufunc.kind == Kind::Guvectorize) else {
            return Ok(());
        };
        let gains: Vec<&Overload> =
            kernel.overloads.iter().filter(|overload| warp::gains(self.ir, overload.function)).collect();
        if gains.is_empty() {
            return Ok(());
        }
        self.called(kernel, "warp_function")?;
        for overload in gains {
            let name = format!("{}_warp", overload.symbol);
            let entry = entry::loop_over_instances(self, overload, &ufunc.layout, name)?;
            self.module.functions.push(entry);
        }
        Ok(())
    }

    /// Translates the functions that a kernel calls.
    fn called(&mut self, kernel: &Kernel, prefix: &str) -> Result<(), Unsupported> {
        let called = super::clif::called(self.ir, kernel);
        self.functions.extend(called.iter().map(|id| (*id, format!("{prefix}_{}", id.0))));
        // What is called stands before what calls it: nothing calls itself.
        let mut done = BTreeSet::new();
        for id in called {
            self.function(id, &mut done)?;
        }
        Ok(())
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
