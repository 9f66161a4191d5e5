//! Modules and their kernels: loading PTX, with the log that ptxas would write, and what a kernel says of itself
//! (manual, 6.10, 6.22 and 6.25).

use std::sync::Arc;

use ptx_machine::{Kernel, Module};

use crate::code::{Code, Outcome};
use crate::device;
use crate::driver::{Driver, Handle};

/// Registers that every kernel has: nobody allocated any.
const REGISTERS: u32 = 32;

/// A module that was loaded.
#[derive(Debug)]
pub struct LoadedModule {
    /// Where it was loaded.
    pub context: Handle,
    /// What was parsed.
    pub module: Arc<Module>,
}

/// A kernel that a program asked for.
#[derive(Clone, Debug)]
pub struct Function {
    /// Where its module was loaded.
    pub context: Handle,
    /// The module's handle.
    pub owner: Handle,
    /// The module.
    pub module: Arc<Module>,
    /// The kernel's name.
    pub name: String,
    /// The most dynamic shared memory that launches may ask for.
    pub max_dynamic_shared: u32,
    /// `CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT`
    pub carveout: i32,
}

impl Function {
    /// What was parsed.
    pub fn kernel(&self) -> Outcome<&Kernel> {
        self.module.kernel(&self.name).ok_or(Code::InvalidHandle)
    }

    /// The most threads that a block may have.
    pub fn max_threads(&self) -> Outcome<u32> {
        let kernel = self.kernel()?;
        let declared = kernel.required_threads.or(kernel.max_threads);
        Ok(declared.map_or(device::THREADS_PER_BLOCK, |threads| threads.iter().product()))
    }
}

impl Driver {
    /// `cuModuleLoadData`; what goes wrong comes with ptxas' words.
    pub fn load_module(&mut self, image: &[u8]) -> Result<Handle, (Code, String)> {
        let quiet = |code| (code, String::new());
        // An ELF file, or a fat binary.
        if image.starts_with(b"\x7fELF") || image.starts_with(&[0x50, 0xed, 0x55, 0xba]) {
            return Err(quiet(Code::NoBinaryForGpu));
        }
        let text = std::str::from_utf8(image).map_err(|_| quiet(Code::InvalidImage))?;
        let module = Module::parse(text).map_err(|error| {
            let line =
                format!("ptxas application ptx input, line {}; error   : {}\n", error.line, error.message);
            (Code::InvalidPtx, line + "ptxas fatal   : Ptx assembly aborted due to errors\n")
        })?;
        self.check_version(&module)?;
        let context = self.current().map_err(quiet)?.0;
        let handle = self.handle();
        self.modules.insert(handle, LoadedModule { context, module: Arc::new(module) });
        Ok(handle)
    }

    /// A driver for CUDA 11.x knows PTX 7.x, one for 12.x 8.x. Code for newer devices does not run on old ones.
    fn check_version(&self, module: &Module) -> Result<(), (Code, String)> {
        let (major, minor) = module.version();
        let version = self.settings.version as u32;
        let (most_major, most_minor) = ((version / 1000).saturating_sub(4), version % 1000 / 10);
        if (major, minor) > (most_major, most_minor) {
            let text = format!(
                "ptxas application ptx input, line 1; fatal   : Unsupported .version {major}.{minor}; \
                 current version is '{most_major}.{most_minor}'\n"
            );
            return Err((Code::UnsupportedPtxVersion, text));
        }
        if module.target() > self.settings.capability {
            let text = format!(
                "ptxas application ptx input, line 2; error   : SM version specified by .target (sm_{}) is higher \
                 than the device's (sm_{})\n",
                module.target(),
                self.settings.capability
            );
            return Err((Code::InvalidPtx, text));
        }
        Ok(())
    }

    /// `cuModuleUnload`: work that uses it is done first.
    pub fn unload_module(&mut self, handle: Handle) -> Outcome<()> {
        self.module(handle)?;
        self.finish_all();
        self.modules.remove(&handle);
        self.functions.retain(|_, function| function.owner != handle);
        Ok(())
    }

    fn module(&self, handle: Handle) -> Outcome<&LoadedModule> {
        let module = self.modules.get(&handle).ok_or(Code::InvalidHandle)?;
        self.healthy(module.context)?;
        Ok(module)
    }

    /// `cuModuleGetFunction`: the same handle for the same kernel.
    pub fn get_function(&mut self, owner: Handle, name: &str) -> Outcome<Handle> {
        let loaded = self.module(owner)?;
        let (context, module) = (loaded.context, Arc::clone(&loaded.module));
        let kernel = module.kernel(name).ok_or(Code::NotFound)?;
        let same = |(_, function): &(&Handle, &Function)| function.owner == owner && function.name == name;
        if let Some((handle, _)) = self.functions.iter().find(same) {
            return Ok(*handle);
        }
        let max_dynamic_shared = device::SHARED_PER_BLOCK.saturating_sub(kernel.static_shared);
        let name = name.to_owned();
        let handle = self.handle();
        let function = Function { context, owner, module, name, max_dynamic_shared, carveout: -1 };
        self.functions.insert(handle, function);
        Ok(handle)
    }

    /// The kernel of a handle, if calls on it can go on.
    pub fn function(&self, handle: Handle) -> Outcome<&Function> {
        let function = self.functions.get(&handle).ok_or(Code::InvalidHandle)?;
        self.healthy(function.context)?;
        Ok(function)
    }

    /// `cuModuleGetGlobal`: address and size.
    pub fn get_global(&mut self, owner: Handle, name: &str) -> Outcome<(u64, u64)> {
        let loaded = self.module(owner)?;
        let (device, module) = (self.context(loaded.context)?.device, Arc::clone(&loaded.module));
        let found = module.variable(name, &mut self.devices[device].memory).map_err(|_| Code::OutOfMemory)?;
        found.ok_or(Code::NotFound)
    }

    /// `cuFuncGetAttribute`, by the number of `CUfunction_attribute`.
    pub fn function_attribute(&self, handle: Handle, number: u32) -> Outcome<i32> {
        let function = self.function(handle)?;
        let (major, minor) = function.module.version();
        Ok(match number {
            0 => function.max_threads()? as i32,
            1 => function.kernel()?.static_shared as i32,
            4 => REGISTERS as i32,
            5 => (major * 10 + minor) as i32,
            6 => self.settings.capability as i32,
            8 => function.max_dynamic_shared as i32,
            9 => function.carveout,
            2 | 3 | 7 | 10..=15 => 0,
            _ => return Err(Code::InvalidValue),
        })
    }

    /// `cuFuncSetAttribute`.
    pub fn set_function_attribute(&mut self, handle: Handle, number: u32, value: i32) -> Outcome<()> {
        let most =
            device::SHARED_OPTIN - self.function(handle)?.kernel()?.static_shared.min(device::SHARED_OPTIN);
        let function = self.functions.get_mut(&handle).ok_or(Code::InvalidHandle)?;
        match number {
            8 if (0..=most as i32).contains(&value) => function.max_dynamic_shared = value as u32,
            9 if (-1..=100).contains(&value) => function.carveout = value,
            10..=15 => {}
            _ => return Err(Code::InvalidValue),
        }
        Ok(())
    }

    /// `cuOccupancyMaxActiveBlocksPerMultiprocessor`: what threads, registers and shared memory leave room for.
    pub fn active_blocks(&self, handle: Handle, threads: u32, dynamic_shared: u64) -> Outcome<u32> {
        let function = self.function(handle)?;
        if threads == 0 {
            return Err(Code::InvalidValue);
        }
        let shared = u64::from(function.kernel()?.static_shared) + dynamic_shared;
        if threads > function.max_threads()? || dynamic_shared > u64::from(function.max_dynamic_shared) {
            return Ok(0);
        }
        let threads = threads.next_multiple_of(32);
        let by_shared = u64::from(device::SHARED_OPTIN).checked_div(shared).unwrap_or(u64::MAX);
        let blocks = (device::THREADS_PER_MULTIPROCESSOR / threads)
            .min(device::REGISTERS / (REGISTERS * threads))
            .min(device::BLOCKS_PER_MULTIPROCESSOR);
        Ok(u64::from(blocks).min(by_shared) as u32)
    }

    /// `cuOccupancyMaxPotentialBlockSize`: the largest block that fills a multiprocessor most, and the grid of such
    /// blocks that fills the device.
    pub fn best_block(&self, handle: Handle, limit: i32, shared: impl Fn(u32) -> u64) -> Outcome<(u32, u32)> {
        let most = self.function(handle)?.max_threads()?;
        let most = if limit > 0 { most.min(limit as u32) } else { most };
        let mut best = (0, 0, 0);
        // Whole warps, and what is left of one where fewer threads are allowed.
        for threads in (1..=most.div_ceil(32)).map(|warps| (warps * 32).min(most)) {
            let blocks = self.active_blocks(handle, threads, shared(threads))?;
            best = best.max((blocks * threads, threads, blocks));
        }
        Ok((best.2 * device::MULTIPROCESSORS, best.1))
    }
}
