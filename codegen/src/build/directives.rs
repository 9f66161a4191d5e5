//! What a build script says to cargo.

use std::io::{self, Write as _};
use std::path::Path;

/// One thing to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Directive {
    /// Run the build script again when this file, or a file in this folder, changes.
    RerunIfChanged(String),
    /// Run the build script again when this variable of the environment changes.
    RerunIfVariableChanged(&'static str),
    /// Set a variable for rustc and the macros in it.
    Variable(&'static str, String),
    /// Look for static libraries in this folder.
    LinkSearch(String),
    /// Tell the user.
    Warning(String),
    /// Fail the build.
    Error(String),
}

impl Directive {
    /// The lines that cargo reads. Each line of a message is one of cargo's own.
    fn lines(&self) -> Vec<String> {
        match self {
            Directive::RerunIfChanged(path) => vec![format!("cargo::rerun-if-changed={path}")],
            Directive::RerunIfVariableChanged(name) => vec![format!("cargo::rerun-if-env-changed={name}")],
            Directive::Variable(name, value) => vec![format!("cargo::rustc-env={name}={value}")],
            Directive::LinkSearch(folder) => vec![format!("cargo::rustc-link-search=native={folder}")],
            Directive::Warning(text) => text.lines().map(|line| format!("cargo::warning={line}")).collect(),
            Directive::Error(text) => text.lines().map(|line| format!("cargo::error={line}")).collect(),
        }
    }
}

/// A path as cargo's line-based protocol can carry it.
pub(super) fn path(path: &Path) -> Result<String, String> {
    match path.to_str() {
        Some(text) if !text.contains('\n') => Ok(text.to_owned()),
        _ => Err(format!(
            "the path `{}` cannot be told to cargo\nhelp: use a target folder whose path is UTF-8 and one line",
            path.display()
        )),
    }
}

/// Says it all to cargo. If cargo does not listen any more, there is nothing left to do.
pub(super) fn print(directives: &[Directive]) {
    let text: String = directives.iter().flat_map(Directive::lines).map(|line| line + "\n").collect();
    let _ = io::stdout().lock().write_all(text.as_bytes());
}
