//! Rendering on a GPU.

use pykernel::cuda::{Device, DeviceArray, Error, Stream};
use pykernel::ndarray::{Array2, Dimension as _, Ix2};

use crate::render::Size;
use crate::{ITERS, X, Y, fractal};

/// The threads of a block: those of a warp lie in a row, so that they write side by side.
const BLOCK: (u32, u32) = (32, 8);

/// A picture in a GPU's memory.
pub struct Gpu {
    stream: Stream,
    image: DeviceArray<u8, Ix2>,
}

impl Gpu {
    /// One that nothing is rendered to yet.
    pub fn new(device: &Device, size: Size) -> Result<Gpu, Error> {
        let stream = device.stream()?;
        let image = stream.zeros(size)?;
        Ok(Gpu { stream, image })
    }

    /// Renders the picture. Gives it where it is wanted; it stays on the GPU otherwise.
    pub fn render(&mut self, copied: bool) -> Result<Option<Array2<u8>>, Error> {
        let (height, width) = self.image.raw_dim().into_pattern();
        let grid = ((width as u32).div_ceil(BLOCK.0), (height as u32).div_ceil(BLOCK.1));
        fractal::create_on_gpu(&self.stream, (grid, BLOCK), X.0, X.1, Y.0, Y.1, &mut self.image, ITERS)?;
        match copied {
            true => self.image.to_array().map(Some),
            false => self.stream.synchronize().map(|()| None),
        }
    }
}
