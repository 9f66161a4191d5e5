//! Modules, kernels and occupancy (manual, 6.10, 6.22 and 6.25).

use std::fs;

use super::calls;
use crate::code::{Code, Outcome};
use crate::driver::Handle;
use crate::host::{Pointer, SharedOfBlock, Text};

/// `CUjit_option`: where the information and the errors go, and how much room is there.
const INFO_LOG: u32 = 3;
const INFO_LOG_SIZE: u32 = 4;
const ERROR_LOG: u32 = 5;
const ERROR_LOG_SIZE: u32 = 6;

/// Options of the assembler: their numbers, and values that are numbers or pointers.
struct Options {
    count: usize,
    numbers: Pointer<u32>,
    values: Pointer<u64>,
    pointers: Pointer<Pointer<u8>>,
}

impl Options {
    fn place(&self, wanted: u32) -> Outcome<Option<usize>> {
        for index in 0..self.count {
            if self.numbers.at(index)? == wanted {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    /// Writes a log where the program wants it, and how many bytes it has.
    fn log(&self, buffer: u32, size: u32, text: &str) -> Outcome<()> {
        let (Some(buffer), Some(size)) = (self.place(buffer)?, self.place(size)?) else { return Ok(()) };
        // The value is an `unsigned int` in a pointer's place.
        let room = self.values.at(size)? as u32 as usize;
        if room > 0 {
            self.pointers.at(buffer)?.set_text(text, room)?;
        }
        self.values.set_at(size, text.len().min(room.saturating_sub(1)) as u64)
    }
}

calls! {
    Context fn cuModuleLoad(driver, module: Pointer<Handle>, path: Text) {
        let image = fs::read(path.text()?).map_err(|_| Code::FileNotFound)?;
        module.set(driver.load_module(&image).map_err(|(code, _)| code)?)
    }

    Context fn cuModuleLoadData(driver, module: Pointer<Handle>, image: Text) {
        module.set(driver.load_module(&image.bytes()?).map_err(|(code, _)| code)?)
    }

    // The values are read as numbers and as pointers, which have one size.
    Context fn cuModuleLoadDataEx(
        driver, module: Pointer<Handle>, image: Text, count: u32, numbers: Pointer<u32>, values: Pointer<u64>,
    ) {
        let options = Options { count: count as usize, numbers, values, pointers: values.of_pointers() };
        let loaded = driver.load_module(&image.bytes()?);
        let errors = loaded.as_ref().err().map_or("", |(_, text)| text);
        options.log(INFO_LOG, INFO_LOG_SIZE, "")?;
        options.log(ERROR_LOG, ERROR_LOG_SIZE, errors)?;
        module.set(loaded.map_err(|(code, _)| code)?)
    }

    Context fn cuModuleUnload(driver, module: Handle) {
        driver.unload_module(module)
    }

    Context fn cuModuleGetFunction(driver, function: Pointer<Handle>, module: Handle, name: Text) {
        function.set(driver.get_function(module, &name.text()?)?)
    }

    Context fn cuModuleGetGlobal_v2(
        driver, address: Pointer<u64>, bytes: Pointer<usize>, module: Handle, name: Text,
    ) {
        let (found, size) = driver.get_global(module, &name.text()?)?;
        address.offer(found);
        bytes.offer(size as usize);
        Ok(())
    }

    // `CU_MODULE_EAGER_LOADING`
    Initialised fn cuModuleGetLoadingMode(_, mode: Pointer<u32>) {
        mode.set(1)
    }

    Context fn cuFuncGetAttribute(driver, value: Pointer<i32>, attribute: u32, function: Handle) {
        value.set(driver.function_attribute(function, attribute)?)
    }

    Context fn cuFuncSetAttribute(driver, function: Handle, attribute: u32, value: i32) {
        driver.set_function_attribute(function, attribute, value)
    }

    Context fn cuFuncSetCacheConfig(driver, function: Handle, _cache: u32) {
        driver.function(function).map(|_| ())
    }

    Context fn cuFuncSetSharedMemConfig(driver, function: Handle, _banks: u32) {
        driver.function(function).map(|_| ())
    }

    Context fn cuFuncGetModule(driver, module: Pointer<Handle>, function: Handle) {
        module.set(driver.function(function)?.owner)
    }

    Context fn cuOccupancyMaxActiveBlocksPerMultiprocessor(
        driver, blocks: Pointer<i32>, function: Handle, threads: i32, shared: usize,
    ) {
        blocks.set(driver.active_blocks(function, threads.max(0) as u32, shared as u64)? as i32)
    }

    Context fn cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
        driver, blocks: Pointer<i32>, function: Handle, threads: i32, shared: usize, _flags: u32,
    ) {
        blocks.set(driver.active_blocks(function, threads.max(0) as u32, shared as u64)? as i32)
    }

    Context fn cuOccupancyMaxPotentialBlockSize(
        driver, grid: Pointer<i32>, block: Pointer<i32>, function: Handle, of_block: SharedOfBlock, shared: usize,
        limit: i32,
    ) {
        let shared = |threads| of_block.bytes(threads).unwrap_or(shared as u64);
        let (blocks, threads) = driver.best_block(function, limit, shared)?;
        grid.set(blocks as i32)?;
        block.set(threads as i32)
    }

    Context fn cuOccupancyMaxPotentialBlockSizeWithFlags(
        driver, grid: Pointer<i32>, block: Pointer<i32>, function: Handle, of_block: SharedOfBlock, shared: usize,
        limit: i32, _flags: u32,
    ) {
        let shared = |threads| of_block.bytes(threads).unwrap_or(shared as u64);
        let (blocks, threads) = driver.best_block(function, limit, shared)?;
        grid.set(blocks as i32)?;
        block.set(threads as i32)
    }

    // The device has no clusters.
    Context fn cuOccupancyMaxPotentialClusterSize(_, _size: Pointer<i32>, _function: Handle, _config: Pointer<u8>) {
        Err(Code::NotSupported)
    }

    Context fn cuOccupancyMaxActiveClusters(_, _count: Pointer<i32>, _function: Handle, _config: Pointer<u8>) {
        Err(Code::NotSupported)
    }

    Context fn cuOccupancyAvailableDynamicSMemPerBlock(
        driver, bytes: Pointer<usize>, function: Handle, blocks: i32, threads: i32,
    ) {
        if blocks <= 0 || driver.active_blocks(function, threads.max(0) as u32, 0)? < blocks as u32 {
            return Err(Code::InvalidValue);
        }
        let found = driver.function(function)?;
        let each = crate::device::SHARED_OPTIN / blocks as u32;
        let room = each.saturating_sub(found.kernel()?.static_shared);
        bytes.set(room.min(found.max_dynamic_shared) as usize)
    }
}
