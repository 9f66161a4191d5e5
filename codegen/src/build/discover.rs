//! Finds a package's kernels.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::job::Job;
use crate::invocation::{self, Invocation};
use crate::kernels::{self, Refused};
use crate::source::{Source, normalise};

/// How deep folders are searched; links can make them endless.
const MAX_DEPTH: usize = 32;

/// What a package has.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The Python texts: those in Rust files first, in the order of the files' names.
    pub(super) sources: Vec<Source>,
    /// What keeps the kernel folder from being read.
    pub(super) refused: Option<Box<Refused>>,
    /// Whether a `kernels!()` stands somewhere, and reports what is wrong in the kernel folder.
    pub(super) all_named: bool,
    /// The files that a `py_kernel!(file = "…")` names, and reports what is wrong with.
    pub(super) named: BTreeSet<String>,
    /// The files and folders that were looked at.
    pub(super) looked_at: BTreeSet<String>,
}

impl Found {
    /// Whether some macro reports what is wrong in a source.
    pub(super) fn is_named(&self, source: &Source) -> bool {
        source.module.is_empty() || self.all_named || self.named.contains(&*source.module)
    }
}

/// Looks for kernels in a package.
pub(super) fn discover(job: &Job) -> Found {
    let mut found = Found::default();
    for path in &job.paths {
        if job.root.join(path).exists() {
            found.looked_at.insert(path.clone());
            visit(&job.root, path, 0, &mut found);
        }
    }
    if found.all_named || job.root.join(&job.kernels).is_dir() {
        found.looked_at.insert(job.kernels.clone());
        match kernels::list(&job.root, &job.kernels, &job.stubs) {
            Ok(files) => found.sources.extend(files.into_iter().map(|file| file.source)),
            Err(refused) => found.refused = Some(refused),
        }
    }
    add_named(job, &mut found);
    found.looked_at.extend(job.stubs.iter().cloned());
    found
}

/// Looks at a Rust or Markdown file, or at all in a folder but packages of their own.
fn visit(root: &Path, path: &str, depth: usize, found: &mut Found) {
    let full = root.join(path);
    if full.is_dir() {
        if depth < MAX_DEPTH && (depth == 0 || !full.join("Cargo.toml").exists()) {
            for name in names(&full) {
                visit(root, &format!("{path}/{name}"), depth + 1, found);
            }
        }
    } else if path.ends_with(".rs") {
        add(path, invocation::scan(&read(&full)), found);
    } else if path.ends_with(".md") {
        add(path, invocation::scan_markdown(&read(&full)), found);
    }
}

/// The names of what a folder holds, sorted, without hidden ones. What cannot be read is left to
/// rustc, if it is needed.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| !name.starts_with('.')).collect()
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).map(|text| normalise(&text)).unwrap_or_default()
}

/// Takes what invocations in a file hold or name.
fn add(file: &str, invocations: Vec<Invocation>, found: &mut Found) {
    for invocation in invocations {
        match invocation {
            Invocation::Tokens(python) | Invocation::Literal(python) => {
                found.sources.push(python.source(file))
            }
            Invocation::File(path) => drop(found.named.insert(path)),
            Invocation::Kernels => found.all_named = true,
        }
    }
}

/// Takes the named files that do not lie in the kernel folder. Of one that cannot be read the macro
/// says so; cargo looks for it until it is there.
fn add_named(job: &Job, found: &mut Found) {
    let known: BTreeSet<_> = found.sources.iter().map(|source| source.module.clone()).collect();
    for path in std::mem::take(&mut found.named) {
        match kernels::read(&job.root, &path, &job.stubs) {
            Ok(source) => {
                let new = found.named.insert(source.module.to_string());
                if new && !known.contains(&source.module) {
                    found.looked_at.insert(source.module.to_string());
                    found.looked_at.extend(place_of_stub(job, &source));
                    found.sources.push(source);
                }
            }
            Err(_) => drop(found.looked_at.insert(path)),
        }
    }
}

/// What cargo must watch for a stub beside a file: the stub, or the folder in which it may turn up.
/// A folder in which the build itself writes would never be at rest.
fn place_of_stub(job: &Job, source: &Source) -> Option<String> {
    if let Some(stub) = &source.stub {
        return Some(stub.module.to_string());
    }
    let folder = source.module.rsplit_once('/').map_or(".", |(folder, _)| folder);
    let full = job.root.join(folder).canonicalize().ok()?;
    let out = job.out.parent()?.canonicalize().ok()?;
    (!out.starts_with(full)).then(|| folder.to_owned())
}
