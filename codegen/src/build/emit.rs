//! Writes what the compiler's stages make of each kernel, where `PYKERNEL_EMIT` asks for it.

use std::path::PathBuf;

use super::job::Job;
use super::objects::file_stem;
use super::output::Output;
use crate::analysis::Analysis;
use crate::backend::{self, LevelIr, Stage, Target, ptx};
use crate::interface::Kernel;
use crate::source::Source;
use crate::{hir, ir, typed, vector};

/// The variable with the names of stages: `ir,asm`.
pub(super) const VARIABLE: &str = "PYKERNEL_EMIT";

/// The stages that `PYKERNEL_EMIT` names; what is wrong with it otherwise.
fn stages(list: &str) -> Result<Vec<Stage>, String> {
    let names = list.split(',').map(str::trim).filter(|name| !name.is_empty());
    let stage = |name| {
        Stage::named(name).ok_or_else(|| {
            let known = Stage::ALL.map(Stage::name).join(", ");
            format!("{VARIABLE} names the stage `{name}`, which there is not\nhelp: the stages are {known}")
        })
    };
    names.map(stage).collect()
}

/// Where texts go, and which.
pub(super) struct Emit {
    stages: Vec<Stage>,
    output: Output,
    folder: PathBuf,
}

impl Emit {
    /// Makes the folder, if something is asked for.
    pub(super) fn open(job: &Job) -> Result<Option<Emit>, String> {
        let stages = stages(&job.emit)?;
        if stages.is_empty() {
            return Ok(None);
        }
        let folder = job.out.with_file_name("pykernel-emit");
        Ok(Some(Emit { stages, output: Output::open(&folder)?, folder }))
    }

    /// Writes the stages of each kernel of a source, whether its object is new or not.
    pub(super) fn add(
        &mut self,
        job: &Job,
        source: &Source,
        analysis: &Analysis,
        target: &Target,
    ) -> Result<(), String> {
        for kernel in &analysis.interface.kernels {
            let symbol = &kernel.overloads[0].symbol;
            let entries: Vec<_> = kernel.overloads.iter().map(|overload| overload.function).collect();
            let module = analysis.module.clone();
            let irs = backend::for_levels(module, &entries, job.overflow_checks, target);
            for stage in &self.stages {
                let text = text(*stage, source, analysis, &irs, (kernel, job.overflow_checks), target)
                    .map_err(|error| format!("cannot show the kernel `{}`: {error}", kernel.name))?;
                self.output.write(&format!("{}.{}", file_stem(symbol), stage.name()), text.as_bytes())?;
            }
        }
        Ok(())
    }

    /// Removes what earlier builds wrote, and says where the texts are.
    pub(super) fn finish(self) -> Result<String, String> {
        self.output.remove_stale()?;
        Ok(format!("{VARIABLE}: the stages of all kernels are in {}", self.folder.display()))
    }
}

/// A stage as text. The first two are those of the kernel's whole file; IR and verdicts are those of the
/// target's highest level.
fn text(
    stage: Stage,
    source: &Source,
    analysis: &Analysis,
    irs: &[LevelIr],
    (kernel, overflow_checks): (&Kernel, bool),
    target: &Target,
) -> Result<String, backend::Error> {
    let highest = irs.last();
    Ok(match stage {
        Stage::Hir => hir::print::print(&analysis.hir),
        Stage::Types => typed::print::print(&analysis.program),
        Stage::Ir => highest.map(|found| ir::print::print(&found.ir)).unwrap_or_default(),
        Stage::Vector => highest.map(|found| vector::report(&found.verdicts, source)).unwrap_or_default(),
        Stage::Clif => backend::with_lines(&backend::clif_text(irs, kernel, target)?, source),
        Stage::Asm => backend::with_lines(&backend::asm_text(irs, kernel, target)?, source),
        Stage::Ptx => {
            let kernels = std::slice::from_ref(kernel);
            ptx::compile(analysis.module.clone(), kernels, overflow_checks).text_with_lines(source)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_named_in_a_list() {
        assert_eq!(stages(""), Ok(vec![]));
        assert_eq!(stages("ir, asm"), Ok(vec![Stage::Ir, Stage::Asm]));
        let error = stages("ir,llvm").unwrap_err();
        assert!(
            error.contains("`llvm`")
                && error.ends_with("help: the stages are hir, types, ir, vector, clif, asm, ptx")
        );
    }
}
