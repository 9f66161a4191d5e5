//! Fills (manual, 6.13).

use super::calls;
use crate::driver::Handle;

calls! {
    Context fn cuMemsetD8_v2(driver, address: u64, value: u8, count: usize) {
        let stream = driver.stream(0)?;
        driver.fill(stream, address, &value.to_le_bytes(), (count as u64, 1, 0))
    }

    Context fn cuMemsetD8Async(driver, address: u64, value: u8, count: usize, stream: Handle) {
        let stream = driver.stream(stream)?;
        driver.fill(stream, address, &value.to_le_bytes(), (count as u64, 1, 0))
    }

    Context fn cuMemsetD2D8_v2(driver, address: u64, pitch: usize, value: u8, width: usize, height: usize) {
        let stream = driver.stream(0)?;
        driver.fill(stream, address, &value.to_le_bytes(), (width as u64, height as u64, pitch as u64))
    }

    Context fn cuMemsetD2D8Async(
        driver, address: u64, pitch: usize, value: u8, width: usize, height: usize, stream: Handle,
    ) {
        let stream = driver.stream(stream)?;
        driver.fill(stream, address, &value.to_le_bytes(), (width as u64, height as u64, pitch as u64))
    }

    Context fn cuMemsetD16_v2(driver, address: u64, value: u16, count: usize) {
        let stream = driver.stream(0)?;
        driver.fill(stream, address, &value.to_le_bytes(), (count as u64, 1, 0))
    }

    Context fn cuMemsetD16Async(driver, address: u64, value: u16, count: usize, stream: Handle) {
        let stream = driver.stream(stream)?;
        driver.fill(stream, address, &value.to_le_bytes(), (count as u64, 1, 0))
    }

    Context fn cuMemsetD2D16_v2(driver, address: u64, pitch: usize, value: u16, width: usize, height: usize) {
        let stream = driver.stream(0)?;
        driver.fill(stream, address, &value.to_le_bytes(), (width as u64, height as u64, pitch as u64))
    }

    Context fn cuMemsetD2D16Async(
        driver, address: u64, pitch: usize, value: u16, width: usize, height: usize, stream: Handle,
    ) {
        let stream = driver.stream(stream)?;
        driver.fill(stream, address, &value.to_le_bytes(), (width as u64, height as u64, pitch as u64))
    }

    Context fn cuMemsetD32_v2(driver, address: u64, value: u32, count: usize) {
        let stream = driver.stream(0)?;
        driver.fill(stream, address, &value.to_le_bytes(), (count as u64, 1, 0))
    }

    Context fn cuMemsetD32Async(driver, address: u64, value: u32, count: usize, stream: Handle) {
        let stream = driver.stream(stream)?;
        driver.fill(stream, address, &value.to_le_bytes(), (count as u64, 1, 0))
    }

    Context fn cuMemsetD2D32_v2(driver, address: u64, pitch: usize, value: u32, width: usize, height: usize) {
        let stream = driver.stream(0)?;
        driver.fill(stream, address, &value.to_le_bytes(), (width as u64, height as u64, pitch as u64))
    }

    Context fn cuMemsetD2D32Async(
        driver, address: u64, pitch: usize, value: u32, width: usize, height: usize, stream: Handle,
    ) {
        let stream = driver.stream(stream)?;
        driver.fill(stream, address, &value.to_le_bytes(), (width as u64, height as u64, pitch as u64))
    }
}
