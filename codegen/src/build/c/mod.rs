//! What a package gives to C and C++ programs: a header for its kernels, and their library. And
//! what it takes: C that its kernels call.
//!
//! A kernel's symbol is a hash, so that two packages never collide in one program and an old
//! header never calls a new kernel. The header gives it a name of its own for programs to use: an
//! inline function, which needs no symbol.

mod header;
mod names;
mod record;
mod result;
pub(super) mod source;

use std::path::Path;

use super::job::Job;
use super::output::Output;
use crate::interface::Overload;
use crate::manifest::Compiled;

/// What a build script asks for.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// Where the header goes, from the package's root.
    pub(super) header: Option<String>,
    /// Where the library goes, from the package's root.
    pub(super) library: Option<String>,
    /// What the names of functions in the header begin with.
    pub(super) prefix: String,
    /// The C that kernels call.
    pub(super) sources: source::Sources,
}

/// Folders and files whose kernels are none of the package's own.
const NOT_OWN: &[&str] = &["tests/", "examples/", "benches/"];

/// Writes what is asked for.
pub(super) fn write(job: &Job, kernels: &[Compiled], library: &[u8]) -> Result<(), String> {
    if let Some(path) = &job.c.library {
        put(&job.root.join(path), library)?;
    }
    if let Some(path) = &job.c.header {
        let own: Vec<&Compiled> = kernels.iter().filter(|compiled| is_own(compiled)).collect();
        put(&job.root.join(path), header::header(&job.package, &job.c.prefix, own)?.as_bytes())?;
    }
    Ok(())
}

/// Whether a kernel is one of the package's own, and can be called without Rust. A ufunc's loops are
/// for the runtime, which broadcasts and converts for them, what runs on GPUs alone for its launches, and the generators that
/// kernels take are Rust's.
fn is_own(Compiled { file, kernel }: &Compiled) -> bool {
    let is_shown = file.ends_with(".md") || NOT_OWN.iter().any(|folder| file.starts_with(folder));
    let draws = |overload: &Overload| overload.params.iter().any(|param| param.ty.holds_generator());
    let takes_generator = kernel.overloads.iter().any(draws);
    !is_shown
        && !takes_generator
        && kernel.callables.is_empty()
        && kernel.ufunc.is_none()
        && kernel.launched.is_none()
}

/// Writes a file outside of the helper's folder.
fn put(path: &Path, content: &[u8]) -> Result<(), String> {
    match (path.parent(), path.file_name().and_then(|name| name.to_str())) {
        (Some(folder), Some(name)) => Output::open(folder)?.write(name, content),
        _ => Err(format!("`{}` is not the path of a file\nhelp: name a file in the package", path.display())),
    }
}
