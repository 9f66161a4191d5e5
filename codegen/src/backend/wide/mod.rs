//! The back end for wide vectors: AVX2 and AVX-512, which Cranelift does not have.
//!
//! It compiles functions of Cranelift's IR, after Cranelift has optimised them, in which a vector stands for all
//! lanes of a loop, however many. Its type there is one of 128 bits, of which only the type of the lanes
//! counts. Such a function is a loop on lanes that stands apart; all else is Cranelift's. What is not known
//! here ([`Unsupported`]) is compiled by Cranelift with registers of 128 bits.
//!
//! ```text
//! ir::Function   Cranelift's IR, with vectors of any length
//!    │ select    instructions: each value becomes the registers that it fills         → instruction::Program
//!    │ allocate  regalloc2: registers of the machine                                  → regalloc2::Output
//!    ▼ encode    frame, branches, thunks for calls, constants; iced-x86               → Bytes
//! ```
//!
//! Masks are lanes of all bits or none with AVX2, and have registers of their own with AVX-512: a value is
//! one where all that it is made of are comparisons (`select::masks`). Constants are not held in
//! registers: they are operands in memory, behind the code.

mod allocate;
mod dead;
mod encode;
mod instruction;
mod listing;
mod opcode;
mod registers;
mod select;
#[cfg(test)]
mod tests;
mod thunk;

use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{ExternalName, SourceLoc};
use cranelift_codegen::isa;
use cranelift_codegen::settings::{self, Configurable, Flags};
use pykernel_abi::Level;
use target_lexicon::{Architecture, BinaryFormat, Triple};

use crate::vector::{Registers, Wanted};

use instruction::Size;
use opcode::Extension;
use registers::Available;

/// Why a function is left to Cranelift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unsupported(pub(super) String);

/// A function that is called.
pub(super) struct Callee {
    pub(super) name: ExternalName,
    /// How many numbers and floats it gives.
    numbers: usize,
    floats: usize,
}

/// What a function has become.
pub(super) struct Bytes {
    /// The code and the constants behind it.
    pub(super) code: Vec<u8>,
    /// How many of the bytes are code.
    pub(super) code_size: u32,
    /// Where the distance of a call is to be filled in, and the callee's place.
    relocations: Vec<(u32, u32)>,
    /// From where on code belongs to a place.
    pub(super) lines: Vec<(u32, SourceLoc)>,
    listing: Vec<listing::Line>,
    /// The registers that it pushes behind `rbp`, in their order, by their numbers.
    pub(super) saved: Vec<u16>,
}

/// A function as bytes.
pub(super) struct Compiled {
    pub(super) bytes: Bytes,
    callees: Vec<Callee>,
}

impl Compiled {
    /// The code as text, with places of the kernel's text.
    pub(super) fn text(&self) -> String {
        listing::text(&self.bytes.listing)
    }

    /// Where the distances of calls are to be filled in, and whose.
    pub(super) fn calls(&self) -> impl Iterator<Item = (u32, &ExternalName)> {
        self.bytes.relocations.iter().map(|(at, callee)| (*at, &self.callees[*callee as usize].name))
    }
}

/// How many bits a register of lanes has at a level, if it is wider than Cranelift's.
pub(super) const fn register_bits(level: Level) -> Option<u32> {
    match level {
        Level::V1 => None,
        Level::V3 => Some(256),
        Level::V4 => Some(512),
    }
}

/// Whether integers of 64 bits are converted from and to floats, and shifted by their sign, by instructions, and
/// whether lanes are stored anywhere by one.
pub(super) const fn has_avx512(level: Level) -> bool {
    matches!(register_bits(level), Some(512))
}

/// What lanes are to be at a level: four registers side by side, so that some compute while others wait for what they
/// have computed, or two where that is too much for the registers that there are; and one for what is left.
pub(super) fn lanes(level: Level) -> Option<Wanted> {
    let register = register_bits(level)?;
    let has_masks = has_avx512(level);
    let count = if has_masks { 32 } else { 16 };
    let registers = Some(Registers { bits: count * register, has_masks });
    Some(Wanted { bits: 4 * register, rest: Some(register), gathers: true, registers, threads: None })
}

/// Whether the calling convention and the formats of a target are known here: those of System V.
pub(super) fn is_known(triple: &Triple) -> bool {
    triple.architecture == Architecture::X86_64 && triple.binary_format != BinaryFormat::Coff
}

/// From what number of bytes a function begins.
pub(super) const ALIGNMENT: u64 = 64;

/// Has Cranelift optimise a function, and compiles it; vectors in it have so many lanes.
pub(super) fn compile(
    context: &mut Context,
    triple: &Triple,
    level: Level,
    lanes: u32,
) -> Result<Compiled, Unsupported> {
    let (extension, widest) = match register_bits(level) {
        Some(512) => (Extension::Avx512, Size::Z),
        Some(_) => (Extension::Avx2, Size::Y),
        None => return Err(Unsupported(format!("level {} has no wide registers", level.name()))),
    };
    optimise(context, triple)?;
    let (mut program, callees) = select::select(&context.func, &context.domtree, extension, lanes)?;
    dead::remove(&mut program);
    let environment = available(extension).environment();
    let output = allocate::run(&program, &environment, widest)
        .map_err(|error| Unsupported(format!("registers: {error}")))?;
    let bytes = encode::encode(&program, &output, (extension, widest), &callees);
    Ok(Compiled { bytes, callees })
}

fn available(extension: Extension) -> Available {
    #[cfg(test)]
    if let Some(few) = tests::available() {
        return few;
    }
    Available::of(extension)
}

/// Runs Cranelift's optimiser. Its verifier does not know lanes beyond 128 bits, which are taken out of vectors.
fn optimise(context: &mut Context, triple: &Triple) -> Result<(), Unsupported> {
    let unsupported = |error: &dyn std::fmt::Display| Unsupported(error.to_string());
    let mut builder = settings::builder();
    for (name, value) in [("opt_level", "speed"), ("enable_verifier", "false"), ("is_pic", "true")] {
        builder.set(name, value).map_err(|error| unsupported(&error))?;
    }
    let isa = isa::lookup(triple.clone()).map_err(|error| unsupported(&error))?;
    let isa = isa.finish(Flags::new(builder)).map_err(|error| unsupported(&error))?;
    let optimised = context.optimize(&*isa, &mut ControlPlane::default());
    optimised.map_err(|error| unsupported(&format_args!("{error:?}")))
}
