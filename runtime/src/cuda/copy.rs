//! Copies from device memory to device memory.

use ndarray::Dimension;

use super::download::strided_host;
use super::driver::{CUDA_MEMCPY2D, CUdeviceptr, CUmemorytype};
use super::layout::Place;
use super::{DeviceArray, DeviceView, DeviceViewMut, Error, Stream};
use crate::Element;
use crate::view::tuple;

/// More copies than this are made by way of the host: each costs about two microseconds.
pub(super) const MAX_COPIES: usize = 1024;

/// The largest distance between rows that the driver takes.
const MAX_PITCH: isize = i32::MAX as isize;

/// A copy as the driver makes it: rows without gaps, many of them in one call, and these again and again.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Copies {
    to: u64,
    from: u64,
    /// The bytes of a row.
    row: usize,
    /// The rows of a call: how many, and the bytes from one to the next, there and here.
    rows: (usize, usize, usize),
    /// The calls: extents, and the bytes from one to the next, there and here.
    outer: Vec<(usize, isize, isize)>,
}

impl Copies {
    /// How one place is copied to another of the same shape.
    pub fn of<D: Dimension>(to: &Place<D>, from: &Place<D>, size: usize) -> Self {
        let mut copies =
            Copies { to: to.start, from: from.start, row: size, rows: (1, 0, 0), outer: Vec::new() };
        let mut axes = copies.forward_axes(to, from, size as isize);
        // Rows first: whatever the order of the axes, elements lie where they lie.
        axes.sort_by_key(|(_, to, from)| (*to, *from));
        let mut axes = merged(axes).into_iter().peekable();
        if let Some((extent, _, _)) =
            axes.next_if(|(_, to, from)| (*to, *from) == (size as isize, size as isize))
        {
            copies.row = extent * size;
        }
        let fits = |pitch: isize| pitch >= copies.row as isize && pitch <= MAX_PITCH;
        if let Some((extent, to, from)) = axes.next_if(|(_, to, from)| fits(*to) && fits(*from)) {
            copies.rows = (extent, to as usize, from as usize);
        }
        copies.outer = axes.collect();
        copies
    }

    /// The axes in bytes, each forwards where it is written.
    fn forward_axes<D: Dimension>(
        &mut self,
        to: &Place<D>,
        from: &Place<D>,
        size: isize,
    ) -> Vec<(usize, isize, isize)> {
        let strides = to.strides().iter().zip(from.strides());
        let axes = to.shape.slice().iter().zip(strides).filter(|(extent, _)| **extent != 1);
        let axes = axes.map(|(extent, (to, from))| (*extent, to * size, from * size));
        let forwards = |(extent, to, from): (usize, isize, isize)| {
            if to >= 0 {
                return (extent, to, from);
            }
            let last = extent as isize - 1;
            self.to = self.to.wrapping_add_signed((last * to) as i64);
            self.from = self.from.wrapping_add_signed((last * from) as i64);
            (extent, -to, -from)
        };
        axes.map(forwards).collect()
    }

    /// How many calls they are.
    pub fn count(&self) -> usize {
        self.outer.iter().fold(1, |count, (extent, _, _)| count.saturating_mul(*extent))
    }

    /// The addresses of each call, there and here.
    fn each(&self, mut call: impl FnMut(u64, u64) -> Result<(), Error>) -> Result<(), Error> {
        let (mut index, mut to, mut from) = (vec![0; self.outer.len()], self.to, self.from);
        for _ in 0..self.count() {
            call(to, from)?;
            for (index, (extent, to_stride, from_stride)) in index.iter_mut().zip(&self.outer) {
                *index += 1;
                (to, from) = (
                    to.wrapping_add_signed(*to_stride as i64),
                    from.wrapping_add_signed(*from_stride as i64),
                );
                if *index < *extent {
                    break;
                }
                *index = 0;
                let back = *extent as isize;
                to = to.wrapping_add_signed(-(back * to_stride) as i64);
                from = from.wrapping_add_signed(-(back * from_stride) as i64);
            }
        }
        Ok(())
    }

    /// Asks a stream for the copies.
    ///
    /// # Safety
    /// Both places are in memory of the stream's device, share no element, and are ready for the stream.
    pub unsafe fn run(&self, stream: &Stream) -> Result<(), Error> {
        let driver = stream.ask()?;
        let (rows, to_pitch, from_pitch) = self.rows;
        self.each(|to, from| {
            // SAFETY: the caller vouches for the memory; the stream's context is the thread's.
            unsafe {
                match rows {
                    1 => driver.cuMemcpyDtoDAsync_v2(to, from, self.row, stream.raw()),
                    _ => driver.cuMemcpy2DAsync_v2(
                        &rows_of((to, to_pitch), (from, from_pitch), self.row, rows),
                        stream.raw(),
                    ),
                }
            }
        })
    }
}

/// Merges axes, the innermost first, that are one axis here and there.
fn merged(axes: Vec<(usize, isize, isize)>) -> Vec<(usize, isize, isize)> {
    let mut merged: Vec<(usize, isize, isize)> = Vec::with_capacity(axes.len());
    for axis in axes {
        match merged.last_mut() {
            Some((extent, to, from))
                if (*to * *extent as isize, *from * *extent as isize) == (axis.1, axis.2) =>
            {
                *extent *= axis.0;
            }
            _ => merged.push(axis),
        }
    }
    merged
}

/// A copy of rows, as the driver's manual describes it.
fn rows_of(to: (CUdeviceptr, usize), from: (CUdeviceptr, usize), row: usize, rows: usize) -> CUDA_MEMCPY2D {
    CUDA_MEMCPY2D {
        srcXInBytes: 0,
        srcY: 0,
        srcMemoryType: CUmemorytype::CU_MEMORYTYPE_DEVICE,
        srcHost: std::ptr::null(),
        srcDevice: from.0,
        srcArray: std::ptr::null_mut(),
        srcPitch: from.1,
        dstXInBytes: 0,
        dstY: 0,
        dstMemoryType: CUmemorytype::CU_MEMORYTYPE_DEVICE,
        dstHost: std::ptr::null_mut(),
        dstDevice: to.0,
        dstArray: std::ptr::null_mut(),
        dstPitch: to.1,
        WidthInBytes: row,
        Height: rows,
    }
}

impl<T: Element, D: Dimension> DeviceView<'_, T, D> {
    /// A copy in the order C that belongs to a stream, which may be of another device.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`], [`Error::Refused`] inside of `capture`, the driver's.
    pub fn copied(&self, stream: &Stream) -> Result<DeviceArray<T, D>, Error> {
        // SAFETY: all elements are written, or the array is not given.
        let mut copy = unsafe { stream.uninitialised(self.raw_dim())? };
        copy.view_mut().copy_from(self)?;
        Ok(copy)
    }
}

impl<T: Element, D: Dimension> DeviceViewMut<'_, T, D> {
    /// Copies the elements of another array of the same shape. Of another stream or device it is waited
    /// for there, not on the host. Rows without gaps are copied as they are; where there are more than
    /// a thousand calls to make, elements go by way of the host, which waits.
    ///
    /// # Errors
    /// [`Error::Refused`] if the shapes differ; the driver's.
    pub fn copy_from(&mut self, source: &DeviceView<'_, T, D>) -> Result<(), Error> {
        if self.shape() != source.shape() {
            let (to, from) = (tuple(self.shape()), tuple(source.shape()));
            return Err(Error::refused("a copy", format!("shape {from} is not {to}")));
        }
        if self.is_empty() {
            return Ok(());
        }
        let here = self.stream().clone();
        if source.stream().device() != here.device() {
            return self.copy_from_device(source);
        }
        let lent = if *source.stream() == here { None } else { Some(source.clone().on(&here)?) };
        let source = lent.as_ref().unwrap_or(source);
        let copies = Copies::of(&self.raw.place, &source.raw.place, size_of::<T>());
        if copies.count() > MAX_COPIES {
            return self.write_elements(&strided_host(source)?);
        }
        source.raw.ready(false)?;
        self.raw.ready(true)?;
        // SAFETY: both are of the stream's device and ready; one is borrowed for writing, so that
        // they share nothing.
        unsafe { copies.run(&here) }
    }

    fn copy_from_device(&mut self, source: &DeviceView<'_, T, D>) -> Result<(), Error> {
        let (here, there) = (self.stream().clone(), source.stream().clone());
        if !source.is_standard_layout() || source.raw.is_lent() {
            return self.copy_from_device(&source.copied(&there)?.view());
        }
        if !self.is_standard_layout() {
            return self.copy_from(&source.copied(&here)?.view());
        }
        source.raw.ready(false)?;
        self.raw.ready(true)?;
        source.raw.memory.lend(&here, false)?;
        let contexts = (here.device().shared().context.0, there.device().shared().context.0);
        let (to, from, bytes) = (self.raw.place.start, source.raw.place.start, self.len() * size_of::<T>());
        // SAFETY: both are ready and have so many bytes, and the source is kept until the copy is done.
        unsafe { here.ask()?.cuMemcpyPeerAsync(to, contexts.0, from, contexts.1, bytes, here.raw()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Ix1, Ix2, Ix3, SliceArg, s};

    /// What copies do to memories whose bytes number themselves.
    fn copied(copies: &Copies) -> Vec<(u64, u64)> {
        let (rows, to_pitch, from_pitch) = copies.rows;
        let mut pairs = Vec::new();
        let call = |to: u64, from: u64| {
            for row in 0..rows as u64 {
                let (to, from) = (to + row * to_pitch as u64, from + row * from_pitch as u64);
                pairs.extend((0..copies.row as u64).map(|byte| (to + byte, from + byte)));
            }
            Ok(())
        };
        copies.each(call).unwrap();
        pairs.sort_unstable();
        pairs
    }

    /// The bytes of two places, element by element.
    fn expected<D: Dimension>(to: &Place<D>, from: &Place<D>, size: u64) -> Vec<(u64, u64)> {
        let mut pairs = Vec::new();
        for index in ndarray::indices(to.shape.clone()) {
            let index = ndarray::IntoDimension::into_dimension(index);
            let at = |place: &Place<D>| {
                let offsets = index.slice().iter().zip(place.strides());
                let offset: isize = offsets.map(|(index, stride)| *index as isize * stride).sum();
                place.start.wrapping_add_signed(offset as i64 * size as i64)
            };
            pairs.extend((0..size).map(|byte| (at(to) + byte, at(from) + byte)));
        }
        pairs.sort_unstable();
        pairs
    }

    fn part<D: Dimension, I: SliceArg<D>>(shape: D, info: I) -> Place<I::OutDim> {
        Place::packed(4096, shape).sliced(&info, 8).unwrap()
    }

    #[test]
    fn copies_are_what_elements_say() {
        let to = [part(Ix3(4, 6, 5), s![.., .., ..]), part(Ix3(8, 6, 10), s![..;2, ..;-1, ..;2])];
        let from = [part(Ix3(4, 6, 5), s![..;-1, .., ..]), part(Ix3(5, 6, 4), s![.., .., ..]).reversed()];
        for to in to.iter().chain(&from) {
            for from in &from {
                let copies = Copies::of(to, from, 8);
                assert_eq!(copied(&copies), expected(to, from, 8), "{to:?} {from:?} {copies:?}");
            }
        }
    }

    #[test]
    fn what_lies_together_is_one_call() {
        let copies = |to: &Place<Ix2>, from: &Place<Ix2>| {
            let copies = Copies::of(to, from, 8);
            (copies.count(), copies.row, copies.rows.0)
        };
        let whole = Place::packed(4096, Ix2(30, 40));
        assert_eq!(copies(&whole, &whole), (1, 9600, 1));
        let turned = whole.clone().reversed();
        assert_eq!(copies(&turned, &turned), (1, 9600, 1));
        let part = part(Ix2(60, 50), s![..30, 5..45]);
        assert_eq!(copies(&whole, &part), (1, 320, 30));
        assert_eq!(copies(&part, &part), (1, 320, 30));
        let column = Place { start: 0, shape: Ix1(100), strides: Ix1(7) };
        assert_eq!(Copies::of(&Place::packed(0, Ix1(100)), &column, 8).count(), 1);
    }
}
