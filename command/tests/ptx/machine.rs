//! The device that runs PTX in tests: a machine that finds what is wrong in it.

use ptx_machine::{Memory, Module};
use pykernel_cli::device::{Device, Extent, Launch, Program, Region};

/// The machine of the package `ptx_machine`, each launch with memory of its own.
pub struct Machine;

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
        let Extent { grid, block, shared } = launch.extent;
        let shape = ptx_machine::Launch {
            grid,
            block,
            dynamic_shared: shared,
            // A thread that raises leaves the others at their barriers, which then wait for the rest.
            strict_barriers: false,
            ..ptx_machine::Launch::default()
        };
        let ended = ptx_machine::launch(&self.0, launch.entry, &shape, launch.params, &mut device);
        ended.map_err(|fault| fault.to_string())?;
        for region in memory {
            device.read(region.address, &mut region.bytes).map_err(|problem| problem.to_string())?;
        }
        Ok(())
    }
}
