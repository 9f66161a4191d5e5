//! What the target's instructions can do, where that decides about the code.

use cranelift_codegen::ir::{Type as ClifType, types};
use cranelift_codegen::isa::TargetIsa;
use target_lexicon::Architecture;

use crate::ir::Scalar;

/// The width of a register of lanes in bits, where lanes are not whole.
pub(super) const REGISTER: u32 = 128;

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
    /// Whether lanes of 32 and 64 bits are stored anywhere by an instruction; where lanes are whole they are loaded so.
    pub(super) scatters: bool,
    /// How many lanes a function has, where a vector stands for all of them, which its back end makes registers
    /// of. Such vectors have types of 128 bits, of which only the lanes' type means something: what Cranelift's
    /// optimiser does to each lane of those is right for any number of lanes. None where vectors are registers.
    pub(super) whole: Option<u32>,
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
                scatters: false,
                whole: None,
            },
            Architecture::Aarch64(_) => Machine {
                fuses: true,
                rounds: true,
                blends: false,
                longs: true,
                scatters: false,
                whole: None,
            },
            _ => Machine {
                fuses: true,
                rounds: true,
                blends: false,
                longs: false,
                scatters: false,
                whole: None,
            },
        }
    }

    /// The same, with all lanes in one vector; `all` if its back end has the instructions of AVX-512.
    pub(super) fn with_whole_lanes(self, count: u32, all: bool) -> Machine {
        Machine { blends: false, longs: all, scatters: all, whole: Some(count), ..self }
    }

    /// How many registers hold lanes of so many bits.
    pub(super) fn registers(self, count: u32, bits: u32) -> u32 {
        match self.whole {
            Some(_) => 1,
            None => (count * bits).div_ceil(REGISTER),
        }
    }

    /// The type of a register of lanes of so many bits.
    pub(super) fn register_type(self, scalar: Scalar, bits: u32) -> ClifType {
        let lane = match scalar {
            Scalar::F32 => types::F32,
            Scalar::F64 => types::F64,
            _ => ClifType::int_with_byte_size((bits / 8) as u16).unwrap_or(types::I8),
        };
        lane.by(REGISTER / bits).unwrap_or(types::I8X16)
    }
}
