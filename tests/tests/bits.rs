//! Compiles the kernels of all transcripts in every way and compares what they compute, to the bit:
//! for each CPU level that this machine has, with lanes and without, on several threads. Arguments select
//! the transcripts whose names contain one of them.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use pykernel::call::levels;
use pykernel_cli::transcript::bits::{self, Way};
use pykernel_cli::transcript::folder;
use pykernel_cli::transcript::suite::{self, Show};
use pykernel_codegen::backend::LANE_BITS;

/// What loops may become: ones of single numbers, of as many lanes as builds make, and of the least.
const LANES: [Option<u32>; 3] = [None, Some(LANE_BITS), Some(128)];

fn main() -> io::Result<ExitCode> {
    let cases = folder::selected(Path::new("kernels"), std::env::args().skip(1))?;
    let ways: Vec<Way> = levels().flat_map(|level| LANES.map(|lanes| Way { level, lanes })).collect();
    let mut out = io::stdout().lock();
    let summary = suite::run(&cases, &|case| bits::run(case, &ways), Show::Failed, &mut out)?;
    writeln!(out, "bits: {}", summary.line(&[]))?;
    Ok(if summary.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
