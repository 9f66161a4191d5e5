//! From IR to machine code: one object per kernel, with all its overloads.
//!
//! [`clif`] lowers the IR to Cranelift's and hands it to any Cranelift module; this file makes
//! objects and texts out of that. The command's just-in-time compiler uses [`clif`] with a module
//! of its own.
//!
//! What debuggers, profilers and backtraces read stands in sections that Cranelift does not write:
//! `unwind` says how to leave a function, `lines` which Python line an instruction comes from.
//!
//! An object holds variants of its kernel for CPUs of several levels where that makes it faster
//! (`level`).

pub mod clif;
mod level;
mod lines;
mod operation;
pub mod ptx;
mod section;
mod stage;
mod target;
mod text;
mod unwind;
mod wide;

use std::fmt;

use cranelift_codegen::CodegenError;
use cranelift_codegen::ir::Endianness;
use cranelift_module::{DataDescription, Linkage, Module, ModuleError, default_libcall_names};
use cranelift_object::{ObjectBuilder, ObjectModule};

pub use cranelift_codegen::isa::OwnedTargetIsa;
pub use level::{LevelIr, Variant, for_levels};
pub use lines::Origin;
pub use pykernel_abi::Level;
pub use stage::Stage;
pub use target::{Code, Target};
pub use text::{asm_text, clif_text, with_lines};

use crate::interface::Kernel;
use crate::symbol;

/// Why a kernel could not be compiled. A user's mistakes never end here: the front end finds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The target is not one that pykernel can compile for.
    Target(String),
    /// A function is larger than the code generator can handle.
    TooLarge(String),
    /// The kernel calls a function that the program which would run it does not have.
    External(String),
    /// The kernel runs on GPUs alone, and has no code for CPUs.
    OnGpus(String),
    /// The compiler contradicts itself.
    Bug(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Target(why) => write!(f, "unsupported target: {why}"),
            Error::TooLarge(what) => {
                write!(f, "{what} is too large to compile; split it into smaller functions")
            }
            Error::External(what) => {
                write!(f, "it calls {what}, which only a program that links it has")
            }
            Error::OnGpus(kernel) => write!(f, "`{kernel}` runs on GPUs alone: launch it"),
            Error::Bug(what) => write!(f, "bug in pykernel, please report it: {what}"),
        }
    }
}

impl std::error::Error for Error {}

impl Error {
    /// What a code generator's error about `name` means.
    pub fn from_codegen(name: &str, error: &CodegenError) -> Error {
        match error {
            CodegenError::ImplLimitExceeded | CodegenError::CodeTooLarge => Error::TooLarge(name.to_owned()),
            CodegenError::Unsupported(what) => Error::Target(format!("{name} needs what it lacks: {what}")),
            other => Error::Bug(format!("code generation of {name} failed: {other:?}")),
        }
    }

    /// What a module's error about `name` means.
    pub fn from_module(name: &str, error: &ModuleError) -> Error {
        match error {
            ModuleError::Compilation(error) => Error::from_codegen(name, error),
            other => Error::Bug(format!("definition of {name} failed: {other}")),
        }
    }
}

/// Compiles a kernel to an object file in the target's own format, from its IR for the target's levels,
/// with line tables if it is told where the kernel's text stands.
pub fn object(
    irs: &[LevelIr],
    kernel: &Kernel,
    target: &Target,
    origin: Option<Origin<'_>>,
) -> Result<Vec<u8>, Error> {
    object_with_device(irs, kernel, None, target, origin)
}

/// The same, with its code for GPUs in the object too.
pub fn object_with_device(
    irs: &[LevelIr],
    kernel: &Kernel,
    device: Option<&ptx::Module>,
    target: &Target,
    origin: Option<Origin<'_>>,
) -> Result<Vec<u8>, Error> {
    let mut module = object_module(kernel, target)?;
    if let Some(device) = device {
        embed(&mut module, kernel, device)?;
    }
    let mut frames = unwind::Frames::default();
    let mut lines = origin.map(|origin| lines::Lines::new(origin, target));
    let variants = level::variants(irs, kernel, target)?;
    let clif::Code { functions, dispatchers } = clif::translate(&mut module, kernel, &variants)?;
    for (variant, functions) in variants.iter().zip(functions) {
        for mut function in functions {
            function.define(&mut module)?;
            frames.add(&function)?;
            if let Some(lines) = &mut lines {
                lines.add(&variant.ir[function.of], &function);
            }
        }
    }
    for dispatcher in dispatchers {
        dispatcher.define(&mut module)?;
        frames.add_dispatcher(module.isa(), &dispatcher);
    }
    let mut product = module.finish();
    frames.write(target, &mut product)?;
    if let Some(lines) = lines {
        lines.write(target, &mut product)?;
    }
    product.emit().map_err(|error| Error::Bug(format!("writing {}'s object failed: {error}", kernel.name)))
}

/// An object that has nothing but a kernel's code for GPUs.
pub fn device_object(kernel: &Kernel, device: &ptx::Module, target: &Target) -> Result<Vec<u8>, Error> {
    let mut module = object_module(kernel, target)?;
    embed(&mut module, kernel, device)?;
    let object = module.finish().emit();
    object.map_err(|error| Error::Bug(format!("writing {}'s object failed: {error}", kernel.name)))
}

/// Puts a kernel's code for GPUs into its object.
fn embed(module: &mut ObjectModule, kernel: &Kernel, device: &ptx::Module) -> Result<(), Error> {
    let name = symbol::of_device(&kernel.overloads[0].symbol);
    let failed = |error| Error::from_module(&name, &error);
    let little_endian = module.isa().endianness() == Endianness::Little;
    let id = module.declare_data(&name, Linkage::Export, false, false).map_err(failed)?;
    let mut description = DataDescription::new();
    description.define(device.embedded(little_endian).into_boxed_slice());
    module.define_data(id, &description).map_err(failed)
}

fn object_module(kernel: &Kernel, target: &Target) -> Result<ObjectModule, Error> {
    let isa = target.isa(Code::PositionIndependent, target.levels()[0])?;
    let mut builder = ObjectBuilder::new(isa, kernel.name.as_str(), default_libcall_names())
        .map_err(|error| Error::Target(format!("{}: {error}", target.triple())))?;
    // Cranelift's own `.eh_frame` has absolute addresses, which no PIE can hold.
    builder.unwind_info(false);
    Ok(ObjectModule::new(builder))
}
