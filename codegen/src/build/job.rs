//! One run of the build helper, without cargo.

use std::path::PathBuf;
use std::slice::from_ref;

use super::archive;
use super::c;
use super::directives::{self, Directive};
use super::discover::{self, Found};
use super::emit::{self, Emit};
use super::objects::Objects;
use super::output::Output;
use crate::analysis::analyse;
use crate::backend::Target;
use crate::manifest::{self, Manifest};
use crate::render::{Style, render};
use crate::symbol::Package;

/// The variable that asks for what became of each loop.
pub(super) const REPORT: &str = "PYKERNEL_REPORT";

/// The manifest's file in the output folder.
const MANIFEST: &str = "manifest";

/// What there is to do.
#[derive(Clone, Debug)]
pub(super) struct Job {
    /// The package's root.
    pub(super) root: PathBuf,
    /// The folder for what is made, which holds nothing else.
    pub(super) out: PathBuf,
    /// The package.
    pub(super) package: Package,
    /// The target, as rustc names it.
    pub(super) triple: String,
    /// The target's features, as rustc lists them.
    pub(super) features: String,
    /// Whether overflow of Python's `int` raises.
    pub(super) overflow_checks: bool,
    /// Whether debuggers shall find lines of Python.
    pub(super) debug: bool,
    /// The folder of kernel files.
    pub(super) kernels: String,
    /// Where Rust files are.
    pub(super) paths: Vec<String>,
    /// Stubs that do not stand beside their kernel files.
    pub(super) stubs: Vec<String>,
    /// What tells this compiler from others.
    pub(super) compiler: String,
    /// What C programs get.
    pub(super) c: c::Wanted,
    /// Whether it is told what became of each loop ([`REPORT`]).
    pub(super) reports: bool,
    /// The stages to show, as `PYKERNEL_EMIT` names them.
    pub(super) emit: String,
}

/// What was done.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// How many objects were compiled.
    pub(super) built: usize,
    /// How many were taken from an earlier build.
    pub(super) reused: usize,
    /// How many files of earlier builds were removed.
    pub(super) removed: usize,
    /// What is wrong that no macro reports.
    pub(super) errors: Vec<String>,
    /// What may not be meant, and no macro reports.
    pub(super) warnings: Vec<String>,
    /// What the Rust compiler and cargo must know.
    told: Vec<Directive>,
}

impl Outcome {
    /// What to say to cargo.
    pub(super) fn directives(self) -> Vec<Directive> {
        let warnings = self.warnings.into_iter().map(Directive::Warning);
        let errors = self.errors.into_iter().map(Directive::Error);
        self.told.into_iter().chain(warnings).chain(errors).collect()
    }
}

impl Job {
    /// Does it.
    pub(super) fn run(&self) -> Outcome {
        let found = discover::discover(self);
        let mut outcome = Outcome::default();
        outcome.told.extend(found.looked_at.iter().cloned().map(Directive::RerunIfChanged));
        outcome.told.push(Directive::RerunIfVariableChanged(emit::VARIABLE));
        outcome.told.push(Directive::RerunIfVariableChanged(REPORT));
        outcome.told.extend(c::source::watched(&self.c.sources));
        if let Err(error) = self.make(&found, &mut outcome) {
            outcome.errors.push(error);
        }
        outcome
    }

    /// Compiles what was found and writes it all.
    fn make(&self, found: &Found, outcome: &mut Outcome) -> Result<(), String> {
        let target = Target::parse(&self.triple, &self.features).map_err(|error| error.to_string())?;
        let mut output = Output::open(&self.out)?;
        let objects = self.compile(found, &target, &mut output, outcome)?;
        outcome.warnings.extend(objects.report.lines().map(str::to_owned));
        let library = self.package.library();
        let mut members = objects.members(&output)?;
        members.extend(c::source::compile(self)?);
        let bytes = archive::archive(&members, target.triple())
            .map_err(|error| format!("cannot pack the library `{library}`: {error}"))?;
        output.write(&archive::file_name(&library, target.triple()), &bytes)?;
        let manifest = Manifest {
            library,
            folder: self.kernels.clone(),
            stubs: self.stubs.clone(),
            kernels: objects.into_compiled(),
        };
        output.write(MANIFEST, manifest.to_text().as_bytes())?;
        if let Err(error) = c::write(self, &manifest.kernels, &bytes) {
            outcome.errors.push(error);
        }
        outcome.removed = output.remove_stale()?;
        let manifest = directives::path(&self.out.join(MANIFEST))?;
        outcome.told.push(Directive::Variable(manifest::VARIABLE, manifest));
        outcome.told.push(Directive::LinkSearch(directives::path(&self.out)?));
        Ok(())
    }

    /// What is wrong with stubs that belong to no kernel file.
    fn idle_stubs<'a>(&'a self, found: &'a Found) -> impl Iterator<Item = String> + 'a {
        let used = |stub: &str| {
            let stubs = found.sources.iter().filter_map(|source| source.stub.as_deref());
            stubs.into_iter().any(|used| *used.module == *stub)
        };
        let idle = self.stubs.iter().filter(move |stub| found.refused.is_none() && !used(stub));
        idle.map(|stub| {
            let file = stub.rsplit('/').next().unwrap_or(stub).trim_end_matches('i');
            format!(
                "the stub `{stub}` belongs to no kernel file\nhelp: it would be one that is named `{file}`"
            )
        })
    }

    /// Compiles each kernel that is free of errors; reports the errors that no macro does.
    fn compile(
        &self,
        found: &Found,
        target: &Target,
        output: &mut Output,
        outcome: &mut Outcome,
    ) -> Result<Objects, String> {
        if let Some(refused) = found.refused.as_ref().filter(|_| !found.all_named) {
            outcome.errors.push(render(&refused.source, from_ref(&refused.diagnostic), Style::Plain));
        }
        outcome.errors.extend(self.idle_stubs(found));
        let mut objects = Objects::default();
        let mut emit = Emit::open(self)?;
        for source in &found.sources {
            let analysis = analyse(source, &self.package);
            if !found.is_named(source) && !analysis.warnings.is_empty() {
                outcome.warnings.push(render(source, &analysis.warnings, Style::Plain));
            }
            if analysis.diagnostics.is_empty() {
                if let Some(emit) = &mut emit {
                    emit.add(self, source, &analysis, target)?;
                }
                objects.add(self, source, analysis, target, output)?;
            } else if !found.is_named(source) {
                outcome.errors.push(render(source, &analysis.diagnostics, Style::Plain));
            }
        }
        if let Some(emit) = emit {
            outcome.told.push(Directive::Warning(emit.finish()?));
        }
        (outcome.built, outcome.reused) = (objects.built, objects.reused);
        Ok(objects)
    }
}
