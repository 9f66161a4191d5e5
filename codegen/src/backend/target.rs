//! The machine that code is generated for.

use std::str::FromStr;

use cranelift_codegen::isa::{self, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable, Flags, SetError};
use pykernel_abi::Level;
use target_lexicon::{Architecture, Triple};

use super::{Error, wide};
use crate::vector::Wanted;

/// A target triple with the CPU features that code may use, and the levels beyond them for which it
/// has variants.
#[derive(Clone, Debug)]
pub struct Target {
    triple: Triple,
    features: Vec<String>,
    levels: Vec<Level>,
}

/// Where code will run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// In a linked program, at an address that is known when it is loaded.
    PositionIndependent,
    /// In this process, at an address that is known when it is compiled.
    InProcess,
}

impl Target {
    /// A machine of the kind that this process runs on, which need not have any feature that not
    /// every one of the kind has.
    pub fn host() -> Target {
        Target::new(Triple::host(), Vec::new())
    }

    /// A target by its triple, with features as `CARGO_CFG_TARGET_FEATURE` lists them:
    /// `fxsr,sse,sse2,sse4.1`. Its levels are those of its architecture, but those below one that the
    /// features have as a whole.
    pub fn parse(triple: &str, features: &str) -> Result<Target, Error> {
        let parsed = Triple::from_str(triple).map_err(|error| Error::Target(format!("{triple}: {error}")))?;
        let features = features.split(',').map(str::trim).filter(|name| !name.is_empty());
        Ok(Target::new(parsed, features.map(str::to_owned).collect()))
    }

    fn new(triple: Triple, features: Vec<String>) -> Target {
        let has = |feature: &&str| features.iter().any(|given| given == feature);
        let all = match triple.architecture {
            Architecture::X86_64 | Architecture::X86_64h => &Level::X86_64[..],
            _ => &Level::X86_64[..1],
        };
        let lowest = all.iter().rposition(|level| level.features().iter().all(has)).unwrap_or(0);
        Target { triple, levels: all[lowest..].to_vec(), features }
    }

    /// The same machine with one level only.
    pub fn at(mut self, level: Level) -> Target {
        self.levels = vec![level];
        self
    }

    /// The levels that kernels may have variants for, in their order; at least one.
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// What lanes are to be at a level, with no fewer bits than at one below; none where there are no registers
    /// for them.
    pub fn lanes(&self, level: Level) -> Option<Wanted> {
        match self.triple.architecture {
            Architecture::X86_64 if !wide::is_known(&self.triple) => Some(LANE_BITS.into()),
            Architecture::X86_64 => Some(wide::lanes(level).unwrap_or(LANE_BITS.into())),
            Architecture::Aarch64(_) => Some(LANE_BITS.into()),
            _ => None,
        }
    }

    /// The triple.
    pub fn triple(&self) -> &Triple {
        &self.triple
    }

    /// Cranelift's description of the target at a level.
    pub fn isa(&self, code: Code, level: Level) -> Result<OwnedTargetIsa, Error> {
        let unsupported = |error: &dyn std::fmt::Display| Error::Target(format!("{}: {error}", self.triple));
        let mut builder = isa::lookup(self.triple.clone()).map_err(|error| unsupported(&error))?;
        for feature in self.features.iter().map(String::as_str).chain(level.features().iter().copied()) {
            match builder.enable(&format!("has_{}", feature.replace('.', ""))) {
                // Cranelift has a flag only for the features that it makes use of.
                Ok(()) | Err(SetError::BadName(_)) => {}
                Err(error) => return Err(unsupported(&error)),
            }
        }
        let flags = flags(code).map_err(|error| Error::Bug(format!("a code generator flag: {error}")))?;
        builder.finish(flags).map_err(|error| unsupported(&error))
    }
}

/// How many bits of lanes go together where Cranelift compiles them: two registers of 128 side by side, so that
/// one computes while the other waits for what it has computed.
const LANE_BITS: u32 = 256;

fn flags(code: Code) -> Result<Flags, SetError> {
    let position_independent = code == Code::PositionIndependent;
    let mut builder = settings::builder();
    for (name, on) in [
        ("is_pic", position_independent),
        ("use_colocated_libcalls", false),
        ("enable_verifier", cfg!(debug_assertions)),
        ("enable_probestack", true),
        ("preserve_frame_pointers", true),
        ("enable_multi_ret_implicit_sret", true),
        ("unwind_info", position_independent),
    ] {
        builder.set(name, if on { "true" } else { "false" })?;
    }
    builder.set("opt_level", "speed")?;
    // What x86-64's decoders and the caches of most processors like: 32 bytes.
    builder.set("log2_min_function_alignment", "5")?;
    builder.set("probestack_strategy", "inline")?;
    Ok(Flags::new(builder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rustc_features_become_flags_and_unknown_ones_are_left_out() {
        let target = Target::parse("x86_64-unknown-linux-gnu", "fxsr,sse,sse2,sse4.1,fma").unwrap();
        let isa = target.isa(Code::PositionIndependent, Level::V1).unwrap();
        let on: Vec<&str> = isa
            .isa_flags()
            .iter()
            .filter(|flag| flag.as_bool() == Some(true))
            .map(|flag| flag.name)
            .collect();
        assert!(on.contains(&"has_sse41") && on.contains(&"has_fma"), "{on:?}");
        assert!(!on.contains(&"has_avx"), "{on:?}");
    }

    #[test]
    fn each_feature_of_a_level_is_a_flag_that_cranelift_knows_but_two_of_v4() {
        for level in Level::X86_64 {
            for feature in level.features() {
                let target = Target::parse("x86_64-unknown-linux-gnu", feature).unwrap();
                let isa = target.isa(Code::PositionIndependent, Level::V1).unwrap();
                let is_on = isa.isa_flags().iter().any(|flag| flag.as_bool() == Some(true));
                assert_eq!(is_on, !matches!(*feature, "avx512bw" | "avx512cd"), "{feature}");
            }
        }
    }

    #[test]
    fn a_level_that_the_features_have_is_the_lowest() {
        let levels = |triple, features: &str| Target::parse(triple, features).unwrap().levels().to_vec();
        let linux = "x86_64-unknown-linux-gnu";
        assert_eq!(levels(linux, "fxsr,sse,sse2"), Level::X86_64);
        assert_eq!(levels(linux, "avx2,fma"), Level::X86_64);
        assert_eq!(levels(linux, &Level::V3.features().join(",")), [Level::V3, Level::V4]);
        assert_eq!(levels(linux, &Level::V4.features().join(",")), [Level::V4]);
        assert_eq!(levels("aarch64-unknown-linux-gnu", ""), [Level::V1]);
    }

    #[test]
    fn lanes_are_for_targets_that_have_registers_for_them() {
        let bits = |triple| Target::parse(triple, "").unwrap().lanes(Level::V1).map(|lanes| lanes.bits);
        assert_eq!(bits("x86_64-unknown-linux-gnu"), Some(256));
        assert_eq!(bits("aarch64-apple-darwin"), Some(256));
        assert_eq!(bits("riscv64gc-unknown-linux-gnu"), None);
        assert_eq!(bits("s390x-unknown-linux-gnu"), None);
        let linux = Target::parse("x86_64-unknown-linux-gnu", "").unwrap();
        assert!(Level::X86_64.is_sorted_by_key(|level| linux.lanes(*level).map(|lanes| lanes.bits)));
        let windows = Target::parse("x86_64-pc-windows-msvc", "").unwrap();
        assert_eq!(windows.lanes(Level::V4), windows.lanes(Level::V1));
    }

    #[test]
    fn targets_without_a_code_generator_are_refused_by_name() {
        let error = |triple| match Target::parse(triple, "")
            .and_then(|target| target.isa(Code::InProcess, Level::V1))
        {
            Ok(_) => panic!("{triple} has a code generator"),
            Err(error) => error.to_string(),
        };
        assert!(error("wasm32-unknown-unknown").starts_with("unsupported target: wasm32-unknown-unknown: "));
        assert!(error("no-such-thing").starts_with("unsupported target: no-such-thing: "));
    }
}
