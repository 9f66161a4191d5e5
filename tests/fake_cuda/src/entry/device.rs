//! Devices, their primary contexts, and peers (manual, 6.5, 6.7 and 6.17).

use super::calls;
use crate::code::Code;
use crate::driver::Handle;
use crate::host::Pointer;

calls! {
    Initialised fn cuDeviceGet(driver, device: Pointer<i32>, ordinal: i32) {
        driver.device(ordinal)?;
        device.set(ordinal)
    }

    Initialised fn cuDeviceGetCount(driver, count: Pointer<i32>) {
        count.set(driver.devices.len() as i32)
    }

    Initialised fn cuDeviceGetName(driver, name: Pointer<u8>, room: i32, device: i32) {
        let device = driver.device(device)?;
        name.set_text(&driver.devices[device].name(), room.max(0) as usize)
    }

    Initialised fn cuDeviceGetUuid(driver, uuid: Pointer<u8>, device: i32) {
        let device = driver.device(device)?;
        uuid.set_bytes(&driver.devices[device].uuid())
    }

    Initialised fn cuDeviceGetUuid_v2(driver, uuid: Pointer<u8>, device: i32) {
        let device = driver.device(device)?;
        uuid.set_bytes(&driver.devices[device].uuid())
    }

    Initialised fn cuDeviceGetPCIBusId(driver, id: Pointer<u8>, room: i32, device: i32) {
        let device = driver.device(device)?;
        id.set_text(&format!("0000:{:02x}:00.0", device + 1), room.max(0) as usize)
    }

    Initialised fn cuDeviceTotalMem_v2(driver, bytes: Pointer<u64>, device: i32) {
        let device = driver.device(device)?;
        bytes.set(driver.devices[device].memory.capacity_and_used().0)
    }

    Initialised fn cuDeviceGetAttribute(driver, value: Pointer<i32>, attribute: u32, device: i32) {
        let device = driver.device(device)?;
        let found = driver.devices[device].attribute(attribute, &driver.settings);
        value.set(found.ok_or(Code::InvalidValue)?)
    }

    Initialised fn cuDeviceComputeCapability(driver, major: Pointer<i32>, minor: Pointer<i32>, device: i32) {
        driver.device(device)?;
        major.set((driver.settings.capability / 10) as i32)?;
        minor.set((driver.settings.capability % 10) as i32)
    }

    Initialised fn cuDevicePrimaryCtxRetain(driver, context: Pointer<Handle>, device: i32) {
        let device = driver.device(device)?;
        context.set(driver.retain_primary(device))
    }

    Initialised fn cuDevicePrimaryCtxRelease_v2(driver, device: i32) {
        let device = driver.device(device)?;
        driver.release_primary(device)
    }

    Initialised fn cuDevicePrimaryCtxReset_v2(driver, device: i32) {
        let device = driver.device(device)?;
        driver.reset_primary(device)
    }

    Initialised fn cuDevicePrimaryCtxGetState(driver, device: i32, flags: Pointer<u32>, active: Pointer<i32>) {
        let device = driver.device(device)?;
        flags.set(driver.devices[device].primary_flags)?;
        active.set(i32::from(driver.devices[device].primary.is_some()))
    }

    Initialised fn cuDevicePrimaryCtxSetFlags_v2(driver, device: i32, flags: u32) {
        let device = driver.device(device)?;
        driver.devices[device].primary_flags = flags;
        Ok(())
    }

    Initialised fn cuDeviceCanAccessPeer(driver, can: Pointer<i32>, device: i32, peer: i32) {
        can.set(i32::from(driver.device(device)? != driver.device(peer)?))
    }

    // `CUdevice_P2PAttribute`: rank, access, atomics, arrays.
    Initialised fn cuDeviceGetP2PAttribute(driver, value: Pointer<i32>, attribute: u32, device: i32, peer: i32) {
        if driver.device(device)? == driver.device(peer)? {
            return Err(Code::InvalidDevice);
        }
        value.set(i32::from(attribute == 2))
    }

    Context fn cuCtxEnablePeerAccess(driver, peer: Handle, flags: u32) {
        if flags != 0 {
            return Err(Code::InvalidValue);
        }
        driver.enable_peer(peer)
    }

    Context fn cuCtxDisablePeerAccess(driver, peer: Handle) {
        driver.disable_peer(peer)
    }
}
