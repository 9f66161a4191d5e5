//! The Cranelift back end.
//!
//! A kernel becomes the functions that its overloads reach, local to the object, and one exported
//! entry per overload with the C signature that `pykernel_abi` describes, or one inner loop per
//! overload of a ufunc. A function that only
//! its entry calls has no body of its own: the entry holds it.
//!
//! With several variants all of this is there once for each, under symbols that end with its level's
//! name and are local, and the exported symbols are those of dispatchers.
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
mod dispatch;
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
mod routine;
mod site;
mod statement;
mod trampoline;
mod view;

use std::collections::{BTreeMap, BTreeSet};

use cranelift_codegen::Context;
use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{ExternalName, Signature, Type as ClifType, UserExternalName, types};
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_frontend::FunctionBuilderContext;
use cranelift_module::{DataId, FuncId, Linkage, Module, ModuleReloc, ModuleRelocTarget};

pub(super) use dispatch::Dispatcher;
pub use site::site_bytes;
pub use trampoline::{Bound, define_inner_loop, define_trampoline};

use super::{Error, Level, Variant, wide};
use crate::interface::Kernel;
use crate::ir::{self, FunctionId, Scalar, visit};

/// Compiles one variant of a kernel into a module: its local functions and its exported entries.
pub fn define(module: &mut dyn Module, kernel: &Kernel, variant: &Variant<'_>) -> Result<(), Error> {
    let functions = translate(module, kernel, std::slice::from_ref(variant))?.functions;
    for mut function in functions.into_iter().flatten() {
        function.define(module)?;
    }
    Ok(())
}

/// What a kernel becomes.
pub(super) struct Code {
    /// Those of each variant.
    pub(super) functions: Vec<Vec<Translated>>,
    /// None where there is one variant.
    pub(super) dispatchers: Vec<Dispatcher>,
}

/// A function as Cranelift IR, declared but not yet defined.
pub(super) struct Translated {
    pub(super) id: FuncId,
    /// Its symbol.
    pub(super) name: String,
    /// The function of its variant's IR whose body it holds or calls.
    pub(super) of: FunctionId,
    pub(super) context: Context,
    /// The machine that it is compiled for.
    pub(super) isa: OwnedTargetIsa,
    /// What it has become, where the back end for wide vectors compiles it.
    pub(super) wide: Option<wide::Compiled>,
    /// Why that back end has left it to Cranelift.
    pub(super) refused: Option<wide::Unsupported>,
}

impl Translated {
    /// A function that Cranelift compiles.
    fn new(id: FuncId, name: String, of: FunctionId, context: Context, isa: &OwnedTargetIsa) -> Translated {
        Translated { id, name, of, context, isa: isa.clone(), wide: None, refused: None }
    }

    /// Compiles it into the module; its context keeps the compiled code.
    pub(super) fn define(&mut self, module: &mut dyn Module) -> Result<(), Error> {
        if let Some(compiled) = &self.wide {
            return self.define_wide(compiled, module);
        }
        let compiled = self.context.compile(&*self.isa, &mut ControlPlane::default());
        let code = compiled.map_err(|error| Error::from_codegen(&self.name, &error.inner))?;
        let (alignment, bytes) = (u64::from(code.buffer.alignment), code.buffer.data().to_vec());
        let relocations = code.buffer.relocs().to_vec();
        let relocation = |found| ModuleReloc::from_mach_reloc(found, &self.context.func, self.id);
        let relocations: Vec<ModuleReloc> = relocations.iter().map(relocation).collect();
        let defined = module.define_function_bytes(self.id, alignment, &bytes, &relocations);
        defined.map_err(|error| Error::from_module(&self.name, &error))
    }
}

impl Translated {
    fn define_wide(&self, compiled: &wide::Compiled, module: &mut dyn Module) -> Result<(), Error> {
        let named = self.context.func.params.user_named_funcs();
        let mut relocations = Vec::new();
        for (offset, name) in compiled.calls() {
            let ExternalName::User(name) = name else {
                return Err(Error::Bug(format!("{} calls what has no name", self.name)));
            };
            let UserExternalName { namespace, index } = named[*name];
            let name = ModuleRelocTarget::user(namespace, index);
            relocations.push(ModuleReloc { offset, kind: Reloc::X86CallPCRel4, name, addend: -4 });
        }
        let bytes = &compiled.bytes.code;
        let defined = module.define_function_bytes(self.id, wide::ALIGNMENT, bytes, &relocations);
        defined.map_err(|error| Error::from_module(&self.name, &error))
    }
}

/// Declares a kernel's functions and builds their Cranelift IR, for each of its variants.
pub(super) fn translate(
    module: &mut dyn Module,
    kernel: &Kernel,
    variants: &[Variant<'_>],
) -> Result<Code, Error> {
    let first = &variants[0];
    let mut unit = Unit {
        module,
        machine: machine::Machine::of(&*first.isa),
        ir: first.ir,
        isa: first.isa.clone(),
        level: first.level,
        suffix: String::new(),
        callables: kernel.callables.iter().map(|callable| callable.function).collect(),
        functions: BTreeMap::new(),
        bodies: BTreeMap::new(),
        sites: BTreeMap::new(),
    };
    let mut functions = Vec::new();
    let mut entries: Vec<(Level, Vec<FuncId>)> = Vec::new();
    for variant in variants {
        let level = variant.level;
        unit.begin(variant, if variants.len() > 1 { format!(".{}", level.name()) } else { String::new() });
        let mut translated = unit.translate(kernel)?;
        entries.push((level, translated.entries.iter().map(|entry| entry.id).collect()));
        translated.functions.append(&mut translated.entries);
        functions.push(translated.functions);
    }
    let mut dispatchers = Vec::new();
    if variants.len() > 1 {
        for (index, overload) in kernel.overloads.iter().enumerate() {
            let variants: Vec<_> = entries.iter().map(|(level, ids)| (*level, ids[index])).collect();
            dispatchers.push(unit.dispatcher(&overload.symbol, &variants)?);
        }
    }
    Ok(Code { functions, dispatchers })
}

/// One variant of a kernel.
struct Functions {
    functions: Vec<Translated>,
    /// One for each overload.
    entries: Vec<Translated>,
}

/// What the functions of a kernel share.
struct Unit<'a> {
    module: &'a mut dyn Module,
    machine: machine::Machine,
    /// The IR of the variant that is being translated.
    ir: &'a ir::Module,
    /// Its machine, and the level of that.
    isa: OwnedTargetIsa,
    level: Level,
    /// What its symbols end with; nothing where there is one variant.
    suffix: String,
    /// The functions of the caller's table.
    callables: Vec<FunctionId>,
    /// The functions that have a body of their own.
    functions: BTreeMap<FunctionId, FuncId>,
    /// The bodies of those that run in parallel.
    bodies: BTreeMap<FunctionId, FuncId>,
    /// The raise sites and templates, by their bytes.
    sites: BTreeMap<Vec<u8>, DataId>,
}

impl<'a> Unit<'a> {
    /// Begins a variant, which shares only data with others.
    fn begin(&mut self, variant: &Variant<'a>, suffix: String) {
        (self.ir, self.isa, self.suffix) = (variant.ir, variant.isa.clone(), suffix);
        self.level = variant.level;
        self.machine = machine::Machine::of(&*variant.isa);
        self.functions.clear();
        self.bodies.clear();
    }

    /// Declares functions and builds their Cranelift IR: functions, entries, and the bodies of
    /// parallel loops that were met in them.
    fn translate(&mut self, kernel: &Kernel) -> Result<Functions, Error> {
        if kernel.launched.is_some() {
            return Err(Error::OnGpus(kernel.name.clone()));
        }
        let mut called = called(self.ir, kernel);
        // What another back end compiles stands apart from its entry.
        let functions = kernel.overloads.iter().map(|overload| overload.function);
        called.extend(functions.filter(|id| function::wide_lanes(self, *id).is_some()));
        for id in &called {
            self.declare(*id, kernel)?;
        }
        let mut scratch = FunctionBuilderContext::new();
        let (mut functions, mut entries) = (Vec::new(), Vec::new());
        for id in &called {
            functions.push(function::translate(self, *id, &mut scratch)?);
        }
        for overload in &kernel.overloads {
            entries.push(match &kernel.ufunc {
                Some(ufunc) => inner_loop::translate(self, overload, &ufunc.layout, &mut scratch)?,
                None => entry::translate(self, overload, &mut scratch)?,
            });
        }
        for id in self.bodies.keys().copied().collect::<Vec<_>>() {
            functions.push(parallel::translate(self, id, &mut scratch)?);
        }
        Ok(Functions { functions, entries })
    }

    fn declare(&mut self, id: FunctionId, kernel: &Kernel) -> Result<(), Error> {
        let function = &self.ir[id];
        let signature = call::internal_signature(&*self.module, function);
        let name = format!("{}.{}{}", kernel.overloads[0].symbol, function.name, self.suffix);
        let declared = self.module.declare_function(&name, Linkage::Local, &signature);
        self.functions.insert(id, declared.map_err(|error| Error::from_module(&name, &error))?);
        Ok(())
    }

    /// Declares an overload's entry or inner loop: the exported function, or a variant of it. Gives its
    /// symbol too.
    fn declare_entry(&mut self, symbol: &str, signature: &Signature) -> Result<(FuncId, String), Error> {
        let linkage = if self.suffix.is_empty() { Linkage::Export } else { Linkage::Local };
        let name = format!("{symbol}{}", self.suffix);
        let declared = self.module.declare_function(&name, linkage, signature);
        Ok((declared.map_err(|error| Error::from_module(&name, &error))?, name))
    }

    /// What stands under the exported symbol of several variants.
    fn dispatcher(&mut self, symbol: &str, variants: &[(Level, FuncId)]) -> Result<Dispatcher, Error> {
        let declarations = self.module.declarations();
        let signature = declarations.get_function_decl(variants[0].1).signature.clone();
        let declared = self.module.declare_function(symbol, Linkage::Export, &signature);
        let id = declared.map_err(|error| Error::from_module(symbol, &error))?;
        Ok(Dispatcher::new(id, symbol, &signature, variants))
    }
}

/// The functions that are called by one that the kernel reaches, but those that stand elsewhere.
pub(super) fn called(ir: &ir::Module, kernel: &Kernel) -> BTreeSet<FunctionId> {
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
