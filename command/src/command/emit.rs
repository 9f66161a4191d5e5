//! `pykernel emit`

use std::io::Write;
use std::path::Path;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use pykernel_codegen::analysis::Analysis;
use pykernel_codegen::backend::{self, Level, LevelIr, Stage, Target, ptx};
use pykernel_codegen::interface::Kernel;
use pykernel_codegen::{hir, ir, typed, vector};

use super::{Stop, Verdict, analyse_right};
use crate::{bug, input};

/// Reads the name of a stage.
pub fn stage() -> impl TypedValueParser<Value = Stage> {
    let known = Stage::ALL.map(|stage| PossibleValue::new(stage.name()).help(stage.meaning()));
    PossibleValuesParser::new(known).try_map(|name| Stage::named(&name).ok_or("there is no such stage"))
}

/// Reads the name of a CPU level that machines of this kind may have.
pub fn level() -> impl TypedValueParser<Value = Level> {
    let names: Vec<&str> = Target::host().levels().iter().map(|level| level.name()).collect();
    PossibleValuesParser::new(names).try_map(|name| Level::named(&name).ok_or("there is no such level"))
}

/// How kernels are compiled for showing them.
pub struct Options {
    /// Whether overflow of Python's `int` is checked for.
    pub overflow_checks: bool,
    /// Whether the IR is shown as it was before the passes.
    pub no_passes: bool,
    /// The CPU level.
    pub level: Level,
}

/// Prints what a stage makes of a file.
pub fn run(file: &Path, stage: Stage, options: &Options, out: &mut dyn Write) -> Result<Verdict, Stop> {
    let source = input::source(file)?;
    let Some(analysis) = analyse_right(&source) else { return Ok(Verdict::Wrong) };
    let text = match stage {
        Stage::Hir => hir::print::print(&analysis.hir),
        Stage::Types => typed::print::print(&analysis.program),
        Stage::Ir if options.no_passes => ir::print::print(&analysis.module),
        Stage::Ir => of_level(&analysis, options, &|found| ir::print::print(&found.ir)),
        Stage::Vector => of_level(&analysis, options, &|found| vector::report(&found.verdicts, &source)),
        Stage::Clif => {
            backend::with_lines(&of_kernels(file, &analysis, options, backend::clif_text)?, &source)
        }
        Stage::Asm => backend::with_lines(&of_kernels(file, &analysis, options, backend::asm_text)?, &source),
        Stage::Ptx => {
            bug::set_place(&file.display().to_string());
            let kernels = &analysis.interface.kernels;
            ptx::compile(analysis.module.clone(), kernels, options.overflow_checks).text_with_lines(&source)
        }
    };
    write!(out, "{text}")?;
    Ok(Verdict::Well)
}

/// The machine of the level.
fn target(options: &Options) -> Target {
    Target::host().at(options.level)
}

/// The IR as the back end gets it, which is that of the level, and what became of each loop.
fn compiled(analysis: &Analysis, options: &Options) -> Vec<LevelIr> {
    backend::for_levels(
        analysis.module.clone(),
        &entries(analysis),
        options.overflow_checks,
        &target(options),
    )
}

/// The functions that are called from outside.
fn entries(analysis: &Analysis) -> Vec<ir::FunctionId> {
    let overloads = analysis.interface.kernels.iter().flat_map(|kernel| &kernel.overloads);
    overloads.map(|overload| overload.function).collect()
}

/// What is printed of the IR of the level.
fn of_level(analysis: &Analysis, options: &Options, print: &dyn Fn(&LevelIr) -> String) -> String {
    compiled(analysis, options).iter().map(print).collect()
}

type Printer = fn(&[LevelIr], &Kernel, &Target) -> Result<String, backend::Error>;

/// What the back end prints of each kernel.
fn of_kernels(file: &Path, analysis: &Analysis, options: &Options, print: Printer) -> Result<String, Stop> {
    let irs = compiled(analysis, options);
    let mut text = String::new();
    for kernel in &analysis.interface.kernels {
        bug::set_place(&format!("{}, kernel {}", file.display(), kernel.name));
        let printed = print(&irs, kernel, &target(options));
        text.push_str(&printed.map_err(|error| Stop::Usage(error.to_string()))?);
    }
    Ok(text)
}
