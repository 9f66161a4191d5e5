//! Runs all transcripts as PTX on a machine that finds what is wrong in it, compares what they give with the answers, and
//! to the bit with what this machine's CPU computes; says on its last lines how many ran. Arguments select those whose
//! names contain one of them.

mod machine;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use machine::Machine;
use pykernel_cli::transcript::bits::{self, Way};
use pykernel_cli::transcript::folder;
use pykernel_cli::transcript::run::{self, Engine};
use pykernel_cli::transcript::suite::{self, Show};

fn main() -> io::Result<ExitCode> {
    let cases = folder::selected(Path::new("../tests/kernels"), std::env::args().skip(1))?;
    let mut out = io::stdout().lock();
    let summary =
        suite::run(&cases, &|case| run::run(case, &[Engine::Ptx(&Machine)]), Show::Failed, &mut out)?;
    writeln!(out, "ptx: {}", summary.line(&[]))?;
    let level = pykernel::call::level();
    let ways = [Way::Jit { level, lanes: None }, Way::Ptx(&Machine)];
    let bits = suite::run(&cases, &|case| bits::run(case, &ways), Show::Failed, &mut out)?;
    writeln!(out, "the same bits: {}", bits.line(&[]))?;
    Ok(if summary.failed + bits.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
