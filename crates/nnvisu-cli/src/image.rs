//! Images of networks: the map of the classes with the points on it, captions, and PNG.

use std::convert::Infallible;

use anyhow::Context as _;
use embedded_graphics::mono_font::{MonoTextStyle, ascii::FONT_6X10};
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::{
    DrawTarget, Drawable as _, OriginDimensions, RgbColor as _, Size,
};
use embedded_graphics::text::{Baseline, Text};
use nnvisu_core::{Dataset, Grid, Mlp, Palette, Rasterizer, draw_points};

/// An image in red, green, blue, row-major.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) pixels: Vec<u8>,
}

/// The height of a line of text, and the width of each of its characters.
pub(crate) const LINE_HEIGHT: usize = 14;
pub(crate) const CHARACTER_WIDTH: usize = 6;

/// What the network makes of the plane, with the points on it if there are any to show.
pub(crate) fn draw_map(
    rasterizer: &mut Rasterizer,
    mlp: &Mlp,
    points: Option<&Dataset>,
    grid: Grid,
    palette: &Palette,
) -> Image {
    let mut pixels = Vec::new();
    rasterizer.rgb(mlp, grid, palette, &mut pixels);
    if let Some(points) = points {
        draw_points(points, grid, palette, &mut pixels);
    }
    Image {
        width: grid.width(),
        height: grid.height(),
        pixels,
    }
}

impl Image {
    /// A white one.
    pub(crate) fn blank(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            pixels: vec![255; 3 * width * height],
        }
    }

    /// Adds white rows at the bottom.
    pub(crate) fn extend_down(&mut self, n_rows: usize) {
        self.height += n_rows;
        self.pixels.resize(3 * self.width * self.height, 255);
    }

    /// Puts `other` on this one, which must have room for it, with its corner at (`x`, `y`).
    pub(crate) fn paste(&mut self, other: &Self, x: usize, y: usize) {
        for (row, line) in other.pixels.chunks_exact(3 * other.width).enumerate() {
            let start = 3 * ((y + row) * self.width + x);
            self.pixels[start..start + line.len()].copy_from_slice(line);
        }
    }

    /// Writes a line of ASCII text, its upper left corner at (`x`, `y`); what reaches beyond the
    /// image is cut off.
    pub(crate) fn write(&mut self, text: &str, x: usize, y: usize) {
        let style = MonoTextStyle::new(&FONT_6X10, Rgb888::BLACK);
        let corner = embedded_graphics::prelude::Point::zero() + Size::new(x as u32, y as u32 + 2);
        let Ok(_) = Text::with_baseline(text, corner, style, Baseline::Top).draw(self);
    }

    /// The image as a PNG file.
    pub(crate) fn png(&self) -> anyhow::Result<Vec<u8>> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
        encoder
            .write_header()
            .and_then(|mut writer| writer.write_image_data(&self.pixels))
            .context("The image cannot be encoded")?;
        Ok(file)
    }
}

impl OriginDimensions for Image {
    fn size(&self) -> Size {
        Size::new(self.width as u32, self.height as u32)
    }
}

impl DrawTarget for Image {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I>(&mut self, pixels: I) -> Result<(), Infallible>
    where
        I: IntoIterator<Item = embedded_graphics::Pixel<Rgb888>>,
    {
        for embedded_graphics::Pixel(at, color) in pixels {
            let (Ok(x), Ok(y)) = (usize::try_from(at.x), usize::try_from(at.y)) else {
                continue;
            };
            if x < self.width && y < self.height {
                let start = 3 * (y * self.width + x);
                let channels = [color.r(), color.g(), color.b()];
                self.pixels[start..start + 3].copy_from_slice(&channels);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_png_is_read_back() {
        let mut image = Image::blank(5, 3);
        image.pixels[3..6].copy_from_slice(&[1, 2, 3]);
        let file = image.png().unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(file))
            .read_info()
            .unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (5, 3));
        assert_eq!(info.color_type, png::ColorType::Rgb);
        assert_eq!(pixels, image.pixels);
    }

    #[test]
    fn text_is_dark_on_white_and_stays_inside() {
        let mut image = Image::blank(40, LINE_HEIGHT);
        image.write("loss 0.1234", 0, 0);
        let mut pixels = image.pixels.chunks_exact(3);
        assert!(pixels.any(|pixel| pixel == [0; 3]));
        image.write("beyond", 1_000, 1_000);
    }

    #[test]
    fn images_are_put_together() {
        let mut small = Image::blank(2, 2);
        small.pixels.fill(9);
        let mut large = Image::blank(4, 3);
        large.paste(&small, 1, 1);
        let row = |y: usize| large.pixels[12 * y..12 * (y + 1)].to_vec();
        assert_eq!(row(0), [255; 12]);
        for y in [1, 2] {
            assert_eq!(row(y), [&[255; 3][..], &[9; 6], &[255; 3]].concat());
        }
        large.extend_down(2);
        assert_eq!((large.height, large.pixels.len()), (5, 60));
    }
}
