//! A user's workspace outside of ours, and the cargo that works on it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A workspace of a user.
pub struct Workspace {
    /// Where it is.
    pub folder: PathBuf,
    /// Cargo's target folder for it.
    pub target: PathBuf,
}

impl Workspace {
    /// One of those beside the suite. They share a target folder, so that what all depend on is
    /// compiled once; and the versions of dependencies are ours, so that nothing is fetched.
    pub fn open(name: &str) -> io::Result<Workspace> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = root.join(name);
        fs::copy(root.join("../Cargo.lock"), folder.join("Cargo.lock"))?;
        Ok(Workspace { folder, target: root.join("../target/ui") })
    }

    /// A cargo for it that knows nothing of the cargo that runs the suite.
    pub fn cargo(&self, command: &str) -> Command {
        let mut cargo = Command::new(cargo());
        cargo
            .current_dir(&self.folder)
            .args([command, "--offline"])
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_TERM_COLOR", "never")
            .env_remove("RUSTFLAGS")
            .env_remove("RUSTC_WRAPPER")
            // cargo passes on what this package's build script has told it.
            .env_remove(pykernel_codegen::manifest::VARIABLE);
        cargo
    }
}

/// The cargo that runs the suite.
pub fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}
