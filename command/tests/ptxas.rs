//! Assembles the PTX of all transcripts with NVIDIA's `ptxas`, without a warning, for the architectures that
//! `PYKERNEL_PTX_TARGETS` names (`sm_60,sm_90` if it names none). `PYKERNEL_PTXAS` says where it is; nothing is
//! done without it. Arguments select the transcripts whose names contain one of them.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

use pykernel_cli::transcript::case::Case;
use pykernel_cli::transcript::folder;
use pykernel_cli::transcript::run::{Outcome, Problem, prepare};
use pykernel_cli::transcript::suite::{self, Show};
use pykernel_codegen::backend::ptx;

/// The assembler, and what it assembles for.
struct Assembler {
    program: PathBuf,
    targets: Vec<String>,
    /// Where the texts are written.
    folder: PathBuf,
}

impl Assembler {
    /// Assembles the kernels of a test, of which those that cannot run on a GPU are left out.
    fn test(&self, case: &Case) -> Outcome {
        let mut outcome = Outcome::default();
        if case.is_refused() {
            return outcome;
        }
        let prepared = prepare(&case.source, true);
        let module = ptx::compile_finished(&prepared.for_device(), &prepared.analysis.interface.kernels);
        if module.functions.is_empty() {
            return outcome;
        }
        // What a kernel does may need a newer device than the oldest.
        let has = |target: &&String| number(target).is_none_or(|number| number >= module.needs().target);
        let targets: Vec<&String> = self.targets.iter().filter(has).collect();
        for target in &targets {
            if let Err(problem) = self.assemble(&case.name, &module.text(), target) {
                outcome.problems.push(Problem::new(problem));
            }
        }
        outcome.engines = targets.into_iter().cloned().collect();
        outcome
    }

    /// Assembles a text. What it says of memory that registers had to be spilled to is a problem too.
    fn assemble(&self, name: &str, text: &str, target: &str) -> Result<(), String> {
        let stem: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        let file = self.folder.join(format!("{stem}.{target}.ptx"));
        let failed = |error: io::Error| format!("{}: {error}", file.display());
        fs::write(&file, text).map_err(failed)?;
        let mut command = Command::new(&self.program);
        command
            .args(["-Werror", "-warn-spills", "-o", "/dev/null"])
            .arg(format!("-arch={target}"))
            .arg(&file);
        let output = command.output().map_err(|error| format!("{}: {error}", self.program.display()))?;
        if !output.status.success() || !output.stderr.is_empty() {
            let said =
                [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            return Err(format!("for {target}, {}:\n{}", file.display(), said.concat()));
        }
        fs::remove_file(&file).map_err(failed)
    }
}

/// The number of an architecture: 60 of `sm_60`.
fn number(target: &str) -> Option<u32> {
    target.trim_start_matches("sm_").parse().ok()
}

fn main() -> io::Result<ExitCode> {
    let mut out = io::stdout().lock();
    let Some(program) = env::var_os("PYKERNEL_PTXAS") else {
        writeln!(out, "ptxas: skipped, PYKERNEL_PTXAS does not say where it is")?;
        return Ok(ExitCode::SUCCESS);
    };
    let targets = env::var("PYKERNEL_PTX_TARGETS").unwrap_or_else(|_| "sm_60,sm_90".into());
    let targets = targets.split(',').map(str::to_owned).collect();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ptx");
    fs::create_dir_all(&folder)?;
    let assembler = Assembler { program: program.into(), targets, folder };
    let cases = folder::selected(Path::new("../tests/kernels"), env::args().skip(1))?;
    let summary = suite::run(&cases, &|case| assembler.test(case), Show::Failed, &mut out)?;
    writeln!(out, "ptxas: {}", summary.line(&[]))?;
    Ok(if summary.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
