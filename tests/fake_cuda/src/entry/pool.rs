//! Stream-ordered memory and its pools (manual, 6.15).

use super::calls;
use crate::code::{Code, Outcome};
use crate::driver::{Driver, Handle};
use crate::host::Pointer;
use crate::memory::Pool;

/// `CUmemPoolProps`, as much as matters: what kind, for which handles, where.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Properties {
    kind: u32,
    handles: u32,
    place: u32,
    device: i32,
}

fn allocate(driver: &mut Driver, stream: Handle, bytes: usize, pool: Option<Handle>) -> Outcome<u64> {
    let stream = driver.stream(stream)?;
    driver.forbid_memory_in_graphs(stream)?;
    let context = driver.context_of(stream);
    let pool = match pool {
        Some(pool) => pool,
        None => driver.devices[driver.context(context)?.device].pool,
    };
    driver.allocate(context, bytes as u64, Some(pool))
}

calls! {
    Context fn cuMemAllocAsync(driver, address: Pointer<u64>, bytes: usize, stream: Handle) {
        address.set(allocate(driver, stream, bytes, None)?)
    }

    Context fn cuMemAllocFromPoolAsync(
        driver, address: Pointer<u64>, bytes: usize, pool: Handle, stream: Handle,
    ) {
        address.set(allocate(driver, stream, bytes, Some(pool))?)
    }

    Context fn cuMemFreeAsync(driver, address: u64, stream: Handle) {
        let stream = driver.stream(stream)?;
        driver.free_async(stream, address)
    }

    Initialised fn cuDeviceGetDefaultMemPool(driver, pool: Pointer<Handle>, device: i32) {
        let device = driver.device(device)?;
        pool.set(driver.devices[device].default_pool)
    }

    Initialised fn cuDeviceGetMemPool(driver, pool: Pointer<Handle>, device: i32) {
        let device = driver.device(device)?;
        pool.set(driver.devices[device].pool)
    }

    Initialised fn cuDeviceSetMemPool(driver, device: i32, pool: Handle) {
        let device = driver.device(device)?;
        if driver.pools.get(&pool).is_none_or(|pool| pool.device != device) {
            return Err(Code::InvalidValue);
        }
        driver.devices[device].pool = pool;
        Ok(())
    }

    Initialised fn cuMemPoolCreate(driver, pool: Pointer<Handle>, properties: Pointer<Properties>) {
        let properties = properties.get()?;
        // `CU_MEM_ALLOCATION_TYPE_PINNED` on a device, for this process.
        if (properties.kind, properties.handles, properties.place) != (1, 0, 1) {
            return Err(Code::InvalidValue);
        }
        let device = driver.device(properties.device)?;
        let handle = driver.handle();
        driver.pools.insert(handle, Pool::new(device));
        pool.set(handle)
    }

    Initialised fn cuMemPoolDestroy(driver, pool: Handle) {
        if driver.devices.iter().any(|device| device.default_pool == pool) {
            return Err(Code::InvalidValue);
        }
        driver.pools.remove(&pool).ok_or(Code::InvalidValue)?;
        // A device that used it goes back to its own.
        for device in driver.devices.iter_mut().filter(|device| device.pool == pool) {
            device.pool = device.default_pool;
        }
        Ok(())
    }

    Initialised fn cuMemPoolTrimTo(driver, pool: Handle, _keep: usize) {
        driver.pools.get(&pool).map(|_| ()).ok_or(Code::InvalidValue)
    }

    Initialised fn cuMemPoolSetAttribute(driver, pool: Handle, attribute: u32, value: Pointer<u8>) {
        let pool = driver.pools.get_mut(&pool).ok_or(Code::InvalidValue)?;
        match attribute {
            1..=3 => {
                let value = u64::from(value.of_words().get()?);
                pool.attributes.insert(attribute, value);
            }
            4 => {
                let value = value.of_sizes().get()? as u64;
                pool.attributes.insert(attribute, value);
            }
            // High-water marks can only be set back.
            6 | 8 if value.of_sizes().get()? == 0 => pool.high = pool.used,
            _ => return Err(Code::InvalidValue),
        }
        Ok(())
    }

    Initialised fn cuMemPoolGetAttribute(driver, pool: Handle, attribute: u32, value: Pointer<u8>) {
        let pool = driver.pools.get(&pool).ok_or(Code::InvalidValue)?;
        let number = match attribute {
            1..=4 => pool.attributes.get(&attribute).copied().unwrap_or(0),
            5 | 7 => pool.used,
            6 | 8 => pool.high,
            _ => return Err(Code::InvalidValue),
        };
        let bytes = number.to_le_bytes();
        value.set_bytes(if attribute <= 3 { &bytes[..4] } else { &bytes })
    }
}
