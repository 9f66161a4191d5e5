//! An object for each kernel, kept from build to build.
//!
//! An object's file is named by the kernel's first symbol and by a hash of everything else that
//! its bytes depend on, so that a file of the right name has the right content.

use std::collections::BTreeMap;

use super::job::Job;
use super::output::Output;
use crate::analysis::Analysis;
use crate::backend::{self, LevelIr, Origin, Target, ptx};
use crate::hir;
use crate::interface::Kernel;
use crate::ir;
use crate::manifest::Compiled;
use crate::source::Source;
use crate::symbol::{Hash128, reached};
use crate::{ufunc, vector};

/// How much of a symbol a file name takes: its end, with the hash.
const MAX_NAME: usize = 120;

/// The objects of a package's kernels.
#[derive(Debug, Default)]
pub(super) struct Objects {
    /// The kernels with their files, by the first symbol, so that one that stands in two places is
    /// compiled once.
    kernels: BTreeMap<String, (String, Compiled)>,
    /// What became of the kernels' loops, where it is asked for.
    pub(super) report: String,
    /// How many objects were compiled.
    pub(super) built: usize,
    /// How many were taken from an earlier build.
    pub(super) reused: usize,
}

impl Objects {
    /// Adds the kernels of a source that is free of errors, and compiles those that are new.
    pub(super) fn add(
        &mut self,
        job: &Job,
        source: &Source,
        analysis: Analysis,
        target: &Target,
        output: &mut Output,
    ) -> Result<(), String> {
        let is_new = |kernel: &Kernel| !self.kernels.contains_key(&kernel.overloads[0].symbol);
        let kernels: Vec<Kernel> = analysis.interface.kernels.into_iter().filter(is_new).collect();
        for mut kernel in kernels {
            let symbol = kernel.overloads[0].symbol.clone();
            let dependencies = dependencies(job, source, &analysis.hir, &kernel);
            let file = format!("{}.{dependencies:016x}.o", file_stem(&symbol));
            let kept = output.keep(&file);
            if kernel.launched.is_some() {
                if !kept {
                    let device = device(&kernel, source, &analysis.module, job)?;
                    launched(&kernel, &device, &file, target, output)?;
                }
            } else if !kept || kernel.ufunc.is_some() || job.reports {
                // Alone, so that its object is the same whatever stands beside it.
                let entries: Vec<_> = kernel.overloads.iter().map(|overload| overload.function).collect();
                let module = analysis.module.clone();
                let irs = backend::for_levels(module, &entries, job.overflow_checks, target);
                if let Some(highest) = irs.last().filter(|_| job.reports) {
                    self.report.push_str(&vector::report(&highest.verdicts, source));
                }
                if !kept {
                    let device = is_for_gpus_too(&kernel)
                        .then(|| device(&kernel, source, &analysis.module, job))
                        .transpose()?;
                    compile((&kernel, device.as_ref()), &file, source, &irs, job, target, output)?;
                }
                if kernel.ufunc.is_some() {
                    settle(&mut kernel, &irs);
                }
            }
            *(if kept { &mut self.reused } else { &mut self.built }) += 1;
            self.kernels.insert(symbol, (file, Compiled { file: source.file.to_string(), kernel }));
        }
        Ok(())
    }

    /// The archive's members: their names and bytes.
    pub(super) fn members(&self, output: &Output) -> Result<Vec<(String, Vec<u8>)>, String> {
        let member = |(symbol, (file, _)): (&String, &(String, _))| {
            Ok((format!("{}.o", file_stem(symbol)), output.read(file)?))
        };
        self.kernels.iter().map(member).collect()
    }

    /// The kernels, in the order of their symbols.
    pub(super) fn into_compiled(self) -> Vec<Compiled> {
        self.kernels.into_values().map(|(_, compiled)| compiled).collect()
    }
}

/// Whether a kernel has code for GPUs beside that for CPUs.
fn is_for_gpus_too(kernel: &Kernel) -> bool {
    kernel.ufunc.as_ref().is_some_and(|ufunc| ufunc.target == ufunc::Target::Cuda)
}

/// The code of a kernel for GPUs.
fn device(kernel: &Kernel, source: &Source, module: &ir::Module, job: &Job) -> Result<ptx::Module, String> {
    let decorator = if is_for_gpus_too(kernel) { "`target='cuda'`" } else { "`@cuda.jit`" };
    let compiled = ptx::compile(module.clone(), std::slice::from_ref(kernel), job.overflow_checks);
    match compiled.refused.first() {
        None => Ok(compiled),
        Some((name, why)) => {
            let line = source.line(why.span.start);
            Err(format!("cannot compile `{name}` for {decorator}: {why} ({}:{line})", source.file))
        }
    }
}

/// Writes the object of a kernel that runs on GPUs alone.
fn launched(
    kernel: &Kernel,
    device: &ptx::Module,
    file: &str,
    target: &Target,
    output: &mut Output,
) -> Result<(), String> {
    let failed = |error| format!("cannot compile the kernel `{}`: {error}", kernel.name);
    output.write(file, &backend::device_object(kernel, device, target).map_err(failed)?)
}

/// Compiles a kernel to an object.
fn compile(
    (kernel, device): (&Kernel, Option<&ptx::Module>),
    file: &str,
    source: &Source,
    irs: &[LevelIr],
    job: &Job,
    target: &Target,
    output: &mut Output,
) -> Result<(), String> {
    let folder = job.root.to_string_lossy();
    let origin = job.debug.then_some(Origin { source, folder: &folder });
    let failed = |error| format!("cannot compile the kernel `{}`: {error}", kernel.name);
    output.write(file, &backend::object_with_device(irs, kernel, device, target, origin).map_err(failed)?)
}

/// Says of the loops of a ufunc what the passes have found: whether they raise.
fn settle(kernel: &mut Kernel, irs: &[LevelIr]) {
    for overload in &mut kernel.overloads {
        overload.raises = irs.iter().any(|found| found.ir[overload.function].effects.raises);
    }
}

/// A symbol, cut to what file systems allow.
pub(super) fn file_stem(symbol: &str) -> &str {
    symbol.get(symbol.len().saturating_sub(MAX_NAME)..).unwrap_or(symbol)
}

/// What an object depends on besides what its symbol says: compiler, target, options, and the
/// places that its exceptions and line tables name.
fn dependencies(job: &Job, source: &Source, hir: &hir::Module, kernel: &Kernel) -> u64 {
    let hash = Hash128::default()
        .field(&job.compiler)
        .field(&job.triple)
        .field(&job.features)
        .field(&job.overflow_checks.to_string())
        .field(&if job.debug { job.root.to_string_lossy() } else { "".into() })
        .field(&source.file);
    let function = hir.functions.iter().position(|function| function.name_span == kernel.span);
    let functions = function.map(|index| reached(hir, hir::FunctionId(index as u32))).unwrap_or_default();
    let place = |id: hir::FunctionId| source.line(hir.functions[id.0 as usize].span.start).to_string();
    functions.into_iter().fold(hash, |hash, id| hash.field(&place(id))).low()
}
