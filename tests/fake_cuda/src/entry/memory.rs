//! Memory of devices and of the host (manual, 6.13 and 6.17).

use super::calls;
use crate::code::{Code, Outcome};
use crate::driver::{Driver, Handle};
use crate::host::Pointer;

/// What `cuPointerGetAttribute` writes, by the number of `CUpointer_attribute`.
fn attribute(driver: &Driver, number: u32, address: u64) -> Outcome<Vec<u8>> {
    let device = driver.range_at(address);
    let pinned = driver.pinned_at(address, 1);
    let (start, size) = match (device, pinned) {
        (Some(range), _) => range,
        (None, Some((start, pinned))) => (start, pinned.bytes),
        (None, None) => return Err(Code::InvalidValue),
    };
    let allocation = driver.allocations.get(&start);
    let ordinal = driver.device_at(address).unwrap_or(0) as i32;
    let long = |value: u64| Ok(value.to_le_bytes().to_vec());
    let word = |value: i32| Ok(value.to_le_bytes().to_vec());
    match number {
        1 => long(allocation.map_or(driver.current()?.0, |allocation| allocation.context)),
        // `CUmemorytype`: host, or device.
        2 => word(if device.is_some() { 2 } else { 1 }),
        3 if device.is_some() => long(address),
        3 => {
            let alias = pinned.and_then(|(_, pinned)| pinned.aliases.get(&driver.current().ok()?.1));
            long(alias.ok_or(Code::InvalidValue)? + (address - start))
        }
        4 if device.is_none() => long(address),
        // Copies wait; is managed.
        6 | 8 => word(0),
        7 => long(start),
        9 => word(ordinal),
        11 => long(start),
        12 => long(size),
        // Is mapped.
        13 => word(1),
        // Readable and writable.
        16 => word(3),
        17 => long(allocation.and_then(|allocation| allocation.pool).unwrap_or(0)),
        _ => Err(Code::InvalidValue),
    }
}

calls! {
    Context fn cuMemAlloc_v2(driver, address: Pointer<u64>, bytes: usize) {
        driver.forbid_during_capture()?;
        let (context, _) = driver.current()?;
        address.set(driver.allocate(context, bytes as u64, None)?)
    }

    Context fn cuMemAllocPitch_v2(
        driver, address: Pointer<u64>, pitch: Pointer<usize>, width: usize, height: usize, _element: u32,
    ) {
        driver.forbid_during_capture()?;
        let (context, _) = driver.current()?;
        let row = width.checked_next_multiple_of(512).ok_or(Code::InvalidValue)?;
        let bytes = row.checked_mul(height).ok_or(Code::InvalidValue)?;
        address.set(driver.allocate(context, bytes as u64, None)?)?;
        pitch.set(row)
    }

    Context fn cuMemFree_v2(driver, address: u64) {
        driver.forbid_during_capture()?;
        let (context, _) = driver.current()?;
        driver.free(context, address)
    }

    // The device has no managed memory (`CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY`).
    Context fn cuMemAllocManaged(_, _address: Pointer<u64>, _bytes: usize, _flags: u32) {
        Err(Code::NotSupported)
    }

    Context fn cuMemGetInfo_v2(driver, free: Pointer<usize>, total: Pointer<usize>) {
        let (_, device) = driver.current()?;
        let (capacity, used) = driver.devices[device].memory.capacity_and_used();
        free.offer((capacity - used) as usize);
        total.offer(capacity as usize);
        Ok(())
    }

    Context fn cuMemGetAddressRange_v2(driver, start: Pointer<u64>, bytes: Pointer<usize>, address: u64) {
        let (found, size) = driver.range_at(address).ok_or(Code::NotFound)?;
        start.offer(found);
        bytes.offer(size as usize);
        Ok(())
    }

    Context fn cuMemHostAlloc(driver, address: Pointer<u64>, bytes: usize, flags: u32) {
        driver.forbid_during_capture()?;
        address.set(driver.allocate_pinned(bytes as u64, flags)?)
    }

    Context fn cuMemAllocHost_v2(driver, address: Pointer<u64>, bytes: usize) {
        driver.forbid_during_capture()?;
        address.set(driver.allocate_pinned(bytes as u64, 0)?)
    }

    Context fn cuMemFreeHost(driver, address: u64) {
        driver.forbid_during_capture()?;
        driver.unpin(address, false)
    }

    Context fn cuMemHostRegister_v2(driver, address: u64, bytes: usize, flags: u32) {
        driver.forbid_during_capture()?;
        driver.register(address, bytes as u64, flags)
    }

    Context fn cuMemHostUnregister(driver, address: u64) {
        driver.forbid_during_capture()?;
        driver.unpin(address, true)
    }

    Context fn cuMemHostGetDevicePointer_v2(driver, pointer: Pointer<u64>, address: u64, flags: u32) {
        if flags != 0 {
            return Err(Code::InvalidValue);
        }
        let (_, device) = driver.current()?;
        pointer.set(driver.device_pointer(device, address)?)
    }

    Context fn cuMemHostGetFlags(driver, flags: Pointer<u32>, address: u64) {
        let (_, pinned) = driver.pinned_at(address, 1).ok_or(Code::InvalidValue)?;
        flags.set(pinned.flags)
    }

    Context fn cuPointerGetAttribute(driver, value: Pointer<u8>, number: u32, address: u64) {
        value.set_bytes(&attribute(driver, number, address)?)
    }

    Context fn cuPointerGetAttributes(
        driver, count: u32, numbers: Pointer<u32>, values: Pointer<Pointer<u8>>, address: u64,
    ) {
        for index in 0..count as usize {
            // Those that an address has not are zero, and no error.
            let number = numbers.at(index)?;
            let wide = if matches!(number, 2 | 6 | 8 | 9 | 13 | 16) { 4 } else { 8 };
            let bytes = attribute(driver, number, address).unwrap_or_else(|_| vec![0; wide]);
            values.at(index)?.set_bytes(&bytes)?;
        }
        Ok(())
    }

    Context fn cuMemAdvise(_, _address: u64, _bytes: usize, _advice: u32, _device: i32) {
        Err(Code::NotSupported)
    }

    Context fn cuMemPrefetchAsync(_, _address: u64, _bytes: usize, _device: i32, _stream: Handle) {
        Err(Code::NotSupported)
    }

    Context fn cuStreamAttachMemAsync(_, _stream: Handle, _address: u64, _bytes: usize, _flags: u32) {
        Err(Code::NotSupported)
    }
}
