//! Launches: what is refused at the call, what the machine finds when the kernel runs, and which `CUresult` a
//! fault becomes (manual, 6.1 and 6.22).

use std::io::Write;
use std::sync::Arc;

use ptx_machine::{FaultKind, Launch, Module, NanToInteger};

use crate::code::{Code, Outcome};
use crate::device;
use crate::driver::{Driver, Handle};
use crate::work::Work;

/// A launch that was accepted.
#[derive(Debug)]
pub struct KernelLaunch {
    module: Arc<Module>,
    name: String,
    shape: Shape,
    parameters: Vec<u8>,
}

/// The shape of a launch.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Blocks in each dimension.
    pub grid: [u32; 3],
    /// Threads of a block in each dimension.
    pub block: [u32; 3],
    /// Bytes of dynamic shared memory.
    pub shared: u32,
    /// Whether all blocks have to be at home on the device together.
    pub cooperative: bool,
}

/// A kernel's parameters, as a program gives them.
pub trait Parameters {
    /// Lays them out in a block; `places` has the offset and size of each, `bytes` is the size of the block.
    fn block(&self, places: &[(usize, usize)], bytes: usize) -> Outcome<Vec<u8>>;
}

impl Driver {
    /// `cuLaunchKernel` and its relatives. The parameters are read now.
    pub fn launch(
        &mut self,
        function: Handle,
        stream: Handle,
        shape: Shape,
        parameters: &impl Parameters,
    ) -> Outcome<()> {
        let stream = self.stream(stream)?;
        self.check_shape(function, shape)?;
        let found = self.function(function)?;
        if found.context != self.context_of(stream) {
            return Err(Code::InvalidHandle);
        }
        let kernel = found.kernel()?;
        let place = |parameter: &ptx_machine::Parameter| (parameter.offset as usize, parameter.size as usize);
        let places: Vec<_> = kernel.parameters.iter().map(place).collect();
        let parameters = parameters.block(&places, kernel.parameter_bytes as usize)?;
        let (module, name) = (Arc::clone(&found.module), found.name.clone());
        let launch = KernelLaunch { module, name, shape, parameters };
        self.enqueue(stream, Work::Launch(Arc::new(launch))).map(|_| ())
    }

    fn check_shape(&self, handle: Handle, shape: Shape) -> Outcome<()> {
        let function = self.function(handle)?;
        let within = |sizes: [u32; 3], most: [u32; 3]| {
            sizes.iter().zip(most).all(|(size, most)| (1..=most).contains(size))
        };
        let threads = shape.block.iter().map(|size| u64::from(*size)).product::<u64>();
        if !within(shape.grid, device::GRID)
            || !within(shape.block, device::BLOCK)
            || threads > u64::from(function.max_threads()?)
            || shape.shared > function.max_dynamic_shared
            || function.kernel()?.required_threads.is_some_and(|required| required != shape.block)
        {
            return Err(Code::InvalidValue);
        }
        let blocks = shape.grid.iter().map(|size| u64::from(*size)).product::<u64>();
        let resident = self.active_blocks(handle, threads as u32, u64::from(shape.shared))?;
        if shape.cooperative && blocks > u64::from(resident * device::MULTIPROCESSORS) {
            return Err(Code::CooperativeLaunchTooLarge);
        }
        Ok(())
    }

    /// Runs a kernel. Page-locked memory that the device sees is carried there and back.
    pub fn run_launch(&mut self, context: Handle, launch: &KernelLaunch) -> Outcome<()> {
        let device = self.context(context)?.device;
        let aliases = self.aliases_of(device);
        let mut before = Vec::new();
        for (alias, range) in &aliases {
            let bytes = range.read();
            self.devices[device].memory.write(*alias, &bytes).map_err(|_| Code::IllegalAddress)?;
            before.push(bytes);
        }
        let with = Launch {
            grid: launch.shape.grid,
            block: launch.shape.block,
            dynamic_shared: launch.shape.shared,
            seed: self.settings.seed,
            step_limit: self.settings.steps,
            shared_limit: device::SHARED_OPTIN,
            // A device converts it.
            nan_to_integer: NanToInteger::Value,
            ..Launch::default()
        };
        let memory = &mut self.devices[device].memory;
        let result = ptx_machine::launch(&launch.module, &launch.name, &with, &launch.parameters, memory);
        for ((alias, range), before) in aliases.iter().zip(before) {
            let mut after = vec![0; before.len()];
            memory.read(*alias, &mut after).map_err(|_| Code::IllegalAddress)?;
            // Only what the kernel changed: the program may write beside it.
            for (index, byte) in after.iter().enumerate().filter(|(index, byte)| before[*index] != **byte) {
                range.write(index, &[*byte]);
            }
        }
        match result {
            Ok(report) => {
                self.clock += report.steps;
                print(&report.printed);
                Ok(())
            }
            Err(fault) => {
                self.report_fault(&fault.to_string());
                Err(code_of(fault.kind))
            }
        }
    }

    /// Tells the machine's words to people and to tests.
    pub fn report_fault(&mut self, text: &str) {
        eprintln!("fake CUDA driver: {text}");
        self.last_fault = Some(text.to_owned());
    }
}

/// Prints what a kernel printed.
fn print(text: &str) {
    if !text.is_empty() {
        let mut out = std::io::stdout().lock();
        // A program whose output is closed does not hear of it from a driver either.
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).unwrap_or_default();
    }
}

/// The `CUresult` that a device has for a fault.
fn code_of(kind: FaultKind) -> Code {
    match kind {
        FaultKind::OutOfBounds
        | FaultKind::NullAccess
        | FaultKind::UseAfterFree
        | FaultKind::WriteToConstant
        | FaultKind::ParameterOutOfBounds => Code::IllegalAddress,
        FaultKind::Misaligned => Code::MisalignedAddress,
        FaultKind::WrongSpace => Code::InvalidAddressSpace,
        FaultKind::StackOverflow => Code::HardwareStackError,
        FaultKind::StepLimit | FaultKind::Deadlock | FaultKind::DivergentBarrier => Code::LaunchTimeout,
        // What a device does not notice, and a test should.
        FaultKind::UninitialisedRegister
        | FaultKind::UninitialisedMemory
        | FaultKind::SharedRace
        | FaultKind::GlobalRace
        | FaultKind::NonCoherentLoad
        | FaultKind::InvalidBarrier
        | FaultKind::InactiveLane
        | FaultKind::LaneNotInMask
        | FaultKind::DivisionByZero
        | FaultKind::NanToInteger
        | FaultKind::Trap
        | FaultKind::BranchIndex
        | FaultKind::InvalidPrint => Code::LaunchFailed,
        FaultKind::UnknownKernel
        | FaultKind::InvalidBlock
        | FaultKind::SharedTooLarge
        | FaultKind::ParameterSize
        | FaultKind::Allocation => Code::LaunchOutOfResources,
    }
}
