//! The machine that code is generated for.

use std::str::FromStr;

use cranelift_codegen::isa::{self, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable, Flags, SetError};
use target_lexicon::Triple;

use super::Error;

/// A target triple with the CPU features that code may use.
#[derive(Clone, Debug)]
pub struct Target {
    triple: Triple,
    features: Vec<String>,
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
    /// The machine that this process runs on, without features that not every machine of its
    /// kind has.
    pub fn host() -> Target {
        Target { triple: Triple::host(), features: Vec::new() }
    }

    /// A target by its triple, with features as `CARGO_CFG_TARGET_FEATURE` lists them:
    /// `fxsr,sse,sse2,sse4.1`.
    pub fn parse(triple: &str, features: &str) -> Result<Target, Error> {
        let parsed = Triple::from_str(triple).map_err(|error| Error::Target(format!("{triple}: {error}")))?;
        let features = features.split(',').map(str::trim).filter(|name| !name.is_empty());
        Ok(Target { triple: parsed, features: features.map(str::to_owned).collect() })
    }

    /// The triple.
    pub fn triple(&self) -> &Triple {
        &self.triple
    }

    /// Cranelift's description of the target.
    pub fn isa(&self, code: Code) -> Result<OwnedTargetIsa, Error> {
        let unsupported = |error: &dyn std::fmt::Display| Error::Target(format!("{}: {error}", self.triple));
        let mut builder = isa::lookup(self.triple.clone()).map_err(|error| unsupported(&error))?;
        for feature in &self.features {
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
        let isa = target.isa(Code::PositionIndependent).unwrap();
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
    fn targets_without_a_code_generator_are_refused_by_name() {
        let error = |triple| match Target::parse(triple, "").and_then(|target| target.isa(Code::InProcess)) {
            Ok(_) => panic!("{triple} has a code generator"),
            Err(error) => error.to_string(),
        };
        assert!(error("wasm32-unknown-unknown").starts_with("unsupported target: wasm32-unknown-unknown: "));
        assert!(error("no-such-thing").starts_with("unsupported target: no-such-thing: "));
    }
}
