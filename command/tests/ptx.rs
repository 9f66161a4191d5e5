//! Runs all transcripts as PTX on a machine that finds what is wrong in it, compares what they give with the answers, and
//! to the bit with what this machine's CPU computes; says on its last lines how many ran. Arguments select those whose
//! names contain one of them.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use ptx_machine::{Memory, Module};
use pykernel_cli::device::{Device, Launch, Program, Region};
use pykernel_cli::transcript::bits::{self, Way};
use pykernel_cli::transcript::folder;
use pykernel_cli::transcript::run::{self, Engine};
use pykernel_cli::transcript::suite::{self, Show};

/// The machine of the package `ptx_machine`.
struct Machine;

impl Device for Machine {
    fn name(&self) -> &'static str {
        "ptx"
    }

    fn load(&self, text: &str) -> Result<Box<dyn Program>, String> {
        match Module::parse(text) {
            Ok(module) => Ok(Box::new(Parsed(module))),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// A module that it has read.
struct Parsed(Module);

impl Program for Parsed {
    fn launch(&self, launch: &Launch<'_>, memory: &mut [Region]) -> Result<(), String> {
        let mut device = Memory::new();
        for region in memory.iter() {
            let size = region.bytes.len() as u64;
            device.allocate_at(region.address, size).map_err(|problem| problem.to_string())?;
            device.write(region.address, &region.bytes).map_err(|problem| problem.to_string())?;
        }
        let [blocks, threads] = launch.grid;
        let shape = ptx_machine::Launch::new(blocks, threads);
        let ended = ptx_machine::launch(&self.0, launch.entry, &shape, launch.params, &mut device);
        ended.map_err(|fault| fault.to_string())?;
        for region in memory {
            device.read(region.address, &mut region.bytes).map_err(|problem| problem.to_string())?;
        }
        Ok(())
    }
}

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
