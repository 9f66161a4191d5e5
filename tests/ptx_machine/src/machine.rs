//! A launch: its checks, its blocks one after another, and where it went wrong.

use crate::execute::shared_memory::SharedMemory;
use crate::fault::{Fault, FaultKind, Problem};
use crate::launch::{Launch, Report};
use crate::memory::Memory;
use crate::module::{Function, Kernel, Module};
use crate::schedule::Order;
use crate::shadow::{Accessor, Published};
use crate::thread::Thread;

/// Everything that the threads of a launch share.
pub(crate) struct Machine<'a> {
    pub module: &'a Module,
    pub kernel: &'a Kernel,
    pub launch: &'a Launch,
    pub parameters: &'a [u8],
    /// The addresses of the module's variables.
    pub addresses: Vec<u64>,
    pub memory: &'a mut Memory,
    /// Tells this launch from others on the same memory.
    pub number: u64,
    pub steps: u64,
    pub printed: String,
    /// How many events have ordered accesses.
    pub now: u32,
    pub published: Published,
    pub order: Order,
    pub block: Block,
}

/// What the threads of the present block share.
pub(crate) struct Block {
    pub index: [u32; 3],
    /// Its number in the grid.
    pub number: u32,
    pub threads: u32,
    pub shared: SharedMemory,
    /// When all its threads last met, and when each warp did.
    pub barrier: u32,
    pub warp_syncs: Vec<u32>,
    /// Whether a strong access may have shown it what others published.
    pub acquired: bool,
    /// Threads that `bar.arrive` has counted, by barrier.
    pub arrived: [u32; 16],
}

impl Block {
    fn new(machine: (&Kernel, &Module, &Launch), index: [u32; 3], number: u32, now: u32) -> Block {
        let (kernel, module, launch) = machine;
        let threads: u32 = launch.block.iter().product();
        Block {
            index,
            number,
            threads,
            shared: SharedMemory::new(module, kernel, launch.dynamic_shared),
            barrier: now,
            warp_syncs: vec![now; threads.div_ceil(32) as usize],
            acquired: false,
            arrived: [0; 16],
        }
    }
}

/// Runs a kernel to its end.
///
/// # Errors
///
/// The first mistake that the kernel makes, or the launch.
pub fn launch(
    module: &Module,
    kernel: &str,
    launch: &Launch,
    parameters: &[u8],
    memory: &mut Memory,
) -> Result<Report, Fault> {
    let of_launch = |problem| Fault::of_launch(kernel, problem);
    let Some(found) = module.kernel(kernel) else {
        return Err(of_launch(Problem::new(
            FaultKind::UnknownKernel,
            "the module has no kernel of this name",
        )));
    };
    check(found, launch, parameters).map_err(of_launch)?;
    check_frame(&module.functions[found.function as usize], launch).map_err(of_launch)?;
    let addresses = module.load(memory).map_err(of_launch)?;
    let number = memory.begin_launch();
    let block = Block::new((found, module, launch), [0; 3], 0, 0);
    let mut machine = Machine {
        module,
        kernel: found,
        launch,
        parameters,
        addresses,
        memory,
        number,
        steps: 0,
        printed: String::new(),
        now: 0,
        published: Published::default(),
        order: Order::new(launch.seed),
        block,
    };
    machine.run_grid()?;
    Ok(Report { steps: machine.steps, printed: machine.printed })
}

/// Whether the launch fits the kernel.
fn check(kernel: &Kernel, launch: &Launch, parameters: &[u8]) -> Result<(), Problem> {
    let error = |kind, detail: String| Err(Problem::new(kind, detail));
    check_block(kernel, launch)?;
    let shared = u64::from(kernel.static_shared) + u64::from(launch.dynamic_shared);
    if shared > u64::from(launch.shared_limit) {
        let detail = format!("{shared} bytes of shared memory; the most is {}", launch.shared_limit);
        return error(FaultKind::SharedTooLarge, detail);
    }
    if parameters.len() != kernel.parameter_bytes as usize {
        let detail =
            format!("{} bytes of parameters; the kernel takes {}", parameters.len(), kernel.parameter_bytes);
        return error(FaultKind::ParameterSize, detail);
    }
    Ok(())
}

fn check_frame(function: &Function, launch: &Launch) -> Result<(), Problem> {
    if function.frame_bytes <= launch.stack_limit {
        return Ok(());
    }
    let detail =
        format!("{} bytes of local memory; the most is {}", function.frame_bytes, launch.stack_limit);
    Err(Problem::new(FaultKind::StackOverflow, detail))
}

fn check_block(kernel: &Kernel, launch: &Launch) -> Result<(), Problem> {
    let error = |detail: String| Err(Problem::new(FaultKind::InvalidBlock, detail));
    let product = |counts: [u32; 3]| counts.iter().try_fold(1_u32, |all, &count| all.checked_mul(count));
    let threads = product(launch.block).unwrap_or(u32::MAX);
    let [x, y, z] = launch.block;
    if product(launch.grid).is_none_or(|blocks| blocks == 0) || threads == 0 {
        return error(format!("a grid of {:?} blocks of {:?} threads", launch.grid, launch.block));
    }
    if threads > 1024 || z > 64 {
        return error(format!("a block of {x}x{y}x{z} threads; the most is 1024, and 64 in z"));
    }
    if let Some(most) = kernel.max_threads.and_then(product).filter(|&most| threads > most) {
        return error(format!("a block of {threads} threads; '.maxntid' allows {most}"));
    }
    if let Some(needed) = kernel.required_threads.filter(|&needed| needed != launch.block) {
        return error(format!("a block of {:?} threads; '.reqntid' wants {needed:?}", launch.block));
    }
    Ok(())
}

impl Machine<'_> {
    fn run_grid(&mut self) -> Result<(), Fault> {
        let [width, height, depth] = self.launch.grid;
        let mut number = 0;
        for z in 0..depth {
            for y in 0..height {
                for x in 0..width {
                    self.tick();
                    self.block =
                        Block::new((self.kernel, self.module, self.launch), [x, y, z], number, self.now);
                    self.run_block()?;
                    number += 1;
                }
            }
        }
        Ok(())
    }

    /// The next moment: something has ordered accesses.
    pub fn tick(&mut self) -> u32 {
        self.now = self.now.saturating_add(1);
        self.now
    }

    /// The threads of the present block, before their first instruction.
    pub fn threads(&self) -> Vec<Thread> {
        let [width, height, _] = self.launch.block;
        let function = &self.module.functions[self.kernel.function as usize];
        let at = |number: u32| [number % width, number / width % height, number / width / height];
        (0..self.block.threads)
            .map(|number| Thread::new(number, at(number), self.kernel.function, function))
            .collect()
    }

    /// A problem that a thread met, with its place.
    pub fn fault(&self, thread: &Thread, problem: Problem) -> Fault {
        let positions = &self.module.functions[thread.function as usize].positions;
        let position = positions.get(thread.at as usize).copied().unwrap_or_default();
        Fault {
            kind: problem.kind(),
            detail: problem.detail().to_owned(),
            kernel: self.kernel.name.clone(),
            line: Some(position.line),
            source: self.module.source_line(position),
            block: self.block.index,
            thread: thread.index,
        }
    }

    /// The line of PTX at which a thread is.
    pub fn line(&self, thread: &Thread) -> u32 {
        let positions = &self.module.functions[thread.function as usize].positions;
        positions.get(thread.at as usize).map_or(0, |position| position.line)
    }

    /// Who a thread is to the shadows.
    #[inline]
    pub fn accessor(&self, thread: &Thread) -> Accessor {
        let block = &self.block;
        Accessor {
            thread: block.number.wrapping_mul(block.threads).wrapping_add(thread.number),
            block_threads: block.threads,
            now: self.now,
            barrier: block.barrier,
            warp_sync: block.warp_syncs[thread.number as usize / 32],
            acquired: block.acquired,
        }
    }
}
