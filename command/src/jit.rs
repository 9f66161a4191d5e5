//! Kernels compiled into this process, for tests and the command.

use std::collections::BTreeSet;
use std::mem::ManuallyDrop;

use cranelift_jit::{ArenaMemoryProvider, JITBuilder, JITModule};
use cranelift_module::{FuncOrDataId, Module, default_libcall_names};
use pykernel_abi::{InnerLoop, Raised, Status};
use pykernel_codegen::backend::clif::{self, Bound};
use pykernel_codegen::backend::{Code, Error, Level, OwnedTargetIsa, Target, Variant};
use pykernel_codegen::hir::External;
use pykernel_codegen::interface::Kernel;
use pykernel_codegen::ir;

/// Address space for one kernel's code. Only what is used costs memory; code and data must lie
/// near each other for their relative addresses.
const ARENA: usize = 64 << 20;

/// A kernel compiled into this process, for a CPU level.
///
/// Its raise sites lie in it too: a [`Raised`] record may only be read while the kernel lives.
pub struct Jit {
    module: ManuallyDrop<JITModule>,
    overloads: Vec<Compiled>,
}

#[derive(Clone, Copy)]
struct Compiled {
    /// The entry, or the inner loop of a ufunc. None if it was compiled elsewhere.
    entry: Option<*const u8>,
    /// None of an inner loop.
    trampoline: Option<Trampoline>,
}

/// A trampoline as `backend::clif::define_trampoline` defines it.
type Trampoline = unsafe extern "C" fn(*const u8, *const u64, *mut u64, *mut Raised) -> i32;

impl Jit {
    /// Compiles all overloads of a kernel, whose functions are those of `ir`, the IR of the level. It must
    /// not be called if this machine has not the level.
    pub fn new(ir: &ir::Module, kernel: &Kernel, level: Level) -> Result<Jit, Error> {
        if let Some(missing) = missing(ir, kernel) {
            return Err(Error::External(missing));
        }
        let isa = Target::host().isa(Code::InProcess, level)?;
        let mut module = module(&isa)?;
        clif::define(&mut module, kernel, &Variant { level, isa, ir })?;
        Jit::finish(module, kernel)
    }

    /// Compiles only what calls the overloads of a kernel, for entries that were compiled elsewhere.
    pub fn caller(kernel: &Kernel) -> Result<Jit, Error> {
        let isa = Target::host().isa(Code::InProcess, Level::V1)?;
        Jit::finish(module(&isa)?, kernel)
    }

    /// Compiles inner loops for the overloads of a ufunc that call a function of this process, each with a context of its own.
    pub fn bound(kernel: &Kernel, bounds: &[Bound]) -> Result<Jit, Error> {
        let isa = Target::host().isa(Code::InProcess, Level::V1)?;
        let mut module = module(&isa)?;
        for (overload, bound) in kernel.overloads.iter().zip(bounds) {
            clif::define_inner_loop(&mut module, &overload.symbol, *bound)?;
        }
        Jit::finish(module, kernel)
    }

    fn finish(mut module: JITModule, kernel: &Kernel) -> Result<Jit, Error> {
        let mut trampolines = Vec::new();
        for overload in &kernel.overloads {
            trampolines.push(match kernel.ufunc {
                Some(_) => None,
                None => Some(clif::define_trampoline(&mut module, overload)?),
            });
        }
        module.finalize_definitions().map_err(|error| Error::from_module(&kernel.name, &error))?;
        let overloads = kernel.overloads.iter().zip(trampolines).map(|(overload, trampoline)| {
            let entry = match module.get_name(&overload.symbol) {
                Some(FuncOrDataId::Func(entry)) => Some(module.get_finalized_function(entry)),
                Some(FuncOrDataId::Data(_)) | None => None,
            };
            let trampoline = trampoline.map(|trampoline| {
                let trampoline = module.get_finalized_function(trampoline);
                // SAFETY: the address is that of finished code with this signature.
                unsafe { std::mem::transmute::<*const u8, Trampoline>(trampoline) }
            });
            Compiled { entry, trampoline }
        });
        let overloads = overloads.collect();
        Ok(Jit { module: ManuallyDrop::new(module), overloads })
    }

    /// The code of an overload, by its position in the kernel.
    fn entry(&self, overload: usize) -> *const u8 {
        let Some(entry) = self.overloads[overload].entry else {
            unreachable!("bug in pykernel: only what calls the kernel was compiled");
        };
        entry
    }

    /// The inner loop of a ufunc's overload, by its position in the kernel; `None` of other kernels.
    /// It may only be called while `self` lives, with the arguments that `pykernel_abi` describes.
    pub fn inner_loop(&self, overload: usize) -> Option<InnerLoop> {
        let is_loop = self.overloads[overload].trampoline.is_none();
        // SAFETY: what has no trampoline is an inner loop, the address is that of finished code.
        is_loop.then(|| unsafe { std::mem::transmute::<*const u8, InnerLoop>(self.entry(overload)) })
    }

    /// Calls an overload of a kernel that is no ufunc, by its position in the kernel.
    ///
    /// `slots` holds the arguments: of a number its bits, zero-extended, of a complex number two
    /// slots, of an array the address of its `pykernel_abi::Array`. The struct that the kernel
    /// returns is written to `result`.
    ///
    /// # Safety
    /// `slots` must hold what the overload's parameters ask for, and what it points to must be
    /// as `pykernel_abi` demands of an entry's arguments. `result` must have room for the struct.
    pub unsafe fn call(
        &self,
        overload: usize,
        slots: &[u64],
        result: &mut [u64],
        raised: &mut Raised,
    ) -> Status {
        let entry = self.entry(overload);
        // SAFETY: the entry is this overload's; the caller vouches for the arguments.
        unsafe { self.call_at(entry, overload, slots, result, raised) }
    }

    /// Calls an entry that was compiled elsewhere from the same overload, such as a linked one.
    ///
    /// # Safety
    /// As for [`Jit::call`]; and `entry` must be the address of such an entry.
    pub unsafe fn call_at(
        &self,
        entry: *const u8,
        overload: usize,
        slots: &[u64],
        result: &mut [u64],
        raised: &mut Raised,
    ) -> Status {
        let Some(trampoline) = self.overloads[overload].trampoline else {
            unreachable!("bug in pykernel: the loop of a ufunc is called as a kernel");
        };
        // SAFETY: the trampoline's code lives as long as `self`; it reads the slots that the
        // parameters need and writes the result, which the caller vouches for.
        match unsafe { trampoline(entry, slots.as_ptr(), result.as_mut_ptr(), raised) } {
            0 => Status::Returned,
            _ => Status::Raised,
        }
    }
}

impl Drop for Jit {
    fn drop(&mut self) {
        // SAFETY: the module is taken once, here.
        let module = unsafe { ManuallyDrop::take(&mut self.module) };
        // SAFETY: calls borrow `self`, so none is running, and the addresses go with it.
        unsafe { module.free_memory() };
    }
}

/// A function outside of the kernel's file that it reaches and that this process does not have.
fn missing(ir: &ir::Module, kernel: &Kernel) -> Option<String> {
    let mut pending: Vec<ir::FunctionId> =
        kernel.overloads.iter().map(|overload| overload.function).collect();
    let mut seen = BTreeSet::new();
    let mut missing = None;
    while let Some(id) = pending.pop() {
        match &ir[id].external {
            _ if !seen.insert(id) => {}
            Some(external) => missing = missing.or_else(|| unknown(&external.at)),
            None => ir::visit::walk(&ir[id].body, &mut |stmt| {
                pending.extend(stmt.kind.callee());
            }),
        }
    }
    missing
}

/// What a function is called, unless this process has it.
fn unknown(external: &External) -> Option<String> {
    match external {
        External::Rust(path) => Some(format!("the Rust function `{path}`")),
        External::C { symbol, .. } => (!is_in_process(symbol)).then(|| format!("the C function `{symbol}`")),
        External::Routine(_) => None,
    }
}

/// Whether this process has a C function.
fn is_in_process(symbol: &str) -> bool {
    if c_library().any(|(name, _)| name == symbol) {
        return true;
    }
    #[cfg(unix)]
    if let Ok(name) = std::ffi::CString::new(symbol) {
        // SAFETY: the name ends with a zero, and is only read.
        return !unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) }.is_null();
    }
    false
}

fn module(isa: &OwnedTargetIsa) -> Result<JITModule, Error> {
    let mut builder = JITBuilder::with_isa(isa.clone(), default_libcall_names());
    builder.symbols(c_library());
    let arena = ArenaMemoryProvider::new_with_size(ARENA)
        .map_err(|error| Error::Bug(format!("no address space for code: {error}")))?;
    builder.memory_provider(Box::new(arena));
    Ok(JITModule::new(builder))
}

/// Declares the functions of the C library that Cranelift calls where the machine has no instruction, and gives a table of their addresses, so that they are
/// found in every program, whether or not it exports them.
macro_rules! c_functions {
    ($($name:ident($($param:ident: $ty:ty),*) -> $result:ty;)*) => {
        unsafe extern "C" {
            $(safe fn $name($($param: $ty),*) -> $result;)*
        }

        fn c_library() -> impl Iterator<Item = (&'static str, *const u8)> {
            [$((stringify!($name), $name as *const () as *const u8),)*].into_iter()
        }
    };
}

c_functions! {
    ceil(x: f64) -> f64;
    ceilf(x: f32) -> f32;
    floor(x: f64) -> f64;
    floorf(x: f32) -> f32;
    trunc(x: f64) -> f64;
    truncf(x: f32) -> f32;
    nearbyint(x: f64) -> f64;
    nearbyintf(x: f32) -> f32;
    fma(x: f64, y: f64, z: f64) -> f64;
    fmaf(x: f32, y: f32, z: f32) -> f32;
}
