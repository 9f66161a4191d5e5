//! The Cranelift back end.
//!
//! A kernel becomes the functions that its overloads reach, local to the object, and one exported
//! entry per overload with the C signature that `pykernel_abi` describes, or one inner loop per
//! overload of a ufunc. A function that only
//! its entry calls has no body of its own: the entry holds it.
//!
//! Internal functions take first the `*mut Raised` if they have a status or ask something of the
//! host, then their parameters, an array as its address, its extents and its strides but the one
//! that the layout gives, an owner as the address of its block; they return the status, if any,
//! and their results likewise.

mod allocate;
mod arithmetic;
mod branch;
mod call;
mod convert;
mod entry;
mod expression;
mod external;
mod function;
mod fused;
mod inner_loop;
mod lanes;
mod machine;
mod parallel;
mod print;
mod site;
mod statement;
mod trampoline;
mod view;

use std::collections::{BTreeMap, BTreeSet};

use cranelift_codegen::Context;
use cranelift_codegen::ir::{Type as ClifType, types};
use cranelift_frontend::FunctionBuilderContext;
use cranelift_module::{DataId, FuncId, Linkage, Module};

pub use trampoline::define_trampoline;

use super::Error;
use crate::interface::{Kernel, Overload};
use crate::ir::{self, FunctionId, Scalar, visit};

/// Compiles a kernel into a module: its local functions and its exported entries.
pub fn define(module: &mut dyn Module, ir: &ir::Module, kernel: &Kernel) -> Result<(), Error> {
    for mut function in translate(module, ir, kernel)? {
        function.define(module)?;
    }
    Ok(())
}

/// A function as Cranelift IR, declared but not yet defined.
pub(super) struct Translated {
    pub(super) id: FuncId,
    /// Its symbol.
    pub(super) name: String,
    /// The function whose body it holds or calls.
    pub(super) of: FunctionId,
    pub(super) context: Context,
}

impl Translated {
    /// Compiles it into the module; its context keeps the compiled code.
    pub(super) fn define(&mut self, module: &mut dyn Module) -> Result<(), Error> {
        let defined = module.define_function(self.id, &mut self.context);
        defined.map_err(|error| Error::from_module(&self.name, &error))
    }
}

/// Declares a kernel's functions and builds their Cranelift IR: functions, entries, and the bodies of
/// parallel loops that were met in them.
pub(super) fn translate(
    module: &mut dyn Module,
    ir: &ir::Module,
    kernel: &Kernel,
) -> Result<Vec<Translated>, Error> {
    let called = called(ir, kernel);
    let callables = kernel.callables.iter().map(|callable| callable.function).collect();
    let machine = machine::Machine::of(module.isa());
    let mut unit = Unit {
        module,
        machine,
        ir,
        callables,
        functions: BTreeMap::new(),
        bodies: BTreeMap::new(),
        sites: BTreeMap::new(),
    };
    for id in &called {
        unit.declare(*id, kernel)?;
    }
    let mut scratch = FunctionBuilderContext::new();
    let mut translated = Vec::new();
    for id in &called {
        translated.push(function::translate(&mut unit, *id, &mut scratch)?);
    }
    for overload in &kernel.overloads {
        translated.push(match &kernel.ufunc {
            Some(ufunc) => inner_loop::translate(&mut unit, overload, &ufunc.layout, &mut scratch)?,
            None => entry::translate(&mut unit, overload, &mut scratch)?,
        });
    }
    for id in unit.bodies.keys().copied().collect::<Vec<_>>() {
        translated.push(parallel::translate(&mut unit, id, &mut scratch)?);
    }
    Ok(translated)
}

/// What the functions of a kernel share.
struct Unit<'a> {
    module: &'a mut dyn Module,
    machine: machine::Machine,
    ir: &'a ir::Module,
    /// The functions of the caller's table.
    callables: Vec<FunctionId>,
    /// The functions that have a body of their own.
    functions: BTreeMap<FunctionId, FuncId>,
    /// The bodies of those that run in parallel.
    bodies: BTreeMap<FunctionId, FuncId>,
    /// The raise sites and templates, by their bytes.
    sites: BTreeMap<Vec<u8>, DataId>,
}

impl Unit<'_> {
    fn declare(&mut self, id: FunctionId, kernel: &Kernel) -> Result<(), Error> {
        let function = &self.ir[id];
        let signature = call::internal_signature(&*self.module, function);
        let name = format!("{}.{}", kernel.overloads[0].symbol, function.name);
        let declared = self.module.declare_function(&name, Linkage::Local, &signature);
        self.functions.insert(id, declared.map_err(|error| Error::from_module(&name, &error))?);
        Ok(())
    }

    fn declare_entry(&mut self, overload: &Overload) -> Result<FuncId, Error> {
        let signature = call::entry_signature(&*self.module, overload);
        let declared = self.module.declare_function(&overload.symbol, Linkage::Export, &signature);
        declared.map_err(|error| Error::from_module(&overload.symbol, &error))
    }
}

/// The functions that are called by one that the kernel reaches, but those that stand elsewhere.
fn called(ir: &ir::Module, kernel: &Kernel) -> BTreeSet<FunctionId> {
    let mut called = BTreeSet::new();
    let mut pending: Vec<FunctionId> = kernel.overloads.iter().map(|overload| overload.function).collect();
    while let Some(id) = pending.pop() {
        visit::walk(&ir[id].body, &mut |stmt| {
            let callee = stmt.kind.callee().filter(|callee| ir[*callee].external.is_none());
            pending.extend(callee.filter(|callee| called.insert(*callee)));
        });
    }
    called
}

/// The Cranelift type that holds a machine number.
const fn clif_type(scalar: Scalar) -> ClifType {
    match scalar {
        Scalar::Bool | Scalar::I8 | Scalar::U8 => types::I8,
        Scalar::I16 | Scalar::U16 => types::I16,
        Scalar::I32 | Scalar::U32 => types::I32,
        Scalar::I64 | Scalar::U64 => types::I64,
        Scalar::F32 => types::F32,
        Scalar::F64 => types::F64,
    }
}
