//! The picture on disk.

use std::fs;

use pykernel::ndarray::Array2;

/// Writes shades of grey as a PNG file, whole or not at all.
pub fn write(path: &str, image: &Array2<u8>) -> Result<(), String> {
    let png = encode(image).map_err(|error| format!("cannot encode the picture: {error}"))?;
    fs::write(path, png).map_err(|error| format!("cannot write {path} in the current directory: {error}"))
}

fn encode(image: &Array2<u8>) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, image.ncols() as u32, image.nrows() as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let shades: Vec<u8> = image.iter().copied().collect();
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&shades)?;
    writer.finish()?;
    Ok(file)
}
