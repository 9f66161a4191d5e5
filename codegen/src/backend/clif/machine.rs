//! What the target's instructions can do, where that decides about the code.

use cranelift_codegen::isa::TargetIsa;
use target_lexicon::Architecture;

/// What the target has.
#[derive(Clone, Copy)]
pub(super) struct Machine {
    /// Whether floats are multiplied and added with one rounding. Of those that Cranelift compiles for only
    /// x86-64 may lack it, which its level v3 has.
    pub(super) fuses: bool,
    /// Whether floats are rounded to whole ones by an instruction. Of those that Cranelift compiles for only
    /// x86-64 may lack it.
    pub(super) rounds: bool,
    /// Whether lanes are chosen by their highest bits in one instruction.
    pub(super) blends: bool,
    /// Whether 64-bit integers are converted from and to floats in registers, and shifted by their sign.
    pub(super) longs: bool,
}

impl Machine {
    pub(super) fn of(isa: &dyn TargetIsa) -> Machine {
        let flags = isa.isa_flags();
        let has = |name: &str| flags.iter().any(|flag| flag.name == name && flag.as_bool() == Some(true));
        match isa.triple().architecture {
            Architecture::X86_64 => Machine {
                fuses: has("has_fma") && has("has_avx"),
                rounds: has("has_sse41"),
                blends: has("has_sse41"),
                longs: false,
            },
            Architecture::Aarch64(_) => Machine { fuses: true, rounds: true, blends: false, longs: true },
            _ => Machine { fuses: true, rounds: true, blends: false, longs: false },
        }
    }
}
