//! Launches (manual, 6.22).

use super::calls;
use crate::code::{Code, Outcome};
use crate::driver::Handle;
use crate::host::{Function, Pointer};
use crate::launch::{Parameters, Shape};
use crate::work::Work;

/// `CU_LAUNCH_PARAM_BUFFER_POINTER` and `CU_LAUNCH_PARAM_BUFFER_SIZE`, which mark what follows them.
const BUFFER_POINTER: u64 = 1;
const BUFFER_SIZE: u64 = 2;
/// `CU_LAUNCH_ATTRIBUTE_COOPERATIVE`
const COOPERATIVE: u32 = 2;

/// `kernelParams`: a pointer to each parameter; or `extra`: a pointer to the block of them.
struct Given {
    each: Pointer<Pointer<u8>>,
    extra: Pointer<Pointer<u8>>,
}

impl Parameters for Given {
    fn block(&self, places: &[(usize, usize)], bytes: usize) -> Outcome<Vec<u8>> {
        if !self.extra.is_null() {
            return self.whole(bytes);
        }
        let mut block = vec![0; bytes];
        for (index, &(offset, size)) in places.iter().enumerate() {
            block[offset..offset + size].copy_from_slice(&self.each.at(index)?.bytes(size)?);
        }
        Ok(block)
    }
}

impl Given {
    fn whole(&self, bytes: usize) -> Outcome<Vec<u8>> {
        if !self.each.is_null() {
            return Err(Code::InvalidValue);
        }
        let (mut buffer, mut size, mut index) = (None, 0, 0);
        loop {
            let mark = self.extra.at(index)?.address();
            match mark {
                0 => break,
                BUFFER_POINTER => buffer = Some(self.extra.at(index + 1)?),
                BUFFER_SIZE => size = self.extra.at(index + 1)?.of_sizes().get()?,
                _ => return Err(Code::InvalidValue),
            }
            index += 2;
        }
        // Some programs round the size up.
        if size < bytes {
            return Err(Code::InvalidValue);
        }
        buffer.ok_or(Code::InvalidValue)?.bytes(bytes)
    }
}

/// `CUlaunchConfig`
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Config {
    grid: [u32; 3],
    block: [u32; 3],
    shared: u32,
    stream: Handle,
    attributes: Pointer<Attribute>,
    count: u32,
}

/// `CUlaunchAttribute`
#[derive(Clone, Copy)]
#[repr(C, align(8))]
pub struct Attribute {
    id: u32,
    padding: u32,
    value: u32,
    rest: [u32; 15],
}

impl Config {
    fn cooperative(&self) -> Outcome<bool> {
        for index in 0..self.count as usize {
            let attribute = self.attributes.at(index)?;
            if attribute.id == COOPERATIVE && attribute.value != 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

calls! {
    Context fn cuLaunchKernel(
        driver, function: Handle, grid_x: u32, grid_y: u32, grid_z: u32, block_x: u32, block_y: u32, block_z: u32,
        shared: u32, stream: Handle, each: Pointer<Pointer<u8>>, extra: Pointer<Pointer<u8>>,
    ) {
        let (grid, block) = ([grid_x, grid_y, grid_z], [block_x, block_y, block_z]);
        driver.launch(function, stream, Shape { grid, block, shared, cooperative: false }, &Given { each, extra })
    }

    Context fn cuLaunchCooperativeKernel(
        driver, function: Handle, grid_x: u32, grid_y: u32, grid_z: u32, block_x: u32, block_y: u32, block_z: u32,
        shared: u32, stream: Handle, each: Pointer<Pointer<u8>>,
    ) {
        let (grid, block) = ([grid_x, grid_y, grid_z], [block_x, block_y, block_z]);
        let given = Given { each, extra: Pointer::null() };
        driver.launch(function, stream, Shape { grid, block, shared, cooperative: true }, &given)
    }

    Context fn cuLaunchKernelEx(
        driver, config: Pointer<Config>, function: Handle, each: Pointer<Pointer<u8>>, extra: Pointer<Pointer<u8>>,
    ) {
        let config = config.get()?;
        let cooperative = config.cooperative()?;
        let shape = Shape { grid: config.grid, block: config.block, shared: config.shared, cooperative };
        driver.launch(function, config.stream, shape, &Given { each, extra })
    }

    Context fn cuLaunchHostFunc(driver, stream: Handle, function: Function, argument: Pointer<u8>) {
        let stream = driver.stream(stream)?;
        driver.enqueue(stream, Work::Call(function.with(argument)?)).map(|_| ())
    }
}
